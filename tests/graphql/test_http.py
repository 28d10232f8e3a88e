"""GraphQL over HTTP: what is taken in, what is answered, and with which status."""

import json
import logging
from collections.abc import AsyncIterator

import httpx2
import pytest

from capcom_gql.domain.letters import AddressKind, Channel
from capcom_gql.domain.rights import Scope
from capcom_gql.graphql.http import graphql_app
from capcom_gql.graphql.request_body import MAX_BYTES
from capcom_gql.runtime import runtime_from
from capcom_gql.settings import Settings
from capcom_gql.storage.engine.database import rows
from capcom_gql.storage.tables import Plan
from tests.databases import ONLY_SQLITE
from tests.graphql.api import Api, codes

# what is answered here is decided before any row is read
pytestmark = ONLY_SQLITE

PLANS = {"query": "{ plans { code } }"}
JSON = "application/json"
RESPONSE = "application/graphql-response+json"


def errors(response: httpx2.Response) -> list[tuple[str, list[object] | None]]:
    """The codes and paths of an answer that holds no data."""
    body = response.json()
    assert "data" not in body
    assert all(error["message"].strip() for error in body["errors"])
    return codes(body)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{RESPONSE};q=0.5, {JSON}", JSON),
        (f"{JSON}, {RESPONSE}", RESPONSE),
        ("*/*", JSON),
        ("application/*;q=0.1", JSON),
        ("text/html, */*;q=0.1", JSON),
        ("APPLICATION/JSON; charset=utf-8", JSON),
        ("", JSON),
    ],
)
async def test_it_answers_what_is_accepted(api: Api, accept: str, media_type: str) -> None:
    response = await api.post(PLANS, accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert [plan["code"] for plan in response.json()["data"]["plans"]] == ["ESSENTIEL", "EQUIPE", "COLLECTIF"]


@pytest.mark.parametrize("accept", ["text/html", "text/event-stream", f"{JSON};q=0", f"{JSON};q=x", f"{RESPONSE};q=0"])
async def test_what_it_cannot_answer_is_406(api: Api, accept: str) -> None:
    response = await api.post(PLANS, accept=accept)
    assert (response.status_code, errors(response)) == (406, [("NOT_ACCEPTABLE", None)])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_only_post_asks(api: Api, method: str) -> None:
    response = await api.client.request(method, "/graphql", params={"query": "{ plans { code } }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert errors(response) == [("METHOD_NOT_ALLOWED", None)]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        f"{JSON}; charset=utf-16",
    ],
)
async def test_only_json_in_utf_8_is_taken(api: Api, content_type: str) -> None:
    """A form that another site posts is none, so no page can ask with a visitor's browser."""
    response = await api.post(PLANS, content_type=content_type)
    assert (response.status_code, errors(response)) == (415, [("UNSUPPORTED_MEDIA_TYPE", None)])


async def test_utf_8_may_be_said(api: Api) -> None:
    assert (await api.post(PLANS, content_type='Application/JSON; Charset="UTF-8"')).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"x"',
        b"5",
        b"true",
        b"[]",
        b"{}",
        b'[{"query": "{ plans { code } }"}]',
        b"{",
        b"\xff\xfe",
        b'{"query": "{ plans { code } } \xff"}',
        b'{"query": "\\ud800"}',
        b'{"query": NaN}',
        b"[" * 100_000,
        b'{"query": "{ plans { code } }", "variables": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
        b'{"query": "{ plans { code } }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
        b'{"query": null}',
        b'{"query": 5}',
        b'{"query": ["{ plans { code } }"]}',
        b'{"query": "{ plans { code } }", "variables": []}',
        b'{"query": "{ plans { code } }", "variables": "{}"}',
        b'{"query": "{ plans { code } }", "operationName": 5}',
        b'{"query": "{ plans { code } }", "extensions": "x"}',
    ],
    ids=lambda body: repr(body[:24]),
)
@pytest.mark.parametrize("accept", [JSON, RESPONSE])
async def test_what_is_no_request_is_400(api: Api, body: bytes, accept: str) -> None:
    response = await api.post(body, accept=accept)
    assert (response.status_code, errors(response)) == (400, [("BAD_REQUEST", None)])


@pytest.mark.parametrize("name", ["variables", "operationName", "extensions"])
async def test_what_is_optional_may_be_null(api: Api, name: str) -> None:
    assert "data" in (await api.post({**PLANS, name: None})).json()


