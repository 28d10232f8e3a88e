"""Amounts follow the digits of their currency: two for the euro, none for the yen, three for the dinar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcom_gql.currencies import digits_of, from_figures, in_figures, is_known
from capcom_gql.languages.locales import ENGLISH, FRENCH
from capcom_gql.languages.writing import spell_money
from capcom_gql.spreadsheet import Amount, line_of

CURRENCIES = st.sampled_from(["EUR", "JPY", "TND", "CHF", "CLP", "KWD", "CLF"])


@pytest.mark.parametrize(
    ("currency", "digits", "figures", "french", "english"),
    [
        ("EUR", 2, "1234.50", "1\u202f234,50\u00a0€", "1,234.50 EUR"),
        ("JPY", 0, "123450", "123\u202f450\u00a0JPY", "123,450 JPY"),
        ("TND", 3, "123.450", "123,450\u00a0TND", "123.450 TND"),
    ],
)
def test_the_same_number_of_minor_units_in_three_currencies(
    currency: str, digits: int, figures: str, french: str, english: str
) -> None:
    assert digits_of(currency) == digits
    assert in_figures(123_450, currency) == figures
    assert from_figures(figures, currency) == 123_450
    assert (spell_money(123_450, currency, FRENCH), spell_money(123_450, currency, ENGLISH)) == (french, english)
    assert line_of([Amount(123_450, currency)], ",") == f"{figures}\r\n".encode()
    assert line_of([Amount(123_450, currency)], ";") == f"{figures.replace('.', ',')}\r\n".encode()


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("950", "EUR", 95_000),
        (" 950,50 ", "EUR", 95_050),
        ("950.5", "EUR", None),
        ("950.500", "EUR", None),
        ("950.", "EUR", None),
        ("-1", "EUR", None),
        ("1e3", "EUR", None),
        ("٩٥٠", "EUR", None),
        ("", "EUR", None),
        ("1234567890", "EUR", None),
        ("950", "JPY", 950),
        ("950.00", "JPY", None),
        ("950,", "JPY", None),
        ("950", "TND", 950_000),
        ("0.005", "TND", 5),
        ("950.00", "TND", None),
    ],
)
def test_what_somebody_wrote_has_every_digit_or_none(text: str, currency: str, minor: int | None) -> None:
    assert from_figures(text, currency) == minor


@given(minor=st.integers(0, 10**9 - 1), currency=CURRENCIES)
def test_what_is_written_in_figures_is_read_back(minor: int, currency: str) -> None:
    assert from_figures(in_figures(minor, currency), currency) == minor
    assert in_figures(-minor - 1, currency) == f"-{in_figures(minor + 1, currency)}"


@pytest.mark.parametrize(("currency", "known"), [("EUR", True), ("TND", True), ("QQQ", False), ("eur", False)])
def test_which_currencies_there_are(currency: str, known: bool) -> None:
    assert is_known(currency) is known
