"""Sessions: how long one lasts, and how people list and end their own (R5)."""

from datetime import datetime, timedelta

import pytest

from capcom_gql import clock
from capcom_gql.access.authenticate import BadToken, authenticate, wait_for_recorded_uses
from capcom_gql.access.sessions import SignedIn, open_session, open_sessions
from capcom_gql.domain.refusals import Code, Refusal
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.services.end_sessions import EndAllSessionsForm, EndSessionForm, end_all_sessions, end_session
from capcom_gql.storage.tables import Person, Session
from tests.services.house import Service

pytestmark = pytest.mark.rule("R5")

SECOND = timedelta(seconds=1)


@pytest.fixture
async def ana(service: Service) -> Person:
    """Ana, who has an account."""
    await service.subscribe("ana", "bob")
    return await Person.get(email_key="ana@ville.example")


async def works(signed_in: SignedIn) -> bool:
    """Whether the token of a session is accepted."""
    try:
        await authenticate(signed_in.access_token)
    except BadToken:
        return False
    return True


async def write(signed_in: SignedIn, **columns: datetime) -> None:
    """Change the instants of a session."""
    await Session.filter(id=signed_in.session_id).update(**columns)


async def test_two_hours_without_use_end_a_session(ana: Person) -> None:
    idle, used = await open_session(ana), await open_session(ana)
    await write(idle, last_used_at=clock.utc_now() - timedelta(hours=2))
    await write(used, last_used_at=clock.utc_now() - timedelta(hours=2) + 30 * SECOND)
    assert not await works(idle)
    assert await works(used)
    assert [row.id for row in await open_sessions(ana.id)] == [used.session_id]
    await wait_for_recorded_uses()
    # its use gave it two hours more
    last_used_at = (await Session.get(id=used.session_id)).last_used_at
    assert last_used_at is not None and last_used_at > clock.utc_now() - timedelta(minutes=1)


async def test_a_session_that_is_used_ends_after_a_day(ana: Person) -> None:
    signed_in = await open_session(ana)
    assert signed_in.expires_at - (await Session.get(id=signed_in.session_id)).created_at == timedelta(hours=24)
    await write(signed_in, expires_at=clock.utc_now() + 30 * SECOND)
    assert await works(signed_in)
    await write(signed_in, expires_at=clock.utc_now())
    assert not await works(signed_in)


async def test_a_session_opened_before_its_use_was_recorded_counts_from_its_beginning(ana: Person) -> None:
    signed_in = await open_session(ana)
    await Session.filter(id=signed_in.session_id).update(last_used_at=None)
    assert await works(signed_in)
    await wait_for_recorded_uses()
    await Session.filter(id=signed_in.session_id).update(
        last_used_at=None, created_at=clock.utc_now() - timedelta(hours=2)
    )
    assert not await works(signed_in)


async def test_the_last_use_is_recorded_once_a_minute(ana: Person) -> None:
    signed_in = await open_session(ana)
    lately = clock.utc_now() - timedelta(seconds=30)
    await write(signed_in, last_used_at=lately)
    assert await works(signed_in)
    await wait_for_recorded_uses()
    assert (await Session.get(id=signed_in.session_id)).last_used_at == lately
    await write(signed_in, last_used_at=clock.utc_now() - timedelta(minutes=1))
    assert await works(signed_in)
    await wait_for_recorded_uses()
    assert (await Session.get(id=signed_in.session_id)).last_used_at > lately


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::77", "2001:db8:1::/48"),
        ("", None),
        (None, None),
    ],
)
async def test_the_network_of_a_session_is_kept_and_not_the_address(
    ana: Person, source: str | None, network: str | None
) -> None:
    signed_in = await open_session(ana, source)
    assert (await Session.get(id=signed_in.session_id)).network == network


async def test_ending_one_session_leaves_the_others(ana: Person) -> None:
    here, there = await open_session(ana), await open_session(ana)
    actor = await authenticate(here.access_token)
    for _ in range(2):
        assert await end_session(actor, EndSessionForm(there.session_id))
    assert not await works(there)
    assert await works(here)


async def test_the_session_of_another_person_does_not_exist(ana: Person) -> None:
    of_bob = await open_session(await Person.get(email_key="bob@ville.example"))
    actor = await authenticate((await open_session(ana)).access_token)
    for session_id in (of_bob.session_id, "session_00000000000000000000000000"):
        with pytest.raises(Refusal) as refused:
            await end_session(actor, EndSessionForm(session_id))
        assert [(each.code, each.path) for each in refused.value.faults] == [(Code.NOT_FOUND, ("sessionId",))]
    assert await works(of_bob)


@pytest.mark.parametrize(("keeps", "ended"), [(True, 2), (False, 3)])
async def test_all_sessions_are_ended_but_that_of_the_request(ana: Person, keeps: bool, ended: int) -> None:
    here, *others = [await open_session(ana) for _ in range(3)]
    of_bob, over = await open_session(await Person.get(email_key="bob@ville.example")), await open_session(ana)
    await write(over, expires_at=clock.utc_now())
    actor = await authenticate(here.access_token)
    assert await end_all_sessions(actor, EndAllSessionsForm(keeps)) == ended
    assert [await works(each) for each in (here, *others, of_bob)] == [keeps, False, False, True]


async def test_who_is_no_person_has_no_sessions(ana: Person) -> None:
    signed_in = await open_session(ana)
    for actor in (ANONYMOUS, Actor(key_id="key_1", scopes=frozenset(Scope))):
        for deed in (
            end_session(actor, EndSessionForm(signed_in.session_id)),
            end_all_sessions(actor, EndAllSessionsForm()),
        ):
            with pytest.raises(Refusal) as refused:
                await deed
            assert [each.code for each in refused.value.faults] == [Code.FORBIDDEN]
    assert await works(signed_in)
