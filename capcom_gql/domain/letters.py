"""Every letter: its topic, whom it goes to, on which kinds of channel, and the key that makes it go once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What a letter is about, as `Delivery.topic` names it."""

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


class DeliveryState(StrEnum):
    """What became of a letter."""

    PENDING = "PENDING"
    SENT = "SENT"
    RETRYING = "RETRYING"
    FAILED = "FAILED"
    HELD = "HELD"
    SUPPRESSED = "SUPPRESSED"


WAITING = (DeliveryState.PENDING, DeliveryState.RETRYING)
"""The states of a delivery that the workers will attempt by themselves, without anybody's doing."""
UNSENT = (*WAITING, DeliveryState.HELD)
"""The states of a delivery that may still be sent."""


class Audience(StrEnum):
    """Whom a letter goes to."""

    PERSON = "PERSON"
    """the person it is about"""
    MANAGER = "MANAGER"
    """the manager of the subscription"""
    EVERYONE = "EVERYONE"
    """the manager and every user with an active seat"""
    SUPPORT = "SUPPORT"
    """the operator's support address"""


class AddressKind(StrEnum):
    """The kinds of address that the service itself keeps; a channel may name one of its own.

    Those of kind `url` are the webhook endpoints', never a person's.
    """

    EMAIL = "email"
    PHONE = "phone"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of the table. `phone_to` is the manager where channels of kind phone carry it too, None for nobody."""

    audience: Audience
    phone_to: Audience | None = None
    link_hours: int | None = None


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
}


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that is ACTIVE: its name, and the kind of address it delivers to."""

    name: str
    address_kind: str


def goes_by(topic: Topic, address_kind: str, *, to_manager: bool) -> bool:
    """Whether a letter goes by channels of a kind: all of them, but by phone only the letters marked SMS."""
    if address_kind != AddressKind.PHONE:
        return True
    return to_manager and LETTERS[topic].phone_to is Audience.MANAGER


def once_key(topic: Topic, subject: str, recipient: str, channel: str) -> str:
    """The unique key of a delivery: a letter about one fact goes to one person by one channel once.

    `subject` is the id of the fact that the letter is about (a term, a seat, an event), never a clock reading.
    """
    return f"{topic}:{subject}:{recipient}:{channel}"
