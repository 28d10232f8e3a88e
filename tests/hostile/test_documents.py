"""Hostile documents are refused before anything is done, each for less than 100 ms of processor time."""

import time

import pytest
from graphql import get_introspection_query

from tests.databases import ONLY_SQLITE
from tests.graphql.api import Api, codes, person
from tests.hostile.documents import ATTACKS, COSTLY, SEATS, nested

CHEAP_SECONDS = 0.1


@ONLY_SQLITE
@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("name", ATTACKS)
async def test_it_is_refused_cheaply(api: Api, name: str, media_type: str) -> None:
    attack = ATTACKS[name]
    staff = await api.staff()
    await api.data("{ viewer { role } }", staff)
    began = time.process_time()
    response = await api.post({"query": attack.document}, token=staff, accept=media_type)
    took = time.process_time() - began
    answer = response.json()
    assert response.status_code == (200 if media_type == "application/json" else 400)
    assert "data" not in answer and {code for code, _ in codes(answer)} == {attack.code}
    extensions = answer["errors"][0]["extensions"]
    if attack.limit is not None:
        assert extensions["limit"] == attack.limit < extensions["actual"]
    if attack.actual is not None:
        assert extensions["actual"] == attack.actual
    assert took < CHEAP_SECONDS, f"it took {took * 1000:.0f} ms of processor time"


@ONLY_SQLITE
async def test_nothing_is_written_and_no_letter_is_queued(api: Api) -> None:
    """A document with two sign-ups opens neither."""
    await api.post({"query": ATTACKS["two sign-ups"].document})
    listed = "{ organisations { totalCount } deliveries { totalCount } }"
    assert await api.data(listed, await api.staff()) == {
        "organisations": {"totalCount": 0},
        "deliveries": {"totalCount": 0},
    }


AT_THE_LIMIT = {
    "fifteen levels": nested("__schema", "types", *["ofType"] * 12, "name"),
    "a thousand fields": "{ " + " ".join(f"a{place}: plans {{ {'code ' * 49} }}" for place in range(20)) + "}",
    "twenty root fields": "{ " + " ".join(f"a{place}: __typename" for place in range(20)) + " }",
    "a hundred aliases": "{ plans { " + " ".join(f"a{place}: code" for place in range(100)) + " } }",
    "five directives": "{ plans { code @include(if: true) @skip(if: false) } }",
    "the introspection of clients": get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    ),
    "a small introspection": '{ __type(name: "Seat") { fields { name type { name ofType { name } } } } }',
}


@ONLY_SQLITE
@pytest.mark.parametrize("name", AT_THE_LIMIT)
async def test_what_is_within_the_limits_is_answered(api: Api, name: str) -> None:
    await api.data(AT_THE_LIMIT[name])


@ONLY_SQLITE
@pytest.mark.parametrize(("size", "is_answered"), [(100, True), (101, False), (None, False), ("many", False)])
async def test_the_size_of_a_page_may_be_a_variable(api: Api, size: object, is_answered: bool) -> None:
    """It multiplies; 100 organisations with their seats and persons are 2,201 objects and more seats are too many."""
    document = (
        "query ($size: Int!) { organisations(first: $size) { nodes { subscription { seats { person { email } } } } } }"
    )
    answer = await api.ask(document, await api.staff(), size=size)
    assert ("errors" not in answer) is is_answered
    wide = document.replace("person { email }", "subscription { seats { person { email } } }")
    told = await api.ask(wide, await api.staff(), size=100)
    assert (codes(told), told["errors"][0]["extensions"]["limit"]) == ([(COSTLY, None)], 5_000)
    assert "errors" not in await api.ask(wide, await api.staff(), size=1)


ECHO = """mutation ($input: SubscribeInput!) { subscribe(input: $input) { subscription {
    seats { person { email } subscription { seatsUsed seats { id } organisation { name } } } } } }"""


@pytest.mark.rule("R5")
async def test_the_echo_of_a_sign_up_is_no_larger_than_its_form(api: Api) -> None:
    """A stranger reads each seat of their form once: the seats' subscription is a leaf."""
    form = api.form("ana", users=[person("ana"), person("bob"), person("cid")])
    seats = (await api.data(ECHO, input=form))["subscribe"]["subscription"]["seats"]
    assert [seat["person"]["email"][:3] for seat in seats] == ["ana", "bob", "cid"]
    assert [seat["subscription"] for seat in seats] == [
        {"seatsUsed": 3, "seats": [], "organisation": {"name": "Ville de ana"}}
    ] * 3
    assert len(SEATS) < 200
    five = ECHO.replace("seats { id }", nested(*["seats", "subscription"] * 4, "id")[2:-1])
    assert codes(await api.ask(five, input=api.form("eve"))) == [(COSTLY, None)]
