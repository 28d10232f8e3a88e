"""`capcom terms`: publish and list the terms of use that a signer must accept (R19)."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from capcom_gql.settings import Settings
    from capcom_gql.storage.tables import TermsOfUse

terms = typer.Typer(no_args_is_help=True, help="The terms of use.")


@terms.command(
    short_help="Publish a new version.",
    epilog="Example: capcom terms publish 2027-2 https://capcom.example/terms/2027-2",
)
def publish(
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="The name of the version, as acceptedTermsVersion will give it.")
    ],
    url: Annotated[str, typer.Argument(metavar="URL", help="The URL of the text.")],
) -> None:
    """Publish a new version, which must be accepted from then on. Existing terms keep the version they accepted."""
    from capcom_gql.cli.screen import note
    from capcom_gql.settings import load

    published = asyncio.run(_publish(load(), version, url))
    note(f"in force: {published.version} ({published.url})")


async def _publish(settings: "Settings", version: str, url: str) -> "TermsOfUse":
    from capcom_gql.cli.deeds import COMMAND_LINE, installation
    from capcom_gql.services.publish_terms import PublishTermsForm, publish_terms
    from capcom_gql.storage.tables import TermsOfUse

    async with installation(settings) as runtime:
        done = await publish_terms(runtime, COMMAND_LINE, PublishTermsForm(version, url))
        return await TermsOfUse.get(id=done.terms_id)


@terms.command("list", epilog="Example: capcom terms list --json")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print every published version, the one in force first."""
    from capcom_gql.cli.screen import in_json, show_json, show_table
    from capcom_gql.settings import load

    settings = load()
    versions = asyncio.run(_all(settings))
    if as_json:
        show_json(
            [{"version": each.version, "url": each.url, "publishedAt": in_json(each.published_at)} for each in versions]
        )
        return
    show_table(
        ("version", "address", "published"),
        [
            (each.version, each.url, f"{each.published_at.astimezone(settings.zone):%Y-%m-%d %H:%M}")
            for each in versions
        ],
    )


async def _all(settings: "Settings") -> "list[TermsOfUse]":
    from capcom_gql.cli.database import database
    from capcom_gql.storage.tables import TermsOfUse

    async with database(settings):
        return await TermsOfUse.all().order_by("-published_at", "-id")
