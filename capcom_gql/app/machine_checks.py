"""Health checks of the machine: the clocks, the data folder and the free disk space."""

import os
import shutil
import stat
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from capcom_gql import clock
from capcom_gql.app.findings import CheckContext, Finding
from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.product_clock import clock_offset

MAX_DRIFT = timedelta(seconds=1)
"""The most that this machine's clock and the database server's may differ: a worker's lease lasts only four seconds."""
MIN_SPACE = 100 * 1024 * 1024
"""Bytes of free disk space below which the check fails."""
LOW_SPACE = 1024 * 1024 * 1024
"""Bytes of free disk space below which the operator is warned."""
_OTHERS = stat.S_IRWXO


async def clock_check(context: CheckContext) -> Finding:
    """Fails if the product's clock is moved in production, or if this machine's clock differs from the database's."""
    if not context.has_tables:
        return Finding(True, "not known")
    ahead = await clock_offset()
    drift = await _drift()
    facts = {"offset_seconds": ahead.total_seconds(), "drift_seconds": round(drift.total_seconds(), 3)}
    if abs(drift) > MAX_DRIFT:
        return Finding(
            False,
            remedy="set the clocks of this machine and of the database server by NTP: leases and links follow them",
            facts=facts,
        )
    if ahead and context.settings.is_production:
        return Finding(False, remedy="run capcom clock reset with CAPCOM_ENV=development", facts=facts)
    return Finding(True, remedy="capcom clock reset sets it back to the real time" if ahead else "", facts=facts)


async def _drift() -> timedelta:
    """How far the database's clock is ahead of ours, taking the middle of the query as the instant of its answer."""
    if not is_postgres():
        return timedelta()  # SQLite uses this machine's clock
    began = clock.utc_now()
    (row,) = await rows("SELECT clock_timestamp() AS now")
    there: datetime = row["now"]
    ended = clock.utc_now()
    return there - (began + (ended - began) / 2)


async def data_folder(context: CheckContext) -> Finding:
    """Fails if the data folder or the SQLite file cannot be written; warns if other accounts can read personal data."""
    folder = context.settings.data_dir.absolute()
    file = context.settings.sqlite_file
    places = [folder] if file is None else [folder, file.parent]
    for place in dict.fromkeys(map(_nearest_existing, places)):
        if fault := _not_writable(place):
            return Finding(False, fault, f"let this account write there: chown or chmod u+rwx {place}")
    if file is not None and _exists(file) and not os.access(file, os.R_OK | os.W_OK):
        return Finding(False, f"{file} cannot be read and written by this account", f"chown or chmod u+rw {file}")
    # a file that others cannot open is safe in a folder that they can list
    kept = [place for place in (folder / "mailbox", file) if place is not None and _exists(place)]
    open_to_all = [str(each) for each in kept if _is_readable_by_others(each)]
    if open_to_all:
        held = " and ".join(open_to_all)
        return Finding(
            True, f"other accounts of this machine can read {held}", f"chmod 700 {folder}: it holds personal data"
        )
    if not folder.exists():
        return Finding(True, f"{folder} does not exist yet: it is created when it is needed")
    return Finding(True, f"{folder} can be written to, and other accounts cannot read it")


def _nearest_existing(folder: Path) -> Path:
    """The folder, or the nearest existing one above it, in which it would be created."""
    return folder if _exists(folder) or folder == folder.parent else _nearest_existing(folder.parent)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # it is in a folder that this account cannot search
        return False


def _not_writable(folder: Path) -> str:
    try:
        # by writing a file: a permission is not enough, for instance on a disk that is mounted read-only
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"{folder} cannot be written to: {error.strerror or error}"


def _is_readable_by_others(path: Path) -> bool:
    """Whether an account that is neither the owner nor of the group can read it, given every folder of its path."""
    on_the_way = [*path.resolve().parents]
    return bool(path.stat().st_mode & _OTHERS) and all(each.stat().st_mode & stat.S_IXOTH for each in on_the_way)


async def disk_space(context: CheckContext) -> Finding:
    """Fails if less than MIN_SPACE bytes are free where the data is; warns below LOW_SPACE."""
    folder = _nearest_existing(context.settings.data_dir.absolute())
    free = shutil.disk_usage(folder).free
    facts = {"free_megabytes": free // (1024 * 1024), "folder": str(folder)}
    if free < MIN_SPACE:
        return Finding(False, remedy="free disk space: nothing can be recorded once the disk is full", facts=facts)
    return Finding(True, remedy="free disk space soon" if free < LOW_SPACE else "", facts=facts)
