"""Every question, asked by every caller: answered or refused, and how; the checks of everybody's numbers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.rights.asking import ask, ending
from tests.rights.stage import Stage
from tests.rights.verdicts import ANONYMOUS, CALLERS, Answered, Caller, answers, mutations, roots

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTIONS = {
    "node": 'node(id: "{organisation}") {{ id }}',
    "nodes": 'nodes(ids: ["{organisation}"]) {{ id }}',
    "viewer": "viewer {{ role }}",
    "plans": "plans {{ code }}",
    "termsOfUse": "termsOfUse {{ version }}",
    "organisation": 'organisation(id: "{organisation}") {{ id }}',
    "organisations": "organisations {{ totalCount }}",
    "discountCheck": 'discountCheck(input: {{ subscriberNumber: "{number}", eventKind: FORUM }}) {{ reason }}',
    "discountChecks": 'discountChecks(inputs: [{{ subscriberNumber: "{number}", eventKind: FORUM }}]) {{ reason }}',
    "serviceAccess": 'serviceAccess(subscriberNumber: "{number}", service: TRAINING) {{ reason }}',
    "redemptions": "redemptions {{ totalCount }}",
    "events": "events {{ totalCount }}",
    "deliveries": "deliveries {{ totalCount }}",
    "webhookEndpoints": "webhookEndpoints {{ id }}",
    "notifiers": "notifiers {{ name }}",
    "supportRequests": "supportRequests {{ totalCount }}",
    "apiKeys": "apiKeys {{ id }}",
    "report": 'report(from: "2027-01-01", to: "2027-12-31") {{ live }}',
}
CHECK = "query ($input: DiscountCheckInput!) { discountCheck(input: $input) { reason eligible } }"
CHECKS = "query ($inputs: [DiscountCheckInput!]!) { discountChecks(inputs: $inputs) { reason eligible } }"


def question(stage: Stage, root: str) -> str:
    """The question about A."""
    return QUESTIONS[root].format(organisation=stage.organisations["A"], number=stage.numbers["ana at A"])


@pytest.mark.parametrize("root", sorted(roots()))
async def test_a_question_is_answered_or_refused_by_the_role(stage: Stage, caller: Caller, root: str) -> None:
    """Also under another name, and from within fragments: the right goes with the field."""
    asked = question(stage, root)
    for document, name in (
        (f"{{ {asked} }}", root),
        (f"{{ x: {asked} }}", "x"),
        (f"{{ ... on Query {{ ...F }} }} fragment F on Query {{ x: {asked} }}", "x"),
    ):
        assert ending(await ask(stage, caller, document), name) is answers(caller, root)


async def test_one_refused_question_among_others(stage: Stage, caller: Caller) -> None:
    """A question that may answer null leaves the others alone; one that may not, or needs a caller, takes them all."""
    for root in sorted(roots() - {"nodes"}):
        raw = await ask(stage, caller, f"{{ __typename x: {question(stage, root)} }}")
        if answers(caller, root) in (Answered.YES, Answered.FIELD):
            assert raw.data["__typename"] == "Query"
        else:
            assert raw.body.get("data") is None


async def test_a_token_that_is_no_longer_good_opens_nothing(stage: Stage) -> None:
    """Not even what is open to everybody: the client must know that it is not signed in."""
    # an operation is judged by its root fields, before its input is read
    deeds = [f"mutation ($input: {deed[0].upper()}{deed[1:]}Input!) {{ {deed}(input: $input) {{ errors {{ code }} }} }}"
             for deed in mutations() - {"signOut"}]  # fmt: skip
    asked = [f"{{ {question(stage, root)} }}" for root in sorted(roots())]
    for token in stage.bad_tokens.values():
        for document in (*asked, *deeds, "mutation { signOut { signedOut } }", "{ __typename }"):
            raw = await ask(stage, ANONYMOUS, document, token=token)
            assert ending(raw, "") is Answered.UNAUTHENTICATED, document


def may_ask(caller: Caller, whose: str) -> bool:
    """Whether a caller with the right to check may ask about this number: their own, their people's, any."""
    name, _, letter = whose.partition(" at ")
    return caller.is_staff or caller.scope is not None or caller.person == name or letter in caller.manages


