"""The tables. Facts are stored, states are worked out: a row gives its facts as a domain value.

What must never be is forbidden by constraints in the migrations; each is tried by a test.
"""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from capcom_gql.domain import seats as seat_rules
from capcom_gql.domain import terms as term_rules
from capcom_gql.domain.plans import DiscountRule, EventKind, Offer, Service
from capcom_gql.storage.engine.columns import InstantField, ShortText
from capcom_gql.storage.tables.access import Person

CHANGING_FACTS = (
    "confirmed_at",
    "unpaid_at",
    "reinstated_at",
    "withdrawn_at",
    "proof_reminded_at",
    "started_at",
    "ended_at",
    "declined_at",
    "renewal_settled_to",
    "reminders_sent",
)

"""The columns of a term that keep what happens to it, under the names that the rules give these facts."""


class Installation(Model):
    """What this installation knows of itself, one row: how far the product's clock is ahead of the real one."""

    id = fields.IntField(primary_key=True)
    clock_offset_us = fields.BigIntField(default=0)


class Plan(Model):
    """A plan on offer, or closed. A term keeps its own copy, so saving a plan changes later terms only."""

    id = ShortText(max_length=40, primary_key=True)
    code = ShortText(max_length=40, unique=True)
    name = ShortText(max_length=200)
    seat_limit = fields.IntField()
    price_minor = fields.IntField()
    services: fields.JSONField[Any] = fields.JSONField()
    discounts: fields.JSONField[Any] = fields.JSONField()
    is_open = fields.BooleanField(default=True)

    def offer(self) -> Offer:
        """What a term opened now would keep of this plan."""
        return offer_of(self.code, self.name, self.seat_limit, self.price_minor, self.services, self.discounts)


class TermsOfUse(Model):
    """A published version of the terms of use; the latest published is the current one (R19)."""

    id = ShortText(max_length=40, primary_key=True)
    version = ShortText(max_length=40, unique=True)
    url = fields.TextField()
    published_at = InstantField()


class Organisation(Model):
    """A public body. A SIRET, when given, names exactly one (R1)."""

    id = ShortText(max_length=40, primary_key=True)
    name = ShortText(max_length=300)
    name_folded = fields.TextField()
    search_folded = fields.TextField()
    siret = ShortText(max_length=14, null=True, unique=True)
    kind = ShortText(max_length=100, null=True)
    address_lines: fields.JSONField[Any] = fields.JSONField()
    postal_code = ShortText(max_length=20, null=True)
    city = ShortText(max_length=200, null=True)
    country = ShortText(max_length=2)
    billing_email = ShortText(max_length=320, null=True)
    chorus_service_code = ShortText(max_length=100, null=True)
    chorus_engagement_required = fields.BooleanField(default=False)
    created_at = InstantField()


class Subscription(Model):
    """The one subscription of an organisation, for good. Its row is the lock of every deed on it.

    `due_at` is the instant of the next step that the calendar demands (`steps.next_step`), None when there is none.
    `leased_until` (real clock) keeps others from recording it at the same time, or too soon after `step_failures`.
    """

    id = ShortText(max_length=40, primary_key=True)
    organisation: fields.OneToOneRelation[Organisation] = fields.OneToOneField(
        "capcom.Organisation", related_name="subscription", on_delete=fields.RESTRICT
    )
    organisation_id: str
    due_at = InstantField(null=True)
    leased_until = InstantField(null=True)
    step_failures = fields.IntField(default=0, db_default=0)
    created_at = InstantField()


