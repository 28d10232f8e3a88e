"""The example clients do what the guides say of them, against a real server, each in an environment without ours."""

import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from capcom_gql.testing import Answer, HttpWorld
from tests.cli.installations import Done, Installation, Serving
from tests.patience import LONG

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "schema.graphql"
TODAY = "2027-03-01"
NUMBER = "CP 4071 8823 9056 1227"
NOBODYS = "CP 4071 8823 9056 1324"
MISTYPED = "CP 4071 8823 9056 1228"
REGISTRATION_PROGRAM = (sys.executable, "-I", "-S", HERE / "registration.py")
HEADINGS = "Organisme;Code postal;Formule;Date de début;Confirmé;Prénom;Nom;E-mail;Gestionnaire;N° d'abonné"
ORGANISATIONS = 45
DUE_THIS_WEEK = {7: "18/02/2027", 31: "16/02/2027"}
"""Two of them began so long ago that their proof is due this week: the thirty-second first."""

DASHBOARD = """\
page 1: Town 00 to Town 19, 20 organisations
page 2: Town 20 to Town 39, 20 organisations
page 3: Town 40 to Town 44, 5 organisations
proof due: Town 31 by 2027-03-03
proof due: Town 07 by 2027-03-05
proof of Town 31, first click: CONFIRMED
proof of Town 31, second click: CONFIRMED
refused, reference: This must not be blank.
refused, receivedOn: The day of receipt is in the future. Give the day on which the proof arrived, 1 March 2027 at the \
latest.
refused, termId: The proof for this term is already recorded. There is nothing to do.
added Noor: 5 of 5 seats
refused: The plan has 5 seats, of which 5 are taken. Free a seat or change the plan.
removed Noor: 4 of 5 seats
timeline: 2027-03-01 User removed.
timeline: 2027-03-01 User added.
timeline: 2027-03-01 Payment proof received on 1 March 2027: the term is confirmed.
timeline: 2027-03-01 User added.
"""
REGISTRATION = f"""\
{NUMBER}: 224.10 EUR. The discount is granted; the organisation's payment proof is still awaited.
{NOBODYS}: 249.00 EUR. This number is not known. Check every digit; if in doubt, holders read their number in their \
account.
{MISTYPED}: 249.00 EUR. This is not a subscriber number: it has 16 digits, two of which are check digits. Copy the \
number again from the welcome mail or the holder's account.
redeemed R-1: PROVISIONAL
redeemed R-1 again: PROVISIONAL, 224.10 EUR
refused R-99: This person has already had the discount for this event. If the earlier registration is cancelled, \
release its discount first.
released R-1: RELEASED
redeemed R-99: PROVISIONAL
"""


