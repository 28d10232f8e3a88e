"""Handing the management over: to an active seat, both are told, and there is one manager at any moment (R12)."""

import asyncio
from datetime import timedelta

import pytest

from capcom_gql import clock
from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.forms import OrganisationForm
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.transfer_management import (
    ManagementTransferred,
    TransferManagementForm,
    transfer_management,
)
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Event, Seat, Subscription
from tests.databases import ONLY_SQLITE
from tests.services.callers import history, machine, recorded_since, signed_in, written_since
from tests.services.house import FIRST_DAY, House, Service, faults_of, on

ELSEWHERE = OrganisationForm("Métropole")


async def hand_over(service: Service, actor: Actor, subscription_id: str, seat_id: str) -> ManagementTransferred:
    """Make the holder of a seat the manager."""
    return await transfer_management(service.runtime, actor, TransferManagementForm(subscription_id, seat_id))


async def managers(subscription_id: str) -> list[str]:
    """The active seats that manage."""
    seats = Seat.filter(subscription_id=subscription_id, is_manager=True, removed_at__isnull=True)
    return [str(each) for each in await seats.values_list("id", flat=True)]


@pytest.mark.rule("R12")
async def test_the_manager_hands_over_and_both_are_told(service: Service) -> None:
    made = await service.subscribe("ana", "bob", "cl")
    await service.tick()
    before = await history()
    await hand_over(service, await signed_in("ana"), made.subscription_id, made.seat_ids[1])
    assert await managers(made.subscription_id) == [made.seat_ids[1]]
    details = {"seat_id": made.seat_ids[1], "previous_seat_id": made.seat_ids[0]}
    assert await recorded_since(before) == [("manager.changed", details)]
    event = await Event.get(kind="manager.changed")
    assert (event.subject_id, event.actor_role) == (made.subscription_id, "MANAGER")
    assert await written_since(before) == [("manager_changed", "ana"), ("manager_changed", "bob")]
    await service.tick()
    subjects = dict(await Delivery.filter(topic="manager_changed").values_list("recipient", "subject"))
    assert subjects["bob@ville.example"].startswith("Vous êtes désormais gestionnaire")
    assert subjects["ana@ville.example"].startswith("Vous n’êtes plus gestionnaire")


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_the_former_manager_is_a_user_like_any_other(service: Service) -> None:
    made = await service.subscribe("ana", "bob", "cl")
    ana = await signed_in("ana")
    await hand_over(service, ana, made.subscription_id, made.seat_ids[1])
    # also with what the request knew of them before
    for former in (ana, await signed_in("ana")):
        deed = hand_over(service, former, made.subscription_id, made.seat_ids[2])
        assert await faults_of(deed) == [("FORBIDDEN", "")]
    await remove_seat(service.runtime, await signed_in("bob"), RemoveSeatForm(made.seat_ids[0]))
    gone = await Seat.get(id=made.seat_ids[0])
    assert (gone.removed_at is None, gone.is_manager) == (False, False)
    deed = hand_over(service, await signed_in("bob"), made.subscription_id, made.seat_ids[0])
    assert await faults_of(deed) == [("CONFLICT", "seatId")]


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_to_the_present_manager_nothing_happens(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    before = await history()
    done = await hand_over(service, await signed_in("ana"), made.subscription_id, made.seat_ids[0])
    assert done.subscription_id == made.subscription_id
    assert (await recorded_since(before), await written_since(before)) == ([], [])
    assert await managers(made.subscription_id) == [made.seat_ids[0]]


@pytest.mark.rule("R12")
async def test_when_the_manager_is_gone_staff_hand_over(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await Seat.filter(id=made.seat_ids[0]).update(removed_at=clock.utc_now())
    before = await history()
    deed = hand_over(service, await signed_in("bob"), made.subscription_id, made.seat_ids[1])
    assert await faults_of(deed) == [("FORBIDDEN", "")]
    assert await faults_of(hand_over(service, service.staff, made.subscription_id, made.seat_ids[0])) == [
        ("CONFLICT", "seatId")
    ]
    await hand_over(service, service.staff, made.subscription_id, made.seat_ids[1])
    assert await managers(made.subscription_id) == [made.seat_ids[1]]
    details = {"seat_id": made.seat_ids[1], "previous_seat_id": None}
    assert await recorded_since(before) == [("manager.changed", details)]
    assert await written_since(before) == [("manager_changed", "bob")]


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_to_a_seat_of_another_subscription_or_to_none(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    other = await service.subscribe("zoe", "bob", organisation=ELSEWHERE)
    ana = await signed_in("ana")
    for seat_id in (other.seat_ids[1], "seat_unknown", "x" * 300):
        for actor in (ana, service.staff):
            deed = hand_over(service, actor, made.subscription_id, seat_id)
            assert await faults_of(deed) == [("NOT_FOUND", "seatId")]
    for subscription_id in (other.subscription_id, "sub_unknown"):
        deed = hand_over(service, ana, subscription_id, other.seat_ids[1])
        assert await faults_of(deed) == [("NOT_FOUND", "subscriptionId")]
    assert await managers(made.subscription_id) == [made.seat_ids[0]]
    assert await managers(other.subscription_id) == [other.seat_ids[0]]


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_members_and_readers_do_not_hand_over(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    for actor in (await signed_in("bob"), machine(Scope.ORGANISATIONS_READ)):
        deed = hand_over(service, actor, made.subscription_id, made.seat_ids[1])
        assert await faults_of(deed) == [("FORBIDDEN", "")]
    await hand_over(service, machine(Scope.ORGANISATIONS_WRITE), made.subscription_id, made.seat_ids[1])
    assert await managers(made.subscription_id) == [made.seat_ids[1]]


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_nobody_hands_over_what_is_over(house: House, service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await on(FIRST_DAY + timedelta(days=15))
    before = await history()
    await hand_over(service, service.staff, made.subscription_id, made.seat_ids[0])
    assert [kind for kind, _ in await recorded_since(before)] == ["proof.reminded"]
    assert (await Subscription.get()).due_at > await product_now(), "what was due is recorded, and not due again"
    await house.after_the_deadline()
    for actor in (await signed_in("ana"), service.staff):
        deed = hand_over(service, actor, made.subscription_id, made.seat_ids[1])
        assert await faults_of(deed) == [("NOT_LIVE", "subscriptionId")]
    assert await managers(made.subscription_id) == [made.seat_ids[0]]
    assert (await Subscription.get()).due_at is not None, "a refused deed leaves the calendar to the worker"


@pytest.mark.rule("R12")
async def test_two_at_once_by_the_same_manager(service: Service) -> None:
    """Whoever comes second has the role no longer: nobody is made manager and unmade behind their back."""
    made = await service.subscribe("ana", "bob", "cl")
    ana, before = await signed_in("ana"), await history()
    deeds = [hand_over(service, ana, made.subscription_id, seat_id) for seat_id in made.seat_ids[1:]]
    outcomes = await asyncio.gather(*deeds, return_exceptions=True)
    assert sorted(str(each) for each in outcomes if isinstance(each, Exception)) == ["FORBIDDEN at the input"]
    ((kind, details),) = await recorded_since(before)
    assert (kind, [details["seat_id"]]) == ("manager.changed", await managers(made.subscription_id))
