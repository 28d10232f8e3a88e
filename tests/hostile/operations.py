"""Hostile documents and variables, each with what it is called; all are sent by POST to the API."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sent:
    """An operation of the corpus. `by` names the caller: anonymous, manager, staff or key."""

    name: str
    query: Any
    variables: Any = field(default_factory=dict)
    by: str = ""
    answered: bool = False
    """whether it is within the limits, so that it is done and answered rather than refused"""

    @property
    def body(self) -> bytes:
        """The body of the request."""
        return json.dumps({"query": self.query, "variables": self.variables}).encode()


def nested(head: str, *steps: str, leaf: str = "id", tail: str = "") -> str:
    """A document that goes down by these steps, with one leaf at the bottom."""
    return f"{head}{''.join(f'{{{step}' for step in steps)}{{{leaf}}}{'}' * len(steps)}{tail}"


def _user(number: int) -> str:
    return f'{{email: "v{number}@stranger.example", givenName: "V", familyName: "S"}}'


def sign_up(number: int, selection: str = "errors { code }") -> str:
    """One anonymous sign-up, under an alias of its own."""
    form = (
        f'organisation: {{name: "Town {number}", addressLines: []}}, planCode: "EQUIPE", users: [{_user(number)}], '
        f'managerEmail: "v{number}@stranger.example", signer: {_user(number)}, acceptedTermsVersion: "1", '
        f'idempotencyKey: "flood-{number}"'
    )
    return f"s{number}: subscribe(input: {{{form}}}) {{ {selection} }}"


def documents() -> Iterator[Sent]:
    """All that is hostile by its document."""
    yield Sent("seats nested ten times", _nested_seats(10), by="staff")
    yield Sent(
        "seats nested ten times, by a manager",
        nested("", "viewer", "seats", *["subscription", "seats"] * 9),
        by="manager",
    )
    yield Sent("its own echo five levels deep", f"mutation {{ {sign_up(1, _echo(5))} }}")
    yield Sent("150 sign-ups in one document", "mutation {" + " ".join(map(sign_up, range(150))) + "}")
    yield Sent("2 sign-ups in one document", f"mutation {{ {sign_up(1)} {sign_up(2)} }}")
    signing = " ".join(
        f's{n}: signIn(input: {{email: "a@b.example", password: "{n}"}}) {{ accessToken }}' for n in range(100)
    )
    yield Sent("100 passwords in one document", f"mutation {{ {signing} }}")
    resets = " ".join(f'r{n}: requestPassword(input: {{email: "a{n}@b.example"}}) {{ accepted }}' for n in range(50))
    yield Sent("50 resets in one document", f"mutation {{ {resets} }}")
    yield Sent("resets through a fragment", f"mutation {{ ...F }} fragment F on Mutation {{ {resets} }}")
    yield Sent("a fragment bomb of 2^30 fields", _bomb(30))
    yield Sent("a fragment bomb with fields", _bomb(30, "plans { id code name }"))
    yield Sent("a fragment that holds itself", "query { ...F } fragment F on Query { ...F }")
    yield Sent(
        "two fragments that hold each other", "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }"
    )
    yield Sent("an unknown fragment", "query { ...Nobody }")
    yield Sent("1,000 unknown fragments", "query {" + " ".join(f"...N{n}" for n in range(1000)) + "}")
    yield Sent(
        "1,000 unused fragments",
        "query { plans { id } }" + "".join(f" fragment F{n} on Query {{ plans {{ id }} }}" for n in range(1000)),
    )
    yield Sent(
        "1,000 aliases of one field", "{" + " ".join(f"a{n}: termsOfUse {{ version }}" for n in range(1000)) + "}"
    )
    yield Sent("101 aliases below one field", "{ termsOfUse {" + " ".join(f"a{n}: version" for n in range(101)) + "} }")
    yield Sent("2,400 times one field", "{" + " __typename" * 2400 + "}")
    yield Sent("300 conflicting aliases", "{ termsOfUse {" + " ".join("a: version a: url" for _ in range(300)) + "} }")
    yield Sent("1,000 unknown fields", "{" + " ".join(f"unknown{n}" for n in range(1000)) + "}")
    yield Sent("200 levels of inline fragments", "{" + "... on Query {" * 200 + "__typename" + "}" * 201)
    yield Sent("a field of depth 60", nested("", "__schema", "types", "fields", "type", *["ofType"] * 56, leaf="name"))
    yield Sent("introspection that goes round", nested("", "__schema", "types", *["fields", "type"] * 6, leaf="name"))
    yield Sent("100 directives on one field", "{ __typename" + " @include(if: true)" * 100 + " }")
    yield Sent("1,000 unknown directives", "{ __typename" + " @nobody" * 1000 + " }")
    yield Sent("6,000 tokens", "{" + " __typename" * 6000 + "}")
    yield Sent("10,000 levels of list", "{ node(id: " + "[" * 10_000 + "]" * 10_000 + ") { id } }")
    yield Sent("2,000 levels of list", "{ node(id: " + "[" * 2000 + "]" * 2000 + ") { id } }")
    yield Sent("2,000 levels of object", "{ node(id: " + "{a:" * 2000 + "1" + "}" * 2000 + ") { id } }")
    yield Sent("100,000 opening braces", "{" * 100_000)
    yield Sent("100,000 commas", "," * 100_000 + "{ __typename }", answered=True)
    yield Sent("a comment of 200,000 characters", "#" + "x" * 200_000)
    yield Sent("a text of 200,000 characters", '{ node(id: "' + "x" * 200_000 + '") { id } }', answered=True)
    yield Sent("an int of 5,000 digits", "{ plans(first: " + "9" * 5000 + ") { id } }")
    yield Sent("a lone surrogate in a document", '{ node(id: "\\uD800") { id } }')
    yield Sent("NUL in a document", '{ node(id: "\\u0000") { id } }')
    yield Sent("300 operations and no name", "".join(f"query Q{n} {{ __typename }} " for n in range(300)))
    yield Sent("200 variables", "query (" + " ".join(f"$v{n}: String" for n in range(200)) + ") { __typename }")
    yield Sent("a subscription by POST", "subscription { eventRecorded { id } }", by="staff")
    yield Sent(
        "pages of 100 in pages of 100",
        nested(
            "",
            "organisations(first: 100)",
            "nodes",
            "subscription",
            "timeline(first: 100)",
            "nodes",
            "organisation",
            "subscription",
            "timeline(first: 100)",
            "nodes",
        ),
        by="staff",
    )
    yield Sent("a page of 2^31", "{ organisations(first: 2147483648) { nodes { id } } }", by="staff")
    yield Sent("a page of -1", "{ organisations(first: -1) { nodes { id } } }", by="staff", answered=True)
    yield Sent("a page of 101", "{ organisations(first: 101) { nodes { id } } }", by="staff", answered=True)
    yield Sent(
        "a cursor of garbage",
        '{ organisations(after: "' + "é" * 5000 + '") { nodes { id } } }',
        by="staff",
        answered=True,
    )
    yield Sent(
        "a search of 10,000 wildcards",
        '{ organisations(filter: {search: "' + "%_" * 5000 + '"}) { nodes { id } } }',
        by="staff",
        answered=True,
    )
    many = " ".join(f'n{n}: node(id: "seat_{n}") {{ id }}' for n in range(90))
    yield Sent("90 nodes at the root", f"{{ {many} }}", by="staff")


def variables() -> Iterator[Sent]:
    """All that is hostile by its variables."""
    node = "query ($id: ID!) { node(id: $id) { id } }"
    check = "query ($input: [DiscountCheckInput!]!) { discountChecks(inputs: $input) { reason } }"
    subscribe = "mutation ($input: SubscribeInput!) { subscribe(input: $input) { errors { code } } }"
    sign_in = "mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }"
    one = {"subscriberNumber": "CP1", "eventKind": "FORUM", "priceMinor": 1}
    yield Sent("a list for an id", node, {"id": [[[[]]]]})
    yield Sent("a number of 10^308 for an id", node, {"id": 1e308}, answered=True)
    yield Sent("a lone surrogate in a variable", node, {"id": "\ud800"})
    yield Sent("NUL in a variable", node, {"id": "\x00"}, answered=True)
    yield Sent("2,000 checks at once", check, {"input": [one] * 2000}, by="key")
    yield Sent(
        "a number of 200,000 characters",
        check,
        {"input": [one | {"subscriberNumber": "9" * 200_000}]},
        by="key",
        answered=True,
    )
    yield Sent("2,000 users in a form", subscribe, {"input": _form(users=[_person("a")] * 2000)}, answered=True)
    yield Sent(
        "an address of 100,000 characters",
        subscribe,
        {"input": _form(managerEmail="a" * 100_000 + "@b.example")},
        answered=True,
    )
    yield Sent(
        "a domain of 60,000 labels",
        subscribe,
        {"input": _form(managerEmail="a@" + "b." * 60_000 + "example")},
        answered=True,
    )
    yield Sent(
        "a name of 200,000 characters",
        subscribe,
        {"input": _form(organisation={"name": "é" * 100_000, "addressLines": []})},
        answered=True,
    )
    yield Sent(
        "20,000 lines of address",
        subscribe,
        {"input": _form(organisation={"name": "A", "addressLines": ["x"] * 20_000})},
        answered=True,
    )
    yield Sent(
        "a phone of 100,000 digits",
        subscribe,
        {"input": _form(signer=_person("a", phone="+" + "3" * 100_000))},
        answered=True,
    )
    yield Sent(
        "a SIRET of 100,000 digits",
        subscribe,
        {"input": _form(organisation={"name": "A", "addressLines": [], "siret": "1" * 100_000})},
        answered=True,
    )
    yield Sent(
        "a language that is a path",
        subscribe,
        {"input": _form(signer=_person("a", locale="../../etc/passwd"))},
        answered=True,
    )
    yield Sent("a key of 200,000 characters", subscribe, {"input": _form(idempotencyKey="k" * 200_000)}, answered=True)
    yield Sent("an input of 5,000 unknown fields", subscribe, {"input": {f"f{n}": n for n in range(5000)}})
    yield Sent("a variable that is no object", node, [1, 2, 3])
    yield Sent(
        "a password of 200,000 characters",
        sign_in,
        {"input": {"email": "a@b.example", "password": "p" * 200_000}},
        answered=True,
    )


def _person(name: str, **more: Any) -> dict[str, Any]:
    return {"email": f"{name}@stranger.example", "givenName": "V", "familyName": "S"} | more


def _form(**more: Any) -> dict[str, Any]:
    # a version of the terms that is not in force: no form of the corpus is accepted
    return {
        "organisation": {"name": "A", "addressLines": []},
        "planCode": "EQUIPE",
        "users": [_person("a")],
        "managerEmail": "a@stranger.example",
        "signer": _person("a"),
        "acceptedTermsVersion": "none",
        "idempotencyKey": "k",
    } | more


def _nested_seats(times: int) -> str:
    return nested("", "organisations(first: 100)", "nodes", *["subscription", "seats"] * times)


def _echo(levels: int) -> str:
    inner = "id"
    for _ in range(levels):
        inner = f"seats {{ subscription {{ {inner} }} }}"
    return f"subscription {{ {inner} }}"


def _bomb(levels: int, leaf: str = "__typename") -> str:
    fragments = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return f"query {{ ...F0 }} {' '.join(fragments)} fragment F{levels} on Query {{ {leaf} }}"
