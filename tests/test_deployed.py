"""The commands of compose.yaml and of the image, run as they stand, in the environment that these give them.

Only hosts, ports and folders are others: PostgreSQL and Redis are those of the tests, on loopback.
"""

import asyncio
import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dotenv import dotenv_values

from capcom_gql.testing import SmtpWorld
from tests.cli.installations import SUBSCRIBE
from tests.containers import GRACE_SECONDS, compose, environment, image_environment, instruction, shell_blocks, stages
from tests.processes import READY
from tests.redis_server import Redis, _redis_binary, redis_is_missing
from tests.servers import Server, _binaries, free_port

# several programs start one after the other
PROGRAMS = {
    "capcom": [sys.executable, "-m", "capcom_gql"],
    "dramatiq": [sys.executable, "-m", "dramatiq"],
    "python": [sys.executable],
}
SECONDS = 60


@dataclass(frozen=True)
class Machine:
    """One machine: a folder, and what stands for the network's hosts."""

    folder: Path
    database_url: str
    broker_url: str
    mail: SmtpWorld

    @property
    def env_file(self) -> dict[str, str]:
        """The file that docs/deploy.md has one make."""
        return {name: value or "" for name, value in dotenv_values(self.folder / ".env", interpolate=False).items()}

    def environment(self, service: str) -> dict[str, str]:
        """The environment of a service, with the addresses of this machine in the place of compose's."""
        given = environment(service, self.folder / ".env", self.env_file)
        database = urlsplit(given["CAPCOM_DATABASE_URL"])
        theirs = compose(self.env_file)["services"][database.hostname]["environment"]
        assert (database.username, database.password, database.path.strip("/")) == (
            theirs["POSTGRES_USER"],
            theirs["POSTGRES_PASSWORD"],
            theirs["POSTGRES_DB"],
        )
        assert urlsplit(given["CAPCOM_BROKER_URL"]).hostname in compose(self.env_file)["services"]
        return (
            self.outside
            | given
            | {
                "CAPCOM_DATABASE_URL": self.database_url,
                "CAPCOM_BROKER_URL": self.broker_url,
                "CAPCOM_DATA_DIR": str(self.folder / "data"),
                "CAPCOM_NOTIFY__EMAIL__HOST": self.mail.host,
                "CAPCOM_NOTIFY__EMAIL__PORT": str(self.mail.port),
                "CAPCOM_NOTIFY__EMAIL__SECURITY": self.mail.security,
                "CAPCOM_NOTIFY__EMAIL__USERNAME": self.mail.user,
                "CAPCOM_NOTIFY__EMAIL__PASSWORD": self.mail.password,
                **({"CAPCOM_TRUSTED_PROXIES": "127.0.0.1"} if "CAPCOM_TRUSTED_PROXIES" in given else {}),
            }
        )

    @property
    def outside(self) -> dict[str, str]:
        """What a process has besides: where programs and libraries are."""
        return {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}

    def command(self, service: str, port: int = 0) -> list[str]:
        """A service's command, by this environment's programs, on this machine's own port."""
        return here(shlex.split(compose(self.env_file)["services"][service]["command"]), port)

    @contextmanager
    def running(self, command: list[str], env: dict[str, str], log: str) -> Iterator[subprocess.Popen[str]]:
        """A process of that command, killed with its children in the end if it still runs."""
        with (self.folder / log).open("w") as errors:
            process = subprocess.Popen(
                command,
                cwd=self.folder / "work",
                env=env,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        assert process.stdout is not None
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process.stdout.close()


def here(command: list[str], port: int) -> list[str]:
    """A command of the image as it is run here."""
    words = [{"0.0.0.0": "127.0.0.1", "8000": str(port)}.get(word, word) for word in command]
    return [*PROGRAMS[words[0]], *words[1:]]


def health_check(port: int, env: dict[str, str]) -> int:
    """Run the image's HEALTHCHECK against a server; its status."""
    words = json.loads(instruction(stages()[-1], "HEALTHCHECK").text.removeprefix("CMD "))
    assert "127.0.0.1:8000/" in words[-1]
    words[-1] = words[-1].replace("127.0.0.1:8000/", f"127.0.0.1:{port}/")
    return subprocess.run(
        here(words, port), env=env, check=False, stderr=subprocess.DEVNULL, timeout=SECONDS
    ).returncode


@pytest.fixture
def redis() -> Iterator[Redis]:
    """A Redis with nothing in it. Where none can be had the test is skipped, though never in CI."""
    if (missing := redis_is_missing()) and not os.environ.get("CI"):
        pytest.skip(missing)
    with Redis() as server:
        yield server


@pytest.fixture
def machine(tmp_path: Path, postgres_server: Server, redis: Redis) -> Iterator[Machine]:
    """A machine with an empty database, and the `.env` that docs/deploy.md makes, by its own block."""
    (block,) = [block for block in shell_blocks() if "cat > .env" in block]
    subprocess.run(["bash", "-eu", "-c", block], cwd=tmp_path, check=True)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    (tmp_path / "work").mkdir()
    name = f"compose_{secrets.token_hex(4)}"
    url = asyncio.run(postgres_server.create_database(name))
    with SmtpWorld() as mail:
        yield Machine(tmp_path, url, redis.url, mail)
    asyncio.run(postgres_server.drop_database(name))


def test_compose_as_a_whole(machine: Machine) -> None:
    """Migrated, a server and a worker start, are well, mail a new subscriber, and stop in time."""
    migrated = subprocess.run(
        machine.command("migrate"), cwd=machine.folder, env=machine.environment("migrate"), check=False, timeout=60
    )
    assert migrated.returncode == 0
    web_env = machine.environment("web")
    host = urlsplit(web_env["CAPCOM_PUBLIC_URL"]).netloc
    with (
        machine.running(machine.command("web"), web_env, "web.log") as web,
        machine.running(machine.command("worker"), machine.environment("worker"), "worker.log") as worker,
    ):
        assert web.stdout is not None
        line = web.stdout.readline()
        assert line.startswith(READY), (machine.folder / "web.log").read_text()
        url = line.removeprefix(READY).strip()
        port = urlsplit(url).port or 0
        assert health_check(port, web_env) == 0
        status, told = fetched(f"{url}/readyz", host)
        assert (status, told["status"], told["broker"]["detail"]) == (200, "ready", "redis answers")
        assert fetched(f"{url}/healthz", "127.0.0.1")[0] == 400
        status, told = fetched(f"{url}/graphql", host, sign_up())
        assert (status, told["data"]["subscribe"]["errors"]) == (200, [])
        eventually(lambda: len(machine.mail.mails) > 0)
        for process in (web, worker):
            process.terminate()
            assert process.wait(GRACE_SECONDS) == 0, (machine.folder / "worker.log").read_text()
    assert health_check(port, web_env) != 0
    # the caller's address as the proxy tells it, not the proxy's own
    assert "203.0.113.7:0 - " in (machine.folder / "web.log").read_text()


def test_the_image_by_itself(machine: Machine) -> None:
    """Its own command and environment alone: one process on SQLite, healthy, stopped by its own signal."""
    port = free_port()
    env = machine.outside | image_environment() | {"CAPCOM_DATA_DIR": str(machine.folder / "data")}
    command = here(json.loads(instruction(stages()[-1], "CMD").text), port)
    with machine.running(command, env, "serve.log") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(READY), (machine.folder / "serve.log").read_text()
        assert health_check(port, env) == 0
        assert health_check(port, env | {"CAPCOM_PUBLIC_URL": "https://other.example"}) != 0
        process.send_signal(signal.Signals[instruction(stages()[-1], "STOPSIGNAL").text])
        assert process.wait(GRACE_SECONDS) == 0
    assert (machine.folder / "data/capcom.sqlite3").exists()


def test_the_servers_commands_are_true(machine: Machine, postgres_server: Server) -> None:
    """PostgreSQL's health check finds it; Redis starts with its options, which keep nothing on disk."""
    services = compose(machine.env_file)["services"]
    kind, program, *options = services["postgres"]["healthcheck"]["test"]
    asked = [str(_binaries() / program), *options, f"--port={urlsplit(postgres_server.url()).port}"]
    assert kind == "CMD" and subprocess.run(asked, check=False, stdout=subprocess.DEVNULL).returncode == 0
    program, *options = shlex.split(services["redis"]["command"])
    port = free_port()
    assert program == "redis-server"
    command = [str(_redis_binary()), "--port", str(port), "--bind", "127.0.0.1", *options]
    with machine.running(command, machine.outside, "redis.log"):
        eventually(lambda: said(port, "CONFIG GET save").endswith("$0\r\n\r\n"))
        assert said(port, "CONFIG GET appendonly").endswith("no\r\n")


def said(port: int, command: str) -> str:
    """What a Redis answers; nothing while it does not."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(f"{command}\r\n".encode())
            return line.recv(4096).decode()
    except OSError:
        return ""


def fetched(url: str, host: str, body: bytes | None = None) -> tuple[int, Any]:
    """An answer's status and its JSON, asked for under a host's name as a proxy passes it on."""
    headers = {"Host": host, "X-Forwarded-For": "203.0.113.7", "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def sign_up() -> bytes:
    """An organisation of one user signs up."""
    ana = {"email": "ana@ville.example", "givenName": "Ana", "familyName": "Silva"}
    form = {
        "organisation": {"name": "Ville de Rochebrune", "addressLines": []},
        "planCode": "EQUIPE",
        "users": [ana],
        "managerEmail": ana["email"],
        "signer": ana,
        "acceptedTermsVersion": "1",
        "idempotencyKey": "sign-up",
    }
    return json.dumps({"query": SUBSCRIBE, "variables": {"input": form}}).encode()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds: other processes tell nobody when they are done."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
