"""What a run has shown: read from the database, the ledger of the clients and the receiver's log, by own means."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.faults import almanac, deeds, trace
from tests.faults.books import Books, Row, parsed
from tests.faults.deeds import Deed
from tests.faults.excuses import Excuses
from tests.faults.history import History
from tests.faults.post import check_letters, check_post
from tests.faults.record import check_facts, check_steps

_TABLES = ("organisation", "subscription", "term", "seat", "paymentproof", "redemption", "event", "delivery")
_OWN_EVENT = {
    "subscription": "subscription.opened",
    "term": "terms.accepted",
    "seat": "seat.added",
    "redemption": "discount.redeemed",
}
"""The event that has made a row, and names it as its subject."""
_KEPT_BY = {
    "subscribe": ("organisation", "name"),
    "recordPaymentProof": ("paymentproof", "reference"),
    "redeemDiscount": ("redemption", "registration_reference"),
}
"""Where a deed leaves the name that its client gave it."""

Tables = dict[str, list[Row]]


@dataclass
class Verdict:
    """`lost` and `doubled` break a promise, `wrong` is any other disagreement; the rest are figures."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    events: int = 0
    steps: int = 0
    letters: int = 0
    acknowledged: int = 0
    repeats: int = 0
    repeats_after: int = 0
    receiver_faults: int = 0
    resumed: list[trace.Orphan] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """Everything that should not be, the worst first."""
        return [
            *(f"LOST {each}" for each in self.lost),
            *(f"DOUBLED {each}" for each in self.doubled),
            *(f"WRONG {each}" for each in self.wrong),
        ]


async def judge(
    books: Books, ledger: Sequence[Deed], stops: Sequence[datetime], received: Sequence[dict[str, Any]]
) -> Verdict:
    """Read everything once, after the last process has ended, and compare."""
    tables = {name: await books.rows(f"SELECT * FROM {name}") for name in _TABLES}
    verdict = Verdict(events=len(tables["event"]), letters=len(tables["delivery"]))
    _check_whole(verdict, tables)
    _check_deeds(verdict, tables, ledger)
    if not verdict.complaints:
        # what is torn cannot be played again
        histories = _played(tables, stops)
        verdict.steps = check_steps(verdict, tables, histories)
        check_facts(verdict, tables, histories)
        check_letters(verdict, tables, histories)
    last_day = almanac.day_of(stops[-1]) if stops else date.min
    check_post(verdict, tables, received, Excuses(tables["term"], tables["seat"], last_day))
    for moves in (await trace.read(books)).values():
        verdict.wrong += trace.breaches(moves)
        verdict.resumed += trace.orphaned(moves)
    return verdict


def once(verdict: Verdict, count: int, what: str) -> None:
    """Complain of what is not there exactly once."""
    if count > 1:
        verdict.doubled.append(f"{what}: there {count} times")
    elif not count:
        verdict.lost.append(what)


def _check_whole(verdict: Verdict, tables: Tables) -> None:
    """A deed is there whole or not at all: every row has the event that made it, once."""
    made = Counter((event["kind"], event["subject_id"]) for event in tables["event"])
    for table, kind in _OWN_EVENT.items():
        for row in tables[table]:
            once(verdict, made[kind, row["id"]], f"event {kind} of {row['id']}")
    owned = Counter(row["organisation_id"] for row in tables["subscription"])
    for row in tables["organisation"]:
        once(verdict, owned[row["id"]], f"the subscription of {row['id']}")
    for table in ("term", "seat"):
        there = {row["subscription_id"] for row in tables[table]}
        bare = [row["id"] for row in tables["subscription"] if row["id"] not in there]
        verdict.lost += [f"every {table} of {each}" for each in bare]
    confirmed = Counter(
        parsed(event["details"])["term_id"] for event in tables["event"] if event["kind"] == "term.confirmed"
    )
    proved = Counter(row["term_id"] for row in tables["paymentproof"])
    for term in tables["term"]:
        counts = {int(term["confirmed_at"] is not None), confirmed[term["id"]], proved[term["id"]]}
        if counts not in ({0}, {1}):
            verdict.wrong.append(f"{term['id']}: its confirmation, the event of it and its proof disagree")


def _check_deeds(verdict: Verdict, tables: Tables, ledger: Sequence[Deed]) -> None:
    """What a client was told is so; what it was never told is there once at most."""
    ids = {row["id"] for rows in tables.values() for row in rows}
    removed = {row["id"] for row in tables["seat"] if row["removed_at"] is not None}
    declined = {event["subject_id"] for event in tables["event"] if event["kind"] == "renewal.declined"}
    counts = {kind: Counter(row[column] for row in tables[table]) for kind, (table, column) in _KEPT_BY.items()}
    for deed in ledger:
        what = f"{deed.kind} {deed.key} on {deed.subject}, of which its client was told: {deed.outcome} {deed.codes}"
        is_done = deed.outcome == deeds.DONE
        verdict.acknowledged += is_done
        if deed.kind in counts:
            found = counts[deed.kind][deed.subject if deed.kind == "subscribe" else deed.key]
            if is_done or found > 1:
                once(verdict, found, what)
            elif found and deed.outcome == deeds.REFUSED:
                verdict.wrong.append(f"{what}; it is there all the same")
        if not is_done:
            continue
        verdict.lost += [f"{each}, made by {what}" for each in deed.made if each not in ids]
        if (deed.kind == "removeSeat" and deed.subject not in removed) or (
            deed.kind == "declineRenewal" and deed.subject not in declined
        ):
            verdict.lost.append(what)


def _played(tables: Tables, stops: Sequence[datetime]) -> list[History]:
    by_subscription: dict[str, dict[str, list[Row]]] = {
        row["id"]: {"event": [], "term": [], "seat": []} for row in tables["subscription"]
    }
    owner = {row["organisation_id"]: row["id"] for row in tables["subscription"]}
    for table in ("term", "seat"):
        for row in tables[table]:
            by_subscription[row["subscription_id"]][table].append(row)
    for row in tables["event"]:
        if row["organisation_id"] in owner:
            by_subscription[owner[row["organisation_id"]]]["event"].append(row)
    histories = []
    for subscription_id, its in by_subscription.items():
        history = History(subscription_id)
        history.play(its["event"], its["term"], its["seat"], stops)
        histories.append(history)
    return histories
