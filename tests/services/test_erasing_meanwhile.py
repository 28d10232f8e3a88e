"""An erasure that meets other deeds: whichever comes first, nothing of the person stays behind (R23)."""

import asyncio
from collections.abc import Awaitable

import pytest

from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.request_password import RequestPasswordForm, request_password
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Person, Seat
from tests.databases import ONLY_POSTGRES
from tests.patience import eventually
from tests.services.house import House, Service, fresh_key, person

pytestmark = pytest.mark.rule("R23")

BOB = "bob@ville.example"
SLOW = """
CALLS.with_suffix(".began").touch()
while not CALLS.with_suffix(".over").exists():
    await asyncio.sleep(0.02)
raise Transient(f"no mailbox {message.address}")
"""


def erase(service: Service, person_id: str) -> Awaitable[None]:
    """Erase a person, as staff."""
    return erase_person(service.runtime, service.staff, ErasePersonForm(person_id, "asked for in writing"))


async def during_the_erasure(service: Service, person_id: str, deed: Awaitable[object]) -> None:
    """Do a deed while the erasure is done but not committed yet: it waits, and then finds nobody."""
    done, held = asyncio.Event(), asyncio.Event()

    async def erase_and_wait() -> None:
        await erase(service, person_id)
        done.set()
        await held.wait()

    erasing = asyncio.create_task(in_one_transaction(erase_and_wait))
    await done.wait()
    doing = asyncio.ensure_future(deed)
    await asyncio.sleep(0.5)
    assert not doing.done(), "the deed waits for the person's row"
    held.set()
    await erasing
    await doing


async def test_what_a_channel_says_after_the_erasure_is_not_kept(house: House) -> None:
    """The letter was on its way; its failure, which names the address, comes back to a row that is closed."""
    house.channel("post", SLOW)
    service = await house.start()
    await service.subscribe("ana", "bob")
    bob = await Person.get(email_key=BOB)
    await Delivery.exclude(person_id=bob.id).delete()
    ticking = asyncio.create_task(service.tick())
    await eventually((house.folder / "post.began").exists)
    await erase(service, bob.id)
    (house.folder / "post.over").touch()
    await ticking
    attempt = await DeliveryAttempt.get()
    assert attempt.outcome == "RETRY" and not attempt.error
    assert [each.state for each in await Delivery.filter(person_id=bob.id)] == ["SUPPRESSED"]


@ONLY_POSTGRES
async def test_a_form_that_names_the_person_makes_a_new_one(service: Service) -> None:
    await service.subscribe("ana", "bob")
    other = await service.subscribe("zoe")
    bob = await Person.get(email_key=BOB)
    form = AddSeatsForm(other.subscription_id, (person("bob"),), fresh_key())
    await during_the_erasure(service, bob.id, add_seats(service.runtime, service.staff, form, FRENCH))
    assert not await Seat.filter(person_id=bob.id, removed_at__isnull=True).exists()
    assert (await Seat.get(removed_at__isnull=True, person__email_key=BOB)).person_id != bob.id


@ONLY_POSTGRES
async def test_a_link_asked_for_is_not_sent(service: Service) -> None:
    await service.subscribe("ana", "bob")
    bob = await Person.get(email_key=BOB)
    asked = request_password(service.runtime, ANONYMOUS, RequestPasswordForm(BOB), "192.0.2.1")
    await during_the_erasure(service, bob.id, asked)
    assert not await Delivery.filter(topic="password_link").exists()
    assert not await Delivery.filter(recipient=BOB).exists()
