"""E-mail addresses in the form that mail servers accept."""

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

_NAMED = re.compile(r'("(?P<quoted>[^<>]*)"|(?P<name>[^<>]*))\s*<(?P<address>[^<>]+)>')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address with its display name, which may be empty."""

    address: str
    name: str = ""


def normalize_address(raw: str) -> str:
    """An address as `name@domain`, the domain in ASCII (IDNA). Raises ValueError with a sentence."""
    try:
        found = validate_email(raw.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(f"this is not an e-mail address, such as name@domain: {error}") from None
    return f"{found.local_part}@{found.ascii_domain}"


def parse_mailbox(text: str) -> MailAddress:
    """Read `Name <name@domain>` or an address alone. Raises ValueError with a sentence."""
    named = _NAMED.fullmatch(text.strip())
    address, name = (named["address"], named["quoted"] or named["name"] or "") if named else (text, "")
    name = name.strip()
    if has_control(name):
        raise ValueError("the name holds a line break or another control character")
    return MailAddress(normalize_address(address), name)


def has_control(text: str) -> bool:
    """Whether a text has a line break or another control character."""
    return _CONTROL.search(text) is not None
