"""Each subscription played again from what was asked for: the steps that must stand in it, and the letters.

The clock stands still between two stops, but for seconds; so what a stop makes due is recorded before any deed that
comes after it, by the workers or by that deed itself, and the order of everything is known.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.faults import almanac
from tests.faults.almanac import Step, Year, take_steps
from tests.faults.books import Row, day, instant, known, parsed

Letter = tuple[str, str, str, str]
"""A topic, a seat, a term, and what tells letters of the same three apart."""
_LAST_REMINDER = str(len(almanac.REMINDERS))
_EVERYONE = {
    almanac.ASKED: "renewal_notice",
    almanac.REMINDED: "renewal_reminder",
    almanac.EXPIRED: "expired",
    almanac.CANCELLED: "cancelled",
}


@dataclass
class Seat:
    """A seat, and when it was one."""

    id: str
    is_manager: bool
    added_at: datetime
    removed_at: datetime | None

    def stands(self, before: datetime) -> bool:
        """Whether it was there just before an instant."""
        return self.added_at < before and (self.removed_at is None or self.removed_at >= before)


@dataclass
class History:
    """What must be there of one subscription: `steps` by kind, term and mark with their instants, and the letters."""

    subscription_id: str
    years: list[Year] = field(default_factory=list)
    steps: "Counter[tuple[str, str, str, datetime]]" = field(default_factory=Counter)
    letters: "Counter[Letter]" = field(default_factory=Counter)
    _asked: set[tuple[str, str]] = field(default_factory=set)

    def play(
        self, events: Sequence[Row], terms: Sequence[Row], seats: Sequence[Row], stops: Sequence[datetime]
    ) -> None:
        """Live through the stops and, between them, the deeds that the events tell of."""
        self._terms = {row["id"]: row for row in terms}
        self._seats = [
            Seat(row["id"], bool(row["is_manager"]), known(row["added_at"]), instant(row["removed_at"]))
            for row in seats
        ]
        for row in seats:
            self._add("welcome", row["id"], self._term_at(known(row["added_at"])), "")
        left = sorted(events, key=lambda event: (known(event["recorded_at"]), event["id"]))
        for stop in [*stops, None]:
            if stop is not None:
                while left and known(left[0]["recorded_at"]) < stop:
                    self._deed(left.pop(0))
                for step in take_steps(self.years, stop):
                    self._step(step, stop)
            else:
                for event in left:
                    self._deed(event)

    def _term_at(self, when: datetime) -> str:
        """The term that ran when a seat was added: the latest that had begun."""
        begun = [row for row in self._terms.values() if almanac.midnight(day(row["starts_on"])) <= when]
        # one that fell before it began may have been renewed anew, from the same day
        return str(max(begun, key=lambda row: (day(row["starts_on"]), known(row["opened_at"])))["id"])

    def _deed(self, event: Row) -> None:
        details, when = parsed(event["details"]), known(event["recorded_at"])
        kind = event["kind"]
        if kind == "subscription.opened":
            self._open(details["term_id"], is_first=True)
        elif kind == "renewal.done":
            self._year(details["term_id"]).is_declined = False
            self._open(details["renewed_term_id"], is_first=False)
            self._write("renewed", details["renewed_term_id"], self._standing(when))
            self._survey(details["term_id"], when)
        elif kind == "term.confirmed":
            self._year(details["term_id"]).is_confirmed = True
            self._write("confirmed", details["term_id"], self._managers(when))
        elif kind == "renewal.declined":
            year = self._year(details["term_id"])
            if not year.is_declined:
                self._write("declined", details["term_id"], self._managers(when))
            year.is_declined = True
        elif kind == "seat.removed":
            self._add("seat_removed", details["seat_id"], "", "")

    def _step(self, step: Step, stop: datetime) -> None:
        # a term that falls with another has its event, and no letters of its own
        mark = "" if step.kind == almanac.CANCELLED else step.mark
        self.steps[step.kind, step.term_id, mark, step.at] += 1
        if step.kind == almanac.PROOF_REMINDED:
            self._write("proof_reminder", step.term_id, self._managers(stop))
        elif step.kind in _EVERYONE and step.mark != "with":
            reminder = step.mark if step.kind == almanac.REMINDED else ""
            self._write(_EVERYONE[step.kind], step.term_id, self._standing(stop), reminder)
        if step.kind == almanac.EXPIRED or (step.kind == almanac.REMINDED and step.mark == _LAST_REMINDER):
            self._survey(step.term_id, stop)

    def _open(self, term_id: str, *, is_first: bool) -> None:
        row = self._terms[term_id]
        year = Year(term_id, day(row["starts_on"]), day(row["ends_on"]), day(row["proof_due_on"]), is_started=is_first)
        self.years.append(year)

    def _year(self, term_id: str) -> Year:
        return next(year for year in self.years if year.id == term_id)

    def _standing(self, when: datetime) -> list[Seat]:
        return [seat for seat in self._seats if seat.stands(when)]

    def _managers(self, when: datetime) -> list[Seat]:
        return [seat for seat in self._standing(when) if seat.is_manager]

    def _survey(self, term_id: str, when: datetime) -> None:
        """Everybody who was not asked yet; nobody once the survey is closed (R18)."""
        if almanac.day_of(when) > day(self._terms[term_id]["ends_on"]) + almanac.SURVEY_STAYS_OPEN:
            return
        seats = [seat for seat in self._standing(when) if (seat.id, term_id) not in self._asked]
        self._asked |= {(seat.id, term_id) for seat in seats}
        self._write("survey", term_id, seats)

    def _write(self, topic: str, term_id: str, seats: Iterable[Seat], mark: str = "") -> None:
        for seat in seats:
            self._add(topic, seat.id, term_id, mark)

    def _add(self, topic: str, seat_id: str, term_id: str, mark: str) -> None:
        self.letters[topic, seat_id, term_id, mark] += 1


def letter_of(row: Row) -> Letter:
    """A delivery, told as `History` tells its letters."""
    about: dict[str, Any] = parsed(row["about"])
    return row["topic"], about.get("seat_id", ""), about.get("term_id", ""), about.get("reminder", "")


def step_of(event: Row) -> tuple[str, str, str, datetime]:
    """An event of the calendar, told as `History` tells its steps."""
    details = parsed(event["details"])
    mark = {almanac.REMINDED: details.get("reminder"), almanac.SKIPPED: details.get("on")}.get(event["kind"], "")
    return event["kind"], details["term_id"], str(mark), known(event["occurred_at"])
