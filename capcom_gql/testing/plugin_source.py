"""Where a channel's plugin is, as an entry point or a file, and how long its import takes."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from capcom_gql.notifiers.contract import Notifier
from capcom_gql.notifiers.discovery import GROUP

IMPORT_TRIES = 5
"""How often a slow import is measured again."""
IMPORT_DEADLINE = 60.0
"""Seconds after which an import counts as hanging."""

# what the host imports itself is not the plugin's: the measurement starts after it
_IMPORT = """
import sys, time
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
import pydantic, capcom_gql.plugin
note, name, file, folder = sys.argv[1:]

def waited():
    # seconds in which this thread waited for a processor, where the system counts them
    try:
        with open("/proc/thread-self/schedstat") as statistics:
            return int(statistics.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0

def now():
    # both clocks at the same instant: read again where another process came between
    while True:
        instant, idle = time.perf_counter(), waited()
        if time.perf_counter() - instant < 0.005:
            return instant - idle

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
class ImportResult:
    """An import in a new interpreter: how many seconds it took, and what it printed.

    On Linux, seconds in which it waited for a processor are not counted, since other processes caused them.
    """

    seconds: float
    printed: str


_RESULTS: dict[tuple[str, Path | None], ImportResult] = {}


def find_entry_point(channel: type[Notifier]) -> EntryPoint | None:
    """The entry point of an installed channel; None if it is not installed."""
    package = _package(channel)
    return next((each for each in entry_points(group=GROUP) if each.module.partition(".")[0] == package), None)


def find_source(channel: type[Notifier]) -> Path:
    """The file of a channel's module, or the folder of its package. Raises FileNotFoundError if it has none."""
    module = sys.modules[_package(channel)]
    if module.__file__ is None:
        raise FileNotFoundError(f"{module.__name__} has no file: declare where the plugin is (source)")
    file = Path(module.__file__)
    return file.parent if file.name == "__init__.py" else file


def import_plugin(channel: type[Notifier], source: Path | None) -> ImportResult:
    """Import a channel's plugin in a new interpreter, only once for each plugin.

    Raises RuntimeError with the output if it fails.
    """
    plugin = (_package(channel), source)
    if plugin not in _RESULTS:
        _RESULTS[plugin] = _import(channel, source)
    return _RESULTS[plugin]


def fastest_import(channel: type[Notifier], source: Path | None, enough: float) -> float:
    """The seconds that a channel's import takes: the fastest of some tries, which end once one takes at most `enough`.

    A busy machine makes a try slower, never faster.
    """
    best = import_plugin(channel, source).seconds
    for _ in range(IMPORT_TRIES - 1):
        if best <= enough:
            break
        best = min(best, _import(channel, source).seconds)
    return best


def _import(channel: type[Notifier], source: Path | None) -> ImportResult:
    name, file, package = _package(channel), "", ""
    if source is not None:
        name = source.stem
        file, package = (str(source / "__init__.py"), str(source)) if source.is_dir() else (str(source), "")
    # the same search path as here, so that modules that are not installed are found too
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
        return ImportResult(float(note.read_text()), ended.stdout + ended.stderr)


def _package(channel: type[Notifier]) -> str:
    return channel.__module__.partition(".")[0]
