"""Links that work once: minted when the letter is sent, kept as hashes, on the real clock (R7)."""

from datetime import timedelta
from urllib.parse import urlencode

from capcom_gql import clock
from capcom_gql.services.tokens import hashed, new_link_token
from capcom_gql.storage.access import OneTimeLink
from capcom_gql.storage.models import Person


async def mint_password_link(account_base_url: str, person: Person, hours: int) -> str:
    """The address of the page on which a person chooses a password, with a new token that holds some hours."""
    token = new_link_token()
    now = clock.utc_now()
    await OneTimeLink.create(
        token_hash=hashed(token), person=person, created_at=now, expires_at=now + timedelta(hours=hours)
    )
    return f"{account_base_url}/choose-password?{urlencode({'token': token})}"
