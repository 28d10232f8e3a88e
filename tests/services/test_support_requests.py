"""Support requests: about one's own numbers, with the answers of that moment kept (R20)."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from capcom_gql.access.rate_limits import SUPPORT_OF_PERSON, TooManyAttempts
from capcom_gql.domain.discounts import DiscountReason, ServiceReason
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.plans import Service as Offered
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.entitlement.check_discount import DiscountQuestion
from capcom_gql.entitlement.stored_checks import stored_access, stored_check
from capcom_gql.forms import OrganisationForm
from capcom_gql.languages.locales import ENGLISH
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.services.open_support_request import OpenSupportRequestForm, open_support_request
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Event, Seat, SupportRequest
from tests.databases import ONLY_SQLITE
from tests.services.asking_support import (
    SENTENCE,
    documentation,
    erase,
    forum,
    number_of,
    opened,
    organisation_of,
)
from tests.services.callers import signed_in
from tests.services.house import FIRST_DAY, House, Service, faults_of, on, redemption

VALCLAIR = OrganisationForm("Ville de Valclair")


async def refused(service: Service, actor: Actor, **form: Any) -> list[tuple[str, str]]:
    """Why a request is not opened; nothing is written then."""
    before = await SupportRequest.all().count()
    asked = OpenSupportRequestForm(**{"message": SENTENCE, **form})
    faults = await faults_of(open_support_request(service.runtime, actor, asked))
    assert await SupportRequest.all().count() == before
    return faults


@pytest.mark.rule("R20")
async def test_the_answers_of_that_moment_are_kept(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    number = await number_of("bob")
    spelled = f"cp {number[:4]}-{number[4:8]} {number[8:12]}.{number[12:]}"
    request = await opened(service, "bob", message=f" {SENTENCE}\n", check=forum(spelled), access=documentation(number))
    assert request.message == SENTENCE and request.closed_at is None
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(made.seat_ids[1]))
    later = await opened(service, "bob", check=forum(number), access=documentation(number))
    kept = await SupportRequest.get(id=request.id)
    check, access = stored_check(kept.check_answer), stored_access(kept.access_answer)
    verdict = check.verdict
    assert (verdict.reason, verdict.provisional) == (DiscountReason.ELIGIBLE, True)
    assert verdict.rule is not None and verdict.rule.percent == 10
    assert (verdict.reduction_minor, verdict.final_price_minor) == (1_000, 9_000)
    due_on = FIRST_DAY + timedelta(days=15)
    assert (verdict.valid_until, access.access.valid_until) == (due_on, due_on)
    assert (access.access.reason, access.access.services) == (ServiceReason.GRANTED, tuple(Offered))
    for answer in (check, access):
        assert timedelta() <= answer.checked_at - kept.opened_at < timedelta(minutes=1)
    # the number of a seat that was removed is still one of theirs, and the later request keeps the later answer
    assert stored_check(later.check_answer).verdict.reason is DiscountReason.SEAT_REMOVED
    assert stored_access(later.access_answer).access.reason is ServiceReason.SEAT_REMOVED


@pytest.mark.rule("R20")
async def test_only_what_was_asked_about_is_answered(service: Service) -> None:
    await service.subscribe("ana")
    number = await number_of("ana")
    of_discount = await opened(service, "ana", check=DiscountQuestion(number, EventKind.FORUM))
    of_service = await opened(service, "ana", access=documentation(number))
    assert of_discount.access_answer is None and of_service.check_answer is None
    verdict = stored_check(of_discount.check_answer).verdict
    assert (verdict.reduction_minor, verdict.final_price_minor) == (None, None)
    assert stored_access(of_service.access_answer).access.granted


@pytest.mark.rule("R20")
async def test_a_discount_used_there_already_is_what_the_request_keeps(service: Service) -> None:
    await service.subscribe("ana")
    number = await number_of("ana")
    await redeem_discount(service.runtime, service.staff, redemption(number))
    used = await opened(service, "ana", check=forum(number, event_reference=" forum-2027 "))
    mistaken = await opened(service, "ana", check=forum(number, email="bob@ville.example"))
    assert stored_check(used.check_answer).verdict.reason is DiscountReason.ALREADY_REDEEMED
    assert stored_check(mistaken.check_answer).verdict.reason is DiscountReason.HOLDER_MISMATCH


@pytest.mark.rule("R20")
async def test_an_instant_in_the_past_is_answered_as_of_then(service: Service) -> None:
    await service.subscribe("ana")
    number, then = await number_of("ana"), await product_now() + timedelta(days=1)
    await on(FIRST_DAY + timedelta(days=20))
    now = await opened(service, "ana", check=forum(number), access=documentation(number))
    past = await opened(service, "ana", check=forum(number, at=then), access=documentation(number, then))
    assert stored_check(now.check_answer).verdict.reason is DiscountReason.SUBSCRIPTION_CANCELLED
    assert stored_access(now.access_answer).access.reason is ServiceReason.SUBSCRIPTION_CANCELLED
    check, access = stored_check(past.check_answer), stored_access(past.access_answer)
    assert (check.verdict.reason, check.checked_at) == (DiscountReason.ELIGIBLE, then)
    assert (access.access.reason, access.checked_at) == (ServiceReason.GRANTED, then)


@pytest.mark.rule("R20")
async def test_staff_are_written_to_and_the_organisation_has_the_event(house: House, service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await service.tick()
    request = await opened(service, "bob", check=forum(await number_of("bob")))
    event = await Event.get(kind="support.opened")
    assert (event.organisation_id, event.subject_id) == (await organisation_of(made), request.id)
    assert event.details == {"request_id": request.id, "seat_id": made.seat_ids[1]}
    assert (event.actor_role, event.actor_id) == ("MEMBER", request.person_id)
    await service.tick()
    (call,) = [call for call in house.calls("post") if call.topic == "support_opened"]
    assert call.address == service.runtime.support_email
    assert (await Delivery.get(topic="support_opened")).state == "SENT"


@pytest.mark.rule("R20")
async def test_what_is_due_by_then_is_recorded_first(service: Service) -> None:
    await service.subscribe("ana")
    await on(FIRST_DAY + timedelta(days=16), time(0))
    await opened(service, "ana", check=forum(await number_of("ana")))
    last, before = await Event.all().order_by("-id").limit(2)
    assert (last.kind, before.kind) == ("support.opened", "term.cancelled")


@pytest.mark.rule("R20")
@ONLY_SQLITE
async def test_a_number_that_is_not_ones_own(service: Service) -> None:
    await service.subscribe("ana", "bob")
    await service.subscribe("zoe", organisation=VALCLAIR)
    own, bobs, zoes = await number_of("ana"), await number_of("bob"), await number_of("zoe")
    ana = await signed_in("ana")
    of_check, of_access = ("NOT_FOUND", "check.subscriberNumber"), ("NOT_FOUND", "access.subscriberNumber")
    for number in (bobs, zoes, "1234", "", "CP 0000 0000 0000 0000"):
        assert await refused(service, ana, check=forum(number)) == [of_check]
        assert await refused(service, ana, access=documentation(number)) == [of_access]
        assert await refused(service, ana, check=forum(own), access=documentation(number)) == [of_access]
        # whose it is comes before what else is wrong with the form
        assert await refused(service, ana, message="", check=forum(number), access=documentation(number)) == [
            of_check,
            of_access,
        ]
    form = OpenSupportRequestForm(SENTENCE, forum(bobs))
    with pytest.raises(Refusal) as answer:
        await open_support_request(service.runtime, ana, form)
    assert "one of yours" in refusal_sentence(answer.value.faults[0], ENGLISH)
    # not even staff open one about a number that they do not hold
    assert await refused(service, service.staff, check=forum(own)) == [of_check]


@pytest.mark.rule("R20")
@ONLY_SQLITE
async def test_every_fault_of_the_form_at_once(service: Service) -> None:
    await service.subscribe("ana")
    await service.subscribe("ana", organisation=VALCLAIR)
    first, second = [seat.number for seat in await Seat.all().order_by("id")]
    ana, later = await signed_in("ana"), await product_now() + timedelta(minutes=5)
    assert await refused(service, ana) == [("INVALID_INPUT", "")]
    assert await refused(service, ana, message=" \n") == [("INVALID_INPUT", "message"), ("INVALID_INPUT", "")]
    assert await refused(service, ana, check=forum(first), access=documentation(second)) == [
        ("INVALID_INPUT", "access.subscriberNumber")
    ]
    faulty = forum(first, at=later, price_minor=-1, email="nobody")
    assert await refused(service, ana, message="", check=faulty, access=documentation(second, later)) == [
        ("INVALID_INPUT", "message"),
        ("INVALID_INPUT", "access.subscriberNumber"),
        ("INVALID_INPUT", "check.at"),
        ("INVALID_INPUT", "access.at"),
        ("INVALID_INPUT", "check.priceMinor"),
        ("INVALID_INPUT", "check.email"),
    ]
    for price in (-1, 100_000_001):
        assert await refused(service, ana, check=forum(first, price_minor=price)) == [
            ("INVALID_INPUT", "check.priceMinor")
        ]
    for price in (0, 100_000_000):
        await opened(service, "ana", check=forum(first, price_minor=price))
    assert await refused(service, ana, message="é" * 4_001, check=forum(first)) == [("INVALID_INPUT", "message")]
    assert len((await opened(service, "ana", message="é" * 4_000, check=forum(first))).message) == 4_000


@pytest.mark.rule("R20")
@ONLY_SQLITE
async def test_machines_and_strangers_open_none(service: Service) -> None:
    await service.subscribe("ana")
    number = await number_of("ana")
    for actor in (ANONYMOUS, Actor(key_id="key_x", scopes=frozenset(Scope))):
        assert await refused(service, actor, check=forum(number)) == [("FORBIDDEN", "")]


@pytest.mark.rule("R23")
@ONLY_SQLITE
async def test_a_person_erased_meanwhile_opens_none(service: Service) -> None:
    await service.subscribe("ana", "bob")
    bob, number = await signed_in("bob"), await number_of("bob")
    await erase(service, "bob")
    assert await refused(service, bob, check=forum(number)) == [("FORBIDDEN", "")]


@pytest.mark.rule("R20")
@ONLY_SQLITE
async def test_twenty_a_day_and_person(service: Service) -> None:
    await service.subscribe("ana", "bob")
    ana = await signed_in("ana")
    anas, bobs = await number_of("ana"), await number_of("bob")
    asked = OpenSupportRequestForm(SENTENCE, forum(anas))
    for wrong in (replace(asked, message=""), OpenSupportRequestForm(SENTENCE, forum(bobs))):
        for _ in range(SUPPORT_OF_PERSON.amount):
            with pytest.raises(Refusal):
                await open_support_request(service.runtime, ana, wrong)
    assert SUPPORT_OF_PERSON.amount == 20
    for _ in range(20):
        await open_support_request(service.runtime, ana, asked)
    with pytest.raises(TooManyAttempts) as refusal:
        await open_support_request(service.runtime, ana, asked)
    assert 0 < refusal.value.retry_after_seconds <= 86_400
    assert await SupportRequest.all().count() == 20
    await opened(service, "bob", check=forum(bobs))
