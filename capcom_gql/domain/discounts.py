"""Checks of a subscriber number: is its holder entitled to a discount (R10) or a service (R1, R3), and if not, why.

An answer is computed from recorded facts and a day: it writes nothing and does not depend on a worker.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from capcom_gql.domain.lifecycle import SubscriptionState, apply_unpaid_cancellations, as_of, subscription_status
from capcom_gql.domain.plans import DiscountRule, EventKind, Service
from capcom_gql.domain.seats import Seat
from capcom_gql.domain.terms import LifecyclePolicy, Term


class DiscountReason(StrEnum):
    """Why a discount is granted or not: the first that applies in this order, ELIGIBLE where none does (R10)."""

    ELIGIBLE = "ELIGIBLE"
    MALFORMED_NUMBER = "MALFORMED_NUMBER"
    UNKNOWN_NUMBER = "UNKNOWN_NUMBER"
    HOLDER_MISMATCH = "HOLDER_MISMATCH"
    SEAT_REMOVED = "SEAT_REMOVED"
    SUBSCRIPTION_NOT_STARTED = "SUBSCRIPTION_NOT_STARTED"
    SUBSCRIPTION_CANCELLED = "SUBSCRIPTION_CANCELLED"
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    EVENT_NOT_COVERED = "EVENT_NOT_COVERED"
    ALREADY_REDEEMED = "ALREADY_REDEEMED"


class ServiceReason(StrEnum):
    """Why a service is open or not: the first that applies in this order, GRANTED where none does (R1, R3)."""

    GRANTED = "GRANTED"
    MALFORMED_NUMBER = "MALFORMED_NUMBER"
    UNKNOWN_NUMBER = "UNKNOWN_NUMBER"
    SEAT_REMOVED = "SEAT_REMOVED"
    SUBSCRIPTION_CANCELLED = "SUBSCRIPTION_CANCELLED"
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    SERVICE_NOT_COVERED = "SERVICE_NOT_COVERED"


class RedemptionState(StrEnum):
    """The state of a redemption, the record that a discount was used (R22)."""

    PROVISIONAL = "PROVISIONAL"
    """its term still awaits the payment proof"""
    FINAL = "FINAL"
    """the proof of its term was recorded"""
    TO_REINVOICE = "TO_REINVOICE"
    """its term was cancelled before a proof was recorded: the full price is due (R9)"""
    RELEASED = "RELEASED"
    """freed: the person has the discount for that event again"""


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """The facts about the holder of a subscriber number that decide a check."""

    seat: Seat
    email_key: str
    """the holder's e-mail address, as `address_key` gives it"""
    terms: tuple[Term, ...]
    """all terms of the subscription"""

    def as_of(self, at: datetime) -> "HolderFacts | None":
        """The facts as they were at a past instant; None where the number did not exist yet.

        About an instant before the subscription's first opening there are facts without terms, which a check answers
        with SUBSCRIPTION_NOT_STARTED.
        """
        terms = as_of(self.terms, at)
        if terms and self.seat.added_at > at:
            return None
        removed_at = self.seat.removed_at
        seat = replace(self.seat, removed_at=None) if removed_at is not None and removed_at > at else self.seat
        return HolderFacts(seat, self.email_key, terms)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one discount check (R10)."""

    reason: DiscountReason
    rule: DiscountRule | None = None
    """the rule that grants the discount; None where it is not granted"""
    reduction_minor: int | None = None
    """in minor units; None where no price was given or the discount is not granted"""
    final_price_minor: int | None = None
    """the price less the reduction, in minor units; None where `reduction_minor` is"""
    provisional: bool = False
    """whether the running term still awaits its payment proof (R3)"""
    valid_until: date | None = None
    """the last day, inclusive, on which the discount holds as things are now; None where it is not granted"""

    @property
    def eligible(self) -> bool:
        """Whether the discount is granted."""
        return self.reason is DiscountReason.ELIGIBLE


@dataclass(frozen=True, slots=True)
class Access:
    """The answer to one service check (R1, R3)."""

    reason: ServiceReason
    services: tuple[Service, ...] = ()
    """all services of the running term's plan; empty for an unknown number, a removed seat, a subscription not live"""
    valid_until: date | None = None
    """the last day, inclusive, on which the service is open as things are now; None where it is not granted"""

    @property
    def granted(self) -> bool:
        """Whether the service is open to the holder."""
        return self.reason is ServiceReason.GRANTED


