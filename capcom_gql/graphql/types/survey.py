"""The type of the survey about a term (R18)."""

from datetime import date, datetime
from typing import Self

import strawberry

from capcom_gql.domain.terms import LifecyclePolicy, survey_closes_on
from capcom_gql.graphql.ownership import Owned
from capcom_gql.graphql.subscription_view import SubscriptionView
from capcom_gql.graphql.types.term import Term
from capcom_gql.storage import tables


@strawberry.type(
    description="A survey that the holder of a seat was sent about a term, once. The score and the comment are for the "
    "operator only."
)
class SurveyRequest:
    term: Term = strawberry.field(description="The term that it is about.")
    asked_at: datetime = strawberry.field(description="When it was sent.")
    answered_at: datetime | None = strawberry.field(description="When it was answered; null until then.")
    closes_on: date = strawberry.field(
        description="The last day on which an answer is accepted, inclusive, in the operator's time zone."
    )

    @classmethod
    def of(cls, row: tables.SurveyRequest, view: SubscriptionView, currency: str, policy: LifecyclePolicy) -> Self:
        """The survey of a row, of a seat of this subscription; `currency` is the installation's, ISO 4217."""
        term = Term.of(view, row.term_id, currency, Owned((view.organisation_id,)))
        return cls(
            term=term,
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            closes_on=survey_closes_on(term.ends_on, policy),
        )
