"""The files at the root that the hosting platform, an editor or a hook reads say what is true of this repository."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"))
PAGES = ("SECURITY.md", ".github/pull_request_template.md")


def read(path: str | Path) -> Any:
    """A YAML file."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_hooks_download_nothing_and_run_what_lint_runs() -> None:
    repositories = read(".pre-commit-config.yaml")["repos"]
    assert [each["repo"] for each in repositories] == ["local"]
    hooks = repositories[0]["hooks"]
    assert [hook["id"] for hook in hooks] == ["ruff-check", "ruff-format", "mypy", "schema"]
    assert {hook["language"] for hook in hooks} == {"system"}
    for hook in hooks:
        (program,) = re.findall(r"\.venv/bin/([\w-]+)", hook["entry"])
        assert (Path(sys.executable).parent / program).exists(), hook["entry"]


def test_the_workflow_runs_ci_on_a_python_that_the_package_takes() -> None:
    workflow = read(".github/workflows/ci.yml")
    assert workflow["permissions"] == {"contents": "read"}
    jobs = workflow["jobs"].values()
    commands = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    assert "bash .ci/run" in commands and "make test" in commands
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    pythons = re.findall(r'"(3\.\d+)"', text)
    least = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert f">={pythons[0]}" == least
    assert len(set(pythons)) == len(pythons) > 1


def test_updates_are_looked_for_where_versions_are_named() -> None:
    kept = {each["package-ecosystem"]: each["directory"] for each in read(".github/dependabot.yml")["updates"]}
    assert set(kept) == {"pip", "github-actions", "docker", "docker-compose"}
    assert set(kept.values()) == {"/"}


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_can_be_filled_in(form: Path) -> None:
    """What the platform asks of a form: else it shows none, and says so to nobody."""
    asked = read(form)
    assert asked["name"] and asked["description"] and asked["labels"]
    inputs = [each for each in asked["body"] if each["type"] != "markdown"]
    ids = [each["id"] for each in inputs]
    assert len(set(ids)) == len(ids) >= 3
    assert all(each["attributes"]["label"] for each in inputs)
    assert any(each.get("validations", {}).get("required") for each in inputs)


def test_there_is_a_form_for_each_kind_of_issue() -> None:
    assert [form.stem for form in FORMS] == ["bug", "feature", "rule"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_of_this_repository(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        assert (ROOT / page).parent.joinpath(link).exists(), link


def test_no_address_is_invented_to_report_to() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert not re.findall(r"[\w.]+@[\w.]+|https?://\S+", text)
