"""Record an event with its letters, in the deed's transaction: a change and its messages stand or fall together.

What webhook endpoints are to be sent of it is written down with them, whichever deed records it.
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
"""What stands for the channel of a letter for which no channel of kind email is active."""
NO_EMAIL_CHANNEL = "no channel of kind email is active"
NO_URL = "url"
"""The same for what goes to endpoints."""
NO_URL_CHANNEL = "no channel of kind url is active"
ENDPOINT_DISABLED = "the endpoint is disabled"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter: a person, or the support address (`person` None)."""

    person: Person | None
    addresses: Mapping[str, str]
    is_manager: bool = False

    @property
    def key(self) -> str:
        """What tells this recipient from others in once-only keys."""
        return "support" if self.person is None else self.person.id


def to_person(person: Person, *, is_manager: bool = False) -> Recipient:
    """A person at every address they have: mail, phone, and what they added to their profile, but for web addresses."""
    addresses = {each["kind"]: each["value"] for each in person.addresses if each["kind"] != AddressKind.URL}
    addresses[AddressKind.EMAIL] = person.email
    if person.phone:
        addresses[AddressKind.PHONE] = person.phone
    return Recipient(person, addresses, is_manager)


def to_support(address: str) -> Recipient:
    """The operator's support address."""
    return Recipient(None, {AddressKind.EMAIL: address})


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A letter to write: to whom, due when, about which fact; `about` holds ids only.

    `subject` is the id of the fact that the letter is about once (a term, a seat), by default the event itself.
    """

    topic: Topic
    recipient: Recipient
    due_at: datetime
    subject: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    by_phone: bool = True
    """whether this one may go by SMS too, where its topic does"""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to record. `occurred_at` is the instant the rule was met, by default now; `note` is erasable text."""

    kind: Kind
    details: Mapping[str, Detail]
    organisation_id: str | None = None
    subject_id: str | None = None
    occurred_at: datetime | None = None
    note: str | None = None
    step_key: str | None = None
    deliveries: Sequence[NewDelivery] = ()


async def record(entry: NewEvent, *, actor: Actor, now: datetime, channels: Sequence[Channel]) -> Event:
    """Write an event, the deliveries of its letters, and those to the endpoints that want it. `now` is the product's
    clock.

    Raises ValueError where the details are not those of the table, IntegrityError for a step or letter already there.
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
    deliveries = [row for post in entry.deliveries for row in _deliveries(event, post, now, channels)]
    for endpoint in await endpoints_for(event.kind, event.organisation_id):
        deliveries += _to_endpoint(event, endpoint, now, channels)
    if deliveries:
        await Delivery.bulk_create(deliveries)
    return event


async def deliver_later(event: Event, post: NewDelivery, *, now: datetime, channels: Sequence[Channel]) -> None:
    """Write the deliveries of a letter that was left out when its event was recorded.

    Raises IntegrityError for a letter already there.
    """
    await Delivery.bulk_create(_deliveries(event, post, now, channels))


def _deliveries(event: Event, post: NewDelivery, now: datetime, channels: Sequence[Channel]) -> list[Delivery]:
    wanted = [
        channel
        for channel in channels
        if channel.address_kind in post.recipient.addresses
        and is_sent_by(post.topic, channel.address_kind, to_manager=post.recipient.is_manager and post.by_phone)
    ]
    rows = [_delivery(event, post, now, channel) for channel in wanted]
    if not any(channel.address_kind == AddressKind.EMAIL for channel in channels):
        held = _delivery(event, post, now, Channel(NO_CHANNEL, AddressKind.EMAIL))
        held.state, held.reason = "HELD", NO_EMAIL_CHANNEL
        rows.append(held)
    return rows


def _delivery(event: Event, post: NewDelivery, now: datetime, channel: Channel) -> Delivery:
    person = post.recipient.person
    return Delivery(
        id=ids.new_id(ids.DELIVERY),
        event=event,
        topic=post.topic.value,
        channel=channel.name,
        person_id=None if person is None else person.id,
        recipient=post.recipient.addresses[channel.address_kind],
        about=dict(post.about),
        once_key=letter_once_key(post.topic, post.subject or event.id, post.recipient.key, channel.name),
        state="PENDING",
        due_at=post.due_at,
        next_attempt_at=clock.utc_now(),
        created_at=now,
    )


def _to_endpoint(event: Event, endpoint: WebhookEndpoint, now: datetime, channels: Sequence[Channel]) -> list[Delivery]:
    """The event, for an endpoint, by every channel of its kind; held while there is none, or while it is disabled."""
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
