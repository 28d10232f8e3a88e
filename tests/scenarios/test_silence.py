"""Nobody answers: the notice, three reminders, the end."""

import pytest

from capcom_gql.storage.tables import Delivery
from tests.story import Story, now_is
from tests.telephones import Telephones
from tests.world import World, user


@pytest.mark.rule("R13")
@pytest.mark.rule("R15")
@pytest.mark.rule("R16")
@pytest.mark.rule("R18")
async def test_silence_to_the_end(ringing_world: World, telephones: Telephones) -> None:
    """A month, three weeks, two, one: everybody is written to. The last reminder rings at the manager's alone."""
    world = ringing_world
    users = [user("ana", phone="+33612345678"), user("bob", phone="+33687654321")]
    story = await Story.begin(world, "ana", "bob", users=users)
    await now_is("2028-01-26")
    await story.live_to("2028-02-21")
    assert not telephones.texts()
    await story.live_to("2028-02-29")
    assert [(text.to, text.topic) for text in telephones.texts()] == [("+33612345678", "renewal_reminder")]
    assert "Ville de Rochebrune" in telephones.texts()[0].text and len(telephones.texts()[0].text) <= 160
    await now_is("2028-02-29 23:59")
    assert (await world.check(story.numbers["bob"]))["eligible"]
    assert (await story.view())["renewal"]["remindersSent"] == 3

    await now_is("2028-03-01 00:00")
    assert (await world.check(story.numbers["bob"]))["reason"] == "SUBSCRIPTION_EXPIRED"
    before_the_tick = await story.view()
    assert (before_the_tick["state"], before_the_tick["renewal"]) == ("EXPIRED", None)
    await world.tick()
    assert "expired" not in {topic for _, topic, _ in story.post()}
    await story.live_to("2028-03-02")
    assert len(telephones.texts()) == 1, "the end is told by mail"
    assert story.post(since="2028-01-01") == [
        ("2028-01-29 08:00", "renewal_notice", "ana bob"),
        ("2028-02-08 08:00", "renewal_reminder", "ana bob"),
        ("2028-02-15 08:00", "renewal_reminder", "ana bob"),
        ("2028-02-22 08:00", "renewal_reminder", "ana bob"),
        ("2028-02-22 08:00", "survey", "ana bob"),
        ("2028-03-01 08:00", "expired", "ana bob"),
    ]
    assert await story.happened(since="2028-01-01") == [
        ("2028-01-29 00:00", "renewal.asked"),
        ("2028-02-08 00:00", "renewal.reminded"),
        ("2028-02-15 00:00", "renewal.reminded"),
        ("2028-02-22 00:00", "renewal.reminded"),
        ("2028-02-22 00:00", "survey.asked"),
        ("2028-03-01 00:00", "subscription.expired"),
    ]
    assert not await Delivery.exclude(state="SENT").exists(), "and nothing else was so much as written down"
    seen = await story.view()
    assert (seen["state"], seen["isLive"], seen["seatsUsed"]) == ("EXPIRED", False, 2)
    assert await story.terms() == [("ENDED", "2027-03-01", "2028-02-29")]
    assert {name: (await story.seat(name))["subscriberNumber"] for name in ("ana", "bob")} == story.numbers


@pytest.mark.rule("R8")
@pytest.mark.rule("R9")
async def test_no_proof_rings_at_the_managers(ringing_world: World, telephones: Telephones) -> None:
    """The reminder of the proof and the cancellation go by telephone too, to the manager; nothing else does."""
    users = [user("ana", phone="+33612345678"), user("bob", phone="+33687654321")]
    story = await Story.begin(ringing_world, "ana", "bob", users=users, paid=False)
    await story.live_to("2027-03-18")
    ringing = [(text.to, text.topic) for text in telephones.texts()]
    assert ringing == [("+33612345678", "proof_reminder"), ("+33612345678", "cancelled")]
    assert all(0 < len(text.text) <= 160 for text in telephones.texts())
    assert story.post() == [
        ("2027-03-01 12:00", "welcome", "ana bob"),
        ("2027-03-11 08:00", "proof_reminder", "ana"),
        ("2027-03-17 08:00", "cancelled", "ana bob"),
    ]
