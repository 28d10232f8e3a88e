"""Support requests as the API tells them: in the reader's language, to those who may read them."""

import logging
from typing import Any

import pytest

from capcom_gql.access.rate_limits import SUPPORT_OF_PERSON
from capcom_gql.domain.rights import Scope
from tests.graphql.api import Api, codes
from tests.graphql.test_who_reads_what import NODE, REMOVE, number_of

REQUEST = """
    id message openedAt closedAt answer
    check { eligible reason message nextStep percent reduction { amountMinor currency } finalPrice { amountMinor }
      provisional validUntil checkedAt }
    access { granted reason message services validUntil checkedAt }
    seat { id subscriberNumber }
    openedBy { email jobTitle }
"""
OPEN = f"""
    mutation ($input: OpenSupportRequestInput!) {{
      openSupportRequest(input: $input) {{ request {{ {REQUEST} }} errors {{ code message path }} }}
    }}
"""
CLOSE = f"""
    mutation ($input: CloseSupportRequestInput!) {{
      closeSupportRequest(input: $input) {{ request {{ {REQUEST} }} errors {{ code message path }} }}
    }}
"""
MINE = f"{{ viewer {{ supportRequests {{ {REQUEST} }} }} }}"
ALL = """
    query ($open: Boolean, $after: String) {
      supportRequests(first: 1, open: $open, after: $after) {
        totalCount nodes { message closedAt openedBy { email } seat { id } } pageInfo { hasNextPage endCursor }
      }
    }
"""


async def open_request(api: Api, name: str, message: str = "Pourquoi ?", **form: Any) -> dict[str, Any]:
    """The payload of a request about the Forum at 100 euros, opened by a user."""
    check = {"subscriberNumber": await number_of(api, name), "eventKind": "FORUM", "priceMinor": 10_000}
    asked = {"message": message, "check": check, **form}
    payload = (await api.data(OPEN, await api.sign_in(f"{name}@ville.example"), input=asked))["openSupportRequest"]
    assert isinstance(payload, dict)
    return payload


@pytest.mark.rule("R20")
async def test_a_request_reads_as_the_check_answered_in_the_reader_s_language(api: Api) -> None:
    opened = await api.subscribe("ana", "bob")
    number = await number_of(api, "bob")
    payload = await open_request(api, "bob", access={"subscriberNumber": number, "service": "TRAINING"})
    assert payload["errors"] == []
    made = payload["request"]
    assert made["check"] | {"validUntil": None, "checkedAt": None} == {
        "eligible": True,
        "reason": "ELIGIBLE",
        "message": "The discount is granted; the organisation's payment proof is still awaited.",
        "nextStep": None,
        "percent": 10,
        "reduction": {"amountMinor": 1_000, "currency": "EUR"},
        "finalPrice": {"amountMinor": 9_000},
        "provisional": True,
        "validUntil": None,
        "checkedAt": None,
    }
    assert (made["access"]["granted"], made["access"]["message"]) == (True, "Access is open.")
    assert made["check"]["validUntil"] == made["access"]["validUntil"] is not None
    assert made["seat"] == {"id": opened["seats"][1]["id"], "subscriberNumber": number}
    assert made["openedBy"] == {"email": "bob@ville.example", "jobTitle": None}
    answer = {"requestId": made["id"], "answer": "C'est réparé."}
    staff = await api.staff()
    closed = (await api.data(CLOSE, staff, input=answer))["closeSupportRequest"]["request"]
    assert closed["closedAt"] is not None and closed | {"closedAt": None, "answer": None} == made
    bob = await api.sign_in("bob@ville.example")
    assert await api.data(MINE, bob) == {"viewer": {"supportRequests": [closed]}}
    (french,) = (await api.post({"query": MINE}, token=bob, accept_language="fr")).json()["data"]["viewer"][
        "supportRequests"
    ]
    assert french["check"]["message"].startswith("La réduction est accordée")
    assert french["access"]["message"] == "L'accès est ouvert."
    assert (french["check"]["checkedAt"], french["answer"]) == (made["check"]["checkedAt"], "C'est réparé.")


