"""Sessions of signed-in persons: an opaque token, stored as a hash; how long one lasts, by the real clock (R5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from capcom_gql import clock
from capcom_gql.access.rate_limits import PASSWORD_BITS, network_of
from capcom_gql.access.tokens import hash_token, new_session_token
from capcom_gql.storage import ids
from capcom_gql.storage.tables import Person, Session

LIFETIME = timedelta(hours=24)
"""How long a session lasts at most, by the real clock (R5)."""
IDLE = timedelta(hours=2)
"""How long a session lasts without being used, by the real clock (R5)."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session, with its token, which is shown only now; `expires_at` is in UTC, by the real clock."""

    person_id: str
    access_token: str
    expires_at: datetime
    session_id: str


async def open_session(person: Person, source: str | None = None) -> SignedIn:
    """Create a session for a person. `source` is the network address of the caller, None for the command line."""
    token = new_session_token()
    now = clock.utc_now()
    session = await Session.create(
        id=ids.new_id(ids.SESSION),
        token_hash=hash_token(token),
        person=person,
        network=network_of(source, *PASSWORD_BITS) if source else None,
        created_at=now,
        last_used_at=now,
        expires_at=now + LIFETIME,
    )
    return SignedIn(person.id, token, session.expires_at, session.id)


def is_over(session: Session, now: datetime) -> bool:
    """Whether a session no longer works: ended, 24 hours old, or not used for two hours (R5)."""
    used_at = last_use(session)
    return session.revoked_at is not None or session.expires_at <= now or used_at + IDLE <= now


def last_use(session: Session) -> datetime:
    """When a session was last used, to the minute."""
    used_at: datetime = session.last_used_at or session.created_at
    return used_at


async def open_sessions(person_id: str) -> list[Session]:
    """The sessions of a person that still work, the newest first."""
    now = clock.utc_now()
    rows = await _not_ended(person_id).order_by("-created_at", "-id")
    return [row for row in rows if not is_over(row, now)]


async def end_sessions(person_id: str, keep: str | None = None) -> int:
    """End every session of a person but `keep` (an id). Returns how many of them were still working."""
    ended = [row.id for row in await open_sessions(person_id) if row.id != keep]
    await _not_ended(person_id).exclude(id=keep or "").update(revoked_at=clock.utc_now())
    return len(ended)


def _not_ended(person_id: str) -> QuerySet[Session]:
    return Session.filter(person_id=person_id, revoked_at__isnull=True)
