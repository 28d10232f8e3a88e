"""The renewal: who may be asked, what refuses it, what declines it; on both sides of every edge."""

from dataclasses import replace
from datetime import date

import pytest

from capcom_gql.domain.lifecycle import SubscriptionStatus, subscription_status
from capcom_gql.domain.refusals import Fault
from capcom_gql.domain.renewals import (
    RenewalNotice,
    check_decline,
    check_renewal,
    check_renewed_plan,
    is_answered,
    is_last_reminder,
    notices_due,
    renewal_ends_on,
    renewal_notices,
    renewed_at,
)
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term
from capcom_gql.languages.locales import ENGLISH, FRENCH, LOCALES, Locale
from capcom_gql.languages.sentences import refusal_sentence
from tests.domain.words import (
    POLICY,
    confirmed,
    day,
    opened,
    paris,
    reinstated,
    renewed,
    unpaid,
    withdrawn,
)

FIRST_YEAR = confirmed(opened("2026-12-09"), "2026-12-10")
SECOND_YEAR = renewed(FIRST_YEAR, "2027-10-01")
ON_OFFER = ["EQUIPE", "RESEAU"]
THIS = ("subscriptionId",)


def stands(terms: list[Term], on: str) -> SubscriptionStatus:
    status = subscription_status(terms, day(on), POLICY)
    assert status is not None
    return status


def codes(faults: list[Fault]) -> list[tuple[str, tuple[str, ...]]]:
    """What clients see of the faults."""
    return [(fault.code.value, fault.path) for fault in faults]


@pytest.mark.rule("R13")
@pytest.mark.rule("R15")
def test_the_row_is_the_notice_and_three_reminders() -> None:
    assert renewal_notices(day("2027-12-08"), POLICY) == (
        RenewalNotice(day("2027-11-08"), 0),
        RenewalNotice(day("2027-11-17"), 1),
        RenewalNotice(day("2027-11-24"), 2),
        RenewalNotice(day("2027-12-01"), 3),
    )


@pytest.mark.rule("R15")
def test_the_reminders_are_numbered_by_their_days_however_the_policy_lists_them() -> None:
    policy = LifecyclePolicy(reminder_days=(3, 40, 10))
    row = [(notice.on.isoformat(), notice.reminder) for notice in renewal_notices(day("2027-12-08"), policy)]
    assert row == [("2027-10-29", 1), ("2027-11-08", 0), ("2027-11-28", 2), ("2027-12-05", 3)]


@pytest.mark.rule("R15")
def test_the_third_reminder_is_the_last_and_the_notice_never_is() -> None:
    assert [is_last_reminder(notice, POLICY) for notice in renewal_notices(day("2027-12-08"), POLICY)] == [
        False,
        False,
        False,
        True,
    ]
    one = LifecyclePolicy(reminder_days=(7,))
    assert [is_last_reminder(notice, one) for notice in renewal_notices(day("2027-12-08"), one)] == [False, True]


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("settled_to", "owed"),
    [
        (None, [0, 1, 2, 3]),
        ("2027-11-07", [0, 1, 2, 3]),
        ("2027-11-08", [1, 2, 3]),
        ("2027-11-24", [3]),
        ("2027-12-01", []),
    ],
)
def test_a_letter_sent_or_skipped_is_owed_no_more(settled_to: str | None, owed: list[int]) -> None:
    term = replace(FIRST_YEAR, renewal_settled_to=None if settled_to is None else date.fromisoformat(settled_to))
    assert [notice.reminder for notice in notices_due(term, [term], POLICY)] == owed


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("term", "others", "owed"),
    [
        (FIRST_YEAR, [], 4),
        (FIRST_YEAR, [SECOND_YEAR], 0),
        (FIRST_YEAR, [confirmed(SECOND_YEAR, "2027-10-02")], 0),
        (FIRST_YEAR, [unpaid(SECOND_YEAR)], 4),
        (FIRST_YEAR, [reinstated(SECOND_YEAR, "2027-11-01")], 0),
        (FIRST_YEAR, [opened("2027-12-10", name="gap")], 4),
        (replace(FIRST_YEAR, declined_at=paris("2027-09-01")), [], 0),
        (replace(FIRST_YEAR, declined_at=paris("2027-09-01")), [unpaid(SECOND_YEAR)], 0),
        (withdrawn(FIRST_YEAR, "2027-02-01"), [], 0),
        (unpaid(opened("2026-12-09")), [], 0),
        (reinstated(opened("2026-12-09"), "2027-01-05"), [], 4),
        (opened("2026-12-09"), [], 4),
    ],
)
def test_letters_are_owed_while_nothing_follows_and_no_decline_stands(
    term: Term, others: list[Term], owed: int
) -> None:
    assert len(notices_due(term, [term, *others], POLICY)) == owed


