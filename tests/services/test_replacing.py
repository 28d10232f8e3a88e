"""Replacing a user: the number dies, another is given, and the management goes with the manager's seat (R12)."""

import asyncio
from datetime import timedelta

import pytest

from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.languages.locales import ENGLISH, FRENCH
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.replace_seat import ReplaceSeatForm, SeatReplaced, replace_seat
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Event, Person, Seat, Subscription
from tests.databases import ONLY_SQLITE
from tests.services.callers import history, machine, recorded_since, signed_in, written_since
from tests.services.house import FIRST_DAY, House, Service, advance, faults_of, on, person

ELSEWHERE = OrganisationForm("Métropole")


async def replace(service: Service, actor: Actor, seat_id: str, name: str) -> SeatReplaced:
    """Replace the holder of a seat by somebody."""
    return await replace_seat(service.runtime, actor, ReplaceSeatForm(seat_id, person(name)), FRENCH)


async def active() -> dict[str, Seat]:
    """The active seats, by the name in their holder's address."""
    seats = await Seat.filter(removed_at__isnull=True).prefetch_related("person")
    return {seat.person.email_key.partition("@")[0]: seat for seat in seats}


@pytest.mark.rule("R12")
async def test_a_user_gives_way_to_another(service: Service) -> None:
    made = await service.subscribe("ana", "bob", "cl")
    before = await history()
    await advance(hours=1)
    done = await replace(service, await signed_in("ana"), made.seat_ids[1], "new")
    gone, new = await Seat.get(id=made.seat_ids[1]), await Seat.get(id=done.seat_id).prefetch_related("person")
    assert (gone.removed_at, gone.is_manager) == (new.added_at, False)
    assert new.person.given_name == "New"
    assert (new.removed_at, new.is_manager, new.number != gone.number) == (None, False, True)
    assert set(await active()) == {"ana", "cl", "new"}
    assert done.subscription_id == made.subscription_id
    details = {
        "seat_id": new.id,
        "person_id": new.person_id,
        "replaced_seat_id": gone.id,
        "replaced_person_id": gone.person_id,
    }
    assert await recorded_since(before) == [("seat.replaced", details)]
    event = await Event.get(kind="seat.replaced")
    assert (event.subject_id, event.actor_role) == (new.id, "MANAGER")
    assert await written_since(before) == [("seat_removed", "bob"), ("welcome", "new")]


@pytest.mark.rule("R12")
async def test_the_management_goes_with_the_managers_seat(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await service.tick()
    before = await history()
    done = await replace(service, await signed_in("ana"), made.seat_ids[0], "new")
    seats = await active()
    assert {name: seat.is_manager for name, seat in seats.items()} == {"bob": False, "new": True}
    assert (await Seat.get(id=made.seat_ids[0])).is_manager is False
    assert [kind for kind, _ in await recorded_since(before)] == ["seat.replaced", "manager.changed"]
    _, (_, details) = await recorded_since(before)
    assert details == {"seat_id": done.seat_id, "previous_seat_id": made.seat_ids[0]}
    assert await written_since(before) == [
        ("manager_changed", "ana"),
        ("manager_changed", "new"),
        ("seat_removed", "ana"),
        ("welcome", "new"),
    ]
    await service.tick()
    subjects = dict(await Delivery.filter(topic="manager_changed").values_list("recipient", "subject"))
    assert subjects["new@ville.example"].startswith("Vous êtes désormais gestionnaire")
    assert subjects["ana@ville.example"].startswith("Vous n’êtes plus gestionnaire")
    # who has gone has no right left, who has come has them all
    assert (await signed_in("ana")).belongs_to == frozenset()
    await replace(service, await signed_in("new"), made.seat_ids[1], "eve")
    assert set(await active()) == {"new", "eve"}


@pytest.mark.rule("R2")
async def test_a_full_list_has_room_for_a_replacement(service: Service) -> None:
    made = await service.subscribe("ana", "bob", "cl", plan="ESSENTIEL")
    for turn, seat_id in enumerate(made.seat_ids):
        await replace(service, service.staff, seat_id, f"new{turn}")
    seats = await active()
    assert {name: seat.place for name, seat in seats.items()} == {"new0": 1, "new1": 2, "new2": 3}
    assert [name for name, seat in seats.items() if seat.is_manager] == ["new0"]


@pytest.mark.rule("R2")
async def test_a_gap_in_the_list_is_closed(service: Service) -> None:
    made = await service.subscribe("ana", "bob", "cl")
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(made.seat_ids[1]))
    await replace(service, service.staff, made.seat_ids[2], "new")
    assert {name: seat.place for name, seat in (await active()).items()} == {"ana": 1, "new": 2}


