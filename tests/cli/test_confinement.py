"""The server's process cannot be read by others of its account, and a plugin's child gives up what it does not need."""

import sys
from pathlib import Path

import pytest

from tests.cli.installations import Installation

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="prctl and /proc are Linux's own")

PLUGIN = """
import ctypes
import resource
from pathlib import Path
from capcom_gql.plugin import Notifier, Sent, hookimpl

GET_DUMPABLE, GET_NO_NEW_PRIVS = 3, 39
prctl = ctypes.CDLL(None).prctl
Path(__file__).with_suffix(".txt").write_text(
    f"dumpable {prctl(GET_DUMPABLE, 0, 0, 0, 0)}, no new privileges {prctl(GET_NO_NEW_PRIVS, 0, 0, 0, 0)}, "
    f"core {resource.getrlimit(resource.RLIMIT_CORE)}, data {resource.getrlimit(resource.RLIMIT_DATA)[1]}"
)

class Nosy(Notifier):
    name = "NAME"
    address_kind = "email"

    def send(self, message):
        return Sent()

@hookimpl
def capcom_notifiers():
    return [Nosy]
"""


def test_what_each_process_gives_up(installation: Installation) -> None:
    plugins = installation.folder / "plugins"
    plugins.mkdir()
    for name in ("within", "apart"):
        (plugins / f"{name}.py").write_text(PLUGIN.replace("NAME", name))
    with installation.having(PLUGINS_DIR=str(plugins), PLUGINS_IN_PROCESS="within").server():
        within, apart = ((plugins / f"{name}.txt").read_text() for name in ("within", "apart"))
    assert within.startswith("dumpable 0, no new privileges 0")
    assert "no new privileges 1, core (0, 0), data 2147483648" in apart


def test_files_are_for_their_own_account(bare_installation: Installation) -> None:
    folder: Path = bare_installation.data_dir
    folder.mkdir(mode=0o755, exist_ok=True)
    bare_installation.run("migrate")
    assert [path.stat().st_mode & 0o777 for path in folder.glob("capcom.sqlite3")] == [0o600]
