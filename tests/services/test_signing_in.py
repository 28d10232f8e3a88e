"""Sessions and passwords: what two at once make of them (R5)."""

import asyncio
import unicodedata
from collections.abc import Awaitable

import pytest

from capcom_gql.access.authenticate import BadToken, authenticate
from capcom_gql.access.passwords import MAX_CONCURRENT, _gate, prepare
from capcom_gql.access.sessions import SignedIn
from capcom_gql.access.tokens import hash_token
from capcom_gql.delivery.links import ASKED_FOR, mint_password_link, welcome_to
from capcom_gql.domain.refusals import Code, Refusal
from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.services.choose_password import ChoosePasswordForm, choose_password
from capcom_gql.services.sign_in import SignInForm, sign_in
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Delivery, OneTimeLink, Person
from tests.databases import ONLY_POSTGRES
from tests.patience import LONG
from tests.services.house import Service

OLD, NEW = "quatre petits chevaux gris", "cinq grands bateaux rouges"
ANA = "ana@ville.example"
BASE = "https://capcom.example"


async def link_of(address: str) -> str:
    """The token of a link to choose a password, as a letter carries it."""
    link = await mint_password_link(BASE, await Person.get(email_key=address), 1)
    return link.partition("token=")[2]


async def choose(service: Service, address: str, password: str) -> SignedIn:
    """Choose a password by a new link."""
    return await choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(await link_of(address), password))


def enter(password: str) -> Awaitable[SignedIn]:
    """Sign in as Ana."""
    return sign_in(ANONYMOUS, SignInForm(ANA, password), "192.0.2.1")


async def is_refused(deed: Awaitable[object]) -> bool:
    """Whether the password is not the one."""
    try:
        await deed
    except Refusal as refusal:
        return [fault.code for fault in refusal.faults] == [Code.BAD_CREDENTIALS]
    return False


async def works(signed_in: SignedIn) -> bool:
    """Whether a session is still good."""
    try:
        await authenticate(signed_in.access_token)
    except BadToken:
        return False
    return True


@pytest.fixture
async def ana(service: Service) -> Person:
    """Ana, who has chosen her old password."""
    await prepare()
    await service.subscribe("ana", "bob")
    await choose(service, ANA, OLD)
    return await Person.get(email_key=ANA)


async def waiting(gate: asyncio.Semaphore, count: int) -> None:
    """Until so many wait for their turn to hash."""
    async with asyncio.timeout(LONG):
        while len(gate._waiters or ()) < count:  # noqa: ASYNC110  the gate tells nobody of its queue
            await asyncio.sleep(0.01)


async def test_a_password_chosen_while_the_old_one_is_verified(service: Service, ana: Person) -> None:
    """Both queue to hash: the new one is chosen, in full, before the old one, read before, turns out right."""
    token = await link_of(ANA)
    gate = _gate(asyncio.get_running_loop())
    for _ in range(MAX_CONCURRENT):
        await gate.acquire()
    choosing = asyncio.create_task(choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(token, NEW)))
    await waiting(gate, 1)
    between = asyncio.create_task(gate.acquire())
    await waiting(gate, 2)
    entering = asyncio.ensure_future(enter(OLD))
    await waiting(gate, 3)
    gate.release()
    chosen = await choosing
    await between
    assert not entering.done()
    for _ in range(MAX_CONCURRENT):
        gate.release()
    assert await is_refused(entering)
    assert await works(chosen)
    assert await works(await enter(NEW))


@ONLY_POSTGRES
async def test_a_session_opened_while_another_password_is_being_chosen(service: Service, ana: Person) -> None:
    """Signing in is let wait at its very end, with the session not committed yet; the choice ends it all the same."""
    token = await link_of(ANA)
    opened: asyncio.Future[SignedIn] = asyncio.get_running_loop().create_future()
    held = asyncio.Event()

    async def hold() -> None:
        opened.set_result(await enter(OLD))
        await held.wait()

    # nested in a transaction of ours, what the deed writes is not seen before that one ends
    holding = asyncio.create_task(in_one_transaction(hold))
    session = await opened
    choosing = asyncio.create_task(choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(token, NEW)))
    await asyncio.sleep(0.5)
    assert not choosing.done(), "the choice waits for the person's row"
    held.set()
    await holding
    chosen = await choosing
    assert not await works(session)
    assert await works(chosen)


async def test_many_at_once_leave_one_password_and_no_session_of_another(service: Service, ana: Person) -> None:
    tokens = [await link_of(ANA) for _ in range(2)]
    choices = [choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(token, NEW)) for token in tokens]
    entries = [enter(OLD) for _ in range(3)]
    answers = await asyncio.gather(*entries[:2], *choices, *entries[2:], return_exceptions=True)
    sessions = [answer for answer in answers if isinstance(answer, SignedIn)]
    assert [await works(session) for session in sessions].count(True) == 1
    assert await is_refused(enter(OLD))
    assert await works(await enter(NEW))


async def letters() -> list[tuple[str, str]]:
    """The letters that say that a password has changed, and the kinds of event that they are about."""
    found = Delivery.filter(topic="password_changed").values_list("recipient", "event__kind")
    return [(str(recipient), str(kind)) for recipient, kind in await found]


async def test_a_letter_says_that_a_password_has_changed_not_that_the_first_was_chosen(
    service: Service, ana: Person
) -> None:
    assert await letters() == []
    before = await enter(OLD)
    chosen = await choose(service, ANA, NEW)
    assert await letters() == [(ANA, "password.changed")]
    assert not await works(before)
    assert await works(chosen)


async def test_a_newer_link_voids_the_older_ones_of_its_kind(service: Service, ana: Person) -> None:
    purposes = (ASKED_FOR, welcome_to("seat_1"), welcome_to("seat_2"))
    older = {each: await mint_password_link(BASE, ana, 1, each) for each in purposes}
    await mint_password_link(BASE, ana, 1)
    await mint_password_link(BASE, ana, 1, welcome_to("seat_2"))
    of_another = await mint_password_link(BASE, await Person.get(email_key="bob@ville.example"), 1)
    await mint_password_link(BASE, ana, 1)
    usable = {row.token_hash for row in await OneTimeLink.filter(used_at__isnull=True)}

    def is_usable(link: str) -> bool:
        return hash_token(link.partition("token=")[2]) in usable

    assert [is_usable(older[each]) for each in purposes] == [False, True, False]
    assert is_usable(of_another)
    with pytest.raises(Refusal) as refused:
        token = older[ASKED_FOR].partition("token=")[2]
        await choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(token, NEW))
    assert [fault.code for fault in refused.value.faults] == [Code.BAD_TOKEN]


async def test_accents_written_apart_do_not_make_a_password_longer(service: Service, ana: Person) -> None:
    fourteen = unicodedata.normalize("NFD", "été à la foire")
    assert len(fourteen) > len(unicodedata.normalize("NFC", fourteen)) == 14
    with pytest.raises(Refusal) as refused:
        await choose(service, ANA, fourteen)
    assert [fault.code for fault in refused.value.faults] == [Code.WEAK_PASSWORD]
