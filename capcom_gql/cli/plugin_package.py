"""The package that `capcom plugins new` writes: its files, with `$name` and the like to be filled in."""

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

Hands each letter of a capcom-gql installation to a web service.

```sh
pip install .
capcom plugins list
```

| setting | meaning |
|---|---|
| `${variables}URL` | where the service takes messages |
| `${variables}TOKEN` | the token it knows this installation by |

With both set the channel is ACTIVE and delivers; nothing is edited anywhere else. Try it with
`capcom plugins send-test $name ana@ville.example`.

## Making it yours

1. In `src/$module/__init__.py` write `send` for your service; `capcom_gql.plugin` is all you import of the product.
2. Raise what fits when it does not work: the table is in `capcom_gql/notifiers/contract.py`.
3. Run the tests: `pip install '.[test]' && python -m pytest`. `NotifierContract` tries what every channel must stand.
"""

CHANNEL = '''\
"""The $name channel: hands each letter to a web service."""

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
MOST_READ = 64 * 1024
SHARE = 0.9
"""Of an attempt's time: past it the channel says itself that no answer came, before the host gives up on it."""


class ${title}Config(BaseModel):
    """The settings, read from ${variables}URL and ${variables}TOKEN."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    """Where the service takes messages."""
    token: SecretStr
    """The token it knows this installation by."""

    @field_validator("url")
    @classmethod
    def _on_the_web(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("write it as https://host/path")
        return value


class ${title}Notifier(Notifier):
    """Sends each letter as one POST of JSON."""

    name = "$name"
    # People have e-mail addresses and phones; of another kind, such as "$name", they add one to their profile.
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
        # The id is the same when the message is tried again: the service sends it once.
        request = self._request(json.dumps(letter).encode(), {"Idempotency-Key": message.id})
        answer = _ask(request, SHARE * message.timeout)
        return Sent(provider_id=answer.get("id"))

    def check(self) -> Health:
        try:
            _ask(self._request(None, {}), CHECK_SECONDS)
        except (NotConfigured, Permanent, Transient, OSError) as error:
            return Health(ok=False, detail=str(error))
        return Health(ok=True, detail="the service answers, and knows the token")

    def _request(self, body: bytes | None, headers: dict[str, str]) -> Request:
        token = self.config.token.get_secret_value()
        common = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return Request(self.config.url, body, common | headers)


@hookimpl
def capcom_notifiers() -> list[type[Notifier]]:
    return [${title}Notifier]


class _NoRedirects(HTTPRedirectHandler):
    """The token goes nowhere but where the settings say."""

    def redirect_request(self, *args: object, **named: object) -> None:
        return None


_WEB = build_opener(_NoRedirects)


def _ask(request: Request, seconds: float) -> dict[str, str]:
    """The service's answer. What else may be raised is an OSError, after which the host tries again."""
    try:
        with _WEB.open(request, timeout=seconds) as answer:
            said = json.loads(answer.read(MOST_READ) or b"{}")
    except HTTPError as error:
        with error:
            raise _judged(error) from None
    except (HTTPException, ValueError) as error:
        raise Transient(f"the service gave no answer that can be read: {type(error).__name__}") from None
    return said if isinstance(said, dict) else {}


def _judged(error: HTTPError) -> Exception:
    """What an answer means for the message."""
    words = f"the service answered {error.code}"
    if error.code in (401, 403):
        return NotConfigured(f"{words}: check ${variables}TOKEN")
    if error.code == 410:
        return AddressGone(words)
    if error.code == 429 or error.code >= 500:
        wait = error.headers.get("Retry-After", "")
        return Transient(words, retry_after=float(wait) if wait.isdecimal() else None)
    return Permanent(words)
'''

TESTS = '''\
"""The $name channel keeps the contract of a channel, and says what it means to say."""

from capcom_gql.testing import Answer, HttpWorld, NotifierContract, OutcomeKind, Trial

from $module import ${title}Notifier


class Test${title}(NotifierContract):
    """What every channel must stand, before a server of the kit's that answers by script."""

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


def distribution_of(name: str) -> str:
    """The name of the package of a channel, as it is installed."""
    return f"capcom-notify-{name.replace('_', '-')}"


def files_of(name: str) -> dict[str, str]:
    """The files of a new package for a channel, by their paths in it."""
    words = {
        "name": name,
        "title": "".join(part.capitalize() for part in name.split("_")),
        "module": f"capcom_notify_{name}",
        "distribution": distribution_of(name),
        "variables": f"CAPCOM_NOTIFY__{name.upper()}__",
    }
    return {Template(path).substitute(words): Template(text).substitute(words) for path, text in FILES.items()}
