"""The states written as SQL say what the rules say, on both engines, on every day on which anything may change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tortoise.transactions import in_transaction

from capcom_gql.domain import discounts, lifecycle
from capcom_gql.domain.terms import Term
from capcom_gql.storage.engine import database
from capcom_gql.storage.engine.columns import as_day
from capcom_gql.storage.queries import status_sql
from capcom_gql.storage.queries.number_holders import number_holders
from capcom_gql.storage.tables import Plan, Subscription
from capcom_gql.storage.tables import Term as TermRow
from tests.domain.words import POLICY, renewed, unpaid
from tests.storage.histories import histories
from tests.storage.rows import (
    NOON,
    a_subscription,
    a_term,
    an_organisation,
    edges,
    write_redemption,
    write_seat,
    year_of,
)

# the fixture is one database for all examples: each ends by taking back what it wrote
PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


RUNNING = year_of("2026-01-01")


def as_is(term: Term) -> Term:
    """The term whose fall no worker has recorded yet."""
    return term


class TakenBack(Exception):
    """Ends the transaction of an example."""


async def _write(terms: tuple[Term, ...]) -> tuple[Subscription, dict[str, TermRow]]:
    organisation = an_organisation()
    subscription = a_subscription(organisation)
    plan = await Plan.get(code="EQUIPE")
    rows = {term.id: a_term(subscription, term, plan) for term in terms}
    await organisation.save(force_create=True)
    await subscription.save(force_create=True)
    await TermRow.bulk_create(rows.values())
    return subscription, rows


COLUMNS = ("state", "is_live", "plan_code", "starts_on", "ends_on", "proof_due_on")


def _as_the_rule_says(terms: tuple[Term, ...], today: date) -> dict[str, Any]:
    status = lifecycle.subscription_status(terms, today, POLICY)
    if status is None:
        return dict.fromkeys(COLUMNS)
    return {
        "state": status.state,
        "is_live": status.is_live,
        "plan_code": status.term.offer.plan_code,
        "starts_on": status.starts_on,
        "ends_on": status.ends_on,
        "proof_due_on": status.proof_due_on,
    }


def _as_written(row: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: as_day(row[name]) for name in ("starts_on", "ends_on", "proof_due_on")}
    is_live = None if row["is_live"] is None else bool(row["is_live"])
    return {"state": row["state"], "is_live": is_live, "plan_code": row["plan_code"], **days}


@pytest.mark.rule("R9")
@pytest.mark.rule("R16")
@pytest.mark.rule("R17")
@PROPERTY
# unpaid at the very first instant of its first day, a renewed term never began; a day later it had
@example(
    several=[
        (RUNNING, fallen(renewed(RUNNING, renewal)))
        for renewal in ("2026-12-16", "2026-12-17")
        for fallen in (unpaid, as_is)
    ]
)
@given(several=st.lists(histories(), min_size=1, max_size=4))
async def test_the_standing_of_subscriptions(database: str, several: list[tuple[Term, ...]]) -> None:
    with pytest.raises(TakenBack):
        async with in_transaction():
            expected = {(await _write(terms))[0].organisation_id: terms for terms in several}
            never = an_organisation()
            await never.save(force_create=True)
            expected[never.id] = ()
            for today in edges([term for terms in several for term in terms]):
                rows = await _on(today, status_sql.statuses("$1"))
                found = {row["organisation_id"]: _as_written(row) for row in rows}
                assert len(found) == len(rows)
                assert found == {each: _as_the_rule_says(terms, today) for each, terms in expected.items()}, today
            raise TakenBack


@pytest.mark.rule("R9")
@pytest.mark.rule("R22")
@PROPERTY
@given(terms=histories())
async def test_the_state_of_redemptions(database: str, terms: tuple[Term, ...]) -> None:
    sql = f"""
        SELECT redemption.id, {status_sql.redemption_state("$1")} AS state
        FROM redemption JOIN term ON term.id = redemption.term_id
    """
    with pytest.raises(TakenBack):
        async with in_transaction():
            subscription, rows = await _write(terms)
            seat = await write_seat(subscription)
            made = {}
            for term in terms:
                for released_at in (None, NOON):
                    event = f"{term.id} {released_at}"
                    redemption = await write_redemption(seat, rows[term.id], event=event, released_at=released_at)
                    made[redemption.id] = (released_at, term)
            for today in edges(terms):
                found = {row["id"]: row["state"] for row in await _on(today, sql)}
                assert found == {
                    redemption_id: discounts.redemption_state(released_at, term, today, POLICY)
                    for redemption_id, (released_at, term) in made.items()
                }
            raise TakenBack


@PROPERTY
@given(terms=histories())
async def test_a_holding_has_the_facts_of_the_rows(database: str, terms: tuple[Term, ...]) -> None:
    with pytest.raises(TakenBack):
        async with in_transaction():
            subscription, _ = await _write(terms)
            seat = await write_seat(subscription)
            holder = (await number_holders([seat.number]))[seat.number]
            rows = await TermRow.filter(subscription_id=subscription.id).order_by("starts_on", "opened_at")
            assert holder.facts.terms == tuple(row.facts() for row in rows)
            raise TakenBack


async def _on(today: date, sql: str) -> list[dict[str, Any]]:
    return await database.rows(sql, [today])
