"""Importing organisations: what is written, what is not, and that nobody hears of it unasked."""

import asyncio
import logging
from datetime import date

import pytest

from capcom_gql.domain.lifecycle import SubscriptionState, subscription_status
from capcom_gql.domain.rights import ANONYMOUS, Scope
from capcom_gql.domain.seats import parse_number
from capcom_gql.forms import OrganisationForm
from capcom_gql.services.importing.import_organisations import ImportOptions, import_organisations
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Event, Organisation, PaymentProof, Person, Seat, Subscription, Term
from tests.databases import ONLY_SQLITE
from tests.domain.words import paris
from tests.services.callers import machine
from tests.services.house import House, Service, advance, faults_of
from tests.services.spreadsheet import (
    NUMBER,
    OTHER_SIRET,
    SIRET,
    VILLE,
    bring_in,
    faults,
    outcomes,
    table_of,
    users,
)

TODAY = date(2027, 3, 1)
NOON = paris("2027-03-01")


async def written() -> dict[str, int]:
    """How many rows of each kind there are, the staff's own aside."""
    tables = (Organisation, Subscription, Term, PaymentProof, Seat, Event, Delivery)
    return {table.__name__: await table.all().count() for table in tables} | {
        "Person": await Person.filter(is_staff=False).count()
    }


async def test_an_organisation_comes_with_its_term_its_proof_and_its_users(house: House, service: Service) -> None:
    (result,) = await bring_in(service, *users("ana", "bob", "cleo", job_title="graphiste", phone="06 12 34 56 78"))
    assert (result.name, result.lines, result.outcome.value) == ("Ville de Rochebrune", (2, 3, 4), "IMPORTED")
    ville = await Organisation.get(siret=SIRET)
    assert (ville.name, ville.address_lines) == ("Ville de Rochebrune", ["Hôtel de ville", "1 place de la Mairie"])
    assert (ville.postal_code, ville.city, ville.country) == ("01000", "Rochebrune", "FR")
    assert (ville.name_folded, ville.billing_email) == ("ville de rochebrune", "compta@ville.example")
    term = await Term.get()
    assert (term.starts_on, term.ends_on, term.proof_due_on) == (
        date(2026, 9, 1),
        date(2027, 8, 31),
        date(2026, 9, 16),
    )
    assert (term.opened_at, term.confirmed_at) == (paris("2026-09-01 00:00"), paris("2026-09-04 00:00"))
    assert (term.plan_code, term.seat_limit, term.terms_version, term.terms_accepted_by) == ("EQUIPE", 5, "", None)
    proof = await PaymentProof.get()
    assert (proof.term_id, proof.kind, proof.reference) == (term.id, "PURCHASE_ORDER", "BC-2026-17")
    assert proof.received_on == date(2026, 9, 4)
    seats = await Seat.all().order_by("place").prefetch_related("person")
    assert [(seat.person.email, seat.is_manager) for seat in seats] == [
        ("ana@ville.example", True),
        ("bob@ville.example", False),
        ("cleo@ville.example", False),
    ]
    assert all(parse_number(seat.number) for seat in seats)
    assert {(seat.person.phone, seat.person.job_title, seat.person.locale) for seat in seats} == {
        ("+33612345678", "graphiste", "fr")
    }
    status = subscription_status([term.facts()], TODAY, service.runtime.policy)
    assert status is not None and status.state is SubscriptionState.CONFIRMED
    # the calendar goes on from here
    assert (await Subscription.get()).due_at == paris("2027-07-31 00:00")
    assert await service.tick() == (0, 0)


@pytest.mark.rule("R21")
async def test_the_events_of_a_sign_up_are_recorded_each_at_its_instant(service: Service) -> None:
    await bring_in(service, *users("ana", "bob"))
    events = await Event.all().order_by("id")
    assert [(event.kind, event.occurred_at) for event in events][:2] == [("seat.added", events[0].recorded_at)] * 2
    assert [(event.kind, event.occurred_at) for event in events][2:] == [
        ("subscription.opened", paris("2026-09-01 00:00")),
        ("term.confirmed", paris("2026-09-04 00:00")),
    ]
    assert all(event.recorded_at >= NOON for event in events)
    assert {(event.actor_role, event.actor_id) for event in events} == {("STAFF", service.staff.person_id)}
    assert all("Rochebrune" not in str((event.details, event.step_key)) for event in events)


@pytest.mark.rule("R7")
async def test_nobody_is_mailed_unless_welcomes_are_asked_for(house: House, service: Service) -> None:
    await bring_in(service, *users("ana", "bob"))
    assert await Delivery.all().count() == 0
    lyre = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}
    (result,) = await bring_in(service, *users("dan", "eve", of=lyre), welcome=True)
    assert result.welcomed == 2 and await service.tick() == (0, 2)
    assert sorted((call.topic, call.address) for call in house.calls("post")) == [
        ("welcome", "dan@ville.example"),
        ("welcome", "eve@ville.example"),
    ]


