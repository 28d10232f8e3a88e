"""The mails that the mailbox channel writes to files: those past retention, and those that name a person (R23)."""

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


async def expired_files(folder: Path, limit: datetime, support_email: str) -> list[Path]:
    """The mails in a folder that were written at or before `limit` (real clock), or to an address that nobody has.

    Known addresses are those of persons, those requested in changes of address, and `support_email`. In the order of
    their names; empty where the folder does not exist.
    """
    files = await asyncio.to_thread(_files, folder)
    known = await _known(support_email) if files else set()
    return [file for file, written_at, to in files if written_at <= limit or to not in known]


async def delete_mails_naming(folder: Path, pattern: re.Pattern[str]) -> None:
    """Delete the mails in a folder that a pattern finds: `erase_notes.naming_pattern`, made before the erasure."""
    for file in await asyncio.to_thread(_matching, folder, pattern):
        file.unlink(missing_ok=True)


def _matching(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    return [path for path in folder.glob("*.eml") if (text := _text(path)) and pattern.search(folded(text))]


def _text(path: Path) -> str:
    """The recipient, subject and text of a mail."""
    try:
        mail = BytesParser(policy=default).parsebytes(path.read_bytes())
    except FileNotFoundError:
        return ""
    body = mail.get_body(("plain", "html"))
    return "\n".join([str(mail["To"]), str(mail["Subject"]), "" if body is None else str(body.get_content())])


async def _known(support_email: str) -> set[str]:
    people = await Person.all().values_list("email_key", flat=True)
    requested = await EmailChange.all().values_list("email", flat=True)
    return {*map(str, people), *(address_key(str(each)) for each in requested), address_key(support_email)}


def _files(folder: Path) -> list[tuple[Path, datetime, str]]:
    """Each mail, when it was written, and the key of its recipient's address."""
    if not folder.is_dir():
        return []
    return [found for path in sorted(folder.glob("*.eml")) if (found := _read(path))]


def _read(path: Path) -> tuple[Path, datetime, str] | None:
    try:
        with path.open("rb") as file:
            headers = BytesHeaderParser(policy=default).parse(file)
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        # the mailbox was emptied meanwhile
        return None
    return path, written_at, address_key(parseaddr(str(headers["To"] or ""))[1])
