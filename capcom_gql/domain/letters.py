"""The letters of the service: topics, recipients, kinds of channel, and the key that sends each one once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """Which letter it is, as `Delivery.topic` names it; docs/rules.md says when each is sent and to whom."""

    WELCOME = "welcome"
    PASSWORD_LINK = "password_link"
    PROOF_REMINDER = "proof_reminder"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    RENEWAL_NOTICE = "renewal_notice"
    RENEWAL_REMINDER = "renewal_reminder"
    RENEWED = "renewed"
    DECLINED = "declined"
    EXPIRED = "expired"
    SURVEY = "survey"
    SEAT_REMOVED = "seat_removed"
    MANAGER_CHANGED = "manager_changed"
    SUPPORT_OPENED = "support_opened"
    SUPPORT_ANSWER = "support_answer"
    EMAIL_CHANGE = "email_change"
    STAFF_NOTICE = "staff_notice"
    PASSWORD_CHANGED = "password_changed"


class DeliveryState(StrEnum):
    """The state of a delivery: one letter, or one event for a webhook endpoint, by one channel."""

    PENDING = "PENDING"
    """not tried yet"""
    SENT = "SENT"
    """accepted by the channel"""
    RETRYING = "RETRYING"
    """an attempt failed, and another will be made"""
    FAILED = "FAILED"
    """given up after the last attempt"""
    HELD = "HELD"
    """waiting for a channel or for its endpoint to be enabled"""
    SUPPRESSED = "SUPPRESSED"
    """not sent, since what it says is no longer true"""


WAITING = (DeliveryState.PENDING, DeliveryState.RETRYING)
"""The states of a delivery that the workers will attempt by themselves, without anybody's doing."""
UNSENT = (*WAITING, DeliveryState.HELD)
"""The states of a delivery that may still be sent."""


class Audience(StrEnum):
    """To whom a letter is sent."""

    PERSON = "PERSON"
    """the person it is about"""
    MANAGER = "MANAGER"
    """the manager of the subscription"""
    EVERYONE = "EVERYONE"
    """the manager and every user with an active seat"""
    SUPPORT = "SUPPORT"
    """the operator's support address"""


class AddressKind(StrEnum):
    """The kinds of address that the service itself stores; a channel may declare one of its own."""

    EMAIL = "email"
    PHONE = "phone"
    """a mobile number, to which short text messages (SMS) are sent"""
    URL = "url"
    """the address of a webhook endpoint, never a person's"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A row of the table of letters."""

    audience: Audience
    phone_to: Audience | None = None
    """who also gets it through channels of kind phone: the manager, or None for nobody"""
    link_hours: int | None = None
    """hours, by the real clock, for which its one-time link works; None for a letter without such a link"""


LETTERS: Mapping[Topic, Letter] = {
    Topic.WELCOME: Letter(Audience.PERSON, link_hours=72),
    Topic.PASSWORD_LINK: Letter(Audience.PERSON, link_hours=1),
    Topic.PROOF_REMINDER: Letter(Audience.MANAGER, phone_to=Audience.MANAGER),
    Topic.CONFIRMED: Letter(Audience.MANAGER),
    Topic.CANCELLED: Letter(Audience.EVERYONE, phone_to=Audience.MANAGER),
    Topic.REINSTATED: Letter(Audience.EVERYONE),
    Topic.RENEWAL_NOTICE: Letter(Audience.EVERYONE),
    Topic.RENEWAL_REMINDER: Letter(Audience.EVERYONE, phone_to=Audience.MANAGER),
    Topic.RENEWED: Letter(Audience.EVERYONE),
    Topic.DECLINED: Letter(Audience.MANAGER),
    Topic.EXPIRED: Letter(Audience.EVERYONE),
    Topic.SURVEY: Letter(Audience.PERSON),
    Topic.SEAT_REMOVED: Letter(Audience.PERSON),
    Topic.MANAGER_CHANGED: Letter(Audience.PERSON),
    Topic.SUPPORT_OPENED: Letter(Audience.SUPPORT),
    Topic.SUPPORT_ANSWER: Letter(Audience.PERSON),
    Topic.EMAIL_CHANGE: Letter(Audience.PERSON, link_hours=24),
    Topic.STAFF_NOTICE: Letter(Audience.SUPPORT),
    Topic.PASSWORD_CHANGED: Letter(Audience.PERSON),
}
"""The table of letters of docs/rules.md."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel (notifier) that is ACTIVE."""

    name: str
    address_kind: str
    """the kind of address that it delivers to: an `AddressKind`, or a kind of the channel's own"""


def is_sent_by(topic: Topic, address_kind: str, *, to_manager: bool) -> bool:
    """Whether a letter is sent by channels that deliver to this kind of address.

    Channels of kind phone deliver only the letters marked SMS in docs/rules.md, and those to the manager only.
    """
    if address_kind != AddressKind.PHONE:
        return True
    return to_manager and LETTERS[topic].phone_to is Audience.MANAGER


def letter_once_key(topic: Topic, subject: str, recipient: str, channel: str) -> str:
    """The unique key of a delivery, so that a letter about one fact is sent to one recipient by one channel once.

    `subject` is the id of what the letter is about (a term, a seat, an event), never an instant.
    """
    return f"{topic}:{subject}:{recipient}:{channel}"
