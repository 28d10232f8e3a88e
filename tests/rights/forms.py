"""The forms of deeds, well filled but for what a test says otherwise; each time as good as never sent before."""

import itertools
from typing import Any

from tests.rights.stage import Stage
from tests.world import user

PASSWORD = "quatre petits chevaux gris"
_fresh = itertools.count(1)


def fresh_name() -> str:
    """A name that nobody has, nor anything."""
    return f"fresh{next(_fresh)}"


def fresh_user() -> dict[str, Any]:
    """A person for a form whom nobody has met."""
    return user(fresh_name())


def sign_up(stage: Stage, **more: Any) -> dict[str, Any]:
    """One organisation more, with one user, its manager."""
    first = fresh_user()
    # two organisations of one name and postal code would be told to staff as a possible duplicate
    form = stage.world.form("nobody", name=f"Ville {fresh_name()}")
    return form | {"users": [first], "managerEmail": first["email"], **more}


def organisation(organisation_id: str, **more: Any) -> dict[str, Any]:
    """An organisation that has moved."""
    form = {"name": f"Ville {fresh_name()}", "addressLines": ["2 place de la Mairie"], **more}
    return {"organisationId": organisation_id, "organisation": form}


def seats(stage: Stage, subscription_id: str, **more: Any) -> dict[str, Any]:
    """One user more."""
    form = {"users": [fresh_user()], "idempotencyKey": stage.world.fresh_key(), **more}
    return {"subscriptionId": subscription_id, **form}


def commitment(stage: Stage, **more: Any) -> dict[str, Any]:
    """A payment proof."""
    return {"kind": "CHEQUE", "reference": "CH-1", "receivedOn": stage.earlier.date().isoformat(), **more}


def proof(stage: Stage, subscription_id: str, **more: Any) -> dict[str, Any]:
    """The proof of a subscription's running term."""
    return {
        "subscriptionId": subscription_id,
        "idempotencyKey": stage.world.fresh_key(),
        **commitment(stage, **more),
    }


def renewal(stage: Stage, subscription_id: str, **more: Any) -> dict[str, Any]:
    """The same plan for another year."""
    form = {"acceptedTermsVersion": stage.world.terms_version, "idempotencyKey": stage.world.fresh_key(), **more}
    return {"subscriptionId": subscription_id, **form}


def endpoint(**more: Any) -> dict[str, Any]:
    """An address to send events to."""
    return {"url": f"https://hooks.example/{fresh_name()}", "kinds": ["key.created"], **more}


def redemption(stage: Stage, **more: Any) -> dict[str, Any]:
    """A registration of bob's."""
    return {
        "subscriberNumber": stage.numbers["bob at A"],
        "eventKind": "TRAINING",
        "eventReference": f"training {fresh_name()}",
        "registrationReference": "R-1",
        "priceMinor": 10_000,
        "idempotencyKey": stage.world.fresh_key(),
        **more,
    }


def plan(**more: Any) -> dict[str, Any]:
    """A plan that nobody may choose, under a name that it never had."""
    return {
        "code": "RIGHTS",
        "name": f"Plan {fresh_name()}",
        "seatLimit": 4,
        "priceMinor": 70_000,
        "services": ["TRAINING"],
        "discounts": [{"eventKind": "FORUM", "amountMinor": 500}],
        "isOpen": False,
        **more,
    }


def terms_of_use(**more: Any) -> dict[str, Any]:
    """A version of the terms of use that was never published."""
    return {"version": fresh_name(), "url": "https://www.capcom.example/terms-of-use/next", **more}


def check(number: str) -> dict[str, Any]:
    """What a support request asks again about a discount."""
    return {"check": {"subscriberNumber": number, "eventKind": "FORUM"}}


def access(number: str) -> dict[str, Any]:
    """What a support request asks again about a service."""
    return {"access": {"subscriberNumber": number, "service": "DOCUMENTATION"}}
