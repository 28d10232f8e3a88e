"""Whatever the rows, the filter, the order and the size of pages: both walks give what a plain sort in Python gives."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from capcom_gql.domain.lifecycle import SubscriptionState, SubscriptionStatus, subscription_status
from capcom_gql.domain.terms import Term
from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.queries.lists import (
    EventFilter,
    OrganisationFilter,
    OrganisationOrder,
    OrganisationOrderField,
    Page,
    Window,
    events_page,
    events_total,
    organisations_page,
    organisations_total,
)
from capcom_gql.storage.tables import Event
from tests.domain.words import POLICY
from tests.storage.histories import histories
from tests.storage.rows import NOON, an_event, an_organisation, edges, write_subscribed
from tests.storage.walking import walk_backward, walk_forward

# the fixture is one database for all examples: each ends by taking back what it wrote
PROPERTY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SIZES = st.integers(1, 4)

# ligatures, letters without a decomposition, accents in both forms, case that comes late, beyond the basic plane
NASTY = (
    "Évreux|evreux|E\u0301VREUX|Évreux 2|Œuvre|oeuvre|Æther|straße|STRASSE|Łódź|İstanbul|ısparta|d'Arc|d’Arc|ﬁn|℡ 10|9"
    "|a_b|a%b|%|_|中|\U00010414|zz|ÿ|ǆ|Ω|ß|１０|10|Val-d'Oise|Val d Oise"
)
# PostgreSQL keeps no NUL, and the doors let none pass
NAMES = st.sampled_from(NASTY.split("|")) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
SEARCHES = (
    st.none() | st.sampled_from(["", " ", "É", "evreux 2", "%", "_", "oe", "S", "10", "d a"]) | st.text(max_size=2)
)
KINDS = st.sampled_from(["seat.added", "seat.removed"])
INSTANTS = st.sampled_from([NOON, NOON + timedelta(microseconds=1), NOON.replace(microsecond=0) + timedelta(seconds=1)])


class TakenBack(Exception):
    """Ends the transaction of an example."""


@dataclass(frozen=True)
class Town:
    """An organisation as this test knows it."""

    id: str
    name: str
    created_at: datetime
    terms: tuple[Term, ...]

    def status(self, today: date) -> SubscriptionStatus | None:
        return subscription_status(self.terms, today, POLICY) if self.terms else None


def conditions(days: Sequence[date]) -> dict[str, st.SearchStrategy[Any]]:
    """What each field of the filter may be asked for."""
    return {
        "search": SEARCHES,
        "states": st.sets(st.sampled_from(list(SubscriptionState)), min_size=1).map(tuple),
        "plan_code": st.sampled_from(["PLAN3", "PLAN4"]),
        "ends_on_from": st.sampled_from(days),
        "ends_on_to": st.sampled_from(days),
        "proof_due_before": st.sampled_from(days),
    }


@st.composite
def filters(draw: st.DrawFn, days: Sequence[date]) -> OrganisationFilter:
    """One condition or two: of more, few rows are left to be in the wrong place."""
    each = conditions(days)
    names = draw(st.sets(st.sampled_from(sorted(each)), min_size=1, max_size=2))
    return OrganisationFilter(**{name: draw(each[name]) for name in sorted(names)})


def test_every_field_of_the_filter_is_tried() -> None:
    assert set(conditions([date(2027, 1, 1)])) == {each.name for each in fields(OrganisationFilter)}


def _wanted(town: Town, asked: OrganisationFilter, today: date) -> bool:
    if asked.search is not None:
        words = folded(asked.search).split()
        if asked.search.strip() and not words:
            return False
        if not all(word in folded(town.name) for word in words):
            return False
    status = town.status(today)
    due_on = None if status is None else status.proof_due_on
    return (
        (not asked.states or (status is not None and status.state in asked.states))
        and (asked.plan_code is None or (status is not None and status.term.offer.plan_code == asked.plan_code))
        and (asked.ends_on_from is None or (status is not None and status.ends_on >= asked.ends_on_from))
        and (asked.ends_on_to is None or (status is not None and status.ends_on <= asked.ends_on_to))
        and (asked.proof_due_before is None or (due_on is not None and due_on < asked.proof_due_before))
    )


def _key(town: Town, field: OrganisationOrderField, today: date) -> str | None:
    if field is OrganisationOrderField.NAME:
        return folded(town.name)
    if field is OrganisationOrderField.CREATED_AT:
        return town.created_at.isoformat(timespec="microseconds")
    status = town.status(today)
    if status is None:
        return None
    day = status.ends_on if field is OrganisationOrderField.ENDS_ON else status.proof_due_on
    return None if day is None else day.isoformat()


def _in_order(towns: Sequence[Town], order: OrganisationOrder, today: date) -> list[str]:
    keys = {town.id: _key(town, order.field, today) for town in towns}
    keyed = sorted((key, town_id) for town_id, key in keys.items() if key is not None)
    others = sorted(town_id for town_id, key in keys.items() if key is None)
    if order.descending:
        keyed, others = keyed[::-1], others[::-1]
    return [town_id for _, town_id in keyed] + others


@PROPERTY
@given(data=st.data())
async def test_organisations(database: str, data: st.DataObject) -> None:
    towns = []
    with pytest.raises(TakenBack):
        async with in_transaction():
            for name, created_at, terms in data.draw(
                st.lists(st.tuples(NAMES, INSTANTS, histories() | histories() | st.just(())), min_size=2, max_size=8)
            ):
                row = an_organisation(name, created_at=created_at)
                await write_subscribed(row, terms)
                towns.append(Town(row.id, name, created_at, terms))
            days = edges([term for town in towns for term in town.terms]) or [date(2027, 1, 1)]
            today, asked = (
                data.draw(st.sampled_from(days)),
                data.draw(filters(days) | filters(days) | st.just(OrganisationFilter())),
            )
            order = OrganisationOrder(
                data.draw(st.sampled_from(list(OrganisationOrderField))), data.draw(st.booleans())
            )
            visible = data.draw(
                st.none() | st.none() | st.frozensets(st.sampled_from([town.id for town in towns] or ["org_1"]))
            )
            seen = [town for town in towns if visible is None or town.id in visible]
            expected = _in_order([town for town in seen if _wanted(town, asked, today)], order, today)

            async def ask(window: Window) -> Page:
                return await organisations_page(window, filter=asked, order=order, today=today, visible=visible)

            size = data.draw(SIZES)
            assert await walk_forward(ask, size) == expected
            assert await walk_backward(ask, size) == expected
            assert await organisations_total(filter=asked, today=today, visible=visible) == len(expected)
            raise TakenBack


@PROPERTY
@given(
    made=st.lists(st.tuples(st.integers(0, 2), KINDS, INSTANTS), max_size=10),
    visible=st.none() | st.frozensets(st.integers(0, 1)),
    owner=st.none() | st.integers(0, 1),
    kinds=st.frozensets(KINDS),
    since=st.none() | INSTANTS,
    until=st.none() | INSTANTS,
    size=SIZES,
)
async def test_events(
    database: str,
    made: list[tuple[int, str, datetime]],
    visible: frozenset[int] | None,
    owner: int | None,
    kinds: frozenset[str],
    since: datetime | None,
    until: datetime | None,
    size: int,
) -> None:
    with pytest.raises(TakenBack):
        async with in_transaction():
            towns = [an_organisation(), an_organisation()]
            for town in towns:
                await town.save(force_create=True)
            # the third owner is nobody: events of the installation itself
            ids = [*(town.id for town in towns), None]
            rows = [an_event(ids[index], kind=kind, at=at) for index, kind, at in made]
            if rows:
                await Event.bulk_create(rows)
            seen = None if visible is None else frozenset(towns[index].id for index in visible)
            asked = EventFilter(tuple(kinds), None if owner is None else towns[owner].id, since, until)
            expected = [
                row.id
                for row in sorted(rows, key=lambda row: (row.occurred_at, row.id), reverse=True)
                if (seen is None or row.organisation_id in seen)
                and (asked.organisation_id in (None, row.organisation_id))
                and (not kinds or row.kind in kinds)
                and (since is None or row.occurred_at >= since)
                and (until is None or row.occurred_at < until)
            ]

            async def ask(window: Window) -> Page:
                return await events_page(window, filter=asked, visible_organisations=seen)

            assert await walk_forward(ask, size) == expected
            assert await walk_backward(ask, size) == expected
            assert await events_total(filter=asked, visible_organisations=seen) == len(expected)
            raise TakenBack
