"""Deliberately wrong channels: each is the one that `capcom plugins new` writes, with one thing broken.

For each of them the check of the kit that must notice, and nothing else may fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from capcom_gql.cli.plugin_package import files_of

NAME = "pigeon"
GOOD = files_of(NAME)["src/capcom_notify_pigeon/__init__.py"]


@dataclass(frozen=True)
class Wrong:
    """What stands in the good channel, what stands in its place, and the check that must fail."""

    old: str
    new: str
    check: str

    @property
    def source(self) -> str:
        """The wrong channel."""
        assert GOOD.count(self.old) == 1, self.old
        return GOOD.replace(self.old, self.new)


WRONG: Mapping[str, Wrong] = {
    "changes_the_id": Wrong(
        '{"Idempotency-Key": message.id}',
        '{"Idempotency-Key": f"{message.id}-{message.attempt}"}',
        "test_a_second_attempt_keeps_the_id",
    ),
    "hands_no_id_over": Wrong(
        ', {"Idempotency-Key": message.id})',
        ", {})",
        "test_a_second_attempt_keeps_the_id",
    ),
    "swallows_503": Wrong(
        "        with error:\n",
        "        if error.code == 503:\n            return {}\n        with error:\n",
        "test_503_is_tried_again",
    ),
    "is_deaf_to_retry_after": Wrong(
        "retry_after=float(wait) if wait.isdecimal() else None",
        "retry_after=None",
        "test_429_is_tried_again_when_told",
    ),
    "shows_its_secret_in_its_repr": Wrong(
        "    def send(",
        "    def __repr__(self) -> str:\n"
        '        return f"Pigeon({self.config.token.get_secret_value()})"\n\n'
        "    def send(",
        "test_its_secrets_are_not_shown",
    ),
    "shows_its_secret_in_a_reason": Wrong(
        'reason = f"the service answered {error.code}"',
        'reason = f"{error.code} for {_token}"',
        "test_no_reason_shows_a_secret",
    ),
    "shares_its_settings": Wrong(
        "    def send(",
        "    def __init__(self, config, host):\n"
        "        type(self).config = config\n"
        "        self.host = host\n\n"
        "    def send(",
        "test_instances_share_nothing",
    ),
    "keeps_what_it_sent_in_its_class": Wrong(
        '        letter = {"to"',
        '        self.sent_by_all.append(message.id)\n        letter = {"to"',
        "test_instances_share_nothing",
    ),
    "is_slow_to_import": Wrong(
        "CHECK_SECONDS = 5.0",
        'CHECK_SECONDS = 5.0\n__import__("time").sleep(0.6)',
        "test_its_import_is_quick",
    ),
    "cannot_be_closed_twice": Wrong(
        "    def send(",
        '    def close(self) -> None:\n        del self.__dict__["config"]\n\n    def send(',
        "test_closing_twice_is_fine",
    ),
    "prints": Wrong(
        '        letter = {"to"',
        '        print("sending", message.id)\n        letter = {"to"',
        "test_it_prints_nothing",
    ),
    "writes_ascii": Wrong(
        "json.dumps(letter).encode()",
        'json.dumps(letter, ensure_ascii=False).encode("ascii", "replace")',
        "test_accents_and_emoji_arrive",
    ),
    "waits_for_ever": Wrong(
        "_ask(request, SHARE * message.timeout)",
        "_ask(request, 60.0)",
        "test_silence_is_given_up_in_time",
    ),
    "waits_until_the_host_gives_up": Wrong(
        "_ask(request, SHARE * message.timeout)",
        "_ask(request, message.timeout)",
        "test_silence_is_given_up_in_time",
    ),
    "trusts_anybody": Wrong(
        "_WEB = build_opener(_NoRedirects)",
        "import ssl, urllib.request\n"
        "_WEB = build_opener(\n"
        "    _NoRedirects, urllib.request.HTTPSHandler(context=ssl._create_unverified_context())\n"
        ")",
        "test_a_certificate_of_nobody_is_refused",
    ),
    "follows_redirects": Wrong("build_opener(_NoRedirects)", "build_opener()", "test_a_redirect_is_no_success"),
    "takes_any_address": Wrong('if "@" not in address:', "if False:", "test_it_refuses_a_bad_address"),
    "takes_any_setting": Wrong('extra="forbid"', 'extra="ignore"', "test_its_settings_have_a_schema"),
}
"""The wrong channels by name."""

EXTRAS: Mapping[str, str] = {
    "shows_its_secret_in_a_reason": "\n_token = 'a-token-of-the-tests'\n",
    "keeps_what_it_sent_in_its_class": "\nPigeonNotifier.sent_by_all = []\n",
}
"""What further stands at the end of some of them."""

CONTRACTS = """
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
import sys

from capcom_gql.testing import NotifierContract, HttpWorld

HERE = Path(__file__).parent

def channel_of(name):
    spec = spec_from_file_location(name, HERE / f"{name}.py")
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PigeonNotifier

class Declared(NotifierContract):
    world = HttpWorld
    address = "ana@ville.example"
    bad_address = "ana"

    def settings(self, world):
        return {"url": f"{world.url}/messages", "token": "a-token-of-the-tests"}
"""

CONTRACT = """
class Test_{name}(Declared):
    channel = channel_of("{name}")
    source = HERE / "{name}.py"
"""


def sources() -> dict[str, str]:
    """The files of a test run over every wrong channel, and over the good one."""
    plugins = {name: wrong.source + EXTRAS.get(name, "") for name, wrong in WRONG.items()} | {"good": GOOD}
    contracts = CONTRACTS + "".join(CONTRACT.format(name=name) for name in plugins)
    return {f"{name}.py": source for name, source in plugins.items()} | {"test_contracts.py": contracts}
