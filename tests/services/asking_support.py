"""Users who ask support, by their first names: "ana" is ana@ville.example."""

from datetime import datetime
from typing import Any

from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.plans import Service as Offered
from capcom_gql.entitlement.check_discount import DiscountQuestion
from capcom_gql.entitlement.check_service import ServiceQuestion
from capcom_gql.services.open_support_request import OpenSupportRequestForm, open_support_request
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.subscribe import Subscribed
from capcom_gql.storage.tables import Person, Seat, Subscription, SupportRequest
from tests.services.callers import signed_in
from tests.services.house import Service

SENTENCE = "La réduction m'a été refusée au Forum."


async def number_of(name: str) -> str:
    """The number that a user was given last."""
    seat = await Seat.filter(person__email_key=f"{name}@ville.example").order_by("-id").first()
    assert seat is not None
    return seat.number


async def organisation_of(made: Subscribed) -> str:
    """Whose subscription was opened."""
    return (await Subscription.get(id=made.subscription_id)).organisation_id


def forum(number: str, **more: Any) -> DiscountQuestion:
    """The Forum at 100 euros."""
    return DiscountQuestion(number, EventKind.FORUM, **{"price_minor": 10_000, **more})


def documentation(number: str, at: datetime | None = None) -> ServiceQuestion:
    """The documentation."""
    return ServiceQuestion(number, Offered.DOCUMENTATION, at)


async def opened(service: Service, name: str, **form: Any) -> SupportRequest:
    """A request that a user opens."""
    asked = OpenSupportRequestForm(**{"message": SENTENCE, **form})
    made = await open_support_request(service.runtime, await signed_in(name), asked)
    return await SupportRequest.get(id=made.request_id)


async def erase(service: Service, name: str) -> None:
    """Erase a user, as staff."""
    found = await Person.get(email_key=f"{name}@ville.example")
    await erase_person(service.runtime, service.staff, ErasePersonForm(found.id, "Demande écrite."))
