"""Change an e-mail address: by a link mailed to the new one, or at once by staff; the old one is notified (R24)."""

import asyncio
from dataclasses import dataclass

from capcom_gql import clock
from capcom_gql.access.accounts import change_address, is_address_taken, lock_own_account
from capcom_gql.access.authorize import authorize
from capcom_gql.access.rate_limits import EMAIL_CHANGE_OF_PERSON, UNIFORM_ANSWER_SECONDS, count_attempt
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import AddressKind, Topic
from capcom_gql.domain.privacy import check_not_erased
from capcom_gql.domain.refusals import Code, Fault, Refusal, forbidden, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import Email, Read
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewDelivery, NewEvent, Recipient, record, to_person
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import EmailChange, Person


@dataclass(frozen=True, slots=True)
class ChangeEmailForm:
    """A new e-mail address."""

    email: str
    person_id: str | None = None
    """whose address staff change at once; None, or the caller's own id, requests a change of the caller's"""


async def change_email(runtime: Runtime, actor: Actor, form: ChangeEmailForm) -> str:
    """Request a new address for the caller, or change it at once where staff name the person. Returns the person's id.

    To a person an address that somebody has is answered like any other, after the same time, and nothing is sent.
    Raises Refusal: FORBIDDEN, INVALID_INPUT at `email`; to staff NOT_FOUND or CONFLICT (erased) at `personId`, CONFLICT
    at `email` where it is taken. Raises TooManyAttempts beyond five requests a day.
    """
    authorize(Right.SELF, actor)
    read = Email().read(("email",), form.email)
    if form.person_id is not None and actor.is_staff:
        return await _by_staff(runtime, actor, read, form.person_id)
    if actor.person_id is None or form.person_id not in (None, actor.person_id):
        raise Refusal(forbidden())
    started = clock.monotonic()
    refuse_if(read.faults)
    await count_attempt(EMAIL_CHANGE_OF_PERSON, actor.person_id)
    await in_one_transaction(lambda: _request(runtime, actor, read.value))
    await asyncio.sleep(max(0.0, UNIFORM_ANSWER_SECONDS - (clock.monotonic() - started)))
    return actor.person_id


async def _request(runtime: Runtime, actor: Actor, email: str) -> None:
    person = await lock_own_account(actor)
    if email == person.email or await is_address_taken(person, email):
        return
    # a newer request ends the older ones, whose letters are then not sent
    await EmailChange.filter(person_id=person.id, used_at__isnull=True).delete()
    change = await EmailChange.create(
        id=ids.new_id(ids.EMAIL_CHANGE), person=person, email=email, created_at=clock.utc_now()
    )
    await _record(runtime, actor, Kind.EMAIL_CHANGE_REQUESTED, change, person.email)


async def _by_staff(runtime: Runtime, actor: Actor, read: Read[str], person_id: str) -> str:
    async def work() -> str:
        person = await Person.filter(id=person_id).select_for_update().first()
        if person is None:
            raise Refusal(not_found("personId"))
        refuse_if([*check_not_erased(person.id, person.email), *read.faults])
        email, old = read.value, person.email
        if await is_address_taken(person, email):
            raise Refusal(Fault(Code.CONFLICT, ("email",), "email_taken"))
        if email == old:
            return person.id
        now = clock.utc_now()
        change = await EmailChange.create(
            id=ids.new_id(ids.EMAIL_CHANGE), person=person, email=email, created_at=now, used_at=now
        )
        await change_address(person, email)
        await _record(runtime, actor, Kind.EMAIL_CHANGED, change, old)
        return person.id

    return await in_one_transaction(work)


async def _record(runtime: Runtime, actor: Actor, kind: Kind, change: EmailChange, old: str) -> None:
    """Record the event, with a letter to the new address, and a notice to the old one and by the other channels."""
    now, person = await product_now(), await change.person
    is_done = "yes" if kind is Kind.EMAIL_CHANGED else "no"

    def letter(address: str, *, is_old: bool) -> NewDelivery:
        everywhere = dict(to_person(person).addresses) if is_old else {}
        about = {"change_id": change.id, "is_old": "yes" if is_old else "no", "is_done": is_done}
        return NewDelivery(
            Topic.EMAIL_CHANGE,
            Recipient(person, everywhere | {AddressKind.EMAIL: address}),
            now,
            f"{change.id}:{'old' if is_old else 'new'}",
            about,
        )

    letters = [letter(change.email, is_old=False), letter(old, is_old=True)]
    entry = NewEvent(kind, {"person_id": person.id}, subject_id=person.id, deliveries=letters)
    await record(entry, actor=actor, now=now, channels=runtime.channels)
