"""Plans and terms of use, saved and published without the API."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from capcom_gql.cli.program import program
from tests.cli.installations import Installation

PLANS = "{ plans { code seatLimit price { amountMinor } discounts { eventKind } } }"
TERMS = "{ termsOfUse { version url } }"


def plans(installation: Installation) -> dict[str, Any]:
    """Every plan by its code, as the command lists them."""
    return {each["code"]: each for each in json.loads(installation.run("plan", "list", "--json").out)}


def test_what_is_left_out_of_a_plan_stays_as_it_is(installation: Installation) -> None:
    before = plans(installation)["EQUIPE"]
    done = installation.run(
        "plan", "save", "EQUIPE", "--price", "950,50", "--discount", "training=25 %", "--discount", "FORUM=80"
    )
    assert done.out == "" and "950.50 EUR" in done.err and "TRAINING=25% FORUM=80.00" in done.err
    discounts = [
        {"eventKind": "TRAINING", "percent": 25, "amountMinor": None},
        {"eventKind": "FORUM", "percent": None, "amountMinor": 8000},
    ]
    assert plans(installation)["EQUIPE"] == {**before, "priceMinor": 95_050, "discounts": discounts}
    with installation.server() as serving:
        (served,) = [each for each in serving.ask(PLANS).json["data"]["plans"] if each["code"] == "EQUIPE"]
        assert served["price"] == {"amountMinor": 95_050} and served["seatLimit"] == before["seatLimit"]
        assert [each["eventKind"] for each in served["discounts"]] == ["TRAINING", "FORUM"]
        installation.run("plan", "save", "EQUIPE", "--closed")
        assert "EQUIPE" not in {each["code"] for each in serving.ask(PLANS).json["data"]["plans"]}
    assert plans(installation)["EQUIPE"]["isOpen"] is False
    installation.run("plan", "save", "EQUIPE", "--name", "Équipe +", "--service", "none", "--discount", "none")
    emptied = plans(installation)["EQUIPE"]
    assert (emptied["name"], emptied["services"], emptied["discounts"]) == ("Équipe +", [], [])
    assert emptied["isOpen"] is False, "closed stays closed"


@pytest.mark.parametrize(
    ("currency", "price", "minor", "spelled", "discount", "wrong", "examples"),
    [
        ("JPY", "95000", 95_000, "95,000 JPY", "FORUM=800", "950.00", "950"),
        ("TND", "950.500", 950_500, "950.500 TND", "FORUM=80.000", "950.50", "950, 950.000"),
    ],
)
def test_prices_have_the_digits_of_the_currency(
    installation: Installation,
    currency: str,
    price: str,
    minor: int,
    spelled: str,
    discount: str,
    wrong: str,
    examples: str,
) -> None:
    in_it = installation.having(CURRENCY=currency)
    done = in_it.run("plan", "save", "EQUIPE", "--price", price, "--discount", discount)
    assert spelled in done.err and discount in done.err
    assert plans(in_it)["EQUIPE"]["priceMinor"] == minor
    refused = " ".join(in_it.run("plan", "save", "EQUIPE", "--price", wrong, status=2).err.split())
    assert f"'{wrong}' is not an amount in {currency}. Examples: {examples}" in refused
    refused = " ".join(in_it.run("plan", "save", "EQUIPE", "--discount", f"FORUM={wrong}", status=2).err.split())
    assert f"nor an amount in {currency}. Examples: TRAINING=25%, {discount[:8]}" in refused


def test_a_new_plan_says_what_it_needs(installation: Installation) -> None:
    refused = installation.run("plan", "save", "REGION", "--price", "1200", status=1).err
    assert "There is no plan 'REGION'" in refused and "--name, --seats and --price" in refused
    assert "REGION" not in plans(installation)
    whole = ("--name", "Région", "--seats", "8", "--price", "1200", "--service", "documentation")
    installation.run("plan", "save", "REGION", *whole)
    made = plans(installation)["REGION"]
    assert (made["seatLimit"], made["priceMinor"], made["services"], made["isOpen"]) == (
        8,
        120_000,
        ["DOCUMENTATION"],
        True,
    )
    assert [line.split("\t")[0] for line in installation.run("plan", "list").out.splitlines()] == [
        "code",
        "ESSENTIEL",
        "EQUIPE",
        "REGION",
        "COLLECTIF",
    ]


def test_plans_that_cannot_be(installation: Installation) -> None:
    before = plans(installation)
    assert "from 3 to 10 seats" in installation.run("plan", "save", "EQUIPE", "--seats", "11", status=1).err
    for option, value, said in (
        ("--price", "9.5", "'9.5' is not an amount in EUR. Examples: 950, 950.00"),
        ("--price", "dear", "'dear' is not an amount"),
        ("--service", "COFFEE", "'COFFEE' is none of PUBLICATIONS"),
        ("--discount", "PARTY=20%", "Kinds: TRAINING, MEETING, FORUM"),
        (
            "--discount",
            "FORUM",
            "gives neither a whole percentage nor an amount in EUR. Examples: TRAINING=25%",
        ),
        ("--discount", "FORUM=12.5%", "neither a whole percentage nor an amount"),
    ):
        misused = CliRunner().invoke(program, ["plan", "save", "EQUIPE", option, value])
        assert (misused.exit_code, said in " ".join(misused.output.split())) == (2, True), misused.output
    assert "1 to 100" in installation.run("plan", "save", "EQUIPE", "--discount", "FORUM=101%", status=1).err
    assert plans(installation) == before


def test_terms_of_use_are_published_once(installation: Installation) -> None:
    with installation.server() as serving:
        first = serving.ask(TERMS).json["data"]["termsOfUse"]
        done = installation.run("terms", "publish", "2027-2", "https://capcom.example/terms/2027-2")
        assert done.out == "" and "in force: 2027-2" in done.err
        now = {"version": "2027-2", "url": "https://capcom.example/terms/2027-2"}
        assert serving.ask(TERMS).json["data"]["termsOfUse"] == now
    again = installation.run("terms", "publish", first["version"], first["url"], status=1).err
    assert first["version"] in again
    assert "not a web address" in installation.run("terms", "publish", "3", "ftp://town.example", status=1).err
    listed = json.loads(installation.run("terms", "list", "--json").out)
    assert [each["version"] for each in listed] == ["2027-2", first["version"]]
    assert installation.run("terms", "list").out.splitlines()[1].startswith("2027-2\thttps://capcom.example")


def test_help_gives_an_example() -> None:
    for group, command in (("plan", "save"), ("plan", "list"), ("terms", "publish"), ("terms", "list")):
        helped = CliRunner().invoke(program, [group, command, "--help"])
        assert f"Example: capcom {group} {command}" in " ".join(helped.output.split())
