"""The stage: four organisations with everything that the API can show of them, and a token for every caller.

A is managed by ana, with bob, cleo, mia and once dan; B by max, with bel, its proof still awaited; C by mia, with cid
and once rex; D was cancelled unpaid. Each fact about an object (whose it is, who made it) is what the stage itself did.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from capcom_gql import clock
from capcom_gql.services.sessions import open_session
from capcom_gql.services.tokens import hashed
from capcom_gql.storage.access import ApiKey, Session
from capcom_gql.storage.models import Event, Note, Person
from capcom_gql.storage.product_clock import product_now
from tests.rights.table import SCOPES
from tests.rights.verdicts import ANONYMOUS, PERSONS, STAFF, Caller, Thing
from tests.world import SIRETS, SUBSCRIBE, World, user

PHONES = {
    name: f"+3361234560{place}"
    for place, name in enumerate(("ana", "bob", "cleo", "dan", "mia", "max", "bel", "cid", "rex"))
}

EVERYTHING = """
query Everything {
  organisations(first: 100) { nodes {
    id name
    subscription {
      id
      terms { id proof { id } }
      seats(includeRemoved: true) { id isActive isManager subscriberNumber person { id email } }
    }
  } }
  redemptions(first: 100) { nodes { id organisation { id } seat { person { email } } registrationReference } }
  events(first: 100) { pageInfo { hasNextPage } nodes { id organisation { id } } }
  plans { id }
}
"""
REMOVE = "mutation Remove($input: RemoveSeatInput!) { removeSeat(input: $input) { errors { code } } }"
RELEASE = "mutation Release($input: ReleaseDiscountInput!) { releaseDiscount(input: $input) { errors { code } } }"
REVOKE = "mutation Revoke($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { errors { code } } }"


@dataclass
class Stage:
    """The world as it was set, with what the tests need to know of it."""

    world: World
    tokens: dict[str, str] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """subscriber numbers by "name at organisation", as in "bob at A" """
    seats: dict[str, str] = field(default_factory=dict)
    """ids of seats, likewise"""
    organisations: dict[str, str] = field(default_factory=dict)
    subscriptions: dict[str, str] = field(default_factory=dict)
    redemptions: dict[str, str] = field(default_factory=dict)
    """ids of redemptions by "maker at organisation" """
    keys: dict[str, str] = field(default_factory=dict)
    """ids of API keys by their scope"""
    bad_tokens: dict[str, str] = field(default_factory=dict)
    past_token: str = ""
    """of a key that checks discounts and reads events"""
    earlier: datetime = field(default_factory=clock.utc_now)
    """by the product's clock: after everything was set, an hour before the tests"""

    def token(self, caller: Caller) -> str | None:
        """The bearer token of a caller."""
        return None if caller is ANONYMOUS else self.tokens[caller.name]

    async def person(self, caller: Caller) -> Person:
        """The row of a caller who is a person."""
        return await Person.get(email_key=caller.email)

    def add(self, thing: Thing) -> None:
        """Put an object on the list of those that the tests walk."""
        self.things[thing.id] = thing

    def of(self, type_name: str) -> Iterable[Thing]:
        """The objects of a type."""
        return (thing for thing in self.things.values() if thing.type == type_name)


async def set_stage(world: World) -> Stage:
    """Set everything up, through the door wherever there is a door."""
    stage = Stage(world)
    await world.subscribe("dora", name="Ville de Dormans")
    await world.advance(days=20)
    await world.tick()
    await _sign_up(stage, "A", SIRETS[0], "ana", "bob", "cleo", "dan", "mia")
    await _sign_up(stage, "B", SIRETS[1], "max", "bel", by_staff=False)
    await _sign_up(stage, "C", SIRETS[2], "mia", "cid", "rex")
    await _give_tokens(stage)
    await _read_seats(stage)
    await _deeds(stage)
    await _spoil_tokens(stage)
    await _list(stage)
    stage.earlier = await product_now()
    await world.advance(hours=1)
    return stage


async def _sign_up(stage: Stage, letter: str, siret: str, *names: str, by_staff: bool = True) -> None:
    world = stage.world
    form = world.form(
        *names,
        plan="COLLECTIF",
        name=f"Ville {letter}",
        organisation={
            "siret": siret,
            "kind": "commune",
            "billingEmail": f"factures@{letter.lower()}.example",
            "chorusServiceCode": f"SVC-{letter}",
            "chorusEngagementRequired": True,
        },
        users=[user(name, jobTitle=f"Title of {name}", phone=PHONES[name]) for name in names],
    )
    token = await world.staff() if by_staff else None
    subscription = (await world.ask(SUBSCRIBE, {"input": form}, token=token)).done("subscribe")["subscription"]
    stage.subscriptions[letter] = subscription["id"]
    stage.organisations[letter] = subscription["organisation"]["id"]
    for name in names:
        elsewhere = [{"kind": "matrix", "value": f"@{name}:ville.example"}]
        await Person.filter(email_key=f"{name}@ville.example").update(addresses=elsewhere)


async def _give_tokens(stage: Stage) -> None:
    """A session for each person, a key for each scope, all of them used once."""
    world = stage.world
    for caller in PERSONS:
        stage.tokens[caller.name] = (await open_session(await stage.person(caller))).access_token
    stage.tokens[STAFF.name] = await world.staff()
    for scope in SCOPES:
        stage.tokens[scope] = await _new_key(stage, scope, scope)
    stage.past_token = await _new_key(stage, "desk that looks back", "DISCOUNTS_CHECK", "EVENTS_READ")
    for token in (*stage.tokens.values(), stage.past_token):
        assert (await world.ask("{ __typename }", token=token)).ok() == {"__typename": "Query"}


