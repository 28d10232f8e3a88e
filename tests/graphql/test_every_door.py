"""Every field that is described for organisations and for people, at every door: a field that one forgets fails here.

The doors: the forms of the API, the tables, the answers of the API, the event of a change, the import, the exports.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from capcom_gql.domain.rights import Actor
from capcom_gql.forms.fields import FormField
from capcom_gql.forms.kinds import Country, Email, Flag, Language, Lines, Phone, PostalCode, RequiredText, Siret, Text
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.forms.person import PERSON
from capcom_gql.services.exporting.export_subscribers import (
    ORGANISATION_COLUMNS,
    SEAT_COLUMNS,
    organisation_rows,
    seat_rows,
)
from capcom_gql.services.importing.import_organisations import ImportOptions, import_organisations
from capcom_gql.services.privacy.export_person import export_person
from capcom_gql.spreadsheet import Cell
from capcom_gql.storage.tables import Event, Organisation, Person
from tests.databases import ONLY_SQLITE
from tests.graphql.api import SUBSCRIBE, Api, person
from tests.services.spreadsheet import VILLE, outcomes, table_of

STAFF = Actor(person_id="staff", is_staff=True)
ANYBODY = person("cleo")


def sample(field: FormField) -> Any:
    """A value that is not the default, in its normal form, for a field of any kind."""
    match field.kind:
        case PostalCode():
            return "1000"
        case RequiredText() | Text():
            return f"their {field.name}"
        case Lines():
            return ["1 place de la Mairie", "CS 1"]
        case Siret():
            return "73282932000074"
        case Country():
            return "BE"
        case Email():
            return f"{field.name}@ville.example".replace("_", "-")
        case Phone():
            return "+33612345678"
        case Language():
            return "en"
        case Flag():
            return True
    raise AssertionError(f"what would be a value of {field.name}?")


def cell(field: FormField) -> Any:
    """The same as a spreadsheet has it."""
    match field.kind:
        case Siret():
            return "732 829 320 00074"
        case Lines():
            return "\n".join(sample(field))
        case Flag():
            return "yes"
    return sample(field)


def named(fields: Mapping[str, FormField]) -> dict[str, Any]:
    """A sample of every field, by its name in the API."""
    return {field.api_name: sample(field) for field in fields.values()}


def kept(fields: Mapping[str, FormField], row: Organisation | Person) -> dict[str, Any]:
    """What a row has in the columns of these fields, by their names in the API."""
    return {field.api_name: getattr(row, field.name) for field in fields.values()}


OF_ORGANISATION, OF_PERSON = named(ORGANISATION), named(PERSON)
READ = f"{{ organisations(first: 9) {{ nodes {{ {' '.join(OF_ORGANISATION)} }} }} }}"
ECHO = f"""
    mutation ($input: SubscribeInput!) {{
      subscribe(input: $input) {{
        subscription {{ organisation {{ {" ".join(OF_ORGANISATION)} }} }}
        errors {{ code path }}
      }}
    }}
"""
UPDATE = """
    mutation ($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) { errors { code path } } }
