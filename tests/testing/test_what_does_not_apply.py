"""Checks that mean nothing for a channel are neither run nor counted as passed: they are named, with the reason."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from capcom_gql.plugin import Message, Notifier, Sent
from capcom_gql.testing import HttpWorld, NotifierContract, SmtpWorld
from capcom_gql.testing.applicability import checks_of
from capcom_gql.testing.schemas import faults_of

ALL = set(checks_of(NotifierContract))


class Silent(Notifier):
    """A channel that sends nothing anywhere."""

    name = "silent"
    address_kind = "email"

    def send(self, message: Message) -> Sent:
        return Sent()


class Bare(NotifierContract):
    """What a class says that declares nothing but its channel."""

    channel = Silent


class OverHttp(Bare):
    """The same, over HTTP."""

    world = HttpWorld


class OverSmtp(Bare):
    """The same, over SMTP."""

    world = SmtpWorld


class Excused(OverHttp):
    """With a check that does not apply, and one of its own."""

    does_not_apply: ClassVar[Mapping[str, str]] = {"test_410_is_final": "the service has no such answer"}

    def test_404_is_no_success(self) -> None:
        """It has its own idea."""


def run_of(contract: type[NotifierContract]) -> set[str]:
    """The checks that pytest would collect."""
    return set(checks_of(contract)) & ALL


def test_each_check_is_run_or_named() -> None:
    for contract in (Bare, OverHttp, OverSmtp, Excused):
        assert run_of(contract) | set(contract.left_out) == ALL
        assert not run_of(contract) & set(contract.left_out)
        assert all(reason.strip() for reason in contract.left_out.values())


def test_the_world_decides() -> None:
    assert {"test_429_is_tried_again_when_told", "test_silence_is_given_up_in_time"} <= run_of(OverHttp)
    assert "test_450_is_tried_again" not in run_of(OverHttp)
    assert {"test_450_is_tried_again", "test_silence_is_given_up_in_time"} <= run_of(OverSmtp)
    assert "test_429_is_tried_again_when_told" not in run_of(OverSmtp)
    assert "speaks neither HTTP nor SMTP" in Bare.left_out["test_silence_is_given_up_in_time"]
    assert "how to read what arrived" in Bare.left_out["test_accents_and_emoji_arrive"]


def test_the_report_names_what_is_not_run_and_what_is_replaced() -> None:
    report = "\n".join(Excused.report())
    assert "Excused: the service has no such answer: test_410_is_final" in report
    assert "Excused: the class replaces them with tests of its own: test_404_is_no_success" in report
    assert "test_503_is_tried_again" not in report


def test_a_subclass_may_take_a_check_up_again() -> None:
    class Again(Excused):
        does_not_apply: ClassVar[Mapping[str, str]] = {}

    assert "test_410_is_final" in run_of(Again)


@pytest.mark.parametrize(
    ("excuses", "words"),
    [
        ({"test_nothing_of_the_kind": "why not"}, "names test_nothing_of_the_kind, which is not a check"),
        ({"test_410_is_final": "  "}, "gives no reason for test_410_is_final"),
    ],
)
def test_an_excuse_must_be_one(excuses: dict[str, str], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        type("Wrong", (Bare,), {"does_not_apply": excuses})


def test_the_end_of_a_run_lists_them(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "from tests.testing.test_what_does_not_apply import Excused\n\nclass TestIt(Excused):\n    pass\n"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "slugs", str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(sys.path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "checks of NotifierContract that were not run" in ended.stdout, ended.stdout + ended.stderr
    assert "TestIt: the service has no such answer: test_410_is_final" in ended.stdout
    assert "1 passed" in ended.stdout


SCHEMAS = {
    "not an object": (["x"], "not an object"),
    "not JSON": ({"type": "object", "default": {1, 2}}, "cannot be written as JSON"),
    "no type": ({"properties": {}}, 'type must be "object"'),
    "a type that there is not": ({"type": "object", "properties": {"a": {"type": "text"}}}, "no type 'text'"),
    "a reference to nothing": ({"type": "object", "properties": {"a": {"$ref": "#/$defs/No"}}}, "does not resolve"),
    "required is no list": ({"type": "object", "required": "a"}, "required must be a list"),
    "a choice of nothing": ({"type": "object", "properties": {"a": {"anyOf": []}}}, "anyOf must be a list"),
    "a property that is no schema": ({"type": "object", "properties": {"a": 5}}, "#/properties/a must be an object"),
    "enum is no list": ({"type": "object", "properties": {"a": {"enum": "x"}}}, "enum must be a list"),
}


@pytest.mark.parametrize(("schema", "words"), SCHEMAS.values(), ids=SCHEMAS)
def test_what_is_no_schema(schema: object, words: str) -> None:
    assert any(words in fault for fault in faults_of(schema)), faults_of(schema)


def test_a_schema_with_references_is_one() -> None:
    schema = {
        "type": "object",
        "$defs": {"A/B": {"type": "string"}},
        "properties": {"a": {"$ref": "#/$defs/A~1B"}, "b": {"anyOf": [{"type": ["integer", "null"]}, True]}},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert faults_of(schema) == []
