"""A proof recorded late: access resumes from that instant, never backwards, and the past stays as it was answered."""

import pytest

from tests.story import Story, codes, now_is, paris
from tests.world import World

REDEMPTION = "query N($id: ID!) { node(id: $id) { ... on Redemption { state } } }"


async def state_of(world: World, redemption: dict[str, str]) -> str:
    """The state of a redemption, as staff see it."""
    answer = await world.ask(REDEMPTION, {"id": redemption["id"]}, token=await world.staff())
    return str(answer.ok()["node"]["state"])


@pytest.mark.rule("R9")
@pytest.mark.rule("R10")
async def test_a_late_proof(world: World) -> None:
    """Cancelled on 17 March, reinstated on the 25th at ten: each past instant keeps its answer."""
    story = await Story.begin(world, "ana", "bob", "cleo", paid=False)
    redemption = (await world.redeem(story.numbers["bob"]))["redemption"]
    await now_is("2027-03-10")
    await story.remove("cleo")
    await story.live_to("2027-03-20")
    assert await state_of(world, redemption) == "TO_REINVOICE"
    term = await story.term(0)
    tomorrow = await codes(story.reinstate(term, receivedOn="2027-03-21"))
    assert tomorrow == ["INVALID_INPUT receivedOn"]

    await now_is("2027-03-25 10:00")
    assert await story.reason("bob") == "SUBSCRIPTION_CANCELLED"
    assert (await story.reinstate(term, receivedOn="2027-03-15"))["state"] == "CONFIRMED"
    await story.live_to("2027-03-26")
    assert await story.reason("bob") == "ELIGIBLE"
    assert await state_of(world, redemption) == "FINAL"
    past = {
        "2027-03-01 11:00": "SUBSCRIPTION_NOT_STARTED",
        "2027-03-09 12:00": "ELIGIBLE",
        "2027-03-16 23:59": "ELIGIBLE",
        "2027-03-17 00:00": "SUBSCRIPTION_CANCELLED",
        "2027-03-25 09:59": "SUBSCRIPTION_CANCELLED",
        "2027-03-25 10:01": "ELIGIBLE",
    }
    assert {moment: await story.reason("bob", at=moment) for moment in past} == past
    assert await story.reason("cleo", at="2027-03-09 12:00") == "ELIGIBLE"
    assert await story.reason("cleo", at="2027-03-10 12:01") == "SEAT_REMOVED"

    seen = await story.view()
    assert (seen["state"], seen["startsOn"], seen["endsOn"]) == ("CONFIRMED", "2027-03-01", "2028-02-29")
    assert paris(seen["terms"][0]["reinstatedAt"]) == "2027-03-25 10:00"
    assert (seen["terms"][0]["cancelledAt"], seen["terms"][0]["cancellationReason"]) == (None, None)
    assert [seat["isActive"] for seat in seen["seats"]] == [True, True, False], "the seats held at the cancellation"
    assert {name: (await story.seat(name))["subscriberNumber"] for name in story.numbers} == story.numbers
    assert story.post(since="2027-03-12") == [
        ("2027-03-17 08:00", "cancelled", "ana bob"),
        ("2027-03-25 10:00", "reinstated", "ana bob"),
    ]
    assert await codes(story.reinstate(term)) == ["CONFLICT termId"]
    assert await story.agenda() == [
        ("RENEWAL_NOTICE", "2028-01-29"),
        ("RENEWAL_REMINDER", "2028-02-08"),
        ("RENEWAL_REMINDER", "2028-02-15"),
        ("RENEWAL_REMINDER", "2028-02-22"),
        ("EXPIRY", "2028-03-01"),
    ]


@pytest.mark.rule("R9")
async def test_reinstated_before_anyone_was_told(world: World) -> None:
    """Staff notice at seven what lapsed at midnight: nobody is told of a cancellation that no longer holds."""
    story = await Story.begin(world, "ana", paid=False)
    await story.live_to("2027-03-16")
    await story.at("2027-03-17 00:01")
    await now_is("2027-03-17 07:00")
    await story.reinstate(await story.term(0))
    await story.live_to("2027-03-18")
    assert story.post(since="2027-03-12") == [("2027-03-17 07:00", "reinstated", "ana")]


