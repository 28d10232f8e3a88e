"""What a report counts on either side of its edges: one example each, where the property counts whatever was done."""

from datetime import date, datetime, timedelta

import pytest

from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.forms import OrganisationForm
from capcom_gql.services import report as reporting
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.release_discount import ReleaseDiscountForm, release_discount
from capcom_gql.services.report import Report, report_of
from capcom_gql.storage.ids import SURVEY, new_id
from capcom_gql.storage.tables import Redemption, Seat, Subscription, SurveyRequest, Term
from tests.domain.words import paris
from tests.services.house import House, Service, on, redemption

FIRST, SECOND, THIRD, FOURTH = (date(2027, 3, day) for day in (1, 2, 3, 4))
DESK = Actor(key_id="key_1", scopes=frozenset({Scope.DISCOUNTS_REDEEM}))


async def on_days(service: Service, *days: date) -> list[Report]:
    """The report of each day alone."""
    return [await report_of(service.runtime, day, day) for day in days]


async def test_a_seat_is_there_from_the_instant_it_is_given_to_the_instant_it_is_taken(service: Service) -> None:
    await service.subscribe("ana", "bob")
    await Seat.filter(place=2).update(added_at=paris("2027-03-02 00:00"), removed_at=paris("2027-03-04 00:00"))
    await on(FOURTH)
    found = await on_days(service, FIRST, SECOND, THIRD, FOURTH)
    assert [each.seats_used for each in found] == [1, 2, 2, 1]
    assert [each.seats_available for each in found] == [4, 3, 3, 4]


async def test_a_discount_is_of_the_day_it_was_used_and_of_none_once_released(service: Service) -> None:
    await service.subscribe("ana")
    seat = await Seat.get()
    for event in ("forum", "other forum"):
        await redeem_discount(service.runtime, DESK, redemption(seat.number, event))
    kept, released = await Redemption.all().order_by("id")
    await Redemption.all().update(redeemed_at=paris("2027-03-02 00:00"))
    await on(THIRD)
    found = await on_days(service, FIRST, SECOND, THIRD)
    assert [each.redemptions for each in found] == [0, 2, 0]
    assert found[1].reduction_minor == kept.reduction_minor + released.reduction_minor > 0
    await release_discount(service.runtime, DESK, ReleaseDiscountForm(released.id))
    (second,) = await on_days(service, SECOND)
    assert (second.redemptions, second.reduction_minor) == (1, kept.reduction_minor)


@pytest.mark.rule("R9")
async def test_what_is_invoiced_again_was_used_and_is_no_reduction(house: House, service: Service) -> None:
    await service.subscribe("ana")
    await redeem_discount(service.runtime, DESK, redemption((await Seat.get()).number))
    await house.after_the_deadline()
    found = await report_of(service.runtime, FIRST, await service.today())
    assert (found.redemptions, found.reduction_minor, found.figures.cancelled_unpaid) == (1, 0, 1)
    assert (found.seats_used, found.seats_available) == (0, 0), "of what is not live no seat counts"


async def test_surveys_are_of_the_day_they_were_asked(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await service.subscribe("ana", "bob", "cleo", "dan")
    at = paris("2027-03-02 00:00")
    answers: tuple[tuple[int, str | None, datetime] | None, ...] = (
        (10, "first", at + timedelta(days=1)),
        (3, "last", at + timedelta(days=2)),
        (10, None, at + timedelta(days=3)),
        None,
    )
    term = await Term.get()
    for seat, answer in zip(await Seat.all().order_by("place"), answers, strict=True):
        score, comment, answered_at = answer or (None, None, None)
        await SurveyRequest.create(
            id=new_id(SURVEY),
            seat_id=seat.id,
            term_id=term.id,
            asked_at=at,
            answered_at=answered_at,
            score=score,
            comment=comment,
        )
    await on(date(2027, 3, 9))
    before, found, after = await on_days(service, FIRST, SECOND, THIRD)
    assert before.asked == after.asked == 0
    assert (found.asked, found.answered, found.score, found.nps) == (4, 3, 23 / 3, 33)
    assert found.comments == ["last", "first"], "latest first"
    monkeypatch.setattr(reporting, "MOST_COMMENTS", 1)
    assert [each.comments for each in await on_days(service, SECOND)] == [["last"]]


async def test_subscriptions_are_read_portion_by_portion(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "AT_ONCE", 2)
    for name in ("ana", "bob", "cleo", "dan", "eve"):
        await service.subscribe(name, organisation=OrganisationForm(f"Ville de {name}"))
    assert await Subscription.all().count() == 5
    (found,) = await on_days(service, FIRST)
    assert (found.figures.live, found.seats_used) == (5, 5)
