"""The operator's data that every opening and renewal refers to: plans on offer, terms of use in force."""

from capcom_gql.domain.refusals import Fault
from capcom_gql.domain.sign_ups import check_plan, check_terms_of_use
from capcom_gql.forms import MAX_NAME
from capcom_gql.storage.tables import Plan, TermsOfUse


async def current_terms() -> TermsOfUse:
    """The terms of use in force: the latest published (R19)."""
    current = await TermsOfUse.all().order_by("-published_at", "-id").first()
    assert current is not None, "a fresh database has its first terms of use"
    return current


async def plan_faults(code: str, plan: Plan | None) -> list[Fault]:
    """The fault of a plan that is not on offer."""
    return check_plan(code[:MAX_NAME], is_open=None if plan is None else plan.is_open, on_offer=await open_plans())


async def open_plans() -> list[str]:
    """The codes of the plans on offer, the smallest first."""
    codes = await Plan.filter(is_open=True).order_by("seat_limit", "code").values_list("code", flat=True)
    return [str(each) for each in codes]


async def terms_faults(accepted: str) -> list[Fault]:
    """The fault of accepting anything but the current version (R19)."""
    return check_terms_of_use(accepted, (await current_terms()).version)
