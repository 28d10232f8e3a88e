"""A client's key that is no key is a fault of the form like any other, and leaves nothing behind (both engines)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from capcom_gql.access.idempotency import MAX_KEY_LENGTH
from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.forms import MAX_USERS
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.record_payment_proof import RecordPaymentProofForm, record_payment_proof
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.subscribe import subscribe
from capcom_gql.storage.tables import Event, IdempotencyRecord, PaymentProof, Redemption, Seat, Subscription
from tests.services.house import FIRST_DAY, Service, faults_of, form, person, redemption

KEYS = {"blank": " \t\u00a0", "too long": "k" * (MAX_KEY_LENGTH + 1)}
AT_KEY = ("INVALID_INPUT", "idempotencyKey")


@pytest.fixture
async def subscription(service: Service) -> str:
    """A live subscription, with no record of the key that made it."""
    made = await service.subscribe("ana")
    await IdempotencyRecord.all().delete()
    return made.subscription_id


async def number() -> str:
    """The number of the only seat."""
    return (await Seat.get()).number


Deed = Callable[[Service, str, str], Awaitable[list[tuple[str, str]]]]


async def _subscribe(service: Service, _: str, key: str) -> list[tuple[str, str]]:
    asked = replace(form("bob", idempotency_key=key), plan_code="NO_SUCH", manager_email="x@ville.example")
    return await faults_of(subscribe(service.runtime, service.staff, asked, FRENCH))


async def _subscribe_anonymously(service: Service, _: str, key: str) -> list[tuple[str, str]]:
    asked = form("bob", idempotency_key=key, signer=None)
    return await faults_of(subscribe(service.runtime, ANONYMOUS, asked, FRENCH))


async def _add_seats(service: Service, subscription: str, key: str) -> list[tuple[str, str]]:
    asked = AddSeatsForm(subscription, (person("ana"), person("bob", phone="12")), key)
    return await faults_of(add_seats(service.runtime, service.staff, asked, FRENCH))


async def _add_too_many(service: Service, subscription: str, key: str) -> list[tuple[str, str]]:
    asked = AddSeatsForm(subscription, (person("bob"),) * (MAX_USERS + 1), key)
    return await faults_of(add_seats(service.runtime, service.staff, asked, FRENCH))


async def _redeem(service: Service, _: str, key: str) -> list[tuple[str, str]]:
    asked = redemption(await number(), " ", price_minor=-1, idempotency_key=key)
    return await faults_of(redeem_discount(service.runtime, service.staff, asked))


async def _redeem_an_unknown_number(service: Service, _: str, key: str) -> list[tuple[str, str]]:
    asked = redemption("nobody's", idempotency_key=key)
    return await faults_of(redeem_discount(service.runtime, service.staff, asked))


async def _record_proof(service: Service, subscription: str, key: str) -> list[tuple[str, str]]:
    asked = RecordPaymentProofForm(subscription, "CHEQUE", " ", FIRST_DAY + timedelta(days=9), key)
    return await faults_of(record_payment_proof(service.runtime, service.staff, asked))


DEEDS: list[tuple[Deed, list[str]]] = [
    (_subscribe, ["managerEmail", "planCode"]),
    (_subscribe_anonymously, ["signer"]),
    (_add_seats, ["users.0.email", "users.1.phone"]),
    (_add_too_many, ["users"]),
    (_redeem, ["eventReference", "priceMinor"]),
    (_redeem_an_unknown_number, []),
    (_record_proof, ["receivedOn", "reference"]),
]


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
async def test_a_key_that_is_none(service: Service, subscription: str, key: str) -> None:
    before = await Event.all().count()
    for deed, others in DEEDS:
        told = await deed(service, subscription, key)
        assert AT_KEY in told
        assert sorted(path for _, path in told) == sorted([*others, "idempotencyKey"]), deed.__name__
    assert await IdempotencyRecord.all().count() == 0
    assert await Event.all().count() == before


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
async def test_a_key_that_is_none_is_the_only_fault(service: Service, subscription: str, key: str) -> None:
    """A form that is good in everything else is not carried out either."""
    forms: list[Awaitable[object]] = [
        subscribe(service.runtime, service.staff, form("bob", idempotency_key=key), FRENCH),
        add_seats(service.runtime, service.staff, AddSeatsForm(subscription, (person("bob"),), key), FRENCH),
        redeem_discount(service.runtime, service.staff, redemption(await number(), idempotency_key=key)),
        record_payment_proof(
            service.runtime, service.staff, RecordPaymentProofForm(subscription, "CHEQUE", "C-1", FIRST_DAY, key)
        ),
    ]
    for deed in forms:
        assert await faults_of(deed) == [AT_KEY]
    assert await IdempotencyRecord.all().count() == 0
    assert (await Subscription.all().count(), await Seat.all().count()) == (1, 1)
    assert (await Redemption.all().count(), await PaymentProof.all().count()) == (0, 0)


async def test_the_longest_key(service: Service, subscription: str) -> None:
    """Counted in characters, also those outside the Basic Multilingual Plane."""
    for key in ("k" * MAX_KEY_LENGTH, "\U0001f511" * MAX_KEY_LENGTH):
        asked = redemption(await number(), f"event-{key[0]}", idempotency_key=key)
        first = await redeem_discount(service.runtime, service.staff, asked)
        assert first.redemption_id is not None
        assert (await redeem_discount(service.runtime, service.staff, asked)).redemption_id == first.redemption_id
    assert await IdempotencyRecord.all().count() == 2


async def test_a_refused_form_leaves_its_key_free(service: Service, subscription: str) -> None:
    key = "again"
    asked = AddSeatsForm(subscription, (person("ana"),), key)
    assert await faults_of(add_seats(service.runtime, service.staff, asked, FRENCH)) == [
        ("DUPLICATE_USER", "users.0.email")
    ]
    mended = replace(asked, users=(person("bob"),))
    assert len((await add_seats(service.runtime, service.staff, mended, FRENCH)).seat_ids) == 1
