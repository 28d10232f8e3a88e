"""The figures of a period."""

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


@strawberry.type(description="What the surveys asked in the period say; without names.")
class SurveySummary:
    asked: int = strawberry.field(description="Seats asked in the period.")
    answered: int = strawberry.field(description="How many of them answered, whenever they did.")
    score: float | None = strawberry.field(description="The mean score, 0 to 10; null without an answer.")
    nps: int | None = strawberry.field(
        description="The net promoter score, -100 to 100: percent of 9 and 10 less percent of 0 to 6."
    )
    comments: list[str] = strawberry.field(description="The comments, latest first, at most 500.")


@strawberry.type(
    description="A period in figures. A term counts by its first day, its confirmation, its cancellation or its last "
    "day; what is still to come does not count."
)
class Report:
    from_: date = strawberry.field(name="from", description="The first day, in the operator's time zone.")
    to: date = strawberry.field(description="The last day, inclusive.")
    live: int = strawberry.field(
        description="Subscriptions live at the end of the last day, or now if that is to come."
    )
    opened: int = strawberry.field(description="Terms whose first day is in the period, renewed ones too.")
    confirmed: int = strawberry.field(description="Terms whose payment proof was recorded in the period.")
    cancelled_unpaid: int = strawberry.field(
        description="Terms cancelled for want of a proof in the period, and not reinstated."
    )
    expired: int = strawberry.field(
        description="Terms whose last day is in the period and over, not cancelled and not followed by another."
    )
    renewed: int = strawberry.field(description="As expired, but followed by another that is not cancelled.")
    renewal_rate: float | None = strawberry.field(
        description="Of the confirmed terms that ended in the period, the part that was followed; null for none."
    )
    seats_used: int = strawberry.field(
        description="Active seats of the subscriptions that `live` counts; a seat that was imported is there from its "
        "import on."
    )
    seats_available: int = strawberry.field(description="Seats that these subscriptions still have free.")
    redemptions: int = strawberry.field(description="Discounts used in the period and not released.")
    survey: SurveySummary = strawberry.field(description="The surveys asked in the period.")
    found: strawberry.Private[report.Report]

    @classmethod
    def of(cls, found: report.Report) -> Self:
        """The figures as they were worked out."""
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

    @resolved("The reductions of these redemptions, but for those to re-invoice.")
    async def reduction_granted(self, info: Info) -> Money:
        return _sum(self.found.reduction_minor, info.context)

    @resolved("The price of the terms whose proof is awaited at the end of the last day, or now.")
    async def proof_awaited(self, info: Info) -> Money:
        return _sum(self.found.figures.proof_awaited_minor, info.context)


def _sum(amount_minor: int, context: Context) -> Money:
    """A sum over many. Raises an error for the client to read where it is more than an Int of GraphQL holds."""
    if amount_minor > GRAPHQL_MAX_INT:
        raise bad_input(say("errors", "amount_too_large", context.locale, maximum=GRAPHQL_MAX_INT))
    return Money.of(amount_minor, context.runtime.currency)
