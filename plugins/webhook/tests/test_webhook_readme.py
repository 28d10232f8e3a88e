"""The receiver of the README, run as it stands there, gets what the channel sends and nothing else."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from capcom_gql.plugin import Sent, Transient
from capcom_notify_webhook import Webhook, WebhookConfig

from .webhook_endpoint import PATIENCE
from .webhook_event import OLD_SECRET, SECRET, event
from .webhook_fixtures import a_host, a_webhook  # noqa: F401  found by pytest under their names

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The README's receiver with SECRET, and its URL."""
    (program,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(program.splitlines()) <= 18
    path = tmp_path / "receiver.py"
    path.write_text(program, encoding="utf-8")
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", str(path)],
        env={"PATH": os.environ["PATH"], "WEBHOOK_SECRET": SECRET, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            wait_for(port, process)
            yield f"http://127.0.0.1:{port}/", process
        finally:
            process.kill()


async def test_the_receiver_of_the_readme(webhook: Webhook, receiver: tuple[str, subprocess.Popen[str]]) -> None:
    url, process = receiver
    assert await webhook.send(event(url)) == Sent()
    assert await webhook.send(replace(event(url), id="dlv_rotating", keys=(OLD_SECRET, SECRET))) == Sent()
    with pytest.raises(Transient, match="answered 401"):
        await webhook.send(replace(event(url), id="dlv_forged", keys=(OLD_SECRET,)))
    process.kill()
    assert process.stdout is not None
    assert process.stdout.read() == "dlv_01jxq7 seat.added\ndlv_rotating seat.added\n"


def test_every_setting_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    for field in WebhookConfig.model_fields:
        assert f"`CAPCOM_NOTIFY__WEBHOOK__{field.upper()}`" in text


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(round(PATIENCE / 0.05)):
        assert process.poll() is None, "the receiver ended"
        with socket.socket() as attempt:
            attempt.settimeout(0.5)
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        # A bounded wait: the process is starting.
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("the receiver did not start")
