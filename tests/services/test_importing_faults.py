"""Faults of an import: each at its line and column, with what to do, and all of them at once."""

import pytest

from capcom_gql.languages.locales import ENGLISH, FRENCH
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.services.importing.import_organisations import ImportOptions, import_organisations
from capcom_gql.services.importing.read_table import read_table
from capcom_gql.spreadsheet import line_of
from capcom_gql.storage.tables import Organisation
from tests.databases import ONLY_SQLITE
from tests.services.house import Service
from tests.services.spreadsheet import (
    NUMBER,
    OTHER_SIRET,
    SIRET,
    VILLE,
    Row,
    bring_in,
    faults,
    outcomes,
    users,
)

pytestmark = ONLY_SQLITE
LYRE = {**VILLE, "organisation": "Lyre", "siret": OTHER_SIRET}
ANA = users("ana")[0]
VILLE_COLUMNS, VILLE_LINE = list(ANA), list(ANA.values())
# a cell of several lines, as the address is, is on one line of a spreadsheet


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("siret", "73282932000075", [("siret", "bad_siret")]),
        ("siret", "7,32829E+13", [("siret", "import_cut_short")]),
        ("organisation", "x" * 301, [("organisation", "too_long")]),
        ("country", "FRA", [("country", "bad_country")]),
        ("billing_email", "compta", [("billing_email", "bad_email")]),
        ("chorus_engagement_required", "peut-être", [("chorus_engagement_required", "import_bad_answer")]),
        ("plan", "PLATINE", [("plan", "plan_unknown")]),
        ("plan", "", [("plan", "blank")]),
        ("first_day", "", [("first_day", "blank")]),
        ("first_day", "01/09/26", [("first_day", "import_bad_day")]),
        ("first_day", "02/03/2027", [("first_day", "import_not_begun")]),
        ("last_day", "01/09/2027", [("last_day", "import_last_day")]),
        ("last_day", "hier", [("last_day", "import_bad_day")]),
        ("confirmed", "bientôt", [("confirmed", "import_bad_answer")]),
        ("confirmed", "", [("confirmed", "import_proof_unconfirmed")]),
        ("proof_kind", "espèces", [("proof_kind", "import_bad_proof_kind")]),
        ("proof_reference", "", [("proof_reference", "import_proof_incomplete")]),
        ("proof_reference", "x" * 201, [("proof_reference", "too_long")]),
        ("proof_reference", "1,23457E+11", [("proof_reference", "import_cut_short")]),
        ("proof_received_on", "02/03/2027", [("proof_received_on", "received_in_future")]),
        ("state", "cancelled", [("state", "import_cancelled")]),
        ("renewed_until", "31/08/2028", [("renewed_until", "import_renewed")]),
        ("email", "ana", [("email", "bad_email")]),
        ("email", "", [("email", "blank")]),
        ("given_name", "", [("given_name", "blank")]),
        ("family_name", "x" * 201, [("family_name", "too_long")]),
        ("phone", "poste 4", [("phone", "bad_phone")]),
        ("locale", "de", [("locale", "bad_locale")]),
        ("manager", "chef", [("manager", "import_bad_answer")]),
        ("subscriber_number", "1234", [("subscriber_number", "import_bad_number")]),
    ],
)
async def test_a_faulty_cell(service: Service, column: str, text: str, expected: list[tuple[str, str]]) -> None:
    results = await bring_in(service, ANA | {column: text})
    assert faults(results) == [(2, named, key) for named, key in expected]
    assert await Organisation.all().count() == 0


@pytest.mark.parametrize("column", ["plan", "siret", "first_day", "confirmed", "proof_kind", "subscriber_number"])
async def test_a_cell_without_end_is_quoted_in_part(service: Service, column: str) -> None:
    (result,) = await bring_in(service, ANA | {column: "x" * 10_000})
    assert all(len(refusal_sentence(each.fault, FRENCH)) < 700 for each in result.faults)
    assert column in {each.column for each in result.faults}


async def test_an_unpaid_term_past_its_due_day(service: Service) -> None:
    unpaid = {key: value for key, value in VILLE.items() if not key.startswith("proof")} | {"confirmed": "non"}
    assert faults(await bring_in(service, *users("ana", of=unpaid))) == [(2, "confirmed", "import_unpaid")]


async def test_a_line_with_cells_beyond_the_last_column(service: Service) -> None:
    table = read_table(b"".join(line_of(line, ";") for line in (VILLE_COLUMNS, [*VILLE_LINE, "oops"])))
    results = await import_organisations(service.runtime, service.staff, table, ImportOptions())
    assert faults(results) == [(2, "", "import_surplus")]