@pytest.mark.rule("R7")
async def test_a_later_run_welcomes_those_who_had_none(house: House, service: Service) -> None:
    """Once, while they hold their seats; nobody who came otherwise, and nobody of a year that is over."""
    lyre = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET, "first_day": "10/01/2026"}
    rows = [*users("ana", "bob", "cleo"), *users("dan", of=lyre, proof_received_on="12/01/2026")]
    await bring_in(service, *rows)
    await service.add((await Subscription.get(organisation__siret=SIRET)).id, "eve")
    cleo = await Seat.get(person__email="cleo@ville.example")
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(cleo.id))
    await service.tick()
    seen = len(house.calls("post"))
    for options, welcomed in (({"dry_run": True}, 2), ({}, 2), ({}, 0), ({"dry_run": True}, 0)):
        results = await bring_in(service, *rows, welcome=True, **options)
        assert outcomes(results) == ["THERE_ALREADY"] * 2
        assert [result.welcomed for result in results] == [welcomed, 0]
    await service.tick()
    assert sorted((call.topic, call.address) for call in house.calls("post")[seen:]) == [
        ("welcome", "ana@ville.example"),
        ("welcome", "bob@ville.example"),
    ]


@pytest.mark.rule("R7")
async def test_no_other_letter_is_a_welcome(service: Service) -> None:
    """What the calendar has due meanwhile is recorded first, as by every deed."""
    rows = users("ana", "bob", first_day="2026-03-20", proof_received_on="2026-03-21")
    await bring_in(service, *rows)
    (result,) = await bring_in(service, *rows, welcome=True)
    assert result.welcomed == 2
    assert await Delivery.filter(topic="renewal_reminder").exists()
    assert await Delivery.filter(topic="welcome").count() == 2
    due_at = (await Subscription.get()).due_at
    assert due_at is not None and due_at > await product_now(), "the calendar goes on from there"


@pytest.mark.parametrize("name", ["siret", "place", "reference"])
async def test_run_twice_is_once(service: Service, name: str) -> None:
    """Known by its SIRET, by its name and postal code, or by a reference of the operator's."""
    of = {
        "siret": VILLE,
        "place": {**VILLE, "siret": ""},
        "reference": {**VILLE, "siret": "", "postal_code": "", "reference": "C-17"},
    }[name]
    rows = users("ana", "bob", of=of)
    rows[1]["subscriber_number"] = NUMBER
    assert outcomes(await bring_in(service, *rows)) == ["IMPORTED"]
    once = await written()
    await advance(days=40)
    assert outcomes(await bring_in(service, *rows)) == ["THERE_ALREADY"]
    assert outcomes(await bring_in(service, *rows, dry_run=True)) == ["THERE_ALREADY"]
    assert await written() == once


async def test_an_organisation_that_changed_its_name_since_is_known_again(service: Service) -> None:
    rows = users("ana", of={**VILLE, "siret": ""})
    await bring_in(service, *rows)
    await Organisation.all().update(name_folded="rochebrune le haut", siret=SIRET)
    assert outcomes(await bring_in(service, *rows)) == ["THERE_ALREADY"]
    saved_anew = [row | {"postal_code": "1000"} for row in rows]
    assert outcomes(await bring_in(service, *saved_anew)) == ["THERE_ALREADY"]


async def test_a_siret_that_the_file_learns_or_loses_makes_no_second_organisation(service: Service) -> None:
    await bring_in(service, *users("ana", of={**VILLE, "siret": ""}))
    await bring_in(service, *users("dan", of={**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}))
    rows = [*users("ana"), *users("dan", of={**VILLE, "organisation": "Lyre", "siret": ""})]
    results = await bring_in(service, *rows, welcome=True)
    assert [(result.outcome.value, result.welcomed) for result in results] == [("THERE_ALREADY", 1)] * 2
    # its namesake there has another SIRET
    namesake = users("eve", of={**VILLE, "organisation": "Lyre"})
    assert outcomes(await bring_in(service, *namesake)) == ["IMPORTED"]


async def test_one_that_signed_up_by_itself_is_passed_over(service: Service) -> None:
    await service.subscribe("zoe", organisation=OrganisationForm("Rochebrune", siret=SIRET))
    before = await written()
    assert outcomes(await bring_in(service, *users("ana"), welcome=True)) == ["THERE_ALREADY"]
    assert await written() == before


async def test_a_reference_tells_who_it_is_where_nothing_else_does(service: Service) -> None:
    """One's own, also once the SIRET that was added to the line does not check; and the id that an export gives."""
    nameless = {**VILLE, "siret": "", "postal_code": ""}
    await bring_in(service, *users("ana", of={**nameless, "reference": "C-17"}))
    wrong = {**nameless, "reference": "C-17", "siret": "73282932000075"}
    assert outcomes(await bring_in(service, *users("ana", of=wrong))) == ["THERE_ALREADY"]
    await service.subscribe("zoe", organisation=OrganisationForm("Lyre"))
    lyre = {**nameless, "organisation": "Lyre", "reference": (await Organisation.get(name="Lyre")).id}
    assert outcomes(await bring_in(service, *users("zoe", of=lyre))) == ["THERE_ALREADY"]


