"""A day at the desk, Monday 15 March 2027: what the staff find that morning, and the spreadsheet that they take in.

It has 300 organisations. By their place in the file, 1 to 45 opened from 1 to 5 March and owe their proof by the 20th,
nine a day; 46 to 75 opened in the week after; 76 to 83 end on 9 April; the rest run since September. All but the first
75 have paid. Each has one to three users, so the file has 600 lines below its headings; twelve of them have a fault.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from capcom_gql.spreadsheet import line_of
from tests.cli.installations import Installation
from tests.story import Story
from tests.world import World

TODAY = date(2027, 3, 15)
FILE = "subscribers.csv"

HEADINGS = (
    *("Référence", "Organisme", "SIRET", "Code postal", "Commune", "Formule", "Date de début", "Date de fin"),
    *("Confirmé", "Justificatif", "Référence du justificatif", "Reçu le"),
    *("Prénom", "Nom", "E-mail", "Téléphone", "Langue", "Gestionnaire", "N° d'abonné"),
)
FAULTS = {
    90: ("SIRET", "73282932000075"),
    105: ("SIRET", "7,32829E+13"),
    120: ("Formule", "PLATINE"),
    135: ("Date de début", "01/09/26"),
    150: ("Date de fin", "01/09/2027"),
    165: ("Confirmé", "bientôt"),
    180: ("Reçu le", "16/03/2027"),
    195: ("Prénom", ""),
    210: ("E-mail", "ana chez organisme-210"),
    225: ("Téléphone", "poste 4"),
    240: ("Gestionnaire", "chef"),
    255: ("N° d'abonné", "4,07E+15"),
}
"""What is wrong, by the organisation's place in the file: its column and the cell; each has a single user."""

_USERS = ("Ana", "Bob", "Cléo")
_KINDS = ("Mairie", "Communauté de communes", "Hôpital", "Office de tourisme", "Syndicat des eaux")


def name_of(place: int) -> str:
    """The name of an organisation of the file."""
    return f"{_KINDS[place % len(_KINDS)]} du canton {place:03}"


def address_of(place: int, user: str = "ana") -> str:
    """The address of a user of an organisation of the file."""
    return f"{user}@organisme-{place:03}.example"


def save(folder: Path, *, faulty: bool) -> None:
    """Save the spreadsheet as Excel in French does, with its twelve faults or with these put right."""
    lines = [line_of(HEADINGS, ";")]
    for place in range(1, 301):
        lines += [line_of([row.get(heading, "") for heading in HEADINGS], ";") for row in _rows(place, faulty=faulty)]
    (folder / FILE).write_bytes(b"".join(lines).decode().encode("windows-1252"))


def _rows(place: int, *, faulty: bool) -> list[dict[str, str]]:
    organisation = {
        "Référence": f"A{place:03}",
        "Organisme": name_of(place),
        "Code postal": f"{1000 + place}",
        "Commune": f"Canton {place:03}",
        "Formule": "EQUIPE" if place <= 83 else "ESSENTIEL",
        "Date de début": f"{_first_day(place):%d/%m/%Y}",
        "Confirmé": "Non",
    }
    if place > 75:
        proof = {"Justificatif": "Bon de commande", "Référence du justificatif": f"BC-{place}"}
        organisation |= proof | {"Confirmé": "Oui", "Reçu le": f"{_first_day(place) + timedelta(days=3):%d/%m/%Y}"}
    if faulty and place in FAULTS:
        organisation |= dict([FAULTS[place]])
    return [
        {
            "Prénom": user,
            "Nom": "Silva",
            "E-mail": address_of(place, user.lower().replace("é", "e")),
            "Gestionnaire": "Oui" if user == "Ana" else "Non",
            **organisation,
        }
        for user in _USERS[: 1 + place % 3]
    ]


def _first_day(place: int) -> date:
    if place <= 45:
        return date(2027, 3, 1 + (place - 1) // 9)
    if place <= 75:
        return date(2027, 3, 8 + (place - 46) // 6)
    return date(2026, 4, 10) if place <= 83 else date(2026, 9, 1)


@dataclass(frozen=True)
class Desk:
    """The staff's place: the API and the command line on one database, with two subscriptions that fell unpaid."""

    world: World
    commands: Installation
    rochebrune: Story
    bob: str
    """the token of a user of Rochebrune, which sent its order in time"""
    brassac: Story

    @classmethod
    async def open(cls, world: World, database_url: str, folder: Path) -> "Desk":
        """The morning: both signed up on 20 February, used the discount in March, and fell on the 8th."""
        rochebrune = await Story.begin(world, "ana", "bob", on="2027-02-20", paid=False, name="Ville de Rochebrune")
        bob = await world.sign_in_by_letter("bob")
        brassac = await Story.begin(world, "eve", "dan", on="2027-02-20", paid=False, name="Mairie de Brassac")
        await rochebrune.at("2027-03-02 12:00")
        for place, number in enumerate((rochebrune.numbers["bob"], *brassac.numbers.values()), start=1):
            used = await world.redeem(number, registrationReference=f"R-{place}")
            assert used["errors"] == []
        await rochebrune.at("2027-03-08 09:00")
        await rochebrune.at(f"{TODAY} 09:00")
        commands = Installation(folder, {"CAPCOM_DATABASE_URL": database_url})
        return cls(world, commands, rochebrune, bob, brassac)

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Ask as staff, for an answer without errors."""
        return (await self.world.ask(document, variables, token=await self.world.staff())).ok()

    async def imported_user(self, place: int) -> str:
        """The session of an imported manager, who had no welcome and asks for a password by themselves."""
        ask = "mutation R($input: RequestPasswordInput!) { requestPassword(input: $input) { errors { code } } }"
        asked = await self.world.ask(ask, {"input": {"email": address_of(place)}})
        assert asked.done("requestPassword") == {"errors": []}
        await self.world.tick()
        return await self.world.sign_in_by_letter(address_of(place))

    async def open_request(self, token: str, number: str, message: str) -> dict[str, Any]:
        """A user believes that the Forum's discount was wrongly refused."""
        form = {"message": message, "check": {"subscriberNumber": number, "eventKind": "FORUM"}}
        document = """
            mutation O($input: OpenSupportRequestInput!) {
              openSupportRequest(input: $input) { request { id check { reason } } errors { code message path } }
            }"""
        opened = await self.world.ask(document, {"input": form}, token=token)
        request = opened.done("openSupportRequest")["request"]
        assert isinstance(request, dict)
        return request

    async def number_of(self, token: str) -> str:
        """The number that a signed-in user reads in their account."""
        seen = await self.world.ask("{ viewer { seats { subscriberNumber } } }", token=token)
        return str(seen.ok()["viewer"]["seats"][0]["subscriberNumber"])

    def import_file(self, *, status: int = 0) -> dict[str, Any]:
        """Run the import; what it says as JSON."""
        said = json.loads(self.commands.run("import", "organisations", FILE, "--json", status=status).out)
        assert isinstance(said, dict)
        return said
