"""The checks of the machine itself: its clock, the folder of the data, the space that is left."""

import os
import shutil
import stat
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from capcom_gql import clock
from capcom_gql.app.findings import Finding, Ground
from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.product_clock import clock_offset

DRIFT_BEARABLE = timedelta(seconds=1)
"""Between this machine's clock and the database server's. A worker's lease lasts four seconds."""
SPACE_NEEDED = 100 * 1024 * 1024
SPACE_WISHED = 1024 * 1024 * 1024
_OTHERS = stat.S_IRWXO


async def clock_check(ground: Ground) -> Finding:
    """The product's clock is the real one in production; the real one agrees with the database server's."""
    if not ground.has_tables:
        return Finding(True, "not known")
    ahead = await clock_offset()
    drift = await _drift()
    facts = {"offset_seconds": ahead.total_seconds(), "drift_seconds": round(drift.total_seconds(), 3)}
    if abs(drift) > DRIFT_BEARABLE:
        return Finding(
            False,
            remedy="set the clocks of this machine and of the database's by NTP: leases and links go by them",
            facts=facts,
        )
    if ahead and ground.settings.is_production:
        return Finding(False, remedy="bring it back with capcom clock reset, under CAPCOM_ENV=development", facts=facts)
    return Finding(True, remedy="capcom clock reset brings it back to the real time" if ahead else "", facts=facts)


async def _drift() -> timedelta:
    """How far the database's clock is ahead of ours; half of the time that asking takes is the answer's way back."""
    if not is_postgres():
        return timedelta()  # the same machine's
    began = clock.utc_now()
    (row,) = await rows("SELECT clock_timestamp() AS now")
    there: datetime = row["now"]
    ended = clock.utc_now()
    return there - (began + (ended - began) / 2)


async def data_folder(ground: Ground) -> Finding:
    """The folder can be written to, and others on this machine cannot read what is in it."""
    folder = ground.settings.data_dir.absolute()
    file = ground.settings.sqlite_file
    places = [folder] if file is None else [folder, file.parent]
    for place in dict.fromkeys(map(_standing, places)):
        if fault := _not_writable(place):
            return Finding(False, fault, f"give this account the right to write there: chown or chmod u+rwx {place}")
    if file is not None and _is_seen(file) and not os.access(file, os.R_OK | os.W_OK):
        return Finding(False, f"{file} cannot be read and written by this account", f"chown or chmod u+rw {file}")
    # a file that nobody else may open is safe in a folder that others may look into
    kept = [place for place in (folder / "mailbox", file) if place is not None and _is_seen(place)]
    open_to_all = [str(each) for each in kept if _reachable_by_others(each)]
    if open_to_all:
        held = " and ".join(open_to_all)
        return Finding(True, f"others on this machine may read {held}", f"chmod 700 {folder}: it holds personal data")
    if not folder.exists():
        return Finding(True, f"{folder} is not there yet: made when it is needed")
    return Finding(True, f"{folder} can be written to, and is closed to others")


def _standing(folder: Path) -> Path:
    """The folder, or the nearest above it that can be seen to be there, in which it would be made."""
    return folder if _is_seen(folder) or folder == folder.parent else _standing(folder.parent)


def _is_seen(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # in a folder that this account may not look into
        return False


def _not_writable(folder: Path) -> str:
    try:
        # asked by writing: a right that is there may be of no use, as on a disk that is mounted for reading
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"{folder} cannot be written to: {error.strerror or error}"


def _reachable_by_others(path: Path) -> bool:
    """Whether an account that is neither the owner nor of the group may read it, by every folder on the way."""
    on_the_way = [*path.resolve().parents]
    return bool(path.stat().st_mode & _OTHERS) and all(each.stat().st_mode & stat.S_IXOTH for each in on_the_way)


async def disk_space(ground: Ground) -> Finding:
    """There is room to write to."""
    folder = _standing(ground.settings.data_dir.absolute())
    free = shutil.disk_usage(folder).free
    facts = {"free_megabytes": free // (1024 * 1024), "folder": str(folder)}
    if free < SPACE_NEEDED:
        return Finding(False, remedy="make room: deeds are refused once the disk is full", facts=facts)
    return Finding(True, remedy="make room soon" if free < SPACE_WISHED else "", facts=facts)
