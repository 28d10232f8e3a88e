"""Send the survey about a term to the holders of active seats who did not get it yet (R18)."""

from datetime import datetime

from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.rights import Actor
from capcom_gql.domain.terms import survey_closes_on
from capcom_gql.storage import ids
from capcom_gql.storage.event_log import NewDelivery, NewEvent, to_person
from capcom_gql.storage.tables import SurveyRequest, Term
from capcom_gql.subscription.locked import LockedSubscription


async def ask_survey(
    locked: LockedSubscription, term: Term, actor: Actor, *, occurred_at: datetime, due_at: datetime
) -> None:
    """Create the surveys of a term for the active seats that have none yet, with an event and a letter to each (R18).

    Does nothing once the survey is closed. `occurred_at` dates the event and `due_at` the letters, by the product's
    clock.
    """
    if locked.today > survey_closes_on(term.ends_on, locked.runtime.policy):
        return
    surveyed = {request.seat_id for request in await SurveyRequest.filter(term_id=term.id)}
    seats = [seat for seat in locked.active_seats if seat.id not in surveyed]
    if not seats:
        return
    await SurveyRequest.bulk_create(
        [SurveyRequest(id=ids.new_id(ids.SURVEY), seat=seat, term=term, asked_at=locked.now) for seat in seats]
    )
    letters = [
        NewDelivery(
            Topic.SURVEY,
            to_person(seat.person),
            due_at,
            f"{seat.id}:{term.id}",
            {"seat_id": seat.id, "term_id": term.id},
        )
        for seat in seats
    ]
    await locked.record(
        NewEvent(
            Kind.SURVEY_ASKED,
            {"term_id": term.id, "seat_ids": [seat.id for seat in seats]},
            organisation_id=locked.organisation_id,
            subject_id=term.id,
            occurred_at=occurred_at,
            deliveries=letters,
        ),
        actor,
    )
