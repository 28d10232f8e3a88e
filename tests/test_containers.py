"""Dockerfile and compose.yaml without a container engine: what they copy is there, what they run runs, and works."""

import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from capcom_gql.settings import load
from tests.containers import (
    DEPLOY,
    GRACE_SECONDS,
    OURS,
    ROOT,
    MissingVariable,
    compose,
    defaulted,
    image_environment,
    instruction,
    is_sent,
    required,
    sent,
    stages,
    substituted,
)

GIVEN = dict.fromkeys(required(), "given")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def copied() -> list[str]:
    """What the image is built from: the files and folders that the build stage copies."""
    return [word for each in stages()[0] if each.word == "COPY" for word in each.text.split()[:-1]]


def test_what_is_copied_is_enough_to_install(tmp_path: Path) -> None:
    """pip makes the product, its channels and nothing else of those files alone, as the image's build does."""
    source = tmp_path / "source"
    for path in sent():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes((ROOT / path).read_bytes())
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*install, "--target", tmp_path / "site", "."], cwd=source, check=True, timeout=50)
    made = {path.name for path in (tmp_path / "site").iterdir() if path.suffix == "" and path.name != "bin"}
    channels = {path.name for path in (ROOT / "plugins").glob("*/capcom_notify_*")}
    assert made == {"capcom_gql", *channels}
    program = [sys.executable, "-P", "-m", "capcom_gql", "schema"]
    printed = subprocess.run(
        program, env={"PYTHONPATH": str(tmp_path / "site")}, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert printed.stdout == (ROOT / "schema.graphql").read_text(encoding="utf-8")


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0"])
def test_all_that_is_installed_on_any_python_is_pinned(python: str) -> None:
    run = instruction(stages()[0], "RUN").text
    assert "pip install --no-cache-dir -c constraints.txt" in run
    pinned = {
        canonicalize_name(line.partition("==")[0])
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    }
    # setuptools comes with a virtual environment or pip takes the latest: only the tests' Redis asks for it
    assert needed("capcom-gql", python) - pinned - {"setuptools"} == set()


def needed(name: str, python: str, extras: tuple[str, ...] = ("", "rabbitmq", "apprise", "test")) -> set[str]:
    """The names of all that a package needs on Linux with this Python, at any depth.

    What a package needs that is not installed here, since the Python here needs it not, cannot be known.
    """
    release = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    found: set[str] = set()
    for each in map(Requirement, _requires(name)):
        other = canonicalize_name(each.name)
        asked = not each.marker or any(each.marker.evaluate(release | {"extra": extra}) for extra in extras)
        if other not in found and asked:
            found |= {other} | needed(other, python, ("", *each.extras))
    return found


def _requires(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def test_the_image_runs_as_nobody_in_production_on_a_python_of_the_package() -> None:
    build, final = stages()
    assert build[0].text.removesuffix(" AS build") == final[0].text
    python = re.fullmatch(r"python:(3\.\d+)-slim", final[0].text)
    assert python and python[1] in SpecifierSet(PROJECT["requires-python"])
    assert int(instruction(final, "USER").text) > 0
    assert instruction(final, "STOPSIGNAL").text == "SIGTERM"
    assert instruction(final, "COPY").flags == ("--from=build",)
    assert image_environment()["CAPCOM_ENV"] == "production"
    assert image_environment()["CAPCOM_DATA_DIR"] == instruction(final, "VOLUME").text


def test_nothing_that_is_not_copied_is_sent_to_the_build() -> None:
    assert all((ROOT / each).exists() and is_sent(each) for each in copied())
    assert not any(is_sent(each) for each in (".env", ".git/config", "capcom-data/capcom.sqlite3", "tests/world.py"))
    assert not is_sent("plugins/email/tests/post_office.py") and not is_sent("capcom_gql/__pycache__/x.pyc")


@pytest.mark.parametrize("missing", sorted(required()))
def test_compose_does_not_start_without(missing: str) -> None:
    with pytest.raises(MissingVariable, match=missing):
        compose({name: value for name, value in GIVEN.items() if name != missing})


def test_nothing_secret_has_a_default() -> None:
    assert defaulted() == {"PORT", "WORKERS"}
    assert required() >= {"POSTGRES_PASSWORD"}


def test_compose_opens_one_port_to_this_machine_only() -> None:
    services = compose(GIVEN)["services"]
    assert {name: each["ports"] for name, each in services.items() if "ports" in each} == {
        "web": ["127.0.0.1:8000:8000"]
    }
    # the one whose word about a caller's address is believed is the network's gateway: this machine
    network = compose(GIVEN)["networks"]["default"]["ipam"]["config"][0]
    assert services["web"]["environment"]["CAPCOM_TRUSTED_PROXIES"] == network["gateway"]


def test_every_service_of_ours_is_hardened_alike_and_given_documented_settings() -> None:
    services = compose(GIVEN | {"CAPCOM_PUBLIC_URL": "https://a.example", "CAPCOM_SUPPORT_EMAIL": "a@a.example"})[
        "services"
    ]
    for name in OURS:
        service = services[name]
        assert (service["read_only"], service["cap_drop"], service["init"]) == (True, ["ALL"], True)
        assert service["stop_grace_period"] == f"{GRACE_SECONDS}s"
        # refuses a name or a value that is no setting's
        assert load(service["environment"]).is_production
    assert all(":" in services[name]["image"] for name in ("postgres", "redis"))


def test_compose_and_the_procfile_run_the_same() -> None:
    """The Procfile's lines with their defaults, as a platform that sets nothing has them."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    procfile = {
        name: shlex.split(substituted(command, {})) for name, command in (line.split(": ", 1) for line in lines)
    }
    services = compose(GIVEN)["services"]
    production = ["env", "CAPCOM_ENV=production"]
    assert procfile == {name: production + shlex.split(services[name]["command"]) for name in ("web", "worker")}
    # the page shows it whole
    assert "".join(f"{line}\n" for line in lines) in DEPLOY
