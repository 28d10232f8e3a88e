"""Ten days without a worker: the same facts as a punctual one writes, the latest letter alone, and no burst."""

import pytest

from tests.story import Story, now_is
from tests.world import World

LETTERS = {"proof.reminded", "renewal.asked", "renewal.reminded", "renewal.skipped", "survey.asked"}
"""The events of letters, which follow what was sent; every other is a fact, whoever recorded it and when."""

punctual_or_late = pytest.mark.parametrize("late", [False, True], ids=["punctual", "late"])


async def live(story: Story, since: str, until: str, *, late: bool) -> None:
    """Live on from a day to another, with a worker all along, or from the last day on."""
    await now_is(since)
    await story.world.tick()
    if late:
        await now_is(f"{until} 08:30")
    await story.live_to(until)


async def facts(story: Story, since: str) -> list[tuple[str, ...]]:
    """What happened, but for letters."""
    return [row for row in await story.happened(since=since) if row[1] not in LETTERS]


@pytest.mark.rule("R15")
@punctual_or_late
async def test_over_the_notice(world: World, late: bool) -> None:
    """From 27 January to 9 February: the reminder goes, the notice is passed over."""
    story = await Story.begin(world, "ana", "bob")
    await live(story, "2028-01-27", "2028-02-09", late=late)
    await story.live_to("2028-03-02")
    first = (
        [("2028-02-09 08:30", "renewal_reminder", "ana bob")]
        if late
        else [("2028-01-29 08:00", "renewal_notice", "ana bob"), ("2028-02-08 08:00", "renewal_reminder", "ana bob")]
    )
    assert story.post(since="2028-01-01") == [
        *first,
        ("2028-02-15 08:00", "renewal_reminder", "ana bob"),
        ("2028-02-22 08:00", "renewal_reminder", "ana bob"),
        ("2028-02-22 08:00", "survey", "ana bob"),
        ("2028-03-01 08:00", "expired", "ana bob"),
    ]
    assert await story.happened("renewal.skipped") == ([("2028-01-29 00:00", "renewal.skipped")] if late else [])
    assert await facts(story, "2028-01-01") == [("2028-03-01 00:00", "subscription.expired")]


@pytest.mark.rule("R8")
@pytest.mark.rule("R9")
@punctual_or_late
async def test_over_the_deadline_of_the_proof(world: World, late: bool) -> None:
    """From 10 to 20 March: cancelled when it lapsed; one letter says so, and no reminder of what is too late."""
    story = await Story.begin(world, "ana", "bob", paid=False)
    redemption = (await world.redeem(story.numbers["bob"]))["redemption"]
    await live(story, "2027-03-10", "2027-03-20", late=late)
    assert story.post(since="2027-03-02") == (
        [("2027-03-20 08:30", "cancelled", "ana bob")]
        if late
        else [("2027-03-11 08:00", "proof_reminder", "ana"), ("2027-03-17 08:00", "cancelled", "ana bob")]
    )
    assert await facts(story, "2027-03-02") == [
        ("2027-03-17 00:00", "term.cancelled"),
        ("2027-03-17 00:00", "redemptions.to_reinvoice"),
    ]
    node = "query N($id: ID!) { node(id: $id) { ... on Redemption { state } } }"
    answer = await world.ask(node, {"id": redemption["id"]}, token=await world.staff())
    assert answer.ok()["node"]["state"] == "TO_REINVOICE"


@pytest.mark.rule("R15")
@pytest.mark.rule("R16")
@pytest.mark.rule("R18")
@punctual_or_late
async def test_over_the_end(world: World, late: bool) -> None:
    """From 20 February to 2 March: nobody is reminded of what is over; the end is told once, with the survey."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2028-01-28")
    await story.live_to("2028-02-19")
    await live(story, "2028-02-20", "2028-03-02", late=late)
    assert story.post(since="2028-02-16") == (
        [("2028-03-02 08:30", "expired", "ana bob"), ("2028-03-02 08:30", "survey", "ana bob")]
        if late
        else [
            ("2028-02-22 08:00", "renewal_reminder", "ana bob"),
            ("2028-02-22 08:00", "survey", "ana bob"),
            ("2028-03-01 08:00", "expired", "ana bob"),
        ]
    )
    assert await facts(story, "2028-01-01") == [("2028-03-01 00:00", "subscription.expired")]
    assert await story.happened("renewal.skipped") == ([("2028-02-22 00:00", "renewal.skipped")] if late else [])
    assert (await story.view())["seats"][1]["survey"]["closesOn"] == "2028-03-30"


@pytest.mark.rule("R15")
@pytest.mark.rule("R17")
@punctual_or_late
async def test_over_the_fall_of_a_renewed_year(world: World, late: bool) -> None:
    """From 30 January to 9 February: it falls on the 5th, whoever looks; the reminder of the 8th is owed again."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2028-01-20 10:00")
    await story.renew()
    await live(story, "2028-01-29", "2028-02-09", late=late)
    assert await facts(story, "2028-01-21") == [("2028-02-05 00:00", "term.cancelled")]
    assert await story.happened("renewal.asked", "renewal.skipped", "renewal.reminded") == [
        ("2028-02-08 00:00", "renewal.reminded")
    ]
    assert [row[1:] for row in story.post(since="2028-01-30") if row[1] != "proof_reminder"] == [
        ("cancelled", "ana bob"),
        ("renewal_reminder", "ana bob"),
    ]


