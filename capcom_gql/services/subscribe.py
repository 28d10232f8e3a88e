"""Subscribe: open the subscription of an organisation, or reopen it (R1, R3 to R7, R16, R19)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from capcom_gql import forms
from capcom_gql.access.accounts import find_or_create_all
from capcom_gql.access.authorize import authorize
from capcom_gql.access.idempotency import check_key, run_once
from capcom_gql.access.rate_limits import SIGN_UPS_OF_SOURCE, SOURCE_BITS, count_attempt, network_of
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.lifecycle import SubscriptionStatus
from capcom_gql.domain.refusals import Code, Fault, Refusal, invalid, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.seats import address_key, check_capacity, check_form
from capcom_gql.domain.sign_ups import check_not_live, check_overlap, check_reopening
from capcom_gql.domain.terms import first_term
from capcom_gql.forms import OrganisationForm, PersonForm, Read
from capcom_gql.languages.locales import Locale
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewDelivery, NewEvent, record, to_person, to_support
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Event, Organisation, Person, Plan, Seat, Subscription, Term
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.catalogue import plan_faults, terms_faults
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.organisations import new_organisation
from capcom_gql.subscription.seats import seat_form_users, welcome_letter
from capcom_gql.subscription.terms import add_term, new_subscription, subscription_opened, terms_accepted

SIGNER = "signer"
"""The field of the form with the person who signs up."""


@dataclass(frozen=True, slots=True)
class SubscribeForm:
    """The form of a sign-up or a reopening; an organisation is described, named by its id, or both."""

    plan_code: str
    users: tuple[PersonForm, ...]
    manager_email: str
    """the address of the user who will be the manager"""
    accepted_terms_version: str
    idempotency_key: str
    organisation: OrganisationForm | None = None
    organisation_id: str | None = None
    """a known organisation, to reopen its subscription"""
    signer: PersonForm | None = None
    """who signs up; not used where the caller is signed in"""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The subscription and its seats, in the order of the form."""

    subscription_id: str
    seat_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _ReadForm:
    """The parts of a form, normalised or with their faults."""

    organisation: Read[OrganisationForm] | None
    users: Read[tuple[PersonForm, ...]]
    signer: Read[PersonForm] | None

    @property
    def siret(self) -> str | None:
        """The SIRET of the form, if it is valid."""
        return None if self.organisation is None else self.organisation.partial.siret


class _ReopeningForbidden(Refusal):
    """The caller may not reopen the organisation: neither staff nor its last manager (R1)."""

    def __init__(self, fault: Fault, organisation_id: str) -> None:
        super().__init__(fault)
        self.organisation_id = organisation_id


async def subscribe(
    runtime: Runtime, actor: Actor, form: SubscribeForm, locale: Locale, source: str | None = None
) -> Subscribed:
    """Open or reopen a subscription, which grants its services and discounts at once (R3); the users are welcomed.

    `locale` is for persons who name no language; `source` is the network address of the caller, whose sign-ups are
    limited unless they are staff (R5), None for commands of this machine. Raises TooManyAttempts, and Refusal with all
    faults: ALREADY_SUBSCRIBED, FORBIDDEN (then `signup.refused` is recorded and staff are mailed, R1), PREVIOUS_UNPAID,
    TERM_OVERLAPS, NOT_FOUND, PLAN_CLOSED, SEAT_LIMIT_REACHED, DUPLICATE_USER, MANAGER_REQUIRED, TERMS_NOT_ACCEPTED,
    INVALID_INPUT.
    """
    authorize(Right.PUBLIC, actor)
    read = _read(actor, form, locale)

    network = None if source is None or actor.is_staff else network_of(source, *SOURCE_BITS)
    limit = replace(SIGN_UPS_OF_SOURCE, amount=runtime.sign_ups_per_hour)

    async def work() -> dict[str, Any]:
        # undone with a refused form, which mails nobody, and not done where an answer is replayed
        if network is not None:
            await count_attempt(limit, network)
        return await _open(runtime, actor, form, read)

    try:
        made = await in_one_transaction(lambda: run_once(actor, form.idempotency_key, "subscribe", form, work))
    except _ReopeningForbidden as refusal:
        if network is not None:
            await count_attempt(limit, network)
        await _record_refusal(runtime, actor, refusal)
        raise
    return Subscribed(made["subscription_id"], tuple(made["seat_ids"]))


def _read(actor: Actor, form: SubscribeForm, locale: Locale) -> _ReadForm:
    organisation, signer = form.organisation, form.signer if actor.person_id is None else None
    return _ReadForm(
        None if organisation is None else forms.read_organisation(("organisation",), organisation),
        forms.read_users(form.users, locale),
        None if signer is None else forms.read_person((SIGNER,), signer, locale),
    )


