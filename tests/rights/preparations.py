"""A form that will be done, for every deed that a caller may do, with whatever must be there beforehand."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from capcom_gql import clock
from capcom_gql.access.passwords import hash_password
from capcom_gql.access.sessions import open_session
from capcom_gql.access.tokens import hash_token
from capcom_gql.storage.ids import EMAIL_CHANGE, PERSON, new_id
from capcom_gql.storage.tables import Delivery, EmailChange, OneTimeLink, Person
from tests.rights import forms
from tests.rights.attempts import ATTEMPTS
from tests.rights.deeds import Doing
from tests.rights.forms import PASSWORD
from tests.rights.stage import Stage
from tests.rights.verdicts import STAFF

Preparation = Callable[[Stage, Doing], Awaitable[dict[str, Any]]]

# the hash of one password, which takes its time, for everybody
_HASHES: dict[str, str] = {}


async def good_form(stage: Stage, doing: Doing) -> dict[str, Any]:
    """A form that will be done."""
    if doing.deed in PREPARED:
        return await PREPARED[doing.deed](stage, doing)
    return next(
        each.form for each in ATTEMPTS[doing.deed](stage) if each.code is None and each.about.organisation == doing.at
    )


async def _fresh_person(password_hash: str | None = None) -> Person:
    """A person with an account and no seat."""
    email = forms.fresh_user()["email"]
    return await Person.create(
        id=new_id(PERSON),
        email=email,
        email_key=email,
        given_name="Fresh",
        family_name="Silva",
        locale="en",
        password_hash=password_hash,
        created_at=clock.utc_now(),
    )


async def _fresh_subscription(stage: Stage, doing: Doing, *, confirmed: bool = True) -> dict[str, Any]:
    """A subscription of two users; the first is its manager: the caller, if a person but staff, else somebody new.

    The second is staff, where staff ask.
    """
    first, second = forms.fresh_user(), forms.fresh_user()
    email = doing.caller.email if doing.caller.person is not None else None
    if doing.caller.is_staff:
        second["email"] = email
    elif email is not None:
        first["email"] = email
    form = {"users": [first, second], "managerEmail": first["email"]}
    made = await stage.world.subscribe("nobody", name=f"Ville {forms.fresh_name()}", **form)
    if confirmed:
        assert (await stage.world.record_proof(made["id"]))["errors"] == []
    return made


def _own(made: dict[str, Any], doing: Doing) -> dict[str, Any]:
    """The seat of a person who asks."""
    return next(seat for seat in made["seats"] if seat["person"]["email"] == doing.caller.email)


async def _sign_in(stage: Stage, doing: Doing) -> dict[str, Any]:
    if PASSWORD not in _HASHES:
        _HASHES[PASSWORD] = await hash_password(PASSWORD)
    return {"email": (await _fresh_person(_HASHES[PASSWORD])).email, "password": PASSWORD}


async def _choice(stage: Stage, doing: Doing) -> dict[str, Any]:
    now, token = clock.utc_now(), f"link-{forms.fresh_name()}"
    person = await _fresh_person()
    await OneTimeLink.create(
        token_hash=hash_token(token), person=person, created_at=now, expires_at=now + timedelta(minutes=5)
    )
    return {"token": token, "password": PASSWORD}


async def _confirmation(stage: Stage, doing: Doing) -> dict[str, Any]:
    now, token = clock.utc_now(), f"link-{forms.fresh_name()}"
    await EmailChange.create(
        id=new_id(EMAIL_CHANGE),
        person=await _fresh_person(),
        email=forms.fresh_user()["email"],
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + timedelta(minutes=5),
    )
    return {"token": token}


async def _removal(stage: Stage, doing: Doing) -> dict[str, Any]:
    form = forms.seats(stage, stage.subscriptions[doing.at])
    added = await stage.do("addSeats", form, stage.tokens[STAFF.name], "seats { id }")
    return {"seatId": added["seats"][0]["id"]}


async def _replacement(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await _fresh_subscription(stage, doing, confirmed=False)
    return {"seatId": made["seats"][1]["id"], "user": forms.fresh_user()}


async def _handing_over(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await _fresh_subscription(stage, doing, confirmed=False)
    return {"subscriptionId": made["id"], "seatId": made["seats"][1]["id"]}


async def _proof(stage: Stage, doing: Doing) -> dict[str, Any]:
    return forms.proof(stage, (await _fresh_subscription(stage, doing, confirmed=False))["id"])


async def _reinstatement(stage: Stage, doing: Doing) -> dict[str, Any]:
    # the first of D is the one that staff reopen
    return {"termId": stage.unpaid.popitem()[0], "reason": "It was late.", **forms.commitment(stage)}


async def _cancellation(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await _fresh_subscription(stage, doing, confirmed=False)
    return {"subscriptionId": made["id"], "reason": "WITHDRAWN", "note": "By letter."}


async def _renewal(stage: Stage, doing: Doing) -> dict[str, Any]:
    return forms.renewal(stage, (await _fresh_subscription(stage, doing))["id"])


async def _decline(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await _fresh_subscription(stage, doing, confirmed=False)
    return {"subscriptionId": made["id"], "reason": "Too dear."}


async def _survey(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await _fresh_subscription(stage, doing)
    await stage.do("renew", forms.renewal(stage, made["id"]), stage.tokens[STAFF.name])
    return {"seatId": _own(made, doing)["id"], "termId": made["currentTerm"]["id"], "score": 7}


async def _support(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await _fresh_subscription(stage, doing, confirmed=False)
    return {"message": "No?", **forms.check(_own(made, doing)["subscriberNumber"])}


async def _support_answer(stage: Stage, doing: Doing) -> dict[str, Any]:
    form = {"message": "No?", **forms.check(stage.numbers["bob at A"])}
    opened = await stage.do("openSupportRequest", form, stage.tokens["member"], "request { id }")
    return {"requestId": opened["request"]["id"], "answer": "Yes."}


async def _release(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await stage.world.redeem(
        token=stage.token(doing.caller), number=stage.numbers["bob at A"], event=forms.fresh_name()
    )
    return {"redemptionId": made["redemption"]["id"]}


async def _revocation(stage: Stage, doing: Doing) -> dict[str, Any]:
    form = {"name": "To be revoked", "scopes": ["ADMIN"]}
    made = await stage.do("createApiKey", form, stage.tokens[STAFF.name], "apiKey { id }")
    return {"apiKeyId": made["apiKey"]["id"]}


async def _publication(stage: Stage, doing: Doing) -> dict[str, Any]:
    form = forms.terms_of_use()
    # whoever signs up after that accepts this one
    stage.world.terms_version = form["version"]
    return form


async def _letter_given_up(stage: Stage, doing: Doing) -> dict[str, Any]:
    given_up = await Delivery.filter(topic="welcome").first()
    assert given_up is not None
    await Delivery.filter(id=given_up.id).update(state="FAILED", reason="mailbox: no such user")
    return {"deliveryId": given_up.id}


async def _fresh_endpoint(stage: Stage, doing: Doing) -> dict[str, Any]:
    made = await stage.do("createWebhookEndpoint", forms.endpoint(), stage.tokens[STAFF.name], "endpoint { id }")
    return {"endpointId": made["endpoint"]["id"]}


async def _endpoint_to_disable(stage: Stage, doing: Doing) -> dict[str, Any]:
    return {**await _fresh_endpoint(stage, doing), "isEnabled": False}


async def _person_to_write_to(stage: Stage, doing: Doing) -> dict[str, Any]:
    return {"email": (await _fresh_person()).email}


async def _person_to_move(stage: Stage, doing: Doing) -> dict[str, Any]:
    return {"personId": (await _fresh_person()).id, "email": forms.fresh_user()["email"]}


async def _person_to_erase(stage: Stage, doing: Doing) -> dict[str, Any]:
    return {"personId": (await _fresh_person()).id, "reason": "At their wish."}


async def _session_to_end(stage: Stage, doing: Doing) -> dict[str, Any]:
    return {"sessionId": (await open_session(await stage.person(doing.caller))).session_id}


async def _sessions_to_end(stage: Stage, doing: Doing) -> dict[str, Any]:
    # one more than the one that asks, which is kept
    await _session_to_end(stage, doing)
    return {}


PREPARED: dict[str, Preparation] = {
    "replaceSeat": _replacement,
    "removeSeat": _removal,
    "transferManagement": _handing_over,
    "recordPaymentProof": _proof,
    "reinstateTerm": _reinstatement,
    "cancelSubscription": _cancellation,
    "renew": _renewal,
    "declineRenewal": _decline,
    "answerSurvey": _survey,
    "releaseDiscount": _release,
    "signIn": _sign_in,
    "endSession": _session_to_end,
    "endAllSessions": _sessions_to_end,
    "requestPassword": _person_to_write_to,
    "choosePassword": _choice,
    "changeEmail:another": _person_to_move,
    "confirmEmail": _confirmation,
    "erasePerson": _person_to_erase,
    "openSupportRequest": _support,
    "closeSupportRequest": _support_answer,
    "publishTerms": _publication,
    "revokeApiKey": _revocation,
    "updateWebhookEndpoint": _endpoint_to_disable,
    "rotateWebhookSecret": _fresh_endpoint,
    "deleteWebhookEndpoint": _fresh_endpoint,
    "retryDelivery": _letter_given_up,
}
