"""What a plan offers: a rule per kind of event, percent or amount, rounding to the minor unit; what a form may say."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest

from capcom_gql.domain.plans import DiscountRule, EventKind, RuleInput, Service, build_rules, check_offer
from capcom_gql.languages.locales import LOCALES
from capcom_gql.languages.sentences import refusal_sentence
from tests.domain.words import DISCOUNTS, offer


@pytest.mark.rule("R10")
@pytest.mark.parametrize(("percent", "amount"), [(None, None), (20, 1500), (0, 0)])
def test_a_rule_has_exactly_one_of_percent_and_amount(percent: int | None, amount: int | None) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        DiscountRule(EventKind.FORUM, percent=percent, amount_minor=amount)


@pytest.mark.rule("R10")
@pytest.mark.parametrize("percent", [-1, 0, 101])
def test_a_percent_outside_1_to_100_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 100"):
        DiscountRule(EventKind.FORUM, percent=percent)


@pytest.mark.rule("R10")
@pytest.mark.parametrize("percent", [1, 2, 99, 100])
def test_a_percent_from_1_to_100_is_accepted(percent: int) -> None:
    assert DiscountRule(EventKind.FORUM, percent=percent).reduction_of(10_000) == percent * 100


@pytest.mark.rule("R10")
@pytest.mark.parametrize("amount", [-1, 0])
def test_an_amount_below_one_minor_unit_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="at least one minor unit"):
        DiscountRule(EventKind.FORUM, amount_minor=amount)


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    ("price", "percent", "reduction"),
    [
        (10_000, 20, 2_000),
        (0, 20, 0),
        (1, 49, 0),
        (1, 50, 1),
        (1, 51, 1),
        (3, 50, 2),
        (10, 15, 2),
        (10, 14, 1),
        (10, 25, 3),
        (30, 15, 5),
        (999, 10, 100),
        (994, 10, 99),
        (995, 10, 100),
        (33, 33, 11),
        (7, 100, 7),
        (49, 1, 0),
        (50, 1, 1),
        (1_000_000_001, 1, 10_000_000),
        (2_147_483_647, 100, 2_147_483_647),
    ],
)
def test_a_percent_is_rounded_half_up_to_the_minor_unit(price: int, percent: int, reduction: int) -> None:
    exact = (Decimal(price) * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert DiscountRule(EventKind.FORUM, percent=percent).reduction_of(price) == reduction == exact


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    ("price", "amount", "reduction"),
    [(10_000, 1_500, 1_500), (1_501, 1_500, 1_500), (1_500, 1_500, 1_500), (1_499, 1_500, 1_499), (0, 1, 0), (1, 1, 1)],
)
def test_an_amount_never_exceeds_the_price(price: int, amount: int, reduction: int) -> None:
    assert DiscountRule(EventKind.FORUM, amount_minor=amount).reduction_of(price) == reduction


@pytest.mark.rule("R10")
def test_a_plan_has_its_rule_per_kind_of_event_or_none() -> None:
    training, meeting = DISCOUNTS
    plan = offer()
    assert plan.rule_for(EventKind.TRAINING) == training
    assert plan.rule_for(EventKind.MEETING) == meeting
    assert plan.rule_for(EventKind.FORUM) is None
    forum = DiscountRule(EventKind.FORUM, percent=5)
    every = replace(plan, discounts=(forum, meeting, training))
    assert [every.rule_for(kind) for kind in EventKind] == [training, meeting, forum]


@pytest.mark.rule("R1")
def test_a_plan_gives_the_services_it_lists() -> None:
    assert offer().services == (Service.PUBLICATIONS, Service.DOCUMENTATION, Service.TRAINING)


def faults(seats: int = 5, *rules: RuleInput) -> list[tuple[str, str]]:
    """The codes and places of what is wrong with a plan of 3 to 10 seats; each has its sentences."""
    found = check_offer(seats, rules, 3, 10)
    assert all(refusal_sentence(fault, locale) for fault in found for locale in LOCALES)
    return [(fault.code.value, ".".join(fault.path)) for fault in found]


@pytest.mark.rule("R2")
@pytest.mark.parametrize(("seats", "offered"), [(-1, False), (2, False), (3, True), (10, True), (11, False)])
def test_a_plan_offers_3_to_10_seats(seats: int, offered: bool) -> None:
    assert faults(seats) == ([] if offered else [("INVALID_INPUT", "seatLimit")])


@pytest.mark.rule("R2")
def test_a_wrong_number_of_seats_is_told_both_bounds() -> None:
    (fault,) = check_offer(4, (), 5, 8)
    assert all("5" in refusal_sentence(fault, locale) and "8" in refusal_sentence(fault, locale) for locale in LOCALES)


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    ("percent", "amount", "place"),
    [
        (None, None, "discounts.0"),
        (10, 500, "discounts.0"),
        (0, 0, "discounts.0"),
        (0, None, "discounts.0.percent"),
        (-5, None, "discounts.0.percent"),
        (101, None, "discounts.0.percent"),
        (None, 0, "discounts.0.amountMinor"),
        (None, -1, "discounts.0.amountMinor"),
        (1, None, None),
        (100, None, None),
        (None, 1, None),
    ],
)
def test_a_rule_of_a_form_has_exactly_one_of_percent_and_amount(
    percent: int | None, amount: int | None, place: str | None
) -> None:
    assert faults(5, (EventKind.FORUM, percent, amount)) == ([] if place is None else [("INVALID_INPUT", place)])


@pytest.mark.rule("R10")
def test_a_kind_of_event_has_one_rule() -> None:
    forum, again, training = (EventKind.FORUM, 10, None), (EventKind.FORUM, None, 500), (EventKind.TRAINING, 10, None)
    assert faults(5, forum, training) == []
    assert faults(5, forum, training, again, forum) == [
        ("INVALID_INPUT", "discounts.2.eventKind"),
        ("INVALID_INPUT", "discounts.3.eventKind"),
    ]


@pytest.mark.rule("R10")
def test_all_faults_of_a_plan_are_answered_at_once() -> None:
    rules: list[RuleInput] = [(EventKind.FORUM, None, None), (EventKind.FORUM, 101, None), (EventKind.MEETING, None, 0)]
    assert [place for _, place in faults(2, *rules)] == [
        "seatLimit",
        "discounts.0",
        "discounts.1.eventKind",
        "discounts.1.percent",
        "discounts.2.amountMinor",
    ]


@pytest.mark.rule("R10")
def test_the_rules_of_a_form_are_kept_in_the_order_of_the_kinds() -> None:
    asked: list[RuleInput] = [(EventKind.FORUM, None, 500), (EventKind.TRAINING, 20, None)]
    kept = (DiscountRule(EventKind.TRAINING, percent=20), DiscountRule(EventKind.FORUM, amount_minor=500))
    assert build_rules(asked) == build_rules(reversed(asked)) == kept
    assert build_rules([]) == ()
