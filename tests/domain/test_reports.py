"""The figures of a period: what each term adds, on which side of its edge, as of the last day or of now."""

from collections.abc import Callable, Sequence

import pytest

from capcom_gql.domain.reports import Figures, Period, figures_of, net_promoter_score
from capcom_gql.domain.terms import CancellationReason, Term
from tests.domain.playing import settled
from tests.domain.words import POLICY, confirmed, day, offer, opened, paris, reinstated, renewed, unpaid, withdrawn

FIRST = opened("2026-12-09")
"""Its proof is due by 2026-12-24; it ends on 2027-12-08."""
PAID = confirmed(FIRST, "2026-12-20")
SECOND = renewed(PAID, "2027-11-20", plan=offer(3))
"""Its proof is due by 2027-12-05, before it begins; it ends on 2028-12-08."""
LATE_SECOND = renewed(PAID, "2027-12-01")
"""Its proof is due by 2027-12-16, when it has begun."""
WORKERS = pytest.mark.parametrize("worker", [unpaid, lambda term: term], ids=["recorded", "not recorded yet"])
Worker = Callable[[Term], Term]


def figures(terms: Sequence[Term], first: str, last: str, today: str | None = None) -> Figures:
    """The figures of a period, asked on a day: by default long after it."""
    return figures_of(terms, Period(day(first), day(last)), day(today or "2031-01-01"), POLICY)


@pytest.mark.rule("R4")
def test_both_days_of_a_period_are_in_it() -> None:
    period = Period(day("2026-12-09"), day("2026-12-10"))
    asked = ("2026-12-08", "2026-12-09", "2026-12-10", "2026-12-11")
    assert [period.contains(day(each)) for each in asked] == [False, True, True, False]


@pytest.mark.rule("R17")
@pytest.mark.parametrize(
    ("first", "last", "opened_terms"),
    [
        ("2026-12-09", "2026-12-09", 1),
        ("2026-12-10", "2027-12-08", 0),
        ("2026-12-01", "2026-12-08", 0),
        ("2027-12-09", "2027-12-09", 1),
        ("2026-12-09", "2027-12-09", 2),
    ],
)
def test_a_term_is_opened_on_its_first_day_a_renewed_one_too(first: str, last: str, opened_terms: int) -> None:
    assert figures([PAID, confirmed(SECOND, "2027-12-01")], first, last).opened == opened_terms


@pytest.mark.rule("R17")
def test_a_term_that_has_not_begun_or_fell_before_it_did_is_not_opened() -> None:
    assert figures([PAID, SECOND], "2027-01-01", "2028-12-31", today="2027-12-01").opened == 0
    assert figures([PAID, SECOND], "2027-01-01", "2028-12-31").opened == 0
    assert figures([PAID, unpaid(SECOND)], "2027-01-01", "2028-12-31").opened == 0
    assert figures([PAID, unpaid(LATE_SECOND)], "2027-01-01", "2028-12-31").opened == 1


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("2026-12-20", "2026-12-20", 1), ("2026-12-21", "2026-12-31", 0), ("2026-12-01", "2026-12-19", 0)],
)
def test_a_term_is_confirmed_on_the_day_its_proof_is_recorded(first: str, last: str, count: int) -> None:
    assert figures([PAID], first, last).confirmed == count
    assert figures([FIRST], first, last).confirmed == 0
    assert figures([withdrawn(PAID, "2026-12-22")], first, last).confirmed == count
    assert figures([reinstated(FIRST, "2027-02-01")], "2027-02-01", "2027-02-01").confirmed == 1


@pytest.mark.rule("R9")
@WORKERS
@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("2026-12-25", "2026-12-25", 1), ("2026-12-26", "2026-12-31", 0), ("2026-12-01", "2026-12-24", 0)],
)
def test_an_unpaid_term_is_cancelled_on_the_sixteenth_day_however_late_the_worker(
    worker: Worker, first: str, last: str, count: int
) -> None:
    assert figures([worker(FIRST)], first, last).cancelled_unpaid == count


