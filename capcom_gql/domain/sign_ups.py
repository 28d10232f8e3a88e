"""Who may open a subscription and who may reopen one, on which plan and terms of use (R1, R9, R19)."""

from collections.abc import Iterable, Sequence

from capcom_gql.domain.lifecycle import SubscriptionStatus, overlapped, previous_unpaid
from capcom_gql.domain.refusals import Code, Fault, forbidden
from capcom_gql.domain.terms import Term


def check_reopening(status: SubscriptionStatus, *, is_staff: bool, is_last_manager: bool, support: str) -> list[Fault]:
    """Why a known organisation that is not live cannot be reopened by this caller.

    Only its last manager or staff may (R1); after an unpaid cancellation staff alone (R9). `support` is the address
    to write to.
    """
    if is_staff:
        return []
    if not is_last_manager:
        return [forbidden("reopening_forbidden", support=support)]
    if previous_unpaid(status):
        return [Fault(Code.PREVIOUS_UNPAID, (), "previous_unpaid", {"support": support})]
    return []


def check_not_live(status: SubscriptionStatus, path: tuple[str, ...], *, support: str) -> list[Fault]:
    """An organisation whose subscription is live signs up no second time; its manager is not named (R1)."""
    if not status.is_live:
        return []
    return [Fault(Code.ALREADY_SUBSCRIBED, path, "already_subscribed", {"support": support})]


def check_overlap(term: Term, terms: Iterable[Term], path: tuple[str, ...]) -> list[Fault]:
    """No term is opened or reinstated where another one, not cancelled, has some of its days (R9)."""
    other = overlapped(term.starts_on, term.ends_on, terms)
    if other is None:
        return []
    return [Fault(Code.TERM_OVERLAPS, path, "term_overlaps", {"starts_on": other.starts_on, "ends_on": other.ends_on})]


def check_plan(code: str, *, is_open: bool | None, on_offer: Sequence[str]) -> list[Fault]:
    """The fault of a plan that does not exist (`is_open` None), or is closed to new openings (R14)."""
    data = {"code": code, "open": ", ".join(on_offer)}
    if is_open is None:
        return [Fault(Code.NOT_FOUND, ("planCode",), "plan_unknown", data)]
    return [] if is_open else [Fault(Code.PLAN_CLOSED, ("planCode",), "plan_closed", data)]


def check_terms_of_use(accepted: str, current: str) -> list[Fault]:
    """The fault of accepting anything but the current version (R19)."""
    if accepted == current:
        return []
    return [Fault(Code.TERMS_NOT_ACCEPTED, ("acceptedTermsVersion",), "terms_not_accepted", {"version": current})]
