"""The answers to event systems: each reason, its edges, and the order in which reasons apply."""

from dataclasses import dataclass
from itertools import combinations

import pytest

from capcom_gql.domain.discounts import DiscountReason, HolderFacts, Verdict, verdict
from capcom_gql.domain.plans import DiscountRule, EventKind
from capcom_gql.domain.terms import Term
from tests.domain.words import POLICY, a_seat, confirmed, day, offer, opened, renewed, unpaid, withdrawn

PROVISIONAL_YEAR = opened("2026-12-09")
YEAR = confirmed(PROVISIONAL_YEAR, "2026-12-10")
ANA = "ana@ville.example"
TWENTY, FIFTEEN_EUROS = offer().discounts


def holder(*terms: Term, removed: str | None = None) -> HolderFacts:
    return HolderFacts(a_seat(removed=removed), ANA, terms)


def check(held: HolderFacts | None, on: str, kind: EventKind = EventKind.TRAINING, price: int | None = None) -> Verdict:
    return verdict(held, kind, day(on), POLICY, price_minor=price)


@pytest.mark.rule("R3")
def test_the_discount_is_granted_from_the_first_day_before_any_payment() -> None:
    assert check(holder(PROVISIONAL_YEAR), "2026-12-09", price=10_000) == Verdict(
        DiscountReason.ELIGIBLE, TWENTY, 2_000, 8_000, provisional=True, valid_until=day("2026-12-24")
    )


@pytest.mark.rule("R3")
def test_a_provisional_term_grants_exactly_what_a_confirmed_one_does() -> None:
    for kind in EventKind:
        before = check(holder(PROVISIONAL_YEAR), "2026-12-20", kind, 7_777)
        after = check(holder(YEAR), "2026-12-20", kind, 7_777)
        assert (before.reason, before.rule, before.reduction_minor, before.final_price_minor) == (
            after.reason,
            after.rule,
            after.reduction_minor,
            after.final_price_minor,
        )


@pytest.mark.rule("R10")
def test_with_the_proof_it_is_granted_for_the_year() -> None:
    assert check(holder(YEAR), "2026-12-25", price=10_000) == Verdict(
        DiscountReason.ELIGIBLE, TWENTY, 2_000, 8_000, provisional=False, valid_until=day("2027-12-08")
    )


@pytest.mark.rule("R10")
def test_it_is_valid_until_the_due_day_while_provisional_and_else_to_the_end_of_the_confirmed_terms() -> None:
    assert check(holder(PROVISIONAL_YEAR), "2026-12-10").valid_until == day("2026-12-24")
    awaited = renewed(YEAR, "2027-10-01")
    assert check(holder(YEAR, awaited), "2027-10-02").valid_until == day("2027-12-08")
    assert check(holder(YEAR, confirmed(awaited, "2027-10-02")), "2027-10-02").valid_until == day("2028-12-08")


@pytest.mark.rule("R10")
def test_an_amount_is_taken_off_up_to_the_price() -> None:
    dear = check(holder(YEAR), "2027-01-01", EventKind.MEETING, price=1_600)
    cheap = check(holder(YEAR), "2027-01-01", EventKind.MEETING, price=1_400)
    assert (dear.rule, dear.reduction_minor, dear.final_price_minor) == (FIFTEEN_EUROS, 1_500, 100)
    assert (cheap.rule, cheap.reduction_minor, cheap.final_price_minor) == (FIFTEEN_EUROS, 1_400, 0)


@pytest.mark.rule("R10")
def test_without_a_price_no_money_is_told_and_with_a_price_of_nothing_it_is() -> None:
    silent = check(holder(YEAR), "2027-01-01")
    assert (silent.eligible, silent.rule) == (True, TWENTY)
    assert (silent.reduction_minor, silent.final_price_minor) == (None, None)
    free = check(holder(YEAR), "2027-01-01", price=0)
    assert (free.eligible, free.reduction_minor, free.final_price_minor) == (True, 0, 0)


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    ("held", "on", "reason"),
    [
        (None, "2026-12-09", DiscountReason.UNKNOWN_NUMBER),
        (holder(), "2026-12-09", DiscountReason.SUBSCRIPTION_NOT_STARTED),
        (holder(PROVISIONAL_YEAR), "2026-12-08", DiscountReason.SUBSCRIPTION_NOT_STARTED),
        (holder(PROVISIONAL_YEAR), "2026-12-09", DiscountReason.ELIGIBLE),
        (holder(PROVISIONAL_YEAR), "2026-12-24", DiscountReason.ELIGIBLE),
        (holder(PROVISIONAL_YEAR), "2026-12-25", DiscountReason.SUBSCRIPTION_CANCELLED),
        (holder(unpaid(PROVISIONAL_YEAR)), "2026-12-25", DiscountReason.SUBSCRIPTION_CANCELLED),
        (holder(PROVISIONAL_YEAR), "2028-01-01", DiscountReason.SUBSCRIPTION_CANCELLED),
        (holder(YEAR), "2026-12-25", DiscountReason.ELIGIBLE),
        (holder(YEAR), "2027-12-08", DiscountReason.ELIGIBLE),
        (holder(YEAR), "2027-12-09", DiscountReason.SUBSCRIPTION_EXPIRED),
        (holder(withdrawn(YEAR, "2027-02-01")), "2027-02-01", DiscountReason.SUBSCRIPTION_CANCELLED),
        (holder(YEAR, removed="2027-02-01"), "2027-02-01", DiscountReason.SEAT_REMOVED),
    ],
)
def test_to_the_holder_of_an_active_seat_of_a_live_subscription(
    held: HolderFacts | None, on: str, reason: DiscountReason
) -> None:
    told = check(held, on, price=10_000)
    assert told.reason is reason
    assert told.eligible is (reason is DiscountReason.ELIGIBLE)
    if not told.eligible:
        assert told == Verdict(reason)
        assert (told.provisional, told.valid_until, told.rule, told.final_price_minor) == (False, None, None, None)


