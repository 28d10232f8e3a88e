"""The enums of the API: the rules' own, each value described. Importing this module registers them."""

from collections.abc import Mapping
from enum import Enum, StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition

from capcom_gql.domain.agenda import MilestoneKind
from capcom_gql.domain.discounts import DiscountReason, RedemptionState, ServiceReason
from capcom_gql.domain.letters import DeliveryState
from capcom_gql.domain.lifecycle import SubscriptionState, TermState
from capcom_gql.domain.plans import EventKind, Service
from capcom_gql.domain.refusals import Code
from capcom_gql.domain.rights import Role, Scope
from capcom_gql.domain.terms import CancellationReason
from capcom_gql.notifiers.registry import NotifierState
from capcom_gql.storage.queries.lists import OrganisationOrderField

__all__ = [
    "CancellationReason",
    "Code",
    "DeliveryState",
    "DiscountReason",
    "EventKind",
    "MilestoneKind",
    "NotifierState",
    "OrderDirection",
    "OrganisationOrderField",
    "PaymentProofKind",
    "RedemptionState",
    "Role",
    "Scope",
    "Service",
    "ServiceReason",
    "SubscriptionState",
    "TermState",
]


class PaymentProofKind(StrEnum):
    """What arrived as a payment proof (R8)."""

    PURCHASE_ORDER = "PURCHASE_ORDER"
    CHEQUE = "CHEQUE"
    BANK_TRANSFER = "BANK_TRANSFER"


class OrderDirection(StrEnum):
    """Which way a list runs."""

    ASC = "ASC"
    DESC = "DESC"


def _describe(cls: type[Enum], description: str, values: Mapping[str, str], name: str | None = None) -> None:
    """Make an enum one of the API's. Raises ValueError unless every value, and nothing else, is described."""
    if set(values) != set(cls.__members__):
        raise ValueError(f"the descriptions of {cls.__name__} are not those of its values")
    strawberry.enum(cls, name=name, description=description)
    assert has_enum_definition(cls)
    definition: StrawberryEnumDefinition = cls.__strawberry_definition__
    for value in definition.values:
        value.description = values[value.name]


