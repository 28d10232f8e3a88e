"""What replacing, handing over and updating answer, also to a caller who has just given their own role away."""

from typing import Any

import pytest

from capcom_gql.domain.rights import Scope
from tests.databases import ONLY_SQLITE
from tests.graphql.api import Api, person

REPLACE = """
    mutation ($input: ReplaceSeatInput!) {
      replaceSeat(input: $input) {
        seat { id isManager isActive subscriberNumber person { email } }
        subscription {
          seatsUsed manager { person { email } } organisation { billingEmail }
          seats(includeRemoved: true) { isActive isManager person { email } }
        }
        errors { code message path }
      }
    }
"""
TRANSFER = """
    mutation ($input: TransferManagementInput!) {
      transferManagement(input: $input) {
        subscription {
          manager { person { email } } organisation { billingEmail }
          seats { isManager subscriberNumber person { email } }
        }
        errors { code message path }
      }
    }
"""
UPDATE = """
    mutation ($input: UpdateOrganisationInput!) {
      updateOrganisation(input: $input) {
        organisation { name siret addressLines postalCode city country billingEmail chorusEngagementRequired }
        errors { code message path }
      }
    }
"""
SEES = "query ($id: ID!) { organisation(id: $id) { subscription { seats { id isManager } } } }"


async def seen(api: Api, organisation_id: str, name: str) -> list[dict[str, Any]] | None:
    """The seats that a person sees; None where they do not see the organisation."""
    answer = await api.data(SEES, await api.sign_in(f"{name}@ville.example"), id=organisation_id)
    if answer["organisation"] is None:
        return None
    seats: list[dict[str, Any]] = answer["organisation"]["subscription"]["seats"]
    return seats


@pytest.mark.rule("R12")
async def test_a_manager_who_replaces_themselves_reads_the_answer_and_nothing_after(api: Api) -> None:
    made = await api.subscribe("ana", "bob")
    organisation, seat = made["organisation"]["id"], made["seats"][0]["id"]
    ana = await api.sign_in("ana@ville.example")
    payload = (await api.data(REPLACE, ana, input={"seatId": seat, "user": person("new")}))["replaceSeat"]
    assert payload["errors"] == []
    assert payload["seat"]["id"] != seat
    assert payload["seat"]["subscriberNumber"].startswith("CP ")
    assert payload["seat"]["person"] == {"email": "new@ville.example"}
    assert (payload["seat"]["isManager"], payload["seat"]["isActive"]) == (True, True)
    assert payload["subscription"]["manager"]["person"]["email"] == "new@ville.example"
    assert payload["subscription"]["seatsUsed"] == 2
    assert [(each["isActive"], each["isManager"]) for each in payload["subscription"]["seats"]] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert await seen(api, organisation, "ana") is None
    assert len(await seen(api, organisation, "new") or []) == 2
    again = (await api.data(REPLACE, ana, input={"seatId": seat, "user": person("eve")}))["replaceSeat"]
    assert (again["seat"], again["subscription"]) == (None, None)
    assert [(error["code"], error["path"]) for error in again["errors"]] == [("FORBIDDEN", [])]


@pytest.mark.rule("R12")
async def test_a_manager_who_hands_over_reads_the_answer_and_is_a_member_after(api: Api) -> None:
    made = await api.subscribe("ana", "bob")
    ana = await api.sign_in("ana@ville.example")
    form = {"subscriptionId": made["id"], "seatId": made["seats"][1]["id"]}
    payload = (await api.data(TRANSFER, ana, input=form))["transferManagement"]
    assert payload["errors"] == []
    assert payload["subscription"]["manager"]["person"]["email"] == "bob@ville.example"
    assert [seat["isManager"] for seat in payload["subscription"]["seats"]] == [False, True]
    assert [seat["isManager"] for seat in await seen(api, made["organisation"]["id"], "ana") or []] == [False]
    again = (await api.data(TRANSFER, ana, input=form))["transferManagement"]
    assert again["subscription"] is None
    assert [(error["code"], error["path"]) for error in again["errors"]] == [("FORBIDDEN", [])]


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_the_next_deed_of_the_same_request_is_judged_by_what_is_left(api: Api) -> None:
    made = await api.subscribe("ana", "bob", "cl")
    _, bob, cl = (seat["id"] for seat in made["seats"])
    twice = """
        mutation ($one: TransferManagementInput!, $two: TransferManagementInput!, $three: ReplaceSeatInput!,
          $four: UpdateOrganisationInput!) {
          one: transferManagement(input: $one) { errors { code } }
          two: transferManagement(input: $two) { errors { code } }
          three: replaceSeat(input: $three) { errors { code } }
          four: updateOrganisation(input: $four) { errors { code } }
        }
    """
    forms = {
        "one": {"subscriptionId": made["id"], "seatId": bob},
        "two": {"subscriptionId": made["id"], "seatId": cl},
        "three": {"seatId": cl, "user": person("new")},
        "four": {"organisationId": made["organisation"]["id"], "organisation": {"name": "X", "addressLines": []}},
    }
    answer = await api.data(twice, await api.sign_in("ana@ville.example"), **forms)
    refused = [{"code": "FORBIDDEN"}]
    assert [answer[name]["errors"] for name in forms] == [[], refused, refused, refused]


