"""Commands in processes of their own, begun from one that has imported what most of them do: a second each."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from capcom_gql.cli.program import main
from tests.patience import until

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        __name__,
        "capcom_gql.app.composition",
        "capcom_gql.cli.database",
        "capcom_gql.cli.deeds",
        "capcom_gql.cli.listening",
        "capcom_gql.notifiers.loader",
        "capcom_gql.workers.embedded",
        "uvicorn",
    ]
)


class Forked:
    """A `capcom` that runs, in a folder, with that environment and no other; what it prints goes to the files.

    It is used as a `subprocess.Popen` is.
    """

    def __init__(self, arguments: Sequence[str], folder: Path, env: Mapping[str, str], out: Path, err: Path) -> None:
        self._process = _CONTEXT.Process(target=_main, args=(arguments, folder, dict(env), out, err))
        self._process.start()
        self._out = out

    def poll(self) -> int | None:
        """Its exit status, once it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit status. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("capcom", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, where it still runs."""
        if self._process.exitcode is None and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def first_line(self) -> str:
        """The first line that it prints; what there is of it, where it has ended."""
        until(lambda: "\n" in self.printed() or self.poll() is not None, "a line")
        return self.printed().partition("\n")[0]

    def printed(self) -> str:
        """All that it has printed so far."""
        return self._out.read_text("utf-8") if self._out.exists() else ""


def ran(arguments: Sequence[str], folder: Path, env: Mapping[str, str], out: Path, err: Path, within: float) -> int:
    """Run `capcom` to its end; its exit status. Raises subprocess.TimeoutExpired, and ends it."""
    process = Forked(arguments, folder, env, out, err)
    try:
        return process.wait(within)
    finally:
        process.kill()


def _main(arguments: Sequence[str], folder: Path, env: Mapping[str, str], out: Path, err: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, path, mode in ((0, os.devnull, os.O_RDONLY), (1, out, written), (2, err, written)):
        os.dup2(os.open(path, mode), number)
    sys.argv = ["capcom", *arguments]
    main()
