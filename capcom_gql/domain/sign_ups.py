"""What refuses a sign-up or a reopening: caller, plan, terms of use, overlapping terms (R1, R9, R14, R19)."""

from collections.abc import Iterable, Sequence

from capcom_gql.domain.lifecycle import SubscriptionStatus, overlapping_term, previous_unpaid
from capcom_gql.domain.refusals import Code, Fault, forbidden
from capcom_gql.domain.terms import Term


def check_reopening(status: SubscriptionStatus, *, is_staff: bool, is_last_manager: bool, support: str) -> list[Fault]:
    """The fault of reopening a known organisation that is not live, or an empty list.

    FORBIDDEN for anyone but staff and its last manager (R1), PREVIOUS_UNPAID for the manager after an unpaid
    cancellation (R9). Both have an empty path and give the operator's address `support`.
    """
    if is_staff:
        return []
    if not is_last_manager:
        return [forbidden("reopening_forbidden", support=support)]
    if previous_unpaid(status):
        return [Fault(Code.PREVIOUS_UNPAID, (), "previous_unpaid", {"support": support})]
    return []


def check_not_live(status: SubscriptionStatus, path: tuple[str, ...], *, support: str) -> list[Fault]:
    """The fault ALREADY_SUBSCRIBED, at `path`, of signing up an organisation that is live, or an empty list (R1).

    It gives the operator's address `support`, never the manager's name.
    """
    if not status.is_live:
        return []
    return [Fault(Code.ALREADY_SUBSCRIBED, path, "already_subscribed", {"support": support})]


def check_overlap(term: Term, terms: Iterable[Term], path: tuple[str, ...]) -> list[Fault]:
    """The fault TERM_OVERLAPS, at `path`, of a term that shares a day with another of `terms`, or an empty list (R9).

    Cancelled terms do not count. The fault's data are the other term's first and last day.
    """
    other = overlapping_term(term.starts_on, term.ends_on, terms)
    if other is None:
        return []
    return [Fault(Code.TERM_OVERLAPS, path, "term_overlaps", {"starts_on": other.starts_on, "ends_on": other.ends_on})]


def check_plan(code: str, *, is_open: bool | None, on_offer: Sequence[str]) -> list[Fault]:
    """The fault at `planCode` of a plan that cannot be chosen, or an empty list (R14).

    NOT_FOUND where `is_open` is None, PLAN_CLOSED where it is false; the sentence lists the codes `on_offer`.
    """
    data = {"code": code, "open": ", ".join(on_offer)}
    if is_open is None:
        return [Fault(Code.NOT_FOUND, ("planCode",), "plan_unknown", data)]
    return [] if is_open else [Fault(Code.PLAN_CLOSED, ("planCode",), "plan_closed", data)]


def check_terms_of_use(accepted: str, current: str) -> list[Fault]:
    """The fault of accepting another version of the terms of use than `current`, or an empty list (R19).

    TERMS_NOT_ACCEPTED at `acceptedTermsVersion`; the sentence names the current version.
    """
    if accepted == current:
        return []
    return [Fault(Code.TERMS_NOT_ACCEPTED, ("acceptedTermsVersion",), "terms_not_accepted", {"version": current})]
