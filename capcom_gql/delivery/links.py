"""One-time links of letters: created when the letter is sent, stored as hashes, by the real clock (R7, R18, R24)."""

from datetime import timedelta
from urllib.parse import urlencode

from capcom_gql import clock
from capcom_gql.access.tokens import hash_token, new_link_token
from capcom_gql.delivery.suppressed import Suppressed
from capcom_gql.domain.privacy import is_erased
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import EmailChange, OneTimeLink, Person, UnsubscribeLink

ASKED_FOR = "asked for"
"""The purpose of a link that a person asked for, or that the command line printed."""


def welcome_to(seat_id: str) -> str:
    """The purpose of the link in the welcome to a seat."""
    return f"welcome to {seat_id}"


async def mint_password_link(account_base_url: str, person: Person, hours: int, purpose: str = ASKED_FOR) -> str:
    """The URL of the page on which a person chooses a password, with a new token that works for `hours` hours (R5).

    The person's unused links for the same `purpose` no longer work: another that was asked for, or the welcome to the
    same seat (`welcome_to`). Raises Suppressed if the person was erased in the meantime (R23).
    """
    token = new_link_token()
    now = clock.utc_now()

    async def work() -> None:
        # under the lock that erasing takes: a letter already on its way must not create a link after the erasure
        known = await Person.filter(id=person.id).select_for_update().get()
        if is_erased(known.id, known.email):
            raise Suppressed("the person was erased before the letter was sent")
        older = OneTimeLink.filter(person_id=known.id, purpose=purpose, used_at__isnull=True)
        await older.update(used_at=now)
        await OneTimeLink.create(
            token_hash=hash_token(token),
            person=known,
            purpose=purpose,
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )

    await in_one_transaction(work)
    return f"{account_base_url}/choose-password?{urlencode({'token': token})}"


async def mint_email_link(account_base_url: str, change_id: str, hours: int) -> str:
    """The URL of the page on which a new address is confirmed, with a new token that works for `hours` hours (R24).

    The token of an earlier attempt at the same letter no longer works. Raises Suppressed if the change was cancelled or
    confirmed in the meantime.
    """
    token = new_link_token()
    status = EmailChange.filter(id=change_id, used_at__isnull=True)
    expires_at = clock.utc_now() + timedelta(hours=hours)
    if not await status.update(token_hash=hash_token(token), expires_at=expires_at):
        raise Suppressed("the change of address was cancelled or confirmed before the letter was sent")
    return f"{account_base_url}/confirm-email?{urlencode({'token': token})}"


async def mint_unsubscribe_link(public_url: str, person: Person) -> str:
    """The URL at which a person refuses further surveys, with a new token that works until the person is erased (R18).

    Raises Suppressed if the person has refused them already, or was erased in the meantime.
    """
    token = new_link_token()

    async def work() -> None:
        # under the lock that erasing and refusing take, so that a letter already on its way notices them
        known = await Person.filter(id=person.id).select_for_update().get()
        if is_erased(known.id, known.email):
            raise Suppressed("the person was erased before the letter was sent")
        if known.surveys_refused_at is not None:
            raise Suppressed("the person has refused surveys by mail")
        await UnsubscribeLink.create(token_hash=hash_token(token), person=known, created_at=clock.utc_now())

    await in_one_transaction(work)
    return f"{public_url}/unsubscribe?{urlencode({'token': token})}"
