"""Record an event and its deliveries (letters and webhooks) in the transaction of the command that caused it (R21).

A change, its event and its messages are committed together or not at all (transactional outbox).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from capcom_gql import clock
from capcom_gql.domain import endpoints as endpoint_rules
from capcom_gql.domain.events import Detail, Kind, check_details
from capcom_gql.domain.letters import AddressKind, Channel, Topic, is_sent_by, letter_once_key
from capcom_gql.domain.rights import Actor
from capcom_gql.storage import ids
from capcom_gql.storage.tables import Delivery, Event, Note, Person, WebhookEndpoint
from capcom_gql.storage.tables.webhooks import endpoints_for

NO_CHANNEL = "email"
"""The `channel` of a HELD delivery that waits for a channel of kind email."""
NO_EMAIL_CHANNEL = "no channel of kind email is active"
"""The reason of such a delivery."""
NO_URL = "url"
"""The `channel` of a HELD delivery to an endpoint that waits for a channel of kind url."""
NO_URL_CHANNEL = "no channel of kind url is active"
"""The reason of such a delivery."""
ENDPOINT_DISABLED = "the endpoint is disabled"
"""The reason of a HELD delivery to a disabled endpoint."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a letter is sent."""

    person: Person | None
    """None for the operator's support address"""
    addresses: Mapping[str, str]
    """the address by kind of address"""
    is_manager: bool = False
    """whether it is sent to them as the manager, so by SMS too where the letter is marked SMS"""

    @property
    def key(self) -> str:
        """What identifies the recipient in `letter_once_key`: the person's id, or "support"."""
        return "support" if self.person is None else self.person.id


def to_person(person: Person, *, is_manager: bool = False) -> Recipient:
    """A person at all their addresses: e-mail, phone, and those added to the profile except web addresses."""
    addresses = {each["kind"]: each["value"] for each in person.addresses if each["kind"] != AddressKind.URL}
    addresses[AddressKind.EMAIL] = person.email
    if person.phone:
        addresses[AddressKind.PHONE] = person.phone
    return Recipient(person, addresses, is_manager)


def to_support(address: str) -> Recipient:
    """The operator's support address (`CAPCOM_SUPPORT_EMAIL`) as recipient."""
    return Recipient(None, {AddressKind.EMAIL: address})


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A letter to send: one delivery for each channel that reaches its recipient."""

    topic: Topic
    recipient: Recipient
    due_at: datetime
    """by the product's clock"""
    subject: str | None = None
    """the id of what it is about and sent once for (a term, a seat); None for the event"""
    about: Mapping[str, str] = field(default_factory=dict)
    """ids that its text is composed from when it is sent; never names or addresses (R21)"""
    by_phone: bool = True
    """whether it may be sent by SMS too, where its topic is marked SMS"""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to record, with the letters that follow from it."""

    kind: Kind
    details: Mapping[str, Detail]
    organisation_id: str | None = None
    subject_id: str | None = None
    """the id of what it is about: a term, a seat, a person, ..."""
    occurred_at: datetime | None = None
    """the instant at which the rule was met, by the product's clock; None for now"""
    note: str | None = None
    """free text, stored beside the event so that it can be erased"""
    step_key: str | None = None
    """the unique key of a step of the calendar, so that it is recorded once; None for commands"""
    deliveries: Sequence[NewDelivery] = ()


async def record(entry: NewEvent, *, actor: Actor, now: datetime, channels: Sequence[Channel]) -> Event:
    """Write an event, the deliveries of its letters, and those to the webhook endpoints that accept its kind.

    To be called in a transaction; `now` is of the product's clock. Raises ValueError for details other than those
    that the kind declares (R21), IntegrityError where the step or a letter was recorded already.
    """
    check_details(entry.kind, entry.details)
    event = await Event.create(
        id=ids.new_id(ids.EVENT),
        kind=entry.kind.value,
        organisation_id=entry.organisation_id,
        subject_id=entry.subject_id,
        actor_role=actor.name,
        actor_id=actor.id,
        occurred_at=entry.occurred_at or now,
        recorded_at=now,
        details=dict(entry.details),
        step_key=entry.step_key,
    )
    if entry.note is not None:
        await Note.create(event=event, text=entry.note)
    deliveries = [row for letter in entry.deliveries for row in _deliveries(event, letter, now, channels)]
    for endpoint in await endpoints_for(event.kind, event.organisation_id):
        deliveries += _to_endpoint(event, endpoint, now, channels)
    if deliveries:
        await Delivery.bulk_create(deliveries)
    return event


async def record_delivery(event: Event, letter: NewDelivery, *, now: datetime, channels: Sequence[Channel]) -> None:
    """Write the deliveries of a letter for an event that was recorded earlier without it.

    `now` is of the product's clock. Raises IntegrityError where the letter was recorded already.
    """
    await Delivery.bulk_create(_deliveries(event, letter, now, channels))


def _deliveries(event: Event, letter: NewDelivery, now: datetime, channels: Sequence[Channel]) -> list[Delivery]:
    wanted = [
        channel
        for channel in channels
        if channel.address_kind in letter.recipient.addresses
        and is_sent_by(letter.topic, channel.address_kind, to_manager=letter.recipient.is_manager and letter.by_phone)
    ]
    rows = [_delivery(event, letter, now, channel) for channel in wanted]
    if not any(channel.address_kind == AddressKind.EMAIL for channel in channels):
        held = _delivery(event, letter, now, Channel(NO_CHANNEL, AddressKind.EMAIL))
        held.state, held.reason = "HELD", NO_EMAIL_CHANNEL
        rows.append(held)
    return rows


def _delivery(event: Event, letter: NewDelivery, now: datetime, channel: Channel) -> Delivery:
    person = letter.recipient.person
    return Delivery(
        id=ids.new_id(ids.DELIVERY),
        event=event,
        topic=letter.topic.value,
        channel=channel.name,
        person_id=None if person is None else person.id,
        recipient=letter.recipient.addresses[channel.address_kind],
        about=dict(letter.about),
        once_key=letter_once_key(letter.topic, letter.subject or event.id, letter.recipient.key, channel.name),
        state="PENDING",
        due_at=letter.due_at,
        next_attempt_at=clock.utc_now(),
        created_at=now,
    )


def _to_endpoint(event: Event, endpoint: WebhookEndpoint, now: datetime, channels: Sequence[Channel]) -> list[Delivery]:
    """One delivery for each channel of kind url; HELD while there is none or while the endpoint is disabled."""
    names = [channel.name for channel in channels if channel.address_kind == AddressKind.URL]
    reason = None if endpoint.is_enabled else ENDPOINT_DISABLED
    return [
        Delivery(
            id=ids.new_id(ids.DELIVERY),
            event=event,
            topic=event.kind,
            channel=name,
            endpoint_id=endpoint.id,
            recipient=endpoint.url,
            about={},
            once_key=endpoint_rules.webhook_once_key(event.kind, event.id, endpoint.id, name),
            state="PENDING" if reason is None and names else "HELD",
            reason=reason if names else NO_URL_CHANNEL,
            due_at=now,
            next_attempt_at=clock.utc_now(),
            created_at=now,
        )
        for name in names or [NO_URL]
    ]
