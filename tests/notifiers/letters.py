"""What letters are about in these tests: one subscription of the town of Évreux."""

from datetime import date

LINK = "https://capcom.example/choose-password?token=" + "aB3-_" * 9 + "&from=letter"

CONTEXT: dict[str, object] = {
    "person": {"given_name": "Zoé", "family_name": "N'Guyên", "email": "zoe@ville.example"},
    "organisation_name": "Ville d'Évreux",
    "plan_name": "Collectif",
    "subscriber_number": "CP 4071 8823 9056 1227",
    "is_manager": True,
    "manager_name": "Ana Díaz",
    "proof_due_on": date(2026, 12, 9),
    "starts_on": date(2026, 11, 24),
    "ends_on": date(2027, 11, 23),
    "cancelled_on": date(2026, 12, 10),
    "reason": "UNPAID",
    "services": ["PUBLICATIONS", "DOCUMENTATION", "TRAINING"],
    "discounts": [
        {"event_kind": "TRAINING", "percent": 20, "amount": None},
        {"event_kind": "MEETING", "percent": None, "amount": "15,50 €"},
        {"event_kind": "FORUM", "percent": 10},
    ],
    "link": LINK,
    "link_hours": 72,
    "login_url": "https://capcom.example/login",
    "support_email": "support@capcom.example",
    "notice": {
        "kind": "signup.refused",
        "organisation_name": "Ville d'Évreux",
        "subject_ids": ["org_01jx", "sub_01jx"],
    },
}
