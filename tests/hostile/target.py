"""One running demo that is attacked: what it answered, and the processor time and memory that this took."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.hostile.operations import Sent
from tests.hostile.requests import JSON, Raw
from tests.patience import LONG
from tests.processes import READY, outside, running

_PAGE = 4096


@dataclass(frozen=True)
class Outcome:
    """What came back, and what it took."""

    name: str
    status: int | None
    """None where the connection was closed without an answer"""
    code: str
    """of the first error, "-" where there is none"""
    milliseconds: float
    """of processor time, of the server's process and all its threads"""
    kibibytes: int
    """by which its resident memory grew"""


class Target:
    """A server to attack."""

    def __init__(self, url: str, pid: int, tokens: dict[str, str]) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None and parts.port is not None
        self._address = (parts.hostname, parts.port)
        self._pid = pid
        self._tokens = tokens

    def send(self, sent: Sent) -> Outcome:
        """Send an operation, as its caller."""
        headers = JSON | ({"Authorization": f"Bearer {self._tokens[sent.by]}"} if sent.by else {})
        before = self._used()
        connection = http.client.HTTPConnection(*self._address, timeout=LONG)
        connection.request("POST", "/graphql", sent.body, headers)
        answer = connection.getresponse()
        status, body = answer.status, answer.read()
        connection.close()
        return self._outcome(sent.name, status, _code(body), before)

    def send_raw(self, raw: Raw) -> Outcome:
        """Send bytes, and read until the server closes."""
        before = self._used()
        with socket.create_connection(self._address, LONG) as connection:
            try:
                connection.sendall(raw.octets)
                answer = b"".join(iter(lambda: connection.recv(65536), b""))
            except ConnectionError:
                answer = b""
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1]) if head.startswith(b"HTTP/") else None
        return self._outcome(raw.name, status, _code(body), before)

    def _outcome(self, name: str, status: int | None, code: str, before: tuple[float, int]) -> Outcome:
        spent, held = self._used()
        return Outcome(name, status, code, spent - before[0], held - before[1])

    def _used(self) -> tuple[float, int]:
        """Milliseconds of processor time so far, and kibibytes of memory."""
        folder = Path("/proc", str(self._pid))
        spent = sum(int((task / "schedstat").read_text().split()[0]) for task in (folder / "task").iterdir())
        return spent / 1e6, int((folder / "statm").read_text().split()[1]) * _PAGE // 1024


def _code(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return "-"
    return _first_code(answer) or "-"


def _first_code(answer: Any) -> str:
    if not isinstance(answer, dict):
        return ""
    for error in answer.get("errors") or []:
        return str(error.get("extensions", error).get("code", ""))
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict) and payload.get("errors"):
            return str(payload["errors"][0]["code"])
    return ""


@contextmanager
def target(folder: Path) -> Iterator[Target]:
    """A demo in a folder, until the end of the block."""
    log = folder / "errors.log"
    arguments = ("demo", "--json", "--port", "0", "--data-dir", str(folder / "data"))
    with running(*arguments, env=outside(), log=log) as process:
        assert process.stdout is not None
        told, ready = process.stdout.readline(), process.stdout.readline()
        assert ready.startswith(READY), (told, ready, log.read_text())
        said = json.loads(told)
        # what a start leaves to do is not what an attack costs
        time.sleep(1)
        yield Target(said["url"], process.pid, said["tokens"])
