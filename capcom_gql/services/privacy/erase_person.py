"""Erase a person: remove their seats and everything that says who they were (R23).

Events, seats with their numbers, redemptions, proofs and terms stay; they hold the person's id only.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.privacy import check_erasure, erased_address
from capcom_gql.domain.refusals import Fault, Refusal, invalid, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import address_key
from capcom_gql.forms import MAX_MESSAGE, RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.services.privacy.erase_notes import erase_notes, naming_pattern
from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.engine.database import in_one_transaction, purge_write_ahead_log, rows
from capcom_gql.storage.event_log import NewEvent, record
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Person, Seat, Session
from capcom_gql.storage.tables.deliveries import IS_UNSENT
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.seats import seat_removed

_NOT_SENT = "the person was erased before the letter was sent"
# letters to the support address that quote the person's request
_QUOTING = f"""
    topic = '{Topic.SUPPORT_OPENED}' AND person_id IS NULL
    AND event_id IN (SELECT id FROM event WHERE kind = '{Kind.SUPPORT_OPENED}' AND actor_id = $1)
"""
_BLANK_LETTERS = f"""
    UPDATE delivery SET subject = NULL, provider_id = NULL, leased_until = NULL,
        reason = CASE WHEN {IS_UNSENT} THEN '{_NOT_SENT}' ELSE NULL END,
        state = CASE WHEN {IS_UNSENT} THEN 'SUPPRESSED' ELSE state END
"""
_BLANKING = (
    "DELETE FROM onetimelink WHERE person_id = $1",
    "DELETE FROM emailchange WHERE person_id = $1",
    "DELETE FROM unsubscribelink WHERE person_id = $1",
    # a key is text that the client chose, and the hash is of a form with personal data
    "DELETE FROM idempotencyrecord WHERE caller = $1",
    "UPDATE supportrequest SET message = '' WHERE person_id = $1",
    "UPDATE supportrequest SET answer = '' WHERE person_id = $1 AND answer IS NOT NULL",
    "UPDATE surveyrequest SET comment = NULL WHERE seat_id IN (SELECT id FROM seat WHERE person_id = $1)",
    f"{_BLANK_LETTERS} WHERE person_id = $1",
    f"{_BLANK_LETTERS} WHERE {_QUOTING}",
    # after the deliveries, whose rows are locked while an outcome is written
    f"""
    UPDATE deliveryattempt SET error = NULL
    WHERE delivery_id IN (SELECT id FROM delivery WHERE person_id = $1 OR ({_QUOTING}))
    """,
)


@dataclass(frozen=True, slots=True)
class ErasePersonForm:
    """Whom to erase, and why; the reason is kept, so it must not name the person."""

    person_id: str
    reason: str


class NoLongerDue(Exception):
    """The person is not to be erased any more: `is_due` of `erase_person` returned False."""


async def _always_due(person_id: str) -> bool:
    return True


async def erase_person(
    runtime: Runtime, actor: Actor, form: ErasePersonForm, is_due: Callable[[str], Awaitable[bool]] = _always_due
) -> None:
    """Erase a person, in one transaction and without a letter to them.

    `is_due` is called under the lock of the person, when nobody can give them a seat any more. Raises NoLongerDue
    where it returns False. Raises Refusal: FORBIDDEN, NOT_FOUND, CONFLICT (erased already) or MANAGER_REQUIRED (manages
    a live subscription) at `personId`, INVALID_INPUT at `reason`, also where it names the person.
    """
    authorize(Right.ADMINISTRATION, actor)
    reason = RequiredText(MAX_MESSAGE).read(("reason",), form.reason)

    async def work() -> None:
        if not await Person.filter(id=form.person_id).exists():
            raise Refusal(not_found("personId"))
        subscriptions = await _lock_subscriptions(runtime, form.person_id, set())
        person = await Person.filter(id=form.person_id).select_for_update().get()
        # again, for a seat that was added while this transaction waited for the person's lock
        subscriptions += await _lock_subscriptions(runtime, person.id, {each.subscription.id for each in subscriptions})
        refuse_if(
            [
                *check_erasure(person.id, person.email, manages_live=_manages_live(subscriptions, person)),
                *reason.faults,
                *await _check_unnamed(person, form.reason),
            ]
        )
        if not await is_due(person.id):
            raise NoLongerDue
        seat_ids = [seat_id for locked in subscriptions for seat_id in await _remove(locked, person, actor)]
        await _blank(person)
        entry = NewEvent(
            Kind.PERSON_ERASED,
            {"person_id": person.id, "seat_ids": seat_ids},
            subject_id=person.id,
            note=reason.value,
        )
        await record(entry, actor=actor, now=await product_now(), channels=runtime.channels)

    await in_one_transaction(work)
    await purge_write_ahead_log()


async def _check_unnamed(person: Person, reason: str) -> list[Fault]:
    """The fault of a reason that names the person: it is kept, while an erasure deletes such texts."""
    names_them = (await naming_pattern(person)).search(folded(reason))
    return [invalid(("reason",), "reason_names_them")] if names_them else []


async def _lock_subscriptions(runtime: Runtime, person_id: str, except_ids: set[str]) -> list[LockedSubscription]:
    """Lock, in the order of their ids, the subscriptions in which a person has an active seat."""
    found = await Seat.filter(person_id=person_id, removed_at__isnull=True).values_list("subscription_id", flat=True)
    subscription_ids = sorted({str(each) for each in found} - except_ids)
    subscriptions = [await lock_subscription(runtime, each) for each in subscription_ids]
    return [locked for locked in subscriptions if locked is not None]


def _seats_of(locked: LockedSubscription, person: Person) -> list[Seat]:
    return [seat for seat in locked.active_seats if seat.person_id == person.id]


def _manages_live(subscriptions: list[LockedSubscription], person: Person) -> bool:
    return any(
        seat.is_manager and locked.status.is_live for locked in subscriptions for seat in _seats_of(locked, person)
    )


async def _remove(locked: LockedSubscription, person: Person, actor: Actor) -> list[str]:
    seats = _seats_of(locked, person)
    for seat in seats:
        seat.removed_at = locked.now
        await seat.save(update_fields=["removed_at"])
        await locked.record(replace(seat_removed(locked, seat), deliveries=()), actor)
    await locked.schedule()
    return [seat.id for seat in seats]


async def _blank(person: Person) -> None:
    """Blank or delete the person's names, addresses and texts in every table."""
    await Session.filter(person_id=person.id, revoked_at__isnull=True).update(revoked_at=clock.utc_now())
    await Session.filter(person_id=person.id).update(network=None)
    await erase_notes(person)
    for statement in _BLANKING:
        await rows(statement, [person.id])
    address = erased_address(person.id)
    await Delivery.filter(person_id=person.id).update(recipient=address)
    await Person.filter(id=person.id).update(
        email=address,
        email_key=address_key(address),
        given_name="",
        family_name="",
        job_title=None,
        phone=None,
        addresses=[],
        is_staff=False,
        password_hash=None,
        surveys_refused_at=None,
    )
