"""Checking, redeeming and releasing discounts."""

from capcom_gql.pages.operations import IDEMPOTENCY_KEY, Operation, document_of

DISCOUNTS = (
    Operation(
        name="DiscountCheck",
        title="Check a discount",
        group="Discounts",
        needs="an API key with DISCOUNTS_CHECK, staff, or the holder of the number",
        callers=("key", "staff"),
        document=document_of("DiscountCheck"),
        variables={
            "input": {
                "subscriberNumber": "CP 4071 8823 9056 1227",
                "eventKind": "TRAINING",
                "eventReference": "formation-2026-11",
                "priceMinor": 45000,
            }
        },
    ),
    Operation(
        name="RedeemDiscount",
        title="Redeem a discount",
        group="Discounts",
        needs="an API key with DISCOUNTS_REDEEM, or staff",
        callers=("key", "staff"),
        document=document_of("RedeemDiscount"),
        variables={
            "input": {
                "subscriberNumber": "CP 4071 8823 9056 1227",
                "eventKind": "TRAINING",
                "eventReference": "formation-2026-11",
                "registrationReference": "inscription-0042",
                "priceMinor": 45000,
                "idempotencyKey": IDEMPOTENCY_KEY,
            }
        },
    ),
    Operation(
        name="ReleaseDiscount",
        title="Release a discount",
        group="Discounts",
        needs="the API key that redeemed it, or staff",
        callers=("key", "staff"),
        document=document_of("ReleaseDiscount"),
        variables={"input": {"redemptionId": "the id that RedeemDiscount answered"}},
    ),
)
