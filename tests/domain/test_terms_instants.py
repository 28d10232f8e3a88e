"""Days and instants: the first instant of a day, 08:00, days of 23 and 25 hours, zones that change at midnight."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from capcom_gql.domain.terms import LifecyclePolicy, end_instant, proof_due_on, unpaid_instant
from tests.domain.words import POLICY, day, just_before, opened, paris, utc

SETTLED_YEARS = (date(2015, 1, 1), date(2025, 12, 31))
"""Past years: what a zone will do next year may still change, what it did does not."""

ZONES = (
    "Europe/Paris",
    "America/Santiago",
    "Asia/Beirut",
    "America/Havana",
    "Atlantic/Azores",
    "America/Nuuk",
    "Africa/Cairo",
    "America/Asuncion",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Noumea",
    "UTC",
)


def in_zone(name: str) -> LifecyclePolicy:
    return LifecyclePolicy(zone=ZoneInfo(name))


@pytest.mark.rule("R4")
@pytest.mark.parametrize("name", ZONES)
def test_the_first_instant_of_every_day_belongs_to_it_and_the_one_before_does_not(name: str) -> None:
    policy = in_zone(name)
    current, last = SETTLED_YEARS
    while current <= last:
        first = policy.first_instant(current)
        assert policy.day_of(first) == current
        assert policy.day_of(just_before(first)) == current - timedelta(days=1)
        current += timedelta(days=1)


@pytest.mark.rule("R4")
@pytest.mark.parametrize(
    ("name", "on", "first"),
    [
        ("Europe/Paris", "2026-12-25", "2026-12-24T23:00"),
        ("Europe/Paris", "2026-07-14", "2026-07-13T22:00"),
        # clocks go forward at midnight: the day begins at 01:00
        ("America/Santiago", "2024-09-08", "2024-09-08T04:00"),
        ("Asia/Beirut", "2025-03-30", "2025-03-29T22:00"),
        # clocks go back at the end of the day, which has 25 hours
        ("America/Santiago", "2024-04-07", "2024-04-07T04:00"),
        # 00:00 comes twice: the first counts
        ("America/Havana", "2024-11-03", "2024-11-03T04:00"),
        ("UTC", "2026-12-25", "2026-12-25T00:00"),
    ],
)
def test_the_first_instant_of_a_day(name: str, on: str, first: str) -> None:
    assert in_zone(name).first_instant(day(on)) == utc(first)


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("on", "due"),
    [
        ("2026-12-24", "2026-12-24T07:00"),
        ("2027-07-14", "2027-07-14T06:00"),
        ("2027-03-27", "2027-03-27T07:00"),
        ("2027-03-28", "2027-03-28T06:00"),
        ("2027-10-30", "2027-10-30T06:00"),
        ("2027-10-31", "2027-10-31T07:00"),
    ],
)
def test_calendar_letters_are_due_at_eight_by_the_clocks_of_their_day(on: str, due: str) -> None:
    assert POLICY.letter_instant(day(on)) == utc(due)


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("opened_on", "due", "cancelled_at"),
    [
        ("2026-12-09", "2026-12-24", "2026-12-24T23:00"),
        # D+15 has 23 hours, and 25
        ("2027-03-13", "2027-03-28", "2027-03-28T22:00"),
        ("2027-10-16", "2027-10-31", "2027-10-31T23:00"),
        # the clocks change on the way
        ("2027-03-20", "2027-04-04", "2027-04-04T22:00"),
        ("2028-02-14", "2028-02-29", "2028-02-29T23:00"),
        ("2027-12-16", "2027-12-31", "2027-12-31T23:00"),
    ],
)
def test_fifteen_days_are_met_until_the_last_instant_and_what_follows_happens_at_the_first_instant_of_the_16th(
    opened_on: str, due: str, cancelled_at: str
) -> None:
    term = opened(opened_on)
    falls = unpaid_instant(term.proof_due_on, POLICY)
    assert term.proof_due_on == day(due)
    assert falls == utc(cancelled_at)
    assert POLICY.day_of(just_before(falls)) == day(due)
    assert POLICY.day_of(falls) == day(opened_on) + timedelta(days=16)


@pytest.mark.rule("R9")
def test_a_zone_that_changes_at_midnight_cancels_at_one_o_clock() -> None:
    santiago = in_zone("America/Santiago")
    due = proof_due_on(day("2024-08-23"), santiago)
    assert due == day("2024-09-07")
    assert unpaid_instant(due, santiago) == utc("2024-09-08T04:00")


@pytest.mark.rule("R16")
def test_a_term_is_over_at_the_first_instant_after_its_last_day() -> None:
    assert end_instant(day("2027-12-08"), POLICY) == paris("2027-12-09 00:00")
    assert end_instant(day("2027-03-28"), POLICY) == utc("2027-03-28T22:00")


@pytest.mark.rule("R8")
def test_the_numbers_of_the_policy() -> None:
    assert POLICY.zone == ZoneInfo("Europe/Paris")
    assert (POLICY.term_months, POLICY.proof_days, POLICY.proof_reminder_days) == (12, 15, 5)
    assert (POLICY.notice_months, POLICY.reminder_days) == (1, (21, 14, 7))
    assert (POLICY.seats_min, POLICY.seats_max) == (3, 10)
    assert (POLICY.survey_days, POLICY.letter_hour) == (30, 8)


@pytest.mark.rule("R8")
def test_another_policy_is_obeyed() -> None:
    policy = LifecyclePolicy(zone=ZoneInfo("UTC"), proof_days=30, letter_hour=6)
    assert proof_due_on(day("2027-01-01"), policy) == day("2027-01-31")
    assert policy.letter_instant(day("2027-01-01")) == utc("2027-01-01T06:00")
