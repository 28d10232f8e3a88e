"""Erase a person: their seats end, and nothing that says who they were stays (R23).

Events, seats with their numbers, redemptions and books stay; they name the person by an id only.
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
# letters to the support address that quote a request of theirs
_QUOTING = f"""
    topic = '{Topic.SUPPORT_OPENED}' AND person_id IS NULL
    AND event_id IN (SELECT id FROM event WHERE kind = '{Kind.SUPPORT_OPENED}' AND actor_id = $1)
"""
_UNSAY = f"""
    UPDATE delivery SET subject = NULL, provider_id = NULL, leased_until = NULL,
        reason = CASE WHEN {IS_UNSENT} THEN '{_NOT_SENT}' ELSE NULL END,
        state = CASE WHEN {IS_UNSENT} THEN 'SUPPRESSED' ELSE state END
"""
_BLANKING = (
    "DELETE FROM onetimelink WHERE person_id = $1",
    "DELETE FROM emailchange WHERE person_id = $1",
    "DELETE FROM unsubscribelink WHERE person_id = $1",
    # the keys are the client's own words, and the hashes are made from forms
    "DELETE FROM idempotencyrecord WHERE caller = $1",
    "UPDATE supportrequest SET message = '' WHERE person_id = $1",
    "UPDATE supportrequest SET answer = '' WHERE person_id = $1 AND answer IS NOT NULL",
    "UPDATE surveyrequest SET comment = NULL WHERE seat_id IN (SELECT id FROM seat WHERE person_id = $1)",
    f"{_UNSAY} WHERE person_id = $1",
    f"{_UNSAY} WHERE {_QUOTING}",
    # after the deliveries: an outcome that is being written holds its delivery's row
    f"""
    UPDATE deliveryattempt SET error = NULL
    WHERE delivery_id IN (SELECT id FROM delivery WHERE person_id = $1 OR ({_QUOTING}))
    """,
)


@dataclass(frozen=True, slots=True)
class ErasePersonForm:
    """Whom to erase, and why, in words that do not name them."""

    person_id: str
    reason: str


class NoLongerDue(Exception):
    """What a person was to be erased for has ceased to be true meanwhile."""


async def _asked_for(person_id: str) -> bool:
    return True


async def erase_person(
    runtime: Runtime, actor: Actor, form: ErasePersonForm, is_due: Callable[[str], Awaitable[bool]] = _asked_for
) -> None:
    """Erase a person, without a letter to them. Nothing is done in part.

    `is_due` is asked once nobody can seat them any more until the end. Raises NoLongerDue where it says no, and
    Refusal: NOT_FOUND, CONFLICT for one erased already, MANAGER_REQUIRED while they manage a live subscription.
    """
    authorize(Right.ADMINISTRATION, actor)
    reason = RequiredText(MAX_MESSAGE).read(("reason",), form.reason)

    async def work() -> None:
        if not await Person.filter(id=form.person_id).exists():
            raise Refusal(not_found("personId"))
        dossiers = await _open(runtime, form.person_id, set())
        person = await Person.filter(id=form.person_id).select_for_update().get()
        # a seat given while the lock was waited for
        dossiers += await _open(runtime, person.id, {each.subscription.id for each in dossiers})
        refuse_if(
            [
                *check_erasure(person.id, person.email, manages_live=_manages_live(dossiers, person)),
                *reason.faults,
                *await _check_unnamed(person, form.reason),
            ]
        )
        if not await is_due(person.id):
            raise NoLongerDue
        seat_ids = [seat_id for locked in dossiers for seat_id in await _remove(locked, person, actor)]
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
    """The reason stays for good, so it is none of the texts that an erasure looks for."""
    names_them = (await naming_pattern(person)).search(folded(reason))
    return [invalid(("reason",), "reason_names_them")] if names_them else []


async def _open(runtime: Runtime, person_id: str, opened: set[str]) -> list[LockedSubscription]:
    """The subscriptions in which a person has an active seat, but those opened already, locked in order of id."""
    held = await Seat.filter(person_id=person_id, removed_at__isnull=True).values_list("subscription_id", flat=True)
    wanted = sorted({str(each) for each in held} - opened)
    dossiers = [await lock_subscription(runtime, each) for each in wanted]
    return [locked for locked in dossiers if locked is not None]


def _seats_of(locked: LockedSubscription, person: Person) -> list[Seat]:
    return [seat for seat in locked.active_seats if seat.person_id == person.id]


def _manages_live(dossiers: list[LockedSubscription], person: Person) -> bool:
    return any(seat.is_manager and locked.status.is_live for locked in dossiers for seat in _seats_of(locked, person))


async def _remove(locked: LockedSubscription, person: Person, actor: Actor) -> list[str]:
    seats = _seats_of(locked, person)
    for seat in seats:
        seat.removed_at = locked.now
        await seat.save(update_fields=["removed_at"])
        await locked.record(replace(seat_removed(locked, seat), deliveries=()), actor)
    await locked.schedule()
    return [seat.id for seat in seats]


async def _blank(person: Person) -> None:
    """Take out of every table what the person is called, where they are reached, and what they wrote."""
    await Session.filter(person_id=person.id, revoked_at__isnull=True).update(revoked_at=clock.utc_now())
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