def reasons(stage: Stage, caller: Caller, granted: str) -> dict[str, str]:
    """The reason that each number is answered with. Whether who was removed may still ask is left open."""
    held = {seat.id for seat in stage.of("Seat") if seat.holder is not None}
    return {
        whose: "UNKNOWN_NUMBER"
        if not may_ask(caller, whose)
        else granted
        if stage.seats[whose] in held
        else "SEAT_REMOVED"
        for whose in stage.numbers
        if whose != f"{caller.person} at A" or stage.seats[whose] in held
    }


def asks(stage: Stage, whose: Sequence[str], **more: Any) -> dict[str, Any]:
    """The variables of several checks."""
    return {"inputs": [{"subscriberNumber": stage.numbers[each], "eventKind": "FORUM", **more} for each in whose]}


@pytest.mark.rule("R10")
async def test_whose_numbers_a_caller_may_check(stage: Stage, caller: Caller) -> None:
    """One's own, one's people's, any for the desk and staff; any other is a number that nobody holds."""
    wanted = reasons(stage, caller, "ELIGIBLE")
    raw = await ask(stage, caller, CHECKS, asks(stage, list(wanted)))
    if answers(caller, "discountChecks") is not Answered.YES:
        assert ending(raw, "discountChecks") is answers(caller, "discountChecks")
        return
    got = dict(zip(wanted, (each["reason"] for each in raw.data["discountChecks"]), strict=True))
    assert got == wanted
    for whose, reason in wanted.items():
        form = {"input": {"subscriberNumber": stage.numbers[whose], "eventKind": "FORUM"}}
        one = (await ask(stage, caller, CHECK, form)).data["discountCheck"]
        assert one == {"reason": reason, "eligible": reason == "ELIGIBLE"}


@pytest.mark.rule("R11")
async def test_whose_services_a_caller_may_ask_about(stage: Stage, caller: Caller) -> None:
    wanted = list(reasons(stage, caller, "GRANTED").items())
    fields = " ".join(
        f'x{place}: serviceAccess(subscriberNumber: "{stage.numbers[whose]}", service: DOCUMENTATION) {{ reason }}'
        for place, (whose, _) in enumerate(wanted)
    )
    raw = await ask(stage, caller, f"{{ {fields} }}")
    if answers(caller, "serviceAccess") is Answered.YES:
        assert [each["reason"] for each in raw.data.values()] == [reason for _, reason in wanted]
    else:
        assert ending(raw, "") is answers(caller, "serviceAccess")


@pytest.mark.rule("R10")
async def test_who_may_ask_about_the_past(stage: Stage, caller: Caller) -> None:
    """People about the numbers they may check; a key needs EVENTS_READ besides. The right comes before the form."""
    wanted = reasons(stage, caller, "ELIGIBLE")
    earlier = stage.earlier.isoformat()
    raw = await ask(stage, caller, CHECKS, asks(stage, list(wanted), at=earlier))
    if answers(caller, "discountChecks") is Answered.UNAUTHENTICATED:
        assert ending(raw, "") is Answered.UNAUTHENTICATED
    elif caller.scope is None or caller.scope == "ADMIN":
        got = dict(zip(wanted, (each["reason"] for each in raw.data["discountChecks"]), strict=True))
        assert got == wanted
    else:
        to_come = (stage.earlier + timedelta(days=2)).isoformat()
        assert ending(raw, "") is Answered.REQUEST
        for bad in ({"at": to_come}, {"at": earlier, "priceMinor": -1}):
            raw = await ask(stage, caller, CHECKS, asks(stage, list(wanted), **bad))
            assert ending(raw, "") is Answered.REQUEST, bad


@pytest.mark.rule("R10")
async def test_a_desk_that_reads_events_may_ask_about_the_past(stage: Stage) -> None:
    desk = next(caller for caller in CALLERS if caller.scope == "DISCOUNTS_CHECK")
    variables = asks(stage, list(stage.numbers), at=stage.earlier.isoformat())
    raw = await ask(stage, desk, CHECKS, variables, token=stage.past_token)
    assert [each["reason"] for each in raw.data["discountChecks"]] == list(reasons(stage, desk, "ELIGIBLE").values())
