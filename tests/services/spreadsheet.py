"""The words of the tests of imports: a spreadsheet of today's subscribers, as a table, and its import as staff."""

from collections.abc import Mapping
from typing import Any

from capcom_gql.languages.locales import LOCALES
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.services.importing.import_organisations import ImportOptions, Outcome, Result, import_organisations
from capcom_gql.services.importing.read_table import Table, read_table
from capcom_gql.spreadsheet import line_of
from tests.services.house import Service

SIRET, OTHER_SIRET = "73282932000074", "35600000000048"
NUMBER = "CP 4071 8823 9056 1227"

VILLE = {
    "organisation": "Ville de Rochebrune",
    "siret": SIRET,
    "address": "Hôtel de ville\n1 place de la Mairie",
    "postal_code": "01000",
    "city": "Rochebrune",
    "billing_email": "compta@ville.example",
    "plan": "EQUIPE",
    "first_day": "01/09/2026",
    "confirmed": "Oui",
    "proof_kind": "Bon de commande",
    "proof_reference": "BC-2026-17",
    "proof_received_on": "04/09/2026",
}
"""Its subscription began in September and is confirmed."""

Row = dict[str, str]


def user(name: str, of: Mapping[str, str] = VILLE, **more: str) -> Row:
    """The line of a user: "ana" is Ana Silva at ana@ville.example."""
    who = {"email": f"{name}@ville.example", "given_name": name.capitalize(), "family_name": "Silva"}
    return {**of, **who, **more}


def users(*names: str, of: Mapping[str, str] = VILLE, **more: str) -> list[Row]:
    """The lines of an organisation; the first user manages it."""
    return [user(name, of, **{"manager": "oui" if name == names[0] else "non"} | more) for name in names]


def table_of(*rows: Row) -> Table:
    """These lines as a file has them, with a heading for each column that any of them names."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return read_table(b"".join(line_of(line, ";") for line in lines))


async def bring_in(service: Service, *rows: Row, **options: Any) -> list[Result]:
    """Import these lines, as staff."""
    return await import_organisations(service.runtime, service.staff, table_of(*rows), ImportOptions(**options))


def outcomes(results: list[Result]) -> list[str]:
    """What became of each organisation."""
    return [result.outcome.value for result in results]


def faults(results: list[Result]) -> list[tuple[int, str, str]]:
    """Line, column and sentence's key of each fault; what has a fault is refused, and each has its sentence."""
    for result in results:
        assert bool(result.faults) is (result.outcome is Outcome.REFUSED)
        assert all(refusal_sentence(each.fault, locale) for each in result.faults for locale in LOCALES)
    return [(each.line, each.column, each.fault.key) for result in results for each in result.faults]
