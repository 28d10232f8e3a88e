"""A plugin author's workshop: a virtual environment that has what this one has, and the commands in it.

`pip` there builds with what is installed and asks no index, so that no test needs a network.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.patience import LONG
from tests.processes import outside

ROOT = Path(__file__).parents[2]
PLUGINS = [str(path) for path in sorted((ROOT / "plugins").iterdir()) if path.is_dir()]

_PIP = """#!/bin/sh
command="$1"
shift
exec {python} -m pip "$command" --no-build-isolation --no-deps --no-index --disable-pip-version-check --quiet "$@"
"""
_CAPCOM = """#!/bin/sh
exec {python} -m capcom_gql "$@"
"""


@dataclass(frozen=True)
class Workshop:
    """A folder to work in, and an environment beside it."""

    folder: Path
    environment: Path

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.environment / "bin" / "python"

    @property
    def env(self) -> dict[str, str]:
        """What its commands run with: this product, and no setting from outside."""
        kept = outside()
        return {
            **kept,
            "PATH": f"{self.environment / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *PLUGINS]),
            "PIP_ROOT_USER_ACTION": "ignore",
        }

    def run(self, script: str, *, status: int = 0) -> str:
        """Run lines of shell, as they stand in a tutorial; what they print. They must end with that status."""
        ended = subprocess.run(
            ["sh", "-e", "-c", script],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        assert ended.returncode == status, (script, ended.returncode, ended.stdout, ended.stderr)
        return ended.stdout


def open_workshop(folder: Path) -> Workshop:
    """A workshop in a folder of a test's own."""
    work, environment = folder / "work", folder / "environment"
    work.mkdir()
    venv.create(environment, with_pip=False)
    made = Workshop(work, environment)
    packages = next((environment / "lib").glob("python*/site-packages"))
    # What is installed here is there too, in the way in which it is installed here.
    ours = sysconfig.get_path("purelib")
    (packages / "what_is_here.pth").write_text(f"import site; site.addsitedir({ours!r})\n", encoding="utf-8")
    for name, text in (("pip", _PIP), ("capcom", _CAPCOM)):
        script = environment / "bin" / name
        script.write_text(text.format(python=made.python), encoding="utf-8")
        script.chmod(0o755)
    assert Path(sys.prefix) != environment
    return made
