"""Steps and facts: each that the calendar demands is recorded once, and nothing else is."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.faults.almanac import STEPS
from tests.faults.books import instant
from tests.faults.history import History, step_of

if TYPE_CHECKING:
    from tests.faults.verdict import Tables, Verdict


def check_steps(verdict: "Verdict", tables: "Tables", histories: Sequence[History]) -> int:
    """Compare the events of the calendar with those that the history demands, dates included. Returns how many."""
    demanded: Counter[tuple[str, str, str, object]] = Counter()
    for history in histories:
        demanded.update(history.steps)
    recorded: Counter[tuple[str, str, str, object]] = Counter(
        step_of(event) for event in tables["event"] if event["kind"] in STEPS
    )
    for (kind, term, mark, at), count in (demanded - recorded).items():
        verdict.lost.append(f"step {kind} {mark} of {term} at {at}: {count} missing")
    for (kind, term, mark, at), count in (recorded - demanded).items():
        told = f"step {kind} {mark} of {term} at {at}: {count} too many"
        (verdict.doubled if demanded[kind, term, mark, at] else verdict.wrong).append(told)
    return recorded.total()


def check_facts(verdict: "Verdict", tables: "Tables", histories: Sequence[History]) -> None:
    """The columns of each term say what its history says."""
    rows = {row["id"]: row for row in tables["term"]}
    for history in histories:
        for year in history.years:
            row = rows[year.id]
            facts = {
                "confirmed": (row["confirmed_at"] is not None, year.is_confirmed),
                "cancelled": (instant(row["unpaid_at"]), year.cancelled_at),
                "proof reminded": (row["proof_reminded_at"] is not None, year.is_reminded),
                "started": (row["started_at"] is not None, year.is_started),
                "ended": (row["ended_at"] is not None, year.is_ended),
                "declined": (row["declined_at"] is not None, year.is_declined),
            }
            verdict.wrong += [
                f"{year.id}: {name} is {is_so}, and should be {should}"
                for name, (is_so, should) in facts.items()
                if is_so != should
            ]
