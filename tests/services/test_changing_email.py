"""A change of address: by a link to the new one, or at once by staff; the old one is told (both engines)."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest

from capcom_gql import clock
from capcom_gql.access.authenticate import actor_of
from capcom_gql.access.passwords import prepare
from capcom_gql.access.rate_limits import EMAIL_CHANGE_OF_PERSON, UNIFORM_ANSWER_SECONDS, TooManyAttempts
from capcom_gql.delivery.links import mint_email_link, mint_password_link
from capcom_gql.delivery.suppressed import Suppressed
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.services.change_email import ChangeEmailForm, change_email
from capcom_gql.services.choose_password import ChoosePasswordForm, choose_password
from capcom_gql.services.confirm_email import ConfirmEmailForm, confirm_email
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.request_password import RequestPasswordForm, request_password
from capcom_gql.services.sign_in import SignInForm, sign_in
from capcom_gql.storage.tables import Delivery, EmailChange, Event, OneTimeLink, Person
from tests.databases import ONLY_SQLITE
from tests.services.house import LONG_AGO, Call, House, Service, faults_of

pytestmark = pytest.mark.rule("R24")

ANA, BOB, NEW = "ana@ville.example", "bob@ville.example", "ana.silva@metropole.example"
BASE = "https://account.example"
PASSWORD = "quatre petits chevaux gris"
# a channel that keeps what it sends, so that a test can follow the link in it
KEEPING = """
if mood == "down":
    raise Transient("down")
with CALLS.with_suffix(".texts").open("a", encoding="utf-8") as texts:
    texts.write(message.text)
return Sent()
"""


@pytest.fixture
async def service(house: House) -> Service:
    """A process whose one channel keeps its letters' texts."""
    house.channel("post", KEEPING)
    made = await house.start()
    await made.subscribe("bob", "ana")
    await made.tick()
    return made


@pytest.fixture
async def ana(service: Service) -> Person:
    """Ana, a user."""
    return await Person.get(email_key=ANA)


@pytest.fixture
async def herself(ana: Person) -> Actor:
    """Ana, signed in."""
    return await actor_of(ana.id, is_staff=False)


def ask(service: Service, actor: Actor, email: str) -> Awaitable[str]:
    """Ask for a new address of one's own."""
    return change_email(service.runtime, actor, ChangeEmailForm(email))


def give(service: Service, person_id: str, email: str, actor: Actor | None = None) -> Awaitable[str]:
    """Give a person a new address, as staff."""
    return change_email(service.runtime, actor or service.staff, ChangeEmailForm(email, person_id))


def confirm(service: Service, token: str) -> Awaitable[str]:
    """Use a link, as nobody in particular."""
    return confirm_email(service.runtime, ANONYMOUS, ConfirmEmailForm(token))


async def token_of(change: EmailChange) -> str:
    """The token of a change's link, as its letter carries it."""
    return (await mint_email_link(BASE, change.id, 24)).partition("token=")[2]


async def only_change() -> EmailChange:
    """The one change that is asked for."""
    return await EmailChange.get(used_at__isnull=True)


def told(house: House) -> list[Call]:
    """The letters about a change that went out."""
    return [call for call in house.calls("post") if call.topic == "email_change"]


def text_of(house: House) -> str:
    """Everything that was written."""
    return (house.folder / "post.texts").read_text(encoding="utf-8")


async def kinds_about(person: Person) -> list[str]:
    """The kinds of the events about a person, oldest first."""
    found = await Event.filter(subject_id=person.id).order_by("recorded_at", "id").values_list("kind", flat=True)
    return [str(kind) for kind in found]


async def test_the_new_address_gets_a_link_the_old_one_word_and_nothing_changes_before_it_is_used(
    house: House, service: Service, ana: Person, herself: Actor
) -> None:
    assert await ask(service, herself, f" {NEW} ") == ana.id
    await service.tick()
    assert sorted(call.address for call in told(house)) == [NEW, ANA]
    assert (await Person.get(id=ana.id)).email == ANA
    change = await only_change()
    assert change.email == NEW and change.expires_at is not None
    assert timedelta(hours=23, minutes=55) < change.expires_at - clock.utc_now() <= timedelta(hours=24)
    links = [word for word in text_of(house).split() if "/confirm-email?token=" in word]
    assert len(links) == 1, "the old address gets no link"
    assert await confirm(service, links[0].partition("token=")[2]) == ana.id
    row = await Person.get(id=ana.id)
    assert (row.email, row.email_key) == (NEW, NEW)
    assert await kinds_about(ana) == ["email.change_requested", "email.changed"]
    await service.tick()
    assert len(told(house)) == 2, "both addresses were told when it was asked for"


