"""The letters that ask for a renewal: on which day, in which order, which are skipped, and what stops them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from capcom_gql.domain.steps import StepKind, apply_step, next_step
from capcom_gql.domain.terms import Term
from tests.domain.playing import played_daily, settled, steps_due
from tests.domain.words import (
    POLICY,
    confirmed,
    day,
    just_before,
    opened,
    paris,
    reinstated,
    renewed,
    unpaid,
    withdrawn,
)

FIRST_YEAR = confirmed(opened("2026-12-09"), "2026-12-10")
NOTICE, *REMINDERS = ("2027-11-08", "2027-11-17", "2027-11-24", "2027-12-01")
CANCEL, ASK, REMIND, SKIP, EXPIRE = (
    StepKind.CANCEL_UNPAID,
    StepKind.ASK_RENEWAL,
    StepKind.REMIND_RENEWAL,
    StepKind.SKIP_RENEWAL,
    StepKind.EXPIRE,
)


def letters(terms: list[Term], until: str) -> list[tuple[StepKind, str, int]]:
    """What a worker late until an instant does with the letters: sent or skipped, of which day, which reminder."""
    steps = steps_due(terms, paris(until), POLICY)[1]
    return [(step.kind, step.notice.on.isoformat(), step.notice.reminder) for step in steps if step.notice is not None]


def sent_daily(terms: list[Term], first: str, last: str) -> list[tuple[StepKind, str]]:
    """The letters of a worker that wakes at midnight of every day."""
    known, current, told = tuple(terms), day(first), []
    while current <= day(last):
        known, steps = steps_due(known, POLICY.first_instant(current), POLICY)
        told += [(step.kind, POLICY.day_of(step.at).isoformat()) for step in steps if step.notice is not None]
        current += timedelta(days=1)
    return told


@pytest.mark.rule("R13")
@pytest.mark.parametrize(
    ("opened_on", "notice"),
    [("2026-12-09", "2027-11-08"), ("2027-04-01", "2028-02-29"), ("2026-04-01", "2027-02-28")],
)
def test_one_month_before_the_end_manager_and_users_are_asked(opened_on: str, notice: str) -> None:
    term = confirmed(opened(opened_on), opened_on)
    step = next_step([term], paris(opened_on), POLICY)
    assert step is not None
    assert (step.kind, step.at) == (ASK, paris(f"{notice} 00:00"))
    assert settled([term], just_before(step.at), POLICY) == (term,)
    assert settled([term], step.at, POLICY) == (replace(term, renewal_settled_to=day(notice)),)


@pytest.mark.rule("R13")
def test_a_term_with_something_after_it_has_no_notice() -> None:
    assert letters([FIRST_YEAR, confirmed(renewed(FIRST_YEAR, "2027-10-01"), "2027-10-02")], "2027-12-08") == []
    assert letters([FIRST_YEAR, renewed(FIRST_YEAR, "2027-11-07")], "2027-11-08 00:00") == []


@pytest.mark.rule("R15")
def test_three_reminders_follow_the_notice_on_their_days_and_no_other() -> None:
    assert sent_daily([FIRST_YEAR], "2026-12-09", "2028-06-01") == [
        (ASK, NOTICE),
        *((REMIND, on) for on in REMINDERS),
    ]


@pytest.mark.rule("R15")
def test_the_reminders_are_numbered_and_counted() -> None:
    known: tuple[Term, ...] = (FIRST_YEAR,)
    for place, on in enumerate(REMINDERS, start=1):
        known, steps = steps_due(known, paris(f"{on} 00:00"), POLICY)
        (notice,) = [step.notice for step in steps if step.kind is REMIND]
        assert notice is not None
        assert (notice.reminder, known[0].reminders_sent, known[0].renewal_settled_to) == (place, place, day(on))


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("until", "kinds"),
    [
        ("2027-11-07 23:59", []),
        ("2027-11-08 00:00", [ASK]),
        ("2027-11-16 23:59", [ASK]),
        ("2027-11-17 00:00", [SKIP, REMIND]),
        ("2027-11-23 23:59", [SKIP, REMIND]),
        ("2027-11-24 00:00", [SKIP, SKIP, REMIND]),
        ("2027-12-01 00:00", [SKIP, SKIP, SKIP, REMIND]),
        ("2027-12-08 23:59", [SKIP, SKIP, SKIP, REMIND]),
        ("2027-12-09 00:00", [SKIP, SKIP, SKIP, SKIP]),
        ("2029-12-09 00:00", [SKIP, SKIP, SKIP, SKIP]),
    ],
)
def test_after_an_outage_only_the_latest_due_is_sent_none_once_it_is_over(until: str, kinds: list[StepKind]) -> None:
    told = letters([FIRST_YEAR], until)
    assert [kind for kind, _, _ in told] == kinds
    row = list(zip([NOTICE, *REMINDERS], range(4), strict=True))
    assert [(on, place) for _, on, place in told] == row[: len(told)]


@pytest.mark.rule("R15")
def test_what_was_passed_over_is_not_made_up_for_and_not_counted() -> None:
    (term,) = settled([FIRST_YEAR], paris("2027-11-25"), POLICY)
    assert (term.reminders_sent, term.renewal_settled_to) == (1, day("2027-11-24"))
    assert letters([term], "2027-11-30 23:59") == []
    assert letters([term], "2027-12-01 00:00") == [(REMIND, "2027-12-01", 3)]


@pytest.mark.rule("R15")
def test_the_letters_passed_over_keep_their_days_and_come_before_the_end() -> None:
    steps = steps_due([FIRST_YEAR], paris("2028-01-01"), POLICY)[1]
    assert [(step.kind, step.at) for step in steps] == [
        *((SKIP, paris(f"{on} 00:00")) for on in (NOTICE, *REMINDERS)),
        (EXPIRE, paris("2027-12-09 00:00")),
    ]


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("declined_on", "sent"),
    [("2027-03-01", 0), ("2027-11-07", 0), ("2027-11-09", 1), ("2027-11-18", 2), ("2027-12-02", 4)],
)
def test_declining_stops_the_letters(declined_on: str, sent: int) -> None:
    known = played_daily([FIRST_YEAR], day("2027-11-01"), day(declined_on), POLICY)
    declined = [replace(known[0], declined_at=paris(declined_on))]
    assert letters(declined, "2029-01-01") == []
    assert settled(declined, paris("2029-01-01"), POLICY)[0].reminders_sent == max(sent - 1, 0)
    assert next_step(declined, paris(declined_on), POLICY) is not None


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("renewed_on", "sent"),
    [
        ("2027-11-07", []),
        ("2027-11-08 00:01", [(ASK, NOTICE)]),
        ("2027-11-17", [(ASK, NOTICE), (REMIND, REMINDERS[0])]),
    ],
)
def test_renewing_stops_the_letters(renewed_on: str, sent: list[tuple[StepKind, str]]) -> None:
    before = sent_daily([FIRST_YEAR], "2027-11-01", renewed_on[:10])
    known = played_daily([FIRST_YEAR], day("2027-11-01"), day(renewed_on[:10]), POLICY, hours=[0])
    second = confirmed(renewed(FIRST_YEAR, renewed_on), renewed_on)
    assert before == sent
    assert letters([*known, second], "2028-10-01") == []


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("renewed_on", "falls_on", "still_to_come"),
    [
        ("2027-10-01", "2027-10-17", [NOTICE, *REMINDERS]),
        ("2027-10-22", "2027-11-07", [NOTICE, *REMINDERS]),
        ("2027-10-23", "2027-11-08", [NOTICE, *REMINDERS]),
        ("2027-10-24", "2027-11-09", REMINDERS),
        ("2027-11-01", "2027-11-17", REMINDERS),
        ("2027-11-02", "2027-11-18", REMINDERS[1:]),
        ("2027-11-15", "2027-12-01", REMINDERS[2:]),
        ("2027-11-16", "2027-12-02", []),
        ("2027-11-23", "2027-12-09", []),
    ],
)
def test_a_renewed_term_that_falls_unpaid_leaves_the_letters_still_to_come(
    renewed_on: str, falls_on: str, still_to_come: list[str]
) -> None:
    terms = [FIRST_YEAR, renewed(FIRST_YEAR, f"{renewed_on} 00:00")]
    told = sent_daily(terms, renewed_on, "2028-01-10")
    assert told == [(ASK if on == NOTICE else REMIND, on) for on in still_to_come]
    fallen = [step.at for step in steps_due(terms, paris("2028-01-10"), POLICY)[1] if step.kind is CANCEL]
    assert fallen == [paris(f"{falls_on} 00:00")]


@pytest.mark.rule("R15")
def test_a_reminder_sent_before_the_renewal_that_fell_is_counted_with_those_after_it() -> None:
    known = played_daily([FIRST_YEAR], day("2027-11-01"), day("2027-11-08"), POLICY)
    terms = played_daily([*known, renewed(FIRST_YEAR, "2027-11-08")], day("2027-11-08"), day("2027-11-16"), POLICY)
    fallen = replace(terms[1], unpaid_at=paris("2027-11-10 09:00"))
    again = played_daily([terms[0], fallen], day("2027-11-17"), day("2028-01-01"), POLICY)
    assert again[0].reminders_sent == 3


@pytest.mark.rule("R15")
def test_the_last_of_two_renewals_that_fell_is_the_one_that_counts() -> None:
    fell_first = unpaid(renewed(FIRST_YEAR, "2027-10-01"))
    fell_last = unpaid(renewed(FIRST_YEAR, "2027-11-02", name="third"))
    for terms in ([FIRST_YEAR, fell_first, fell_last], [FIRST_YEAR, fell_last, fell_first]):
        assert [on for _, on in sent_daily(terms, "2027-11-19", "2028-01-10")] == REMINDERS[1:]


@pytest.mark.rule("R15")
def test_a_cancelled_term_of_other_days_has_no_say_in_the_letters() -> None:
    other = withdrawn(opened("2025-06-01", name="before"), "2027-11-20")
    assert len(sent_daily([other, FIRST_YEAR], "2027-11-01", "2028-01-10")) == 4


@pytest.mark.rule("R15")
@pytest.mark.parametrize("gone", [unpaid(opened()), withdrawn(FIRST_YEAR, "2027-11-09")])
def test_a_cancelled_term_asks_for_no_renewal(gone: Term) -> None:
    assert letters([gone], "2029-01-01") == []


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("on", "told"),
    [
        ("2027-11-08", [(ASK, NOTICE, 0)]),
        ("2027-11-20", [(SKIP, NOTICE, 0), (REMIND, REMINDERS[0], 1)]),
        (
            "2027-12-08 23:59",
            [(SKIP, NOTICE, 0), (SKIP, REMINDERS[0], 1), (SKIP, REMINDERS[1], 2), (REMIND, REMINDERS[2], 3)],
        ),
    ],
)
def test_a_term_reinstated_after_letters_were_due_gets_the_latest_at_that_instant(
    on: str, told: list[tuple[StepKind, str, int]]
) -> None:
    term = reinstated(opened("2026-12-09"), on)
    steps = steps_due([term], paris(on), POLICY)[1]
    assert letters([term], on if len(on) > 10 else f"{on} 12:00") == told
    assert {step.at for step in steps} == {paris(on)}


@pytest.mark.rule("R9")
def test_a_term_reinstated_once_over_gets_no_letter_about_its_renewal() -> None:
    told = letters([reinstated(opened("2026-12-09"), "2027-12-09 00:00")], "2027-12-09 00:00")
    assert [kind for kind, _, _ in told] == [SKIP] * 4


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("ends_on", "instants"),
    [
        # 29 February; the clocks change on 28 March 2027 and on 31 October 2027 at Paris
        ("2028-02-29", ["2028-01-28T23:00", "2028-02-07T23:00", "2028-02-14T23:00", "2028-02-21T23:00"]),
        ("2028-03-31", ["2028-02-28T23:00", "2028-03-09T23:00", "2028-03-16T23:00", "2028-03-23T23:00"]),
        ("2027-04-05", ["2027-03-04T23:00", "2027-03-14T23:00", "2027-03-21T23:00", "2027-03-28T22:00"]),
        ("2027-04-04", ["2027-03-03T23:00", "2027-03-13T23:00", "2027-03-20T23:00", "2027-03-27T23:00"]),
        ("2027-11-07", ["2027-10-06T22:00", "2027-10-16T22:00", "2027-10-23T22:00", "2027-10-30T22:00"]),
        ("2027-11-08", ["2027-10-07T22:00", "2027-10-17T22:00", "2027-10-24T22:00", "2027-10-31T23:00"]),
    ],
)
def test_letters_are_met_at_the_first_instant_of_their_day_by_the_clocks_of_that_day(
    ends_on: str, instants: list[str]
) -> None:
    term = replace(FIRST_YEAR, ends_on=day(ends_on), starts_on=date(day(ends_on).year - 1, 3, 1))
    steps = [step for step in steps_due([term], paris("2028-12-31"), POLICY)[1] if step.notice is not None]
    assert [step.at for step in steps] == [datetime.fromisoformat(f"{at}:00+00:00") for at in instants]


@pytest.mark.rule("R15")
def test_recording_a_letter_changes_nothing_else() -> None:
    step = next_step([FIRST_YEAR], paris("2027-11-20"), POLICY)
    assert step is not None
    assert apply_step([FIRST_YEAR], step) == (replace(FIRST_YEAR, renewal_settled_to=day(NOTICE)),)
