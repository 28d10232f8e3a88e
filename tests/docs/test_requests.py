"""The requests of the README, the tour and the two guides: each is sent, and answered as printed under it."""

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest_asyncio

from tests.databases import ONLY_SQLITE
from tests.docs.dialogue import Dialogue, curl, turns
from tests.docs.pages import page
from tests.world import World, world_on

pytestmark = ONLY_SQLITE

LANGUAGES = ("graphql", "json", "console")
NUMBER = "CP 4071 8823 9056 1227"
SUBSCRIPTION = "sub_01m83sk8vce3e959evq12r4dbt"
PASSWORD = "quatre petits chevaux gris"
PAGES = {path: page(path) for path in ("README.md", "docs/tour.md", "docs/api-guide.md", "docs/event-systems.md")}
BLOCKS = tuple(block for each in PAGES.values() for block in each.blocks if block.language in LANGUAGES)
"""Whatever is sent, and answered."""
EVENT_SYSTEM = ("DISCOUNTS_CHECK", "DISCOUNTS_REDEEM", "SERVICES_CHECK")


@pytest_asyncio.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The application on a fresh database, on the day of the examples."""
    async with world_on(database_url, tmp_path / "data") as made:
        yield made


@pytest_asyncio.fixture
async def town(world: World) -> Dialogue:
    """The town of the guides: signed up today, with Ana as its manager and the printed number as Bob's."""
    subscription = await world.subscribe("ana", "bob", "cleo", "dan")
    await world.tick()
    tokens = {
        "manager": await world.sign_in_by_letter("ana", PASSWORD),
        "staff": await world.staff(),
        "event system": await world.key(*EVENT_SYSTEM),
    }
    number = world.letters_to("bob", "welcome")[0].number
    return Dialogue(world, tokens, {NUMBER: number, SUBSCRIPTION: subscription["id"]})


async def test_the_readme(town: Dialogue) -> None:
    ((request, answer),) = turns(PAGES["README.md"].blocks)
    await town.ask(request, answer)


async def test_the_tour(world: World) -> None:
    requests = list(turns(PAGES["docs/tour.md"].blocks))
    assert len(requests) == 6
    dialogue = Dialogue(world, {"event system": await world.key(*EVENT_SYSTEM)})
    for turn, (request, answer) in enumerate(requests):
        if turn == 1:
            await world.tick()
            await world.sign_in_by_letter("bob@rochebrune.example", PASSWORD)
        if turn == 5:
            await world.on(date(2027, 3, 17))
        await dialogue.ask(request, answer, asker="event system" if turn > 1 else "nobody")
    mailed = world.letters_to("bob@rochebrune.example", "welcome")[0].number
    assert dialogue.known[NUMBER] == mailed, "the number that Bob reads signed in is that of his mail"
    await world.tick()
    assert world.letters_to("bob@rochebrune.example", "cancelled")


async def test_the_guide_to_the_api(town: Dialogue) -> None:
    requests = list(turns(PAGES["docs/api-guide.md"].blocks))
    assert len(requests) == 5
    for request, answer in requests:
        await town.ask(request, answer)
        if "idempotencyKey" in request.text:
            # sent again, it changes nothing more
            await town.ask(request, answer)


async def test_the_first_request_of_the_guide_as_curl_sends_it(world: World) -> None:
    (block,) = [each for each in BLOCKS if each.language == "console"]
    command, _, printed = block.text.removeprefix("$ ").partition("\n")
    sent = curl(command)
    assert sent.url == "http://127.0.0.1:8000/graphql"
    response = await world.client.post("/graphql", content=sent.body, headers=sent.headers)
    assert response.json() == json.loads(printed)


async def test_the_guide_for_event_systems(town: Dialogue) -> None:
    requests = list(turns(PAGES["docs/event-systems.md"].blocks))
    assert len(requests) == 6
    for request, answer in requests:
        if "TO_REINVOICE" in request.text:
            await town.world.redeem(
                town.known[NUMBER],
                token=town.tokens["event system"],
                registrationReference="R-1025",
                priceMinor=24900,
            )
            await town.world.on(date(2027, 3, 17))
        await town.ask(request, answer)
