"""The channels of an installation: the state of each, and how to send by it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from capcom_gql.notifiers.contract import Health, Message
from capcom_gql.notifiers.rendering import Rendered, render
from capcom_gql.notifiers.sending import Channel, Outcome, OutcomeKind


class NotifierState(StrEnum):
    """Whether a channel delivers. Only an ACTIVE one does."""

    ACTIVE = "ACTIVE"
    UNCONFIGURED = "UNCONFIGURED"
    """Its settings are missing or refused."""
    DISABLED = "DISABLED"
    """A setting switches it off: CAPCOM_PLUGINS_DISABLED, CAPCOM_CHANNELS, or CAPCOM_ENV for a development channel."""
    FAILED = "FAILED"
    """Its plugin could not be loaded, or it breaks the contract, failed to start, or has the name of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """One channel as operators see it, or one plugin that could not be loaded.

    `reason` says why it is not ACTIVE and what to do; None for an ACTIVE one. `distribution` and `version` are None for
    plugins of `CAPCOM_PLUGINS_DIR`. `address_kind` and `config_schema` are empty for a plugin that is not loaded.
    """

    name: str
    state: NotifierState
    reason: str | None = None
    distribution: str | None = None
    version: str | None = None
    address_kind: str = ""
    config_schema: Mapping[str, object]


class Registry:
    """The channels of this process, as `loader.load` made them.

    `warnings` are sentences for the operator about settings that name no installed channel or plugin.
    """

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
        """Make one attempt to send a message by a channel, within `CAPCOM_SEND_TIMEOUT`. Raises nothing of the
        plugin's.

        If the channel's process must be started first, that takes additional time. The outcome is HELD, with the
        reason, if the channel is not ACTIVE, and WAIT if it is paused.
        """
        channel = self._channels.get(channel_name)
        if channel is None:
            return Outcome(kind=OutcomeKind.HELD, reason=f"{channel_name}: {self._inactive_reason(channel_name)}")
        return await channel.send(message)

    async def check(self, channel_name: str) -> Health:
        """Ask a channel within `CAPCOM_SEND_TIMEOUT` whether it could send now. Nothing is sent.

        For a channel that is not ACTIVE the answer is no, and the detail says why and what to do.
        """
        channel = self._channels.get(channel_name)
        if channel is None:
            return Health(ok=False, detail=self._inactive_reason(channel_name))
        return await channel.check()

    def render(self, topic: str, locale: str, context: Mapping[str, object], *, with_html: bool = True) -> Rendered:
        """`rendering.render`, with the plugins' templates before the built-in ones. Raises UnrenderableLetter."""
        return render(topic, locale, context, self.template_dirs, with_html=with_html)

    def wants_html(self, channel_name: str) -> bool:
        """Whether a channel uses the HTML of letters; True if it is not ACTIVE, since it is not known then."""
        channel = self._channels.get(channel_name)
        return channel is None or channel.wants_html

    async def address_fault(self, address_kind: str, raw: str) -> str | None:
        """Why a channel that is active for this kind of address refuses the address; None if none refuses it."""
        for entry in self.active():
            channel = self._channels.get(entry.name)
            if channel is None or entry.address_kind != address_kind:
                continue
            if fault := await channel.address_fault(raw):
                return f"{entry.name}: {fault}"
        return None

    def close(self) -> None:
        """Close all channels at the same time; one that fails or hangs does not delay the others. Idempotent.

        Blocks for `CAPCOM_SEND_TIMEOUT` and a few seconds at most.
        """
        channels, self._channels = self._channels, {}
        closing = [threading.Thread(target=channel.close, daemon=True) for channel in channels.values()]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()

    def _inactive_reason(self, channel_name: str) -> str:
        for entry in self.entries:
            if entry.name == channel_name:
                return entry.reason or "the channels are closed"
        return "no such channel is installed"
