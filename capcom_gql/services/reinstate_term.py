"""Reinstate a term cancelled unpaid: a proof recorded late, or accepted late. Access resumes from now on (R9)."""

from dataclasses import dataclass
from datetime import date

from capcom_gql.access.authorize import demand
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.proofs import check_reinstatement
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import check_text
from capcom_gql.runtime import Setup
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import Entry
from capcom_gql.storage.tables import Term
from capcom_gql.subscription.calendar import open_dossier, record_due
from capcom_gql.subscription.locked import Dossier
from capcom_gql.subscription.proofs import confirm, proof_faults

MAX_REASON = 2000


@dataclass(frozen=True, slots=True)
class ReinstateTermInput:
    """Which term, the proof that came, and why it is taken now (for staff)."""

    term_id: str
    kind: str
    reference: str
    received_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class TermReinstated:
    """The term, and the subscription it is of."""

    subscription_id: str
    term_id: str


async def reinstate_term(setup: Setup, actor: Actor, form: ReinstateTermInput) -> TermReinstated:
    """Confirm and reinstate; the seats are those held at its cancellation. Raises Refusal."""
    demand(Right.ADMINISTRATION, actor)

    async def work() -> TermReinstated:
        known = await Term.get_or_none(id=form.term_id)
        dossier = None if known is None else await open_dossier(setup, known.subscription_id)
        if dossier is None:
            raise Refusal(not_found("termId"))
        term = dossier.term(form.term_id)
        refuse_if(
            [
                *check_reinstatement(term.facts(), dossier.facts),
                *proof_faults(form.reference, form.received_on, dossier.today),
                *check_text(("reason",), form.reason, required=True, maximum=MAX_REASON),
            ]
        )
        await _reinstate(dossier, term, form, actor)
        # what was to come while it lay cancelled comes now: its beginning, its end, the latest letter
        await record_due(dossier)
        await dossier.close()
        return TermReinstated(dossier.subscription.id, term.id)

    return await in_one_transaction(work)


async def _reinstate(dossier: Dossier, term: Term, form: ReinstateTermInput, actor: Actor) -> None:
    # first: the database takes no unpaid term as confirmed
    term.reinstated_at = dossier.now
    await term.save(update_fields=["reinstated_at"])
    details = await confirm(dossier, term, form.kind, form.reference, form.received_on)
    await dossier.record(
        Entry(
            Kind.TERM_REINSTATED,
            details,
            organisation_id=dossier.organisation_id,
            subject_id=dossier.subscription.id,
            note=form.reason.strip(),
            posts=dossier.letters(Topic.REINSTATED, term, dossier.now),
        ),
        actor,
    )