async def _new_key(stage: Stage, name: str, *scopes: str) -> str:
    secret = await stage.world.key(*scopes, name=name)
    stage.keys[name] = (await ApiKey.get(name=name)).id
    stage.add(Thing("ApiKey", stage.keys[name]))
    return secret


async def _read_seats(stage: Stage) -> None:
    for letter, organisation in stage.organisations.items():
        for seat in (await stage.world.state(organisation))["seats"]:
            name = seat["person"]["email"].partition("@")[0]
            stage.seats[f"{name} at {letter}"] = seat["id"]
            stage.numbers[f"{name} at {letter}"] = seat["subscriberNumber"]


async def _deeds(stage: Stage) -> None:
    """Proofs, redemptions by several callers, a release, removals, a note."""
    world, staff = stage.world, stage.tokens[STAFF.name]
    for letter in "AC":
        assert (await world.record_proof(stage.subscriptions[letter]))["errors"] == []
    for maker, holder in (
        ("DISCOUNTS_REDEEM", "bob at A"),
        ("ADMIN", "mia at A"),
        (STAFF.name, "cleo at A"),
        ("ADMIN", "cid at C"),
        ("DISCOUNTS_REDEEM", "mia at C"),
    ):
        made = await world.redeem(
            stage.numbers[holder],
            f"forum of {holder}",
            token=stage.tokens[maker],
            registrationReference=f"{maker}/{holder}",
        )
        assert made["errors"] == [] and made["redemption"] is not None
        stage.redemptions[f"{maker} at {holder[-1]}"] = made["redemption"]["id"]
    released = {"input": {"redemptionId": stage.redemptions["staff at A"]}}
    (await world.ask(RELEASE, released, token=staff)).done("releaseDiscount")
    for seat in ("dan at A", "rex at C"):
        (await world.ask(REMOVE, {"input": {"seatId": stage.seats[seat]}}, token=staff)).done("removeSeat")
    confirmed = await Event.get(kind="term.confirmed", organisation_id=stage.organisations["A"])
    await Note.create(event_id=confirmed.id, text="Recorded by telephone.")


async def _list(stage: Stage) -> None:
    """Every object there is, with whose it is."""
    found = (await stage.world.ask(EVERYTHING, token=stage.tokens[STAFF.name])).ok()
    assert not found["events"]["pageInfo"]["hasNextPage"], "the stage holds more events than one page"
    letters = {id_: letter for letter, id_ in stage.organisations.items()}
    people: dict[str, dict[str, Any]] = {}
    for organisation in found["organisations"]["nodes"]:
        letter = letters.setdefault(organisation["id"], "D")
        _list_organisation(stage, organisation, frozenset(letter), people)
    for id_, known in people.items():
        stage.add(Thing("Person", id_, frozenset(known["seated"]), known["name"], frozenset(known["manages"])))
    signer = await Person.get(email_key="sig@ville.example")
    stage.add(Thing("Person", signer.id, holder="sig"))
    for redemption in found["redemptions"]["nodes"]:
        maker = redemption["registrationReference"].partition("/")[0]
        holder = redemption["seat"]["person"]["email"].partition("@")[0]
        at = frozenset(letters[redemption["organisation"]["id"]])
        stage.add(Thing("Redemption", redemption["id"], at, holder, maker=maker))
    for event in found["events"]["nodes"]:
        at = frozenset() if event["organisation"] is None else frozenset(letters[event["organisation"]["id"]])
        stage.add(Thing("Event", event["id"], at))
    for plan in found["plans"]:
        stage.add(Thing("Plan", plan["id"]))


def _list_organisation(
    stage: Stage, organisation: dict[str, Any], at: frozenset[str], people: dict[str, dict[str, Any]]
) -> None:
    subscription = organisation["subscription"]
    stage.add(Thing("Organisation", organisation["id"], at))
    stage.add(Thing("OrganisationSubscription", subscription["id"], at))
    for term in subscription["terms"]:
        stage.add(Thing("Term", term["id"], at))
        if term["proof"] is not None:
            stage.add(Thing("PaymentProof", term["proof"]["id"], at))
    for seat in subscription["seats"]:
        name = seat["person"]["email"].partition("@")[0]
        # who was removed holds nothing any more
        holder = name if seat["isActive"] else None
        shown_in = at if seat["isManager"] else frozenset()
        stage.add(Thing("Seat", seat["id"], at, holder, shown_in))
        known = people.setdefault(seat["person"]["id"], {"name": name, "seated": set(), "manages": set()})
        known["seated"] |= at
        known["manages"] |= shown_in


async def _spoil_tokens(stage: Stage) -> None:
    """Tokens that were good once, and two that never were."""
    world, past = stage.world, clock.utc_now() - timedelta(seconds=1)
    for spoilt in ("revoked key", "expired key"):
        stage.bad_tokens[spoilt] = await _new_key(stage, spoilt, "ADMIN")
    revoked = {"input": {"apiKeyId": stage.keys["revoked key"]}}
    (await world.ask(REVOKE, revoked, token=stage.tokens[STAFF.name])).done("revokeApiKey")
    await ApiKey.filter(id=stage.keys["expired key"]).update(expires_at=past)

    manager = await stage.person(PERSONS[1])
    stage.bad_tokens["expired session"] = (await open_session(manager)).access_token
    await Session.filter(token_hash=hashed(stage.bad_tokens["expired session"])).update(expires_at=past)
    stage.bad_tokens["signed out"] = (await open_session(manager)).access_token
    out = await world.ask("mutation { signOut { signedOut errors { code } } }", token=stage.bad_tokens["signed out"])
    assert out.done("signOut")["signedOut"] is True
    stage.bad_tokens["never given"] = "x" * 43
    stage.bad_tokens["a key that does not check"] = "cck_live_" + "x" * 40