@pytest.mark.rule("R15")
@pytest.mark.parametrize(("fell_at", "owed"), [("2027-11-17 00:00", 3), ("2027-11-17 00:01", 2)])
def test_only_the_letters_still_to_come_when_a_renewed_term_fell_are_owed(fell_at: str, owed: int) -> None:
    fallen = replace(SECOND_YEAR, unpaid_at=paris(fell_at))
    assert len(notices_due(FIRST_YEAR, [FIRST_YEAR, fallen], POLICY)) == owed


@pytest.mark.rule("R13")
@pytest.mark.parametrize(("starts_on", "owed"), [("2027-11-08", 4), ("2027-11-09", 3)])
def test_no_letter_is_owed_for_a_day_before_the_term(starts_on: str, owed: int) -> None:
    short = replace(FIRST_YEAR, starts_on=day(starts_on))
    assert len(notices_due(short, [short], POLICY)) == owed


@pytest.mark.rule("R14")
@pytest.mark.parametrize(
    ("opened_on", "until"),
    [
        ("2026-12-09", "2028-12-08"),
        ("2027-03-01", "2029-02-28"),
        ("2028-02-29", "2030-02-28"),
        ("2027-02-28", "2029-02-27"),
    ],
)
def test_a_renewal_would_end_a_year_after_the_running_term(opened_on: str, until: str) -> None:
    assert renewal_ends_on(opened(opened_on), POLICY) == day(until)
    assert renewed(opened(opened_on), opened_on).ends_on == day(until)


# ---- what refuses a renewal


@pytest.mark.rule("R14")
@pytest.mark.parametrize("on", ["2026-12-10", "2027-06-01", "2027-12-08"])
def test_a_subscription_is_renewed_at_any_time_while_live(on: str) -> None:
    assert check_renewal(stands([FIRST_YEAR], on)) == []


@pytest.mark.rule("R14")
@pytest.mark.parametrize(
    ("terms", "on"),
    [
        ([FIRST_YEAR], "2027-12-09"),
        ([opened("2026-12-09")], "2026-12-25"),
        ([withdrawn(FIRST_YEAR, "2027-02-01")], "2027-02-01"),
        ([withdrawn(FIRST_YEAR, "2027-11-20"), reinstated(SECOND_YEAR, "2027-11-21")], "2027-12-08"),
    ],
)
def test_what_is_not_live_is_not_renewed(terms: list[Term], on: str) -> None:
    assert codes(check_renewal(stands(terms, on))) == [("NOT_LIVE", THIS)]


@pytest.mark.rule("R14")
@pytest.mark.parametrize("on", ["2026-12-09", "2026-12-24"])
def test_while_the_running_term_awaits_its_proof_it_is_not_renewed(on: str) -> None:
    (fault,) = check_renewal(stands([opened("2026-12-09")], on))
    assert (fault.code.value, fault.path) == ("PROOF_AWAITED", THIS)
    assert "24 December 2026" in refusal_sentence(fault, ENGLISH)
    assert "24 décembre 2026" in refusal_sentence(fault, FRENCH)


@pytest.mark.rule("R14")
@pytest.mark.parametrize("second", [SECOND_YEAR, confirmed(SECOND_YEAR, "2027-10-02")])
def test_when_a_term_is_upcoming_the_renewal_is_done_already(second: Term) -> None:
    (fault,) = check_renewal(stands([FIRST_YEAR, second], "2027-10-16"))
    assert (fault.code.value, fault.path) == ("RENEWAL_ALREADY_DONE", THIS)
    assert "8 December 2028" in refusal_sentence(fault, ENGLISH)
    assert "8 décembre 2028" in refusal_sentence(fault, FRENCH)


@pytest.mark.rule("R17")
def test_after_a_renewed_term_fell_before_it_began_the_manager_may_renew_again() -> None:
    assert codes(check_renewal(stands([FIRST_YEAR, SECOND_YEAR], "2027-10-16"))) == [("RENEWAL_ALREADY_DONE", THIS)]
    assert check_renewal(stands([FIRST_YEAR, SECOND_YEAR], "2027-10-17")) == []


@pytest.mark.rule("R17")
def test_a_renewed_term_that_has_begun_is_renewed_once_its_own_proof_is_recorded() -> None:
    late = renewed(FIRST_YEAR, "2027-12-01")
    assert codes(check_renewal(stands([FIRST_YEAR, late], "2027-12-08"))) == [("RENEWAL_ALREADY_DONE", THIS)]
    assert codes(check_renewal(stands([FIRST_YEAR, late], "2027-12-09"))) == [("PROOF_AWAITED", THIS)]
    assert check_renewal(stands([FIRST_YEAR, confirmed(late, "2027-12-09")], "2027-12-09")) == []