_describe(
    NotifierState,
    "Whether a channel delivers.",
    {
        "ACTIVE": "It delivers.",
        "UNCONFIGURED": "Settings are missing or wrong; the reason names them.",
        "DISABLED": "Switched off by the operator's settings, or for development only.",
        "FAILED": "It could not be loaded; the reason says why.",
    },
)
_describe(
    SubscriptionState,
    "The state of a subscription, worked out for the present day.",
    {
        "PROVISIONAL": "Live; the payment proof of the running term is still awaited. Grants as much as CONFIRMED.",
        "CONFIRMED": "Live; the payment proof of the running term is recorded.",
        "CANCELLED": "Not live; the latest term begun was cancelled.",
        "EXPIRED": "Not live; the latest term begun came to its last day, and no other followed.",
    },
)
_describe(
    TermState,
    "The state of one term, worked out for the present day.",
    {
        "UPCOMING": "Its first day is still to come.",
        "PROVISIONAL": "Running; its payment proof is still awaited.",
        "CONFIRMED": "Running; its payment proof is recorded.",
        "CANCELLED": "Cancelled; the reason is in cancellationReason.",
        "ENDED": "Its last day is over.",
    },
)
_describe(
    MilestoneKind,
    "What an agenda names.",
    {
        "PROOF_REMINDER": "The manager is reminded of the payment proof.",
        "PROOF_DEADLINE": "The last day for the payment proof; the term is cancelled the day after.",
        "RENEWAL_NOTICE": "Manager and users are asked whether to renew.",
        "RENEWAL_REMINDER": "Manager and users are reminded of the renewal.",
        "EXPIRY": "The subscription has ended: the day after its last day.",
    },
)
_describe(
    Service,
    "A service that a plan may include.",
    {
        "PUBLICATIONS": "The network's publications.",
        "DOCUMENTATION": "The documentation.",
        "TRAINING": "The training offer.",
    },
)
_describe(
    EventKind,
    "The kind of event at which a discount may be granted.",
    {"TRAINING": "A training.", "MEETING": "A meeting of the network.", "FORUM": "The yearly Forum."},
)
_describe(
    PaymentProofKind,
    "What arrived as a payment proof: a commitment to pay, not yet the money.",
    {
        "PURCHASE_ORDER": "A purchase order.",
        "CHEQUE": "A cheque.",
        "BANK_TRANSFER": "A bank transfer.",
    },
)
_describe(
    CancellationReason,
    "Why a term was cancelled.",
    {
        "UNPAID": "No payment proof arrived in time.",
        "WITHDRAWN": "The organisation asked for it in writing.",
        "BY_STAFF": "Staff decided it.",
    },
)
_describe(
    Role,
    "The highest role that a caller holds anywhere; rights are decided for each object.",
    {
        "STAFF": "One of the operator's staff.",
        "MANAGER": "Administers the list of users of at least one organisation.",
        "MEMBER": "A person without such a role.",
        "MACHINE": "An API key.",
    },
)
_describe(
    Scope,
    "What an API key may do.",
    {
        "DISCOUNTS_CHECK": "Ask whether a number gives a discount.",
        "DISCOUNTS_REDEEM": "Record the use of a discount, release it, and read the redemptions that this key made.",
        "SERVICES_CHECK": "Ask whether a number gives access to a service.",
        "ORGANISATIONS_READ": "Read organisations, subscriptions, seats and persons; subscriber numbers never.",
        "ORGANISATIONS_WRITE": "Change the lists of users.",
        "BILLING_WRITE": "Record payment proofs.",
        "EVENTS_READ": "Read events, and ask checks about the past.",
        "NOTIFICATIONS_WRITE": "Administer webhook endpoints, read deliveries and have them tried again.",
        "ADMIN": "Every other scope, and administration.",
    },
)
_describe(
    DiscountReason,
    "Why a discount is granted or not: the first that applies, in the order of this list but for ELIGIBLE.",
    {
        "ELIGIBLE": "The discount is granted.",
        "MALFORMED_NUMBER": "This is no subscriber number: digits are missing, or the check digits do not match.",
        "UNKNOWN_NUMBER": "Nobody holds this number, or the caller may not ask about it.",
        "HOLDER_MISMATCH": "The e-mail address given is not the holder's.",
        "SEAT_REMOVED": "The holder was removed from the list; the number is dead for good.",
        "SUBSCRIPTION_NOT_STARTED": "The subscription had not started at the instant asked about.",
        "SUBSCRIPTION_CANCELLED": "The subscription is cancelled.",
        "SUBSCRIPTION_EXPIRED": "The subscription has expired.",
        "EVENT_NOT_COVERED": "The plan has no discount for this kind of event.",
        "ALREADY_REDEEMED": "This person has used the discount for this event already.",
    },
)
_describe(
    ServiceReason,
    "Why a service is open or not: the first that applies, in the order of this list but for GRANTED.",
    {
        "GRANTED": "The service is open to the holder.",
        "MALFORMED_NUMBER": "This is no subscriber number: digits are missing, or the check digits do not match.",
        "UNKNOWN_NUMBER": "Nobody holds this number, or the caller may not ask about it.",
        "SEAT_REMOVED": "The holder was removed from the list; the number is dead for good.",
        "SUBSCRIPTION_CANCELLED": "The subscription is cancelled.",
        "SUBSCRIPTION_EXPIRED": "The subscription has expired.",
        "SERVICE_NOT_COVERED": "The plan does not include this service.",
    },
)
_describe(
    RedemptionState,
    "What became of a discount that was used.",
    {
        "PROVISIONAL": "Granted while the payment proof is awaited.",
        "FINAL": "Granted for good.",
        "TO_REINVOICE": "The term was cancelled before its proof came: the reduction is to be invoiced again.",
        "RELEASED": "Given back, for a registration that was cancelled; the discount may be used anew.",
    },
)
_describe(
    DeliveryState,
    "What became of a letter.",
    {
        "PENDING": "It goes at once, or at the hour it is due.",
        "SENT": "The channel has taken it.",
        "RETRYING": "An attempt failed; it is tried again at nextAttemptAt.",
        "FAILED": "Given up, for the reason told; it goes again by retryDelivery only.",
        "HELD": "It waits for its channel to be set up, and goes when a server starts with it; or by retryDelivery.",
        "SUPPRESSED": "It is not sent, since it is no longer true or has nobody to go to; the reason says which.",
    },
)
_describe(
    OrganisationOrderField,
    "What a list of organisations is ordered by; those without such a day come last.",
    {
        "NAME": "The name, without regard to case and accents.",
        "ENDS_ON": "The last day of the subscription.",
        "PROOF_DUE_ON": "The last day on which an awaited payment proof serves.",
        "CREATED_AT": "When the organisation was first known.",
    },
)
_describe(
    OrderDirection,
    "Which way a list runs.",
    {"ASC": "Smallest, earliest or first in the alphabet first.", "DESC": "The other way round."},
)
_describe(
    Code,
    "What a refusal is about, for programs; the message is for people.",
    {
        "INVALID_INPUT": "A value has not the form it must have; the path says which.",
        "NOT_FOUND": "The id names nothing, or nothing that the caller may see.",
        "FORBIDDEN": "The caller has not the right, whatever the input.",
        "CONFLICT": "Another request was changing the same data: try again.",
        "ALREADY_SUBSCRIBED": "The organisation has a live subscription.",
        "SEAT_LIMIT_REACHED": "The list would exceed the seats; SeatLimitError carries the figures.",
        "DUPLICATE_USER": "A person is in the list twice, or has an active seat here already.",
        "MANAGER_REQUIRED": "The manager is missing from the list, or would be removed from it.",
        "PLAN_CLOSED": "The plan is no longer offered.",
        "PLAN_TOO_SMALL": "The plan has fewer seats than are taken.",
        "NOT_LIVE": "The subscription is not live.",
        "RENEWAL_ALREADY_DONE": "A term is already to follow the running one.",
        "PROOF_ALREADY_RECORDED": "The payment proof of this term is recorded already.",
        "PROOF_TOO_LATE": "The term is cancelled; ProofTooLateError carries the day on which its proof was due.",
        "TERMS_NOT_ACCEPTED": "The version accepted is not the current one; TermsError carries that one.",
        "DISCOUNT_REFUSED": "The number is not entitled to the discount; the payload's check says why.",
        "ALREADY_RELEASED": "The redemption is released already.",
        "IDEMPOTENCY_KEY_REUSED": "The idempotency key was used with another input.",
        "BAD_CREDENTIALS": "The address or the password is wrong.",
        "BAD_TOKEN": "The one-time link was used already, or is no longer valid.",
        "WEAK_PASSWORD": "The password is too short, too long or too common.",
        "UNSAFE_URL": "The address is one that this server does not call.",
        "PROOF_AWAITED": "The running term still awaits its payment proof.",
        "PREVIOUS_UNPAID": "The previous subscription was cancelled unpaid: only staff reopen it.",
        "TERM_OVERLAPS": "Another term covers days of this one.",
        "ALREADY_ANSWERED": "The survey is answered already.",
        "SURVEY_CLOSED": "The survey no longer takes answers.",
    },
    name="ErrorCode",
)
