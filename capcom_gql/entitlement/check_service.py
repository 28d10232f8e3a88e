"""Check a service: is it open to the holder of a subscriber number (R1, R3)? Needs no worker."""

from dataclasses import dataclass
from datetime import datetime

from capcom_gql.domain.discounts import Access, service_access
from capcom_gql.domain.plans import Service
from capcom_gql.domain.rights import Actor, Right, role_may
from capcom_gql.domain.seats import parse_number
from capcom_gql.entitlement.check_discount import FutureInstant, NotAllowed, may_ask
from capcom_gql.entitlement.unknown_numbers import slow_unknown
from capcom_gql.runtime import Runtime
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.number_holders import number_holders


@dataclass(frozen=True, slots=True)
class ServiceQuestion:
    """One question about a service, as a caller asks it."""

    subscriber_number: str
    """as people write it, with or without CP, spaces, hyphens and dots"""
    service: Service
    at: datetime | None = None
    """a past instant (product's clock) that the answer is to be about; None for now"""


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """The answer to a service question."""

    access: Access
    checked_at: datetime
    """the instant that it is about: `at` of the question, or now (UTC, product's clock)"""


async def check_service(runtime: Runtime, actor: Actor, question: ServiceQuestion) -> AccessAnswer:
    """The answer to one question (R1, R3).

    A number that the caller may not ask about is answered with UNKNOWN_NUMBER. Raises NotAllowed or FutureInstant.
    """
    now = await product_now()
    if question.at is not None and not role_may(Right.PAST, actor):
        raise NotAllowed
    if question.at is not None and question.at > now:
        raise FutureInstant
    at = question.at or now
    number = parse_number(question.subscriber_number)
    holder = None if number is None else (await number_holders([number])).get(number)
    if holder is not None and not may_ask(Right.SERVICE_CHECK, actor, holder):
        holder = None
    if holder is None and number is not None:
        await slow_unknown(actor, 1)
    facts = None if holder is None else holder.facts
    if facts is not None and question.at is not None:
        facts = facts.as_of(question.at)
    today = runtime.policy.day_of(at)
    access = service_access(facts, question.service, today, runtime.policy, malformed=number is None)
    return AccessAnswer(access, at)
