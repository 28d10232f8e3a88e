"""The manager's list of users, and their organisation."""

from capcom_gql.pages.operations import IDEMPOTENCY_KEY, Operation, document_of

USERS = (
    Operation(
        name="AddSeats",
        title="Add a user",
        group="The list of users",
        needs="the manager, staff, or a key with ORGANISATIONS_WRITE",
        callers=("manager", "staff"),
        document=document_of("AddSeats"),
        variables={
            "input": {
                "subscriptionId": "a subscription's id",
                "users": [{"email": "lea.moreau@rochebrune.example", "givenName": "Léa", "familyName": "Moreau"}],
                "idempotencyKey": IDEMPOTENCY_KEY,
            }
        },
    ),
    Operation(
        name="ReplaceSeat",
        title="Replace a user",
        group="The list of users",
        needs="the manager, staff, or a key with ORGANISATIONS_WRITE",
        callers=("manager", "staff"),
        document=document_of("ReplaceSeat"),
        variables={
            "input": {
                "seatId": "an active seat's id, as SubscriptionDetail lists them",
                "user": {"email": "paul.girard@rochebrune.example", "givenName": "Paul", "familyName": "Girard"},
            }
        },
    ),
    Operation(
        name="TransferManagement",
        title="Hand the manager's role over",
        group="The list of users",
        needs="the manager, staff, or a key with ORGANISATIONS_WRITE",
        callers=("manager", "staff"),
        document=document_of("TransferManagement"),
        variables={"input": {"subscriptionId": "a subscription's id", "seatId": "the new manager's seat"}},
    ),
    Operation(
        name="UpdateOrganisation",
        title="Update the organisation",
        group="The list of users",
        needs="the manager, staff, or a key with ORGANISATIONS_WRITE",
        callers=("manager", "staff"),
        document=document_of("UpdateOrganisation"),
        variables={
            "input": {
                "organisationId": "an organisation's id",
                "organisation": {
                    "name": "Ville de Rochebrune",
                    "kind": "commune",
                    "addressLines": ["Hôtel de ville", "1 place de la République"],
                    "postalCode": "26110",
                    "city": "Rochebrune",
                    "billingEmail": "finances@rochebrune.example",
                },
            }
        },
    ),
)
