"""The list of redemptions: newest first, filtered, for whom (both engines)."""

from datetime import date, timedelta

import pytest

from capcom_gql.domain.discounts import RedemptionState
from capcom_gql.domain.terms import Term as Facts
from capcom_gql.storage.queries.lists import RedemptionFilter, Window, redemptions_page, redemptions_total
from capcom_gql.storage.tables import Seat, Term
from tests.domain.words import day, opened
from tests.storage.rows import NOBODY, NOON, an_organisation, write_redemption, write_seat, write_subscribed, year_of

TODAY = day("2026-12-20")
ANY = RedemptionFilter()
ALL = Window(first=100)
A_SECOND = timedelta(seconds=1)


async def seat_and_term(name: str, facts: Facts) -> tuple[Seat, Term]:
    """A seat of a new organisation, and its one term."""
    subscription = await write_subscribed(an_organisation(name), [facts])
    return await write_seat(subscription), await Term.get(subscription_id=subscription.id)


async def redeemed(
    asked: RedemptionFilter = ANY,
    *,
    today: date = TODAY,
    organisations: frozenset[str] | None = None,
    person_id: str | None = None,
    redeemed_by: str | None = None,
) -> tuple[str, ...]:
    """The ids on the list, once it agrees with its own count."""
    page = await redemptions_page(
        ALL,
        filter=asked,
        today=today,
        visible_organisations=organisations,
        person_id=person_id,
        redeemed_by=redeemed_by,
    )
    assert len(page.ids) == await redemptions_total(
        filter=asked,
        today=today,
        visible_organisations=organisations,
        person_id=person_id,
        redeemed_by=redeemed_by,
    )
    return page.ids


@pytest.mark.rule("R22")
async def test_redemptions_by_state_on_both_sides_of_the_deadline(database: str) -> None:
    seat, term = await seat_and_term("unpaid", opened("2026-12-09"))
    used = await write_redemption(seat, term, event="forum")
    free = await write_redemption(seat, term, event="forum", released_at=NOON)
    paid_seat, paid_term = await seat_and_term("paid", year_of("2026-12-09"))
    paid = await write_redemption(paid_seat, paid_term)
    on_time, late = day("2026-12-24"), day("2026-12-25")
    assert await redeemed(RedemptionFilter(states=(RedemptionState.PROVISIONAL,)), today=on_time) == (used.id,)
    assert await redeemed(RedemptionFilter(states=(RedemptionState.PROVISIONAL,)), today=late) == ()
    assert await redeemed(RedemptionFilter(states=(RedemptionState.TO_REINVOICE,)), today=on_time) == ()
    assert await redeemed(RedemptionFilter(states=(RedemptionState.TO_REINVOICE,)), today=late) == (used.id,)
    assert await redeemed(RedemptionFilter(states=(RedemptionState.FINAL,)), today=late) == (paid.id,)
    assert await redeemed(RedemptionFilter(states=(RedemptionState.RELEASED,)), today=late) == (free.id,)
    settled = (RedemptionState.FINAL, RedemptionState.RELEASED)
    assert await redeemed(RedemptionFilter(states=settled)) == (paid.id, free.id)


async def test_redemptions_are_newest_first_and_filtered(database: str) -> None:
    seat, term = await seat_and_term("town", opened("2026-12-09"))
    other_seat, other_term = await seat_and_term("other", opened("2026-12-09"))
    first = await write_redemption(seat, term, event="forum", registration="one", at=NOON + A_SECOND)
    second = await write_redemption(seat, term, event="meeting", registration="two", at=NOON)
    third = await write_redemption(other_seat, other_term, event="forum", registration="two", at=NOON + 2 * A_SECOND)
    assert await redeemed() == (third.id, first.id, second.id)
    assert await redeemed(RedemptionFilter(organisation_id=first.organisation_id)) == (first.id, second.id)
    assert await redeemed(RedemptionFilter(event_reference="forum")) == (third.id, first.id)
    assert await redeemed(RedemptionFilter(registration_reference="two")) == (third.id, second.id)
    assert await redeemed(RedemptionFilter(event_reference="forum", registration_reference="two")) == (third.id,)
    assert await redeemed(RedemptionFilter(event_reference="training")) == ()


async def test_a_caller_sees_their_organisations_own_and_key_s_redemptions(database: str) -> None:
    seat, term = await seat_and_term("town", opened("2026-12-09"))
    other_seat, other_term = await seat_and_term("other", opened("2026-12-09"))
    here = await write_redemption(seat, term, by="key_a", at=NOON)
    there = await write_redemption(other_seat, other_term, by="key_b", at=NOON + A_SECOND)
    town = frozenset({here.organisation_id})
    assert await redeemed(organisations=town) == (here.id,)
    assert await redeemed(organisations=NOBODY, person_id=other_seat.person_id) == (there.id,)
    assert await redeemed(organisations=NOBODY, redeemed_by="key_a") == (here.id,)
    assert await redeemed(organisations=town, person_id=other_seat.person_id) == (there.id, here.id)
    assert await redeemed(organisations=NOBODY) == ()
    asked = RedemptionFilter(event_reference=here.event_reference)
    assert await redeemed(asked, organisations=NOBODY, redeemed_by="key_c") == ()
