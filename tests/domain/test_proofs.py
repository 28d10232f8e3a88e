"""What makes a proof serve: received by today, for a term that awaits it."""

from datetime import date

import pytest

from capcom_gql.domain.lifecycle import apply_unpaid_cancellations
from capcom_gql.domain.proofs import check_awaits_proof, check_receipt
from capcom_gql.domain.terms import CancellationReason
from tests.domain.words import POLICY, confirmed, day, opened, reinstated, unpaid, withdrawn


@pytest.mark.rule("R8")
@pytest.mark.parametrize(
    ("received_on", "code"),
    [("2026-12-11", []), ("2026-12-10", []), ("2026-11-01", []), ("2026-12-12", ["INVALID_INPUT"])],
)
def test_a_proof_is_received_by_today_and_may_precede_the_opening(received_on: str, code: list[str]) -> None:
    faults = check_receipt(date.fromisoformat(received_on), day("2026-12-11"))
    assert [fault.code.value for fault in faults] == code
    assert all(fault.path == ("receivedOn",) for fault in faults)


@pytest.mark.rule("R8")
@pytest.mark.parametrize(("on", "code"), [("2026-12-24", []), ("2026-12-25", ["PROOF_TOO_LATE"])])
def test_a_proof_serves_to_the_last_instant_of_the_fifteenth_day(on: str, code: list[str]) -> None:
    (term,) = apply_unpaid_cancellations([opened("2026-12-09")], day(on), POLICY)
    faults = check_awaits_proof(term)
    assert [fault.code.value for fault in faults] == code
    assert all(fault.data == {"due_on": day("2026-12-24")} for fault in faults)


@pytest.mark.rule("R8")
def test_a_confirmed_term_has_its_proof() -> None:
    assert [fault.code.value for fault in check_awaits_proof(confirmed(opened(), "2026-12-10"))] == [
        "PROOF_ALREADY_RECORDED"
    ]


@pytest.mark.rule("R8")
def test_a_term_cancelled_by_staff_says_so() -> None:
    (fault,) = check_awaits_proof(withdrawn(opened(), "2026-12-10", CancellationReason.BY_STAFF))
    assert (fault.code.value, fault.key) == ("PROOF_TOO_LATE", "proof_term_cancelled")
    (fault,) = check_awaits_proof(unpaid(opened()))
    assert (fault.code.value, fault.key) == ("PROOF_TOO_LATE", "proof_too_late")


@pytest.mark.rule("R9")
def test_a_reinstated_term_has_its_proof() -> None:
    term = confirmed(reinstated(unpaid(opened()), "2027-01-05"), "2027-01-05")
    assert [fault.code.value for fault in check_awaits_proof(term)] == ["PROOF_ALREADY_RECORDED"]
