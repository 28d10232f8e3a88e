"""What a letter says, read when it is sent: the rows behind its ids, as its template wants them."""

from typing import Any

from capcom_gql.domain.letters import LETTERS, Topic
from capcom_gql.domain.lifecycle import awaits_proof
from capcom_gql.domain.plans import DiscountRule
from capcom_gql.domain.seats import format_number
from capcom_gql.domain.sentences import Locale, spell_money
from capcom_gql.services.one_time_links import mint_password_link
from capcom_gql.services.setup import Setup
from capcom_gql.storage.models import Event, Organisation, Person, Seat, Term
from capcom_gql.storage.post import Delivery


class Suppressed(Exception):
    """The letter has nothing true to say any more; the text says why it is not sent."""


async def context_of(setup: Setup, delivery: Delivery) -> dict[str, Any]:
    """The template's keys for a delivery. Mints its one-time link. Raises Suppressed."""
    topic = Topic(delivery.topic)
    if topic is Topic.STAFF_NOTICE:
        return {"notice": await _notice(delivery)}
    assert delivery.person_id is not None, "every letter but a staff notice goes to a person"
    person = await Person.get(id=delivery.person_id)
    context: dict[str, Any] = {
        "person": {"given_name": person.given_name, "family_name": person.family_name, "email": person.email},
        "support_email": setup.support_email,
        "login_url": f"{setup.account_base_url}/login",
    }
    if "seat_id" in delivery.about:
        context |= await _seat_context(setup, topic, delivery, Locale(person.locale))
    hours = LETTERS[topic].link_hours
    if hours is not None:
        context["link"] = await mint_password_link(setup.account_base_url, person, hours)
        context["link_hours"] = hours
    return context


async def _notice(delivery: Delivery) -> dict[str, Any]:
    event = await Event.get(id=delivery.event_id)
    organisation = await Organisation.get(id=delivery.about["organisation_id"])
    similar = event.details.get("similar_organisation_ids", [])
    return {
        "kind": event.kind,
        "organisation_name": organisation.name,
        "subject_ids": [organisation.id, *similar],
    }


async def _seat_context(setup: Setup, topic: Topic, delivery: Delivery, locale: Locale) -> dict[str, Any]:
    seat = await Seat.get(id=delivery.about["seat_id"]).select_related("subscription__organisation")
    terms = await Term.filter(subscription_id=seat.subscription_id).order_by("starts_on", "opened_at")
    named = [term for term in terms if term.id == delivery.about.get("term_id")]
    term = (named or terms)[-1]
    facts = term.facts()
    if topic is Topic.WELCOME and seat.removed_at is not None:
        raise Suppressed("the seat was removed before the letter was sent")
    if topic is Topic.PROOF_REMINDER and not awaits_proof(facts):
        raise Suppressed("the proof is no longer awaited")
    manager = await Seat.get_or_none(
        subscription_id=seat.subscription_id, is_manager=True, removed_at__isnull=True
    ).select_related("person")
    cancelled_at = facts.cancelled_at
    return {
        "organisation_name": seat.subscription.organisation.name,
        "plan_name": term.plan_name,
        "subscriber_number": format_number(seat.number),
        "is_manager": seat.is_manager,
        "manager_name": None if manager is None else f"{manager.person.given_name} {manager.person.family_name}",
        "starts_on": term.starts_on,
        "ends_on": term.ends_on,
        "proof_due_on": None if term.confirmed_at is not None else term.proof_due_on,
        "services": list(term.services),
        "discounts": [_discount(setup, rule, locale) for rule in facts.offer.discounts],
        "cancelled_on": None if cancelled_at is None else setup.policy.day_of(cancelled_at),
        "reason": facts.cancellation_reason,
    }


def _discount(setup: Setup, rule: DiscountRule, locale: Locale) -> dict[str, Any]:
    if rule.percent is not None:
        return {"event_kind": rule.event_kind.value, "percent": rule.percent}
    assert rule.amount_minor is not None, "a rule has a percent or an amount"
    return {"event_kind": rule.event_kind.value, "amount": spell_money(rule.amount_minor, setup.currency, locale)}
