"""A day at the desk: the staff take subscribers in, find who owes, record, reinstate, answer, publish, and count."""

import csv
import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import desk
from tests.databases import ONLY_POSTGRES
from tests.desk import Desk
from tests.world import SUBSCRIBE, World, user

DUE = """
query Due($before: Date!, $after: String) {
  organisations(
    first: 20, after: $after, filter: { proofDueBefore: $before }, orderBy: { field: PROOF_DUE_ON }
  ) {
    totalCount
    nodes { name subscription { id proofDueOn manager { person { email } } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
STATES = """
query States {
  provisional: organisations(filter: { state: [PROVISIONAL] }) { totalCount }
  confirmed: organisations(filter: { state: [CONFIRMED] }) { totalCount }
  cancelled: organisations(filter: { state: [CANCELLED] }) { totalCount nodes { name } }
}
"""
REDEEMED = """
query Redeemed {
  redemptions { nodes { state registrationReference organisation { name } reduction { amountMinor } } }
}
"""
OPEN_REQUESTS = """
query Open {
  supportRequests(open: true) {
    totalCount nodes { id message openedBy { email } check { eligible reason provisional } }
  }
}
"""
CLOSE = """
mutation Close($input: CloseSupportRequestInput!) {
  closeSupportRequest(input: $input) { request { closedAt answer } errors { code } }
}
"""
PUBLISH = """
mutation Publish($input: PublishTermsInput!) {
  publishTerms(input: $input) { terms { version } errors { code } }
}
"""
SAVE = """
mutation Save($input: SavePlanInput!) {
  savePlan(input: $input) { plan { code seatLimit price { amountMinor } } errors { code message path } }
}
"""
TERM = """
query Term($id: ID!) {
  node(id: $id) { ... on OrganisationSubscription {
    seatLimit currentTerm { seatLimit price { amountMinor } }
  } }
}
"""
REPORT = """
query Month {
  report(from: "2027-03-01", to: "2027-03-31") {
    live opened confirmed cancelledUnpaid expired renewed renewalRate seatsUsed seatsAvailable redemptions
    reductionGranted { amountMinor currency } proofAwaited { amountMinor currency } survey { asked answered }
  }
}
"""
UNTRUE = """
query Untrue {
  deliveries(filter: { topic: "proof_reminder", state: [SUPPRESSED] }) { totalCount }
}
"""
NOBODY = {
    "live": 0,
    "opened": 0,
    "confirmed": 0,
    "cancelledUnpaid": 2,
    "expired": 0,
    "renewed": 0,
    "renewalRate": None,
    "seatsUsed": 0,
    "seatsAvailable": 0,
    "redemptions": 3,
    "reductionGranted": {"amountMinor": 0, "currency": "EUR"},
    "proofAwaited": {"amountMinor": 0, "currency": "EUR"},
    "survey": {"asked": 0, "answered": 0},
}
"""The month's report that morning: the two that fell, and the three discounts they had used."""


@pytest.mark.rule("R8")
@pytest.mark.rule("R9")
@pytest.mark.rule("R19")
@pytest.mark.rule("R20")
@ONLY_POSTGRES  # on SQLite the day of docs/desk.md goes by, in tests/docs/test_desk.py
async def test_a_day_at_the_desk(world: World, database_url: str, tmp_path: Path) -> None:
    """Every deed through the API as staff, the spreadsheets by the command line, every figure by hand."""
    at = await Desk.open(world, database_url, tmp_path)
    assert (await at.ask(REPORT))["report"] == NOBODY

    await _take_in_the_spreadsheet(at, tmp_path)
    await _record_forty_of_those_due(at)
    await _reinstate_what_lay_on_a_desk(at)
    await _answer_two_users(at)
    await _publish_terms_and_change_a_plan(at)

    assert at.commands.run("export", "redemptions", "--to-reinvoice").out.count("TO_REINVOICE") == 2
    exported = _table(at.commands.run("export", "redemptions", "--to-reinvoice").out)
    assert sorted((row["organisation"], row["registration_reference"], row["reduction"]) for row in exported) == [
        ("Mairie de Brassac", "R-2", "10,00"),
        ("Mairie de Brassac", "R-3", "10,00"),
    ]
    assert (await at.ask(REPORT))["report"] == {
        "live": 302,  # 300 of the file, Rochebrune, and the one that signed up at noon
        "opened": 76,  # 45 and 30 of the file in March, and that one
        "confirmed": 41,  # the forty, and Rochebrune
        "cancelledUnpaid": 1,  # Brassac
        "expired": 0,
        "renewed": 0,
        "renewalRate": None,
        "seatsUsed": 603,  # 600, two, one
        "seatsAvailable": 474,  # of 83 x 5, 217 x 3, 5 and 6
        "redemptions": 3,
        "reductionGranted": {"amountMinor": 1_000, "currency": "EUR"},  # Rochebrune's; Brassac's are to invoice
        "proofAwaited": {"amountMinor": 35 * 90_000 + 95_000, "currency": "EUR"},
        "survey": {"asked": 0, "answered": 0},
    }
    await world.tick()
    sent = Counter(letter.topic for letter in world.letters() if letter.sent_at.date() == desk.TODAY)
    assert sent == {
        "proof_reminder": 5,
        "renewal_notice": 17,
        "confirmed": 40,
        "reinstated": 2,
        "password_link": 1,
        "support_opened": 2,
        "support_answer": 2,
        "welcome": 1,
    }
    # the forty were to be reminded that morning, and paid before the letters went
    assert (await at.ask(UNTRUE))["deliveries"]["totalCount"] == 40


