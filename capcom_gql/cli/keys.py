"""`capcom key`: create, list and revoke API keys without the API."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from capcom_gql.domain.rights import Scope

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from capcom_gql.settings import Settings
    from capcom_gql.storage.tables import ApiKey

key = typer.Typer(no_args_is_help=True, help="API keys, with which machines sign in.")


@key.command(epilog='Example: capcom key add "Forum desk" --scope DISCOUNTS_CHECK --scope DISCOUNTS_REDEEM')
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for, as staff will recognise it.")],
    scope: Annotated[
        list[str], typer.Option(help=f"What it may do; repeat the option, or separate by commas. {', '.join(Scope)}.")
    ],
    more_scopes: Annotated[list[str] | None, typer.Argument(hidden=True, metavar="SCOPE")] = None,
    expires: Annotated[
        str,
        typer.Option(
            help="The last day on which it works, in the operator's zone, or the RFC 3339 instant when it stops."
        ),
    ] = "",
) -> None:
    """Create an API key. Its secret is printed only this once."""
    from capcom_gql.cli.screen import note, show
    from capcom_gql.settings import load

    scopes = _scopes([*scope, *(more_scopes or [])])
    settings = load()
    try:
        expires_at = _expiry(expires, settings.zone) if expires else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--expires") from None
    show(asyncio.run(_add(settings, name, scopes, expires_at)))
    note("save it now: only a hash of it is stored, and it is not shown again")


def _scopes(given: list[str]) -> tuple[Scope, ...]:
    found = []
    for text in (part.strip().upper() for each in given for part in each.split(",")):
        if text not in set(Scope):
            raise typer.BadParameter(f"{text!r} is none of {', '.join(Scope)}.", param_hint="--scope")
        found.append(Scope(text))
    return tuple(dict.fromkeys(found))


def _expiry(text: str, zone: "tzinfo") -> "datetime":
    from datetime import UTC, datetime, time, timedelta

    from capcom_gql.cli.moments import read_day, read_instant

    day = read_day(text)
    if day is None:
        return read_instant(text, zone)
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


async def _add(settings: "Settings", name: str, scopes: tuple[Scope, ...], expires_at: "datetime | None") -> str:
    from capcom_gql.cli.deeds import COMMAND_LINE, installation
    from capcom_gql.services.create_api_key import CreateApiKeyForm, create_api_key

    async with installation(settings) as runtime:
        form = CreateApiKeyForm(name, scopes, expires_at)
        return (await create_api_key(runtime, COMMAND_LINE, form)).secret


@key.command("list", epilog="Example: capcom key list --json")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print every key, newest first, without the secrets."""
    from capcom_gql.cli.screen import in_json, show_json, show_table
    from capcom_gql.settings import load

    settings = load()
    keys = asyncio.run(_all(settings))
    if as_json:
        show_json(
            [
                {
                    "id": each.id,
                    "name": each.name,
                    "prefix": each.prefix,
                    "scopes": each.scopes,
                    "createdAt": in_json(each.created_at),
                    "lastUsedAt": in_json(each.last_used_at),
                    "expiresAt": in_json(each.expires_at),
                    "revokedAt": in_json(each.revoked_at),
                }
                for each in keys
            ]
        )
        return

    def local(instant: "datetime | None") -> str:
        return "" if instant is None else f"{instant.astimezone(settings.zone):%Y-%m-%d %H:%M}"

    show_table(
        ("name", "prefix", "scopes", "created", "last used", "expires", "revoked"),
        [
            (
                each.name,
                each.prefix,
                " ".join(each.scopes),
                *map(local, (each.created_at, each.last_used_at, each.expires_at, each.revoked_at)),
            )
            for each in keys
        ],
    )


async def _all(settings: "Settings") -> "list[ApiKey]":
    from capcom_gql.cli.database import database
    from capcom_gql.storage.tables import ApiKey

    async with database(settings):
        return await ApiKey.all().order_by("-created_at", "-id")


@key.command(epilog="Example: capcom key revoke cck_live_1a2b3c4d")
def revoke(which: Annotated[str, typer.Argument(metavar="NAME-or-PREFIX", help="As `key list` shows it.")]) -> None:
    """Revoke an API key. Every server refuses it from the next request on."""
    from capcom_gql.cli.screen import note
    from capcom_gql.settings import load

    revoked = asyncio.run(_revoke(load(), which.strip()))
    note(f"revoked {revoked.name} ({revoked.prefix}...)")


async def _revoke(settings: "Settings", which: str) -> "ApiKey":
    from tortoise.expressions import Q

    from capcom_gql.access.tokens import shown_prefix
    from capcom_gql.cli.deeds import COMMAND_LINE, installation
    from capcom_gql.cli.failures import Stop
    from capcom_gql.services.revoke_api_key import RevokeApiKeyForm, revoke_api_key
    from capcom_gql.storage.tables import ApiKey

    async with installation(settings) as runtime:
        named = Q(name=which) | Q(prefix=shown_prefix(which))
        found = await ApiKey.filter(named, revoked_at__isnull=True).order_by("id")
        if not found:
            raise Stop(f"No key in use has the name or prefix {which!r}. `capcom key list` shows both.")
        if len(found) > 1:
            prefixes = ", ".join(each.prefix for each in found)
            raise Stop(f"{len(found)} keys have the name {which!r}. Give the prefix of one instead: {prefixes}")
        await revoke_api_key(runtime, COMMAND_LINE, RevokeApiKeyForm(found[0].id))
        return found[0]
