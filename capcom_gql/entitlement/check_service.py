"""Check a service: may the holder of this number use it? A pure read (R1, R3)."""

from dataclasses import dataclass
from datetime import datetime

from capcom_gql.domain.discounts import Access, service_access
from capcom_gql.domain.plans import Service
from capcom_gql.domain.rights import Actor, Right, role_may
from capcom_gql.domain.seats import parse_number
from capcom_gql.entitlement.check_discount import FutureInstant, NotAllowed, may_ask
from capcom_gql.runtime import Runtime
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.number_holders import number_holders


@dataclass(frozen=True, slots=True)
class ServiceQuestion:
    """One question. `at` asks for the answer as it was at a past instant."""

    subscriber_number: str
    service: Service
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """The answer, and the instant it is true of: the one asked about, or the present."""

    access: Access
    checked_at: datetime


async def check_service(runtime: Runtime, actor: Actor, ask: ServiceQuestion) -> AccessAnswer:
    """Answer one question. Raises NotAllowed or FutureInstant for an `at` that cannot be answered.

    A number that the caller may not ask about is answered as one that nobody holds.
    """
    now = await product_now()
    if ask.at is not None and not role_may(Right.PAST, actor):
        raise NotAllowed
    if ask.at is not None and ask.at > now:
        raise FutureInstant
    at = ask.at or now
    number = parse_number(ask.subscriber_number)
    holder = None if number is None else (await number_holders([number])).get(number)
    if holder is not None and not may_ask(Right.SERVICE_CHECK, actor, holder):
        holder = None
    facts = None if holder is None else holder.facts
    if facts is not None and ask.at is not None:
        facts = facts.as_of(ask.at)
    today = runtime.policy.day_of(at)
    access = service_access(facts, ask.service, today, runtime.policy, malformed=number is None)
    return AccessAnswer(access, at)
