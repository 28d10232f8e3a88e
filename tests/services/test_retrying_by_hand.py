"""Letters tried again by hand: those that failed or are held, at once, with the whole schedule before them."""

import pytest

from capcom_gql import clock
from capcom_gql.delivery.dispatch import RETRY_WAITS
from capcom_gql.delivery.leases import claim, write_if_current
from capcom_gql.domain.refusals import Code, Refusal
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.languages.locales import ENGLISH, FRENCH
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.services.change_email import ChangeEmailForm, change_email
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.retry_delivery import retry_delivery
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.queries.backlog import count_late_deliveries
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Person
from tests.databases import ONLY_SQLITE
from tests.services.callers import machine, signed_in
from tests.services.house import House, Service, due_now, faults_of, states

MOODY = """
    if mood == "gone":
        raise Permanent("no such user")
    if mood == "busy":
        raise Transient("busy")
    if mood == "unset":
        raise NotConfigured("the password is refused")
    return Sent()
"""
CONFLICT = [("CONFLICT", "deliveryId")]


async def started(house: House, mood: str, *names: str) -> Service:
    """A process whose one channel is in a mood, after the welcome of an organisation's users was tried once."""
    house.channel("post", MOODY)
    house.mood(mood)
    service = await house.start()
    await service.subscribe(*(names or ("ana",)))
    await service.tick()
    return service


async def only() -> Delivery:
    return await Delivery.get()


@pytest.mark.parametrize(("mood", "state"), [("gone", "FAILED"), ("unset", "HELD")])
async def test_a_letter_that_failed_or_is_held_goes_at_once(house: House, mood: str, state: str) -> None:
    service = await started(house, mood)
    letter = await only()
    assert letter.state == state and letter.reason
    house.mood("well")
    await retry_delivery(service.runtime, service.staff, letter.id)
    waiting = await only()
    assert (waiting.state, waiting.attempt) == ("PENDING", 1) and not waiting.reason
    assert waiting.next_attempt_at <= clock.utc_now()
    assert await service.tick() == (0, 1)
    assert await states() == {"SENT": 1}
    kept = await DeliveryAttempt.all().order_by("number").values_list("number", "outcome")
    assert kept == [(1, "FAILED" if state == "FAILED" else "HELD"), (2, "SENT")]


@ONLY_SQLITE
async def test_the_schedule_begins_anew_and_the_attempts_made_stay(house: House) -> None:
    service = await started(house, "busy")
    whole = len(RETRY_WAITS) + 1
    for _ in range(whole - 1):
        await due_now()
        await service.tick()
    assert ((await only()).state, (await only()).attempt) == ("FAILED", whole)
    await retry_delivery(service.runtime, service.staff, (await only()).id)
    before = clock.utc_now()
    await service.tick()
    letter = await only()
    assert (letter.state, letter.attempt) == ("RETRYING", whole + 1)
    assert letter.next_attempt_at - before < 2 * RETRY_WAITS[0], "the first wait, not the last"
    for _ in range(whole - 1):
        await due_now()
        await service.tick()
    assert ((await only()).state, (await only()).attempt) == ("FAILED", 2 * whole)
    numbers = await DeliveryAttempt.all().order_by("number").values_list("number", flat=True)
    assert numbers == [*range(1, 2 * whole + 1)]


@ONLY_SQLITE
async def test_a_channel_that_crashed_has_its_three_crashes_again(house: House) -> None:
    house.channel("post", "raise RuntimeError('bug')")
    service = await house.start()
    await service.subscribe("ana")
    for _ in range(3):
        await due_now()
        await service.tick()
    assert (await only()).state == "FAILED"
    await retry_delivery(service.runtime, service.staff, (await only()).id)
    await service.tick()
    assert ((await only()).state, (await only()).crashes) == ("RETRYING", 1)


async def test_a_worker_that_comes_back_late_overwrites_nothing(house: House) -> None:
    """The numbers go on: what it has to say is about an attempt that does not stand any more."""
    service = await started(house, "gone")
    letter = await only()
    late = letter.attempt
    await retry_delivery(service.runtime, service.staff, letter.id)
    claimed = await claim(letter.id)
    assert claimed == (letter.id, late + 1)
    assert not await write_if_current(letter, late, {"state": "SENT"})
    assert (await only()).state == "PENDING"


