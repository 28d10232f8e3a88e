"""docs/deploy.md says what is true: its first start runs as written, the services and units that it names exist."""

import asyncio
import os
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from capcom_gql.cli.program import program
from capcom_gql.testing import SmtpWorld
from tests.containers import COMPOSE, DEPLOY, OURS, compose, required, section
from tests.servers import Server


def test_the_first_start_runs_as_written(tmp_path: Path, postgres_server: Server) -> None:
    """The settings of the page in `.env`, on this machine's database and mail server, then its commands."""
    (settings,) = re.findall(r"```sh\n(.*?)```", section("Settings for production"), re.DOTALL)
    (commands,) = re.findall(r"```sh\n(.*?)```", section("The first start"), re.DOTALL)
    name = f"deploy_{secrets.token_hex(4)}"
    url = asyncio.run(postgres_server.create_database(name))
    bin_folder = str(Path(sys.executable).parent)
    with SmtpWorld() as mail:
        here = {
            "postgres://capcom:secret@db.example/capcom": url,
            "/var/lib/capcom": str(tmp_path / "data"),
            "smtp.network.example": mail.host,
        }
        for theirs, ours in here.items():
            assert theirs in settings
            settings = settings.replace(theirs, ours)
        more = f"CAPCOM_NOTIFY__EMAIL__PORT={mail.port}\nCAPCOM_NOTIFY__EMAIL__SECURITY={mail.security}\n"
        (tmp_path / ".env").write_text(settings + more, encoding="utf-8")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=tmp_path,
            env={"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    asyncio.run(postgres_server.drop_database(name))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "https://api.network.example/choose-password?token=" in done.stdout
    # in this order: settings and parts; with them nothing is left to do
    assert not re.findall(r"^(?:look|FAILS).*$", done.stdout, re.MULTILINE)


def test_compose_commands_name_its_services_and_variables() -> None:
    services = set(compose(dict.fromkeys(required(), "given"))["services"])
    named = re.findall(r"docker compose (?:exec|logs|stop)((?: -\S+)*)((?: [a-z]+)+)", DEPLOY)
    assert len(named) > 4
    for _, words in named:
        assert words.split()[0] in services, words
    variables = set(re.findall(r"\$\{(\w+)", COMPOSE))
    assert all(variable in section("Containers") for variable in variables)
    assert services - set(OURS) == {"postgres", "redis"}


def test_the_units_of_systemd_differ_in_what_they_run() -> None:
    server, worker = (unit.splitlines() for unit in re.findall(r"```ini\n(.*?)```", DEPLOY, re.DOTALL))
    differing = [(a, b) for a, b in zip(server, worker, strict=True) if a != b]
    assert [a.partition("=")[0] for a, _ in differing] == ["Description", "ExecStart"]
    for line in (a for pair in differing[1:] for a in pair):
        words = shlex.split(line.partition("=")[2])
        assert words[0] == "/opt/capcom/bin/capcom"
        assert CliRunner().invoke(program, [*words[1:], "--help"]).exit_code == 0
