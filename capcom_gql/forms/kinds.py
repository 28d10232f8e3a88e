"""The kinds of values that fields of forms take. Each parses what was given once, to its normal form or its faults."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import email_validator
import phonenumbers
from stdnum.exceptions import ValidationError
from stdnum.fr import siret

from capcom_gql.domain.refusals import invalid
from capcom_gql.forms.reading import Path, Read
from capcom_gql.languages.locales import LOCALES, locale_of

MAX_NAME = 200
"""Characters of a short text: a name, a city, a job title."""

MAX_EMAIL = 320
"""Characters of an e-mail address (RFC 5321: 64 + 1 + 255)."""

MAX_MESSAGE = 4_000
"""Characters of a message to staff, or of an answer."""

Normal = TypeVar("Normal")


class Kind(Protocol[Normal]):
    """What a kind has in common with every other."""

    def read(self, path: Path, given: Any, /) -> Read[Normal]:
        """The normal form of what was given, or its faults at `path`.

        Every fault is INVALID_INPUT; each kind names the keys of their sentences.
        """


@dataclass(frozen=True, slots=True)
class Text:
    """Optional text of at most `maximum` characters, without the spaces around it; a blank one is None."""

    maximum: int = MAX_NAME

    def read(self, path: Path, given: str | None, /) -> Read[str | None]:
        """The text. Its fault is `too_long`."""
        text = (given or "").strip()
        if len(text) > self.maximum:
            return Read(None, (invalid(path, "too_long", maximum=self.maximum),))
        return Read(text or None)


@dataclass(frozen=True, slots=True)
class RequiredText:
    """Text of 1 to `maximum` characters, without the spaces around it."""

    maximum: int = MAX_NAME

    def read(self, path: Path, given: str | None, /) -> Read[str]:
        """The text. Its fault is `blank` or `too_long`."""
        read = Text(self.maximum).read(path, given)
        if read.partial is None:
            return Read("", read.faults or (invalid(path, "blank"),))
        return Read(read.partial)


@dataclass(frozen=True, slots=True)
class PostalCode(Text):
    """A postal code: any short text, since each country has its own form."""

    maximum: int = 20


@dataclass(frozen=True, slots=True)
class Lines:
    """At most `count` lines of text, each of at most `maximum` characters; blank ones are left out."""

    count: int
    maximum: int

    def read(self, path: Path, given: Sequence[str], /) -> Read[tuple[str, ...]]:
        """The lines. Too many are one fault (`too_many_lines`), and only the first `count` are read.

        A line that is too long has the fault `too_long` at its own index below `path`.
        """
        faults = [invalid(path, "too_many_lines", maximum=self.count)] if len(given) > self.count else []
        lines = [Text(self.maximum).read((*path, str(index)), line) for index, line in enumerate(given[: self.count])]
        faults += [fault for line in lines for fault in line.faults]
        return Read(tuple(line.partial for line in lines if line.partial is not None), tuple(faults))


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def read(self, _path: Path, given: bool, /) -> Read[bool]:
        """The answer; it has no faults."""
        return Read(given)


@dataclass(frozen=True, slots=True)
class Email:
    """A well-formed e-mail address with a dot in its domain; whether it exists is not checked."""

    def read(self, path: Path, given: str, /) -> Read[str]:
        """The address as written, without the spaces around it. Its fault is `blank` or `bad_email`."""
        email = given.strip()
        if not email:
            return Read("", (invalid(path, "blank"),))
        return Read(email) if _is_email(given) else Read("", (invalid(path, "bad_email", value=given[:MAX_NAME]),))


def _is_email(text: str) -> bool:
    if len(text) > MAX_EMAIL:
        return False
    try:
        read = email_validator.validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    except email_validator.EmailNotValidError:
        return False
    return "." in read.ascii_domain


def compared(email: str) -> str:
    """An address to search for or compare: cut at `MAX_EMAIL`, so that an overlong one costs no more than any other."""
    return email[:MAX_EMAIL]


@dataclass(frozen=True, slots=True)
class Phone:
    """A possible telephone number."""

    def read(self, path: Path, given: str, /, country: str | None = None) -> Read[str]:
        """The number in E.164 form; `country` (ISO 3166-1) allows its national form too. Its fault is `bad_phone`."""
        try:
            number = phonenumbers.parse(given, country)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            return Read("", (invalid(path, "bad_phone", value=given[:MAX_NAME]),))
        return Read(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the service, by its tag or a longer one: fr, fr-CA, EN-gb."""

    def read(self, path: Path, given: str, /) -> Read[str]:
        """The tag of the language: fr, en. Its fault is `bad_locale`."""
        locale = locale_of(given)
        if locale is None:
            return Read("", (invalid(path, "bad_locale", value=given[:MAX_NAME], known=LOCALES),))
        return Read(str(locale))


@dataclass(frozen=True, slots=True)
class Country:
    """A country: two letters, as in ISO 3166-1."""

    def read(self, path: Path, given: str, /) -> Read[str]:
        """The letters in capitals. Its fault is `bad_country`."""
        letters = given.strip()
        if len(letters) == 2 and letters.isascii() and letters.isalpha():
            return Read(letters.upper())
        return Read("", (invalid(path, "bad_country", value=given[:MAX_NAME]),))


@dataclass(frozen=True, slots=True)
class Siret:
    """A SIRET, the register number of an establishment: 14 digits, the last of which checks the others."""

    def read(self, path: Path, given: str, /) -> Read[str]:
        """The 14 digits. Its fault is `bad_siret`."""
        fault = invalid(path, "bad_siret", value=given[:MAX_NAME])
        if len(given) > MAX_NAME:
            return Read("", (fault,))
        try:
            return Read(str(siret.validate(given)))
        except ValidationError:
            return Read("", (fault,))
