"""The mutations of plans and of the terms of use, for staff (R2, R10, R19)."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.enums import EventKind, Service
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.graphql.scalars import URL
from capcom_gql.graphql.types.plan import Plan
from capcom_gql.graphql.types.terms_of_use import TermsOfUse
from capcom_gql.services import publish_terms, save_plan
from capcom_gql.storage import tables


@strawberry.input(description="A discount rule: exactly one of `percent` and `amountMinor`.")
class DiscountRuleInput:
    event_kind: EventKind = strawberry.field(description="The kind of event.")
    percent: int | None = strawberry.field(
        default=strawberry.UNSET, description="The percentage of the price, 1 to 100."
    )
    amount_minor: int | None = strawberry.field(
        default=strawberry.UNSET, description="The amount, at least 1, in the currency's minor unit (cents for EUR)."
    )


@strawberry.input(description="A plan as a whole; it is created where no plan has its code.")
class SavePlanInput:
    code: str = strawberry.field(
        description="Its code, which never changes: capitals, digits and _, such as EQUIPE; at most 40 characters."
    )
    name: str = strawberry.field(description="Its name, for people.")
    seat_limit: int = strawberry.field(
        description="The most active seats (users) that a subscription may have, by default 3 to 10."
    )
    price_minor: int = strawberry.field(
        description="The price of one term in the currency's minor unit (cents for EUR)."
    )
    services: list[Service] = strawberry.field(description="The services that it includes.")
    discounts: list[DiscountRuleInput] = strawberry.field(
        description="Its discount rules, at most one for each kind of event; a kind without a rule has no discount."
    )
    is_open: bool | None = strawberry.field(
        default=True, description="Whether it can be chosen; true where left out or null."
    )


@strawberry.type(description="The payload of savePlan.")
class SavePlanPayload(Payload):
    plan: Plan | None = strawberry.field(default=None, description="The saved plan; null where refused.")


@strawberry.input(description="A version of the terms of use to publish.")
class PublishTermsInput:
    version: str = strawberry.field(
        description="The name of the version, at most 40 characters; one that was not published before."
    )
    url: URL = strawberry.field(description="Where its text is: an http or https address.")


@strawberry.type(description="The payload of publishTerms.")
class PublishTermsPayload(Payload):
    terms: TermsOfUse | None = strawberry.field(
        default=None, description="The version that is in force now; null where refused."
    )


@strawberry.type
class Offers:
    """The mutations of plans and terms of use."""

    @resolved(
        "Create a plan, or change one for the terms that are opened from now on; existing terms keep their copy. For "
        "staff and API keys with ADMIN."
    )
    async def save_plan(self, info: Info, input: Annotated[SavePlanInput, FORM]) -> SavePlanPayload | None:
        context = info.context
        done = await save_plan.save_plan(context.runtime, context.actor, form_of(input, save_plan.SavePlanForm))
        row = await tables.Plan.get(id=done.plan_id)
        return SavePlanPayload(plan=Plan.of(row, context.runtime.currency))

    @resolved(
        "Publish a version of the terms of use; from now on those who subscribe or renew must accept it. For staff and "
        "API keys with ADMIN."
    )
    async def publish_terms(self, info: Info, input: Annotated[PublishTermsInput, FORM]) -> PublishTermsPayload | None:
        done = await publish_terms.publish_terms(
            info.context.runtime, info.context.actor, form_of(input, publish_terms.PublishTermsForm)
        )
        return PublishTermsPayload(terms=TermsOfUse.of(await tables.TermsOfUse.get(id=done.terms_id)))
