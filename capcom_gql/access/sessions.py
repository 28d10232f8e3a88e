"""Open a session for a person: an opaque token, kept as a hash, on the real clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from capcom_gql import clock
from capcom_gql.access.tokens import hashed, new_session_token
from capcom_gql.storage import ids
from capcom_gql.storage.tables import Person, Session

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session: the token is given once."""

    person_id: str
    access_token: str
    expires_at: datetime


async def open_session(person: Person) -> SignedIn:
    """A new session of 24 hours."""
    token = new_session_token()
    now = clock.utc_now()
    session = await Session.create(
        id=ids.new_id(ids.SESSION),
        token_hash=hashed(token),
        person=person,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return SignedIn(person.id, token, session.expires_at)