async def test_a_body_up_to_the_limit_is_taken(api: Api) -> None:
    body = json.dumps(PLANS).encode()
    assert (await api.post(body + b" " * (MAX_BYTES - len(body)))).status_code == 200
    response = await api.post(body + b" " * (MAX_BYTES + 1 - len(body)))
    assert (response.status_code, errors(response)) == (413, [("BODY_TOO_LARGE", None)])
    assert response.json()["errors"][0]["extensions"] | {"code": ""} == {
        "code": "",
        "limit": MAX_BYTES,
        "actual": MAX_BYTES + 1,
    }


async def test_a_body_that_does_not_say_its_size_is_measured(api: Api) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MAX_BYTES // 1024 + 1):
            yield b" " * 1024

    response = await api.client.post("/graphql", content=chunks(), headers={"content-type": JSON})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{ plans { code }"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{" * 20_000}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{a" * 2_000 + "}" * 2_000}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ " + "plans { code } " * 2_000 + "}"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ ...Missing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ ...A } fragment A on Query { ...A }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": '{ node(id: "a\\u0000b") { id } }'}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query ($a: ID!) { node(id: $a) { id } }"}, "BAD_USER_INPUT"),
        ({"query": "query ($a: ID!) { node(id: $a) { id } }", "variables": {"a": ["x"]}}, "BAD_USER_INPUT"),
        ({"query": "query ($a: ID!) { node(id: $a) { id } }", "variables": {"a": "x\x00"}}, "BAD_USER_INPUT"),
        ({"query": "query A { plans { code } } query B { plans { name } }"}, "BAD_USER_INPUT"),
        ({"query": "query A { plans { code } }", "operationName": "B"}, "BAD_USER_INPUT"),
        ({"query": "fragment A on Query { plans { code } }"}, "GRAPHQL_VALIDATION_FAILED"),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_an_operation_that_cannot_be_executed_has_no_data(api: Api, body: dict[str, object], code: str) -> None:
    """400 in GraphQL's own media type; the older one says 200 to whatever is a request at all."""
    for media_type, status in ((RESPONSE, 400), (JSON, 200)):
        response = await api.post(body, accept=media_type)
        assert response.status_code == status
        assert {each for each, _ in errors(response)} == {code}


async def test_a_fault_in_a_variable_says_where(api: Api) -> None:
    query = "query ($inputs: [DiscountCheckInput!]!) { discountChecks(inputs: $inputs) { reason } }"
    bad = {"subscriberNumber": "1", "eventKind": "FORUM", "eventReference": "a\x00"}
    answer = await api.ask(query, inputs=[{"subscriberNumber": "1", "eventKind": "FORUM"}, bad])
    assert answer["errors"][0]["message"].startswith("The text in variables.inputs.1.eventReference holds a NUL")


async def test_the_operation_that_is_named_is_the_one_that_runs(api: Api) -> None:
    query = "query A { plans { code } } query B { termsOfUse { version } }"
    answer = (await api.post({"query": query, "operationName": "B"})).json()
    assert answer["data"] == {"termsOfUse": {"version": "1"}} and "errors" not in answer


async def test_a_subscription_by_post_is_refused(api: Api) -> None:
    response = await api.post({"query": "subscription { eventRecorded { id } }"})
    assert (response.status_code, errors(response)) == (400, [("BAD_REQUEST", None)])


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer ccs_x", "Bearer cck_live_x", "Bearer", "Bearer ", "Basic YTpi", "x", ""]
)
async def test_a_bad_token_is_401_whatever_is_asked(api: Api, header: str) -> None:
    for body in (PLANS, {"query": "{ nothing }"}):
        response = await api.post(body, authorization=header)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert errors(response) == [("UNAUTHENTICATED", None)]


@pytest.mark.parametrize(
    "query",
    [
        "{ organisations { totalCount } }",
        "{ plans { code } events { totalCount } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { redemptions { totalCount } }",
        "{ ... on Query { x: discountChecks(inputs: []) { reason } } }",
        "query ($no: Boolean = false) { organisations @skip(if: $no) { totalCount } }",
        "query ($yes: Boolean!) { organisations @include(if: $yes) { totalCount } }",
        "mutation { signOut { signedOut } }",
        'mutation { removeSeat(input: { seatId: "x" }) { errors { code } } }',
    ],
)
async def test_where_a_caller_is_needed_nobody_is_401(api: Api, query: str) -> None:
    for media_type in (JSON, RESPONSE):
        response = await api.post({"query": query, "variables": {"yes": True}}, accept=media_type)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert errors(response) == [("UNAUTHENTICATED", None)]


