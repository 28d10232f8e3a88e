"""Yes or no: renewing early or late, on another plan, and declining."""

import pytest

from tests.story import Story, change_plan, codes, now_is, paris, refused
from tests.world import World

FIRST = ("2027-03-01", "2028-02-29")
SECOND = ("2028-03-01", "2029-02-28")


@pytest.mark.rule("R14")
@pytest.mark.parametrize(
    "day", ["2027-03-01 12:01", "2027-09-15", "2028-01-28 23:59", "2028-02-22 07:30", "2028-02-29 23:59"]
)
async def test_renewing_on_any_day_loses_nothing(world: World, day: str) -> None:
    """An hour after signing up or in the last minute: the same second year, all of the first, and no more letters."""
    story = await Story.begin(world, "ana", "bob")
    await now_is(day)
    await world.tick()
    assert (await story.view())["renewal"]["wouldEndOn"] == "2029-02-28"
    renewed = await story.renew()
    assert (renewed["startsOn"], renewed["endsOn"]) == SECOND
    seen = await story.view()
    assert (seen["state"], seen["startsOn"], seen["endsOn"]) == ("CONFIRMED", FIRST[0], SECOND[1])
    assert not seen["renewal"]["isOpen"] and seen["renewal"]["renewedAt"] and seen["renewal"]["wouldEndOn"] is None
    assert await codes(story.renew()) == ["RENEWAL_ALREADY_DONE subscriptionId"]
    assert await codes(story.decline()) == ["RENEWAL_ALREADY_DONE subscriptionId"]
    check = await world.check(story.numbers["bob"])
    assert (check["provisional"], check["validUntil"]) == (False, FIRST[1]), "a year that is not paid is no promise"
    await story.pay()
    upcoming = (await story.view())["terms"][1]
    assert (upcoming["state"], upcoming["isConfirmed"]) == ("UPCOMING", True)
    assert (await world.check(story.numbers["bob"]))["validUntil"] == SECOND[1]
    told = len(world.letters_to("bob"))

    await story.live_to("2028-03-01", every=40)
    await story.at("2028-03-01 08:00")
    assert await story.terms() == [("ENDED", *FIRST), ("CONFIRMED", *SECOND)]
    assert (await world.check(story.numbers["bob"]))["eligible"]
    topics = [letter.topic for letter in world.letters_to("bob")]
    assert set(topics[told:]) <= {"renewed", "survey"} and topics.count("survey") == 1
    assert (await story.view())["renewal"]["isOpen"], "the second year may be renewed at once"


@pytest.mark.rule("R14")
async def test_renewing_waits_for_the_proof(world: World) -> None:
    """Nobody renews a year that is not paid."""
    story = await Story.begin(world, "ana", paid=False)
    assert not (await story.view())["renewal"]["isOpen"]
    assert await codes(story.renew()) == ["PROOF_AWAITED subscriptionId"]
    assert await codes(story.renew("GOLD", terms="0")) == [
        "PROOF_AWAITED subscriptionId",
        "NOT_FOUND planCode",
        "TERMS_NOT_ACCEPTED acceptedTermsVersion",
    ]
    await story.pay()
    await story.renew()


@pytest.mark.rule("R2")
@pytest.mark.rule("R14")
async def test_a_plan_with_fewer_seats(world: World) -> None:
    """Five users do not fit into three seats; three do, and then the upcoming term's room counts at once."""
    story = await Story.begin(world, "ana", "bob", "cleo", "dan", "eve")
    too_small = await refused(story.renew("ESSENTIEL"))
    assert [(error["code"], error["path"]) for error in too_small] == [("PLAN_TOO_SMALL", ["planCode"])]
    assert "3" in too_small[0]["message"] and "5" in too_small[0]["message"]
    await story.remove("bob")
    await story.remove("dan")
    renewed = await story.renew("ESSENTIEL")
    assert (renewed["plan"]["code"], renewed["seatLimit"], renewed["price"]["amountMinor"]) == ("ESSENTIEL", 3, 60_000)
    seen = await story.view()
    assert (seen["plan"]["code"], seen["seatLimit"], seen["seatsUsed"]) == ("EQUIPE", 3, 3)
    full = await refused(story.add("flo"))
    assert [(error["code"], error["limit"], error["used"]) for error in full] == [("SEAT_LIMIT_REACHED", 3, 3)]
    assert "upcoming term" in full[0]["message"], "which of the two years is too small"

    await now_is("2027-03-17")
    assert (await story.view())["seatLimit"] == 5, "the smaller year fell unpaid"
    await story.add("flo")
    await story.remove("flo")
    await story.renew("ESSENTIEL")
    await story.pay()
    await now_is("2028-03-01")
    seen = await story.view()
    assert (seen["plan"]["code"], seen["seatLimit"], seen["seatsUsed"]) == ("ESSENTIEL", 3, 3)
    assert "upcoming term" not in (await refused(story.add("flo")))[0]["message"]


