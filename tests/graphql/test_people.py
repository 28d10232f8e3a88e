"""One's own profile and address, and erasing a person, as the API's callers meet them (both engines)."""

import pytest

from capcom_gql.access.rate_limits import EMAIL_CHANGE_OF_PERSON
from capcom_gql.delivery.links import mint_email_link
from capcom_gql.domain.rights import Scope
from capcom_gql.storage.tables import EmailChange, Person
from tests.databases import ONLY_SQLITE
from tests.graphql.api import Api, codes

ANA, BOB, NEW = "ana@ville.example", "bob@ville.example", "ana@metropole.example"
UPDATE = """
    mutation ($input: UpdateProfileInput!) {
      updateProfile(input: $input) {
        person { givenName familyName jobTitle phone locale addresses { kind value } }
        errors { code path message }
      }
    }
"""
CHANGE = """
    mutation ($input: ChangeEmailInput!) {
      changeEmail(input: $input) { person { id email } errors { code path } }
    }
"""
CONFIRM = """
    mutation ($input: ConfirmEmailInput!) {
      confirmEmail(input: $input) { person { id email } errors { code path } }
    }
"""
ERASE = "mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { erased errors { code path } } }"
NODE = "query ($id: ID!) { node(id: $id) { ... on Person { email givenName familyName } } }"


async def link() -> str:
    """The token of the one change that is asked for."""
    change = await EmailChange.get(used_at__isnull=True)
    return (await mint_email_link("https://account.example", change.id, 24)).partition("token=")[2]


async def test_a_line_left_out_stays_and_one_that_is_null_goes(api: Api) -> None:
    await api.subscribe("bob", "ana")
    token = await api.sign_in(ANA)
    filled = {
        "jobTitle": "Editor",
        "phone": "+33 6 12 34 56 78",
        "locale": "en",
        "addresses": [{"kind": "matrix", "value": "@ana:ville.example"}],
    }
    kept = {"givenName": "Ana", "familyName": "Silva"} | filled | {"phone": "+33612345678"}
    answer = await api.data(UPDATE, token, input=filled)
    assert answer["updateProfile"] == {"person": kept, "errors": []}
    answer = await api.data(UPDATE, token, input={})
    assert answer["updateProfile"]["person"] == kept
    answer = await api.data(UPDATE, token, input={"jobTitle": None, "addresses": []})
    assert answer["updateProfile"]["person"] == kept | {"jobTitle": None, "addresses": []}
    written = "mutation { updateProfile(input: { phone: null }) { person { phone locale } errors { code } } }"
    answer = await api.data(written, token)
    assert answer["updateProfile"] == {"person": {"phone": None, "locale": "en"}, "errors": []}


@ONLY_SQLITE
async def test_null_for_what_nobody_lacks_is_told_at_its_place(api: Api) -> None:
    await api.subscribe("bob", "ana")
    form = {"givenName": None, "familyName": None, "locale": None, "addresses": [{"kind": "email", "value": "a@b.fr"}]}
    payload = (await api.data(UPDATE, await api.sign_in(ANA), input=form))["updateProfile"]
    assert payload["person"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("INVALID_INPUT", ["givenName"]),
        ("INVALID_INPUT", ["familyName"]),
        ("INVALID_INPUT", ["locale"]),
        ("INVALID_INPUT", ["addresses", "0", "kind"]),
    ]
    assert all(error["message"] == "This must not be blank." for error in payload["errors"][:3])


@ONLY_SQLITE
async def test_nobody_and_machines_have_no_profile(api: Api) -> None:
    assert codes(await api.ask(UPDATE, input={})) == [("UNAUTHENTICATED", None)]
    refused = (await api.data(UPDATE, await api.key(Scope.ADMIN), input={}))["updateProfile"]
    assert (refused["person"], [error["code"] for error in refused["errors"]]) == (None, ["FORBIDDEN"])


