"""Answers in general: languages, pages, typed errors, several mutations in one document."""

import logging

import pytest

from capcom_gql.access.passwords import hash_password
from capcom_gql.access.rate_limits import SIGN_IN_TO_ACCOUNT
from capcom_gql.domain.rights import Scope
from capcom_gql.storage.tables import Person
from tests.graphql.api import SUBSCRIBE, Api, codes, person

PASSWORD = "a sentence that nobody else has"
CHECK = "query ($input: DiscountCheckInput!) { discountCheck(input: $input) { message } }"
UNKNOWN = {"subscriberNumber": "4071 8823 9056 1227", "eventKind": "FORUM"}
SIGN_IN = """
    mutation ($input: SignInInput!) {
      signIn(input: $input) { accessToken viewer { role person { email } seats { id } } errors { code } }
    }
"""


async def test_messages_are_in_the_language_of_the_request_else_of_the_person_else_french(api: Api) -> None:
    await api.subscribe("ana", "bob", users=[person("ana", locale="en"), person("bob", locale="fr")])
    ana, bob = await api.sign_in("ana@ville.example"), await api.sign_in("bob@ville.example")
    key = await api.key(Scope.DISCOUNTS_CHECK)
    body = {"query": CHECK, "variables": {"input": {**UNKNOWN, "subscriberNumber": "1"}}}

    async def language(token: str, **headers: str) -> str:
        answer = (await api.post(body, token=token, **headers)).json()
        return "fr" if answer["data"]["discountCheck"]["message"].startswith("Ce n'est pas") else "en"

    assert [await language(token) for token in (ana, bob, key)] == ["en", "fr", "fr"]
    assert [await language(token, accept_language="en, fr;q=0.5") for token in (ana, bob, key)] == ["en", "en", "en"]
    assert [await language(token, accept_language="de") for token in (ana, bob, key)] == ["en", "fr", "fr"]


async def test_faults_of_a_form_come_together_typed_with_their_data(api: Api) -> None:
    form = api.form("ana", planCode="ESSENTIEL", acceptedTermsVersion="0", managerEmail="nobody@ville.example")
    form["users"] = [person(name) for name in ("a", "a", "b", "c")] + [person("d", phone="12")]
    query = SUBSCRIBE.replace(
        "__typename code",
        "__typename ... on SeatLimitError { limit used } ... on TermsError { current { version } } code",
    )
    payload = (await api.data(query, input=form))["subscribe"]
    assert payload["subscription"] is None
    found = {error["code"]: error for error in payload["errors"]}
    assert {code: (error["__typename"], error["path"]) for code, error in found.items()} == {
        "INVALID_INPUT": ("SimpleError", ["users", "4", "phone"]),
        "DUPLICATE_USER": ("SimpleError", ["users", "1", "email"]),
        "MANAGER_REQUIRED": ("SimpleError", ["managerEmail"]),
        "SEAT_LIMIT_REACHED": ("SeatLimitError", ["users"]),
        "TERMS_NOT_ACCEPTED": ("TermsError", ["acceptedTermsVersion"]),
    }
    assert (found["SEAT_LIMIT_REACHED"]["limit"], found["SEAT_LIMIT_REACHED"]["used"]) == (3, 0)
    assert found["TERMS_NOT_ACCEPTED"]["current"] == {"version": "1"}


async def test_signing_in_answers_as_the_person_and_what_follows_does_not(api: Api) -> None:
    """Each mutation of a document begins as the caller of the request."""
    await api.subscribe("ana", "bob")
    hashed = await hash_password(PASSWORD)
    await Person.filter(email_key__in=["ana@ville.example", "bob@ville.example"]).update(password_hash=hashed)
    query = """mutation ($email: EmailAddress!, $password: String!) {
        signIn(input: { email: $email, password: $password }) {
            viewer { role person { email jobTitle } seats { subscriberNumber } organisations { name } }
            errors { code path }
        }
    }"""
    data = {
        name.lower()[:3]: (await api.data(query, email=f"{name}@ville.example", password=PASSWORD))["signIn"]
        for name in ("ana", "BOB", "cid")
    }
    assert data["ana"]["viewer"]["role"] == "MANAGER"
    assert data["bob"]["viewer"]["role"] == "MEMBER"
    assert data["bob"]["viewer"]["person"] == {"email": "bob@ville.example", "jobTitle": None}
    assert data["ana"]["viewer"]["seats"] != data["bob"]["viewer"]["seats"]
    assert data["cid"] == {"viewer": None, "errors": [{"code": "BAD_CREDENTIALS", "path": []}]}
    seat = (await api.subscribe("eve", "fay"))["seats"][1]["id"]
    both = f"""mutation {{
        signIn(input: {{ email: "ana@ville.example", password: "{PASSWORD}" }}) {{ errors {{ code }} }}
        removeSeat(input: {{ seatId: "{seat}" }}) {{ errors {{ code }} }}
    }}"""
    assert codes(await api.ask(both)) == [("UNAUTHENTICATED", None)]


