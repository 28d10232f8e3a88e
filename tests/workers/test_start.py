"""A worker starts light: it imports nothing of the API, and no driver of a broker that it does not use."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import outside

OF_THE_API = {"starlette", "strawberry", "graphql", "uvicorn", "typer", "rich", "click"}
LOOK = """
import json, sys
import capcom_gql.workers.start
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize(
    ("broker", "drivers"), [("", set()), ("redis://127.0.0.1:1", {"redis"}), ("amqp://127.0.0.1:1", {"pika"})]
)
def test_what_a_worker_imports(broker: str, drivers: set[str], tmp_path: Path) -> None:
    kept = outside()
    env = kept | {"CAPCOM_BROKER_URL": broker, "CAPCOM_DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", LOOK], env=env, capture_output=True, text=True, check=True)
    imported = set(json.loads(done.stdout))
    assert "dramatiq" in imported
    assert imported & OF_THE_API == set()
    assert imported & {"redis", "pika"} == drivers
