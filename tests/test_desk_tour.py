"""The README's day at the desk is what happens: each command and request, in order, says what is printed under it."""

import json
import re
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests import desk
from tests.databases import ONLY_SQLITE
from tests.desk import Desk
from tests.test_readme import BLOCK, README
from tests.world import world_on

pytestmark = ONLY_SQLITE
PROGRAM = "$ capcom "
LEFT_OUT = "..."
ID = re.compile(r"[a-z]+_[0-9a-z]{26}")

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
    """Every command says the lines that are printed, every request gives its answer; only ids are this run's own."""
    blocks = BLOCK.findall(_written())
    assert [kind for kind, _ in blocks] == ["console", *["graphql", "json"] * 3, "console", "graphql", "json"]
    ids: dict[str, str] = {}
    for (kind, text), (_, answer) in pairwise([*blocks, ("", "")]):
        if kind == "console":
            _run(at, text, tmp_path)
        elif kind == "graphql":
            if "supportRequests(" in text:
                await _an_imported_manager_writes(at)
            said = await at.ask(_with(ids, text))
            ids |= _learnt(json.loads(answer), said)
            assert said == json.loads(_with(ids, answer))
            if "recordPaymentProof" in text:
                await _the_rest_of_the_forty(at)


def _written() -> str:
    found = re.search(r"^### A day at the desk\n(.*?)(?=^##)", README, re.MULTILINE | re.DOTALL)
    assert found, "the README has no day at the desk"
    return found.group(1)


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


def _with(ids: dict[str, str], text: str) -> str:
    """A printed text with the ids of this run in the place of its own."""
    return ID.sub(lambda found: ids.get(found.group(), found.group()), text)


def _learnt(printed: Any, said: Any) -> dict[str, str]:
    """The ids of an answer by those printed at their places, each of the same kind."""
    theirs, ours = (ID.findall(json.dumps(each, sort_keys=True)) for each in (printed, said))
    kinds = [[each.split("_", maxsplit=1)[0] for each in found] for found in (theirs, ours)]
    assert kinds[0] == kinds[1] and len(set(theirs)) == len(set(ours)), (printed, said)
    return dict(zip(theirs, ours, strict=True))
