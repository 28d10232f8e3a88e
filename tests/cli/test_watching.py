"""What an operator watches: the figures at /metrics, the broker and the steps at /readyz; without a name in them."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from capcom_gql import clock
from capcom_gql.app.broker_check import TIMEOUT, BrokerCheck
from capcom_gql.storage.engine.database import rows
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Subscription
from tests.cli.test_front import running
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.patience import promised
from tests.redis_server import Redis, redis_is_missing
from tests.servers import Server, free_port
from tests.world import World, world_on

JULIAN = 0.001
"""Seconds by which SQLite's days with fractions may be wrong."""
SAMPLE = re.compile(r'^(?P<name>capcom_\w+)(?:\{channel="(?P<channel>\w+)",state="(?P<state>\w+)"\})? (?P<value>\S+)$')


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The application, with no worker of its own: what is due waits until the test ticks."""
    async with world_on(database_url, tmp_path / "data") as made:
        yield made


async def scrape(client: httpx2.AsyncClient) -> Mapping[str, float]:
    """The figures by name, those of deliveries by name, state and channel."""
    reply = await client.get("/metrics")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in reply.text.splitlines() if not line.startswith("#")]
    found = [SAMPLE.match(line) for line in lines]
    assert all(found), lines
    parts = [each.groupdict() for each in found if each]
    return {" ".join(p[k] for k in ("name", "state", "channel") if p[k]): float(p["value"]) for p in parts}


async def test_what_waits_what_is_late_and_what_was_done(world: World) -> None:
    figures = await scrape(world.client)
    assert figures == {
        "capcom_steps_due": 0,
        "capcom_steps_late": 0,
        "capcom_steps_failing": 0,
        "capcom_oldest_due_delivery_age_seconds": 0,
        "capcom_lost_attempts": 0,
    }
    for names in (("ana", "bob"), ("cleo",)):
        await world.subscribe(*names, name=f"Ville de {names[0]}")
    await world.tick()
    await world.advance(days=20)
    figures = await scrape(world.client)
    assert (figures["capcom_steps_due"], figures["capcom_steps_late"]) == (2, 2)
    assert figures["capcom_deliveries SENT mailbox"] == len(world.letters())
    assert figures["capcom_deliveries PENDING mailbox"] == 0
    await world.tick()
    figures = await scrape(world.client)
    assert (figures["capcom_steps_due"], figures["capcom_steps_late"]) == (0, 0)
    assert figures["capcom_deliveries SENT mailbox"] == len(world.letters())


async def test_late_is_due_for_more_than_five_minutes(world: World) -> None:
    await world.subscribe("ana")
    due_at = (await Subscription.get()).due_at
    for past, late in ((timedelta(0), 0), (timedelta(minutes=4), 0), (timedelta(minutes=6), 1)):
        await world.advance(seconds=(due_at + past - await product_now()).total_seconds())
        figures = await scrape(world.client)
        assert (figures["capcom_steps_due"], figures["capcom_steps_late"]) == (1, late), past


async def test_the_age_of_the_oldest_letter_that_could_be_sent(world: World) -> None:
    """By whichever clock came last: a letter that waits for its next attempt is not due, however old."""
    await world.subscribe("ana", "bob")
    hour = timedelta(hours=1)
    await Delivery.all().update(due_at=await product_now() - 3 * hour, next_attempt_at=clock.utc_now() - hour)
    age = (await scrape(world.client))["capcom_oldest_due_delivery_age_seconds"]
    assert 3600 - JULIAN <= age < 3660
    await Delivery.all().update(next_attempt_at=clock.utc_now() - 5 * hour)
    age = (await scrape(world.client))["capcom_oldest_due_delivery_age_seconds"]
    assert 3 * 3600 - JULIAN <= age < 3 * 3600 + 60
    await Delivery.all().update(next_attempt_at=clock.utc_now() + hour)
    assert (await scrape(world.client))["capcom_oldest_due_delivery_age_seconds"] == 0


async def test_attempts_that_never_came_to_an_end(world: World) -> None:
    """One whose lease has run out, once; a number that was passed over; not one that is under way."""
    await world.subscribe("ana")
    letter = await Delivery.filter(topic="welcome").first()
    assert letter is not None
    one, real = Delivery.filter(id=letter.id), clock.utc_now()
    for attempt, lease, lost in ((1, 60, 0), (1, -1, 1), (2, 60, 1), (3, 60, 2), (3, -1, 3)):
        await one.update(attempt=attempt, leased_until=real + timedelta(seconds=lease))
        assert (await scrape(world.client))["capcom_lost_attempts"] == lost, (attempt, lease)
    await DeliveryAttempt.create(delivery=letter, number=2, at=real, outcome="RETRY", error="busy")
    await one.update(state="SENT", leased_until=None)
    assert (await scrape(world.client))["capcom_lost_attempts"] == 1


async def test_nobody_is_named(world: World) -> None:
    made = await world.subscribe("ana", "bob")
    await world.tick()
    for path in ("/metrics", "/readyz", "/healthz"):
        text = (await world.client.get(path)).text
        assert not any(word in text for word in ("ana", "bob", "@", "Rochebrune", made["id"])), path


async def test_the_figures_need_the_schema_of_this_version(world: World) -> None:
    await rows("DELETE FROM tortoise_migrations WHERE name LIKE $1", ["0003%"])
    reply = await world.client.get("/metrics")
    assert (reply.status_code, "capcom migrate" in reply.text) == (503, True)


@ONLY_POSTGRES
async def test_without_a_database_there_are_no_figures(
    database_url: str, postgres_server: Server, tmp_path: Path
) -> None:
    async with running(database_url, tmp_path) as ask:
        await postgres_server.drop_database(database_url.rpartition("/")[2])
        reply = await ask.get("/metrics")
        assert (reply.status_code, reply.text) == (503, "the database does not answer\n")


@ONLY_SQLITE
async def test_steps_that_wait_are_told_and_stop_nothing(world: World) -> None:
    await world.subscribe("ana")
    ready = (await world.client.get("/readyz")).json()
    assert ready["steps"] == {"ok": True, "due": 0, "late": 0, "failing": 0}
    await world.advance(days=20)
    reply = await world.client.get("/readyz")
    assert reply.status_code == 200
    assert reply.json()["steps"] == {
        "ok": True,
        "due": 1,
        "late": 1,
        "failing": 0,
        "detail": "steps are due for more than 5 minutes: check that a worker runs",
    }
    await Subscription.all().update(step_failures=3)
    told = (await world.client.get("/readyz")).json()["steps"]
    assert (told["ok"], told["failing"]) == (True, 1) and "logs" in told["detail"]
    assert (await scrape(world.client))["capcom_steps_failing"] == 1


@asynccontextmanager
async def with_broker(database_url: str, folder: Path, url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """The application with a broker at an address, whether there is one or not."""
    async with running(database_url, folder, BROKER_URL=url) as ask:
        yield ask


@ONLY_SQLITE
async def test_the_broker_is_asked_each_time(database_url: str, tmp_path: Path) -> None:
    if (missing := redis_is_missing()) and not os.environ.get("CI"):
        pytest.skip(missing)
    with Redis() as redis:
        async with with_broker(database_url, tmp_path, redis.url) as ask:
            ready = await ask.get("/readyz")
            assert (ready.status_code, ready.json()["broker"]) == (200, {"ok": True, "detail": "redis answers"})
            redis.stop()
            ready = await ask.get("/readyz")
            assert ready.status_code == 503
            broker = ready.json()["broker"]
            assert broker["ok"] is False and broker["detail"].startswith("redis does not answer: ")
            assert "CAPCOM_BROKER_URL" in broker["detail"] and "127.0.0.1" not in broker["detail"]
            assert ready.json()["database"]["ok"] is True
            redis.start()
            assert (await ask.get("/readyz")).status_code == 200


@ONLY_SQLITE
async def test_a_broker_that_was_never_there(database_url: str, tmp_path: Path) -> None:
    url = f"redis://:s3cret@127.0.0.1:{free_port()}/0"
    async with with_broker(database_url, tmp_path, url) as ask:
        began = time.monotonic()
        ready = await ask.get("/readyz")
        assert (ready.status_code, ready.json()["broker"]["ok"]) == (503, False)
        assert time.monotonic() - began < promised(TIMEOUT + 2)
        assert "s3cret" not in ready.text


async def test_a_broker_of_the_other_kind_that_is_not_there() -> None:
    """Asked by several at once, it is asked once; without its driver, the word is how to get it."""
    check = BrokerCheck(f"amqp://capcom:s3cret@127.0.0.1:{free_port()}/")
    one, other = await asyncio.gather(check.ask(), check.ask())
    assert one is other and not one.answers
    assert "rabbitmq" in one.detail and "s3cret" not in one.detail
