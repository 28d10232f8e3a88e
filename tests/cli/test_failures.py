"""Nothing that goes wrong shows a traceback: a sentence, and the status that scripts test."""

import resource
import subprocess
import sys

import pytest

from tests.cli.installations import Installation

COMMANDS = [
    [],
    ["serve"],
    ["demo"],
    ["tick"],
    ["clock"],
    ["clock", "show"],
    ["clock", "set"],
    ["clock", "advance"],
    ["clock", "reset"],
    ["migrate"],
    ["schema"],
    ["staff"],
    ["staff", "add"],
    ["key"],
    ["key", "add"],
    ["key", "list"],
    ["key", "revoke"],
    ["plugins"],
    ["plugins", "list"],
    ["letters"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_and_each_that_does_something_an_example(
    installation: Installation, command: list[str]
) -> None:
    shown = installation.run(*command, "--help").out
    assert shown.startswith(" ".join(["Usage: capcom", *command]))
    if "COMMAND [ARGS]" not in shown:
        assert f"Example: capcom {' '.join(command)}" in shown


def test_help_answers_at_once() -> None:
    """In little of the processor's time: the heavy libraries are not even imported for it."""
    program = "import sys; sys.argv = ['capcom', '--help']\nfrom capcom_gql.cli import main\n"
    report = "try:\n    main()\nexcept SystemExit:\n    print(sorted(sys.modules))\n"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", program + report], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
    assert not [
        name for name in ("tortoise", "strawberry", "starlette", "pydantic", "rich") if f"'{name}'" in done.stdout
    ]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ENV": "staging"}, "CAPCOM_ENV=staging is refused; give development or production"),
        ({"PROOF_DAYZ": "3"}, "did you mean CAPCOM_PROOF_DAYS?"),
        ({"DATABASE_URL": "postgres://capcom:secret@127.0.0.1:1/capcom"}, "the database does not answer"),
        ({"DATA_DIR": "/proc/nowhere"}, "No such file or directory"),
    ],
)
def test_settings_that_cannot_be_used(installation: Installation, settings: dict[str, str], words: str) -> None:
    done = installation.having(**settings).run("serve", "--port", "0", status=1)
    assert words in done.err and "secret" not in done.err
    assert done.out == ""


def test_all_faults_of_the_settings_are_told_at_once(installation: Installation) -> None:
    done = installation.having(ENV="staging", PROOF_DAYS="0").run("tick", status=1)
    assert "CAPCOM_ENV=staging" in done.err and "CAPCOM_PROOF_DAYS=0" in done.err


def test_a_database_that_is_no_database(bare_installation: Installation) -> None:
    bare_installation.data_dir.mkdir()
    (bare_installation.data_dir / "capcom.sqlite3").write_text("this is a letter, not a database\n" * 100)
    for command in ("tick", "migrate"):
        assert "is not a database" in bare_installation.run(command, status=1).err


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["serve", "--port", "many"], "--port"),
        (["serve", "--port", "70000"], "--port"),
        (["tick", "--forever"], "--forever"),
        (["key", "revoke"], "Missing argument"),
    ],
)
def test_wrong_usage_is_status_two(installation: Installation, command: list[str], words: str) -> None:
    assert words in installation.run(*command, status=2).err


def test_a_host_that_is_not_this_machine_s(installation: Installation) -> None:
    for host in ("192.0.2.1", "no-such-host.invalid"):
        assert host in installation.run("serve", "--host", host, "--port", "0", status=1).err
