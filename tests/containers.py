"""What Docker and Compose read of Dockerfile, .dockerignore and compose.yaml, read here without either of them."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DEPLOY = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
OURS = ("migrate", "web", "worker")
"""The services that run our image."""
GRACE_SECONDS = 15
"""How long an engine waits for the end of a process before it kills it."""

_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")


@dataclass(frozen=True)
class Instruction:
    """One instruction, its lines joined: its word, its `--flags`, the rest."""

    word: str
    flags: tuple[str, ...]
    text: str


def stages() -> list[list[Instruction]]:
    """The Dockerfile's instructions by stage; each stage begins with its FROM."""
    found: list[list[Instruction]] = []
    kept = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    for line in "\n".join(kept).replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        parts = re.fullmatch(r"(\S+)\s+((?:--\S+\s+)*)(.+)", line)
        assert parts, line
        if parts[1] == "FROM":
            found.append([])
        found[-1].append(Instruction(parts[1], tuple(parts[2].split()), parts[3].strip()))
    return found


def instruction(stage: list[Instruction], word: str) -> Instruction:
    """The one instruction of a stage with that word."""
    (only,) = [each for each in stage if each.word == word]
    return only


def sent() -> Iterator[Path]:
    """The files that the build stage copies, by their paths from the root."""
    for each in stages()[0]:
        for source in each.text.split()[:-1] if each.word == "COPY" else ():
            below = (ROOT / source).rglob("*") if (ROOT / source).is_dir() else [ROOT / source]
            for path in below:
                if path.is_file() and is_sent(str(path.relative_to(ROOT))):
                    yield path.relative_to(ROOT)


def is_sent(path: str) -> bool:
    """Whether .dockerignore lets a file, by its path from the root, go to the build: its last line that fits rules."""
    sent = True
    parts = path.split("/")
    above = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and any(fnmatch(each, pattern) for each in above):
            sent = line.startswith("!")
    return sent


class MissingVariable(Exception):
    """Compose refuses to start without this variable; the text is what it says."""


def compose(environ: Mapping[str, str]) -> dict[str, Any]:
    """compose.yaml with its variables filled in, as `docker compose config` gives it. Raises MissingVariable."""
    whole: dict[str, Any] = _filled(yaml.safe_load(COMPOSE), environ)
    return whole


def required() -> set[str]:
    """The variables without which Compose refuses to start."""
    return {found[2] for found in _VARIABLE.finditer(COMPOSE) if found[3] == "?"}


def defaulted() -> set[str]:
    """The variables that may be left out."""
    return {found[2] for found in _VARIABLE.finditer(COMPOSE) if found[2] and found[3] != "?"}


def environment(service: str, env_file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What the processes of one of our services have in their environment: the image's, the file's, compose's own."""
    own: dict[str, Any] = compose(environ)["services"][service]
    assert own["env_file"] == env_file.name
    from_file = {name: value or "" for name, value in dotenv_values(env_file, interpolate=False).items()}
    return {**image_environment(), **from_file, **{name: str(value) for name, value in own["environment"].items()}}


def image_environment() -> dict[str, str]:
    """The image's own environment, less PATH."""
    words = instruction(stages()[-1], "ENV").text.split()
    return {name: value for name, _, value in (word.partition("=") for word in words) if name != "PATH"}


def _filled(value: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, environ) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, environ) for each in value]
    return substituted(value, environ) if isinstance(value, str) else value


def substituted(text: str, environ: Mapping[str, str]) -> str:
    """A text with its `${NAME:-default}` and `${NAME:?words}` filled in; `$$` is a dollar sign."""

    def one(found: re.Match[str]) -> str:
        if found[1]:
            return "$"
        given = environ.get(found[2], "")
        if not given and found[3] == "?":
            raise MissingVariable(f"{found[2]}: {found[4]}")
        return given or found[4] or ""

    return _VARIABLE.sub(one, text)


def shell_blocks() -> list[str]:
    """The shell commands of docs/deploy.md, block by block."""
    return [textwrap.dedent(block) for block in re.findall(r"^ *```sh\n(.*?)^ *```$", DEPLOY, re.MULTILINE | re.DOTALL)]


def section(title: str) -> str:
    """The text under a heading of docs/deploy.md, up to the next of the same level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", DEPLOY, re.MULTILINE | re.DOTALL)
    assert found, f"docs/deploy.md has no section {title!r}"
    return found.group(1)
