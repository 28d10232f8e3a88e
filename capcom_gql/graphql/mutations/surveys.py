"""The mutation that answers a survey (R18)."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload, seat_of
from capcom_gql.graphql.types.survey import SurveyRequest
from capcom_gql.services import answer_survey
from capcom_gql.storage import tables


@strawberry.input(description="The answer of a seat's holder to the survey about a term.")
class AnswerSurveyInput:
    seat_id: strawberry.ID = strawberry.field(description="The id of the caller's own active seat.")
    term_id: strawberry.ID = strawberry.field(description="The id of the term that the survey is about.")
    score: int = strawberry.field(
        description="How likely they are to recommend the service: 0, not at all, to 10, without hesitation."
    )
    comment: str | None = strawberry.field(
        default=strawberry.UNSET, description="A comment, at most 4,000 characters; optional."
    )


@strawberry.type(description="The payload of answerSurvey.")
class AnswerSurveyPayload(Payload):
    survey: SurveyRequest | None = strawberry.field(
        default=None, description="The answered survey; null where refused."
    )


@strawberry.type
class Surveys:
    """The mutation that answers a survey."""

    @resolved(
        "Answer the survey about a term, once, until 30 days (by default) after the term's last day. For the holder of "
        "the seat."
    )
    async def answer_survey(self, info: Info, input: Annotated[AnswerSurveyInput, FORM]) -> AnswerSurveyPayload | None:
        context = info.context
        done = await answer_survey.answer_survey(
            context.runtime, context.actor, form_of(input, answer_survey.AnswerSurveyForm)
        )
        row, seat = await tables.SurveyRequest.get(id=done.survey_id), await seat_of(context, str(input.seat_id))
        survey = SurveyRequest.of(row, seat.view, context.runtime.currency, context.runtime.policy)
        return AnswerSurveyPayload(survey=survey)