@pytest.mark.rule("R6")
@ONLY_SQLITE
async def test_a_known_person_keeps_their_profile_and_their_number_elsewhere(service: Service) -> None:
    other = await service.subscribe("zoe", organisation=ELSEWHERE)
    made = await service.subscribe("ana", "bob")
    form = PersonForm("ZOE@ville.example", "Zénobie", "Autre", job_title="Chef")
    done = await replace_seat(service.runtime, service.staff, ReplaceSeatForm(made.seat_ids[1], form), ENGLISH)
    zoe = await Person.get(email_key="zoe@ville.example")
    assert (zoe.given_name, zoe.family_name, zoe.job_title, zoe.locale) == ("Zoe", "Silva", None, "fr")
    elsewhere, here = await Seat.get(id=other.seat_ids[0]), await Seat.get(id=done.seat_id)
    assert (elsewhere.person_id, here.person_id, elsewhere.removed_at) == (zoe.id, zoe.id, None)
    assert elsewhere.number != here.number


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_a_person_who_comes_back_gets_another_number(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await replace(service, service.staff, made.seat_ids[1], "cl")
    back = await replace(service, service.staff, (await active())["cl"].id, "bob")
    first, second = await Seat.get(id=made.seat_ids[1]), await Seat.get(id=back.seat_id)
    assert first.person_id == second.person_id
    assert (first.number == second.number, first.removed_at is None, second.removed_at) == (False, False, None)


@pytest.mark.rule("R6")
@pytest.mark.parametrize("email", ["cl@ville.example", "CL@Ville.Example", "bob@ville.example"])
@ONLY_SQLITE
async def test_who_has_a_seat_here_takes_over_no_other(service: Service, email: str) -> None:
    """Another user, and the very holder of the seat."""
    made = await service.subscribe("ana", "bob", "cl")
    before = await history()
    asked = ReplaceSeatForm(made.seat_ids[1], PersonForm(email, "Cl", " ", phone="12"))
    assert await faults_of(replace_seat(service.runtime, service.staff, asked, FRENCH)) == [
        ("INVALID_INPUT", "user.familyName"),
        ("INVALID_INPUT", "user.phone"),
        ("DUPLICATE_USER", "user.email"),
    ]
    assert set(await active()) == {"ana", "bob", "cl"}
    assert await recorded_since(before) == []


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_every_fault_of_the_person_is_told_and_nobody_is_made(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    nobody = PersonForm("nobody", "", " ", job_title="x" * 201, phone="12", locale="de")
    asked = ReplaceSeatForm(made.seat_ids[1], nobody)
    faults = await faults_of(replace_seat(service.runtime, service.staff, asked, FRENCH))
    fields = ("email", "givenName", "familyName", "jobTitle", "phone", "locale")
    assert faults == [("INVALID_INPUT", f"user.{field}") for field in fields]
    assert not await Person.filter(family_name="").exists()


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_a_removed_seat_is_not_replaced(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await replace(service, service.staff, made.seat_ids[1], "new")
    assert await faults_of(replace(service, service.staff, made.seat_ids[1], "eve")) == [("CONFLICT", "seatId")]
    assert not await Person.filter(email_key="eve@ville.example").exists()


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_nothing_changes_once_the_subscription_is_over(house: House, service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await on(FIRST_DAY + timedelta(days=15))
    before = await history()
    await replace(service, await signed_in("ana"), made.seat_ids[1], "new")
    assert [kind for kind, _ in await recorded_since(before)] == ["proof.reminded", "seat.replaced"]
    assert (await Subscription.get()).due_at > await product_now(), "what was due is recorded, and not due again"
    await house.after_the_deadline()
    ana = await signed_in("ana")
    for seat_id in made.seat_ids:
        assert await faults_of(replace(service, ana, seat_id, "eve")) == [("NOT_LIVE", "seatId")]
    assert set(await active()) == {"ana", "new"}


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_who_may_replace(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await service.subscribe("zoe", organisation=ELSEWHERE)
    seat_id = made.seat_ids[1]
    for name in ("bob", "zoe"):
        refused = [("FORBIDDEN", "")] if name == "bob" else [("NOT_FOUND", "seatId")]
        assert await faults_of(replace(service, await signed_in(name), seat_id, "new")) == refused
    assert await faults_of(replace(service, machine(Scope.ORGANISATIONS_READ), seat_id, "new")) == [("FORBIDDEN", "")]
    assert await faults_of(replace(service, service.staff, "seat_unknown", "new")) == [("NOT_FOUND", "seatId")]
    assert set(await active()) == {"ana", "bob", "zoe"}
    await replace(service, machine(Scope.ORGANISATIONS_WRITE), seat_id, "new")
    assert set(await active()) == {"ana", "new", "zoe"}


@pytest.mark.rule("R12")
@pytest.mark.parametrize("names", [("new", "eve"), ("new", "new")], ids=["two persons", "one person twice"])
async def test_two_replacements_of_one_seat_at_once(service: Service, names: tuple[str, str]) -> None:
    """One effect, one clear refusal; of the manager's seat, so that the role goes on once."""
    made = await service.subscribe("ana", "bob")
    before = await history()
    deeds = [replace(service, service.staff, made.seat_ids[0], name) for name in names]
    outcomes = await asyncio.gather(*deeds, return_exceptions=True)
    (done,) = [each for each in outcomes if isinstance(each, SeatReplaced)]
    (refused,) = [each for each in outcomes if each is not done]
    assert str(refused) == "CONFLICT at seatId"
    seats = await active()
    assert len(seats) == 2
    assert [seat.id for seat in seats.values() if seat.is_manager] == [done.seat_id]
    assert [kind for kind, _ in await recorded_since(before)] == ["seat.replaced", "manager.changed"]


@pytest.mark.rule("R12")
async def test_a_manager_who_replaces_themselves_twice_at_once(service: Service) -> None:
    """The second time they have the right no longer: they are not told what became of the seat."""
    made = await service.subscribe("ana", "bob")
    ana = await signed_in("ana")
    deeds = [replace(service, ana, made.seat_ids[0], name) for name in ("new", "eve")]
    outcomes = await asyncio.gather(*deeds, return_exceptions=True)
    assert [str(each) for each in outcomes if isinstance(each, Exception)] == ["FORBIDDEN at the input"]
    assert len(await active()) == 2
