"""The rows that an opening makes: the organisation, its subscription, the first term."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from capcom_gql.domain import terms as term_rules
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.rights import Actor
from capcom_gql.services.dossier import Dossier
from capcom_gql.services.forms import OrganisationForm, normal_organisation
from capcom_gql.services.organisation_columns import columns_of, folded_columns_of
from capcom_gql.services.setup import Setup
from capcom_gql.storage import ids
from capcom_gql.storage.journal import Entry, Post, record, to_support
from capcom_gql.storage.models import Organisation, Plan, Seat, Subscription, Term, discounts_as_json


async def new_organisation(setup: Setup, actor: Actor, form: OrganisationForm, now: datetime) -> Organisation:
    """An organisation as a valid form describes it. Without a SIRET, one of the same name and postal code is told
    to staff as a possible duplicate (R1).
    """
    given = normal_organisation(form)
    found_by = folded_columns_of(given)
    similar: list[str] = []
    if given.siret is None and given.postal_code is not None:
        alike = Organisation.filter(name_folded=found_by["name_folded"], postal_code=given.postal_code)
        similar = [each.id for each in await alike.order_by("id")]
    organisation = await Organisation.create(
        id=ids.new_id(ids.ORGANISATION), created_at=now, **columns_of(given), **found_by
    )
    if similar:
        about = {"organisation_id": organisation.id}
        notice = Post(Topic.STAFF_NOTICE, to_support(setup.support_email), now, organisation.id, about)
        entry = Entry(
            Kind.DUPLICATE_SUSPECTED,
            {"similar_organisation_ids": list(similar)},
            organisation_id=organisation.id,
            subject_id=organisation.id,
            posts=[notice],
        )
        await record(entry, actor=actor, now=now, channels=setup.channels)
    return organisation


async def new_subscription(setup: Setup, organisation: Organisation, now: datetime) -> Dossier:
    """The one subscription of an organisation, still without a term."""
    subscription = await Subscription.create(id=ids.new_id(ids.SUBSCRIPTION), organisation=organisation, created_at=now)
    return Dossier(setup, subscription, now)


async def add_term(
    dossier: Dossier, plan: Plan, facts: term_rules.Term, terms_version: str, signer: str | None
) -> Term:
    """Write a term as the rules made it, with its own copy of the plan; `signer` accepted the terms of use (R19)."""
    policy, offer = dossier.setup.policy, facts.offer
    term = await Term.create(
        id=facts.id,
        subscription=dossier.subscription,
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
        terms_accepted_at=dossier.now,
    )
    dossier.terms.append(term)
    return term


def opened(dossier: Dossier, term: Term, seats: Sequence[Seat], **more: Any) -> Entry:
    """The event of a subscription opened by a term, with its seats; `more` are further fields of the entry."""
    return Entry(
        Kind.SUBSCRIPTION_OPENED,
        {
            "term_id": term.id,
            "plan_code": term.plan_code,
            "starts_on": term.starts_on.isoformat(),
            "ends_on": term.ends_on.isoformat(),
            "proof_due_on": term.proof_due_on.isoformat(),
            "manager_seat_id": next(seat.id for seat in seats if seat.is_manager),
        },
        organisation_id=dossier.organisation_id,
        subject_id=dossier.subscription.id,
        **more,
    )


def terms_accepted(dossier: Dossier, term: Term) -> Entry:
    """The event of the terms of use accepted for a term: which version, by whom (R19)."""
    return Entry(
        Kind.TERMS_ACCEPTED,
        {"term_id": term.id, "version": term.terms_version, "person_id": term.terms_accepted_by},
        organisation_id=dossier.organisation_id,
        subject_id=term.id,
    )
