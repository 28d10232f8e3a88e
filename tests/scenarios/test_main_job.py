"""The main job, told as stories through the GraphQL door, with the clock moved."""

from datetime import date, time

import pytest

from tests.world import SUBSCRIBE, World, user


@pytest.mark.rule("R3")
@pytest.mark.rule("R7")
async def test_from_sign_up_to_a_discount(world: World) -> None:
    """Four users sign up anonymously; each gets a number by mail, and it is good for a discount at once."""
    answer = await world.ask(SUBSCRIBE, {"input": world.form("ana", "bob", "cleo", "dan")})
    subscription = answer.done("subscribe")["subscription"]
    assert (subscription["state"], subscription["isLive"]) == ("PROVISIONAL", True)
    assert (subscription["startsOn"], subscription["endsOn"]) == ("2027-03-01", "2028-02-29")
    assert subscription["proofDueOn"] == "2027-03-16"
    await world.tick()
    numbers = {name: world.letters_to(name, "welcome")[0].number for name in ("ana", "bob", "cleo", "dan")}
    assert len(set(numbers.values())) == 4

    token = await world.sign_in_by_letter("bob")
    viewer = (await world.ask("{ viewer { role seats { subscriberNumber } } }", token=token)).ok()["viewer"]
    assert viewer == {"role": "MEMBER", "seats": [{"subscriberNumber": numbers["bob"]}]}

    check = await world.check(numbers["bob"], "TRAINING", priceMinor=12_345)
    assert check["eligible"] and check["provisional"] and check["percent"] == 20
    assert (check["reduction"]["amountMinor"], check["finalPrice"]["amountMinor"]) == (2_469, 9_876)
    assert check["validUntil"] == "2027-03-16"

    first = await world.redeem(numbers["bob"])
    assert first["redemption"]["state"] == "PROVISIONAL" and first["redemption"]["reduction"]["amountMinor"] == 1_000
    second = await world.redeem(numbers["bob"])
    assert second["redemption"] is None and second["check"]["reason"] == "ALREADY_REDEEMED"
    assert [error["code"] for error in second["errors"]] == ["DISCOUNT_REFUSED"]


@pytest.mark.rule("R9")
async def test_unpaid(world: World) -> None:
    """No proof comes: right after the fifteenth day everything stops, before any tick; then the letters say so."""
    subscription = await world.subscribe("ana", "bob")
    organisation = subscription["organisation"]["id"]
    number = subscription["seats"][1]["subscriberNumber"]
    redemption = (await world.redeem(number))["redemption"]
    await world.tick()

    await world.on(date(2027, 3, 11), time(7, 59))
    await world.tick()
    assert not world.letters_to("ana", "proof_reminder")
    await world.on(date(2027, 3, 11), time(8, 1))
    await world.tick()
    assert len(world.letters_to("ana", "proof_reminder")) == 1 and not world.letters_to("bob", "proof_reminder")

    await world.on(date(2027, 3, 16), time(23, 59, 50))
    assert (await world.check(number))["eligible"]
    await world.on(date(2027, 3, 17), time(0))
    refused = await world.check(number)
    assert (refused["eligible"], refused["reason"]) == (False, "SUBSCRIPTION_CANCELLED")
    state = await world.state(organisation)
    assert (state["state"], state["isLive"]) == ("CANCELLED", False)
    assert state["terms"][0]["cancellationReason"] == "UNPAID"
    assert state["terms"][0]["cancelledAt"] == "2027-03-16T23:00:00Z"
    redemptions = "{ redemptions(filter: { state: [TO_REINVOICE] }) { nodes { id state } } }"
    listed = (await world.ask(redemptions, token=await world.staff())).ok()["redemptions"]["nodes"]
    assert listed == [{"id": redemption["id"], "state": "TO_REINVOICE"}]

    await world.tick()
    assert not world.letters_to("ana", "cancelled")
    await world.on(date(2027, 3, 17), time(8, 0, 1))
    await world.tick()
    assert [len(world.letters_to(name, "cancelled")) for name in ("ana", "bob")] == [1, 1]
    assert await world.state(organisation) == state, "the tick records what reading already said"
    events = """{ events(filter: { kinds: ["term.cancelled", "redemptions.to_reinvoice"] }) {
        nodes { kind occurredAt details } } }"""
    recorded = (await world.ask(events, token=await world.staff())).ok()["events"]["nodes"]
    assert {event["occurredAt"] for event in recorded} == {"2027-03-16T23:00:00Z"}
    assert {event["kind"] for event in recorded} == {"term.cancelled", "redemptions.to_reinvoice"}
    too_late = await world.record_proof(subscription["id"])
    assert too_late["errors"][0]["code"] == "PROOF_TOO_LATE" and too_late["errors"][0]["dueOn"] == "2027-03-16"


