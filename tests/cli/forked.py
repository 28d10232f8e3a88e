"""Commands in processes of their own, begun from one that has imported what most of them do: half a second each."""

import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from capcom_gql.cli.program import main

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [__name__, "capcom_gql.cli.deeds", "capcom_gql.cli.database", "capcom_gql.notifiers.loader"]
)


def ran(arguments: Sequence[str], folder: Path, env: Mapping[str, str], out: Path, err: Path, within: float) -> int:
    """Run `capcom` with arguments to its end, in a folder, with that environment and no other; its exit status.

    What it prints is written to the files. Raises TimeoutError once `within` seconds are over, and ends it.
    """
    process = _CONTEXT.Process(target=_main, args=(arguments, folder, dict(env), out, err))
    process.start()
    process.join(within)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(arguments)
    return process.exitcode


def _main(arguments: Sequence[str], folder: Path, env: Mapping[str, str], out: Path, err: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    written = os.O_WRONLY | os.O_CREAT
    for number, path, mode in ((0, os.devnull, os.O_RDONLY), (1, out, written), (2, err, written)):
        os.dup2(os.open(path, mode), number)
    sys.argv = ["capcom", *arguments]
    main()
