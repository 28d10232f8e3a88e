"""One PostgreSQL for all the workers of a run: gone with the last of them, and made again for who comes later."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from tests.one_postgres import one_postgres
from tests.patience import until
from tests.servers import EXTERNAL


def answers(url: str) -> bool:
    """Whether a server is there."""

    async def ask() -> None:
        await (await asyncpg.connect(url)).close()

    try:
        asyncio.run(ask())
    except (OSError, asyncpg.PostgresError):
        return False
    return True


def test_it_lasts_as_long_as_somebody_uses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EXTERNAL, raising=False)
    with one_postgres(tmp_path) as first:
        with one_postgres(tmp_path) as second:
            assert first.url() == second.url()
        assert answers(first.url())
    with one_postgres(tmp_path) as third:
        assert answers(third.url())
    until(lambda: not answers(third.url()), "its end")
