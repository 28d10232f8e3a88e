"""A key that tries numbers waits for unknown ones, and never for known ones (R11)."""

import time

import pytest

from capcom_gql.domain.rights import Scope
from capcom_gql.storage.tables import AttemptCount, Seat
from tests.graphql.api import Api

pytestmark = pytest.mark.rule("R11")

CHECKS = "query ($inputs: [DiscountCheckInput!]!) { discountChecks(inputs: $inputs) { reason } }"
ACCESS = "query ($number: String!) { serviceAccess(subscriberNumber: $number, service: DOCUMENTATION) { reason } }"
REDEEM = "mutation ($input: RedeemDiscountInput!) { redeemDiscount(input: $input) { check { reason } } }"


def numbers(count: int) -> list[str]:
    """Numbers with right check digits that nobody has."""
    return [f"{place:014d}{98 - place * 100 % 97:02d}" for place in range(1, count + 1)]


async def ask(api: Api, key: str, *asked: str) -> tuple[set[str], float]:
    """The reasons of some checks, and the seconds that they took."""
    began = time.monotonic()
    inputs = [{"subscriberNumber": number, "eventKind": "FORUM"} for number in asked]
    answers = (await api.data(CHECKS, key, inputs=inputs))["discountChecks"]
    return {answer["reason"] for answer in answers}, time.monotonic() - began


async def test_redeeming_is_no_way_around(api: Api) -> None:
    key = await api.key(Scope.DISCOUNTS_REDEEM)
    form = {
        "subscriberNumber": numbers(1)[0],
        "eventKind": "FORUM",
        "eventReference": "forum-2027",
        "registrationReference": "R-1",
        "priceMinor": 100,
        "idempotencyKey": "k",
    }
    for _ in range(2):
        answer = await api.data(REDEEM, key, input=form)
        assert answer["redeemDiscount"]["check"] == {"reason": "UNKNOWN_NUMBER"}
    assert (await AttemptCount.get()).count == 2


async def test_unknown_numbers_are_answered_later_and_known_ones_at_once(api: Api) -> None:
    await api.subscribe("ana")
    known = (await Seat.get()).number
    key = await api.key(Scope.DISCOUNTS_CHECK, Scope.SERVICES_CHECK)
    counted = AttemptCount.all()
    assert (await ask(api, key, known, "17"))[0] == {"ELIGIBLE", "MALFORMED_NUMBER"}
    assert await counted.count() == 0, "a check that succeeds counts nothing"
    assert (await ask(api, key, *numbers(20)))[0] == {"UNKNOWN_NUMBER"}
    assert (await counted.get()).count == 20
    reasons, took = await ask(api, key, *numbers(5))
    assert reasons == {"UNKNOWN_NUMBER"} and took >= 0.5
    began = time.monotonic()
    assert (await api.data(ACCESS, key, number=numbers(1)[0]))["serviceAccess"]["reason"] == "UNKNOWN_NUMBER"
    assert time.monotonic() - began >= 0.6
    await AttemptCount.all().update(count=1_000_000)
    assert (await ask(api, key, known))[0] == {"ELIGIBLE"}
    assert (await counted.get()).count == 1_000_000
    assert (await ask(api, await api.key(Scope.DISCOUNTS_CHECK), *numbers(1)))[0] == {"UNKNOWN_NUMBER"}
    assert sorted([each.count for each in await AttemptCount.all()]) == [1, 1_000_000]
