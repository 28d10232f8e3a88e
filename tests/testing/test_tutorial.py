"""The tutorial says what is true: its files are written, its commands typed, and a letter goes by its channel."""

import json
import re
import subprocess
from pathlib import Path

from capcom_gql.testing import HttpWorld, Request
from tests.cli.installations import Serving
from tests.patience import until
from tests.processes import READY
from tests.testing.test_wrong_channels import CHECKS_OVER_HTTP
from tests.testing.workshop import ROOT, Workshop, open_workshop

TUTORIAL = (ROOT / "plugins" / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SERVICE = "https://pigeons.example"
SECTIONS = re.compile(r"^## (.+)$", re.MULTILINE)


def blocks(*, until: str | None = None, after: str | None = None) -> list[tuple[str, str, str]]:
    """The blocks of some sections, in order: the file each is for, its kind, its text."""
    begin = 0 if after is None else TUTORIAL.index(f"\n## {after}\n")
    end = len(TUTORIAL) if until is None else TUTORIAL.index(f"\n## {until}\n")
    return BLOCK.findall(TUTORIAL[begin:end])


def follow(workshop: Workshop, steps: list[tuple[str, str, str]], service: str) -> list[str]:
    """Do what the blocks say; what each of their commands printed."""
    printed = []
    for path, kind, told in steps:
        text = told.replace(SERVICE, service)
        if kind == "sh":
            printed.append(workshop.run(text))
            continue
        assert path, f"a block of {kind} is neither a file nor commands:\n{text}"
        file = workshop.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return printed


def state_of_the_pigeon(workshop: Workshop) -> tuple[str, str | None, str | None]:
    """The pigeon as it is listed: state, distribution, version."""
    (pigeon,) = [each for each in json.loads(workshop.run("capcom plugins list --json")) if each["name"] == "pigeon"]
    return pigeon["state"], pigeon["distribution"], pigeon["version"]


def test_a_channel_in_twenty_lines_delivers(tmp_path: Path) -> None:
    steps = blocks(until="Recipients")
    (code,) = [text for _, kind, text in steps if kind == "python"]
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
    workshop = open_workshop(tmp_path)
    with HttpWorld() as world:
        listed, tried = follow(workshop, steps, world.url)
        (row,) = [line for line in listed.splitlines() if line.startswith("pigeon")]
        assert "UNCONFIGURED" in row and "set CAPCOM_NOTIFY__PIGEON__URL" in row
        assert state_of_the_pigeon(workshop) == ("ACTIVE", "capcom-notify-pigeon", "0.1.0")
        assert tried.startswith("sent by pigeon to ana@ville.example")
        (test,) = world.requests
        assert test.path == "/messages" and test.json["to"] == "ana@ville.example"
        world.forget()
        letter = the_welcome_of_ana(workshop, world)
        assert letter.json["subject"].startswith("Welcome")
        assert "CP " in letter.json["text"]
        assert (workshop.folder / "capcom-data" / "mailbox").is_dir(), "the mailbox has it too"


def the_welcome_of_ana(workshop: Workshop, world: HttpWorld) -> Request:
    """An organisation signs up on a server of the workshop's; the letter that the pigeon carries to its user."""
    log = workshop.folder / "serve.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [str(workshop.python), "-m", "capcom_gql", "serve", "--port", "0"],
            cwd=workshop.folder,
            env=workshop.env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith(READY), log.read_text()
        serving = Serving(line.removeprefix(READY).strip(), process, log)
        serving.sign_up("ana", "bob")
        found = until(lambda: [each for each in world.requests if each.json["to"] == "ana@ville.example"])
        serving.stop()
        return found[0]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_rest_of_the_tutorial(tmp_path: Path) -> None:
    workshop = open_workshop(tmp_path)
    project = [step for step in blocks(until="Recipients") if step[0] == "pigeon/pyproject.toml"]
    tested, made, written = follow(workshop, project + blocks(after="When it does not work"), SERVICE)
    assert f" {CHECKS_OVER_HTTP} passed" in tested
    assert " passed" in made
    assert written.startswith("We are sorry to see ") and "Should you change your mind" in written
    # the pigeon was installed a second time, now with a secret among its settings
    (pigeon,) = [each for each in json.loads(workshop.run("capcom plugins list --json")) if each["name"] == "pigeon"]
    assert pigeon["configSchema"]["properties"]["token"]["format"] == "password"


def test_its_sections_are_all_there() -> None:
    titles = SECTIONS.findall(TUTORIAL)
    assert titles[0] == "A channel in 20 lines"
    assert {"Settings", "When it does not work", "Testing", "Publishing"} <= set(titles)
