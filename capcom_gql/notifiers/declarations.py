"""What a plugin declares, validated, and the start of its channels: the same code in this process and in a child."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from capcom_gql.notifiers.config import validate_settings
from capcom_gql.notifiers.contract import API_VERSION, Host, NotConfigured, Notifier
from capcom_gql.notifiers.discovery import Provider
from capcom_gql.notifiers.redaction import describe_error, message_of, redact, secrets_of
from capcom_gql.notifiers.sending import Runner
from capcom_gql.notifiers.wording import refused_settings

FORMATS = frozenset({"text", "html", "json"})
"""What `Notifier.formats` may name."""
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""The form of a channel's name and of its kind of address."""
MAX_NAME_LENGTH = 40
"""The most characters of a channel's name and of its kind of address; the tables have no room for much more."""


class SettingsRefused(Exception):
    """A channel cannot start with its settings: the operator must set or correct them. The text says what to do, and
    shows no secret."""


class StartFailed(Exception):
    """A channel cannot start because its own code failed. The text says how, and shows no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One channel class of a plugin: its class variables, or the fault for which it is refused."""

    label: str
    """The qualified name of the class, to name it in messages."""
    fault: str | None = None
    """Why it is refused; the fields below are then empty. None for a good one."""
    name: str = ""
    address_kind: str = ""
    formats: tuple[str, ...] = ()
    development_only: bool = False
    config_schema: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """What one plugin declares by its hooks, or why it could not be loaded."""

    channels: tuple[Declaration, ...] = ()
    template_dirs: tuple[Path, ...] = ()
    failure: str | None = None
    """Why it could not be loaded, in one line; None where it was."""


class Plugin(Protocol):
    """A loaded plugin, whether its code runs in this process or in a child."""

    @property
    def provider(self) -> Provider:
        """Where the plugin was found."""

    def declare(self) -> Declarations:
        """Load the plugin and say what it declares. An exception of the plugin's ends up in `failure`."""

    def start(self, index: int, values: Mapping[str, str], host: Host) -> Runner:
        """Start the channel at `index` of the declarations, with its settings as text.

        Raises SettingsRefused, StartFailed.
        """

    def discard(self) -> None:
        """Release what runs the plugin, of which no channel is in service."""


def is_valid_name(value: str) -> bool:
    """Whether a text may be a channel's name or its kind of address: a slug of at most MAX_NAME_LENGTH characters."""
    return len(value) <= MAX_NAME_LENGTH and SLUG.fullmatch(value) is not None


def declaration_of(channel: type[Notifier]) -> Declaration:
    """The declaration of a channel class; with a fault if the class breaks the contract or its code raises."""
    label = "?"
    try:
        label = str(channel.__qualname__)
        if fault := _fault_of(channel):
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
    except BaseException as error:  # noqa: BLE001  the other channels must still load
        return Declaration(label=label, fault=redact(describe_error(error)), config_schema={})


def start_channel(channel: type[Notifier], values: Mapping[str, str], host: Host) -> Notifier:
    """Build a channel's instance from its settings as text. Raises SettingsRefused, StartFailed."""
    try:
        config = validate_settings(_strict(channel.Config), values)
    except ValidationError as error:
        raise SettingsRefused(refused_settings(channel.name, channel.Config, values, error)) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  a validator of the plugin's may raise anything, or exit
        # all values are hidden: which of them are secrets is not known without a valid model
        raise StartFailed(redact(describe_error(error), values.values())) from None
    try:
        return channel(config, host)
    except NotConfigured as error:
        raise SettingsRefused(redact(message_of(error), secrets_of(config))) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  the plugin's own code may raise anything, or exit
        raise StartFailed(redact(describe_error(error), secrets_of(config))) from None


def _fault_of(channel: type[Notifier]) -> str | None:
    """How a class breaks the contract, as a sentence for its author; None for a good one."""
    # a third party's values may be of any type, whatever the annotations promise
    version: object = channel.api_version
    formats: object = channel.formats
    config: object = channel.Config
    if not isinstance(version, int) or version < 1:
        return f"api_version must be a whole number, not {version!r}"
    if version > API_VERSION:
        return f"it needs version {version} of the contract and this host has {API_VERSION}: upgrade capcom-gql"
    for field in ("name", "address_kind"):
        value: object = getattr(channel, field, None)
        if not isinstance(value, str) or not SLUG.fullmatch(value):
            return f"{field} must be a slug such as matrix, not {value!r}"
        if len(value) > MAX_NAME_LENGTH:
            return f"{field} has {len(value)} characters; {MAX_NAME_LENGTH} are allowed: {value}"
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
    """The model, made to refuse unknown fields, so that a misspelt setting is reported."""
    if model.model_config.get("extra") == "forbid":
        return model
    return type(model.__name__, (model,), {"model_config": ConfigDict(extra="forbid"), "__module__": __name__})
