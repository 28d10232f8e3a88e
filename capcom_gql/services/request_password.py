"""Request a link to choose a password; neither the answer nor its time reveals whether the address is known (R5)."""

import asyncio
from dataclasses import dataclass

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.access.rate_limits import (
    RESET_FOR_ADDRESS,
    RESET_OF_SOURCE,
    SOURCE_BITS,
    UNIFORM_ANSWER_SECONDS,
    is_within,
    network_of,
)
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import address_key
from capcom_gql.forms import compared
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewDelivery, NewEvent, record, to_person
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Person


@dataclass(frozen=True, slots=True)
class RequestPasswordForm:
    """The e-mail address to which the link is mailed."""

    email: str


async def request_password(runtime: Runtime, actor: Actor, form: RequestPasswordForm, source: str) -> bool:
    """Mail a link if the address is known: at most five a day, and ten an hour for the caller's address, `source`.

    Always returns True, after the same time (R5).
    """
    authorize(Right.PUBLIC, actor)
    started = clock.monotonic()
    key = address_key(compared(form.email))
    # both are counted, whichever refuses
    of_source = await is_within(RESET_OF_SOURCE, network_of(source, *SOURCE_BITS))
    is_mailed = await is_within(RESET_FOR_ADDRESS, key) and of_source

    async def work() -> None:
        # in the transaction for unknown addresses too, so that both cases wait alike for other writers
        person = await Person.filter(email_key=key).select_for_update().first()
        if is_mailed and person is not None:
            await _record(runtime, actor, person)

    await in_one_transaction(work)
    await asyncio.sleep(max(0.0, UNIFORM_ANSWER_SECONDS - (clock.monotonic() - started)))
    return True


async def _record(runtime: Runtime, actor: Actor, person: Person) -> None:
    now = await product_now()
    letter = NewDelivery(Topic.PASSWORD_LINK, to_person(person), now)
    entry = NewEvent(Kind.PASSWORD_REQUESTED, {}, subject_id=person.id, deliveries=[letter])
    await record(entry, actor=actor, now=now, channels=runtime.channels)
