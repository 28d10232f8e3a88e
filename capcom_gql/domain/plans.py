"""What a subscription offers: the plan's four facts, of which every term keeps its own copy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from capcom_gql.domain.refusals import Fault, invalid

PERCENTS = range(1, 101)
RuleAsked = tuple["EventKind", int | None, int | None]
"""A discount rule as a form gives it: percent and amount, of which exactly one should be there."""


class Service(StrEnum):
    """A service that a plan may include."""

    PUBLICATIONS = "PUBLICATIONS"
    DOCUMENTATION = "DOCUMENTATION"
    TRAINING = "TRAINING"


class EventKind(StrEnum):
    """The kind of event at which a discount may be granted (R10)."""

    TRAINING = "TRAINING"
    MEETING = "MEETING"
    FORUM = "FORUM"


@dataclass(frozen=True, slots=True)
class DiscountRule:
    """The discount at one kind of event: exactly one of `percent` (1 to 100) and `amount_minor` (R10).

    `amount_minor` is in minor units of the installation's currency. Raises ValueError otherwise.
    """

    event_kind: EventKind
    percent: int | None = None
    amount_minor: int | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.amount_minor is None):
            raise ValueError("a discount rule has exactly one of percent and amount")
        if self.percent is not None and self.percent not in PERCENTS:
            raise ValueError("a percent is from 1 to 100")
        if self.amount_minor is not None and self.amount_minor < 1:
            raise ValueError("an amount is at least one minor unit")

    def reduction_of(self, price_minor: int) -> int:
        """The reduction on a price, in minor units: percent rounded half up, never more than the price (R10)."""
        if self.percent is not None:
            return (price_minor * self.percent + 50) // 100
        assert self.amount_minor is not None
        return min(self.amount_minor, price_minor)


@dataclass(frozen=True, slots=True)
class Offer:
    """Seats, yearly price (minor units), services and discount rules, as of a term's opening."""

    plan_code: str
    plan_name: str
    seat_limit: int
    price_minor: int
    services: tuple[Service, ...]
    discounts: tuple[DiscountRule, ...]

    def rule_for(self, event_kind: EventKind) -> DiscountRule | None:
        """The rule for a kind of event, or None where the plan does not cover it."""
        return next((rule for rule in self.discounts if rule.event_kind == event_kind), None)


def check_offer(seat_limit: int, rules: Sequence[RuleAsked], seats_min: int, seats_max: int) -> list[Fault]:
    """Why a plan cannot be offered so: its number of seats (R2), a rule that is none, two for one kind (R10)."""
    faults = []
    if not seats_min <= seat_limit <= seats_max:
        faults.append(invalid(("seatLimit",), "bad_seat_limit", minimum=seats_min, maximum=seats_max))
    seen: set[EventKind] = set()
    for place, (kind, percent, amount) in enumerate(rules):
        path = ("discounts", str(place))
        if kind in seen:
            faults.append(invalid((*path, "eventKind"), "twice_in_list", value=kind.value))
        seen.add(kind)
        if (percent is None) == (amount is None):
            faults.append(invalid(path, "percent_or_amount"))
        elif percent is not None and percent not in PERCENTS:
            faults.append(invalid((*path, "percent"), "bad_percent"))
        elif amount is not None and amount < 1:
            faults.append(invalid((*path, "amountMinor"), "bad_amount"))
    return faults


def read_rules(rules: Iterable[RuleAsked]) -> tuple[DiscountRule, ...]:
    """The rules of a form that was checked, in the order of the kinds of event."""
    given = {kind: DiscountRule(kind, percent, amount) for kind, percent, amount in rules}
    return tuple(given[kind] for kind in EventKind if kind in given)
