"""A busy life, seen by a webhook endpoint of the operator's: each event once, and each as its JSON Schema says."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from capcom_gql import clock
from capcom_gql.domain.endpoints import WARN_AFTER
from capcom_gql.domain.event_schemas import document
from capcom_gql.domain.events import EVENTS, Kind
from capcom_gql.languages.catalogues import catalogue
from capcom_gql.languages.locales import ENGLISH
from capcom_gql.storage.tables import Event, WebhookEndpoint
from tests.services.receiving import URL, install_in, received_in
from tests.story import Story
from tests.world import SIRETS, World, world_on


@pytest_asyncio.fixture
async def listened_world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The application with a channel to web addresses."""
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    install_in(plugins, tmp_path)
    more = {"PLUGINS_DIR": str(plugins), "PLUGINS_IN_PROCESS": "hook", "PLUGINS_DISABLED": "webhook"}
    async with world_on(database_url, tmp_path / "data", **more) as made:
        yield made


async def do(world: World, deed: str, token: str | None, shape: str = "", **form: Any) -> dict[str, Any]:
    """Have a deed done through the door."""
    named = f"{deed[0].upper()}{deed[1:]}Input"
    asked = f"mutation ($input: {named}!) {{ {deed}(input: $input) {{ {shape} errors {{ code path }} }} }}"
    return (await world.ask(asked, {"input": form}, token=token)).payload(deed)


@pytest.mark.rule("R21")
async def test_every_event_arrives_once_and_is_valid(listened_world: World, tmp_path: Path) -> None:
    world = listened_world
    staff = await world.staff()
    made = await do(world, "createWebhookEndpoint", staff, "endpoint { id } secret", url=URL, kinds=[])
    assert made["errors"] == []

    story, other = await begin(world)
    await work_on_the_list(story)
    await use_discounts(world, story, other)
    await look_after_people(world, story)
    await live(world, story, other)
    await do(
        world,
        "publishTerms",
        await world.staff(),
        "terms { version }",
        version="2",
        url="https://capcom.example/terms/2",
    )
    await trouble_endpoints(world)

    told = received_in(tmp_path)
    schema = document(catalogue(ENGLISH, "events"))
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for each in told:
        validator.validate(each.payload)
        assert set(each.payload["data"]["details"]) == set(EVENTS[Kind(each.topic)].details)
    assert {each.topic for each in told} == set(Kind), "let the story above bring about every kind"
    arrived = [each.payload["data"]["id"] for each in told if each.address == URL]
    assert sorted(arrived) == sorted(await Event.all().values_list("id", flat=True))
    assert {key for each in told if each.address == URL for key in each.keys} == {made["secret"]}


async def begin(world: World) -> tuple[Story, Story]:
    """Two subscriptions, of which one is not paid in time; and an organisation that is perhaps there already."""
    story = await Story.begin(world, "ana", "bob", "cleo", "dan")
    other = await Story.begin(world, "max", "mia", paid=False, name="Pays de Caux", organisation={"siret": SIRETS[0]})
    await world.subscribe("zoe")
    return story, other


async def work_on_the_list(story: Story) -> None:
    await story.add("eve")
    await story.remove("dan")
    await story.replace("cleo", "fay")
    await story.hand_over("bob")
    await story.hand_over("ana", by=await story.world.staff())
    form = {"name": "Ville de Rochebrune", "addressLines": ["2 place de la Mairie"]}
    await do(story.world, "updateOrganisation", story.manager, organisationId=story.organisation, organisation=form)
    await story.erase("eve")


async def use_discounts(world: World, story: Story, other: Story) -> None:
    desk = await world.key("DISCOUNTS_CHECK", "DISCOUNTS_REDEEM")
    used = (await world.redeem(story.numbers["bob"]))["redemption"]
    assert (await world.redeem(other.numbers["mia"]))["errors"] == []
    assert (await do(world, "releaseDiscount", desk, redemptionId=used["id"]))["errors"] == []


async def look_after_people(world: World, story: Story) -> None:
    staff = await world.staff()
    await do(world, "requestPassword", None, email="bob@ville.example")
    await world.tick()
    await world.sign_in_by_letter("bob")
    await do(world, "requestPassword", None, email="bob@ville.example")
    await world.tick()
    bob = await world.sign_in_by_letter("bob", "cinq grands bateaux rouges")
    await do(world, "changeEmail", bob, email="robert@ville.example")
    fay = (await story.seat("fay"))["person"]["id"]
    await do(world, "changeEmail", staff, personId=fay, email="fay.silva@ville.example")
    check = {"subscriberNumber": story.numbers["bob"], "eventKind": "FORUM"}
    opened = await do(world, "openSupportRequest", bob, "request { id }", message="No?", check=check)
    await do(world, "closeSupportRequest", staff, requestId=opened["request"]["id"], answer="Yes.")
    key = await do(world, "createApiKey", staff, "apiKey { id }", name="x", scopes=["EVENTS_READ", "ADMIN"])
    plan = {"code": "PETIT", "name": "Petit", "seatLimit": 3, "priceMinor": 50_000, "services": [], "discounts": []}
    await do(world, "savePlan", staff, "plan { id }", **plan)
    await do(world, "revokeApiKey", staff, apiKeyId=key["apiKey"]["id"])


async def live(world: World, story: Story, other: Story) -> None:
    """The other is reminded, cancelled, reinstated, and ends; this one is declined, renewed after all, begins anew."""
    await story.at("2027-03-11 09:00")
    await story.at("2027-03-17 09:00")
    again = world.form("sig", organisation={"siret": SIRETS[0]})
    refused = await do(world, "subscribe", None, **again)
    assert [error["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    await other.reinstate(await other.term(0))
    await story.at("2028-01-29 09:00")
    # an outage: the first reminder is passed over
    await story.at("2028-02-15 09:00")
    await story.decline("No budget.")
    term = await story.term(0)
    await story.renew()
    await story.pay()
    await story.answer_survey("ana", story.manager, term)
    await story.at("2028-03-01 09:00")


async def trouble_endpoints(world: World) -> None:
    """One is disabled by hand, another has been failing for a day."""
    staff = await world.staff()
    for name in ("disabled", "failing"):
        made = await do(
            world, "createWebhookEndpoint", staff, "endpoint { id }", url=f"{URL}/{name}", kinds=["key.created"]
        )
        if name == "disabled":
            await do(world, "updateWebhookEndpoint", staff, endpointId=made["endpoint"]["id"], isEnabled=False)
    since = clock.utc_now() - WARN_AFTER - timedelta(seconds=1)
    await WebhookEndpoint.filter(url=f"{URL}/failing").update(failing_since=since)
    await world.tick()
    await world.tick()
