"""Reopening: who may, what becomes of the seats, and who is told what (R1, R5, R9, R16)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from capcom_gql.access.authenticate import actor_of
from capcom_gql.domain.rights import ANONYMOUS, Actor
from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.subscribe import Subscribed, subscribe
from capcom_gql.storage.tables import Delivery, Event, Organisation, Person, Seat, Subscription, Term
from tests.databases import ONLY_SQLITE
from tests.services.house import FIRST_DAY, Call, House, Service, advance, faults_of, form, on, person

SIRET, OTHER = "73282932000074", "35600000000048"
A_YEAR_ON = date(2028, 4, 3)
VILLE = OrganisationForm("Ville de Rochebrune", siret=SIRET)


async def a_year_on(service: Service, *names: str, plan: str = "EQUIPE") -> Subscribed:
    """A subscription of Rochebrune, confirmed, that expired a year later; its letters are sent."""
    made = await service.subscribe(*names, plan=plan, organisation=VILLE)
    await service.record_proof(made.subscription_id)
    await service.tick()
    await on(A_YEAR_ON)
    await service.tick()
    return made


async def reopen(service: Service, actor: Actor, *names: str, **more: Any) -> Subscribed:
    """Reopen by the SIRET."""
    asked = form(*names, **{"organisation": VILLE, **more})
    return await subscribe(service.runtime, actor, asked, FRENCH)


async def manager_of(email: str) -> Actor:
    """A person as their session makes them known."""
    return await actor_of((await Person.get(email_key=email)).id, is_staff=False)


def told(calls: list[Call]) -> list[tuple[str, str]]:
    """Who got which letter."""
    return sorted((call.topic, call.address.partition("@")[0]) for call in calls)


@pytest.mark.rule("R16")
async def test_those_who_stay_are_told_of_the_new_year_and_those_who_go_that_they_go(
    house: House, service: Service
) -> None:
    first = await a_year_on(service, "ana", "bob", "zoe")
    before = {seat.person_id: seat for seat in await Seat.all()}
    sent = len(house.calls("post"))
    again = await reopen(service, await manager_of("ana@ville.example"), "zoe", "ana", "new")
    await service.tick()
    assert again.subscription_id == first.subscription_id
    assert told(house.calls("post")[sent:]) == [
        ("seat_removed", "bob"),
        ("welcome", "ana"),
        ("welcome", "new"),
        ("welcome", "zoe"),
    ]
    seats = {seat.person.email_key[:3]: seat for seat in await Seat.all().prefetch_related("person")}
    for name in ("ana", "bob", "zoe"):
        kept = before[seats[name].person_id]
        assert (seats[name].id, seats[name].number) == (kept.id, kept.number)
    assert [seats[name].id for name in ("zoe", "ana", "new")] == list(again.seat_ids)
    assert {name for name, seat in seats.items() if seat.removed_at is not None} == {"bob"}
    assert {name for name, seat in seats.items() if seat.is_manager and seat.removed_at is None} == {"zoe"}
    # the new year is another term: the same seat is welcomed again, under a key of its own
    welcomes = await Delivery.filter(topic="welcome", recipient="ana@ville.example")
    assert len({welcome.once_key for welcome in welcomes}) == len(welcomes) == 2
    terms = [str(term) for term in await Term.all().order_by("starts_on").values_list("id", flat=True)]
    assert [each.about["term_id"] for each in sorted(welcomes, key=lambda each: each.id)] == terms


@pytest.mark.rule("R16")
async def test_those_who_stay_move_up_into_a_smaller_plan(service: Service) -> None:
    """The last of five seats is kept in a plan of three: the database would refuse its old place."""
    await a_year_on(service, "ana", "bob", "cl", "di", "eve")
    await reopen(service, await manager_of("ana@ville.example"), "eve", "ana", "di", plan="ESSENTIEL")
    active = await Seat.filter(removed_at__isnull=True).order_by("place").prefetch_related("person")
    assert [(seat.place, seat.person.email_key[:3].strip("@v")) for seat in active] == [
        (1, "ana"),
        (2, "di"),
        (3, "eve"),
    ]


@pytest.mark.rule("R16")
@ONLY_SQLITE
async def test_a_seat_just_made_is_welcomed_once(house: House, service: Service) -> None:
    await service.subscribe("ana", "bob")
    await service.tick()
    assert told(house.calls("post")) == [("welcome", "ana"), ("welcome", "bob")]


@pytest.mark.rule("R5")
@pytest.mark.parametrize("signer", ["listed", "outside", "known", "signed in"])
@ONLY_SQLITE
async def test_who_signs(house: House, service: Service, signer: str) -> None:
    """Outside the list they get the means to a password; in it, the welcome has it; signed in, they have one."""
    who = {"listed": person("ana"), "outside": person("sig"), "known": person("old"), "signed in": None}[signer]
    if signer == "known":
        await service.subscribe("old", organisation=OrganisationForm("Another"))
        await service.tick()
    seen = len(house.calls("post"))
    actor = service.staff if who is None else ANONYMOUS
    made = await subscribe(service.runtime, actor, form("ana", organisation=VILLE, signer=who), FRENCH)
    await service.tick()
    letters = {
        "listed": [("welcome", "ana")],
        "outside": [("password_link", "sig"), ("welcome", "ana")],
        "known": [("password_link", "old"), ("welcome", "ana")],
        "signed in": [("welcome", "ana")],
    }
    assert told(house.calls("post")[seen:]) == letters[signer]
    term = await Term.get(subscription_id=made.subscription_id)
    accepted = await Person.get(id=str(term.terms_accepted_by))
    assert (
        accepted.email_key
        == {
            "listed": "ana@ville.example",
            "outside": "sig@ville.example",
            "known": "old@ville.example",
            "signed in": "staff@capcom.example",
        }[signer]
    )
    assert (
        not await Seat.filter(person_id=accepted.id, subscription_id=made.subscription_id).exists()
        or signer == "listed"
    )


@pytest.mark.rule("R5")
@ONLY_SQLITE
async def test_an_anonymous_form_without_a_signer(service: Service) -> None:
    asked = form("ana", signer=None)
    assert await faults_of(subscribe(service.runtime, ANONYMOUS, asked, FRENCH)) == [("INVALID_INPUT", "signer")]
    asked = form("ana", signer=PersonForm("nobody", " ", "Silva"))
    assert await faults_of(subscribe(service.runtime, ANONYMOUS, asked, FRENCH)) == [
        ("INVALID_INPUT", "signer.email"),
        ("INVALID_INPUT", "signer.givenName"),
    ]


@pytest.mark.rule("R1")
async def test_others_do_not_reopen_and_staff_are_told_once_a_day(house: House, service: Service) -> None:
    await a_year_on(service, "ana", "bob")
    seen = len(house.calls("post"))
    bob = await manager_of("bob@ville.example")
    for actor in (bob, ANONYMOUS, bob):
        assert await faults_of(reopen(service, actor, "bob")) == [("FORBIDDEN", "")]
    await service.tick()
    assert told(house.calls("post")[seen:]) == [("staff_notice", "support")]
    assert await Event.filter(kind="signup.refused").count() == 3
    await advance(days=1)
    assert await faults_of(reopen(service, bob, "bob")) == [("FORBIDDEN", "")]
    await service.tick()
    assert told(house.calls("post")[seen:]) == [("staff_notice", "support")] * 2
    assert await Term.all().count() == 1


@pytest.mark.rule("R9")
@ONLY_SQLITE
async def test_after_an_unpaid_year_staff_alone_reopen(house: House, service: Service) -> None:
    await service.subscribe("ana", organisation=VILLE)
    await house.after_the_deadline()
    ana = await manager_of("ana@ville.example")
    assert await faults_of(reopen(service, ana, "ana")) == [("PREVIOUS_UNPAID", "")]
    await reopen(service, service.staff, "ana")
    assert await Term.all().count() == 2


@pytest.mark.rule("R1")
async def test_the_id_of_one_organisation_with_the_siret_of_another(service: Service) -> None:
    """Whether the other is known or not, and whether this one has a SIRET or none."""
    await a_year_on(service, "ana")
    await service.subscribe("bob", organisation=OrganisationForm("Métropole", siret=OTHER))
    ville = await Organisation.get(siret=SIRET)
    metropole = OrganisationForm("Métropole", siret=OTHER)
    asked = form("ana", organisation=metropole, organisation_id=ville.id)
    assert await faults_of(subscribe(service.runtime, service.staff, asked, FRENCH)) == [
        ("INVALID_INPUT", "organisation.siret")
    ]
    unknown = replace(asked, organisation=replace(metropole, siret="55208131766522"))
    assert await faults_of(subscribe(service.runtime, service.staff, unknown, FRENCH)) == [
        ("INVALID_INPUT", "organisation.siret")
    ]
    assert (await Organisation.get(id=ville.id)).siret == SIRET
    assert await Term.all().count() == 2
    # its own, however it is written
    same = replace(asked, organisation=replace(metropole, name="Ville", siret="732 829 320 00074"))
    await subscribe(service.runtime, service.staff, same, FRENCH)
    assert await Organisation.all().count() == 2
    assert (await Organisation.get(id=ville.id)).name == VILLE.name, "a sign-up changes nothing of what is known"


@pytest.mark.rule("R1")
@ONLY_SQLITE
async def test_a_siret_given_for_an_organisation_without_one(service: Service) -> None:
    await service.subscribe("ana")
    await house_is_empty(service)
    nameless = await Organisation.get()
    asked = form("ana", organisation=VILLE, organisation_id=nameless.id)
    assert await faults_of(subscribe(service.runtime, service.staff, asked, FRENCH)) == [
        ("INVALID_INPUT", "organisation.siret")
    ]


async def house_is_empty(service: Service) -> None:
    """The only subscription is over for want of a proof."""
    await on(FIRST_DAY + timedelta(days=16))
    await service.tick()
    assert (await Subscription.get()).due_at is None
