"""From the settings to the registry: load every plugin, judge every channel, start those that can work."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.contract import Host
from capcom_gql.notifiers.declarations import Declaration, Declarations, Plugin, SettingsLacking, StartFailed, is_name
from capcom_gql.notifiers.discovery import Provider, in_folder, installed
from capcom_gql.notifiers.environment import environment_of_children
from capcom_gql.notifiers.in_process import InProcessPlugin
from capcom_gql.notifiers.registry import ChannelInfo, NotifierState, Registry
from capcom_gql.notifiers.sending import Channel
from capcom_gql.notifiers.subprocess_host import SubprocessPlugin
from capcom_gql.settings import Settings


def load(settings: Settings, timeouts: HostTimeouts | None = None) -> Registry:
    """Load the installed plugins and those of `CAPCOM_PLUGINS_DIR`. Never raises for a plugin's fault.

    The bundled ones, and those that `CAPCOM_PLUGINS_IN_PROCESS` names, are imported here; all others are loaded and
    run in child processes of their own. The registry must be closed in the end.
    """
    return _Loading(settings, timeouts or HostTimeouts()).registry()


class _Loading:
    def __init__(self, settings: Settings, timeouts: HostTimeouts) -> None:
        self._settings = settings
        self._timeouts = timeouts
        self._entries: list[ChannelInfo] = []
        self._channels: dict[str, Channel] = {}
        self._template_dirs: list[Path] = []
        self._labels: dict[str, str] = {}
        self._disabled = {name.lower() for name in settings.plugins_disabled}
        self._inside = {name.lower() for name in settings.plugins_in_process}
        self._unheard = {"CAPCOM_PLUGINS_DISABLED": set(self._disabled), "CAPCOM_PLUGINS_IN_PROCESS": set(self._inside)}

    def registry(self) -> Registry:
        # first all of them, so that the child processes start beside each other
        for provider, plugin in [(provider, self._plugin(provider)) for provider in self._providers()]:
            if plugin is None:
                name = provider.name.lower()
                reason = f"CAPCOM_PLUGINS_DISABLED names {name}"
                self._entries.append(replace(_blank(provider), state=NotifierState.DISABLED, reason=reason))
            elif not self._take(plugin):
                plugin.leave()
        return Registry(tuple(self._entries), self._channels, tuple(self._template_dirs), tuple(self._warnings()))

    def _providers(self) -> Iterable[Provider]:
        yield from installed()
        folder = self._settings.plugins_dir
        if folder is None:
            return
        try:
            providers = in_folder(folder)
        except OSError as error:
            reason = f"the folder {folder} cannot be read: {error.strerror or error}"
            self._entries.append(
                ChannelInfo(name="CAPCOM_PLUGINS_DIR", state=NotifierState.FAILED, reason=reason, config_schema={})
            )
            return
        yield from providers

    def _plugin(self, provider: Provider) -> Plugin | None:
        """Where its code is to run; None: nowhere. One that spoils its import must be possible to switch off."""
        name = provider.name.lower()
        self._unheard["CAPCOM_PLUGINS_IN_PROCESS"].discard(name)
        if name in self._disabled:
            self._unheard["CAPCOM_PLUGINS_DISABLED"].discard(name)
            return None
        if provider.is_ours or name in self._inside:
            return InProcessPlugin(provider)
        return SubprocessPlugin(provider, environment_of_children(os.environ, self._settings), self._timeouts)

    def _take(self, plugin: Plugin) -> bool:
        """Let in what a plugin brings; whether one of its channels is in service."""
        provider, brought = plugin.provider, plugin.bring()
        if fault := brought.failure or _unfit(brought):
            reason = f"{provider.label} could not be loaded: {fault}"
            self._entries.append(replace(_blank(provider), reason=reason))
            return False
        self._template_dirs.extend(brought.template_dirs)
        entries = [self._judge(plugin, place, offer) for place, offer in enumerate(brought.offers)]
        self._entries += entries
        return any(entry.state is NotifierState.ACTIVE for entry in entries)

    def _judge(self, plugin: Plugin, place: int, offer: Declaration) -> ChannelInfo:
        provider = plugin.provider
        entry = _blank(provider)
        if offer.fault is not None:
            return replace(entry, reason=f"{offer.label} of {provider.label}: {offer.fault}")
        entry = replace(
            entry, name=offer.name, address_kind=offer.address_kind, config_schema=dict(offer.config_schema)
        )
        if reason := self._clash(provider, offer):
            return replace(entry, reason=reason)
        if reason := self._off(offer):
            return replace(entry, state=NotifierState.DISABLED, reason=reason)
        given = {field: value for field, value in self._settings.notify.get(offer.name, {}).items() if value.strip()}
        host = Host(
            data_dir=self._settings.data_dir / offer.name,
            support_email=self._settings.support_email,
            production=self._settings.is_production,
        )
        try:
            runner = plugin.start(place, given, host)
        except SettingsLacking as lacking:
            return replace(entry, state=NotifierState.UNCONFIGURED, reason=str(lacking))
        except StartFailed as failed:
            return replace(entry, reason=str(failed))
        self._channels[offer.name] = Channel(runner, self._settings.send_timeout, self._timeouts)
        return replace(entry, state=NotifierState.ACTIVE)

    def _clash(self, provider: Provider, offer: Declaration) -> str | None:
        first = self._labels.get(offer.name)
        if first is None:
            self._labels[offer.name] = provider.label
            return None
        return f"the name {offer.name} is taken: {first} and {provider.label} both bring it; the first stays"

    def _off(self, offer: Declaration) -> str | None:
        name = offer.name
        if name in self._disabled:
            self._unheard["CAPCOM_PLUGINS_DISABLED"].discard(name)
            return f"CAPCOM_PLUGINS_DISABLED names {name}"
        if self._settings.is_production and offer.development_only:
            return f"{name} is for development only, and CAPCOM_ENV is production"
        if self._settings.channels and name not in self._settings.channels:
            return f"CAPCOM_CHANNELS does not name {name}"
        return None

    def _warnings(self) -> Iterable[str]:
        names = {entry.name for entry in self._entries}
        for setting, unheard in self._unheard.items():
            for name in sorted(unheard):
                yield f"{setting} names {name}, which is not installed"
        for name in self._settings.channels:
            if name not in names:
                yield f"CAPCOM_CHANNELS names {name}, which is not installed"
        for name in sorted(set(self._settings.notify) - names):
            yield f"CAPCOM_NOTIFY__{name.upper()}__... is set, but no channel {name} is installed"


def _blank(provider: Provider) -> ChannelInfo:
    return ChannelInfo(
        name=provider.name,
        state=NotifierState.FAILED,
        distribution=provider.distribution,
        version=provider.version,
        config_schema={},
    )


def _unfit(brought: Declarations) -> str | None:
    """Why what was brought cannot be taken as it is told: a child process may tell anything."""
    for offer in brought.offers:
        if offer.fault is None and not (is_name(offer.name) and is_name(offer.address_kind)):
            return "its process answered rubbish"
    if not all(folder.is_dir() for folder in brought.template_dirs):
        return "its process answered rubbish"
    return None
