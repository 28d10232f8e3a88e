"""`capcom migrate` and `capcom schema`."""

import asyncio


def migrate() -> None:
    """Bring the database to this version; any number of processes may ask at once."""
    from capcom_gql.cli.screen import note
    from capcom_gql.settings import load
    from capcom_gql.storage.database import migrate as bring_up_to_date
    from capcom_gql.storage.installation import database_url

    asyncio.run(bring_up_to_date(database_url(load())))
    note("the database is that of this version")


def schema() -> None:
    """Print the API's schema in the schema definition language."""
    from capcom_gql.cli.screen import show
    from capcom_gql.graphql.schema import sdl

    show(sdl().rstrip("\n"))
