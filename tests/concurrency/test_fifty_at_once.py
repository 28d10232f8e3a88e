"""Fifty at once, through two server processes on one database: one effect, and a clear answer to everybody."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from tests.databases import ENGINES, Source
from tests.processes import capcom, environment, server
from tests.world import CHECK, PROOF, REDEEM, SUBSCRIBE, user

FIFTY = 50
ADD = """mutation A($input: AddSeatsInput!) { addSeats(input: $input) { seats { id } errors { code } } }"""


@dataclass
class Pair:
    """Two servers on one database, and the tokens to talk to them."""

    addresses: tuple[str, str]
    staff: str
    key: str
    counter: Iterator[int] = field(default_factory=itertools.count)

    def fresh(self, word: str) -> str:
        """A name that no other test has used."""
        return f"{word}-{next(self.counter)}"

    async def ask_all(self, document: str, inputs: list[dict[str, Any]], token: str) -> list[dict[str, Any]]:
        """Send every input at once, turn about to the two servers, and give the data of each answer."""
        limits = httpx2.Limits(max_connections=FIFTY)
        async with httpx2.AsyncClient(limits=limits, timeout=60) as client:
            turns = itertools.cycle(self.addresses)
            sent = [
                client.post(
                    f"{address}/graphql",
                    json={"query": document, "variables": {"input": each}},
                    headers={"Authorization": f"Bearer {token}"},
                )
                for each, address in zip(inputs, turns, strict=False)
            ]
            answers = [json.loads(response.content) for response in await asyncio.gather(*sent)]
        assert [answer for answer in answers if answer.get("errors")] == []
        return [next(iter(answer["data"].values())) for answer in answers]

    async def ask(self, document: str, form: dict[str, Any], token: str | None = None) -> dict[str, Any]:
        """Send one input."""
        return (await self.ask_all(document, [form], token or self.staff))[0]

    async def subscribe(self, plan: str = "ESSENTIEL", *names: str) -> dict[str, Any]:
        """A live subscription."""
        form = {
            "organisation": {"name": "Ville de Rochebrune", "addressLines": []},
            "planCode": plan,
            "users": [user(name) for name in names],
            "managerEmail": f"{names[0]}@ville.example",
            "acceptedTermsVersion": "1",
            "idempotencyKey": self.fresh("sign-up"),
        }
        payload = await self.ask(SUBSCRIBE, form)
        assert payload["errors"] == []
        subscription = payload["subscription"]
        assert isinstance(subscription, dict)
        return subscription


@pytest.fixture(scope="module", params=ENGINES)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two real processes, for all the tests of this file on one engine."""
    source: Source = request.getfixturevalue(f"{request.param}_databases")
    folder = tmp_path_factory.mktemp("pair")
    with source.migrated(folder) as database_url:
        env = environment(database_url, folder)
        staff = capcom("staff", "add", "staff@capcom.example", "--token", env=env)
        scopes = [argument for scope in ("DISCOUNTS_CHECK", "DISCOUNTS_REDEEM") for argument in ("--scope", scope)]
        key = capcom("key", "add", "desk", *scopes, env=env)
        with server(env, folder / "one.log") as one, server(env, folder / "two.log") as two:
            yield Pair((one, two), staff, key)


def codes(payloads: list[dict[str, Any]]) -> Counter[str]:
    """How many payloads have which error; DONE for none."""
    return Counter(payload["errors"][0]["code"] if payload["errors"] else "DONE" for payload in payloads)


@pytest.mark.rule("R2")
async def test_the_last_seat(pair: Pair) -> None:
    """Fifty different people for one free seat: one is seated, forty-nine are refused clearly."""
    subscription = await pair.subscribe("ESSENTIEL", "ana", "bob")
    inputs = [
        {"subscriptionId": subscription["id"], "users": [user(f"u{turn}")], "idempotencyKey": pair.fresh("seat")}
        for turn in range(FIFTY)
    ]
    payloads = await pair.ask_all(ADD, inputs, pair.staff)
    assert codes(payloads) == {"DONE": 1, "SEAT_LIMIT_REACHED": FIFTY - 1}


@pytest.mark.rule("R22")
async def test_one_redemption(pair: Pair) -> None:
    """Fifty registrations of one person at one event: one discount."""
    number = (await pair.subscribe("ESSENTIEL", "ana"))["seats"][0]["subscriberNumber"]
    event = pair.fresh("forum")
    inputs = [
        {
            "subscriberNumber": number,
            "eventKind": "FORUM",
            "eventReference": event,
            "registrationReference": f"R-{turn}",
            "priceMinor": 10_000,
            "idempotencyKey": pair.fresh("redeem"),
        }
        for turn in range(FIFTY)
    ]
    payloads = await pair.ask_all(REDEEM, inputs, pair.key)
    assert codes(payloads) == {"DONE": 1, "DISCOUNT_REFUSED": FIFTY - 1}
    assert {payload["check"]["reason"] for payload in payloads} == {"ELIGIBLE", "ALREADY_REDEEMED"}


