"""The ready-made operations of the explorer: each runs as it stands once its sample values are real."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import Literal

CallerKind = Literal["key", "staff", "manager"]

IDEMPOTENCY_KEY = "made-anew-for-each-page"


@dataclass(frozen=True)
class Operation:
    """One operation to choose. `name` is that of the GraphQL operation and of its permalink (#op=NAME).

    `callers` are the kinds of caller who may run it, the most telling first; empty when no token is needed.
    """

    name: str
    title: str
    group: str
    needs: str
    document: str
    callers: tuple[CallerKind, ...] = ()
    variables: Mapping[str, object] = field(default_factory=dict)


def with_variables(
    operations: Sequence[Operation], values: Mapping[str, Mapping[str, object]]
) -> tuple[Operation, ...]:
    """The same operations with these variables in place of the samples, by operation name.

    Objects are merged key by key, anything else is replaced. Raises ValueError for a name no operation has.
    """
    unknown = values.keys() - {operation.name for operation in operations}
    if unknown:
        raise ValueError(f"no ready-made operation is called {', '.join(sorted(unknown))}")
    return tuple(
        replace(operation, variables=_merged(operation.variables, values.get(operation.name, {})))
        for operation in operations
    )


def _merged(sample: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    merged = deepcopy(dict(sample))
    for key, value in given.items():
        held = merged.get(key)
        merged[key] = _merged(held, value) if isinstance(held, dict) and isinstance(value, Mapping) else value
    return merged


def _document(name: str) -> str:
    return files("capcom_gql.pages").joinpath("operations", f"{name}.graphql").read_text("utf-8").rstrip()


READY_MADE: tuple[Operation, ...] = (
    Operation(
        name="DiscountCheck",
        title="Check a discount",
        group="Discounts",
        needs="an API key with DISCOUNTS_CHECK, staff, or the holder of the number",
        callers=("key", "staff"),
        document=_document("DiscountCheck"),
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
        document=_document("RedeemDiscount"),
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
        document=_document("ReleaseDiscount"),
        variables={"input": {"redemptionId": "the id that RedeemDiscount answered"}},
    ),
    Operation(
        name="Plans",
        title="Plans and terms of use",
        group="Subscribing",
        needs="nothing: anyone may ask",
        document=_document("Plans"),
    ),
    Operation(
        name="Subscribe",
        title="Subscribe with four users",
        group="Subscribing",
        needs="nothing: this is the sign-up form",
        document=_document("Subscribe"),
        variables={
            "input": {
                "organisation": {
                    "name": "Ville de Rochebrune",
                    "kind": "commune",
                    "addressLines": ["Hôtel de ville", "1 place de la République"],
                    "postalCode": "26110",
                    "city": "Rochebrune",
                    "billingEmail": "comptabilite@rochebrune.example",
                },
                "planCode": "EQUIPE",
                "users": [
                    {"email": "ana.silva@rochebrune.example", "givenName": "Ana", "familyName": "Silva"},
                    {"email": "marc.lefevre@rochebrune.example", "givenName": "Marc", "familyName": "Lefèvre"},
                    {"email": "ines.benali@rochebrune.example", "givenName": "Inès", "familyName": "Benali"},
                    {"email": "yann.roux@rochebrune.example", "givenName": "Yann", "familyName": "Roux"},
                ],
                "managerEmail": "ana.silva@rochebrune.example",
                "signer": {
                    "email": "ana.silva@rochebrune.example",
                    "givenName": "Ana",
                    "familyName": "Silva",
                },
                "acceptedTermsVersion": "1",
                "idempotencyKey": IDEMPOTENCY_KEY,
            }
        },
    ),
    Operation(
        name="ChoosePassword",
        title="Choose a password",
        group="Account",
        needs="the token of a one-time link",
        document=_document("ChoosePassword"),
        variables={"input": {"token": "what follows token= in the link", "password": "quatre chevaux sous la pluie"}},
    ),
    Operation(
        name="SignIn",
        title="Sign in",
        group="Account",
        needs="an e-mail and a password",
        document=_document("SignIn"),
        variables={"input": {"email": "ana.silva@rochebrune.example", "password": "quatre chevaux sous la pluie"}},
    ),
    Operation(
        name="Viewer",
        title="Who am I?",
        group="Account",
        needs="any token; without one the answer is null",
        callers=("manager", "staff", "key"),
        document=_document("Viewer"),
    ),
    Operation(
        name="Organisations",
        title="List organisations",
        group="Following up",
        needs="staff or a key with ORGANISATIONS_READ; others see their own",
        callers=("staff", "manager"),
        document=_document("Organisations"),
        variables={
            "first": 20,
            "filter": {"state": ["PROVISIONAL", "CONFIRMED"]},
            "orderBy": {"field": "NAME", "direction": "ASC"},
        },
    ),
    Operation(
        name="SubscriptionDetail",
        title="One subscription with its seats",
        group="Following up",
        needs="staff, the manager, or a key with ORGANISATIONS_READ",
        callers=("staff", "manager"),
        document=_document("SubscriptionDetail"),
        variables={"id": "an organisation's id, as Organisations lists them"},
    ),
    Operation(
        name="RecordPaymentProof",
        title="Record a payment proof",
        group="Following up",
        needs="staff, or an API key with BILLING_WRITE",
        callers=("staff",),
        document=_document("RecordPaymentProof"),
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
        name="AddSeats",
        title="Add a user",
        group="Following up",
        needs="the manager, staff, or a key with ORGANISATIONS_WRITE",
        callers=("manager", "staff"),
        document=_document("AddSeats"),
        variables={
            "input": {
                "subscriptionId": "a subscription's id",
                "users": [{"email": "lea.moreau@rochebrune.example", "givenName": "Léa", "familyName": "Moreau"}],
                "idempotencyKey": IDEMPOTENCY_KEY,
            }
        },
    ),
    Operation(
        name="Events",
        title="What happened lately",
        group="Following up",
        needs="staff, the manager, or a key with EVENTS_READ",
        callers=("staff", "manager"),
        document=_document("Events"),
        variables={"first": 20, "filter": {}},
    ),
)
