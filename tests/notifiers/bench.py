"""A bench on which plugins are written to files, as their authors would, and loaded by the real loader."""

import textwrap
import time
from pathlib import Path
from typing import Any

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.loader import load
from capcom_gql.notifiers.registry import ChannelInfo, Registry
from capcom_gql.settings import Settings
from tests.patience import LONG

CHANNEL = """
import asyncio, contextvars, json, os, sys, threading, time
from pathlib import Path
from pydantic import BaseModel, SecretStr, field_validator
from capcom_gql.plugin import *
from capcom_gql.plugin import hookimpl

class Channel(Notifier):
    name = "{name}"
    address_kind = "email"
{body}

@hookimpl
def capcom_notifiers():
    return [Channel]
"""

GOOD = "def send(self, message):\n    return Sent('good-1')"


class Bench:
    """Writes plugins into a folder of their own and loads them with the settings asked for."""

    def __init__(self, root: Path) -> None:
        self.plugins = root / "plugins"
        self.data = root / "data"
        self.plugins.mkdir(parents=True)
        self._opened: list[Registry] = []

    def file(self, path: str, source: str) -> Path:
        """A plugin whose whole source the test writes."""
        target = self.plugins / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(source), encoding="utf-8")
        return target

    def channel(self, name: str, body: str = GOOD) -> Path:
        """A plugin with one channel, from the body of its class."""
        indented = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
        return self.file(f"{name}.py", CHANNEL.format(name=name, body=indented))

    def load(self, timeouts: HostTimeouts | None = None, **settings: Any) -> Registry:
        """Load them into this process, which is quicker, where a test is not about where they run."""
        names = sorted({path.stem for path in self.plugins.glob("[a-z]*")})
        return self.load_outside(timeouts, plugins_in_process=names, **settings)

    def load_outside(self, timeouts: HostTimeouts | None = None, **settings: Any) -> Registry:
        """Load them as an installation does: into child processes; with time enough, unless the test is about time."""
        timeouts = timeouts or HostTimeouts(load_timeout=LONG)
        chosen = Settings(data_dir=self.data, plugins_dir=self.plugins, **{"send_timeout": LONG, **settings})
        registry = load(chosen, timeouts)
        self._opened.append(registry)
        return registry

    def time_to_load(self, processes: int = 1) -> float:
        """Seconds in which so many good plugins start at once for certain: many times what one of them takes now."""
        alone = Bench(self.data / "alone")
        alone.channel("good")
        began = time.monotonic()
        alone.load_outside().close()
        return float(round(max(3.0, (time.monotonic() - began) * (5 + 1.5 * processes))))

    def close(self) -> None:
        for registry in self._opened:
            registry.close()


def entry_of(registry: Registry, name: str) -> ChannelInfo:
    """The only entry of that name."""
    (entry,) = [entry for entry in registry.entries if entry.name == name]
    return entry


def not_ours(registry: Registry) -> list[ChannelInfo]:
    """What does not come with the product."""
    return [entry for entry in registry.entries if entry.distribution != "capcom-gql"]
