"""The checker's own eyes: its calendar agrees with the rules, and it sees what must never happen to a letter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from capcom_gql.domain import steps
from capcom_gql.domain.plans import Offer
from capcom_gql.domain.steps import StepKind
from capcom_gql.domain.terms import LifecyclePolicy, Term, first_term, renewed_term
from tests.faults import almanac
from tests.faults.almanac import Year, noon, take_steps
from tests.faults.trace import Move, breaches, orphaned

POLICY = LifecyclePolicy()
OFFER = Offer("EQUIPE", "Équipe", 5, 90_000, (), ())
KINDS = {
    StepKind.CANCEL_UNPAID: almanac.CANCELLED,
    StepKind.START: almanac.STARTED,
    StepKind.ASK_RENEWAL: almanac.ASKED,
    StepKind.REMIND_RENEWAL: almanac.REMINDED,
    StepKind.SKIP_RENEWAL: almanac.SKIPPED,
    StepKind.EXPIRE: almanac.EXPIRED,
    StepKind.REMIND_PROOF: almanac.PROOF_REMINDED,
}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def by_the_rules(terms: list[Term], now: datetime) -> list[tuple[str, str, datetime]]:
    """The steps that the product's own rules record by an instant, applied to the terms."""
    taken = []
    while (step := steps.next_step(terms, now, POLICY)) is not None and step.at <= now:
        before = {term.id: term.unpaid_at for term in terms}
        terms[:] = steps.apply_step(terms, step)
        fallen = [term.id for term in terms if term.unpaid_at != before[term.id]]
        taken += [(KINDS[step.kind], each, step.at) for each in fallen or [step.term_id]]
    return taken


@given(
    opened_on=some.dates(date(2026, 1, 1), date(2029, 12, 31)),
    pays=some.tuples(some.booleans(), some.booleans()),
    renewed_after=some.integers(0, 400),
    declined_after=some.integers(0, 400),
    gaps=some.lists(some.integers(1, 200), min_size=1, max_size=12),
)
def test_its_calendar_is_that_of_the_rules(
    opened_on: date, pays: tuple[bool, bool], renewed_after: int, declined_after: int, gaps: list[int]
) -> None:
    """Written twice, by two hands; where they differ, one of them is wrong."""
    first = first_term("one", noon(opened_on), OFFER, POLICY)
    terms = [_paid(first) if pays[0] else first]
    years = [Year("one", first.starts_on, first.ends_on, first.proof_due_on, pays[0], is_started=True)]
    today, is_renewed = opened_on, False
    for gap in gaps:
        today += timedelta(days=gap)
        expected = by_the_rules(terms, noon(today))
        assert [(step.kind, step.term_id, step.at) for step in take_steps(years, noon(today))] == expected
        running = terms[0].cancelled_at is None and terms[0].ended_at is None
        if running and not is_renewed and (today - opened_on).days >= declined_after:
            terms[0] = _declined(terms[0], noon(today))
            years[0].is_declined = True
        if running and not is_renewed and (today - opened_on).days >= renewed_after and pays[0]:
            is_renewed = True
            second = renewed_term("two", noon(today), terms[0], OFFER, POLICY)
            terms = [_declined(terms[0], None), _paid(second) if pays[1] else second]
            years[0].is_declined = False
            years.append(Year("two", second.starts_on, second.ends_on, second.proof_due_on, pays[1]))


def _paid(term: Term) -> Term:
    return replace(term, confirmed_at=term.opened_at)


def _declined(term: Term, at: datetime | None) -> Term:
    return replace(term, declined_at=at)


def move(
    seconds: float,
    states: tuple[str, str],
    attempts: tuple[int, int],
    leases: tuple[float | None, float | None],
    *,
    outcome: bool = False,
) -> Move:
    """One change of a letter; instants in seconds after noon."""
    old_lease, new_lease = (None if each is None else NOON + timedelta(seconds=each) for each in leases)
    at = NOON + timedelta(seconds=seconds)
    return Move(at, "letter", "delivery_1", *states, *attempts, old_lease, new_lease, outcome, "")


CLAIMED = move(0, ("PENDING", "PENDING"), (0, 1), (None, 6))
RENEWED = move(2, ("PENDING", "PENDING"), (1, 1), (6, 8))
SENT = move(3, ("PENDING", "SENT"), (1, 1), (8, None), outcome=True)
TAKEN_UP = move(8.5, ("PENDING", "PENDING"), (1, 2), (8, 14.5))


def test_a_letter_that_goes_well() -> None:
    assert breaches([CLAIMED, RENEWED, SENT]) == []
    assert orphaned([CLAIMED, RENEWED, SENT]) == []


def test_a_letter_taken_up_from_a_dead_worker() -> None:
    assert breaches([CLAIMED, RENEWED, TAKEN_UP]) == []
    assert [each.age for each in orphaned([CLAIMED, RENEWED, TAKEN_UP])] == [6.5]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (move(4, ("SENT", "RETRYING"), (1, 1), (None, None)), "its end was undone"),
        (move(4, ("PENDING", "PENDING"), (1, 2), (8, 10)), "claimed while another held it"),
        (move(9, ("PENDING", "SENT"), (2, 2), (14.5, None)), "the outcome of another"),
        (move(9, ("PENDING", "RETRYING"), (2, 2), (14.5, None)), "the outcome of another"),
    ],
)
def test_what_must_never_happen_to_a_letter(bad: Move, words: str) -> None:
    (breach,) = breaches([CLAIMED, RENEWED, bad])
    assert words in breach
