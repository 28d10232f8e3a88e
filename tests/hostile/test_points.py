"""Points: what a caller's operations may cost in a minute, and how an answer says what is left."""

import asyncio

import pytest

from capcom_gql.access.points import Balance, Points
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.settings import Settings
from tests.databases import ONLY_SQLITE
from tests.graphql.api import Api, api_with, codes
from tests.redis_server import Redis, redis_is_missing

PLANS = {"query": "{ plans { code } }"}
CHECKS = "query ($inputs: [DiscountCheckInput!]!) { discountChecks(inputs: $inputs) { reason } }"
A_CHECK = {"subscriberNumber": "CP 0000", "eventKind": "FORUM"}
KEY = Actor(key_id="key_1", scopes=frozenset())
PERSON = Actor(person_id="person_1")


@pytest.mark.parametrize(
    ("actor", "token", "policy", "limit"),
    [(ANONYMOUS, None, "anonymous", 600), (PERSON, "token", "session", 6_000), (KEY, "token", "key", 60_000)],
)
async def test_each_caller_has_a_budget(actor: Actor, token: str | None, policy: str, limit: int) -> None:
    """The last point is answered, one more is not."""
    points = Points(Settings())
    last = await points.spend(limit, actor, token, "192.0.2.1")
    assert (last.policy, last.limit, last.remaining, last.is_overdrawn) == (policy, limit, 0, False)
    assert 1 <= last.reset_seconds <= 60
    assert (await points.spend(1, actor, token, "192.0.2.1")).is_overdrawn


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("a socket", "a socket", True),
    ],
)
async def test_a_source_is_an_address_or_a_network_of_ipv6(one: str, other: str, *, is_same: bool) -> None:
    points = Points(Settings())
    await points.spend(600, ANONYMOUS, None, one)
    assert (await points.spend(1, ANONYMOUS, None, other)).is_overdrawn is is_same


async def test_two_sessions_of_a_person_are_two_callers() -> None:
    points = Points(Settings())
    await points.spend(6_000, PERSON, "one", "192.0.2.1")
    assert (await points.spend(1, PERSON, "two", "192.0.2.1")).remaining == 5_999
    assert (await points.spend(1, ANONYMOUS, None, "192.0.2.1")).remaining == 599


def test_the_headers_are_those_of_the_draft() -> None:
    assert dict(Balance("anonymous", 600, 42, 17).headers()) == {
        b"ratelimit-policy": b'"anonymous";q=600;w=60',
        b"ratelimit": b'"anonymous";r=42;t=17',
    }
    assert (b"ratelimit", b'"key";r=0;t=1') in Balance("key", 10, -3, 1).headers()


@ONLY_SQLITE
async def test_an_answer_says_what_it_cost_and_what_is_left(api: Api) -> None:
    response = await api.post(PLANS)
    assert response.json()["extensions"]["cost"] == {"objects": 20, "points": 1, "remaining": 599}
    assert response.headers["ratelimit-policy"] == '"anonymous";q=600;w=60'
    assert response.headers["ratelimit"].startswith('"anonymous";r=599;t=')
    key = await api.key(Scope.DISCOUNTS_CHECK)
    answer = await api.ask(CHECKS, key, inputs=[A_CHECK] * 100)
    assert answer["extensions"]["cost"] == {"objects": 100, "points": 100, "remaining": 59_900}
    answer = await api.ask(CHECKS, key, inputs=[A_CHECK])
    assert answer["extensions"]["cost"] == {"objects": 1, "points": 1, "remaining": 59_899}
    page = "{ organisations(first: 100) { nodes { subscription { seats { id } } } } }"
    answer = await api.ask(page, await api.staff())
    assert answer["extensions"]["cost"] == {"objects": 1_201, "points": 12, "remaining": 5_988}


@ONLY_SQLITE
async def test_past_its_budget_a_caller_waits(database: str) -> None:
    async with api_with(Settings(points_anonymous=2)) as api:
        invalid = await api.post({"query": "{ no such field }"})
        assert invalid.headers["ratelimit"].startswith('"anonymous";r=1;t=')
        assert (await api.post(PLANS)).status_code == 200
        refused = await api.post(PLANS)
        answer = refused.json()
        assert (refused.status_code, codes(answer), "data" in answer) == (429, [("RATE_LIMITED", None)], False)
        extensions = answer["errors"][0]["extensions"]
        assert (extensions["limit"], extensions["actual"]) == (2, 3)
        assert refused.headers["retry-after"] == str(extensions["retryAfter"]) and 1 <= extensions["retryAfter"] <= 60
        assert refused.headers["ratelimit"].startswith('"anonymous";r=0;t=')
        # another caller at the same source
        assert "errors" not in await api.ask(PLANS["query"], await api.staff())


@pytest.mark.skipif(bool(redis_is_missing()), reason=redis_is_missing() or "there is a Redis")
async def test_in_redis_all_processes_count_together_and_go_on_without_it() -> None:
    with Redis() as server:
        one, other = (Points(Settings(), server.url) for _ in range(2))
        assert (await one.spend(400, ANONYMOUS, None, "192.0.2.1")).remaining == 200
        assert (await other.spend(200, ANONYMOUS, None, "192.0.2.1")).remaining == 0
        last = await one.spend(1, ANONYMOUS, None, "192.0.2.1")
        assert last.is_overdrawn and 1 <= last.reset_seconds <= 60
    assert (await one.spend(1, ANONYMOUS, None, "192.0.2.1")).remaining == 599
    await asyncio.gather(one.close(), other.close())
