"""Many organisations at once, each with something in every list: written as rows, which takes no time."""

import itertools
from datetime import UTC, date, datetime, time

from capcom_gql import clock
from capcom_gql.domain.terms import Term
from capcom_gql.storage import ids
from capcom_gql.storage.tables import (
    ApiKey,
    Delivery,
    DeliveryAttempt,
    Event,
    Note,
    Organisation,
    PaymentProof,
    Person,
    Plan,
    Redemption,
    Seat,
    SupportRequest,
    SurveyRequest,
)
from capcom_gql.storage.tables import Subscription as SubscriptionRow
from capcom_gql.storage.tables import Term as TermRow
from tests.domain.words import PARIS, POLICY, confirmed, opened, renewed
from tests.storage.rows import a_subscription, a_term, an_organisation

SEATS_EACH = 3
_fresh = itertools.count(10**15)


def _years(opened_on: date, number: int) -> list[Term]:
    """A term whose proof is awaited, one that is confirmed, or one that is renewed: in turn."""
    first = opened(opened_on.isoformat())
    if number % 3 == 0:
        return [first]
    paid = confirmed(first, opened_on.isoformat())
    return [paid] if number % 3 == 1 else [paid, renewed(paid, opened_on.isoformat())]


async def populate(many: int, opened_on: date) -> None:
    """So many organisations more, opened on a day that is not to come."""
    plan = await Plan.get(code="EQUIPE")
    noon = datetime.combine(opened_on, time(12), PARIS).astimezone(UTC)
    organisations = [an_organisation(f"Ville {next(_fresh)}", created_at=noon) for _ in range(many)]
    subscriptions = [a_subscription(each) for each in organisations]
    terms = [
        a_term(subscription, facts, plan)
        for number, subscription in enumerate(subscriptions)
        for facts in _years(opened_on, number)
    ]
    first = {term.subscription_id: term for term in reversed(terms)}
    people = [_person(noon) for _ in range(many * SEATS_EACH)]
    seats = [
        _seat(subscription, people[number * SEATS_EACH + place], place, noon)
        for number, subscription in enumerate(subscriptions)
        for place in range(SEATS_EACH)
    ]
    await Organisation.bulk_create(organisations)
    await SubscriptionRow.bulk_create(subscriptions)
    await TermRow.bulk_create(terms)
    await Person.bulk_create(people)
    await Seat.bulk_create(seats)
    await PaymentProof.bulk_create([_proof(term) for term in terms if term.confirmed_at is not None])
    managers = list(zip(subscriptions, seats[::SEATS_EACH], strict=True))
    await Redemption.bulk_create([_redemption(seat, first[owner.id], owner, noon) for owner, seat in managers])
    await SurveyRequest.bulk_create(
        [
            SurveyRequest(id=ids.new_id(ids.SURVEY), seat_id=seat.id, term_id=first[owner.id].id, asked_at=noon)
            for owner, seat in managers
        ]
    )
    await SupportRequest.bulk_create(
        [
            SupportRequest(
                id=ids.new_id(ids.SUPPORT_REQUEST),
                person_id=seat.person_id,
                seat_id=seat.id,
                message="Pourquoi ?",
                opened_at=noon,
            )
            for _, seat in managers
        ]
    )
    events = [event for owner, seat in managers for event in _events(owner, seat, first[owner.id], noon)]
    await Event.bulk_create(events)
    await Note.bulk_create([Note(event_id=event.id, text="Vu.") for event in events])
    deliveries = [
        _delivery(event, seat.person_id, noon) for event, (_, seat) in zip(events[::2], managers, strict=True)
    ]
    await Delivery.bulk_create(deliveries)
    await DeliveryAttempt.bulk_create(
        [DeliveryAttempt(delivery_id=each.id, number=1, at=noon, outcome="RETRY") for each in deliveries]
    )
    await ApiKey.bulk_create([_key() for _ in range(many)])


def _person(at: datetime) -> Person:
    name = f"person{next(_fresh)}"
    return Person(
        id=ids.new_id(ids.PERSON),
        email=f"{name}@ville.example",
        email_key=f"{name}@ville.example",
        given_name="Ana",
        family_name="Silva",
        locale="fr",
        created_at=at,
    )


def _seat(subscription: SubscriptionRow, person: Person, place: int, at: datetime) -> Seat:
    return Seat(
        id=ids.new_id(ids.SEAT),
        subscription_id=subscription.id,
        person_id=person.id,
        number=str(next(_fresh)),
        place=place + 1,
        is_manager=place == 0,
        added_at=at,
    )


def _proof(term: TermRow) -> PaymentProof:
    return PaymentProof(
        id=ids.new_id(ids.PROOF),
        term_id=term.id,
        kind="CHEQUE",
        reference="CH-1",
        received_on=POLICY.day_of(term.opened_at),
        recorded_at=term.confirmed_at,
    )


def _redemption(seat: Seat, term: TermRow, subscription: SubscriptionRow, at: datetime) -> Redemption:
    return Redemption(
        id=ids.new_id(ids.REDEMPTION),
        seat_id=seat.id,
        person_id=seat.person_id,
        organisation_id=subscription.organisation_id,
        term_id=term.id,
        event_kind="FORUM",
        event_reference="forum",
        registration_reference="R-1",
        price_minor=10_000,
        reduction_minor=1_000,
        redeemed_by="key_1",
        redeemed_at=at,
    )


def _events(subscription: SubscriptionRow, seat: Seat, term: TermRow, at: datetime) -> list[Event]:
    """One about a seat, one about a term."""
    told = {
        "seat.added": (seat.id, {"seat_id": seat.id, "person_id": seat.person_id}),
        "term.started": (term.id, {"term_id": term.id, "starts_on": term.starts_on.isoformat()}),
    }
    return [
        Event(
            id=ids.new_id(ids.EVENT),
            kind=kind,
            organisation_id=subscription.organisation_id,
            subject_id=subject_id,
            actor_role="STAFF",
            actor_id="person_1",
            occurred_at=at,
            recorded_at=at,
            details=details,
        )
        for kind, (subject_id, details) in told.items()
    ]


def _delivery(event: Event, person_id: str, at: datetime) -> Delivery:
    delivery_id = ids.new_id(ids.DELIVERY)
    return Delivery(
        id=delivery_id,
        event_id=event.id,
        topic="welcome",
        channel="mailbox",
        person_id=person_id,
        recipient="ana@ville.example",
        about={},
        once_key=delivery_id,
        state="SENT",
        due_at=at,
        next_attempt_at=at,
        created_at=at,
    )


def _key() -> ApiKey:
    key_id = ids.new_id(ids.API_KEY)
    return ApiKey(
        id=key_id, name="A key", prefix=key_id, secret_hash=key_id, scopes=["ADMIN"], created_at=clock.utc_now()
    )
