"""The API in process, as strangers reach it."""

from collections.abc import AsyncIterator

import pytest

from capcom_gql.settings import Settings
from tests.graphql.api import Api, api_with


@pytest.fixture
async def api(database: str) -> AsyncIterator[Api]:
    """The API on the engine under test, with the limits of a new installation."""
    async with api_with(Settings()) as served:
        yield served
