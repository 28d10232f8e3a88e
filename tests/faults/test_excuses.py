"""The checker forgives a letter that was not sent only where what it says had ceased to be true."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.faults.books import Row
from tests.faults.excuses import Excuses

LAST_DAY = date(2027, 11, 1)


def term(**facts: Any) -> Row:
    """A year from 23 November 2026, confirmed, with nothing more said of it."""
    return {
        "id": "term_1",
        "subscription_id": "sub_1",
        "opened_at": datetime(2026, 11, 23, tzinfo=UTC),
        "ends_on": date(2027, 11, 22),
        "confirmed_at": datetime(2026, 11, 24, tzinfo=UTC),
        "unpaid_at": None,
        "declined_at": None,
        "renewal_settled_to": None,
    } | facts


NEXT = term(id="term_2", opened_at=datetime(2027, 10, 30, tzinfo=UTC), ends_on=date(2028, 11, 22))
FALLEN = {"confirmed_at": None, "unpaid_at": datetime(2026, 12, 9, tzinfo=UTC)}
NOTICE_DAY, FIRST_REMINDER_DAY = date(2027, 10, 22), date(2027, 11, 1)


@pytest.mark.parametrize(
    ("topic", "terms", "is_excused"),
    [
        ("welcome", [term()], False),
        ("confirmed", [term()], False),
        ("expired", [term()], False),
        ("proof_reminder", [term()], True),
        ("proof_reminder", [term(**FALLEN)], True),
        ("proof_reminder", [term(confirmed_at=None)], False),
        ("renewal_notice", [term(renewal_settled_to=NOTICE_DAY)], False),
        ("renewal_notice", [term(renewal_settled_to=FIRST_REMINDER_DAY)], True),
        ("renewal_notice", [term(declined_at=datetime(2027, 10, 30, tzinfo=UTC))], True),
        ("renewal_notice", [term(), NEXT], True),
        ("renewal_notice", [term(), NEXT | {"subscription_id": "sub_2"}], False),
        ("renewal_notice", [term(ends_on=date(2027, 10, 31))], True),
        ("renewed", [term()], False),
        ("renewed", [term(**FALLEN)], True),
        ("cancelled", [term(**FALLEN)], False),
        ("cancelled", [term(**FALLEN), NEXT], True),
        ("cancelled", [term(**FALLEN), NEXT | {"opened_at": datetime(2026, 12, 8, tzinfo=UTC)}], False),
        ("declined", [term(declined_at=datetime(2027, 10, 30, tzinfo=UTC))], False),
        ("declined", [term(), NEXT], True),
        ("survey", [term(ends_on=date(2027, 10, 2))], False),
        ("survey", [term(ends_on=date(2027, 10, 1))], True),
    ],
)
def test_what_had_ceased_to_be_true(topic: str, terms: list[Row], is_excused: bool) -> None:
    excuses = Excuses(terms, [{"id": "seat_1", "removed_at": None}], LAST_DAY)
    about = json.dumps({"seat_id": "seat_1", "term_id": "term_1"})
    assert excuses.holds_for({"topic": topic, "about": about}) is is_excused


@pytest.mark.parametrize(
    ("topic", "is_excused"), [("welcome", True), ("survey", True), ("renewed", True), ("expired", False)]
)
def test_a_seat_that_was_removed(topic: str, is_excused: bool) -> None:
    excuses = Excuses([term()], [{"id": "seat_1", "removed_at": datetime(2027, 1, 1, tzinfo=UTC)}], LAST_DAY)
    about = json.dumps({"seat_id": "seat_1", "term_id": "term_1"})
    assert excuses.holds_for({"topic": topic, "about": about}) is is_excused
