"""`capcom import`: a spreadsheet of subscribers comes in; what is faulty is told line by line, and may come again."""

import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.installations import Installation
from tests.patience import LONG

HEADINGS = (
    "Organisme;SIRET;Code postal;Formule;Date de début;Confirmé;Justificatif;Référence du justificatif;Reçu le;"
    "Prénom;Nom;E-mail;Gestionnaire;N° d'abonné"
)
LYRE = "Élan de Lyre;356 000 000 00048;69001;COLLECTIF;{day};Oui;Chèque;4711;{day};{who}"
VILLE = "Ville de Rochebrune;73282932000074;1000;EQUIPE;{day};Oui;Bon de commande;BC-17;{day};{who}"
FAULTY = [
    VILLE.format(day="01/09/2026", who="Ana;Silva;ana@ville.example;Oui;CP 4071 8823 9056 1227"),
    LYRE.format(day="15/10/2026", who="Zoé;Noël;zoe@lyre.example;Oui;"),
    VILLE.format(day="01/09/2026", who="Bob;Silva;bob at ville;Non;4,07E+15"),
]


@pytest.fixture
def desk(installation: Installation) -> Installation:
    """An installation on 1 March 2027."""
    installation.run("clock", "set", "2027-03-01")
    return installation


def save(installation: Installation, lines: list[str], encoding: str = "windows-1252") -> str:
    """Save lines as Excel in French does; the name of the file."""
    text = "".join(f"{line}\r\n" for line in [HEADINGS, *lines])
    (installation.folder / "abonnes.csv").write_bytes(text.encode(encoding))
    return "abonnes.csv"


def counted(installation: Installation, *tables: str) -> list[int]:
    """How many rows some tables have."""
    with closing(sqlite3.connect(installation.data_dir / "capcom.sqlite3")) as database:
        return [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]


def test_faults_are_told_line_by_line_and_the_rest_goes_in(desk: Installation) -> None:
    file = save(desk, FAULTY)
    told = [
        "line 4, E-mail: “bob at ville” is not an e-mail address. Example: ana.silva@town.example",
        "line 4, N° d'abonné: “4,07E+15”: a spreadsheet has cut this number short. Format the column as text, then "
        "type the number again.",
    ]
    dry = desk.run("import", "organisations", file, "--dry-run", status=1)
    assert dry.out.splitlines() == told
    assert "dry run: nothing is written" in dry.err
    assert counted(desk, "organisation", "person", "event") == [0, 0, 0]

    done = desk.run("import", "organisations", file, status=1)
    assert done.out == dry.out
    assert done.err == dry.err.replace("capcom: dry run: nothing is written\n", "")
    assert done.err.splitlines() == [
        "capcom: organisations imported: 1 (1 user); there already: 0 (0 users); refused: 1 (2 users)",
        "capcom: nobody is mailed a welcome; with --welcome, now or in a later run of this file, every user gets their "
        "number and a link to choose a password, once",
    ]
    assert counted(desk, "organisation", "seat", "delivery") == [1, 1, 0]

    mended = [FAULTY[0], FAULTY[1], FAULTY[2].replace("bob at ville", "bob@ville.example").replace("4,07E+15", "")]
    again = desk.run("import", "organisations", save(desk, mended, "utf-8-sig"))
    assert again.out == ""
    assert "imported: 1 (2 users); there already: 1 (1 user); refused: 0 (0 users)" in again.err
    assert counted(desk, "organisation", "seat", "delivery") == [2, 3, 0]
    assert "imported: 0 (0 users); there already: 2" in desk.run("import", "organisations", file).err
    exported = desk.run("export", "organisations").out
    assert "Élan de Lyre" in exported and ";01000;" in exported


def test_welcomes_where_they_are_asked_for(desk: Installation) -> None:
    """With the first run, or once what came in has been looked at."""
    desk.run("import", "organisations", save(desk, FAULTY[:1]), "--welcome")
    desk.run("import", "organisations", save(desk, FAULTY[:2]))
    both = desk.run("import", "organisations", save(desk, FAULTY[:2]), "--welcome")
    assert both.err.splitlines()[1:] == ["capcom: users mailed a welcome: 1"]
    desk.run("tick", "--until-idle")
    mails = [path.read_text() for path in (desk.data_dir / "mailbox").glob("*.eml")]
    assert len(mails) == 2 and any("4071 8823 9056 1227" in mail.replace("\u00a0", " ") for mail in mails)


def test_what_the_calendar_will_write_is_told_beforehand(desk: Installation) -> None:
    line = VILLE.format(day="20/03/2026", who="Ana;Silva;ana@ville.example;Oui;")
    done = desk.run("import", "organisations", save(desk, [line]), "--dry-run")
    assert "1 of them with a renewal or a proof to ask for" in done.err


