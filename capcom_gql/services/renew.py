"""Renew a subscription: a term that starts the day after the running one ends, so that nothing is lost (R14, R17)."""

from dataclasses import dataclass
from typing import Any

from capcom_gql.access.authorize import demand, demand_now
from capcom_gql.access.idempotency import check_key, once
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.refusals import Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.renewals import check_renewal, check_renewed_plan
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.terms import renewed_term
from capcom_gql.forms import MAX_NAME
from capcom_gql.runtime import Setup
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import Entry
from capcom_gql.storage.tables import Plan, Term
from capcom_gql.subscription.calendar import open_dossier
from capcom_gql.subscription.catalogue import open_plans, terms_faults
from capcom_gql.subscription.locked import Dossier
from capcom_gql.subscription.seats import move_up
from capcom_gql.subscription.surveys import ask_survey
from capcom_gql.subscription.terms import add_term, terms_accepted


@dataclass(frozen=True, slots=True)
class RenewInput:
    """Which subscription to renew; without a plan, the running term's is kept."""

    subscription_id: str
    accepted_terms_version: str
    idempotency_key: str
    plan_code: str | None = None


@dataclass(frozen=True, slots=True)
class Renewed:
    """The term that was added."""

    subscription_id: str
    term_id: str


async def renew(setup: Setup, actor: Actor, form: RenewInput) -> Renewed:
    """Add the next term. Raises Refusal with all the form's faults."""
    demand(Right.RENEWAL, actor)

    async def work() -> dict[str, Any]:
        dossier = await open_dossier(setup, form.subscription_id)
        if dossier is None:
            raise Refusal(not_found("subscriptionId"))
        await demand_now(Right.RENEWAL, actor, dossier.organisation_id, "subscriptionId")
        kept = dossier.standing.term.offer.plan_code
        plan = await Plan.get_or_none(code=form.plan_code or kept)
        refuse_if(await _faults(dossier, form, plan, kept))
        assert plan is not None, "an unknown plan is a fault of the form"
        return {"term_id": (await _renew(dossier, plan, form, actor)).id}

    made = await in_one_transaction(lambda: once(actor, form.idempotency_key, "renew", form, work))
    return Renewed(form.subscription_id, made["term_id"])


async def _faults(dossier: Dossier, form: RenewInput, plan: Plan | None, kept: str) -> list[Fault]:
    return [
        *check_renewal(dossier.standing),
        *check_renewed_plan(
            (form.plan_code or kept)[:MAX_NAME],
            None if plan is None else plan.seat_limit,
            kept=kept,
            is_open=None if plan is None else plan.is_open,
            used=len(dossier.active_seats),
            on_offer=await open_plans(),
        ),
        *await terms_faults(form.accepted_terms_version),
        *check_key(form.idempotency_key),
    ]


async def _renew(dossier: Dossier, plan: Plan, form: RenewInput, actor: Actor) -> Term:
    running = dossier.term(dossier.standing.term.id)
    facts = renewed_term(ids.new_id(ids.TERM), dossier.now, running.facts(), plan.offer(), dossier.setup.policy)
    term = await add_term(dossier, plan, facts, form.accepted_terms_version, actor.person_id)
    # renewing clears a decline
    running.declined_at = None
    await running.save(update_fields=["declined_at"])
    await move_up(dossier.active_seats)
    await dossier.record(
        Entry(
            Kind.RENEWAL_DONE,
            {
                "term_id": running.id,
                "renewed_term_id": term.id,
                "plan_code": term.plan_code,
                "starts_on": term.starts_on.isoformat(),
                "ends_on": term.ends_on.isoformat(),
                "proof_due_on": term.proof_due_on.isoformat(),
            },
            organisation_id=dossier.organisation_id,
            subject_id=dossier.subscription.id,
            posts=dossier.letters(Topic.RENEWED, term, dossier.now, about={"running_term_id": running.id}),
        ),
        actor,
    )
    await dossier.record(terms_accepted(dossier, term), actor)
    await ask_survey(dossier, running, actor, occurred_at=dossier.now, due_at=dossier.now)
    await dossier.close()
    return term
