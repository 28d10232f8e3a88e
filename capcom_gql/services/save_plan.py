"""Save a plan by its code, new or existing; terms opened from now on copy it."""

import re
from dataclasses import dataclass

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Detail, Kind
from capcom_gql.domain.plans import EventKind, Offer, Service, build_rules, check_offer
from capcom_gql.domain.refusals import Fault, invalid, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import MAX_NAME, MAX_PRICE_MINOR, Read, RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent, record
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Plan
from capcom_gql.storage.tables.subscriptions import discounts_as_json

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class DiscountRuleForm:
    """A discount rule: exactly one of a percent (1 to 100) and an amount (minor units) (R10)."""

    event_kind: EventKind
    percent: int | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class SavePlanForm:
    """A plan as a whole; what is left out of a list is removed from it."""

    code: str
    name: str
    seat_limit: int
    price_minor: int
    """yearly price in minor units of the installation's currency"""
    services: tuple[Service, ...]
    discounts: tuple[DiscountRuleForm, ...]
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class PlanSaved:
    """The saved plan."""

    plan_id: str


async def save_plan(runtime: Runtime, actor: Actor, form: SavePlanForm) -> PlanSaved:
    """Save a plan as a whole; existing terms keep their copy. Saving it unchanged records no event.

    Raises Refusal with all faults: FORBIDDEN, INVALID_INPUT at the fields of the form (R2, R10).
    """
    authorize(Right.ADMINISTRATION, actor)
    code, name = form.code.strip(), RequiredText().read(("name",), form.name)
    refuse_if(_faults(runtime, form, code, name))
    offer = Offer(
        code,
        name.value,
        form.seat_limit,
        form.price_minor,
        tuple(service for service in Service if service in form.services),
        build_rules((each.event_kind, each.percent, each.amount_minor) for each in form.discounts),
    )

    async def work() -> PlanSaved:
        plan = await Plan.filter(code=offer.plan_code).select_for_update().first()
        if plan is not None and (plan.offer(), plan.is_open) == (offer, form.is_open):
            return PlanSaved(plan.id)
        if plan is None:
            plan = Plan(id=ids.new_id(ids.PLAN), code=offer.plan_code)
        plan.name, plan.seat_limit, plan.price_minor = offer.plan_name, offer.seat_limit, offer.price_minor
        plan.services = [service.value for service in offer.services]
        plan.discounts = discounts_as_json(offer)
        plan.is_open = form.is_open
        await plan.save()
        details: dict[str, Detail] = {
            "plan_code": plan.code,
            "seat_limit": plan.seat_limit,
            "price_minor": plan.price_minor,
            "is_open": plan.is_open,
        }
        entry = NewEvent(Kind.PLAN_SAVED, details, subject_id=plan.id)
        await record(entry, actor=actor, now=await product_now(), channels=runtime.channels)
        return PlanSaved(plan.id)

    return await in_one_transaction(work)


def _faults(runtime: Runtime, form: SavePlanForm, code: str, name: Read[str]) -> list[Fault]:
    faults = []
    if not _CODE.fullmatch(code):
        faults.append(invalid(("code",), "bad_plan_code", value=form.code[:MAX_NAME]))
    faults += name.faults
    if not 0 <= form.price_minor <= MAX_PRICE_MINOR:
        faults.append(invalid(("priceMinor",), "bad_price", maximum=MAX_PRICE_MINOR))
    rules = [(each.event_kind, each.percent, each.amount_minor) for each in form.discounts]
    return faults + check_offer(form.seat_limit, rules, runtime.policy.seats_min, runtime.policy.seats_max)