@dataclass(frozen=True)
class Desk:
    """A server with organisations, and who may ask it."""

    serving: Serving
    staff_token: str
    key: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server on 1 March 2027."""
    installation = Installation(tmp_path_factory.mktemp("desk"))
    installation.run("clock", "set", TODAY)
    (installation.folder / "subscribers.csv").write_text("\n".join(spreadsheet()), encoding="utf-8")
    installation.run("import", "organisations", "subscribers.csv")
    staff_token = installation.run("staff", "add", "marie@capcom.example", "--token").out.strip()
    scopes = ("--scope", "DISCOUNTS_CHECK", "--scope", "DISCOUNTS_REDEEM")
    key = installation.run("key", "add", "Forum desk", *scopes).out.strip()
    with installation.server() as serving:
        yield Desk(serving, staff_token, key)


def spreadsheet() -> Iterator[str]:
    """The organisations; the one whose proof is due first has one seat left of five."""
    yield HEADINGS
    for town in range(ORGANISATIONS):
        for user in range(4 if town == 31 else 1):
            number = NUMBER if (town, user) == (0, 0) else ""
            who = f"Ana;Silva;user{user}@town{town}.example;{'Non' if user else 'Oui'}"
            yield f"Town {town:02};{38000 + town};EQUIPE;{DUE_THIS_WEEK.get(town, '25/02/2027')};Non;{who};{number}"


def run(folder: Path, *command: str | Path, status: int = 0, **env: str) -> Done:
    """Run a command as the author of a client would, with no module of ours in sight."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("CAPCOM_", "API_", "PYTHON"))}
    ended = subprocess.run(
        command, cwd=folder, env=outside | env, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert ended.returncode == status, (command, ended.returncode, ended.stdout, ended.stderr)
    assert "Traceback" not in ended.stderr
    return Done(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The dashboard's folder with the client made in it, and the interpreter of its environment."""
    folder = tmp_path_factory.mktemp("dashboard")
    for file in [*(HERE / "dashboard").iterdir(), SCHEMA]:
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    environment = folder / ".venv"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", str(python))
    run(folder, *pip, "install", "--quiet", "--no-deps", "-r", "requirements.txt")
    run(folder, environment / "bin" / "ariadne-codegen", "--config", "codegen.toml")
    return folder, python


def test_the_dashboard_is_typed(dashboard: tuple[Path, Path]) -> None:
    """A field that the schema does not have, or may be null, is found before the program runs."""
    folder, python = dashboard
    mypy = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-executable", str(python))
    run(folder, *mypy, "dashboard.py")
    careless = (folder / "dashboard.py").read_text(encoding="utf-8").replace("payload.seats[0].id", "payload.seat.id")
    (folder / "careless.py").write_text(careless, encoding="utf-8")
    assert 'has no attribute "seat"' in run(folder, *mypy, "careless.py", status=1).out


def test_the_dashboard_at_work(desk: Desk, dashboard: tuple[Path, Path]) -> None:
    folder, python = dashboard
    program = (python, "dashboard.py", TODAY)
    assert run(folder, *program, API_URL=desk.serving.url, API_TOKEN=desk.staff_token).out == DASHBOARD
    too_early = (python, "dashboard.py", "2027-03-05")
    early = run(folder, *too_early, API_URL=desk.serving.url, API_TOKEN=desk.staff_token, status=1)
    assert early.err.startswith("refused: The day of receipt is in the future.")
    assert "API_TOKEN" in run(folder, *program, status=1).err
    nowhere = run(folder, *program, API_URL="http://127.0.0.1:9", API_TOKEN="ccs_nobody", status=1)
    assert nowhere.err.startswith("No server answers at ")
    stranger = run(folder, *program, API_URL=desk.serving.url, API_TOKEN="ccs_nobody", status=1)
    assert (stranger.out, stranger.err) == ("", "Sign in again.\n")
    machine = run(folder, *program, API_URL=desk.serving.url, API_TOKEN=desk.key, status=1)
    assert machine.err.startswith("The server did not carry out the request: ")


def test_the_registration_desk(desk: Desk, tmp_path: Path) -> None:
    """With the standard library alone: -S leaves no other package within reach."""
    program = (*REGISTRATION_PROGRAM, "forum-2027", NUMBER, NOBODYS, MISTYPED)
    assert run(tmp_path, *program, API_URL=desk.serving.url, API_KEY=desk.key).out == REGISTRATION
    assert "API_KEY" in run(tmp_path, *program, status=1).err
    stranger = run(tmp_path, *program, API_URL=desk.serving.url, API_KEY="cck_live_1", status=1)
    assert (stranger.out, "This token is not or no longer valid." in stranger.err) == ("", True)
    redemptions = "{ redemptions { nodes { registrationReference state } } }"
    told = desk.serving.ask(redemptions, token=desk.staff_token).json["data"]["redemptions"]["nodes"]
    assert sorted((each["registrationReference"], each["state"]) for each in told) == [
        ("R-1", "RELEASED"),
        ("R-99", "PROVISIONAL"),
    ]


def test_the_registration_desk_waits_and_sends_the_same_again(tmp_path: Path) -> None:
    with HttpWorld() as busy:
        busy.always(Answer(503, "busy", {"Retry-After": "0"}))
        program = (*REGISTRATION_PROGRAM, "forum-2027", NUMBER)
        told = run(tmp_path, *program, API_URL=busy.url, API_KEY="cck_live_1", status=1).err
    assert told.startswith("The server cannot be reached now.")
    assert len(busy.requests) == 5 and len({request.body for request in busy.requests}) == 1
