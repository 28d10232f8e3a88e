"""The kinds of event: which command records each, what its details hold, and the sentence that describes it.

Details hold ids, days, amounts and codes; no name, address or free text (R21). Sentences are composed when an event is
read, never stored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from capcom_gql.domain.sentences import Datum, Locale, say

Detail = str | int | bool | list[str] | None
"""A value in the details of an event; days are ISO 8601 text, amounts are in minor units."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Kind(StrEnum):
    """The kinds of event, as `Event.kind` and the webhooks name them; docs/rules.md says when each is recorded."""

    SUBSCRIPTION_OPENED = "subscription.opened"
    SUBSCRIPTION_EXPIRED = "subscription.expired"
    TERM_CONFIRMED = "term.confirmed"
    TERM_CANCELLED = "term.cancelled"
    TERM_REINSTATED = "term.reinstated"
    TERM_STARTED = "term.started"
    SEAT_ADDED = "seat.added"
    SEAT_REMOVED = "seat.removed"
    SEAT_REPLACED = "seat.replaced"
    MANAGER_CHANGED = "manager.changed"
    ORGANISATION_UPDATED = "organisation.updated"
    PROOF_REMINDED = "proof.reminded"
    RENEWAL_ASKED = "renewal.asked"
    RENEWAL_REMINDED = "renewal.reminded"
    RENEWAL_SKIPPED = "renewal.skipped"
    RENEWAL_DONE = "renewal.done"
    RENEWAL_DECLINED = "renewal.declined"
    DISCOUNT_REDEEMED = "discount.redeemed"
    DISCOUNT_RELEASED = "discount.released"
    REDEMPTIONS_TO_REINVOICE = "redemptions.to_reinvoice"
    TERMS_ACCEPTED = "terms.accepted"
    SURVEY_ASKED = "survey.asked"
    SURVEY_ANSWERED = "survey.answered"
    SUPPORT_OPENED = "support.opened"
    SUPPORT_CLOSED = "support.closed"
    PASSWORD_REQUESTED = "password.requested"
    EMAIL_CHANGE_REQUESTED = "email.change_requested"
    EMAIL_CHANGED = "email.changed"
    SIGNUP_REFUSED = "signup.refused"
    DUPLICATE_SUSPECTED = "organisation.duplicate_suspected"
    PERSON_ERASED = "person.erased"
    PLAN_SAVED = "plan.saved"
    TERMS_PUBLISHED = "terms.published"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    ENDPOINT_FAILING = "endpoint.failing"
    ENDPOINT_DISABLED = "endpoint.disabled"


@dataclass(frozen=True, slots=True)
class Spec:
    """One row of the table: the deeds that record the kind, its details, its French and English reading."""

    recorded_by: tuple[str, ...]
    details: tuple[str, ...]
    french: str
    english: str


