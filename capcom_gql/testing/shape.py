"""Checks of what a channel is, before anything is sent: how it is found, its settings, its import."""

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
from capcom_gql.testing import whereabouts
from capcom_gql.testing.declared import Declared
from capcom_gql.testing.saying import fail, must
from capcom_gql.testing.schemas import faults_of
from capcom_gql.testing.trial import Instance, Trial

IMPORT_SECONDS = 0.3
SHORTEST_SECRET = 12
_SOUNDS_SECRET = re.compile(r"password|passwd|secret|token")


class ShapeChecks(Declared):
    """What the host sees of a channel."""

    def test_the_host_finds_it(self, trial: Trial) -> None:
        """Installed by its entry point, or from `CAPCOM_PLUGINS_DIR`, it is listed as ACTIVE with its settings."""
        it = trial.instance()
        with self._hosted(trial, it) as registry:
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
                f"the host lists another channel of that name, for addresses of kind {entry.address_kind}",
            )

    def test_the_host_sends_by_it(self, trial: Trial) -> None:
        """A message goes out through the host as it does in service, with nothing changed anywhere."""
        it = trial.instance()
        with self._hosted(trial, it) as registry:
            outcome = trial.run(registry.send(self.channel.name, it.message()))
            must(
                outcome.kind is OutcomeKind.SENT,
                f"sent through the host, a message comes out {outcome.kind.value}: {outcome.reason}",
            )

    def test_its_names_are_slugs(self) -> None:
        """`name` and `address_kind`: lower-case letters, digits and single `_`, a letter first, 40 at most."""
        for field in ("name", "address_kind"):
            value: object = getattr(self.channel, field, None)
            good = isinstance(value, str) and SLUG.fullmatch(value)
            must(good, f"{field} must be a slug such as matrix or my_chat, not {value!r}")
            length = len(str(value))
            must(length <= MAX_NAME_LENGTH, f"{field} has {length} characters; {MAX_NAME_LENGTH} are allowed: {value}")

    def test_its_settings_have_a_schema(self, trial: Trial) -> None:
        """`Config` has a valid JSON Schema, takes the settings of the test class and refuses unknown ones."""
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
        fail('Config takes settings it does not know: give it model_config = ConfigDict(extra="forbid")')

    def test_its_secrets_are_not_shown(self, trial: Trial) -> None:
        """Secrets are `SecretStr`, and stand in no `repr`, no schema and nothing that `check` says."""
        for name, field in self.channel.Config.model_fields.items():
            plain = "Secret" not in str(field.annotation)
            must(
                not (plain and _SOUNDS_SECRET.search(name.lower())),
                f"the setting {name} sounds like a secret and is {field.annotation}: declare it as SecretStr",
            )
        it = trial.instance()
        _long_enough(it)
        shown = {
            "repr() of the notifier": repr(it.notifier),
            "str() of the notifier": str(it.notifier),
            "repr() of its settings": repr(it.notifier.config),
            "the JSON of its settings": it.notifier.config.model_dump_json(),
            "the JSON Schema of its settings": json.dumps(self.channel.Config.model_json_schema()),
            "what check() says": str(it.asked()),
        }
        for where, text in shown.items():
            must(not any(secret in text for secret in it.secrets), f"{where} shows a secret")

    def test_it_refuses_a_bad_address(self, trial: Trial) -> None:
        """`validate_address` refuses with `AddressInvalid` and a sentence; what it gives back it takes again."""
        it = trial.instance()
        good = it.message().address
        must(good, "the test class gives no address (address)")
        normal = it.notifier.validate_address(good)
        must(isinstance(normal, str), f"validate_address answers {type(normal).__name__}, not text")
        again = it.notifier.validate_address(normal)
        must(again == normal, f"validate_address changes its own answer: {normal!r} becomes {again!r}")
        for bad in ("", "   ", self.bad_address):
            try:
                answer = it.notifier.validate_address(bad)
            except AddressInvalid as refusal:
                must(str(refusal).strip(), f"validate_address refuses {bad!r} without a sentence for the reader")
            except Exception as error:  # noqa: BLE001  any other exception is what this check is about
                fail(f"validate_address answers {bad!r} with {type(error).__name__}, not AddressInvalid: {error}")
            else:
                fail(f"validate_address takes {bad!r} for an address: {answer!r} (bad_address of the test class)")

    def test_its_import_is_quick(self) -> None:
        """In a fresh interpreter, which has the host's own part already, the import takes under 300 ms."""
        seconds = whereabouts.quickest(self.channel, self.source, enough=IMPORT_SECONDS)
        must(
            seconds <= IMPORT_SECONDS,
            f"importing the plugin took {seconds * 1000:.0f} ms at best, over {IMPORT_SECONDS * 1000:.0f} ms: "
            "import what is heavy where it is used",
        )

    def test_it_prints_nothing(self, trial: Trial, capfd: pytest.CaptureFixture[str]) -> None:
        """Neither when imported, nor when it sends, checks and closes: programs read what the product prints."""
        printed = whereabouts.imported(self.channel, self.source).printed
        must(not printed, f"importing the plugin prints {printed!r}")
        capfd.readouterr()
        it = trial.instance()
        it.send(it.message())
        it.asked()
        it.close()
        seen = "".join(capfd.readouterr())
        must(not seen, f"the channel prints {seen!r}: use logging")

    @contextmanager
    def _hosted(self, trial: Trial, it: Instance) -> Iterator[Registry]:
        plugins = None
        if self.source is not None or whereabouts.entry_point_of(self.channel) is None:
            plugins = _folder_with(self.source or whereabouts.source_of(self.channel), trial.folder / "plugins")
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


def _long_enough(it: Instance) -> None:
    for secret in it.secrets:
        must(
            len(secret) >= SHORTEST_SECRET,
            f"the test class gives a secret of {len(secret)} characters: give {SHORTEST_SECRET} or more, so that it "
            "can be looked for",
        )
