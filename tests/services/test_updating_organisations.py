"""Updating an organisation: the whole form anew, found by what it says now, the event with names of fields only."""

import asyncio
from dataclasses import replace

import pytest

from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.forms import OrganisationForm
from capcom_gql.services.update_organisation import (
    OrganisationUpdated,
    UpdateOrganisationForm,
    update_organisation,
)
from capcom_gql.storage.tables import Event, Organisation, Subscription
from tests.databases import ONLY_SQLITE
from tests.services.callers import history, machine, recorded_since, signed_in, written_since
from tests.services.house import House, Service, faults_of
from tests.storage.rows import an_organisation

SIRET, OTHER = "73282932000074", "35600000000048"
BARE = OrganisationForm("Ville de Rochebrune")
FULL = OrganisationForm(
    "Évreux Métropole",
    siret=SIRET,
    kind="métropole",
    address_lines=("1 place de la Mairie", "CS 1"),
    postal_code="27000",
    city="Évreux",
    country="BE",
    billing_email="compta@ville.example",
    chorus_service_code="COM",
    chorus_engagement_required=True,
)
EVERY_FIELD = [
    "name",
    "siret",
    "kind",
    "addressLines",
    "postalCode",
    "city",
    "country",
    "billingEmail",
    "chorusServiceCode",
    "chorusEngagementRequired",
]
NOT_THE_FORM = {"id", "created_at"}


async def update(service: Service, actor: Actor, organisation_id: str, form: OrganisationForm) -> OrganisationUpdated:
    """Send the form of an organisation anew."""
    return await update_organisation(service.runtime, actor, UpdateOrganisationForm(organisation_id, form))


async def subscribed(service: Service, *names: str, form: OrganisationForm = BARE) -> str:
    """An organisation that has just subscribed."""
    made = await service.subscribe(*names, organisation=form)
    return (await Subscription.get(id=made.subscription_id)).organisation_id


async def columns(organisation_id: str) -> dict[str, object]:
    """What is recorded of an organisation but its id and the instant it was made."""
    (row,) = await Organisation.filter(id=organisation_id).values()
    return {name: value for name, value in row.items() if name not in NOT_THE_FORM}


@pytest.mark.rule("R21")
async def test_the_whole_form_is_taken_over_as_a_sign_up_would(service: Service) -> None:
    """The columns by which it is found and ordered among them; there, and all the way back."""
    ville, bare = await subscribed(service, "ana"), await subscribed(service, "zoe")
    signed_up = await columns(await subscribed(service, "bob", form=replace(FULL, siret=OTHER)))
    ana, before = await signed_in("ana"), await history()
    assert (await update(service, ana, ville, FULL)).organisation_id == ville
    as_signed_up = signed_up | {
        "siret": SIRET,
        "search_folded": str(signed_up["search_folded"]).replace(OTHER, SIRET),
    }
    assert await columns(ville) == as_signed_up
    assert "evreux 27000" in str(as_signed_up["search_folded"])
    await update(service, ana, ville, BARE)
    assert await columns(ville) == await columns(bare)
    assert await recorded_since(before) == [("organisation.updated", {"fields": EVERY_FIELD})] * 2
    assert await written_since(before) == []
    event = await Event.filter(kind="organisation.updated").first()
    assert event is not None
    assert (event.organisation_id, event.subject_id, event.actor_role) == (ville, ville, "MANAGER")


@pytest.mark.rule("R21")
@ONLY_SQLITE
async def test_the_event_names_what_changed_and_nothing_is_recorded_of_what_did_not(service: Service) -> None:
    ville = await subscribed(service, "ana", form=FULL)
    before = await history()
    spaced = replace(
        FULL,
        name=f" {FULL.name}\n",
        siret="732 829 320 00074",
        country="be",
        address_lines=(*FULL.address_lines, " "),
    )
    for same in (FULL, spaced):
        await update(service, service.staff, ville, same)
    assert await recorded_since(before) == []
    changed = replace(FULL, chorus_engagement_required=False, postal_code="27001", address_lines=FULL.address_lines[:1])
    await update(service, service.staff, ville, changed)
    fields = ["addressLines", "postalCode", "chorusEngagementRequired"]
    assert await recorded_since(before) == [("organisation.updated", {"fields": fields})]
    assert "27001" in str((await columns(ville))["search_folded"])


