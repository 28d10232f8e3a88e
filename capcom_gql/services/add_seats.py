"""Add users to the list of a live subscription, all of them or none (R2, R12)."""

from dataclasses import dataclass
from typing import Any

from capcom_gql import forms
from capcom_gql.access.accounts import find_or_create_all
from capcom_gql.access.authorize import demand, demand_now
from capcom_gql.access.idempotency import check_key, once
from capcom_gql.domain.refusals import Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import check_additions, check_capacity, check_live
from capcom_gql.domain.sentences import Locale
from capcom_gql.forms import PersonForm
from capcom_gql.runtime import Setup
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.subscription.calendar import open_dossier
from capcom_gql.subscription.locked import Dossier
from capcom_gql.subscription.seats import seat_people


@dataclass(frozen=True, slots=True)
class AddSeatsInput:
    """The users to add."""

    subscription_id: str
    users: tuple[PersonForm, ...]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class SeatsAdded:
    """The seats made, in the order of the form."""

    subscription_id: str
    seat_ids: tuple[str, ...]


async def add_seats(setup: Setup, actor: Actor, form: AddSeatsInput, locale: Locale) -> SeatsAdded:
    """Seat the users of the form. Raises Refusal with all its faults; then nobody is added."""
    demand(Right.LIST, actor)

    async def work() -> dict[str, Any]:
        dossier = await open_dossier(setup, form.subscription_id)
        if dossier is None:
            raise Refusal(not_found("subscriptionId"))
        await demand_now(Right.LIST, actor, dossier.organisation_id, "subscriptionId")
        refuse_if(_faults(dossier, form))
        people = await find_or_create_all([forms.normal_person(user, locale) for user in form.users], dossier.now)
        seats = await seat_people(dossier, people, actor)
        await dossier.close()
        return {"seat_ids": [seat.id for seat in seats]}

    made = await in_one_transaction(lambda: once(actor, form.idempotency_key, "addSeats", form, work))
    return SeatsAdded(form.subscription_id, tuple(made["seat_ids"]))


def _faults(dossier: Dossier, form: AddSeatsInput) -> list[Fault]:
    stood = dossier.standing
    if over := check_live(stood.is_live, ("subscriptionId",)):
        return over
    if len(form.users) > forms.MAX_USERS:
        return [*forms.check_users(form.users), *check_key(form.idempotency_key)]
    emails = [forms.compared(user.email) for user in form.users]
    holders = {seat.person.email_key for seat in dossier.active_seats}
    upcoming = stood.limiting_term is stood.upcoming
    return [
        *forms.check_users(form.users),
        *check_additions(emails, holders),
        *check_capacity(len(holders), len(emails), stood.seat_limit, upcoming=upcoming),
        *check_key(form.idempotency_key),
    ]
