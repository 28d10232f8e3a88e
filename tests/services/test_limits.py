"""How often one may try to sign in, ask for a link and sign up: nobody uses up what is others' (R5)."""

import asyncio
import time
from datetime import timedelta

import pytest

from capcom_gql import clock
from capcom_gql.access.passwords import hash_password, prepare
from capcom_gql.access.rate_limits import (
    RESET_FOR_ADDRESS,
    RESET_OF_SOURCE,
    SIGN_IN_OF_SOURCE,
    SIGN_IN_SLOWED,
    SIGN_IN_TO_ACCOUNT,
    SLOWED_AT_MOST_SECONDS,
    UNIFORM_ANSWER_SECONDS,
    Limit,
    count_attempt,
    counted,
    is_within,
    network_of,
    seconds_slowed,
)
from capcom_gql.access.rate_limits import TooManyAttempts as TooMany
from capcom_gql.domain.refusals import Code, Refusal
from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.services.request_password import RequestPasswordForm, request_password
from capcom_gql.services.sign_in import SignInForm, sign_in
from capcom_gql.storage.tables import AttemptCount, Delivery, Event, Person
from tests.databases import ONLY_SQLITE
from tests.services.house import Service

HERE, NEXT_DOOR, ELSEWHERE = "192.0.2.1", "192.0.2.2", "198.51.100.1"
ANA, BOB = "ana@ville.example", "bob@ville.example"
RIGHT = "quatre petits chevaux"

pytestmark = pytest.mark.rule("R5")


async def attempt(email: str, source: str, password: str = "wrong") -> Code | int | None:
    """Try a password: the code of the refusal, after how many seconds to try again, or None where it is right."""
    try:
        await sign_in(ANONYMOUS, SignInForm(email, password), source)
    except TooMany as refusal:
        return refusal.retry_after_seconds
    except Refusal as refusal:
        return refusal.faults[0].code
    return None


async def with_password(service: Service, *names: str) -> None:
    """People who have chosen the password RIGHT."""
    await service.subscribe(*names)
    await Person.all().update(password_hash=await hash_password(RIGHT))


@ONLY_SQLITE
async def test_a_source_that_is_out_of_attempts_uses_up_nobody_elses(database: str) -> None:
    """One account can be worn out from one network, and those that the source's own limit leaves room for."""
    await prepare()
    of_account, of_source = SIGN_IN_TO_ACCOUNT.amount, SIGN_IN_OF_SOURCE.amount
    answers = [await attempt(ANA, HERE) for _ in range(of_source)]
    assert answers[:of_account] == [Code.BAD_CREDENTIALS] * of_account
    assert all(isinstance(seconds, int) and 1 <= seconds <= 300 for seconds in answers[of_account:])
    refused = [await attempt(BOB, HERE) for _ in range(of_account)]
    assert all(isinstance(seconds, int) and 1 <= seconds <= 300 for seconds in refused)
    assert await attempt(BOB, NEXT_DOOR) is Code.BAD_CREDENTIALS, "Bob's own attempts are untouched"
    assert isinstance(await attempt(ANA, NEXT_DOOR), int), "it is the same network"
    # however it is spelled, it is the same account
    assert isinstance(await attempt(" ANA@Ville.Example", NEXT_DOOR), int)
    assert await attempt(ANA, ELSEWHERE) is Code.BAD_CREDENTIALS, "another network has a count of its own"


async def test_right_passwords_are_not_counted(service: Service) -> None:
    await with_password(service, "ana")
    for _ in range(SIGN_IN_TO_ACCOUNT.amount - 1):
        assert await attempt(ANA, HERE) is Code.BAD_CREDENTIALS
    for _ in range(3):
        assert await attempt(ANA, HERE, RIGHT) is None
    assert await attempt(ANA, HERE) is Code.BAD_CREDENTIALS
    assert isinstance(await attempt(ANA, HERE, RIGHT), int)
    assert await attempt(ANA, ELSEWHERE, RIGHT) is None


