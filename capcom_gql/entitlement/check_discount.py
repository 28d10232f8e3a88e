"""Check discounts: is the holder of a subscriber number entitled, and to what (R10)? Reads only
where all numbers are known; needs no worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from capcom_gql.domain.discounts import Verdict, verdict
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.rights import Actor, Right, may, role_may
from capcom_gql.domain.seats import address_key, parse_number
from capcom_gql.entitlement.unknown_numbers import slow_unknown
from capcom_gql.forms import MAX_PRICE_MINOR, compared
from capcom_gql.runtime import Runtime
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.number_holders import NumberHolder, live_redemptions, number_holders


@dataclass(frozen=True, slots=True)
class DiscountQuestion:
    """One question about a discount, as a caller asks it."""

    subscriber_number: str
    """as people write it, with or without CP, spaces, hyphens and dots"""
    event_kind: EventKind
    event_reference: str | None = None
    """the event, so that ALREADY_REDEEMED can be answered; None asks about no particular event"""
    price_minor: int | None = None
    """the full price in minor units, to get the reduction; 0 to `forms.MAX_PRICE_MINOR`"""
    email: str | None = None
    """the holder's address, so that HOLDER_MISMATCH can be answered; None to leave it unchecked"""
    at: datetime | None = None
    """a past instant (product's clock) that the answer is to be about; None for now"""

    @property
    def event(self) -> str | None:
        """The event's reference as redemptions store it: without spaces around it; None for a blank one."""
        return (self.event_reference or "").strip() or None


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """The answer to a discount question."""

    verdict: Verdict
    checked_at: datetime
    """the instant that it is about: `at` of the question, or now (UTC, product's clock)"""


class NotAllowed(Exception):
    """The caller lacks the right to ask about a past instant (`Right.PAST`)."""


class FutureInstant(Exception):
    """`at` is after the present instant of the product's clock."""


class BadPrice(Exception):
    """A price is not from 0 to `forms.MAX_PRICE_MINOR` minor units."""


async def check_discounts(runtime: Runtime, actor: Actor, questions: Sequence[DiscountQuestion]) -> list[CheckAnswer]:
    """The answers to some questions, in order (R10).

    A number that the caller may not ask about is answered with UNKNOWN_NUMBER, which an API key waits for where it has
    asked about too many of them. Raises NotAllowed, FutureInstant or
    BadPrice, where one question is at fault.
    """
    now = await product_now()
    past = [question.at for question in questions if question.at is not None]
    if past and not role_may(Right.PAST, actor):
        raise NotAllowed
    if any(at > now for at in past):
        raise FutureInstant
    prices = [question.price_minor for question in questions if question.price_minor is not None]
    if any(not 0 <= price <= MAX_PRICE_MINOR for price in prices):
        raise BadPrice
    numbers = [parse_number(question.subscriber_number) for question in questions]
    found = await number_holders([number for number in numbers if number is not None])
    visible = {number: holder for number, holder in found.items() if may_ask(Right.DISCOUNT_CHECK, actor, holder)}
    holders = [None if number is None else visible.get(number) for number in numbers]
    if unknown := sum(number is not None and number not in visible for number in numbers):
        await slow_unknown(actor, unknown)
    redeemed = await _redeemed(questions, holders)
    return [
        answer(runtime, question, holder, now, malformed=number is None, redeemed=_use(question, holder) in redeemed)
        for question, number, holder in zip(questions, numbers, holders, strict=True)
    ]


_Use = tuple[str, str, datetime | None]


def _use(question: DiscountQuestion, holder: NumberHolder | None) -> _Use | None:
    """The person, event and instant that a question is about."""
    if holder is None or question.event is None:
        return None
    return holder.person_id, question.event, question.at


async def _redeemed(questions: Sequence[DiscountQuestion], holders: Sequence[NumberHolder | None]) -> set[_Use]:
    """The uses asked about that have a redemption, not released: one statement for each instant."""
    uses = {
        use for question, holder in zip(questions, holders, strict=True) if (use := _use(question, holder)) is not None
    }
    found: set[_Use] = set()
    for at in {use[2] for use in uses}:
        pairs = [(person_id, event) for person_id, event, instant in uses if instant == at]
        found |= {(person_id, event, at) for person_id, event in await live_redemptions(pairs, at)}
    return found


def may_ask(right: Right, actor: Actor, holder: NumberHolder) -> bool:
    """Whether a caller has a right over the holder of a number: themselves, or a user of their organisation."""
    return may(right, actor, holder.organisation_id, own=actor.person_id == holder.person_id)


def answer(
    runtime: Runtime,
    question: DiscountQuestion,
    holder: NumberHolder | None,
    now: datetime,
    *,
    malformed: bool,
    redeemed: bool,
) -> CheckAnswer:
    """The answer to one question whose number is malformed, unknown (`holder` None) or somebody's.

    `now` is of the product's clock; `redeemed` is as in `domain.discounts.verdict`.
    """
    at = question.at or now
    facts = None if holder is None else holder.facts
    if facts is not None and question.at is not None:
        facts = facts.as_of(question.at)
    result = verdict(
        facts,
        question.event_kind,
        runtime.policy.day_of(at),
        runtime.policy,
        malformed=malformed,
        email_key=None if question.email is None else address_key(compared(question.email)),
        price_minor=question.price_minor,
        redeemed=redeemed,
    )
    return CheckAnswer(result, at)
