"""The type of the operator's report of a period."""

from datetime import date
from typing import Self

import strawberry
from graphql import GRAPHQL_MAX_INT

from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.errors import bad_input
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.types.money import Money
from capcom_gql.languages.sentences import say
from capcom_gql.services import report


@strawberry.type(description="The answers to the surveys that were sent in the period, without names.")
class SurveySummary:
    asked: int = strawberry.field(description="Seats whose holders were sent the survey in the period.")
    answered: int = strawberry.field(description="How many of these surveys are answered by now.")
    score: float | None = strawberry.field(description="The mean score, 0 to 10; null without an answer.")
    nps: int | None = strawberry.field(
        description="The net promoter score, -100 to 100: the percentage of scores 9 and 10 minus that of scores 0 to "
        "6; null without an answer."
    )
    comments: list[str] = strawberry.field(description="The comments, latest first, at most 500.")


@strawberry.type(
    description="The figures of a period. A term counts by its first day, its confirmation, its unpaid cancellation or "
    "its last day; what is still to come does not count."
)
class Report:
    from_: date = strawberry.field(
        name="from", description="The first day of the period, inclusive, in the operator's time zone."
    )
    to: date = strawberry.field(description="The last day of the period, inclusive, in the operator's time zone.")
    live: int = strawberry.field(
        description="Subscriptions that are live at the end of the last day, or now if that is still to come."
    )
    opened: int = strawberry.field(description="Terms whose first day is in the period, renewed ones too.")
    confirmed: int = strawberry.field(description="Terms whose payment proof was recorded in the period.")
    cancelled_unpaid: int = strawberry.field(
        description="Terms that were cancelled unpaid in the period and not reinstated."
    )
    expired: int = strawberry.field(
        description="Terms whose last day is in the period and over, that are not cancelled and have no next term."
    )
    renewed: int = strawberry.field(
        description="Terms whose last day is in the period and over, that are not cancelled and have a next term that "
        "is not cancelled."
    )
    renewal_rate: float | None = strawberry.field(
        description="Of the confirmed terms that ended in the period, the part (0 to 1) that is followed by a term "
        "that is not cancelled; null where none ended."
    )
    seats_used: int = strawberry.field(
        description="Active seats of the subscriptions that `live` counts; an imported seat counts from its import on."
    )
    seats_available: int = strawberry.field(description="Seats that these subscriptions could still fill.")
    redemptions: int = strawberry.field(description="Discounts that were used in the period and are not released.")
    survey: SurveySummary = strawberry.field(description="The surveys that were sent in the period.")
    found: strawberry.Private[report.Report]

    @classmethod
    def of(cls, found: report.Report) -> Self:
        """The report that the service computed."""
        figures = found.figures
        return cls(
            from_=found.period.first,
            to=found.period.last,
            live=figures.live,
            opened=figures.opened,
            confirmed=figures.confirmed,
            cancelled_unpaid=figures.cancelled_unpaid,
            expired=figures.expired,
            renewed=figures.renewed,
            renewal_rate=figures.renewal_rate,
            seats_used=found.seats_used,
            seats_available=found.seats_available,
            redemptions=found.redemptions,
            survey=SurveySummary(
                asked=found.asked,
                answered=found.answered,
                score=found.score,
                nps=found.nps,
                comments=found.comments,
            ),
            found=found,
        )

    @resolved("The sum of the reductions of these redemptions, without those that are to be re-invoiced.")
    async def reduction_granted(self, info: Info) -> Money:
        return _sum(self.found.reduction_minor, info.context)

    @resolved(
        "The sum of the prices of the terms that await their payment proof at the end of the last day, or now if that "
        "is still to come."
    )
    async def proof_awaited(self, info: Info) -> Money:
        return _sum(self.found.figures.proof_awaited_minor, info.context)


def _sum(amount_minor: int, context: Context) -> Money:
    """A sum in minor units as Money. Raises FieldError (BAD_USER_INPUT) where it exceeds GraphQL's Int (32 bits)."""
    if amount_minor > GRAPHQL_MAX_INT:
        raise bad_input(say("errors", "amount_too_large", context.locale, maximum=GRAPHQL_MAX_INT))
    return Money.of(amount_minor, context.runtime.currency)
