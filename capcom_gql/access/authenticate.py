"""Who asks: read from the database at each request, so that a revoked right stops at once, on every process."""

import asyncio
import logging
from datetime import datetime, timedelta

from capcom_gql import clock
from capcom_gql.access.tokens import KEY_PREFIX, hashed, is_well_formed_key
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.storage.tables import ApiKey, Seat, Session

# A key's last use is noted at this grain, so that checks stay reads.
_USE_NOTED_EVERY = timedelta(minutes=1)

# By key, what is being noted; the loop itself keeps no hold of its tasks.
_notes: dict[str, asyncio.Task[None]] = {}

log = logging.getLogger(__name__)


class BadToken(Exception):
    """The bearer token is unknown, revoked or over."""


async def authenticate(bearer: str | None) -> Actor:
    """The caller behind a bearer token, a session's or an API key's; anonymous without one. Raises BadToken."""
    if bearer is None:
        return ANONYMOUS
    if bearer.startswith(KEY_PREFIX):
        return await _machine(bearer)
    return await _person(bearer)


async def _machine(secret: str) -> Actor:
    key = await ApiKey.get_or_none(secret_hash=hashed(secret)) if is_well_formed_key(secret) else None
    now = clock.utc_now()
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise BadToken
    if key.last_used_at is None or key.last_used_at <= now - _USE_NOTED_EVERY:
        _note_use(key.id, now)
    return Actor(key_id=key.id, scopes=frozenset(Scope(scope) for scope in key.scopes))


def _note_use(key_id: str, now: datetime) -> None:
    """Write down a key's use beside the request: a check is a read, and must not wait or fail for a note."""

    async def note() -> None:
        try:
            await ApiKey.filter(id=key_id).update(last_used_at=now)
        except Exception:
            log.warning("the use of a key was not noted", exc_info=True, extra={"key_id": key_id})

    if key_id not in _notes:
        _notes[key_id] = asyncio.create_task(note())
        _notes[key_id].add_done_callback(lambda _: _notes.pop(key_id))


async def notes_written() -> None:
    """Wait for what is still being noted, before the database closes."""
    await asyncio.gather(*_notes.values())


async def _person(token: str) -> Actor:
    session = await Session.get_or_none(token_hash=hashed(token)).select_related("person")
    if session is None or session.revoked_at is not None or session.expires_at <= clock.utc_now():
        raise BadToken
    return await actor_of(session.person_id, is_staff=session.person.is_staff)


async def actor_of(person_id: str, *, is_staff: bool) -> Actor:
    """A person with the ties that their active seats give them now."""
    seats = await Seat.filter(person_id=person_id, removed_at__isnull=True).values_list(
        "subscription__organisation_id", "is_manager"
    )
    return Actor(
        person_id=person_id,
        is_staff=is_staff,
        belongs_to=frozenset(str(organisation_id) for organisation_id, _ in seats),
        manages=frozenset(str(organisation_id) for organisation_id, is_manager in seats if is_manager),
    )
