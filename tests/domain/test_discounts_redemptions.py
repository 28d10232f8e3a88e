"""What becomes of a discount that was used: provisional, final, to invoice again, released."""

import pytest

from capcom_gql.domain.discounts import DiscountReason, HolderFacts, RedemptionState, redemption_state, verdict
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.terms import CancellationReason, Term
from tests.domain.words import (
    POLICY,
    a_seat,
    confirmed,
    day,
    opened,
    paris,
    reinstated,
    renewed,
    unpaid,
    withdrawn,
)

PROVISIONAL_YEAR = opened("2026-12-09")
YEAR = confirmed(PROVISIONAL_YEAR, "2026-12-12")
PROVISIONAL, FINAL, TO_REINVOICE, RELEASED = RedemptionState


def state_on(term: Term, on: str, *, released: str | None = None) -> RedemptionState:
    return redemption_state(None if released is None else paris(released), term, day(on), POLICY)


@pytest.mark.rule("R22")
def test_made_while_the_proof_is_awaited_it_is_provisional() -> None:
    assert state_on(PROVISIONAL_YEAR, "2026-12-09") is PROVISIONAL
    assert state_on(PROVISIONAL_YEAR, "2026-12-24") is PROVISIONAL


@pytest.mark.rule("R9")
def test_it_is_final_on_confirmation() -> None:
    assert state_on(YEAR, "2026-12-12") is FINAL
    assert state_on(YEAR, "2026-12-25") is FINAL


@pytest.mark.rule("R9")
@pytest.mark.parametrize("term", [PROVISIONAL_YEAR, unpaid(PROVISIONAL_YEAR)])
def test_it_is_to_invoice_again_on_an_unpaid_cancellation_recorded_or_not(term: Term) -> None:
    assert state_on(term, "2026-12-25") is TO_REINVOICE
    assert state_on(term, "2028-12-25") is TO_REINVOICE


@pytest.mark.rule("R9")
@pytest.mark.parametrize("reason", [CancellationReason.BY_STAFF, CancellationReason.WITHDRAWN])
def test_cancelled_by_staff_before_the_proof_it_is_to_invoice_again(reason: CancellationReason) -> None:
    assert state_on(withdrawn(PROVISIONAL_YEAR, "2026-12-15", reason), "2026-12-15") is TO_REINVOICE


@pytest.mark.rule("R9")
@pytest.mark.parametrize("reason", [CancellationReason.BY_STAFF, CancellationReason.WITHDRAWN])
def test_final_redemptions_stay_final(reason: CancellationReason) -> None:
    assert state_on(withdrawn(YEAR, "2027-02-01", reason), "2027-02-01") is FINAL
    assert state_on(YEAR, "2028-02-01") is FINAL


@pytest.mark.rule("R9")
def test_a_reinstated_term_makes_it_final() -> None:
    assert state_on(reinstated(PROVISIONAL_YEAR, "2027-01-05"), "2027-01-05") is FINAL


@pytest.mark.rule("R17")
def test_the_states_follow_the_renewed_terms_own_proof() -> None:
    second = renewed(YEAR, "2027-12-01")
    assert [state_on(second, on) for on in ("2027-12-09", "2027-12-16", "2027-12-17")] == [
        PROVISIONAL,
        PROVISIONAL,
        TO_REINVOICE,
    ]


@pytest.mark.rule("R22")
@pytest.mark.parametrize(
    ("term", "on"),
    [
        (PROVISIONAL_YEAR, "2026-12-10"),
        (YEAR, "2026-12-13"),
        (PROVISIONAL_YEAR, "2026-12-26"),
        (withdrawn(YEAR, "2027-02-01"), "2027-02-02"),
    ],
)
def test_released_at_any_time_it_is_released(term: Term, on: str) -> None:
    assert state_on(term, on, released=on) is RELEASED


@pytest.mark.rule("R22")
@pytest.mark.parametrize(
    ("redeemed", "reason"), [(False, DiscountReason.ELIGIBLE), (True, DiscountReason.ALREADY_REDEEMED)]
)
def test_once_per_person_and_event(redeemed: bool, reason: DiscountReason) -> None:
    held = HolderFacts(a_seat(), "ana@ville.example", (YEAR,))
    told = verdict(held, EventKind.TRAINING, day("2027-01-01"), POLICY, price_minor=10_000, redeemed=redeemed)
    assert told.reason is reason
    assert (told.reduction_minor is None) is redeemed
