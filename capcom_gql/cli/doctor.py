"""`capcom doctor`: check every setting and every part of the installation, and say what to do."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from capcom_gql.app.broker_check import BrokerCheck
    from capcom_gql.app.findings import CheckContext, Finding
    from capcom_gql.notifiers.registry import Registry
    from capcom_gql.settings import Settings

SETTINGS = "settings"
"""The part that is reported alone if the settings cannot be read."""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check every setting, the database, its migrations, the broker, each channel, the clocks, the data folder and the
    disk. Changes nothing and sends nothing. Exit status 1 if something fails; what only deserves a look does not fail.
    """
    from capcom_gql.cli.screen import note, show_json, show_table

    found = _findings()
    failing = [part for part, each in found.items() if not each.ok]
    if as_json:
        parts = {
            part: {"state": _state(each), **each.as_json(), **({"remedy": each.remedy} if each.remedy else {})}
            for part, each in found.items()
        }
        show_json({"status": "failing" if failing else "ok", "parts": parts})
    else:
        show_table(
            ("state", "part", "found", "what to do"),
            [(_state(each), part, each.summary, each.remedy) for part, each in found.items()],
        )
    if failing:
        note(f"failing: {', '.join(failing)}. The last column says what to do.")
        raise typer.Exit(1)


def _state(finding: "Finding") -> str:
    if not finding.ok:
        return "FAILS"
    return "look" if finding.remedy else "ok"


def _findings() -> "Mapping[str, Finding]":
    from capcom_gql.app.findings import Finding
    from capcom_gql.app.settings_checks import setting_findings
    from capcom_gql.notifiers.loader import load as load_channels
    from capcom_gql.settings import SettingsError, load

    try:
        settings = load()
    except SettingsError as error:
        # without settings nothing else can be checked
        return {SETTINGS: Finding(False, "; ".join(error.faults), "correct them in the environment or in .env")}
    registry = load_channels(settings)
    return {**setting_findings(settings), **asyncio.run(_parts(settings, registry))}


async def _parts(settings: "Settings", registry: "Registry") -> "Mapping[str, Finding]":
    from capcom_gql.app.broker_check import BrokerCheck
    from capcom_gql.app.checks import findings
    from capcom_gql.app.findings import check_context
    from capcom_gql.runtime import close_channels
    from capcom_gql.storage.engine.database import DatabaseUnavailable, open_database
    from capcom_gql.storage.installation import database_url

    broker = BrokerCheck(settings.broker_url)
    try:
        # opening a SQLite file that does not exist would create it
        if fault := _missing_file(settings.sqlite_file):
            return await findings(_without_database(settings, broker, registry, fault), probing=False)
        try:
            async with open_database(database_url(settings)):
                return await findings(await check_context(settings, broker, registry), probing=False)
        except DatabaseUnavailable as error:
            return await findings(_without_database(settings, broker, registry, str(error)), probing=False)
    finally:
        await close_channels(registry)


def _missing_file(file: "Path | None") -> str:
    try:
        if file is not None:
            file.stat()
    except FileNotFoundError:
        return f"{file} does not exist yet"
    except OSError as error:
        return f"{file} cannot be accessed: {error.strerror or error}"
    return ""


def _without_database(settings: "Settings", broker: "BrokerCheck", registry: "Registry", fault: str) -> "CheckContext":
    from capcom_gql.app.findings import CheckContext

    return CheckContext(settings, broker, registry, None, fault)