@pytest.mark.rule("R9")
@pytest.mark.parametrize(("on", "eligible"), [("2026-12-24", True), ("2026-12-25", False)])
def test_discounts_stop_on_day_16_without_any_worker(on: str, eligible: bool) -> None:
    assert check(holder(PROVISIONAL_YEAR), on).eligible is eligible


@pytest.mark.rule("R10")
def test_the_rules_are_those_of_the_running_term() -> None:
    richer = offer(discounts=(DiscountRule(EventKind.FORUM, percent=50),))
    following = confirmed(renewed(YEAR, "2027-10-01", plan=richer), "2027-10-02")
    held = holder(YEAR, following)
    eve = check(held, "2027-12-08", EventKind.FORUM, 1_000)
    assert eve.reason is DiscountReason.EVENT_NOT_COVERED
    assert check(held, "2027-12-08", EventKind.TRAINING).eligible
    first_day = check(held, "2027-12-09", EventKind.FORUM, 1_000)
    assert (first_day.reason, first_day.final_price_minor) == (DiscountReason.ELIGIBLE, 500)
    assert check(held, "2027-12-09", EventKind.TRAINING).reason is DiscountReason.EVENT_NOT_COVERED


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, DiscountReason.ELIGIBLE),
        (ANA, DiscountReason.ELIGIBLE),
        ("bea@ville.example", DiscountReason.HOLDER_MISMATCH),
        ("", DiscountReason.HOLDER_MISMATCH),
    ],
)
def test_an_address_when_given_must_be_the_holders(given: str | None, reason: DiscountReason) -> None:
    told = verdict(holder(YEAR), EventKind.TRAINING, day("2027-01-01"), POLICY, email_key=given)
    assert told.reason is reason


@dataclass
class Case:
    """A check in which several reasons may apply at once."""

    malformed: bool = False
    unknown: bool = False
    mismatch: bool = False
    removed: bool = False
    not_started: bool = False
    cancelled: bool = False
    expired: bool = False
    not_covered: bool = False
    redeemed: bool = False

    def told(self) -> DiscountReason:
        terms: tuple[Term, ...] = (YEAR,)
        if self.cancelled:
            terms = (PROVISIONAL_YEAR,)
        if self.not_started:
            terms = ()
        held = holder(*terms, removed="2026-12-20" if self.removed else None)
        return verdict(
            None if self.unknown else held,
            EventKind.FORUM if self.not_covered else EventKind.TRAINING,
            day("2028-01-01" if self.expired else "2027-01-01"),
            POLICY,
            malformed=self.malformed,
            email_key="bea@ville.example" if self.mismatch else None,
            redeemed=self.redeemed,
        ).reason


IN_ORDER = {
    "malformed": DiscountReason.MALFORMED_NUMBER,
    "unknown": DiscountReason.UNKNOWN_NUMBER,
    "mismatch": DiscountReason.HOLDER_MISMATCH,
    "removed": DiscountReason.SEAT_REMOVED,
    "not_started": DiscountReason.SUBSCRIPTION_NOT_STARTED,
    "cancelled": DiscountReason.SUBSCRIPTION_CANCELLED,
    "expired": DiscountReason.SUBSCRIPTION_EXPIRED,
    "not_covered": DiscountReason.EVENT_NOT_COVERED,
    "redeemed": DiscountReason.ALREADY_REDEEMED,
}


@pytest.mark.rule("R10")
def test_without_any_reason_against_it_the_discount_is_granted() -> None:
    assert Case().told() is DiscountReason.ELIGIBLE


@pytest.mark.rule("R10")
@pytest.mark.parametrize("name", IN_ORDER)
def test_each_reason_alone(name: str) -> None:
    assert Case(**{name: True}).told() is IN_ORDER[name]


@pytest.mark.rule("R10")
@pytest.mark.parametrize(("first", "second"), list(combinations(IN_ORDER, 2)))
def test_of_two_reasons_the_first_of_the_list_is_told(first: str, second: str) -> None:
    assert Case(**{first: True, second: True}).told() is IN_ORDER[first]


@pytest.mark.rule("R10")
def test_when_all_apply_the_first_is_told_and_so_on_down_the_list() -> None:
    names = list(IN_ORDER)
    for place, name in enumerate(names):
        assert Case(**dict.fromkeys(names[place:], True)).told() is IN_ORDER[name]
