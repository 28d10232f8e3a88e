"""Random deeds on one subscription: the product's rules on one side, the diary on the other.

The worker is up or down; while it is down nothing is recorded but when somebody does a deed.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from capcom_gql.domain.lifecycle import SubscriptionStatus, subscription_status
from capcom_gql.domain.steps import StepKind
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term, first_term
from tests.domain import deeds
from tests.domain.deeds import taken
from tests.domain.diary import A_DAY, Diary, year_from
from tests.domain.playing import steps_due
from tests.domain.words import covering, offer

ZONES = [LifecyclePolicy(), LifecyclePolicy(zone=ZoneInfo("America/Santiago"))]
FIRST_DAYS = [date(2027, 2, 28), date(2028, 2, 29), date(2027, 1, 31), date(2027, 3, 13), date(2027, 10, 16)]
KINDS = st.sampled_from([frozenset({"TRAINING", "FORUM"}), frozenset({"FORUM"}), frozenset[str]()])
PLACES = st.integers(min_value=3, max_value=10)


class Living(RuleBasedStateMachine):
    """What people and the calendar do to the years of a subscription."""

    policy: LifecyclePolicy
    now: datetime
    terms: tuple[Term, ...]

    def __init__(self) -> None:
        super().__init__()
        self.diary = Diary()
        self.is_up = False
        self.posted: dict[str, list[tuple[date, str]]] = {}
        self.over: list[str] = []

    # ---- the list of users, which a subclass may keep

    def the_manager_is_seated(self) -> None:
        """The first seat is given."""

    def used(self) -> int:
        """How many seats are taken."""
        return 1

    def seats_are_given_up(self, places: int) -> None:
        """A reopening keeps no more than so many."""

    # ---- telling the time

    @property
    def today(self) -> date:
        return self.now.astimezone(self.policy.zone).date()

    def go_to(self, day: date) -> None:
        current = self.today
        while current < day:
            current += A_DAY
            self.diary.dawn(current)
            if self.is_up and (current == day or self.diary.has_something_on(current)):
                self.now = datetime.combine(current, time(0, 30), self.policy.zone)
                self.settle()
        self.now = datetime.combine(day, time(9), self.policy.zone)

    def settle(self) -> None:
        """What is due is recorded; what became of the letters, and what ended, is held against the diary."""
        self.now += timedelta(minutes=1)
        self.terms, steps = steps_due(self.terms, self.now, self.policy)
        for step in steps:
            if step.kind is StepKind.EXPIRE:
                self.over.append(step.term_id)
            if step.notice is not None:
                word = "skipped" if step.kind is StepKind.SKIP_RENEWAL else "sent"
                self.posted.setdefault(step.term_id, []).append((step.notice.on, word))
        self.diary.post(self.today)
        assert self.posted == {year.name: year.posted for year in self.diary.years if year.posted}
        assert sorted(self.over) == sorted(year.name for year in self.diary.years if year.over)
        assert {term.id: term.reminders_sent for term in self.terms} == {
            year.name: year.reminders() for year in self.diary.years
        }

    def stands(self) -> SubscriptionStatus:
        status = subscription_status(self.terms, self.today, self.policy)
        assert status is not None
        return status

    # ---- what the diary allows

    def may_renew(self) -> bool:
        running = self.diary.running(self.today)
        return running is not None and running.paid and self.diary.upcoming(self.today) is None

    def may_decline(self) -> bool:
        return self.diary.running(self.today) is not None and self.diary.upcoming(self.today) is None

    def may_reopen(self) -> bool:
        return self.diary.running(self.today) is None and not self.diary.kept_days() & year_from(self.today)

    def may_pay(self) -> bool:
        return self.diary.awaiting() is not None

    def may_cancel(self) -> bool:
        return any(year.gone is None and year.last >= self.today for year in self.diary.years)

    def may_reinstate(self) -> bool:
        fallen = [year for year in self.diary.years if year.gone == "UNPAID"]
        return bool(fallen) and not fallen[-1].days() & self.diary.kept_days()

    def deeds_allowed(self, terms: tuple[Term, ...]) -> dict[str, bool]:
        """What the rules allow on terms whose due steps are recorded."""
        now, policy = self.now, self.policy
        done = {
            "pay": deeds.paid(terms, now, policy),
            "renew": deeds.renewed_once(terms, now, policy, offer(), "next"),
            "decline": deeds.declined(terms, now, policy),
            "reopen": deeds.reopened(terms, now, policy, offer(), "next"),
            "reinstate": deeds.reinstated(terms, now),
            "cancel": deeds.cancelled(terms, now, policy, CancellationReason.BY_STAFF),
        }
        return {deed: after is not None for deed, after in done.items()}

    def deeds_the_diary_allows(self) -> dict[str, bool]:
        return {
            "pay": self.may_pay(),
            "renew": self.may_renew(),
            "decline": self.may_decline(),
            "reopen": self.may_reopen(),
            "reinstate": self.may_reinstate(),
            "cancel": self.may_cancel(),
        }

    # ---- deeds

    @initialize(
        policy=st.sampled_from(ZONES),
        first=st.sampled_from(FIRST_DAYS),
        places=PLACES,
        covers=KINDS,
        is_up=st.booleans(),
    )
    def open(self, policy: LifecyclePolicy, first: date, places: int, covers: frozenset[str], is_up: bool) -> None:
        self.policy, self.now, self.is_up = policy, datetime.combine(first, time(9), policy.zone), is_up
        self.terms = (first_term("term0", self.now, covering(places, covers), policy),)
        self.diary.add("term0", first, places, covers)
        self.the_manager_is_seated()

    @rule(gap=st.sampled_from([1, 2, 5, 14]))
    def days_pass(self, gap: int) -> None:
        self.go_to(self.today + A_DAY * gap)

    @rule(data=st.data(), beyond=st.sampled_from([0, 1, 1, 30]))
    def an_edge_comes(self, data: st.DataObject, beyond: int) -> None:
        days = {day for year in self.diary.years for day in (year.first, year.last, year.due, *year.row())}
        ahead = sorted(day for day in days if day > self.today)
        if ahead:
            self.go_to(data.draw(st.sampled_from(ahead)) + A_DAY * beyond)

    @rule()
    def the_worker_wakes(self) -> None:
        self.settle()

    @rule()
    def the_worker_stops_or_is_started_again(self) -> None:
        self.is_up = not self.is_up

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
        running = self.diary.running(self.today)
        assert running is not None
        running.declined = False
        self.diary.add(name, self.today, chosen.seat_limit, covers, first=first)

    @precondition(may_decline)
    @rule()
    def the_manager_declines(self) -> None:
        self.settle()
        self.terms = taken(deeds.declined(self.terms, self.now, self.policy))
        running = self.diary.running(self.today)
        assert running is not None
        running.declined = True

    @precondition(lambda self: self.may_cancel() and self.now.day % 9 == 0)
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
        self.seats_are_given_up(places)

    @precondition(may_reinstate)
    @rule()
    def staff_reinstate(self) -> None:
        self.settle()
        self.terms = taken(deeds.reinstated(self.terms, self.now))
        self.diary.reinstate(self.today)
