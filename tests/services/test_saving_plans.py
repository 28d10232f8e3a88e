"""Saving a plan: made, changed, closed and opened again; terms keep the copy that they were opened with."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from capcom_gql.domain.plans import DiscountRule, EventKind, Service
from capcom_gql.domain.rights import ANONYMOUS, Scope
from capcom_gql.entitlement.check_discount import DiscountQuestion, check_discounts
from capcom_gql.forms import MAX_PRICE_MINOR
from capcom_gql.services.renew import RenewForm, renew
from capcom_gql.services.save_plan import DiscountRuleForm, SavePlanForm, save_plan
from capcom_gql.storage.tables import Plan, Seat, Term
from tests.services.callers import history, machine, recorded_since
from tests.services.house import Service as Process
from tests.services.house import faults_of, fresh_key

FORUM_AND_TRAINING = (DiscountRuleForm(EventKind.FORUM, None, 500), DiscountRuleForm(EventKind.TRAINING, percent=30))
PLAN = SavePlanForm(
    "GRAND", "Grand", 8, 120_000, (Service.TRAINING, Service.PUBLICATIONS), FORUM_AND_TRAINING, is_open=True
)


def saved(form: SavePlanForm) -> tuple[str, Mapping[str, Any]]:
    """The event that saving a form records."""
    details = {
        "plan_code": form.code,
        "seat_limit": form.seat_limit,
        "price_minor": form.price_minor,
        "is_open": form.is_open,
    }
    return "plan.saved", details


async def test_a_new_plan_is_open_to_choose(service: Process) -> None:
    before = await history()
    made = await save_plan(service.runtime, service.staff, PLAN)
    row = await Plan.get(id=made.plan_id)
    offer = row.offer()
    assert (offer.plan_code, offer.plan_name, offer.seat_limit, offer.price_minor) == ("GRAND", "Grand", 8, 120_000)
    assert offer.services == (Service.PUBLICATIONS, Service.TRAINING)
    assert offer.discounts == (
        DiscountRule(EventKind.TRAINING, percent=30),
        DiscountRule(EventKind.FORUM, amount_minor=500),
    )
    assert await recorded_since(before) == [saved(PLAN)]
    opened = await service.subscribe("ana", plan="GRAND")
    assert (await Term.get(subscription_id=opened.subscription_id)).facts().offer == offer


async def test_the_same_form_twice_is_one_event(service: Process) -> None:
    before = await history()
    made = await save_plan(service.runtime, service.staff, PLAN)
    again = replace(
        PLAN, code=" GRAND ", name=" Grand", services=PLAN.services[::-1] * 2, discounts=FORUM_AND_TRAINING[::-1]
    )
    assert await save_plan(service.runtime, service.staff, again) == made
    assert await recorded_since(before) == [saved(PLAN)]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Très grand"},
        {"seat_limit": 9},
        {"price_minor": 0},
        {"services": ()},
        {"discounts": ()},
        {"discounts": (DiscountRuleForm(EventKind.FORUM, None, 501), FORUM_AND_TRAINING[1])},
        {"is_open": False},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_whatever_changes_is_saved_and_told(service: Process, change: dict[str, Any]) -> None:
    made = await save_plan(service.runtime, service.staff, PLAN)
    before, changed = await history(), replace(PLAN, **change)
    assert await save_plan(service.runtime, service.staff, changed) == made
    assert await recorded_since(before) == [saved(changed)]
    assert await save_plan(service.runtime, service.staff, changed) == made
    assert await recorded_since(before) == [saved(changed)]
    assert await Plan.filter(code="GRAND").count() == 1


@pytest.mark.rule("R14")
async def test_a_closed_plan_is_kept_not_newly_chosen_until_it_is_opened_again(service: Process) -> None:
    await save_plan(service.runtime, service.staff, PLAN)
    kept = await service.subscribe("ana", plan="GRAND")
    await service.record_proof(kept.subscription_id)
    await save_plan(service.runtime, service.staff, replace(PLAN, is_open=False))
    assert await faults_of(service.subscribe("bob", plan="GRAND")) == [("PLAN_CLOSED", "planCode")]
    await renew(service.runtime, service.staff, RenewForm(kept.subscription_id, "1", fresh_key()))
    await save_plan(service.runtime, service.staff, PLAN)
    await service.subscribe("bob", plan="GRAND")


@pytest.mark.rule("R10")
async def test_terms_that_are_open_keep_their_copy_and_later_ones_take_the_new(service: Process) -> None:
    await save_plan(service.runtime, service.staff, PLAN)
    opened = await service.subscribe("ana", plan="GRAND")
    await service.record_proof(opened.subscription_id)
    # smaller, dearer, with other services, without its discounts
    dear = replace(PLAN, name="Petit", seat_limit=3, price_minor=999, services=(Service.DOCUMENTATION,), discounts=())
    await save_plan(service.runtime, service.staff, dear)
    running = await Term.get(subscription_id=opened.subscription_id)
    assert (running.plan_name, running.seat_limit, running.price_minor) == ("Grand", 8, 120_000)
    await service.add(opened.subscription_id, "bob", "cleo", "dan")
    number = (await Seat.get(id=opened.seat_ids[0])).number
    (check,) = await check_discounts(
        service.runtime, service.staff, [DiscountQuestion(number, EventKind.TRAINING, None, 10_000, None)]
    )
    assert check.verdict.reduction_minor == 3_000
    # four users do not fit in three places any more
    renewal = RenewForm(opened.subscription_id, "1", fresh_key())
    assert await faults_of(renew(service.runtime, service.staff, renewal)) == [("PLAN_TOO_SMALL", "planCode")]
    roomy = replace(dear, seat_limit=4)
    await save_plan(service.runtime, service.staff, roomy)
    renewed = await renew(service.runtime, service.staff, replace(renewal, idempotency_key=fresh_key()))
    next_term = await Term.get(id=renewed.term_id)
    assert (next_term.plan_name, next_term.seat_limit, next_term.price_minor) == ("Petit", 4, 999)
    assert (next_term.services, next_term.discounts) == (["DOCUMENTATION"], [])


@pytest.mark.rule("R2")
@pytest.mark.rule("R10")
async def test_all_faults_are_told_at_once_and_nothing_is_written(service: Process) -> None:
    rules = (
        DiscountRuleForm(EventKind.FORUM, 10, 500),
        DiscountRuleForm(EventKind.FORUM, percent=0),
        DiscountRuleForm(EventKind.MEETING, None, 0),
    )
    before = await history()
    bad = SavePlanForm("grand plan", " ", 11, -1, (), rules)
    assert await faults_of(save_plan(service.runtime, service.staff, bad)) == [
        ("INVALID_INPUT", "code"),
        ("INVALID_INPUT", "name"),
        ("INVALID_INPUT", "priceMinor"),
        ("INVALID_INPUT", "seatLimit"),
        ("INVALID_INPUT", "discounts.0"),
        ("INVALID_INPUT", "discounts.1.eventKind"),
        ("INVALID_INPUT", "discounts.1.percent"),
        ("INVALID_INPUT", "discounts.2.amountMinor"),
    ]
    assert await recorded_since(before) == [] and await Plan.all().count() == 3


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        ("G", True),
        ("G_1", True),
        ("G" * 40, True),
        (" G\n", True),
        ("", False),
        ("g", False),
        ("1G", False),
        ("_G", False),
        ("G-1", False),
        ("G G", False),
        ("É", False),
        ("G" * 41, False),
    ],
)
async def test_a_code_is_of_capitals_digits_and_underscores(service: Process, code: str, taken: bool) -> None:
    asked = replace(PLAN, code=code)
    if taken:
        await save_plan(service.runtime, service.staff, asked)
        assert await Plan.filter(code=code.strip()).exists()
    else:
        assert await faults_of(save_plan(service.runtime, service.staff, asked)) == [("INVALID_INPUT", "code")]


@pytest.mark.parametrize(("price", "taken"), [(0, True), (MAX_PRICE_MINOR, True), (MAX_PRICE_MINOR + 1, False)])
async def test_a_price_within_bounds(service: Process, price: int, taken: bool) -> None:
    asked = replace(PLAN, price_minor=price)
    if taken:
        await save_plan(service.runtime, service.staff, asked)
    else:
        assert await faults_of(save_plan(service.runtime, service.staff, asked)) == [("INVALID_INPUT", "priceMinor")]


async def test_the_right_is_judged_before_the_form(service: Process) -> None:
    bad = replace(PLAN, code="")
    for actor in (ANONYMOUS, machine(*set(Scope) - {Scope.ADMIN})):
        assert await faults_of(save_plan(service.runtime, actor, bad)) == [("FORBIDDEN", "")]
    assert await faults_of(save_plan(service.runtime, machine(Scope.ADMIN), bad)) == [("INVALID_INPUT", "code")]


async def test_two_who_make_the_same_plan_at_once_make_one(service: Process) -> None:
    before = await history()
    made = await asyncio.gather(*(save_plan(service.runtime, service.staff, PLAN) for _ in range(6)))
    assert len(set(made)) == 1 and await Plan.filter(code="GRAND").count() == 1
    assert await recorded_since(before) == [saved(PLAN)]


async def test_two_who_change_a_plan_at_once_are_told_apart(service: Process) -> None:
    await save_plan(service.runtime, service.staff, PLAN)
    before = await history()
    forms = [replace(PLAN, seat_limit=seats, price_minor=seats * 1_000) for seats in (3, 4, 5, 6)]
    await asyncio.gather(*(save_plan(service.runtime, service.staff, form) for form in forms))
    row = await Plan.get(code="GRAND")
    assert row.price_minor == row.seat_limit * 1_000, "the last one counts as a whole"
    found = await recorded_since(before)
    assert sorted(found, key=str) == sorted(map(saved, forms), key=str)
    assert found[-1][1]["seat_limit"] == row.seat_limit