async def test_a_mutation_reads_what_the_one_before_it_wrote(api: Api) -> None:
    opened = await api.subscribe("ana", "bob", "cid")
    _, bob, cid = opened["seats"]
    query = f"""mutation {{
        a: removeSeat(input: {{ seatId: "{bob["id"]}" }}) {{ subscription {{ seatsUsed seats {{ id }} }} }}
        b: removeSeat(input: {{ seatId: "{cid["id"]}" }}) {{ subscription {{ seatsUsed seats {{ id }} }} }}
    }}"""
    data = await api.data(query, await api.sign_in("ana@ville.example"))
    assert [data[name]["subscription"]["seatsUsed"] for name in "ab"] == [2, 1]
    assert [len(data[name]["subscription"]["seats"]) for name in "ab"] == [2, 1]


async def test_too_many_attempts_are_429_without_data(api: Api) -> None:
    form = {"email": "ana@ville.example", "password": "x"}
    for _ in range(SIGN_IN_TO_ACCOUNT.amount):
        assert (await api.data(SIGN_IN, input=form))["signIn"]["errors"] == [{"code": "BAD_CREDENTIALS"}]
    body = {"query": SIGN_IN, "variables": {"input": form}}
    response = await api.post(body, accept_language="en")
    assert response.status_code == 429
    answer = response.json()
    assert "data" not in answer and codes(answer) == [("RATE_LIMITED", None)]
    seconds = answer["errors"][0]["extensions"]["retryAfter"]
    assert 0 < seconds <= SIGN_IN_TO_ACCOUNT.period.total_seconds()
    assert response.headers["retry-after"] == str(seconds)
    assert str(seconds) in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "arguments",
    ["first: 0", "first: 101", "last: 0", "last: -1", "first: 1, last: 1", 'after: "x"', 'before: "Wy=="', 'after: ""'],
)
async def test_a_page_that_cannot_be_is_told_why(api: Api, arguments: str) -> None:
    for name in ("organisations", "redemptions", "events"):
        answer = await api.ask(f"{{ {name}({arguments}) {{ totalCount }} }}", await api.staff())
        assert answer["data"] == {name: None}
        assert codes(answer) == [("BAD_USER_INPUT", [name])]


@pytest.mark.parametrize(
    ("arguments", "french", "english"),
    [
        (
            "first: 0",
            "« first » va de 1 à 100. Pour en lire davantage, demandez la page suivante.",
            "“first” is from 1 to 100. To read more, ask for the next page.",
        ),
        (
            "first: 1, last: 1",
            "Donnez « first » ou « last », pas les deux.",
            "Give “first” or “last”, not both.",
        ),
        (
            'before: "x"',
            "Ce curseur n'est pas de cette liste dans cet ordre : prenez-en un d'une page déjà lue de cette liste.",
            "This cursor is not one of this list in this order: take one from a page of it that you have read.",
        ),
    ],
)
async def test_why_a_page_cannot_be_is_told_in_the_callers_language(
    api: Api, arguments: str, french: str, english: str
) -> None:
    await api.subscribe("ana")
    lists = f"deliveries({arguments}) {{ totalCount }} supportRequests({arguments}) {{ totalCount }}"
    timeline = f"organisations {{ nodes {{ subscription {{ timeline({arguments}) {{ totalCount }} }} }} }}"
    body, staff = {"query": f"{{ {lists} {timeline} }}"}, await api.staff()
    for language, message in (("fr", french), ("en", english)):
        answer = (await api.post(body, token=staff, accept_language=language)).json()
        told = [error["message"].translate({0xA0: " ", 0x202F: " "}) for error in answer["errors"]]
        assert told == [message] * 3


