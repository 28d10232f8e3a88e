"""What users are asked, and what they ask: the survey, and support."""

from typing import Any

import pytest

from tests.story import Story, codes, now_is, paris
from tests.world import World


async def asked(story: Story, name: str) -> str | None:
    """When a user was asked last, by a Paris clock."""
    survey = (await story.seat(name))["survey"]
    return None if survey is None else paris(survey["askedAt"])


@pytest.mark.rule("R18")
async def test_asked_with_the_renewal(world: World) -> None:
    """In the very first month already; once a year, and not again with the reminders of a renewal that fell."""
    story = await Story.begin(world, "ana", "bob")
    await now_is("2027-04-01 10:00")
    await story.renew()
    await world.tick()
    await story.live_to("2027-04-18")
    await story.add("cleo")
    assert [await asked(story, name) for name in ("ana", "bob", "cleo")] == ["2027-04-01 10:00"] * 2 + [None]
    await now_is("2028-02-21")
    await story.live_to("2028-03-02")
    assert [row for row in story.post() if row[1] == "survey"] == [
        ("2027-04-01 10:00", "survey", "ana bob"),
        ("2028-02-22 08:00", "survey", "cleo"),
    ]


@pytest.mark.rule("R18")
async def test_answering(world: World) -> None:
    """Once, by its own user, until the thirtieth day after the end; the link leads to that seat and year."""
    story = await Story.begin(world, "ana", "bob", "cleo")
    term = await story.term(0)
    await now_is("2028-02-21")
    await story.live_to("2028-02-22")
    (letter,) = world.letters_to("bob", "survey")
    seat = await story.seat("bob")
    assert f"/survey?seat={seat['id']}&term={term}" in letter.text
    assert "30 March 2028" in letter.text
    bob = await world.sign_in_by_letter("bob")
    assert await codes(story.answer_survey("bob", story.manager, term)) == ["NOT_FOUND seatId"]
    assert await codes(story.answer_survey("bob", bob, term, score=11)) == ["INVALID_INPUT score"]
    await story.answer_survey("bob", bob, term, score=0)
    assert await codes(story.answer_survey("bob", bob, term)) == ["ALREADY_ANSWERED termId"]
    await now_is("2028-03-30 23:59")
    await story.answer_survey("ana", story.manager, term)
    cleo = await world.sign_in_by_letter("cleo")
    await now_is("2028-03-31 00:00")
    assert await codes(story.answer_survey("cleo", cleo, term)) == ["SURVEY_CLOSED termId"]
    survey = (await story.seat("cleo"))["survey"]
    assert (survey["answeredAt"], survey["closesOn"], survey["term"]["id"]) == (None, "2028-03-30", term)


@pytest.mark.rule("R18")
async def test_answered_before_the_letter(world: World) -> None:
    """Asked at midnight, answered at seven by whoever reads their account: no letter at eight."""
    story = await Story.begin(world, "ana", "bob")
    await story.at("2028-02-16 09:00")
    await story.at("2028-02-22 00:10")
    await now_is("2028-02-22 07:00")
    await story.answer_survey("ana", story.manager, await story.term(0))
    await story.live_to("2028-02-23")
    assert [row for row in story.post() if row[1] == "survey"] == [("2028-02-22 08:00", "survey", "bob")]


OPEN = """mutation O($input: OpenSupportRequestInput!) { openSupportRequest(input: $input) {
    request { id closedAt check { eligible reason } access { granted reason } } errors { code path } } }"""
CLOSE = """mutation C($input: CloseSupportRequestInput!) { closeSupportRequest(input: $input) {
    request { answer } errors { code path } } }"""
READ = """query R($id: ID!) { node(id: $id) { ... on SupportRequest {
    message answer closedAt check { reason checkedAt } openedBy { email } seat { subscriberNumber } } } }"""


@pytest.mark.rule("R20")
async def test_support(world: World) -> None:
    """Refused at the door after the cancellation, Bob asks; the check's answer is kept, and he is answered."""
    story = await Story.begin(world, "ana", "bob", paid=False)
    await story.live_to("2027-03-18")
    bob = await world.sign_in_by_letter("bob")
    form: dict[str, Any] = {
        "message": "They would not take my number.",
        "check": {"subscriberNumber": story.numbers["bob"], "eventKind": "FORUM", "eventReference": "forum-2027"},
        "access": {"subscriberNumber": story.numbers["bob"], "service": "TRAINING"},
    }
    opened = (await world.ask(OPEN, {"input": form}, token=bob)).done("openSupportRequest")["request"]
    assert opened["check"] == {"eligible": False, "reason": "SUBSCRIPTION_CANCELLED"}
    assert opened["access"] == {"granted": False, "reason": "SUBSCRIPTION_CANCELLED"}
    not_his = form | {"check": {"subscriberNumber": story.numbers["ana"], "eventKind": "FORUM"}}
    refused = (await world.ask(OPEN, {"input": not_his}, token=bob)).payload("openSupportRequest")
    assert refused["errors"] == [{"code": "NOT_FOUND", "path": ["check", "subscriberNumber"]}]

    await story.reinstate(await story.term(0))
    await world.tick()
    (mailed,) = world.letters_to("support@capcom.example", "support_opened")
    for shown in ("They would not take my number.", story.numbers["bob"], opened["id"], "bob@ville.example"):
        assert shown in mailed.text
    answer = {"requestId": opened["id"], "answer": "Your year is reinstated: please try again."}
    (await world.ask(CLOSE, {"input": answer}, token=await world.staff())).done("closeSupportRequest")
    again = (await world.ask(CLOSE, {"input": answer}, token=await world.staff())).payload("closeSupportRequest")
    assert [error["code"] for error in again["errors"]] == ["CONFLICT"]
    await world.tick()
    assert "Your year is reinstated: please try again." in world.letters_to("bob", "support_answer")[0].text

    read = (await world.ask(READ, {"id": opened["id"]}, token=bob)).ok()["node"]
    assert (read["answer"], read["message"]) == (answer["answer"], form["message"])
    assert read["check"]["reason"] == "SUBSCRIPTION_CANCELLED", "as it was asked then"
    assert await story.reason("bob") == "ELIGIBLE"
    assert (read["openedBy"]["email"], read["seat"]["subscriberNumber"]) == ("bob@ville.example", story.numbers["bob"])
    mine = "{ viewer { supportRequests { id } } }"
    assert (await world.ask(mine, token=bob)).ok()["viewer"]["supportRequests"] == [{"id": opened["id"]}]
    assert (await world.ask(mine, token=story.manager)).ok()["viewer"]["supportRequests"] == []
    assert (await world.ask(READ, {"id": opened["id"]}, token=story.manager)).ok()["node"] is None
