"""What a plan offers: seats, price, services and discount rules. Every term keeps its own copy of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from capcom_gql.domain.refusals import Fault, invalid

PERCENTS = range(1, 101)
"""The percents that a discount rule may have: 1 to 100, both inclusive (R10)."""
RuleInput = tuple["EventKind", int | None, int | None]
"""A discount rule as a form gives it, unchecked: kind of event, percent, amount in minor units."""


class Service(StrEnum):
    """The services that a plan may include (R1)."""

    PUBLICATIONS = "PUBLICATIONS"
    DOCUMENTATION = "DOCUMENTATION"
    TRAINING = "TRAINING"


class EventKind(StrEnum):
    """The kinds of event at which a discount may be granted (R10)."""

    TRAINING = "TRAINING"
    MEETING = "MEETING"
    FORUM = "FORUM"


@dataclass(frozen=True, slots=True)
class DiscountRule:
    """The discount at one kind of event: exactly one of a percent and an amount (R10).

    Raises ValueError for both, for neither, and for a value that is out of range.
    """

    event_kind: EventKind
    percent: int | None = None
    """1 to 100"""
    amount_minor: int | None = None
    """at least 1, in minor units of the installation's currency"""

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.amount_minor is None):
            raise ValueError("a discount rule has exactly one of percent and amount")
        if self.percent is not None and self.percent not in PERCENTS:
            raise ValueError("a percent is from 1 to 100")
        if self.amount_minor is not None and self.amount_minor < 1:
            raise ValueError("an amount is at least one minor unit")

    def reduction_of(self, price_minor: int) -> int:
        """The reduction, in minor units, of a price in minor units (R10).

        A percent is rounded half up to the minor unit; an amount is never more than the price.
        """
        if self.percent is not None:
            return (price_minor * self.percent + 50) // 100
        assert self.amount_minor is not None
        return min(self.amount_minor, price_minor)


@dataclass(frozen=True, slots=True)
class Offer:
    """A term's own copy of its plan, as of the opening of the term; saving the plan does not change it."""

    plan_code: str
    plan_name: str
    seat_limit: int
    price_minor: int
    """yearly price of the whole subscription, in minor units of the installation's currency"""
    services: tuple[Service, ...]
    discounts: tuple[DiscountRule, ...]
    """at most one for each kind of event"""

    def rule_for(self, event_kind: EventKind) -> DiscountRule | None:
        """The discount rule for a kind of event, or None where the plan grants no discount there (R10)."""
        return next((rule for rule in self.discounts if rule.event_kind == event_kind), None)


def check_offer(seat_limit: int, rules: Sequence[RuleInput], seats_min: int, seats_max: int) -> list[Fault]:
    """The faults INVALID_INPUT of a plan's number of seats (R2) and of its discount rules (R10).

    At `seatLimit` outside `seats_min` to `seats_max` (both inclusive); at `discounts.<index>` and its fields for a
    second rule of a kind, both or neither of percent and amount, and a value out of range.
    """
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


def build_rules(rules: Iterable[RuleInput]) -> tuple[DiscountRule, ...]:
    """The discount rules of a form that `check_offer` found without fault, in the order of `EventKind`.

    Raises ValueError for a rule with a fault.
    """
    given = {kind: DiscountRule(kind, percent, amount) for kind, percent, amount in rules}
    return tuple(given[kind] for kind in EventKind if kind in given)
