"""Answer the survey about a term, once, as the holder of the seat that was sent it (R18)."""

from dataclasses import dataclass

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Detail, Kind
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.renewals import check_answer
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import MAX_MESSAGE, Text
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.tables import Seat, SurveyRequest
from capcom_gql.subscription.calendar import lock_subscription


@dataclass(frozen=True, slots=True)
class AnswerSurveyForm:
    """An answer to the survey."""

    seat_id: str
    """the caller's own active seat"""
    term_id: str
    """the term that the survey is about"""
    score: int
    """0 to 10"""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The answered survey."""

    survey_id: str


async def answer_survey(runtime: Runtime, actor: Actor, form: AnswerSurveyForm) -> SurveyAnswered:
    """Record the answer of a seat's holder.

    Raises Refusal: NOT_FOUND at `seatId` unless it is the caller's own active seat, and at `termId` for a term without
    a survey for this seat; ALREADY_ANSWERED, SURVEY_CLOSED, INVALID_INPUT.
    """
    authorize(Right.SELF, actor)
    comment = Text(MAX_MESSAGE).read(("comment",), form.comment)

    async def work() -> SurveyAnswered:
        known = await Seat.get_or_none(id=form.seat_id, person_id=actor.person_id)
        locked = None if known is None else await lock_subscription(runtime, known.subscription_id)
        seat = None if locked is None else next(each for each in locked.seats if each.id == form.seat_id)
        if locked is None or seat is None or seat.removed_at is not None:
            raise Refusal(not_found("seatId"))
        request = await SurveyRequest.get_or_none(seat_id=seat.id, term_id=form.term_id)
        if request is None:
            raise Refusal(not_found("termId"))
        ends_on = locked.term(request.term_id).ends_on
        refuse_if(
            [
                *check_answer(form.score, ends_on, locked.today, runtime.policy, answered_at=request.answered_at),
                *comment.faults,
            ]
        )
        request.answered_at = locked.now
        request.score = form.score
        if comment.value is not None:
            request.comment = comment.value
        await request.save(update_fields=["answered_at", "score", "comment"])
        details: dict[str, Detail] = {"term_id": request.term_id, "seat_id": seat.id}
        await locked.record(NewEvent(Kind.SURVEY_ANSWERED, details, locked.organisation_id, seat.id), actor)
        await locked.schedule()
        return SurveyAnswered(request.id)

    return await in_one_transaction(work)
