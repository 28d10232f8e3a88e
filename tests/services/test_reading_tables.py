"""Tables as spreadsheets write them: encodings, separators, quotes, empty lines; and what is no table."""

import codecs
import csv
import io
import itertools
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcom_gql.services.importing.columns import COLUMNS, column_of
from capcom_gql.services.importing.read_table import MAX_BYTES, SEPARATORS, BadTable, Table, read_table
from capcom_gql.services.importing.vocabulary import headings_of
from capcom_gql.spreadsheet import Amount, guarded, line_of, unguarded

HEADINGS = ["Organisme", "Formule", "Date de début", "E-mail", "Prénom", "Nom"]
LINE = ["Ville d'Évreux", "EQUIPE", "01/09/2026", "élise@ville.example", "Élise", "Lefèvre"]
CELLS = {
    "organisation": "Ville d'Évreux",
    "plan": "EQUIPE",
    "first_day": "01/09/2026",
    "email": "élise@ville.example",
    "given_name": "Élise",
    "family_name": "Lefèvre",
}
FORMULAS = ("=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "  =1", "'=1", "''=1", "\r1", "\n1", "+", *"＝＋－＠")


def written(*rows: list[str], separator: str = ";", end: str = "\r\n") -> str:
    """Rows as a spreadsheet writes them: quoted where need be."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    return text.getvalue()


def refusal(content: bytes) -> str:
    """Why it is no table."""
    with pytest.raises(BadTable) as refused:
        read_table(content)
    return str(refused.value)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("windows-1252"),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    ],
)
def test_every_way_a_spreadsheet_saves_it(encode: Callable[[str], bytes], separator: str, end: str) -> None:
    table = read_table(encode(written(HEADINGS, LINE, separator=separator, end=end)))
    assert [(line.number, line.cells, line.surplus) for line in table.lines] == [(2, CELLS, False)]
    assert list(table.headings.values()) == HEADINGS and table.unread == ()


@pytest.mark.parametrize("separator", SEPARATORS)
def test_every_cell_in_quotes(separator: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([HEADINGS, LINE])
    assert [line.cells for line in read_table(text.getvalue().encode()).lines] == [CELLS]


def test_lines_are_numbered_as_a_spreadsheet_shows_them() -> None:
    """Empty lines and lines of separators alone count, breaks inside a cell do not, nor does what says the separator;
    only lines with something are read.
    """
    two_lines = ["Ville\nd'Évreux", *LINE[1:]]
    text = "\r\n" + written(HEADINGS) + "\r\n;;;;;\r\n" + written(LINE, two_lines) + " ; \r\n" + written(LINE)
    table = read_table(text.encode())
    assert [line.number for line in table.lines] == [5, 6, 8]
    assert table.lines[1].cells["organisation"] == "Ville\nd'Évreux"


def test_trailing_separators_are_nothing_and_cells_beyond_the_last_column_are_seen() -> None:
    text = written(HEADINGS) + ";".join(LINE) + ";;;\r\n" + ";".join(LINE) + ";;oops\r\n" + "Ville;EQUIPE\r\n"
    trailing, surplus, short, alone = read_table(f"{text};;;;;;oops\r\n".encode()).lines
    assert (trailing.cells, trailing.surplus) == (CELLS, False)
    assert surplus.surplus and alone.surplus
    assert short.cells == {"organisation": "Ville", "plan": "EQUIPE"} and not short.surplus


def test_remarks_in_columns_that_are_not_read_are_no_line() -> None:
    remarks = written([*HEADINGS, "Remarque"], [*LINE, "à relancer"], [""] * 6 + ["300 abonnés"])
    assert [line.number for line in read_table(remarks.encode()).lines] == [2]


@pytest.mark.parametrize("text", ["#N/A", "#N/D", "#REF!", "#VALEUR!", "#DIV/0!", "#NOM?", "#NOM ?", "########", "##"])
def test_what_a_spreadsheet_could_not_show_is_no_value(text: str) -> None:
    failed, whole = read_table(written(HEADINGS, [text, *LINE[1:]], ["#1 de Lyre", *LINE[1:]]).encode()).lines
    assert (failed.cells["organisation"], failed.failed) == ("", frozenset({"organisation"}))
    assert (whole.cells["organisation"], whole.failed) == ("#1 de Lyre", frozenset())


def test_the_line_that_names_the_separator() -> None:
    for separator in (";", ",", "\t"):
        for said in ("sep", "SEP"):
            table = read_table(f"{said}={separator}\r\n{written(HEADINGS, LINE, separator=separator)}".encode())
            assert [(line.number, line.cells) for line in table.lines] == [(2, CELLS)]


def test_headings_are_known_without_case_and_accents_and_others_are_told() -> None:
    headings = ["ORGANISME", "formule", " date  de debut ", "e-mail", "prenom", "NOM", "Couleur", "seat_id", ""]
    table = read_table(written(headings, [*LINE, "bleu", "x", ""]).encode())
    assert table.lines[0].cells == CELLS
    assert table.unread == ("Couleur",)


def test_no_heading_names_two_columns() -> None:
    for column in COLUMNS:
        assert all(column_of(heading) is column for heading in (column.name, *headings_of(column.name)))
    assert column_of("Nº client") is column_of("n° client")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"PK\x03\x04rest", "Save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "Save it as CSV"),
        (b"Organisme\r\n\x81\x8d", "Line 2 is neither UTF-8 nor windows-1252"),
        (b"Organisme;\r\nVille\0;", "Line 2 has a NUL"),
        (b"x" * (MAX_BYTES + 1), "20 megabytes"),
        (written(HEADINGS).encode(), "no line under them"),
        (written(["Organisme", "Formule"], ["Ville", "EQUIPE"]).encode(), "Missing: first_day (premier jour), email"),
        (
            b"Liste des abonn\xe9s;2026;;\r\n" + written(HEADINGS, LINE).encode(),
            "Not known: Liste des abonnés, 2026. `capcom",
        ),
        (b"sep=;\r\n", "Missing: organisation (organisme), plan"),
        (written(["Organisme", "Nos formules"], LINE).encode(), "family_name (nom). Not known: Nos formules. `capcom"),
        (b'Organisme;"Formule\r\nVille;EQUIPE\r\n', "From line 1 on"),
        (written([*HEADINGS, "Courriel"], LINE).encode(), "Two columns are the same: 'E-mail' and 'Courriel'"),
        (written(HEADINGS).encode() + b'Ville;"EQUIPE;\r\nx;y\r\n', "From line 2 on"),
        (written(HEADINGS).encode() + b'Ville;"EQUIPE" x;\r\n', "From line 2 on"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(content: bytes, told: str) -> None:
    assert told in refusal(content)


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0#", exclude_categories=["Cs"])), min_size=6, max_size=6),
        max_size=4,
    ),
    st.sampled_from(SEPARATORS),
)
def test_what_is_written_is_read_again(rows: list[list[str]], separator: str) -> None:
    """Any text at all, but for the spaces around it; # is of the errors of spreadsheets."""
    content = b"".join(line_of(row, separator) for row in [HEADINGS, LINE, *rows])
    table = read_table(content)
    kept = [[cell.strip() for cell in row] for row in rows]
    expected = [dict(zip(CELLS, row, strict=True)) for row in kept if any(row)]
    assert [dict(line.cells) for line in table.lines[1:]] == expected


@given(st.text())
def test_a_guard_is_taken_away_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text).lstrip("'").lstrip()[:1] not in tuple("=+-@＝＋－＠") or guarded(text).startswith("'")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_runs_as_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}" and unguarded(guarded(text)) == text


