"""Letters and post: each letter that must be exists once, and what is called sent was received."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.faults.books import Row, parsed
from tests.faults.history import History, Letter, letter_of

if TYPE_CHECKING:
    from tests.faults.verdict import Tables, Verdict

_RENEWALS = ("renewal_notice", "renewal_reminder")


def check_letters(verdict: "Verdict", tables: "Tables", histories: Sequence[History]) -> None:
    """Compare the deliveries with the letters that the history demands."""
    demanded: Counter[Letter] = Counter()
    for history in histories:
        demanded.update(history.letters)
    written = Counter(letter_of(row) for row in tables["delivery"])
    verdict.lost += [f"letter {each}: {count} missing" for each, count in (demanded - written).items()]
    for each, count in (written - demanded).items():
        (verdict.doubled if demanded[each] else verdict.wrong).append(f"letter {each}: {count} too many")


def check_post(verdict: "Verdict", tables: "Tables", received: Sequence[dict[str, Any]]) -> None:
    """Every letter is sent, or need not be; every one sent was received; each of them once, by the stable id."""
    taken = Counter(each["id"] for each in received if each["fate"] != "refused")
    verdict.receiver_faults = sum(each["fate"] != "taken" for each in received)
    letters = {row["id"]: row for row in tables["delivery"]}
    verdict.repeats = sum(count - 1 for count in taken.values())
    verdict.wrong += [f"{each} was received, and is no letter" for each in taken if each not in letters]
    excused = _excused(tables)
    for row in letters.values():
        told = f"letter {row['id']} ({row['topic']}) is {row['state']}, attempt {row['attempt']}: {row['reason']}"
        if row["state"] == "SENT":
            if not taken[row["id"]]:
                verdict.lost.append(f"{told}, and was never received")
        elif row["state"] != "SUPPRESSED":
            verdict.lost.append(f"{told}, at the end")
        elif not excused(row):
            verdict.wrong.append(f"{told}, without need")
    kinds = Counter((letter_of(letters[each]), letters[each]["event_id"]) for each in taken if each in letters)
    verdict.repeats_after = sum(count - 1 for count in kinds.values())
    verdict.doubled += [f"letter {each}: received under {count} ids" for each, count in kinds.items() if count > 1]


def _excused(tables: "Tables") -> Any:
    """Whether a letter may have been suppressed: what it says had ceased to be true before it was sent."""
    removed = {row["id"] for row in tables["seat"] if row["removed_at"] is not None}
    settled = {row["id"] for row in tables["term"] if row["confirmed_at"] or row["unpaid_at"]}
    answered = {
        parsed(event["details"])["term_id"]
        for event in tables["event"]
        if event["kind"] in ("renewal.done", "renewal.declined")
    }
    fallen = {row["id"] for row in tables["term"] if row["unpaid_at"]}

    def excused(row: Row) -> bool:
        topic, seat, term, _ = letter_of(row)
        if seat in removed and topic in ("welcome", *_RENEWALS):
            return True
        if topic == "proof_reminder":
            return term in settled
        return topic in _RENEWALS and term in answered | fallen

    return excused
