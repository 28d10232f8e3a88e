"""What commands need to carry out a deed: who does it, and the installation that it is done in."""

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from capcom_gql.domain.rights import Actor

if TYPE_CHECKING:
    from capcom_gql.runtime import Runtime
    from capcom_gql.settings import Settings

# Whoever may run commands on the database may do what staff may; events say SYSTEM did it.
COMMAND_LINE = Actor(is_staff=True, is_system=True)


@contextlib.asynccontextmanager
async def installation(settings: "Settings") -> "AsyncIterator[Runtime]":
    """The database, open, with the channels of this installation: a deed may have letters and endpoints to write to.

    Raises what `cli.database.database` does.
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
