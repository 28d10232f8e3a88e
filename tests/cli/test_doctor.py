"""What the doctor says of an installation that is well, and of one that is not: each part, and what to do."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from capcom_gql.app.checks import CHECKS
from capcom_gql.app.machine_checks import MAX_DRIFT
from capcom_gql.settings import Settings, variable
from tests.cli.installations import Installation
from tests.databases import Source
from tests.servers import free_port

PRODUCTION = {
    "ENV": "production",
    "PUBLIC_URL": "https://api.network.example",
    "SUPPORT_EMAIL": "help@network.example",
    "TRUSTED_PROXIES": "127.0.0.1",
}
FAULTY_CHANNEL = """
from capcom_gql.plugin import Health, Notifier, Sent, hookimpl

class Post(Notifier):
    name = "post"
    address_kind = "email"

    def send(self, message):
        return Sent()

    def check(self):
        {check}

@hookimpl
def capcom_notifiers():
    return [Post]
"""


def parts(installation: Installation, status: int = 0) -> dict[str, Any]:
    """What the doctor says, by part."""
    told = json.loads(installation.run("doctor", "--json", status=status).out)
    assert told["status"] == ("failing" if status else "ok")
    assert (status == 1) == any(each["state"] == "FAILS" for each in told["parts"].values())
    found: dict[str, Any] = told["parts"]
    return found


def states(found: dict[str, Any]) -> dict[str, str]:
    """The parts that are not simply ok."""
    return {part: each["state"] for part, each in found.items() if each["state"] != "ok"}


def test_all_is_well_and_every_setting_is_there(installation: Installation) -> None:
    installation.data_dir.chmod(0o700)
    found = parts(installation)
    assert states(found) == {}
    named = [variable(name) for name in Settings.model_fields if name != "notify"]
    assert [part for part in found if part.startswith("CAPCOM_") and part != "CAPCOM_NOTIFY"] == named
    assert list(found)[len(named) + 1 :] == [check.part for check in CHECKS]
    lines = installation.run("doctor").out.splitlines()
    assert lines[0].split("\t") == ["state", "part", "found", "what to do"]
    assert len(lines) == len(found) + 1 and all(line.startswith("ok\t") for line in lines[1:])


def test_readyz_asks_from_the_same_list(installation: Installation) -> None:
    found = parts(installation)
    with installation.server() as serving:
        ready = serving.get("/readyz").json
    assert list(ready) == ["status", *(check.part for check in CHECKS if check.is_probed)]
    for part, told in ready.items():
        if part != "status":
            assert {name: found[part][name] for name in told} == told


def test_refused_settings_are_told_and_nothing_else(installation: Installation) -> None:
    broken = installation.having(TIME_ZONE="Europe/Pari", PROOF_DAYS="0")
    (told,) = parts(broken, status=1).values()
    assert "Europe/Paris?" in told["detail"] and "CAPCOM_PROOF_DAYS=0" in told["detail"] and told["remedy"]


def test_an_installation_that_has_no_database_yet(bare_installation: Installation) -> None:
    found = parts(bare_installation, status=1)
    assert states(found) == {"database": "FAILS", "migrations": "FAILS"}
    assert "capcom migrate" in found["database"]["remedy"]
    assert all(found[part]["remedy"] for part in ("database", "migrations"))
    assert not bare_installation.data_dir.exists(), "asking makes nothing"


def test_what_is_unwise_in_production(installation: Installation) -> None:
    installation.data_dir.chmod(0o700)
    assert states(parts(installation.having(**PRODUCTION))) == {"notifiers": "look"}, "no channel for mail"
    unwise = installation.having(
        ENV="production",
        ALLOWED_HOSTS="*",
        EXPLORER="on",
        ACCOUNT_URL="http://account.example",
        DATA_DIR="data",
    )
    named = ("PUBLIC_URL", "ACCOUNT_URL", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "EXPLORER", "DATA_DIR", "SUPPORT_EMAIL")
    found = parts(unwise)
    assert states(found) == {f"CAPCOM_{name}": "look" for name in named} | {"notifiers": "look"}
    assert all(found[part]["remedy"] for part in states(found))


def test_no_secret_is_shown(installation: Installation) -> None:
    port = free_port()
    secret = installation.having(
        DATABASE_URL=f"postgres://u:hunter2@127.0.0.1:{port}/d",
        BROKER_URL=f"redis://:hunter2@127.0.0.1:{port}",
        NOTIFY__MAILBOX__SENDER="hunter2@ville.example",
    )
    for as_json in ((), ("--json",)):
        done = secret.run("doctor", *as_json, status=1)
        assert "hunter2" not in done.out + done.err
    found = parts(secret, status=1)
    assert states(found) == {"database": "FAILS", "broker": "FAILS", "migrations": "FAILS"}
    assert found["CAPCOM_NOTIFY"]["value"] == "mailbox.sender (not shown)"
    assert found["CAPCOM_DATABASE_URL"]["value"] == "postgres://... (not shown)"


def test_migrations_to_come(installation: Installation) -> None:
    with closing(sqlite3.connect(installation.data_dir / "capcom.sqlite3")) as database:
        database.execute("DELETE FROM tortoise_migrations WHERE name LIKE '0006%'")
        database.commit()
    found = parts(installation, status=1)
    assert found["migrations"]["missing"] == ["0006_seeing"] and "capcom migrate" in found["migrations"]["remedy"]
    assert [part for part, state in states(found).items() if state == "FAILS"] == ["migrations"]


def test_a_database_of_a_later_version(installation: Installation) -> None:
    with closing(sqlite3.connect(installation.data_dir / "capcom.sqlite3")) as database:
        database.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at) SELECT app, '0099_later', applied_at "
            "FROM tortoise_migrations LIMIT 1"
        )
        database.commit()
    told = parts(installation)["migrations"]
    assert (told["state"], told["later"]) == ("look", ["0099_later"]) and "no way back" in told["remedy"]


def test_the_product_s_clock(installation: Installation) -> None:
    installation.data_dir.chmod(0o700)
    installation.run("clock", "advance", "15d")
    found = parts(installation)
    assert states(found) == {"clock": "look"} and found["clock"]["offset_seconds"] == pytest.approx(15 * 86_400, abs=1)
    found = parts(installation.having(**PRODUCTION), status=1)
    assert states(found)["clock"] == "FAILS" and "capcom clock reset" in found["clock"]["remedy"]


def test_postgres(bare_installation: Installation, postgres_databases: Source, tmp_path: Path) -> None:
    with postgres_databases.migrated(tmp_path) as url:
        found = parts(bare_installation.having(DATABASE_URL=url))
        assert states(found) == {} and found["database"]["engine"] == "postgres"
        # the server's clock is this machine's, and asking it takes a while
        assert abs(found["clock"]["drift_seconds"]) < MAX_DRIFT.total_seconds()
        assert "does not exist yet" in found["data_dir"]["detail"]
    with postgres_databases.blank(tmp_path) as url:
        found = parts(bare_installation.having(DATABASE_URL=url), status=1)
        assert states(found) == {"migrations": "FAILS"} and "0001_initial" in found["migrations"]["missing"]


def test_the_folder_of_the_data(installation: Installation) -> None:
    """Who may read it; that it can be written to is asked by writing, which root may everywhere."""
    file = installation.data_dir / "capcom.sqlite3"
    for folder_mode, file_mode, state in ((0o700, 0o644, "ok"), (0o755, 0o600, "ok"), (0o755, 0o644, "look")):
        installation.data_dir.chmod(folder_mode)
        file.chmod(file_mode)
        found = parts(installation)["data_dir"]
        passable = all(each.stat().st_mode & 0o001 for each in installation.data_dir.parents)
        assert found["state"] == (state if passable else "ok")
    gone = installation.having(DATABASE_URL="sqlite:////proc/nowhere/capcom.sqlite3")
    found = parts(gone, status=1)
    assert found["data_dir"]["state"] == "FAILS" and "/proc" in found["data_dir"]["detail"]


def test_a_place_that_cannot_be_looked_at(installation: Installation) -> None:
    """As in a folder that is another account's, which root sees all the same: a name that no disk takes."""
    hidden = installation.having(DATABASE_URL=f"sqlite:///{installation.folder}/{'a' * 300}/capcom.sqlite3")
    found = parts(hidden, status=1)
    assert "cannot be accessed" in found["database"]["detail"] and found["data_dir"]["state"] == "ok"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("return Health(ok=False, detail='the server does not know us')", "the server does not know us"),
        ("raise RuntimeError('broken')", "broken"),
        ("raise SystemExit(3)", "SystemExit"),
        ("return True", "check answered bool, not Health"),
        ("import time; time.sleep(600)", "no answer within 3 s"),
    ],
)
def test_a_channel_that_could_not_send(installation: Installation, tmp_path: Path, check: str, words: str) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "post.py").write_text(FAULTY_CHANNEL.format(check=check), encoding="utf-8")
    found = parts(installation.having(PLUGINS_DIR=str(folder), SEND_TIMEOUT="3"), status=1)
    assert found["channels"]["state"] == "FAILS" and words in found["channels"]["detail"]
    assert "mailbox: mails are written to" in found["channels"]["detail"]
    assert "CAPCOM_NOTIFY__POST__" in found["channels"]["remedy"]


def test_a_plugin_that_cannot_be_loaded(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "post.py").write_text("import nothing_of_the_kind", encoding="utf-8")
    found = parts(installation.having(PLUGINS_DIR=str(folder)), status=1)
    assert found["notifiers"]["failed"] == ["post"] and "capcom plugins list" in found["notifiers"]["remedy"]


def test_a_failing_part_is_named_beside_the_data(bare_installation: Installation) -> None:
    done = bare_installation.run("doctor", status=1)
    assert done.err == "capcom: failing: database, migrations. The last column says what to do.\n"
    assert re.search(r"^FAILS\tdatabase\t.* does not exist yet\t", done.out, re.MULTILINE)
    assert "Example: capcom doctor" in " ".join(bare_installation.run("doctor", "--help").out.split())


def test_it_starts_light(installation: Installation) -> None:
    """Nothing of the API is imported to look at an installation."""
    code = (
        "import sys; sys.argv = ['capcom', 'doctor']\nfrom capcom_gql.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, env=installation.env, capture_output=True, text=True, check=True)
    imported = ended.stdout.splitlines()[-1]
    assert "'tortoise'" in imported
    assert not [name for name in ("strawberry", "graphql", "starlette", "uvicorn") if f"'{name}'" in imported]
