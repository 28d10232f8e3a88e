"""Random deeds on random days, held against a diary kept by hand; and the past read again at the end."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from capcom_gql.domain.discounts import Holding, redemption_state, verdict
from capcom_gql.domain.lifecycle import Standing, as_of, standing, term_state
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.seats import Seat, check_capacity, check_removal, free_places
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term, first_term
from tests.domain import deeds
from tests.domain.deeds import taken
from tests.domain.diary import A_DAY, Diary, Reading, year_from
from tests.domain.playing import read_by_the_rules, settled
from tests.domain.words import covering, offer

ZONES = [LifecyclePolicy(), LifecyclePolicy(zone=ZoneInfo("America/Santiago"))]
FIRST_DAYS = [date(2027, 2, 28), date(2028, 2, 29), date(2027, 1, 31), date(2027, 3, 13), date(2027, 10, 16)]
KINDS = st.sampled_from([frozenset({"TRAINING", "FORUM"}), frozenset({"FORUM"}), frozenset[str]()])
PLACES = st.integers(min_value=3, max_value=10)


@dataclass
class Redemption:
    """A discount that was used: by which seat, for which kind of event, under which term; and when it was freed."""

    seat: str
    kind: str
    term: str
    released_at: datetime | None = None


class RandomDeeds(RuleBasedStateMachine):
    """The product's rules on one side, the diary on the other; nothing is recorded but when a deed is done."""

    policy: LifecyclePolicy
    now: datetime
    terms: tuple[Term, ...]

    def __init__(self) -> None:
        super().__init__()
        self.diary = Diary()
        self.seats: list[Seat] = []
        self.redemptions: list[Redemption] = []
        self.past: list[tuple[datetime, Reading, dict[str, str]]] = []

    # ---- telling the time

    @property
    def today(self) -> date:
        return self.now.astimezone(self.policy.zone).date()

    def go_to(self, day: date) -> None:
        current = self.today
        while current < day:
            current += A_DAY
            self.diary.dawn(current)
        self.now = datetime.combine(day, time(9), self.policy.zone)

    def settle(self) -> None:
        self.now += timedelta(minutes=1)
        self.terms = settled(self.terms, self.now, self.policy)

    def stands(self) -> Standing:
        stood = standing(self.terms, self.today, self.policy)
        assert stood is not None
        return stood

    # ---- what the diary allows

    def may_renew(self) -> bool:
        running = self.diary.running(self.today)
        return running is not None and running.paid and self.diary.upcoming(self.today) is None

    def may_reopen(self) -> bool:
        return self.diary.running(self.today) is None and not self.diary.kept_days() & year_from(self.today)

    def may_pay(self) -> bool:
        return self.diary.awaiting() is not None

    def may_cancel(self) -> bool:
        return any(year.gone is None and year.last >= self.today for year in self.diary.years)

    def may_reinstate(self) -> bool:
        fallen = [year for year in self.diary.years if year.gone == "UNPAID"]
        return bool(fallen) and not fallen[-1].days() & self.diary.kept_days()

    @invariant()
    def the_rules_allow_what_the_diary_allows(self) -> None:
        terms, now, policy = settled(self.terms, self.now, self.policy), self.now, self.policy
        assert (deeds.paid(terms, now, policy) is not None) is self.may_pay()
        assert (deeds.renewed_once(terms, now, policy, offer(), "next") is not None) is self.may_renew()
        assert (deeds.reopened(terms, now, policy, offer(), "next") is not None) is self.may_reopen()
        assert (deeds.reinstated(terms, now) is not None) is self.may_reinstate()
        by_staff = deeds.cancelled(terms, now, policy, CancellationReason.BY_STAFF)
        assert (by_staff is not None) is self.may_cancel()

    # ---- deeds

    @initialize(policy=st.sampled_from(ZONES), first=st.sampled_from(FIRST_DAYS), places=PLACES, covers=KINDS)
    def open(self, policy: LifecyclePolicy, first: date, places: int, covers: frozenset[str]) -> None:
        self.policy, self.now = policy, datetime.combine(first, time(9), policy.zone)
        self.terms = (first_term("term0", self.now, covering(places, covers), policy),)
        self.diary.add("term0", first, places, covers)
        self.seats = [Seat("seat0", "person0", 1, True, self.now)]

    @rule(gap=st.sampled_from([1, 2, 5, 14]))
    def days_pass(self, gap: int) -> None:
        self.go_to(self.today + A_DAY * gap)

    @rule(data=st.data(), beyond=st.sampled_from([0, 1, 1, 30]))
    def an_edge_comes(self, data: st.DataObject, beyond: int) -> None:
        days = {day for year in self.diary.years for day in (year.first, year.last, year.due)}
        ahead = sorted(day for day in days if day > self.today)
        if ahead:
            self.go_to(data.draw(st.sampled_from(ahead)) + A_DAY * beyond)

    @rule()
    def the_worker_wakes(self) -> None:
        self.settle()

    @precondition(may_pay)
    @rule()
    def a_proof_arrives(self) -> None:
        self.settle()
        year = self.diary.awaiting()
        assert year is not None
        self.terms = taken(deeds.paid(self.terms, self.now, self.policy))
        year.paid = True

    @precondition(may_renew)
    @rule(places=PLACES, covers=KINDS)
    def the_manager_renews(self, places: int, covers: frozenset[str]) -> None:
        self.settle()
        chosen, name = covering(max(places, self.used()), covers), f"term{len(self.terms)}"
        first = self.stands().term.ends_on + A_DAY
        self.terms = taken(deeds.renewed_once(self.terms, self.now, self.policy, chosen, name))
        self.diary.add(name, self.today, chosen.seat_limit, covers, first=first)

    @precondition(lambda self: self.may_cancel() and len(self.past) % 4 == 0)
    @rule(reason=st.sampled_from([CancellationReason.BY_STAFF, CancellationReason.WITHDRAWN]))
    def staff_cancel(self, reason: CancellationReason) -> None:
        self.settle()
        self.terms = taken(deeds.cancelled(self.terms, self.now, self.policy, reason))
        for year in self.diary.years:
            if year.gone is None and year.last >= self.today:
                year.gone = reason.value

    @precondition(may_reopen)
    @rule(places=PLACES, covers=KINDS)
    def staff_reopen(self, places: int, covers: frozenset[str]) -> None:
        self.settle()
        name = f"term{len(self.terms)}"
        self.terms = taken(deeds.reopened(self.terms, self.now, self.policy, covering(places, covers), name))
        self.diary.add(name, self.today, places, covers)
        for index in [index for index, seat in enumerate(self.seats) if seat.is_active][places:]:
            self.seats[index] = replace(self.seats[index], removed_at=self.now)

    @precondition(may_reinstate)
    @rule()
    def staff_reinstate(self) -> None:
        self.settle()
        self.terms = taken(deeds.reinstated(self.terms, self.now))
        year = [year for year in self.diary.years if year.gone == "UNPAID"][-1]
        year.gone, year.paid, year.begun = None, True, year.first <= self.today

    # ---- the list

    def used(self) -> int:
        return sum(seat.is_active for seat in self.seats)

    @rule()
    def a_user_is_added(self) -> None:
        self.settle()
        stood, reading = self.stands(), self.diary.read(self.today)
        faults = check_capacity(self.used(), 1, stood.seat_limit, upcoming=stood.limiting_term is stood.upcoming)
        assert (not faults) is (self.used() < reading.places)
        if reading.live and not faults:
            taken = [seat.place for seat in self.seats if seat.is_active]
            (place,) = free_places(taken, 1)
            assert place not in taken
            number = len(self.seats)
            self.seats.append(Seat(f"seat{number}", f"person{number}", place, False, self.now))

    @rule(data=st.data())
    def a_user_is_removed(self, data: st.DataObject) -> None:
        self.settle()
        index = data.draw(st.integers(min_value=0, max_value=len(self.seats) - 1))
        refused = bool(check_removal(self.seats[index]))
        assert refused is (index == 0 and self.seats[0].is_active)
        if not refused and self.seats[index].is_active and self.diary.running(self.today) is not None:
            self.seats[index] = replace(self.seats[index], removed_at=self.now)

    # ---- discounts

    def reason(self, seat: Seat, kind: str) -> str:
        redeemed = self.live_redemption(seat, kind) is not None
        held = Holding(seat, "", self.terms)
        return verdict(held, EventKind(kind), self.today, self.policy, redeemed=redeemed).reason

    def live_redemption(self, seat: Seat, kind: str) -> Redemption | None:
        made = (each for each in self.redemptions if (each.seat, each.kind) == (seat.id, kind))
        return next((each for each in made if each.released_at is None), None)

    def expected_reason(self, reading: Reading, seat: Seat, kind: str, *, redeemed: bool) -> str:
        running = self.diary.running(self.today)
        if not seat.is_active:
            return "SEAT_REMOVED"
        if running is None:
            return f"SUBSCRIPTION_{reading.state}"
        if kind not in running.covers:
            return "EVENT_NOT_COVERED"
        return "ALREADY_REDEEMED" if redeemed else "ELIGIBLE"

    @rule(data=st.data(), kind=st.sampled_from([kind.value for kind in EventKind]))
    def a_discount_is_redeemed(self, data: st.DataObject, kind: str) -> None:
        self.settle()
        seat = data.draw(st.sampled_from(self.seats))
        running = self.diary.running(self.today)
        if self.reason(seat, kind) == "ELIGIBLE":
            assert running is not None
            self.redemptions.append(Redemption(seat.id, kind, running.name))

    @precondition(lambda self: any(each.released_at is None for each in self.redemptions))
    @rule(data=st.data())
    def a_redemption_is_released(self, data: st.DataObject) -> None:
        self.settle()
        held = [index for index, each in enumerate(self.redemptions) if each.released_at is None]
        self.redemptions[data.draw(st.sampled_from(held))].released_at = self.now

    # ---- what must hold after every deed and every night

    @invariant()
    def the_diary_says_the_same(self) -> None:
        expected = self.diary.read(self.today)
        assert read_by_the_rules(self.terms, self.now, self.policy) == expected
        reasons = {}
        for seat in self.seats:
            for kind in EventKind:
                redeemed = self.live_redemption(seat, kind) is not None
                assert self.reason(seat, kind) == self.expected_reason(expected, seat, kind, redeemed=redeemed)
                reasons[f"{seat.id} {kind}"] = self.expected_reason(expected, seat, kind, redeemed=False)
        self.past.append((self.now, expected, reasons))

    @invariant()
    def every_term_and_every_redemption_has_the_state_that_the_diary_gives(self) -> None:
        years = {year.name: year for year in self.diary.years}
        for term in settled(self.terms, self.now, self.policy):
            year = years[term.id]
            assert (term.starts_on, term.ends_on, term.proof_due_on) == (year.first, year.last, year.due)
            assert (term.cancellation_reason, term.confirmed_at is not None) == (year.gone, year.paid)
            assert (state := term_state(term, self.today)) == year.state(self.today)
            assert (term.started_at is not None) is year.begun
            # a year reinstated once over, and followed already by a reopening, has no end of its own to record
            assert (term.ended_at is not None) is (state == "ENDED") or term.reinstated_at is not None
        for made in self.redemptions:
            (term,), year = [each for each in self.terms if each.id == made.term], years[made.term]
            kept = "FINAL" if year.paid else "TO_REINVOICE" if year.gone else "PROVISIONAL"
            expected = kept if made.released_at is None else "RELEASED"
            assert redemption_state(made.released_at, term, self.today, self.policy) == expected

    @invariant()
    def no_two_terms_overlap_and_no_list_is_too_long(self) -> None:
        assert not self.diary.overlaps()
        reading = self.diary.read(self.today)
        assert not reading.live or self.used() <= reading.places

    def teardown(self) -> None:
        """The past, read again from the facts of the last day."""
        for at, expected, reasons in self.past:
            assert read_by_the_rules(as_of(self.terms, at), at, self.policy) == expected
            for seat in self.seats:
                held = Holding(seat, "", self.terms).as_of(at)
                for kind in EventKind:
                    told = verdict(held, kind, self.policy.day_of(at), self.policy).reason
                    assert told == reasons.get(f"{seat.id} {kind}", "UNKNOWN_NUMBER")


@pytest.mark.rule("R2")
@pytest.mark.rule("R9")
@pytest.mark.rule("R10")
@pytest.mark.rule("R17")
@pytest.mark.rule("R22")
def test_whatever_people_do_and_whenever_the_rules_and_the_diary_agree() -> None:
    steady = settings(max_examples=70, stateful_step_count=40, derandomize=True, deadline=None)
    run_state_machine_as_test(RandomDeeds, settings=steady)
