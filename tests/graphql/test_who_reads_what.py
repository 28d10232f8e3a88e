"""How the table of rights shows in answers: null, empty, or not there at all."""

from itertools import chain
from typing import Any

import pytest

from capcom_gql.domain.rights import Scope
from tests.graphql.api import Api, codes, person

SEATS = """
    query ($id: ID!) {
      organisation(id: $id) {
        name billingEmail
        subscription {
          state seatsUsed
          manager { id subscriberNumber person { email givenName jobTitle addresses { kind } } }
          seats(includeRemoved: true) { id subscriberNumber person { email } }
          currentTerm { price { amountMinor } proof { reference } }
        }
      }
    }
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
REMOVE = (
    "mutation ($id: ID!) { removeSeat(input: { seatId: $id }) { subscription { seatsUsed } errors { code path } } }"
)
ADD = """
    mutation ($input: AddSeatsInput!) {
      addSeats(input: $input) { seats { id } subscription { id } errors { __typename code path } }
    }
"""
CHECK = "query ($input: DiscountCheckInput!) { discountCheck(input: $input) { reason message nextStep } }"
REDEEM = """
    mutation ($input: RedeemDiscountInput!) {
      redeemDiscount(input: $input) {
        redemption { id state seat { id } organisation { name } finalPrice { amountMinor } }
        check { reason }
        errors { code message path }
      }
    }
