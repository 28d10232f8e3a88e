"""Where a channel's plugin is: installed, or a file that is not; and what its import costs."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from capcom_gql.notifiers.contract import Notifier
from capcom_gql.notifiers.discovery import GROUP

IMPORT_TRIES = 5
IMPORT_DEADLINE = 60.0

# What the host has imported already is not the plugin's: the clock starts after it.
_IMPORT = """
import sys, time
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
import pydantic, capcom_gql.plugin
note, name, file, folder = sys.argv[1:]

def now():
    # Without the seconds in which this thread waited for a processor, where the system tells them.
    try:
        with open("/proc/thread-self/schedstat") as told:
            waited = int(told.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        waited = 0.0
    return time.perf_counter() - waited

began = now()
if file:
    spec = spec_from_file_location(name, file, submodule_search_locations=[folder] if folder else None)
    sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
else:
    import_module(name)
took = now() - began
with open(note, "w") as noted:
    noted.write(str(took))
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a fresh interpreter did: the seconds that the import took, and what it printed.

    The seconds in which it waited for a processor are not counted on Linux: other work is not the plugin's.
    """

    seconds: float
    printed: str


_IMPORTED: dict[tuple[str, Path | None], Imported] = {}


def entry_point_of(channel: type[Notifier]) -> EntryPoint | None:
    """The entry point by which an installed channel is found; None where it is not installed."""
    package = _package(channel)
    return next((each for each in entry_points(group=GROUP) if each.module.partition(".")[0] == package), None)


def source_of(channel: type[Notifier]) -> Path:
    """The file of a channel's module, or the folder of its package. Raises FileNotFoundError where it has none."""
    module = sys.modules[_package(channel)]
    if module.__file__ is None:
        raise FileNotFoundError(f"{module.__name__} has no file: say where the plugin is (source)")
    file = Path(module.__file__)
    return file.parent if file.name == "__init__.py" else file


def imported(channel: type[Notifier], source: Path | None) -> Imported:
    """Import a channel's plugin in a fresh interpreter. Raises RuntimeError with what was printed where it fails.

    Once for each plugin: what a second import would show is the same.
    """
    plugin = (_package(channel), source)
    if plugin not in _IMPORTED:
        _IMPORTED[plugin] = _import(channel, source)
    return _IMPORTED[plugin]


def quickest(channel: type[Notifier], source: Path | None, enough: float) -> float:
    """The seconds of a channel's import, tried again while they are more than `enough`.

    A busy machine slows some tries down, never speeds one up: the quickest counts.
    """
    best = imported(channel, source).seconds
    for _ in range(IMPORT_TRIES - 1):
        if best <= enough:
            break
        best = min(best, _import(channel, source).seconds)
    return best


def _import(channel: type[Notifier], source: Path | None) -> Imported:
    name, file, package = _package(channel), "", ""
    if source is not None:
        name = source.stem
        file, package = (str(source / "__init__.py"), str(source)) if source.is_dir() else (str(source), "")
    # The search path as it is here, so that what is not installed is found too.
    script = f"import sys; sys.path[:] = {sys.path!r}\n{_IMPORT}"
    with tempfile.TemporaryDirectory(prefix="capcom-import-") as folder:
        note = Path(folder) / "seconds"
        ended = subprocess.run(
            [sys.executable, "-c", script, str(note), name, file, package],
            capture_output=True,
            text=True,
            timeout=IMPORT_DEADLINE,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(f"the plugin cannot be imported by itself:\n{ended.stderr or ended.stdout}")
        return Imported(float(note.read_text()), ended.stdout + ended.stderr)


def _package(channel: type[Notifier]) -> str:
    return channel.__module__.partition(".")[0]
