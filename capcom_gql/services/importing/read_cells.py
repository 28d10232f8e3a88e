"""Read the cells of a spreadsheet: days, answers, proofs, phones, as people in France write them.

An unreadable cell raises Refusal with one fault, whose path is empty. The fields of forms are then checked by the form.
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
"""The years that a day may have, both inclusive."""
HOME = "FR"
"""The country of an organisation whose cell is empty, ISO 3166-1 alpha-2."""

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ]00:00(?::00)?)?")
_FRENCH = re.compile(r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})(?: 00:00(?::00)?)?")
_CUT_SHORT = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_MARKS = {"x": "yes", "1": "yes", "0": "no"}
_COUNTRIES = {"france": HOME}


def _refuse(key: str, text: str) -> NoReturn:
    raise Refusal(invalid((), key, value=text[:MAX_NAME]))


def day(text: str) -> date:
    """A civil day, written 31/12/2026, 31.12.2026 or 2026-12-31. Raises Refusal."""
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
    """A yes (True) or no in any language of the service; an x means yes. Raises Refusal."""
    read = _MARKS.get(folded(text)) or meaning("answer", text)
    if read is None:
        _refuse("import_bad_answer", text)
    return read == "yes"


def proof_kind(text: str) -> str:
    """The kind of a payment proof, as `PaymentProof.kind` stores it. Raises Refusal."""
    read = meaning("proof_kind", text.replace("_", " "))
    if read is None:
        _refuse("import_bad_proof_kind", text)
    return read


def not_truncated(text: str) -> str:
    """The text, unless the spreadsheet has rounded it as a number (1.2E+13). Raises Refusal."""
    if _CUT_SHORT.fullmatch(text):
        _refuse("import_cut_short", text)
    return text


def siret(text: str) -> str:
    """The 14 digits of a SIRET. Raises Refusal."""
    read = Siret().read((), not_truncated(text))
    if read.faults:
        _refuse("import_siret_short" if len(re.sub(r"\D", "", text)) == 13 else "bad_siret", text)
    return read.value


def number(text: str) -> str:
    """The 16 digits of an existing subscriber number. Raises Refusal."""
    not_truncated(text)
    read = parse_number(text)
    if read is None:
        _refuse("import_bad_number", text)
    return read


def country(text: str) -> str:
    """The two letters of a country; France may be written out. Other text is returned unchanged."""
    return _COUNTRIES.get(folded(text), text)


def postal_code(text: str, of_country: str) -> str:
    """A postal code; a French one without spaces, and with the leading 0 that spreadsheets drop."""
    if of_country.upper() != HOME:
        return text
    digits = re.sub(r"\s", "", text)
    return f"0{digits}" if re.fullmatch(r"[1-9]\d{3}", digits) else digits


def locale(text: str) -> str:
    """The tag of a language of the service whose name is written out; other text is returned unchanged."""
    return language_of(text) or text


def field(described: FormField, form: Path, text: str, of_country: str) -> Read[Any]:
    """The value of a form's field, or its faults at the path of the form, from a cell that is not empty.

    `of_country` is the organisation's country. A national phone number may lack its leading 0, as spreadsheets save it.
    Raises Refusal for an unreadable cell.
    """
    match described.kind:
        case Flag():
            return Read(answer(text))
        case Siret():
            return Read(siret(text))
        case Phone() as kind:
            path = (*form, described.api_name)
            return described.or_default(kind.read(path, not_truncated(text), of_country.upper()))
        case Lines():
            return described.read(form, [line for line in text.splitlines() if line.strip()])
        case Country():
            return described.read(form, country(text))
        case PostalCode():
            return described.read(form, postal_code(text, of_country))
        case Language():
            return described.read(form, locale(text))
    return described.read(form, text)
