"""The subscriber number: its check digits against python-stdnum, how people write it, what is none."""

import random

import pytest
from stdnum.iso7064 import mod_97_10

from capcom_gql.domain.seats import NUMBER_DIGITS, format_number, make_number, parse_number

BODY = "40718823905612"
NUMBER = BODY + mod_97_10.calc_check_digits(BODY)
SHOWN = f"CP {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:12]} {NUMBER[12:]}"


@pytest.mark.rule("R11")
def test_the_check_digits_are_those_of_iso_7064() -> None:
    draw = random.Random(7064)
    for _ in range(500):
        body = f"{draw.randrange(10**14):014d}"
        assert make_number(body) == body + mod_97_10.calc_check_digits(body)
        assert mod_97_10.is_valid(make_number(body))


@pytest.mark.rule("R11")
@pytest.mark.parametrize("remainder", range(97))
def test_every_remainder_gives_two_check_digits(remainder: int) -> None:
    body = next(f"{start:014d}" for start in range(97) if start * 100 % 97 == remainder)
    made = make_number(body)
    assert len(made) == NUMBER_DIGITS
    assert made == body + mod_97_10.calc_check_digits(body)
    assert parse_number(made) == made


@pytest.mark.rule("R11")
@pytest.mark.parametrize("digits", ["", "1" * 13, "1" * 15, "1" * 13 + "x", " " + "1" * 13, "1" * 14 + "\n", "١" * 14])
def test_a_number_is_made_from_fourteen_digits(digits: str) -> None:
    with pytest.raises(ValueError, match="14 digits"):
        make_number(digits)


@pytest.mark.rule("R11")
def test_a_number_is_shown_in_groups_of_four() -> None:
    assert format_number(NUMBER) == SHOWN
    assert parse_number(SHOWN) == NUMBER


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        f"CP{NUMBER}",
        f"cp {NUMBER}",
        f"Cp-{NUMBER}",
        SHOWN.lower(),
        SHOWN.replace(" ", "-"),
        SHOWN.replace(" ", "."),
        SHOWN.replace(" ", "\u00a0"),
        SHOWN.replace(" ", "\u202f"),
        SHOWN.replace(" ", "\u2011"),
        SHOWN.replace(" ", " \u2013 "),
        SHOWN.replace(" ", "\u2212"),
        f"  {SHOWN}\t\r\n",
    ],
)
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    assert parse_number(written) == NUMBER


@pytest.mark.rule("R10")
@pytest.mark.parametrize(
    "written",
    [
        "",
        "CP",
        "CP ----",
        "hello",
        NUMBER[:-1],
        NUMBER + "0",
        "0" + NUMBER,
        "0" * NUMBER_DIGITS,
        f"CPCP{NUMBER}",
        f"XP{NUMBER}",
        f"{NUMBER}CP",
        f"CP_{NUMBER}",
        f"CP/{NUMBER}",
        NUMBER[:-2] + "xx",
        "٤" + NUMBER[1:],
        "４" + NUMBER[1:],
        f"{NUMBER}\x00",
        BODY + f"{(int(NUMBER[-2:]) + 1) % 100:02d}",
    ],
)
def test_what_is_no_number(written: str) -> None:
    assert parse_number(written) is None


@pytest.mark.rule("R10")
def test_every_wrong_digit_and_every_swap_of_neighbours_is_noticed() -> None:
    for place, digit in enumerate(NUMBER):
        for wrong in "0123456789".replace(digit, ""):
            assert parse_number(NUMBER[:place] + wrong + NUMBER[place + 1 :]) is None
    for place in range(NUMBER_DIGITS - 1):
        swapped = NUMBER[:place] + NUMBER[place + 1] + NUMBER[place] + NUMBER[place + 2 :]
        assert (parse_number(swapped) is None) is (swapped != NUMBER)
