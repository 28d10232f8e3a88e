"""What operators do without the API: staff, keys, migrations, the schema, the list of plugins."""

import json
import re
from urllib.parse import parse_qs, urlsplit

from capcom_gql.domain.events import Kind
from tests.cli.installations import Installation
from tests.databases import ONLY_POSTGRES

CHECK = '{ discountCheck(input: { subscriberNumber: "CP 1", eventKind: FORUM }) { reason } }'
VIEWER = "{ viewer { role person { email givenName familyName } } }"
CHOOSE = """
mutation C($input: ChoosePasswordInput!) {
  choosePassword(input: $input) { accessToken errors { code message } }
}
"""
SECRET = re.compile(r"cck_live_[0-9a-f]{48}")


def test_a_key_s_secret_is_all_that_is_printed_and_it_works(installation: Installation) -> None:
    made = installation.run("key", "add", "Forum desk", "--scope", "DISCOUNTS_CHECK", "--scope", "DISCOUNTS_REDEEM")
    assert SECRET.fullmatch(made.out.rstrip("\n"))
    secret = made.out.strip()
    with installation.server() as serving:
        assert serving.ask(CHECK, token=secret).json["data"]["discountCheck"]["reason"] == "MALFORMED_NUMBER"
        revoked = installation.run("key", "revoke", "Forum desk")
        assert revoked.out == "" and "revoked Forum desk" in revoked.err
        assert serving.ask(CHECK, token=secret).status == 401
    assert "No key in use" in installation.run("key", "revoke", "Forum desk", status=1).err


def test_scopes_may_be_given_in_each_way_that_people_try(installation: Installation) -> None:
    repeated = [
        "--scope",
        "DISCOUNTS_CHECK",
        "--scope",
        "discounts_redeem,EVENTS_READ",
        "EVENTS_READ",
        "SERVICES_CHECK",
    ]
    installation.run("key", "add", "desk", *repeated)
    (listed,) = json.loads(installation.run("key", "list", "--json").out)
    assert listed["scopes"] == ["DISCOUNTS_CHECK", "DISCOUNTS_REDEEM", "EVENTS_READ", "SERVICES_CHECK"]


def test_keys_are_listed_without_secrets_and_revoked_by_prefix(installation: Installation) -> None:
    one = installation.run("key", "add", "desk", "--scope", "EVENTS_READ", "--expires", "2031-01-31").out.strip()
    two = installation.run(
        "key", "add", "desk", "--scope", "ADMIN", "--expires", "2031-01-31T10:00:00+01:00"
    ).out.strip()
    table = installation.run("key", "list").out
    assert [line.split("\t")[:3] for line in table.splitlines()] == [
        ["name", "prefix", "scopes"],
        ["desk", two[:17], "ADMIN"],
        ["desk", one[:17], "EVENTS_READ"],
    ]
    assert one not in table and two not in table
    ambiguous = installation.run("key", "revoke", "desk", status=1).err
    assert one[:17] in ambiguous and two[:17] in ambiguous
    installation.run("key", "revoke", one[:17])
    last, first = json.loads(installation.run("key", "list", "--json").out)
    assert first["revokedAt"] is not None and last["revokedAt"] is None
    assert first["expiresAt"] == "2031-01-31T23:00:00Z", "a day is whole"
    assert last["expiresAt"] == "2031-01-31T09:00:00Z"


def test_keys_that_cannot_be(installation: Installation) -> None:
    assert "'NOPE' is none of DISCOUNTS_CHECK" in installation.run("key", "add", "x", "--scope", "NOPE", status=2).err
    assert "--scope" in installation.run("key", "add", "x", status=2).err
    assert "blank" in installation.run("key", "add", " ", "--scope", "ADMIN", status=1).err
    past = installation.run("key", "add", "x", "--scope", "ADMIN", "--expires", "2020-01-01", status=1)
    assert "expiry is in the past" in past.err
    soon = installation.run("key", "add", "x", "--scope", "ADMIN", "--expires", "soon", status=2)
    assert "neither a day nor an instant" in soon.err