@pytest.mark.rule("R12")
@ONLY_SQLITE
async def test_the_places_and_the_sentences_of_a_refusal(api: Api) -> None:
    made = await api.subscribe("ana", "bob")
    _, bob = (seat["id"] for seat in made["seats"])
    token = await api.staff()
    form = {"seatId": bob, "user": person("ana", phone="12")}
    errors = (await api.data(REPLACE, token, input=form))["replaceSeat"]["errors"]
    assert [(error["code"], error["path"]) for error in errors] == [
        ("INVALID_INPUT", ["user", "phone"]),
        ("DUPLICATE_USER", ["user", "email"]),
    ]
    assert errors[1]["message"] == (
        "ana@ville.example already has an active seat in this subscription. Give someone else."
    )
    await api.data(REPLACE, token, input={"seatId": bob, "user": person("new")})
    for document, field, given in (
        (REPLACE, "replaceSeat", {"seatId": bob, "user": person("eve")}),
        (TRANSFER, "transferManagement", {"subscriptionId": made["id"], "seatId": bob}),
    ):
        (error,) = (await api.data(document, token, input=given))[field]["errors"]
        assert (error["code"], error["path"]) == ("CONFLICT", ["seatId"])
        assert error["message"] == "This seat was removed from the list. Give an active one."


@pytest.mark.rule("R11")
@ONLY_SQLITE
async def test_a_machine_replaces_and_is_told_no_number(api: Api) -> None:
    made = await api.subscribe("ana", "bob")
    form = {"seatId": made["seats"][1]["id"], "user": person("new")}
    both = await api.key(Scope.ORGANISATIONS_WRITE, Scope.ORGANISATIONS_READ)
    answer = await api.ask(REPLACE, both, input=form)
    payload = answer["data"]["replaceSeat"]
    assert payload["seat"]["person"] == {"email": "new@ville.example"}
    assert payload["seat"]["subscriberNumber"] is None
    assert [error["path"] for error in answer["errors"]] == [["replaceSeat", "seat", "subscriberNumber"]]
    # one that may not read is not told whose seat it made
    writes = await api.key(Scope.ORGANISATIONS_WRITE)
    only = "mutation ($input: ReplaceSeatInput!) { replaceSeat(input: $input) { seat { id } errors { code } } }"
    form = {"seatId": payload["seat"]["id"], "user": person("eve")}
    assert (await api.data(only, writes, input=form))["replaceSeat"] == {"seat": None, "errors": []}


@pytest.mark.rule("R1")
@ONLY_SQLITE
async def test_a_form_replaces_an_organisations_as_a_whole(api: Api) -> None:
    made = await api.subscribe("ana")
    ana, organisation = await api.sign_in("ana@ville.example"), made["organisation"]["id"]
    full = {
        "name": "Évreux",
        "siret": "73282932000074",
        "addressLines": ["1 place de la Mairie"],
        "postalCode": "27000",
        "city": "Évreux",
        "country": "BE",
        "billingEmail": "compta@ville.example",
        "chorusEngagementRequired": True,
    }
    answer = await api.data(UPDATE, ana, input={"organisationId": organisation, "organisation": full})
    assert answer["updateOrganisation"] == {"organisation": full, "errors": []}
    least = {"name": "Évreux", "addressLines": []}
    answer = await api.data(UPDATE, ana, input={"organisationId": organisation, "organisation": least})
    emptied = dict.fromkeys(full) | least | {"country": "FR", "chorusEngagementRequired": False}
    assert answer["updateOrganisation"] == {"organisation": emptied, "errors": []}
    other = await api.subscribe("bob", organisation={"name": "Autre", "siret": full["siret"], "addressLines": []})
    form = {"organisationId": organisation, "organisation": full}
    payload = (await api.data(UPDATE, ana, input=form))["updateOrganisation"]
    assert payload["organisation"] is None
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("CONFLICT", ["organisation", "siret"])
    assert "belongs to another organisation" in error["message"] and "@" in error["message"]
    assert other["organisation"]["id"] not in str(payload)
