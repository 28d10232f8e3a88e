"""What became of every claim: triggers of the suite's own write each change of a lease into a table of its own."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.faults.books import Books, instant, known

_COLUMNS = "what, id, old_state, new_state, old_attempt, new_attempt, old_lease, new_lease, has_outcome, reason"
_DELIVERY = """'letter', NEW.id, OLD.state, NEW.state, OLD.attempt, NEW.attempt, OLD.leased_until, NEW.leased_until,
    EXISTS (SELECT 1 FROM deliveryattempt WHERE delivery_id = NEW.id AND number = NEW.attempt), NEW.reason"""
_SUBSCRIPTION = """'steps', NEW.id, NULL, NULL, OLD.step_failures, NEW.step_failures, OLD.leased_until,
    NEW.leased_until, NULL, NULL"""
_LETTER_MOVED = "OLD.state <> NEW.state OR OLD.attempt <> NEW.attempt OR OLD.leased_until IS {} NEW.leased_until"
_STEPS_MOVED = "OLD.leased_until IS {} NEW.leased_until"

POSTGRES = f"""
CREATE TABLE faults_trace (n bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), what text,
    id text, old_state text, new_state text, old_attempt int, new_attempt int, old_lease timestamptz,
    new_lease timestamptz, has_outcome boolean, reason text);
CREATE FUNCTION faults_letter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO faults_trace ({_COLUMNS}) SELECT {_DELIVERY}; RETURN NULL; END $$;
CREATE FUNCTION faults_steps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO faults_trace ({_COLUMNS}) SELECT {_SUBSCRIPTION}; RETURN NULL; END $$;
CREATE TRIGGER faults_letter AFTER UPDATE ON delivery FOR EACH ROW
    WHEN ({_LETTER_MOVED.format("DISTINCT FROM")}) EXECUTE FUNCTION faults_letter();
CREATE TRIGGER faults_steps AFTER UPDATE ON subscription FOR EACH ROW
    WHEN ({_STEPS_MOVED.format("DISTINCT FROM")}) EXECUTE FUNCTION faults_steps();
"""
SQLITE = f"""
CREATE TABLE faults_trace (n INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    what TEXT, id TEXT, old_state TEXT, new_state TEXT, old_attempt INT, new_attempt INT, old_lease TEXT,
    new_lease TEXT, has_outcome INT, reason TEXT);
CREATE TRIGGER faults_letter AFTER UPDATE ON delivery WHEN {_LETTER_MOVED.format("NOT")} BEGIN
    INSERT INTO faults_trace ({_COLUMNS}) SELECT {_DELIVERY}; END;
CREATE TRIGGER faults_steps AFTER UPDATE ON subscription WHEN {_STEPS_MOVED.format("NOT")} BEGIN
    INSERT INTO faults_trace ({_COLUMNS}) SELECT {_SUBSCRIPTION}; END;
"""

UNWRITABLE = "the letter cannot be written"
OVER = ("SENT", "FAILED", "SUPPRESSED")


@dataclass(frozen=True)
class Move:
    """One change of a letter, or of a subscription whose steps are in hand (the attempt then counts failures)."""

    at: datetime
    what: str
    id: str
    old_state: str | None
    new_state: str | None
    old_attempt: int
    new_attempt: int
    old_lease: datetime | None
    new_lease: datetime | None
    has_outcome: bool
    reason: str


async def lay(books: Books) -> None:
    """Install the triggers."""
    await books.script(SQLITE if books.is_sqlite else POSTGRES)


async def read(books: Books) -> dict[tuple[str, str], list[Move]]:
    """All moves, in order, of each letter and subscription."""
    moves: dict[tuple[str, str], list[Move]] = {}
    for row in await books.rows(f"SELECT at, {_COLUMNS} FROM faults_trace ORDER BY n"):
        move = Move(
            known(row["at"]),
            row["what"],
            row["id"],
            row["old_state"],
            row["new_state"],
            row["old_attempt"],
            row["new_attempt"],
            instant(row["old_lease"]),
            instant(row["new_lease"]),
            bool(row["has_outcome"]),
            row["reason"] or "",
        )
        moves.setdefault((move.what, move.id), []).append(move)
    return moves


def breaches(moves: list[Move]) -> list[str]:
    """What must never happen to a letter: an end undone, a claim under a valid lease, another's outcome."""
    found = []
    for move in moves:
        if move.what != "letter":
            continue
        change = f"letter {move.id}, attempt {move.old_attempt} {move.old_state} -> {move.new_attempt} {move.new_state}"
        if move.old_state in OVER:
            found.append(f"its end was undone: {change}")
        if move.new_attempt != move.old_attempt and move.old_lease is not None and move.old_lease > move.at:
            found.append(f"it was claimed while another held it: {change}")
        written = move.new_state in ("SENT", "RETRYING") and move.new_lease is None and move.old_lease is not None
        if written and not move.has_outcome and not move.reason.startswith(UNWRITABLE):
            found.append(f"an attempt wrote the outcome of another: {change}")
    return found


@dataclass(frozen=True, order=True)
class Orphan:
    """Work that its holder left behind, and the seconds from the holder's last sign of life to the next claim."""

    age: float
    what: str
    id: str
    left_at: datetime

    def attended(self, looks: Sequence[tuple[float, bool]]) -> float:
        """The part of its age, in seconds, during which there was anybody to take it up."""
        begins = self.left_at.timestamp()
        pairs = itertools.pairwise(looks)
        return sum(
            max(0.0, min(until, begins + self.age) - max(since, begins))
            for (since, could), (until, _) in pairs
            if could
        )


def orphaned(moves: list[Move]) -> list[Orphan]:
    """The work that was taken up from another, which had not given it back."""
    ages = []
    last: datetime | None = None
    for move in moves:
        is_claim = move.new_lease is not None and (
            move.new_attempt > move.old_attempt if move.what == "letter" else move.new_attempt == move.old_attempt
        )
        if is_claim and last is not None:
            ages.append(Orphan((move.at - last).total_seconds(), move.what, move.id, last))
        renewed = move.what == "letter" and move.new_lease is not None
        put_off = move.what == "steps" and move.new_attempt > move.old_attempt
        last = move.at if (is_claim or renewed) and not put_off else None
    return ages
