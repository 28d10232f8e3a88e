"""Add users to the list of a live subscription: all users of a form, or none (R2, R12)."""

from dataclasses import dataclass
from typing import Any

from capcom_gql import forms
from capcom_gql.access.accounts import find_or_create_all
from capcom_gql.access.authorize import authorize, authorize_now
from capcom_gql.access.idempotency import check_key, run_once
from capcom_gql.domain.refusals import Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import check_additions, check_capacity, check_live
from capcom_gql.forms import PersonForm, Read
from capcom_gql.languages.locales import Locale
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.seats import seat_people


@dataclass(frozen=True, slots=True)
class AddSeatsForm:
    """The users to add."""

    subscription_id: str
    users: tuple[PersonForm, ...]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SeatsAdded:
    """The added seats, in the order of the form."""

    subscription_id: str
    seat_ids: tuple[str, ...]


async def add_seats(runtime: Runtime, actor: Actor, form: AddSeatsForm, locale: Locale) -> SeatsAdded:
    """Give the users of the form seats, numbers and welcome letters (R7). `locale` is for users who name no language.

    Raises Refusal with all faults: NOT_FOUND, FORBIDDEN, NOT_LIVE at `subscriptionId`; SEAT_LIMIT_REACHED,
    DUPLICATE_USER and INVALID_INPUT at `users` and below.
    """
    authorize(Right.MANAGE_SEATS, actor)
    users = forms.read_users(form.users, locale)

    async def work() -> dict[str, Any]:
        locked = await lock_subscription(runtime, form.subscription_id)
        if locked is None:
            raise Refusal(not_found("subscriptionId"))
        await authorize_now(Right.MANAGE_SEATS, actor, locked.organisation_id, "subscriptionId")
        refuse_if(_faults(locked, form, users))
        people = await find_or_create_all(users.value, locked.now)
        seats = await seat_people(locked, people, actor)
        await locked.schedule()
        return {"seat_ids": [seat.id for seat in seats]}

    made = await in_one_transaction(lambda: run_once(actor, form.idempotency_key, "addSeats", form, work))
    return SeatsAdded(form.subscription_id, tuple(made["seat_ids"]))


def _faults(locked: LockedSubscription, form: AddSeatsForm, users: Read[tuple[PersonForm, ...]]) -> list[Fault]:
    status = locked.status
    if faults := check_live(status.is_live, ("subscriptionId",)):
        return faults
    if len(form.users) > forms.MAX_USERS:
        return [*users.faults, *check_key(form.idempotency_key)]
    emails = [forms.compared(user.email) for user in form.users]
    holders = {seat.person.email_key for seat in locked.active_seats}
    upcoming = status.limiting_term is status.upcoming
    return [
        *users.faults,
        *check_additions(emails, holders),
        *check_capacity(len(holders), len(emails), status.seat_limit, upcoming=upcoming),
        *check_key(form.idempotency_key),
    ]