async def _take_in_the_spreadsheet(at: Desk, folder: Path) -> None:
    """Twelve faults, each at its line and column; put right, the twelve come in and nothing comes in twice."""
    desk.save(folder, faulty=True)
    said = at.import_file(status=1)["organisations"]
    assert Counter(each["outcome"] for each in said) == {"IMPORTED": 288, "REFUSED": 12}
    assert sum(len(each["lines"]) for each in said) == 600
    found = [(fault["line"], fault["column"]) for each in said for fault in each["faults"]]
    # after the heading, three organisations in a row have six lines, the last of them one
    assert found == [(2 * place + 1, column) for place, (column, _) in desk.FAULTS.items()]
    assert await _states(at) == (75, 213, ["Mairie de Brassac", "Ville de Rochebrune"])

    desk.save(folder, faulty=False)
    again = Counter(each["outcome"] for each in at.import_file()["organisations"])
    assert again == {"THERE_ALREADY": 288, "IMPORTED": 12}
    assert await _states(at) == (75, 225, ["Mairie de Brassac", "Ville de Rochebrune"])


async def _record_forty_of_those_due(at: Desk) -> None:
    """Those whose proof is due before Monday are 45, the first due first; orders of forty have come."""
    due = await _due(at)
    days = Counter(each["subscription"]["proofDueOn"] for each in due)
    assert days == {f"2027-03-{day}": 9 for day in (16, 17, 18, 19, 20)}
    assert {each["name"] for each in due} == {desk.name_of(place) for place in range(1, 46)}
    assert all(each["subscription"]["manager"]["person"]["email"].startswith("ana@organisme-") for each in due)
    for place, each in enumerate(due[:40], start=1):
        done = await at.world.record_proof(each["subscription"]["id"], reference=f"BC-2027-{place}")
        assert (done["errors"], done["term"]["state"], done["subscription"]["proofDueOn"]) == ([], "CONFIRMED", None)
    assert await _due(at) == due[40:]
    assert await _states(at) == (35, 265, ["Mairie de Brassac", "Ville de Rochebrune"])


async def _reinstate_what_lay_on_a_desk(at: Desk) -> None:
    """Rochebrune's order had come in time; bob writes before, and his request keeps what the check answered."""
    request = await at.open_request(at.bob, at.rochebrune.numbers["bob"], "The Forum says that we are cancelled.")
    assert request["check"] == {"reason": "SUBSCRIPTION_CANCELLED"}
    assert await _redeemed(at) == {"R-1": "TO_REINVOICE", "R-2": "TO_REINVOICE", "R-3": "TO_REINVOICE"}
    term = await at.rochebrune.reinstate(await at.rochebrune.term(0), receivedOn="2027-03-05")
    assert term["state"] == "CONFIRMED"
    assert await _redeemed(at) == {"R-1": "FINAL", "R-2": "TO_REINVOICE", "R-3": "TO_REINVOICE"}
    assert await _states(at) == (35, 266, ["Mairie de Brassac"])


