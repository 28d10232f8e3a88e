"""The tables of subscriptions: plans, organisations, terms, proofs, seats, redemptions.

Facts are stored, states are computed: `facts()` gives a row as a value of the domain. Constraints in the migrations
forbid what the rules exclude; a test tries each. Instants are of the product's clock unless said otherwise.
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

"""The columns of a term that change after its opening, named as the fields of `domain.terms.Term`."""


class Installation(Model):
    """The one row about this installation."""

    id = fields.IntField(primary_key=True)
    clock_offset_us = fields.BigIntField(default=0)
    """microseconds by which the product's clock is ahead of the real one"""


class Plan(Model):
    """A plan. Terms keep their own copy, so that saving a plan changes later terms only."""

    id = ShortText(max_length=40, primary_key=True)
    code = ShortText(max_length=40, unique=True)
    name = ShortText(max_length=200)
    seat_limit = fields.IntField()
    price_minor = fields.IntField()
    """yearly price in minor units of the installation's currency"""
    services: fields.JSONField[Any] = fields.JSONField()
    discounts: fields.JSONField[Any] = fields.JSONField()
    is_open = fields.BooleanField(default=True)
    """whether it can be chosen; a closed plan can be kept in a renewal (R14)"""

    def offer(self) -> Offer:
        """The copy of this plan that a term opened now would keep."""
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
    """the name as it is sorted (`columns.folded`)"""
    search_folded = fields.TextField()
    """all that a search looks in, folded"""
    siret = ShortText(max_length=14, null=True, unique=True)
    """14 digits"""
    kind = ShortText(max_length=100, null=True)
    address_lines: fields.JSONField[Any] = fields.JSONField()
    postal_code = ShortText(max_length=20, null=True)
    city = ShortText(max_length=200, null=True)
    country = ShortText(max_length=2)
    """ISO 3166-1 alpha-2"""
    billing_email = ShortText(max_length=320, null=True)
    chorus_service_code = ShortText(max_length=100, null=True)
    chorus_engagement_required = fields.BooleanField(default=False)
    created_at = InstantField()


class Subscription(Model):
    """The one subscription of an organisation (R1). Commands lock its row, so that they run one after another."""

    id = ShortText(max_length=40, primary_key=True)
    organisation: fields.OneToOneRelation[Organisation] = fields.OneToOneField(
        "capcom.Organisation", related_name="subscription", on_delete=fields.RESTRICT
    )
    organisation_id: str
    due_at = InstantField(null=True)
    """when the next step of the calendar is due (`steps.next_step`); None when there is none"""
    leased_until = InstantField(null=True)
    """until when (real clock) no other worker records its steps: a lease, or a pause after failures"""
    step_failures = fields.IntField(default=0, db_default=0)
    """failures of the next step since the last success"""
    created_at = InstantField()


class Term(Model):
    """One year of a subscription, with its own copy of the plan; `domain.terms.Term` explains its columns."""

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
    """the first instant of `starts_on` in the operator's zone, for conditions that compare instants"""
    ends_on = fields.DateField()
    proof_due_on = fields.DateField()
    terms_version = ShortText(max_length=40)
    """the accepted version of the terms of use (R19); empty for an imported term"""
    terms_accepted_by = ShortText(max_length=40, null=True)
    """the id of the person who accepted it"""
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
        """The row as the rules take it."""
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

    def update_facts(self, facts: term_rules.Term) -> list[str]:
        """Set the columns that differ from these facts. Returns their names, for `save(update_fields=...)`."""
        changed = [fact for fact in CHANGING_FACTS if getattr(self, fact) != getattr(facts, fact)]
        for fact in changed:
            setattr(self, fact, getattr(facts, fact))
        return changed


class PaymentProof(Model):
    """The order, cheque or transfer that confirmed a term (R8); `received_on` is a day of the operator's zone."""

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
    """One named person's place in a subscription (R2, R12); removed seats stay, with their number."""

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
    """the 16 digits of the subscriber number, never given again"""
    place = fields.IntField()
    """from 1; unique among the active seats of a subscription"""
    is_manager = fields.BooleanField(default=False)
    added_at = InstantField()
    removed_at = InstantField(null=True)

    def facts(self) -> seat_rules.Seat:
        """The row as the rules take it."""
        return seat_rules.Seat(
            id=self.id,
            person_id=self.person_id,
            place=self.place,
            is_manager=self.is_manager,
            added_at=self.added_at,
            removed_at=self.removed_at,
        )


class Redemption(Model):
    """The record that a discount was used; at most one that is not released for a person and event (R22)."""

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
    """the event, as the event system names it"""
    registration_reference = ShortText(max_length=200)
    """the registration, as the event system names it"""
    price_minor = fields.BigIntField()
    """full price in minor units of the installation's currency"""
    reduction_minor = fields.BigIntField()
    redeemed_by = ShortText(max_length=40)
    """the id of the API key, or of the person of the staff, that redeemed"""
    redeemed_at = InstantField()
    released_at = InstantField(null=True)


def offer_of(code: str, name: str, seat_limit: int, price_minor: int, services: Any, discounts: Any) -> Offer:
    """An offer from the columns of a plan or a term; `services` and `discounts` are the values of JSON columns."""
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
    """The discount rules of an offer as the JSON columns store them."""
    return [
        {"event_kind": rule.event_kind.value, "percent": rule.percent, "amount_minor": rule.amount_minor}
        for rule in offer.discounts
    ]
