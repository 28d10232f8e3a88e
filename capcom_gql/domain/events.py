"""The kinds of event: which command records each, and what its details hold.

Details hold ids, days, amounts and codes; no name, address or free text (R21). Sentences are composed when an event is
read, from the catalogue of the reader's language (`languages/<code>/events.toml`), never stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Detail = str | int | bool | list[str] | None
"""A value in the details of an event; days are ISO 8601 text, amounts are in minor units."""


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
    PASSWORD_CHANGED = "password.changed"
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
    """A row of the table of events."""

    recorded_by: tuple[str, ...]
    """the names of the functions that record it, most of them commands"""
    details: tuple[str, ...]
    """the names of exactly the details that it has"""


EVENTS: Mapping[Kind, Spec] = {
    Kind.SUBSCRIPTION_OPENED: Spec(
        ("subscribe", "import_organisations"),
        ("term_id", "plan_code", "starts_on", "ends_on", "proof_due_on", "manager_seat_id"),
    ),
    Kind.SUBSCRIPTION_EXPIRED: Spec(("record_due", "import_organisations"), ("term_id", "ends_on")),
    Kind.TERM_CONFIRMED: Spec(
        ("record_payment_proof", "import_organisations"), ("term_id", "proof_id", "proof_kind", "received_on")
    ),
    Kind.TERM_CANCELLED: Spec(("record_due", "cancel_subscription"), ("term_id", "reason", "proof_due_on")),
    Kind.TERM_REINSTATED: Spec(("reinstate_term",), ("term_id", "proof_id", "proof_kind", "received_on")),
    Kind.TERM_STARTED: Spec(("record_due",), ("term_id", "starts_on")),
    Kind.SEAT_ADDED: Spec(("subscribe", "add_seats", "import_organisations"), ("seat_id", "person_id")),
    Kind.SEAT_REMOVED: Spec(("remove_seat", "subscribe", "erase_person"), ("seat_id", "person_id")),
    Kind.SEAT_REPLACED: Spec(("replace_seat",), ("seat_id", "person_id", "replaced_seat_id", "replaced_person_id")),
    Kind.MANAGER_CHANGED: Spec(("transfer_management", "replace_seat"), ("seat_id", "previous_seat_id")),
    Kind.ORGANISATION_UPDATED: Spec(("update_organisation",), ("fields",)),
    Kind.PROOF_REMINDED: Spec(("record_due",), ("term_id", "proof_due_on")),
    Kind.RENEWAL_ASKED: Spec(("record_due",), ("term_id", "ends_on")),
    Kind.RENEWAL_REMINDED: Spec(("record_due",), ("term_id", "ends_on", "reminder")),
    Kind.RENEWAL_SKIPPED: Spec(("record_due",), ("term_id", "letter", "on")),
    Kind.RENEWAL_DONE: Spec(
        ("renew",), ("term_id", "renewed_term_id", "plan_code", "starts_on", "ends_on", "proof_due_on")
    ),
    Kind.RENEWAL_DECLINED: Spec(("decline_renewal",), ("term_id", "ends_on")),
    Kind.DISCOUNT_REDEEMED: Spec(
        ("redeem_discount",),
        ("redemption_id", "seat_id", "event_kind", "price_minor", "reduction_minor", "currency", "provisional"),
    ),
    Kind.DISCOUNT_RELEASED: Spec(("release_discount",), ("redemption_id", "seat_id")),
    Kind.REDEMPTIONS_TO_REINVOICE: Spec(
        ("record_due", "cancel_subscription"), ("term_id", "redemption_ids", "amount_minor", "currency")
    ),
    Kind.TERMS_ACCEPTED: Spec(("subscribe", "renew"), ("term_id", "version", "person_id")),
    Kind.PASSWORD_REQUESTED: Spec(("request_password",), ()),
    Kind.PASSWORD_CHANGED: Spec(("choose_password",), ()),
    Kind.SURVEY_ASKED: Spec(("record_due", "renew"), ("term_id", "seat_ids")),
    Kind.SURVEY_ANSWERED: Spec(("answer_survey",), ("term_id", "seat_id")),
    Kind.SUPPORT_OPENED: Spec(("open_support_request",), ("request_id", "seat_id")),
    Kind.SUPPORT_CLOSED: Spec(("close_support_request",), ("request_id",)),
    Kind.EMAIL_CHANGE_REQUESTED: Spec(("change_email",), ("person_id",)),
    Kind.EMAIL_CHANGED: Spec(("change_email", "confirm_email"), ("person_id",)),
    Kind.PERSON_ERASED: Spec(("erase_person",), ("person_id", "seat_ids")),
    Kind.SIGNUP_REFUSED: Spec(("subscribe",), ()),
    Kind.DUPLICATE_SUSPECTED: Spec(("subscribe",), ("similar_organisation_ids",)),
    Kind.PLAN_SAVED: Spec(("save_plan",), ("plan_code", "seat_limit", "price_minor", "is_open")),
    Kind.TERMS_PUBLISHED: Spec(("publish_terms",), ("version",)),
    Kind.KEY_CREATED: Spec(("create_api_key",), ("key_id", "scopes")),
    Kind.KEY_REVOKED: Spec(("revoke_api_key",), ("key_id",)),
    # recorded because the warning to staff is a letter, and every letter is about an event
    Kind.ENDPOINT_FAILING: Spec(("tick",), ("endpoint_id",)),
    Kind.ENDPOINT_DISABLED: Spec(("tick", "update_webhook_endpoint"), ("endpoint_id", "reason")),
}
"""The table of events of docs/rules.md."""


def check_details(kind: Kind, details: Mapping[str, Detail]) -> None:
    """Raises ValueError unless the details are exactly those that the kind declares, so never free text (R21)."""
    if set(details) != set(EVENTS[kind].details):
        raise ValueError(f"{kind} carries {EVENTS[kind].details}, not {tuple(details)}")
