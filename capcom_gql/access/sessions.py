"""Sessions of signed-in persons: an opaque token, stored as a hash, valid for 24 hours of the real clock (R5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from capcom_gql import clock
from capcom_gql.access.tokens import hash_token, new_session_token
from capcom_gql.storage import ids
from capcom_gql.storage.tables import Person, Session

LIFETIME = timedelta(hours=24)
"""How long a session lasts, by the real clock (R5)."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session, with its token, which is shown only now; `expires_at` is in UTC, by the real clock."""

    person_id: str
    access_token: str
    expires_at: datetime


async def open_session(person: Person) -> SignedIn:
    """Create a session of 24 hours for a person."""
    token = new_session_token()
    now = clock.utc_now()
    session = await Session.create(
        id=ids.new_id(ids.SESSION),
        token_hash=hash_token(token),
        person=person,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return SignedIn(person.id, token, session.expires_at)
