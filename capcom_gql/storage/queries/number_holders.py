"""What the checks read: the holders of subscriber numbers with their terms, and who has used a discount already.

One statement for any number of numbers. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from capcom_gql.domain import seats, terms
from capcom_gql.domain.discounts import HolderFacts
from capcom_gql.storage.engine import database
from capcom_gql.storage.engine.columns import as_day, as_instant, as_json
from capcom_gql.storage.tables.subscriptions import CHANGING_FACTS, offer_of

_HOLDERS = """
    SELECT term.*, seat.number, seat.id AS seat_id, seat.person_id, seat.place, seat.is_manager, seat.added_at,
        seat.removed_at, person.email_key, subscription.organisation_id, seat.subscription_id AS held_subscription_id
    FROM seat
    JOIN person ON person.id = seat.person_id
    JOIN subscription ON subscription.id = seat.subscription_id
    LEFT JOIN term ON term.subscription_id = seat.subscription_id
    WHERE seat.number IN ({numbers})
    ORDER BY seat.number, term.starts_on, term.opened_at, term.id
"""
_REDEMPTIONS = """
    SELECT person_id, event_reference FROM redemption
    WHERE (person_id, event_reference) IN (VALUES {pairs}) AND {live}
"""


@dataclass(frozen=True, slots=True)
class NumberHolder:
    """The holder of a subscriber number: the facts that decide a check, and the ids of what they are about."""

    facts: HolderFacts
    seat_id: str
    person_id: str
    organisation_id: str
    subscription_id: str


async def number_holders(numbers: Sequence[str]) -> dict[str, NumberHolder]:
    """The holders of some numbers (16 digits each), by number; those of removed seats too.

    A number that does not exist is left out.
    """
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    placeholders = ", ".join(f"${index}" for index in range(1, len(wanted) + 1))
    found = await database.rows(_HOLDERS.format(numbers=placeholders), wanted)
    return {number: _number_holder(list(rows)) for number, rows in groupby(found, key=lambda row: str(row["number"]))}


async def live_redemptions(pairs: Sequence[tuple[str, str]], at: datetime | None = None) -> set[tuple[str, str]]:
    """Of some (person id, event reference) pairs, those that have a redemption that is not released (R22).

    As of the instant `at` of the product's clock, or now. Raises ValueError for a naive instant.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return set()
    parameters: list[object] = [text for pair in wanted for text in pair]
    live = "released_at IS NULL"
    if at is not None:
        parameters.append(at)
        instant = f"${len(parameters)}"
        live = f"redeemed_at <= {instant} AND (released_at IS NULL OR released_at > {instant})"
    placeholders = ", ".join(f"(${index}, ${index + 1})" for index in range(1, 2 * len(wanted), 2))
    found = await database.rows(_REDEMPTIONS.format(pairs=placeholders, live=live), parameters)
    return {(row["person_id"], row["event_reference"]) for row in found}


def _number_holder(rows: Sequence[Mapping[str, Any]]) -> NumberHolder:
    one = rows[0]
    added_at = as_instant(one["added_at"])
    assert added_at is not None, "a seat has the instant it was added"
    seat = seats.Seat(
        id=one["seat_id"],
        person_id=one["person_id"],
        place=one["place"],
        is_manager=bool(one["is_manager"]),
        added_at=added_at,
        removed_at=as_instant(one["removed_at"]),
    )
    opened = tuple(_term(row) for row in rows if row["id"] is not None)
    return NumberHolder(
        facts=HolderFacts(seat, one["email_key"], opened),
        seat_id=one["seat_id"],
        person_id=one["person_id"],
        organisation_id=one["organisation_id"],
        subscription_id=one["held_subscription_id"],
    )


def _term(row: Mapping[str, Any]) -> terms.Term:
    opened_at, starts_on = as_instant(row["opened_at"]), as_day(row["starts_on"])
    ends_on, proof_due_on = as_day(row["ends_on"]), as_day(row["proof_due_on"])
    assert opened_at and starts_on and ends_on and proof_due_on, "the columns of a term's dates are never null"
    reason = row["withdrawn_reason"]
    return terms.Term(
        id=row["id"],
        opened_at=opened_at,
        starts_on=starts_on,
        ends_on=ends_on,
        proof_due_on=proof_due_on,
        offer=offer_of(
            row["plan_code"],
            row["plan_name"],
            row["seat_limit"],
            row["price_minor"],
            as_json(row["services"]),
            as_json(row["discounts"]),
        ),
        withdrawn_reason=None if reason is None else terms.CancellationReason(reason),
        **{fact: _fact(fact, row[fact]) for fact in CHANGING_FACTS},
    )


def _fact(name: str, value: Any) -> Any:
    """A fact from a column read with plain SQL; the ending of its name gives its type."""
    if name.endswith("_at"):
        return as_instant(value)
    return as_day(value) if name.endswith("_to") else value
