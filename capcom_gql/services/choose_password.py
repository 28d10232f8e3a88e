"""Choose a password with a one-time link; the person is then signed in (R5, R7)."""

from dataclasses import dataclass

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.access.passwords import composed, hash_password
from capcom_gql.access.sessions import SignedIn, end_sessions, open_session
from capcom_gql.access.tokens import hash_token
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.passwords import check_password
from capcom_gql.domain.refusals import Code, Fault, Refusal, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewDelivery, NewEvent, record, to_person
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import OneTimeLink, Person


@dataclass(frozen=True, slots=True)
class ChoosePasswordForm:
    """The token of the link, and the chosen password."""

    token: str
    password: str


async def choose_password(
    runtime: Runtime, actor: Actor, form: ChoosePasswordForm, source: str | None = None
) -> SignedIn:
    """Set the password, end every other session and link of the person, and open a session.

    A person who had a password before is mailed that it has changed. `source` is the network address of the caller.
    Raises Refusal: BAD_TOKEN for a link that is unknown, used or expired (real clock); WEAK_PASSWORD, after which the
    link still works.
    """
    authorize(Right.PUBLIC, actor)
    link = await _valid_link(form.token)
    person = await link.person
    refuse_if(check_password(composed(form.password), email=person.email))
    password_hash = await hash_password(form.password)
    return await in_one_transaction(lambda: _choose(runtime, actor, form.token, password_hash, source))


async def _valid_link(token: str) -> OneTimeLink:
    link = await OneTimeLink.get_or_none(token_hash=hash_token(token))
    if link is None or link.used_at is not None or link.expires_at <= clock.utc_now():
        raise Refusal(Fault(Code.BAD_TOKEN, ("token",), "bad_token"))
    return link


async def _choose(runtime: Runtime, actor: Actor, token: str, password_hash: str, source: str | None) -> SignedIn:
    now = clock.utc_now()
    link = await _valid_link(token)
    unused = OneTimeLink.filter(token_hash=hash_token(token), used_at__isnull=True)
    if not await unused.update(used_at=now):
        raise Refusal(Fault(Code.BAD_TOKEN, ("token",), "bad_token"))
    # signing in locks the person's row too, so that no session is opened with the old password meanwhile
    person = await Person.filter(id=link.person_id).select_for_update().get()
    had_password = person.password_hash is not None
    person.password_hash = password_hash
    await person.save(update_fields=["password_hash"])
    await OneTimeLink.filter(person_id=person.id, used_at__isnull=True).update(used_at=now)
    await end_sessions(person.id)
    if had_password:
        changed_at = await product_now()
        letter = NewDelivery(Topic.PASSWORD_CHANGED, to_person(person), changed_at)
        entry = NewEvent(Kind.PASSWORD_CHANGED, {}, subject_id=person.id, deliveries=[letter])
        await record(entry, actor=actor, now=changed_at, channels=runtime.channels)
    return await open_session(person, source)
