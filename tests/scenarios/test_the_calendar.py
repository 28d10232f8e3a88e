"""Days that not every year has, and nights that are an hour longer or shorter."""

from datetime import UTC

import pytest

from tests.story import Story, now_is, paris
from tests.world import World


@pytest.mark.rule("R4")
@pytest.mark.rule("R13")
async def test_opened_on_29_february(world: World) -> None:
    """The year ends on 28 February, the next begins on 1 March, and so do all that follow."""
    story = await Story.begin(world, "ana", on="2028-02-29 12:00")
    assert await story.terms() == [("CONFIRMED", "2028-02-29", "2029-02-28")]
    assert (await story.agenda())[0] == ("RENEWAL_NOTICE", "2029-01-28")
    await now_is("2029-02-10")
    assert (await story.view())["renewal"]["wouldEndOn"] == "2030-02-28"
    await story.renew()
    await story.pay()
    await now_is("2029-02-28 23:59")
    assert await story.reason("ana") == "ELIGIBLE"
    await story.at("2029-03-01 00:00")
    assert await story.terms() == [
        ("ENDED", "2028-02-29", "2029-02-28"),
        ("CONFIRMED", "2029-03-01", "2030-02-28"),
    ]


@pytest.mark.rule("R13")
@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("opened", "last", "notice"),
    [
        ("2027-04-01", "2028-03-31", "2028-02-29"),
        ("2028-04-01", "2029-03-31", "2029-02-28"),
        ("2027-01-01", "2027-12-31", "2027-11-30"),
        ("2027-03-01", "2028-02-29", "2028-01-29"),
    ],
)
async def test_a_month_before(world: World, opened: str, last: str, notice: str) -> None:
    """The day of the month before that bears the last day's number, or that month's last day."""
    story = await Story.begin(world, "ana", on=opened)
    seen = await story.view()
    assert (seen["endsOn"], seen["renewal"]["noticeOn"]) == (last, notice)
    await story.at(f"{notice} 07:59")
    assert not world.letters_to("ana", "renewal_notice")
    await story.at(f"{notice} 08:00")
    assert len(world.letters_to("ana", "renewal_notice")) == 1


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("opened", "fallen", "midnight", "eight"),
    [
        ("2027-03-12", "2027-03-28", "2027-03-27T23:00:00Z", "06:00Z"),
        ("2027-03-13", "2027-03-29", "2027-03-28T22:00:00Z", "06:00Z"),
        ("2027-10-15", "2027-10-31", "2027-10-30T22:00:00Z", "07:00Z"),
        ("2027-10-16", "2027-11-01", "2027-10-31T23:00:00Z", "07:00Z"),
    ],
)
async def test_a_deadline_in_a_night_of_another_length(
    world: World, opened: str, fallen: str, midnight: str, eight: str
) -> None:
    """The first instant of the day is that of a Paris clock, and so is eight o'clock."""
    story = await Story.begin(world, "ana", on=opened, paid=False)
    await story.live_to(fallen)
    assert (await story.view())["terms"][0]["cancelledAt"] == midnight
    (letter,) = world.letters_to("ana", "cancelled")
    assert f"{letter.sent_at.astimezone(UTC):%H:%M}Z" == eight


@pytest.mark.rule("R4")
@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("opened", "last_instant", "first_instant"),
    [
        ("2027-03-28", "2028-03-27T21:59:00Z", "2028-03-27T22:00:00Z"),
        ("2027-10-31", "2028-10-30T22:59:00Z", "2028-10-30T23:00:00Z"),
        ("2026-10-26", "2027-10-25T21:59:00Z", "2027-10-25T22:00:00Z"),
        ("2026-11-01", "2027-10-31T22:59:00Z", "2027-10-31T23:00:00Z"),
    ],
)
async def test_a_year_begun_or_ended_on_such_a_day(
    world: World, opened: str, last_instant: str, first_instant: str
) -> None:
    """Twelve months to the day: discounts stop with the last minute of the last day, as Paris counts it."""
    story = await Story.begin(world, "ana", on=opened)
    checks = {}
    for instant in (last_instant, first_instant):
        await now_is(paris(instant))
        checks[instant] = await story.reason("ana")
    assert checks == {last_instant: "ELIGIBLE", first_instant: "SUBSCRIPTION_EXPIRED"}
