"""Open a support request about one's own subscriber number; what the checks answer is stored with it (R20)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from capcom_gql.access.accounts import lock_own_account
from capcom_gql.access.authorize import authorize
from capcom_gql.access.rate_limits import SUPPORT_OF_PERSON, count_attempt
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
    """A request about a discount, a service or both, for one number."""

    message: str
    check: DiscountQuestion | None = None
    access: ServiceQuestion | None = None

    @property
    def questions(self) -> list[tuple[str, DiscountQuestion | ServiceQuestion]]:
        """The questions of the form, each with the name of its field."""
        fields: list[tuple[str, DiscountQuestion | ServiceQuestion | None]] = [
            ("check", self.check),
            ("access", self.access),
        ]
        return [(field, question) for field, question in fields if question is not None]


@dataclass(frozen=True, slots=True)
class SupportRequestOpened:
    """The opened request."""

    request_id: str


async def open_support_request(runtime: Runtime, actor: Actor, form: OpenSupportRequestForm) -> SupportRequestOpened:
    """Open a request, with the answers of its checks as of now or of their `at`; staff are mailed.

    Raises Refusal: FORBIDDEN, NOT_FOUND at `check.subscriberNumber` or `access.subscriberNumber` unless it is, or was,
    the caller's own number, INVALID_INPUT. Raises TooManyAttempts beyond 20 requests without faults a day.
    """
    authorize(Right.SELF, actor)
    assert actor.person_id is not None, "only a person has rights over themselves"
    seat_ids = await _own_seats(actor, form)
    message = RequiredText(MAX_MESSAGE).read(("message",), form.message)
    refuse_if([*message.faults, *_faults(form, seat_ids, await product_now())])
    await count_attempt(SUPPORT_OF_PERSON, actor.person_id)

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
            check_answer=await _checked(runtime, actor, form.check),
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


async def _checked(runtime: Runtime, actor: Actor, question: DiscountQuestion | None) -> dict[str, Any] | None:
    if question is None:
        return None
    (answer,) = await check_discounts(runtime, actor, [question])
    return store_check(answer)


async def _own_seats(actor: Actor, form: OpenSupportRequestForm) -> list[str]:
    """The ids of the numbers' seats, in the order of the form. Raises Refusal for numbers that are not the caller's."""
    parsed = [
        ((field, "subscriberNumber"), parse_number(question.subscriber_number)) for field, question in form.questions
    ]
    numbers = [number for _, number in parsed if number is not None]
    own = {seat.number: seat.id for seat in await Seat.filter(number__in=numbers, person_id=actor.person_id)}
    refuse_if([Fault(Code.NOT_FOUND, path, "number_not_yours") for path, number in parsed if number not in own])
    return [own[number] for _, number in parsed if number is not None]


def _faults(form: OpenSupportRequestForm, seat_ids: list[str], now: datetime) -> list[Fault]:
    faults: list[Fault] = []
    if not seat_ids:
        faults.append(invalid((), "nothing_asked"))
    if len(set(seat_ids)) > 1:
        faults.append(invalid(("access", "subscriberNumber"), "two_numbers"))
    future = [field for field, question in form.questions if question.at is not None and question.at > now]
    faults += [invalid((field, "at"), "instant_future") for field in future]
    if form.check is not None:
        price, email = form.check.price_minor, form.check.email
        if price is not None and not 0 <= price <= MAX_PRICE_MINOR:
            faults.append(invalid(("check", "priceMinor"), "bad_price", maximum=MAX_PRICE_MINOR))
        if email is not None:
            faults += Email().read(("check", "email"), email).faults
    return faults
