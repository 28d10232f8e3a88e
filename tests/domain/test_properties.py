"""What holds of every history and every number, not only of the examples."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from capcom_gql.domain.lifecycle import apply_unpaid_cancellations, subscription_status
from capcom_gql.domain.plans import DiscountRule, EventKind
from capcom_gql.domain.seats import check_capacity, format_number, free_places, make_number, parse_number
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term, first_term, renewed_term
from tests.domain import deeds
from tests.domain.diary import A_DAY
from tests.domain.playing import facts, played_daily, read_by_the_rules, settled
from tests.domain.words import offer

STEADY = settings(derandomize=True, deadline=None, max_examples=150)
HEAVY = settings(derandomize=True, deadline=None, max_examples=60)
EVERY_DAY = settings(derandomize=True, deadline=None, max_examples=35)

ZONES = st.sampled_from(["Europe/Paris", "America/Santiago", "Asia/Beirut"])
EDGES = [date(2028, 2, 29), date(2027, 2, 28), date(2027, 1, 31), date(2027, 3, 13), date(2027, 10, 16)]
DAYS = st.one_of(st.sampled_from(EDGES), st.dates(date(2026, 1, 1), date(2030, 12, 31)))
HOURS = st.sampled_from([time(0, 1), time(7, 59), time(8), time(12), time(23, 59, 59, 999999)])
DEEDS = st.sampled_from(["pay", "renew", "decline", "reinstate", "reopen", "cancel", "nothing"])
GAPS = st.sampled_from([0, 1, 3, 9, 14, 15, 16, 40, 200, 345, 349, 350, 351, 364, 365, 366])
SCRIPTS = st.lists(st.tuples(GAPS, HOURS, DEEDS), min_size=1, max_size=6)
DIGITS = st.text("0123456789", min_size=14, max_size=14)


def done(terms: tuple[Term, ...], deed: str, now: datetime, policy: LifecyclePolicy, name: str) -> tuple[Term, ...]:
    """The terms after a deed; where it is refused, after the first that is not."""
    after = {
        "pay": deeds.paid(terms, now, policy),
        "renew": deeds.renewed_once(terms, now, policy, offer(5), name),
        "decline": deeds.declined(terms, now, policy),
        "reinstate": deeds.reinstated(terms, now),
        "reopen": deeds.reopened(terms, now, policy, offer(3), name),
        "cancel": deeds.cancelled(terms, now, policy, CancellationReason.BY_STAFF),
        "nothing": terms,
    }
    allowed = {name: changed for name, changed in after.items() if changed is not None}
    return allowed.get(deed) or next(iter(allowed.values()))


def lived(
    first: date, hour: time, script: list[tuple[int, time, str]], policy: LifecyclePolicy, *, punctual: bool
) -> list[tuple[datetime, tuple[Term, ...]]]:
    """A history: the facts after each deed, and at last a year on. Between two deeds a punctual worker wakes daily."""
    now = datetime.combine(first, hour, policy.zone).astimezone(UTC)
    terms: tuple[Term, ...] = (first_term("term0", now, offer(10), policy),)
    told = [(now, terms)]
    for number, (gap, at, deed) in enumerate([*script, (400, time(12), "nothing")], start=1):
        day = policy.day_of(now)
        if punctual:
            terms = played_daily(terms, day + A_DAY, day + A_DAY * gap, policy)
        now = max(now, datetime.combine(day + A_DAY * gap, at, policy.zone).astimezone(UTC))
        terms = settled(terms, now, policy)
        terms = done(terms, deed, now, policy, f"term{number}")
        told.append((now, terms))
    return told


@pytest.mark.rule("R9")
@pytest.mark.rule("R17")
@HEAVY
@given(first=DAYS, hour=HOURS, script=SCRIPTS, zone=ZONES)
def test_a_late_worker_writes_the_same_facts_as_a_punctual_one(
    first: date, hour: time, script: list[tuple[int, time, str]], zone: str
) -> None:
    policy = LifecyclePolicy(zone=ZoneInfo(zone))
    late = lived(first, hour, script, policy, punctual=False)
    punctual = lived(first, hour, script, policy, punctual=True)
    assert [(at, facts(terms)) for at, terms in late] == [(at, facts(terms)) for at, terms in punctual]


@pytest.mark.rule("R8")
@HEAVY
@given(first=DAYS, hour=HOURS, script=SCRIPTS, punctual=st.booleans())
def test_no_manager_is_reminded_after_the_due_day_and_only_where_the_proof_was_awaited(
    first: date, hour: time, script: list[tuple[int, time, str]], punctual: bool
) -> None:
    policy = LifecyclePolicy()
    _, terms = lived(first, hour, script, policy, punctual=punctual)[-1]
    for term in terms:
        if term.proof_reminded_at is not None:
            reminded_on = policy.day_of(term.proof_reminded_at)
            assert term.proof_due_on - A_DAY * 5 <= reminded_on <= term.proof_due_on
            assert term.confirmed_at is None or term.confirmed_at >= term.proof_reminded_at


@pytest.mark.rule("R9")
@pytest.mark.rule("R17")
@EVERY_DAY
@given(first=DAYS, hour=HOURS, script=SCRIPTS, zone=ZONES)
def test_without_any_worker_every_day_reads_as_after_a_punctual_one(
    first: date, hour: time, script: list[tuple[int, time, str]], zone: str
) -> None:
    policy = LifecyclePolicy(zone=ZoneInfo(zone))
    history = lived(first, hour, script, policy, punctual=False)
    for (start, terms), (end, _) in pairwise(history):
        recorded, at = terms, start
        while at < end:
            recorded = settled(recorded, at, policy)
            assert read_by_the_rules(terms, at, policy) == read_by_the_rules(recorded, at, policy)
            today = policy.day_of(at)
            cancelled = [term.cancelled_at for term in apply_unpaid_cancellations(terms, today, policy)]
            assert cancelled == [term.cancelled_at for term in apply_unpaid_cancellations(recorded, today, policy)]
            at = policy.first_instant(today + A_DAY)


@pytest.mark.rule("R4")
@STEADY
@given(first=DAYS, hour=HOURS, script=SCRIPTS, zone=ZONES)
def test_no_two_terms_that_are_not_cancelled_share_a_day(
    first: date, hour: time, script: list[tuple[int, time, str]], zone: str
) -> None:
    policy = LifecyclePolicy(zone=ZoneInfo(zone))
    for _, terms in lived(first, hour, script, policy, punctual=False):
        kept = sorted((term for term in terms if term.cancelled_at is None), key=lambda term: term.starts_on)
        assert all(one.ends_on < other.starts_on for one, other in pairwise(kept))


@pytest.mark.rule("R4")
@STEADY
@given(first=DAYS, early=st.lists(st.integers(0, 364), min_size=1, max_size=6))
def test_renewing_early_loses_no_day(first: date, early: list[int]) -> None:
    policy = LifecyclePolicy()
    chain = [first_term("term0", datetime.combine(first, time(12), policy.zone), offer(), policy)]
    for number, days in enumerate(early, start=1):
        now = datetime.combine(chain[-1].ends_on - A_DAY * days, time(12), policy.zone)
        chain.append(renewed_term(f"term{number}", now, chain[-1], offer(), policy))
    assert all(following.starts_on - one.ends_on == A_DAY for one, following in pairwise(chain))
    assert all(364 <= (term.ends_on - term.starts_on).days <= 365 for term in chain)
    anniversary = chain[0].starts_on if (first.month, first.day) != (2, 29) else first + A_DAY
    assert chain[-1].ends_on + A_DAY == anniversary.replace(year=first.year + len(chain))


@pytest.mark.rule("R2")
@STEADY
@given(
    running=st.integers(3, 10),
    upcoming=st.one_of(st.none(), st.integers(3, 10)),
    changes=st.lists(st.one_of(st.integers(1, 4), st.just(-1)), max_size=40),
)
def test_no_sequence_of_changes_ever_exceeds_the_seats(running: int, upcoming: int | None, changes: list[int]) -> None:
    now = datetime(2027, 1, 10, 12, tzinfo=UTC)
    term = replace(first_term("running", now, offer(running), LifecyclePolicy()), confirmed_at=now)
    terms = [term]
    if upcoming is not None:
        terms.append(renewed_term("upcoming", now + timedelta(hours=1), term, offer(upcoming), LifecyclePolicy()))
    status = subscription_status(terms, date(2027, 1, 11), LifecyclePolicy())
    assert status is not None
    limit, places = min(running, upcoming or running), [1]
    for change in changes:
        if change < 0:
            places = places[1:] or places
            continue
        faults = check_capacity(len(places), change, status.seat_limit, upcoming=status.limiting_term.id == "upcoming")
        assert bool(faults) is (len(places) + change > limit)
        if not faults:
            places = [*places, *free_places(places, change)]
        assert len(set(places)) == len(places) <= limit
        assert max(places) <= limit


@pytest.mark.rule("R10")
@STEADY
@given(price=st.integers(0, 2**31 - 1), percent=st.integers(1, 100))
def test_a_percent_is_half_up_and_between_nothing_and_the_price(price: int, percent: int) -> None:
    reduction = DiscountRule(EventKind.FORUM, percent=percent).reduction_of(price)
    exact = Decimal(price) * percent / 100
    assert reduction == exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert 0 <= reduction <= price


@pytest.mark.rule("R10")
@STEADY
@given(price=st.integers(0, 2**31 - 1), amount=st.integers(1, 2**31 - 1))
def test_an_amount_is_taken_whole_or_up_to_the_price(price: int, amount: int) -> None:
    reduction = DiscountRule(EventKind.FORUM, amount_minor=amount).reduction_of(price)
    assert reduction == (amount if amount <= price else price)


@pytest.mark.rule("R11")
@STEADY
@given(digits=DIGITS, separator=st.sampled_from(["", " ", "-", ".", "\u00a0", "\u2013", " - "]), upper=st.booleans())
def test_a_number_comes_back_however_it_is_written(digits: str, separator: str, upper: bool) -> None:
    number = make_number(digits)
    shown = format_number(number)
    written = (shown if upper else shown.lower()).replace(" ", separator)
    assert parse_number(written) == parse_number(shown) == number
    assert mod_97_10.is_valid(number)


@pytest.mark.rule("R10")
@STEADY
@given(digits=DIGITS, place=st.integers(0, 15), shift=st.integers(1, 9))
def test_a_wrong_digit_or_two_swapped_are_noticed(digits: str, place: int, shift: int) -> None:
    number = make_number(digits)
    wrong = str((int(number[place]) + shift) % 10)
    assert parse_number(number[:place] + wrong + number[place + 1 :]) is None
    swapped = number[:place] + number[place : place + 2][::-1] + number[place + 2 :]
    assert (parse_number(swapped) is None) is (swapped != number)


@pytest.mark.rule("R10")
@STEADY
@given(text=st.text(max_size=40))
def test_any_text_is_a_number_or_is_not_and_never_an_error(text: str) -> None:
    number = parse_number(text)
    assert number is None or mod_97_10.is_valid(number)