async def test_a_link_works_once_and_for_its_time(service: Service, herself: Actor) -> None:
    await ask(service, herself, NEW)
    change = await only_change()
    token = await token_of(change)
    await EmailChange.filter(id=change.id).update(expires_at=clock.utc_now())
    assert await faults_of(confirm(service, token)) == [("BAD_TOKEN", "token")]
    token = await token_of(change)
    answers = await asyncio.gather(*(confirm(service, token) for _ in range(3)), return_exceptions=True)
    assert len([answer for answer in answers if isinstance(answer, str)]) == 1
    for used in (token, "", "x" * 5_000):
        assert await faults_of(confirm(service, used)) == [("BAD_TOKEN", "token")]


async def test_a_link_that_was_never_minted_is_none(service: Service, herself: Actor) -> None:
    await ask(service, herself, NEW)
    assert (await only_change()).token_hash is None
    assert await faults_of(confirm(service, "")) == [("BAD_TOKEN", "token")]


async def test_only_the_link_of_the_last_try_at_a_letter_works(service: Service, herself: Actor) -> None:
    await ask(service, herself, NEW)
    change = await only_change()
    first, last = await token_of(change), await token_of(change)
    assert await faults_of(confirm(service, first)) == [("BAD_TOKEN", "token")]
    await confirm(service, last)


async def test_a_newer_request_ends_the_older_one_and_its_letters(
    house: House, service: Service, ana: Person, herself: Actor
) -> None:
    await ask(service, herself, NEW)
    older = await only_change()
    token = await token_of(older)
    await ask(service, herself, "anna@ville.example")
    assert await faults_of(confirm(service, token)) == [("BAD_TOKEN", "token")]
    with pytest.raises(Suppressed):
        await mint_email_link(BASE, older.id, 24)
    await service.tick()
    assert {call.address for call in told(house)} == {"anna@ville.example", ANA}
    assert await Delivery.filter(topic="email_change", state="SUPPRESSED").count() == 2
    await confirm(service, await token_of(await only_change()))
    assert (await Person.get(id=ana.id)).email == "anna@ville.example"


async def test_a_taken_address_answers_alike_and_sends_and_records_nothing(
    service: Service, ana: Person, herself: Actor
) -> None:
    events, letters = await Event.all().count(), await Delivery.all().count()
    for taken in (BOB, "BOB@Ville.Example"):
        began = clock.monotonic()
        assert await ask(service, herself, taken) == ana.id
        assert clock.monotonic() - began >= UNIFORM_ANSWER_SECONDS
    assert (await Event.all().count(), await Delivery.all().count()) == (events, letters)
    assert not await EmailChange.all().exists()
    began = clock.monotonic()
    await ask(service, herself, NEW)
    assert clock.monotonic() - began >= UNIFORM_ANSWER_SECONDS


async def test_a_taken_address_leaves_the_request_before_it_alone(service: Service, herself: Actor) -> None:
    await ask(service, herself, NEW)
    token = await token_of(await only_change())
    await ask(service, herself, BOB)
    await confirm(service, token)


async def test_one_s_own_address_is_no_change_but_its_spelling_may_be(
    service: Service, ana: Person, herself: Actor
) -> None:
    await ask(service, herself, ANA)
    assert not await EmailChange.all().exists()
    await ask(service, herself, "Ana@ville.example")
    await confirm(service, await token_of(await only_change()))
    row = await Person.get(id=ana.id)
    assert (row.email, row.email_key) == ("Ana@ville.example", ANA)


async def test_an_address_that_another_took_meanwhile(service: Service, ana: Person, herself: Actor) -> None:
    await ask(service, herself, "cleo@ville.example")
    token = await token_of(await only_change())
    await service.subscribe("zoe", "cleo")
    assert await faults_of(confirm(service, token)) == [("CONFLICT", "token")]
    assert (await Person.get(id=ana.id)).email == ANA
    assert (await only_change()).email == "cleo@ville.example"


async def test_of_two_who_confirm_the_same_address_at_once_one_has_it(service: Service, herself: Actor) -> None:
    bob = await Person.get(email_key=BOB)
    for actor in (herself, await actor_of(bob.id, is_staff=False)):
        await ask(service, actor, NEW)
    tokens = [await token_of(change) for change in await EmailChange.all()]
    answers = await asyncio.gather(*(confirm(service, token) for token in tokens), return_exceptions=True)
    assert len([answer for answer in answers if isinstance(answer, str)]) == 1
    assert await Person.filter(email_key=NEW).count() == 1


async def test_the_password_and_the_sessions_stay_and_unused_links_end(service: Service, ana: Person) -> None:
    await prepare()
    link = (await mint_password_link(BASE, ana, 1)).partition("token=")[2]
    signed_in = await choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(link, PASSWORD))
    herself = await actor_of(signed_in.person_id, is_staff=False)
    unused = (await mint_password_link(BASE, ana, 1)).partition("token=")[2]
    await ask(service, herself, NEW)
    await confirm(service, await token_of(await only_change()))
    assert not await OneTimeLink.filter(person_id=ana.id, used_at__isnull=True).exists()
    faults = await faults_of(
        choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(unused, "cinq grands bateaux rouges"))
    )
    assert faults == [("BAD_TOKEN", "token")]
    assert (await sign_in(ANONYMOUS, SignInForm(NEW, PASSWORD), "192.0.2.1")).person_id == ana.id
    old = sign_in(ANONYMOUS, SignInForm(ANA, PASSWORD), "192.0.2.1")
    assert await faults_of(old) == [("BAD_CREDENTIALS", "")]


