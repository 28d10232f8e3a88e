"""The open plans and the current terms of use, which openings and renewals refer to (R14, R19)."""

from capcom_gql.domain.refusals import Fault
from capcom_gql.domain.sign_ups import check_plan, check_terms_of_use
from capcom_gql.forms import MAX_NAME
from capcom_gql.storage.tables import Plan, TermsOfUse


async def current_terms() -> TermsOfUse:
    """The version of the terms of use that is in force: the latest published (R19)."""
    current = await TermsOfUse.all().order_by("-published_at", "-id").first()
    assert current is not None, "a fresh database has its first terms of use"
    return current


async def plan_faults(code: str, plan: Plan | None) -> list[Fault]:
    """The fault at `planCode` of a plan that cannot be chosen, or an empty list; `plan` is None for an unknown code."""
    return check_plan(code[:MAX_NAME], is_open=None if plan is None else plan.is_open, on_offer=await open_plans())


async def open_plans() -> list[str]:
    """The codes of the open plans, by number of seats and then by code."""
    codes = await Plan.filter(is_open=True).order_by("seat_limit", "code").values_list("code", flat=True)
    return [str(each) for each in codes]


async def terms_faults(accepted: str) -> list[Fault]:
    """The fault TERMS_NOT_ACCEPTED of accepting another version than the current one, or an empty list (R19)."""
    return check_terms_of_use(accepted, (await current_terms()).version)