async def test_every_fault_of_an_organisation_is_told_at_once(service: Service) -> None:
    rows = users("ana", "bob", siret="123", proof_received_on="04/09/26")
    rows[1] |= {"email": "bob", "given_name": "", "manager": "oui", "siret": ""}
    results = await bring_in(service, *rows)
    assert faults(results) == [
        (2, "siret", "bad_siret"),
        (2, "proof_received_on", "import_bad_day"),
        (2, "manager", "import_managers"),
        (3, "email", "bad_email"),
        (3, "given_name", "blank"),
    ]


async def test_what_a_spreadsheet_failed_to_show_is_one_fault(service: Service) -> None:
    """In any column; what would be missing for it is not told besides."""
    for column in VILLE_COLUMNS:
        results = await bring_in(service, ANA | {column: "#N/A"}, *users("dan", of=LYRE), dry_run=True)
        assert faults(results) == [(2, column, "import_failed")]
        assert outcomes(results) == ["REFUSED", "IMPORTED"]


async def test_a_total_under_the_lines_is_one_fault(service: Service) -> None:
    total = {"organisation": "Total", "job_title": "2 abonnés", "manager": "1"}
    results = await bring_in(service, *users("ana", "bob"), total)
    assert faults(results) == [(4, "email", "import_no_user")]
    assert outcomes(results) == ["IMPORTED", "REFUSED"]
    # of an organisation, too
    nobody = {**LYRE, "manager": "1"}
    assert faults(await bring_in(service, *users("dan", of=LYRE), nobody)) == [(3, "email", "import_no_user")]


@pytest.mark.rule("R2")
async def test_more_users_than_seats(service: Service) -> None:
    results = await bring_in(service, *users("ana", "bob", "cleo", "dan", plan="ESSENTIEL"))
    assert faults(results) == [(2, "plan", "import_seats")]
    (fault,) = results[0].faults
    assert "3 seats, and this organisation has 4 users" in refusal_sentence(fault.fault, ENGLISH)
    many = users(*(f"user{index}" for index in range(51)))
    assert faults(await bring_in(service, *many))[0] == (2, "", "too_many_users")


@pytest.mark.rule("R6")
async def test_one_manager_and_nobody_twice(service: Service) -> None:
    nobody = users("ana", "bob")
    nobody[0]["manager"] = ""
    assert faults(await bring_in(service, *nobody)) == [(2, "manager", "import_managers")]
    twice = users("ana", "bob")
    twice[1]["email"] = "ANA@ville.example"
    assert faults(await bring_in(service, *twice)) == [(3, "email", "twice_in_form")]


async def test_a_siret_that_does_not_check_is_one_fault_on_its_line(service: Service) -> None:
    """The line is still of its organisation, which is known by its name and postal code."""
    for wrong in range(3):
        rows = users("ana", "bob", "cleo")
        rows[wrong]["siret"] = "73282932000075"
        assert faults(await bring_in(service, *rows)) == [(2 + wrong, "siret", "bad_siret")]
    alone = users("ana", siret="73282932000075", postal_code="")
    assert faults(await bring_in(service, *alone)) == [(2, "siret", "bad_siret")]
    await bring_in(service, *users("dan", siret=""))
    assert faults(await bring_in(service, *users("ana", siret="73282932000075"))) == [(2, "siret", "bad_siret")]


async def test_the_same_said_otherwise_is_the_same(service: Service) -> None:
    rows = users("ana", "bob", siret=SIRET, first_day="01/09/2026", confirmed="Oui", organisation="Ville d'Évreux")
    rows[1] |= {"siret": "732 829 320 00074", "first_day": "2026-9-1", "confirmed": "OUI"}
    rows[1] |= {"organisation": "VILLE D'EVREUX"}
    assert outcomes(await bring_in(service, *rows)) == ["IMPORTED"]


async def test_the_lines_of_an_organisation_agree_or_are_silent(service: Service) -> None:
    rows = users("ana", "bob", "cleo")
    rows[1] |= {"plan": "", "first_day": "", "siret": "", "address": ""}
    rows[2] |= {"plan": "COLLECTIF"}
    assert faults(await bring_in(service, *rows)) == [(4, "plan", "import_differs")]
    late = [rows[1] | {"manager": "oui"}, rows[2] | {"plan": "PLATINE", "manager": "non"}]
    assert faults(await bring_in(service, *late)) == [(3, "plan", "plan_unknown")], "where it is said"
    del rows[2]
    (result,) = await bring_in(service, *rows)
    assert (result.outcome.value, result.lines) == ("IMPORTED", (2, 3))