@pytest.mark.rule("R20")
async def test_a_request_is_read_by_who_opened_it_staff_and_admin(api: Api) -> None:
    await api.subscribe("ana", "bob")
    request = (await open_request(api, "bob"))["request"]["id"]
    callers = {
        "staff": await api.staff(),
        "admin": await api.key(Scope.ADMIN),
        "opener": await api.sign_in("bob@ville.example"),
        "manager": await api.sign_in("ana@ville.example"),
        "key": await api.key(*(scope for scope in Scope if scope is not Scope.ADMIN)),
        "nobody": None,
    }
    found = {name for name, token in callers.items() if (await api.ask(NODE, token, id=request))["data"]["node"]}
    assert found == {"staff", "admin", "opener"}
    lists = {name: await api.ask(ALL, token) for name, token in callers.items() if token is not None}
    assert {name for name, answer in lists.items() if answer["data"]["supportRequests"]} == {"staff", "admin"}
    assert codes(lists["opener"]) == [("FORBIDDEN", ["supportRequests"])]
    assert lists["admin"]["data"]["supportRequests"]["nodes"][0]["openedBy"] == {"email": "bob@ville.example"}
    for name in ("opener", "manager", "key"):
        form = {"requestId": request, "answer": "Non."}
        payload = (await api.data(CLOSE, callers[name], input=form))["closeSupportRequest"]
        assert [(error["code"], error["path"]) for error in payload["errors"]] == [("FORBIDDEN", [])]


@pytest.mark.rule("R20")
async def test_the_staff_s_list_newest_first_open_or_answered(api: Api) -> None:
    await api.subscribe("ana", "bob")
    staff = await api.staff()
    first = (await open_request(api, "ana", "un"))["request"]["id"]
    for name, message in (("bob", "deux"), ("ana", "trois")):
        await open_request(api, name, message)
    await api.data(CLOSE, staff, input={"requestId": first, "answer": "Voilà."})

    async def messages(**asked: object) -> list[str]:
        found, after = [], None
        while True:
            page = (await api.data(ALL, staff, **asked, after=after))["supportRequests"]
            found += [node["message"] for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                assert page["totalCount"] == len(found)
                return found
            after = page["pageInfo"]["endCursor"]

    assert await messages() == await messages(open=None) == ["trois", "deux", "un"]
    assert await messages(open=True) == ["trois", "deux"]
    assert await messages(open=False) == ["un"]
    mine = await api.data(MINE, await api.sign_in("ana@ville.example"))
    assert [request["message"] for request in mine["viewer"]["supportRequests"]] == ["trois", "un"]


@pytest.mark.rule("R20")
async def test_whoever_was_removed_still_asks_and_reads_the_answer_but_not_their_seat(api: Api) -> None:
    opened = await api.subscribe("ana", "bob")
    number, seat = await number_of(api, "bob"), opened["seats"][1]["id"]
    await api.data(REMOVE, await api.staff(), id=seat)
    check = {"subscriberNumber": number, "eventKind": "FORUM"}
    token = await api.sign_in("bob@ville.example")
    payload = (await api.data(OPEN, token, input={"message": "Et moi ?", "check": check}))["openSupportRequest"]
    request = payload["request"]
    assert (request["check"]["reason"], request["seat"]) == ("SEAT_REMOVED", None)
    assert request["check"]["nextStep"] and request["openedBy"]["email"] == "bob@ville.example"
    assert (await api.data(NODE, token, id=request["id"]))["node"]["__typename"] == "SupportRequest"


@pytest.mark.rule("R20")
async def test_a_number_of_somebody_else_is_not_found_where_it_stands(api: Api) -> None:
    await api.subscribe("ana", "bob")
    bobs = await number_of(api, "bob")
    check, access = {"subscriberNumber": bobs, "eventKind": "FORUM"}, {"subscriberNumber": bobs, "service": "TRAINING"}
    payload = await open_request(api, "ana", check=check, access=access)
    assert payload["request"] is None
    sentence = "This number is not one of yours. Give the one that your account shows."
    assert payload["errors"] == [
        {"code": "NOT_FOUND", "message": sentence, "path": [place, "subscriberNumber"]} for place in ("check", "access")
    ]


@pytest.mark.rule("R20")
async def test_more_than_twenty_requests_a_day_are_too_many(api: Api) -> None:
    await api.subscribe("ana")
    for _ in range(SUPPORT_OF_PERSON.amount):
        assert (await open_request(api, "ana"))["errors"] == []
    check = {"subscriberNumber": await number_of(api, "ana"), "eventKind": "FORUM"}
    body = {"query": OPEN, "variables": {"input": {"message": "Encore.", "check": check}}}
    response = await api.post(body, token=await api.sign_in("ana@ville.example"))
    assert (response.status_code, codes(response.json())) == (429, [("RATE_LIMITED", None)])
    assert 0 < int(response.headers["retry-after"]) <= 86_400


async def test_a_longer_list_takes_no_more_statements(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await api.subscribe(*"abcdef", planCode="COLLECTIF")
    staff, counts = await api.staff(), []
    query = f"{{ supportRequests {{ nodes {{ {REQUEST} }} }} }}"
    for index, name in enumerate("abc"):
        await open_request(api, name)
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            assert len((await api.data(query, staff))["supportRequests"]["nodes"]) == index + 1
        counts.append(sum(record.name == "tortoise.db_client" for record in caplog.records))
    assert counts[0] > 4
    assert counts == [counts[0]] * 3
