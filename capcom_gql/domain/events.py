"""What is recorded: every kind of event, which deed records it, what its details hold, and how it reads.

Details hold ids, days, amounts and codes; no name, address or free text (R21). A description is worked out at reading.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from capcom_gql.domain.sentences import Datum, Locale, say

Detail = str | int | bool | list[str] | None

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Kind(StrEnum):
    """The kinds of event, as `Event.kind` and the webhooks name them."""

    SUBSCRIPTION_OPENED = "subscription.opened"
    SUBSCRIPTION_EXPIRED = "subscription.expired"
    TERM_CONFIRMED = "term.confirmed"
    TERM_CANCELLED = "term.cancelled"
    TERM_STARTED = "term.started"
    SEAT_ADDED = "seat.added"
    SEAT_REMOVED = "seat.removed"
    PROOF_REMINDED = "proof.reminded"
    DISCOUNT_REDEEMED = "discount.redeemed"
    DISCOUNT_RELEASED = "discount.released"
    REDEMPTIONS_TO_REINVOICE = "redemptions.to_reinvoice"
    TERMS_ACCEPTED = "terms.accepted"
    PASSWORD_REQUESTED = "password.requested"
    SIGNUP_REFUSED = "signup.refused"
    DUPLICATE_SUSPECTED = "organisation.duplicate_suspected"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"


@dataclass(frozen=True, slots=True)
class Spec:
    """One row of the table: the deeds that record the kind, its details, its French and English reading."""

    recorded_by: tuple[str, ...]
    details: tuple[str, ...]
    french: str
    english: str


EVENTS: Mapping[Kind, Spec] = {
    Kind.SUBSCRIPTION_OPENED: Spec(
        ("subscribe",),
        ("term_id", "plan_code", "starts_on", "ends_on", "proof_due_on", "manager_seat_id"),
        "Abonnement ouvert du {starts_on} au {ends_on}, formule {plan_code}.",
        "Subscription opened from {starts_on} to {ends_on}, plan {plan_code}.",
    ),
    Kind.SUBSCRIPTION_EXPIRED: Spec(
        ("record_due",),
        ("term_id", "ends_on"),
        "Abonnement arrivé à son terme le {ends_on}.",
        "Subscription ended on {ends_on}.",
    ),
    Kind.TERM_CONFIRMED: Spec(
        ("record_payment_proof",),
        ("term_id", "proof_id", "proof_kind", "received_on"),
        "Justificatif de paiement reçu le {received_on} : l'année est confirmée.",
        "Payment proof received on {received_on}: the term is confirmed.",
    ),
    Kind.TERM_CANCELLED: Spec(
        ("record_due",),
        ("term_id", "reason", "proof_due_on"),
        "Année annulée ({reason}) ; justificatif attendu jusqu'au {proof_due_on}.",
        "Term cancelled ({reason}); its proof was due by {proof_due_on}.",
    ),
    Kind.TERM_STARTED: Spec(
        ("record_due",),
        ("term_id", "starts_on"),
        "Nouvelle année commencée le {starts_on}.",
        "New term started on {starts_on}.",
    ),
    Kind.SEAT_ADDED: Spec(("subscribe", "add_seats"), ("seat_id", "person_id"), "Utilisateur ajouté.", "User added."),
    Kind.SEAT_REMOVED: Spec(
        ("remove_seat", "subscribe"), ("seat_id", "person_id"), "Utilisateur retiré.", "User removed."
    ),
    Kind.PROOF_REMINDED: Spec(
        ("record_due",),
        ("term_id", "proof_due_on"),
        "Rappel du justificatif attendu jusqu'au {proof_due_on}.",
        "Reminder of the proof due by {proof_due_on}.",
    ),
    Kind.DISCOUNT_REDEEMED: Spec(
        ("redeem_discount",),
        ("redemption_id", "seat_id", "event_kind", "price_minor", "reduction_minor", "currency", "provisional"),
        "Réduction utilisée ({event_kind}).",
        "Discount redeemed ({event_kind}).",
    ),
    Kind.DISCOUNT_RELEASED: Spec(
        ("release_discount",), ("redemption_id", "seat_id"), "Réduction libérée.", "Discount released."
    ),
    Kind.REDEMPTIONS_TO_REINVOICE: Spec(
        ("record_due",),
        ("term_id", "redemption_ids", "amount_minor", "currency"),
        "Réductions à refacturer à la suite de l'annulation.",
        "Discounts to invoice again after the cancellation.",
    ),
    Kind.TERMS_ACCEPTED: Spec(
        ("subscribe",),
        ("term_id", "version", "person_id"),
        "Conditions d'utilisation acceptées, version {version}.",
        "Terms of use accepted, version {version}.",
    ),
    Kind.PASSWORD_REQUESTED: Spec(
        ("request_password",), (), "Lien demandé pour choisir un mot de passe.", "Link to choose a password requested."
    ),
    Kind.SIGNUP_REFUSED: Spec(
        ("subscribe",),
        (),
        "Souscription refusée : organisme connu, demandé par d'autres que sa dernière personne gestionnaire.",
        "Sign-up refused: a known organisation, asked for by others than its last manager.",
    ),
    Kind.DUPLICATE_SUSPECTED: Spec(
        ("subscribe",),
        ("similar_organisation_ids",),
        "Organisme peut-être déjà connu : même nom et même code postal.",
        "Organisation perhaps known already: same name and postal code.",
    ),
    Kind.KEY_CREATED: Spec(("create_api_key",), ("key_id", "scopes"), "Clé d'accès créée.", "API key created."),
    Kind.KEY_REVOKED: Spec(("revoke_api_key",), ("key_id",), "Clé d'accès révoquée.", "API key revoked."),
}


def check_details(kind: Kind, details: Mapping[str, Detail]) -> None:
    """Details carry exactly what the table says, so that no name or free text slips in (R21). Raises ValueError."""
    if set(details) != set(EVENTS[kind].details):
        raise ValueError(f"{kind} carries {EVENTS[kind].details}, not {tuple(details)}")


# Codes that descriptions show, in words.
WORDS: Mapping[str, tuple[str, str]] = {
    "UNPAID": ("sans justificatif", "no proof came"),
    "WITHDRAWN": ("à la demande de l'organisme", "at the organisation's request"),
    "BY_STAFF": ("par l'équipe", "by staff"),
    "TRAINING": ("formation", "training"),
    "MEETING": ("réunion", "meeting"),
    "FORUM": ("Forum", "Forum"),
}


def describe(kind: Kind, details: Mapping[str, Detail], locale: Locale) -> str:
    """An event in one sentence of the reader's language: days spelled out, codes in words."""
    spec = EVENTS[kind]
    catalogue = {kind.value: (spec.french, spec.english)}
    return say(catalogue, kind.value, locale, **{name: _word(value, locale) for name, value in details.items()})


def _word(value: Detail, locale: Locale) -> Datum:
    if not isinstance(value, str):
        return str(value)
    if value in WORDS:
        return WORDS[value][locale is Locale.EN]
    return date.fromisoformat(value) if _DAY.fullmatch(value) else value
