"""One's own profile: what is left out stays, what is null goes, and letters follow what it says (both engines)."""

from typing import Any

import pytest

from capcom_gql.access.authenticate import actor_of
from capcom_gql.domain.refusals import Fault, Refusal
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.forms import MAX_NAME
from capcom_gql.languages.locales import LOCALES
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.update_profile import (
    MAX_ADDRESSES,
    MAX_KIND,
    MAX_VALUE,
    AddressForm,
    UpdateProfileForm,
    update_profile,
)
from capcom_gql.storage.tables import Event, Person
from tests.databases import ONLY_SQLITE
from tests.services.house import House, Service, faults_of

ANA = "ana@ville.example"
LINES = {
    "given_name": "Anna",
    "family_name": "Sylva",
    "job_title": "Press officer",
    "phone": "+33123456789",
    "locale": "en",
    "addresses": [{"kind": "matrix", "value": "@ana:ville.example"}],
}


def addresses(*pairs: tuple[str, str]) -> tuple[AddressForm, ...]:
    """Addresses as a form gives them."""
    return tuple(AddressForm(kind, value) for kind, value in pairs)


async def lines_of(person: Person) -> dict[str, Any]:
    """The lines of a profile as they are kept."""
    row = await Person.get(id=person.id)
    return {name: getattr(row, name) for name in LINES}


async def faults_in(deed: Any) -> list[Fault]:
    """The faults of a refusal."""
    with pytest.raises(Refusal) as refused:
        await deed
    return list(refused.value.faults)


@pytest.fixture
async def ana(service: Service) -> Person:
    """Ana, a user, with every line of her profile filled in."""
    await service.subscribe("bob", "ana")
    await Person.filter(email_key=ANA).update(**LINES)
    return await Person.get(email_key=ANA)


@pytest.fixture
async def herself(ana: Person) -> Actor:
    """Ana, signed in."""
    return await actor_of(ana.id, is_staff=False)


async def test_what_is_left_out_stays(ana: Person, herself: Actor) -> None:
    assert await update_profile(herself, UpdateProfileForm()) == ana.id
    assert await lines_of(ana) == LINES
    await update_profile(herself, UpdateProfileForm(given_name=" Anne "))
    assert await lines_of(ana) == LINES | {"given_name": "Anne"}
    await update_profile(herself, UpdateProfileForm(addresses=addresses(("matrix", " @anne:ville.example "))))
    kept = [{"kind": "matrix", "value": "@anne:ville.example"}]
    assert await lines_of(ana) == LINES | {"given_name": "Anne", "addresses": kept}


async def test_every_line_in_its_normal_form(ana: Person, herself: Actor) -> None:
    form = UpdateProfileForm(
        given_name=" Anne ",
        family_name=" Silva-Roux",
        job_title="Editor ",
        phone="+33 6 12 34 56 78",
        locale="fr-CA",
        addresses=addresses(("signal", "+33612345678"), ("web_push", " https://push.example/1 ")),
    )
    await update_profile(herself, form)
    assert await lines_of(ana) == {
        "given_name": "Anne",
        "family_name": "Silva-Roux",
        "job_title": "Editor",
        "phone": "+33612345678",
        "locale": "fr",
        "addresses": [
            {"kind": "signal", "value": "+33612345678"},
            {"kind": "web_push", "value": "https://push.example/1"},
        ],
    }
    assert not await Event.filter(actor_id=ana.id).exists(), "no event tells of a profile"


@pytest.mark.parametrize("nothing", [None, ()])
async def test_null_clears_what_one_may_lack(ana: Person, herself: Actor, nothing: Any) -> None:
    await update_profile(herself, UpdateProfileForm(job_title=None, phone=None, addresses=nothing))
    assert await lines_of(ana) == LINES | {"job_title": None, "phone": None, "addresses": []}


@ONLY_SQLITE
async def test_a_name_and_a_language_cannot_be_nothing(ana: Person, herself: Actor) -> None:
    form = UpdateProfileForm(given_name=None, family_name=" ", locale=None, job_title="Editor")
    assert await faults_of(update_profile(herself, form)) == [
        ("INVALID_INPUT", "givenName"),
        ("INVALID_INPUT", "familyName"),
        ("INVALID_INPUT", "locale"),
    ]
    assert {fault.key for fault in await faults_in(update_profile(herself, form))} == {"blank"}
    assert await lines_of(ana) == LINES, "nothing is written in part"