@pytest.mark.rule("R22")
async def test_one_redemption_by_two_numbers(pair: Pair) -> None:
    """A person with a number in each of two organisations, whose subscriptions lock apart: one discount."""
    numbers = [
        (await pair.subscribe("ESSENTIEL", manager, "bob"))["seats"][1]["subscriberNumber"]
        for manager in ("ana", "zoe")
    ]
    event = pair.fresh("forum")
    inputs = [
        {
            "subscriberNumber": numbers[turn % 4 // 2],
            "eventKind": "FORUM",
            "eventReference": event,
            "registrationReference": f"R-{turn}",
            "priceMinor": 10_000,
            "idempotencyKey": pair.fresh("redeem"),
        }
        for turn in range(FIFTY)
    ]
    assert codes(await pair.ask_all(REDEEM, inputs, pair.key)) == {"DONE": 1, "DISCOUNT_REFUSED": FIFTY - 1}


@pytest.mark.rule("R8")
async def test_one_proof(pair: Pair) -> None:
    """Fifty hands record the same order: it counts once."""
    subscription = await pair.subscribe("ESSENTIEL", "ana")
    inputs = [
        {
            "subscriptionId": subscription["id"],
            "kind": "CHEQUE",
            "reference": f"C-{turn}",
            "receivedOn": subscription["startsOn"],
            "idempotencyKey": pair.fresh("proof"),
        }
        for turn in range(FIFTY)
    ]
    payloads = await pair.ask_all(PROOF, inputs, pair.staff)
    assert codes(payloads) == {"DONE": 1, "PROOF_ALREADY_RECORDED": FIFTY - 1}


async def test_one_idempotency_key(pair: Pair) -> None:
    """Fifty times the same request: every answer is the one redemption."""
    number = (await pair.subscribe("ESSENTIEL", "ana"))["seats"][0]["subscriberNumber"]
    event = pair.fresh("forum")
    form = {
        "subscriberNumber": number,
        "eventKind": "FORUM",
        "eventReference": event,
        "registrationReference": "R-1",
        "priceMinor": 10_000,
        "idempotencyKey": pair.fresh("the-same"),
    }
    payloads = await pair.ask_all(REDEEM, [form] * FIFTY, pair.key)
    assert codes(payloads) == {"DONE": FIFTY}
    assert len({payload["redemption"]["id"] for payload in payloads}) == 1
    other = await pair.ask(REDEEM, {**form, "priceMinor": 20_000}, pair.key)
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]


@pytest.mark.rule("R1")
async def test_one_sign_up_of_a_siret(pair: Pair) -> None:
    """Fifty sign-ups of one SIRET: one subscription, and the others are told that there is one."""
    inputs = [
        {
            "organisation": {"name": "Ville", "siret": "73282932000074", "addressLines": []},
            "planCode": "ESSENTIEL",
            "users": [user("ana")],
            "managerEmail": "ana@ville.example",
            "acceptedTermsVersion": "1",
            "idempotencyKey": pair.fresh("sign-up"),
        }
        for turn in range(FIFTY)
    ]
    payloads = await pair.ask_all(SUBSCRIBE, inputs, pair.staff)
    assert codes(payloads) == {"DONE": 1, "ALREADY_SUBSCRIBED": FIFTY - 1}


async def test_a_revoked_key_stops_at_once_on_every_process(pair: Pair) -> None:
    """Revoked through one process, refused by the other at the very next request."""
    async with httpx2.AsyncClient(timeout=60) as client:

        async def ask(address: str, document: str, variables: dict[str, Any], token: str) -> httpx2.Response:
            return await client.post(
                f"{address}/graphql",
                json={"query": document, "variables": variables},
                headers={"Authorization": f"Bearer {token}"},
            )

        form = {"input": {"subscriberNumber": "CP 4071 8823 9056 1227", "eventKind": "FORUM"}}
        create = """mutation K($input: CreateApiKeyInput!) { createApiKey(input: $input) {
            apiKey { id } secret errors { code } } }"""
        revoke = "mutation V($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { errors { code } } }"
        here, there = pair.addresses
        for _ in range(10):
            made = await ask(here, create, {"input": {"name": "short", "scopes": ["DISCOUNTS_CHECK"]}}, pair.staff)
            payload = json.loads(made.content)["data"]["createApiKey"]
            assert (await ask(there, CHECK, form, payload["secret"])).status_code == 200
            await ask(here, revoke, {"input": {"apiKeyId": payload["apiKey"]["id"]}}, pair.staff)
            assert (await ask(there, CHECK, form, payload["secret"])).status_code == 401
