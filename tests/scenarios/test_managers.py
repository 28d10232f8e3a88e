"""The manager replaced, the role handed over, the manager gone: who is written to, and who may act."""

import pytest

from tests.story import Story, codes, now_is
from tests.world import World


@pytest.mark.rule("R12")
async def test_the_manager_is_replaced(world: World) -> None:
    """Ana leaves for Zoe, who has the role at once; Ana's number is dead and her account opens nothing any more."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2027-06-01 10:00")
    await story.replace("ana", "zoe")
    await world.tick()
    assert story.post(since="2027-06-01") == [
        ("2027-06-01 10:00", "manager_changed", "ana zoe"),
        ("2027-06-01 10:00", "seat_removed", "ana"),
        ("2027-06-01 10:00", "welcome", "zoe"),
    ]
    seen = await story.view()
    assert (seen["manager"]["person"]["email"], seen["seatsUsed"]) == ("zoe@ville.example", 2)
    assert await story.reason("ana") == "SEAT_REMOVED"
    assert await story.reason("zoe") == "ELIGIBLE"
    assert story.numbers["zoe"] != story.numbers["ana"]
    assert await codes(story.add("cleo")) == ["FORBIDDEN "]
    assert await codes(story.renew()) == ["FORBIDDEN "]
    assert await codes(story.replace("ana", "cleo", by=await world.staff())) == ["CONFLICT seatId"]

    story.manager = await world.sign_in_by_letter("zoe")
    await now_is("2028-01-28")
    await story.live_to("2028-01-30")
    assert story.post(since="2028-01-01") == [("2028-01-29 08:00", "renewal_notice", "bob zoe")]
    assert "/renew" in world.letters_to("zoe", "renewal_notice")[0].text
    assert "Zoe Silva" in world.letters_to("bob", "renewal_notice")[0].text
    await story.renew()


@pytest.mark.rule("R12")
@pytest.mark.rule("R13")
async def test_handed_over_between_midnight_and_eight(world: World) -> None:
    """The notice was written down with Ana the manager; Bob has the role at seven, and the link at eight."""
    story = await Story.begin(world, "ana", "bob")
    await story.at("2028-01-29 00:10")
    await now_is("2028-01-29 07:00")
    await story.hand_over("ana")
    await story.hand_over("bob")
    await story.live_to("2028-01-30")
    assert story.post(since="2028-01-01") == [
        ("2028-01-29 07:00", "manager_changed", "ana bob"),
        ("2028-01-29 08:00", "renewal_notice", "ana bob"),
    ]
    links = {name: "/renew" in world.letters_to(name, "renewal_notice")[0].text for name in ("ana", "bob")}
    assert links == {"ana": False, "bob": True}
    assert await story.happened("manager.changed") == [("2028-01-29 07:00", "manager.changed")]
    assert await codes(story.renew()) == ["FORBIDDEN "], "Ana reads it, and decides no more"
    assert await codes(story.decline()) == ["FORBIDDEN "]
    bob = await world.sign_in_by_letter("bob")
    assert await codes(story.remove("bob")) == ["FORBIDDEN "]
    story.manager = bob
    await story.remove("ana")
    await story.renew()


@pytest.mark.rule("R12")
@pytest.mark.rule("R23")
async def test_the_manager_is_gone(world: World) -> None:
    """Erased while nothing was live, then the year is reinstated: users are written to, and staff name a manager."""
    story = await Story.begin(world, "ana", "bob", "cleo", paid=False)
    assert await codes(story.erase("ana")) == ["MANAGER_REQUIRED personId"]
    await story.live_to("2027-03-18")
    bob = await world.sign_in_by_letter("bob")
    await now_is("2027-03-20 10:00")
    await story.erase("ana")
    await story.reinstate(await story.term(0))
    await world.tick()
    seen = await story.view()
    assert (seen["state"], seen["manager"], seen["seatsUsed"]) == ("CONFIRMED", None, 2)
    assert await story.reason("bob") == "ELIGIBLE"
    assert await codes(story.hand_over("bob", by=bob)) == ["FORBIDDEN "]

    await now_is("2028-01-28")
    await story.live_to("2028-01-30")
    assert story.post(since="2027-03-20") == [
        ("2027-03-20 10:00", "reinstated", "bob cleo"),
        ("2028-01-29 08:00", "renewal_notice", "bob cleo"),
    ]
    assert not [letter for letter in world.letters_to("bob") if "/renew" in letter.text]
    await now_is("2028-02-01 10:00")
    await story.hand_over("bob", by=await world.staff())
    await world.tick()
    assert story.post(since="2028-02-01") == [("2028-02-01 10:00", "manager_changed", "bob")]
    await story.renew(by=bob)
    assert [letter for letter in story.post() if "ana" in letter[2] and letter[0] > "2027-03-18"] == []
