"""What the database itself must refuse of surveys and support requests, with the nearest thing that passes."""

from typing import Any

from capcom_gql.storage import ids
from capcom_gql.storage.tables import SupportRequest, SurveyRequest
from tests.storage.forbidden import Case, Deed, World
from tests.storage.rows import NOON, write_seat


def _asked(**values: Any) -> Deed:
    async def deed(world: World) -> None:
        await SurveyRequest.create(id=ids.new_id(ids.SURVEY), seat=world.seat, term=world.term, asked_at=NOON, **values)

    return deed


async def _asked_twice(world: World) -> None:
    for _ in range(2):
        await _asked()(world)


async def _two_asked(world: World) -> None:
    await _asked()(world)
    other = await write_seat(world.subscription, place=2)
    await SurveyRequest.create(id=ids.new_id(ids.SURVEY), seat=other, term=world.term, asked_at=NOON)


def _supported(**values: Any) -> Deed:
    async def deed(world: World) -> None:
        await SupportRequest.create(
            id=ids.new_id(ids.SUPPORT_REQUEST),
            person_id=world.seat.person_id,
            seat=world.seat,
            message="?",
            opened_at=NOON,
            **values,
        )

    return deed


def _check(name: str, forbidden: Deed, allowed: Deed) -> Case:
    return Case(name, f"CHECK constraint failed: {name}", forbidden, allowed)


CASES = (
    _check("survey_score_to_ten", _asked(answered_at=NOON, score=11), _asked(answered_at=NOON, score=10)),
    _check("survey_score_to_ten", _asked(answered_at=NOON, score=-1), _asked(answered_at=NOON, score=0)),
    _check("survey_answered_with_score", _asked(answered_at=NOON), _asked()),
    _check("survey_answered_with_score", _asked(score=5), _asked(answered_at=NOON, score=5)),
    _check("support_closed_with_answer", _supported(closed_at=NOON), _supported(closed_at=NOON, answer="!")),
    Case(
        "survey_once",
        "UNIQUE constraint failed: surveyrequest.seat_id, surveyrequest.term_id",
        _asked_twice,
        _two_asked,
    ),
)
