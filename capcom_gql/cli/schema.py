"""`capcom migrate` and `capcom schema`: the schema of the database, and that of the API."""

import asyncio
from typing import Annotated

import typer


def migrate() -> None:
    """Migrate the database to this version. Any number of processes may do so at the same time."""
    from capcom_gql.cli.screen import note
    from capcom_gql.settings import load
    from capcom_gql.storage.engine.database import migrate as migrate_database
    from capcom_gql.storage.installation import database_url

    asyncio.run(migrate_database(database_url(load())))
    note("the database is migrated to this version")


def schema(
    events: Annotated[
        bool, typer.Option("--events", help="Print the JSON Schema of the events that webhook endpoints get instead.")
    ] = False,
) -> None:
    """Print the API's schema in GraphQL's schema definition language, or the JSON Schema of webhook events."""
    from capcom_gql.cli.screen import show, show_json

    if events:
        from capcom_gql.domain.event_schemas import document
        from capcom_gql.languages.catalogues import catalogue
        from capcom_gql.languages.locales import ENGLISH

        show_json(document(catalogue(ENGLISH, "events")))
        return
    from capcom_gql.graphql.schema import sdl

    show(sdl().rstrip("\n"))
