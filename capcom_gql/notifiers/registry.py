"""The channels of an installation: what each is, whether it is in service, and the way to send by it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from capcom_gql.notifiers.contract import Health, Message
from capcom_gql.notifiers.rendering import Rendered, render
from capcom_gql.notifiers.sending import Channel, Outcome, OutcomeKind


class NotifierState(StrEnum):
    """Whether a channel delivers: only an ACTIVE one does."""

    ACTIVE = "ACTIVE"
    UNCONFIGURED = "UNCONFIGURED"
    DISABLED = "DISABLED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """One channel as operators see it, or one plugin that could not be loaded.

    `reason` says why it is not ACTIVE and what to do. `distribution` and `version` are None for plugins of
    `CAPCOM_PLUGINS_DIR`; `address_kind` is empty and `config_schema` too while the plugin's code is not loaded.
    """

    name: str
    state: NotifierState
    reason: str | None = None
    distribution: str | None = None
    version: str | None = None
    address_kind: str = ""
    config_schema: Mapping[str, object]


class Registry:
    """Made by `loader.load`. `warnings` are sentences for the operator: settings that name no channel."""

    def __init__(
        self,
        entries: tuple[ChannelInfo, ...],
        channels: Mapping[str, Channel],
        template_dirs: tuple[Path, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.entries = entries
        self.template_dirs = template_dirs
        self.warnings = warnings
        self._channels = dict(channels)

    def active(self) -> tuple[ChannelInfo, ...]:
        """The channels that deliver now, one entry for each name."""
        return tuple(entry for entry in self.entries if entry.state is NotifierState.ACTIVE)

    async def send(self, channel_name: str, message: Message) -> Outcome:
        """One attempt by one channel, within `CAPCOM_SEND_TIMEOUT`; raises nothing of the plugin's.

        Where the channel's process has to be started first, that time comes on top. A channel that is not ACTIVE
        answers HELD with the reason: the message goes when it is mended. One that rests answers WAIT.
        """
        channel = self._channels.get(channel_name)
        if channel is None:
            return Outcome(kind=OutcomeKind.HELD, reason=f"{channel_name}: {self._why_not(channel_name)}")
        return await channel.send(message)

    async def check(self, channel_name: str) -> Health:
        """Whether a channel could send now, within `CAPCOM_SEND_TIMEOUT`: credentials and reachability, nothing sent.

        One that is not ACTIVE could not; the detail says why and what to do.
        """
        channel = self._channels.get(channel_name)
        if channel is None:
            return Health(ok=False, detail=self._why_not(channel_name))
        return await channel.check()

    def render(self, topic: str, locale: str, context: Mapping[str, object], *, with_html: bool = True) -> Rendered:
        """`rendering.render` with the templates that plugins lay over the built-in ones."""
        return render(topic, locale, context, self.template_dirs, with_html=with_html)

    def wants_html(self, channel_name: str) -> bool:
        """Whether a channel makes use of a letter's HTML; of one that is not ACTIVE nobody knows yet."""
        channel = self._channels.get(channel_name)
        return channel is None or channel.wants_html

    async def address_fault(self, address_kind: str, raw: str) -> str | None:
        """Why an active channel for a kind of address refuses this one, None where none does."""
        for entry in self.active():
            channel = self._channels.get(entry.name)
            if channel is None or entry.address_kind != address_kind:
                continue
            if fault := await channel.address_fault(raw):
                return f"{entry.name}: {fault}"
        return None

    def close(self) -> None:
        """Close every channel, beside each other; those that fail or hang do not hold up the others.

        Twice is as once.
        """
        channels, self._channels = self._channels, {}
        closing = [threading.Thread(target=channel.close, daemon=True) for channel in channels.values()]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()

    def _why_not(self, channel_name: str) -> str:
        for entry in self.entries:
            if entry.name == channel_name:
                return entry.reason or "the notifiers are closed"
        return "no such channel is installed"
