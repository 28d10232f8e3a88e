"""The enums of the API, most of them the domain's, with their descriptions. Importing this module registers them."""

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
    """The kinds of payment proof (R8)."""

    PURCHASE_ORDER = "PURCHASE_ORDER"
    CHEQUE = "CHEQUE"
    BANK_TRANSFER = "BANK_TRANSFER"


class OrderDirection(StrEnum):
    """The direction of an ordered list."""

    ASC = "ASC"
    DESC = "DESC"


def _describe(cls: type[Enum], description: str, values: Mapping[str, str], name: str | None = None) -> None:
    """Register an enum with its descriptions, as `name` where it has another one in the API.

    Raises ValueError unless every value, and nothing else, is described.
    """
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
        "UNCONFIGURED": "Settings are missing or wrong; `reason` names them.",
        "DISABLED": "The operator's settings switch it off, or it is for development only.",
        "FAILED": "It could not be loaded; `reason` says why.",
    },
)
_describe(
    SubscriptionState,
    "The state of a subscription today, in the operator's time zone. It is live while PROVISIONAL or CONFIRMED.",
    {
        "PROVISIONAL": "Live; the payment proof of the running term is awaited. It grants what CONFIRMED grants.",
        "CONFIRMED": "Live; the payment proof of the running term is recorded.",
        "CANCELLED": "Not live; the latest term that has begun was cancelled.",
        "EXPIRED": "Not live; the last day of the latest term that has begun is over.",
    },
)
_describe(
    TermState,
    "The state of one term today, in the operator's time zone.",
    {
        "UPCOMING": "Its first day is still to come; `isConfirmed` says whether its payment proof is recorded.",
        "PROVISIONAL": "Running; its payment proof is awaited.",
        "CONFIRMED": "Running; its payment proof is recorded.",
        "CANCELLED": "Cancelled, for the reason in `cancellationReason`, and not reinstated.",
        "ENDED": "Its last day is over.",
    },
)
_describe(
    MilestoneKind,
    "What an entry of an agenda is about.",
    {
        "PROOF_REMINDER": "The manager is reminded of the payment proof.",
        "PROOF_DEADLINE": "The last day for the payment proof; without one the term is cancelled on the next day.",
        "RENEWAL_NOTICE": "Manager and users are asked whether to renew.",
        "RENEWAL_REMINDER": "Manager and users are reminded of the renewal.",
        "EXPIRY": "The subscription is expired: the day after its last day.",
    },
)
_describe(
    Service,
    "A service that a plan may include.",
    {
        "PUBLICATIONS": "The network's publications.",
        "DOCUMENTATION": "The network's documentation.",
        "TRAINING": "The network's training offer.",
    },
)
_describe(
    EventKind,
    "The kind of event at which a discount may be granted.",
    {"TRAINING": "A training.", "MEETING": "A meeting of the network.", "FORUM": "The yearly Forum."},
)
_describe(
    PaymentProofKind,
    "The kind of a payment proof: a commitment to pay, not yet the money.",
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
        "UNPAID": "No payment proof arrived by the due day; only the calendar gives this reason.",
        "WITHDRAWN": "Staff cancelled it at the organisation's written request.",
        "BY_STAFF": "Staff cancelled it for another reason.",
    },
)
_describe(
    Role,
    "The highest role that a caller has anywhere; rights are decided for each object.",
    {
        "STAFF": "A member of the operator's staff.",
        "MANAGER": "The manager of at least one organisation, who administers its list of users.",
        "MEMBER": "A signed-in person who is neither.",
        "MACHINE": "An API key.",
    },
)
_describe(
    Scope,
    "What an API key may do, for every organisation.",
    {
        "DISCOUNTS_CHECK": "Check whether a subscriber number gives a discount.",
        "DISCOUNTS_REDEEM": "Record the use of a discount; release and read the redemptions that this key made.",
        "SERVICES_CHECK": "Check whether a service is open to the holder of a subscriber number.",
        "ORGANISATIONS_READ": "Read organisations, subscriptions, seats and persons, but no subscriber numbers.",
        "ORGANISATIONS_WRITE": "Change the lists of users and the data of organisations.",
        "BILLING_WRITE": "Record payment proofs.",
        "EVENTS_READ": "Read events, and, with the scope of a check, ask it about a past instant.",
        "NOTIFICATIONS_WRITE": "Manage webhook endpoints, read deliveries and retry them.",
        "ADMIN": "Every other scope, and most of what only staff may do otherwise: plans, cancellations, API keys.",
    },
)
_describe(
    DiscountReason,
    "Why a discount is granted or not: the first reason of this list that applies, ELIGIBLE where no other does.",
    {
        "ELIGIBLE": "The discount is granted.",
        "MALFORMED_NUMBER": "This is not a subscriber number: digits are missing, or the check digits do not match.",
        "UNKNOWN_NUMBER": "The number does not exist, or the caller may not ask about it.",
        "HOLDER_MISMATCH": "The e-mail address that was given is not the holder's.",
        "SEAT_REMOVED": "The holder was removed from the list of users; the number is never valid again.",
        "SUBSCRIPTION_NOT_STARTED": "The subscription had not started at the instant that was asked about.",
        "SUBSCRIPTION_CANCELLED": "The subscription is cancelled.",
        "SUBSCRIPTION_EXPIRED": "The subscription has expired.",
        "EVENT_NOT_COVERED": "The plan grants no discount at this kind of event.",
        "ALREADY_REDEEMED": "The person has used the discount for this event already, under whichever number.",
    },
)
_describe(
    ServiceReason,
    "Why a service is open or not: the first reason of this list that applies, GRANTED where no other does.",
    {
        "GRANTED": "The service is open to the holder.",
        "MALFORMED_NUMBER": "This is not a subscriber number: digits are missing, or the check digits do not match.",
        "UNKNOWN_NUMBER": "The number does not exist, or the caller may not ask about it.",
        "SEAT_REMOVED": "The holder was removed from the list of users; the number is never valid again.",
        "SUBSCRIPTION_CANCELLED": "The subscription is cancelled.",
        "SUBSCRIPTION_EXPIRED": "The subscription has expired.",
        "SERVICE_NOT_COVERED": "The plan does not include this service.",
    },
)
_describe(
    RedemptionState,
    "The state of a redemption today.",
    {
        "PROVISIONAL": "The payment proof of the term is awaited.",
        "FINAL": "The payment proof of the term was recorded; a later cancellation of the term changes nothing.",
        "TO_REINVOICE": "The term was cancelled before its proof was recorded: the reduction is to be invoiced after "
        "all.",
        "RELEASED": "Released, as for a cancelled registration: the person has the discount for this event again.",
    },
)
_describe(
    DeliveryState,
    "The state of a delivery: a letter, or an event for a webhook endpoint.",
    {
        "PENDING": "It is sent at `nextAttemptAt`, or a moment later.",
        "SENT": "The channel has accepted it.",
        "RETRYING": "An attempt failed; the next is made at `nextAttemptAt`.",
        "FAILED": "It was given up for the reason in `reason`; only `retryDelivery` sends it again.",
        "HELD": "It waits until its channel is configured or its endpoint is enabled, or for `retryDelivery`.",
        "SUPPRESSED": "It is not sent, because what it says is no longer true or its recipient is gone; `reason` says "
        "which.",
    },
)
_describe(
    OrganisationOrderField,
    "What a list of organisations is ordered by; organisations without such a day come last in both directions.",
    {
        "NAME": "The name, without case and accents.",
        "ENDS_ON": "The last day of the subscription.",
        "PROOF_DUE_ON": "The last day for the earliest payment proof that is awaited.",
        "CREATED_AT": "When the organisation was created here.",
    },
)
_describe(
    OrderDirection,
    "The direction of an ordered list.",
    {"ASC": "From A to Z, from the earliest to the latest.", "DESC": "From Z to A, from the latest to the earliest."},
)
_describe(
    Code,
    "Why a mutation was refused, for programs; `message` is for people.",
    {
        "INVALID_INPUT": "A value is malformed, out of range or does not fit the others; `path` says which.",
        "NOT_FOUND": "The id names nothing, or nothing that the caller may see.",
        "FORBIDDEN": "The caller lacks permission, whatever the input.",
        "CONFLICT": "Another request changed the same data, or the object is not in the state that the mutation needs.",
        "ALREADY_SUBSCRIBED": "The organisation has a live subscription.",
        "SEAT_LIMIT_REACHED": "The list would exceed the seats; SeatLimitError carries the figures.",
        "DUPLICATE_USER": "A person is in the list twice, or has an active seat in this subscription already.",
        "MANAGER_REQUIRED": "The manager is missing from the list, or would be removed from it.",
        "PLAN_CLOSED": "The plan can no longer be chosen.",
        "PLAN_TOO_SMALL": "The plan has fewer seats than are active.",
        "NOT_LIVE": "The subscription is not live.",
        "RENEWAL_ALREADY_DONE": "The subscription is renewed already: a term is upcoming.",
        "PROOF_ALREADY_RECORDED": "The payment proof of this term is recorded already.",
        "PROOF_TOO_LATE": "The term is cancelled; ProofTooLateError carries the last day for its proof.",
        "TERMS_NOT_ACCEPTED": "The accepted version of the terms of use is not the current one; TermsError carries "
        "the current one.",
        "DISCOUNT_REFUSED": "The number gives no discount; `check` of the payload says why.",
        "ALREADY_RELEASED": "The redemption is released already.",
        "IDEMPOTENCY_KEY_REUSED": "The idempotency key was used with another input before.",
        "BAD_CREDENTIALS": "The address or the password is wrong.",
        "BAD_TOKEN": "The link was used already, has expired or is unknown.",
        "WEAK_PASSWORD": "The password is too short, too long or too common.",
        "UNSAFE_URL": "The server does not call this address.",
        "PROOF_AWAITED": "The running term still awaits its payment proof.",
        "PREVIOUS_UNPAID": "The previous subscription was cancelled unpaid: only staff can reopen it.",
        "TERM_OVERLAPS": "Another term that is not cancelled shares days with this one.",
        "ALREADY_ANSWERED": "The survey is answered already.",
        "SURVEY_CLOSED": "The survey no longer accepts answers.",
    },
    name="ErrorCode",
)
