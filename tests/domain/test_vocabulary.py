"""Every code that clients test is spelled as in the contract, and none is missing."""

from enum import StrEnum
from pathlib import Path

import pytest
from graphql import EnumTypeDefinitionNode, parse

from capcom_gql.domain.agenda import MilestoneKind
from capcom_gql.domain.discounts import DiscountReason, RedemptionState, ServiceReason
from capcom_gql.domain.lifecycle import SubscriptionState, TermState
from capcom_gql.domain.plans import EventKind, Service
from capcom_gql.domain.refusals import Code
from capcom_gql.domain.rights import Role, Scope
from capcom_gql.domain.terms import CancellationReason

CONTRACT = parse((Path(__file__).parents[1] / "contract.graphql").read_text())
IN_CONTRACT = {
    node.name.value: {value.name.value for value in node.values or ()}
    for node in CONTRACT.definitions
    if isinstance(node, EnumTypeDefinitionNode)
}


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("SubscriptionState", SubscriptionState),
        ("TermState", TermState),
        ("Service", Service),
        ("EventKind", EventKind),
        ("CancellationReason", CancellationReason),
        ("Role", Role),
        ("Scope", Scope),
        ("DiscountReason", DiscountReason),
        ("ServiceReason", ServiceReason),
        ("RedemptionState", RedemptionState),
        ("ErrorCode", Code),
        ("MilestoneKind", MilestoneKind),
    ],
)
def test_the_codes_are_those_of_the_contract(name: str, ours: type[StrEnum]) -> None:
    assert {member.value for member in ours} == IN_CONTRACT[name], f"{name} in tests/contract.graphql has the same"
    assert all(member.name == member.value for member in ours)


@pytest.mark.rule("R10")
def test_the_reasons_stand_in_the_order_in_which_they_apply() -> None:
    assert [reason.value for reason in DiscountReason if reason is not DiscountReason.ELIGIBLE] == [
        "MALFORMED_NUMBER",
        "UNKNOWN_NUMBER",
        "HOLDER_MISMATCH",
        "SEAT_REMOVED",
        "SUBSCRIPTION_NOT_STARTED",
        "SUBSCRIPTION_CANCELLED",
        "SUBSCRIPTION_EXPIRED",
        "EVENT_NOT_COVERED",
        "ALREADY_REDEEMED",
    ]
