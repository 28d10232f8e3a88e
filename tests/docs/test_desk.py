"""The day at the desk is what happens: each command and request, in order, answers what is printed under it."""

import re
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest_asyncio

from tests import desk
from tests.databases import ONLY_SQLITE
from tests.desk import Desk
from tests.docs.dialogue import Dialogue
from tests.docs.pages import page
from tests.world import world_on

pytestmark = ONLY_SQLITE
PROGRAM = "$ capcom "
LEFT_OUT = "..."
DAY = (*("The spreadsheet", "What is waiting?", "It is done", "New terms of use, and a larger plan", "In the evening"),)
BLOCKS = tuple(block for block in page("docs/desk.md").blocks if block.heading in DAY)
"""Whatever is run, and answered."""

DUE = """
{
  organisations(first: 39, filter: { proofDueBefore: "2027-03-22" }, orderBy: { field: PROOF_DUE_ON }) {
    nodes { subscription { id } }
  }
}
"""


@pytest_asyncio.fixture
async def at(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """The desk in the morning, with the spreadsheet as it came and a user's request."""
    async with world_on(database_url, tmp_path / "data") as world:
        desk.save(tmp_path, faulty=True)
        opened = await Desk.open(world, database_url, tmp_path)
        await opened.open_request(opened.bob, opened.rochebrune.numbers["bob"], "The Forum says we are cancelled.")
        yield opened


async def test_the_day_goes_as_written(at: Desk, tmp_path: Path) -> None:
    """Every command prints its lines, every request gives its answer; only ids are this run's own."""
    assert [each.language for each in BLOCKS] == ["console", *["graphql", "json"] * 3, "console", "graphql", "json"]
    dialogue = Dialogue(at.world, {"staff": await at.world.staff()})
    for block, answer in pairwise([*BLOCKS, BLOCKS[-1]]):
        if block.language == "console":
            _run(at, block.text, tmp_path)
        elif block.language == "graphql":
            if "supportRequests(" in block.text:
                await _an_imported_manager_writes(at)
            await dialogue.ask(block, answer, asker="staff")
            if "recordPaymentProof" in block.text:
                await _the_rest_of_the_forty(at)


def _run(at: Desk, text: str, folder: Path) -> None:
    """Run each command; what it says is what is printed, where `...` stands for one line or more."""
    for printed in text.split(PROGRAM)[1:]:
        command, *lines = printed.splitlines()
        refuses = any("refused: 12" in line for line in lines)
        done = at.commands.run(*command.split(), status=int(refuses))
        pattern = "".join("(.*\n)+" if line == LEFT_OUT else f"{re.escape(line)}\n" for line in lines)
        assert re.fullmatch(pattern, done.out + done.err), (command, done)
        if refuses:
            desk.save(folder, faulty=False)


async def _the_rest_of_the_forty(at: Desk) -> None:
    """Record the others whose order has come, the first due first, as the request above them does."""
    for place, each in enumerate((await at.ask(DUE))["organisations"]["nodes"], start=2):
        done = await at.world.record_proof(each["subscription"]["id"], reference=f"BC-2027-{place}")
        assert done["errors"] == []


async def _an_imported_manager_writes(at: Desk) -> None:
    ana = await at.imported_user(46)
    await at.open_request(ana, await at.number_of(ana), "The Forum does not know my number.")
