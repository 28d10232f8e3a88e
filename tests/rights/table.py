"""The table of rights of the rules, written a second time, for the tests; the product's own is not looked at.

Four tables: which objects a caller may see, what they get of each field, which questions they may ask, and which deeds
they may do. A column is a standing before an object; the machine's column names the scope that it needs.
"""

SCOPES = (
    "DISCOUNTS_CHECK",
    "DISCOUNTS_REDEEM",
    "SERVICES_CHECK",
    "ORGANISATIONS_READ",
    "ORGANISATIONS_WRITE",
    "BILLING_WRITE",
    "EVENTS_READ",
    "NOTIFICATIONS_WRITE",
    "ADMIN",
)


# "shown" is the seat and the person of the manager: members see who that is. "made" is what this very key made. A
# support request is of no organisation, and a letter is of one where it went to whoever has or had a seat there: what
# happened is told with it. "timeline" is an event reached through the subscription that it is about.
SEEN = """
                          staff  manager  holder  member  machine
Organisation              yes    yes      -       yes     ORGANISATIONS_READ
OrganisationSubscription  yes    yes      -       yes     ORGANISATIONS_READ
Term                      yes    yes      -       yes     ORGANISATIONS_READ
PaymentProof              yes    yes      -       -       ORGANISATIONS_READ
Seat                      yes    yes      yes     shown   ORGANISATIONS_READ
Person                    yes    yes      yes     shown   ORGANISATIONS_READ
Redemption                yes    yes      yes     -       made:DISCOUNTS_REDEEM
Event                     yes    yes      -       -       EVENTS_READ
timeline                  yes    yes      -       -       ORGANISATIONS_READ
Delivery                  yes    yes      -       -       NOTIFICATIONS_WRITE
SupportRequest            yes    -        yes     -       ADMIN
WebhookEndpoint           yes    -        -       -       NOTIFICATIONS_WRITE
ApiKey                    yes    -        -       -       ADMIN
"""

# What those who see an object read of it, row by row of the table; "own": where it is about the manager. A field that
# is refused is null with an error, but for a list that cannot be null, which is empty.
READ = """
         staff  manager  holder  member  machine             refusal
seen     yes    yes      yes     yes     any                 -
card     yes    yes      yes     yes     ORGANISATIONS_READ  null
detail   yes    yes      yes     -       ORGANISATIONS_READ  null
further  yes    yes      yes     -       ORGANISATIONS_READ  empty
private  yes    own      yes     -       -                   null
listed   yes    own      yes     -       -                   empty
number   yes    yes      yes     -       -                   null
note     yes    -        -       -       -                   null
"""

# Fields of objects, each in its row. A subscription's `seats`, a support request's `seat`, an event's `subject` and
# `actor` depend on more than the row; the walk knows how.
FIELDS = {
    "Organisation": {
        "card": "id name siret kind addressLines postalCode city country chorusEngagementRequired subscription "
        "createdAt",
        "detail": "billingEmail chorusServiceCode",
    },
    "OrganisationSubscription": {
        "card": "id organisation plan state isLive startsOn endsOn proofDueOn manager seatLimit seatsUsed seats "
        "currentTerm upcomingTerm terms",
        "detail": "timeline renewal",
        "further": "agenda",
    },
    "Term": {
        "card": "id state openedAt startsOn endsOn termsVersion plan seatLimit price services discounts proofDueOn "
        "isConfirmed cancelledAt cancellationReason reinstatedAt",
        "detail": "proof",
    },
    "PaymentProof": {"seen": "id kind reference receivedOn recordedAt"},
    "Seat": {
        "card": "id subscription person isManager isActive addedAt removedAt services",
        "detail": "survey",
        "number": "subscriberNumber",
    },
    "Person": {
        "card": "id email givenName familyName locale",
        "private": "jobTitle phone",
        "listed": "addresses",
    },
    "Redemption": {
        "seen": "id eventKind eventReference registrationReference price reduction finalPrice state redeemedAt "
        "releasedAt",
        "card": "organisation",
        "number": "seat",
    },
    "Event": {
        "seen": "id kind occurredAt recordedAt actor subject details description",
        "card": "organisation",
        "note": "note",
    },
    "Delivery": {
        "seen": "id event topic channel recipient subject state reason attempts nextAttemptAt sentAt createdAt"
    },
    "SupportRequest": {"seen": "id message check access seat openedBy openedAt closedAt answer"},
    "WebhookEndpoint": {"seen": "id url description kinds isEnabled disabledReason createdAt", "card": "organisation"},
    "ApiKey": {"seen": "id name prefix scopes createdAt lastUsedAt expiresAt revokedAt"},
    "Plan": {"seen": "id code name seatLimit price services discounts isOpen"},
}