@pytest.mark.rule("R6")
async def test_whoever_is_marked_manages_wherever_they_stand(service: Service) -> None:
    rows = users("ana", "bob", "cleo", plan="ESSENTIEL", address="Hôtel de ville\n\n1 place de la Mairie")
    rows[0]["manager"], rows[1]["manager"] = "non", "oui"
    assert outcomes(await bring_in(service, *rows)) == ["IMPORTED"], "a list may fill its seats"
    (manager,) = await Seat.filter(is_manager=True).prefetch_related("person")
    assert manager.person.email == "bob@ville.example"
    assert (await Organisation.get()).address_lines == ["Hôtel de ville", "1 place de la Mairie"]


async def test_a_dry_run_answers_the_same_and_writes_nothing(service: Service) -> None:
    before = await written()
    lyre = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}
    rows = [*users("ana", "bob"), *users("dan", of=lyre, first_day="31/02/2026")]
    dry = await bring_in(service, *rows, dry_run=True, welcome=True)
    assert await written() == before
    assert await bring_in(service, *rows, welcome=True) == dry
    assert outcomes(dry) == ["IMPORTED", "REFUSED"]


@pytest.mark.parametrize("name", ["siret", "place"])
async def test_two_imports_of_one_file_at_once(service: Service, name: str) -> None:
    rows = users("ana", "bob", of=VILLE if name == "siret" else {**VILLE, "siret": ""})
    both = await asyncio.gather(*(bring_in(service, *rows) for _ in range(2)))
    assert sorted(outcome for results in both for outcome in outcomes(results)) == ["IMPORTED", "THERE_ALREADY"]
    assert (await written())["Seat"] == 2


async def test_all_or_nothing_by_organisation(service: Service) -> None:
    """One faulty line keeps its organisation out, wherever in the file its lines are; the others go in."""
    lyre = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}
    ville, other = users("ana", "bob", "cleo"), users("dan", "eve", of=lyre)
    ville[1]["email"] = "bob at ville"
    results = await bring_in(service, ville[0], other[0], ville[1], other[1], ville[2])
    assert outcomes(results) == ["REFUSED", "IMPORTED"]
    assert faults(results) == [(4, "email", "bad_email")]
    assert [str(each) for each in await Person.filter(is_staff=False).values_list("email", flat=True)] == [
        "dan@ville.example",
        "eve@ville.example",
    ]
    ville[1]["email"] = "bob@ville.example"
    assert outcomes(await bring_in(service, *ville, *other)) == ["IMPORTED", "THERE_ALREADY"]


@pytest.mark.rule("R12")
async def test_numbers_are_kept_and_never_given_twice(service: Service) -> None:
    rows = users("ana", "bob")
    rows[1]["subscriber_number"] = NUMBER
    await bring_in(service, *rows)
    (kept,) = await Seat.filter(number=parse_number(NUMBER)).prefetch_related("person")
    assert kept.person.email == "bob@ville.example"
    lyre = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}
    taken = users("dan", of=lyre, subscriber_number="4071-8823-9056-1227")
    assert faults(await bring_in(service, *taken)) == [(2, "subscriber_number", "import_number_used")]
    # dead numbers too
    await Seat.filter(number=parse_number(NUMBER)).update(removed_at=NOON)
    assert faults(await bring_in(service, *taken)) == [(2, "subscriber_number", "import_number_used")]


@pytest.mark.rule("R6")
async def test_a_person_who_is_known_is_not_changed_and_may_have_several_seats(service: Service) -> None:
    await service.subscribe("ana")
    lyre = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}
    rows = [*users("ana", family_name="Autre"), *users("ANA", of=lyre)]
    assert outcomes(await bring_in(service, *rows)) == ["IMPORTED", "IMPORTED"]
    ana = await Person.get(email_key="ana@ville.example")
    assert (ana.family_name, ana.email) == ("Silva", "ana@ville.example")
    assert await Seat.filter(person_id=ana.id).count() == 3


@ONLY_SQLITE
async def test_who_may(service: Service) -> None:
    table = table_of(*users("ana"))
    for actor in (ANONYMOUS, machine(Scope.ORGANISATIONS_WRITE)):
        asked = import_organisations(service.runtime, actor, table, ImportOptions())
        assert await faults_of(asked) == [("FORBIDDEN", "")]
    admin = machine(Scope.ADMIN)
    assert outcomes(await import_organisations(service.runtime, admin, table, ImportOptions())) == ["IMPORTED"]


@ONLY_SQLITE
async def test_an_organisation_takes_a_bounded_number_of_statements(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """What makes 300 organisations a matter of seconds."""
    lyre = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}
    rows = [*users("ana", "bob", "cleo", "dan"), *users("eve", "fay", "gil", "hal", of=lyre)]
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        await bring_in(service, *rows)
    statements = [record for record in caplog.records if record.name == "tortoise.db_client"]
    assert len(statements) <= 2 + 2 * 27


@ONLY_SQLITE
async def test_progress_is_told(service: Service) -> None:
    lyre = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}
    told: list[tuple[int, int]] = []
    table = table_of(*users("ana"), *users("dan", of=lyre))
    options = ImportOptions()
    await import_organisations(service.runtime, service.staff, table, options, lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]
