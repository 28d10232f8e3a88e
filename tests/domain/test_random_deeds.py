"""Random deeds on random days, held against a diary kept by hand; and the past read again at the end."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from capcom_gql.domain.discounts import HolderFacts, redemption_state, verdict
from capcom_gql.domain.lifecycle import as_of, term_state
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.seats import Seat, check_capacity, check_removal, free_places
from tests.domain.diary import Reading
from tests.domain.living import Living
from tests.domain.playing import read_by_the_rules, settled


@dataclass
class Redemption:
    """A discount that was used: by which seat, for which kind of event, under which term; and when it was freed."""

    seat: str
    kind: str
    term: str
    released_at: datetime | None = None


class RandomDeeds(Living):
    """What people do to the list of users, and the discounts that they use."""

    def __init__(self) -> None:
        super().__init__()
        self.seats: list[Seat] = []
        self.redemptions: list[Redemption] = []
        self.past: list[tuple[datetime, Reading, dict[str, str]]] = []

    # ---- the list

    def the_manager_is_seated(self) -> None:
        self.seats = [Seat("seat0", "person0", 1, True, self.now)]

    def seats_are_given_up(self, places: int) -> None:
        for index in [index for index, seat in enumerate(self.seats) if seat.is_active][places:]:
            self.seats[index] = replace(self.seats[index], removed_at=self.now)

    def used(self) -> int:
        return sum(seat.is_active for seat in self.seats)

    @rule()
    def a_user_is_added(self) -> None:
        self.settle()
        status, reading = self.stands(), self.diary.read(self.today)
        faults = check_capacity(self.used(), 1, status.seat_limit, upcoming=status.limiting_term is status.upcoming)
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
        held = HolderFacts(seat, "", self.terms)
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
    def the_rules_allow_what_the_diary_allows(self) -> None:
        terms = settled(self.terms, self.now, self.policy)
        assert self.deeds_allowed(terms) == self.deeds_the_diary_allows()

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
            # a year reinstated once over, whose organisation has reopened since, has no end of its own to record
            assert (term.ended_at is not None) is (state == "ENDED") or term.reinstated_at is not None
            assert (term.declined_at is not None) is year.declined
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
                held = HolderFacts(seat, "", self.terms).as_of(at)
                for kind in EventKind:
                    told = verdict(held, kind, self.policy.day_of(at), self.policy).reason
                    assert told == reasons.get(f"{seat.id} {kind}", "UNKNOWN_NUMBER")


@pytest.mark.rule("R2")
@pytest.mark.rule("R9")
@pytest.mark.rule("R10")
@pytest.mark.rule("R14")
@pytest.mark.rule("R15")
@pytest.mark.rule("R17")
@pytest.mark.rule("R22")
def test_whatever_people_do_and_whenever_the_rules_and_the_diary_agree() -> None:
    steady = settings(max_examples=70, stateful_step_count=40, derandomize=True, deadline=None)
    run_state_machine_as_test(RandomDeeds, settings=steady)
