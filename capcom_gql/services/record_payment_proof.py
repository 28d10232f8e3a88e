"""Record a payment proof (order, cheque or transfer) that arrived in time, which confirms a term (R8)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from capcom_gql.access.authorize import authorize
from capcom_gql.access.idempotency import check_key, run_once
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.lifecycle import awaits_proof
from capcom_gql.domain.proofs import check_awaits_proof
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.tables import Term
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.proofs import Proof, confirm_term, read_proof


@dataclass(frozen=True, slots=True)
class RecordPaymentProofForm:
    """A proof, and the subscription or term that it is for."""

    subscription_id: str
    kind: str
    reference: str
    received_on: date
    """civil day of the operator's zone; not after today"""
    idempotency_key: str
    term_id: str | None = None
    """None for the earliest term that awaits its proof"""


@dataclass(frozen=True, slots=True)
class ProofRecorded:
    """The confirmed term."""

    subscription_id: str
    term_id: str


async def record_payment_proof(runtime: Runtime, actor: Actor, form: RecordPaymentProofForm) -> ProofRecorded:
    """Record a proof and confirm its term, until the last instant of the due day; the manager is mailed.

    Raises Refusal: FORBIDDEN, NOT_FOUND at `subscriptionId` or `termId`, PROOF_TOO_LATE or PROOF_ALREADY_RECORDED at
    `termId`, INVALID_INPUT.
    """
    authorize(Right.PROOF, actor)

    async def work() -> dict[str, Any]:
        locked = await lock_subscription(runtime, form.subscription_id)
        if locked is None:
            raise Refusal(not_found("subscriptionId"))
        term = _term_for(locked, form.term_id)
        proof = read_proof(Proof(form.kind, form.reference, form.received_on), locked.today)
        refuse_if(
            [
                *proof.faults,
                *check_key(form.idempotency_key),
                *check_awaits_proof(term.facts()),
            ]
        )
        await _confirm(locked, term, proof.value, actor)
        return {"term_id": term.id}

    made = await in_one_transaction(lambda: run_once(actor, form.idempotency_key, "recordPaymentProof", form, work))
    return ProofRecorded(form.subscription_id, made["term_id"])


def _term_for(locked: LockedSubscription, term_id: str | None) -> Term:
    if term_id is not None:
        named = [term for term in locked.terms if term.id == term_id]
        if not named:
            raise Refusal(not_found("termId"))
        return named[0]
    awaiting = [term for term in locked.terms if awaits_proof(term.facts())]
    # where no term awaits a proof, the refusal about the latest one says why: recorded already, or too late
    return awaiting[0] if awaiting else max(locked.terms, key=lambda term: term.opened_at)


async def _confirm(locked: LockedSubscription, term: Term, proof: Proof, actor: Actor) -> None:
    details = await confirm_term(locked, term, proof)
    letters = locked.letters(Topic.CONFIRMED, term, locked.now)
    await locked.record(
        NewEvent(Kind.TERM_CONFIRMED, details, locked.organisation_id, locked.subscription.id, deliveries=letters),
        actor,
    )
    await locked.schedule()
