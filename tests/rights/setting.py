"""Setting the stage: the sign-ups, the tokens, and in their order the past and the list of everything."""

from datetime import timedelta

from capcom_gql import clock
from capcom_gql.access.sessions import open_session
from capcom_gql.access.tokens import hash_token
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import ApiKey, Person, Session
from tests.rights.inventory import list_everything
from tests.rights.past import play
from tests.rights.stage import Stage
from tests.rights.table import SCOPES
from tests.rights.verdicts import PERSONS, STAFF, Thing
from tests.world import SIRETS, SUBSCRIBE, World, user

PHONES = {
    name: f"+3361234560{place}"
    for place, name in enumerate(("ana", "bob", "cleo", "dan", "mia", "max", "bel", "cid", "rex"))
}


async def set_stage(world: World) -> Stage:
    """Set everything up, through the door wherever there is a door."""
    stage = Stage(world)
    for name in ("dora", "dina", "dede"):
        unpaid = await world.subscribe(name, name=f"Ville de {name}")
        stage.unpaid[unpaid["currentTerm"]["id"]] = unpaid["organisation"]["id"]
    await _sign_up(stage, "C", SIRETS[2], "mia", "cid", "rex")
    await world.advance(days=20)
    await world.tick()
    await _sign_up(stage, "A", SIRETS[0], "ana", "bob", "cleo", "dan", "mia")
    await _sign_up(stage, "B", SIRETS[1], "max", "bel", by_staff=False)
    await _give_tokens(stage)
    await _read_seats(stage)
    await play(stage)
    await _spoil_tokens(stage)
    await list_everything(stage)
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
        state = await stage.world.state(organisation)
        stage.terms[letter] = state["terms"][-1]["id"]
        for seat in state["seats"]:
            name = seat["person"]["email"].partition("@")[0]
            stage.seats[f"{name} at {letter}"] = seat["id"]
            stage.numbers[f"{name} at {letter}"] = seat["subscriberNumber"]


async def _spoil_tokens(stage: Stage) -> None:
    """Tokens that were good once, and two that never were."""
    world, past = stage.world, clock.utc_now() - timedelta(seconds=1)
    for spoilt in ("revoked key", "expired key"):
        stage.bad_tokens[spoilt] = await _new_key(stage, spoilt, "ADMIN")
    await stage.do("revokeApiKey", {"apiKeyId": stage.keys["revoked key"]}, stage.tokens[STAFF.name])
    await ApiKey.filter(id=stage.keys["expired key"]).update(expires_at=past)

    manager = await stage.person(PERSONS[1])
    stage.bad_tokens["expired session"] = (await open_session(manager)).access_token
    await Session.filter(token_hash=hash_token(stage.bad_tokens["expired session"])).update(expires_at=past)
    stage.bad_tokens["signed out"] = (await open_session(manager)).access_token
    out = await world.ask("mutation { signOut { signedOut errors { code } } }", token=stage.bad_tokens["signed out"])
    assert out.done("signOut")["signedOut"] is True
    stage.bad_tokens["never given"] = "x" * 43
    stage.bad_tokens["a key that does not check"] = "cck_live_" + "x" * 40
