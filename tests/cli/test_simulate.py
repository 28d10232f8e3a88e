"""`capcom simulate`: the same figures from the same seed, by the product's own rules, which it holds to account."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from capcom_gql.cli.simulation.checks import Violation, check_present
from capcom_gql.cli.simulation.history import check_history
from capcom_gql.cli.simulation.record import read_history
from capcom_gql.cli.simulation.report import INVARIANTS
from capcom_gql.domain.terms import LifecyclePolicy
from capcom_gql.storage.engine.database import open_database
from tests.cli.installations import Installation
from tests.docs.pages import page
from tests.patience import LONG, until

TINY = ("simulate", "--years", "1", "--organisations", "5", "--seed", "7")
SHORT_TERMS = {"CAPCOM_TERM_MONTHS": "4"}
"""So that one year has everything in it: the simulation takes the numbers of the rules from the installation."""

# Run in the place of the program, so that a rule is broken in that process alone.
ASKED_FOR_EVER = """
from capcom_gql.cli import main
from capcom_gql.domain import steps
from capcom_gql.domain.renewals import renewal_notices

def never_answered(term, terms, policy):
    return [] if term.cancelled_at else [
        notice for notice in renewal_notices(term.ends_on, policy)
        if term.renewal_settled_to is None or notice.on > term.renewal_settled_to
    ]

steps.notices_due = never_answered
main()
"""


@dataclass(frozen=True)
class Played:
    """A tiny simulation that is kept: what it printed, and its database."""

    installation: Installation
    data: Any
    folder: Path

    @property
    def file(self) -> Path:
        """The database."""
        return self.folder / "capcom.sqlite3"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Five organisations, one year."""
    installation = Installation(tmp_path_factory.mktemp("simulate"), SHORT_TERMS)
    kept = installation.folder / "kept"
    done = installation.run(*TINY, "--json", "--data-dir", str(kept))
    return Played(installation, json.loads(done.out), kept)


def test_a_year_has_its_figures_by_month(played: Played) -> None:
    data = played.data
    assert [month["month"] for month in data["months"]] == [f"2027-{number:02d}" for number in range(1, 13)]
    assert sum(data["months"][-1]["states"].values()) == 5
    assert data["deeds"]["opened"] >= 5 and data["deeds"]["redeemed"] > 0
    assert data["deeds"]["renewed"] > 0 and data["deeds"]["surveys_answered"] > 0
    assert data["letters"]["welcome"] >= 5 * 3 and data["letters"]["renewal_reminder"] > 0
    for of in ("deeds", "letters"):
        added = {name: sum(month[of].get(name, 0) for month in data["months"]) for name in data[of]}
        assert added == data[of]
    assert len(data["invariants"]) > 10 and not any(data["invariants"].values())


def test_the_same_seed_gives_the_same_figures_and_another_others(played: Played) -> None:
    again = json.loads(played.installation.run(*TINY, "--json").out)
    assert again == played.data
    other = json.loads(played.installation.run(*TINY[:-1], "8", "--json").out)
    assert other["letters"] != played.data["letters"]


def test_a_reader_gets_tables_and_charts_of_eighty_columns_and_nothing_is_left(installation: Installation) -> None:
    settings = {"TMPDIR": str(installation.folder), "CAPCOM_DATABASE_URL": "postgres://capcom@127.0.0.1:1/capcom"}
    before = list(installation.folder.iterdir())
    done = Installation(installation.folder, {**settings, "CAPCOM_ENV": "production"}).run(*TINY)
    assert max(map(len, done.out.splitlines())) <= 80
    assert "\x1b" not in done.out and "2027-12 " in done.out and "█" in done.out
    (shown,) = [block.text for block in page("docs/lifecycle.md").blocks if "invariants hold" in block.text]
    for line in shown.splitlines():
        # the figures are those of a larger network
        assert re.match(r"\d{4}-\d{2} ", line) or line in done.out, line
    assert "played 365 days" in done.err and len(done.err.splitlines()) == 1
    assert list(installation.folder.iterdir()) == before


def test_a_broken_rule_is_named(installation: Installation) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED_FOR_EVER, *TINY],
        cwd=installation.folder,
        env=installation.env | SHORT_TERMS,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "The invariant reminders-within-bounds does not hold: term_" in done.stderr
    assert "2027-12 " in done.stdout and "invariants hold" not in done.stdout


WRONG_ROWS = {
    "reductions-by-the-term": "UPDATE redemption SET reduction_minor = reduction_minor + 1 WHERE id = {redemption}",
    "seats-within-limit": "UPDATE term SET seat_limit = 1 WHERE id = {term}",
    "terms-apart": "INSERT INTO term SELECT 'term_twin', {columns} FROM term WHERE id = {term}",
    "due-is-recorded": "UPDATE term SET confirmed_at = NULL, proof_due_on = '2027-02-01' WHERE id = {term}",
    "proofs-in-time": "UPDATE term SET confirmed_at = '2028-01-01 00:00:00+00:00' WHERE id = {term}",
    "letters-have-gone": "UPDATE delivery SET state = 'PENDING' WHERE id = {delivery}",
    "letters-once": "INSERT INTO delivery SELECT 'delivery_twin', {letter} FROM delivery WHERE id = {delivery}",
    "one-manager": "UPDATE seat SET is_manager = FALSE WHERE id = {manager}",
    "removed-left-alone": "UPDATE seat SET removed_at = added_at WHERE id = {manager}",
    "reminders-within-bounds": "UPDATE term SET reminders_sent = 4 WHERE id = {term}",
    "steps-once": "INSERT INTO event SELECT 'event_twin', {event} FROM event WHERE kind = 'renewal.asked' LIMIT 1",
    "surveys-in-bounds": "UPDATE surveyrequest SET score = 5, answered_at = '2099-01-01 00:00:00+00:00'",
    "reinvoiced": "UPDATE term SET confirmed_at = NULL, unpaid_at = '2027-02-01 00:00:00+00:00' WHERE id = {term}",
    "states-are-the-rules": "UPDATE term SET starts_at = '2099-01-01 00:00:00+00:00', withdrawn_reason = 'BY_STAFF',"
    " withdrawn_at = '2027-12-30 00:00:00+00:00' WHERE id = {newest}",
}