"""
PEOPLE = f"{{ viewer {{ seats {{ person {{ {' '.join(OF_PERSON)} }} }} }} }}"
PROFILE = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { code path } } }"


@pytest.mark.parametrize("field", [*ORGANISATION.values(), *PERSON.values()], ids=lambda field: field.name)
def test_a_field_is_a_column_that_holds_it(field: FormField) -> None:
    table = Organisation if field.name in ORGANISATION else Person
    column = table._meta.fields_map[field.name]
    assert column.null is (field.default is None and field.name != "locale")
    if isinstance(field.kind, RequiredText | Text):
        assert getattr(column, "max_length", None) == field.kind.maximum


@ONLY_SQLITE
async def test_an_organisation_signs_up(api: Api) -> None:
    form = api.form("ana", organisation=OF_ORGANISATION)
    payload = (await api.data(ECHO, input=form))["subscribe"]
    assert payload == {"subscription": {"organisation": OF_ORGANISATION}, "errors": []}
    assert kept(ORGANISATION, await Organisation.get()) == OF_ORGANISATION
    read = (await api.data(READ, await api.staff()))["organisations"]["nodes"]
    assert read == [OF_ORGANISATION]


@ONLY_SQLITE
async def test_an_organisation_is_updated(api: Api) -> None:
    made = await api.subscribe("ana", organisation={"name": "Ville", "addressLines": []})
    form = {"organisationId": made["organisation"]["id"], "organisation": OF_ORGANISATION}
    assert (await api.data(UPDATE, await api.staff(), input=form))["updateOrganisation"]["errors"] == []
    assert kept(ORGANISATION, await Organisation.get()) == OF_ORGANISATION
    assert (await Event.get(kind="organisation.updated")).details == {"fields": list(OF_ORGANISATION)}


async def brought_in(api: Api, row: Mapping[str, Cell]) -> None:
    """Import one line, as staff."""
    table = table_of({name: str(value) for name, value in row.items()})
    assert outcomes(await import_organisations(api.runtime, STAFF, table, ImportOptions())) == ["IMPORTED"]


def line(*described: Mapping[str, FormField]) -> dict[str, str]:
    """A line of an import that says everything there is to say of these fields."""
    said = {field.columns[0].name: cell(field) for fields in described for field in fields.values()}
    term = {name: VILLE[name] for name in ("plan", "first_day", "confirmed")}
    proof = {name: value for name, value in VILLE.items() if name.startswith("proof")}
    ana = {"email": "ana@ville.example", "given_name": "Ana", "family_name": "Silva", "manager": "yes"}
    return {"organisation": "Ville", "postal_code": "01000", **term, **proof, **ana, **said}


@ONLY_SQLITE
async def test_an_organisation_is_imported_and_exported(api: Api) -> None:
    await brought_in(api, line(ORGANISATION))
    assert kept(ORGANISATION, await Organisation.get()) == OF_ORGANISATION
    for columns, rows in ((ORGANISATION_COLUMNS, organisation_rows), (SEAT_COLUMNS, seat_rows)):
        (row,) = [dict(zip(columns, cells, strict=True)) async for cells in rows(api.runtime)]
        exported = {field.columns[0].name: row[field.columns[0].name] for field in ORGANISATION.values()}
        expected = {field.columns[0].name: cell(field) for field in ORGANISATION.values()}
        assert {name: "yes" if value is True else value for name, value in exported.items()} == expected


@ONLY_SQLITE
async def test_a_person_signs_up(api: Api) -> None:
    form = api.form("cleo", users=[ANYBODY, OF_PERSON])
    assert (await api.data(SUBSCRIBE, input=form))["subscribe"]["errors"] == []
    row = await Person.get(email=OF_PERSON["email"])
    assert kept(PERSON, row) == OF_PERSON
    seen = (await api.data(PEOPLE, await api.sign_in(row.email_key)))["viewer"]["seats"]
    assert seen == [{"person": OF_PERSON}]
    exported = (await export_person(row, "EUR"))["person"]
    assert {name: exported[name] for name in OF_PERSON} == OF_PERSON


@ONLY_SQLITE
async def test_a_person_changes_their_profile(api: Api) -> None:
    """All but the address, which has a door of its own."""
    await api.subscribe("ana")
    changed = {name: value for name, value in OF_PERSON.items() if name != "email"}
    token = await api.sign_in("ana@ville.example")
    assert (await api.data(PROFILE, token, input=changed))["updateProfile"]["errors"] == []
    assert kept(PERSON, await Person.get(email="ana@ville.example")) == {**OF_PERSON, "email": "ana@ville.example"}


@ONLY_SQLITE
async def test_a_person_is_imported_and_exported(api: Api) -> None:
    await brought_in(api, line(PERSON))
    assert kept(PERSON, await Person.get()) == OF_PERSON
    (row,) = [dict(zip(SEAT_COLUMNS, cells, strict=True)) async for cells in seat_rows(api.runtime)]
    assert {field.api_name: row[field.columns[0].name] for field in PERSON.values()} == OF_PERSON
