"""Every deed, tried by every caller: done, or refused in the right order, and then without any effect."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest
from tortoise import Tortoise

from capcom_gql.access.sessions import open_session
from capcom_gql.graphql.cost.syntax import ONCE
from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.tables import AttemptCount
from tests.rights import forms
from tests.rights.asking import SUBSCRIPTION, Documents, Raw, ask
from tests.rights.attempts import ATTEMPTS
from tests.rights.deeds import Attempt, Doing
from tests.rights.preparations import good_form
from tests.rights.stage import Stage
from tests.rights.table import SHOWN_TO_STAFF, SHOWN_WITH
from tests.rights.verdicts import ANONYMOUS, CALLERS, PERSONS, Caller, Judged, deeds, judged, mutation_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

# The table in which each deed leaves its mark.
MARKS = {
    "subscribe": "Organisation",
    "updateOrganisation": "Organisation",
    "addSeats": "Seat",
    "replaceSeat": "Seat",
    "removeSeat": "Seat",
    "transferManagement": "Seat",
    "recordPaymentProof": "PaymentProof",
    "reinstateTerm": "PaymentProof",
    "cancelSubscription": "Term",
    "renew": "Term",
    "declineRenewal": "Term",
    "answerSurvey": "SurveyRequest",
    "redeemDiscount": "Redemption",
    "releaseDiscount": "Redemption",
    "signIn": "Session",
    "signOut": "Session",
    "endSession": "Session",
    "endAllSessions": "Session",
    "requestPassword": "Event",
    "choosePassword": "Person",
    "updateProfile": "Person",
    "changeEmail": "EmailChange",
    "changeEmail:another": "Person",
    "confirmEmail": "Person",
    "erasePerson": "Person",
    "openSupportRequest": "SupportRequest",
    "closeSupportRequest": "SupportRequest",
    "savePlan": "Plan",
    "publishTerms": "TermsOfUse",
    "createApiKey": "ApiKey",
    "revokeApiKey": "ApiKey",
    "createWebhookEndpoint": "WebhookEndpoint",
    "updateWebhookEndpoint": "WebhookEndpoint",
    "rotateWebhookSecret": "WebhookSecret",
    "deleteWebhookEndpoint": "WebhookEndpoint",
    "retryDelivery": "Delivery",
}

Rows = dict[str, str]


async def every_row() -> Rows:
    """Everything that is stored, as the database writes it, by model; but when keys and sessions were last used.

    Nor how often something was tried, which is counted of refused deeds as well.
    """
    return {row["name"]: row["held"] or "[]" for row in await rows(_every_row(is_postgres()))}


@cache
def _every_row(on_postgres: bool) -> str:
    written = []
    for name, model in Tortoise.apps["capcom"].items():
        if model is AttemptCount:
            continue
        columns = set(model._meta.fields_db_projection.values()) - {"last_used_at"}
        listed = ", ".join(f'"{column}"' for column in sorted(columns))
        table, key = model._meta.db_table, model._meta.db_pk_column
        if on_postgres:
            held = f'json_agg(json_build_array({listed}) ORDER BY "{key}")::text FROM "{table}"'
        else:
            held = f'json_group_array(json_array({listed})) FROM (SELECT * FROM "{table}" ORDER BY "{key}")'
        written.append(f"SELECT '{name}' AS name, (SELECT {held}) AS held")
    return " UNION ALL ".join(written)


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that are not as they were."""
    return {name for name in after if before[name] != after[name]}


def document(documents: Documents, deed: str, times: int = 1) -> str:
    """A deed with all that its payload holds; several times over, each with an input of its own, in their order."""
    named = f"{deed[0].upper()}{deed[1:]}"
    told = f"fragment Told on {named}Payload {documents.every_field(f'{named}Payload')}"
    if deed == "signOut":
        return f"mutation {{ do0: signOut {{ ...Told }} }} {told}"
    inputs = ", ".join(f"$input{place}: {named}Input!" for place in range(times))
    done = " ".join(f"do{place}: {deed}(input: $input{place}) {{ ...Told }}" for place in range(times))
    return f"mutation ({inputs}) {{ {done} }} {told}"


