"""Erasing a person: nothing anywhere says who they were, and what is not about them stays (both engines)."""

import asyncio

import pytest

from capcom_gql.access.authenticate import BadToken, actor_of, authenticate
from capcom_gql.delivery.links import mint_password_link
from capcom_gql.delivery.suppressed import Suppressed
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.services.choose_password import ChoosePasswordForm, choose_password
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.sign_in import SignInForm, sign_in
from capcom_gql.services.transfer_management import TransferManagementForm, transfer_management
from capcom_gql.storage.engine.database import in_one_transaction, rows
from capcom_gql.storage.tables import (
    Delivery,
    Event,
    Note,
    OneTimeLink,
    Person,
    Redemption,
    Seat,
    Session,
    Subscription,
    SupportRequest,
    SurveyRequest,
    Term,
)
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.services.canary import ADDRESS, FIRST_ADDRESS, PASSWORD, Canary, aviary, places_of_traces
from tests.services.house import House, Service, due_now, faults_of, states

pytestmark = pytest.mark.rule("R23")

REASON = "asked for in writing, file 2027-12"
TRACED = {
    "person.email",
    "person.email_key",
    "person.given_name",
    "person.family_name",
    "person.job_title",
    "person.phone",
    "person.addresses",
    "emailchange.email",
    "delivery.recipient",
    "delivery.subject",
    "delivery.reason",
    "delivery.provider_id",
    "deliveryattempt.error",
    "idempotencyrecord.key",
    "note.text",
    "supportrequest.message",
    "supportrequest.answer",
    "surveyrequest.comment",
}
"""Where the canary is, before."""


async def erase(service: Service, person_id: str, reason: str = REASON, actor: Actor | None = None) -> None:
    """Erase a person, as staff."""
    await erase_person(service.runtime, actor or service.staff, ErasePersonForm(person_id, reason))


@pytest.fixture
async def service(house: House) -> Service:
    return await aviary(house)


async def test_no_table_and_no_column_holds_a_trace(house: House, service: Service, canary: Canary) -> None:
    assert await places_of_traces() == TRACED, "a walk that does not see them all proves nothing"
    await erase(service, canary.person.id)
    assert await places_of_traces() == set()
    house.mood("up")
    await due_now()
    await service.tick()
    assert await places_of_traces() == set(), "nothing comes back"


async def test_what_stays_of_them_is_no_one_s(service: Service, canary: Canary) -> None:
    await erase(service, canary.person.id)
    row = await Person.get(id=canary.person.id)
    address = f"erased-{row.id}@invalid"
    assert (row.email, row.email_key, row.given_name, row.family_name) == (address, address, "", "")
    assert not any((row.job_title, row.phone, row.addresses, row.password_hash, row.is_staff, row.surveys_refused_at))
    assert (row.locale, row.created_at) == (canary.person.locale, canary.person.created_at)
    assert {each.recipient for each in await Delivery.filter(person_id=row.id)} == {address}


async def test_events_seats_numbers_redemptions_and_books_stay(service: Service, canary: Canary) -> None:
    kept = (Event, Term, Redemption, Seat, Subscription, SupportRequest, SurveyRequest, Delivery)
    before = {model: await model.all().count() for model in kept}
    numbers = [seat.number for seat in await canary.seats()]
    history = [(each.id, each.details, each.actor_id) for each in await Event.all().order_by("id")]
    await erase(service, canary.person.id)
    after = {model: await model.all().count() for model in kept}
    assert after == before | {Event: before[Event] + 3}, "two seats removed, one person erased; nothing else"
    assert [seat.number for seat in await canary.seats()] == numbers
    stayed = await Event.filter(id__in=[event_id for event_id, _, _ in history]).order_by("id")
    assert [(each.id, each.details, each.actor_id) for each in stayed] == history
    assert (await SurveyRequest.get()).score == 9
    assert [each.check_answer is not None for each in await SupportRequest.all()] == [True, True]


async def test_the_seats_are_removed_at_once_each_with_its_event_and_no_letter(
    house: House, service: Service, canary: Canary
) -> None:
    letters = await Delivery.all().count()
    await erase(service, canary.person.id)
    seats = await canary.seats()
    assert len(seats) == 2 and all(seat.removed_at is not None for seat in seats)
    removed = await Event.filter(kind="seat.removed").order_by("id")
    assert [(each.subject_id, each.details["person_id"], each.actor_id) for each in removed] == [
        (seat.id, canary.person.id, service.staff.person_id) for seat in seats
    ]
    erased = await Event.get(kind="person.erased")
    assert erased.details == {"person_id": canary.person.id, "seat_ids": [seat.id for seat in seats]}
    assert (erased.subject_id, erased.organisation_id) == (canary.person.id, None)
    assert (await Note.get(event_id=erased.id)).text == REASON
    assert await Delivery.all().count() == letters


