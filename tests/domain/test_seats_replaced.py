"""Replacing a user and handing over: from a seat that is active, to a person who has none here (R6, R12)."""

import pytest

from capcom_gql.domain.refusals import Code, Fault
from capcom_gql.domain.seats import check_active, check_replacement
from tests.domain.words import a_seat


@pytest.mark.rule("R12")
@pytest.mark.parametrize("manager", [False, True])
def test_a_removed_seat_is_dead_for_good(manager: bool) -> None:
    assert check_active(a_seat(manager=manager)) == []
    assert check_active(a_seat(manager=manager, removed="2027-02-01")) == [
        Fault(Code.CONFLICT, ("seatId",), "seat_not_active")
    ]


@pytest.mark.rule("R6")
@pytest.mark.parametrize("email", ["ana@ville.example", " Ana@VILLE.example"])
def test_who_has_a_seat_here_takes_over_no_other(email: str) -> None:
    assert check_replacement(email, {"ana@ville.example", "bob@ville.example"}) == [
        Fault(Code.DUPLICATE_USER, ("user", "email"), "replacement_seated", {"email": email})
    ]


@pytest.mark.rule("R12")
def test_anybody_else_takes_over() -> None:
    assert check_replacement("new@ville.example", {"ana@ville.example", "bob@ville.example"}) == []
