"""Staff cancel at once: the running year, and the one that was to follow."""

import pytest

from tests.story import Story, codes, now_is
from tests.world import World


@pytest.mark.rule("R9")
async def test_withdrawn_with_a_year_to_come(world: World) -> None:
    """The mayor's letter: everything stops, what is paid stays paid, and the letters under way are not sent."""
    story = await Story.begin(world, "ana", "bob")
    paid = (await world.redeem(story.numbers["bob"], "forum-2027"))["redemption"]
    assert paid["state"] == "FINAL"
    await now_is("2028-01-20 10:00")
    await story.renew()
    await world.tick()
    await story.at("2028-01-30 00:10")
    await now_is("2028-01-30 07:00")
    assert await codes(story.cancel("UNPAID")) == ["INVALID_INPUT reason"]
    await story.cancel("WITHDRAWN")
    assert await story.reason("bob") == "SUBSCRIPTION_CANCELLED"
    assert await story.reason("bob", at="2028-01-30 06:59") == "ELIGIBLE"
    await story.live_to("2028-02-02")
    await story.live_to("2028-03-12", every=7)
    assert story.post(since="2028-01-21") == [("2028-01-30 07:00", "cancelled", "ana bob")]
    seen = await story.view()
    assert (seen["state"], seen["isLive"], seen["agenda"], seen["proofDueOn"]) == ("CANCELLED", False, [], None)
    assert [(term["state"], term["cancellationReason"]) for term in seen["terms"]] == [("CANCELLED", "WITHDRAWN")] * 2
    node = "query N($id: ID!) { node(id: $id) { ... on Redemption { state } } }"
    assert (await world.ask(node, {"id": paid["id"]}, token=await world.staff())).ok()["node"]["state"] == "FINAL"
    events = await story.happened("term.cancelled", "redemptions.to_reinvoice", since="2028-01-21")
    assert events == [("2028-01-30 07:00", "term.cancelled")] * 2
    assert await codes(story.cancel()) == ["NOT_LIVE subscriptionId"]
    assert await codes(story.reinstate(await story.term(0))) == ["CONFLICT termId"]
    assert await codes(story.pay()) == ["PROOF_TOO_LATE termId"]


@pytest.mark.rule("R9")
@pytest.mark.rule("R22")
async def test_cancelled_in_the_second_year(world: World) -> None:
    """Provisional since its first day: its discounts go back to be invoiced, those of the paid year do not."""
    story = await Story.begin(world, "ana", "bob", "cleo")
    first = (await world.redeem(story.numbers["bob"], "forum-2027"))["redemption"]
    await now_is("2028-02-25 10:00")
    await story.renew()
    await story.live_to("2028-03-02")
    second = (await world.redeem(story.numbers["bob"], "forum-2028"))["redemption"]
    released = (await world.redeem(story.numbers["cleo"], "forum-2028"))["redemption"]
    release = "mutation L($input: ReleaseDiscountInput!) { releaseDiscount(input: $input) { errors { code } } }"
    form = {"input": {"redemptionId": released["id"]}}
    (await world.ask(release, form, token=await world.staff())).done("releaseDiscount")
    await now_is("2028-03-03 15:00")
    await story.cancel("BY_STAFF")
    nodes = "{ redemptions { nodes { id state } } }"
    listed = (await world.ask(nodes, token=await world.staff())).ok()["redemptions"]["nodes"]
    assert {each["id"]: each["state"] for each in listed} == {
        first["id"]: "FINAL",
        second["id"]: "TO_REINVOICE",
        released["id"]: "RELEASED",
    }
    timeline = """query T($id: ID!) { node(id: $id) { ... on OrganisationSubscription {
        timeline { nodes { kind details note } } } } }"""
    events = (await world.ask(timeline, {"id": story.subscription}, token=await world.staff())).ok()["node"]["timeline"]
    told = {event["kind"]: event for event in events["nodes"]}
    assert told["redemptions.to_reinvoice"]["details"]["redemption_ids"] == [second["id"]]
    assert told["redemptions.to_reinvoice"]["details"]["amount_minor"] == 1_000
    assert told["term.cancelled"]["note"] == "Letter of the mayor."
    assert [state for state, _, _ in await story.terms()] == ["ENDED", "CANCELLED"]
    await story.reopen("ana", "bob")
    assert (await story.view())["state"] == "PROVISIONAL", "nothing is owed: its manager reopens it"
