"""A key's use is noted beside the request: the check that it was used for does not wait for the note."""

import asyncio

import pytest

from capcom_gql.access.authenticate import authenticate, wait_for_recorded_uses
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.entitlement.check_discount import DiscountQuestion, check_discounts
from capcom_gql.services.create_api_key import CreateApiKeyForm, create_api_key
from capcom_gql.services.revoke_api_key import RevokeApiKeyForm, revoke_api_key
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import ApiKey, Seat
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.patience import LONG
from tests.services.aftermath import another_writer
from tests.services.house import House, Service, states


@pytest.fixture
async def secret(service: Service) -> str:
    """The secret of a key that may check discounts, and was never used."""
    made = await create_api_key(service.runtime, service.staff, CreateApiKeyForm("desk", (Scope.DISCOUNTS_CHECK,)))
    return made.secret


async def check(service: Service, secret: str) -> str:
    """What an event system does: authenticate, then ask."""
    actor = await authenticate(secret)
    number = (await Seat.all().first().values_list("number", flat=True)) or ""
    (answer,) = await check_discounts(service.runtime, actor, [DiscountQuestion(str(number), EventKind.FORUM)])
    return answer.verdict.reason.value


@ONLY_SQLITE
async def test_a_check_answers_while_another_program_writes(house: House, service: Service, secret: str) -> None:
    await service.subscribe("ana")
    with another_writer(house.database_url):
        assert [await check(service, secret) for _ in range(20)] == ["ELIGIBLE"] * 20
        assert (await ApiKey.get()).last_used_at is None
    await wait_for_recorded_uses()
    # a note that had been waited for until it failed would not be written any more
    assert (await ApiKey.get()).last_used_at is not None


@ONLY_SQLITE
async def test_a_check_answers_while_a_deed_waits_for_another_program(
    house: House, service: Service, secret: str
) -> None:
    """A deed that waits for its turn to write keeps no reader of this process from reading."""
    await service.subscribe("ana")
    with another_writer(house.database_url):
        deed = asyncio.create_task(service.subscribe("bob"))
        letters = asyncio.create_task(service.tick())
        await asyncio.sleep(0.1)
        assert await check(service, secret) == "ELIGIBLE"
        assert not deed.done() and not letters.done()
    await asyncio.gather(deed, letters)
    await service.tick()
    assert await states() == {"SENT": 2}
    await wait_for_recorded_uses()


@ONLY_POSTGRES
async def test_a_check_answers_while_the_key_is_being_changed(service: Service, secret: str) -> None:
    await service.subscribe("ana")
    locked, done = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        await ApiKey.all().select_for_update()
        locked.set()
        await done.wait()

    changing = asyncio.create_task(in_one_transaction(change))
    await locked.wait()
    # who waited for the note would wait for ever: the change ends only after this
    async with asyncio.timeout(LONG):
        assert [await check(service, secret) for _ in range(20)] == ["ELIGIBLE"] * 20
    done.set()
    await changing
    await wait_for_recorded_uses()
    assert (await ApiKey.get()).last_used_at is not None


@ONLY_SQLITE
async def test_a_use_is_noted_once_a_minute(service: Service, secret: str) -> None:
    await check_key(secret)
    first = (await ApiKey.get()).last_used_at
    assert first is not None
    await check_key(secret)
    assert (await ApiKey.get()).last_used_at == first
    await ApiKey.all().update(last_used_at=first.replace(year=first.year - 1))
    await check_key(secret)
    again = (await ApiKey.get()).last_used_at
    assert again is not None and again > first


async def check_key(secret: str) -> Actor:
    """Authenticate, and wait for the note."""
    actor = await authenticate(secret)
    await wait_for_recorded_uses()
    return actor


@ONLY_SQLITE
async def test_a_note_that_fails_concerns_nobody(service: Service, secret: str) -> None:
    """The key is revoked, or its row gone, before its use could be noted."""
    await authenticate(secret)
    await ApiKey.all().delete()
    await wait_for_recorded_uses()
    made = await create_api_key(service.runtime, service.staff, CreateApiKeyForm("desk", (Scope.DISCOUNTS_CHECK,)))
    await revoke_api_key(service.runtime, service.staff, RevokeApiKeyForm(made.api_key_id))
    assert await ApiKey.filter(last_used_at__isnull=False).count() == 0