async def test_a_list_is_walked_page_by_page_both_ways(api: Api) -> None:
    names = [f"Ville {letter}" for letter in "ÉaBçd"]
    for index, name in enumerate(names):
        await api.subscribe(f"p{index}", organisation={"name": name, "addressLines": []})
    staff, walked = await api.staff(), []
    page = "{ nodes { name } edges { cursor node { name } } totalCount pageInfo { hasNextPage endCursor startCursor } }"
    query = f"query ($after: String) {{ organisations(first: 2, after: $after) {page} }}"
    after = None
    while True:
        found = (await api.data(query, staff, after=after))["organisations"]
        assert found["totalCount"] == 5
        assert [edge["node"] for edge in found["edges"]] == found["nodes"]
        assert found["edges"][-1]["cursor"] == found["pageInfo"]["endCursor"]
        walked += [node["name"] for node in found["nodes"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["pageInfo"]["endCursor"]
    assert walked == ["Ville a", "Ville B", "Ville ç", "Ville d", "Ville É"]
    order = "orderBy: { field: NAME, direction: DESC }"
    back = f'{{ organisations(last: 2, {order}, filter: {{ search: "ville", state: [PROVISIONAL] }}) {page} }}'
    found = (await api.data(back, staff))["organisations"]
    assert [node["name"] for node in found["nodes"]] == ["Ville B", "Ville a"]


async def test_too_many_at_once_is_refused_whole(api: Api) -> None:
    key = await api.key(Scope.DISCOUNTS_CHECK, Scope.ORGANISATIONS_READ)
    checks = "query ($inputs: [DiscountCheckInput!]!) { discountChecks(inputs: $inputs) { reason } }"
    answer = await api.data(checks, key, inputs=[UNKNOWN] * 100)
    assert [check["reason"] for check in answer["discountChecks"]] == ["UNKNOWN_NUMBER"] * 100
    assert codes(await api.ask(checks, key, inputs=[UNKNOWN] * 101)) == [("BAD_USER_INPUT", None)]
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await api.data(nodes, key, ids=["x"] * 100) == {"nodes": [None] * 100}
    assert codes(await api.ask(nodes, key, ids=["x"] * 101)) == [("BAD_USER_INPUT", None)]


@pytest.mark.parametrize("price", [-1, 100_000_001])
async def test_a_price_that_is_none_is_refused(api: Api, price: int) -> None:
    key = await api.key(Scope.DISCOUNTS_CHECK)
    assert codes(await api.ask(CHECK, key, input={**UNKNOWN, "priceMinor": price})) == [("BAD_USER_INPUT", None)]
    assert codes(await api.ask(CHECK, key, input={**UNKNOWN, "priceMinor": 0})) == []


async def test_a_key_is_made_told_once_and_revoked(api: Api) -> None:
    create = """mutation ($input: CreateApiKeyInput!) {
        createApiKey(input: $input) { apiKey { id name prefix scopes revokedAt } secret errors { code path } }
    }"""
    staff = await api.staff()
    payload = (await api.data(create, staff, input={"name": "desk", "scopes": ["SERVICES_CHECK"]}))["createApiKey"]
    secret, key = payload["secret"], payload["apiKey"]
    assert secret.startswith(key["prefix"]) and key["scopes"] == ["SERVICES_CHECK"]
    access = (
        '{ serviceAccess(subscriberNumber: "1", service: TRAINING) { granted reason message services validUntil } }'
    )
    assert (await api.data(access, secret))["serviceAccess"]["reason"] == "MALFORMED_NUMBER"
    revoke = "mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { apiKey { revokedAt } errors { code } } }"
    assert (await api.data(revoke, staff, id=key["id"]))["revokeApiKey"]["apiKey"]["revokedAt"] is not None
    assert codes(await api.ask(access, secret)) == [("UNAUTHENTICATED", None)]
    bad = (await api.data(create, staff, input={"name": " ", "scopes": []}))["createApiKey"]
    assert [error["path"] for error in bad["errors"]] == [["name"], ["scopes"]]


async def test_signing_out_ends_the_session(api: Api) -> None:
    await api.subscribe("ana")
    token = await api.sign_in("ana@ville.example")
    assert await api.data("mutation { signOut { signedOut errors { code } } }", token) == {
        "signOut": {"signedOut": True, "errors": []}
    }
    assert codes(await api.ask("{ viewer { role } }", token)) == [("UNAUTHENTICATED", None)]


async def test_a_longer_list_takes_no_more_statements(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    query = """{
        organisations { totalCount nodes { subscription {
            plan { code } seatsUsed manager { person { email } } terms { plan { name } proof { kind } }
            seats { subscriberNumber services person { email } subscription { organisation { name } } }
        } } }
        events { nodes { description organisation { name } subject { id } note } }
    }"""
    staff, counts = await api.staff(), []
    for index in range(3):
        await api.subscribe(*(f"{name}{index}" for name in "abc"))
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            assert len((await api.data(query, staff))["organisations"]["nodes"]) == index + 1
        counts.append(sum(record.name == "tortoise.db_client" for record in caplog.records))
    assert counts[0] > 10
    assert counts == [counts[0]] * 3


@pytest.mark.rule("R5")
async def test_one_s_sessions_are_listed_and_ended(api: Api) -> None:
    await api.subscribe("ana")
    other, token = await api.sign_in("ana@ville.example"), await api.sign_in("ana@ville.example")
    asked = "{ viewer { sessions { id isCurrent network lastUsedAt createdAt } } }"
    here, there = (await api.data(asked, token))["viewer"]["sessions"]
    assert (here["isCurrent"], there["isCurrent"], here["network"]) == (True, False, None)
    end = "mutation ($id: ID!) { endSession(input: { sessionId: $id }) { ended errors { code path } } }"
    assert (await api.data(end, token, id=there["id"]))["endSession"] == {"ended": True, "errors": []}
    assert (await api.ask("{ viewer { role } }", other))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    end_all = "mutation ($keep: Boolean!) { endAllSessions(input: { keepCurrent: $keep }) { endedCount } }"
    assert (await api.data(end_all, token, keep=True))["endAllSessions"] == {"endedCount": 0}
    assert (await api.data(end_all, token, keep=False))["endAllSessions"] == {"endedCount": 1}
