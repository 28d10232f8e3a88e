"""Four server processes on one database count as one, and a restart deletes no count (R5)."""

import asyncio
import json
import urllib.error
import urllib.request
from collections import Counter

import pytest

from tests.cli.installations import SUBSCRIBE
from tests.patience import LONG
from tests.services.house import house
from tests.workers.conftest import room
from tests.workers.staff_room import Hand, StaffRoom

__all__ = ["house", "room"]

pytestmark = pytest.mark.rule("R5")

SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }"


def _post(hand: Hand, query: str, form: dict[str, object]) -> int:
    body = json.dumps({"query": query, "variables": {"input": form}}).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{hand.url}/graphql", body, headers), timeout=LONG) as done:
            assert "errors" not in json.load(done)
            return int(done.status)
    except urllib.error.HTTPError as refused:
        with refused:
            assert json.load(refused)["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
            return refused.code


async def _at_once(hands: list[Hand], query: str, forms: list[dict[str, object]]) -> Counter[int]:
    posts = (asyncio.to_thread(_post, hands[place % len(hands)], query, form) for place, form in enumerate(forms))
    return Counter(await asyncio.gather(*posts))


def _sign_up(name: str) -> dict[str, object]:
    someone = {"email": f"{name}@ville.example", "givenName": name, "familyName": "Silva"}
    return {
        "organisation": {"name": f"Ville de {name}", "addressLines": []},
        "planCode": "EQUIPE",
        "users": [someone],
        "managerEmail": someone["email"],
        "signer": someone,
        "acceptedTermsVersion": "1",
        "idempotencyKey": name,
    }


async def test_four_processes_count_as_one(room: StaffRoom) -> None:
    room.house.channel("post")

    def serve() -> Hand:
        return room.api("--api-only", SIGN_UPS_PER_HOUR="10")

    hands = [serve() for _ in range(4)]
    forms = [_sign_up(f"town{number}") for number in range(24)]
    assert await _at_once(hands, SUBSCRIBE, forms) == {200: 10, 429: 14}
    wrong: list[dict[str, object]] = [{"email": "town0@ville.example", "password": "wrong"}] * 20
    assert await _at_once(hands, SIGN_IN, wrong) == {200: 10, 429: 10}
    for hand in hands:
        hand.stop()
    again = [serve()]
    assert await _at_once(again, SUBSCRIBE, [_sign_up("later")]) == {429: 1}
    assert await _at_once(again, SIGN_IN, wrong[:1]) == {429: 1}