async def _answer_two_users(at: Desk) -> None:
    """The second is an imported manager; both read their answer, and nobody waits any more."""
    ana = await at.imported_user(46)
    await at.open_request(ana, await at.number_of(ana), "The desk at the Forum did not know my number.")
    waiting = (await at.ask(OPEN_REQUESTS))["supportRequests"]
    assert waiting["totalCount"] == 2
    assert [(each["openedBy"]["email"], each["check"]) for each in waiting["nodes"]] == [
        (desk.address_of(46), {"eligible": True, "reason": "ELIGIBLE", "provisional": True}),
        ("bob@ville.example", {"eligible": False, "reason": "SUBSCRIPTION_CANCELLED", "provisional": False}),
    ]
    answers = ("Your number is good: show this to the desk.", "Your order had come: access is open again.")
    for each, answer in zip(waiting["nodes"], answers, strict=True):
        closed = (await at.ask(CLOSE, input={"requestId": each["id"], "answer": answer}))["closeSupportRequest"]
        assert (closed["errors"], closed["request"]["answer"]) == ([], answer)
    assert (await at.ask(OPEN_REQUESTS))["supportRequests"] == {"totalCount": 0, "nodes": []}
    for token, answer in zip((ana, at.bob), answers, strict=True):
        read = await at.world.ask("{ viewer { supportRequests { answer } } }", token=token)
        assert read.ok()["viewer"]["supportRequests"] == [{"answer": answer}]


async def _publish_terms_and_change_a_plan(at: Desk) -> None:
    """A sign-up accepts the new terms of use and gets the new plan; terms open already keep theirs."""
    published = await at.ask(PUBLISH, input={"version": "2027-2", "url": "https://capcom.example/terms/2027-2"})
    assert published["publishTerms"] == {"terms": {"version": "2027-2"}, "errors": []}
    discounts = [{"eventKind": "TRAINING", "percent": 20}, {"eventKind": "FORUM", "percent": 10}]
    plan = {"code": "EQUIPE", "name": "Équipe", "seatLimit": 6, "priceMinor": 95_000, "discounts": discounts}
    saved = await at.ask(SAVE, input=plan | {"services": ["PUBLICATIONS", "TRAINING"]})
    assert saved["savePlan"] == {
        "plan": {"code": "EQUIPE", "seatLimit": 6, "price": {"amountMinor": 95_000}},
        "errors": [],
    }
    form = at.world.form("fay", name="Conseil départemental")
    assert (await at.ask(SUBSCRIBE, input=form))["subscribe"]["errors"] == [
        {
            "code": "TERMS_NOT_ACCEPTED",
            "message": "Accept the current version of the terms of use: 2027-2.",
            "path": ["acceptedTermsVersion"],
            "current": {"version": "2027-2"},
        }
    ]
    at.world.terms_version = "2027-2"
    new = await at.world.subscribe("fay", name="Conseil départemental", signer=user("fay"))
    assert await _offer(at, new["id"]) == (6, 6, 95_000)
    assert await _offer(at, at.rochebrune.subscription) == (5, 5, 90_000)


async def _due(at: Desk) -> list[dict[str, Any]]:
    """Those whose proof is due before Monday, page by page; each page says how many they are."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await at.ask(DUE, before="2027-03-22", after=after))["organisations"]
        found += page["nodes"]
        assert len(page["nodes"]) <= 20
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        after = page["pageInfo"]["endCursor"]


async def _states(at: Desk) -> tuple[int, int, list[str]]:
    """How many are provisional and confirmed, and who is cancelled."""
    seen = await at.ask(STATES)
    cancelled = [each["name"] for each in seen["cancelled"]["nodes"]]
    assert seen["cancelled"]["totalCount"] == len(cancelled)
    return seen["provisional"]["totalCount"], seen["confirmed"]["totalCount"], cancelled


async def _redeemed(at: Desk) -> dict[str, str]:
    """The state of each redemption by its registration."""
    nodes = (await at.ask(REDEEMED))["redemptions"]["nodes"]
    return {each["registrationReference"]: each["state"] for each in nodes}


async def _offer(at: Desk, subscription: str) -> tuple[int, int, int]:
    """The seats of a subscription, and the seats and price that its running term keeps."""
    seen = (await at.ask(TERM, id=subscription))["node"]
    term = seen["currentTerm"]
    return seen["seatLimit"], term["seatLimit"], term["price"]["amountMinor"]


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
