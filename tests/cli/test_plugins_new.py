"""`capcom plugins new`: the package it writes is installed, passes its tests and delivers as it is."""

import json
from pathlib import Path

import pytest

from capcom_gql.testing import HttpWorld
from tests.cli.installations import Installation
from tests.testing.workshop import open_workshop

WRITTEN = {
    ".gitignore",
    "README.md",
    "pyproject.toml",
    "src/capcom_notify_my_chat/__init__.py",
    "src/capcom_notify_my_chat/py.typed",
    "tests/test_my_chat.py",
}


def test_the_package_passes_its_tests_is_installed_and_delivers(tmp_path: Path) -> None:
    workshop = open_workshop(tmp_path)
    assert workshop.run("capcom plugins new my_chat").strip() == "capcom-notify-my-chat"
    package = workshop.folder / "capcom-notify-my-chat"
    assert {str(path.relative_to(package)) for path in package.rglob("*") if path.is_file()} == WRITTEN

    before = workshop.run("cd capcom-notify-my-chat && python -m pytest -p no:cacheprovider")
    assert " passed" in before and " failed" not in before
    workshop.run("pip install ./capcom-notify-my-chat")
    after = workshop.run("cd capcom-notify-my-chat && python -m pytest -p no:cacheprovider")
    assert " passed" in after and " failed" not in after

    (listed,) = [each for each in json.loads(workshop.run("capcom plugins list --json")) if each["name"] == "my_chat"]
    assert (listed["state"], listed["distribution"]) == ("UNCONFIGURED", "capcom-notify-my-chat")
    assert "CAPCOM_NOTIFY__MY_CHAT__URL and CAPCOM_NOTIFY__MY_CHAT__TOKEN" in listed["reason"]
    with HttpWorld() as world:
        settings = f"CAPCOM_NOTIFY__MY_CHAT__URL={world.url}/messages\nCAPCOM_NOTIFY__MY_CHAT__TOKEN=a-secret-token\n"
        (workshop.folder / ".env").write_text(settings)
        listing = json.loads(workshop.run("capcom plugins list --json"))
        assert [each["state"] for each in listing if each["name"] == "my_chat"] == ["ACTIVE"]
        workshop.run("capcom plugins send-test my_chat ana@ville.example")
        (request,) = world.requests
        assert request.json["to"] == "ana@ville.example"
        assert request.headers["authorization"] == "Bearer a-secret-token"
    assert "taken" not in workshop.run("capcom plugins new other_chat --into deeper/down")
    assert (workshop.folder / "deeper/down/capcom-notify-other-chat/pyproject.toml").is_file()


@pytest.mark.parametrize("name", ["Matrix", "my-chat", "2chat", "a__b", "_chat", "été", "../chat", ""])
def test_what_is_no_slug_is_refused(bare_installation: Installation, name: str) -> None:
    refused = bare_installation.run("plugins", "new", name, status=1)
    assert "cannot be the name of a channel" in refused.err and "such as matrix" in refused.err
    assert list(bare_installation.folder.iterdir()) == []


def test_names_that_are_taken_or_too_long_are_refused(bare_installation: Installation) -> None:
    assert "is installed already" in bare_installation.run("plugins", "new", "mailbox", status=1).err
    assert "40 are allowed" in bare_installation.run("plugins", "new", "a" * 41, status=1).err
    assert list(bare_installation.folder.iterdir()) == []


def test_a_folder_that_exists_is_left_as_it_is(bare_installation: Installation) -> None:
    target = bare_installation.folder / "capcom-notify-matrix"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    refused = bare_installation.run("plugins", "new", "matrix", status=1)
    assert "exists already; nothing was written" in refused.err
    assert [path.name for path in target.iterdir()] == ["mine.txt"]


def test_a_place_that_cannot_be_written_is_told(bare_installation: Installation) -> None:
    (bare_installation.folder / "file").write_text("")
    refused = bare_installation.run("plugins", "new", "matrix", "--into", "file", status=1)
    assert "Check that it exists" in refused.err
