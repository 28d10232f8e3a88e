"""What an operation may use while it runs: objects, time, and the patience of its client."""

import json
import logging
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest

from capcom_gql.graphql.http import graphql_app
from capcom_gql.settings import Settings
from capcom_gql.storage.product_clock import product_now
from tests.graphql.api import Api, api_with
from tests.graphql.population import populate

ORGANISATIONS = 30
WIDE = """{ organisations(first: 100) { nodes {
    subscription { seats { person { email } } terms { plan { code } price { amountMinor } discounts { percent } } }
} } }"""
SHORT_SECONDS = 0.001


@pytest.fixture
async def long_lists(database: str) -> AsyncIterator[Api]:
    """An API with many organisations, whose static limits let everything pass."""
    async with api_with(Settings(operation_objects=1_000_000, operation_seconds=300)) as api:
        await populate(ORGANISATIONS, api.runtime.policy.day_of(await product_now()))
        yield api


async def refusal(settings: Settings, document: str, token: str) -> tuple[int, dict[str, object]]:
    """The status and the extensions of an answer without data."""
    async with api_with(settings) as api:
        response = await api.post({"query": document}, token=token, accept="application/graphql-response+json")
        answer = response.json()
        assert "data" not in answer, answer
        (error,) = answer["errors"]
        return response.status_code, error["extensions"]


async def test_an_answer_with_too_many_objects_is_none(long_lists: Api) -> None:
    staff = await long_lists.staff()
    settings = Settings(operation_objects=1_000_000, operation_completed_objects=300)
    status, extensions = await refusal(settings, WIDE, staff)
    assert (status, extensions["code"], extensions["limit"]) == (400, "OPERATION_TOO_COSTLY", 300)
    assert isinstance(extensions["actual"], int) and extensions["actual"] > 300
    assert "errors" not in await long_lists.ask(WIDE, staff)


async def test_the_counter_allows_as_many_as_it_says(long_lists: Api) -> None:
    """A page of connection and nodes is 1 + 10 objects."""
    staff = await long_lists.staff()
    ten = "{ organisations(first: 10) { nodes { id } } }"
    async with api_with(Settings(operation_completed_objects=11)) as api:
        await api.data(ten, staff)
    assert (await refusal(Settings(operation_completed_objects=10), ten, staff))[1]["limit"] == 10


async def test_a_query_that_runs_too_long_is_ended(long_lists: Api) -> None:
    staff = await long_lists.staff()
    settings = Settings(operation_objects=1_000_000, operation_seconds=SHORT_SECONDS)
    assert await refusal(settings, WIDE, staff) == (400, {"code": "OPERATION_TIMEOUT", "limit": SHORT_SECONDS})
    assert "errors" not in await long_lists.ask(WIDE, staff)


async def test_mutations_end_between_two(database: str) -> None:
    """The first is done, whatever time it takes; the second is not begun."""
    async with api_with(Settings()) as api:
        opened = await api.subscribe("ana", "bob", "cid")
        staff = await api.staff()
    bob, cid = (seat["id"] for seat in opened["seats"][1:])
    document = f"""mutation {{
        bob: removeSeat(input: {{ seatId: "{bob}" }}) {{ subscription {{ seatsUsed }} errors {{ code }} }}
        cid: removeSeat(input: {{ seatId: "{cid}" }}) {{ errors {{ code }} }}
    }}"""
    told = await refusal(Settings(operation_seconds=SHORT_SECONDS), document, staff)
    assert told == (400, {"code": "OPERATION_TIMEOUT", "limit": SHORT_SECONDS})
    seats = f'{{ node(id: "{opened["id"]}") {{ ... on OrganisationSubscription {{ seats {{ id }} }} }} }}'
    async with api_with(Settings()) as api:
        left = (await api.data(seats, staff))["node"]["seats"]
    assert [seat["id"] for seat in left] == [opened["seats"][0]["id"], cid]


async def gone(api: Api, settings: Settings, document: str, token: str) -> tuple[int, bytes]:
    """The status and the body of what is answered to a client that closes its connection once it has asked."""
    asked = [{"type": "http.request", "body": json.dumps({"query": document}).encode(), "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return asked.pop(0) if asked else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(dict(message))

    headers = [(b"content-type", b"application/json"), (b"authorization", f"Bearer {token}".encode())]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    await graphql_app(api.runtime, settings, api.woken)(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_a_client_that_goes_away_ends_its_query(long_lists: Api, caplog: pytest.LogCaptureFixture) -> None:
    staff = await long_lists.staff()
    wide = Settings(operation_objects=1_000_000, operation_seconds=300)
    wider = " ".join(f"a{place}: {WIDE[2:-2]}" for place in range(20))
    with caplog.at_level(logging.INFO, "capcom_gql.graphql.http"):
        assert await gone(long_lists, wide, f"{{ {wider} }}", staff) == (400, b"")
    assert "its client went away" in caplog.text
    assert "errors" not in await long_lists.ask(WIDE, staff)


async def test_a_mutation_is_carried_out_though_its_client_went_away(long_lists: Api) -> None:
    staff = await long_lists.staff()
    opened = await long_lists.subscribe("ana", "bob", "cid")
    remove = " ".join(
        f'a{place}: removeSeat(input: {{ seatId: "{seat["id"]}" }}) {{ subscription {{ seatsUsed }} }}'
        for place, seat in enumerate(opened["seats"][1:])
    )
    status, body = await gone(long_lists, Settings(), f"mutation {{ {remove} }}", staff)
    assert status == 200
    assert [each["subscription"]["seatsUsed"] for each in json.loads(body)["data"].values()] == [2, 1]
