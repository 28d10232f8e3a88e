"""`capcom plugins check`: whether each channel could send now, asked of itself."""

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
    """Load the channels, judge their settings, and ask each for credentials and reachability; nothing is sent.

    Status 1 when a channel that is ACTIVE is not ok, or the one that is named is not ACTIVE.
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
    bad = [channel for channel, state, ok, _ in rows if not ok and (name or state == NotifierState.ACTIVE)]
    if bad:
        raise Stop(f"not ok: {', '.join(bad)}")


def _chosen(registry: "Registry", name: str | None) -> Sequence["ChannelInfo"]:
    from capcom_gql.cli.failures import Stop

    chosen = [entry for entry in registry.entries if name in (None, entry.name)]
    if name is not None and not chosen:
        known = ", ".join(sorted({entry.name for entry in registry.entries}))
        raise Stop(f"There is no channel {name}. Installed are: {known or 'none'}.")
    return chosen


async def _health(registry: "Registry", entries: Sequence["ChannelInfo"]) -> list["Health | None"]:
    """Of each, what it says of itself; None of those that are not in service. All are asked at once."""
    from capcom_gql.notifiers.registry import NotifierState

    async def of(entry: "ChannelInfo") -> "Health | None":
        return await registry.check(entry.name) if entry.state is NotifierState.ACTIVE else None

    return await asyncio.gather(*map(of, entries))
