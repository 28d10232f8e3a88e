"""Who may sign up, what a known organisation answers, and what an anonymous caller learns: nothing."""

import time
from datetime import date
from typing import Any

import pytest

from tests.world import SIRETS, SUBSCRIBE, World, user

ECHO = """
mutation Subscribe($input: SubscribeInput!) {
  subscribe(input: $input) {
    subscription {
      id state isLive startsOn endsOn proofDueOn seatLimit seatsUsed plan { code }
      manager { id } currentTerm { id } upcomingTerm { id }
      organisation { id name siret city billingEmail }
      seats { id isManager isActive subscriberNumber addedAt removedAt services
              person { id email givenName familyName jobTitle phone locale } }
    }
    errors { code path }
  }
}
"""


def shape(value: Any) -> Any:
    """An answer without what is new each time: ids, instants and keys."""
    if isinstance(value, dict):
        return {name: "…" if name in ("id", "addedAt") else shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else value


@pytest.mark.rule("R5")
async def test_anonymous_sign_up_with_known_and_unknown_addresses(world: World) -> None:
    """The answer has the same form whether the addresses were known; a known profile neither changes nor shows."""
    await world.subscribe("ana", "bob")
    await world.tick()
    ana = await world.sign_in_by_letter("ana", "une phrase rien que pour ana")
    users = [
        {
            **user("ana"),
            "email": "ANA@ville.example",
            "givenName": "Somebody",
            "familyName": "Else",
            "phone": "+33123456789",
        },
        user("new"),
    ]
    known = await world.ask(ECHO, {"input": world.form("ana", users=users, name="Ville A")})
    unknown_users = [{**each, "email": f"x{each['email']}"} for each in users]
    form = world.form("ana", users=unknown_users, managerEmail="xana@ville.example", name="Ville A")
    unknown = await world.ask(ECHO, {"input": form})
    answers = [answer.done("subscribe") for answer in (known, unknown)]
    seats = [answer["subscription"]["seats"] for answer in answers]
    assert [each["person"]["givenName"] for each in seats[0]] == ["Somebody", "New"], "as the form gave it"
    assert [each["person"]["email"] for each in seats[0]] == ["ANA@ville.example", "new@ville.example"]
    for listed in seats:
        for seat in listed:
            seat["person"]["email"] = "…"
    assert shape(answers[0]) == shape(answers[1])
    for seat in seats[0] + seats[1]:
        assert (
            seat["subscriberNumber"] is None and seat["person"]["jobTitle"] is None and seat["person"]["phone"] is None
        )
    subscription = answers[0]["subscription"]
    assert subscription["manager"] is None and subscription["currentTerm"] is None
    assert (subscription["state"], subscription["seatLimit"], subscription["seatsUsed"]) == ("PROVISIONAL", 5, 2)

    person_ids = [seat["person"]["id"] for seat in seats[0]]
    nodes = "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await world.ask(nodes, {"ids": person_ids}, token=await world.staff())).ok()["nodes"] == [None, None]
    profile = (await world.ask("{ viewer { person { givenName familyName phone } } }", token=ana)).ok()["viewer"]
    assert profile["person"] == {"givenName": "Ana", "familyName": "Silva", "phone": None}


@pytest.mark.rule("R5")
async def test_the_old_password_works_until_another_is_chosen(world: World) -> None:
    """Nobody is locked out by somebody else's sign-up; the fresh link works, and ends the old password."""
    sign_in = "mutation S($input: SignInInput!) { signIn(input: $input) { accessToken errors { code } } }"

    async def codes(password: str) -> list[str]:
        form = {"email": "Ana@Ville.example", "password": password}
        payload = (await world.ask(sign_in, {"input": form})).payload("signIn")
        return [error["code"] for error in payload["errors"]]

    await world.subscribe("ana")
    await world.tick()
    first = await world.sign_in_by_letter("ana", "la premiere phrase choisie")
    await world.ask(SUBSCRIBE, {"input": world.form("zoe", "ana", name="Ville B")})
    await world.tick()
    assert await codes("la premiere phrase choisie") == []
    await world.sign_in_by_letter("ana", "la seconde phrase choisie")
    assert await codes("la premiere phrase choisie") == ["BAD_CREDENTIALS"]
    assert await codes("la seconde phrase choisie") == []
    ended = await world.ask("{ viewer { role } }", token=first)
    assert ended.status == 401 and ended.data is None, "choosing a password ends the sessions opened before"


@pytest.mark.rule("R5")
async def test_a_signer_outside_the_list(world: World) -> None:
    """They get an account and a link, no seat, and no right over the subscription."""
    missing = await world.ask(SUBSCRIBE, {"input": world.form("ana", signer=None)})
    assert [(error["code"], error["path"]) for error in missing.payload("subscribe")["errors"]] == [
        ("INVALID_INPUT", ["signer"])
    ]
    made = (await world.ask(SUBSCRIBE, {"input": world.form("ana")})).done("subscribe")["subscription"]
    await world.tick()
    assert [letter.topic for letter in world.letters_to("sig")] == ["password_link"]
    token = await world.sign_in_by_letter("sig")
    viewer = (await world.ask("{ viewer { role seats { id } organisations { id } } }", token=token)).ok()["viewer"]
    assert viewer == {"role": "MEMBER", "seats": [], "organisations": []}
    seen = await world.ask("query N($id: ID!) { node(id: $id) { id } }", {"id": made["id"]}, token=token)
    assert seen.ok() == {"node": None}


@pytest.mark.rule("R1")
@pytest.mark.rule("R16")
async def test_a_known_siret(world: World) -> None:
    """While live: ask its manager. Over: only its last manager or staff reopen it, and staff hear of other attempts."""

    async def sign_up(*names: str, token: str | None = None) -> dict[str, Any]:
        form = world.form(*names, organisation={"siret": SIRETS[0]})
        return (await world.ask(SUBSCRIBE, {"input": form}, token=token)).payload("subscribe")

    def faults(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
        return [(error["code"], error["path"]) for error in payload["errors"]]

    first = await world.subscribe("ana", "bob", organisation={"siret": SIRETS[0]})
    await world.record_proof(first["id"])
    await world.tick()
    ana = await world.sign_in_by_letter("ana")
    live = await sign_up("zoe")
    assert faults(live) == [("ALREADY_SUBSCRIBED", ["organisation", "siret"])]
    assert "support@capcom.example" in live["errors"][0]["message"] and "Ana" not in live["errors"][0]["message"]

    await world.on(date(2028, 3, 1))
    assert (await world.state(first["organisation"]["id"]))["state"] == "EXPIRED"
    assert faults(await sign_up("zoe")) == [("FORBIDDEN", [])]
    assert faults(await sign_up("zoe")) == [("FORBIDDEN", [])]
    await world.tick()
    assert len(world.letters_to("support@capcom.example", "staff_notice")) == 1
    count = """{ events(filter: { kinds: ["signup.refused"] }) { totalCount } }"""
    assert (await world.ask(count, token=await world.staff())).ok()["events"]["totalCount"] == 2

    reopened = await sign_up("ana", "cleo", token=ana)
    assert faults(reopened) == [] and reopened["subscription"]["id"] == first["id"]
    state = await world.state(first["organisation"]["id"])
    assert (state["state"], state["startsOn"], state["seatsUsed"]) == ("PROVISIONAL", "2027-03-01", 2)
    numbers = {seat["person"]["email"].split("@")[0]: seat for seat in state["seats"]}
    assert numbers["ana"]["subscriberNumber"] == first["seats"][0]["subscriberNumber"]
    assert not numbers["bob"]["isActive"] and numbers["cleo"]["isActive"]


@pytest.mark.rule("R9")
async def test_after_an_unpaid_cancellation_staff_reopen(world: World) -> None:
    """Its manager is told to write to support; staff may open it again."""
    first = await world.subscribe("ana", organisation={"siret": SIRETS[0]})
    await world.tick()
    ana = await world.sign_in_by_letter("ana")
    await world.on(date(2027, 3, 20))
    form = world.form("ana", organisation={"siret": SIRETS[0]})
    refused = (await world.ask(SUBSCRIBE, {"input": form}, token=ana)).payload("subscribe")
    assert [error["code"] for error in refused["errors"]] == ["PREVIOUS_UNPAID"]
    reopened = await world.subscribe("ana", organisation={"siret": SIRETS[0]})
    assert (reopened["id"], reopened["state"]) == (first["id"], "PROVISIONAL")


@pytest.mark.rule("R1")
async def test_without_a_siret_it_is_a_new_organisation_and_staff_are_told_of_a_twin(world: World) -> None:
    """Same name and postal code: opened all the same, and flagged."""
    first = await world.subscribe("ana", name="Ville d'Évreux")
    second = await world.subscribe("zoe", name="VILLE D'EVREUX")
    assert first["organisation"]["id"] != second["organisation"]["id"]
    await world.subscribe("yan", name="Ville d'Évreux", organisation={"postalCode": "27000"})
    await world.tick()
    assert len(world.letters_to("support@capcom.example", "staff_notice")) == 1


@pytest.mark.rule("R19")
async def test_every_fault_of_a_form_at_once(world: World) -> None:
    """Nothing is written, and each fault has its path and its sentence."""
    users = [user("ana"), user("bob", email="nobody"), user("ana", email="Ana@VILLE.example", phone="12")]
    form = world.form(
        "zoe",
        users=users,
        plan="GOLD",
        organisation={"name": " ", "siret": "12345678901234"},
        acceptedTermsVersion="0",
    )
    payload = (await world.ask(SUBSCRIBE, {"input": form})).payload("subscribe")
    assert payload["subscription"] is None
    assert [(error["code"], ".".join(error["path"])) for error in payload["errors"]] == [
        ("INVALID_INPUT", "organisation.name"),
        ("INVALID_INPUT", "organisation.siret"),
        ("NOT_FOUND", "planCode"),
        ("INVALID_INPUT", "users.1.email"),
        ("INVALID_INPUT", "users.2.phone"),
        ("DUPLICATE_USER", "users.2.email"),
        ("MANAGER_REQUIRED", "managerEmail"),
        ("TERMS_NOT_ACCEPTED", "acceptedTermsVersion"),
    ]
    assert payload["errors"][-1]["current"] == {"version": "1"}
    french = (await world.ask(SUBSCRIBE, {"input": form}, language="fr")).payload("subscribe")
    assert french["errors"][6]["message"].startswith("La personne gestionnaire doit être")
    count = "{ organisations { totalCount } }"
    assert (await world.ask(count, token=await world.staff())).ok()["organisations"]["totalCount"] == 0


@pytest.mark.rule("R5")
@pytest.mark.usefixtures("hashed_in_full")
async def test_sign_in_and_reset_answer_alike(world: World) -> None:
    """Same text, and times within 15 %, whether or not the address is known.

    Signing in is work, and its time is the processor's, which a busy machine does not lengthen; a reset is a wait. The
    least of several is what it takes where nothing else has its turn between.
    """
    await world.subscribe("ana")
    await world.tick()
    await world.sign_in_by_letter("ana")
    sign_in = "mutation S($input: SignInInput!) { signIn(input: $input) { accessToken errors { code message path } } }"
    reset = "mutation R($input: RequestPasswordInput!) { requestPassword(input: $input) { accepted errors { code } } }"

    async def timed(document: str, form: dict[str, str]) -> tuple[float, Any]:
        now = time.process_time if document is sign_in else time.monotonic
        began = now()
        answer = await world.ask(document, {"input": form})
        return now() - began, answer.ok()

    spent: dict[tuple[str, bool], list[float]] = {}
    for turn in range(6):
        for document in (sign_in, reset):
            texts = []
            for known in (turn % 2 == 0, turn % 2 == 1):
                name = "ana" if known else f"nobody{turn}"
                form = {"email": f"{name}@ville.example"}
                if document is sign_in:
                    form["password"] = "not the right one at all"
                seconds, text = await timed(document, form)
                texts.append(text)
                spent.setdefault((document, known), []).append(seconds)
            assert texts[0] == texts[1]
    for document in (sign_in, reset):
        least = [min(spent[document, known]) for known in (True, False)]
        assert max(least) - min(least) <= 0.15 * max(least), least


@pytest.mark.rule("R7")
async def test_a_link_works_once(world: World) -> None:
    """A weak password leaves it good; a chosen one uses it up; another token is refused."""
    await world.subscribe("ana")
    await world.tick()
    token = world.letters_to("ana")[0].token
    choose = """mutation C($input: ChoosePasswordInput!) { choosePassword(input: $input) {
        accessToken viewer { role } errors { code path } } }"""

    async def attempt(token: str, password: str) -> dict[str, Any]:
        return (await world.ask(choose, {"input": {"token": token, "password": password}})).payload("choosePassword")

    assert (await attempt(token, "short"))["errors"] == [{"code": "WEAK_PASSWORD", "path": ["password"]}]
    chosen = await attempt(token, "une phrase assez longue")
    assert chosen["errors"] == [] and chosen["viewer"] == {"role": "MANAGER"}
    for wrong in (token, "never-made"):
        assert (await attempt(wrong, "une phrase assez longue"))["errors"] == [{"code": "BAD_TOKEN", "path": ["token"]}]
