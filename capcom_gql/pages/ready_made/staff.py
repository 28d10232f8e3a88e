"""What staff do."""

from capcom_gql.pages.operations import IDEMPOTENCY_KEY, Operation, document_of

STAFF = (
    Operation(
        name="RecordPaymentProof",
        title="Record a payment proof",
        group="By staff",
        needs="staff, or an API key with BILLING_WRITE",
        callers=("staff",),
        document=document_of("RecordPaymentProof"),
        variables={
            "input": {
                "subscriptionId": "a subscription's id",
                "kind": "PURCHASE_ORDER",
                "reference": "BC-2026-0117",
                "receivedOn": "2026-11-02",
                "idempotencyKey": IDEMPOTENCY_KEY,
            }
        },
    ),
    Operation(
        name="ReinstateTerm",
        title="Reinstate an unpaid year",
        group="By staff",
        needs="staff",
        callers=("staff",),
        document=document_of("ReinstateTerm"),
        variables={
            "input": {
                "termId": "a term cancelled UNPAID, as SubscriptionDetail lists them",
                "kind": "PURCHASE_ORDER",
                "reference": "BC-2026-0117",
                "receivedOn": "2026-11-02",
                "reason": "Received in time, recorded late",
            }
        },
    ),
    Operation(
        name="CancelSubscription",
        title="Cancel a subscription",
        group="By staff",
        needs="staff",
        callers=("staff",),
        document=document_of("CancelSubscription"),
        variables={
            "input": {
                "subscriptionId": "a subscription's id",
                "reason": "WITHDRAWN",
                "note": "Letter of the organisation",
            }
        },
    ),
    Operation(
        name="CloseSupportRequest",
        title="Answer a request for help",
        group="By staff",
        needs="staff",
        callers=("staff",),
        document=document_of("CloseSupportRequest"),
        variables={
            "input": {
                "requestId": "the id that OpenSupportRequest answered",
                "answer": "Votre numéro donne à nouveau droit à la réduction.",
            }
        },
    ),
    Operation(
        name="ErasePerson",
        title="Erase a person",
        group="By staff",
        needs="staff",
        callers=("staff",),
        document=document_of("ErasePerson"),
        variables={"input": {"personId": "a person's id", "reason": "At their written request"}},
    ),
    Operation(
        name="RetryDelivery",
        title="Try a letter again",
        group="By staff",
        needs="staff, or an API key with NOTIFICATIONS_WRITE",
        callers=("staff",),
        document=document_of("RetryDelivery"),
        variables={"input": {"deliveryId": "a letter that FAILED or is HELD, as Deliveries lists them"}},
    ),
)
