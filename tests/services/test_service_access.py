"""Checks of services: now and at any past instant, by those who may ask (R1, R3)."""

from datetime import datetime, timedelta

import pytest

from capcom_gql.domain.plans import Service as Offered
from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.entitlement.check_discount import FutureInstant, NotAllowed
from capcom_gql.entitlement.check_service import ServiceQuestion, check_service
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.storage.product_clock import product_now
from tests.databases import ONLY_SQLITE
from tests.services.asking_support import number_of
from tests.services.callers import signed_in
from tests.services.house import FIRST_DAY, Service, advance, on

CHECKER = Actor(key_id="key_a", scopes=frozenset({Scope.SERVICES_CHECK}))
HISTORIAN = Actor(key_id="key_b", scopes=frozenset({Scope.SERVICES_CHECK, Scope.EVENTS_READ}))


async def reason(service: Service, actor: Actor, number: str, at: datetime | None = None) -> str:
    """Why the documentation is open or not; the answer bears the instant that it is true of."""
    answer = await check_service(service.runtime, actor, ServiceQuestion(number, Offered.DOCUMENTATION, at))
    if at is not None:
        assert answer.checked_at == at
    return answer.access.reason.value


@pytest.mark.rule("R3")
async def test_the_answer_of_a_past_instant(service: Service) -> None:
    before = await product_now()
    await advance(hours=1)
    made = await service.subscribe("ana", "bob")
    provisional = await product_now()
    await advance(hours=1)
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(made.seat_ids[1]))
    removed = await product_now()
    await on(FIRST_DAY + timedelta(days=20))
    anas, bobs = await number_of("ana"), await number_of("bob")
    asked = {"before": before, "provisional": provisional, "removed": removed, "now": None}
    for actor in (service.staff, HISTORIAN, await signed_in("ana")):
        assert {name: await reason(service, actor, anas, at) for name, at in asked.items()} == {
            "before": "UNKNOWN_NUMBER",
            "provisional": "GRANTED",
            "removed": "GRANTED",
            "now": "SUBSCRIPTION_CANCELLED",
        }
        assert {name: await reason(service, actor, bobs, at) for name, at in asked.items()} == {
            "before": "UNKNOWN_NUMBER",
            "provisional": "GRANTED",
            "removed": "SEAT_REMOVED",
            "now": "SEAT_REMOVED",
        }


@pytest.mark.rule("R3")
@ONLY_SQLITE
async def test_who_may_ask_about_the_past(service: Service) -> None:
    await service.subscribe("ana", "bob")
    now, anas = await product_now(), await number_of("ana")
    assert await reason(service, CHECKER, anas) == "GRANTED"
    with pytest.raises(NotAllowed):
        await reason(service, CHECKER, anas, now)
    assert await reason(service, await signed_in("bob"), anas, now) == "UNKNOWN_NUMBER"
    assert await reason(service, await signed_in("bob"), await number_of("bob"), now) == "GRANTED"
    assert await reason(service, HISTORIAN, "1234", now) == "MALFORMED_NUMBER"


@ONLY_SQLITE
async def test_the_future_is_not_answered(service: Service) -> None:
    await service.subscribe("ana")
    later = await product_now() + timedelta(minutes=1)
    with pytest.raises(FutureInstant):
        await reason(service, service.staff, await number_of("ana"), later)