async def test_letters_still_to_be_sent_are_not(house: House, service: Service, canary: Canary) -> None:
    theirs = Delivery.filter(person_id=canary.person.id)
    waiting = [each.id for each in await theirs.filter(state="RETRYING")]
    about = Delivery.filter(topic="support_opened", state="RETRYING")
    waiting += [each.id for each in await about]
    # the staff's one on the open request, the person's own on the password and the second change, and word of it
    assert len(waiting) == 4
    await Delivery.filter(id=waiting[0]).update(state="HELD")
    sent = await theirs.filter(state="SENT").count()
    await erase(service, canary.person.id)
    closed = {(each.state, each.reason) for each in await Delivery.filter(id__in=waiting)}
    assert closed == {("SUPPRESSED", "the person was erased before the letter was sent")}
    assert await theirs.filter(state="SENT", reason__isnull=True).count() == sent > 0
    calls = {name: len(house.calls(name)) for name in ("post", "matrix")}
    house.mood("up")
    await due_now()
    service = await house.start()
    await service.tick()
    assert {name: len(house.calls(name)) for name in calls} == calls, "not even after a start, which frees held letters"


async def test_a_letter_given_up_keeps_its_state_but_not_its_words(service: Service, canary: Canary) -> None:
    given_up = await Delivery.filter(person_id=canary.person.id, state="SENT").first()
    assert given_up is not None
    await Delivery.filter(id=given_up.id).update(state="FAILED", reason="no mailbox canari@ville.example")
    await erase(service, canary.person.id)
    kept = await Delivery.get(id=given_up.id)
    assert kept.state == "FAILED"
    assert not any((kept.reason, kept.subject, kept.provider_id))


async def test_letters_of_others_are_left_alone(service: Service, canary: Canary) -> None:
    others = Delivery.exclude(person_id=canary.person.id).filter(person_id__isnull=False)
    before = await others.order_by("id").values("id", "recipient", "subject", "state", "provider_id")
    assert before and all(each["recipient"] and each["subject"] for each in before)
    await erase(service, canary.person.id)
    assert await others.order_by("id").values("id", "recipient", "subject", "state", "provider_id") == before


async def test_nothing_lets_them_in_any_more(service: Service, canary: Canary) -> None:
    assert await authenticate(canary.access_token) is not None
    link = (await mint_password_link("https://account.example", canary.person, 1)).partition("token=")[2]
    await erase(service, canary.person.id)
    with pytest.raises(BadToken):
        await authenticate(canary.access_token)
    assert not await Session.filter(person_id=canary.person.id, revoked_at__isnull=True).exists()
    chosen = choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(link, "cinq grands bateaux rouges"))
    assert await faults_of(chosen) == [("BAD_TOKEN", "token")]
    for address in (FIRST_ADDRESS, ADDRESS, f"erased-{canary.person.id}@invalid"):
        entering = sign_in(ANONYMOUS, SignInForm(address, PASSWORD), "192.0.2.1")
        assert await faults_of(entering) == [("BAD_CREDENTIALS", "")]


async def test_a_letter_on_its_way_mints_no_link_for_them(service: Service, canary: Canary) -> None:
    """The worker has read the person before, and makes the link after."""
    await erase(service, canary.person.id)
    with pytest.raises(Suppressed):
        await mint_password_link("https://account.example", canary.person, 1)
    assert not await OneTimeLink.filter(person_id=canary.person.id).exists()


async def test_their_address_is_free_for_a_new_account_with_a_new_number(service: Service, canary: Canary) -> None:
    await erase(service, canary.person.id)
    (seat_id,) = await service.add(canary.live_id, "canari")
    seat = await Seat.get(id=seat_id).select_related("person")
    assert seat.person_id != canary.person.id and seat.person.email == FIRST_ADDRESS
    assert seat.number != canary.number


async def test_the_manager_of_a_live_subscription_hands_over_first(service: Service, canary: Canary) -> None:
    seat = await Seat.get(person_id=canary.person.id, subscription_id=canary.live_id)
    form = TransferManagementForm(canary.live_id, seat.id)
    await transfer_management(service.runtime, service.staff, form)
    places, events = await places_of_traces(), await Event.all().count()
    assert await faults_of(erase(service, canary.person.id)) == [("MANAGER_REQUIRED", "personId")]
    assert (await places_of_traces(), await Event.all().count()) == (places, events), "nothing is done in part"
    assert all(each.removed_at is None for each in await canary.seats())
    bob = await Seat.get(person__email_key="bob@ville.example", subscription_id=canary.live_id)
    await transfer_management(service.runtime, service.staff, TransferManagementForm(canary.live_id, bob.id))
    await erase(service, canary.person.id)
    assert await places_of_traces() == set()


