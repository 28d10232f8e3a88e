"""The first year in full, into the second: every letter, to whom, on which day, at which hour."""

import pytest

from tests.story import Story, now_is
from tests.world import SUBSCRIBE, World, user


@pytest.mark.rule("R13")
@pytest.mark.rule("R14")
@pytest.mark.rule("R17")
async def test_from_sign_up_into_the_second_year(world: World) -> None:
    """Ana signs up three users by the public form, pays after a reminder, renews after another, and pays again."""
    form = world.form("ana", "bob", "cleo", signer=user("ana"))
    made = (await world.ask(SUBSCRIBE, {"input": form})).done("subscribe")["subscription"]
    story = Story(world, made["id"], made["organisation"]["id"])
    await world.tick()
    story.manager = await world.sign_in_by_letter("ana")

    await story.live_to("2027-03-14")
    await now_is("2027-03-15 10:00")
    await story.pay()
    await story.live_to("2027-03-18")
    await now_is("2027-06-01 11:00")
    await story.add("dan")
    await world.tick()
    await now_is("2027-09-15 16:30")
    await story.remove("cleo")
    await story.live_to("2028-01-26", every=7)
    await story.live_to("2028-02-09")
    await now_is("2028-02-10 10:00")
    renewed = await story.renew()
    assert (renewed["state"], renewed["startsOn"], renewed["endsOn"]) == ("UPCOMING", "2028-03-01", "2029-02-28")
    assert renewed["proofDueOn"] == "2028-02-25"
    await story.live_to("2028-02-23")
    await now_is("2028-02-24 09:15")
    await story.pay()
    await story.live_to("2028-03-03")
    await story.live_to("2029-01-25", every=7)
    await story.live_to("2029-01-29")

    assert story.post() == [
        ("2027-03-01 12:00", "welcome", "ana bob cleo"),
        ("2027-03-11 08:00", "proof_reminder", "ana"),
        ("2027-03-15 10:00", "confirmed", "ana"),
        ("2027-06-01 11:00", "welcome", "dan"),
        ("2027-09-15 16:30", "seat_removed", "cleo"),
        ("2028-01-29 08:00", "renewal_notice", "ana bob dan"),
        ("2028-02-08 08:00", "renewal_reminder", "ana bob dan"),
        ("2028-02-10 10:00", "renewed", "ana bob dan"),
        ("2028-02-10 10:00", "survey", "ana bob dan"),
        ("2028-02-20 08:00", "proof_reminder", "ana"),
        ("2028-02-24 09:15", "confirmed", "ana"),
        ("2029-01-28 08:00", "renewal_notice", "ana bob dan"),
    ]
    assert await story.terms() == [("ENDED", "2027-03-01", "2028-02-29"), ("CONFIRMED", "2028-03-01", "2029-02-28")]
    seen = await story.view()
    assert (seen["state"], seen["startsOn"], seen["endsOn"]) == ("CONFIRMED", "2027-03-01", "2029-02-28")
    assert await story.happened(since="2028-01-01") == [
        ("2028-01-29 00:00", "renewal.asked"),
        ("2028-02-08 00:00", "renewal.reminded"),
        ("2028-02-10 10:00", "renewal.done"),
        ("2028-02-10 10:00", "terms.accepted"),
        ("2028-02-10 10:00", "survey.asked"),
        ("2028-02-20 00:00", "proof.reminded"),
        ("2028-02-24 09:15", "term.confirmed"),
        ("2028-03-01 00:00", "term.started"),
        ("2029-01-28 00:00", "renewal.asked"),
    ]
    for name, has_link in (("ana", True), ("bob", False)):
        notice = world.letters_to(name, "renewal_notice")[0]
        assert (f"/renew?subscription={story.subscription}" in notice.text) is has_link
        assert "Ana Silva" in notice.text, "users are told who decides"


@pytest.mark.rule("R14")
async def test_what_the_agenda_says_comes_true(world: World) -> None:
    """Nobody acts from the first morning on: what was announced happens, on its day, and nothing else does."""
    story = await Story.begin(world, "ana", "bob")
    planned = await story.agenda()
    assert planned == [
        ("RENEWAL_NOTICE", "2028-01-29"),
        ("RENEWAL_REMINDER", "2028-02-08"),
        ("RENEWAL_REMINDER", "2028-02-15"),
        ("RENEWAL_REMINDER", "2028-02-22"),
        ("EXPIRY", "2028-03-01"),
    ]
    await now_is("2028-01-27")
    await story.live_to("2028-03-03")
    told = {
        "renewal.asked": "RENEWAL_NOTICE",
        "renewal.reminded": "RENEWAL_REMINDER",
        "subscription.expired": "EXPIRY",
    }
    happened = await story.happened(*told)
    assert [(told[kind], moment[:10]) for moment, kind in happened] == planned
    assert await story.agenda() == []


@pytest.mark.rule("R8")
@pytest.mark.rule("R17")
async def test_the_agenda_of_what_is_not_paid(world: World) -> None:
    """A proof is awaited: its reminder, and its last day; the year that it would have had is not announced."""
    story = await Story.begin(world, "ana", paid=False)
    assert await story.agenda() == [("PROOF_REMINDER", "2027-03-11"), ("PROOF_DEADLINE", "2027-03-16")]
    await story.live_to("2027-03-12")
    assert await story.agenda() == [("PROOF_DEADLINE", "2027-03-16")]
    await story.pay()
    await now_is("2028-01-10")
    await story.renew()
    assert await story.agenda() == [
        ("PROOF_REMINDER", "2028-01-20"),
        ("PROOF_DEADLINE", "2028-01-25"),
        ("RENEWAL_NOTICE", "2028-01-29"),
        ("RENEWAL_REMINDER", "2028-02-08"),
        ("RENEWAL_REMINDER", "2028-02-15"),
        ("RENEWAL_REMINDER", "2028-02-22"),
        ("EXPIRY", "2028-03-01"),
    ]
    planned = await story.agenda()
    await story.live_to("2028-03-03")
    told = {
        "proof.reminded": "PROOF_REMINDER",
        "term.cancelled": "PROOF_DEADLINE",
        "renewal.asked": "RENEWAL_NOTICE",
        "renewal.reminded": "RENEWAL_REMINDER",
        "subscription.expired": "EXPIRY",
    }
    happened = await story.happened(*told, since="2028-01-10")
    assert [told[kind] for _, kind in happened] == [kind for kind, _ in planned]
    assert happened[1] == ("2028-01-26 00:00", "term.cancelled"), "the day after the deadline's last day"
