"""What a cell of a spreadsheet says: days, answers, proofs, phones, as people in France write them.

What cannot be read raises Refusal with its one fault, whose path is left empty for the reader of the line to fill.
What a form takes is the form's to judge, once the cell is spelled as forms are.
"""

import re
from datetime import date
from typing import Any, NoReturn

from capcom_gql.domain.refusals import Refusal, invalid
from capcom_gql.domain.seats import parse_number
from capcom_gql.forms import MAX_NAME, Path, Read
from capcom_gql.forms.fields import FormField
from capcom_gql.forms.kinds import Country, Flag, Language, Lines, Phone, PostalCode, Siret
from capcom_gql.services.importing.vocabulary import language_of, meaning
from capcom_gql.storage.engine.columns import folded

FIRST_YEAR, LAST_YEAR = 2000, 2999
HOME = "FR"

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ]00:00(?::00)?)?")
_FRENCH = re.compile(r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})(?: 00:00(?::00)?)?")
_CUT_SHORT = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_MARKS = {"x": "yes", "1": "yes", "0": "no"}
_COUNTRIES = {"france": HOME}


def _refuse(key: str, text: str) -> NoReturn:
    raise Refusal(invalid((), key, value=text[:MAX_NAME]))


def day(text: str) -> date:
    """A day: 31/12/2026, 31.12.2026 or 2026-12-31."""
    found = _ISO.fullmatch(text) or _FRENCH.fullmatch(text)
    if found is None:
        _refuse("import_bad_day", text)
    try:
        read = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        _refuse("import_bad_day", text)
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        _refuse("import_bad_day", text)
    return read


def answer(text: str) -> bool:
    """Yes or no, in any language of the service; a cross is a yes."""
    read = _MARKS.get(folded(text)) or meaning("answer", text)
    if read is None:
        _refuse("import_bad_answer", text)
    return read == "yes"


def proof_kind(text: str) -> str:
    """The kind of a payment proof."""
    read = meaning("proof_kind", text.replace("_", " "))
    if read is None:
        _refuse("import_bad_proof_kind", text)
    return read


def whole(text: str) -> str:
    """A text that a spreadsheet may have taken for a number, once it has not cut it short."""
    if _CUT_SHORT.fullmatch(text):
        _refuse("import_cut_short", text)
    return text


def siret(text: str) -> str:
    """The 14 digits of a SIRET."""
    read = Siret().read((), whole(text))
    if read.faults:
        _refuse("import_siret_short" if len(re.sub(r"\D", "", text)) == 13 else "bad_siret", text)
    return read.value


def number(text: str) -> str:
    """A subscriber number that was given before: its 16 digits."""
    whole(text)
    read = parse_number(text)
    if read is None:
        _refuse("import_bad_number", text)
    return read


def country(text: str) -> str:
    """A country's two letters; France may be written out."""
    return _COUNTRIES.get(folded(text), text)


def postal_code(text: str, of_country: str) -> str:
    """A postal code; a French one has no spaces, and the leading 0 that a spreadsheet drops is put back."""
    if of_country.upper() != HOME:
        return text
    digits = re.sub(r"\s", "", text)
    return f"0{digits}" if re.fullmatch(r"[1-9]\d{3}", digits) else digits


def locale(text: str) -> str:
    """The tag of a language of the service that is written out; anything else as it stands."""
    return language_of(text) or text


def field(described: FormField, form: Path, text: str, of_country: str) -> Read[Any]:
    """What a cell that is not empty says of a field of the form at a path, for an organisation in that country.

    A phone without its leading 0, as spreadsheets leave a national one, is a phone too.
    """
    match described.kind:
        case Flag():
            return Read(answer(text))
        case Siret():
            return Read(siret(text))
        case Phone() as kind:
            path = (*form, described.api_name)
            return described.or_default(kind.read(path, whole(text), of_country.upper()))
        case Lines():
            return described.read(form, [line for line in text.splitlines() if line.strip()])
        case Country():
            return described.read(form, country(text))
        case PostalCode():
            return described.read(form, postal_code(text, of_country))
        case Language():
            return described.read(form, locale(text))
    return described.read(form, text)