def inputs(filled: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The variables of such a document."""
    return {f"input{place}": form for place, form in enumerate(filled)}


def faults(raw: Raw, deed: str, place: int = 0) -> list[tuple[str, list[str]]]:
    """The payload's errors; whatever else the payload holds must then be nothing."""
    payload = raw.data[f"do{place}"]
    told = [(error["code"], error["path"]) for error in payload["errors"]]
    nothing = {name: payload[name] for name in deeds()[deed]["result"].split(",") if name != "check"}
    assert not told or not any(nothing.values()), payload
    return told


def refusal(caller: Caller, deed: str, attempt: Attempt) -> tuple[str, list[str]] | None:
    """How an attempt is refused, before its form is looked at; None where it is for the form to decide."""
    place = (attempt.place or deeds()[deed]["whose"]).split(".")
    match judged(caller, deed, attempt.about):
        case Judged.UNAUTHENTICATED:
            return "UNAUTHENTICATED", []
        case Judged.FORBIDDEN:
            return "FORBIDDEN", []
        case Judged.NOT_FOUND:
            return "NOT_FOUND", place
    return ("NOT_FOUND", place) if attempt.case == "nobody's" else None


@pytest.mark.rule("R12")
async def test_a_refused_deed_says_why_and_leaves_no_trace(stage: Stage, caller: Caller, documents: Documents) -> None:
    """Role and scope are judged first, whose the object is second, the form last; and nothing is written."""
    before = await every_row()
    for deed in deeds():
        await try_in_vain(stage, caller, documents, deed)
        after = await every_row()
        assert changed(before, after) == set(), deed
        before = after


async def try_in_vain(stage: Stage, caller: Caller, documents: Documents, deed: str) -> None:
    """Every attempt at a deed that must be refused, in one request; one by one where a request is refused whole."""
    found = [(attempt, refusal(caller, deed, attempt)) for attempt in ATTEMPTS[deed](stage)]
    refused = [(attempt, told) for attempt, told in found if told is not None or attempt.code is not None]
    mutation = mutation_of(deed)
    if caller.is_anonymous and deeds()[deed]["anonymous"] == "-":
        for attempt, _ in refused:
            raw = await ask(stage, caller, document(documents, mutation), inputs([attempt.form]))
            assert (raw.status, raw.codes, "data" in raw.body) == (401, {(): "UNAUTHENTICATED"}, False), attempt
        return
    for batch in [[each] for each in refused] if deed in ONCE else [refused] if refused else []:
        asked = document(documents, mutation, len(batch))
        raw = await ask(stage, caller, asked, inputs(attempt.form for attempt, _ in batch))
        for place, (attempt, told) in enumerate(batch):
            if told is None:
                assert {code for code, _ in faults(raw, deed, place)} == {attempt.code}, attempt
            else:
                assert faults(raw, deed, place) == [told], attempt


@pytest.mark.rule("R1")
async def test_another_s_organisation_is_not_reopened(stage: Stage, caller: Caller, documents: Documents) -> None:
    """D is its last manager's or staff's to reopen; that others tried is told to staff, and nothing else is written."""
    gone = next(iter(stage.unpaid.values()))
    form = forms.sign_up(stage, organisationId=gone)
    before = await every_row()
    raw = await ask(stage, caller, document(documents, "subscribe"), inputs([form]))
    after = await every_row()
    if caller.is_staff:
        assert faults(raw, "subscribe") == [] and len(json.loads(after["Term"])) == len(json.loads(before["Term"])) + 1
    else:
        assert faults(raw, "subscribe") == [("FORBIDDEN", [])]
        # one letter speaks for many attempts, each of which is an event
        assert changed(before, after) - {"Delivery"} == (set() if caller.scope else {"Event"})


@pytest.mark.rule("R12")
async def test_who_may_does(stage: Stage, documents: Documents, doing: Doing) -> None:
    """The deed leaves its mark; its result is told to whoever may read it, and else is null, FORBIDDEN."""
    doer, deed = doing.caller, doing.deed
    form = await good_form(stage, doing)
    token = (await open_session(await stage.person(doer))).access_token if deed == "signOut" else None
    before = await every_row()
    raw = await ask(stage, doer, document(documents, mutation_of(deed)), inputs([form]), token=token)
    assert faults(raw, deed) == []
    assert MARKS[deed] in changed(before, await every_row())
    assert set(raw.codes.values()) <= {"FORBIDDEN"}
    for name in deeds()[deed]["result"].split(","):
        result, refused = raw.data["do0"][name], [path for path in raw.codes if path[:2] == ("do0", name)]
        if (deed, name) in SHOWN_TO_STAFF and not doer.is_staff:
            assert result is None and not refused, name
        elif doer.scope is None or name not in SHOWN_WITH or doer.holds(SHOWN_WITH[name]):
            assert result and not refused, name
        else:
            assert result == [] or (result is None and (refused or name == "seat")), name


@pytest.mark.rule("R5")
@pytest.mark.parametrize("outsider", [ANONYMOUS, *PERSONS], ids=lambda outsider: outsider.name)
async def test_an_outsider_s_sign_up_tells_them_their_form_and_no_more(
    stage: Stage, documents: Documents, outsider: Caller
) -> None:
    """Whatever may be null is, but for a date, and what the form itself said."""
    payload = documents.every_field("SubscribePayload", {"subscription": SUBSCRIPTION})
    signing = f"mutation ($input: SubscribeInput!) {{ subscribe(input: $input) {payload} }}"
    raw = await ask(stage, outsider, signing, {"input": forms.sign_up(stage)})
    assert raw.codes == {}
    told = raw.data["subscribe"]["subscription"]
    assert {name for name in documents.nullable("OrganisationSubscription") if told[name] is not None} == {"proofDueOn"}
    (seat,) = told["seats"]
    assert {name for name in documents.nullable("Seat") if seat[name] is not None} == {"person"}
    assert [term["proof"] for term in told["terms"]] == [None]


@pytest.mark.rule("R11")
@pytest.mark.parametrize("scope", ["ORGANISATIONS_WRITE", "ADMIN"])
async def test_a_machine_that_adds_a_seat_is_not_told_its_number(stage: Stage, scope: str) -> None:
    """Nor is a key without ORGANISATIONS_READ told of the seat at all."""
    adder = next(caller for caller in CALLERS if caller.scope == scope)
    form = await good_form(stage, Doing(adder, "addSeats", "B"))
    adding = """mutation ($input: AddSeatsInput!) {
        addSeats(input: $input) { errors { code } seats { id subscriberNumber person { email } } } }"""
    raw = await ask(stage, adder, adding, {"input": form})
    seats, email = raw.data["addSeats"]["seats"], form["users"][0]["email"]
    assert raw.data["addSeats"]["errors"] == []
    if scope == "ADMIN":
        assert [(each["subscriberNumber"], each["person"]) for each in seats] == [(None, {"email": email})]
        assert raw.codes == {("addSeats", "seats", 0, "subscriberNumber"): "FORBIDDEN"}
    else:
        assert (seats, raw.codes) == ([], {})


async def test_who_has_signed_in_is_told_of_themselves_and_the_asker_is_not_changed(stage: Stage) -> None:
    """The answer of signIn is the new person's to read; what is done beside it is still the caller's."""
    manager = next(caller for caller in CALLERS if caller.name == "manager")
    form = await good_form(stage, Doing(manager, "signIn", "A"))
    signing = """mutation ($in: SignInInput!, $seat: RemoveSeatInput!) {
        signIn(input: $in) { viewer { role person { email } organisations { id } } }
        removeSeat(input: $seat) { errors { code path } } }"""
    raw = await ask(stage, manager, signing, {"in": form, "seat": {"seatId": stage.seats["ana at A"]}})
    assert raw.codes == {}
    told = {"role": "MEMBER", "person": {"email": form["email"]}, "organisations": []}
    assert raw.data["signIn"]["viewer"] == told
    assert raw.data["removeSeat"]["errors"] == [{"code": "MANAGER_REQUIRED", "path": ["seatId"]}]
