"""Confirm a new e-mail address with the link that was mailed to it; it takes effect at once (R24)."""

from dataclasses import dataclass

from capcom_gql import clock
from capcom_gql.access.accounts import change_address, is_address_taken
from capcom_gql.access.authorize import authorize
from capcom_gql.access.tokens import hash_token
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Code, Fault, Refusal
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent, record
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import EmailChange, Person

_TOKEN = ("token",)


@dataclass(frozen=True, slots=True)
class ConfirmEmailForm:
    """The token of the link."""

    token: str


async def confirm_email(runtime: Runtime, actor: Actor, form: ConfirmEmailForm) -> str:
    """Change the address of the link's person. Returns the person's id.

    Raises Refusal: BAD_TOKEN for a link that is unknown, used, expired (24 hours, real clock) or replaced by a newer
    one; CONFLICT where another person has the address by now: the link proves that the caller reads its mail, so the
    answer reveals nothing to a stranger.
    """
    authorize(Right.PUBLIC, actor)

    async def work() -> str:
        requested = await _valid(form.token)
        # two uses of a link, or a use and a newer request, wait for each other at the person's row
        person = await Person.filter(id=requested.person_id).select_for_update().get()
        change = await _valid(form.token)
        if await is_address_taken(person, change.email):
            raise Refusal(Fault(Code.CONFLICT, _TOKEN, "email_taken"))
        change.used_at = clock.utc_now()
        await change.save(update_fields=["used_at"])
        await change_address(person, change.email)
        entry = NewEvent(Kind.EMAIL_CHANGED, {"person_id": person.id}, subject_id=person.id)
        await record(entry, actor=actor, now=await product_now(), channels=runtime.channels)
        return person.id

    return await in_one_transaction(work)


async def _valid(token: str) -> EmailChange:
    change = await EmailChange.get_or_none(token_hash=hash_token(token))
    now = clock.utc_now()
    if change is None or change.used_at is not None or change.expires_at is None or change.expires_at <= now:
        raise Refusal(Fault(Code.BAD_TOKEN, _TOKEN, "bad_token"))
    return change
