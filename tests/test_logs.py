"""What the logs hold: whose record it is, and nobody's address."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest

from capcom_gql.logs import Lines, Objects, Subject, about

log = logging.getLogger("capcom_gql.tests")


@pytest.fixture(params=[Lines, Objects], ids=["lines", "objects"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is written, for people or for machines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    handler.addFilter(Subject())
    log.addHandler(handler)
    yield stream
    log.removeHandler(handler)


async def test_a_record_says_what_it_is_about_whoever_writes_it(written: io.StringIO) -> None:
    async def task() -> None:
        log.warning("in a task")

    with about(request_id="r1"):
        with about(delivery_id="d1"):
            await asyncio.gather(task(), asyncio.to_thread(log.warning, "in a thread"))
        log.warning("of the request alone")
    log.warning("of nothing", extra={"count": 2})
    first, second, third, last = written.getvalue().splitlines()
    assert all("r1" in line and "d1" in line for line in (first, second))
    assert "r1" in third and "d1" not in third
    assert "r1" not in last and "2" in last


async def test_two_at_once_are_not_mixed_up(written: io.StringIO) -> None:
    async def request(name: str) -> None:
        with about(request_id=f"id-of-{name}"):
            await asyncio.sleep(0)
            log.warning("this is %s", name)

    await asyncio.gather(request("one"), request("two"))
    assert [("id-of-one" in line, "id-of-two" in line) for line in written.getvalue().splitlines()] == [
        ("is one" in line, "is two" in line) for line in written.getvalue().splitlines()
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Key (email_key)=(ana.silva+x@ville.example) already exists.",
        "550 <ana.silva+x@ville.example>: no such user",
        "'ana.silva+x@ville.example', \"ana.silva+x@ville.example\"",
        "redis://ana.silva+x@ville.example:6379/0",
        "postgres://capcom:ana.silva+x@ville.example/capcom",
        "ana.silva+x@ville.example\nana.silva+x@ville.example\\",
    ],
)
def test_no_address_is_written(written: io.StringIO, text: str) -> None:
    """Wherever it stands: in the words, in what else is known, in the text of an error."""
    log.warning("%s", text, extra={"said": text, "kept": [text]})
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("it failed")
    out = written.getvalue()
    assert "silva" not in out and "(address masked)" in out
    assert "Traceback" in out and "raise ValueError(text)" in out


def test_objects_stay_objects() -> None:
    record = logging.makeLogRecord({"msg": 'he said "ana@ville.example\\"', "count": 3, "said": "ana@ville.example"})
    told = json.loads(Objects().format(record))
    assert told["message"] == 'he said "(address masked)"'
    assert (told["count"], told["said"]) == (3, "(address masked)")
    assert told["at"].endswith("+00:00")


def test_what_is_no_address_is_left_alone() -> None:
    record = logging.makeLogRecord({"msg": "@decorated at 10 @ noon, by a @ b"})
    assert Lines().format(record).endswith("@decorated at 10 @ noon, by a @ b")
