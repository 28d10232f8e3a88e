"""Surveys as the API tells them: to the seat's holder and their manager, the latest of each seat."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Term
from capcom_gql.subscription.calendar import lock_subscription
from tests.graphql.api import Api, codes
from tests.services.house import on

ANSWER = """
    mutation ($input: AnswerSurveyInput!) {
      answerSurvey(input: $input) {
        survey { term { id endsOn } askedAt answeredAt closesOn } errors { code path }
      }
    }
"""
SURVEYS = """
    query ($id: ID!) {
      organisation(id: $id) { subscription { seats { id survey { term { id } askedAt answeredAt closesOn } } } }
    }
"""
MANAGER_S = "query ($id: ID!) { organisation(id: $id) { subscription { manager { survey { askedAt } } } } }"
MINE = "{ viewer { seats { survey { term { id } answeredAt } } } }"
REOPEN = "mutation ($input: SubscribeInput!) { subscribe(input: $input) { errors { code } } }"


async def ended(api: Api, subscription_id: str) -> Term:
    """The latest term of a subscription, on the day after it ended: confirmed, not renewed, its users asked."""
    term = await Term.filter(subscription_id=subscription_id).order_by("-starts_on").first()
    assert term is not None
    await Term.filter(id=term.id).update(confirmed_at=term.opened_at)
    await on(term.ends_on + timedelta(days=1))

    async def work() -> None:
        locked = await lock_subscription(api.runtime, subscription_id)
        assert locked is not None
        await locked.schedule()

    await in_one_transaction(work)
    return term


async def surveys(api: Api, token: str, organisation_id: str) -> dict[str, Any]:
    """The survey of each seat that a caller sees, by the seat's id."""
    answer = await api.data(SURVEYS, token, id=organisation_id)
    return {seat["id"]: seat["survey"] for seat in answer["organisation"]["subscription"]["seats"]}


@pytest.mark.rule("R18")
async def test_a_survey_is_answered_by_its_holder_and_read_by_their_manager(api: Api) -> None:
    opened = await api.subscribe("ana", "bob")
    ana, bob = [await api.sign_in(f"{name}@ville.example") for name in ("ana", "bob")]
    organisation, (anas, bobs) = opened["organisation"]["id"], [seat["id"] for seat in opened["seats"]]
    assert await surveys(api, ana, organisation) == {anas: None, bobs: None}
    term = await ended(api, opened["id"])
    form = {"seatId": bobs, "termId": term.id, "score": 9, "comment": "Bien."}
    payload = (await api.data(ANSWER, bob, input=form))["answerSurvey"]
    survey = payload["survey"]
    assert payload["errors"] == [] and survey["answeredAt"] is not None
    assert survey["term"] == {"id": term.id, "endsOn": term.ends_on.isoformat()}
    assert survey["closesOn"] == (term.ends_on + timedelta(days=30)).isoformat()
    again = (await api.data(ANSWER, bob, input=form))["answerSurvey"]
    assert again == {"survey": None, "errors": [{"code": "ALREADY_ANSWERED", "path": ["termId"]}]}
    answered = {**survey, "term": {"id": term.id}}
    assert await surveys(api, bob, organisation) == {bobs: answered}
    assert await surveys(api, ana, organisation) == {bobs: answered, anas: {**answered, "answeredAt": None}}


@pytest.mark.rule("R18")
async def test_a_member_sees_who_the_manager_is_not_what_they_were_asked(api: Api) -> None:
    opened = await api.subscribe("ana", "bob")
    await ended(api, opened["id"])
    answer = await api.ask(MANAGER_S, await api.sign_in("bob@ville.example"), id=opened["organisation"]["id"])
    assert answer["data"]["organisation"]["subscription"]["manager"] == {"survey": None}
    assert codes(answer) == [("FORBIDDEN", ["organisation", "subscription", "manager", "survey"])]


@pytest.mark.rule("R18")
async def test_the_survey_of_a_seat_is_the_latest(api: Api) -> None:
    opened = await api.subscribe("ana")
    token, seen = await api.sign_in("ana@ville.example"), []
    for year in range(2):
        if year:
            form = api.form("ana", organisationId=opened["organisation"]["id"])
            assert (await api.data(REOPEN, await api.staff(), input=form))["subscribe"] == {"errors": []}
        term = await ended(api, opened["id"])
        seen.append(term.id)
        (seat,) = (await api.data(MINE, token))["viewer"]["seats"]
        assert seat == {"survey": {"term": {"id": term.id}, "answeredAt": None}}
    assert len(set(seen)) == 2


async def test_more_seats_take_no_more_statements(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    staff, counts = await api.staff(), []
    for names in ("a", "bcdefg"):
        opened = await api.subscribe(*names, planCode="COLLECTIF")
        await ended(api, opened["id"])
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            found = await surveys(api, staff, opened["organisation"]["id"])
        assert len(found) == len(names) and None not in found.values()
        counts.append(sum(record.name == "tortoise.db_client" for record in caplog.records))
    assert counts[0] == counts[1]
