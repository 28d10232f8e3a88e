"""Redeem a discount: record its use, once for each person and event across all systems (R22)."""

from dataclasses import dataclass, replace
from typing import Any

from capcom_gql.access.authorize import authorize
from capcom_gql.access.idempotency import check_key, run_once
from capcom_gql.domain.discounts import DiscountReason
from capcom_gql.domain.events import Kind
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.refusals import Code, Fault, invalid, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import parse_number
from capcom_gql.entitlement.check_discount import CheckAnswer, DiscountQuestion, answer
from capcom_gql.entitlement.unknown_numbers import slow_unknown
from capcom_gql.forms import MAX_PRICE_MINOR, Email, Read, RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.number_holders import NumberHolder, live_redemptions, number_holders
from capcom_gql.storage.tables import Redemption
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription


@dataclass(frozen=True, slots=True)
class RedeemDiscountForm:
    """A registration for which a discount is used."""

    subscriber_number: str
    event_kind: EventKind
    event_reference: str
    """the event, by the reference that all systems that redeem share"""
    registration_reference: str
    """the registration, as the caller's system names it"""
    price_minor: int
    """the full price in minor units"""
    idempotency_key: str
    email: str | None = None
    """the holder's address, to be compared; None leaves it unchecked"""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The redemption, or the fault why there is none."""

    redemption_id: str | None
    """None where the discount was refused"""
    check: CheckAnswer
    """the check that was made, with the reason of a refusal"""
    faults: tuple[Fault, ...] = ()
    """DISCOUNT_REFUSED at `subscriberNumber` where the discount was refused"""


class _NotEligible(Exception):
    """Rolls the transaction back, so that a refused discount leaves no idempotency record either."""

    def __init__(self, check: CheckAnswer) -> None:
        super().__init__(check.verdict.reason.value)
        self.check = check


async def redeem_discount(runtime: Runtime, actor: Actor, form: RedeemDiscountForm) -> Redeemed:
    """Check the discount and record its use. A refused discount is a result with its fault, not an exception.

    Raises Refusal: FORBIDDEN, IDEMPOTENCY_KEY_REUSED, and INVALID_INPUT with all faults of the form.
    """
    authorize(Right.REDEEM, actor)
    read = _read(form)
    question = DiscountQuestion(
        form.subscriber_number, form.event_kind, form.event_reference, form.price_minor, form.email
    )
    granted: CheckAnswer | None = None

    async def work() -> dict[str, Any]:
        nonlocal granted
        refuse_if(read.faults)
        redemption, granted = await _redeem(runtime, actor, read.value, question)
        return {"redemption_id": redemption.id}

    try:
        made = await in_one_transaction(lambda: run_once(actor, form.idempotency_key, "redeemDiscount", form, work))
    except _NotEligible as refusal:
        if refusal.check.verdict.reason is DiscountReason.UNKNOWN_NUMBER:
            await slow_unknown(actor, 1)
        fault = Fault(
            Code.DISCOUNT_REFUSED,
            ("subscriberNumber",),
            "discount_refused",
            {"reason": refusal.check.verdict.reason.value},
        )
        return Redeemed(None, refusal.check, (fault,))
    return Redeemed(made["redemption_id"], granted or await _granted(runtime, question))


def _read(form: RedeemDiscountForm) -> Read[RedeemDiscountForm]:
    """The form with its references as redemptions store them: without spaces around them."""
    event = RequiredText().read(("eventReference",), form.event_reference)
    registration = RequiredText().read(("registrationReference",), form.registration_reference)
    faults = [*event.faults, *registration.faults]
    if not 0 <= form.price_minor <= MAX_PRICE_MINOR:
        faults.append(invalid(("priceMinor",), "bad_price", maximum=MAX_PRICE_MINOR))
    if form.email is not None:
        faults += Email().read(("email",), form.email).faults
    faults += check_key(form.idempotency_key)
    read = replace(form, event_reference=event.partial, registration_reference=registration.partial)
    return Read(read, tuple(faults))


async def _redeem(
    runtime: Runtime, actor: Actor, form: RedeemDiscountForm, question: DiscountQuestion
) -> tuple[Redemption, CheckAnswer]:
    number = parse_number(form.subscriber_number)
    holder = None if number is None else (await number_holders([number])).get(number)
    locked = None if holder is None else await lock_subscription(runtime, holder.subscription_id)
    if holder is None or locked is None:
        check = answer(runtime, question, None, await product_now(), malformed=number is None, redeemed=False)
        raise _NotEligible(check)
    # read again under the lock: the seat, the terms or the event may have changed meanwhile
    assert number is not None, "a number that somebody holds is well formed"
    holder = (await number_holders([number]))[number]
    assert question.event is not None, "a blank reference is a fault of the form"
    redeemed = bool(await live_redemptions([(holder.person_id, question.event)]))
    check = answer(runtime, question, holder, locked.now, malformed=False, redeemed=redeemed)
    if not check.verdict.eligible:
        raise _NotEligible(check)
    return await _write(locked, holder, form, check, actor), check


async def _write(
    locked: LockedSubscription, holder: NumberHolder, form: RedeemDiscountForm, check: CheckAnswer, actor: Actor
) -> Redemption:
    reduction = check.verdict.reduction_minor
    assert reduction is not None and actor.id is not None, "a price was given, and nobody anonymous redeems"
    redemption = await Redemption.create(
        id=ids.new_id(ids.REDEMPTION),
        seat_id=holder.seat_id,
        person_id=holder.person_id,
        organisation_id=holder.organisation_id,
        term_id=locked.status.term.id,
        event_kind=form.event_kind.value,
        event_reference=form.event_reference,
        registration_reference=form.registration_reference,
        price_minor=form.price_minor,
        reduction_minor=reduction,
        redeemed_by=actor.id,
        redeemed_at=locked.now,
    )
    details = {
        "redemption_id": redemption.id,
        "seat_id": holder.seat_id,
        "event_kind": form.event_kind.value,
        "price_minor": form.price_minor,
        "reduction_minor": reduction,
        "currency": locked.runtime.currency,
        "provisional": check.verdict.provisional,
    }
    await locked.record(NewEvent(Kind.DISCOUNT_REDEEMED, details, locked.organisation_id, redemption.id), actor)
    await locked.schedule()
    return redemption


async def _granted(runtime: Runtime, question: DiscountQuestion) -> CheckAnswer:
    """The check, as of now, for a redemption that an earlier call with the same idempotency key made."""
    number = parse_number(question.subscriber_number)
    holder = None if number is None else (await number_holders([number])).get(number)
    return answer(runtime, question, holder, await product_now(), malformed=number is None, redeemed=False)
