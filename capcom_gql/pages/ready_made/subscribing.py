"""What the sign-up form asks and sends."""

from capcom_gql.pages.operations import IDEMPOTENCY_KEY, Operation, document_of

SUBSCRIBING = (
    Operation(
        name="Plans",
        title="Plans and terms of use",
        group="Subscribing",
        needs="nothing: anyone may ask",
        document=document_of("Plans"),
    ),
    Operation(
        name="Subscribe",
        title="Subscribe with four users",
        group="Subscribing",
        needs="nothing: this is the sign-up form",
        document=document_of("Subscribe"),
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
)