async def test_letters_still_to_be_sent_follow_to_the_new_address_but_not_word_of_the_change(
    house: House, service: Service, herself: Actor
) -> None:
    """A link to choose a password, of all things, must not go to a mailbox that may be another's by now."""
    house.mood("down")
    await request_password(service.runtime, ANONYMOUS, RequestPasswordForm(ANA), "192.0.2.1")
    await ask(service, herself, NEW)
    await service.tick()
    assert await Delivery.filter(state="RETRYING").count() == 3
    await confirm(service, await token_of(await only_change()))
    house.mood("up")
    await Delivery.filter(state="RETRYING").update(next_attempt_at=LONG_AGO)
    before = len(house.calls("post"))
    await service.tick()
    went = {(call.topic, call.address) for call in house.calls("post")[before:]}
    assert ("password_link", NEW) in went and ("password_link", ANA) not in went
    assert ("email_change", ANA) in went


async def test_five_requests_a_day(service: Service, herself: Actor) -> None:
    for number in range(EMAIL_CHANGE_OF_PERSON.amount):
        # those that nobody could make do not count, those for a taken address do
        assert await faults_of(ask(service, herself, "nowhere")) == [("INVALID_INPUT", "email")]
        await ask(service, herself, BOB if number % 2 else f"ana{number}@ville.example")
    with pytest.raises(TooManyAttempts):
        await ask(service, herself, NEW)
    bob = await Person.get(email_key=BOB)
    await ask(service, await actor_of(bob.id, is_staff=False), NEW)


async def test_staff_change_it_at_once_and_both_addresses_are_told(
    house: House, service: Service, ana: Person, herself: Actor
) -> None:
    await ask(service, herself, "anna@ville.example")
    token = await token_of(await only_change())
    assert await give(service, ana.id, NEW) == ana.id
    row = await Person.get(id=ana.id)
    assert (row.email, row.email_key) == (NEW, NEW)
    assert await faults_of(confirm(service, token)) == [("BAD_TOKEN", "token")], "what she asked for is over"
    await service.tick()
    assert sorted(call.address for call in told(house)) == [NEW, ANA]
    assert "/confirm-email" not in text_of(house)
    assert await kinds_about(ana) == ["email.change_requested", "email.changed"]
    change = await EmailChange.get()
    assert (change.email, change.token_hash, change.expires_at) == (NEW, None, None)


async def test_staff_are_told_of_what_cannot_be(service: Service, ana: Person) -> None:
    assert await faults_of(give(service, ana.id, BOB)) == [("CONFLICT", "email")]
    assert await faults_of(give(service, ana.id, "nowhere")) == [("INVALID_INPUT", "email")]
    assert await faults_of(give(service, "person_unknown", NEW)) == [("NOT_FOUND", "personId")]
    await give(service, ana.id, ANA)
    assert not await EmailChange.all().exists()
    await erase_person(service.runtime, service.staff, ErasePersonForm(ana.id, "asked for"))
    assert await faults_of(give(service, ana.id, NEW)) == [("CONFLICT", "personId")]


@ONLY_SQLITE
async def test_nobody_else_names_another_person(service: Service, ana: Person, herself: Actor) -> None:
    bob = await Person.get(email_key=BOB)
    manager = await actor_of(bob.id, is_staff=False)
    assert manager.manages
    for actor in (manager, ANONYMOUS, Actor(key_id="key_1", scopes=frozenset(Scope))):
        assert await faults_of(give(service, ana.id, NEW, actor)) == [("FORBIDDEN", "")]
        assert await faults_of(give(service, "person_unknown", NEW, actor)) == [("FORBIDDEN", "")]
    assert not await EmailChange.all().exists()
    await give(service, ana.id, NEW, herself)
    assert (await only_change()).email == NEW, "naming oneself is asking for oneself"


async def test_staff_without_a_name_ask_for_themselves(service: Service) -> None:
    await ask(service, service.staff, "sam@capcom.example")
    assert (await only_change()).person_id == service.staff.person_id
    assert not await Person.filter(email_key="sam@capcom.example").exists()


@pytest.mark.rule("R23")
async def test_whoever_was_erased_since_the_request_came_in_asks_for_nothing(
    service: Service, ana: Person, herself: Actor
) -> None:
    await erase_person(service.runtime, service.staff, ErasePersonForm(ana.id, "asked for"))
    assert await faults_of(ask(service, herself, NEW)) == [("FORBIDDEN", "")]
    assert not await EmailChange.all().exists()
