"""What can be asked."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import strawberry

from capcom_gql.domain.rights import Actor, Right, may
from capcom_gql.entitlement.check_discount import BadPrice, DiscountQuestion, FutureInstant, NotAllowed, check_discounts
from capcom_gql.entitlement.check_service import ServiceQuestion, check_service
from capcom_gql.forms import MAX_PRICE_MINOR
from capcom_gql.graphql.connections import After, Before, Connection, First, Last, connected, window_of
from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import Service
from capcom_gql.graphql.errors import RequestRefused
from capcom_gql.graphql.fields import given, resolved
from capcom_gql.graphql.filters import (
    DeliveryFilter,
    DiscountCheckInput,
    EventFilter,
    OrganisationFilter,
    OrganisationOrder,
    RedemptionFilter,
)
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.staff_queries import StaffQueries
from capcom_gql.graphql.types.checks import DiscountCheck, ServiceAccess
from capcom_gql.graphql.types.delivery import Delivery, deliveries_of
from capcom_gql.graphql.types.event import Event
from capcom_gql.graphql.types.plan import Plan
from capcom_gql.graphql.types.redemption import Redemption
from capcom_gql.graphql.types.subjects import find_organisation, find_subject
from capcom_gql.graphql.types.subscription import Organisation
from capcom_gql.graphql.types.support import SupportRequest
from capcom_gql.graphql.types.terms_of_use import TermsOfUse
from capcom_gql.graphql.types.viewer import Viewer
from capcom_gql.languages.sentences import say
from capcom_gql.storage import ids, tables
from capcom_gql.storage.queries import delivery_list, lists, support_list
from capcom_gql.subscription.catalogue import current_terms

MAX_ASKED = 100
"""how many checks, or ids, one field takes"""

_NUMBER = "The number, with or without CP, spaces, hyphens or dots."
_ID = "The id, as the API gave it."


@strawberry.type(description="What can be asked.")
class Query(StaffQueries):
    @resolved("An object by its id; null for an id that names nothing, or nothing that the caller may see.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description=_ID)]) -> Node | None:
        return await _node(info.context, id)

    @resolved("Objects by their ids, in order, at most 100; null in the place of one that cannot be seen.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids.")]
    ) -> list[Node | None]:
        if len(ids) > MAX_ASKED:
            raise _too_many(info.context, "too_many_ids")
        return list(await asyncio.gather(*(_node(info.context, each) for each in ids)))

    @resolved("Who asks; null for an anonymous caller.")
    async def viewer(self, info: Info) -> Viewer | None:
        return Viewer.of(info.context.actor)

    @resolved("The plans on offer, smallest first; staff see closed ones, too.")
    async def plans(self, info: Info) -> list[Plan]:
        rows = tables.Plan.all() if info.context.actor.is_staff else tables.Plan.filter(is_open=True)
        return [Plan.of(row, info.context.runtime.currency) for row in await rows.order_by("seat_limit", "code")]

    @resolved("The terms of use in force.")
    async def terms_of_use(self) -> TermsOfUse:
        return TermsOfUse.of(await current_terms())

    @resolved("An organisation by its id; null for one that does not exist, or that the caller may not see.")
    async def organisation(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description=_ID)]
    ) -> Organisation | None:
        return await find_organisation(info.context, id)

    @resolved("The organisations that the caller may see; by name unless ordered otherwise.")
    async def organisations(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            OrganisationFilter | None, strawberry.argument(description="Which organisations; by default all.")
        ] = strawberry.UNSET,
        order_by: Annotated[
            OrganisationOrder | None, strawberry.argument(description="In which order; by default by name.")
        ] = strawberry.UNSET,
    ) -> Connection[Organisation] | None:
        context = info.context
        window = window_of(context.locale, first, after, last, before)
        wanted = (given(filter) or OrganisationFilter()).asked()
        order = lists.OrganisationOrder() if given(order_by) is None else given(order_by).asked()
        visible, today = _seen(Right.VIEW, context.actor), await context.today()

        async def find(found: Sequence[str]) -> list[Organisation | None]:
            rows = await context.loaders.organisation.load_many(list(found))
            return [None if row is None else Organisation.of(row) for row in rows]

        return await connected(
            context.locale,
            lists.organisations_page(window, filter=wanted, order=order, today=today, visible=visible),
            find,
            lambda: lists.organisations_total(filter=wanted, today=today, visible=visible),
        )

    @resolved("Whether a number gives a discount. It changes nothing.")
    async def discount_check(
        self, info: Info, input: Annotated[DiscountCheckInput, strawberry.argument(description="The question.")]
    ) -> DiscountCheck:
        return (await _checks(info.context, [form_of(input, DiscountQuestion)]))[0]

    @resolved("Whether several numbers give discounts: the answers in order.")
    async def discount_checks(
        self,
        info: Info,
        inputs: Annotated[list[DiscountCheckInput], strawberry.argument(description="The questions, at most 100.")],
    ) -> list[DiscountCheck]:
        if len(inputs) > MAX_ASKED:
            raise _too_many(info.context, "too_many_checks")
        return await _checks(info.context, [form_of(each, DiscountQuestion) for each in inputs])

    @resolved("Whether a service is open to the holder of a number today. It changes nothing.")
    async def service_access(
        self,
        info: Info,
        subscriber_number: Annotated[str, strawberry.argument(description=_NUMBER)],
        service: Annotated[Service, strawberry.argument(description="The service.")],
    ) -> ServiceAccess:
        context = info.context
        answer = await check_service(context.runtime, context.actor, ServiceQuestion(subscriber_number, service))
        return ServiceAccess.of(answer, context.locale)

    @resolved("The redemptions that the caller may see, newest first: a key sees those it made.")
    async def redemptions(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            RedemptionFilter | None, strawberry.argument(description="Which redemptions; by default all.")
        ] = strawberry.UNSET,
    ) -> Connection[Redemption] | None:
        context = info.context
        window = window_of(context.locale, first, after, last, before)
        wanted = (given(filter) or RedemptionFilter()).asked()
        actor, today = context.actor, await context.today()
        visible = _seen(Right.REDEMPTIONS, actor)

        async def find(found: Sequence[str]) -> list[Redemption | None]:
            rows = await context.loaders.redemption.load_many(list(found))
            return [None if row is None else Redemption.of(row, context.runtime.currency) for row in rows]

        async def count() -> int:
            return await lists.redemptions_total(
                filter=wanted,
                today=today,
                visible_organisations=visible,
                person_id=actor.person_id,
                redeemed_by=actor.key_id,
            )

        page = lists.redemptions_page(
            window,
            filter=wanted,
            today=today,
            visible_organisations=visible,
            person_id=actor.person_id,
            redeemed_by=actor.key_id,
        )
        return await connected(context.locale, page, find, count)

    @resolved("What happened, newest first: a manager sees their own organisations.")
    async def events(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            EventFilter | None, strawberry.argument(description="Which events; by default all.")
        ] = strawberry.UNSET,
    ) -> Connection[Event] | None:
        context = info.context
        window = window_of(context.locale, first, after, last, before)
        wanted = (given(filter) or EventFilter()).asked()
        visible = _seen(Right.EVENTS, context.actor)

        async def find(found: Sequence[str]) -> list[Event | None]:
            rows = await context.loaders.event.load_many(list(found))
            return [None if row is None else Event.of(row) for row in rows]

        return await connected(
            context.locale,
            lists.events_page(window, filter=wanted, visible_organisations=visible),
            find,
            lambda: lists.events_total(filter=wanted, visible_organisations=visible),
        )

    @resolved("Who was told what, newest first: a manager sees the letters to the users of their own organisations.")
    async def deliveries(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            DeliveryFilter | None, strawberry.argument(description="Which deliveries; by default all.")
        ] = strawberry.UNSET,
    ) -> Connection[Delivery] | None:
        context, window = info.context, window_of(info.context.locale, first, after, last, before)
        wanted, visible = (given(filter) or DeliveryFilter()).asked(), _seen(Right.DELIVERIES, info.context.actor)
        return await connected(
            context.locale,
            delivery_list.deliveries_page(window, filter=wanted, visible_organisations=visible),
            lambda found: deliveries_of(context, found),
            lambda: delivery_list.deliveries_total(filter=wanted, visible_organisations=visible),
        )

    @resolved("The support requests, newest first; for staff.")
    async def support_requests(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        open: Annotated[
            bool | None,
            strawberry.argument(description="Only those still open, or only those answered; by default all."),
        ] = strawberry.UNSET,
    ) -> Connection[SupportRequest] | None:
        locale, is_open = info.context.locale, given(open)
        window = window_of(locale, first, after, last, before)

        async def find(found: Sequence[str]) -> list[SupportRequest | None]:
            rows = await info.context.loaders.support_request.load_many(list(found))
            return [None if row is None else SupportRequest.of(row) for row in rows]

        return await connected(
            locale,
            support_list.support_requests_page(window, is_open=is_open),
            find,
            lambda: support_list.support_requests_total(is_open=is_open),
        )


async def _node(context: Context, node_id: str) -> Node | None:
    if ids.prefix_of(node_id) != ids.EVENT:
        return await find_subject(context, node_id)
    row = await context.loaders.event.load(node_id)
    event = None if row is None else Event.of(row)
    return event if event and event.ownership.allow(Right.EVENTS, context.actor) else None


def _seen(right: Right, actor: Actor) -> frozenset[str] | None:
    """The organisations whose objects the caller may list by a right; None for all."""
    if may(right, actor, None):
        return None
    return frozenset(each for each in actor.belongs_to if may(right, actor, each))


async def _checks(context: Context, asks: Sequence[DiscountQuestion]) -> list[DiscountCheck]:
    runtime, locale = context.runtime, context.locale
    try:
        answers = await check_discounts(runtime, context.actor, asks)
    except NotAllowed as refusal:
        raise RequestRefused(say("errors", "past_forbidden", locale), "FORBIDDEN", 403) from refusal
    except BadPrice as refusal:
        raise _refused(say("refusals", "bad_price", locale, maximum=MAX_PRICE_MINOR)) from refusal
    except FutureInstant as refusal:
        raise _refused(say("errors", "future_instant", locale)) from refusal
    return [DiscountCheck.of(answer, locale, runtime.currency) for answer in answers]


def _too_many(context: Context, key: str) -> RequestRefused:
    return _refused(say("errors", key, context.locale, maximum=MAX_ASKED))


def _refused(message: str) -> RequestRefused:
    return RequestRefused(message, "BAD_USER_INPUT")