def test_as_json(desk: Installation) -> None:
    done = desk.run("import", "organisations", save(desk, FAULTY), "--json", "--dry-run", status=1)
    data = json.loads(done.out)
    assert data["dryRun"] is True
    ville, lyre = data["organisations"]
    assert (ville["name"], ville["lines"], ville["outcome"]) == ("Ville de Rochebrune", [2, 4], "REFUSED")
    assert [(fault["line"], fault["column"], fault["code"]) for fault in ville["faults"]] == [
        (4, "E-mail", "INVALID_INPUT"),
        (4, "N° d'abonné", "INVALID_INPUT"),
    ]
    assert lyre == {"name": "Élan de Lyre", "lines": [3], "outcome": "IMPORTED", "welcomed": 0, "faults": []}


def test_what_is_no_table_is_refused_in_a_sentence(desk: Installation) -> None:
    (desk.folder / "book.xlsx").write_bytes(b"PK\x03\x04rest")
    (desk.folder / "short.csv").write_text("Organisme;Ville\r\nRochebrune;Rochebrune\r\n")
    assert "book.xlsx: This is a spreadsheet's own file. Save it as CSV" in (
        desk.run("import", "organisations", "book.xlsx", status=1).err
    )
    missing = desk.run("import", "organisations", "short.csv", status=1).err
    assert "Missing: plan (formule), first_day (premier jour)" in missing and "capcom import columns" in missing
    assert "nowhere.csv: No such file" in desk.run("import", "organisations", "nowhere.csv", status=1).err
    assert desk.run("import", "organisations", status=2).out == ""


def test_columns_that_are_not_read_are_told(desk: Installation) -> None:
    file = save(desk, FAULTY[1:2])
    path = desk.folder / file
    path.write_bytes(path.read_bytes().replace(b"Gestionnaire;", b"Gestionaire;"))
    done = desk.run("import", "organisations", file, status=1)
    assert "column 'Gestionaire' is unknown and is ignored" in done.err
    assert done.out.startswith("line 2, missing column manager (gestionnaire): Say yes for exactly one user")


def test_a_column_that_the_file_lacks_is_named_for_it(desk: Installation) -> None:
    """No heading of the file can be: what to add, or a heading that the file is sure to have."""
    headings = "Organisme;Formule;Date de début;Prénom;Nom;Courriel;Confirmé"
    line = "Ville de Rochebrune;EQUIPE;01/09/2026;Ana;Silva;ana@ville.example;Oui"
    (desk.folder / "short.csv").write_text(f"{headings}\r\n{line}\r\n")
    assert [
        told.split(": ")[0] for told in desk.run("import", "organisations", "short.csv", status=1).out.splitlines()
    ] == [
        "line 2, Organisme",
        "line 2, missing column proof_kind (justificatif)",
        "line 2, missing column proof_reference (référence du justificatif)",
        "line 2, missing column proof_received_on (reçu le)",
        "line 2, missing column manager (gestionnaire)",
    ]


def test_the_columns_are_listed(installation: Installation) -> None:
    listed = [line.split("\t") for line in installation.run("import", "columns").out.splitlines()]
    assert listed[0] == ["column", "required", "of the", "meaning", "other headings"]
    required = [row[0] for row in listed if row[1] == "yes"]
    assert required == ["organisation", "plan", "first_day", "email", "given_name", "family_name"]
    as_json = json.loads(installation.run("import", "columns", "--json").out)
    assert [each["name"] for each in as_json if each["required"]] == required
    assert as_json[0]["ofUser"] is False and "référence" in as_json[0]["headings"]


def test_a_narrow_terminal_cuts_no_column_s_name_short(installation: Installation) -> None:
    """What is too long goes on in the next line: these names are to be typed."""
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "capcom_gql", "import", "columns"],
        cwd=installation.folder,
        env=installation.env | {"TERM": "dumb", "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        timeout=LONG,
        check=True,
    )
    os.close(theirs)
    shown = read_all(ours)
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown
    assert any(line.startswith("chorus_engagement_required ") for line in shown.splitlines())


def test_a_bar_on_a_terminal_alone(desk: Installation) -> None:
    file = save(desk, FAULTY[:2])
    assert "organisations ━" not in desk.run("import", "organisations", file, "--dry-run").err
    ours, theirs = pty.openpty()
    ended = subprocess.run(
        [sys.executable, "-m", "capcom_gql", "import", "organisations", file],
        cwd=desk.folder,
        env=desk.env | {"TERM": "xterm", "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=LONG,
        check=False,
    )
    os.close(theirs)
    seen = read_all(ours)
    assert (ended.returncode, ended.stdout) == (0, b"")
    assert "2/2" in seen and "━" in seen and "organisations imported: 2" in seen


def read_all(terminal: int) -> str:
    """What was shown on a terminal that its program has left."""
    shown = b""
    try:
        while part := os.read(terminal, 65536):
            shown += part
    except OSError:
        # how a terminal says that nobody is there any more
        pass
    finally:
        os.close(terminal)
    return shown.decode()


def test_help_gives_an_example(installation: Installation, tmp_path: Path) -> None:
    assert "Example: capcom import organisations subscribers.csv --dry-run" in " ".join(
        installation.run("import", "organisations", "--help").out.split()
    )
