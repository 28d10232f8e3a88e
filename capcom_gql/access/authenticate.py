"""The caller behind a bearer token, read from the database at each request, so that revoking has effect at once."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from capcom_gql import clock
from capcom_gql.access.sessions import is_over, last_use
from capcom_gql.access.tokens import KEY_PREFIX, hash_token, is_well_formed_key
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.storage.tables import ApiKey, Seat, Session

# so that a request is a read nearly always
_USE_RECORDED_EVERY = timedelta(minutes=1)

# by the id of a key or a session; an event loop holds only weak references to its tasks
_recordings: dict[str, asyncio.Task[None]] = {}

log = logging.getLogger(__name__)


class BadToken(Exception):
    """The bearer token is malformed, unknown, revoked or expired."""


async def authenticate(bearer: str | None) -> Actor:
    """The caller behind the bearer token of a session or an API key; ANONYMOUS without a token.

    Expiry is by the real clock. Raises BadToken.
    """
    if bearer is None:
        return ANONYMOUS
    if bearer.startswith(KEY_PREFIX):
        return await _machine(bearer)
    return await _person(bearer)


async def _machine(secret: str) -> Actor:
    key = await ApiKey.get_or_none(secret_hash=hash_token(secret)) if is_well_formed_key(secret) else None
    now = clock.utc_now()
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise BadToken
    if key.last_used_at is None or key.last_used_at <= now - _USE_RECORDED_EVERY:
        _record_use(ApiKey, key.id, now)
    return Actor(key_id=key.id, scopes=frozenset(Scope(scope) for scope in key.scopes))


def _record_use(table: type[ApiKey] | type[Session], row_id: str, now: datetime) -> None:
    """Write the last use of a key or a session in the background: no request waits for it or fails because of it."""

    async def write() -> None:
        try:
            await table.filter(id=row_id).update(last_used_at=now)
        except Exception:
            name = "key" if table is ApiKey else "session"
            log.warning("the use of a %s was not recorded", name, exc_info=True, extra={f"{name}_id": row_id})

    if row_id not in _recordings:
        _recordings[row_id] = asyncio.create_task(write())
        _recordings[row_id].add_done_callback(lambda _: _recordings.pop(row_id))


async def wait_for_recorded_uses() -> None:
    """Wait until the last uses of keys and sessions are written; to be called before the database is closed."""
    await asyncio.gather(*_recordings.values())


async def _person(token: str) -> Actor:
    session = await Session.get_or_none(token_hash=hash_token(token)).select_related("person")
    now = clock.utc_now()
    if session is None or is_over(session, now):
        raise BadToken
    if last_use(session) <= now - _USE_RECORDED_EVERY:
        _record_use(Session, session.id, now)
    actor = await actor_of(session.person_id, is_staff=session.person.is_staff)
    return replace(actor, session_id=session.id)


async def actor_of(person_id: str, *, is_staff: bool) -> Actor:
    """The actor of a signed-in person, with the organisations in which they have an active seat now."""
    seats = await Seat.filter(person_id=person_id, removed_at__isnull=True).values_list(
        "subscription__organisation_id", "is_manager"
    )
    return Actor(
        person_id=person_id,
        is_staff=is_staff,
        belongs_to=frozenset(str(organisation_id) for organisation_id, _ in seats),
        manages=frozenset(str(organisation_id) for organisation_id, is_manager in seats if is_manager),
    )
