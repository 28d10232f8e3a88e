"""What the workers of one test run share: made by the first that wants it, found by the others."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold this file's lock: alone, or beside others that share it. It is free again even when its holder is killed."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def once(folder: Path, name: str, make: Callable[[], str]) -> str:
    """What `make` answered to the first worker that asked for this name in the run's folder."""
    told = folder / f"{name}.json"
    with locked(folder / f"{name}.lock"):
        if not told.exists():
            made = make()
            told.write_text(json.dumps(made), encoding="utf-8")
        answer: str = json.loads(told.read_text(encoding="utf-8"))
        return answer


def forget(folder: Path, name: str) -> None:
    """Have it made again for whoever asks next."""
    with locked(folder / f"{name}.lock"):
        (folder / f"{name}.json").unlink(missing_ok=True)
