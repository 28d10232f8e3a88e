"""Coming back: after the end, and after a year that was never paid."""

import pytest

from tests.story import Story, codes, now_is
from tests.world import World


@pytest.mark.rule("R16")
async def test_reopening_after_the_end(world: World) -> None:
    """Those who stay keep seat and number, those left out lose theirs, those who come get new ones."""
    story = await Story.begin(world, "ana", "bob", "cleo")
    before = dict(story.numbers)
    await now_is("2028-02-28")
    await story.live_to("2028-03-02")
    assert await codes(story.add("dan")) == ["NOT_LIVE subscriptionId"]
    assert await codes(story.remove("bob")) == ["NOT_LIVE seatId"]
    assert await codes(story.hand_over("bob")) == ["NOT_LIVE subscriptionId"]
    assert await codes(story.replace("bob", "dan")) == ["NOT_LIVE seatId"]
    bob = await world.sign_in_by_letter("bob")
    assert await codes(story.reopen("bob", by=bob)) == ["FORBIDDEN "]
    await world.tick()

    await now_is("2028-05-10 10:00")
    await story.reopen("bob", "ana", "dan")
    assert await story.terms() == [("ENDED", "2027-03-01", "2028-02-29"), ("PROVISIONAL", "2028-05-10", "2029-05-09")]
    seen = await story.view()
    assert (seen["startsOn"], seen["proofDueOn"], seen["seatsUsed"]) == ("2028-05-10", "2028-05-25", 3)
    assert seen["manager"]["person"]["email"] == "bob@ville.example"
    assert {name: story.numbers[name] for name in ("ana", "bob")} == {name: before[name] for name in ("ana", "bob")}
    assert story.numbers["dan"] not in before.values()
    assert await story.reason("cleo") == "SEAT_REMOVED"
    assert await story.reason("ana") == await story.reason("dan") == "ELIGIBLE"
    past = {"2028-02-29 12:00": "ELIGIBLE", "2028-05-10 09:59": "SUBSCRIPTION_EXPIRED"}
    assert {moment: await story.reason("cleo", at=moment) for moment in past} == past
    await world.tick()
    assert story.post(since="2028-05-01") == [
        ("2028-05-10 10:00", "seat_removed", "cleo"),
        ("2028-05-10 10:00", "welcome", "ana bob dan"),
    ]


@pytest.mark.rule("R16")
async def test_reopened_before_eight(world: World) -> None:
    """Over at midnight, open again at seven: nobody is told at eight that it has ended."""
    story = await Story.begin(world, "ana")
    await now_is("2028-02-23")
    await world.tick()
    await story.at("2028-03-01 00:01")
    await now_is("2028-03-01 07:00")
    await story.reopen("ana")
    await story.live_to("2028-03-02")
    assert story.post(since="2028-02-28") == [("2028-03-01 07:00", "welcome", "ana")]
    seen = await story.view()
    assert (seen["state"], seen["startsOn"], seen["endsOn"]) == ("PROVISIONAL", "2027-03-01", "2029-02-28")


@pytest.mark.rule("R9")
async def test_reopening_after_a_year_never_paid(world: World) -> None:
    """Its manager is sent to support; staff reopen, once it is paid the manager renews as anybody."""
    story = await Story.begin(world, "ana", "bob", paid=False)
    await story.live_to("2027-03-18")
    refusal = await codes(story.reopen("ana", "bob"))
    assert refusal == ["PREVIOUS_UNPAID "]
    await now_is("2027-06-01 10:00")
    await story.reopen("ana", "bob", by=await world.staff())
    assert await story.terms() == [
        ("CANCELLED", "2027-03-01", "2028-02-29"),
        ("PROVISIONAL", "2027-06-01", "2028-05-31"),
    ]
    assert (await story.view())["startsOn"] == "2027-06-01"
    await story.pay()
    await story.renew()
    assert (await story.terms())[2] == ("UPCOMING", "2028-06-01", "2029-05-31")
    await story.pay()
    await now_is("2029-06-01 10:00")
    assert (await story.view())["state"] == "EXPIRED"
    await story.reopen("ana")
    assert (await story.view())["seatsUsed"] == 1