def test_other_cells_stay_as_they_are() -> None:
    for text in ("", "Ville", "'", "l'Isle", "'quoted'", "a=b", "Saint-Denis", "1-2"):
        assert guarded(text) == text and unguarded(text) == text
    assert unguarded("=1") == "=1", "a file that somebody else wrote"


def test_a_line_is_one_that_excel_reads() -> None:
    cells = (None, True, False, 3, Amount(123405, "EUR"), "Ville; d'Évreux", 'dite "la"', "=1")
    assert line_of(cells, ";").decode() == ';yes;no;3;1234,05;"Ville; d\'Évreux";"dite ""la""";\'=1\r\n'
    assert line_of((Amount(5, "EUR"),), ",") == b"0.05\r\n"
    noon = datetime(2027, 3, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))
    assert line_of((noon, noon.date()), ";") == b"2027-03-01T11:00:00Z;2027-03-01\r\n"


def test_headings_alone_decide_on_the_separator() -> None:
    """Commas in the cells of a file with semicolons, and the other way round."""
    for separator, other in itertools.permutations(SEPARATORS, 2):
        line = [f"Ville{other} bourg", *LINE[1:]]
        table: Table = read_table(written(HEADINGS, line, separator=separator).encode())
        assert table.lines[0].cells["organisation"] == f"Ville{other} bourg"
