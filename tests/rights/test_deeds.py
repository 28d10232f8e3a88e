"""Every deed, tried by every caller: done, or refused in the right order, and then without any effect."""

from typing import Any

import pytest
from tortoise import Tortoise

from capcom_gql.services.sessions import open_session
from capcom_gql.storage.database import rows
from tests.rights.asking import Documents, Raw, ask
from tests.rights.deeds import Attempt, Doing, attempts, good_form
from tests.rights.stage import Stage
from tests.rights.table import SHOWN_WITH
from tests.rights.verdicts import CALLERS, Caller, Judged, deeds, judged

pytestmark = pytest.mark.asyncio(loop_scope="module")

# The table in which each deed leaves its mark.
MARKS = {
    "subscribe": "Organisation",
    "signIn": "Session",
    "requestPassword": "Event",
    "choosePassword": "Person",
    "signOut": "Session",
    "addSeats": "Seat",
    "removeSeat": "Seat",
    "recordPaymentProof": "PaymentProof",
    "redeemDiscount": "Redemption",
    "releaseDiscount": "Redemption",
    "createApiKey": "ApiKey",
    "revokeApiKey": "ApiKey",
}

UNAUTHENTICATED: tuple[str, list[str]] = ("UNAUTHENTICATED", [])

Rows = dict[str, list[dict[str, Any]]]


async def every_row() -> Rows:
    """Everything that is stored, by model, but when keys were last used."""
    found: Rows = {}
    for name, model in Tortoise.apps["capcom"].items():
        found[name] = await rows(f'SELECT * FROM "{model._meta.db_table}" ORDER BY "{model._meta.db_pk_column}"')
    for key in found["ApiKey"]:
        key["last_used_at"] = None
    return found


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that are not as they were."""
    return {name for name in after if before[name] != after[name]}


def document(documents: Documents, deed: str) -> str:
    """A deed with all that its payload holds."""
    payload = documents.every_field(f"{deed[0].upper()}{deed[1:]}Payload")
    if deed == "signOut":
        return f"mutation {{ signOut {payload} }}"
    return f"mutation ($input: {deed[0].upper()}{deed[1:]}Input!) {{ {deed}(input: $input) {payload} }}"


def faults(raw: Raw, deed: str) -> list[tuple[str, list[str]]]:
    """The payload's errors; whatever else the payload holds must then be nothing."""
    payload = raw.data[deed]
    told = [(error["code"], error["path"]) for error in payload["errors"]]
    nothing = {name: payload[name] for name in deeds()[deed]["result"].split(",") if name != "check"}
    assert not told or not any(nothing.values()), payload
    return told


def refusal(caller: Caller, deed: str, attempt: Attempt) -> tuple[str, list[str]] | None:
    """How an attempt is refused, before its form is looked at; None where it is for the form to decide."""
    whose = deeds()[deed]["whose"]
    match judged(caller, deed, attempt.organisation, attempt.maker):
        case Judged.UNAUTHENTICATED:
            return UNAUTHENTICATED
        case Judged.FORBIDDEN:
            return "FORBIDDEN", []
        case Judged.NOT_FOUND:
            return "NOT_FOUND", [whose]
    return ("NOT_FOUND", [whose]) if attempt.case == "nobody's" else None


@pytest.mark.parametrize("deed", sorted(deeds()))
@pytest.mark.rule("R12")
async def test_a_refused_deed_says_why_and_leaves_no_trace(
    stage: Stage, caller: Caller, documents: Documents, deed: str
) -> None:
    """Role and scope are judged first, whose the object is second, the form last; and nothing is written."""
    before = await every_row()
    for attempt in attempts(stage, deed):
        refused = refusal(caller, deed, attempt)
        if refused is None and attempt.code is None:
            continue
        raw = await ask(stage, caller, document(documents, deed), {"input": attempt.form})
        if refused is None:
            assert {code for code, _ in faults(raw, deed)} == {attempt.code}, attempt
        elif refused == UNAUTHENTICATED:
            assert (raw.status, raw.codes, "data" in raw.body) == (401, {(): "UNAUTHENTICATED"}, False), attempt
        else:
            assert faults(raw, deed) == [refused], attempt
    assert changed(before, await every_row()) == set()


@pytest.mark.rule("R1")
async def test_another_s_organisation_is_not_reopened(stage: Stage, caller: Caller, documents: Documents) -> None:
    """D is its last manager's or staff's to reopen; that others tried is told to staff, and nothing else is written."""
    gone = next(each.id for each in stage.of("Organisation") if each.organisations == {"D"})
    form = next(attempts(stage, "subscribe")).form | {"organisationId": gone}
    before = await every_row()
    raw = await ask(stage, caller, document(documents, "subscribe"), {"input": form})
    after = await every_row()
    if caller.is_staff:
        assert faults(raw, "subscribe") == [] and len(after["Term"]) == len(before["Term"]) + 1
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
    raw = await ask(stage, doer, document(documents, deed), {"input": form}, token=token)
    assert faults(raw, deed) == []
    assert MARKS[deed] in changed(before, await every_row())
    assert set(raw.codes.values()) <= {"FORBIDDEN"}
    for name in deeds()[deed]["result"].split(","):
        result, refused = raw.data[deed][name], [path for path in raw.codes if path[:2] == (deed, name)]
        if doer.scope is None or name not in SHOWN_WITH or doer.holds(SHOWN_WITH[name]):
            assert result and not refused, name
        else:
            assert result == [] or (result is None and refused), name


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
