"""Read the settings from the environment and a `.env` file, and report all faults at once."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from dotenv.parser import parse_stream
from pydantic import ValidationError

from capcom_gql.settings.fields import NOTIFY_NAME, PREFIX, Settings, variable

NOTIFY_PREFIX = "CAPCOM_NOTIFY__"
"""The beginning of all variables that hold channels' settings."""
TEST_PREFIX = "CAPCOM_TEST_"
"""The beginning of variables for the test suite, which are ignored here."""


class SettingsError(Exception):
    """The settings cannot be used. The text, and `faults`, have one line for each fault and show no secret."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


def load(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Read the settings from `environ` and, for what it lacks, from `env_file`.

    Without arguments: from the environment of the process, and the `.env` of the working folder if there is one. An
    empty value counts as none. Raises SettingsError.
    """
    if environ is None:
        environ, env_file = os.environ, env_file or Path(".env")
    faults: list[str] = []
    variables = {**_read_file(env_file, faults), **environ}
    values: dict[str, Any] = {}
    notify: dict[str, dict[str, str]] = {}
    fields = {variable(name): name for name in Settings.model_fields if name != "notify"}
    for name, text in variables.items():
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX):
            continue
        if name in fields:
            if text.strip():
                values[fields[name]] = text.strip()
            continue
        channel, _, field = name.removeprefix(NOTIFY_PREFIX).lower().partition("__")
        if name.startswith(NOTIFY_PREFIX) and channel and field:
            notify.setdefault(channel, {})[field] = text
        else:
            faults.append(_unknown(name, [*fields, NOTIFY_NAME]))
    try:
        settings = Settings(**values, notify=notify)
    except ValidationError as error:
        faults += _refused(error, values)
        raise SettingsError(faults) from None
    if faults:
        raise SettingsError(faults)
    return settings


def _read_file(path: Path | None, faults: list[str]) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    found: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for binding in parse_stream(lines):
                if binding.error or (binding.key and binding.value is None):
                    faults.append(f"{path}, line {binding.original.line}: write NAME=value")
                elif binding.key and binding.value is not None:
                    found[binding.key] = binding.value
    except (OSError, UnicodeDecodeError):
        faults.append(f"{path} cannot be read: it must be a UTF-8 text that this account may read")
    return found


def _unknown(name: str, known: list[str]) -> str:
    if name.startswith("CAPCOM_NOTIFY"):
        return f"{name} is not a setting; did you mean {NOTIFY_NAME}?"
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    if near:
        return f"{name} is not a setting; did you mean {near[0]}?"
    return f"{name} is not a setting; docs/settings.md lists those that are"


def _refused(error: ValidationError, values: Mapping[str, str]) -> list[str]:
    faults: list[str] = []
    for detail in error.errors(include_url=False, include_input=False):
        if not detail["loc"]:
            faults += str(detail["ctx"]["error"]).splitlines()
            continue
        field = str(detail["loc"][0])
        declared = Settings.model_fields[field]
        extra = declared.json_schema_extra
        accepted = extra["accepts"] if isinstance(extra, dict) else ""
        line = f"{variable(field)}={_shown(values[field], secret=not declared.repr)} is refused; give {accepted}"
        if field == "time_zone":
            near = difflib.get_close_matches(values[field], available_timezones(), n=1)
            line += f" (did you mean {near[0]}?)" if near else ""
        if line not in faults:
            faults.append(line)
    return faults


def _shown(value: str, *, secret: bool) -> str:
    if not secret:
        return value
    scheme, separator, _ = value.partition("://")
    return f"{scheme}://..." if separator and scheme.isalnum() else "(not shown)"
