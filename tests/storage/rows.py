"""Rows for these tests, written as the facts say; what a test does not care about has a sound value."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from capcom_gql.domain import terms as term_rules
from capcom_gql.storage import ids
from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.tables import Event, Organisation, Person, Plan, Redemption, Seat, Subscription, Term
from capcom_gql.storage.tables.subscriptions import discounts_as_json
from tests.domain.words import POLICY, confirmed, opened

NOON = datetime(2026, 12, 9, 11, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()
_numbers = iter(range(10**15, 10**16))


def year_of(start: str) -> term_rules.Term:
    """A term that starts on a day, confirmed the same day."""
    return confirmed(opened(start), start)


def an_organisation(
    name: str = "Ville d'Évreux", *, created_at: datetime = NOON, city: str = "", siret: str = ""
) -> Organisation:
    """An organisation, folded as the product folds it; not written yet."""
    return Organisation(
        id=ids.new_id(ids.ORGANISATION),
        name=name,
        name_folded=folded(name),
        search_folded=folded(f"{name} {city} {siret}"),
        siret=siret or None,
        address_lines=["1 place de la Mairie"],
        city=city or None,
        country="FR",
        created_at=created_at,
    )


def a_subscription(organisation: Organisation) -> Subscription:
    """The subscription of an organisation; not written yet."""
    return Subscription(id=ids.new_id(ids.SUBSCRIPTION), organisation_id=organisation.id, created_at=NOON)


def a_term(subscription: Subscription, facts: term_rules.Term, plan: Plan) -> Term:
    """A term with these facts, under a new id; not written yet."""
    return Term(
        id=ids.new_id(ids.TERM),
        subscription_id=subscription.id,
        plan_id=plan.id,
        plan_code=facts.offer.plan_code,
        plan_name=facts.offer.plan_name,
        seat_limit=facts.offer.seat_limit,
        price_minor=facts.offer.price_minor,
        services=[service.value for service in facts.offer.services],
        discounts=discounts_as_json(facts.offer),
        opened_at=facts.opened_at,
        starts_on=facts.starts_on,
        starts_at=POLICY.first_instant(facts.starts_on),
        ends_on=facts.ends_on,
        proof_due_on=facts.proof_due_on,
        terms_version="1",
        terms_accepted_at=facts.opened_at,
        confirmed_at=facts.confirmed_at,
        unpaid_at=facts.unpaid_at,
        reinstated_at=facts.reinstated_at,
        withdrawn_at=facts.withdrawn_at,
        withdrawn_reason=facts.withdrawn_reason and facts.withdrawn_reason.value,
        proof_reminded_at=facts.proof_reminded_at,
        started_at=facts.started_at,
        ended_at=facts.ended_at,
    )


async def write_subscribed(organisation: Organisation, terms: Iterable[term_rules.Term]) -> Subscription:
    """Write an organisation with its subscription and its terms."""
    plan = await Plan.get(code="EQUIPE")
    subscription = a_subscription(organisation)
    await organisation.save(force_create=True)
    await subscription.save(force_create=True)
    for facts in terms:
        await a_term(subscription, facts, plan).save(force_create=True)
    return subscription


async def write_person(email: str | None = None) -> Person:
    """Write a person."""
    person_id = ids.new_id(ids.PERSON)
    email = email or f"{person_id}@ville.example"
    return await Person.create(
        id=person_id,
        email=email,
        email_key=email,
        given_name="Ana",
        family_name="Silva",
        locale="fr",
        created_at=NOON,
    )


async def write_seat(
    subscription: Subscription,
    *,
    person: Person | None = None,
    place: int = 1,
    manager: bool = False,
    removed_at: datetime | None = None,
    number: str | None = None,
) -> Seat:
    """Write a seat of a subscription."""
    return await Seat.create(
        id=ids.new_id(ids.SEAT),
        subscription=subscription,
        person=person or await write_person(),
        number=number or str(next(_numbers)),
        place=place,
        is_manager=manager,
        added_at=NOON,
        removed_at=removed_at,
    )


async def write_redemption(
    seat: Seat,
    term: Term,
    *,
    event: str = "forum-2026",
    registration: str = "registration-1",
    by: str = "key_1",
    at: datetime = NOON,
    released_at: datetime | None = None,
    reduction_minor: int = 1_000,
) -> Redemption:
    """Write a redemption by the holder of a seat under a term."""
    subscription = await Subscription.get(id=seat.subscription_id)
    return await Redemption.create(
        id=ids.new_id(ids.REDEMPTION),
        seat=seat,
        person_id=seat.person_id,
        organisation_id=subscription.organisation_id,
        term_id=term.id,
        event_kind="FORUM",
        event_reference=event,
        registration_reference=registration,
        price_minor=10_000,
        reduction_minor=reduction_minor,
        redeemed_by=by,
        redeemed_at=at,
        released_at=released_at,
    )


def an_event(
    organisation_id: str | None = None,
    *,
    kind: str = "organisation.updated",
    at: datetime = NOON,
    step_key: str | None = None,
) -> Event:
    """An event; not written yet."""
    return Event(
        id=ids.new_id(ids.EVENT),
        kind=kind,
        organisation_id=organisation_id,
        actor_role="SYSTEM",
        occurred_at=at,
        recorded_at=at,
        details={},
        step_key=step_key,
    )


def edges(terms: Iterable[term_rules.Term]) -> list[date]:
    """The days on which anything about these terms may change, each with the day before and the day after."""
    days: set[date] = set()
    for term in terms:
        instants = (term.opened_at, term.confirmed_at, term.unpaid_at, term.reinstated_at, term.withdrawn_at)
        days |= {term.starts_on, term.ends_on, term.proof_due_on}
        days |= {POLICY.day_of(instant) for instant in instants if instant is not None}
    return sorted({date.fromordinal(day.toordinal() + step) for day in days for step in (-1, 0, 1)})
