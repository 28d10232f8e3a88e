"""Telephone numbers: from the ways in which people write them to E.164; only numbers that get text messages."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from capcom_gql.plugin import AddressInvalid

HOME = "FR"
"""The region in which a number without a country code is dialled."""
_AS_WRITTEN = re.compile(r"\+?[\d().\-‐‑/]+")
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# departments whose ten digits are dialled like those of metropolitan France, with country codes of their own
_OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM")
_TEN_DIGITS = range(100_000_000, 1_000_000_000)
"""National numbers of ten digits, without the leading 0; six digits could be of Nouméa, Wallis or Saint-Pierre."""
_NO_TEXTS = {
    PhoneNumberType.FIXED_LINE: "a landline",
    PhoneNumberType.VOIP: "an internet line",
    PhoneNumberType.TOLL_FREE: "a free-call number",
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number",
    PhoneNumberType.UAN: "a company's call number",
    PhoneNumberType.VOICEMAIL: "a voice mailbox",
    PhoneNumberType.PAGER: "a pager",
}
_EXAMPLES = "write it as 06 12 34 56 78, or with its country code as +33 6 12 34 56 78 or +687 75 12 34"


def e164(raw: str) -> str:
    """A mobile number in E.164, such as `+33612345678`. Without a country code it is read as dialled in France.

    The ten digits of the overseas departments (0690, 0692, 0694, 0696 ...) get their own country code, even if they
    were written after +33. Raises AddressInvalid, with a sentence, for a number that is not in use or gets no text
    messages; in countries whose numbers do not distinguish mobiles from landlines, all numbers are accepted.
    """
    # copied numbers may contain invisible marks, and spaces that phonenumbers does not recognise
    written = "".join(_UNSEEN.sub("", raw).split())
    if not written:
        raise AddressInvalid("the telephone number is empty")
    if not _AS_WRITTEN.fullmatch(written):
        raise AddressInvalid(f"this is not a telephone number: {_EXAMPLES}")
    try:
        number = _overseas(phonenumbers.parse(written, HOME))
    except phonenumbers.NumberParseException:
        raise AddressInvalid(f"this is not a telephone number: {_EXAMPLES}") from None
    if not phonenumbers.is_valid_number(number):
        raise AddressInvalid(f"no such telephone number is in use: {_EXAMPLES}")
    kind = _NO_TEXTS.get(phonenumbers.number_type(number))
    if kind is not None:
        raise AddressInvalid(f"this is the number of {kind}, which takes no text messages: give a mobile number")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _overseas(number: PhoneNumber) -> PhoneNumber:
    """The number with the country code of its overseas department, if it is not of metropolitan France."""
    is_french = number.country_code == phonenumbers.country_code_for_region(HOME)
    if not is_french or number.national_number not in _TEN_DIGITS or phonenumbers.is_valid_number(number):
        return number
    for region in _OVERSEAS:
        code = phonenumbers.country_code_for_region(region)
        there = PhoneNumber(country_code=code, national_number=number.national_number)
        if phonenumbers.is_valid_number_for_region(there, region):
            return there
    return number