@pytest.mark.rule("R9")
@pytest.mark.rule("R18")
async def test_a_year_that_is_over(world: World) -> None:
    """Reinstated after its last day: its books are put right, and it gives nothing; nobody is asked how it was."""
    story = await Story.begin(world, "ana", "bob", paid=False)
    redemption = (await world.redeem(story.numbers["bob"]))["redemption"]
    await story.live_to("2027-03-18")
    await now_is("2028-06-01 10:00")
    assert (await story.reinstate(await story.term(0)))["state"] == "ENDED"
    await story.live_to("2028-06-03")
    seen = await story.view()
    assert (seen["state"], seen["isLive"], seen["agenda"]) == ("EXPIRED", False, [])
    assert await story.reason("bob") == "SUBSCRIPTION_EXPIRED"
    assert await state_of(world, redemption) == "FINAL"
    assert await story.reason("bob", at="2028-01-15 12:00") == "SUBSCRIPTION_CANCELLED"
    assert story.post(since="2027-04-01") == [("2028-06-01 10:00", "reinstated", "ana bob")]
    assert (await story.seat("bob"))["survey"] is None
    await story.reopen("ana")
    assert (await story.view())["state"] == "PROVISIONAL"


@pytest.mark.rule("R9")
async def test_two_years_at_once(world: World) -> None:
    """Reopened by staff meanwhile: the unpaid year has no days left to be reinstated in, until staff cancel the new."""
    story = await Story.begin(world, "ana", "bob", paid=False)
    await story.live_to("2027-03-18")
    await now_is("2027-04-01 10:00")
    await story.reopen("ana", "bob", by=await world.staff())
    first = await story.term(0)
    assert await codes(story.reinstate(first)) == ["TERM_OVERLAPS termId"]
    await story.cancel("BY_STAFF")
    assert (await story.reinstate(first))["state"] == "CONFIRMED"
    assert [state for state, _, _ in await story.terms()] == ["CONFIRMED", "CANCELLED"]
    assert await codes(story.reinstate(await story.term(1))) == ["CONFLICT termId"], "staff's own is not undone"


@pytest.mark.rule("R9")
@pytest.mark.rule("R16")
async def test_a_year_over_beside_one_that_runs(world: World) -> None:
    """The old year's books are put right while a later one is live: nothing ends, and its users are told no more."""
    story = await Story.begin(world, "ana", paid=False)
    await story.live_to("2027-03-18")
    await now_is("2028-05-01 10:00")
    await story.reopen("ana", by=await world.staff())
    await story.pay()
    await world.tick()
    await now_is("2028-06-01 10:00")
    await story.reinstate(await story.term(0))
    await story.live_to("2028-06-02")
    assert (await story.view())["state"] == "CONFIRMED"
    assert await story.happened("subscription.expired", "survey.asked", "renewal.skipped") == []
    assert story.post(since="2028-06-01") == [("2028-06-01 10:00", "reinstated", "ana")]


@pytest.mark.rule("R9")
@pytest.mark.rule("R16")
async def test_a_renewed_year_reinstated_before_eight(world: World) -> None:
    """The paid year ended at midnight, the next is reinstated at seven: nobody is told at eight of an end."""
    story = await Story.begin(world, "ana")
    await now_is("2028-01-15 10:00")
    await story.renew()
    await story.live_to("2028-02-02", every=17)
    await story.at("2028-02-23 12:00")
    await story.at("2028-03-01 00:10")
    await now_is("2028-03-01 07:00")
    await story.reinstate(await story.term(1))
    await story.live_to("2028-03-02")
    assert story.post(since="2028-03-01") == [("2028-03-01 07:00", "reinstated", "ana")]
    assert (await story.view())["state"] == "CONFIRMED"


@pytest.mark.rule("R9")
@pytest.mark.rule("R17")
async def test_a_renewed_year_reinstated(world: World) -> None:
    """It fell before it began, the running year ended, and only then its order was found: it begins that very day."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2028-01-15 10:00")
    await story.renew()
    await story.live_to("2028-02-02")
    second = await story.term(1)
    await now_is("2028-02-27")
    await story.live_to("2028-03-03")
    assert (await story.view())["state"] == "EXPIRED"
    await now_is("2028-03-04 10:00")
    await story.reinstate(second)
    await story.live_to("2028-03-05")
    seen = await story.view()
    assert (seen["state"], seen["startsOn"], seen["endsOn"]) == ("CONFIRMED", "2027-03-01", "2029-02-28")
    past = {
        "2028-02-29 23:59": "ELIGIBLE",
        "2028-03-01 00:00": "SUBSCRIPTION_EXPIRED",
        "2028-03-04 09:59": "SUBSCRIPTION_EXPIRED",
        "2028-03-04 10:01": "ELIGIBLE",
    }
    assert {moment: await story.reason("bob", at=moment) for moment in past} == past
    assert await story.happened(since="2028-03-01") == [
        ("2028-03-01 00:00", "subscription.expired"),
        ("2028-03-04 10:00", "term.reinstated"),
        ("2028-03-04 10:00", "term.started"),
    ]
    assert await codes(story.renew("GOLD")) == ["NOT_FOUND planCode"], "it is confirmed: only the plan is wrong"
