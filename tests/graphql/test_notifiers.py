"""The channels of a server, as its staff read them: the good ones, and the plugins that could not be loaded."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from capcom_gql.domain.rights import Scope
from capcom_gql.graphql.http import graphql_app
from capcom_gql.notifiers import loader
from capcom_gql.runtime import runtime_of
from capcom_gql.settings import load
from tests.graphql.api import Api, codes

NOTIFIERS = "{ notifiers { name distribution version state reason addressKind configSchema } }"
PAGER = """
from pydantic import BaseModel, SecretStr
from capcom_gql.plugin import Message, Notifier, Sent, hookimpl

class Config(BaseModel):
    key: SecretStr

class Pager(Notifier):
    name = "pager"
    address_kind = "pager"
    Config = Config

    def send(self, message: Message) -> Sent:
        return Sent()

@hookimpl
def capcom_notifiers():
    return [Pager]
"""


@pytest.fixture
async def api(database: str, tmp_path: Path) -> AsyncIterator[Api]:
    """The API with a channel that lacks a setting, and a plugin that cannot be imported."""
    (tmp_path / "pager.py").write_text(PAGER)
    (tmp_path / "broken.py").write_text("import nothing_of_the_kind\n")
    settings = load({"CAPCOM_PLUGINS_DIR": str(tmp_path), "CAPCOM_DATA_DIR": str(tmp_path / "data")})
    registry, woken = loader.load(settings), asyncio.Event()
    try:
        runtime = runtime_of(settings, registry)
        transport = httpx2.ASGITransport(graphql_app(runtime, settings, woken, registry.entries))
        async with httpx2.AsyncClient(transport=transport, base_url="http://api.example") as client:
            yield Api(client, runtime, woken)
    finally:
        registry.close()


async def test_staff_read_each_channel_and_why_it_does_not_deliver(api: Api) -> None:
    told = (await api.data(NOTIFIERS, await api.staff()))["notifiers"]
    found = {each["name"]: each for each in told}
    assert found["mailbox"]["state"] == "ACTIVE"
    assert found["mailbox"]["distribution"] == "capcom-gql"
    assert found["mailbox"]["reason"] is None
    assert found["pager"]["state"] == "UNCONFIGURED"
    assert "CAPCOM_NOTIFY__PAGER__KEY" in found["pager"]["reason"]
    assert found["pager"]["addressKind"] == "pager"
    assert found["pager"]["configSchema"]["properties"]["key"]["writeOnly"] is True
    assert (found["broken"]["state"], found["broken"]["configSchema"]) == ("FAILED", {})
    assert "nothing_of_the_kind" in found["broken"]["reason"]


async def test_others_do_not(api: Api) -> None:
    token = await api.key(Scope.NOTIFICATIONS_WRITE)
    answer = await api.ask(NOTIFIERS, token)
    assert answer["data"] == {"notifiers": None}
    assert codes(answer) == [("FORBIDDEN", ["notifiers"])]