async def test_the_manager_of_what_is_over_need_not(service: Service, canary: Canary) -> None:
    seat = await Seat.get(person_id=canary.person.id, subscription_id=canary.unpaid_id)
    assert seat.is_manager
    await erase(service, canary.person.id)
    assert (await Seat.get(id=seat.id)).removed_at is not None


async def test_only_once(service: Service, canary: Canary) -> None:
    await erase(service, canary.person.id)
    events = await Event.all().count()
    assert await faults_of(erase(service, canary.person.id)) == [("CONFLICT", "personId")]
    assert await Event.all().count() == events


async def test_two_at_once_erase_once(service: Service, canary: Canary) -> None:
    answers = await asyncio.gather(*(erase(service, canary.person.id) for _ in range(2)), return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [Refusal]
    assert await Event.filter(kind="person.erased").count() == 1


async def test_somebody_without_a_seat(service: Service) -> None:
    await service.subscribe("ana", "bob")
    bob = await Seat.get(person__email_key="bob@ville.example")
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(bob.id))
    await erase(service, bob.person_id)
    assert (await Event.get(kind="person.erased")).details["seat_ids"] == []
    assert await Event.filter(kind="seat.removed").count() == 1


async def test_staff_cease_to_be_staff(service: Service) -> None:
    assert service.staff.person_id is not None
    await erase(service, service.staff.person_id)
    assert not (await Person.get(id=service.staff.person_id)).is_staff
    assert (await Note.get()).text == REASON, "the words of this very deed are kept"


@ONLY_SQLITE
async def test_what_cannot_be(service: Service) -> None:
    await service.subscribe("ana", "bob")
    bob = await Person.get(email_key="bob@ville.example")
    assert await faults_of(erase(service, "person_unknown")) == [("NOT_FOUND", "personId")]
    assert await faults_of(erase(service, bob.id, " ")) == [("INVALID_INPUT", "reason")]
    assert await faults_of(erase(service, bob.id, "x" * 5_000)) == [("INVALID_INPUT", "reason")]
    for naming in (bob.given_name, f"Asked by Mme {bob.family_name.upper()}.", f"mail of {bob.email}"):
        assert await faults_of(erase(service, bob.id, naming)) == [("INVALID_INPUT", "reason")]
    ana = await Person.get(email_key="ana@ville.example")
    every_scope_but = frozenset(Scope) - {Scope.ADMIN}
    for actor in (
        ANONYMOUS,
        await actor_of(ana.id, is_staff=False),
        await actor_of(bob.id, is_staff=False),
        Actor(key_id="key_1", scopes=every_scope_but),
    ):
        assert await faults_of(erase(service, bob.id, actor=actor)) == [("FORBIDDEN", "")]
    assert (await Person.get(id=bob.id)).email == "bob@ville.example"
    await erase(service, bob.id, actor=Actor(key_id="key_1", scopes=frozenset({Scope.ADMIN})))
    assert (await Event.get(kind="person.erased")).actor_id == "key_1"


async def test_letters_held_for_want_of_a_channel_are_not_sent_later(house: House) -> None:
    service = await house.start()
    await service.subscribe("ana", "bob")
    assert await states() == {"HELD": 2}
    bob = await Person.get(email_key="bob@ville.example")
    await erase(service, bob.id)
    house.channel("post")
    service = await house.start()
    await service.tick()
    assert [call.address for call in house.calls("post")] == ["ana@ville.example"]


@ONLY_POSTGRES
async def test_a_seat_given_while_the_erasure_waits_is_removed_too(service: Service) -> None:
    """Another subscription is about to seat them when the erasure begins: it waits, and then sees the seat."""
    await service.subscribe("ana", "bob")
    bob = await Person.get(email_key="bob@ville.example")
    seated, held = asyncio.Event(), asyncio.Event()

    async def seat_and_wait() -> None:
        await service.subscribe("zoe", "bob")
        seated.set()
        await held.wait()

    holding = asyncio.create_task(in_one_transaction(seat_and_wait))
    await seated.wait()
    erasing = asyncio.create_task(erase(service, bob.id))
    await asyncio.sleep(0.5)
    assert not erasing.done(), "the erasure waits for the person's row"
    held.set()
    await holding
    await erasing
    assert await Seat.filter(person_id=bob.id, removed_at__isnull=True).count() == 0
    assert len((await Event.get(kind="person.erased")).details["seat_ids"]) == 2
    left = await rows("SELECT 1 FROM delivery WHERE recipient LIKE $1", ["bob%"])
    assert left == []
