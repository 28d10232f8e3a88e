"""The right that reading or calling each field of the API needs; `rights` says who has which right."""

from collections.abc import Mapping

from capcom_gql.domain.rights import Right

INHERITED = "INHERITED"
"""In place of a right: the field's type is reached only through fields whose right was checked already."""

_FIELDS: tuple[tuple[str, str, str], ...] = (
    (Right.PUBLIC, "Query", "viewer plans termsOfUse"),
    # each object checks its own right: what a caller may not see is answered as what does not exist
    (INHERITED, "Query", "node nodes"),
    (Right.VIEW, "Query", "organisation organisations"),
    (Right.DISCOUNT_CHECK, "Query", "discountCheck discountChecks"),
    (Right.SERVICE_CHECK, "Query", "serviceAccess"),
    (Right.REDEMPTIONS, "Query", "redemptions"),
    (Right.EVENTS, "Query", "events"),
    (Right.DELIVERIES, "Query", "deliveries"),
    (Right.NOTIFICATIONS, "Query", "webhookEndpoints"),
    (Right.ADMINISTRATION, "Query", "supportRequests notifiers apiKeys report"),
    (Right.PUBLIC, "Mutation", "subscribe signIn requestPassword choosePassword confirmEmail"),
    (Right.MANAGE_SEATS, "Mutation", "addSeats replaceSeat removeSeat transferManagement updateOrganisation"),
    (Right.RENEWAL, "Mutation", "renew declineRenewal"),
    (Right.PROOF, "Mutation", "recordPaymentProof"),
    (Right.REDEEM, "Mutation", "redeemDiscount releaseDiscount"),
    (
        Right.ADMINISTRATION,
        "Mutation",
        "reinstateTerm cancelSubscription erasePerson closeSupportRequest savePlan publishTerms createApiKey "
        "revokeApiKey",
    ),
    (
        Right.NOTIFICATIONS,
        "Mutation",
        "createWebhookEndpoint updateWebhookEndpoint rotateWebhookSecret deleteWebhookEndpoint retryDelivery",
    ),
    (
        Right.SELF,
        "Mutation",
        "answerSurvey updateProfile changeEmail openSupportRequest signOut endSession endAllSessions",
    ),
    (
        Right.VIEW,
        "Organisation",
        "id name siret kind addressLines postalCode city country chorusEngagementRequired subscription createdAt",
    ),
    (Right.VIEW_DETAILS, "Organisation", "billingEmail chorusServiceCode"),
    (
        Right.VIEW,
        "OrganisationSubscription",
        "id organisation plan state isLive startsOn endsOn proofDueOn manager seatLimit seatsUsed seats currentTerm "
        "upcomingTerm terms",
    ),
    (Right.VIEW_DETAILS, "OrganisationSubscription", "timeline agenda renewal"),
    (INHERITED, "Milestone", "kind on description"),
    (
        INHERITED,
        "Renewal",
        "noticeOn isOpen remindersSent remindersMax declinedAt declineReason renewedAt wouldEndOn",
    ),
    (
        Right.VIEW,
        "Term",
        "id state openedAt startsOn endsOn termsVersion plan seatLimit price services discounts proofDueOn isConfirmed "
        "cancelledAt cancellationReason reinstatedAt",
    ),
    (Right.VIEW_DETAILS, "Term", "proof"),
    (INHERITED, "PaymentProof", "id kind reference receivedOn recordedAt"),
    (Right.VIEW, "Seat", "id subscription person isManager isActive addedAt removedAt services"),
    # R11
    (Right.NUMBER, "Seat", "subscriberNumber"),
    (Right.VIEW_DETAILS, "Seat", "survey"),
    (INHERITED, "SurveyRequest", "term askedAt answeredAt closesOn"),
    (Right.VIEW, "Person", "id email givenName familyName locale"),
    (Right.PROFILE, "Person", "jobTitle phone addresses"),
    (INHERITED, "Address", "kind value"),
    (
        Right.REDEMPTIONS,
        "Redemption",
        "id eventKind eventReference registrationReference price reduction finalPrice state redeemedAt releasedAt",
    ),
    (Right.VIEW, "Redemption", "organisation"),
    (Right.NUMBER, "Redemption", "seat"),
    (Right.EVENTS, "Event", "id kind occurredAt recordedAt actor organisation subject details description"),
    (Right.NOTES, "Event", "note"),
    (
        Right.DELIVERIES,
        "Delivery",
        "id event topic channel recipient subject state reason attempts nextAttemptAt sentAt createdAt",
    ),
    (INHERITED, "DeliveryAttempt", "number at outcome error durationMs"),
    (
        Right.NOTIFICATIONS,
        "WebhookEndpoint",
        "id url description kinds isEnabled disabledReason organisation createdAt",
    ),
    (Right.ADMINISTRATION, "ApiKey", "id name prefix scopes createdAt lastUsedAt expiresAt revokedAt"),
    (Right.SUPPORT, "SupportRequest", "id message check access seat openedBy openedAt closedAt answer"),
    (Right.SELF, "Viewer", "role person apiKey scopes seats organisations supportRequests sessions"),
    (INHERITED, "Session", "id createdAt lastUsedAt network isCurrent"),
    (INHERITED, "Plan", "id code name seatLimit price services discounts isOpen"),
    (INHERITED, "DiscountRule", "eventKind percent amount"),
    (INHERITED, "Money", "amountMinor currency"),
    (INHERITED, "Notifier", "name distribution version state reason addressKind configSchema"),
    (INHERITED, "Report", "from to live opened confirmed cancelledUnpaid expired renewed renewalRate seatsUsed"),
    (INHERITED, "Report", "seatsAvailable redemptions reductionGranted proofAwaited survey"),
    (INHERITED, "SurveySummary", "asked answered score nps comments"),
    (INHERITED, "TermsOfUse", "version url publishedAt"),
    (INHERITED, "PageInfo", "hasNextPage hasPreviousPage startCursor endCursor"),
    (
        INHERITED,
        "DiscountCheck",
        "eligible reason message nextStep percent reduction finalPrice provisional validUntil checkedAt",
    ),
    (INHERITED, "ServiceAccess", "granted reason message checkedAt services validUntil"),
)

FIELDS: Mapping[str, Right | None] = {
    f"{type_name}.{field}": None if right == INHERITED else Right(right)
    for right, type_name, names in _FIELDS
    for field in names.split()
}
"""The right of each field, by "Type.field" in the API's names; None stands for INHERITED."""


def right_of(type_name: str, field: str) -> Right | None:
    """The right that a field needs; None where the right of its object was checked already.

    Fields of connections, edges, payloads and errors need none: their content is checked object by object. Raises
    KeyError for a field that this file does not declare.
    """
    if type_name.endswith(("Connection", "Edge", "Payload", "Error")):
        return None
    return FIELDS[f"{type_name}.{field}"]
