"""The backup and restore of docs/operate.md, run as they stand there: what comes back is whole, and works."""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.cli.installations import Installation
from tests.docs.pages import page
from tests.servers import Server, _binaries

COMMANDS: list[str] = re.findall(r"^ *((?:sqlite3|pg_dump|pg_restore) .*)$", page("docs/operate.md").text, re.MULTILINE)


def command(name: str) -> str:
    """The page's command of a program."""
    (found,) = [each for each in COMMANDS if each.startswith(f"{name} ")]
    return found


def shell(text: str, installation: Installation) -> None:
    """Run a command of the page in the installation's folder, with PostgreSQL's own programs at hand."""
    path = f"{_binaries()}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(text, shell=True, check=True, cwd=installation.folder, env={**installation.env, "PATH": path})


@pytest.mark.parametrize("program", ["sqlite3", "pg_dump", "pg_restore"])
def test_nothing_is_copied_where_no_setting_says_what(program: str, tmp_path: Path) -> None:
    """As by cron, which knows of no .env: a refusal, and no empty copy that looks like a good one."""
    done = subprocess.run(
        command(program), shell=True, check=False, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True
    )
    assert done.returncode != 0 and b"CAPCOM_DATA" in done.stderr
    assert list(tmp_path.iterdir()) == []


def a_life(installation: Installation) -> None:
    """A sign-up, while the server runs; its letters are still to be sent."""
    with installation.server("--api-only") as serving:
        serving.sign_up("ana", "bob")


def works(installation: Installation) -> list[str]:
    """A restored installation is well, sends what waited, and knows who is who; the persons' addresses."""
    told: dict[str, Any] = json.loads(installation.run("doctor", "--json").out)
    assert told["status"] == "ok"
    assert "2 deliveries tried" in installation.run("tick", "--until-idle").out
    known = [json.loads(installation.run("person", "export", f"{name}@ville.example").out) for name in ("ana", "bob")]
    assert all(each["seats"] and each["deliveries"][0]["state"] == "SENT" for each in known)
    return [each["person"]["email"] for each in known]


def test_sqlite(installation: Installation, tmp_path: Path) -> None:
    with installation.server("--api-only") as serving:
        serving.sign_up("ana", "bob")
        # the program of SQLite need not be installed: its word is the same for Python's own
        statement = command("sqlite3").split('"')[3].replace("$(date +%F)", "2027-03-01")
        with closing(sqlite3.connect(installation.data_dir / "capcom.sqlite3")) as database:
            database.execute(statement.replace("'capcom-", f"'{tmp_path}/capcom-"))
        serving.sign_up("zoe")
    restored = Installation(tmp_path / "restored")
    restored.data_dir.mkdir(parents=True)
    (tmp_path / "capcom-2027-03-01.sqlite3").rename(restored.data_dir / "capcom.sqlite3")
    assert works(restored) == ["ana@ville.example", "bob@ville.example"]
    assert "Nobody has" in restored.run("person", "export", "zoe@ville.example", status=1).err
    with closing(sqlite3.connect(restored.data_dir / "capcom.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with pytest.raises(sqlite3.Error, match="never edited"):
            database.execute("UPDATE event SET kind = 'other'")


def test_postgres(bare_installation: Installation, postgres_server: Server, tmp_path: Path) -> None:
    old, new = (asyncio.run(postgres_server.create_database(f"backup_{name}")) for name in ("old", "new"))
    try:
        first = bare_installation.having(DATABASE_URL=old)
        first.run("migrate")
        a_life(first)
        shell(command("pg_dump").replace("$(date +%F)", "2027-03-01"), first)
        second = bare_installation.having(DATABASE_URL=new)
        shell(command("pg_restore"), second)
        assert works(second) == ["ana@ville.example", "bob@ville.example"]
        assert asyncio.run(_shape(new)) == asyncio.run(_shape(old))
    finally:
        for url in (old, new):
            asyncio.run(postgres_server.drop_database(url.rpartition("/")[2]))


async def _shape(url: str) -> list[str]:
    """The names of every index, constraint and trigger of a database: their words are spelt anew by a restore."""
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetch(
            """
            SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
            ORDER BY 1
            """
        )
        return [str(row["name"]) for row in found]
    finally:
        await connection.close()
