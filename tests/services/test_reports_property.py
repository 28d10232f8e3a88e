"""Whatever was done, however late the worker: every figure of a report is what a count over the events gives."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capcom_gql.domain.letters import AddressKind, Channel
from capcom_gql.domain.rights import Actor
from capcom_gql.runtime import runtime_from
from capcom_gql.services.report import Report, report_of
from capcom_gql.settings import Settings
from capcom_gql.storage.engine.database import open_database
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Event
from capcom_gql.subscription.sweep import record_steps
from tests.databases import Source
from tests.services.counting import asked_and_said, counted, day_of, kept_books
from tests.services.lives import TURNS, Life, Turn
from tests.staff_member import staff_member

A_DAY = timedelta(days=1)
SURVEY = ("asked", "answered", "score", "nps", "comments")
LONGER = 4


@pytest.mark.rule("R9")
@pytest.mark.rule("R14")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(turns=st.lists(TURNS, min_size=4, max_size=24), wait=st.sampled_from([0, 16, 40, 366]), data=st.data())
def test_every_figure_is_that_of_a_count_over_the_events(
    databases: Source, tmp_path: Path, turns: list[Turn], wait: int, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder, databases.migrated(Path(folder)) as url:
        asyncio.run(_lead_and_count(url, turns, wait, data))


async def _lead_and_count(url: str, turns: Sequence[Turn], wait: int, data: st.DataObject) -> None:
    async with open_database(url):
        life = Life(runtime_from(Settings(), (Channel("mailbox", AddressKind.EMAIL),)), await _staff())
        await life.lead(turns)
        await life.pass_time(wait, time(12))
        periods = await _periods(data)
        late = await _reports(life, periods)
        # the letters' own events, and so the surveys asked, follow the worker; nothing else does
        told = kept_books(await _events())
        for period, report in zip(periods, late, strict=True):
            assert {name: report[name] for name in SURVEY} == asked_and_said(told, life.said, *period), period
        await record_steps(life.runtime)
        books, now = kept_books(await _events()), await product_now()
        for period, before, after in zip(periods, late, await _reports(life, periods), strict=True):
            wanted = counted(books, *period, now)
            assert {name: after[name] for name in wanted} == wanted, period
            assert {name: before[name] for name in wanted} == wanted, period
            assert {name: after[name] for name in SURVEY} == asked_and_said(books, life.said, *period), period


async def _staff() -> Actor:
    row = await staff_member()
    return Actor(person_id=row.id, is_staff=True)


async def _events() -> list[Event]:
    return await Event.all().order_by("recorded_at", "id")


async def _periods(data: st.DataObject) -> list[tuple[date, date]]:
    """Every single day on which the calendar does something, and some periods of any length, also to the calendar's
    own ends.
    """
    today = day_of(await product_now())
    deeds, edges = {today + 400 * A_DAY}, {today}
    for event in await _events():
        deeds |= {day_of(event.occurred_at), day_of(event.recorded_at)}
        told = [event.details[name] for name in ("ends_on", "proof_due_on") if event.details.get(name)]
        edges |= {date.fromisoformat(day) + step * A_DAY for day in told for step in (0, 1)}
    around = sorted({day + step * A_DAY for day in deeds | edges for step in (-1, 0, 1)})
    some_day = st.sampled_from([date.min, *around, date.max])
    asked = data.draw(st.lists(st.tuples(some_day, some_day), min_size=LONGER, max_size=LONGER), label="periods")
    return [*((min(pair), max(pair)) for pair in asked), *((day, day) for day in sorted(edges))]


async def _reports(life: Life, periods: Sequence[tuple[date, date]]) -> list[dict[str, Any]]:
    return [_told(await report_of(life.runtime, *period)) for period in periods]


def _told(report: Report) -> dict[str, Any]:
    figures = report.figures
    names = (
        "live",
        "opened",
        "confirmed",
        "cancelled_unpaid",
        "expired",
        "renewed",
        "renewal_rate",
        "proof_awaited_minor",
    )
    counts = ("seats_used", "seats_available", "redemptions", "reduction_minor", *SURVEY)
    return {name: getattr(figures, name) for name in names} | {name: getattr(report, name) for name in counts}
