"""A turn that finds nothing looks where something could be due, and not through the whole table."""

import asyncpg

from tests.databases import ONLY_POSTGRES
from tests.measure_empty_poll import fill, plans_of_a_turn


@ONLY_POSTGRES
async def test_the_tables_are_not_read_through(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await fill(connection, 20_000)
        plans = await plans_of_a_turn(connection)
    finally:
        await connection.close()
    scans = [line for line in plans if " Scan " in line]
    assert len(scans) == 3, "the steps, the letters left behind, the letters to hand over"
    assert [line for line in scans if "Index Scan using " not in line] == []
