"""What people do to a subscription, on values: each deed gives the terms after it, or None where it is refused.

As in the product, what is already due must be recorded before a deed (`playing.settled`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from capcom_gql.domain.lifecycle import awaits_proof, proof_too_late, subscription_status
from capcom_gql.domain.plans import Offer
from capcom_gql.domain.proofs import cancellable, check_cancellation, check_reinstatement
from capcom_gql.domain.renewals import check_decline, check_renewal
from capcom_gql.domain.sign_ups import check_not_live, check_overlap
from capcom_gql.domain.terms import CancellationReason, LifecyclePolicy, Term, first_term, renewed_term

Terms = tuple[Term, ...]


def taken(terms: Terms | None) -> Terms:
    """The terms after a deed that must be allowed."""
    assert terms is not None, "the rules refuse a deed that the diary allows"
    return terms


def paid(terms: Terms, now: datetime, policy: LifecyclePolicy) -> Terms | None:
    """A proof arrives: it serves the earliest term that awaits one."""
    awaiting = [term for term in terms if awaits_proof(term) and not proof_too_late(term, policy.day_of(now))]
    if not awaiting:
        return None
    earliest = min(awaiting, key=lambda term: term.proof_due_on)
    return _with(terms, replace(earliest, confirmed_at=now))


def renewed_once(terms: Terms, now: datetime, policy: LifecyclePolicy, plan: Offer, name: str) -> Terms | None:
    """A renewal: only while live and paid, and when nothing is upcoming; it clears a decline."""
    status = subscription_status(terms, policy.day_of(now), policy)
    if status is None or check_renewal(status):
        return None
    running = replace(status.term, declined_at=None)
    return (*_with(terms, running), renewed_term(name, now, running, plan, policy))


def declined(terms: Terms, now: datetime, policy: LifecyclePolicy) -> Terms | None:
    """The manager will not renew; saying so again changes nothing."""
    status = subscription_status(terms, policy.day_of(now), policy)
    if status is None or check_decline(status):
        return None
    return _with(terms, replace(status.term, declined_at=status.term.declined_at or now))


def cancelled(terms: Terms, now: datetime, policy: LifecyclePolicy, reason: CancellationReason) -> Terms | None:
    """Staff cancel every term that is not over."""
    today = policy.day_of(now)
    if check_cancellation(reason, terms, today):
        return None
    gone = {term.id: replace(term, withdrawn_at=now, withdrawn_reason=reason) for term in cancellable(terms, today)}
    return tuple(gone.get(term.id, term) for term in terms)


def reopened(terms: Terms, now: datetime, policy: LifecyclePolicy, plan: Offer, name: str) -> Terms | None:
    """Staff reopen what is not live, unless a reinstated term to come would overlap."""
    status = subscription_status(terms, policy.day_of(now), policy)
    added = first_term(name, now, plan, policy)
    if status is None or check_not_live(status, (), support="") or check_overlap(added, terms, ()):
        return None
    return (*terms, added)


def reinstated(terms: Terms, now: datetime) -> Terms | None:
    """Staff accept the proof of the latest unpaid term after all, unless it overlaps one that is not cancelled."""
    fallen = [term for term in terms if term.cancellation_reason is CancellationReason.UNPAID]
    if not fallen:
        return None
    latest = max(fallen, key=lambda term: (term.starts_on, term.opened_at))
    if check_reinstatement(latest, terms):
        return None
    return _with(terms, replace(latest, reinstated_at=now, confirmed_at=now))


def _with(terms: Sequence[Term], changed: Term) -> Terms:
    return tuple(changed if term.id == changed.id else term for term in terms)
