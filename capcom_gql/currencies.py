"""Currencies: which there are, and how many digits of an amount are its minor unit (ISO 4217, by the Unicode CLDR).

Amounts are whole numbers of minor units everywhere: 1234 is 12.34 EUR, 1234 JPY, 1.234 TND.
"""

import re

from babel.numbers import get_currency_precision, is_currency


def is_known(currency: str) -> bool:
    """Whether three capital letters are a currency, of today or of the past."""
    return is_currency(currency)


def digits_of(currency: str) -> int:
    """How many digits stand after the point: 2 for EUR, 0 for JPY, 3 for TND."""
    return get_currency_precision(currency)


def in_figures(amount_minor: int, currency: str, point: str = ".") -> str:
    """An amount in figures without its currency, as programs and spreadsheets read it: 1234.50."""
    digits = digits_of(currency)
    if not digits:
        return str(amount_minor)
    whole, rest = divmod(abs(amount_minor), 10**digits)
    return f"{'-' if amount_minor < 0 else ''}{whole}{point}{rest:0{digits}d}"


def from_figures(text: str, currency: str) -> int | None:
    """The amount in minor units that somebody wrote: 950, or with every digit after a point or a comma, 950.00.

    None for what is no such amount, or has more than nine digits before the point.
    """
    digits = digits_of(currency)
    rest = rf"(?:[.,](?P<rest>\d{{{digits}}}))?" if digits else "(?P<rest>(?!))?"
    read = re.fullmatch(rf"(?P<whole>\d{{1,9}}){rest}", text.strip(), re.ASCII)
    return None if read is None else int(read["whole"]) * 10**digits + int(read["rest"] or 0)
