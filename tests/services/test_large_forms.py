"""What is beyond all reason is refused before it costs much: 100 ms of this process's time at most."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest

from capcom_gql.access.passwords import prepare
from capcom_gql.access.rate_limits import UNIFORM_ANSWER_SECONDS
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.refusals import Code, Refusal
from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.entitlement.check_discount import DiscountQuestion, check_discounts
from capcom_gql.forms import MAX_USERS, OrganisationForm, PersonForm
from capcom_gql.graphql.request_body import MAX_BYTES
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.record_payment_proof import RecordPaymentProofForm, record_payment_proof
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.release_discount import ReleaseDiscountForm, release_discount
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.request_password import RequestPasswordForm, request_password
from capcom_gql.services.revoke_api_key import RevokeApiKeyForm, revoke_api_key
from capcom_gql.services.sign_in import SignInForm, sign_in
from capcom_gql.services.subscribe import SubscribeForm, subscribe
from capcom_gql.storage.tables import Seat
from tests.databases import ONLY_SQLITE
from tests.services.house import FIRST_DAY, Service, form, fresh_key, redemption

SECONDS = 0.25
"""The promise is 0.1 s of processor time; a processor that others use too counts more for the same work."""
A_LINE = 0.15
"""Less for one line: what is read twice must not take all."""
MANY = 6000
TEXTS = {
    "letters": "a" * MAX_BYTES,
    "an address": "a" * (MAX_BYTES // 2) + "@" + "b" * (MAX_BYTES // 2) + ".example",
    "labels": "a@" + "b." * (MAX_BYTES // 2) + "example",
    "accented labels": "a@" + "é." * (MAX_BYTES // 3) + "example",
    "one accented label": "a@" + "éb" * (MAX_BYTES // 3) + ".example",
    "digits": "7" * MAX_BYTES,
    "separators": "-" * MAX_BYTES,
    "quotes": '"' * MAX_BYTES + "@ville.example",
    "signs": "@" * MAX_BYTES,
    "dots": "." * MAX_BYTES,
    "combining": "e" + "\u0301" * (MAX_BYTES // 2) + "@ville.example",
}
"""Each as long as a request's body may be."""


async def cost_of(deed: Callable[[], Awaitable[object]]) -> float:
    """This process's seconds for a deed that is refused; the least of some, since the machine has other work too."""
    costs = []
    for _ in range(3):
        began = time.process_time()
        with pytest.raises(Refusal):
            await deed()
        costs.append(time.process_time() - began)
    return min(costs)


def crowd(count: int, email: str = "u{}@ville.example") -> tuple[PersonForm, ...]:
    """So many users."""
    return tuple(PersonForm(email.format(index), "Ana", "Silva") for index in range(count))


@ONLY_SQLITE
@pytest.mark.parametrize("anonymous", [False, True])
async def test_a_crowd_that_signs_up(service: Service, anonymous: bool) -> None:
    asked = replace(form("ana"), users=crowd(MANY))
    actor = ANONYMOUS if anonymous else service.staff
    assert await cost_of(lambda: subscribe(service.runtime, actor, asked, FRENCH)) < SECONDS


@ONLY_SQLITE
async def test_a_crowd_that_is_added(service: Service) -> None:
    made = await service.subscribe("ana")
    asked = AddSeatsForm(made.subscription_id, crowd(MANY), fresh_key())
    assert await cost_of(lambda: add_seats(service.runtime, service.staff, asked, FRENCH)) < SECONDS


