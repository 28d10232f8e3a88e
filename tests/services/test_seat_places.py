"""No row says that a seat is beyond what its subscription's latest term offers (R2; the database's own word)."""

import pytest
from tortoise.exceptions import IntegrityError

from capcom_gql.storage.models import Seat, Subscription, Term
from tests.services.house import FIRST_DAY, House, Service, on
from tests.storage.rows import write_seat

BEYOND = "the place of a seat is within the limit of the plan"


@pytest.fixture
async def subscription(house: House, service: Service) -> Subscription:
    """One year of ten seats, cancelled unpaid; then one of five; then one of three, cancelled unpaid as well."""
    await service.subscribe("ana", plan="COLLECTIF")
    subscription = await Subscription.get().select_related("organisation")
    for plan in ("EQUIPE", "ESSENTIEL"):
        await house.after_the_deadline() if plan == "EQUIPE" else await on(FIRST_DAY.replace(month=5))
        await service.tick()
        await service.subscribe("ana", plan=plan, organisation=None, organisation_id=subscription.organisation_id)
    return subscription
