"""The settings of the channel: the provider, and what each provider needs."""

import json
import re
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic.config import JsonDict

from capcom_notify_sms.gateway import statuses_of
from capcom_notify_sms.ovh import ENDPOINTS
from capcom_notify_sms.templates import content_type_of, escape_in, escape_in_url, fill, headers_of, placeholders_of

REQUIRED: dict[str, tuple[str, ...]] = {
    "http": ("url",),
    "ovh": ("application_key", "application_secret", "consumer_key", "service_name"),
    "brevo": ("api_key", "sender"),
    "apprise": ("url",),
}
"""The settings that each provider requires, besides PROVIDER."""
BODY = '{"to": "{to}", "text": "{text}", "sender": "{sender}", "id": "{id}"}'
"""The default of the setting BODY."""
_SENDER = re.compile(r"\+?\d{3,15}|[A-Za-z0-9][A-Za-z0-9 .&'_-]{0,10}")
_BREVO_SENDER = re.compile(r"\d{3,15}|[A-Za-z0-9]{1,11}")
_PREFIX = "CAPCOM_NOTIFY__SMS__"


def _schema(schema: JsonDict) -> None:
    """Add to the JSON Schema what each provider requires."""
    schema["allOf"] = [
        {"if": {"properties": {"provider": {"const": provider}}}, "then": {"required": list(fields)}}
        for provider, fields in REQUIRED.items()
    ]


class SmsConfig(BaseModel):
    """The settings, read from `CAPCOM_NOTIFY__SMS__<FIELD>`. A description begins with the provider of its field."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_schema)

    provider: Literal["http", "ovh", "brevo", "apprise"] = Field(description="The provider that sends the texts.")
    sender: str = Field(
        default="",
        description="The sender of texts: a name (at most 11 letters and digits) or a number; Brevo needs one.",
    )
    max_segments: int = Field(
        default=1,
        description="How many messages one text may need; a longer text is refused, never cut.",
        ge=1,
        le=10,
    )
    url: SecretStr = Field(
        default=SecretStr(""),
        description="http: the URL for texts, a template. apprise: an Apprise URL with {to} for the number.",
    )
    method: Literal["POST", "PUT", "GET"] = Field(
        default="POST", description="http: the request's method; with GET no body is sent."
    )
    headers: SecretStr = Field(
        default=SecretStr(""),
        description="http: headers, a JSON object of templates; Content-Type says how the body's values are escaped.",
    )
    body: SecretStr = Field(
        default=SecretStr(BODY),
        description="http: the body, a template with {to}, {digits}, {text}, {sender} and {id}.",
    )
    ok: str = Field(
        default="2xx", description="http: the statuses that mean that the text was accepted, such as 2xx or 200,202."
    )
    ok_text: str = Field(
        default="", description="http: a text that the answer must contain too, for gateways that always answer 200."
    )
    application_key: SecretStr = Field(default=SecretStr(""), description="ovh: the application's key.")
    application_secret: SecretStr = Field(default=SecretStr(""), description="ovh: the application's secret.")
    consumer_key: SecretStr = Field(
        default=SecretStr(""), description="ovh: a consumer key with the rights GET /sms/* and POST /sms/*."
    )
    service_name: str = Field(default="", description="ovh: the SMS account, such as sms-ab12345-1.")
    api_key: SecretStr = Field(default=SecretStr(""), description="brevo: an API key, version 3.")
    endpoint: str = Field(
        default="",
        description="ovh: ovh-eu (the default), ovh-ca or a URL; brevo: a URL instead of https://api.brevo.com/v3.",
    )

    @field_validator("sender")
    @classmethod
    def _a_sender(cls, value: str) -> str:
        if value and not _SENDER.fullmatch(value):
            raise ValueError("a sender is a number of 3 to 15 digits, or a name of at most 11 letters and digits")
        return value

    @field_validator("ok")
    @classmethod
    def _statuses(cls, value: str) -> str:
        statuses_of(value)
        return value

    @field_validator("endpoint")
    @classmethod
    def _an_endpoint(cls, value: str) -> str:
        if value and value not in ENDPOINTS:
            _check_address(value)
        return value

    @field_validator("headers")
    @classmethod
    def _some_headers(cls, value: SecretStr) -> SecretStr:
        escape_in(content_type_of(headers_of(value.get_secret_value())))
        return value

    @model_validator(mode="after")
    def _what_the_provider_needs(self) -> "SmsConfig":
        missing = [field for field in REQUIRED[self.provider] if not _text_of(getattr(self, field))]
        if missing:
            names = " and ".join(_PREFIX + field.upper() for field in missing)
            raise ValueError(f"with {_PREFIX}PROVIDER={self.provider} set {names}")
        if self.provider == "http":
            _check_gateway(self)
        if self.provider == "apprise" and not {"to", "digits"} & placeholders_of(self.url.get_secret_value()):
            raise ValueError(f"{_PREFIX}URL has no place for the number: put {{to}} in it")
        if self.provider == "brevo" and not _BREVO_SENDER.fullmatch(self.sender):
            raise ValueError(f"{_PREFIX}SENDER: for Brevo at most 11 letters and digits without spaces, or a number")
        return self


def _text_of(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _check_gateway(config: SmsConfig) -> None:
    url = config.url.get_secret_value()
    body = "" if config.method == "GET" else config.body.get_secret_value()
    headers = headers_of(config.headers.get_secret_value())
    content_type = content_type_of(headers)
    places = placeholders_of(url) | placeholders_of(body)
    if not {"to", "digits"} & places or "text" not in places:
        raise ValueError(f"{_PREFIX}URL and {_PREFIX}BODY must have places for number and text: {{to}}, {{text}}")
    if "sender" in places and not config.sender and config.body.get_secret_value() != BODY:
        raise ValueError(f"the templates use {{sender}}: set {_PREFIX}SENDER")
    sample = dict.fromkeys(("to", "digits", "text", "sender", "id"), "1")
    _check_address(fill(url, sample, escape_in_url))
    if body and "json" in content_type:
        try:
            json.loads(fill(body, sample, escape_in(content_type)))
        except ValueError:
            raise ValueError(f"{_PREFIX}BODY is not JSON: put the placeholders between quotes") from None


def _check_address(url: str) -> None:
    """Raise ValueError, without the URL, for one that is invalid, or is plain http to a public host."""
    try:
        parts = urlsplit(url)
        host, scheme, _ = parts.hostname or "", parts.scheme, parts.port
    except ValueError:
        host, scheme = "", ""
    if not host or scheme not in ("http", "https"):
        raise ValueError("it is not the URL of a server: write it as https://host/path")
    if scheme == "http" and not _is_near(host):
        raise ValueError("numbers and keys must be sent encrypted: write the URL with https")


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host
