"""Rows by their ids, many at once: whatever a query asks of a hundred objects is one statement."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader
from tortoise.models import Model

from capcom_gql.domain.events import Kind
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.graphql.situation import Situation, situation_of
from capcom_gql.storage import access, delivery_pages, endpoints, models, post, requests
from capcom_gql.storage.pages import Page, Window
from capcom_gql.storage.timelines import timeline_totals, timelines

Row = TypeVar("Row", bound=Model)
Loader = DataLoader[str, Row | None]


class Loaders:
    """The loaders of one request; a mutation begins with new ones, so that it reads what it wrote."""

    def __init__(self, today: Callable[[], Awaitable[date]], policy: LifecyclePolicy) -> None:
        self._today = today
        self._policy = policy
        self.organisation: Loader[models.Organisation] = _by_id(models.Organisation)
        self.person: Loader[models.Person] = _by_id(models.Person)
        self.plan: Loader[models.Plan] = _by_id(models.Plan)
        self.term: Loader[models.Term] = _by_id(models.Term)
        self.seat: Loader[models.Seat] = _by_id(models.Seat)
        self.proof: Loader[models.PaymentProof] = _by_id(models.PaymentProof)
        self.redemption: Loader[models.Redemption] = _by_id(models.Redemption)
        self.event: Loader[models.Event] = _by_id(models.Event)
        self.endpoint: Loader[endpoints.WebhookEndpoint] = _by_id(endpoints.WebhookEndpoint)
        self.api_key: Loader[access.ApiKey] = _by_id(access.ApiKey)
        self.support_request: Loader[requests.SupportRequest] = _by_id(requests.SupportRequest)
        self.delivery: Loader[post.Delivery] = _by_id(post.Delivery)
        self.attempts_of_delivery: DataLoader[str, list[post.DeliveryAttempt]] = DataLoader(_attempts)
        self.organisation_shown: DataLoader[str, str | None] = DataLoader(delivery_pages.organisations_shown)
        self.survey_of_seat: Loader[requests.SurveyRequest] = _by_one(
            requests.SurveyRequest, "seat_id", "asked_at", "id"
        )
        self.proof_of_term: Loader[models.PaymentProof] = _by_one(models.PaymentProof, "term_id")
        self.note_of_event: Loader[models.Note] = _by_one(models.Note, "event_id")
        self.decline_note: Loader[models.Note] = DataLoader(_decline_notes)
        self.timeline: DataLoader[tuple[str, Window], Page] = DataLoader(_timelines)
        self.timeline_total: DataLoader[str, int] = DataLoader(timeline_totals)
        self.seats: DataLoader[str, list[models.Seat]] = _seats_by("subscription_id")
        self.seats_of_person: DataLoader[str, list[models.Seat]] = _seats_by("person_id")
        self.situation: DataLoader[str, Situation | None] = DataLoader(self._situations)
        self.situation_of_organisation: DataLoader[str, Situation | None] = DataLoader(self._situations_of)

    async def _situations(self, subscription_ids: list[str]) -> list[Situation | None]:
        found = await models.Subscription.filter(id__in=subscription_ids)
        by_id = await self._standing(found)
        return [by_id.get(each) for each in subscription_ids]

    async def _situations_of(self, organisation_ids: list[str]) -> list[Situation | None]:
        found = await models.Subscription.filter(organisation_id__in=organisation_ids)
        by_id = await self._standing(found)
        by_organisation = {each.organisation_id: by_id.get(each.id) for each in found}
        return [by_organisation.get(each) for each in organisation_ids]

    async def _standing(self, found: Sequence[models.Subscription]) -> dict[str, Situation | None]:
        terms: defaultdict[str, list[models.Term]] = defaultdict(list)
        for term in await models.Term.filter(subscription_id__in=[each.id for each in found]):
            terms[term.subscription_id].append(term)
        today = await self._today()
        return {each.id: situation_of(each, terms[each.id], today, self._policy) for each in found}


async def _timelines(asked: list[tuple[str, Window]]) -> Sequence[Page | BaseException]:
    """A page of each organisation's events; a cursor that is none is that one's error."""
    return await timelines(asked)


async def _attempts(delivery_ids: list[str]) -> list[list[post.DeliveryAttempt]]:
    """The attempts at each letter, in their order."""
    found: defaultdict[str, list[post.DeliveryAttempt]] = defaultdict(list)
    for row in await post.DeliveryAttempt.filter(delivery_id__in=delivery_ids).order_by("number", "id"):
        found[row.delivery_id].append(row)
    return [found[each] for each in delivery_ids]


async def _decline_notes(organisation_ids: list[str]) -> list[models.Note | None]:
    """The reason that each organisation last gave for declining a renewal, with its event."""
    notes = models.Note.filter(
        event__kind=Kind.RENEWAL_DECLINED.value, event__organisation_id__in=organisation_ids
    ).select_related("event")
    latest = {note.event.organisation_id: note for note in await notes.order_by("event_id")}
    return [latest.get(each) for each in organisation_ids]


def _by_id(model: type[Row]) -> DataLoader[str, Row | None]:
    return _by_one(model, "id")


def _by_one(model: type[Row], column: str, *order: str) -> DataLoader[str, Row | None]:
    """One row for each key: where a key has several, the last in the order."""

    async def load(keys: list[str]) -> list[Row | None]:
        found = {_key(row, column): row for row in await model.filter(**{f"{column}__in": keys}).order_by(*order)}
        return [found.get(key) for key in keys]

    return DataLoader(load)


def _seats_by(column: str) -> DataLoader[str, list[models.Seat]]:
    """Seats in the order they were added; those of one form in its order."""

    async def load(keys: list[str]) -> list[list[models.Seat]]:
        found: defaultdict[str, list[models.Seat]] = defaultdict(list)
        for row in await models.Seat.filter(**{f"{column}__in": keys}).order_by("added_at", "place", "id"):
            found[_key(row, column)].append(row)
        return [found[key] for key in keys]

    return DataLoader(load)


def _key(row: Model, column: str) -> str:
    key: Any = getattr(row, column)
    return str(key)
