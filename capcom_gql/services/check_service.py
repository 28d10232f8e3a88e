"""Check a service: may the holder of this number use it today? A pure read (R1, R3)."""

from dataclasses import dataclass
from datetime import datetime

from capcom_gql.domain.discounts import Access, service_access
from capcom_gql.domain.plans import Service
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import parse_number
from capcom_gql.services.check_discount import may_ask
from capcom_gql.services.setup import Setup
from capcom_gql.storage.holdings import holdings
from capcom_gql.storage.product_clock import product_now


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """The answer, and the instant it is true of."""

    access: Access
    checked_at: datetime


async def check_service(setup: Setup, actor: Actor, subscriber_number: str, service: Service) -> AccessAnswer:
    """Answer for the present; a number that the caller may not ask about is answered as one that nobody holds."""
    now = await product_now()
    number = parse_number(subscriber_number)
    held = None if number is None else (await holdings([number])).get(number)
    if held is not None and not may_ask(Right.SERVICE_CHECK, actor, held):
        held = None
    holding = None if held is None else held.holding
    today = setup.policy.day_of(now)
    access = service_access(holding, service, today, setup.policy, malformed=number is None)
    return AccessAnswer(access, now)
