"""The rows that an opening makes: the organisation, its subscription, the first term."""

from datetime import datetime

from capcom_gql.domain import terms as term_rules
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.rights import Actor
from capcom_gql.services.dossier import Dossier
from capcom_gql.services.forms import OrganisationForm, normal_organisation
from capcom_gql.services.setup import Setup
from capcom_gql.storage import ids
from capcom_gql.storage.columns import folded
from capcom_gql.storage.journal import Entry, Post, record, to_support
from capcom_gql.storage.models import Organisation, Person, Plan, Subscription, Term, discounts_as_json


async def new_organisation(setup: Setup, actor: Actor, form: OrganisationForm, now: datetime) -> Organisation:
    """An organisation as a valid form describes it. Without a SIRET, one of the same name and postal code is told
    to staff as a possible duplicate (R1).
    """
    given = normal_organisation(form)
    name_folded = folded(given.name)
    similar: list[str] = []
    if given.siret is None and given.postal_code is not None:
        alike = Organisation.filter(name_folded=name_folded, postal_code=given.postal_code)
        similar = [each.id for each in await alike.order_by("id")]
    organisation = await Organisation.create(
        id=ids.new_id(ids.ORGANISATION),
        name=given.name,
        name_folded=name_folded,
        search_folded=folded(" ".join(filter(None, (given.name, given.city, given.postal_code, given.siret)))),
        siret=given.siret,
        kind=given.kind,
        address_lines=list(given.address_lines),
        postal_code=given.postal_code,
        city=given.city,
        country=given.country,
        billing_email=given.billing_email,
        chorus_service_code=given.chorus_service_code,
        chorus_engagement_required=given.chorus_engagement_required,
        created_at=now,
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


async def open_first_term(dossier: Dossier, plan: Plan, terms_version: str, signer: Person) -> Term:
    """A term that starts today, with its own copy of the plan (R4)."""
    policy = dossier.setup.policy
    facts = term_rules.first_term(ids.new_id(ids.TERM), dossier.now, plan.offer(), policy)
    offer = facts.offer
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
        terms_accepted_by=signer.id,
        terms_accepted_at=dossier.now,
    )
    dossier.terms.append(term)
    return term
