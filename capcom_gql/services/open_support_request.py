"""Open a support request about a number of one's own: the check is asked again, and its answer kept (R20)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from capcom_gql.access.accounts import lock_own_account
from capcom_gql.access.authorize import authorize
from capcom_gql.access.rate_limits import SUPPORT_PER_PERSON, RateLimits
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.refusals import Code, Fault, invalid, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import parse_number
from capcom_gql.entitlement.check_discount import DiscountQuestion, check_discounts
from capcom_gql.entitlement.check_service import ServiceQuestion, check_service
from capcom_gql.entitlement.stored_checks import store_access, store_check
from capcom_gql.forms import MAX_MESSAGE, MAX_PRICE_MINOR, Email, RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewDelivery, NewEvent, to_support
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Seat, SupportRequest
from capcom_gql.subscription.calendar import lock_subscription


@dataclass(frozen=True, slots=True)
class OpenSupportRequestForm:
    """What is believed to be wrongly refused, a discount, a service or both, and the person's own words."""

    message: str
    check: DiscountQuestion | None = None
    access: ServiceQuestion | None = None

    @property
    def asks(self) -> list[tuple[str, DiscountQuestion | ServiceQuestion]]:
        """The questions, each with its place in the form."""
        asked: list[tuple[str, DiscountQuestion | ServiceQuestion | None]] = [
            ("check", self.check),
            ("access", self.access),
        ]
        return [(place, ask) for place, ask in asked if ask is not None]


@dataclass(frozen=True, slots=True)
class SupportRequestOpened:
    """The request."""

    request_id: str


async def open_support_request(
    runtime: Runtime, actor: Actor, form: OpenSupportRequestForm, rate_limits: RateLimits
) -> SupportRequestOpened:
    """Open a request; its check is answered as of now, or of its own `at`, with the caller's own rights.

    Raises Refusal: NOT_FOUND at a number that was never the caller's, INVALID_INPUT; and TooManyAttempts past twenty
    well-formed requests a day.
    """
    authorize(Right.SELF, actor)
    assert actor.person_id is not None, "only a person has rights over themselves"
    seat_ids = await _own_seats(actor, form)
    message = RequiredText(MAX_MESSAGE).read(("message",), form.message)
    refuse_if([*message.faults, *_faults(form, seat_ids, await product_now())])
    await rate_limits.count(SUPPORT_PER_PERSON, "support", actor.person_id)

    async def work() -> SupportRequestOpened:
        seat = await Seat.get(id=seat_ids[0])
        locked = await lock_subscription(runtime, seat.subscription_id)
        assert locked is not None, "a seat belongs to a subscription"
        person = await lock_own_account(actor)
        request = await SupportRequest.create(
            id=ids.new_id(ids.SUPPORT_REQUEST),
            person=person,
            seat=seat,
            message=message.value,
            check_answer=await _asked_again(runtime, actor, form.check),
            access_answer=None
            if form.access is None
            else store_access(await check_service(runtime, actor, form.access)),
            opened_at=locked.now,
        )
        about = {"request_id": request.id}
        entry = NewEvent(
            Kind.SUPPORT_OPENED,
            {"request_id": request.id, "seat_id": seat.id},
            locked.organisation_id,
            request.id,
            deliveries=[
                NewDelivery(Topic.SUPPORT_OPENED, to_support(runtime.support_email), locked.now, request.id, about)
            ],
        )
        await locked.record(entry, actor)
        await locked.schedule()
        return SupportRequestOpened(request.id)

    return await in_one_transaction(work)


async def _asked_again(runtime: Runtime, actor: Actor, ask: DiscountQuestion | None) -> dict[str, Any] | None:
    if ask is None:
        return None
    (answer,) = await check_discounts(runtime, actor, [ask])
    return store_check(answer)


async def _own_seats(actor: Actor, form: OpenSupportRequestForm) -> list[str]:
    """The seats of the numbers, in the order of the form. Raises Refusal at each that is not the caller's own."""
    parsed = [((place, "subscriberNumber"), parse_number(ask.subscriber_number)) for place, ask in form.asks]
    asked = [number for _, number in parsed if number is not None]
    own = {seat.number: seat.id for seat in await Seat.filter(number__in=asked, person_id=actor.person_id)}
    refuse_if([Fault(Code.NOT_FOUND, path, "number_not_yours") for path, number in parsed if number not in own])
    return [own[number] for _, number in parsed if number is not None]


def _faults(form: OpenSupportRequestForm, seat_ids: list[str], now: datetime) -> list[Fault]:
    faults: list[Fault] = []
    if not seat_ids:
        faults.append(invalid((), "nothing_asked"))
    if len(set(seat_ids)) > 1:
        faults.append(invalid(("access", "subscriberNumber"), "two_numbers"))
    later = [place for place, ask in form.asks if ask.at is not None and ask.at > now]
    faults += [invalid((place, "at"), "instant_future") for place in later]
    if form.check is not None:
        price, email = form.check.price_minor, form.check.email
        if price is not None and not 0 <= price <= MAX_PRICE_MINOR:
            faults.append(invalid(("check", "priceMinor"), "bad_price", maximum=MAX_PRICE_MINOR))
        if email is not None:
            faults += Email().read(("check", "email"), email).faults
    return faults