@pytest.mark.rule("R9")
def test_what_was_reinstated_or_ended_by_staff_is_not_cancelled_unpaid() -> None:
    back = reinstated(FIRST, "2027-02-01")
    assert figures([back], "2026-12-01", "2027-12-31").cancelled_unpaid == 0
    assert figures([withdrawn(back, "2027-03-01")], "2026-12-01", "2027-12-31").cancelled_unpaid == 0
    for reason in (CancellationReason.BY_STAFF, CancellationReason.WITHDRAWN):
        assert figures([withdrawn(FIRST, "2026-12-12", reason)], "2026-12-01", "2027-12-31").cancelled_unpaid == 0


@pytest.mark.rule("R16")
def test_a_term_without_another_expires_on_its_last_day_once_that_is_over() -> None:
    assert figures([PAID], "2027-12-08", "2027-12-08").expired == 1
    assert figures([PAID], "2027-12-09", "2027-12-31").expired == 0
    assert figures([PAID], "2027-12-01", "2027-12-07").expired == 0
    assert figures([PAID], "2027-12-01", "2027-12-31", today="2027-12-08").expired == 0
    assert figures([PAID], "2027-12-01", "2027-12-31", today="2027-12-09").expired == 1
    assert figures([unpaid(FIRST)], "2026-12-01", "2027-12-31").expired == 0
    assert figures([withdrawn(PAID, "2027-12-08")], "2026-12-01", "2027-12-31").expired == 0


@pytest.mark.rule("R14")
def test_a_term_is_renewed_when_another_follows_that_is_not_cancelled() -> None:
    followed = figures([PAID, confirmed(SECOND, "2027-12-01")], "2027-12-01", "2027-12-31")
    assert (followed.renewed, followed.expired, followed.renewal_rate) == (1, 0, 1.0)
    fallen = figures([PAID, unpaid(LATE_SECOND)], "2027-12-01", "2027-12-31")
    assert (fallen.renewed, fallen.expired, fallen.renewal_rate) == (0, 1, 0.0)
    early = figures([PAID, SECOND], "2027-12-01", "2027-12-31", today="2027-12-04")
    assert (early.renewed, early.expired, early.renewal_rate) == (0, 0, None)
    # two days after the end is another beginning
    later = figures([PAID, confirmed(opened("2027-12-10"), "2027-12-10")], "2027-12-01", "2027-12-31")
    assert (later.renewed, later.expired) == (0, 1)


@pytest.mark.rule("R14")
def test_the_rate_is_of_the_confirmed_terms_that_ended_only() -> None:
    lone = figures([PAID], "2027-12-01", "2027-12-31")
    followed = figures([PAID, confirmed(SECOND, "2027-12-01")], "2027-12-01", "2027-12-31")
    assert (lone + followed + followed + lone).renewal_rate == 0.5
    assert (lone + figures([unpaid(FIRST)], "2027-12-01", "2027-12-31")).renewal_rate == 0.0
    assert Figures().renewal_rate is None
    # nothing ends unconfirmed by the rules: were it so, it would be no part of the rate
    odd = figures([FIRST], "2027-12-08", "2027-12-08", today="2026-12-24")
    assert (odd.ended_confirmed, odd.renewal_rate) == (0, None)


@pytest.mark.rule("R3")
@pytest.mark.parametrize(
    ("last", "today", "live"),
    [
        ("2026-12-08", "2031-01-01", 0),
        ("2026-12-09", "2031-01-01", 1),
        ("2027-12-08", "2031-01-01", 1),
        ("2027-12-09", "2031-01-01", 0),
        ("2031-12-31", "2027-12-08", 1),
        ("2031-12-31", "2027-12-09", 0),
        ("2026-12-09", "2026-12-09", 1),
    ],
)
def test_live_is_as_of_the_last_day_or_of_now_where_that_is_to_come(last: str, today: str, live: int) -> None:
    assert figures([PAID], "2020-01-01", last, today).live == live


