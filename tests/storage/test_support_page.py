"""The list of support requests: newest first, open, answered or all (both engines)."""

from datetime import timedelta

import pytest

from capcom_gql.storage.ids import SUPPORT_REQUEST, new_id
from capcom_gql.storage.queries.keyset import Window
from capcom_gql.storage.queries.support_list import support_requests_page, support_requests_total
from capcom_gql.storage.tables import Seat, SupportRequest
from tests.storage.rows import NOON, an_organisation, write_seat, write_subscribed, year_of

A_SECOND = timedelta(seconds=1)


async def listed(*, is_open: bool | None) -> tuple[str, ...]:
    """The ids on the list, walked one by one both ways, once they agree with its own count."""
    forth: list[str] = []
    after = None
    while True:
        page = await support_requests_page(Window(first=1, after=after), is_open=is_open)
        forth += page.ids
        if not page.has_next_page:
            break
        after = page.end_cursor
    back = await support_requests_page(Window(last=100), is_open=is_open)
    assert back.ids == tuple(forth)
    assert await support_requests_total(is_open=is_open) == len(forth)
    return tuple(forth)


async def request_of(seat: Seat, seconds: int, answer: str | None = None) -> str:
    """A request opened some seconds after noon, perhaps answered at once; its id."""
    at = NOON + seconds * A_SECOND
    row = await SupportRequest.create(
        id=new_id(SUPPORT_REQUEST),
        person_id=seat.person_id,
        seat=seat,
        message="Pourquoi ?",
        opened_at=at,
        closed_at=None if answer is None else at,
        answer=answer,
    )
    return row.id


@pytest.mark.rule("R20")
async def test_requests_newest_first_open_answered_or_all(database: str) -> None:
    seat = await write_seat(await write_subscribed(an_organisation(), [year_of("2026-12-09")]))
    assert await listed(is_open=None) == ()
    second = await request_of(seat, 1)
    first = await request_of(seat, 0, "Voici.")
    third = await request_of(seat, 2, "Voilà.")
    together = await request_of(seat, 2)
    assert await listed(is_open=None) == (together, third, second, first)
    assert await listed(is_open=True) == (together, second)
    assert await listed(is_open=False) == (third, first)
