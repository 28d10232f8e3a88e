"""Errors as sentences for the terminal, instead of tracebacks."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC


class Stop(Exception):
    """The command is refused, with exit status 1. The text says why and what to do."""


def sentences_of(error: BaseException) -> list[str]:
    """The sentences, one a line, that describe an error. An unexpected one is named with its type."""
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
            f"CAPCOM_ENV=production is refused: {error}. Reset it with capcom clock reset, with "
            "CAPCOM_ENV=development, or use another database."
        ]
    if isinstance(error, ClockSetBack):
        recorded_at = f"{error.recorded_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return [
            f"The clock would be set back to before something that was recorded at {recorded_at}. "
            "Choose a later instant, or add --force if recorded facts may lie in the future."
        ]
    if isinstance(error, BaseORMException | asyncpg.PostgresError | asyncpg.InterfaceError | sqlite3.Error):
        return [
            f"The database reported an error: {error}. "
            "Check CAPCOM_DATABASE_URL, or CAPCOM_DATA_DIR for SQLite, and that this account may write there."
        ]
    return ()


def _of_the_machine(error: BaseException) -> Iterable[str]:
    if not isinstance(error, OSError):
        return ()
    where = f"{error.filename}: " if error.filename else ""
    return [f"{where}{error.strerror or error}. Check that it exists and that this account may use it."]


def _unforeseen(error: BaseException) -> Iterable[str]:
    text = " ".join(str(error).split())
    return [
        f"Unexpected error: {type(error).__name__}{': ' if text else ''}{text}. "
        "Please report it; `capcom --traceback ...` shows where."
    ]
