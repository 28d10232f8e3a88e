"""The settings of the channel: the server, how to connect to it, and the sender."""

import ipaddress
import re
import ssl
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from capcom_notify_email.addresses import MailAddress, normalize_address, parse_mailbox

_HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?")
DEFAULT_SENDER_NAME = "Cap'Com Plus"
"""The sender's display name, if SENDER has none."""


class Security(StrEnum):
    """How the connection is encrypted."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"
    """from the first byte on"""


DEFAULT_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}
"""The port for each kind of encryption, if PORT is not set."""


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class EmailConfig(BaseModel):
    """The settings of the channel. A server without authentication needs HOST and SENDER only."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field(description="The mail server's name or address, such as smtp.reseau.example.")
    port: Annotated[int | None, BeforeValidator(_empty_is_none)] = Field(
        None, ge=1, le=65_535, description="Empty: 587 with starttls, 465 with tls, 25 with none."
    )
    security: Annotated[Security, BeforeValidator(_lower)] = Field(
        Security.STARTTLS,
        description="starttls, tls (from the first byte on), or none, for a server on this machine or network.",
    )
    username: str = Field("", description="The user name to sign in with; empty: without signing in.")
    password: SecretStr = Field(SecretStr(""), description="The password of that user.")
    sender: str = Field(description="The sender of letters: Cap'Com Plus <bonjour@reseau.example>, or an address.")
    reply_to: str = Field(
        "", description="The address for replies; empty: the support address, unless that is the sender."
    )
    ca_file: Annotated[Path | None, BeforeValidator(_empty_is_none)] = Field(
        None, description="A PEM file of the certificate authorities to trust instead of the system's."
    )

    @field_validator("host")
    @classmethod
    def _is_host(cls, value: str) -> str:
        value = value.strip().removeprefix("[").removesuffix("]")
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            if not _HOST_NAME.fullmatch(value):
                raise ValueError("give the server's name alone, without smtp:// and without a port") from None
        return value

    @field_validator("sender")
    @classmethod
    def _is_sender(cls, value: str) -> str:
        if not parse_mailbox(value).address.isascii():
            raise ValueError("every server must accept it: use letters without accents before the @")
        return value

    @field_validator("reply_to")
    @classmethod
    def _is_mailbox(cls, value: str) -> str:
        if value and not parse_mailbox(value).address.isascii():
            raise ValueError("every server must accept it: use letters without accents before the @")
        return value

    @field_validator("ca_file")
    @classmethod
    def _is_trusted(cls, value: Path | None) -> Path | None:
        try:
            tls_context(value) if value is not None else None
        except ssl.SSLError:
            raise ValueError("the file holds no certificate in PEM form") from None
        except OSError as error:
            raise ValueError(f"the file cannot be read: {error.strerror or error}") from None
        return value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if bool(self.username) is not bool(self.password.get_secret_value()):
            raise ValueError("USERNAME and PASSWORD go together: give both, or neither")
        if self.username and self.security is Security.NONE and not self._is_near():
            raise ValueError("a password is not sent unencrypted to another machine: set SECURITY to starttls or tls")
        return self

    def _is_near(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def port_used(self) -> int:
        """The port to connect to: PORT, or the default for SECURITY."""
        return self.port or DEFAULT_PORTS[self.security]

    @property
    def server(self) -> str:
        """The server as `host:port`, for messages."""
        return f"[{self.host}]:{self.port_used}" if ":" in self.host else f"{self.host}:{self.port_used}"

    @property
    def sender_mailbox(self) -> MailAddress:
        """The sender of letters, with a display name."""
        found = parse_mailbox(self.sender)
        return found if found.name else MailAddress(found.address, DEFAULT_SENDER_NAME)

    def reply_to_mailbox(self, support_email: str) -> MailAddress | None:
        """The address for replies; None if it is the sender's, or not ASCII, which not every server accepts."""
        found = parse_mailbox(self.reply_to) if self.reply_to else MailAddress(normalize_address(support_email))
        return found if found.address != self.sender_mailbox.address and found.address.isascii() else None


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """The TLS settings for connections: trusting the system's authorities, or those of a PEM file. Raises OSError."""
    return ssl.create_default_context(cafile=ca_file)