async def test_a_line_that_is_nobodys_keeps_the_organisation_above_it_out(service: Service) -> None:
    """It may be one of its users, without whom it would otherwise be taken in."""
    rows = users("ana", "bob")
    rows[1] = {key: value for key, value in rows[1].items() if key not in VILLE}
    results = await bring_in(service, *rows, *users("dan", of=LYRE))
    assert outcomes(results) == ["REFUSED", "IMPORTED"]
    assert (3, "organisation", "import_nobodys") in faults(results)
    first = await bring_in(service, rows[1], *users("ana"))
    assert outcomes(first) == ["REFUSED", "IMPORTED"]
    assert (2, "organisation", "import_nobodys") in faults(first)


async def test_one_number_on_two_lines(service: Service) -> None:
    rows = [*users("ana", "bob"), *users("dan", of=LYRE)]
    rows[1]["subscriber_number"], rows[2]["subscriber_number"] = NUMBER, NUMBER.replace(" ", "")
    assert faults(await bring_in(service, *rows)) == [
        (3, "subscriber_number", "import_number_twice"),
        (4, "subscriber_number", "import_number_twice"),
    ]


def alike(first: Row, second: Row) -> list[Row]:
    """Two organisations of one file, a user each."""
    return [*users("ana", of={**VILLE, **first}), *users("dan", of={**VILLE, **second})]


@pytest.mark.parametrize(
    ("first", "second", "column"),
    [
        ({"reference": "A"}, {"reference": "B"}, "siret"),
        ({"reference": "A"}, {"reference": "", "siret": "732 829 320 00074"}, "siret"),
        ({"reference": "A", "siret": ""}, {"reference": "B", "siret": ""}, "organisation"),
    ],
)
async def test_one_organisation_under_two_keys(service: Service, first: Row, second: Row, column: str) -> None:
    found = faults(await bring_in(service, *alike(first, second)))
    assert found == [(2, column, "import_organisation_twice"), (3, column, "import_organisation_twice")]


async def test_organisations_are_told_apart(service: Service) -> None:
    """Two establishments of one town have a SIRET each; one without a SIRET is known by its postal code."""
    assert outcomes(await bring_in(service, *alike({}, {"siret": OTHER_SIRET}))) == ["IMPORTED"] * 2
    towns = alike({"siret": "", "postal_code": "1001"}, {"siret": "", "postal_code": "1002"})
    assert outcomes(await bring_in(service, *towns)) == ["IMPORTED"] * 2
    unknowable = users("eve", of={**VILLE, "siret": "", "postal_code": ""})
    assert faults(await bring_in(service, *unknowable)) == [(2, "organisation", "import_unrecognisable")]


async def test_a_line_without_siret_is_of_the_organisation_of_its_name_and_postal_code(service: Service) -> None:
    rows = users("ana", "bob")
    rows[1]["siret"] = ""
    for order in (rows, rows[::-1]):
        (result,) = await bring_in(service, *order, dry_run=True)
        assert result.outcome.value == "IMPORTED" and len(result.lines) == 2


async def test_nobody_comes_in_without_a_user_who_may_be_theirs(service: Service) -> None:
    """A line without SIRET could be of either of two namesakes: none of the three is taken in, in any run."""
    # the same of one that has a reference alone
    eve = users("eve", of=LYRE | {"siret": "", "reference": "L"})
    assert faults(await bring_in(service, *eve, *users("fay", of=LYRE))) == [
        (2, "organisation", "import_organisation_twice"),
        (3, "siret", "import_organisation_twice"),
    ]
    bob, ana, dan = *users("bob", siret=""), *users("ana"), *users("dan", of={**VILLE, "siret": OTHER_SIRET})
    expected = [
        (line, column, "import_organisation_twice")
        for line, column in ((2, "organisation"), (3, "siret"), (4, "siret"))
    ]
    for dry_run in (True, False, False):
        assert faults(await bring_in(service, bob, ana, dan, dry_run=dry_run)) == expected
    assert outcomes(await bring_in(service, ana, dan)) == ["IMPORTED"] * 2
    assert outcomes(await bring_in(service, bob, ana, dan)) == ["REFUSED", "THERE_ALREADY", "THERE_ALREADY"]
