"""The README says what is true: its tour runs, its settings are all there, its commands are the two."""

import json
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest_asyncio

from capcom_gql.settings import Settings, variable
from tests.world import World, world_on

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBER = "CP 4071 8823 9056 1227"
PASSWORD = "quatre petits chevaux gris"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    """The text under a heading, up to the next of the same level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no section {title!r}"
    return found.group(1)


@pytest_asyncio.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The application on a fresh database, on the day of the README's examples."""
    async with world_on(database_url, tmp_path / "data") as made:
        yield made


async def test_the_tour_runs_as_written(world: World) -> None:
    """Every request of the tour, in order, gives the answer printed under it."""
    blocks = BLOCK.findall(section("A first tour"))
    requests = [text for kind, text in blocks if kind == "graphql"]
    answers = [json.loads(text) for kind, text in blocks if kind == "json"]
    assert len(requests) == len(answers) == 6
    key = await world.key("DISCOUNTS_CHECK", "DISCOUNTS_REDEEM")
    number = ""
    for turn, (request, printed) in enumerate(zip(requests, answers, strict=True)):
        if turn == 1:
            number = await read_the_mail(world)
        if turn == 5:
            await world.on(date(2027, 3, 17))
        token = key if turn > 1 else None
        said = await world.ask(request.replace(NUMBER, number) if number else request, token=token)
        assert shown(said.ok(), number) == printed
    await world.tick()
    assert world.letters_to("bob@rochebrune.example", "cancelled")


async def read_the_mail(world: World) -> str:
    """What the tour does in the browser: read Bob's mail, follow its link, choose the password."""
    await world.tick()
    letter = world.letters_to("bob@rochebrune.example", "welcome")[0]
    choose = "mutation C($input: ChoosePasswordInput!) { choosePassword(input: $input) { errors { code } } }"
    answer = await world.ask(choose, {"input": {"token": letter.token, "password": PASSWORD}})
    assert answer.payload("choosePassword")["errors"] == []
    return letter.number


def shown(data: Any, number: str) -> Any:
    """An answer with the README's number in the place of this run's."""
    text = json.dumps(data)
    return json.loads(text.replace(number, NUMBER) if number else text)


def test_every_setting_is_documented() -> None:
    """The table of settings names each one with its default's and its field's own words."""
    table = section("Settings")
    for name, declared in Settings.model_fields.items():
        shown_name = "CAPCOM_NOTIFY__<CHANNEL>__<FIELD>" if name == "notify" else variable(name)
        rows = [line for line in table.splitlines() if line.startswith(f"| `{shown_name}`")]
        assert len(rows) == 1, f"{shown_name} has {len(rows)} rows in the README"
        assert declared.description and declared.description in rows[0], shown_name
    named = re.findall(r"^\| `(CAPCOM_\w+)", table, re.MULTILINE)
    assert len(named) == len(Settings.model_fields)


def test_two_commands() -> None:
    """Exactly two set-up commands, one line each."""
    for title in ("Install and start", "Run all the tests"):
        commands = [text for kind, text in BLOCK.findall(section(title)) if kind == "sh"]
        assert len(commands) == 1 and commands[0].count("\n") == 1
    assert README.count("python3 -m venv") == 2


def test_the_chart_of_states_names_every_state() -> None:
    """The chart in the README speaks of every state of a term."""
    chart = section("The states of a subscription")
    assert all(state in chart for state in ("PROVISIONAL", "CONFIRMED", "UPCOMING", "CANCELLED", "ENDED", "EXPIRED"))


def test_every_door_leads_somewhere() -> None:
    """A link within the README names one of its headings, as GitHub and GitLab make anchors of them."""
    titles = re.findall(r"^##+ (.+)$", BLOCK.sub("", README), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    doors = re.findall(r"\]\(#([^)]+)\)", README)
    assert len(anchors) == len(titles) and len(doors) > 10
    assert [door for door in doors if door not in anchors] == []


def test_every_rule_is_found_where_the_table_says() -> None:
    """R1 to R24, each with a file that names it."""
    rows = re.findall(r"^\| (R\d+) \| .+ \| `(.+)` \|$", section("The rules"), re.MULTILINE)
    assert [rule for rule, _ in rows] == [f"R{number}" for number in range(1, 25)]
    for rule, file in rows:
        text = (ROOT / "capcom_gql" / file).read_text(encoding="utf-8")
        assert re.search(rf"\b{rule}\b", text), (rule, file)
