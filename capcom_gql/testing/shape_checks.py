"""Checks of a channel before anything is sent: how the host finds it, its names, settings and import."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from capcom_gql.notifiers.config import validate_settings
from capcom_gql.notifiers.contract import AddressInvalid
from capcom_gql.notifiers.declarations import MAX_NAME_LENGTH, SLUG
from capcom_gql.notifiers.loader import load
from capcom_gql.notifiers.registry import NotifierState, Registry
from capcom_gql.notifiers.sending import OutcomeKind
from capcom_gql.settings import Settings
from capcom_gql.testing import plugin_source
from capcom_gql.testing.assertions import fail, must
from capcom_gql.testing.declared import Declared
from capcom_gql.testing.schemas import faults_of
from capcom_gql.testing.trial import Instance, Trial

IMPORT_SECONDS = 0.3
"""Seconds that the import of a plugin may take."""
SHORTEST_SECRET = 12
"""The least characters of a secret in the tests, so that it can be searched for in texts."""
_SOUNDS_SECRET = re.compile(r"password|passwd|secret|token")


class ShapeChecks(Declared):
    """What the host sees of a channel."""

    def test_the_host_finds_it(self, trial: Trial) -> None:
        """With its settings the channel is listed as ACTIVE, installed or from `CAPCOM_PLUGINS_DIR`."""
        it = trial.instance()
        with self._load_in_host(trial, it) as registry:
            entries = [each for each in registry.entries if each.name == self.channel.name]
            listed = ", ".join(f"{each.name} ({each.reason or each.state.value})" for each in registry.entries)
            must(entries, f"the host does not list {self.channel.name}; it lists {listed}")
            entry = entries[0]
            must(
                entry.state is NotifierState.ACTIVE,
                f"with the settings of the test class the host lists {entry.name} as {entry.state.value}: "
                f"{entry.reason}",
            )
            must(
                entry.address_kind == self.channel.address_kind,
                f"the host lists another channel with this name, for addresses of kind {entry.address_kind}",
            )

    def test_the_host_sends_by_it(self, trial: Trial) -> None:
        """A message is sent through the host exactly as in service."""
        it = trial.instance()
        with self._load_in_host(trial, it) as registry:
            outcome = trial.run(registry.send(self.channel.name, it.message()))
            must(
                outcome.kind is OutcomeKind.SENT,
                f"sent through the host, the outcome of a message is {outcome.kind.value}: {outcome.reason}",
            )

    def test_its_names_are_slugs(self) -> None:
        """`name` and `address_kind` are of lower-case letters, digits and single `_`, a letter first, 40 at most."""
        for field in ("name", "address_kind"):
            value: object = getattr(self.channel, field, None)
            good = isinstance(value, str) and SLUG.fullmatch(value)
            must(good, f"{field} must be a slug such as matrix or my_chat, not {value!r}")
            length = len(str(value))
            must(length <= MAX_NAME_LENGTH, f"{field} has {length} characters; {MAX_NAME_LENGTH} are allowed: {value}")

    def test_its_settings_have_a_schema(self, trial: Trial) -> None:
        """`Config` has a valid JSON Schema, accepts the settings of the test class and refuses unknown ones."""
        schema = self.channel.Config.model_json_schema()
        faults = faults_of(schema)
        must(not faults, f"the JSON Schema of Config is not valid: {'; '.join(faults)}")
        settings = trial.settings(trial.instance().world)
        properties = {name.lower() for name in schema.get("properties", {})}
        unknown = sorted(set(settings) - properties)
        must(not unknown, f"the test class gives settings that Config's schema does not know: {', '.join(unknown)}")
        missing = sorted(set(schema.get("required", [])) - set(settings))
        must(not missing, f"the test class does not give settings that are required: {', '.join(missing)}")
        try:
            validate_settings(self.channel.Config, {**settings, "no_such_setting": "x"})
        except ValidationError:
            return
        fail('Config accepts unknown settings: give it model_config = ConfigDict(extra="forbid")')

    def test_its_secrets_are_not_shown(self, trial: Trial) -> None:
        """Secrets are `SecretStr`, and are in no `repr`, no schema and no result of `check`."""
        for name, field in self.channel.Config.model_fields.items():
            plain = "Secret" not in str(field.annotation)
            must(
                not (plain and _SOUNDS_SECRET.search(name.lower())),
                f"the setting {name} is probably a secret and is {field.annotation}: declare it as SecretStr",
            )
        it = trial.instance()
        _check_length(it)
        shown = {
            "repr() of the notifier": repr(it.notifier),
            "str() of the notifier": str(it.notifier),
            "repr() of its settings": repr(it.notifier.config),
            "the JSON of its settings": it.notifier.config.model_dump_json(),
            "the JSON Schema of its settings": json.dumps(self.channel.Config.model_json_schema()),
            "the result of check()": str(it.asked()),
        }
        for where, text in shown.items():
            must(not any(secret in text for secret in it.secrets), f"{where} shows a secret")

    def test_it_refuses_a_bad_address(self, trial: Trial) -> None:
        """`validate_address` refuses a bad address by AddressInvalid with a sentence, and accepts its own results."""
        it = trial.instance()
        good = it.message().address
        must(good, "the test class gives no address (address)")
        normal = it.notifier.validate_address(good)
        must(isinstance(normal, str), f"validate_address returns {type(normal).__name__}, not text")
        again = it.notifier.validate_address(normal)
        must(again == normal, f"validate_address changes its own result: {normal!r} becomes {again!r}")
        for bad in ("", "   ", self.bad_address):
            try:
                answer = it.notifier.validate_address(bad)
            except AddressInvalid as refusal:
                must(str(refusal).strip(), f"validate_address refuses {bad!r} without a sentence")
            except Exception as error:  # noqa: BLE001  any other exception is what this check is about
                fail(f"validate_address raises {type(error).__name__} for {bad!r}, not AddressInvalid: {error}")
            else:
                fail(f"validate_address accepts {bad!r} as {answer!r} (bad_address of the test class)")

    def test_its_import_is_quick(self) -> None:
        """In a new interpreter that has imported the host's part, the import takes at most 300 ms."""
        seconds = plugin_source.fastest_import(self.channel, self.source, enough=IMPORT_SECONDS)
        must(
            seconds <= IMPORT_SECONDS,
            f"importing the plugin took {seconds * 1000:.0f} ms at best, over {IMPORT_SECONDS * 1000:.0f} ms: "
            "import slow modules in the functions that use them",
        )

    def test_it_prints_nothing(self, trial: Trial, capfd: pytest.CaptureFixture[str]) -> None:
        """Nothing is printed on import, nor by send, check and close: programs read what the product prints."""
        printed = plugin_source.import_plugin(self.channel, self.source).printed
        must(not printed, f"importing the plugin prints {printed!r}")
        capfd.readouterr()
        it = trial.instance()
        it.send(it.message())
        it.asked()
        it.close()
        seen = "".join(capfd.readouterr())
        must(not seen, f"the channel prints {seen!r}: use logging")

    @contextmanager
    def _load_in_host(self, trial: Trial, it: Instance) -> Iterator[Registry]:
        plugins = None
        if self.source is not None or plugin_source.find_entry_point(self.channel) is None:
            plugins = _folder_with(self.source or plugin_source.find_source(self.channel), trial.folder / "plugins")
        registry = load(
            Settings(
                data_dir=trial.folder / "hosted",
                plugins_dir=plugins,
                notify={self.channel.name: trial.settings(it.world)},
            )
        )
        try:
            yield registry
        finally:
            registry.close()


def _folder_with(source: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, folder / source.name)
    return folder


def _check_length(it: Instance) -> None:
    for secret in it.secrets:
        must(
            len(secret) >= SHORTEST_SECRET,
            f"the test class gives a secret of {len(secret)} characters: give {SHORTEST_SECRET} or more, so that it "
            "can be searched for",
        )
