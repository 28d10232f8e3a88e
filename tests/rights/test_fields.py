"""Every field of every object, read by every caller, by its id and by every way that leads to it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.rights.asking import (
    DELIVERY,
    EVENT,
    ORGANISATION,
    ORGANISATION_AND_ITS_PAST,
    REDEMPTION,
    SUPPORT,
    VIEWER,
    Documents,
    ask,
    ending,
)
from tests.rights.stage import Stage
from tests.rights.table import FIELDS, VALUES
from tests.rights.verdicts import Answered, Caller, answers, deeds, fields_of, mutation_of, mutations, roots, sees
from tests.rights.walk import Truth, Walk

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Values that are read elsewhere than by an object's id.
ELSEWHERE = {"Viewer", "Session", "TermsOfUse", "Notifier", "Report", "SurveySummary", "PageInfo"}
ELSEWHERE |= {"SimpleError", "SeatLimitError", "TermsError", "ProofTooLateError"}


async def test_every_field_has_an_expectation_and_every_expectation_a_field(documents: Documents) -> None:
    """A field added to the schema, or taken away, is a failure until the table above says who reads it."""
    results = {mutation_of(deed): row["result"].split(",") for deed, row in deeds().items()}
    payloads = {f"{deed[0].upper()}{deed[1:]}Payload": result for deed, result in results.items()}
    unknown = {}
    for name, type_ in documents.objects().items():
        if name in FIELDS or name in VALUES:
            wanted = fields_of(name)
        elif name in payloads:
            wanted = {*payloads[name], "errors"}
        elif name.endswith("Connection"):
            wanted = {"edges", "nodes", "pageInfo", "totalCount"}
        elif name.endswith("Edge"):
            wanted = {"cursor", "node"}
        else:
            wanted = set()
        if set(type_.fields) != wanted:
            unknown[name] = set(type_.fields) ^ wanted
    assert not unknown
    assert {*FIELDS, *VALUES, *payloads} <= set(documents.objects())
    schema = documents.schema
    assert schema.query_type is not None and set(schema.query_type.fields) == roots()
    assert schema.mutation_type is not None and set(schema.mutation_type.fields) == mutations()
    assert schema.subscription_type is None


async def test_there_is_something_to_read_in_every_field(stage: Stage, documents: Documents, truth: Truth) -> None:
    """The walk below would show nothing of a field that is empty wherever it is read."""
    held = {(stage.things[id_].type, name) for (id_, name), value in truth.items() if value not in (None, [])}
    held |= {pair for value in truth.values() for pair in held_within(value)}
    told = {*FIELDS, *VALUES} - ELSEWHERE
    everything = {(name, field) for name in told for field in documents.objects()[name].fields}
    assert everything - held == set(), "give it a value in tests/rights/setting.py"
    actors = {value for (_, name), value in truth.items() if name == "actor"}
    assert f"MACHINE {stage.keys['DISCOUNTS_REDEEM']}" in actors, "staff read who did it, not the role alone"


def held_within(value: Any) -> Iterator[tuple[str, str]]:
    """The fields that hold something in what an object holds."""
    if isinstance(value, list):
        for each in value:
            yield from held_within(each)
    elif isinstance(value, dict) and "__typename" in value:
        for name, each in value.items():
            if each not in (None, []):
                yield value["__typename"], name
            yield from held_within(each)


@pytest.mark.rule("R11")
async def test_every_object_by_its_id(stage: Stage, caller: Caller, documents: Documents, truth: Truth) -> None:
    """What a caller may not see does not exist; of what they see, each field is theirs to read or refused."""
    faults = []
    for document in documents.by_id(stage.things.values()):
        raw = await ask(stage, caller, document)
        walk = Walk(stage, truth, caller, raw)
        if answers(caller, "node") is Answered.YES:
            for id_, found in raw.data.items():
                walk.place(found, stage.things[id_], (id_,))
        else:
            walk.nothing()
        faults += walk.finish()
    assert not faults, "\n".join(faults)


async def test_several_objects_by_their_ids(stage: Stage, caller: Caller) -> None:
    """`nodes` answers as `node` does, in order, with null in the place of what the caller may not see."""
    things = list(stage.things.values())[::3]
    ids = [thing.id for thing in things] + ["seat_00000000000000000000000000", "nothing"]
    raw = await ask(stage, caller, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
    if answers(caller, "nodes") is not Answered.YES:
        assert ending(raw, "nodes") is answers(caller, "nodes")
        return
    assert raw.codes == {}
    seen = [{"id": thing.id} if sees(caller, thing) else None for thing in things]
    assert raw.data["nodes"] == [*seen, None, None]


@pytest.mark.parametrize("letter", ["A", "B", "C"])
@pytest.mark.rule("R11")
async def test_an_organisation_and_all_that_hangs_on_it(
    stage: Stage, caller: Caller, documents: Documents, truth: Truth, letter: str
) -> None:
    everything = documents.every_field("Organisation", ORGANISATION_AND_ITS_PAST)
    document = f"query ($id: ID!) {{ organisation(id: $id) {everything} }}"
    id_ = stage.organisations[letter]
    raw = await ask(stage, caller, document, {"id": id_})
    if answers(caller, "organisation") is not Answered.YES:
        assert ending(raw, "organisation") is answers(caller, "organisation")
        return
    walk = Walk(stage, truth, caller, raw)
    walk.place(raw.data["organisation"], stage.things[id_], ("organisation",))
    assert not (faults := walk.finish()), "\n".join(faults)


@pytest.mark.parametrize(
    ("root", "type_name", "shape"),
    [
        ("organisations", "Organisation", ORGANISATION),
        ("redemptions", "Redemption", REDEMPTION),
        ("events", "Event", EVENT),
        ("deliveries", "Delivery", DELIVERY),
        ("supportRequests", "SupportRequest", SUPPORT),
    ],
)
async def test_a_list_holds_what_the_caller_may_see(
    stage: Stage, caller: Caller, documents: Documents, truth: Truth, root: str, type_name: str, shape: dict[str, str]
) -> None:
    """No more, no less, counted alike; and each of its objects is told field by field as by its id."""
    each = documents.every_field(type_name, shape)
    page_info = documents.every_field("PageInfo")
    document = f"""query {{ {root}(first: 100) {{
        __typename totalCount pageInfo {page_info} nodes {{ __typename id }} edges {{ __typename cursor node {each} }}
    }} }}"""
    raw = await ask(stage, caller, document)
    if answers(caller, root) is not Answered.YES:
        assert ending(raw, root) is answers(caller, root)
        return
    walk = Walk(stage, truth, caller, raw)
    found = raw.data[root]
    wanted = {thing.id for thing in stage.of(type_name) if sees(caller, thing)}
    assert {edge["node"]["id"] for edge in found["edges"]} == wanted
    assert [edge["node"]["id"] for edge in found["edges"]] == [node["id"] for node in found["nodes"]]
    assert found["totalCount"] == len(wanted)
    for place, edge in enumerate(found["edges"]):
        walk.object(edge["node"], (root, "edges", place, "node"))
    assert not (faults := walk.finish()), "\n".join(faults)


@pytest.mark.parametrize(("root", "type_name"), [("redemptions", "Redemption"), ("events", "Event")])
async def test_a_filter_widens_nothing(stage: Stage, caller: Caller, root: str, type_name: str) -> None:
    """Naming an organisation gives of its objects those that the caller may see, and no error tells them apart."""
    for letter, id_ in stage.organisations.items():
        document = f"query ($id: ID!) {{ {root}(first: 100, filter: {{ organisationId: $id }}) {{ nodes {{ id }} }} }}"
        raw = await ask(stage, caller, document, {"id": id_})
        assert ending(raw, root) is answers(caller, root)
        if answers(caller, root) is not Answered.YES:
            continue
        wanted = {each.id for each in stage.of(type_name) if letter in each.organisations and sees(caller, each)}
        assert {node["id"] for node in raw.data[root]["nodes"]} == wanted


async def test_the_keys_of_machines(stage: Stage, caller: Caller, documents: Documents, truth: Truth) -> None:
    """All of them, revoked ones too, each told as by its id, and no secret; to the administration alone."""
    raw = await ask(stage, caller, f"{{ apiKeys {documents.every_field('ApiKey')} }}")
    if answers(caller, "apiKeys") is not Answered.YES:
        assert ending(raw, "apiKeys") is answers(caller, "apiKeys")
        return
    walk = Walk(stage, truth, caller, raw)
    assert {each["id"] for each in raw.data["apiKeys"]} == {thing.id for thing in stage.of("ApiKey")}
    for place, each in enumerate(raw.data["apiKeys"]):
        walk.object(each, ("apiKeys", place))
    assert not (faults := walk.finish()), "\n".join(faults)


async def test_the_report_is_told_whole_or_not_at_all(stage: Stage, caller: Caller, documents: Documents) -> None:
    """A year of the stage, with something in every figure but for a rate: no term has ended there."""
    today = stage.earlier.date()
    year = {"from": (today - timedelta(days=180)).isoformat(), "to": (today + timedelta(days=180)).isoformat()}
    asked = f"query ($from: Date!, $to: Date!) {{ report(from: $from, to: $to) {documents.every_field('Report')} }}"
    raw = await ask(stage, caller, asked, year)
    if answers(caller, "report") is not Answered.YES:
        assert ending(raw, "report") is answers(caller, "report")
        assert raw.body.get("data") in (None, {"report": None})
        return
    assert raw.codes == {}
    told = dict(held_within(raw.data["report"]))
    assert set(told) == {"Report", "Money", "SurveySummary"}
    empty = {name for name, value in raw.data["report"].items() if value in (None, 0)}
    assert empty == {"expired", "renewed", "renewalRate"}
    assert raw.data["report"]["survey"]["comments"] == ["Very well."]


async def test_who_asks(stage: Stage, caller: Caller, documents: Documents, truth: Truth) -> None:
    """`viewer` holds the caller's own: themselves, seats with their numbers, organisations, support requests."""
    raw = await ask(stage, caller, f"{{ viewer {documents.every_field('Viewer', VIEWER)} }}")
    if answers(caller, "viewer") is not Answered.YES or caller.is_anonymous:
        assert ending(raw, "viewer") is answers(caller, "viewer")
        assert raw.data == {"viewer": None}
        return
    viewer = raw.data["viewer"]
    role = "STAFF" if caller.is_staff else "MANAGER" if caller.manages else "MEMBER"
    assert (viewer["role"], viewer["scopes"], viewer["apiKey"]) == (role, [], None)
    assert viewer["person"]["email"] == caller.email
    held = {each.id for each in stage.of("Seat") if each.holder == caller.person}
    assert {seat["id"] for seat in viewer["seats"]} == held
    assert all(seat["subscriberNumber"] for seat in viewer["seats"])
    assert {each["id"] for each in viewer["organisations"]} == {stage.organisations[at] for at in caller.belongs_to}
    opened = {each.id for each in stage.of("SupportRequest") if each.holder == caller.person}
    assert {each["id"] for each in viewer["supportRequests"]} == opened
    _walk_viewer(Walk(stage, truth, caller, raw))


def _walk_viewer(walk: Walk) -> None:
    viewer = walk.raw.data["viewer"]
    if viewer["person"]["id"] in walk.stage.things:
        walk.object(viewer["person"], ("viewer", "person"))
    for name in ("seats", "organisations", "supportRequests"):
        for place, each in enumerate(viewer[name]):
            walk.object(each, ("viewer", name, place))
    assert not (faults := walk.finish()), "\n".join(faults)
