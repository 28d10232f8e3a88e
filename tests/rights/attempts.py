"""Forms for every deed: about A, B, C and D, about nobody's object, and badly filled."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.rights import forms
from tests.rights.deeds import Attempt
from tests.rights.forms import PASSWORD
from tests.rights.stage import Stage
from tests.rights.table import SCOPES
from tests.rights.verdicts import STAFF, Object
from tests.world import user

RateLimits = Callable[[Stage], Iterator[Attempt]]

_ID = "00000000000000000000000000"
# a number that checks, and that nobody was given
_NO_NUMBER = "CP 0000 0000 0000 0098"


def _subscribe(stage: Stage) -> Iterator[Attempt]:
    yield Attempt("good", forms.sign_up(stage))
    yield Attempt("bad", forms.sign_up(stage, idempotencyKey=" "), code="INVALID_INPUT")


def _update_organisation(stage: Stage) -> Iterator[Attempt]:
    for at, id_ in stage.organisations.items():
        yield Attempt(f"good, {at}", forms.organisation(id_), Object(at))
    yield Attempt("bad, A", forms.organisation(stage.organisations["A"], name=" "), Object("A"), code="INVALID_INPUT")
    yield Attempt("nobody's", forms.organisation(f"org_{_ID}"), Object(""))


def _add_seats(stage: Stage) -> Iterator[Attempt]:
    for at, id_ in stage.subscriptions.items():
        nameless = forms.seats(stage, id_, users=[user("x", givenName="")])
        yield Attempt(f"good, {at}", forms.seats(stage, id_), Object(at))
        yield Attempt(f"bad, {at}", nameless, Object(at), code="INVALID_INPUT")
    yield Attempt("nobody's", forms.seats(stage, f"sub_{_ID}"), Object(""))


def _replace_seat(stage: Stage) -> Iterator[Attempt]:
    for whose in ("bob at A", "mia at A", "max at B", "cid at C"):
        form = {"seatId": stage.seats[whose], "user": forms.fresh_user()}
        yield Attempt(f"good, {whose}", form, Object(whose[-1]))
    for whose in ("ana at A", "bel at B"):
        form = {"seatId": stage.seats[whose], "user": user("x", givenName="")}
        yield Attempt(f"bad, {whose}", form, Object(whose[-1]), code="INVALID_INPUT")
    yield Attempt("nobody's", {"seatId": f"seat_{_ID}", "user": forms.fresh_user()}, Object(""))


def _remove_seat(stage: Stage) -> Iterator[Attempt]:
    for whose in ("bob at A", "mia at A", "bel at B", "cid at C"):
        yield Attempt(f"good, {whose}", {"seatId": stage.seats[whose]}, Object(whose[-1]))
    for whose in ("ana at A", "max at B", "mia at C"):
        yield Attempt(f"bad, {whose}", {"seatId": stage.seats[whose]}, Object(whose[-1]), code="MANAGER_REQUIRED")
    yield Attempt("nobody's", {"seatId": f"seat_{_ID}"}, Object(""))


def _transfer_management(stage: Stage) -> Iterator[Attempt]:
    for at, whose in (("A", "bob at A"), ("B", "bel at B"), ("C", "cid at C")):
        form = {"subscriptionId": stage.subscriptions[at], "seatId": stage.seats[whose]}
        yield Attempt(f"good, {at}", form, Object(at))
        elsewhere = form | {"seatId": f"seat_{_ID}"}
        yield Attempt(f"bad, {at}", elsewhere, Object(at), code="NOT_FOUND")
    form = {"subscriptionId": f"sub_{_ID}", "seatId": stage.seats["bob at A"]}
    yield Attempt("nobody's", form, Object(""))


def _record_payment_proof(stage: Stage) -> Iterator[Attempt]:
    for at, id_ in stage.subscriptions.items():
        yield Attempt(f"good, {at}", forms.proof(stage, id_), Object(at))
    unnamed = forms.proof(stage, stage.subscriptions["B"], reference=" ")
    yield Attempt("bad, B", unnamed, Object("B"), code="INVALID_INPUT")
    yield Attempt("nobody's", forms.proof(stage, f"sub_{_ID}"), Object(""))


def _reinstate_term(stage: Stage) -> Iterator[Attempt]:
    form = {"reason": "It was late.", **forms.commitment(stage)}
    yield Attempt("good, D", {"termId": next(iter(stage.unpaid)), **form}, Object("D"))
    yield Attempt("bad, A", {"termId": stage.terms["A"], **form}, Object("A"), code="CONFLICT")
    yield Attempt("nobody's", {"termId": f"term_{_ID}", **form}, Object(""))


def _cancel_subscription(stage: Stage) -> Iterator[Attempt]:
    for at, id_ in stage.subscriptions.items():
        form = {"subscriptionId": id_, "reason": "WITHDRAWN", "note": "By letter."}
        yield Attempt(f"good, {at}", form, Object(at))
        yield Attempt(f"bad, {at}", form | {"reason": "UNPAID"}, Object(at), code="INVALID_INPUT")
    form = {"subscriptionId": f"sub_{_ID}", "reason": "WITHDRAWN", "note": "By letter."}
    yield Attempt("nobody's", form, Object(""))


def _renew(stage: Stage) -> Iterator[Attempt]:
    for at, code in (("A", "RENEWAL_ALREADY_DONE"), ("B", "PROOF_AWAITED"), ("C", None)):
        case = "good" if code is None else "bad"
        yield Attempt(f"{case}, {at}", forms.renewal(stage, stage.subscriptions[at]), Object(at), code)
    yield Attempt("nobody's", forms.renewal(stage, f"sub_{_ID}"), Object(""))


def _decline_renewal(stage: Stage) -> Iterator[Attempt]:
    for at, code in (("A", "RENEWAL_ALREADY_DONE"), ("B", None), ("C", None)):
        form = {"subscriptionId": stage.subscriptions[at], "reason": "Too dear."}
        yield Attempt(f"{'good' if code is None else 'bad'}, {at}", form, Object(at), code)
        if code is None:
            yield Attempt(f"bad, {at}", form | {"reason": "x" * 2001}, Object(at), "INVALID_INPUT")
    yield Attempt("nobody's", {"subscriptionId": f"sub_{_ID}"}, Object(""))


def _answer_survey(stage: Stage) -> Iterator[Attempt]:
    for whose, score, code in (
        ("bob at A", 10, None),
        ("cleo at A", 10, None),
        ("mia at A", 11, "INVALID_INPUT"),
        ("ana at A", 10, "ALREADY_ANSWERED"),
        ("max at B", 10, "NOT_FOUND"),
        ("dan at A", 10, "NOT_FOUND"),
    ):
        name, _, at = whose.partition(" at ")
        form = {"seatId": stage.seats[whose], "termId": stage.terms[at], "score": score}
        yield Attempt(f"{'good' if code is None else 'bad'}, {whose}", form, Object(at, owner=name), code)
    form = {"seatId": f"seat_{_ID}", "termId": stage.terms["A"], "score": 10}
    yield Attempt("nobody's", form, Object("", owner=""))


def _redeem_discount(stage: Stage) -> Iterator[Attempt]:
    yield Attempt("good", forms.redemption(stage))
    yield Attempt("bad", forms.redemption(stage, registrationReference=""), code="INVALID_INPUT")


def _release_discount(stage: Stage) -> Iterator[Attempt]:
    for made, id_ in stage.redemptions.items():
        maker, _, at = made.partition(" at ")
        code = "ALREADY_RELEASED" if maker == STAFF.name else None
        yield Attempt(made, {"redemptionId": id_}, Object(at, maker), code)
    yield Attempt("nobody's", {"redemptionId": f"redemption_{_ID}"}, Object(""))


def _change_another_s_email(stage: Stage) -> Iterator[Attempt]:
    for name in ("cleo", "cid"):
        form = {"personId": stage.people[name], "email": forms.fresh_user()["email"]}
        yield Attempt(f"good, {name}", form)
        yield Attempt(f"bad, {name}", form | {"email": "nowhere"}, code="INVALID_INPUT")
    yield Attempt("nobody's", {"personId": f"person_{_ID}", "email": forms.fresh_user()["email"]})


def _erase_person(stage: Stage) -> Iterator[Attempt]:
    for name, code in (("cleo", None), ("dan", None), ("ana", "MANAGER_REQUIRED")):
        form = {"personId": stage.people[name], "reason": "At their wish."}
        yield Attempt(f"{'good' if code is None else 'bad'}, {name}", form, code=code)
    yield Attempt("nobody's", {"personId": f"person_{_ID}", "reason": "At their wish."})


def _open_support_request(stage: Stage) -> Iterator[Attempt]:
    for whose in ("bob at A", "ana at A", "dan at A", "cleo at A", "max at B"):
        name, _, at = whose.partition(" at ")
        number, about = stage.numbers[whose], Object(at, owner=name)
        yield Attempt(f"good, {whose}", {"message": "No?", **forms.check(number)}, about)
        yield Attempt(f"bad, {whose}", {"message": " ", **forms.check(number)}, about, "INVALID_INPUT")
        service = {"message": "No?", **forms.access(number)}
        yield Attempt(f"service, {whose}", service, about, place="access.subscriberNumber")
    yield Attempt("nobody's", {"message": "No?", **forms.check(_NO_NUMBER)}, Object("", owner=""))


def _close_support_request(stage: Stage) -> Iterator[Attempt]:
    for opener, id_ in stage.requests.items():
        code = "CONFLICT" if opener == "seat removed" else None
        yield Attempt(f"{'good' if code is None else 'bad'}, {opener}", {"requestId": id_, "answer": "Yes."}, code=code)
    yield Attempt("nobody's", {"requestId": f"request_{_ID}", "answer": "Yes."})


def _save_plan(stage: Stage) -> Iterator[Attempt]:
    yield Attempt("good", forms.plan())
    yield Attempt("bad", forms.plan(seatLimit=0), code="INVALID_INPUT")


def _publish_terms(stage: Stage) -> Iterator[Attempt]:
    yield Attempt("good", forms.terms_of_use())
    yield Attempt("bad", forms.terms_of_use(version=" "), code="INVALID_INPUT")
    yield Attempt("again", forms.terms_of_use(version="1"), code="CONFLICT")


def _create_api_key(stage: Stage) -> Iterator[Attempt]:
    yield Attempt("good", {"name": "A key", "scopes": list(SCOPES)})
    yield Attempt("bad", {"name": "A key", "scopes": []}, code="INVALID_INPUT")


def _revoke_api_key(stage: Stage) -> Iterator[Attempt]:
    yield Attempt("good", {"apiKeyId": stage.keys["DISCOUNTS_CHECK"]})
    yield Attempt("nobody's", {"apiKeyId": f"key_{_ID}"})


def _retry_delivery(stage: Stage) -> Iterator[Attempt]:
    for name, code in (("given up", None), ("sent", "CONFLICT")):
        form = {"deliveryId": stage.letters[name]}
        yield Attempt(f"{'good' if code is None else 'bad'}, {name}", form, code=code)
    yield Attempt("nobody's", {"deliveryId": f"delivery_{_ID}"})


def _create_webhook_endpoint(stage: Stage) -> Iterator[Attempt]:
    yield Attempt("good", forms.endpoint())
    yield Attempt("good, A", forms.endpoint(organisationId=stage.organisations["A"]))
    yield Attempt("bad", forms.endpoint(kinds=["no.such"]), code="INVALID_INPUT")


def _on_an_endpoint(bad: dict[str, Any] | None = None) -> RateLimits:
    """Forms about each endpoint there is, and about none."""

    def attempts(stage: Stage) -> Iterator[Attempt]:
        for whose, id_ in stage.endpoints.items():
            yield Attempt(f"good, {whose}", {"endpointId": id_})
            if bad is not None:
                yield Attempt(f"bad, {whose}", {"endpointId": id_, **bad}, code="INVALID_INPUT")
        yield Attempt("nobody's", {"endpointId": f"endpoint_{_ID}"})

    return attempts


def _end_session(stage: Stage) -> Iterator[Attempt]:
    yield Attempt("nobody's", {"sessionId": f"session_{_ID}"})


def _plain(good: dict[str, Any] | None, bad: dict[str, Any] | None = None, code: str | None = None) -> RateLimits:
    """A form about nobody else, and one that is badly filled."""

    def attempts(stage: Stage) -> Iterator[Attempt]:
        if good is not None:
            yield Attempt("good", good)
        if bad is not None:
            yield Attempt("bad", bad, code=code)

    return attempts


ATTEMPTS: dict[str, RateLimits] = {
    "subscribe": _subscribe,
    "updateOrganisation": _update_organisation,
    "addSeats": _add_seats,
    "replaceSeat": _replace_seat,
    "removeSeat": _remove_seat,
    "transferManagement": _transfer_management,
    "recordPaymentProof": _record_payment_proof,
    "reinstateTerm": _reinstate_term,
    "cancelSubscription": _cancel_subscription,
    "renew": _renew,
    "declineRenewal": _decline_renewal,
    "answerSurvey": _answer_survey,
    "redeemDiscount": _redeem_discount,
    "releaseDiscount": _release_discount,
    "signIn": _plain(None, {"email": "who@ville.example", "password": PASSWORD}, "BAD_CREDENTIALS"),
    "signOut": _plain({}),
    "endSession": _end_session,
    "endAllSessions": _plain({}),
    "requestPassword": _plain({"email": "cleo@ville.example"}),
    "choosePassword": _plain(None, {"token": "none", "password": PASSWORD}, "BAD_TOKEN"),
    "updateProfile": _plain({"jobTitle": "Something else"}, {"givenName": " "}, "INVALID_INPUT"),
    "changeEmail": _plain({"email": "nobody-yet@ville.example"}, {"email": "nowhere"}, "INVALID_INPUT"),
    "changeEmail:another": _change_another_s_email,
    "confirmEmail": _plain(None, {"token": "none"}, "BAD_TOKEN"),
    "erasePerson": _erase_person,
    "openSupportRequest": _open_support_request,
    "closeSupportRequest": _close_support_request,
    "savePlan": _save_plan,
    "publishTerms": _publish_terms,
    "createApiKey": _create_api_key,
    "revokeApiKey": _revoke_api_key,
    "createWebhookEndpoint": _create_webhook_endpoint,
    "updateWebhookEndpoint": _on_an_endpoint({"kinds": ["no.such"]}),
    "rotateWebhookSecret": _on_an_endpoint(),
    "deleteWebhookEndpoint": _on_an_endpoint(),
    "retryDelivery": _retry_delivery,
}