# Values: whoever gets one gets all of it.
VALUES = {
    "Viewer": "role person apiKey scopes seats organisations supportRequests sessions",
    "Session": "id createdAt lastUsedAt network isCurrent",
    "DeliveryAttempt": "number at outcome error durationMs",
    "Milestone": "kind on description",
    "Renewal": "noticeOn isOpen remindersSent remindersMax declinedAt declineReason renewedAt wouldEndOn",
    "SurveyRequest": "term askedAt answeredAt closesOn",
    "DiscountRule": "eventKind percent amount",
    "Money": "amountMinor currency",
    "Address": "kind value",
    "TermsOfUse": "version url publishedAt",
    "Notifier": "name distribution version state reason addressKind configSchema",
    "Report": "from to live opened confirmed cancelledUnpaid expired renewed renewalRate seatsUsed seatsAvailable "
    "redemptions reductionGranted proofAwaited survey",
    "SurveySummary": "asked answered score nps comments",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "DiscountCheck": "eligible reason message nextStep percent reduction finalPrice provisional validUntil checkedAt",
    "ServiceAccess": "granted reason message checkedAt services validUntil",
    "SimpleError": "code message path",
    "SeatLimitError": "code message path limit used",
    "TermsError": "code message path current",
    "ProofTooLateError": "code message path dueOn",
}

# Questions. `person`: yes, or manager for those who manage at least one organisation. Without the right a question
# that may answer null does, with an error; one that may not is no answer at all (`refusal`).
ROOTS = """
                 anonymous  person   machine              refusal
node             yes        yes      any                  field
nodes            yes        yes      any                  request
viewer           yes        yes      -                    field
plans            yes        yes      -                    request
termsOfUse       yes        yes      -                    request
organisation     -          yes      ORGANISATIONS_READ   field
organisations    -          yes      ORGANISATIONS_READ   field
discountCheck    -          yes      DISCOUNTS_CHECK      request
discountChecks   -          yes      DISCOUNTS_CHECK      request
serviceAccess    -          yes      SERVICES_CHECK       request
redemptions      -          yes      DISCOUNTS_REDEEM     field
events           -          manager  EVENTS_READ          field
deliveries       -          manager  NOTIFICATIONS_WRITE  field
webhookEndpoints -          -        NOTIFICATIONS_WRITE  field
notifiers        -          -        ADMIN                field
supportRequests  -          -        ADMIN                field
apiKeys          -          -        ADMIN                field
report           -          -        ADMIN                field
"""

# Deeds; staff may do every one, but with "own": what a person does for themselves, staff like anybody. `whose` is the
# place of the input that ownership is judged by; `result` is what the payload holds besides its errors. A deed is
# written a second time where an input more makes it another right.
DEEDS = """
                        anonymous  person   machine                whose                   result
subscribe               yes        yes      -                      -                       subscription
updateOrganisation      -          manager  ORGANISATIONS_WRITE    organisationId          organisation
addSeats                -          manager  ORGANISATIONS_WRITE    subscriptionId          seats,subscription
replaceSeat             -          manager  ORGANISATIONS_WRITE    seatId                  seat,subscription
removeSeat              -          manager  ORGANISATIONS_WRITE    seatId                  subscription
transferManagement      -          manager  ORGANISATIONS_WRITE    subscriptionId          subscription
recordPaymentProof      -          -        BILLING_WRITE          subscriptionId          subscription,term
reinstateTerm           -          -        ADMIN                  termId                  subscription,term
cancelSubscription      -          -        ADMIN                  subscriptionId          subscription
renew                   -          manager  -                      subscriptionId          subscription,term
declineRenewal          -          manager  -                      subscriptionId          subscription
answerSurvey            -          own      -                      seatId                  survey
redeemDiscount          -          -        DISCOUNTS_REDEEM       -                       redemption,check
releaseDiscount         -          -        made:DISCOUNTS_REDEEM  redemptionId            redemption
signIn                  yes        yes      -                      -                       accessToken,expiresAt,viewer
signOut                 -          yes      -                      -                       signedOut
endSession              -          own      -                      sessionId               ended
endAllSessions          -          yes      -                      -                       endedCount
requestPassword         yes        yes      -                      -                       accepted
choosePassword          yes        yes      -                      -                       accessToken,expiresAt,viewer
updateProfile           -          own      -                      -                       person
changeEmail             -          own      -                      -                       person
changeEmail:another     -          -        -                      personId                person
confirmEmail            yes        yes      -                      -                       person
erasePerson             -          -        ADMIN                  personId                erased
openSupportRequest      -          own      -                      check.subscriberNumber  request
closeSupportRequest     -          -        ADMIN                  requestId               request
savePlan                -          -        ADMIN                  -                       plan
publishTerms            -          -        ADMIN                  -                       terms
createApiKey            -          -        ADMIN                  -                       apiKey,secret
revokeApiKey            -          -        ADMIN                  apiKeyId                apiKey
retryDelivery           -          -        NOTIFICATIONS_WRITE    deliveryId              delivery
createWebhookEndpoint   -          -        NOTIFICATIONS_WRITE    -                       endpoint,secret
updateWebhookEndpoint   -          -        NOTIFICATIONS_WRITE    endpointId              endpoint
rotateWebhookSecret     -          -        NOTIFICATIONS_WRITE    endpointId              endpoint,secret
deleteWebhookEndpoint   -          -        NOTIFICATIONS_WRITE    endpointId              deleted
"""

# What of a result a machine is shown with this scope only.
SHOWN_WITH = dict.fromkeys(("subscription", "term", "seats", "seat", "organisation"), "ORGANISATIONS_READ")

# A link changes the address of a person whom its user may not see, and is then told nothing.
SHOWN_TO_STAFF = {("confirmEmail", "person")}


def rows(text: str) -> dict[str, dict[str, str]]:
    """A table by row and column."""
    header, *lines = [line.split() for line in text.strip().splitlines()]
    return {name: dict(zip(header, cells, strict=True)) for name, *cells in lines}
