"""Sign in with e-mail address and password; known and unknown addresses are answered alike, in the same time (R5)."""

from dataclasses import dataclass
from functools import partial

from capcom_gql.access.authorize import authorize
from capcom_gql.access.passwords import verify_password
from capcom_gql.access.rate_limits import SIGN_IN_OVERALL, SIGN_IN_PER_ACCOUNT, SIGN_IN_PER_SOURCE, RateLimits
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


async def sign_in(actor: Actor, form: SignInForm, rate_limits: RateLimits, source: str) -> SignedIn:
    """Check the credentials and open a session of 24 hours. `source` is the network address of the caller.

    Raises Refusal (BAD_CREDENTIALS), and TooManyAttempts beyond the limits for the account, the source and the process.
    """
    authorize(Right.PUBLIC, actor)
    key = address_key(compared(form.email))
    # the source first, so that one source cannot use up the attempts of many accounts
    await rate_limits.count(SIGN_IN_PER_SOURCE, "sign-in-from", source)
    await rate_limits.count(SIGN_IN_OVERALL, "sign-in-overall")
    await rate_limits.count(SIGN_IN_PER_ACCOUNT, "sign-in", key)
    person = await Person.get_or_none(email_key=key)
    stored_hash = None if person is None else person.password_hash
    if not await verify_password(form.password, stored_hash) or person is None:
        raise _refusal()
    return await in_one_transaction(partial(_open, person.id, stored_hash))


async def _open(person_id: str, verified_hash: str | None) -> SignedIn:
    """Open a session, unless another password was chosen while this one was being verified."""
    person = await Person.filter(id=person_id, password_hash=verified_hash).select_for_update().first()
    if person is None:
        raise _refusal()
    return await open_session(person)


def _refusal() -> Refusal:
    return Refusal(Fault(Code.BAD_CREDENTIALS, (), "bad_credentials"))