@pytest.mark.rule("R14")
@pytest.mark.parametrize(
    ("code", "limit", "is_open", "used", "answer"),
    [
        ("EQUIPE", 5, True, 5, []),
        ("EQUIPE", 5, True, 6, ["PLAN_TOO_SMALL"]),
        ("RESEAU", 10, True, 10, []),
        ("RESEAU", 3, True, 4, ["PLAN_TOO_SMALL"]),
        ("RESEAU", 10, False, 1, ["PLAN_CLOSED"]),
        ("ATELIER", 10, False, 1, ["PLAN_CLOSED"]),
        ("EQUIPE", 5, False, 5, []),
        ("EQUIPE", 5, False, 6, ["PLAN_TOO_SMALL"]),
        ("RESEAU", 3, False, 4, ["PLAN_CLOSED", "PLAN_TOO_SMALL"]),
        ("AUTRE", None, None, 4, ["NOT_FOUND"]),
        ("EQUIPE", None, None, 4, ["NOT_FOUND"]),
    ],
)
def test_the_plan_may_change_if_the_seats_fit_and_a_closed_one_may_be_kept_not_chosen(
    code: str, limit: int | None, is_open: bool | None, used: int, answer: list[str]
) -> None:
    faults = check_renewed_plan(code, limit, current="EQUIPE", is_open=is_open, used=used, on_offer=ON_OFFER)
    assert [fault.code.value for fault in faults] == answer
    assert all(fault.path == ("planCode",) for fault in faults)


@pytest.mark.rule("R14")
@pytest.mark.parametrize("locale", LOCALES)
def test_a_plan_that_does_not_fit_says_how_many_seats_it_has_and_how_many_are_taken(locale: Locale) -> None:
    small, closed = check_renewed_plan("RESEAU", 3, current="EQUIPE", is_open=False, used=4, on_offer=ON_OFFER)[::-1]
    assert "3" in refusal_sentence(small, locale)
    assert "4" in refusal_sentence(small, locale)
    assert "EQUIPE, RESEAU" in refusal_sentence(closed, locale)


# ---- what refuses a decline, and what an answer is


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("terms", "on", "answer"),
    [
        ([FIRST_YEAR], "2026-12-09", []),
        ([FIRST_YEAR], "2027-12-08", []),
        ([FIRST_YEAR], "2027-12-09", [("NOT_LIVE", THIS)]),
        ([opened("2026-12-09")], "2026-12-24", []),
        ([opened("2026-12-09")], "2026-12-25", [("NOT_LIVE", THIS)]),
        ([replace(FIRST_YEAR, declined_at=paris("2027-02-01"))], "2027-02-02", []),
        ([FIRST_YEAR, SECOND_YEAR], "2027-10-16", [("RENEWAL_ALREADY_DONE", THIS)]),
        ([FIRST_YEAR, SECOND_YEAR], "2027-10-17", []),
        ([FIRST_YEAR, confirmed(SECOND_YEAR, "2027-10-02")], "2027-12-08", [("RENEWAL_ALREADY_DONE", THIS)]),
        ([FIRST_YEAR, confirmed(SECOND_YEAR, "2027-10-02")], "2027-12-09", []),
    ],
)
def test_a_decline_comes_at_any_time_while_live_and_not_renewed(
    terms: list[Term], on: str, answer: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert codes(check_decline(stands(terms, on))) == answer


@pytest.mark.rule("R15")
def test_a_decline_too_late_is_told_until_when_it_is_renewed() -> None:
    (fault,) = check_decline(stands([FIRST_YEAR, SECOND_YEAR], "2027-10-16"))
    assert "8 December 2028" in refusal_sentence(fault, ENGLISH)
    (over,) = check_decline(stands([FIRST_YEAR], "2027-12-09"))
    assert refusal_sentence(over, ENGLISH) != refusal_sentence(
        check_renewal(stands([FIRST_YEAR], "2027-12-09"))[0], ENGLISH
    )


@pytest.mark.rule("R15")
@pytest.mark.parametrize(
    ("term", "others", "answered"),
    [
        (FIRST_YEAR, [], False),
        (replace(FIRST_YEAR, declined_at=paris("2027-09-01")), [], True),
        (FIRST_YEAR, [SECOND_YEAR], True),
        (FIRST_YEAR, [unpaid(SECOND_YEAR)], False),
        (FIRST_YEAR, [withdrawn(SECOND_YEAR, "2027-10-02", CancellationReason.WITHDRAWN)], False),
        (SECOND_YEAR, [FIRST_YEAR], False),
    ],
)
def test_an_answer_is_a_renewal_that_stands_or_a_decline(term: Term, others: list[Term], answered: bool) -> None:
    assert is_answered(term, [term, *others]) is answered


@pytest.mark.rule("R14")
def test_a_term_was_renewed_at_the_instant_its_follower_was_opened() -> None:
    assert renewed_at(FIRST_YEAR, [FIRST_YEAR, SECOND_YEAR]) == paris("2027-10-01")
    assert renewed_at(FIRST_YEAR, [FIRST_YEAR, unpaid(SECOND_YEAR)]) is None
    assert renewed_at(SECOND_YEAR, [FIRST_YEAR, SECOND_YEAR]) is None
