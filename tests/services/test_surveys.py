"""The survey answered: by the seat's own holder, once, until thirty days after the term's last day (R18)."""

import asyncio
from datetime import date, time, timedelta

import pytest

from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.services.answer_survey import AnswerSurveyForm, answer_survey
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.subscribe import Subscribed
from capcom_gql.storage.ids import TERM, new_id
from capcom_gql.storage.tables import Event, Note, SurveyRequest, Term
from tests.databases import ONLY_SQLITE
from tests.services.asking_support import organisation_of
from tests.services.callers import signed_in
from tests.services.house import Service, faults_of, on

LAST_DAY = date(2028, 2, 29)
LAST_REMINDER = LAST_DAY - timedelta(days=7)
CLOSES_ON = LAST_DAY + timedelta(days=30)
MIDNIGHT, LAST_MINUTE = time(0), time(23, 59)


async def asked(service: Service, *names: str) -> tuple[Subscribed, str]:
    """A confirmed subscription on the day of its last reminder, its users asked; with the id of its term."""
    made = await service.subscribe(*names)
    await service.record_proof(made.subscription_id)
    await on(LAST_REMINDER)
    await service.tick()
    term = await Term.get(subscription_id=made.subscription_id)
    assert term.ends_on == LAST_DAY
    assert await SurveyRequest.filter(term_id=term.id).count() == len(names)
    return made, term.id


async def answer(
    service: Service, name: str | Actor, seat_id: str, term_id: str, score: int = 9, comment: str | None = None
) -> SurveyRequest:
    """Answer as a user."""
    actor = await signed_in(name) if isinstance(name, str) else name
    done = await answer_survey(service.runtime, actor, AnswerSurveyForm(seat_id, term_id, score, comment))
    return await SurveyRequest.get(id=done.survey_id)


@pytest.mark.rule("R18")
async def test_an_answer_is_recorded_with_its_event_and_its_comment_apart(service: Service) -> None:
    made, term_id = await asked(service, "ana", "bob")
    bobs = made.seat_ids[1]
    given = await answer(service, "bob", bobs, term_id, 7, " Très utile,\nmerci. ")
    assert (given.seat_id, given.term_id, given.score, given.comment) == (bobs, term_id, 7, "Très utile,\nmerci.")
    event = await Event.get(kind="survey.answered")
    assert event.details == {"term_id": term_id, "seat_id": bobs}
    assert (event.organisation_id, event.subject_id) == (await organisation_of(made), bobs)
    assert event.occurred_at == given.answered_at
    assert not await Note.exists(event_id=event.id)
    others = await SurveyRequest.get(seat_id=made.seat_ids[0])
    assert others.answered_at is None and others.score is None


@pytest.mark.rule("R18")
@ONLY_SQLITE
async def test_an_answer_is_given_once(service: Service) -> None:
    made, term_id = await asked(service, "ana")
    await answer(service, "ana", made.seat_ids[0], term_id, 3)
    again = answer(service, "ana", made.seat_ids[0], term_id, 11)
    assert await faults_of(again) == [("ALREADY_ANSWERED", "termId"), ("INVALID_INPUT", "score")]
    assert (await SurveyRequest.get()).score == 3


@pytest.mark.rule("R18")
async def test_of_answers_at_once_one_is_taken(service: Service) -> None:
    names = ("ana", "bob", "zoe")
    made, term_id = await asked(service, *names)
    # on PostgreSQL the connections of the first round are still being opened; in the others the answers do meet
    for round_, (name, seat_id) in enumerate(zip(names, made.seat_ids, strict=True), start=1):
        at_once = [answer(service, name, seat_id, term_id, score) for score in (2, 5, 8)]
        outcomes = await asyncio.gather(*at_once, return_exceptions=True)
        assert sorted(isinstance(outcome, Refusal) for outcome in outcomes) == [False, True, True]
        assert await Event.filter(kind="survey.answered").count() == round_


@pytest.mark.rule("R18")
@ONLY_SQLITE
async def test_answers_are_taken_until_the_thirtieth_day_after_the_end(service: Service) -> None:
    made, term_id = await asked(service, "ana", "bob", "zoe")
    anas, bobs, zoes = made.seat_ids
    await on(LAST_DAY + timedelta(days=1), MIDNIGHT)
    await answer(service, "ana", anas, term_id)
    assert await Event.filter(kind="subscription.expired").count() == 1, "what is due is recorded first"
    await on(CLOSES_ON, LAST_MINUTE)
    await answer(service, "bob", bobs, term_id)
    await on(CLOSES_ON + timedelta(days=1), MIDNIGHT)
    assert await faults_of(answer(service, "zoe", zoes, term_id)) == [("SURVEY_CLOSED", "termId")]
    assert await faults_of(answer(service, "ana", anas, term_id)) == [("ALREADY_ANSWERED", "termId")]


@pytest.mark.rule("R18")
@ONLY_SQLITE
@pytest.mark.parametrize("score", [0, 10])
async def test_the_scores_go_from_nought_to_ten(service: Service, score: int) -> None:
    made, term_id = await asked(service, "ana")
    for wrong in (-1, 11):
        faults = await faults_of(answer(service, "ana", made.seat_ids[0], term_id, wrong, "é" * 4_001))
        assert faults == [("INVALID_INPUT", "score"), ("INVALID_INPUT", "comment")]
    assert (await answer(service, "ana", made.seat_ids[0], term_id, score, "é" * 4_000)).score == score


@pytest.mark.rule("R18")
@ONLY_SQLITE
@pytest.mark.parametrize("comment", [None, "", " \n"])
async def test_a_comment_is_not_required(service: Service, comment: str | None) -> None:
    made, term_id = await asked(service, "ana")
    assert (await answer(service, "ana", made.seat_ids[0], term_id, comment=comment)).comment is None


@pytest.mark.rule("R18")
@ONLY_SQLITE
async def test_only_the_holder_of_a_seat_answers_for_it_and_only_what_it_was_asked(service: Service) -> None:
    made, term_id = await asked(service, "ana", "bob")
    anas, bobs = made.seat_ids
    for actor in (await signed_in("ana"), service.staff):
        assert await faults_of(answer(service, actor, bobs, term_id, 11)) == [("NOT_FOUND", "seatId")]
    assert await faults_of(answer(service, "ana", "seat_unknown", term_id)) == [("NOT_FOUND", "seatId")]
    for other in (new_id(TERM), "", anas):
        assert await faults_of(answer(service, "ana", anas, other, 11)) == [("NOT_FOUND", "termId")]
    machine = Actor(key_id="key_x", scopes=frozenset(Scope))
    for nobody in (ANONYMOUS, machine):
        assert await faults_of(answer(service, nobody, anas, term_id)) == [("FORBIDDEN", "")]
    assert not await SurveyRequest.exists(answered_at__isnull=False)


@pytest.mark.rule("R18")
@ONLY_SQLITE
async def test_before_it_is_asked_there_is_no_survey(service: Service) -> None:
    made = await service.subscribe("ana")
    term = await Term.get()
    assert await faults_of(answer(service, "ana", made.seat_ids[0], term.id)) == [("NOT_FOUND", "termId")]


@pytest.mark.rule("R18")
@ONLY_SQLITE
async def test_whoever_was_removed_sees_their_seat_no_more(service: Service) -> None:
    made, term_id = await asked(service, "ana", "bob")
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(made.seat_ids[1]))
    assert await faults_of(answer(service, "bob", made.seat_ids[1], term_id)) == [("NOT_FOUND", "seatId")]
