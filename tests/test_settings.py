"""The settings: their defaults, what they accept, and what the operator is told."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from capcom_gql.settings import Settings, SettingsError, load, variable

ABSENT = "/no/such/folder"


def fault(**given: str) -> str:
    """The text of the refusal of these settings, which are named without their prefix."""
    with pytest.raises(SettingsError) as refused:
        load({f"CAPCOM_{name}": value for name, value in given.items()})
    return str(refused.value)


def test_the_defaults() -> None:
    settings = load({})
    assert settings == Settings()
    assert (settings.env, settings.is_production) == ("development", False)
    assert settings.zone == ZoneInfo("Europe/Paris")
    assert settings.public_url == settings.account_base_url == "http://127.0.0.1:8000"
    assert settings.currency == "EUR"
    assert settings.send_timeout == 10.0
    assert settings.support_email == "support@capcom.example"
    assert (settings.term_months, settings.proof_days, settings.proof_reminder_days) == (12, 15, 5)
    assert (settings.notice_months, settings.reminder_days) == (1, (21, 14, 7))
    assert (settings.seats_min, settings.seats_max, settings.survey_days) == (3, 10, 30)
    assert settings.sqlite_file == Path("capcom-data/capcom.sqlite3").absolute()


def test_every_setting_says_what_it_is_for_and_what_it_accepts() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert isinstance(field.json_schema_extra, dict) and field.json_schema_extra["accepts"], name


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("env", "production", "production"),
        ("database_url", "sqlite:///here.db", "sqlite:///here.db"),
        ("database_url", "postgres://u:p@h:5432/d", "postgres://u:p@h:5432/d"),
        ("database_url", "postgresql://h/d", "postgresql://h/d"),
        ("broker_url", "redis://h:6379/0", "redis://h:6379/0"),
        ("broker_url", "amqps://h", "amqps://h"),
        ("public_url", " https://x.example/capcom/ ", "https://x.example/capcom"),
        ("account_url", "http://[::1]:8000", "http://[::1]:8000"),
        ("currency", "CHF", "CHF"),
        ("channels", "mailbox, sms,", ("mailbox", "sms")),
        ("allowed_hosts", "a.example,*.b.example,[::1]", ("a.example", "*.b.example", "[::1]")),
        ("explorer", "graphiql", "graphiql"),
        ("send_timeout", "0.5", 0.5),
        ("send_timeout", "300", 300.0),
        ("time_zone", "Indian/Reunion", "Indian/Reunion"),
        ("plugins_disabled", "a,b", ("a", "b")),
        ("support_email", "aide@mairie.fr", "aide@mairie.fr"),
        ("proof_days", "365", 365),
        ("proof_reminder_days", "14", 14),
        ("reminder_days", "27,1", (27, 1)),
        ("seats_max", "3", 3),
        ("operation_objects", "1000000", 1_000_000),
        ("sign_ups_per_hour", "1", 1),
        ("trusted_proxies", "127.0.0.1, 10.0.0.0/8,::1", ("127.0.0.1", "10.0.0.0/8", "::1")),
    ],
)
def test_what_is_accepted(name: str, text: str, value: object) -> None:
    assert getattr(load({variable(name): text}), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("env", "prod"),
        ("public_url", "capcom.example"),
        ("public_url", "ftp://capcom.example"),
        ("public_url", "https://capcom.example/?a=b"),
        ("public_url", "https://me@capcom.example"),
        ("public_url", "http://h:port"),
        ("public_url", "/"),
        ("account_url", "https://a b"),
        ("currency", "eur"),
        ("currency", "EURO"),
        ("currency", "QQQ"),
        ("channels", "Mailbox"),
        ("allowed_hosts", "http://a.example"),
        ("allowed_hosts", "a.example:8000"),
        ("explorer", "yes"),
        ("send_timeout", "0"),
        ("send_timeout", "nan"),
        ("send_timeout", "301"),
        ("send_timeout", "10s"),
        ("time_zone", "Europe/Pari"),
        ("time_zone", "Europe"),
        ("time_zone", "../etc/passwd"),
        ("time_zone", "/etc/localtime"),
        ("data_dir", __file__),
        ("plugins_dir", ABSENT),
        ("support_email", "nobody"),
        ("term_months", "0"),
        ("term_months", "121"),
        ("proof_days", "366"),
        ("proof_days", "1.5"),
        ("proof_days", "quinze"),
        ("reminder_days", "7,14"),
        ("reminder_days", "7,7"),
        ("reminder_days", "21,14,7,1"),
        ("reminder_days", "21,x"),
        ("reminder_days", ","),
        ("seats_min", "-1"),
        ("survey_days", "0"),
        ("operation_depth", "0"),
        ("operation_objects", "1000001"),
        ("sign_ups_per_hour", "0"),
        ("trusted_proxies", "proxy.example"),
        ("trusted_proxies", "10.0.0.1/8"),
    ],
)
def test_a_refusal_names_the_setting_its_value_and_what_is_accepted(name: str, text: str) -> None:
    extra = Settings.model_fields[name].json_schema_extra
    assert isinstance(extra, dict)
    told = fault(**{name.upper(): text})
    assert told.startswith(f"{variable(name)}={text} is refused; give {extra['accepts']}")
    assert "\n" not in told


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hunter2@h/d",
        "sqlite://hunter2.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "postgres:///hunter2",
        "postgres://u:hunter2@h",
        "postgres://u:hunter2@h:port/d",
        "postgres://[hunter2/d",
        "hunter2",
    ],
)
def test_a_refused_address_of_the_database_is_not_shown(url: str) -> None:
    told = fault(DATABASE_URL=url)
    assert told.startswith("CAPCOM_DATABASE_URL=")
    assert "sqlite:///path/to/file" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("url", ["kafka://u:hunter2@h", "redis://", "hunter2", "amqp://u:hunter2@h:port"])
def test_a_refused_address_of_the_broker_is_not_shown(url: str) -> None:
    told = fault(BROKER_URL=url)
    assert "redis://host" in told
    assert "hunter2" not in told


def test_secrets_are_in_no_representation() -> None:
    settings = load(
        {
            "CAPCOM_DATABASE_URL": "postgres://u:hunter2@h/d",
            "CAPCOM_BROKER_URL": "redis://:hunter2@h",
            "CAPCOM_NOTIFY__EMAIL__PASSWORD": "hunter2",
        }
    )
    assert "hunter2" not in repr(settings) + str(settings)
    with pytest.raises(ValidationError) as refused:
        Settings(database_url="mysql://u:hunter2@h/d")
    assert "hunter2" not in str(refused.value)


def test_all_faults_are_told_at_once_one_a_line() -> None:
    told = fault(ENV="prod", PROOF_DAYS="x", PROOF_DAY="15", REMINDER_DAYS="a,b").splitlines()
    names = sorted(re.split(r"[= ]", line)[0] for line in told)
    assert names == ["CAPCOM_ENV", "CAPCOM_PROOF_DAY", "CAPCOM_PROOF_DAYS", "CAPCOM_REMINDER_DAYS"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PROOF_DAY", "did you mean CAPCOM_PROOF_DAYS?"),
        ("DATABASE_URI", "did you mean CAPCOM_DATABASE_URL?"),
        ("NOTIFY_EMAIL_HOST", "did you mean CAPCOM_NOTIFY__<CHANNEL>__<FIELD>?"),
        ("NOTIFY__EMAIL", "did you mean CAPCOM_NOTIFY__<CHANNEL>__<FIELD>?"),
        ("NOTIFY____HOST", "did you mean CAPCOM_NOTIFY__<CHANNEL>__<FIELD>?"),
        ("NOTIFY", "did you mean CAPCOM_NOTIFY__<CHANNEL>__<FIELD>?"),
        ("ZZZZZZ", "docs/settings.md lists those that are"),
    ],
)
def test_an_unknown_name_is_refused_with_what_was_meant(name: str, meant: str) -> None:
    assert fault(**{name: "1"}) == f"CAPCOM_{name} is not a setting; {meant}"


def test_names_of_others_and_of_the_tests_are_let_be() -> None:
    assert load({"PATH": "/bin", "capcom_env": "prod", "CAPCOM_TEST_DATABASE_URL": "x"}) == Settings()


def test_an_empty_value_is_as_none() -> None:
    empty = {variable(name): "  " for name in Settings.model_fields if name != "notify"}
    assert load(empty) == Settings()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"PROOF_DAYS": "5"}, ["CAPCOM_PROOF_REMINDER_DAYS=5", "CAPCOM_PROOF_DAYS=5"]),
        ({"SEATS_MAX": "2"}, ["CAPCOM_SEATS_MIN=3", "CAPCOM_SEATS_MAX=2"]),
        ({"TERM_MONTHS": "2", "NOTICE_MONTHS": "3"}, ["CAPCOM_NOTICE_MONTHS=3", "CAPCOM_TERM_MONTHS=2"]),
        ({"REMINDER_DAYS": "28,7"}, ["CAPCOM_REMINDER_DAYS=28,7", "CAPCOM_NOTICE_MONTHS"]),
    ],
)
def test_settings_that_contradict_each_other_are_refused(given: dict[str, str], named: list[str]) -> None:
    told = fault(**given)
    assert all(name in told for name in named)
    assert "\n" not in told


def test_the_settings_of_channels_are_gathered_in_lower_case() -> None:
    settings = load(
        {
            "CAPCOM_NOTIFY__EMAIL__HOST": "smtp.example",
            "CAPCOM_NOTIFY__EMAIL__CA_FILE": "",
            "CAPCOM_NOTIFY__MY_CHANNEL__A__B": " kept ",
        }
    )
    assert settings.notify == {
        "email": {"host": "smtp.example", "ca_file": ""},
        "my_channel": {"a__b": " kept "},
    }


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# ours\nexport CAPCOM_CURRENCY=CHF\nCAPCOM_PROOF_DAYS='20'\n"
        'CAPCOM_NOTIFY__EMAIL__PASSWORD="a${b}c"\nCAPCOM_NOTIFY__EMAIL__HOST=h\n'
    )
    settings = load({"CAPCOM_CURRENCY": "GBP", "CAPCOM_NOTIFY__EMAIL__HOST": "i"}, file)
    assert (settings.currency, settings.proof_days) == ("GBP", 20)
    assert settings.notify == {"email": {"password": "a${b}c", "host": "i"}}


def test_the_file_of_the_working_folder_is_read_with_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CAPCOM_CURRENCY=CHF\nCAPCOM_PROOF_DAYS=20\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAPCOM_PROOF_DAYS", "21")
    settings = load()
    assert (settings.currency, settings.proof_days) == ("CHF", 21)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"CAPCOM_ENV=production\nCAPCOM_CURRENCY\n", "line 2: write NAME=value"),
        (b"CAPCOM_ENV=production\n= 3\n", "line 2: write NAME=value"),
        (b"CAPCOM_SUPPORT_EMAIL=\xe9\n", "must be a UTF-8 text"),
        (b"CAPCOM_CURENCY=EUR\n", "did you mean CAPCOM_CURRENCY?"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=re.escape(told)):
        load({}, file)


def test_what_a_field_holds_does_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().env = "production"  # type: ignore[misc]  # the very thing that must not be possible


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        ({}, ("127.0.0.1", "localhost", "[::1]")),
        ({"public_url": "https://x.example:444"}, ("x.example", "127.0.0.1", "localhost", "[::1]")),
        ({"public_url": "https://x.example", "env": "production"}, ("x.example",)),
        ({"public_url": "http://[::2]:80", "env": "production"}, ("[::2]",)),
        ({"allowed_hosts": "a.example"}, ("127.0.0.1", "a.example", "localhost", "[::1]")),
    ],
)
def test_the_hosts_answered_to(given: dict[str, str], hosts: tuple[str, ...]) -> None:
    assert load({variable(name): value for name, value in given.items()}).accepted_hosts == hosts


def test_letters_link_to_the_account_site_when_there_is_one() -> None:
    assert load({"CAPCOM_ACCOUNT_URL": "https://a.example/x/"}).account_base_url == "https://a.example/x"


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///rel/a.db", Path("rel/a.db").absolute()),
        ("sqlite:////abs/a.db", Path("/abs/a.db")),
        ("postgres://h/d", None),
    ],
)
def test_the_sqlite_file(url: str, file: Path | None) -> None:
    assert Settings(database_url=url).sqlite_file == file


def test_built_directly_it_takes_values_as_they_are(tmp_path: Path) -> None:
    settings = Settings(
        database_url="", broker_url="", account_url="", channels=("mailbox",), data_dir=tmp_path, plugins_dir=tmp_path
    )
    assert settings.channels == ("mailbox",)
    assert settings.sqlite_file == tmp_path / "capcom.sqlite3"
    assert settings.plugins_dir == tmp_path
    assert Settings(plugins_dir=None).plugins_dir is None
    with pytest.raises(ValidationError):
        Settings(public_url="")