"""


async def number_of(api: Api, name: str) -> str:
    answer = await api.data("{ viewer { seats { subscriberNumber } } }", await api.sign_in(f"{name}@ville.example"))
    number: str = answer["viewer"]["seats"][-1]["subscriberNumber"]
    return number


def registration(api: Api, number: str, **more: object) -> dict[str, Any]:
    return {
        "subscriberNumber": number,
        "eventKind": "FORUM",
        "eventReference": "forum",
        "registrationReference": "r1",
        "priceMinor": 10_000,
        "idempotencyKey": f"redeem-{next(api.keys)}",
        **more,
    }


@pytest.mark.rule("R11")
async def test_a_member_sees_their_own_seat_and_who_the_manager_is(api: Api) -> None:
    opened = await api.subscribe("ana", "bob", "cid")
    answer = await api.ask(SEATS, await api.sign_in("bob@ville.example"), id=opened["organisation"]["id"])
    subscription = answer["data"]["organisation"]["subscription"]
    assert subscription["seatsUsed"] == 3
    assert [seat["person"]["email"] for seat in subscription["seats"]] == ["bob@ville.example"]
    assert subscription["seats"][0]["subscriberNumber"].startswith("CP ")
    assert subscription["manager"]["subscriberNumber"] is None
    assert subscription["manager"]["person"] == {
        "email": "ana@ville.example",
        "givenName": "Ana",
        "jobTitle": None,
        "addresses": [],
    }
    manager = ["organisation", "subscription", "manager"]
    assert sorted(codes(answer), key=str) == sorted(
        [
            ("FORBIDDEN", ["organisation", "billingEmail"]),
            ("FORBIDDEN", [*manager, "subscriberNumber"]),
            ("FORBIDDEN", [*manager, "person", "jobTitle"]),
            ("FORBIDDEN", ["organisation", "subscription", "currentTerm", "proof"]),
        ],
        key=str,
    )


@pytest.mark.rule("R11")
async def test_a_manager_sees_every_seat_and_number_of_theirs_only(api: Api) -> None:
    opened, other = await api.subscribe("ana", "bob"), await api.subscribe("zoe")
    manager = await api.sign_in("ana@ville.example")
    seats = (await api.data(SEATS, manager, id=opened["organisation"]["id"]))["organisation"]["subscription"]["seats"]
    assert len({seat["subscriberNumber"] for seat in seats}) == 2
    assert await api.data(SEATS, manager, id=other["organisation"]["id"]) == {"organisation": None}


@pytest.mark.rule("R11")
async def test_a_machine_never_sees_a_number_not_even_with_every_scope(api: Api) -> None:
    opened = await api.subscribe("ana", "bob")
    answer = await api.ask(SEATS, await api.key(*Scope), id=opened["organisation"]["id"])
    subscription = answer["data"]["organisation"]["subscription"]
    assert [seat["subscriberNumber"] for seat in subscription["seats"]] == [None, None]
    # nor what a person wrote of themselves
    refused = {("FORBIDDEN", "subscriberNumber"), ("FORBIDDEN", "jobTitle")}
    assert {(code, path and path[-1]) for code, path in codes(answer)} == refused


async def test_a_user_who_was_removed_sees_the_organisation_no_more(api: Api) -> None:
    opened = await api.subscribe("ana", "bob")
    token, seat = await api.sign_in("bob@ville.example"), opened["seats"][1]["id"]
    assert await api.data(NODE, token, id=seat) == {"node": {"__typename": "Seat", "id": seat}}
    removed = (await api.data(REMOVE, await api.sign_in("ana@ville.example"), id=seat))["removeSeat"]
    assert removed == {"subscription": {"seatsUsed": 1}, "errors": []}
    for gone in (seat, opened["id"], opened["organisation"]["id"], opened["seats"][0]["person"]["id"]):
        assert await api.data(NODE, token, id=gone) == {"node": None}
    viewer = "{ viewer { role person { email } seats { id } organisations { id } } organisations { totalCount } }"
    assert await api.data(viewer, token) == {
        "viewer": {"role": "MEMBER", "person": {"email": "bob@ville.example"}, "seats": [], "organisations": []},
        "organisations": {"totalCount": 0},
    }


async def test_an_id_answers_to_those_who_may_see_what_it_names(api: Api) -> None:
    opened = await api.subscribe("ana", "bob", "cid")
    ana, bob, _ = opened["seats"]
    staff = await api.staff()
    event = (await api.data("{ events(first: 1) { nodes { id } } }", staff))["events"]["nodes"][0]["id"]
    plan = (await api.data("{ plans { id } }"))["plans"][0]["id"]
    callers = {
        "staff": staff,
        "manager": await api.sign_in("ana@ville.example"),
        "member": await api.sign_in("cid@ville.example"),
        "reader": await api.key(Scope.ORGANISATIONS_READ),
        "listener": await api.key(Scope.EVENTS_READ),
        "nobody": None,
    }
    seen_by = {
        opened["organisation"]["id"]: {"staff", "manager", "member", "reader"},
        opened["id"]: {"staff", "manager", "member", "reader"},
        ana["id"]: {"staff", "manager", "member", "reader"},
        ana["person"]["id"]: {"staff", "manager", "member", "reader"},
        bob["id"]: {"staff", "manager", "reader"},
        bob["person"]["id"]: {"staff", "manager", "reader"},
        event: {"staff", "manager", "listener"},
        plan: {"staff", "manager", "member", "reader", "listener", "nobody"},
        "person_00000000000000000000000000": set(),
        "nonsense": set(),
        "": set(),
    }
    for node_id, seers in seen_by.items():
        found = {name for name, token in callers.items() if (await api.ask(NODE, token, id=node_id))["data"]["node"]}
        assert found == seers, node_id
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    answer = await api.data(nodes, callers["member"], ids=list(seen_by))
    assert [node and node["id"] for node in answer["nodes"]] == [
        node_id if "member" in seers else None for node_id, seers in seen_by.items()
    ]


async def test_an_answer_is_not_wiped_by_what_a_key_may_not_read(api: Api) -> None:
    opened = await api.subscribe("ana")
    form = {"subscriptionId": opened["id"], "users": [person("bob")], "idempotencyKey": "k"}
    answer = await api.ask(ADD, await api.key(Scope.ORGANISATIONS_WRITE), input=form)
    assert answer["data"] == {"addSeats": {"seats": [], "subscription": None, "errors": []}}
    assert codes(answer) == [("FORBIDDEN", ["addSeats", "subscription", "id"])]
    both = await api.key(Scope.ORGANISATIONS_WRITE, Scope.ORGANISATIONS_READ)
    payload = (await api.data(ADD, both, input={**form, "users": [person("cid")]}))["addSeats"]
    assert len(payload["seats"]) == 1 and payload["subscription"] == {"id": opened["id"]}


@pytest.mark.parametrize("name", ["member", "outsider", "key"])
async def test_a_mutation_without_the_right_is_refused_in_its_payload(api: Api, name: str) -> None:
    opened = await api.subscribe("ana", "bob")
    await api.subscribe("zoe")
    token, expected = {
        "member": (await api.sign_in("bob@ville.example"), ("FORBIDDEN", [])),
        "outsider": (await api.sign_in("zoe@ville.example"), ("NOT_FOUND", ["seatId"])),
        "key": (await api.key(Scope.ORGANISATIONS_READ), ("FORBIDDEN", [])),
    }[name]
    payload = (await api.data(REMOVE, token, id=opened["seats"][1]["id"]))["removeSeat"]
    assert payload["subscription"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [expected]


async def test_machines_have_no_account(api: Api) -> None:
    key = await api.key(Scope.ADMIN)
    query = """mutation {
        signIn(input: { email: "a@b.example", password: "x" }) { viewer { role } errors { code path } }
        signOut { signedOut errors { code path } }
        requestPassword(input: { email: "a@b.example" }) { accepted errors { code path } }
    }"""
    refused = [{"code": "FORBIDDEN", "path": []}]
    assert await api.data(query, key) == {
        "signIn": {"viewer": None, "errors": refused},
        "signOut": {"signedOut": False, "errors": refused},
        "requestPassword": {"accepted": False, "errors": refused},
    }
    answer = await api.ask("{ viewer { role } }", key)
    assert (answer["data"], codes(answer)) == ({"viewer": None}, [("FORBIDDEN", ["viewer"])])


@pytest.mark.rule("R22")
async def test_redemptions_are_read_by_the_key_that_made_them_their_holder_manager_and_staff(api: Api) -> None:
    await api.subscribe("ana", "bob", "cid")
    number = await number_of(api, "bob")
    maker, other = await api.key(Scope.DISCOUNTS_REDEEM), await api.key(Scope.DISCOUNTS_REDEEM)
    answer = await api.ask(REDEEM, maker, input=registration(api, number))
    made = answer["data"]["redeemDiscount"]["redemption"]
    assert (made["state"], made["seat"], made["organisation"]) == ("PROVISIONAL", None, None)
    assert made["finalPrice"] == {"amountMinor": 9_000}
    redemption = ["redeemDiscount", "redemption"]
    assert sorted(codes(answer), key=str) == [
        ("FORBIDDEN", [*redemption, "organisation"]),
        ("FORBIDDEN", [*redemption, "seat"]),
    ]
    query = "{ redemptions { totalCount nodes { id seat { id } } } }"
    seen = {}
    for name in ("ana", "bob", "cid"):
        seen[name] = (await api.data(query, await api.sign_in(f"{name}@ville.example")))["redemptions"]
    seen |= {"staff": (await api.data(query, await api.staff()))["redemptions"]}
    seen |= {"other": (await api.data(query, other))["redemptions"]}
    assert {name: found["totalCount"] for name, found in seen.items()} == {
        "ana": 1,
        "bob": 1,
        "cid": 0,
        "staff": 1,
        "other": 0,
    }
    assert seen["ana"]["nodes"][0]["seat"]["id"] == seen["bob"]["nodes"][0]["seat"]["id"]
    assert (await api.ask(query, maker))["data"]["redemptions"]["nodes"] == [{"id": made["id"], "seat": None}]


async def test_a_refused_discount_says_why_in_the_payload_and_in_the_check(api: Api) -> None:
    await api.subscribe("ana")
    number, key = await number_of(api, "ana"), await api.key(Scope.DISCOUNTS_REDEEM)
    await api.ask(REDEEM, key, input=registration(api, number))
    payload = (await api.data(REDEEM, key, input=registration(api, number)))["redeemDiscount"]
    assert (payload["redemption"], payload["check"]) == (None, {"reason": "ALREADY_REDEEMED"})
    (error,) = payload["errors"]
    assert error["code"] == "DISCOUNT_REFUSED"
    assert "ALREADY_REDEEMED" in error["message"]


async def test_anothers_number_is_unknown(api: Api) -> None:
    await api.subscribe("ana")
    await api.subscribe("zoe")
    number = await number_of(api, "zoe")
    ask = {"subscriberNumber": number, "eventKind": "FORUM"}
    own = await api.data(CHECK, await api.sign_in("zoe@ville.example"), input=ask)
    assert own["discountCheck"]["reason"] == "ELIGIBLE"
    answer = (await api.data(CHECK, await api.sign_in("ana@ville.example"), input=ask))["discountCheck"]
    assert answer["reason"] == "UNKNOWN_NUMBER"
    assert answer["nextStep"]


async def test_the_past_is_for_those_who_may_ask_about_it(api: Api) -> None:
    await api.subscribe("ana")
    ask = {"subscriberNumber": await number_of(api, "ana"), "eventKind": "FORUM", "at": "2026-01-01T00:00:00Z"}
    answer = await api.ask(CHECK, await api.key(Scope.DISCOUNTS_CHECK), input=ask)
    assert "data" not in answer and codes(answer) == [("FORBIDDEN", None)]
    key = await api.key(Scope.DISCOUNTS_CHECK, Scope.EVENTS_READ)
    assert (await api.data(CHECK, key, input=ask))["discountCheck"]["reason"] == "SUBSCRIPTION_NOT_STARTED"
    future = await api.ask(CHECK, key, input={**ask, "at": "2990-01-01T00:00:00Z"})
    assert "data" not in future and codes(future) == [("BAD_USER_INPUT", None)]


async def test_events_name_who_did_it_to_those_who_may_know(api: Api) -> None:
    await api.subscribe("ana", "bob")
    query = '{ events(first: 1, filter: { kinds: ["subscription.opened"] }) { nodes { actor note } } }'
    manager = await api.ask(query, await api.sign_in("ana@ville.example"))
    assert manager["data"]["events"]["nodes"][0]["actor"] == "STAFF"
    assert codes(manager) == [("FORBIDDEN", ["events", "nodes", 0, "note"])]
    listener = await api.ask(query, await api.key(Scope.EVENTS_READ))
    assert listener["data"]["events"]["nodes"][0]["actor"].startswith("STAFF person_")
    assert (await api.data(query, await api.staff()))["events"]["nodes"][0]["note"] is None
    answer = await api.ask(query, await api.sign_in("bob@ville.example"))
    assert (answer["data"], codes(answer)) == ({"events": None}, [("FORBIDDEN", ["events"])])


@pytest.mark.rule("R1")
async def test_a_manager_is_not_told_which_other_organisation_theirs_resembles(api: Api) -> None:
    ville = {"name": "Ville d'Évreux", "postalCode": "27000", "addressLines": []}
    known = (await api.subscribe("ana", organisation=ville))["organisation"]["id"]
    await api.subscribe("bob", organisation=ville)
    details = "nodes { kind details }"
    query = f"{{ events {{ {details} }} organisations {{ nodes {{ subscription {{ timeline {{ {details} }} }} }} }} }}"
    anyone = api.sign_in("bob@ville.example"), api.staff(), api.key(Scope.EVENTS_READ, Scope.ORGANISATIONS_READ)
    for token, told in zip([await each for each in anyone], ([], [known], [known]), strict=True):
        found = await api.data(query, token)
        timelines = [each["subscription"]["timeline"]["nodes"] for each in found["organisations"]["nodes"]]
        read: list[dict[str, Any]] = [*found["events"]["nodes"], *chain.from_iterable(timelines)]
        flags = [each["details"] for each in read if each["kind"] == "organisation.duplicate_suspected"]
        assert flags == [{"similar_organisation_ids": told}] * 2
