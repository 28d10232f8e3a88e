"""A renewed year that nobody pays: it falls alone before it begins, and stops everything after."""

import pytest

from tests.story import Story, codes, now_is
from tests.world import World

CANCELLED_SECOND = ("CANCELLED", "2028-03-01", "2029-02-28")


@pytest.mark.rule("R15")
@pytest.mark.rule("R17")
async def test_unpaid_before_it_began(world: World) -> None:
    """Renewed twice, unpaid twice: the running year is untouched, and only the letters still to come are sent."""
    story = await Story.begin(world, "ana", "bob")
    redemption = (await world.redeem(story.numbers["bob"]))["redemption"]
    await now_is("2028-01-20 10:00")
    await story.renew()
    await story.live_to("2028-02-04")
    await now_is("2028-02-05 00:00")
    assert await story.terms() == [("CONFIRMED", "2027-03-01", "2028-02-29"), CANCELLED_SECOND]
    assert (await world.check(story.numbers["bob"]))["eligible"]
    seen = await story.view()
    assert (seen["state"], seen["endsOn"], seen["proofDueOn"]) == ("CONFIRMED", "2028-02-29", None)
    assert seen["renewal"]["isOpen"] and seen["renewal"]["renewedAt"] is None
    assert await story.agenda() == [
        ("RENEWAL_REMINDER", "2028-02-08"),
        ("RENEWAL_REMINDER", "2028-02-15"),
        ("RENEWAL_REMINDER", "2028-02-22"),
        ("EXPIRY", "2028-03-01"),
    ]
    await story.live_to("2028-02-09")
    await now_is("2028-02-10 11:00")
    await story.renew()
    await story.live_to("2028-03-02")
    assert story.post(since="2028-01-01") == [
        ("2028-01-20 10:00", "renewed", "ana bob"),
        ("2028-01-20 10:00", "survey", "ana bob"),
        ("2028-01-30 08:00", "proof_reminder", "ana"),
        ("2028-02-05 08:00", "cancelled", "ana bob"),
        ("2028-02-08 08:00", "renewal_reminder", "ana bob"),
        ("2028-02-10 11:00", "renewed", "ana bob"),
        ("2028-02-20 08:00", "proof_reminder", "ana"),
        ("2028-02-26 08:00", "cancelled", "ana bob"),
        ("2028-03-01 08:00", "expired", "ana bob"),
    ]
    cancelled = world.letters_to("ana", "cancelled")[0].text
    assert "29 February 2028" in cancelled and f"/renew?subscription={story.subscription}" in cancelled
    assert "/renew" not in world.letters_to("bob", "cancelled")[0].text
    seen = await story.view()
    assert seen["state"] == "EXPIRED", "the year that had begun was paid"
    assert await story.terms() == [("ENDED", "2027-03-01", "2028-02-29"), CANCELLED_SECOND, CANCELLED_SECOND]
    node = "query N($id: ID!) { node(id: $id) { ... on Redemption { state } } }"
    assert (await world.ask(node, {"id": redemption["id"]}, token=await world.staff())).ok()["node"]["state"] == "FINAL"
    await story.reopen("ana", "bob")
    assert (await story.view())["state"] == "PROVISIONAL", "the manager reopens without the staff"


@pytest.mark.rule("R15")
async def test_never_more_than_three_reminders(world: World) -> None:
    """Those that were to come while a renewal stood are not made up for; where all three went, no other follows."""
    story = await Story.begin(world, "ana", on="2027-03-01")
    await now_is("2028-02-05")
    await story.live_to("2028-02-12")
    await story.renew()
    await story.live_to("2028-02-29")
    assert [row for row in story.post(since="2028-02-01") if row[1] == "renewal_reminder"] == [
        ("2028-02-08 08:00", "renewal_reminder", "ana"),
    ]
    assert (await story.terms())[1] == ("CANCELLED", "2028-03-01", "2029-02-28")

    late = await Story.begin(world, "zoe", on="2029-03-01", name="Métropole de Bourg")
    await now_is("2030-01-26")
    await late.live_to("2030-02-11")
    assert (await late.view())["renewal"]["remindersSent"] == 1
    await late.live_to("2030-02-21")
    assert (await late.view())["renewal"]["remindersSent"] == 3
    await late.renew()
    await late.live_to("2030-03-10", every=6)
    assert len(world.letters_to("zoe", "renewal_reminder")) == 3
    assert (await late.view())["state"] == "CANCELLED"


@pytest.mark.rule("R9")
@pytest.mark.rule("R17")
async def test_unpaid_after_it_began(world: World) -> None:
    """Renewed in the last days: the second year begins provisional, and stops with its proof's deadline."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2028-02-24 10:00")
    await world.tick()
    await story.renew()
    await story.at("2028-02-24 10:01")
    await story.at("2028-03-05 12:00")
    assert (await story.view())["state"] == "PROVISIONAL"
    check = await world.check(story.numbers["bob"])
    assert (check["eligible"], check["provisional"], check["validUntil"]) == (True, True, "2028-03-10")
    redemption = (await world.redeem(story.numbers["bob"]))["redemption"]
    assert redemption["state"] == "PROVISIONAL"
    assert await codes(story.renew()) == ["PROOF_AWAITED subscriptionId"]

    await now_is("2028-03-11 00:00")
    assert (await world.check(story.numbers["bob"]))["reason"] == "SUBSCRIPTION_CANCELLED"
    await story.live_to("2028-03-12")
    past = {
        "2028-02-29 23:59": "ELIGIBLE",
        "2028-03-10 23:59": "ELIGIBLE",
        "2028-03-11 00:00": "SUBSCRIPTION_CANCELLED",
    }
    assert {moment: await story.reason("bob", at=moment) for moment in past} == past
    assert await story.terms() == [("ENDED", "2027-03-01", "2028-02-29"), CANCELLED_SECOND]
    seen = await story.view()
    assert (seen["state"], seen["startsOn"], seen["agenda"]) == ("CANCELLED", "2028-03-01", [])
    assert story.post(since="2028-02-25") == [
        ("2028-03-05 12:00", "proof_reminder", "ana"),
        ("2028-03-11 08:00", "cancelled", "ana bob"),
    ]
    listed = "{ redemptions(filter: { state: [TO_REINVOICE] }) { nodes { id } } }"
    nodes = (await world.ask(listed, token=await world.staff())).ok()["redemptions"]["nodes"]
    assert nodes == [{"id": redemption["id"]}]
    assert await codes(story.renew()) == ["NOT_LIVE subscriptionId"]
    assert await codes(story.add("cleo")) == ["NOT_LIVE subscriptionId"]
    assert await codes(story.reopen("ana", "bob")) == ["PREVIOUS_UNPAID "]