@pytest.mark.parametrize(
    "query",
    [
        "{ plans { code } viewer { role } }",
        "query ($yes: Boolean!) { organisations @skip(if: $yes) { totalCount } plans { code } }",
        "query ($no: Boolean = false) { plans { code } ... @include(if: $no) { organisations { totalCount } } }",
        "{ plans { code } ...A @skip(if: true) } fragment A on Query { organisations { totalCount } }",
        "{ __typename __schema { queryType { name } } }",
    ],
)
async def test_where_none_is_needed_nobody_is_welcome(api: Api, query: str) -> None:
    assert "errors" not in (await api.post({"query": query, "variables": {"yes": True}})).json()


async def test_a_key_without_the_scope_of_a_field_that_cannot_be_null_is_403(api: Api) -> None:
    key = await api.key(Scope.SERVICES_CHECK)
    response = await api.post({"query": "{ discountChecks(inputs: []) { reason } }"}, token=key, accept_language="en")
    assert (response.status_code, errors(response)) == (403, [("FORBIDDEN", None)])
    assert "DISCOUNTS_CHECK" in response.json()["errors"][0]["message"]


async def test_a_key_without_the_scope_of_a_field_that_can_be_null_reads_null(api: Api) -> None:
    answer = await api.ask("{ events { totalCount } redemptions { totalCount } }", await api.key(Scope.EVENTS_READ))
    assert answer["data"] == {"events": {"totalCount": 1}, "redemptions": None}
    assert codes(answer) == [("FORBIDDEN", ["redemptions"])]


async def test_a_fault_of_the_server_is_masked_and_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await Plan.filter(code="EQUIPE").update(discounts=[{"event_kind": "PICNIC"}])
    with caplog.at_level(logging.ERROR):
        answer = await api.ask("{ termsOfUse { version } plans { code } }")
    (error,) = answer["errors"]
    assert answer["data"] is None
    assert error["path"] == ["plans"]
    assert "PICNIC" not in json.dumps(answer)
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    request_id = error["extensions"]["requestId"]
    assert request_id in error["message"]
    assert any(request_id in record.getMessage() and record.exc_info for record in caplog.records)
    assert "PICNIC" in caplog.text


async def test_a_fault_outside_any_field_is_masked_and_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await rows('DROP TABLE "session"')
    with caplog.at_level(logging.ERROR):
        response = await api.post(PLANS, token="ccs_whatever")
    assert response.status_code == 500
    assert errors(response) == [("INTERNAL_SERVER_ERROR", None)]
    assert "session" not in response.text
    assert "no such table: session" in caplog.text


async def test_an_argument_that_is_null_where_it_may_not_be_is_the_clients_fault(api: Api) -> None:
    answer = await api.ask('query ($id: ID = "x") { node(id: $id) { id } }', id=None)
    assert answer["data"] == {"node": None}
    assert codes(answer) == [("BAD_USER_INPUT", ["node"])]


@pytest.mark.parametrize(
    ("env", "explorer", "is_open"),
    [
        ("development", "", True),
        ("development", "off", False),
        ("production", "", False),
        ("production", "on", True),
        ("production", "graphiql", True),
    ],
)
async def test_the_schema_tells_itself_where_the_explorer_is(
    api: Api, env: str, explorer: str, *, is_open: bool
) -> None:
    settings = Settings.model_validate({"env": env, "explorer": explorer})
    app = graphql_app(runtime_from(settings, (Channel("mailbox", AddressKind.EMAIL),)), settings, api.woken)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://api.example") as client:
        for query in ("{ __schema { types { name } } }", '{ __type(name: "Plan") { name } }'):
            response = await client.post("/graphql", json={"query": query})
            assert ("data" in response.json()) is is_open
        answer = (await client.post("/graphql", json={"query": "{ __typename }"})).json()
        assert answer["data"] == {"__typename": "Query"} and "errors" not in answer
        mistyped = (await client.post("/graphql", json={"query": "{ plan { code } }"})).json()["errors"][0]["message"]
        assert ("plans" in mistyped) is is_open


async def test_a_mutation_wakes_the_worker_and_a_query_does_not(api: Api) -> None:
    await api.data("{ plans { code } }")
    assert not api.woken.is_set()
    await api.subscribe("ana")
    assert api.woken.is_set()
