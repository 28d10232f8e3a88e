"""The mail server's name: looked up beside everything else, its addresses tried in turn, its certificate its own."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import trustme

from capcom_gql.notifiers.lookup import MAX_LOOKUPS
from capcom_gql.plugin import NotConfigured, Resolve, Sent, Transient

from .email_fixtures import Building, Opening, a_build, a_ca_file, an_authority, an_office, an_opening, serving  # noqa: F401  found by pytest under their names
from .letters import letter
from .post_office import HANG, PATIENCE, PostOffice

NAME = "smtp.ville.example"


@pytest.fixture(name="hang")
def a_hanging_resolver() -> Iterator[Resolve]:
    """A name server that does not answer while the test lasts."""
    over = threading.Event()

    def hang(host: str, port: int) -> Sequence[str]:
        over.wait()
        return ["127.0.0.1"]

    yield hang
    over.set()


async def test_look_ups_that_hang_hold_up_no_other(office: PostOffice, opened: Opening, hang: Resolve) -> None:
    stuck = opened(office, host=NAME, resolve=hang)
    sending = [asyncio.create_task(stuck.send(letter(str(number), timeout=HANG))) for number in range(MAX_LOOKUPS)]
    await asyncio.sleep(0.1)
    assert await opened(office).send(letter()) == Sent("Q1")
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0) for _ in range(64)))
    assert not any(task.done() for task in sending), "nothing has waited for them"
    for task in sending:
        task.cancel()
    assert {type(each) for each in await asyncio.gather(*sending, return_exceptions=True)} == {asyncio.CancelledError}


async def test_look_ups_that_hang_end_with_the_deadline_and_are_bounded(
    office: PostOffice, opened: Opening, hang: Resolve
) -> None:
    stuck = opened(office, host=NAME, resolve=hang)
    reasons = []
    for number in range(MAX_LOOKUPS + 1):
        with pytest.raises(Transient) as caught:
            await stuck.send(letter(str(number), timeout=0.05))
        reasons.append(str(caught.value))
    assert reasons[0] == reasons[-2] == f"{NAME}:{office.port} did not take the mail within 0.045 s"
    assert reasons[-1] == f"{MAX_LOOKUPS} name look-ups are running and none has ended: {NAME} is not looked up"
    assert stuck.check().detail == reasons[-1]


def test_a_look_up_that_hangs_does_not_keep_the_program() -> None:
    program = Path(__file__).with_name("hanging_email_name.py")
    path = os.pathsep.join(filter(None, sys.path))
    told = subprocess.run(
        [sys.executable, program],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert told.stdout == f"{NAME}:587 did not take the mail within 0.45 s\n"
    assert told.stderr == ""


async def test_a_name_that_is_not_found(office: PostOffice, opened: Opening) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    channel = opened(office, host=NAME, resolve=resolve)
    told = f"{NAME}:{office.port}: the name {NAME} cannot be looked up: Name or service not known"
    for _ in range(MAX_LOOKUPS + 1):
        with pytest.raises(Transient) as caught:
            await channel.send(letter())
        assert str(caught.value) == told
    assert channel.check().detail == told


async def test_the_next_address_is_tried(office: PostOffice, opened: Opening) -> None:
    channel = opened(office, host=NAME, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"])
    assert await channel.send(letter()) == Sent("Q1")


@pytest.mark.parametrize("is_tls", [True, False], ids=["tls", "starttls"])
async def test_the_certificate_is_that_of_the_name(
    build: Building, opened: Opening, authority: trustme.CA, is_tls: bool
) -> None:
    office = build(trust=serving(authority.issue_cert(NAME)), is_tls=is_tls)
    assert await opened(office, host=NAME, resolve=lambda *_: ["127.0.0.1"]).send(letter()) == Sent("Q1")
    with pytest.raises(NotConfigured, match=r"certificate of other\.ville\.example"):
        await opened(office, host="other.ville.example", resolve=lambda *_: ["127.0.0.1"]).send(letter())