@pytest.mark.rule("R24")
async def test_a_taken_address_and_a_free_one_answer_alike(api: Api) -> None:
    await api.subscribe("bob", "ana")
    token = await api.sign_in(ANA)
    free = await api.ask(CHANGE, token, input={"email": NEW})
    taken = await api.ask(CHANGE, token, input={"email": BOB})
    # every operation costs a point
    assert free["extensions"]["cost"].pop("remaining") == taken["extensions"]["cost"].pop("remaining") + 1
    assert free == taken
    assert free["data"]["changeEmail"]["person"]["email"] == ANA
    assert [change.email for change in await EmailChange.all()] == [NEW]


@pytest.mark.rule("R24")
async def test_who_confirms_reads_the_person_only_where_they_may(api: Api) -> None:
    await api.subscribe("bob", "ana")
    await api.subscribe("eve")
    ana = await Person.get(email_key=ANA)
    callers = {
        "nobody": None,
        "another organisation's": await api.sign_in("eve@ville.example"),
        "her manager": await api.sign_in(BOB),
        "herself": await api.sign_in(ANA),
    }
    seen = {}
    for number, (name, token) in enumerate(callers.items()):
        address = f"ana{number}@metropole.example"
        await api.data(CHANGE, callers["herself"], input={"email": address})
        payload = (await api.data(CONFIRM, token, input={"token": await link()}))["confirmEmail"]
        assert payload["errors"] == []
        seen[name] = payload["person"] == {"id": ana.id, "email": address}
        assert seen[name] or payload["person"] is None
        assert (await Person.get(id=ana.id)).email == address
    assert seen == {"nobody": False, "another organisation's": False, "her manager": True, "herself": True}
    used = (await api.data(CONFIRM, input={"token": "used"}))["confirmEmail"]
    assert used == {"person": None, "errors": [{"code": "BAD_TOKEN", "path": ["token"]}]}


@pytest.mark.rule("R24")
async def test_staff_give_an_address_at_once(api: Api) -> None:
    await api.subscribe("bob", "ana")
    ana = await Person.get(email_key=ANA)
    payload = (await api.data(CHANGE, await api.staff(), input={"personId": ana.id, "email": NEW}))["changeEmail"]
    assert payload == {"person": {"id": ana.id, "email": NEW}, "errors": []}


@ONLY_SQLITE
async def test_the_sixth_request_of_a_day_is_too_many(api: Api) -> None:
    await api.subscribe("bob", "ana")
    token = await api.sign_in(ANA)
    for number in range(EMAIL_CHANGE_OF_PERSON.amount):
        await api.data(CHANGE, token, input={"email": f"ana{number}@metropole.example"})
    assert [code for code, _ in codes(await api.ask(CHANGE, token, input={"email": NEW}))] == ["RATE_LIMITED"]


@pytest.mark.rule("R23")
async def test_erased_once_and_read_by_staff_as_nobody(api: Api) -> None:
    await api.subscribe("bob", "ana")
    ana, bob = await Person.get(email_key=ANA), await Person.get(email_key=BOB)
    staff, token = await api.staff(), await api.sign_in(ANA)
    form = {"personId": ana.id, "reason": "asked for in writing"}
    refused = await api.data(ERASE, await api.sign_in(BOB), input=form)
    assert refused["erasePerson"] == {"erased": None, "errors": [{"code": "FORBIDDEN", "path": []}]}
    manager = await api.data(ERASE, staff, input=form | {"personId": bob.id})
    assert manager["erasePerson"]["errors"] == [{"code": "MANAGER_REQUIRED", "path": ["personId"]}]
    assert (await api.data(ERASE, staff, input=form))["erasePerson"] == {"erased": True, "errors": []}
    again = await api.data(ERASE, staff, input=form)
    assert again["erasePerson"] == {"erased": None, "errors": [{"code": "CONFLICT", "path": ["personId"]}]}
    node = (await api.data(NODE, staff, id=ana.id))["node"]
    assert node == {"email": f"erased-{ana.id}@invalid", "givenName": "", "familyName": ""}
    assert codes(await api.ask("{ viewer { role } }", token)) == [("UNAUTHENTICATED", None)]
