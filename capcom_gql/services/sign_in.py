"""Sign in with e-mail address and password; known and unknown addresses are answered alike, in the same time (R5)."""

import asyncio
from dataclasses import dataclass
from functools import partial

from capcom_gql.access.authorize import authorize
from capcom_gql.access.passwords import verify_password
from capcom_gql.access.rate_limits import (
    PASSWORD_BITS,
    SIGN_IN_OF_SOURCE,
    SIGN_IN_SLOWED,
    SIGN_IN_TO_ACCOUNT,
    SIGNED_IN_FROM,
    SOURCE_BITS,
    count_attempt,
    counted,
    is_within,
    network_of,
    seconds_slowed,
    take_back,
)
from capcom_gql.access.sessions import SignedIn, open_session
from capcom_gql.domain.refusals import Code, Fault, Refusal
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import address_key
from capcom_gql.forms import compared
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Person


@dataclass(frozen=True, slots=True)
class SignInForm:
    """The credentials of a person."""

    email: str
    password: str


async def sign_in(actor: Actor, form: SignInForm, source: str) -> SignedIn:
    """Check the credentials and open a session. `source` is the network address of the caller.

    Wrong passwords are counted: for the source, and for the account and the network of the source together. Those from
    networks that have not signed in to the account delay the answers to such networks; it is never locked (R5). Raises
    Refusal (BAD_CREDENTIALS) and TooManyAttempts.
    """
    authorize(Right.PUBLIC, actor)
    key = address_key(compared(form.email))
    address, network = network_of(source, *SOURCE_BITS), network_of(source, *PASSWORD_BITS)
    # counted before the password is verified, so that of many at once no more are judged
    await count_attempt(SIGN_IN_OF_SOURCE, address)
    await count_attempt(SIGN_IN_TO_ACCOUNT, key, network)
    is_known_network = await counted(SIGNED_IN_FROM, key, network) > 0
    if not is_known_network:
        await asyncio.sleep(await seconds_slowed(key))
    person = await Person.get_or_none(email_key=key)
    stored_hash = None if person is None else person.password_hash
    if not await verify_password(form.password, stored_hash) or person is None:
        if not is_known_network:
            await is_within(SIGN_IN_SLOWED, key)
        raise _refusal()
    await take_back(SIGN_IN_OF_SOURCE, address)
    await take_back(SIGN_IN_TO_ACCOUNT, key, network)
    if not is_known_network:
        await is_within(SIGNED_IN_FROM, key, network)
    return await in_one_transaction(partial(_open, person.id, stored_hash, source))


async def _open(person_id: str, verified_hash: str | None, source: str) -> SignedIn:
    """Open a session, unless another password was chosen while this one was being verified."""
    person = await Person.filter(id=person_id, password_hash=verified_hash).select_for_update().first()
    if person is None:
        raise _refusal()
    return await open_session(person, source)


def _refusal() -> Refusal:
    return Refusal(Fault(Code.BAD_CREDENTIALS, (), "bad_credentials"))
