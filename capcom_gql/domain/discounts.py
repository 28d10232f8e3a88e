"""The answers to event systems: is this number entitled, to how much, and if not, why and what to do next (R10).

An answer is worked out from recorded facts and an instant: it writes nothing and waits for no worker.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from capcom_gql.domain.lifecycle import SubscriptionState, as_of, lapsed, subscription_status
from capcom_gql.domain.plans import DiscountRule, EventKind, Service
from capcom_gql.domain.seats import Seat
from capcom_gql.domain.terms import LifecyclePolicy, Term


class DiscountReason(StrEnum):
    """Why a discount is granted or not; the first that applies, in this order but for ELIGIBLE."""

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
    """Why a service is open or not; the first that applies, in this order but for GRANTED."""

    GRANTED = "GRANTED"
    MALFORMED_NUMBER = "MALFORMED_NUMBER"
    UNKNOWN_NUMBER = "UNKNOWN_NUMBER"
    SEAT_REMOVED = "SEAT_REMOVED"
    SUBSCRIPTION_CANCELLED = "SUBSCRIPTION_CANCELLED"
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    SERVICE_NOT_COVERED = "SERVICE_NOT_COVERED"


class RedemptionState(StrEnum):
    """What became of a discount that was used (R22)."""

    PROVISIONAL = "PROVISIONAL"
    FINAL = "FINAL"
    TO_REINVOICE = "TO_REINVOICE"
    RELEASED = "RELEASED"


@dataclass(frozen=True, slots=True)
class Holding:
    """What is known of the holder of a number: the seat, the address key, the subscription's terms."""

    seat: Seat
    email_key: str
    terms: tuple[Term, ...]

    def as_of(self, at: datetime) -> "Holding | None":
        """The same as it was known at a past instant; None where the number was not given yet.

        Before the subscription's first opening there is a holding with no term: it had not started.
        """
        terms = as_of(self.terms, at)
        if terms and self.seat.added_at > at:
            return None
        removed_at = self.seat.removed_at
        seat = replace(self.seat, removed_at=None) if removed_at is not None and removed_at > at else self.seat
        return Holding(seat, self.email_key, terms)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one check. Money is in minor units; `reduction_minor` only where a price was given."""

    reason: DiscountReason
    rule: DiscountRule | None = None
    reduction_minor: int | None = None
    final_price_minor: int | None = None
    provisional: bool = False
    valid_until: date | None = None

    @property
    def eligible(self) -> bool:
        """Whether the discount is granted."""
        return self.reason is DiscountReason.ELIGIBLE


@dataclass(frozen=True, slots=True)
class Access:
    """The answer to one question about a service."""

    reason: ServiceReason
    services: tuple[Service, ...] = ()
    valid_until: date | None = None

    @property
    def granted(self) -> bool:
        """Whether the service is open to the holder."""
        return self.reason is ServiceReason.GRANTED


def verdict(
    holding: Holding | None,
    event_kind: EventKind,
    today: date,
    policy: LifecyclePolicy,
    *,
    malformed: bool = False,
    email_key: str | None = None,
    price_minor: int | None = None,
    redeemed: bool = False,
) -> Verdict:
    """The discount of the holder of a number at a kind of event, on a day: the first reason that applies (R10).

    `holding` is None for a number nobody holds (or that the caller may not ask about), `malformed` for what is
    no number at all; `redeemed` says that the person has a live redemption of this very event (R22).
    """
    if malformed:
        return Verdict(DiscountReason.MALFORMED_NUMBER)
    if holding is None:
        return Verdict(DiscountReason.UNKNOWN_NUMBER)
    if email_key is not None and email_key != holding.email_key:
        return Verdict(DiscountReason.HOLDER_MISMATCH)
    if not holding.seat.is_active:
        return Verdict(DiscountReason.SEAT_REMOVED)
    status = subscription_status(holding.terms, today, policy)
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
    holding: Holding | None, service: Service, today: date, policy: LifecyclePolicy, *, malformed: bool = False
) -> Access:
    """Whether a service is open to the holder of a number on a day: the first reason that applies (R1, R3)."""
    if malformed:
        return Access(ServiceReason.MALFORMED_NUMBER)
    status = None if holding is None else subscription_status(holding.terms, today, policy)
    if holding is None or status is None:
        return Access(ServiceReason.UNKNOWN_NUMBER)
    if not holding.seat.is_active:
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
    """The state of a redemption made under a term, worked out as if the tick had run (R9, R22).

    Final once the term's proof is recorded, whatever happens to the term afterwards; to re-invoice when the term
    is cancelled before that.
    """
    if released_at is not None:
        return RedemptionState.RELEASED
    if term.confirmed_at is not None:
        return RedemptionState.FINAL
    if lapsed((term,), today, policy)[0].cancelled_at is not None:
        return RedemptionState.TO_REINVOICE
    return RedemptionState.PROVISIONAL
