"""The survey answered."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM
from capcom_gql.graphql.mutations.payload import Payload, seat_of
from capcom_gql.graphql.types.survey import SurveyRequest
from capcom_gql.services import answer_survey
from capcom_gql.storage import tables


@strawberry.input(description="The answer to the survey that one's seat was asked about a term.")
class AnswerSurveyInput:
    seat_id: strawberry.ID = strawberry.field(description="The caller's own seat.")
    term_id: strawberry.ID = strawberry.field(description="The term that the seat was asked about.")
    score: int = strawberry.field(
        description="Whether they would recommend the service: from 0, not at all, to 10, without hesitation."
    )
    comment: str | None = strawberry.field(
        default=strawberry.UNSET, description="In their own words: at most 4,000 characters."
    )


@strawberry.type(description="The answer of answerSurvey.")
class AnswerSurveyPayload(Payload):
    survey: SurveyRequest | None = strawberry.field(default=None, description="The survey; null where refused.")


@strawberry.type
class Surveys:
    """The mutation that answers a survey."""

    @resolved("Answer the survey, once, until 30 days after the term's last day.")
    async def answer_survey(self, info: Info, input: Annotated[AnswerSurveyInput, FORM]) -> AnswerSurveyPayload | None:
        context = info.context
        done = await answer_survey.answer_survey(
            context.runtime, context.actor, form_of(input, answer_survey.AnswerSurveyForm)
        )
        row, seat = await tables.SurveyRequest.get(id=done.survey_id), await seat_of(context, str(input.seat_id))
        survey = SurveyRequest.of(row, seat.view, context.runtime.currency, context.runtime.policy)
        return AnswerSurveyPayload(survey=survey)
