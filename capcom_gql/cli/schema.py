"""`capcom migrate` and `capcom schema`."""

import asyncio
from typing import Annotated

import typer


def migrate() -> None:
    """Bring the database to this version; any number of processes may ask at once."""
    from capcom_gql.cli.screen import note
    from capcom_gql.settings import load
    from capcom_gql.storage.engine.database import migrate as bring_up_to_date
    from capcom_gql.storage.installation import database_url

    asyncio.run(bring_up_to_date(database_url(load())))
    note("the database is that of this version")


def schema(
    events: Annotated[
        bool, typer.Option("--events", help="Print the JSON Schema of what webhook endpoints are sent instead.")
    ] = False,
) -> None:
    """Print the API's schema in the schema definition language, or that of the events that webhooks are sent."""
    from capcom_gql.cli.screen import show, show_json

    if events:
        from capcom_gql.domain.event_schemas import document
        from capcom_gql.languages.catalogues import catalogue
        from capcom_gql.languages.locales import ENGLISH

        show_json(document(catalogue(ENGLISH, "events")))
        return
    from capcom_gql.graphql.schema import sdl

    show(sdl().rstrip("\n"))
