"""`capcom plugins check`: ask each channel whether it could send now."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from capcom_gql.notifiers.contract import Health
    from capcom_gql.notifiers.registry import ChannelInfo, Registry


def check(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One channel; without it, all of them.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Load the channels, validate their settings, and let each check its credentials and connection. Nothing is sent.

    Exit status 1 if an ACTIVE channel is not ok or one is FAILED, or if the named one is not ACTIVE.
    """
    from capcom_gql.cli.failures import Stop
    from capcom_gql.cli.screen import note, show_json, show_table
    from capcom_gql.logs import to_standard_error
    from capcom_gql.notifiers import loader
    from capcom_gql.notifiers.registry import NotifierState
    from capcom_gql.settings import load

    settings = load()
    to_standard_error(as_objects=settings.is_production)
    registry = loader.load(settings)
    try:
        entries = _chosen(registry, name)
        for warning in registry.warnings:
            note(warning)
        found = asyncio.run(_health(registry, entries))
    finally:
        registry.close()
    rows = [
        (
            entry.name,
            entry.state.value,
            health is not None and health.ok,
            (health.detail if health else entry.reason) or "",
        )
        for entry, health in zip(entries, found, strict=True)
    ]
    if as_json:
        show_json([dict(zip(("name", "state", "ok", "detail"), row, strict=True)) for row in rows])
    else:
        show_table(
            ("channel", "state", "ok", "what to do"),
            [(channel, state, "ok" if ok else "no", "" if ok else detail) for channel, state, ok, detail in rows],
        )
    wanted = (NotifierState.ACTIVE, NotifierState.FAILED)
    bad = [channel for channel, state, ok, _ in rows if not ok and (name or state in wanted)]
    if bad:
        raise Stop(f"not ok: {', '.join(bad)}")


def _chosen(registry: "Registry", name: str | None) -> Sequence["ChannelInfo"]:
    from capcom_gql.cli.failures import Stop

    chosen = [entry for entry in registry.entries if name in (None, entry.name)]
    if name is not None and not chosen:
        known = ", ".join(sorted({entry.name for entry in registry.entries}))
        raise Stop(f"There is no channel {name}. Installed channels: {known or 'none'}.")
    return chosen


async def _health(registry: "Registry", entries: Sequence["ChannelInfo"]) -> list["Health | None"]:
    """The health of each channel, all asked at the same time; None for one that is not ACTIVE."""
    from capcom_gql.notifiers.registry import NotifierState

    async def of(entry: "ChannelInfo") -> "Health | None":
        return await registry.check(entry.name) if entry.state is NotifierState.ACTIVE else None

    return await asyncio.gather(*map(of, entries))
