"""What a command of the command line needs to carry out a deed: the actor, and the runtime on an open database."""

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from capcom_gql.domain.rights import Actor

if TYPE_CHECKING:
    from capcom_gql.runtime import Runtime
    from capcom_gql.settings import Settings

COMMAND_LINE = Actor(is_staff=True, is_system=True)
"""The actor of the command line: anyone who can run it on the database may do what staff may. Events name SYSTEM."""


@contextlib.asynccontextmanager
async def installation(settings: "Settings") -> "AsyncIterator[Runtime]":
    """Open the database and load the channels, since a deed may write letters and events for endpoints.

    Raises what `cli.database.database` raises.
    """
    from capcom_gql.cli.database import database
    from capcom_gql.notifiers.loader import load
    from capcom_gql.runtime import close_channels, runtime_of

    registry = load(settings)
    try:
        async with database(settings):
            yield runtime_of(settings, registry)
    finally:
        await close_channels(registry)