@pytest.mark.rule("R9")
@WORKERS
def test_an_unpaid_subscription_is_live_up_to_the_last_instant_of_the_due_day(worker: Worker) -> None:
    lives = [figures([worker(FIRST)], "2026-12-01", f"2026-12-{last}").live for last in (23, 24, 25)]
    assert lives == [1, 1, 0]


@pytest.mark.rule("R9")
def test_a_reinstated_term_was_not_live_in_between() -> None:
    back = reinstated(FIRST, "2027-02-01")
    lives = [
        figures([back], "2026-12-01", last).live for last in ("2026-12-24", "2026-12-25", "2027-01-31", "2027-02-01")
    ]
    assert lives == [1, 0, 0, 1]


@pytest.mark.rule("R9")
def test_what_staff_ended_was_live_until_the_day_before() -> None:
    ended = withdrawn(PAID, "2027-03-01")
    assert [figures([ended], "2026-12-01", last).live for last in ("2027-02-28", "2027-03-01")] == [1, 0]


@pytest.mark.rule("R2")
def test_seats_count_while_live_by_the_smaller_of_two_terms() -> None:
    terms = [PAID, confirmed(SECOND, "2027-12-01")]
    days = ("2026-12-08", "2027-11-19", "2027-11-20", "2027-12-09", "2028-12-09")
    assert [figures(terms, "2020-01-01", last).seat_limit for last in days] == [0, 5, 3, 3, 0]


@pytest.mark.rule("R8")
def test_the_price_of_a_term_is_awaited_until_its_proof_came_or_the_term_fell() -> None:
    awaited = PAID.offer.price_minor
    days = ("2026-12-08", "2026-12-09", "2026-12-19", "2026-12-20", "2026-12-25")
    assert [figures([PAID], "2020-01-01", last).proof_awaited_minor for last in days] == [0, awaited, awaited, 0, 0]
    unpaid_days = ("2026-12-24", "2026-12-25")
    for term in (FIRST, unpaid(FIRST)):
        assert [figures([term], "2020-01-01", last).proof_awaited_minor for last in unpaid_days] == [awaited, 0]


@pytest.mark.rule("R17")
def test_an_upcoming_term_owes_its_own_price_from_the_renewal_on() -> None:
    days = ("2027-11-19", "2027-11-20", "2027-12-05", "2027-12-06")
    found = [figures([PAID, SECOND], "2020-01-01", last).proof_awaited_minor for last in days]
    assert found == [0, SECOND.offer.price_minor, SECOND.offer.price_minor, 0]


@pytest.mark.rule("R16")
def test_a_subscription_that_never_began_adds_nothing() -> None:
    assert figures([], "2020-01-01", "2030-12-31") == Figures()


@pytest.mark.rule("R9")
@pytest.mark.parametrize("history", [[FIRST], [PAID, SECOND], [PAID, LATE_SECOND]], ids=["first", "before", "begun"])
def test_a_late_worker_changes_no_figure(history: list[Term]) -> None:
    on_time = settled(history, paris("2031-01-01"), POLICY)
    for first, last in (("2026-12-24", "2026-12-24"), ("2027-12-05", "2027-12-05"), ("2027-12-16", "2028-12-31")):
        assert figures(history, first, last) == figures(on_time, first, last)


@pytest.mark.rule("R18")
@pytest.mark.parametrize(
    ("scores", "nps"),
    [
        ([], None),
        ([10], 100),
        ([9], 100),
        ([8], 0),
        ([7], 0),
        ([6], -100),
        ([0], -100),
        ([10, 0], 0),
        ([10, 8, 0], 0),
        ([10, 10, 0], 33),
        ([10, 0, 0], -33),
        ([10] * 2 + [8], 67),
        ([10] + [8] * 7, 13),
        ([0] + [8] * 7, -12),
    ],
)
def test_the_net_promoter_score_is_promoters_less_detractors_in_percent(scores: list[int], nps: int | None) -> None:
    assert net_promoter_score(scores) == nps
