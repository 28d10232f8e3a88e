"""What the operator offers: plans, and the terms of use that go with them."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import EventKind, Service
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.scalars import URL
from capcom_gql.graphql.types.plan import Plan
from capcom_gql.graphql.types.terms_of_use import TermsOfUse
from capcom_gql.services import publish_terms, save_plan
from capcom_gql.storage import tables


@strawberry.input(description="A discount rule: exactly one of percent and amountMinor.")
class DiscountRuleInput:
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    percent: int | None = strawberry.field(default=strawberry.UNSET, description="Percent of the price, 1 to 100.")
    amount_minor: int | None = strawberry.field(
        default=strawberry.UNSET, description="A fixed amount, in the currency's minor unit (cents for EUR)."
    )


@strawberry.input(description="A plan as a whole, by its code.")
class SavePlanInput:
    code: str = strawberry.field(description="Its lasting code: capitals, digits and _, such as EQUIPE.")
    name: str = strawberry.field(description="The name as people read it.")
    seat_limit: int = strawberry.field(description="How many users it has room for.")
    price_minor: int = strawberry.field(description="The price of one term, in the currency's minor unit.")
    services: list[Service] = strawberry.field(description="The services that it includes.")
    discounts: list[DiscountRuleInput] = strawberry.field(
        description="Its discounts, one for a kind of event at most; a kind left out has none."
    )
    is_open: bool | None = strawberry.field(
        default=True, description="Whether it may be newly chosen; left out or null, it may."
    )


@strawberry.type(description="The answer of savePlan.")
class SavePlanPayload(Payload):
    plan: Plan | None = strawberry.field(default=None, description="The plan; null where refused.")


@strawberry.input(description="A version of the terms of use.")
class PublishTermsInput:
    version: str = strawberry.field(
        description="What `subscribe` will take as acceptedTermsVersion; never used before."
    )
    url: URL = strawberry.field(description="Where the text is.")


@strawberry.type(description="The answer of publishTerms.")
class PublishTermsPayload(Payload):
    terms: TermsOfUse | None = strawberry.field(default=None, description="The terms in force; null where refused.")


@strawberry.type
class Offers:
    """The mutations of what is on offer."""

    @resolved("Make a plan, or change one for the terms opened from now on; terms that are open keep their copy.")
    async def save_plan(self, info: Info, input: Annotated[SavePlanInput, FORM]) -> SavePlanPayload | None:
        context = info.context
        done = await save_plan.save_plan(context.runtime, context.actor, form_of(input, save_plan.SavePlanForm))
        row = await tables.Plan.get(id=done.plan_id)
        return SavePlanPayload(plan=Plan.of(row, context.runtime.currency))

    @resolved("Publish a version of the terms of use, which every subscribing and renewing must accept from now on.")
    async def publish_terms(self, info: Info, input: Annotated[PublishTermsInput, FORM]) -> PublishTermsPayload | None:
        done = await publish_terms.publish_terms(
            info.context.runtime, info.context.actor, form_of(input, publish_terms.PublishTermsForm)
        )
        return PublishTermsPayload(terms=TermsOfUse.of(await tables.TermsOfUse.get(id=done.terms_id)))