@pytest.mark.rule("R1")
async def test_the_siret_of_another_organisation(service: Service) -> None:
    """Refused beside the form's other faults; free again once its holder has given it up."""
    ville = await subscribed(service, "ana")
    metropole = await subscribed(service, "bob", form=FULL)
    ana, before = await signed_in("ana"), await history()
    taken = replace(BARE, siret="732 829 320 00074")
    assert await faults_of(update(service, ana, ville, taken)) == [("CONFLICT", "organisation.siret")]
    assert await faults_of(update(service, ana, ville, replace(taken, name=" ", country="France"))) == [
        ("INVALID_INPUT", "organisation.name"),
        ("INVALID_INPUT", "organisation.country"),
        ("CONFLICT", "organisation.siret"),
    ]
    assert await recorded_since(before) == []
    await update(service, service.staff, metropole, replace(FULL, siret=None))
    await update(service, ana, ville, taken)
    assert [each["siret"] for each in (await columns(ville), await columns(metropole))] == [SIRET, None]


@pytest.mark.rule("R1")
async def test_two_organisations_take_one_siret_at_once(service: Service) -> None:
    """One has it; the other is told whose it is not."""
    both = [await subscribed(service, name) for name in ("ana", "bob")]
    deeds = [update(service, service.staff, each, replace(BARE, siret=SIRET)) for each in both]
    outcomes = await asyncio.gather(*deeds, return_exceptions=True)
    (done,) = [each for each in outcomes if isinstance(each, OrganisationUpdated)]
    assert [str(each) for each in outcomes if each is not done] == ["CONFLICT at organisation.siret"]
    assert (await Organisation.get(siret=SIRET)).id == done.organisation_id
    assert await Event.filter(kind="organisation.updated").count() == 1


@ONLY_SQLITE
async def test_every_fault_of_the_form_is_told(service: Service) -> None:
    ville = await subscribed(service, "ana")
    bad = OrganisationForm(
        "",
        siret="1",
        kind="x" * 101,
        address_lines=("x" * 301,),
        postal_code="x" * 21,
        city="x" * 201,
        country="FRA",
        billing_email="nobody",
        chorus_service_code="x" * 101,
    )
    faults = await faults_of(update(service, service.staff, ville, bad))
    assert {code for code, _ in faults} == {"INVALID_INPUT"}
    fields = ("addressLines.0" if field == "addressLines" else field for field in EVERY_FIELD[:-1])
    assert {path for _, path in faults} == {f"organisation.{field}" for field in fields}


@pytest.mark.rule("R16")
async def test_also_when_it_is_no_longer_subscribed(house: House, service: Service) -> None:
    """Under the lock, so that what was due is recorded first."""
    ville = await subscribed(service, "ana")
    await house.after_the_deadline()
    before = await history()
    await update(service, await signed_in("ana"), ville, FULL)
    assert [kind for kind, _ in await recorded_since(before)][-1] == "organisation.updated"
    assert "term.cancelled" in [kind for kind, _ in await recorded_since(before)]
    assert (await Subscription.get()).due_at is None


@ONLY_SQLITE
async def test_an_organisation_that_never_subscribed(service: Service) -> None:
    row = an_organisation()
    await row.save()
    before = await history()
    await update(service, service.staff, row.id, FULL)
    assert [kind for kind, _ in await recorded_since(before)] == ["organisation.updated"]
    assert (await Organisation.get(id=row.id)).name == FULL.name


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_who_may_update(service: Service) -> None:
    ville = await subscribed(service, "ana", "bob")
    await subscribed(service, "zoe", form=replace(BARE, name="Ailleurs"))
    assert await faults_of(update(service, await signed_in("bob"), ville, FULL)) == [("FORBIDDEN", "")]
    assert await faults_of(update(service, await signed_in("zoe"), ville, FULL)) == [("NOT_FOUND", "organisationId")]
    assert await faults_of(update(service, machine(Scope.ORGANISATIONS_READ), ville, FULL)) == [("FORBIDDEN", "")]
    for unknown in ("org_unknown", "x" * 300):
        assert await faults_of(update(service, service.staff, unknown, FULL)) == [("NOT_FOUND", "organisationId")]
    assert (await Organisation.get(id=ville)).name == BARE.name
    await update(service, machine(Scope.ORGANISATIONS_WRITE), ville, FULL)
    assert (await Organisation.get(id=ville)).name == FULL.name
