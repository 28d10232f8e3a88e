"""Whom the retention leaves although they have had no seat for years: whoever is wanted still, or again."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from capcom_gql.access.passwords import prepare
from capcom_gql.domain.privacy import RetentionPolicy
from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.forms import OrganisationForm
from capcom_gql.services.privacy.apply_retention import apply_retention, count_expired
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.request_password import RequestPasswordForm, request_password
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Person, Seat, Term
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.services.house import House, Service, advance

pytestmark = pytest.mark.rule("R23")

POLICY = RetentionPolicy()
NOWHERE = Path("/nowhere/mailbox")
FOUR_YEARS = timedelta(days=4 * 366)


@pytest.fixture
async def service(house: House) -> Service:
    """A process with a channel for mail."""
    await prepare()
    house.channel("post")
    return await house.start()


async def bob_of_old(service: Service) -> Person:
    """Somebody whose one seat was removed four years ago."""
    await service.subscribe("ana", "bob")
    bob = await Seat.get(person__email_key="bob@ville.example")
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(bob.id))
    await service.tick()
    await advance(days=FOUR_YEARS.days)
    return await Person.get(id=bob.person_id)


async def proposed(service: Service) -> set[str]:
    """The persons whom a dry run names."""
    return set((await count_expired(service.runtime, POLICY, NOWHERE)).person_ids)


@ONLY_SQLITE
async def test_whoever_signed_an_organisation_up_lately_stays(service: Service) -> None:
    bob = await bob_of_old(service)
    assert bob.id in await proposed(service)
    await service.subscribe("zoe", organisation=OrganisationForm("Ville de Nantes"))
    term = await Term.get(subscription__organisation__name="Ville de Nantes")
    await Term.filter(id=term.id).update(terms_accepted_by=bob.id)
    assert bob.id not in await proposed(service)
    await Term.filter(id=term.id).update(terms_accepted_at=await product_now() - FOUR_YEARS)
    assert bob.id in await proposed(service)


@ONLY_SQLITE
async def test_whoever_asked_for_a_letter_that_is_still_to_go_stays(service: Service) -> None:
    bob = await bob_of_old(service)
    await request_password(service.runtime, ANONYMOUS, RequestPasswordForm(bob.email), "192.0.2.1")
    assert bob.id not in await proposed(service)
    await Delivery.filter(person_id=bob.id, state="PENDING").update(created_at=await product_now() - FOUR_YEARS)
    assert bob.id in await proposed(service), "one that waits for years keeps nobody"


@ONLY_POSTGRES
async def test_whoever_is_seated_while_the_retention_runs_keeps_the_seat(service: Service) -> None:
    """Listed before the seat was seen; the erasure waits for the person's row, and asks again."""
    bob = await bob_of_old(service)
    seated, held = asyncio.Event(), asyncio.Event()

    async def seat_and_wait() -> None:
        await service.subscribe("zoe", "bob", organisation=OrganisationForm("Ville de Nantes"))
        seated.set()
        await held.wait()

    holding = asyncio.create_task(in_one_transaction(seat_and_wait))
    await seated.wait()
    forgetting = asyncio.create_task(apply_retention(service.runtime, service.staff, POLICY, NOWHERE))
    await asyncio.sleep(0.5)
    held.set()
    await holding
    done = await forgetting
    assert bob.id not in done.person_ids and done.kept[bob.id] == "WANTED_AGAIN"
    assert (await Person.get(id=bob.id)).email == "bob@ville.example"
    assert await Seat.filter(person_id=bob.id, removed_at__isnull=True).count() == 1
