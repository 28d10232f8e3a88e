"""From the settings to the registry: load every plugin, judge every channel, start those that can work."""

import inspect
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from capcom_gql.notifiers.contract import API_VERSION, Host, NotConfigured, Notifier
from capcom_gql.notifiers.discovery import Brought, Provider, ask, in_folder, installed
from capcom_gql.notifiers.faults import one_line, secrets_of, told, words_of
from capcom_gql.notifiers.registry import Entry, NotifierState, Registry
from capcom_gql.notifiers.sending import Channel
from capcom_gql.notifiers.wording import refused_settings
from capcom_gql.settings import Settings

FORMATS = frozenset({"text", "html", "json"})
_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def load(settings: Settings) -> Registry:
    """Load the installed plugins and those of `CAPCOM_PLUGINS_DIR`. Never raises for a plugin's fault.

    The registry must be closed in the end.
    """
    return _Loading(settings).registry()


class _Loading:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._entries: list[Entry] = []
        self._channels: dict[str, Channel] = {}
        self._template_dirs: list[Path] = []
        self._labels: dict[str, str] = {}
        self._disabled = {name.lower() for name in settings.plugins_disabled}
        self._unheard = set(self._disabled)

    def registry(self) -> Registry:
        for provider in self._providers():
            if provider.name.lower() in self._disabled:
                # Not even imported: a plugin that spoils its import must be possible to switch off.
                self._switched_off(provider, provider.name.lower())
                continue
            brought = ask(provider)
            self._take(provider, brought)
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
                Entry(name="CAPCOM_PLUGINS_DIR", state=NotifierState.FAILED, reason=reason, config_schema={})
            )
            return
        yield from providers

    def _switched_off(self, provider: Provider, name: str) -> None:
        self._unheard.discard(name)
        self._entries.append(
            replace(_blank(provider), state=NotifierState.DISABLED, reason=f"CAPCOM_PLUGINS_DISABLED names {name}")
        )

    def _take(self, provider: Provider, brought: Brought) -> None:
        if brought.failure is not None:
            reason = f"{provider.label} could not be loaded: {brought.failure}"
            self._entries.append(replace(_blank(provider), reason=reason))
            return
        self._template_dirs.extend(brought.template_dirs)
        for channel in brought.classes:
            self._entries.append(self._judge(provider, channel))

    def _judge(self, provider: Provider, channel: type[Notifier]) -> Entry:
        entry = _blank(provider)
        try:
            if fault := _breach(channel):
                return replace(entry, reason=f"{channel.__qualname__} of {provider.label}: {fault}")
            entry = replace(
                entry,
                name=channel.name,
                address_kind=channel.address_kind,
                config_schema=_strict(channel.Config).model_json_schema(),
            )
            if reason := self._clash(provider, channel):
                return replace(entry, reason=reason)
            if reason := self._off(channel):
                return replace(entry, state=NotifierState.DISABLED, reason=reason)
            return self._start(entry, channel)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  one channel's code must not keep the others from loading
            return replace(entry, state=NotifierState.FAILED, reason=one_line(f"{provider.label}: {told(error)}"))

    def _clash(self, provider: Provider, channel: type[Notifier]) -> str | None:
        first = self._labels.get(channel.name)
        if first is None:
            self._labels[channel.name] = provider.label
            return None
        return f"the name {channel.name} is taken: {first} and {provider.label} both bring it; the first stays"

    def _off(self, channel: type[Notifier]) -> str | None:
        name = channel.name
        if name in self._disabled:
            self._unheard.discard(name)
            return f"CAPCOM_PLUGINS_DISABLED names {name}"
        if self._settings.is_production and channel.development_only:
            return f"{name} is for development only, and CAPCOM_ENV is production"
        if self._settings.channels and name not in self._settings.channels:
            return f"CAPCOM_CHANNELS does not name {name}"
        return None

    def _start(self, entry: Entry, channel: type[Notifier]) -> Entry:
        given = {field: value for field, value in self._settings.notify.get(channel.name, {}).items() if value.strip()}
        try:
            config = _strict(channel.Config).model_validate(given)
        except ValidationError as error:
            reason = refused_settings(channel.name, channel.Config, given, error)
            return replace(entry, state=NotifierState.UNCONFIGURED, reason=reason)
        host = Host(data_dir=self._settings.data_dir / channel.name, support_email=self._settings.support_email)
        try:
            notifier = channel(config, host)
            self._channels[channel.name] = Channel(notifier, self._settings.send_timeout)
        except NotConfigured as error:
            reason = one_line(words_of(error), secrets_of(config))
            return replace(entry, state=NotifierState.UNCONFIGURED, reason=reason)
        except Exception as error:  # noqa: BLE001  told without the secrets that only this place knows
            return replace(entry, state=NotifierState.FAILED, reason=one_line(told(error), secrets_of(config)))
        return replace(entry, state=NotifierState.ACTIVE)

    def _warnings(self) -> Iterable[str]:
        names = {entry.name for entry in self._entries}
        for name in sorted(self._unheard):
            yield f"CAPCOM_PLUGINS_DISABLED names {name}, which is not installed"
        for name in self._settings.channels:
            if name not in names:
                yield f"CAPCOM_CHANNELS names {name}, which is not installed"
        for name in sorted(set(self._settings.notify) - names):
            yield f"CAPCOM_NOTIFY__{name.upper()}__... is set, but no channel {name} is installed"


def _blank(provider: Provider) -> Entry:
    return Entry(
        name=provider.name,
        state=NotifierState.FAILED,
        distribution=provider.distribution,
        version=provider.version,
        config_schema={},
    )


def _breach(channel: type[Notifier]) -> str | None:
    """What a class lacks to be a channel, in words for its author."""
    # What a third party wrote may be of any type, whatever the annotations promise.
    version: object = channel.api_version
    formats: object = channel.formats
    config: object = channel.Config
    if not isinstance(version, int) or version < 1:
        return f"api_version must be a whole number, not {version!r}"
    if version > API_VERSION:
        return f"it is written for version {version} of the contract, this host knows {API_VERSION}: upgrade capcom-gql"
    for field in ("name", "address_kind"):
        value: object = getattr(channel, field, None)
        if not isinstance(value, str) or not _SLUG.fullmatch(value):
            return f"{field} must be a slug such as matrix, not {value!r}"
    if not isinstance(formats, tuple) or not formats or not FORMATS.issuperset(formats):
        return f"formats must be a tuple of some of {', '.join(sorted(FORMATS))}, not {formats!r}"
    if not isinstance(config, type) or not issubclass(config, BaseModel):
        return "Config must be a pydantic model"
    if channel.send is Notifier.send:
        return "it does not define send"
    for method in ("validate_address", "check", "close"):
        if inspect.iscoroutinefunction(getattr(channel, method)):
            return f"{method} must be a plain def"
    return None


def _strict(model: type[BaseModel]) -> type[BaseModel]:
    """The model, refusing fields it does not know: a misspelt setting must not pass in silence."""
    if model.model_config.get("extra") == "forbid":
        return model
    return type(model.__name__, (model,), {"model_config": ConfigDict(extra="forbid"), "__module__": __name__})
