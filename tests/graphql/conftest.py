"""The API in process, on a real database of the test's own."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from capcom_gql.domain.letters import AddressKind, Channel
from capcom_gql.graphql.http import graphql_app
from capcom_gql.runtime import runtime_from
from capcom_gql.settings import Settings
from tests.graphql.api import Api


@pytest.fixture
async def api(database: str) -> AsyncIterator[Api]:
    """The API on the engine under test, in development."""
    settings = Settings()
    runtime = runtime_from(settings, (Channel("mailbox", AddressKind.EMAIL),))
    woken = asyncio.Event()
    transport = httpx2.ASGITransport(graphql_app(runtime, settings, woken), raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://api.example") as client:
        yield Api(client, runtime, woken)
