"""What is beyond all reason is refused before it costs much: within 100 ms of this process's time."""

import time
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.domain.sentences import Locale
from capcom_gql.graphql.bodies import MAX_BYTES
from capcom_gql.services.add_seats import AddSeatsInput, add_seats
from capcom_gql.services.attempts import Attempts
from capcom_gql.services.forms import MAX_USERS, OrganisationForm, PersonForm
from capcom_gql.services.passwords import prepare
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.request_password import RequestPasswordInput, request_password
from capcom_gql.services.subscribe import SubscribeInput, subscribe
from tests.services.house import Service, fresh_key, redemption
from tests.services.house import form as sign_up

SECONDS = 0.1
MANY = 6000
# as much as a request's body holds
LONG = MAX_BYTES
TEXTS = {
    "letters": "a" * LONG,
    "an address": "a" * (LONG // 2) + "@" + "b" * (LONG // 2) + ".example",
    "labels": "a@" + "b." * (LONG // 2) + "example",
    "accents": "a@" + "é." * (LONG // 4) + "example",
    "one long accented label": "a@" + "éb" * (LONG // 4) + ".example",
    "digits": "7" * LONG,
    "separators": "-" * LONG,
    "spaces": " " * LONG,
    "quotes": '"' * LONG + "@ville.example",
    "signs": "@" * LONG,
    "dots": "." * LONG,
    "combining": "e" + "\u0301" * (LONG // 2) + "@ville.example",
}


async def refused_soon(deed: Awaitable[object]) -> None:
    """Refused, in little of this process's own time; the second of three, should the machine have had other work."""
    began = time.process_time()
    with pytest.raises(Refusal):
        await deed
    assert time.process_time() - began < SECONDS


def crowd(count: int, email: str = "u{}@ville.example") -> tuple[PersonForm, ...]:
    """So many users."""
    return tuple(PersonForm(email.format(index), "Ana", "Silva") for index in range(count))


@pytest.mark.parametrize("actor", ["staff", "anonymous"])
async def test_a_crowd_signs_up(service: Service, actor: str) -> None:
    asked = replace(sign_up("ana"), users=crowd(MANY))
    who = service.staff if actor == "staff" else ANONYMOUS
    await refused_soon(subscribe(service.setup, who, asked, Locale.FR))


async def test_a_crowd_is_added(service: Service) -> None:
    made = await service.subscribe("ana")
    asked = AddSeatsInput(made.subscription_id, crowd(MANY), fresh_key())
    await refused_soon(add_seats(service.setup, service.staff, asked, Locale.FR))


async def test_the_most_users_with_the_longest_addresses(service: Service) -> None:
    """As many as are read line by line, each as long as is read at all."""
    domain = ".".join(["b" * 60] * 3)
    for email in ("u{}@" + domain + ".example", "u{}@" + ".".join(["éb" * 20] * 4) + ".example"):
        asked = replace(sign_up("ana"), users=crowd(MAX_USERS, email))
        await refused_soon(subscribe(service.setup, service.staff, asked, Locale.FR))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_one_line_that_is_a_whole_body(service: Service, text: str) -> None:
    """At each place of the form that takes text."""
    base = sign_up("ana")
    ana = base.users[0]
    organisation = OrganisationForm("Ville")
    asked: list[SubscribeInput] = [
        replace(base, users=(replace(ana, email=text),)),
        replace(base, users=(replace(ana, phone=text),)),
        replace(base, users=(replace(ana, locale=text),)),
        replace(base, users=(replace(ana, given_name=text),)),
        replace(base, manager_email=text),
        replace(base, signer=replace(ana, email=text)),
        replace(base, organisation=replace(organisation, siret=text)),
        replace(base, organisation=replace(organisation, billing_email=text)),
        replace(base, organisation=replace(organisation, country=text)),
        replace(base, organisation=replace(organisation, address_lines=(text,))),
        replace(base, organisation=replace(organisation, name=text)),
        replace(base, organisation_id=text),
        replace(base, plan_code=text),
        replace(base, accepted_terms_version=text),
        replace(base, idempotency_key=text),
    ]
    for each in asked:
        if each.signer is not None and each.organisation is not None and text.strip():
            await refused_soon(subscribe(service.setup, ANONYMOUS, each, Locale.FR))
