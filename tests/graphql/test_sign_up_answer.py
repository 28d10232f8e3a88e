"""What a sign-up answers: everything to those who have a right over it, one's own form read back to others (R5)."""

from typing import Any

import pytest

from tests.graphql.api import Api, codes, person

ANSWER = """
    mutation ($input: SubscribeInput!) {
      subscribe(input: $input) {
        subscription {
          id state isLive startsOn endsOn proofDueOn seatLimit seatsUsed plan { code price { amountMinor } }
          organisation { name siret kind addressLines city country billingEmail subscription { id } }
          manager { id } currentTerm { id } upcomingTerm { id } terms { state plan { code } proof { id } }
          seats(includeRemoved: true) {
            subscriberNumber isManager isActive removedAt services subscription { seatsUsed manager { id } }
            person { id email givenName familyName jobTitle phone locale addresses { kind } }
          }
        }
        errors { code path }
      }
    }
"""


def alike(subscription: dict[str, Any]) -> dict[str, Any]:
    """The answer without what is new every time: the ids."""
    seats = [{**seat, "person": {**seat["person"], "id": ""}} for seat in subscription["seats"]]
    return {**subscription, "id": "", "seats": seats}


@pytest.mark.rule("R5")
async def test_an_outsider_reads_their_own_form_and_nothing_else(api: Api) -> None:
    form = api.form(
        "ana", "bob", users=[person("ana", jobTitle="Chef", phone="+33123456789"), person("bob", locale="fr")]
    )
    form["organisation"] |= {"siret": "73282932000074", "billingEmail": "compta@ville.example"}
    subscription = (await api.data(ANSWER, input=form))["subscribe"]["subscription"]
    assert subscription["state"] == "PROVISIONAL"
    assert (subscription["seatLimit"], subscription["seatsUsed"]) == (5, 2)
    assert subscription["proofDueOn"] > subscription["startsOn"]
    assert subscription["terms"] == [{"state": "PROVISIONAL", "plan": {"code": "EQUIPE"}, "proof": None}]
    assert [subscription[name] for name in ("manager", "currentTerm", "upcomingTerm")] == [None] * 3
    assert subscription["organisation"] == {
        "name": "Ville de ana",
        "siret": "73282932000074",
        "kind": None,
        "addressLines": ["1 place de la Mairie"],
        "city": "Évreux",
        "country": "FR",
        "billingEmail": "compta@ville.example",
        "subscription": None,
    }
    ana, bob = subscription["seats"]
    assert ana["subscriberNumber"] is None and bob["subscriberNumber"] is None
    assert (ana["isManager"], bob["isManager"]) == (True, False)
    assert ana["services"] == ["PUBLICATIONS", "DOCUMENTATION", "TRAINING"]
    assert ana["subscription"] == {"seatsUsed": 2, "manager": None}
    told = {name: bob["person"][name] for name in ("email", "givenName", "familyName", "locale")}
    assert told == {"email": "bob@ville.example", "givenName": "Bob", "familyName": "Silva", "locale": "fr"}
    assert ana["person"]["locale"] == "en"
    assert (ana["person"]["jobTitle"], ana["person"]["phone"], ana["person"]["addresses"]) == (None, None, [])


@pytest.mark.rule("R5")
async def test_it_never_tells_whether_an_address_was_known(api: Api) -> None:
    await api.subscribe("bob")
    known = api.form("ana", "bob", users=[person("ana"), person("bob", givenName="Robert", locale="fr")])
    unknown = api.form("ana", "bob", users=[person("ana"), person("bob", givenName="Robert", locale="fr")])
    for name in ("ana", "bob"):
        unknown["users"] = [
            {**each, "email": each["email"].replace(name, f"{name}2")} if each["email"].startswith(name) else each
            for each in unknown["users"]
        ]
    unknown["managerEmail"] = "ana2@ville.example"
    first = alike((await api.data(ANSWER, input=known))["subscribe"]["subscription"])
    second = alike((await api.data(ANSWER, input=unknown))["subscribe"]["subscription"])
    for seat in second["seats"]:
        seat["person"]["email"] = seat["person"]["email"].replace("2@", "@")
    assert first == second


@pytest.mark.rule("R5")
async def test_the_ids_of_persons_lead_nowhere(api: Api) -> None:
    form = api.form("ana")
    payload = (await api.data(ANSWER, input=form))["subscribe"]
    told = payload["subscription"]["seats"][0]["person"]["id"]
    answer = await api.data("query ($id: ID!) { node(id: $id) { id } }", await api.staff(), id=told)
    assert answer == {"node": None}
    again = (await api.data(ANSWER, input=form))["subscribe"]
    assert again["subscription"]["id"] == payload["subscription"]["id"]
    assert again["subscription"]["seats"][0]["person"]["id"] != told


@pytest.mark.rule("R5")
async def test_a_caller_who_is_signed_in_but_not_in_the_list_is_an_outsider(api: Api) -> None:
    await api.subscribe("ana")
    token = await api.sign_in("ana@ville.example")
    subscription = (await api.data(ANSWER, token, input=api.form("cid")))["subscribe"]["subscription"]
    assert subscription["manager"] is None
    assert subscription["seats"][0]["subscriberNumber"] is None
    assert subscription["seats"][0]["person"]["email"] == "cid@ville.example"


async def test_whoever_becomes_the_manager_by_it_reads_it_all_but_the_profiles_of_others(api: Api) -> None:
    await api.subscribe("ana")
    token = await api.sign_in("ana@ville.example")
    form = api.form("ana", "bob", organisation={"name": "Métropole", "addressLines": []})
    answer = await api.ask(ANSWER, token, input=form)
    subscription = answer["data"]["subscribe"]["subscription"]
    others = ["subscribe", "subscription", "seats", 1, "person"]
    assert codes(answer) == [("FORBIDDEN", [*others, "jobTitle"]), ("FORBIDDEN", [*others, "phone"])]
    assert all(seat["subscriberNumber"].startswith("CP ") for seat in subscription["seats"])
    assert subscription["currentTerm"] is not None
    assert subscription["organisation"]["subscription"]["id"] == subscription["id"]


async def test_whoever_becomes_a_member_by_it_reads_their_own_seat(api: Api) -> None:
    await api.subscribe("bob")
    token = await api.sign_in("bob@ville.example")
    answer = await api.ask(ANSWER, token, input=api.form("ana", "bob"))
    subscription = answer["data"]["subscribe"]["subscription"]
    assert [seat["person"]["email"] for seat in subscription["seats"]] == ["bob@ville.example"]
    assert subscription["seatsUsed"] == 2
    assert {code for code, _ in codes(answer)} == {"FORBIDDEN"}


async def test_staff_read_it_all(api: Api) -> None:
    answer = await api.data(ANSWER, await api.staff(), input=api.form("ana", "bob"))
    subscription = answer["subscribe"]["subscription"]
    assert [seat["person"]["email"] for seat in subscription["seats"]] == ["ana@ville.example", "bob@ville.example"]
    assert all(seat["subscriberNumber"] for seat in subscription["seats"])
