"""The kinds of fields that forms have. Each reads what was given once: to its normal form, or to its faults."""

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

MAX_EMAIL = 320

MAX_MESSAGE = 4_000

Normal = TypeVar("Normal")


class Kind(Protocol[Normal]):
    """How one field is read."""

    def read(self, path: Path, given: Any, /) -> Read[Normal]:
        """The normal form of what a form gives, or its faults at that path."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that may be missing: a blank one is none. Spaces around it are dropped, and do not count."""

    maximum: int = MAX_NAME

    def read(self, path: Path, given: str | None, /) -> Read[str | None]:
        """The text, None where there is none."""
        text = (given or "").strip()
        if len(text) > self.maximum:
            return Read(None, (invalid(path, "too_long", maximum=self.maximum),))
        return Read(text or None)


@dataclass(frozen=True, slots=True)
class RequiredText:
    """A text that must be there. Spaces around it are dropped, and do not count."""

    maximum: int = MAX_NAME

    def read(self, path: Path, given: str | None, /) -> Read[str]:
        """The text."""
        read = Text(self.maximum).read(path, given)
        if read.partial is None:
            return Read("", read.faults or (invalid(path, "blank"),))
        return Read(read.partial)


@dataclass(frozen=True, slots=True)
class PostalCode(Text):
    """A postal code; each country has its own kind, so any text will do."""

    maximum: int = 20


@dataclass(frozen=True, slots=True)
class Lines:
    """At most so many lines of text, each of at most so many characters; blank ones are dropped."""

    count: int
    maximum: int

    def read(self, path: Path, given: Sequence[str], /) -> Read[tuple[str, ...]]:
        """The lines. Those beyond the last are one fault, and not read."""
        faults = [invalid(path, "too_many_lines", maximum=self.count)] if len(given) > self.count else []
        lines = [Text(self.maximum).read((*path, str(index)), line) for index, line in enumerate(given[: self.count])]
        faults += [fault for line in lines for fault in line.faults]
        return Read(tuple(line.partial for line in lines if line.partial is not None), tuple(faults))


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def read(self, _path: Path, given: bool, /) -> Read[bool]:
        """The answer."""
        return Read(given)


@dataclass(frozen=True, slots=True)
class Email:
    """An address that has the form of one; whether anyone reads it is not asked."""

    def read(self, path: Path, given: str, /) -> Read[str]:
        """The address as it is written, without spaces around it."""
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
    """An address as lists are searched for it; one that is too long to be any is not read to its end."""
    return email[:MAX_EMAIL]


@dataclass(frozen=True, slots=True)
class Phone:
    """A possible international telephone number."""

    def read(self, path: Path, given: str, /, country: str | None = None) -> Read[str]:
        """The number in E.164 form; a national one where the country is named."""
        try:
            number = phonenumbers.parse(given, country)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            return Read("", (invalid(path, "bad_phone", value=given[:MAX_NAME]),))
        return Read(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the service, by its tag or a longer one."""

    def read(self, path: Path, given: str, /) -> Read[str]:
        """The language's own tag."""
        locale = locale_of(given)
        if locale is None:
            return Read("", (invalid(path, "bad_locale", value=given[:MAX_NAME], known=LOCALES),))
        return Read(str(locale))


@dataclass(frozen=True, slots=True)
class Country:
    """A country, ISO 3166-1: two letters."""

    def read(self, path: Path, given: str, /) -> Read[str]:
        """The letters, in capitals."""
        letters = given.strip()
        if len(letters) == 2 and letters.isascii() and letters.isalpha():
            return Read(letters.upper())
        return Read("", (invalid(path, "bad_country", value=given[:MAX_NAME]),))


@dataclass(frozen=True, slots=True)
class Siret:
    """A SIRET that checks: 13 digits and a check digit, La Poste aside."""

    def read(self, path: Path, given: str, /) -> Read[str]:
        """Its 14 digits."""
        fault = invalid(path, "bad_siret", value=given[:MAX_NAME])
        if len(given) > MAX_NAME:
            return Read("", (fault,))
        try:
            return Read(str(siret.validate(given)))
        except ValidationError:
            return Read("", (fault,))
