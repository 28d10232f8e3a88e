"""The development mailbox's files, which are letters too: those that are old, for nobody now, or about somebody."""

import asyncio
import re
from datetime import UTC, datetime
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

from capcom_gql.domain.seats import address_key
from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.tables import EmailChange, Person


async def past_files(folder: Path, limit: datetime, support_email: str) -> list[Path]:
    """The mails written up to an instant of the real clock, and those to an address that no person has, nor has asked
    for; oldest first. No folder, no mail.
    """
    files = await asyncio.to_thread(_files, folder)
    known = await _known(support_email) if files else set()
    return [file for file, written_at, to in files if written_at <= limit or to not in known]


async def drop_naming(folder: Path, named: re.Pattern[str]) -> None:
    """Delete the mails to a person or that name them, as `erase_notes.naming` gave it before they were erased."""
    for file in await asyncio.to_thread(_saying, folder, named):
        file.unlink(missing_ok=True)


def _saying(folder: Path, named: re.Pattern[str]) -> list[Path]:
    return [path for path in folder.glob("*.eml") if (text := _text(path)) and named.search(folded(text))]


def _text(path: Path) -> str:
    """What a mail says in words: whom it is to, its subject, its text."""
    try:
        mail = BytesParser(policy=default).parsebytes(path.read_bytes())
    except FileNotFoundError:
        return ""
    body = mail.get_body(("plain", "html"))
    return "\n".join([str(mail["To"]), str(mail["Subject"]), "" if body is None else str(body.get_content())])


async def _known(support_email: str) -> set[str]:
    people = await Person.all().values_list("email_key", flat=True)
    asked = await EmailChange.all().values_list("email", flat=True)
    return {*map(str, people), *(address_key(str(each)) for each in asked), address_key(support_email)}


def _files(folder: Path) -> list[tuple[Path, datetime, str]]:
    """Each mail, when it was written, and whom it is to."""
    if not folder.is_dir():
        return []
    return [found for path in sorted(folder.glob("*.eml")) if (found := _read(path))]


def _read(path: Path) -> tuple[Path, datetime, str] | None:
    try:
        with path.open("rb") as file:
            headers = BytesHeaderParser(policy=default).parse(file)
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        # somebody emptied the mailbox meanwhile
        return None
    return path, written_at, address_key(parseaddr(str(headers["To"] or ""))[1])