def test_staff_choose_a_password_by_the_link(installation: Installation) -> None:
    with installation.server() as serving:
        link = installation.having(PUBLIC_URL=serving.url).run("staff", "add", "marie.dupont@capcom.example")
        (address,) = link.out.splitlines()
        assert address.startswith(f"{serving.url}/choose-password?")
        (token,) = parse_qs(urlsplit(address).query)["token"]
        form = {"token": token, "password": "quatre petits chevaux gris"}
        chosen = serving.ask(CHOOSE, {"input": form}).json["data"]["choosePassword"]
        assert chosen["errors"] == []
        viewer = serving.ask(VIEWER, token=chosen["accessToken"]).json["data"]["viewer"]
        person = {"email": "marie.dupont@capcom.example", "givenName": "Marie", "familyName": "Dupont"}
        assert viewer == {"role": "STAFF", "person": person}


def test_a_user_becomes_staff_and_keeps_the_account(installation: Installation) -> None:
    with installation.server() as serving:
        serving.sign_up("ana")
        token = installation.run("staff", "add", "ANA@ville.example", "--token", "--given-name", "Other").out.strip()
        viewer = serving.ask(VIEWER, token=token).json["data"]["viewer"]
        person = {"email": "ana@ville.example", "givenName": "ana", "familyName": "Silva"}
        assert viewer == {"role": "STAFF", "person": person}


def test_staff_that_cannot_be(installation: Installation) -> None:
    assert "is not an e-mail address" in installation.run("staff", "add", "marie", status=1).err
    production = installation.having(ENV="production")
    assert "is printed in production" in production.run("staff", "add", "m@capcom.example", "--token", status=1).err


@ONLY_POSTGRES
def test_a_database_that_is_not_migrated_says_what_to_run(installation: Installation, blank_database_url: str) -> None:
    blank = installation.having(DATABASE_URL=blank_database_url)
    for command in (("key", "list"), ("tick",)):
        assert "Run `capcom migrate` first." in blank.run(*command, status=1).err
    assert "to this version" in blank.run("migrate").err
    assert blank.run("migrate").out == ""
    assert json.loads(blank.run("key", "list", "--json").out) == []


def test_a_development_database_is_made_on_the_way_and_told(bare_installation: Installation) -> None:
    assert "created a new database" in bare_installation.run("key", "list").err
    assert bare_installation.run("key", "list").err == ""
    production = bare_installation.having(ENV="production", DATA_DIR=str(bare_installation.folder / "other"))
    assert "Run `capcom migrate` first." in production.run("key", "list", status=1).err
    assert not (bare_installation.folder / "other").exists()


def test_the_schema_is_printed(installation: Installation) -> None:
    assert "type Query {" in installation.run("schema").out


def test_the_schema_of_the_events_is_printed(installation: Installation) -> None:
    """What webhook endpoints are sent: one definition for each kind."""
    printed = json.loads(installation.run("schema", "--events").out)
    assert set(printed["$defs"]) == {kind.value for kind in Kind}


def test_plugins_are_listed_with_the_fields_of_the_api(installation: Installation) -> None:
    listed = json.loads(installation.run("plugins", "list", "--json").out)
    assert [each["name"] for each in listed] == ["email", "mailbox", "sms", "webhook"]
    mailbox = listed[1]
    assert set(mailbox) == {"name", "distribution", "version", "state", "reason", "addressKind", "configSchema"}
    assert (mailbox["name"], mailbox["state"], mailbox["addressKind"]) == ("mailbox", "ACTIVE", "email")
    rows = installation.having(ENV="production").run("plugins", "list").out.splitlines()
    assert rows[0].split("\t")[:2] == ["channel", "state"]
    assert rows[2].split("\t")[:2] == ["mailbox", "DISABLED"] and "development only" in rows[2]
