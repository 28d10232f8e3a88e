"""Close a support request with an answer, which is mailed to the user who opened it (R20)."""

from dataclasses import dataclass
from datetime import datetime

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.privacy import is_erased
from capcom_gql.domain.refusals import Code, Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import MAX_MESSAGE, RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewDelivery, NewEvent, to_person
from capcom_gql.storage.tables import Person, SupportRequest
from capcom_gql.subscription.calendar import lock_subscription


@dataclass(frozen=True, slots=True)
class CloseSupportRequestForm:
    """Which request to close, and the answer to it."""

    request_id: str
    answer: str


@dataclass(frozen=True, slots=True)
class SupportRequestClosed:
    """The closed request."""

    request_id: str


async def close_support_request(runtime: Runtime, actor: Actor, form: CloseSupportRequestForm) -> SupportRequestClosed:
    """Answer and close a request, once.

    Raises Refusal: FORBIDDEN, NOT_FOUND or (closed already) CONFLICT at `requestId`, INVALID_INPUT at `answer`.
    """
    authorize(Right.ADMINISTRATION, actor)
    answer = RequiredText(MAX_MESSAGE).read(("answer",), form.answer)

    async def work() -> SupportRequestClosed:
        known = await SupportRequest.get_or_none(id=form.request_id).select_related("seat")
        if known is None:
            raise Refusal(not_found("requestId"))
        locked = await lock_subscription(runtime, known.seat.subscription_id)
        assert locked is not None, "a seat belongs to a subscription"
        # read again under the lock: another answer may have come first
        request = await SupportRequest.get(id=known.id)
        refuse_if(
            answer.faults if request.closed_at is None else [Fault(Code.CONFLICT, ("requestId",), "request_closed")]
        )
        request.closed_at = locked.now
        request.closed_by = actor.id
        request.answer = answer.value
        await request.save(update_fields=["closed_at", "closed_by", "answer"])
        details = {"request_id": request.id}
        letters = await _letters(request, locked.now)
        await locked.record(
            NewEvent(Kind.SUPPORT_CLOSED, details, locked.organisation_id, request.id, deliveries=letters), actor
        )
        await locked.schedule()
        return SupportRequestClosed(request.id)

    return await in_one_transaction(work)


async def _letters(request: SupportRequest, now: datetime) -> list[NewDelivery]:
    """The letter with the answer to the person who opened the request; none where they were erased."""
    person = await Person.filter(id=request.person_id).select_for_update().get()
    if is_erased(person.id, person.email):
        return []
    return [NewDelivery(Topic.SUPPORT_ANSWER, to_person(person), now, request.id, {"request_id": request.id})]
