"""What a worker's turn costs when nothing is due, over a large network: `python -m tests.measure_empty_poll [COUNT]`.

In a PostgreSQL of its own, 1,000,000 subscriptions with a term each, whose next dates are spread over the coming year,
and as many letters sent; 1,000 letters wait for their next attempt, 10,000 for their day, and the steps of 100
subscriptions are put off. Prints, for every statement of a turn, what EXPLAIN (ANALYZE, BUFFERS) says, then the time of
whole turns. A few minutes, and 2 GB of disk.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import asyncpg

from capcom_gql.delivery import leases
from capcom_gql.delivery.leases import find_abandoned, queue_due
from capcom_gql.runtime import runtime_from
from capcom_gql.settings import load
from capcom_gql.storage.engine.database import migrate, open_database, rows
from capcom_gql.subscription import sweep
from tests.servers import Postgres

COUNT = 1_000_000
TURNS = 200

FILL = (
    # the constraints of each row are the tests' business
    "SET session_replication_role = replica",
    """INSERT INTO organisation (id, name, name_folded, search_folded, address_lines, country,
        chorus_engagement_required, created_at)
    SELECT 'org_' || n, 'Ville ' || n, 'ville ' || n, 'ville ' || n, '[]', 'FR', false, now()
    FROM generate_series(1, {count}) AS n""",
    """INSERT INTO subscription (id, organisation_id, due_at, leased_until, step_failures, created_at)
    SELECT 'sub_' || n, 'org_' || n,
        now() + CASE WHEN n <= 100 THEN interval '-1 hour' ELSE (1 + n % 365) * interval '1 day' END,
        CASE WHEN n <= 100 THEN now() + interval '1 day' END, CASE WHEN n <= 100 THEN 9 ELSE 0 END, now()
    FROM generate_series(1, {count}) AS n""",
    """INSERT INTO term (id, subscription_id, plan_id, plan_code, plan_name, seat_limit, price_minor, services,
        discounts, opened_at, starts_on, starts_at, ends_on, proof_due_on, terms_version, terms_accepted_at,
        confirmed_at, started_at)
    SELECT 'term_' || n, 'sub_' || n, plan.id, 'EQUIPE', plan.name, 5, 90000, plan.services, plan.discounts,
        now(), current_date, now(), current_date + 364, current_date + 15, '1', now(), now(), now()
    FROM generate_series(1, {count}) AS n, plan WHERE plan.code = 'EQUIPE'""",
    """INSERT INTO event (id, kind, actor_role, occurred_at, recorded_at, details)
    VALUES ('event_1', 'subscription.opened', 'SYSTEM', now(), now(), '{{}}')""",
    """INSERT INTO delivery (id, event_id, topic, channel, recipient, about, once_key, state, due_at, next_attempt_at,
        attempt, uncounted, crashes, created_at)
    SELECT 'delivery_' || n, 'event_1', 'welcome', 'email', n || '@ville.example', '{{}}', n::text,
        CASE WHEN n <= {count} THEN 'SENT' WHEN n <= {count} + 1000 THEN 'RETRYING' ELSE 'PENDING' END,
        CASE WHEN n <= {count} + 1000 THEN now() - interval '1 day' ELSE now() + interval '1 day' END,
        now() + interval '1 day', 1, 0, 0, now()
    FROM generate_series(1, {count} + 11000) AS n""",
    "SET session_replication_role = DEFAULT",
    "VACUUM ANALYZE",
)


async def fill(connection: asyncpg.Connection, count: int) -> None:
    """Write so many subscriptions, terms and letters into a migrated database."""
    for statement in FILL:
        await connection.execute(statement.format(count=count))


class Explained:
    """Gives what `rows` gives, having noted how each statement is carried out: by the plan for any parameters.

    That is the plan by which a connection goes on after a few times.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.lines: list[str] = []
        self._connection = connection

    async def __call__(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        self.lines += ["", f"  {' '.join(sql.split())}"]
        given = ", ".join(f"'{value}'" for value in parameters)
        await self._connection.execute(f"SET plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}")
        plan = await self._connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) EXECUTE asked({given})")
        self.lines += [f"      {line}" for (line,) in plan]
        await self._connection.execute("DEALLOCATE asked")
        return await rows(sql, parameters)


async def turn() -> None:
    """What a sweeper does in one turn, and finds nothing. The database is open."""
    assert await sweep.record_steps(runtime_from(load({}), ())) == 0
    assert await find_abandoned() == {}
    assert await queue_due() == {}


async def plans_of_a_turn(connection: asyncpg.Connection) -> list[str]:
    """How the statements of a turn are carried out."""
    explained = Explained(connection)
    with patch.object(sweep, "rows", explained), patch.object(leases, "rows", explained):
        await turn()
    return explained.lines


async def measure(server: Postgres, count: int) -> None:
    """Fill a database, then look at one turn and time many."""
    url = await server.create_database("capcom_empty_poll")
    await migrate(url)
    connection = await asyncpg.connect(url)
    began = time.monotonic()
    await fill(connection, count)
    print(f"{count:,} subscriptions with their terms and letters, written in {time.monotonic() - began:.0f} s")
    async with open_database(url):
        await turn()
        print(*await plans_of_a_turn(connection), sep="\n")
        await connection.close()
        times = []
        for _ in range(TURNS):
            started = time.perf_counter()
            await turn()
            times.append((time.perf_counter() - started) * 1000)
    print(f"\n{TURNS} turns: {statistics.median(times):.1f} ms at the median, {max(times):.1f} ms the longest")


def main() -> None:
    """Measure in a server that ends with this process."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with Postgres() as server:
        asyncio.run(measure(server, count))


if __name__ == "__main__":
    main()
