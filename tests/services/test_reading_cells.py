"""Cells as people in France write them, and what a spreadsheet does to numbers."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from capcom_gql.domain.refusals import Refusal
from capcom_gql.forms import Read
from capcom_gql.forms.person import PERSON
from capcom_gql.languages.locales import LOCALES
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.services.importing import read_cells

NUMBER = "4071882390561227"


def phone(text: str, of_country: str = "FR") -> Read[Any]:
    """What the cell of a user's telephone says."""
    return read_cells.field(PERSON["phone"], ("users", "0"), text, of_country)


def key_of(read: Callable[[str], object], text: str) -> str:
    """The key of the fault of a cell that cannot be read; its sentences show the cell."""
    with pytest.raises(Refusal) as refused:
        read(text)
    (fault,) = refused.value.faults
    assert all(text[:10] in refusal_sentence(fault, locale) for locale in LOCALES)
    return fault.key


@pytest.mark.parametrize(
    "text",
    [
        "31/12/2026",
        "31-12-2026",
        "31.12.2026",
        "2026-12-31",
        "2026-12-31 00:00:00",
        "2026-12-31T00:00",
        "31/12/2026 00:00",
    ],
)
def test_days(text: str) -> None:
    assert read_cells.day(text) == date(2026, 12, 31)
    assert read_cells.day("1/9/2026") == date(2026, 9, 1)


@pytest.mark.parametrize(
    "text",
    ["31/12/26", "46387", "2026/12/31", "31 décembre 2026", "30/02/2026", "12/31/2026", "2026-13-01", "01/01/1999",
     "01/01/3000", "2026-12-31 10:00"],
)  # fmt: skip
def test_what_is_no_day(text: str) -> None:
    assert key_of(read_cells.day, text) == "import_bad_day"


def test_answers() -> None:
    assert all(read_cells.answer(text) for text in ("Oui", "OUI", "o", "yes", "Vrai", "x", "1"))
    assert not any(read_cells.answer(text) for text in ("Non", "n", "no", "FAUX", "0"))
    assert key_of(read_cells.answer, "peut-être") == "import_bad_answer"


def test_proofs() -> None:
    expected = {
        "PURCHASE_ORDER": ("Bon de commande", "BDC", "purchase order", "PURCHASE_ORDER"),
        "CHEQUE": ("Chèque", "cheque", "CHEQUE"),
        "BANK_TRANSFER": ("virement", "Mandat administratif", "BANK_TRANSFER"),
    }
    for kind, texts in expected.items():
        assert {read_cells.proof_kind(text) for text in texts} == {kind}
    assert key_of(read_cells.proof_kind, "espèces") == "import_bad_proof_kind"


def test_numbers_that_a_spreadsheet_has_cut_short() -> None:
    for text in ("4,07188E+15", "4.07E15", "7,32829E+13", "4E+15"):
        for read in (read_cells.number, read_cells.siret, read_cells.not_truncated, phone):
            assert key_of(read, text) == "import_cut_short"
    assert read_cells.not_truncated("BC-2E") == "BC-2E"
    assert key_of(read_cells.siret, "5600000000048") == "import_siret_short"
    assert read_cells.siret("35600000000048") == "35600000000048"


def test_subscriber_numbers() -> None:
    for text in ("CP 4071 8823 9056 1227", NUMBER, "cp4071-8823-9056-1227", "CP\u00a04071\u202f8823 9056 1227"):
        assert read_cells.number(text) == NUMBER
    for text in ("CP 4071 8823 9056 1228", "407188239056122", "12", "CP"):
        assert key_of(read_cells.number, text) == "import_bad_number"


def test_what_spreadsheets_drop_is_put_back_where_it_is_certain() -> None:
    assert [read_cells.postal_code(text, "FR") for text in ("1000", "01000", "75001", "100", "0100")] == [
        "01000",
        "01000",
        "75001",
        "100",
        "0100",
    ]
    assert {read_cells.postal_code(text, "FR") for text in ("75 001", "75\u00a0001")} == {"75001"}
    assert [read_cells.postal_code(text, "GB") for text in ("1000", "SW1A 1AA")] == ["1000", "SW1A 1AA"]
    assert read_cells.postal_code("1000", "BE") == "1000" and read_cells.postal_code("1000", "fr") == "01000"
    assert [read_cells.country(text) for text in ("France", "FR", "BE")] == ["FR", "FR", "BE"]


def test_phones() -> None:
    for text in ("06 12 34 56 78", "0612345678", "612345678", "06.12.34.56.78", "+33 6 12 34 56 78", "0033612345678"):
        assert phone(text).value == "+33612345678"
    assert phone("0470 12 34 56", "be").value == "+32470123456"
    for text in ("12", "poste 4"):
        (fault,) = phone(text).faults
        assert (fault.key, fault.path, fault.data) == ("bad_phone", ("users", "0", "phone"), {"value": text})


def test_languages() -> None:
    assert [read_cells.locale(text) for text in ("Français", "anglais", "en", "xx")] == ["fr", "en", "en", "xx"]
