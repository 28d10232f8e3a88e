"""The figures of a simulation by month: organisations by state, commands and letters."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from capcom_gql.cli.simulation.record import History, RecordedEvent
from capcom_gql.domain.events import Kind
from capcom_gql.domain.lifecycle import SubscriptionState
from capcom_gql.domain.terms import LifecyclePolicy

DEEDS: Mapping[str, Kind] = {
    "opened": Kind.SUBSCRIPTION_OPENED,
    "confirmed": Kind.TERM_CONFIRMED,
    "unpaid": Kind.TERM_CANCELLED,
    "withdrawn": Kind.TERM_CANCELLED,
    "reinstated": Kind.TERM_REINSTATED,
    "renewed": Kind.RENEWAL_DONE,
    "declined": Kind.RENEWAL_DECLINED,
    "expired": Kind.SUBSCRIPTION_EXPIRED,
    "seats_added": Kind.SEAT_ADDED,
    "seats_removed": Kind.SEAT_REMOVED,
    "seats_replaced": Kind.SEAT_REPLACED,
    "handed_over": Kind.MANAGER_CHANGED,
    "redeemed": Kind.DISCOUNT_REDEEMED,
    "released": Kind.DISCOUNT_RELEASED,
    "surveys_asked": Kind.SURVEY_ASKED,
    "surveys_answered": Kind.SURVEY_ANSWERED,
    "support_requests": Kind.SUPPORT_OPENED,
}
"""The counted names, each with the kind of event that is counted."""
# events of one kind that are counted separately, by the reason in their details
_REASONS = {"unpaid": "UNPAID", "withdrawn": "WITHDRAWN"}


@dataclass(slots=True)
class Month:
    """One month: the organisations by state at its end, and the commands and letters in it."""

    first: date
    states: dict[str, int]
    deeds: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The month as text, such as 2027-03."""
        return f"{self.first:%Y-%m}"

    @property
    def live(self) -> int:
        """How many organisations had a live subscription at its end."""
        return self.states[SubscriptionState.PROVISIONAL] + self.states[SubscriptionState.CONFIRMED]

    def as_json(self) -> dict[str, object]:
        """The month as JSON values."""
        return {
            "month": self.name,
            "states": dict(self.states),
            "deeds": {name: self.deeds[name] for name in DEEDS},
            "letters": dict(sorted(self.letters.items())),
        }


def month_of(day: date, statuses: Iterable[Mapping[str, object]]) -> Month:
    """The month that ends on `day`, with the states of that day."""
    counts = Counter(str(row["state"]) for row in statuses)
    return Month(day.replace(day=1), {state.value: counts[state.value] for state in SubscriptionState})


def count(months: Iterable[Month], history: History) -> None:
    """Count each recorded event and each sent letter in its month, in the operator's zone."""
    by_first = {month.first: month for month in months}
    policy = history.present.policy

    def month(at: datetime) -> Month:
        return by_first[_first(at, policy)]

    for letter in history.letters:
        if letter.sent_at is not None:
            month(letter.sent_at).letters[letter.topic.value] += 1
    names = {kind: [name for name in DEEDS if DEEDS[name] is kind] for kind in DEEDS.values()}
    for each in history.events:
        for name in names.get(each.kind, ()):
            if name not in _REASONS or each.details["reason"] == _REASONS[name]:
                month(each.occurred_at).deeds[name] += _number(each)


def _first(at: datetime, policy: LifecyclePolicy) -> date:
    return policy.day_of(at).replace(day=1)


def _number(event: RecordedEvent) -> int:
    """One; but an event that asks for surveys counts once for each of its seats."""
    return len(event.details["seat_ids"]) if event.kind is Kind.SURVEY_ASKED else 1


def total(months: Iterable[Month]) -> tuple[Counter[str], Counter[str]]:
    """The commands and the letters of all months."""
    deeds: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for month in months:
        deeds.update(month.deeds)
        letters.update(month.letters)
    return deeds, letters
