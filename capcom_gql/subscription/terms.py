"""Create the subscription of an organisation and its terms, and the events about them (R1, R4, R19)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from capcom_gql.domain import terms as term_rules
from capcom_gql.domain.events import Kind
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.event_log import NewEvent
from capcom_gql.storage.tables import Organisation, Plan, Seat, Subscription, Term
from capcom_gql.storage.tables.subscriptions import discounts_as_json
from capcom_gql.subscription.locked import LockedSubscription


async def new_subscription(runtime: Runtime, organisation: Organisation, now: datetime) -> LockedSubscription:
    """Create the one subscription of an organisation, without a term yet (R1). `now` is of the product's clock."""
    subscription = await Subscription.create(id=ids.new_id(ids.SUBSCRIPTION), organisation=organisation, created_at=now)
    return LockedSubscription(runtime, subscription, now)


async def add_term(
    locked: LockedSubscription, plan: Plan, facts: term_rules.Term, terms_version: str, signer: str | None
) -> Term:
    """Create the row of a term that the rules made (`facts`), with its own copy of the plan.

    `signer` is the id of the person who accepted the version of the terms of use (R19); None for an imported term.
    """
    policy, offer = locked.runtime.policy, facts.offer
    term = await Term.create(
        id=facts.id,
        subscription=locked.subscription,
        plan=plan,
        plan_code=offer.plan_code,
        plan_name=offer.plan_name,
        seat_limit=offer.seat_limit,
        price_minor=offer.price_minor,
        services=[service.value for service in offer.services],
        discounts=discounts_as_json(offer),
        opened_at=facts.opened_at,
        starts_on=facts.starts_on,
        starts_at=policy.first_instant(facts.starts_on),
        ends_on=facts.ends_on,
        proof_due_on=facts.proof_due_on,
        started_at=facts.started_at,
        terms_version=terms_version,
        terms_accepted_by=signer,
        terms_accepted_at=locked.now,
    )
    locked.terms.append(term)
    return term


def subscription_opened(locked: LockedSubscription, term: Term, seats: Sequence[Seat], **more: Any) -> NewEvent:
    """The event `subscription.opened` of a term and its seats; `more` are further fields of `NewEvent`."""
    return NewEvent(
        Kind.SUBSCRIPTION_OPENED,
        {
            "term_id": term.id,
            "plan_code": term.plan_code,
            "starts_on": term.starts_on.isoformat(),
            "ends_on": term.ends_on.isoformat(),
            "proof_due_on": term.proof_due_on.isoformat(),
            "manager_seat_id": next(seat.id for seat in seats if seat.is_manager),
        },
        organisation_id=locked.organisation_id,
        subject_id=locked.subscription.id,
        **more,
    )


def terms_accepted(locked: LockedSubscription, term: Term) -> NewEvent:
    """The event `terms.accepted` of a term: which version was accepted and by whom (R19)."""
    return NewEvent(
        Kind.TERMS_ACCEPTED,
        {"term_id": term.id, "version": term.terms_version, "person_id": term.terms_accepted_by},
        organisation_id=locked.organisation_id,
        subject_id=term.id,
    )