@pytest.mark.rule("R9")
async def test_a_late_worker_writes_the_same_facts(world: World) -> None:
    """A month without a tick, then one: the cancellation is dated when it took effect, and told once."""
    subscription = await world.subscribe("ana")
    await world.on(date(2027, 4, 20))
    await world.tick()
    await world.tick()
    term = (await world.state(subscription["organisation"]["id"]))["terms"][0]
    assert term["cancelledAt"] == "2027-03-16T23:00:00Z"
    assert [letter.topic for letter in world.letters_to("ana")] == ["welcome", "cancelled"]


@pytest.mark.rule("R8")
async def test_proof_on_the_last_day(world: World) -> None:
    """The order arrives in the last minute of day fifteen: the term is confirmed, and what was redeemed is final."""
    subscription = await world.subscribe("ana", "bob")
    number = subscription["seats"][0]["subscriberNumber"]
    redemption = (await world.redeem(number))["redemption"]
    await world.on(date(2027, 3, 16), time(23, 59, 30))
    future = await world.record_proof(subscription["id"], receivedOn="2027-03-17")
    assert [(error["code"], error["path"]) for error in future["errors"]] == [("INVALID_INPUT", ["receivedOn"])]
    done = await world.record_proof(subscription["id"])
    assert done["errors"] == [] and done["term"]["state"] == "CONFIRMED"
    again = await world.record_proof(subscription["id"])
    assert again["errors"][0]["code"] == "PROOF_ALREADY_RECORDED"

    await world.on(date(2027, 3, 18))
    await world.tick()
    check = await world.check(number)
    assert check["eligible"] and not check["provisional"] and check["validUntil"] == "2028-02-29"
    assert len(world.letters_to("ana", "confirmed")) == 1 and not world.letters_to("bob", "confirmed")
    node = "query N($id: ID!) { node(id: $id) { ... on Redemption { state } } }"
    assert (await world.ask(node, {"id": redemption["id"]}, token=await world.staff())).ok()["node"]["state"] == "FINAL"


ADD = """mutation A($input: AddSeatsInput!) { addSeats(input: $input) {
    seats { id subscriberNumber person { email } } subscription { seatsUsed }
    errors { code path message ... on SeatLimitError { limit used } } } }"""
REMOVE = """mutation R($input: RemoveSeatInput!) { removeSeat(input: $input) {
    subscription { seatsUsed } errors { code path } } }"""


@pytest.mark.rule("R2")
@pytest.mark.rule("R12")
async def test_list_completed_later(world: World) -> None:
    """The manager signs up alone and completes the list over the months, all or nothing, up to the plan's seats."""
    subscription = await world.subscribe("ana", plan="ESSENTIEL")
    await world.tick()
    ana = await world.sign_in_by_letter("ana")
    await world.record_proof(subscription["id"])

    async def add(*names: str) -> dict[str, object]:
        form = {
            "subscriptionId": subscription["id"],
            "users": [user(name) for name in names],
            "idempotencyKey": world.fresh_key(),
        }
        return (await world.ask(ADD, {"input": form}, token=ana)).payload("addSeats")

    await world.advance(days=90)
    added = await add("bob")
    assert added["subscription"] == {"seatsUsed": 2} and added["errors"] == []
    too_many = await add("cleo", "dan")
    assert too_many["seats"] == [] and too_many["errors"] == [
        {
            "code": "SEAT_LIMIT_REACHED",
            "path": ["users"],
            "message": "The plan has 3 seats, of which 2 are taken. Free a seat or change the plan.",
            "limit": 3,
            "used": 2,
        }
    ]
    twice = await add("bob", "cleo", "cleo")
    errors = twice["errors"]
    assert isinstance(errors, list)
    assert [(error["code"], error["path"]) for error in errors] == [
        ("DUPLICATE_USER", ["users", "0", "email"]),
        ("DUPLICATE_USER", ["users", "2", "email"]),
        ("SEAT_LIMIT_REACHED", ["users"]),
    ]
    assert (await world.state(subscription["organisation"]["id"]))["seatsUsed"] == 2
    await world.tick()
    assert len(world.letters_to("bob", "welcome")) == 1 and not world.letters_to("cleo")


