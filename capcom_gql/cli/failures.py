"""What went wrong, in sentences: no traceback reaches whoever typed the command."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC


class Stop(Exception):
    """The command is refused; the text says why and what to do. Exit status 1."""


def sentences_of(error: BaseException) -> list[str]:
    """What to tell of an error. One that is nobody's fault but ours is named with its type."""
    from capcom_gql.settings import SettingsError

    if isinstance(error, Stop | SettingsError):
        return str(error).splitlines()
    return list(_of_the_database(error) or _of_a_deed(error) or _of_the_machine(error) or _unforeseen(error))


def _of_a_deed(error: BaseException) -> Iterable[str]:
    from capcom_gql.domain.refusals import Refusal
    from capcom_gql.languages.locales import ENGLISH
    from capcom_gql.languages.sentences import refusal_sentence

    if not isinstance(error, Refusal):
        return ()
    return (f"{'.'.join(fault.path)}: {refusal_sentence(fault, ENGLISH)}".removeprefix(": ") for fault in error.faults)


def _of_the_database(error: BaseException) -> Iterable[str]:
    import asyncpg
    from tortoise.exceptions import BaseORMException

    from capcom_gql.storage.engine.database import DatabaseUnavailable
    from capcom_gql.storage.product_clock import ClockMoved, ClockSetBack

    if isinstance(error, DatabaseUnavailable):
        return [f"{error}. Check CAPCOM_DATABASE_URL, or CAPCOM_DATA_DIR for SQLite."]
    if isinstance(error, ClockMoved):
        return [
            f"CAPCOM_ENV=production is refused: {error}. Bring it back with capcom clock reset, with "
            "CAPCOM_ENV=development, or use another database."
        ]
    if isinstance(error, ClockSetBack):
        recorded_at = f"{error.recorded_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return [
            f"The clock would go back behind something that is recorded at {recorded_at}. "
            "Choose a later instant, or add --force if you can bear facts that lie in the future."
        ]
    if isinstance(error, BaseORMException | asyncpg.PostgresError | asyncpg.InterfaceError | sqlite3.Error):
        return [
            f"The database refused its work: {error}. "
            "Check CAPCOM_DATABASE_URL, or CAPCOM_DATA_DIR for SQLite, and that this account may write there."
        ]
    return ()


def _of_the_machine(error: BaseException) -> Iterable[str]:
    if not isinstance(error, OSError):
        return ()
    where = f"{error.filename}: " if error.filename else ""
    return [f"{where}{error.strerror or error}. Check that the place exists and that this account may use it."]


def _unforeseen(error: BaseException) -> Iterable[str]:
    words = " ".join(str(error).split())
    return [
        f"Something failed that should not have: {type(error).__name__}{': ' if words else ''}{words}. "
        "Please report it; `capcom --traceback ...` shows where."
    ]
