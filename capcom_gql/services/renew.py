"""Renew a subscription: add a term that starts on the day after the running one ends (R14, R17)."""

from dataclasses import dataclass
from typing import Any

from capcom_gql.access.authorize import authorize, authorize_now
from capcom_gql.access.idempotency import check_key, run_once
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.refusals import Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.renewals import check_renewal, check_renewed_plan
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.terms import renewed_term
from capcom_gql.forms import MAX_NAME
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.tables import Plan, Term
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.catalogue import open_plans, terms_faults
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.seats import compact_places
from capcom_gql.subscription.surveys import ask_survey
from capcom_gql.subscription.terms import add_term, terms_accepted


@dataclass(frozen=True, slots=True)
class RenewForm:
    """Which subscription to renew, and for which plan."""

    subscription_id: str
    accepted_terms_version: str
    idempotency_key: str
    plan_code: str | None = None
    """None keeps the plan of the running term"""


@dataclass(frozen=True, slots=True)
class Renewed:
    """The added term, or the one that was added before under the same idempotency key."""

    subscription_id: str
    term_id: str


async def renew(runtime: Runtime, actor: Actor, form: RenewForm) -> Renewed:
    """Add the next term; this clears a decline and sends the survey about the running term (R18).

    Raises Refusal with all faults: NOT_FOUND, FORBIDDEN, those of `check_renewal` and `check_renewed_plan`,
    TERMS_NOT_ACCEPTED (R19).
    """
    authorize(Right.RENEWAL, actor)

    async def work() -> dict[str, Any]:
        locked = await lock_subscription(runtime, form.subscription_id)
        if locked is None:
            raise Refusal(not_found("subscriptionId"))
        await authorize_now(Right.RENEWAL, actor, locked.organisation_id, "subscriptionId")
        current = locked.status.term.offer.plan_code
        plan = await Plan.get_or_none(code=form.plan_code or current)
        refuse_if(await _faults(locked, form, plan, current))
        assert plan is not None, "an unknown plan is a fault of the form"
        return {"term_id": (await _renew(locked, plan, form, actor)).id}

    made = await in_one_transaction(lambda: run_once(actor, form.idempotency_key, "renew", form, work))
    return Renewed(form.subscription_id, made["term_id"])


async def _faults(locked: LockedSubscription, form: RenewForm, plan: Plan | None, current: str) -> list[Fault]:
    return [
        *check_renewal(locked.status),
        *check_renewed_plan(
            (form.plan_code or current)[:MAX_NAME],
            None if plan is None else plan.seat_limit,
            current=current,
            is_open=None if plan is None else plan.is_open,
            used=len(locked.active_seats),
            on_offer=await open_plans(),
        ),
        *await terms_faults(form.accepted_terms_version),
        *check_key(form.idempotency_key),
    ]


async def _renew(locked: LockedSubscription, plan: Plan, form: RenewForm, actor: Actor) -> Term:
    running = locked.term(locked.status.term.id)
    facts = renewed_term(ids.new_id(ids.TERM), locked.now, running.facts(), plan.offer(), locked.runtime.policy)
    term = await add_term(locked, plan, facts, form.accepted_terms_version, actor.person_id)
    # renewing clears a decline
    running.declined_at = None
    await running.save(update_fields=["declined_at"])
    await compact_places(locked.active_seats)
    await locked.record(
        NewEvent(
            Kind.RENEWAL_DONE,
            {
                "term_id": running.id,
                "renewed_term_id": term.id,
                "plan_code": term.plan_code,
                "starts_on": term.starts_on.isoformat(),
                "ends_on": term.ends_on.isoformat(),
                "proof_due_on": term.proof_due_on.isoformat(),
            },
            organisation_id=locked.organisation_id,
            subject_id=locked.subscription.id,
            deliveries=locked.letters(Topic.RENEWED, term, locked.now, about={"running_term_id": running.id}),
        ),
        actor,
    )
    await locked.record(terms_accepted(locked, term), actor)
    await ask_survey(locked, running, actor, occurred_at=locked.now, due_at=locked.now)
    await locked.schedule()
    return term
