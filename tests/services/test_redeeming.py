"""Redemptions: one event however its reference is typed, and the check that the redemption itself made (R10, R22)."""

import asyncio
from dataclasses import replace

import pytest
from tortoise import connections

from capcom_gql.domain.plans import EventKind
from capcom_gql.entitlement.check_discount import CheckAnswer, DiscountQuestion, check_discounts
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.release_discount import ReleaseDiscountForm, release_discount
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.storage.engine.database import is_postgres
from capcom_gql.storage.tables import Redemption, Seat, Term
from tests.databases import ONLY_SQLITE
from tests.services.house import Service, advance, faults_of, redemption

EVENT = "forum-2027"
SPELLINGS = [f"{EVENT} ", f" {EVENT}", f"\t{EVENT}\n", f"\u00a0{EVENT}\u2003"]


@pytest.fixture
async def number(service: Service) -> str:
    """The number of the second seat of a live subscription."""
    made = await service.subscribe("ana", "bob")
    return (await Seat.get(id=made.seat_ids[1])).number


async def check(service: Service, number: str, event: str | None, email: str | None = None) -> CheckAnswer:
    """Ask about the Forum at 100 euros."""
    ask = DiscountQuestion(number, EventKind.FORUM, event, 10_000, email)
    (answer,) = await check_discounts(service.runtime, service.staff, [ask])
    return answer


def reason(answer: CheckAnswer) -> str:
    """Why, or that it is eligible."""
    return answer.verdict.reason.value


@pytest.mark.rule("R22")
async def test_an_event_with_spaces_around_it_is_the_same_event(service: Service, number: str) -> None:
    for spelled in SPELLINGS:
        assert reason(await check(service, number, spelled)) == "ELIGIBLE"
        first = await redeem_discount(service.runtime, service.staff, redemption(number, spelled))
        assert first.redemption_id is not None and reason(first.check) == "ELIGIBLE"
        assert (await Redemption.get(id=first.redemption_id)).event_reference == EVENT
        for event in (EVENT, *SPELLINGS):
            assert reason(await check(service, number, event)) == "ALREADY_REDEEMED"
            again = await redeem_discount(service.runtime, service.staff, redemption(number, event))
            assert (again.redemption_id, reason(again.check)) == (None, "ALREADY_REDEEMED")
        assert reason(await check(service, number, "forum-2028")) == "ELIGIBLE"
        await release_discount(service.runtime, service.staff, ReleaseDiscountForm(first.redemption_id))
        assert reason(await check(service, number, EVENT)) == "ELIGIBLE"


@pytest.mark.rule("R22")
@ONLY_SQLITE
async def test_a_check_about_no_event_is_about_none(service: Service, number: str) -> None:
    await redeem_discount(service.runtime, service.staff, redemption(number, EVENT))
    for event in (None, "", "  "):
        assert reason(await check(service, number, event)) == "ELIGIBLE"


@pytest.mark.rule("R10")
async def test_an_address_that_is_none(service: Service, number: str) -> None:
    """A fault of the form, told with the others; it is not taken for somebody else's."""
    for email in ("", "bob", "bob@", "bob@ville", "@ville.example", "b" * 400 + "@ville.example"):
        asked = redemption(number, EVENT, email=email)
        assert await faults_of(redeem_discount(service.runtime, service.staff, asked)) == [("INVALID_INPUT", "email")]
        asked = replace(asked, event_reference=" ", price_minor=-1)
        assert await faults_of(redeem_discount(service.runtime, service.staff, asked)) == [
            ("INVALID_INPUT", "eventReference"),
            ("INVALID_INPUT", "priceMinor"),
            ("INVALID_INPUT", "email"),
        ]
    assert await Redemption.all().count() == 0


@pytest.mark.rule("R10")
@ONLY_SQLITE
async def test_the_address_of_the_holder_and_of_another(service: Service, number: str) -> None:
    refused = await redeem_discount(
        service.runtime, service.staff, redemption(number, EVENT, email="ana@ville.example")
    )
    assert (refused.redemption_id, reason(refused.check)) == (None, "HOLDER_MISMATCH")
    made = await redeem_discount(service.runtime, service.staff, redemption(number, EVENT, email=" BOB@Ville.Example"))
    assert made.redemption_id is not None


@pytest.mark.rule("R22")
async def test_the_check_of_a_redemption_is_the_one_that_it_was_made_by(service: Service, number: str) -> None:
    """Of the very instant of the redemption: whatever happens between it and the answer, they agree."""
    made = await redeem_discount(service.runtime, service.staff, redemption(number, EVENT))
    kept = await Redemption.get()
    assert made.check.checked_at == kept.redeemed_at
    assert made.check.verdict.reduction_minor == kept.reduction_minor == 1_000


@pytest.mark.rule("R22")
async def test_a_seat_removed_in_the_same_breath(service: Service, number: str) -> None:
    """Many redemptions and removals at once: whoever has a redemption has the check that granted it."""
    seat = await Seat.get(number=number)
    asks = [redeem_discount(service.runtime, service.staff, redemption(number, f"event-{turn}")) for turn in range(6)]
    removal = remove_seat(service.runtime, service.staff, RemoveSeatForm(seat.id))
    made, _ = await asyncio.gather(asyncio.gather(*asks), removal)
    for each in made:
        assert (each.redemption_id is not None) == each.check.verdict.eligible
        assert reason(each.check) in {"ELIGIBLE", "SEAT_REMOVED"}
    granted = [each for each in made if each.redemption_id is not None]
    assert await Redemption.all().count() == len(granted)


@pytest.mark.rule("R22")
async def test_a_replay_reads_the_check_anew(service: Service, number: str) -> None:
    """The redemption is the one made before; what a check would say of the number now is said with it."""
    asked = redemption(number, EVENT)
    first = await redeem_discount(service.runtime, service.staff, asked)
    await advance(days=1)
    # what one cannot do through the service, an operator's correction in the database can
    literal = "'[]'::jsonb" if is_postgres() else "'[]'"
    await connections.get("default").execute_query(f"UPDATE term SET discounts = {literal}")
    assert await Term.all().count() == 1
    again = await redeem_discount(service.runtime, service.staff, asked)
    assert again.redemption_id == first.redemption_id
    assert again.check.checked_at > first.check.checked_at
    assert reason(again.check) == "EVENT_NOT_COVERED"
    assert await Redemption.all().count() == 1
