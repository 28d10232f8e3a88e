"""Build the registry of channels from the settings: load every plugin, and start every channel that can work."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.contract import Host
from capcom_gql.notifiers.declarations import (
    Declaration,
    Declarations,
    Plugin,
    SettingsRefused,
    StartFailed,
    is_valid_name,
)
from capcom_gql.notifiers.discovery import Provider, installed_providers, providers_in_folder
from capcom_gql.notifiers.environment import child_environment
from capcom_gql.notifiers.in_process import InProcessPlugin
from capcom_gql.notifiers.registry import ChannelInfo, NotifierState, Registry
from capcom_gql.notifiers.sending import Channel
from capcom_gql.notifiers.subprocess_host import MALFORMED, SubprocessPlugin
from capcom_gql.settings import Settings


def load(settings: Settings, timeouts: HostTimeouts | None = None) -> Registry:
    """Load the installed plugins and those of `CAPCOM_PLUGINS_DIR`. Raises nothing of a plugin's: see `ChannelInfo`.

    Bundled plugins, and those that `CAPCOM_PLUGINS_IN_PROCESS` names, are imported into this process; each other one is
    loaded and run in a child process. The caller must close the registry.
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
        self._in_process = {name.lower() for name in settings.plugins_in_process}
        self._unmatched = {
            "CAPCOM_PLUGINS_DISABLED": set(self._disabled),
            "CAPCOM_PLUGINS_IN_PROCESS": set(self._in_process),
        }

    def registry(self) -> Registry:
        # all are made first, so that the child processes start at the same time
        for provider, plugin in [(provider, self._plugin(provider)) for provider in self._providers()]:
            if plugin is None:
                name = provider.name.lower()
                reason = f"CAPCOM_PLUGINS_DISABLED names {name}"
                self._entries.append(replace(_blank(provider), state=NotifierState.DISABLED, reason=reason))
            elif not self._register(plugin):
                plugin.discard()
        return Registry(tuple(self._entries), self._channels, tuple(self._template_dirs), tuple(self._warnings()))

    def _providers(self) -> Iterable[Provider]:
        yield from installed_providers()
        folder = self._settings.plugins_dir
        if folder is None:
            return
        try:
            providers = providers_in_folder(folder)
        except OSError as error:
            reason = f"the folder {folder} cannot be read: {error.strerror or error}"
            self._entries.append(
                ChannelInfo(name="CAPCOM_PLUGINS_DIR", state=NotifierState.FAILED, reason=reason, config_schema={})
            )
            return
        yield from providers

    def _plugin(self, provider: Provider) -> Plugin | None:
        """The plugin in its process; None if it is disabled: a plugin whose import does harm can so be switched off."""
        name = provider.name.lower()
        self._unmatched["CAPCOM_PLUGINS_IN_PROCESS"].discard(name)
        if name in self._disabled:
            self._unmatched["CAPCOM_PLUGINS_DISABLED"].discard(name)
            return None
        if provider.is_bundled or name in self._in_process:
            return InProcessPlugin(provider)
        return SubprocessPlugin(provider, child_environment(os.environ, self._settings), self._timeouts)

    def _register(self, plugin: Plugin) -> bool:
        """Add what a plugin declares, and start its channels. Returns whether one of them is in service."""
        provider, declared = plugin.provider, plugin.declare()
        if fault := declared.failure or _malformed(declared):
            reason = f"{provider.label} could not be loaded: {fault}"
            self._entries.append(replace(_blank(provider), reason=reason))
            return False
        self._template_dirs.extend(declared.template_dirs)
        entries = [self._start(plugin, index, declaration) for index, declaration in enumerate(declared.channels)]
        self._entries += entries
        return any(entry.state is NotifierState.ACTIVE for entry in entries)

    def _start(self, plugin: Plugin, index: int, declaration: Declaration) -> ChannelInfo:
        provider = plugin.provider
        entry = _blank(provider)
        if declaration.fault is not None:
            return replace(entry, reason=f"{declaration.label} of {provider.label}: {declaration.fault}")
        entry = replace(
            entry,
            name=declaration.name,
            address_kind=declaration.address_kind,
            config_schema=dict(declaration.config_schema),
        )
        if reason := self._clash(provider, declaration):
            return replace(entry, reason=reason)
        if reason := self._why_disabled(declaration):
            return replace(entry, state=NotifierState.DISABLED, reason=reason)
        fields = self._settings.notify.get(declaration.name, {})
        values = {field: value for field, value in fields.items() if value.strip()}
        host = Host(
            data_dir=self._settings.data_dir / declaration.name,
            support_email=self._settings.support_email,
            production=self._settings.is_production,
        )
        try:
            runner = plugin.start(index, values, host)
        except SettingsRefused as refused:
            return replace(entry, state=NotifierState.UNCONFIGURED, reason=str(refused))
        except StartFailed as failed:
            return replace(entry, reason=str(failed))
        self._channels[declaration.name] = Channel(runner, self._settings.send_timeout, self._timeouts)
        return replace(entry, state=NotifierState.ACTIVE)

    def _clash(self, provider: Provider, declaration: Declaration) -> str | None:
        first = self._labels.get(declaration.name)
        if first is None:
            self._labels[declaration.name] = provider.label
            return None
        return f"two channels are named {declaration.name}, of {first} and of {provider.label}: the first one is used"

    def _why_disabled(self, declaration: Declaration) -> str | None:
        name = declaration.name
        if name in self._disabled:
            self._unmatched["CAPCOM_PLUGINS_DISABLED"].discard(name)
            return f"CAPCOM_PLUGINS_DISABLED names {name}"
        if self._settings.is_production and declaration.development_only:
            return f"{name} is for development only, and CAPCOM_ENV is production"
        if self._settings.channels and name not in self._settings.channels:
            return f"CAPCOM_CHANNELS does not name {name}"
        return None

    def _warnings(self) -> Iterable[str]:
        names = {entry.name for entry in self._entries}
        for setting, unmatched in self._unmatched.items():
            for name in sorted(unmatched):
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


def _malformed(declared: Declarations) -> str | None:
    """The fault of declarations that no plugin's code can make here: a child process may answer anything."""
    for declaration in declared.channels:
        if declaration.fault is None and not (
            is_valid_name(declaration.name) and is_valid_name(declaration.address_kind)
        ):
            return MALFORMED
    if not all(folder.is_dir() for folder in declared.template_dirs):
        return MALFORMED
    return None
