"""What happened on the stage: everything that a field may tell of was done by somebody."""

from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Event, Note
from tests.rights import forms
from tests.rights.stage import Stage
from tests.rights.verdicts import STAFF


async def play(stage: Stage) -> None:
    """The deeds, in their order."""
    await _plans(stage)
    await _proofs(stage)
    await _redemptions(stage)
    for seat in ("dan at A", "rex at C"):
        await stage.do("removeSeat", {"seatId": stage.seats[seat]}, stage.tokens[STAFF.name])
    await _renewals(stage)
    await _support(stage)
    await _letters(stage)
    await _endpoints(stage)


async def _plans(stage: Stage) -> None:
    """One more, with a discount that is an amount."""
    await stage.do("savePlan", forms.plan(), stage.tokens[STAFF.name])


async def _proofs(stage: Stage) -> None:
    """A is confirmed, C reinstated; a note stands beside the one and the other."""
    assert (await stage.world.record_proof(stage.subscriptions["A"]))["errors"] == []
    confirmed = await Event.get(kind="term.confirmed", organisation_id=stage.organisations["A"])
    await Note.create(event_id=confirmed.id, text="Recorded by telephone.")
    proof = {"kind": "CHEQUE", "reference": "CH-0", "receivedOn": (await stage.world.today()).isoformat()}
    late = {"termId": stage.terms["C"], "reason": "It lay at the wrong desk.", **proof}
    await stage.do("reinstateTerm", late, stage.tokens[STAFF.name])


async def _redemptions(stage: Stage) -> None:
    """By several callers, of several numbers; one is released."""
    for maker, holder in (
        ("DISCOUNTS_REDEEM", "bob at A"),
        ("ADMIN", "mia at A"),
        (STAFF.name, "cleo at A"),
        ("ADMIN", "cid at C"),
        ("DISCOUNTS_REDEEM", "mia at C"),
    ):
        made = await stage.world.redeem(
            stage.numbers[holder],
            f"forum of {holder}",
            token=stage.tokens[maker],
            registrationReference=f"{maker}/{holder}",
        )
        assert made["errors"] == [] and made["redemption"] is not None
        stage.redemptions[f"{maker} at {holder[-1]}"] = made["redemption"]["id"]
    await stage.do("releaseDiscount", {"redemptionId": stage.redemptions["staff at A"]}, stage.tokens[STAFF.name])


async def _renewals(stage: Stage) -> None:
    """A is renewed by its manager, who answers the survey that goes with it; C's manager declines, and says why."""
    form = {"acceptedTermsVersion": "1", "idempotencyKey": stage.world.fresh_key()}
    await stage.do("renew", {"subscriptionId": stage.subscriptions["A"], **form}, stage.tokens["manager"])
    answer = {"seatId": stage.seats["ana at A"], "termId": stage.terms["A"], "score": 9, "comment": "Very well."}
    await stage.do("answerSurvey", answer, stage.tokens["manager"])
    refusal = {"subscriptionId": stage.subscriptions["C"], "reason": "No budget."}
    await stage.do("declineRenewal", refusal, stage.tokens["member here, manager there"])


async def _support(stage: Stage) -> None:
    """A member asks, and one whose seat is gone, and is answered, and one who manages elsewhere."""
    check = {"subscriberNumber": stage.numbers["bob at A"], "eventKind": "FORUM", "priceMinor": 10_000}
    used = {"subscriberNumber": stage.numbers["mia at C"], "eventKind": "FORUM"}
    used["eventReference"] = "forum of mia at C"
    open_to, shut_to = [
        {"subscriberNumber": stage.numbers[whose], "service": "TRAINING"} for whose in ("bob at A", "dan at A")
    ]
    for name, asked in (
        ("member", {"check": check, "access": open_to}),
        ("seat removed", {"access": shut_to}),
        ("member here, manager there", {"check": used}),
    ):
        form = {"message": f"I am the {name}, and was refused.", **asked}
        opened = await stage.do("openSupportRequest", form, stage.tokens[name], "request { id }")
        stage.requests[name] = opened["request"]["id"]
    answer = {"requestId": stage.requests["seat removed"], "answer": "Your seat was removed."}
    await stage.do("closeSupportRequest", answer, stage.tokens[STAFF.name])


async def _letters(stage: Stage) -> None:
    """Of ana's letters one was sent, one is to be tried again, one is given up after its channel refused it."""
    await stage.world.tick()
    letters = Delivery.filter(recipient="ana@ville.example", state="SENT").order_by("id").limit(3)
    sent, given_up, waiting = await letters
    await Delivery.filter(id=waiting.id).update(state="RETRYING", reason="mailbox: busy", sent_at=None)
    stage.letters = {"sent": sent.id, "given up": given_up.id}
    reason = "mailbox: no such user"
    await Delivery.filter(id=given_up.id).update(state="FAILED", reason=reason, sent_at=None)
    await DeliveryAttempt.filter(delivery_id=given_up.id).update(outcome="FAILED", error=reason)


async def _endpoints(stage: Stage) -> None:
    """One of the operator's; one of A's, which staff disable, and the operator's is told."""
    for whose in ("operator", "A"):
        form = {
            "url": f"https://hooks.example/{whose}",
            "description": f"Of {whose}.",
            "kinds": ["endpoint.disabled", "term.confirmed"],
            "organisationId": stage.organisations.get(whose),
        }
        made = await stage.do("createWebhookEndpoint", form, stage.tokens[STAFF.name], "endpoint { id }")
        stage.endpoints[whose] = made["endpoint"]["id"]
    disabled = {"endpointId": stage.endpoints["A"], "isEnabled": False}
    await stage.do("updateWebhookEndpoint", disabled, stage.tokens[STAFF.name])
