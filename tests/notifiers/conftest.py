from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from capcom_gql.plugin import Message
from tests.notifiers.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def message() -> Message:
    return Message(
        id="dlv_01jx",
        topic="welcome",
        address="ana@ville.example",
        locale="fr",
        subject="Bienvenue à Évreux",
        text="Bonjour Ana\n",
        html="<p>Bonjour Ana</p>",
        payload={"type": "seat.added"},
        sent_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        attempt=2,
    )
