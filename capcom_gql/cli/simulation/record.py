"""Read what a simulation has recorded, for the figures and the invariants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from capcom_gql.domain import seats as seat_rules
from capcom_gql.domain import terms as term_rules
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.storage.engine.columns import as_instant, as_json
from capcom_gql.storage.engine.database import rows
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.status_sql import statuses
from capcom_gql.storage.tables import Redemption, Seat, Subscription, SurveyRequest, Term


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event of the event log, with the columns that are needed here."""

    kind: Kind
    organisation_id: str | None
    occurred_at: datetime
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """A delivery. `sent_at` is None if it was not sent."""

    id: str
    topic: Topic
    channel: str
    recipient: str
    event_id: str
    about: Mapping[str, str]
    sent_at: datetime | None


@dataclass(slots=True)
class SubscriptionRecord:
    """A subscription: the instant of its next step as stored, its terms and its seats."""

    id: str
    organisation_id: str
    due_at: datetime | None
    terms: list[term_rules.Term] = field(default_factory=list)
    seats: list[seat_rules.Seat] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of everything at the present instant of the product's clock."""

    policy: LifecyclePolicy
    now: datetime
    holdings: Mapping[str, SubscriptionRecord]
    """by subscription id"""
    statuses: Mapping[str, Mapping[str, Any]]
    """as SQL computes them, by organisation id"""
    unsent: int
    """the number of letters neither sent nor suppressed"""


@dataclass(frozen=True, slots=True)
class History:
    """Everything that has happened, with the final state."""

    present: Snapshot
    events: tuple[RecordedEvent, ...]
    letters: tuple[LetterRecord, ...]
    redemptions: tuple[Redemption, ...]
    surveys: tuple[SurveyRequest, ...]

    @property
    def terms(self) -> dict[str, term_rules.Term]:
        """Every term, by id."""
        return {term.id: term for each in self.present.holdings.values() for term in each.terms}

    @property
    def seats(self) -> dict[str, seat_rules.Seat]:
        """Every seat, by id."""
        return {seat.id: seat for each in self.present.holdings.values() for seat in each.seats}


async def read_present(policy: LifecyclePolicy) -> Snapshot:
    """Read the present state from the open database."""
    now = await product_now()
    held = {
        each.id: SubscriptionRecord(each.id, each.organisation_id, each.due_at) for each in await Subscription.all()
    }
    for term in await Term.all().order_by("starts_on", "opened_at", "id"):
        held[term.subscription_id].terms.append(term.facts())
    for seat in await Seat.all().order_by("id"):
        held[seat.subscription_id].seats.append(seat.facts())
    status = {row["organisation_id"]: row for row in await rows(statuses("$1"), [policy.day_of(now)])}
    (unsent,) = await rows("SELECT count(*) AS unsent FROM delivery WHERE state NOT IN ('SENT', 'SUPPRESSED')")
    return Snapshot(policy, now, held, status, unsent["unsent"])


async def read_history(policy: LifecyclePolicy) -> History:
    """Read everything that has happened from the open database."""
    events = await rows("SELECT kind, organisation_id, occurred_at, details FROM event ORDER BY id")
    letters = await rows("SELECT id, topic, channel, recipient, event_id, about, sent_at FROM delivery ORDER BY id")
    return History(
        await read_present(policy),
        tuple(_recorded_event(row) for row in events),
        tuple(_letter_record(row) for row in letters),
        tuple(await Redemption.all().order_by("id")),
        tuple(await SurveyRequest.all().order_by("id")),
    )


def _recorded_event(row: Mapping[str, Any]) -> RecordedEvent:
    occurred_at = as_instant(row["occurred_at"])
    assert occurred_at is not None, "an event has its instant"
    return RecordedEvent(Kind(row["kind"]), row["organisation_id"], occurred_at, as_json(row["details"]))


def _letter_record(row: Mapping[str, Any]) -> LetterRecord:
    named = {name: row[name] for name in ("id", "channel", "recipient", "event_id")}
    return LetterRecord(
        **named, topic=Topic(row["topic"]), about=as_json(row["about"]), sent_at=as_instant(row["sent_at"])
    )
