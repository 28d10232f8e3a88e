"""Forms for every deed: those that the tests expect to be refused, and those that somebody may do."""

import itertools
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from capcom_gql import clock
from capcom_gql.services.passwords import hash_password
from capcom_gql.services.tokens import hashed
from capcom_gql.storage.access import OneTimeLink
from capcom_gql.storage.ids import PERSON, new_id
from capcom_gql.storage.models import Person
from tests.rights.stage import Stage
from tests.rights.table import SCOPES
from tests.rights.verdicts import STAFF, Caller, Judged, deeds, judged
from tests.world import user

PASSWORD = "quatre petits chevaux gris"
NOBODY = "00000000000000000000000000"
_fresh = itertools.count(1)


@dataclass(frozen=True)
class Attempt:
    """A deed to try. `code` is the fault of a form that is badly filled, None for a good one; `whose` as judged."""

    case: str
    form: dict[str, Any]
    organisation: str = "A"
    maker: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Doing:
    """A deed that a caller may do, on the object of an organisation where that matters."""

    caller: Caller
    deed: str
    at: str

    @property
    def name(self) -> str:
        """Its name in the list of tests."""
        return f"{self.caller.name}-{self.deed}-{self.at}"


def who_may(callers: Iterable[Caller]) -> Iterator[Doing]:
    """Every deed that each caller may do."""
    for caller, (deed, row) in itertools.product(callers, deeds().items()):
        for at in "ABC" if row["whose"] in ("subscriptionId", "seatId") and row["person"] != "-" else "A":
            # what a caller redeemed, they may release
            if judged(caller, deed, at, maker=caller.name) is Judged.MAY:
                yield Doing(caller, deed, at)


def fresh_user() -> dict[str, Any]:
    """A person for a form whom nobody has met."""
    return user(f"fresh{next(_fresh)}")


async def fresh_person(password: str | None = None) -> Person:
    """A person with an account and no seat."""
    email = fresh_user()["email"]
    return await Person.create(
        id=new_id(PERSON),
        email=email,
        email_key=email,
        given_name="Fresh",
        family_name="Silva",
        locale="en",
        password_hash=None if password is None else await hash_password(password),
        created_at=clock.utc_now(),
    )


def _proof(stage: Stage, subscription_id: str, **more: Any) -> dict[str, Any]:
    return {
        "subscriptionId": subscription_id,
        "kind": "CHEQUE",
        "reference": "CH-1",
        "receivedOn": stage.earlier.date().isoformat(),
        "idempotencyKey": stage.world.fresh_key(),
        **more,
    }


def _redemption(stage: Stage, **more: Any) -> dict[str, Any]:
    return {
        "subscriberNumber": stage.numbers["bob at A"],
        "eventKind": "TRAINING",
        "eventReference": f"training {next(_fresh)}",
        "registrationReference": "R-1",
        "priceMinor": 10_000,
        "idempotencyKey": stage.world.fresh_key(),
        **more,
    }


def _seats(stage: Stage, subscription_id: str, **more: Any) -> dict[str, Any]:
    return {
        "subscriptionId": subscription_id,
        "users": [fresh_user()],
        "idempotencyKey": stage.world.fresh_key(),
        **more,
    }


def _sign_up(stage: Stage, **more: Any) -> dict[str, Any]:
    first = fresh_user()
    # two organisations of one name and postal code would be told to staff as a possible duplicate
    form = stage.world.form("nobody", name=f"Ville {next(_fresh)}")
    return form | {"users": [first], "managerEmail": first["email"], **more}