EVENTS: Mapping[Kind, Spec] = {
    Kind.SUBSCRIPTION_OPENED: Spec(
        ("subscribe", "import_organisations"),
        ("term_id", "plan_code", "starts_on", "ends_on", "proof_due_on", "manager_seat_id"),
        "Abonnement ouvert du {starts_on} au {ends_on}, formule {plan_code}.",
        "Subscription opened from {starts_on} to {ends_on}, plan {plan_code}.",
    ),
    Kind.SUBSCRIPTION_EXPIRED: Spec(
        ("record_due", "import_organisations"),
        ("term_id", "ends_on"),
        "Abonnement arrivé à son terme le {ends_on}.",
        "Subscription ended on {ends_on}.",
    ),
    Kind.TERM_CONFIRMED: Spec(
        ("record_payment_proof", "import_organisations"),
        ("term_id", "proof_id", "proof_kind", "received_on"),
        "Justificatif de paiement reçu le {received_on} : l'année est confirmée.",
        "Payment proof received on {received_on}: the term is confirmed.",
    ),
    Kind.TERM_CANCELLED: Spec(
        ("record_due", "cancel_subscription"),
        ("term_id", "reason", "proof_due_on"),
        "Année annulée ({reason}) ; justificatif attendu jusqu'au {proof_due_on}.",
        "Term cancelled ({reason}); its proof was due by {proof_due_on}.",
    ),
    Kind.TERM_REINSTATED: Spec(
        ("reinstate_term",),
        ("term_id", "proof_id", "proof_kind", "received_on"),
        "Année rétablie ; justificatif reçu le {received_on}.",
        "Term reinstated; its proof was received on {received_on}.",
    ),
    Kind.TERM_STARTED: Spec(
        ("record_due",),
        ("term_id", "starts_on"),
        "Nouvelle année commencée le {starts_on}.",
        "New term started on {starts_on}.",
    ),
    Kind.SEAT_ADDED: Spec(
        ("subscribe", "add_seats", "import_organisations"),
        ("seat_id", "person_id"),
        "Utilisateur ajouté.",
        "User added.",
    ),
    Kind.SEAT_REMOVED: Spec(
        ("remove_seat", "subscribe", "erase_person"), ("seat_id", "person_id"), "Utilisateur retiré.", "User removed."
    ),
    Kind.SEAT_REPLACED: Spec(
        ("replace_seat",),
        ("seat_id", "person_id", "replaced_seat_id", "replaced_person_id"),
        "Utilisateur remplacé par un autre.",
        "User replaced by another.",
    ),
    Kind.MANAGER_CHANGED: Spec(
        ("transfer_management", "replace_seat"),
        ("seat_id", "previous_seat_id"),
        "Gestion transmise à un autre utilisateur.",
        "Management handed over to another user.",
    ),
    Kind.ORGANISATION_UPDATED: Spec(
        ("update_organisation",), ("fields",), "Fiche de l'organisme mise à jour.", "Organisation's data updated."
    ),
    Kind.PROOF_REMINDED: Spec(
        ("record_due",),
        ("term_id", "proof_due_on"),
        "Rappel du justificatif attendu jusqu'au {proof_due_on}.",
        "Reminder of the proof due by {proof_due_on}.",
    ),
    Kind.RENEWAL_ASKED: Spec(
        ("record_due",),
        ("term_id", "ends_on"),
        "Réabonnement proposé avant la fin de l'année, le {ends_on}.",
        "Renewal asked for, before the term ends on {ends_on}.",
    ),
    Kind.RENEWAL_REMINDED: Spec(
        ("record_due",),
        ("term_id", "ends_on", "reminder"),
        "Relance n° {reminder} avant la fin de l'année, le {ends_on}.",
        "Reminder {reminder} before the term ends on {ends_on}.",
    ),
    Kind.RENEWAL_SKIPPED: Spec(
        ("record_due",),
        ("term_id", "letter", "on"),
        "Lettre de réabonnement du {on} passée : une plus récente la remplace.",
        "Renewal letter of {on} skipped: a more recent one takes its place.",
    ),
    Kind.RENEWAL_DONE: Spec(
        ("renew",),
        ("term_id", "renewed_term_id", "plan_code", "starts_on", "ends_on", "proof_due_on"),
        "Abonnement renouvelé du {starts_on} au {ends_on}, formule {plan_code}.",
        "Subscription renewed from {starts_on} to {ends_on}, plan {plan_code}.",
    ),
    Kind.RENEWAL_DECLINED: Spec(
        ("decline_renewal",),
        ("term_id", "ends_on"),
        "Réabonnement décliné ; l'année court jusqu'au {ends_on}.",
        "Renewal declined; the term runs until {ends_on}.",
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
        ("record_due", "cancel_subscription"),
        ("term_id", "redemption_ids", "amount_minor", "currency"),
        "Réductions à refacturer à la suite de l'annulation.",
        "Discounts to invoice again after the cancellation.",
    ),
    Kind.TERMS_ACCEPTED: Spec(
        ("subscribe", "renew"),
        ("term_id", "version", "person_id"),
        "Conditions d'utilisation acceptées, version {version}.",
        "Terms of use accepted, version {version}.",
    ),
    Kind.PASSWORD_REQUESTED: Spec(
        ("request_password",), (), "Lien demandé pour choisir un mot de passe.", "Link to choose a password requested."
    ),
    Kind.SURVEY_ASKED: Spec(
        ("record_due", "renew"),
        ("term_id", "seat_ids"),
        "Enquête envoyée aux utilisateurs.",
        "Survey sent to the users.",
    ),
    Kind.SURVEY_ANSWERED: Spec(
        ("answer_survey",), ("term_id", "seat_id"), "Enquête : réponse reçue.", "Survey: answered."
    ),
    Kind.SUPPORT_OPENED: Spec(
        ("open_support_request",), ("request_id", "seat_id"), "Demande d'aide ouverte.", "Support request opened."
    ),
    Kind.SUPPORT_CLOSED: Spec(
        ("close_support_request",), ("request_id",), "Demande d'aide traitée.", "Support request answered."
    ),
    Kind.EMAIL_CHANGE_REQUESTED: Spec(
        ("change_email",), ("person_id",), "Changement d'adresse demandé.", "Change of address requested."
    ),
    Kind.EMAIL_CHANGED: Spec(("change_email", "confirm_email"), ("person_id",), "Adresse changée.", "Address changed."),
    Kind.PERSON_ERASED: Spec(
        ("erase_person",), ("person_id", "seat_ids"), "Données de la personne effacées.", "Person's data erased."
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
    Kind.PLAN_SAVED: Spec(
        ("save_plan",),
        ("plan_code", "seat_limit", "price_minor", "is_open"),
        "Formule {plan_code} enregistrée : {seat_limit} places.",
        "Plan {plan_code} saved: {seat_limit} seats.",
    ),
    Kind.TERMS_PUBLISHED: Spec(
        ("publish_terms",),
        ("version",),
        "Conditions d'utilisation publiées, version {version}.",
        "Terms of use published, version {version}.",
    ),
    Kind.KEY_CREATED: Spec(("create_api_key",), ("key_id", "scopes"), "Clé d'accès créée.", "API key created."),
    Kind.KEY_REVOKED: Spec(("revoke_api_key",), ("key_id",), "Clé d'accès révoquée.", "API key revoked."),
    # Of our own, since every letter tells of an event: staff are warned before the endpoint is disabled.
    Kind.ENDPOINT_FAILING: Spec(
        ("tick",),
        ("endpoint_id",),
        "Rien n'aboutit plus depuis un jour à une adresse d'appel (webhook).",
        "Nothing has reached a webhook endpoint for a day.",
    ),
    Kind.ENDPOINT_DISABLED: Spec(
        ("tick", "update_webhook_endpoint"),
        ("endpoint_id", "reason"),
        "Adresse d'appel (webhook) désactivée ({reason}).",
        "Webhook endpoint disabled ({reason}).",
    ),
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
    "GONE": ("elle répond qu'elle est close", "it answers that it is gone"),
    "FAILING": ("rien n'y aboutit plus", "nothing reaches it any more"),
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
