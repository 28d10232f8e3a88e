"""How often one may try to sign in and ask for a link: no source uses up what is others' (R5)."""

import asyncio
import time

import pytest

from capcom_gql.access.passwords import prepare
from capcom_gql.access.rate_limits import (
    RESET_PER_ADDRESS,
    SIGN_IN_PER_ACCOUNT,
    SIGN_IN_PER_SOURCE,
    UNIFORM_ANSWER_SECONDS,
    RateLimits,
)
from capcom_gql.access.rate_limits import TooManyAttempts as TooMany
from capcom_gql.domain.refusals import Code, Refusal
from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.services.request_password import RequestPasswordForm, request_password
from capcom_gql.services.sign_in import SignInForm, sign_in
from capcom_gql.storage.tables import Delivery, Event
from tests.databases import ONLY_SQLITE
from tests.services.house import Service

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
ANA, BOB = "ana@ville.example", "bob@ville.example"


async def attempt(rate_limits: RateLimits, email: str, source: str) -> Code | int:
    """Try a wrong password: the code of the refusal, or after how many seconds to try again."""
    try:
        await sign_in(ANONYMOUS, SignInForm(email, "wrong"), rate_limits, source)
    except TooMany as refusal:
        return refusal.retry_after_seconds
    except Refusal as refusal:
        return refusal.faults[0].code
    raise AssertionError("a wrong password signed somebody in")


@ONLY_SQLITE
async def test_a_source_that_is_out_of_attempts_uses_up_nobody_elses(database: str) -> None:
    """One account can be worn out from one source, and those that its own limit leaves room for; no more."""
    await prepare()
    attempts = RateLimits()
    of_account, of_source = SIGN_IN_PER_ACCOUNT.amount, SIGN_IN_PER_SOURCE.amount
    answers = [await attempt(attempts, ANA, HERE) for _ in range(of_source)]
    assert answers[:of_account] == [Code.BAD_CREDENTIALS] * of_account
    assert all(isinstance(seconds, int) and 1 <= seconds <= 300 for seconds in answers[of_account:])
    refused = [await attempt(attempts, BOB, HERE) for _ in range(of_account)]
    assert all(isinstance(seconds, int) and 1 <= seconds <= 300 for seconds in refused)
    assert await attempt(attempts, BOB, ELSEWHERE) is Code.BAD_CREDENTIALS, "Bob's own attempts are untouched"
    assert isinstance(await attempt(attempts, ANA, ELSEWHERE), int)
    # however it is spelled, it is the same account
    assert isinstance(await attempt(attempts, " ANA@Ville.Example", ELSEWHERE), int)


async def test_what_is_over_the_limit_says_when_to_come_back() -> None:
    attempts = RateLimits()
    for _ in range(SIGN_IN_PER_ACCOUNT.amount):
        await attempts.count(SIGN_IN_PER_ACCOUNT, "sign-in", ANA)
    with pytest.raises(TooMany) as refused:
        await attempts.count(SIGN_IN_PER_ACCOUNT, "sign-in", ANA)
    assert 295 <= refused.value.retry_after_seconds <= 300


async def test_five_links_a_day_and_every_request_is_accepted(service: Service) -> None:
    await service.subscribe("ana", "bob")
    attempts = RateLimits()

    async def request(email: str) -> float:
        began = time.monotonic()
        assert await request_password(service.runtime, ANONYMOUS, RequestPasswordForm(email), attempts)
        return time.monotonic() - began

    five = RESET_PER_ADDRESS.amount
    spellings = (ANA, "ANA@ville.example ", "ana@VILLE.example")
    took = await asyncio.gather(*(request(spellings[turn % 3]) for turn in range(five + 3)))
    assert await Delivery.filter(topic="password_link", recipient=ANA).count() == five
    assert await Event.filter(kind="password.requested").count() == five
    # the time says no more than the answer: known or not, within the limit or not
    took += await asyncio.gather(request(BOB), request("nobody@ville.example"))
    assert min(took) >= UNIFORM_ANSWER_SECONDS
    assert await Delivery.filter(topic="password_link", recipient=BOB).count() == 1
    assert await Delivery.filter(topic="password_link").count() == five + 1


@ONLY_SQLITE
async def test_each_request_has_a_letter_of_its_own(service: Service) -> None:
    """Whoever lost the first gets a second: the letter is about the request, not about the person."""
    await service.subscribe("ana")
    attempts = RateLimits()
    for _ in range(2):
        await request_password(service.runtime, ANONYMOUS, RequestPasswordForm(ANA), attempts)
    keys = [str(key) for key in await Delivery.filter(topic="password_link").values_list("once_key", flat=True)]
    assert len(set(keys)) == 2
