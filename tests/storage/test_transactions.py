"""Transactions under ill luck: locked files, callers that give up, servers that cut the line. Nothing stays behind."""

import asyncio
import random
import sqlite3
import threading
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from tortoise import connections
from tortoise.exceptions import OperationalError

from capcom_gql.storage.engine import database as db
from capcom_gql.storage.tables import Event, Installation, Person, Plan
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.patience import LONG
from tests.services.aftermath import (
    POOL,
    all_ended,
    another_writer,
    is_free,
    nothing_stays_behind,
    open_transactions,
    pool_has_all_its_places,
)
from tests.storage.rows import an_event, write_person

SHORT_MS = 100


async def count_up() -> int:
    """Read a number, then write the next one."""
    read = await Installation.filter(id=1).select_for_update().get()
    await asyncio.sleep(0)
    await Installation.filter(id=1).update(clock_offset_us=read.clock_offset_us + 1)
    return int(read.clock_offset_us + 1)


@ONLY_SQLITE
async def test_a_file_that_stays_locked(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deed says so after its wait; this process reads all the while, and writes again once the file is free."""
    monkeypatch.setattr(db, "SQLITE_WAIT_MS", SHORT_MS)
    async with db.open_database(database_url):
        assert await db.in_one_transaction(count_up) == 1
        with another_writer(database_url):
            for _ in range(2):
                with pytest.raises(OperationalError, match="locked"):
                    await db.in_one_transaction(count_up)
                assert await Plan.all().count() == 3
            with pytest.raises(OperationalError, match="locked"):
                await write_person()
            several = await asyncio.gather(*(db.in_one_transaction(count_up) for _ in range(5)), return_exceptions=True)
            assert {type(each) for each in several} == {OperationalError}
        assert await db.in_one_transaction(count_up) == 2
        await write_person()
        assert (await Installation.get()).clock_offset_us == 2
    assert is_free(database_url)


@ONLY_SQLITE
async def test_a_file_that_is_locked_for_a_while(database: str) -> None:
    """Whoever writes waits, and whoever reads does not."""
    with another_writer(database) as other:
        deeds = [asyncio.create_task(db.in_one_transaction(count_up)) for _ in range(5)]
        lone = asyncio.create_task(write_person())
        await asyncio.sleep(0.1)
        for _ in range(10):
            assert await Plan.all().count() == 3
        assert not any(deed.done() for deed in deeds) and not lone.done()
        other.rollback()
    assert sorted(await asyncio.gather(*deeds)) == [1, 2, 3, 4, 5]
    await lone
    assert await Person.all().count() == 1


@ONLY_SQLITE
async def test_a_commit_that_fails(database: str) -> None:
    """Nothing of it is seen, by this process or another, and nobody is kept from writing."""

    async def orphan() -> None:
        await connections.get("default").execute_query("PRAGMA defer_foreign_keys = ON")
        event = an_event("org_nobodys")
        await event.save(force_create=True)

    with pytest.raises(sqlite3.IntegrityError):
        await db.in_one_transaction(orphan)
    assert is_free(database)
    assert await Event.all().count() == 0
    assert await db.in_one_transaction(count_up) == 1


async def test_a_transaction_that_does_not_open_gives_its_name_back(database: str) -> None:
    """What comes after it, in the same task, is outside of any transaction."""

    async def fail() -> None:
        raise LookupError

    outside = connections.get("default")
    with pytest.raises(LookupError):
        await db.in_one_transaction(fail)
    assert connections.get("default") is outside


async def tried_and_cancelled(deed: Callable[[], Awaitable[object]], times: int) -> int:
    """Begin it so often, some at once, and give up on each at a moment of its own; how many were begun."""
    chance = random.Random(times)
    begun = 0

    async def caller() -> None:
        nonlocal begun
        begun += 1
        await deed()

    for _ in range(times // 10):
        callers = [asyncio.create_task(caller()) for _ in range(10)]
        for each in callers:
            await asyncio.sleep(chance.choice((0, 0, 0.001, 0.002, 0.004)))
            each.cancel()
        await asyncio.wait(callers)
    return begun


async def test_callers_that_give_up(database: str) -> None:
    """A deed once begun is carried out in full, and leaves neither transaction nor connection behind."""
    await asyncio.gather(*(db.rows("SELECT 1") for _ in range(POOL)))
    begun = await tried_and_cancelled(lambda: db.in_one_transaction(count_up), 100)
    await all_ended()
    assert 50 < begun <= 100
    assert (await Installation.get()).clock_offset_us == begun
    if db.is_postgres():
        assert await open_transactions() == 0
    await nothing_stays_behind(database)


async def test_callers_that_give_up_on_reading(database: str) -> None:
    await tried_and_cancelled(Plan.all, 100)
    await all_ended()
    assert await Plan.all().count() == 3
    assert await db.in_one_transaction(count_up) == 1
    await nothing_stays_behind(database)


async def test_a_deed_whose_caller_has_gone_ends_before_the_database_closes(database_url: str) -> None:
    """A letter that was sent is noted as sent, though the server was told to stop in between."""
    began = asyncio.Event()

    async def deed() -> None:
        began.set()
        await asyncio.sleep(0.2)
        await count_up()

    async with db.open_database(database_url):
        caller = asyncio.create_task(db.in_one_transaction(deed))
        await began.wait()
        caller.cancel()
        await asyncio.wait({caller})
    async with db.open_database(database_url):
        assert (await Installation.get()).clock_offset_us == 1


@ONLY_SQLITE
async def test_a_deed_that_does_not_end_does_not_keep_the_database_open(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "ENDS_WITHIN", SHORT_MS / 1000)
    began, ends = asyncio.Event(), asyncio.Event()

    async def deed() -> None:
        await count_up()
        began.set()
        await ends.wait()

    async with asyncio.timeout(LONG):
        async with db.open_database(database_url):
            caller = asyncio.create_task(db.in_one_transaction(deed))
            await began.wait()
            caller.cancel()
            await asyncio.wait({caller})
    assert is_free(database_url)
    ends.set()
    await all_ended()
    async with db.open_database(database_url):
        assert (await Installation.get()).clock_offset_us == 0


async def cut_every_line(url: str) -> None:
    """End every other session of this database, as a restart of the server does."""
    other = await asyncpg.connect(url)
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await other.close()


@ONLY_POSTGRES
async def test_lines_cut_before_this_process_could_notice(database: str) -> None:
    """The deeds that find out are begun anew on other lines, and no place of the pool is lost."""
    await pool_has_all_its_places()
    cutter = threading.Thread(target=lambda: asyncio.run(cut_every_line(database)))
    cutter.start()
    cutter.join()
    counts = await asyncio.gather(*(db.in_one_transaction(count_up) for _ in range(POOL)))
    assert sorted(counts) == list(range(1, POOL + 1))
    await pool_has_all_its_places()


@ONLY_POSTGRES
async def test_lines_cut_in_the_middle_of_deeds(database: str) -> None:
    """What was being done is undone, and the pool has all its places."""
    inside = asyncio.Barrier(POOL + 1)

    async def deed() -> None:
        event = an_event()
        await event.save(force_create=True)
        await inside.wait()
        await asyncio.sleep(0.2)
        await Event.all().count()

    deeds = [asyncio.create_task(db.in_one_transaction(deed)) for _ in range(POOL)]
    await inside.wait()
    await cut_every_line(database)
    answers = await asyncio.gather(*deeds, return_exceptions=True)
    assert all(isinstance(answer, Exception) for answer in answers)
    assert await Event.all().count() == 0
    assert await db.in_one_transaction(count_up) == 1
    await pool_has_all_its_places()
