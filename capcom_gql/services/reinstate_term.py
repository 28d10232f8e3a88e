"""Reinstate a term that was cancelled unpaid: its proof is recorded late, or accepted late (R9)."""

from dataclasses import dataclass
from datetime import date

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.proofs import check_reinstatement
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.tables import Term
from capcom_gql.subscription.calendar import lock_subscription, record_due
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.proofs import Proof, confirm_term, read_proof

MAX_REASON = 2000
"""The most characters of a reason."""


@dataclass(frozen=True, slots=True)
class ReinstateTermForm:
    """Which term to reinstate, and its payment proof: `kind` is a value of PaymentProofKind, not checked here."""

    term_id: str
    kind: str
    reference: str
    received_on: date
    """civil day of the operator's zone; not after today"""
    reason: str
    """why it is reinstated; for staff"""


@dataclass(frozen=True, slots=True)
class TermReinstated:
    """The reinstated term and its subscription."""

    subscription_id: str
    term_id: str


async def reinstate_term(runtime: Runtime, actor: Actor, form: ReinstateTermForm) -> TermReinstated:
    """Confirm and reinstate a term from now on, with the seats that it had; manager and users are mailed.

    Raises Refusal: FORBIDDEN, NOT_FOUND at `termId`, CONFLICT at `termId` unless it is cancelled unpaid,
    TERM_OVERLAPS, INVALID_INPUT.
    """
    authorize(Right.ADMINISTRATION, actor)
    reason = RequiredText(MAX_REASON).read(("reason",), form.reason)

    async def work() -> TermReinstated:
        known = await Term.get_or_none(id=form.term_id)
        locked = None if known is None else await lock_subscription(runtime, known.subscription_id)
        if locked is None:
            raise Refusal(not_found("termId"))
        term = locked.term(form.term_id)
        proof = read_proof(Proof(form.kind, form.reference, form.received_on), locked.today)
        refuse_if([*check_reinstatement(term.facts(), locked.facts), *proof.faults, *reason.faults])
        await _reinstate(locked, term, proof.value, reason.value, actor)
        # steps that were missed while it was cancelled are due now: its beginning, its end, the latest letter
        await record_due(locked)
        await locked.schedule()
        return TermReinstated(locked.subscription.id, term.id)

    return await in_one_transaction(work)


async def _reinstate(locked: LockedSubscription, term: Term, proof: Proof, reason: str, actor: Actor) -> None:
    # saved first, since the database refuses to confirm a term that is cancelled unpaid
    term.reinstated_at = locked.now
    await term.save(update_fields=["reinstated_at"])
    details = await confirm_term(locked, term, proof)
    await locked.record(
        NewEvent(
            Kind.TERM_REINSTATED,
            details,
            organisation_id=locked.organisation_id,
            subject_id=locked.subscription.id,
            note=reason,
            deliveries=locked.letters(Topic.REINSTATED, term, locked.now),
        ),
        actor,
    )