def verdict(
    holder: HolderFacts | None,
    event_kind: EventKind,
    today: date,
    policy: LifecyclePolicy,
    *,
    malformed: bool = False,
    email_key: str | None = None,
    price_minor: int | None = None,
    redeemed: bool = False,
) -> Verdict:
    """The discount of the holder of a number at a kind of event on a civil day: the first reason that applies (R10).

    `holder` is None for a number that does not exist or that the caller may not ask about; `malformed` says that the
    text is not a subscriber number; `price_minor` is the full price in minor units; `redeemed` says that the person
    has a redemption of this event that is not released (R22).
    """
    if malformed:
        return Verdict(DiscountReason.MALFORMED_NUMBER)
    if holder is None:
        return Verdict(DiscountReason.UNKNOWN_NUMBER)
    if email_key is not None and email_key != holder.email_key:
        return Verdict(DiscountReason.HOLDER_MISMATCH)
    if not holder.seat.is_active:
        return Verdict(DiscountReason.SEAT_REMOVED)
    status = subscription_status(holder.terms, today, policy)
    if status is None:
        return Verdict(DiscountReason.SUBSCRIPTION_NOT_STARTED)
    if status.state is SubscriptionState.CANCELLED:
        return Verdict(DiscountReason.SUBSCRIPTION_CANCELLED)
    if status.state is SubscriptionState.EXPIRED:
        return Verdict(DiscountReason.SUBSCRIPTION_EXPIRED)
    rule = status.term.offer.rule_for(event_kind)
    if rule is None:
        return Verdict(DiscountReason.EVENT_NOT_COVERED)
    if redeemed:
        return Verdict(DiscountReason.ALREADY_REDEEMED)
    reduction = None if price_minor is None else rule.reduction_of(price_minor)
    return Verdict(
        DiscountReason.ELIGIBLE,
        rule=rule,
        reduction_minor=reduction,
        final_price_minor=None if price_minor is None or reduction is None else price_minor - reduction,
        provisional=status.state is SubscriptionState.PROVISIONAL,
        valid_until=status.valid_until,
    )


def service_access(
    holder: HolderFacts | None, service: Service, today: date, policy: LifecyclePolicy, *, malformed: bool = False
) -> Access:
    """Whether a service is open to the holder of a number on a civil day: the first reason that applies (R1, R3).

    `holder` and `malformed` are as in `verdict`.
    """
    if malformed:
        return Access(ServiceReason.MALFORMED_NUMBER)
    status = None if holder is None else subscription_status(holder.terms, today, policy)
    if holder is None or status is None:
        return Access(ServiceReason.UNKNOWN_NUMBER)
    if not holder.seat.is_active:
        return Access(ServiceReason.SEAT_REMOVED)
    if status.state is SubscriptionState.CANCELLED:
        return Access(ServiceReason.SUBSCRIPTION_CANCELLED)
    if status.state is SubscriptionState.EXPIRED:
        return Access(ServiceReason.SUBSCRIPTION_EXPIRED)
    services = status.term.offer.services
    if service not in services:
        return Access(ServiceReason.SERVICE_NOT_COVERED, services)
    return Access(ServiceReason.GRANTED, services, status.valid_until)


def redemption_state(released_at: datetime | None, term: Term, today: date, policy: LifecyclePolicy) -> RedemptionState:
    """The state on a civil day of a redemption made under a term, as if the tick had run (R9, R22).

    FINAL once the term's proof is recorded, even if the term is cancelled afterwards; TO_REINVOICE once the term is
    cancelled before that.
    """
    if released_at is not None:
        return RedemptionState.RELEASED
    if term.confirmed_at is not None:
        return RedemptionState.FINAL
    if apply_unpaid_cancellations((term,), today, policy)[0].cancelled_at is not None:
        return RedemptionState.TO_REINVOICE
    return RedemptionState.PROVISIONAL