@pytest.mark.rule("R17")
@punctual_or_late
async def test_over_the_change_of_years(world: World, late: bool) -> None:
    """From 25 February to 12 March: the second year begins, and stops unpaid after ten days, each on its day."""
    story = await Story.begin(world, "ana")
    await now_is("2028-02-24 10:00")
    await story.renew()
    await live(story, "2028-02-25", "2028-03-12", late=late)
    assert await facts(story, "2028-02-25") == [
        ("2028-03-01 00:00", "term.started"),
        ("2028-03-11 00:00", "term.cancelled"),
    ]
    assert [state for state, _, _ in await story.terms()] == ["ENDED", "CANCELLED"]


@pytest.mark.rule("R15")
async def test_written_down_and_never_sent(world: World) -> None:
    """A deed at midnight writes a reminder down, and no worker comes for two weeks: the latest alone is sent."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2028-01-27")
    await story.live_to("2028-02-01")
    await now_is("2028-02-08 00:30")
    await story.add("cleo")
    await now_is("2028-02-16 09:00")
    await story.live_to("2028-02-17")
    assert story.post(since="2028-02-02") == [
        ("2028-02-16 09:00", "renewal_reminder", "ana bob cleo"),
        ("2028-02-16 09:00", "welcome", "cleo"),
    ]
    await now_is("2028-02-22 00:30")
    await story.remove("cleo")
    await now_is("2028-03-02 09:00")
    await story.live_to("2028-03-03")
    assert story.post(since="2028-02-20") == [
        ("2028-03-02 09:00", "expired", "ana bob"),
        ("2028-03-02 09:00", "seat_removed", "cleo"),
        ("2028-03-02 09:00", "survey", "ana bob"),
    ]


@pytest.mark.rule("R9")
@pytest.mark.rule("R17")
async def test_what_is_no_longer_true_is_not_sent(world: World) -> None:
    """Renewed and fallen, cancelled and reopened, all without a worker: only what holds is told."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2027-06-01 10:00")
    await story.renew()
    await now_is("2027-06-20 09:00")
    await story.live_to("2027-06-21")
    assert story.post(since="2027-06-01") == [
        ("2027-06-20 09:00", "cancelled", "ana bob"),
        ("2027-06-20 09:00", "survey", "ana bob"),
    ]

    other = await Story.begin(world, "zoe", on="2027-07-01", paid=False, name="Métropole de Bourg")
    await now_is("2027-07-20 10:00")
    await other.reopen("zoe", by=await world.staff())
    await now_is("2027-07-20 10:05")
    await world.tick()
    assert other.post(since="2027-07-02") == [("2027-07-20 10:05", "welcome", "zoe")]
    await now_is("2027-08-05 00:10")
    await other.reinstate(await other.term(1))
    await other.cancel()
    await now_is("2027-08-05 00:15")
    await world.tick()
    assert other.post(since="2027-08-01") == [("2027-08-05 00:15", "cancelled", "zoe")]
    await now_is("2027-08-05 08:05")
    await world.tick()
    assert len(world.letters_to("zoe", "cancelled")) == 1, "at eight nobody is told of what staff had undone"
    await now_is("2027-08-06 00:30")
    await other.reopen("zoe", by=await world.staff())
    await now_is("2027-08-25 09:00")
    await world.tick()
    assert other.post(since="2027-08-06") == [
        ("2027-08-25 09:00", "cancelled", "zoe"),
        ("2027-08-25 09:00", "welcome", "zoe"),
    ]


@pytest.mark.rule("R14")
@pytest.mark.rule("R15")
async def test_answers_that_change_before_they_are_told(world: World) -> None:
    """No, then yes; fallen, then renewed at seven; no, then the role handed on: what was taken back is not told."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2027-06-01 10:00")
    await story.decline()
    await story.renew()
    await story.live_to("2027-06-16")
    await story.at("2027-06-17 00:10")
    await now_is("2027-06-17 07:00")
    await story.renew()
    await story.live_to("2027-06-18")
    assert story.post(since="2027-06-01") == [
        ("2027-06-01 10:00", "renewed", "ana bob"),
        ("2027-06-01 10:00", "survey", "ana bob"),
        ("2027-06-11 08:00", "proof_reminder", "ana"),
        ("2027-06-17 07:00", "renewed", "ana bob"),
    ]
    await story.live_to("2027-07-04", every=4)
    await now_is("2027-07-05 10:00")
    await story.decline()
    await story.hand_over("bob")
    await world.tick()
    assert story.post(since="2027-07-05") == [("2027-07-05 10:00", "manager_changed", "ana bob")]


@pytest.mark.rule("R18")
async def test_two_months_late(world: World) -> None:
    """The time to answer is over before anybody is asked: nobody is."""
    story = await Story.begin(world, "ana")
    await story.at("2028-01-29 09:00")
    await story.at("2028-03-31 09:00")
    assert story.post(since="2028-02-01") == [("2028-03-31 09:00", "expired", "ana")]
    assert (await story.seat("ana"))["survey"] is None
