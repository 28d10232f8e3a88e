"""What the README and the pages of docs/ promise of themselves: their size, their commands, their tables."""

import re
import struct

from capcom_gql.access.rate_limits import (
    EMAIL_CHANGE_OF_PERSON,
    RESET_FOR_ADDRESS,
    RESET_OF_SOURCE,
    SIGN_IN_OF_SOURCE,
    SIGN_IN_SLOWED,
    SIGN_IN_TO_ACCOUNT,
    SUPPORT_OF_PERSON,
    UNKNOWN_NUMBERS_OF_KEY,
)
from capcom_gql.cli.demo_guide import PRICE_MINOR, QUERY
from capcom_gql.forms import MAX_USERS
from capcom_gql.graphql.queries import MAX_QUESTIONS
from capcom_gql.graphql.request_body import MAX_BYTES
from capcom_gql.settings import Settings, variable
from capcom_gql.storage.queries.keyset import LARGEST_SIZE
from tests.docs.pages import DOCS, README, ROOT, page
from tests.docs.test_requests import NUMBER

SMALL = 5 * 1024
PICTURE = ROOT / "docs/pictures/explorer.png"
LARGEST_PICTURE = 80 * 1024


def test_the_readme_is_small_and_has_one_picture() -> None:
    assert len(README.text.encode()) <= SMALL
    (picture,) = re.findall(r"!\[(.+)\]\((.+)\)", README.text)
    assert len(picture[0]) > 20, "it is described for those who do not see it"
    data = PICTURE.read_bytes()
    assert ROOT / picture[1] == PICTURE and data.startswith(b"\x89PNG") and len(data) <= LARGEST_PICTURE
    width, height = struct.unpack(">II", data[16:24])
    assert 900 <= width <= 1600 and 400 <= height <= 1000


def test_two_commands() -> None:
    """Exactly two set-up commands, one line each."""
    for title in ("Install and start", "Run all the tests"):
        commands = [block.text for block in README.blocks if block.heading == title]
        assert len(commands) == 1 and commands[0].count("\n") == 1
    assert README.text.count("python3 -m venv") == 2


def test_the_request_of_the_readme_is_the_one_that_the_demo_prints() -> None:
    (request,) = [block.text for block in README.blocks if block.language == "graphql"]
    assert request == "# as event system\n" + QUERY.format(number=NUMBER, price=PRICE_MINOR) + "\n"


def test_a_page_says_at_its_top_for_whom_it_is() -> None:
    for each in DOCS:
        _, opening, *_ = each.text.split("\n\n")
        if not re.match(r"docs/decisions/\d", each.path):
            assert re.match(r"For |Each page is for ", opening), each.path


def test_every_setting_is_documented() -> None:
    """The table of settings names each one with its default and its field's own words."""
    table = page("docs/settings.md").text
    for name, declared in Settings.model_fields.items():
        shown_name = "CAPCOM_NOTIFY__<CHANNEL>__<FIELD>" if name == "notify" else variable(name)
        rows = [line for line in table.splitlines() if line.startswith(f"| `{shown_name}`")]
        assert len(rows) == 1, f"{shown_name} has {len(rows)} rows"
        default, description = (cell.strip() for cell in rows[0].strip("|").split("|")[1:])
        assert default == _shown(declared.default), shown_name
        assert declared.description and description == declared.description, shown_name
    named = re.findall(r"^\| `(CAPCOM_\w+)", table, re.MULTILINE)
    assert len(named) == len(Settings.model_fields)


def test_the_limits_are_those_of_the_code() -> None:
    """Each number of the guide's table, in its order."""
    sign_in = (SIGN_IN_TO_ACCOUNT.amount, SIGN_IN_OF_SOURCE.amount, SIGN_IN_SLOWED.amount)
    links = (RESET_FOR_ADDRESS.amount, RESET_OF_SOURCE.amount)
    a_day = (SUPPORT_OF_PERSON.amount, EMAIL_CHANGE_OF_PERSON.amount)
    assert MAX_QUESTIONS == LARGEST_SIZE
    limits = Settings()
    operation = (
        limits.operation_depth,
        limits.operation_fields,
        limits.operation_root_fields,
        limits.operation_aliases,
        limits.operation_directives,
        limits.operation_objects,
        limits.operation_completed_objects,
        limits.operation_seconds,
        limits.points_anonymous,
        limits.points_session,
        limits.points_key,
    )
    expected = (
        *(MAX_BYTES // 1024, limits.operation_tokens, *operation, 1, 1, LARGEST_SIZE, MAX_USERS),
        limits.sign_ups_per_hour,
        *sign_in,
        *links,
        UNKNOWN_NUMBERS_OF_KEY.amount,
        *a_day,
    )
    rows = re.findall(r"^\| .+? \| (.+?) \|", page("docs/api-guide.md").section("Limits"), re.MULTILINE)
    assert tuple(int(each.replace(",", "")) for row in rows for each in re.findall(r"\d[\d,]*", row)) == expected, (
        "the table “Limits” of docs/api-guide.md and `expected` above have the same numbers in the same order"
    )


def _shown(default: object) -> str:
    """A default as a setting is written."""
    if isinstance(default, tuple):
        default = ",".join(map(str, default))
    return f"`{default}`" if default not in (None, "") and not isinstance(default, dict) else "none"
