"""The provider's name: looked up beside everything else, its addresses tried in turn, its certificate its own."""

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import trustme

from capcom_gql.notifiers.lookup import MAX_LOOKUPS
from capcom_gql.plugin import Resolve, Transient

from .sms_servers import HANG, PATIENCE, Asked, Reply, channel, letter, peer

NAME = "sms.ville.example"


def ok(_: Asked) -> Reply:
    return Reply(202, {"id": "msg-1"})


def here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(name="hang")
def a_hanging_resolver() -> Iterator[Resolve]:
    """A name server that does not answer while the test lasts."""
    over = threading.Event()

    def hang(host: str, port: int) -> Sequence[str]:
        over.wait()
        return ["127.0.0.1"]

    yield hang
    over.set()


async def test_look_ups_that_hang_hold_up_no_other(hang: Resolve) -> None:
    stuck = channel(hang, provider="http", url=f"https://{NAME}/")
    with peer(ok) as server:
        sending = [asyncio.create_task(stuck.send(letter(timeout=HANG))) for _ in range(MAX_LOOKUPS)]
        await asyncio.sleep(0.3)
        assert (await channel(provider="http", url=server.url).send(letter())).provider_id == "msg-1"
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 0) for _ in range(64)))
        assert not any(task.done() for task in sending), "nothing has waited for them"
    for task in sending:
        task.cancel()
    assert {type(each) for each in await asyncio.gather(*sending, return_exceptions=True)} == {asyncio.CancelledError}


async def test_look_ups_that_hang_end_with_the_deadline_and_are_bounded(hang: Resolve) -> None:
    stuck = channel(hang, provider="brevo", api_key="xkeysib-1234", sender="CapCom", endpoint="http://gateway/v3")
    reasons = []
    for _ in range(MAX_LOOKUPS + 1):
        with pytest.raises(Transient) as caught:
            await stuck.send(letter(timeout=0.1))
        reasons.append(str(caught.value))
    assert reasons[0] == reasons[-2] == "no answer from the provider (brevo) within 0.09 s"
    assert reasons[-1] == f"{MAX_LOOKUPS} name look-ups are running and none has ended: gateway is not looked up"
    assert stuck.check().detail == reasons[-1]


def test_a_look_up_that_hangs_does_not_keep_the_program() -> None:
    program = Path(__file__).with_name("hanging_sms_name.py")
    path = os.pathsep.join(filter(None, sys.path))
    told = subprocess.run(
        [sys.executable, program],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert told.stdout == "no answer from the provider (brevo) within 0.45 s\n"
    assert told.stderr == ""


async def test_a_name_that_is_not_found() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    sms = channel(resolve, provider="http", url=f"https://{NAME}/")
    for _ in range(MAX_LOOKUPS + 1):
        with pytest.raises(Transient) as caught:
            await sms.send(letter())
        told = f"the gateway cannot be reached: the name {NAME} cannot be looked up: Name or service not known"
        assert str(caught.value) == told


async def test_the_next_address_is_tried_under_the_same_name() -> None:
    with peer(ok) as server:
        sms = channel(lambda *_: ["127.0.0.2", "127.0.0.1"], provider="http", url=f"http://gateway:{server.port}/")
        await sms.send(letter())
    assert server.asked[0].headers["host"] == f"gateway:{server.port}"


async def test_the_certificate_is_that_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(NAME).configure_cert(serving)
    with peer(ok, serving) as server:
        await channel(here, provider="http", url=f"https://{NAME}:{server.port}/").send(letter())
        assert server.asked[0].headers["host"] == f"{NAME}:{server.port}"
        with pytest.raises(Transient, match="certificate"):
            await channel(here, provider="http", url=f"https://other.ville.example:{server.port}/").send(letter())
    assert len(server.asked) == 1


async def test_a_proxy_of_the_environment_is_looked_up_and_the_rest_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked_for.append(host)
        return ["127.0.0.2", "127.0.0.1"]

    with peer(ok) as proxy:
        monkeypatch.setenv("http_proxy", f"http://proxy.ville.example:{proxy.port}")
        await channel(resolve, provider="http", url="http://gateway/send").send(letter())
    assert asked_for == ["proxy.ville.example"]
    assert (proxy.asked[0].target, proxy.asked[0].headers["host"]) == ("http://gateway/send", "gateway")
