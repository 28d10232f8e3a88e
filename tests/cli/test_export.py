"""`capcom export`: CSV that Excel in French opens, and that another installation takes in."""

import csv
import io
import os
from pathlib import Path

import pytest

from tests.cli.installations import Installation, migrated
from tests.cli.test_import import FAULTY, counted, save
from tests.databases import SqliteSource

BOM = "\ufeff"
TRICKY = (
    '"=HYPERLINK(""http://x.example"";""Lyre"")";356 000 000 00048;69001;COLLECTIF;15/10/2026;Oui;Chèque;-4711;'
    '15/10/2026;@Zoé;"Noël\r\nde ""Lyre""";zoe@lyre.example;Oui;'
)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, sqlite_databases: SqliteSource) -> Installation:
    """An installation on 1 March 2027, with two organisations, one of which has names that look like formulas."""
    installation = migrated(tmp_path_factory.mktemp("desk"), sqlite_databases)
    installation.run("clock", "set", "2027-03-01")
    installation.run("import", "organisations", save(installation, [FAULTY[0], TRICKY]))
    return installation


@pytest.fixture
def desk(imported: Installation, tmp_path: Path) -> Installation:
    """A copy of it for each test."""
    return imported.copied(tmp_path / "desk")


@pytest.fixture
def elsewhere(tmp_path: Path, sqlite_databases: SqliteSource) -> Installation:
    """Another installation, with nothing in it, on the same day."""
    other = migrated(tmp_path / "elsewhere", sqlite_databases)
    other.run("clock", "set", "2027-03-01")
    return other


def rows_of(text: str, separator: str = ";") -> list[dict[str, str]]:
    """The rows of an export by the names of their columns."""
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=separator))


def exported(installation: Installation, *arguments: str) -> str:
    """An export in a file, as it is."""
    installation.run("export", *arguments, "--out", "out.csv")
    return (installation.folder / "out.csv").read_bytes().decode()


def test_cells_that_would_run_are_made_harmless(desk: Installation) -> None:
    text = exported(desk, "seats")
    assert text.count("\r\n") - text.count("\r\nde ") == 3
    lyre, ville = rows_of(text)
    assert lyre["organisation"] == '\'=HYPERLINK("http://x.example";"Lyre")'
    assert (lyre["proof_reference"], lyre["given_name"]) == ("'-4711", "'@Zoé")
    assert lyre["family_name"] == 'Noël\r\nde "Lyre"'
    assert ville["subscriber_number"] == "CP 4071 8823 9056 1227"
    assert (ville["siret"], ville["first_day"], ville["manager"]) == ("732 829 320 00074", "2026-09-01", "yes")


def test_an_export_of_seats_is_taken_in_elsewhere_and_once(desk: Installation, elsewhere: Installation) -> None:
    """Everything but the ids and the day it came is the same there."""
    out = exported(desk, "seats")
    (elsewhere.folder / "in.csv").write_bytes(out.encode())
    done = elsewhere.run("import", "organisations", "in.csv")
    assert "imported: 2 (2 users)" in done.err and "not read" not in done.err
    own = ("organisation_id", "seat_id", "added_on")
    ours, theirs = (
        [{name: cell for name, cell in row.items() if name not in own} for row in rows_of(text)]
        for text in (out, exported(elsewhere, "seats"))
    )
    assert ours == theirs
    (desk.folder / "in.csv").write_bytes(out.encode())
    for place in (desk, elsewhere):
        again = place.run("import", "organisations", "in.csv")
        assert "imported: 0 (0 users); there already: 2 (2 users)" in again.err
    assert counted(elsewhere, "organisation", "seat", "person") == [2, 2, 2]


def test_separators(desk: Installation) -> None:
    by_separator = {
        given: rows_of(exported(desk, "organisations", "--separator", given), separator)
        for given, separator in ((";", ";"), (",", ","), ("tab", "\t"))
    }
    assert {rows[0]["price"] for given, rows in by_separator.items() if given != ";"} == {"1500.00"}
    assert by_separator[";"][0]["price"] == "1500,00"
    assert len({rows[0]["organisation"] for rows in by_separator.values()}) == 1
    refused = desk.run("export", "organisations", "--separator", "|", status=2)
    assert "'|' is none of ; , tab" in refused.err and refused.out == ""


def test_standard_output_has_the_same_and_nothing_else(desk: Installation) -> None:
    for what in ("redemptions", "deliveries"):
        done = desk.run("export", what)
        assert done.err == ""
        assert [line for line in done.out.splitlines() if line] == [
            line for line in exported(desk, what).splitlines() if line
        ]


def test_a_file_is_replaced_once_the_new_one_is_whole(desk: Installation) -> None:
    told = desk.run("export", "seats", "--out", "out.csv").err
    assert told == "capcom: out.csv: 2 rows\n"
    before = (desk.folder / "out.csv").read_bytes()
    (desk.data_dir / "capcom.sqlite3").write_bytes(b"no database at all, but a text of some length")
    desk.run("export", "seats", "--out", "out.csv", status=1)
    assert (desk.folder / "out.csv").read_bytes() == before
    assert sorted(path.name for path in desk.folder.glob("out*")) == ["out.csv"]
    for place in ("nowhere/out.csv", "."):
        refused = desk.run("export", "seats", "--out", place, status=1).err
        assert refused == f"capcom: {place} cannot be written. Give --out a file in a folder that exists.\n"


def test_help_gives_an_example(installation: Installation) -> None:
    shown = " ".join(installation.run("export", "redemptions", "--help").out.split())
    assert "Example: capcom export redemptions --to-reinvoice --out to-invoice.csv" in shown


def test_what_is_no_plain_file_is_not_replaced(desk: Installation) -> None:
    """A pipe or a device is written to: whoever may would else put a file in its place."""
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    (desk.folder / "link.csv").symlink_to("linked.csv")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    desk.run("export", "seats", "--out", "pipe")
    read = os.read(reader, 65536)
    os.close(reader)
    assert pipe.is_fifo() and len(rows_of(read.decode())) == 2
    desk.run("export", "seats", "--out", "link.csv")
    assert (desk.folder / "link.csv").is_symlink() and (desk.folder / "linked.csv").read_bytes() == read
    (desk.folder / "loop.csv").symlink_to("loop.csv")
    assert "loop.csv cannot be written" in desk.run("export", "seats", "--out", "loop.csv", status=1).err