@pytest.mark.parametrize(
    ("state", "words"),
    [("PENDING", "nextAttemptAt"), ("RETRYING", "nextAttemptAt"), ("SENT", "already sent"), ("SUPPRESSED", "reason")],
)
@ONLY_SQLITE
async def test_any_other_letter_is_refused_and_left_alone(house: House, state: str, words: str) -> None:
    service = await started(house, "well")
    await Delivery.all().update(state=state)
    (before,) = await Delivery.all().values()
    with pytest.raises(Refusal) as refused:
        await retry_delivery(service.runtime, service.staff, before["id"])
    (fault,) = refused.value.faults
    assert (fault.code, fault.path) == (Code.CONFLICT, ("deliveryId",))
    assert words in refusal_sentence(fault, ENGLISH) and refusal_sentence(fault, FRENCH)
    assert await Delivery.all().values() == [before]


@ONLY_SQLITE
async def test_a_letter_without_any_channel_keeps_the_reason_by_which_one_takes_it(house: House) -> None:
    service = await house.start()
    await service.subscribe("ana")
    letter = await only()
    assert await faults_of(retry_delivery(service.runtime, service.staff, letter.id)) == CONFLICT
    house.channel("post")
    service = await house.start()
    await service.tick()
    assert await states(channel="post") == {"SENT": 1}


@pytest.mark.rule("R23")
@ONLY_SQLITE
async def test_nothing_goes_to_whoever_is_erased(house: House) -> None:
    service = await started(house, "gone", "ana", "bob")
    bob = await Person.get(email_key="bob@ville.example")
    letter = await Delivery.get(person_id=bob.id)
    await erase_person(service.runtime, service.staff, ErasePersonForm(bob.id, "At their wish."))
    assert await faults_of(retry_delivery(service.runtime, service.staff, letter.id)) == CONFLICT


@pytest.mark.rule("R24")
@ONLY_SQLITE
async def test_a_mail_goes_to_the_address_that_the_person_has_now(house: House) -> None:
    """A wrong address is corrected first, and the welcome that it had refused then arrives."""
    service = await started(house, "gone")
    letter = await only()
    house.mood("well")
    asked = ChangeEmailForm("anna@ville.example", letter.person_id)
    await change_email(service.runtime, service.staff, asked)
    await retry_delivery(service.runtime, service.staff, letter.id)
    await service.tick()
    sent = [call.address for call in house.calls("post") if call.topic == "welcome"]
    assert sent == ["ana@ville.example", "anna@ville.example"]


@ONLY_SQLITE
async def test_what_is_no_longer_true_is_not_sent_by_hand_either(house: House) -> None:
    service = await started(house, "gone", "ana", "bob")
    bob = await Person.get(email_key="bob@ville.example")
    letter = await Delivery.get(person_id=bob.id)
    seat_id = letter.about["seat_id"]
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(seat_id))
    house.mood("well")
    await retry_delivery(service.runtime, service.staff, letter.id)
    await service.tick()
    assert (await Delivery.get(id=letter.id)).state == "SUPPRESSED"


@ONLY_SQLITE
async def test_who_may(house: House) -> None:
    service = await started(house, "gone", "ana", "bob")
    letter = await Delivery.all().first()
    assert letter is not None
    nobodys = "delivery_00000000000000000000000000"
    refused: tuple[Actor, ...] = (
        ANONYMOUS,
        await signed_in("ana"),
        await signed_in("bob"),
        machine(*(set(Scope) - {Scope.NOTIFICATIONS_WRITE, Scope.ADMIN})),
    )
    for actor in refused:
        for asked in (letter.id, nobodys):
            assert await faults_of(retry_delivery(service.runtime, actor, asked)) == [("FORBIDDEN", "")]
    key = machine(Scope.NOTIFICATIONS_WRITE)
    assert await faults_of(retry_delivery(service.runtime, key, nobodys)) == [("NOT_FOUND", "deliveryId")]
    await retry_delivery(service.runtime, key, letter.id)
    assert await faults_of(retry_delivery(service.runtime, key, letter.id)) == CONFLICT


@ONLY_SQLITE
async def test_no_attempt_of_such_a_letter_counts_as_lost(house: House) -> None:
    """Not even the one that gave it up, nor one in which it could not be written."""
    service = await started(house, "busy")
    letter = await only()
    await Delivery.all().update(attempt=len(RETRY_WAITS) + 1, next_attempt_at=clock.utc_now())
    await service.tick()
    assert (await only()).reason.startswith("given up after")
    lost = (await count_late_deliveries(await product_now(), clock.utc_now())).lost_attempts
    await retry_delivery(service.runtime, service.staff, letter.id)
    topic = letter.topic
    await Delivery.all().update(topic="no_such_letter")
    await service.tick()
    await due_now()
    await Delivery.all().update(topic=topic)
    house.mood("well")
    await service.tick()
    assert (await only()).state == "SENT"
    assert (await count_late_deliveries(await product_now(), clock.utc_now())).lost_attempts == lost == len(RETRY_WAITS)
