"""Subscriptions imported from another system ("Imported subscriptions" in docs/rules.md): their term and its faults.

The paths of the faults are the names of the columns of the imported table.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from capcom_gql.domain import steps
from capcom_gql.domain.lifecycle import proof_too_late
from capcom_gql.domain.plans import Offer
from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.domain.steps import Step, StepKind
from capcom_gql.domain.terms import LifecyclePolicy, Term, end_instant, first_term


def imported_term(
    term_id: str, first_day: date, offer: Offer, received_on: date | None, today: date, policy: LifecyclePolicy
) -> Term:
    """The term that the rules would have made of a sign-up on `first_day` (R4), ended if its last day is over.

    `received_on` is the day of its payment proof, None without one. The proof confirms from that day, or from the
    opening if it came before (R8); one that came after its due day is taken as accepted late (R9).
    """
    term = first_term(term_id, policy.first_instant(first_day), offer, policy)
    if received_on is not None:
        term = replace(term, confirmed_at=max(term.opened_at, policy.first_instant(received_on)))
    if today > term.ends_on:
        # ended without its letters and survey, which the other system sent
        end = Step(end_instant(term.ends_on, policy), StepKind.EXPIRE, term.id)
        (term,) = steps.apply_step((term,), end)
    return term


def check_imported_term(term: Term, last_day: date | None, *, is_confirmed: bool, today: date) -> list[Fault]:
    """The faults of importing a term.

    INVALID_INPUT at `first_day` for a term that has not begun and at `last_day` for another day than R4 gives;
    PROOF_TOO_LATE at `confirmed` for one that is unpaid past its due day (R9).
    """
    if term.starts_on > today:
        return [invalid(("first_day",), "import_not_begun", today=today)]
    faults = []
    if last_day not in (None, term.ends_on):
        faults.append(invalid(("last_day",), "import_last_day", starts_on=term.starts_on, ends_on=term.ends_on))
    if not is_confirmed and proof_too_late(term, today):
        faults.append(Fault(Code.PROOF_TOO_LATE, ("confirmed",), "import_unpaid", {"due_on": term.proof_due_on}))
    return faults


def check_managers(marked: Sequence[bool]) -> list[Fault]:
    """The fault MANAGER_REQUIRED, at `manager`, unless exactly one user of a subscription is marked as manager (R6)."""
    count = sum(marked)
    return [] if count == 1 else [Fault(Code.MANAGER_REQUIRED, ("manager",), "import_managers", {"count": count})]