@ONLY_SQLITE
@pytest.mark.parametrize("label", ["b" * 60, "éb" * 20, "é"], ids=["plain", "accented", "many accented"])
async def test_as_many_as_are_read_with_addresses_as_long_as_are_read(service: Service, label: str) -> None:
    domain = ".".join([label] * (160 // len(label)))
    asked = replace(form("ana"), users=crowd(MAX_USERS, "u{}@" + domain + ".example"))
    assert await cost_of(lambda: subscribe(service.runtime, service.staff, asked, FRENCH)) < SECONDS


@ONLY_SQLITE
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_a_line_that_is_a_whole_body(service: Service, text: str) -> None:
    """At each place of a sign-up that takes text."""
    base = form("ana")
    ana, ville = base.users[0], OrganisationForm("Ville")
    asked: list[SubscribeForm] = [
        replace(base, users=(replace(ana, email=text),)),
        replace(base, users=(replace(ana, phone=text, locale=text, job_title=text),)),
        replace(base, users=(replace(ana, given_name=text, family_name=text),)),
        replace(base, users=(replace(ana, email=text), replace(ana, email=text + "x")), manager_email=text),
        replace(base, signer=replace(ana, email=text)),
        replace(base, organisation=replace(ville, siret=text)),
        replace(base, organisation=replace(ville, billing_email=text, country=text, address_lines=(text,))),
        replace(base, organisation=replace(ville, name=text, kind=text, city=text, postal_code=text)),
        replace(base, organisation=None, organisation_id=text),
        replace(base, plan_code=text),
        replace(base, accepted_terms_version=text, idempotency_key=text),
    ]
    for each in asked:
        cost = await cost_of(partial(subscribe, service.runtime, ANONYMOUS, each, FRENCH))
        assert cost < A_LINE, each.users[0].email[:9]


@ONLY_SQLITE
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_a_check_about_a_line_that_is_a_whole_body(service: Service, text: str) -> None:
    await service.subscribe("ana")
    number = (await Seat.get()).number
    asks = [
        DiscountQuestion(number, EventKind.FORUM, event_reference=text, email=text),
        DiscountQuestion(text, EventKind.FORUM),
    ]
    began = time.process_time()
    answers = await check_discounts(service.runtime, service.staff, asks)
    assert time.process_time() - began < SECONDS
    assert [answer.verdict.reason.value for answer in answers] == ["HOLDER_MISMATCH", "MALFORMED_NUMBER"]


UNKNOWN = "x_" + "0" * 300


async def refusal_of(deed: Awaitable[object]) -> tuple[Code, str]:
    """The only fault of a refused deed."""
    with pytest.raises(Refusal) as refused:
        await deed
    (fault,) = refused.value.faults
    return fault.code, ".".join(fault.path)


async def test_an_id_longer_than_any_is_not_found(service: Service) -> None:
    """As any other that does not exist: the database is asked, and says no."""
    runtime, staff = service.runtime, service.staff
    proof = RecordPaymentProofForm(UNKNOWN, "CHEQUE", "C-1", FIRST_DAY, fresh_key())
    unlisted = replace(form("ana"), organisation=None, organisation_id=UNKNOWN)
    refusals = {
        "organisationId": subscribe(runtime, staff, unlisted, FRENCH),
        "planCode": subscribe(runtime, staff, replace(form("ana"), plan_code=UNKNOWN), FRENCH),
        "subscriptionId": add_seats(runtime, staff, AddSeatsForm(UNKNOWN, crowd(1), fresh_key()), FRENCH),
        "seatId": remove_seat(runtime, staff, RemoveSeatForm(UNKNOWN)),
        "redemptionId": release_discount(runtime, staff, ReleaseDiscountForm(UNKNOWN)),
        "apiKeyId": revoke_api_key(runtime, staff, RevokeApiKeyForm(UNKNOWN)),
    }
    for path, deed in refusals.items():
        assert await refusal_of(deed) == (Code.NOT_FOUND, path)
    assert await refusal_of(record_payment_proof(runtime, staff, proof)) == (Code.NOT_FOUND, "subscriptionId")
    made = await service.subscribe("ana")
    proof = replace(proof, subscription_id=made.subscription_id, term_id=UNKNOWN)
    assert await refusal_of(record_payment_proof(runtime, staff, proof)) == (Code.NOT_FOUND, "termId")
    refused = await redeem_discount(runtime, staff, redemption(UNKNOWN))
    assert refused.check.verdict.reason.value == "MALFORMED_NUMBER"


@pytest.mark.parametrize("text", [TEXTS["letters"], "a@" + "é." * 155 + "fr"], ids=["a body", "longer once spelled"])
async def test_an_address_longer_than_any_signs_nobody_in(service: Service, text: str) -> None:
    """An address of 320 characters may have more in the form in which addresses compare."""
    await prepare()
    with pytest.raises(Refusal) as refused:
        await sign_in(ANONYMOUS, SignInForm(text, "quatre petits chevaux"), "192.0.2.1")
    assert [fault.code for fault in refused.value.faults] == [Code.BAD_CREDENTIALS]
    began = time.monotonic()
    assert await request_password(service.runtime, ANONYMOUS, RequestPasswordForm(text), "192.0.2.1")
    assert time.monotonic() - began >= UNIFORM_ANSWER_SECONDS
