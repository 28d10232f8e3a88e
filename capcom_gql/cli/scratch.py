"""The folder of a scratch database: a temporary one, or one that is kept."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from capcom_gql.cli.failures import Stop


@contextlib.contextmanager
def scratch_folder(purpose: str, wanted: Path | None) -> Iterator[Path]:
    """The wanted folder, created if it is missing; if None, a temporary folder that is removed after the block.

    Raises Stop if the folder has a database already.
    """
    if wanted is None:
        # a letter that is being written at the very end must not make the removal fail
        with TemporaryDirectory(prefix=f"capcom-{purpose}-", ignore_cleanup_errors=True) as made:
            yield Path(made)
        return
    if (wanted / "capcom.sqlite3").exists():
        raise Stop(f"{wanted} holds a database already. `CAPCOM_DATA_DIR={wanted} capcom serve` serves it.")
    wanted.mkdir(parents=True, exist_ok=True)
    yield wanted.absolute()
