"""No row says that a seat is beyond what its subscription's latest term offers (R2; the database's own word)."""

from collections.abc import Sequence

import pytest
from tortoise.exceptions import IntegrityError

from capcom_gql.domain.terms import Term
from capcom_gql.storage.tables import Seat
from tests.domain.words import confirmed, offer, opened, reinstated, renewed, unpaid, withdrawn
from tests.storage.rows import an_organisation, write_seat, write_subscribed

TEN, FIVE, THREE = (offer(seats) for seats in (10, 5, 3))
PAST = confirmed(opened("2025-06-02", plan=TEN), "2025-06-02")
RUNNING = confirmed(opened("2026-06-03", plan=FIVE), "2026-06-03")
HISTORIES: dict[str, tuple[Sequence[Term], int]] = {
    "a smaller year after a larger one": ([PAST, RUNNING], 5),
    "a renewal that is smaller still": ([PAST, RUNNING, renewed(RUNNING, "2026-12-01", plan=THREE)], 3),
    "a renewal that was never paid": ([PAST, RUNNING, unpaid(renewed(RUNNING, "2026-12-01", plan=THREE))], 5),
    "a renewal that was withdrawn": ([RUNNING, withdrawn(renewed(RUNNING, "2026-12-01", plan=TEN), "2026-12-02")], 5),
    "an unpaid year, opened again": ([unpaid(opened("2026-01-05", plan=TEN)), RUNNING], 5),
    "a reinstated year": ([reinstated(opened("2026-06-03", plan=THREE), "2026-07-01")], 3),
}


@pytest.mark.rule("R2")
@pytest.mark.parametrize(("terms", "limit"), HISTORIES.values(), ids=HISTORIES)
async def test_a_place_is_within_the_latest_term_not_cancelled(
    database: str, terms: Sequence[Term], limit: int
) -> None:
    subscription = await write_subscribed(an_organisation(), terms)
    last = await write_seat(subscription, place=limit)
    with pytest.raises(IntegrityError, match="within the limit of the plan"):
        await write_seat(subscription, place=limit + 1)
    with pytest.raises(IntegrityError, match="within the limit of the plan"):
        await Seat.filter(id=last.id).update(place=limit + 1)
    await Seat.filter(id=last.id).update(place=1)
    await write_seat(subscription, place=limit)
    assert sorted([seat.place for seat in await Seat.all()]) == [1, limit]
