"""Whether a letter may have been suppressed: what it says had ceased to be true before it was sent."""

from collections.abc import Callable
from datetime import date, datetime

from tests.faults.almanac import SURVEY_STAYS_OPEN, letter_days
from tests.faults.books import Row, day, known, maybe_day, parsed

_OF_A_SEAT = ("welcome", "survey", "renewed", "renewal_notice", "renewal_reminder")


class Excuses:
    """Read from the facts that a run has left, of which `last_day` was the last."""

    def __init__(self, terms: list[Row], seats: list[Row], last_day: date) -> None:
        self._terms = {row["id"]: row for row in terms}
        self._removed = {row["id"] for row in seats if row["removed_at"] is not None}
        self._last_day = last_day
        self._by_topic: dict[str, Callable[[Row, dict[str, str]], bool]] = {
            "proof_reminder": lambda term, about: bool(term["confirmed_at"] or term["unpaid_at"]),
            "renewal_notice": self._is_settled,
            "renewal_reminder": self._is_settled,
            "confirmed": lambda term, about: bool(term["unpaid_at"]),
            "renewed": lambda term, about: bool(term["unpaid_at"]),
            "cancelled": lambda term, about: self._is_renewed(term, since=known(term["unpaid_at"])),
            "declined": lambda term, about: self._is_renewed(term),
            "survey": lambda term, about: last_day > day(term["ends_on"]) + SURVEY_STAYS_OPEN,
        }

    def holds_for(self, letter: Row) -> bool:
        """Whether one has been there for this letter."""
        topic, about = letter["topic"], parsed(letter["about"])
        if about.get("seat_id") in self._removed and topic in _OF_A_SEAT:
            return True
        excuse = self._by_topic.get(topic)
        return excuse is not None and excuse(self._terms[about["term_id"]], about)

    def _is_settled(self, term: Row, about: dict[str, str]) -> bool:
        """The renewal is answered, the year has fallen or is over, or a later letter has been written or skipped."""
        own_day = letter_days(day(term["ends_on"]))[int(about.get("reminder", "0"))]
        settled_to = maybe_day(term["renewal_settled_to"])
        return (
            bool(term["declined_at"] or term["unpaid_at"])
            or self._is_renewed(term)
            or self._last_day > day(term["ends_on"])
            or (settled_to is not None and settled_to > own_day)
        )

    def _is_renewed(self, term: Row, since: datetime | None = None) -> bool:
        """Whether another year was opened after this one, or since an instant."""
        after = since or known(term["opened_at"])
        return any(
            known(each["opened_at"]) > after
            for each in self._terms.values()
            if each["subscription_id"] == term["subscription_id"]
        )
