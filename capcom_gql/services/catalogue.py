"""The operator's data that every opening and renewal refers to: plans on offer, terms of use in force."""

from capcom_gql.domain.refusals import Code, Fault
from capcom_gql.services.forms import MAX_NAME
from capcom_gql.storage.models import Plan, TermsOfUse


async def current_terms() -> TermsOfUse:
    """The terms of use in force: the latest published (R19)."""
    current = await TermsOfUse.all().order_by("-published_at", "-id").first()
    assert current is not None, "a fresh database has its first terms of use"
    return current


async def plan_faults(code: str, plan: Plan | None) -> list[Fault]:
    """The fault of a plan that does not exist, or is closed to new openings."""
    if plan is not None and plan.is_open:
        return []
    codes = await Plan.filter(is_open=True).order_by("seat_limit", "code").values_list("code", flat=True)
    data = {"code": code[:MAX_NAME], "open": ", ".join(str(each) for each in codes)}
    if plan is None:
        return [Fault(Code.NOT_FOUND, ("planCode",), "plan_unknown", data)]
    return [Fault(Code.PLAN_CLOSED, ("planCode",), "plan_closed", data)]


async def terms_faults(accepted: str) -> list[Fault]:
    """The fault of accepting anything but the current version (R19)."""
    current = await current_terms()
    if accepted == current.version:
        return []
    data = {"version": current.version}
    return [Fault(Code.TERMS_NOT_ACCEPTED, ("acceptedTermsVersion",), "terms_not_accepted", data)]
