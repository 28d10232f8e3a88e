"""Data loaders: rows by their ids, so that a field of a hundred objects costs one statement."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader
from tortoise.models import Model

from capcom_gql.domain.events import Kind
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.graphql.subscription_view import SubscriptionView, view_of
from capcom_gql.storage import tables
from capcom_gql.storage.queries import delivery_list
from capcom_gql.storage.queries.lists import Page, Window
from capcom_gql.storage.queries.timelines import timeline_totals, timelines

Row = TypeVar("Row", bound=Model)
Loader = DataLoader[str, Row | None]
"""Loads one row for each key, None where there is none."""


class Loaders:
    """The data loaders of one request; each mutation gets new ones, so that its answer reads what it wrote."""

    def __init__(self, today: Callable[[], Awaitable[date]], policy: LifecyclePolicy) -> None:
        self._today = today
        self._policy = policy
        self.organisation: Loader[tables.Organisation] = _by_id(tables.Organisation)
        self.person: Loader[tables.Person] = _by_id(tables.Person)
        self.plan: Loader[tables.Plan] = _by_id(tables.Plan)
        self.term: Loader[tables.Term] = _by_id(tables.Term)
        self.seat: Loader[tables.Seat] = _by_id(tables.Seat)
        self.proof: Loader[tables.PaymentProof] = _by_id(tables.PaymentProof)
        self.redemption: Loader[tables.Redemption] = _by_id(tables.Redemption)
        self.event: Loader[tables.Event] = _by_id(tables.Event)
        self.endpoint: Loader[tables.WebhookEndpoint] = _by_id(tables.WebhookEndpoint)
        self.api_key: Loader[tables.ApiKey] = _by_id(tables.ApiKey)
        self.support_request: Loader[tables.SupportRequest] = _by_id(tables.SupportRequest)
        self.delivery: Loader[tables.Delivery] = _by_id(tables.Delivery)
        self.attempts_of_delivery: DataLoader[str, list[tables.DeliveryAttempt]] = DataLoader(_attempts)
        self.managing_organisation: DataLoader[str, str | None] = DataLoader(delivery_list.managing_organisations)
        self.survey_of_seat: Loader[tables.SurveyRequest] = _by_one(tables.SurveyRequest, "seat_id", "asked_at", "id")
        self.proof_of_term: Loader[tables.PaymentProof] = _by_one(tables.PaymentProof, "term_id")
        self.note_of_event: Loader[tables.Note] = _by_one(tables.Note, "event_id")
        self.decline_note: Loader[tables.Note] = DataLoader(_decline_notes)
        self.timeline: DataLoader[tuple[str, Window], Page] = DataLoader(_timelines)
        self.timeline_total: DataLoader[str, int] = DataLoader(timeline_totals)
        self.seats: DataLoader[str, list[tables.Seat]] = _seats_by("subscription_id")
        self.seats_of_person: DataLoader[str, list[tables.Seat]] = _seats_by("person_id")
        self.view: DataLoader[str, SubscriptionView | None] = DataLoader(self._views_of_subscriptions)
        self.view_of_organisation: DataLoader[str, SubscriptionView | None] = DataLoader(self._views_of_organisations)

    async def _views_of_subscriptions(self, subscription_ids: list[str]) -> list[SubscriptionView | None]:
        found = await tables.Subscription.filter(id__in=subscription_ids)
        by_id = await self._statuses(found)
        return [by_id.get(each) for each in subscription_ids]

    async def _views_of_organisations(self, organisation_ids: list[str]) -> list[SubscriptionView | None]:
        found = await tables.Subscription.filter(organisation_id__in=organisation_ids)
        by_id = await self._statuses(found)
        by_organisation = {each.organisation_id: by_id.get(each.id) for each in found}
        return [by_organisation.get(each) for each in organisation_ids]

    async def _statuses(self, found: Sequence[tables.Subscription]) -> dict[str, SubscriptionView | None]:
        terms: defaultdict[str, list[tables.Term]] = defaultdict(list)
        for term in await tables.Term.filter(subscription_id__in=[each.id for each in found]):
            terms[term.subscription_id].append(term)
        today = await self._today()
        return {each.id: view_of(each, terms[each.id], today, self._policy) for each in found}


async def _timelines(requests: list[tuple[str, Window]]) -> Sequence[Page | BaseException]:
    """A page of each organisation's events, or the BadCursor of that one request."""
    return await timelines(requests)


async def _attempts(delivery_ids: list[str]) -> list[list[tables.DeliveryAttempt]]:
    """The attempts of each delivery, by number."""
    found: defaultdict[str, list[tables.DeliveryAttempt]] = defaultdict(list)
    for row in await tables.DeliveryAttempt.filter(delivery_id__in=delivery_ids).order_by("number", "id"):
        found[row.delivery_id].append(row)
    return [found[each] for each in delivery_ids]


async def _decline_notes(organisation_ids: list[str]) -> list[tables.Note | None]:
    """The latest note with which each organisation declined a renewal, with its event."""
    notes = tables.Note.filter(
        event__kind=Kind.RENEWAL_DECLINED.value, event__organisation_id__in=organisation_ids
    ).select_related("event")
    latest = {note.event.organisation_id: note for note in await notes.order_by("event_id")}
    return [latest.get(each) for each in organisation_ids]


def _by_id(model: type[Row]) -> DataLoader[str, Row | None]:
    return _by_one(model, "id")


def _by_one(model: type[Row], column: str, *order: str) -> DataLoader[str, Row | None]:
    """One row for each value of a column; of several the last in the order."""

    async def load(keys: list[str]) -> list[Row | None]:
        found = {_key(row, column): row for row in await model.filter(**{f"{column}__in": keys}).order_by(*order)}
        return [found.get(key) for key in keys]

    return DataLoader(load)


def _seats_by(column: str) -> DataLoader[str, list[tables.Seat]]:
    """The seats for each value of a column, in the order in which they were added."""

    async def load(keys: list[str]) -> list[list[tables.Seat]]:
        found: defaultdict[str, list[tables.Seat]] = defaultdict(list)
        for row in await tables.Seat.filter(**{f"{column}__in": keys}).order_by("added_at", "place", "id"):
            found[_key(row, column)].append(row)
        return [found[key] for key in keys]

    return DataLoader(load)


def _key(row: Model, column: str) -> str:
    key: Any = getattr(row, column)
    return str(key)
