"""Plans and terms of use through the door: saved and published by staff, read by everybody at once."""

from typing import Any

import pytest

from capcom_gql.domain.rights import Scope
from tests.graphql.api import SUBSCRIBE, Api, codes

PLAN = """
    code name seatLimit isOpen services price { amountMinor currency }
    discounts { eventKind percent amount { amountMinor currency } }
"""
SAVE = f"""
    mutation ($input: SavePlanInput!) {{
      savePlan(input: $input) {{ plan {{ id {PLAN} }} errors {{ __typename code message path }} }}
    }}
"""
PUBLISH = """
    mutation ($input: PublishTermsInput!) {
      publishTerms(input: $input) { terms { version url publishedAt } errors { __typename code message path } }
    }
"""
GRAND = {
    "code": "GRAND",
    "name": "Grand",
    "seatLimit": 8,
    "priceMinor": 120_000,
    "services": ["DOCUMENTATION", "PUBLICATIONS"],
    "discounts": [{"eventKind": "FORUM", "amountMinor": 500}, {"eventKind": "TRAINING", "percent": 30}],
}
SECOND = {"version": "2", "url": "https://www.capcom.example/terms-of-use/2"}


async def save(api: Api, token: str, **more: object) -> dict[str, Any]:
    """The payload of saving the plan."""
    payload: dict[str, Any] = (await api.data(SAVE, token, input={**GRAND, **more}))["savePlan"]
    return payload


async def publish(api: Api, token: str, **more: object) -> dict[str, Any]:
    """The payload of publishing a version."""
    payload: dict[str, Any] = (await api.data(PUBLISH, token, input={**SECOND, **more}))["publishTerms"]
    return payload


async def test_a_plan_is_saved_as_a_whole_and_offered_to_everybody(api: Api) -> None:
    payload = await save(api, await api.staff())
    plan = payload["plan"]
    assert payload["errors"] == []
    assert plan.pop("id").startswith("plan_")
    assert plan == {
        "code": "GRAND",
        "name": "Grand",
        "seatLimit": 8,
        "isOpen": True,
        "services": ["PUBLICATIONS", "DOCUMENTATION"],
        "price": {"amountMinor": 120_000, "currency": "EUR"},
        "discounts": [
            {"eventKind": "TRAINING", "percent": 30, "amount": None},
            {"eventKind": "FORUM", "percent": None, "amount": {"amountMinor": 500, "currency": "EUR"}},
        ],
    }
    assert plan in (await api.data(f"{{ plans {{ {PLAN} }} }}"))["plans"]


@pytest.mark.parametrize(("given", "is_open"), [({}, True), ({"isOpen": None}, True), ({"isOpen": False}, False)])
async def test_a_plan_is_open_unless_it_says_otherwise(api: Api, given: dict[str, Any], is_open: bool) -> None:
    assert (await save(api, await api.key(Scope.ADMIN), **given))["plan"]["isOpen"] is is_open


async def test_all_faults_of_a_plan_at_their_places(api: Api) -> None:
    both = {"eventKind": "FORUM", "percent": 10, "amountMinor": 500}
    neither = {"eventKind": "FORUM", "percent": None}
    payload = await save(api, await api.staff(), code="grand", seatLimit=2, discounts=[both, neither])
    assert payload["plan"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("INVALID_INPUT", ["code"]),
        ("INVALID_INPUT", ["seatLimit"]),
        ("INVALID_INPUT", ["discounts", "0"]),
        ("INVALID_INPUT", ["discounts", "1", "eventKind"]),
        ("INVALID_INPUT", ["discounts", "1"]),
    ]
    assert payload["errors"][1]["message"] == "A plan offers from 3 to 10 seats."


@pytest.mark.rule("R10")
async def test_a_subscription_keeps_the_plan_of_its_opening(api: Api) -> None:
    staff = await api.staff()
    await save(api, staff)
    opened = await api.subscribe("ana", planCode="GRAND")
    await save(api, staff, name="Petit", seatLimit=3, priceMinor=1, services=[], discounts=[])
    term = "name: plan { name } seatLimit price { amountMinor } services discounts { percent }"
    query = f"query ($id: ID!) {{ organisation(id: $id) {{ subscription {{ currentTerm {{ {term} }} seatLimit }} }} }}"
    found = (await api.data(query, staff, id=opened["organisation"]["id"]))["organisation"]["subscription"]
    assert (found["seatLimit"], found["currentTerm"]["seatLimit"]) == (8, 8)
    assert found["currentTerm"]["price"] == {"amountMinor": 120_000}
    assert found["currentTerm"]["services"] == ["PUBLICATIONS", "DOCUMENTATION"]
    assert found["currentTerm"]["discounts"] == [{"percent": 30}, {"percent": None}]


@pytest.mark.rule("R19")
async def test_published_terms_are_those_that_a_sign_up_accepts(api: Api) -> None:
    staff = await api.staff()
    payload = await publish(api, staff)
    terms = payload["terms"]
    assert payload["errors"] == [] and (terms["version"], terms["url"]) == ("2", SECOND["url"])
    assert (await api.data("{ termsOfUse { version url publishedAt } }"))["termsOfUse"] == terms
    asked = "errors { __typename code path ... on TermsError { current { version url } } }"
    refused = await api.data(SUBSCRIBE.replace("errors { __typename code message path }", asked), input=api.form("ana"))
    assert refused["subscribe"]["errors"] == [
        {
            "__typename": "TermsError",
            "code": "TERMS_NOT_ACCEPTED",
            "path": ["acceptedTermsVersion"],
            "current": {"version": "2", "url": SECOND["url"]},
        }
    ]
    await api.subscribe("ana", acceptedTermsVersion="2")


@pytest.mark.rule("R19")
async def test_the_same_version_again_and_an_old_one(api: Api) -> None:
    staff = await api.staff()
    first = await publish(api, staff)
    assert await publish(api, staff) == first
    again = await publish(api, staff, version="1")
    assert again["terms"] is None
    assert again["errors"] == [
        {
            "__typename": "SimpleError",
            "code": "CONFLICT",
            "message": "Version 1 is already published. Give a new one.",
            "path": ["version"],
        }
    ]


async def test_an_address_that_is_none_is_told_beside_the_other_faults(api: Api) -> None:
    payload = await publish(api, await api.staff(), version=" ", url="nowhere")
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("INVALID_INPUT", ["version"]),
        ("INVALID_INPUT", ["url"]),
    ]


async def test_what_is_offered_is_told_in_the_events(api: Api) -> None:
    staff = await api.staff()
    await save(api, staff)
    await publish(api, staff)
    query = '{ events(filter: { kinds: ["plan.saved", "terms.published"] }) { nodes { kind details description } } }'
    assert (await api.data(query, staff))["events"]["nodes"] == [
        {"kind": "terms.published", "details": {"version": "2"}, "description": "Terms of use published, version 2."},
        {
            "kind": "plan.saved",
            "details": {"plan_code": "GRAND", "seat_limit": 8, "price_minor": 120_000, "is_open": True},
            "description": "Plan GRAND saved: 8 seats.",
        },
    ]


async def test_nobody_else_offers_anything(api: Api) -> None:
    await api.subscribe("ana")
    for token in (await api.sign_in("ana@ville.example"), await api.key(*set(Scope) - {Scope.ADMIN})):
        for payload in (await save(api, token, code=""), await publish(api, token, version="")):
            assert [(error["code"], error["path"]) for error in payload["errors"]] == [("FORBIDDEN", [])]
    assert codes(await api.ask(SAVE, input=GRAND)) == [("UNAUTHENTICATED", None)]
