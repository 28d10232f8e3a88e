"""The settings: what is needed, what is refused, and in which words."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from capcom_gql.plugin import Host
from capcom_notify_email import Email, EmailConfig

GOOD = {"host": "smtp.reseau.example", "sender": "Cap'Com Plus <bonjour@reseau.example>"}


def test_a_host_and_a_sender_are_enough() -> None:
    config = EmailConfig.model_validate(GOOD)
    assert (config.port_used, config.security) == (587, "starttls")
    assert EmailConfig.model_validate(GOOD | {"security": "TLS", "port": ""}).port_used == 465
    assert EmailConfig.model_validate(GOOD | {"security": "none"}).port_used == 25
    assert EmailConfig.model_validate(GOOD | {"port": "2525"}).port_used == 2525
    with pytest.raises(ValidationError) as refused:
        EmailConfig.model_validate({})
    assert [(fault["loc"], fault["type"]) for fault in refused.value.errors()] == [
        (("host",), "missing"),
        (("sender",), "missing"),
    ]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"host": "smtp://reseau.example"}, "host", "without smtp://"),
        ({"host": "smtp.reseau.example:587"}, "host", "without a port"),
        ({"host": ""}, "host", "name alone"),
        ({"host": "a b"}, "host", "name alone"),
        ({"port": "0"}, "port", "greater than or equal to 1"),
        ({"port": "smtp"}, "port", "valid integer"),
        ({"security": "ssl"}, "security", "'none', 'starttls' or 'tls'"),
        ({"sender": "nobody"}, "sender", "such as name@domain"),
        ({"sender": "A <a@x.example>, B <b@x.example>"}, "sender", "such as name@domain"),
        ({"sender": "A\nBcc: b <a@x.example>"}, "sender", "line break"),
        ({"sender": "zoé@x.example"}, "sender", "without accents"),
        ({"reply_to": "nobody"}, "reply_to", "such as name@domain"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file", "cannot be read: No such file"),
        ({"ca_file": __file__}, "ca_file", "no certificate in PEM form"),
        ({"username": "reseau"}, None, "USERNAME and PASSWORD go together"),
        ({"password": "secret"}, None, "USERNAME and PASSWORD go together"),
        ({"username": "a", "password": "b", "security": "none"}, None, "not sent unencrypted"),
        ({"tls": "yes"}, "tls", "not permitted"),
    ],
)
def test_what_is_refused_and_how(change: dict[str, Any], field: str | None, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        EmailConfig.model_validate(GOOD | change)
    (fault,) = refused.value.errors()
    assert fault["loc"] == ((field,) if field else ())
    assert words in fault["msg"]
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost"])
def test_this_machine_itself_may_be_signed_in_to_unencrypted(host: str) -> None:
    config = EmailConfig.model_validate(GOOD | {"host": host, "username": "a", "password": "b", "security": "none"})
    assert config.server in {"127.0.0.1:25", "[::1]:25", "localhost:25"}


def test_the_password_is_shown_nowhere(tmp_path: Path) -> None:
    config = EmailConfig.model_validate(GOOD | {"username": "reseau", "password": "hunter2hunter2"})
    channel = Email(config, Host(data_dir=tmp_path, support_email="support@capcom.example"))
    assert "hunter2" not in repr(config) + str(vars(channel)) + config.model_dump_json()
    schema = EmailConfig.model_json_schema()
    assert schema["properties"]["password"]["format"] == "password"
    assert schema["required"] == ["host", "sender"]
    assert all(field.get("description") for field in schema["properties"].values())
