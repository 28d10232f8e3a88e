"""The queries of the API."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import strawberry

from capcom_gql.domain.rights import Actor, Right, may
from capcom_gql.entitlement.check_discount import BadPrice, DiscountQuestion, FutureInstant, NotAllowed, check_discounts
from capcom_gql.entitlement.check_service import ServiceQuestion, check_service
from capcom_gql.forms import MAX_PRICE_MINOR
from capcom_gql.graphql.connections import After, Before, Connection, First, Last, finder, to_connection, window_of
from capcom_gql.graphql.context import Context, Info
from capcom_gql.graphql.enums import Service
from capcom_gql.graphql.errors import RequestRefused
from capcom_gql.graphql.fields import resolved, value_or_none
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

MAX_QUESTIONS = 100
"""The most questions, or ids, that one field accepts."""

_NUMBER = "The subscriber number, with or without CP, spaces, hyphens or dots."
_ID = "An id that the API gave."


@strawberry.type(description="The queries; they change nothing.")
class Query(StaffQueries):
    @resolved("The object with an id; null where it does not exist or the caller may not see it.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description=_ID)]) -> Node | None:
        return await _node(info.context, id)

    @resolved("The objects with some ids, in order; null for one that does not exist or that the caller may not see.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="The ids, at most 100.")]
    ) -> list[Node | None]:
        if len(ids) > MAX_QUESTIONS:
            raise _too_many(info.context, "too_many_ids")
        return list(await asyncio.gather(*(_node(info.context, each) for each in ids)))

    @resolved("The person who calls; null for anonymous callers. Not for API keys.")
    async def viewer(self, info: Info) -> Viewer | None:
        return Viewer.of(info.context.actor)

    @resolved("The plans that can be chosen, by number of seats; staff see the closed ones too. Not for API keys.")
    async def plans(self, info: Info) -> list[Plan]:
        rows = tables.Plan.all() if info.context.actor.is_staff else tables.Plan.filter(is_open=True)
        return [Plan.of(row, info.context.runtime.currency) for row in await rows.order_by("seat_limit", "code")]

    @resolved("The version of the terms of use that is in force. Not for API keys.")
    async def terms_of_use(self) -> TermsOfUse:
        return TermsOfUse.of(await current_terms())

    @resolved("The organisation with an id; null where it does not exist or the caller may not see it.")
    async def organisation(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description=_ID)]
    ) -> Organisation | None:
        return await find_organisation(info.context, id)

    @resolved(
        "The organisations that the caller may see: all for staff and API keys with ORGANISATIONS_READ, for others "
        "those in which they have an active seat."
    )
    async def organisations(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            OrganisationFilter | None, strawberry.argument(description="Which organisations to list; by default all.")
        ] = strawberry.UNSET,
        order_by: Annotated[
            OrganisationOrder | None, strawberry.argument(description="The order of the list; by default by name.")
        ] = strawberry.UNSET,
    ) -> Connection[Organisation] | None:
        context = info.context
        window = window_of(context.locale, first, after, last, before)
        wanted = (value_or_none(filter) or OrganisationFilter()).to_filter()
        order = lists.OrganisationOrder() if value_or_none(order_by) is None else value_or_none(order_by).to_order()
        visible, today = _visible_organisations(Right.VIEW, context.actor), await context.today()

        return await to_connection(
            context.locale,
            lists.organisations_page(window, filter=wanted, order=order, today=today, visible=visible),
            finder(context.loaders.organisation, Organisation.of),
            lambda: lists.organisations_total(filter=wanted, today=today, visible=visible),
        )

    @resolved(
        "Whether a subscriber number gives a discount. For staff and API keys with DISCOUNTS_CHECK; users may ask "
        "about their own number, managers about those of their list. Others are answered with UNKNOWN_NUMBER."
    )
    async def discount_check(
        self, info: Info, input: Annotated[DiscountCheckInput, strawberry.argument(description="The question.")]
    ) -> DiscountCheck:
        return (await _checks(info.context, [form_of(input, DiscountQuestion)]))[0]

    @resolved("The answers of `discountCheck` to several questions, in order.")
    async def discount_checks(
        self,
        info: Info,
        inputs: Annotated[list[DiscountCheckInput], strawberry.argument(description="The questions, at most 100.")],
    ) -> list[DiscountCheck]:
        if len(inputs) > MAX_QUESTIONS:
            raise _too_many(info.context, "too_many_checks")
        return await _checks(info.context, [form_of(each, DiscountQuestion) for each in inputs])

    @resolved(
        "Whether a service is open to the holder of a subscriber number today. For staff and API keys with "
        "SERVICES_CHECK; users may ask about their own number, managers about those of their list."
    )
    async def service_access(
        self,
        info: Info,
        subscriber_number: Annotated[str, strawberry.argument(description=_NUMBER)],
        service: Annotated[Service, strawberry.argument(description="The service.")],
    ) -> ServiceAccess:
        context = info.context
        answer = await check_service(context.runtime, context.actor, ServiceQuestion(subscriber_number, service))
        return ServiceAccess.of(answer, context.locale)

    @resolved(
        "The redemptions that the caller may see, newest first: all for staff, for an API key those that it made, for "
        "others their own and those of the organisations that they manage."
    )
    async def redemptions(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            RedemptionFilter | None, strawberry.argument(description="Which redemptions to list; by default all.")
        ] = strawberry.UNSET,
    ) -> Connection[Redemption] | None:
        context = info.context
        window = window_of(context.locale, first, after, last, before)
        wanted = (value_or_none(filter) or RedemptionFilter()).to_filter()
        actor, today = context.actor, await context.today()
        visible = _visible_organisations(Right.REDEMPTIONS, actor)

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
        find = finder(context.loaders.redemption, lambda row: Redemption.of(row, context.runtime.currency))
        return await to_connection(context.locale, page, find, count)

    @resolved(
        "The events that the caller may see, newest first by `occurredAt`: all for staff and API keys with "
        "EVENTS_READ, for managers those of their organisations."
    )
    async def events(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            EventFilter | None, strawberry.argument(description="Which events to list; by default all.")
        ] = strawberry.UNSET,
    ) -> Connection[Event] | None:
        context = info.context
        window = window_of(context.locale, first, after, last, before)
        wanted = (value_or_none(filter) or EventFilter()).to_filter()
        visible = _visible_organisations(Right.EVENTS, context.actor)

        return await to_connection(
            context.locale,
            lists.events_page(window, filter=wanted, visible_organisations=visible),
            finder(context.loaders.event, Event.of),
            lambda: lists.events_total(filter=wanted, visible_organisations=visible),
        )

    @resolved(
        "The deliveries that the caller may see, newest first: all for staff and API keys with NOTIFICATIONS_WRITE, "
        "for managers the letters to the users of their organisations."
    )
    async def deliveries(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            DeliveryFilter | None, strawberry.argument(description="Which deliveries to list; by default all.")
        ] = strawberry.UNSET,
    ) -> Connection[Delivery] | None:
        context, window = info.context, window_of(info.context.locale, first, after, last, before)
        wanted, visible = (
            (value_or_none(filter) or DeliveryFilter()).to_filter(),
            _visible_organisations(Right.DELIVERIES, info.context.actor),
        )
        return await to_connection(
            context.locale,
            delivery_list.deliveries_page(window, filter=wanted, visible_organisations=visible),
            lambda found: deliveries_of(context, found),
            lambda: delivery_list.deliveries_total(filter=wanted, visible_organisations=visible),
        )

    @resolved("The support requests, newest first. For staff and API keys with ADMIN.")
    async def support_requests(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        open: Annotated[
            bool | None,
            strawberry.argument(description="True lists the open requests, false the answered ones; by default all."),
        ] = strawberry.UNSET,
    ) -> Connection[SupportRequest] | None:
        locale, is_open = info.context.locale, value_or_none(open)
        window = window_of(locale, first, after, last, before)

        return await to_connection(
            locale,
            support_list.support_requests_page(window, is_open=is_open),
            finder(info.context.loaders.support_request, SupportRequest.of),
            lambda: support_list.support_requests_total(is_open=is_open),
        )


async def _node(context: Context, node_id: str) -> Node | None:
    if ids.prefix_of(node_id) != ids.EVENT:
        return await find_subject(context, node_id)
    row = await context.loaders.event.load(node_id)
    event = None if row is None else Event.of(row)
    return event if event and event.ownership.allow(Right.EVENTS, context.actor) else None


def _visible_organisations(right: Right, actor: Actor) -> frozenset[str] | None:
    """The ids of the organisations over whose objects the caller has a right; None for all."""
    if may(right, actor, None):
        return None
    return frozenset(each for each in actor.belongs_to if may(right, actor, each))


async def _checks(context: Context, questions: Sequence[DiscountQuestion]) -> list[DiscountCheck]:
    runtime, locale = context.runtime, context.locale
    try:
        answers = await check_discounts(runtime, context.actor, questions)
    except NotAllowed as refusal:
        raise RequestRefused(say("errors", "past_forbidden", locale), "FORBIDDEN", 403) from refusal
    except BadPrice as refusal:
        raise _refused(say("refusals", "bad_price", locale, maximum=MAX_PRICE_MINOR)) from refusal
    except FutureInstant as refusal:
        raise _refused(say("errors", "future_instant", locale)) from refusal
    return [DiscountCheck.of(answer, locale, runtime.currency) for answer in answers]


def _too_many(context: Context, key: str) -> RequestRefused:
    return _refused(say("errors", key, context.locale, maximum=MAX_QUESTIONS))


def _refused(message: str) -> RequestRefused:
    return RequestRefused(message, "BAD_USER_INPUT")
