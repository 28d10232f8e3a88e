"""Every list that callers page through, as shelves on which a test puts rows and from which it takes them."""

from abc import ABC, abstractmethod
from datetime import datetime, timedelta

from capcom_gql.storage import ids
from capcom_gql.storage.queries.delivery_list import DeliveryFilter, deliveries_page
from capcom_gql.storage.queries.lists import (
    EventFilter,
    OrganisationFilter,
    OrganisationOrder,
    OrganisationOrderField,
    Page,
    RedemptionFilter,
    Window,
    events_page,
    organisations_page,
    redemptions_page,
)
from capcom_gql.storage.queries.support_list import support_requests_page
from capcom_gql.storage.tables import Delivery, Organisation, Redemption, Seat, Subscription, SupportRequest, Term
from tests.domain.words import day, opened
from tests.storage.rows import (
    NOON,
    an_event,
    an_organisation,
    write_redemption,
    write_seat,
    write_subscribed,
    year_of,
)

FIRST_DAY = day("2026-12-09")
TODAY = FIRST_DAY + timedelta(days=10)


class Shelf(ABC):
    """A list. A row's key is a small number, by which the list goes, or None where rows may have none."""

    is_descending = True
    has_nulls = False
    loses = True
    """whether rows can go: events never do"""

    @abstractmethod
    async def add(self, key: int | None) -> str:
        """Put a row there; its id."""

    @abstractmethod
    async def remove(self, row_id: str) -> None:
        """Take a row away."""

    @abstractmethod
    async def page(self, window: Window) -> Page:
        """A page of the list."""


def _at(key: int | None) -> datetime:
    assert key is not None, "an instant is never missing"
    return NOON + timedelta(seconds=key)


class Events(Shelf):
    """By when they occurred, newest first."""

    loses = False

    async def add(self, key: int | None) -> str:
        row = an_event(at=_at(key))
        await row.save(force_create=True)
        return row.id

    async def remove(self, row_id: str) -> None:
        raise AssertionError("events are never deleted")

    async def page(self, window: Window) -> Page:
        return await events_page(window, filter=EventFilter(), visible_organisations=None)


class Timeline(Events):
    """The events of one organisation, with another's among them."""

    def __init__(self) -> None:
        self._ours, self._theirs = an_organisation(), an_organisation()

    async def add(self, key: int | None) -> str:
        at = _at(key)
        for owner in (self._ours, self._theirs):
            if not await Organisation.filter(id=owner.id).exists():
                await owner.save(force_create=True)
        await an_event(self._theirs.id, at=at).save(force_create=True)
        row = an_event(self._ours.id, at=at)
        await row.save(force_create=True)
        return row.id

    async def page(self, window: Window) -> Page:
        return await events_page(window, filter=EventFilter(organisation_id=self._ours.id), visible_organisations=None)


class Deliveries(Shelf):
    """By when they were written, newest first."""

    async def add(self, key: int | None) -> str:
        event = an_event()
        await event.save(force_create=True)
        row_id = ids.new_id(ids.DELIVERY)
        at = _at(key)
        await Delivery.create(
            id=row_id,
            event_id=event.id,
            topic="welcome",
            channel="mailbox",
            recipient="ana@ville.example",
            about={},
            once_key=row_id,
            state="SENT",
            due_at=NOON,
            next_attempt_at=NOON,
            created_at=at,
        )
        return row_id

    async def remove(self, row_id: str) -> None:
        await Delivery.filter(id=row_id).delete()

    async def page(self, window: Window) -> Page:
        return await deliveries_page(window, filter=DeliveryFilter(), visible_organisations=None)


class _OfASeat(Shelf):
    """What needs somebody's seat in a subscription."""

    async def _seat(self) -> Seat:
        found = await Seat.all().first()
        return found or await write_seat(await write_subscribed(an_organisation(), [year_of("2026-12-01")]))


class Redemptions(_OfASeat):
    """By when they were made, newest first."""

    async def add(self, key: int | None) -> str:
        seat = await self._seat()
        term = await Term.get(subscription_id=seat.subscription_id)
        event, at = ids.new_id(ids.EVENT), _at(key)
        return (await write_redemption(seat, term, event=event, at=at)).id

    async def remove(self, row_id: str) -> None:
        await Redemption.filter(id=row_id).delete()

    async def page(self, window: Window) -> Page:
        return await redemptions_page(window, filter=RedemptionFilter(), today=TODAY, visible_organisations=None)


class SupportRequests(_OfASeat):
    """By when they were opened, newest first."""

    async def add(self, key: int | None) -> str:
        seat = await self._seat()
        row = await SupportRequest.create(
            id=ids.new_id(ids.SUPPORT_REQUEST),
            seat=seat,
            person_id=seat.person_id,
            message="Pourquoi ?",
            opened_at=_at(key),
        )
        return row.id

    async def remove(self, row_id: str) -> None:
        await SupportRequest.filter(id=row_id).delete()

    async def page(self, window: Window) -> Page:
        return await support_requests_page(window, is_open=None)


class Organisations(Shelf):
    """In one of their orders, either way."""

    def __init__(self, field: OrganisationOrderField, *, is_descending: bool) -> None:
        self._field, self.is_descending = field, is_descending
        self.has_nulls = field in (OrganisationOrderField.ENDS_ON, OrganisationOrderField.PROOF_DUE_ON)

    async def add(self, key: int | None) -> str:
        row = an_organisation(f"Ville {key}", created_at=_at(key or 0))
        terms = []
        if self.has_nulls and key is not None:
            terms.append(opened((FIRST_DAY + timedelta(days=key)).isoformat()))
        await write_subscribed(row, terms)
        return row.id

    async def remove(self, row_id: str) -> None:
        subscription = await Subscription.get(organisation_id=row_id)
        await Term.filter(subscription_id=subscription.id).delete()
        await subscription.delete()
        await Organisation.filter(id=row_id).delete()

    async def page(self, window: Window) -> Page:
        order = OrganisationOrder(self._field, self.is_descending)
        return await organisations_page(window, filter=OrganisationFilter(), order=order, today=TODAY, visible=None)


def every_shelf() -> dict[str, Shelf]:
    """All lists, by their names; empty but for what their rows need."""
    shelves: dict[str, Shelf] = {
        "events": Events(),
        "timeline": Timeline(),
        "deliveries": Deliveries(),
        "redemptions": Redemptions(),
        "support requests": SupportRequests(),
    }
    for field in OrganisationOrderField:
        for is_descending in (False, True):
            name = f"organisations by {field}{' down' if is_descending else ''}"
            shelves[name] = Organisations(field, is_descending=is_descending)
    return shelves
