"""What a plugin brings, judged before it is let in, and the start of its channels: the same wherever its code runs."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from capcom_gql.notifiers.config import validated
from capcom_gql.notifiers.contract import API_VERSION, Host, NotConfigured, Notifier
from capcom_gql.notifiers.discovery import Provider
from capcom_gql.notifiers.redaction import one_line, secrets_of, told, words_of
from capcom_gql.notifiers.sending import Runner
from capcom_gql.notifiers.wording import refused_settings

FORMATS = frozenset({"text", "html", "json"})
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_NAME = 40
"""Characters of a channel's name, and of its kind of address; no row has room for much more."""


class SettingsLacking(Exception):
    """A channel cannot start with these settings; the text says what to set, and shows no secret."""


class StartFailed(Exception):
    """A channel cannot start by a fault of its own; the text says which, and shows no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One channel that a plugin brings. With a `fault`, which says why it is refused, the rest means nothing."""

    label: str
    """What its author calls the class."""
    fault: str | None = None
    name: str = ""
    address_kind: str = ""
    formats: tuple[str, ...] = ()
    development_only: bool = False
    config_schema: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """What one plugin brings, or the reason why it brings nothing."""

    offers: tuple[Declaration, ...] = ()
    template_dirs: tuple[Path, ...] = ()
    failure: str | None = None


class Plugin(Protocol):
    """A provider's code, wherever it runs."""

    @property
    def provider(self) -> Provider: ...

    def bring(self) -> Declarations:
        """What it brings. Raises nothing of the plugin's."""

    def start(self, place: int, given: Mapping[str, str], host: Host) -> Runner:
        """Start the channel of the offer at that place. Raises SettingsLacking, StartFailed."""

    def leave(self) -> None:
        """Nothing of it is in service: let go of what runs it."""


def is_name(value: str) -> bool:
    """Whether a text may be a channel's name or its kind of address."""
    return len(value) <= LONGEST_NAME and SLUG.fullmatch(value) is not None


def declaration_of(channel: type[Notifier]) -> Declaration:
    """What a class offers, or what it lacks to be a channel."""
    label = "?"
    try:
        label = str(channel.__qualname__)
        if fault := _breach(channel):
            return Declaration(label=label, fault=fault, config_schema={})
        return Declaration(
            label=label,
            name=channel.name,
            address_kind=channel.address_kind,
            formats=channel.formats,
            development_only=bool(channel.development_only),
            config_schema=_strict(channel.Config).model_json_schema(),
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  one channel's code must not keep the others from loading
        return Declaration(label=label, fault=one_line(told(error)), config_schema={})


def begin(channel: type[Notifier], given: Mapping[str, str], host: Host) -> Notifier:
    """Build a channel from its settings as text. Raises SettingsLacking, StartFailed."""
    try:
        config = validated(_strict(channel.Config), given)
    except ValidationError as error:
        raise SettingsLacking(refused_settings(channel.name, channel.Config, given, error)) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a validator of its own may raise or exit as it likes
        # which of the values are secrets is what could not be found out
        raise StartFailed(one_line(told(error), given.values())) from None
    try:
        return channel(config, host)
    except NotConfigured as error:
        raise SettingsLacking(one_line(words_of(error), secrets_of(config))) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  told without the secrets that only this place knows
        raise StartFailed(one_line(told(error), secrets_of(config))) from None


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
        if not isinstance(value, str) or not SLUG.fullmatch(value):
            return f"{field} must be a slug such as matrix, not {value!r}"
        if len(value) > LONGEST_NAME:
            return f"{field} has {len(value)} characters; {LONGEST_NAME} are allowed: {value}"
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
