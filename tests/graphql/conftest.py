"""The API in process, on a real database of the test's own."""

from collections.abc import AsyncIterator

import pytest

from capcom_gql.settings import Settings
from tests.graphql.api import Api, api_with


@pytest.fixture
async def api(database: str) -> AsyncIterator[Api]:
    """The API on the engine under test, in development."""
    async with api_with(Settings()) as served:
        yield served


@pytest.fixture
async def generous_api(database: str) -> AsyncIterator[Api]:
    """The API on the engine under test, for operations that ask for far more objects than the default allows."""
    async with api_with(
        Settings(sign_ups_per_hour=1_000_000, operation_objects=1_000_000, operation_seconds=300)
    ) as served:
        yield served
