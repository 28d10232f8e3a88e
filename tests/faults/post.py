"""Letters and post: each letter that must be exists once, and what is called sent was received."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.faults.excuses import Excuses
from tests.faults.history import History, Letter, letter_of

if TYPE_CHECKING:
    from tests.faults.verdict import Tables, Verdict


def check_letters(verdict: "Verdict", tables: "Tables", histories: Sequence[History]) -> None:
    """Compare the deliveries with the letters that the history demands."""
    demanded: Counter[Letter] = Counter()
    for history in histories:
        demanded.update(history.letters)
    written = Counter(letter_of(row) for row in tables["delivery"])
    verdict.lost += [f"letter {each}: {count} missing" for each, count in (demanded - written).items()]
    for each, count in (written - demanded).items():
        (verdict.doubled if demanded[each] else verdict.wrong).append(f"letter {each}: {count} too many")


def check_post(verdict: "Verdict", tables: "Tables", received: Sequence[dict[str, Any]], excuses: Excuses) -> None:
    """Every letter is sent, or need not be; every one sent was received; each of them once, by the stable id."""
    taken = Counter(each["id"] for each in received if each["fate"] != "refused")
    verdict.receiver_faults = sum(each["fate"] != "taken" for each in received)
    letters = {row["id"]: row for row in tables["delivery"]}
    verdict.repeats = sum(count - 1 for count in taken.values())
    verdict.wrong += [f"{each} was received, and is no letter" for each in taken if each not in letters]
    for row in letters.values():
        told = f"letter {row['id']} ({row['topic']}) is {row['state']}, attempt {row['attempt']}: {row['reason']}"
        if row["state"] == "SENT":
            if not taken[row["id"]]:
                verdict.lost.append(f"{told}, and was never received")
        elif row["state"] != "SUPPRESSED":
            verdict.lost.append(f"{told}, at the end")
        elif not excuses.holds_for(row):
            verdict.wrong.append(f"{told}, without need")
    kinds = Counter((letter_of(letters[each]), letters[each]["event_id"]) for each in taken if each in letters)
    verdict.repeats_after = sum(count - 1 for count in kinds.values())
    verdict.doubled += [f"letter {each}: received under {count} ids" for each, count in kinds.items() if count > 1]
