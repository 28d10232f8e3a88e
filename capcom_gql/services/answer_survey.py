"""Answer the survey that one's seat was asked about a term, once (R18)."""

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
    """The seat and the term that it was asked about, a score from 0 to 10, perhaps a comment."""

    seat_id: str
    term_id: str
    score: int
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The request that is answered now."""

    survey_id: str


async def answer_survey(runtime: Runtime, actor: Actor, form: AnswerSurveyForm) -> SurveyAnswered:
    """Record the answer of a seat's holder. Raises Refusal: NOT_FOUND at a seat that is not theirs, or no longer, and
    at a term that it was not asked about; ALREADY_ANSWERED, SURVEY_CLOSED, INVALID_INPUT.
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