@pytest.mark.rule("R14")
async def test_a_closed_plan_and_a_new_price(world: World) -> None:
    """A closed plan may be kept, at its price of today; nobody chooses it anew. The running year is as sold."""
    story = await Story.begin(world, "ana", plan="EQUIPE")
    other = await Story.begin(world, "zoe", name="Métropole de Bourg", plan="ESSENTIEL")
    await change_plan("EQUIPE", is_open=False, price_minor=95_000, seat_limit=6)
    assert await codes(other.renew("EQUIPE")) == ["PLAN_CLOSED planCode"]
    for kept in (None, "EQUIPE"):
        renewed = await (story if kept else other).renew(kept)
        assert renewed["plan"]["code"] == (kept or "ESSENTIEL")
    terms = (await story.view())["terms"]
    assert [(term["price"]["amountMinor"], term["seatLimit"]) for term in terms] == [(90_000, 5), (95_000, 6)]
    assert (await story.view())["seatLimit"] == 5, "room comes with the new year"


@pytest.mark.rule("R15")
async def test_declining_then_renewing(world: World) -> None:
    """No: the reminders stop, nothing else does. Then yes after all, until the last minute; the no is forgotten."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2028-01-25")
    await story.live_to("2028-02-08")
    await now_is("2028-02-09 10:00")
    await story.decline("The council has to save.")
    await story.decline()
    renewal = (await story.view(by=story.manager))["renewal"]
    assert paris(renewal["declinedAt"]) == "2028-02-09 10:00"
    assert renewal["declineReason"] == "The council has to save."
    assert renewal["isOpen"] and renewal["remindersSent"] == 1
    assert await story.agenda() == [("EXPIRY", "2028-03-01")]
    await story.live_to("2028-02-28")
    assert (await world.check(story.numbers["bob"]))["eligible"]
    assert story.post(since="2028-01-01") == [
        ("2028-01-29 08:00", "renewal_notice", "ana bob"),
        ("2028-02-08 08:00", "renewal_reminder", "ana bob"),
        ("2028-02-09 10:00", "declined", "ana"),
    ]
    await now_is("2028-02-29 23:59")
    await story.renew()
    renewal = (await story.view(by=story.manager))["renewal"]
    assert (renewal["declinedAt"], renewal["declineReason"]) == (None, None)
    await story.live_to("2028-03-02")
    assert story.post(since="2028-02-10") == [
        ("2028-02-29 23:59", "renewed", "ana bob"),
        ("2028-02-29 23:59", "survey", "ana bob"),
    ]
    assert (await story.view())["state"] == "PROVISIONAL"


@pytest.mark.rule("R14")
@pytest.mark.rule("R15")
async def test_a_second_no(world: World) -> None:
    """No for a reason, then yes, which nobody pays, then no again: the first no's reason is not the last's."""
    story = await Story.begin(world, "ana")
    await now_is("2027-06-01 10:00")
    await story.decline("The council has to save.")
    await story.renew()
    await now_is("2027-06-17 10:00")
    await story.decline()
    renewal = (await story.view())["renewal"]
    assert (paris(renewal["declinedAt"]), renewal["declineReason"]) == ("2027-06-17 10:00", None)
    await now_is("2027-06-18 10:00")
    await story.decline("It still has to.")
    await now_is("2027-06-19 10:00")
    await story.decline("Words, words.")
    renewal = (await story.view())["renewal"]
    assert (paris(renewal["declinedAt"]), renewal["declineReason"]) == ("2027-06-17 10:00", "Words, words.")


@pytest.mark.rule("R15")
@pytest.mark.rule("R18")
async def test_declining_to_the_end(world: World) -> None:
    """A no in the first months: not one reminder, the end on its day, and the survey all the same."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2027-05-01 09:00")
    await story.decline()
    await world.tick()
    await now_is("2028-01-27")
    await story.live_to("2028-03-02")
    assert story.post(since="2027-05-01") == [
        ("2027-05-01 09:00", "declined", "ana"),
        ("2028-03-01 08:00", "expired", "ana bob"),
        ("2028-03-01 08:00", "survey", "ana bob"),
    ]
    assert await codes(story.renew()) == ["NOT_LIVE subscriptionId"]
    assert await codes(story.decline()) == ["NOT_LIVE subscriptionId"]


@pytest.mark.rule("R15")
async def test_an_answer_before_eight(world: World) -> None:
    """What was written down at midnight is not sent at eight, once the manager has answered at seven."""
    story = await Story.begin(world, "ana", "bob")
    await story.at("2028-01-29 00:05")
    await now_is("2028-01-29 07:00")
    await story.renew()
    await story.live_to("2028-01-30")
    assert [topic for _, topic, _ in story.post(since="2028-01-01")] == ["renewed", "survey"]