def attempts(stage: Stage, deed: str) -> Iterator[Attempt]:
    """Forms of a deed about A, B and C, about nobody's object, and badly filled."""
    match deed:
        case "subscribe":
            yield Attempt("good", _sign_up(stage))
            yield Attempt("bad", _sign_up(stage, idempotencyKey=" "), code="INVALID_INPUT")
        case "signIn":
            yield Attempt("bad", {"email": "who@ville.example", "password": PASSWORD}, code="BAD_CREDENTIALS")
        case "requestPassword":
            yield Attempt("good", {"email": "cleo@ville.example"})
        case "choosePassword":
            yield Attempt("bad", {"token": "none", "password": PASSWORD}, code="BAD_TOKEN")
        case "signOut":
            yield Attempt("good", {})
        case "addSeats":
            for at, id_ in stage.subscriptions.items():
                yield Attempt(f"good, {at}", _seats(stage, id_), at)
                yield Attempt(
                    f"bad, {at}", _seats(stage, id_, users=[user("x", givenName="")]), at, code="INVALID_INPUT"
                )
            yield Attempt("nobody's", _seats(stage, f"sub_{NOBODY}"), "")
        case "removeSeat":
            for whose in ("bob at A", "mia at A", "bel at B", "cid at C"):
                yield Attempt(f"good, {whose}", {"seatId": stage.seats[whose]}, whose[-1])
            for whose in ("ana at A", "max at B", "mia at C"):
                yield Attempt(f"bad, {whose}", {"seatId": stage.seats[whose]}, whose[-1], code="MANAGER_REQUIRED")
            yield Attempt("nobody's", {"seatId": f"seat_{NOBODY}"}, "")
        case "recordPaymentProof":
            for at, id_ in stage.subscriptions.items():
                yield Attempt(f"good, {at}", _proof(stage, id_), at)
            yield Attempt("bad, B", _proof(stage, stage.subscriptions["B"], reference=" "), "B", code="INVALID_INPUT")
            yield Attempt("nobody's", _proof(stage, f"sub_{NOBODY}"), "")
        case "redeemDiscount":
            yield Attempt("good", _redemption(stage))
            yield Attempt("bad", _redemption(stage, registrationReference=""), code="INVALID_INPUT")
        case "releaseDiscount":
            for made, id_ in stage.redemptions.items():
                maker, _, at = made.partition(" at ")
                code = "ALREADY_RELEASED" if maker == STAFF.name else None
                yield Attempt(made, {"redemptionId": id_}, at, maker, code)
            yield Attempt("nobody's", {"redemptionId": f"redemption_{NOBODY}"}, "")
        case "createApiKey":
            yield Attempt("good", {"name": "A key", "scopes": list(SCOPES)})
            yield Attempt("bad", {"name": "A key", "scopes": []}, code="INVALID_INPUT")
        case "revokeApiKey":
            yield Attempt("good", {"apiKeyId": stage.keys["DISCOUNTS_CHECK"]})
            yield Attempt("nobody's", {"apiKeyId": f"key_{NOBODY}"}, "")
        case _:
            raise AssertionError(f"no form for {deed}: say here who may do it, and try")


Preparation = Callable[[Stage, Doing], Awaitable[dict[str, Any]]]


async def _prepared_sign_in(stage: Stage, doing: Doing) -> dict[str, Any]:
    return {"email": (await fresh_person(PASSWORD)).email, "password": PASSWORD}


async def _prepared_choice(stage: Stage, doing: Doing) -> dict[str, Any]:
    now, token = clock.utc_now(), f"link-{next(_fresh)}"
    person = await fresh_person()
    await OneTimeLink.create(
        token_hash=hashed(token), person=person, created_at=now, expires_at=now + timedelta(minutes=5)
    )
    return {"token": token, "password": PASSWORD}


async def _prepared_removal(stage: Stage, doing: Doing) -> dict[str, Any]:
    document = "mutation ($input: AddSeatsInput!) { addSeats(input: $input) { seats { id } errors { code } } }"
    form = {"input": _seats(stage, stage.subscriptions[doing.at])}
    added = await stage.world.ask(document, form, token=stage.tokens[STAFF.name])
    return {"seatId": added.done("addSeats")["seats"][0]["id"]}


async def _prepared_proof(stage: Stage, doing: Doing) -> dict[str, Any]:
    first = fresh_user()
    new = await stage.world.subscribe("nobody", name=first["email"], users=[first], managerEmail=first["email"])
    return _proof(stage, new["id"])


async def _prepared_release(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await stage.world.redeem(
        token=stage.token(doing.caller), number=stage.numbers["bob at A"], event=f"{next(_fresh)}"
    )
    return {"redemptionId": made["redemption"]["id"]}


async def _prepared_revocation(stage: Stage, doing: Doing) -> dict[str, Any]:
    document = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } errors { code } } }"
    form = {"input": {"name": "To be revoked", "scopes": ["ADMIN"]}}
    made = await stage.world.ask(document, form, token=stage.tokens[STAFF.name])
    return {"apiKeyId": made.done("createApiKey")["apiKey"]["id"]}


async def _person_to_write_to(stage: Stage, doing: Doing) -> dict[str, Any]:
    return {"email": (await fresh_person()).email}


PREPARED: dict[str, Preparation] = {
    "signIn": _prepared_sign_in,
    "requestPassword": _person_to_write_to,
    "choosePassword": _prepared_choice,
    "removeSeat": _prepared_removal,
    "recordPaymentProof": _prepared_proof,
    "releaseDiscount": _prepared_release,
    "revokeApiKey": _prepared_revocation,
}


async def good_form(stage: Stage, doing: Doing) -> dict[str, Any]:
    """A form that will be done, with whatever it needs beforehand."""
    if doing.deed in PREPARED:
        return await PREPARED[doing.deed](stage, doing)
    return next(
        each.form for each in attempts(stage, doing.deed) if each.code is None and each.organisation == doing.at
    )