@pytest.mark.parametrize("invariant", WRONG_ROWS)
async def test_a_wrong_row_breaks_its_invariant(played: Played, invariant: str, tmp_path: Path) -> None:
    """Each invariant by itself, on a copy of the database: nothing is broken before, it is after."""
    copy = tmp_path / "copy.sqlite3"
    with sqlite3.connect(played.file) as kept, sqlite3.connect(copy) as connection:
        kept.backup(connection)
    connection.close()
    kept.close()
    assert await broken(copy) == set()
    with sqlite3.connect(copy) as connection:
        spoil(connection, WRONG_ROWS[invariant])
    connection.close()
    assert invariant in await broken(copy)


def test_every_invariant_is_tried() -> None:
    """By a wrong row each, but for the one that no row can break: what people were answered."""
    assert {*WRONG_ROWS, "granted-by-the-rules"} == set(INVARIANTS)


async def test_a_refusal_that_nobody_expected_breaks_an_invariant(played: Played) -> None:
    async with open_database(f"sqlite:///{played.file}"):
        history = await read_history(LifecyclePolicy())
    sent = [letter.id for letter in history.letters if letter.sent_at is not None]
    assert check_history(history, sent, ["renewing: no"]) == [Violation("granted-by-the-rules", "renewing: no")]
    twice = {each.invariant for each in check_history(history, [*sent, sent[0]], [])}
    assert twice == {"letters-once"}


def spoil(connection: sqlite3.Connection, statement: str) -> None:
    """Write a wrong row past the triggers that would forbid it."""
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("DROP INDEX term_start_once")
    connection.execute(statement.format(**ids(connection)))


def ids(connection: sqlite3.Connection) -> dict[str, str]:
    """The rows that a statement may spoil: those of a subscription that is live and has used a discount."""
    (term, redemption, subscription) = connection.execute(
        "SELECT term.id, redemption.id, term.subscription_id FROM redemption JOIN term ON term.id = term_id"
        " WHERE term.unpaid_at IS NULL AND term.withdrawn_at IS NULL AND released_at IS NULL"
        " AND confirmed_at IS NOT NULL ORDER BY redemption.id LIMIT 1"
    ).fetchone()
    (manager,) = connection.execute(
        "SELECT id FROM seat WHERE subscription_id = ? AND is_manager AND removed_at IS NULL", (subscription,)
    ).fetchone()
    (delivery,) = connection.execute(
        "SELECT id FROM delivery WHERE state = 'SENT' AND json_extract(about, '$.seat_id') = ? LIMIT 1", (manager,)
    ).fetchone()
    quoted = {"term": term, "redemption": redemption, "manager": manager, "delivery": delivery}
    (newest,) = connection.execute(
        "SELECT id FROM term WHERE withdrawn_at IS NULL AND starts_on < '2027-12-30' ORDER BY starts_on DESC"
    ).fetchone()
    quoted["newest"] = newest
    columns = names(connection, "term")
    letter = names(connection, "delivery").replace("once_key", "'twin'")
    event = names(connection, "event").replace("step_key", "NULL")
    return {name: f"'{row}'" for name, row in quoted.items()} | {"columns": columns, "letter": letter, "event": event}


def names(connection: sqlite3.Connection, table: str) -> str:
    """The columns of a table but its id, in order."""
    return ", ".join(row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "id")


async def broken(file: Path) -> set[str]:
    """The invariants that do not hold in a database."""
    async with open_database(f"sqlite:///{file}"):
        history = await read_history(LifecyclePolicy())
    sent = [letter.id for letter in history.letters if letter.sent_at is not None]
    return {each.invariant for each in (*check_present(history.present), *check_history(history, sent, []))}


def test_ctrl_c_ends_it_and_leaves_nothing(bare_installation: Installation) -> None:
    env = bare_installation.env | {"TMPDIR": str(bare_installation.folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "capcom_gql", "simulate"],
        cwd=bare_installation.folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: list(bare_installation.folder.glob("capcom-simulate-*/*.sqlite3-wal")))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONG)
    finally:
        process.kill()
        process.wait()
    assert process.returncode != 0 and out == "" and "Traceback" not in err, err
    assert list(bare_installation.folder.iterdir()) == []


def test_wrong_usage(installation: Installation, played: Played) -> None:
    for wrong in ("--years 0", "--years eleven", "--organisations 0", "--seed x", "--months 3"):
        installation.run("simulate", *wrong.split(), status=2)
    assert "Example: capcom simulate --years 2 --organisations 200" in installation.run("simulate", "--help").out
    done = installation.run(*TINY, "--data-dir", str(played.folder), status=1)
    assert "holds a database already" in done.err
