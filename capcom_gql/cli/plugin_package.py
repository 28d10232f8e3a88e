"""The package that `capcom plugins new` writes: the templates of its files, with placeholders such as `$name`."""

from collections.abc import Mapping
from string import Template

PROJECT = """\
[build-system]
requires = ["hatchling>=1.27,<2"]
build-backend = "hatchling.build"

[project]
name = "$distribution"
version = "0.1.0"
description = "The $name channel for capcom-gql"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["capcom-gql", "pydantic>=2.14,<3"]

[project.optional-dependencies]
test = ["capcom-gql[testing]"]

[project.entry-points."capcom_gql.notifiers"]
$name = "$module"

[tool.hatch.build.targets.wheel]
packages = ["src/$module"]

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["src"]
addopts = ["--import-mode=importlib", "--strict-markers"]

[tool.ruff]
line-length = 120
"""

README = """\
# The $name channel

Sends each letter of a capcom-gql installation to a web service.

```sh
pip install .
capcom plugins list
```

| setting | meaning |
|---|---|
| `${variables}URL` | the URL to which the service wants messages posted |
| `${variables}TOKEN` | the token by which the service identifies this installation |

With both set the channel is ACTIVE and delivers; nothing else has to be changed. Try it with
`capcom plugins send-test $name ana@ville.example`.

## Making it yours

1. In `src/$module/__init__.py` write `send` for your service; of the product import `capcom_gql.plugin` only.
2. When a send fails, raise the exception that fits: the table is in `capcom_gql/notifiers/contract.py`.
3. Run the tests: `pip install '.[test]' && python -m pytest`. `NotifierContract` tests what every channel must do.
"""

CHANNEL = '''\
"""The $name channel: sends each letter to a web service."""

import json
from http.client import HTTPException
from typing import ClassVar
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from capcom_gql.plugin import (
    AddressGone,
    AddressInvalid,
    Health,
    Message,
    NotConfigured,
    Notifier,
    Permanent,
    Sent,
    Transient,
    hookimpl,
)
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

CHECK_SECONDS = 5.0
"""Seconds for the answer to a check."""
MAX_ANSWER = 64 * 1024
"""The most bytes of an answer that are read."""
SHARE = 0.9
"""The share of an attempt's time after which the channel itself reports that no answer came."""


class ${title}Config(BaseModel):
    """The settings, read from ${variables}URL and ${variables}TOKEN."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    """The URL to which messages are posted."""
    token: SecretStr
    """The token by which the service identifies this installation."""

    @field_validator("url")
    @classmethod
    def _on_the_web(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("write it as https://host/path")
        return value


class ${title}Notifier(Notifier):
    """Sends each letter as one POST of JSON."""

    name = "$name"
    # People have e-mail addresses and phones. They add addresses of another kind, such as "$name", to their profile.
    address_kind = "email"
    Config: ClassVar[type[BaseModel]] = ${title}Config

    config: ${title}Config

    def validate_address(self, raw: str) -> str:
        address = super().validate_address(raw)
        if "@" not in address:
            raise AddressInvalid("this is not an e-mail address: write it as name@domain")
        return address

    def send(self, message: Message) -> Sent:
        letter = {"to": message.address, "subject": message.subject, "text": message.text}
        # The id is the same on every attempt, so that the service sends the message only once.
        request = self._request(json.dumps(letter).encode(), {"Idempotency-Key": message.id})
        answer = _ask(request, SHARE * message.timeout)
        return Sent(provider_id=answer.get("id"))

    def check(self) -> Health:
        try:
            _ask(self._request(None, {}), CHECK_SECONDS)
        except (NotConfigured, Permanent, Transient, OSError) as error:
            return Health(ok=False, detail=str(error))
        return Health(ok=True, detail="the service answers and accepts the token")

    def _request(self, body: bytes | None, headers: dict[str, str]) -> Request:
        token = self.config.token.get_secret_value()
        common = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return Request(self.config.url, body, common | headers)


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    return [${title}Notifier]


class _NoRedirects(HTTPRedirectHandler):
    """Follows no redirect, so that the token is sent only to the configured URL."""

    def redirect_request(self, *args: object, **named: object) -> None:
        return None


_WEB = build_opener(_NoRedirects)


def _ask(request: Request, seconds: float) -> dict[str, str]:
    """The service's answer. May also raise OSError, after which the host tries again."""
    try:
        with _WEB.open(request, timeout=seconds) as answer:
            content = json.loads(answer.read(MAX_ANSWER) or b"{}")
    except HTTPError as error:
        with error:
            raise _meaning(error) from None
    except (HTTPException, ValueError) as error:
        raise Transient(f"the service gave an unreadable answer: {type(error).__name__}") from None
    return content if isinstance(content, dict) else {}


def _meaning(error: HTTPError) -> Exception:
    """The exception of the contract for an answer."""
    reason = f"the service answered {error.code}"
    if error.code in (401, 403):
        return NotConfigured(f"{reason}: check ${variables}TOKEN")
    if error.code == 410:
        return AddressGone(reason)
    if error.code == 429 or error.code >= 500:
        wait = error.headers.get("Retry-After", "")
        return Transient(reason, retry_after=float(wait) if wait.isdecimal() else None)
    return Permanent(reason)
'''

TESTS = '''\
"""The $name channel keeps the contract of all channels, and sends what the service expects."""

from capcom_gql.testing import Answer, HttpWorld, NotifierContract, OutcomeKind, Trial

from $module import ${title}Notifier


class Test${title}(NotifierContract):
    """What every channel must do, tested with a real server that answers by script."""

    channel = ${title}Notifier
    world = HttpWorld
    address = "ana@ville.example"
    bad_address = "ana"

    def settings(self, world: HttpWorld) -> dict[str, str]:
        return {"url": f"{world.url}/messages", "token": "a-token-of-the-tests"}

    def test_what_the_service_gets(self, trial: Trial) -> None:
        it = trial.instance()
        assert isinstance(it.world, HttpWorld)
        it.world.always(Answer(202, {"id": "m-1"}))
        outcome = it.send(it.message(text="Bonjour Ana"))
        assert (outcome.kind, outcome.provider_id) == (OutcomeKind.SENT, "m-1")
        (request,) = it.world.requests
        assert (request.method, request.path) == ("POST", "/messages")
        assert request.headers["authorization"] == "Bearer a-token-of-the-tests"
        assert request.json["text"] == "Bonjour Ana"
'''

FILES: Mapping[str, str] = {
    "pyproject.toml": PROJECT,
    "README.md": README,
    "src/$module/__init__.py": CHANNEL,
    "src/$module/py.typed": "",
    "tests/test_$name.py": TESTS,
    ".gitignore": "__pycache__/\n.venv/\ndist/\n.pytest_cache/\n",
}
"""The templates of the files, by the templates of their paths."""


def distribution_of(name: str) -> str:
    """The name of a channel's distribution, by which pip installs it."""
    return f"capcom-notify-{name.replace('_', '-')}"


def files_of(name: str) -> dict[str, str]:
    """The files of a new package for a channel: their texts by their paths in the package."""
    values = {
        "name": name,
        "title": "".join(part.capitalize() for part in name.split("_")),
        "module": f"capcom_notify_{name}",
        "distribution": distribution_of(name),
        "variables": f"CAPCOM_NOTIFY__{name.upper()}__",
    }
    return {Template(path).substitute(values): Template(text).substitute(values) for path, text in FILES.items()}