class Term(Model):
    """One period of a subscription, with its own copy of the plan as of its opening.

    `starts_at` is the first instant of `starts_on`, kept so that a filter can compare instants.
    """

    id = ShortText(max_length=40, primary_key=True)
    subscription: fields.ForeignKeyRelation[Subscription] = fields.ForeignKeyField(
        "capcom.Subscription", related_name="terms", on_delete=fields.RESTRICT
    )
    subscription_id: str
    plan: fields.ForeignKeyRelation[Plan] = fields.ForeignKeyField(
        "capcom.Plan", related_name="terms", on_delete=fields.RESTRICT
    )
    plan_id: str
    plan_code = ShortText(max_length=40)
    plan_name = ShortText(max_length=200)
    seat_limit = fields.IntField()
    price_minor = fields.IntField()
    services: fields.JSONField[Any] = fields.JSONField()
    discounts: fields.JSONField[Any] = fields.JSONField()
    opened_at = InstantField()
    starts_on = fields.DateField()
    starts_at = InstantField()
    ends_on = fields.DateField()
    proof_due_on = fields.DateField()
    terms_version = ShortText(max_length=40)
    terms_accepted_by = ShortText(max_length=40, null=True)
    terms_accepted_at = InstantField()
    confirmed_at = InstantField(null=True)
    unpaid_at = InstantField(null=True)
    reinstated_at = InstantField(null=True)
    withdrawn_at = InstantField(null=True)
    withdrawn_reason = ShortText(max_length=20, null=True)
    proof_reminded_at = InstantField(null=True)
    started_at = InstantField(null=True)
    ended_at = InstantField(null=True)
    declined_at = InstantField(null=True)
    renewal_settled_to = fields.DateField(null=True)
    reminders_sent = fields.IntField(default=0, db_default=0)

    def facts(self) -> term_rules.Term:
        """The facts as the rules take them."""
        reason = self.withdrawn_reason
        return term_rules.Term(
            id=self.id,
            opened_at=self.opened_at,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            proof_due_on=self.proof_due_on,
            offer=offer_of(
                self.plan_code, self.plan_name, self.seat_limit, self.price_minor, self.services, self.discounts
            ),
            withdrawn_reason=None if reason is None else term_rules.CancellationReason(reason),
            **{fact: getattr(self, fact) for fact in CHANGING_FACTS},
        )

    def take(self, facts: term_rules.Term) -> list[str]:
        """Take over the facts that a step has changed. Returns the names of the columns to save."""
        changed = [fact for fact in CHANGING_FACTS if getattr(self, fact) != getattr(facts, fact)]
        for fact in changed:
            setattr(self, fact, getattr(facts, fact))
        return changed


class PaymentProof(Model):
    """The order, cheque or transfer that confirmed a term (R8)."""

    id = ShortText(max_length=40, primary_key=True)
    term: fields.OneToOneRelation[Term] = fields.OneToOneField(
        "capcom.Term", related_name="proof", on_delete=fields.RESTRICT
    )
    term_id: str
    kind = ShortText(max_length=20)
    reference = ShortText(max_length=200)
    received_on = fields.DateField()
    recorded_at = InstantField()


class Seat(Model):
    """One named person's place. Active seats of a subscription have distinct places, from 1 (R2)."""

    id = ShortText(max_length=40, primary_key=True)
    subscription: fields.ForeignKeyRelation[Subscription] = fields.ForeignKeyField(
        "capcom.Subscription", related_name="seats", on_delete=fields.RESTRICT
    )
    subscription_id: str
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "capcom.Person", related_name="seats", on_delete=fields.RESTRICT
    )
    person_id: str
    number = ShortText(max_length=16, unique=True)
    place = fields.IntField()
    is_manager = fields.BooleanField(default=False)
    added_at = InstantField()
    removed_at = InstantField(null=True)

    def facts(self) -> seat_rules.Seat:
        """The facts as the rules take them."""
        return seat_rules.Seat(
            id=self.id,
            person_id=self.person_id,
            place=self.place,
            is_manager=self.is_manager,
            added_at=self.added_at,
            removed_at=self.removed_at,
        )


class Redemption(Model):
    """A discount that was used; at most one that is not released for a person at an event (R22)."""

    id = ShortText(max_length=40, primary_key=True)
    seat: fields.ForeignKeyRelation[Seat] = fields.ForeignKeyField(
        "capcom.Seat", related_name="redemptions", on_delete=fields.RESTRICT
    )
    seat_id: str
    person_id = ShortText(max_length=40)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "capcom.Organisation", related_name="redemptions", on_delete=fields.RESTRICT
    )
    organisation_id: str
    term: fields.ForeignKeyRelation[Term] = fields.ForeignKeyField(
        "capcom.Term", related_name="redemptions", on_delete=fields.RESTRICT
    )
    term_id: str
    event_kind = ShortText(max_length=20)
    event_reference = ShortText(max_length=200)
    registration_reference = ShortText(max_length=200)
    price_minor = fields.BigIntField()
    reduction_minor = fields.BigIntField()
    redeemed_by = ShortText(max_length=40)
    redeemed_at = InstantField()
    released_at = InstantField(null=True)


def offer_of(code: str, name: str, seat_limit: int, price_minor: int, services: Any, discounts: Any) -> Offer:
    """A plan's four facts from the columns that keep them."""
    return Offer(
        plan_code=code,
        plan_name=name,
        seat_limit=seat_limit,
        price_minor=price_minor,
        services=tuple(Service(each) for each in services),
        discounts=tuple(
            DiscountRule(EventKind(each["event_kind"]), each.get("percent"), each.get("amount_minor"))
            for each in discounts
        ),
    )


def discounts_as_json(offer: Offer) -> list[dict[str, Any]]:
    """The discount rules as a column keeps them."""
    return [
        {"event_kind": rule.event_kind.value, "percent": rule.percent, "amount_minor": rule.amount_minor}
        for rule in offer.discounts
    ]
