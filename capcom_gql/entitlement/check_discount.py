"""Check discounts: is this number entitled, to how much? A pure read, right at midnight without any worker (R10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from capcom_gql.domain.discounts import Verdict, verdict
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.rights import Actor, Right, may, role_may
from capcom_gql.domain.seats import address_key, parse_number
from capcom_gql.forms import MAX_PRICE_MINOR, compared
from capcom_gql.runtime import Runtime
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.number_holders import NumberHolder, live_redemptions, number_holders


@dataclass(frozen=True, slots=True)
class DiscountQuestion:
    """One question. `at` asks for the answer as it was at a past instant; `price_minor` is in minor units."""

    subscriber_number: str
    event_kind: EventKind
    event_reference: str | None = None
    price_minor: int | None = None
    email: str | None = None
    at: datetime | None = None

    @property
    def event(self) -> str | None:
        """The event's reference as redemptions keep it: without spaces around it, None for a blank one."""
        return (self.event_reference or "").strip() or None


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """The verdict, and the instant it is true of: the one asked about, or the present."""

    verdict: Verdict
    checked_at: datetime


class NotAllowed(Exception):
    """The caller may not ask about the past (EVENTS_READ, staff, or the number's own people)."""


class FutureInstant(Exception):
    """`at` is an instant still to come: a check answers for the past or the present."""


class BadPrice(Exception):
    """A price is out of range: from 0 to `forms.MAX_PRICE_MINOR`, in minor units."""


async def check_discounts(runtime: Runtime, actor: Actor, asks: Sequence[DiscountQuestion]) -> list[CheckAnswer]:
    """Answer each question, in order. Raises NotAllowed or FutureInstant for an `at` that cannot be answered, BadPrice.

    A number that the caller may not ask about is answered as one that nobody holds.
    """
    now = await product_now()
    past = [ask.at for ask in asks if ask.at is not None]
    if past and not role_may(Right.PAST, actor):
        raise NotAllowed
    if any(at > now for at in past):
        raise FutureInstant
    if any(ask.price_minor is not None and not 0 <= ask.price_minor <= MAX_PRICE_MINOR for ask in asks):
        raise BadPrice
    numbers = [parse_number(ask.subscriber_number) for ask in asks]
    found = await number_holders([number for number in numbers if number is not None])
    visible = {number: holder for number, holder in found.items() if may_ask(Right.DISCOUNT_CHECK, actor, holder)}
    holders = [None if number is None else visible.get(number) for number in numbers]
    used = await _used(asks, holders)
    return [
        answer(runtime, ask, holder, now, malformed=number is None, redeemed=_use(ask, holder) in used)
        for ask, number, holder in zip(asks, numbers, holders, strict=True)
    ]


_Use = tuple[str, str, datetime | None]


def _use(ask: DiscountQuestion, holder: NumberHolder | None) -> _Use | None:
    """The person and event that a question is about, and as of when."""
    return None if holder is None or ask.event is None else (holder.person_id, ask.event, ask.at)


async def _used(asks: Sequence[DiscountQuestion], holders: Sequence[NumberHolder | None]) -> set[_Use]:
    """Of all that is asked about, what has a live redemption: one statement for each instant asked about."""
    uses = {use for ask, holder in zip(asks, holders, strict=True) if (use := _use(ask, holder)) is not None}
    found: set[_Use] = set()
    for at in {use[2] for use in uses}:
        pairs = [(person_id, event) for person_id, event, asked in uses if asked == at]
        found |= {(person_id, event, at) for person_id, event in await live_redemptions(pairs, at)}
    return found


def may_ask(right: Right, actor: Actor, holder: NumberHolder) -> bool:
    """Whether a caller may ask about the number of a holder: one's own, or by one's role in the organisation."""
    return may(right, actor, holder.organisation_id, own=actor.person_id == holder.person_id)


def answer(
    runtime: Runtime,
    ask: DiscountQuestion,
    holder: NumberHolder | None,
    now: datetime,
    *,
    malformed: bool,
    redeemed: bool,
) -> CheckAnswer:
    """The rule's verdict on one question, as of its instant."""
    at = ask.at or now
    facts = None if holder is None else holder.facts
    if facts is not None and ask.at is not None:
        facts = facts.as_of(ask.at)
    judged = verdict(
        facts,
        ask.event_kind,
        runtime.policy.day_of(at),
        runtime.policy,
        malformed=malformed,
        email_key=None if ask.email is None else address_key(compared(ask.email)),
        price_minor=ask.price_minor,
        redeemed=redeemed,
    )
    return CheckAnswer(judged, at)