@pytest.mark.rule("R12")
async def test_removed_user(world: World) -> None:
    """A removed user's number is dead at once and for good; added again, they get another."""
    subscription = await world.subscribe("ana", "bob")
    await world.tick()
    ana = await world.sign_in_by_letter("ana")
    manager_seat, seat = (each["id"] for each in subscription["seats"])
    number = subscription["seats"][1]["subscriberNumber"]
    refused = (await world.ask(REMOVE, {"input": {"seatId": manager_seat}}, token=ana)).payload("removeSeat")
    assert refused["errors"] == [{"code": "MANAGER_REQUIRED", "path": ["seatId"]}]
    removed = (await world.ask(REMOVE, {"input": {"seatId": seat}}, token=ana)).done("removeSeat")
    assert removed["subscription"] == {"seatsUsed": 1}
    assert (await world.check(number))["reason"] == "SEAT_REMOVED"
    form = {"subscriptionId": subscription["id"], "users": [user("bob")], "idempotencyKey": world.fresh_key()}
    again = (await world.ask(ADD, {"input": form}, token=ana)).done("addSeats")["seats"][0]
    assert again["id"] != seat and again["subscriberNumber"] != number
    assert (await world.check(number))["reason"] == "SEAT_REMOVED"
    assert (await world.check(again["subscriberNumber"]))["eligible"]
    await world.tick()
    assert [letter.topic for letter in world.letters_to("bob")] == ["welcome", "seat_removed", "welcome"]


@pytest.mark.rule("R6")
@pytest.mark.rule("R22")
async def test_a_person_in_two_organisations(world: World) -> None:
    """One number each; but at one event a person has one discount, whichever number they give."""
    here = await world.subscribe("ana", "bob")
    there = await world.subscribe("zoe", "bob", name="Métropole de Bourg")
    numbers = [each["seats"][1]["subscriberNumber"] for each in (here, there)]
    assert numbers[0] != numbers[1]
    assert here["seats"][1]["person"]["id"] == there["seats"][1]["person"]["id"]
    await world.tick()
    bob = await world.sign_in_by_letter("bob")
    seats = (await world.ask("{ viewer { seats { subscriberNumber } } }", token=bob)).ok()["viewer"]["seats"]
    assert sorted(seat["subscriberNumber"] for seat in seats) == sorted(numbers)

    first = await world.redeem(numbers[0])
    assert first["errors"] == []
    assert (await world.redeem(numbers[1]))["check"]["reason"] == "ALREADY_REDEEMED"
    release = "mutation L($input: ReleaseDiscountInput!) { releaseDiscount(input: $input) { errors { code } } }"
    token = await world.key("DISCOUNTS_CHECK", "DISCOUNTS_REDEEM")
    form = {"input": {"redemptionId": first["redemption"]["id"]}}
    (await world.ask(release, form, token=token)).done("releaseDiscount")
    assert (await world.redeem(numbers[1]))["errors"] == []


@pytest.mark.rule("R22")
async def test_one_redemption_by_two_keys(world: World) -> None:
    """Two event systems share the event's reference: the second is refused, and cannot release what the first made."""
    number = (await world.subscribe("ana"))["seats"][0]["subscriberNumber"]
    tokens = [await world.key("DISCOUNTS_REDEEM", name=name) for name in ("desk", "web")]
    made = await world.redeem(number, token=tokens[0])
    assert made["errors"] == []
    assert (await world.redeem(number, token=tokens[1]))["check"]["reason"] == "ALREADY_REDEEMED"
    release = "mutation L($input: ReleaseDiscountInput!) { releaseDiscount(input: $input) { errors { code path } } }"
    form = {"input": {"redemptionId": made["redemption"]["id"]}}
    other = (await world.ask(release, form, token=tokens[1])).payload("releaseDiscount")
    assert other["errors"] == [{"code": "NOT_FOUND", "path": ["redemptionId"]}]
