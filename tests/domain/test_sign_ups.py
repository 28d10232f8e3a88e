"""Who may open and who may reopen a subscription: while live nobody, then its last manager, unpaid staff alone."""

import pytest

from capcom_gql.domain.lifecycle import SubscriptionStatus, subscription_status
from capcom_gql.domain.refusals import Fault
from capcom_gql.domain.sign_ups import check_not_live, check_plan, check_reopening, check_terms_of_use
from capcom_gql.domain.terms import CancellationReason
from tests.domain.words import POLICY, confirmed, day, opened, withdrawn

SUPPORT = "support@capcom.example"
PATH = ("organisation", "siret")


def on(text: str, *, paid: bool = True) -> SubscriptionStatus:
    """How a subscription opened on 9 December 2026 stands on a day."""
    term = opened("2026-12-09")
    status = subscription_status([confirmed(term, "2026-12-10") if paid else term], day(text), POLICY)
    assert status is not None
    return status


def codes(faults: list[Fault]) -> list[tuple[str, tuple[str, ...]]]:
    """What clients see of the faults."""
    return [(fault.code.value, fault.path) for fault in faults]


@pytest.mark.rule("R1")
def test_a_live_organisation_is_subscribed_already_to_its_last_day_and_no_longer() -> None:
    assert codes(check_not_live(on("2027-12-08"), PATH, support=SUPPORT)) == [("ALREADY_SUBSCRIBED", PATH)]
    assert check_not_live(on("2027-12-09"), PATH, support=SUPPORT) == []


@pytest.mark.rule("R1")
@pytest.mark.parametrize(
    ("is_staff", "is_last_manager", "answer"),
    [(True, False, []), (True, True, []), (False, True, []), (False, False, [("FORBIDDEN", ())])],
)
def test_after_the_end_only_the_last_manager_and_staff_reopen(
    is_staff: bool, is_last_manager: bool, answer: list[tuple[str, tuple[str, ...]]]
) -> None:
    expired = on("2027-12-09")
    faults = check_reopening(expired, is_staff=is_staff, is_last_manager=is_last_manager, support=SUPPORT)
    assert codes(faults) == answer
    assert all(fault.data == {"support": SUPPORT} for fault in faults)


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("is_staff", "is_last_manager", "answer"),
    [(True, False, []), (False, True, [("PREVIOUS_UNPAID", ())]), (False, False, [("FORBIDDEN", ())])],
)
def test_after_an_unpaid_cancellation_staff_alone_reopen(
    is_staff: bool, is_last_manager: bool, answer: list[tuple[str, tuple[str, ...]]]
) -> None:
    fallen = on("2026-12-25", paid=False)
    faults = check_reopening(fallen, is_staff=is_staff, is_last_manager=is_last_manager, support=SUPPORT)
    assert codes(faults) == answer


@pytest.mark.rule("R9")
def test_after_staff_cancelled_the_last_manager_reopens() -> None:
    term = withdrawn(opened("2026-12-09"), "2026-12-20", CancellationReason.BY_STAFF)
    status = subscription_status([term], day("2026-12-21"), POLICY)
    assert status is not None
    assert check_reopening(status, is_staff=False, is_last_manager=True, support=SUPPORT) == []


@pytest.mark.rule("R14")
@pytest.mark.parametrize(("is_open", "code"), [(True, []), (False, ["PLAN_CLOSED"]), (None, ["NOT_FOUND"])])
def test_a_plan_is_chosen_while_it_is_on_offer(is_open: bool | None, code: list[str]) -> None:
    faults = check_plan("EQUIPE", is_open=is_open, on_offer=["ESSENTIEL", "COLLECTIF"])
    assert [fault.code.value for fault in faults] == code
    for fault in faults:
        assert fault.path == ("planCode",)
        assert fault.data == {"code": "EQUIPE", "open": "ESSENTIEL, COLLECTIF"}


@pytest.mark.rule("R19")
@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("2", []),
        ("1", ["TERMS_NOT_ACCEPTED"]),
        ("3", ["TERMS_NOT_ACCEPTED"]),
        ("", ["TERMS_NOT_ACCEPTED"]),
    ],
)
def test_the_current_terms_of_use_are_accepted_and_no_other(accepted: str, code: list[str]) -> None:
    faults = check_terms_of_use(accepted, "2")
    assert [fault.code.value for fault in faults] == code
    assert all(fault.data == {"version": "2"} for fault in faults)