@ONLY_SQLITE
async def test_every_fault_of_the_form_at_once(herself: Actor) -> None:
    form = UpdateProfileForm(
        given_name="x" * (MAX_NAME + 1),
        family_name="",
        job_title="x" * (MAX_NAME + 1),
        phone="12",
        locale="de",
        addresses=addresses(
            ("email", "a@b.example"), ("phone", "+33612345678"), ("matrix", " "), ("matrix", "x" * (MAX_VALUE + 1))
        ),
    )
    found = [(fault.key, ".".join(fault.path)) for fault in await faults_in(update_profile(herself, form))]
    assert found == [
        ("too_long", "givenName"),
        ("blank", "familyName"),
        ("too_long", "jobTitle"),
        ("bad_phone", "phone"),
        ("bad_locale", "locale"),
        ("bad_address_kind", "addresses.0.kind"),
        ("bad_address_kind", "addresses.1.kind"),
        ("blank", "addresses.2.value"),
        ("twice_in_list", "addresses.3.kind"),
        ("too_long", "addresses.3.value"),
    ]
    for locale in LOCALES:
        assert all(refusal_sentence(fault, locale) for fault in await faults_in(update_profile(herself, form)))


@ONLY_SQLITE
@pytest.mark.parametrize("kind", ["", "Matrix", "9gag", "a b", "a__b", "_a", "a-", "é", "x" * (MAX_KIND + 1)])
async def test_kinds_that_no_channel_can_have(herself: Actor, kind: str) -> None:
    form = UpdateProfileForm(addresses=addresses((kind, "x")))
    assert await faults_of(update_profile(herself, form)) == [("INVALID_INPUT", "addresses.0.kind")]


@ONLY_SQLITE
async def test_the_longest_of_everything(ana: Person, herself: Actor) -> None:
    given = [(f"k{index}", "x" * MAX_VALUE) for index in range(MAX_ADDRESSES - 1)] + [("k" * MAX_KIND, "x")]
    form = UpdateProfileForm(given_name="x" * MAX_NAME, job_title="y" * MAX_NAME, addresses=addresses(*given))
    await update_profile(herself, form)
    assert len((await lines_of(ana))["addresses"]) == MAX_ADDRESSES
    too_many = UpdateProfileForm(addresses=addresses(*given, ("one_more", "x")))
    assert await faults_of(update_profile(herself, too_many)) == [("INVALID_INPUT", "addresses")]


@ONLY_SQLITE
async def test_a_profile_is_a_person_s_own(service: Service, ana: Person) -> None:
    for caller in (ANONYMOUS, Actor(key_id="key_1", scopes=frozenset(Scope))):
        assert await faults_of(update_profile(caller, UpdateProfileForm(given_name="Eve"))) == [("FORBIDDEN", "")]
    assert service.staff.person_id is not None
    await update_profile(service.staff, UpdateProfileForm(given_name="Samuel"))
    assert (await Person.get(id=service.staff.person_id)).given_name == "Samuel", "their own, whoever they are"
    assert await lines_of(ana) == LINES


@pytest.mark.rule("R23")
async def test_whoever_was_erased_since_the_request_came_in_writes_nothing(
    service: Service, ana: Person, herself: Actor
) -> None:
    await erase_person(service.runtime, service.staff, ErasePersonForm(ana.id, "asked for"))
    assert await faults_of(update_profile(herself, UpdateProfileForm(given_name="Anne"))) == [("FORBIDDEN", "")]
    assert (await lines_of(ana))["given_name"] == ""


async def test_letters_go_by_the_channels_that_one_adds_an_address_for(house: House) -> None:
    house.channel("post")
    house.channel("matrix", kind="matrix")
    service = await house.start()
    subscribed = await service.subscribe("bob")
    await service.add(subscribed.subscription_id, "ana")
    row = await Person.get(email_key=ANA)
    herself = await actor_of(row.id, is_staff=False)
    await update_profile(herself, UpdateProfileForm(addresses=addresses(("matrix", "@ana:ville.example"))))
    await service.subscribe("ana", "zoe")
    await service.tick()
    assert [(call.topic, call.address) for call in house.calls("matrix")] == [("welcome", "@ana:ville.example")]
    assert [call.topic for call in house.calls("post") if call.address == ANA] == ["welcome", "welcome"]