async def test_an_attacked_account_answers_later_and_is_never_locked(service: Service) -> None:
    await with_password(service, "ana")
    assert await attempt(ANA, HERE, RIGHT) is None
    for _ in range(SIGN_IN_SLOWED.amount):
        await is_within(SIGN_IN_SLOWED, ANA)
    assert await seconds_slowed(ANA) == 0
    for number in range(5):
        assert await attempt(ANA, f"203.0.{number}.1") is Code.BAD_CREDENTIALS
    assert await seconds_slowed(ANA) == pytest.approx(0.5)
    began = time.monotonic()
    assert await attempt(ANA, ELSEWHERE, RIGHT) is None
    assert time.monotonic() - began >= 0.5
    # a network that signed in before is neither delayed nor adds to the delay of others
    for _ in range(3):
        assert await attempt(ANA, NEXT_DOOR) is Code.BAD_CREDENTIALS
    assert await counted(SIGN_IN_SLOWED, ANA) == SIGN_IN_SLOWED.amount + 5
    await AttemptCount.all().update(count=1_000_000)
    assert await seconds_slowed(ANA) == SLOWED_AT_MOST_SECONDS


async def test_what_is_over_the_limit_says_when_to_come_back(database: str) -> None:
    for _ in range(SIGN_IN_TO_ACCOUNT.amount):
        await count_attempt(SIGN_IN_TO_ACCOUNT, ANA)
    with pytest.raises(TooMany) as refused:
        await count_attempt(SIGN_IN_TO_ACCOUNT, ANA)
    assert 250 <= refused.value.retry_after_seconds <= 300


async def test_a_period_that_is_over_begins_anew(database: str) -> None:
    limit = Limit("once", 1, timedelta(hours=1))
    assert await is_within(limit, ANA)
    assert not await is_within(limit, ANA)
    await AttemptCount.all().update(ends_at=clock.utc_now())
    assert await counted(limit, ANA) == 0
    assert await is_within(limit, ANA)
    row = await AttemptCount.get()
    assert row.count == 1 and timedelta(minutes=55) < row.ends_at - clock.utc_now() <= timedelta(hours=1)
    assert ANA not in row.slot


async def test_of_many_at_once_no_more_are_accepted_than_the_limit(database: str) -> None:
    limit = Limit("ten", 10, timedelta(hours=1))
    assert sum(await asyncio.gather(*(is_within(limit, ANA) for _ in range(40)))) == 10


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_networks(source: str, network: str) -> None:
    assert network_of(source, 24, 48) == network


async def test_five_links_a_day_and_every_request_is_accepted(service: Service) -> None:
    await service.subscribe("ana", "bob")

    async def request(email: str, source: str = HERE) -> float:
        began = time.monotonic()
        assert await request_password(service.runtime, ANONYMOUS, RequestPasswordForm(email), source)
        return time.monotonic() - began

    five = RESET_FOR_ADDRESS.amount
    spellings = (ANA, "ANA@ville.example ", "ana@VILLE.example")
    took = await asyncio.gather(*(request(spellings[turn % 3]) for turn in range(five + 3)))
    assert await Delivery.filter(topic="password_link", recipient=ANA).count() == five
    assert await Event.filter(kind="password.requested").count() == five
    # the time says no more than the answer: known or not, within the limit or not
    took += await asyncio.gather(request(BOB), request("nobody@ville.example"))
    assert five + 5 == RESET_OF_SOURCE.amount
    took.append(await request(BOB))
    assert min(took) >= UNIFORM_ANSWER_SECONDS
    assert await Delivery.filter(topic="password_link", recipient=BOB).count() == 1, "the 11th of the source"
    await request(BOB, NEXT_DOOR)
    assert await Delivery.filter(topic="password_link", recipient=BOB).count() == 2


@ONLY_SQLITE
async def test_each_request_has_a_letter_of_its_own(service: Service) -> None:
    """Whoever lost the first gets a second: the letter is about the request, not about the person."""
    await service.subscribe("ana")
    for _ in range(2):
        await request_password(service.runtime, ANONYMOUS, RequestPasswordForm(ANA), HERE)
    keys = [str(key) for key in await Delivery.filter(topic="password_link").values_list("once_key", flat=True)]
    assert len(set(keys)) == 2