async def _open(runtime: Runtime, actor: Actor, form: SubscribeForm, read: _ReadForm) -> dict[str, Any]:
    known = await _known_organisation(form, read)
    locked = await _locked_of(runtime, known)
    if known is not None and locked is not None and not locked.status.is_live:
        _check_reopening(runtime, actor, known, locked.status)
    live_faults = []
    if locked is not None:
        path = ("organisationId",) if form.organisation_id is not None else ("organisation", "siret")
        live_faults = check_not_live(locked.status, path, support=runtime.support_email)
    plan = await Plan.get_or_none(code=form.plan_code)
    refuse_if([*live_faults, *_siret_faults(form, read, known), *await _form_faults(actor, form, read, plan)])
    assert plan is not None, "an unknown plan is a fault of the form"

    if locked is None:
        assert read.organisation is not None, "a missing organisation is a fault of the form"
        now = await product_now()
        organisation = await new_organisation(runtime, actor, read.organisation.value, now)
        locked = await new_subscription(runtime, organisation, now)
    signer, people = await _people(actor, read, locked)
    manager = next(person for person in people if person.email_key == address_key(form.manager_email))
    facts = first_term(ids.new_id(ids.TERM), locked.now, plan.offer(), runtime.policy)
    refuse_if(check_overlap(facts, locked.facts, ()))
    term = await add_term(locked, plan, facts, form.accepted_terms_version, signer.id)
    seats = await seat_form_users(locked, people, manager, actor)
    await _record_opening(locked, term, seats, signer, actor)
    await locked.schedule()
    return {"subscription_id": locked.subscription.id, "seat_ids": [seat.id for seat in seats]}


async def _known_organisation(form: SubscribeForm, read: _ReadForm) -> Organisation | None:
    if form.organisation_id is not None:
        known = await Organisation.get_or_none(id=form.organisation_id)
        if known is None:
            raise Refusal(not_found("organisationId"))
        return known
    return None if read.siret is None else await Organisation.get_or_none(siret=read.siret)


async def _locked_of(runtime: Runtime, known: Organisation | None) -> LockedSubscription | None:
    if known is None:
        return None
    subscription = await Subscription.get_or_none(organisation_id=known.id)
    return None if subscription is None else await lock_subscription(runtime, subscription.id)


def _check_reopening(runtime: Runtime, actor: Actor, known: Organisation, status: SubscriptionStatus) -> None:
    faults = check_reopening(
        status, is_staff=actor.is_staff, is_last_manager=known.id in actor.manages, support=runtime.support_email
    )
    for fault in faults:
        raise _ReopeningForbidden(fault, known.id) if fault.code is Code.FORBIDDEN else Refusal(fault)


def _siret_faults(form: SubscribeForm, read: _ReadForm, known: Organisation | None) -> list[Fault]:
    """The fault of a form that names one organisation by its id and another by its SIRET (R1)."""
    if form.organisation_id is None or known is None or read.siret in (None, known.siret):
        return []
    return [invalid(("organisation", "siret"), "siret_differs")]


async def _form_faults(actor: Actor, form: SubscribeForm, read: _ReadForm, plan: Plan | None) -> list[Fault]:
    faults: list[Fault] = []
    if read.organisation is not None:
        faults += read.organisation.faults
    elif form.organisation_id is None:
        faults.append(invalid(("organisation",), "organisation_missing"))
    faults += await plan_faults(form.plan_code, plan)
    faults += read.users.faults
    if len(form.users) <= forms.MAX_USERS:
        emails = [forms.compared(user.email) for user in form.users]
        faults += check_form(emails, forms.compared(form.manager_email))
        if plan is not None:
            faults += check_capacity(0, len(emails), plan.seat_limit)
    if actor.person_id is None:
        faults += [invalid((SIGNER,), "signer_missing")] if read.signer is None else read.signer.faults
    faults += await terms_faults(form.accepted_terms_version)
    return [*faults, *check_key(form.idempotency_key)]


async def _people(actor: Actor, read: _ReadForm, locked: LockedSubscription) -> tuple[Person, list[Person]]:
    """The person who signs up (the caller, where signed in), and the users in the order of the form."""
    users = read.users.value
    if actor.person_id is not None:
        return await Person.get(id=actor.person_id), await find_or_create_all(users, locked.now)
    assert read.signer is not None, "a missing signer is a fault of the form"
    *people, signer = await find_or_create_all([*users, read.signer.value], locked.now)
    return signer, people


async def _record_opening(
    locked: LockedSubscription, term: Term, seats: Sequence[Seat], signer: Person, actor: Actor
) -> None:
    # new seats were welcomed when they were created; those kept in a reopening are welcomed for the new term (R7)
    letters = [welcome_letter(locked, seat) for seat in seats if seat.added_at < locked.now]
    # a signer outside the list gets a link to choose a password (R5)
    if actor.person_id is None and signer.id not in {seat.person_id for seat in seats}:
        letters.append(NewDelivery(Topic.PASSWORD_LINK, to_person(signer), locked.now))
    await locked.record(subscription_opened(locked, term, seats, deliveries=letters), actor)
    await locked.record(terms_accepted(locked, term), actor)


async def _record_refusal(runtime: Runtime, actor: Actor, refusal: _ReopeningForbidden) -> None:
    """Record a refused sign-up; staff get one letter about it for each organisation and day (R1)."""

    async def work() -> None:
        now = await product_now()
        today = runtime.policy.day_of(now)
        is_reported = await Event.filter(
            kind=Kind.SIGNUP_REFUSED.value,
            organisation_id=refusal.organisation_id,
            recorded_at__gte=runtime.policy.first_instant(today),
        ).exists()
        about = {"organisation_id": refusal.organisation_id}
        subject = f"{refusal.organisation_id}:{today.isoformat()}"
        letter = NewDelivery(Topic.STAFF_NOTICE, to_support(runtime.support_email), now, subject, about)
        entry = NewEvent(
            Kind.SIGNUP_REFUSED,
            {},
            organisation_id=refusal.organisation_id,
            subject_id=refusal.organisation_id,
            deliveries=[] if is_reported else [letter],
        )
        await record(entry, actor=actor, now=now, channels=runtime.channels)

    await in_one_transaction(work)
