"""The settings: what each provider needs, what is refused, and that no refusal shows a secret."""

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from capcom_notify_sms import SmsConfig
from capcom_notify_sms.settings import REQUIRED

README = Path(__file__).parents[1] / "README.md"
PREFIX = "CAPCOM_NOTIFY__SMS__"
HTTP = {"provider": "http", "url": "https://sms.example/send"}


def refusal(**settings: str) -> str:
    """The words with which these settings are refused."""
    with pytest.raises(ValidationError) as raised:
        SmsConfig.model_validate(settings)
    return "; ".join(each["msg"] for each in raised.value.errors())


@pytest.mark.parametrize("provider", sorted(REQUIRED))
def test_what_a_provider_lacks_is_named_as_the_operator_knows_it(provider: str) -> None:
    words = refusal(provider=provider)
    assert re.findall(rf"{PREFIX}(\w+)", words) == ["PROVIDER", *(field.upper() for field in REQUIRED[provider])]


def test_the_examples_of_the_readme_are_good_settings() -> None:
    examples = re.findall(r"^```sh\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    providers = []
    for example in examples:
        given = dict(line.removeprefix(PREFIX).split("=", 1) for line in example.splitlines())
        config = SmsConfig.model_validate({name.lower(): value for name, value in given.items()})
        providers.append(config.provider)
    assert sorted(providers) == ["apprise", "brevo", "http", "http", "ovh"]


def test_the_readme_names_every_setting() -> None:
    table = README.read_text(encoding="utf-8").split("\n## ")[0]
    named = {name for row in re.findall(r"^\| (`[A-Z_`, ]+) \|", table, re.MULTILINE) for name in row.split("`")}
    assert {field.upper() for field in SmsConfig.model_fields} == {name for name in named if name.strip(" ,")}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({**HTTP, "body": '{"to": "{to}"}'}, "must have places for number and text"),
        ({**HTTP, "body": '{"text": "{text}"}'}, "must have places for number and text"),
        ({**HTTP, "method": "GET"}, "must have places for number and text"),
        ({**HTTP, "body": '{"to": "{to}", "text": "{message}"}'}, "{message} is not a placeholder"),
        ({**HTTP, "body": '{"to": {to}, "text": "{text}'}, "BODY is not JSON"),
        ({**HTTP, "body": '{"to": "{to}", "text": "{text}", "from": "{sender}"}'}, "set CAPCOM_NOTIFY__SMS__SENDER"),
        ({**HTTP, "headers": "Authorization: Bearer x"}, "not a JSON object of texts"),
        ({**HTTP, "headers": '{"X-Text": "{text}"}'}, "{text} cannot be in a header"),
        ({**HTTP, "headers": '{"X-Two": "a\\r\\nb"}'}, "a character that no header can have"),
        ({**HTTP, "headers": '{"A b": "c"}'}, "a name that no header can have"),
        ({**HTTP, "headers": '{"Content-Type": "image/png"}'}, "cannot be filled in"),
        ({**HTTP, "ok": "good"}, "write statuses as"),
        ({**HTTP, "ok": ","}, "write statuses as"),
        ({**HTTP, "url": "http://sms.example/send"}, "must be sent encrypted"),
        ({**HTTP, "url": "ftp://sms.example/send"}, "write it as https://"),
        ({**HTTP, "url": "https://sms.example:99999/send"}, "write it as https://"),
        ({**HTTP, "max_segments": "0"}, "greater than or equal to 1"),
        ({**HTTP, "sender": "a name that is too long"}, "at most 11 letters"),
        ({**HTTP, "sender": "a\nb"}, "at most 11 letters"),
        ({**HTTP, "colour": "blue"}, "Extra inputs"),
        ({"provider": "brevo", "api_key": "k", "sender": "Cap Com"}, "without spaces"),
        (
            {"provider": "brevo", "api_key": "k", "sender": "CapCom", "endpoint": "api.brevo.com"},
            "write it as https://",
        ),
        ({"provider": "apprise", "url": "vonage://key:secret@33600000000/"}, "put {to} in it"),
        ({"provider": "pigeon"}, "'http', 'ovh', 'brevo' or 'apprise'"),
    ],
)
def test_what_is_refused(settings: dict[str, str], words: str) -> None:
    assert words in refusal(**settings)


@pytest.mark.parametrize("url", ["http://10.1.2.3/send", "http://127.0.0.1:8080/", "http://[::1]/", "http://gateway/"])
def test_plain_http_is_for_private_networks(url: str) -> None:
    assert SmsConfig.model_validate({"provider": "http", "url": url}).url.get_secret_value() == url


def test_no_refusal_and_no_representation_shows_a_secret() -> None:
    secret = "s3cr3t-9f86d081884c"
    refused = [
        refusal(**HTTP, headers=f'{{"Authorization": "Bearer {secret}\\u20ac"}}'),
        refusal(**HTTP, headers=f"Bearer {secret}"),
        refusal(**{**HTTP, "url": f"http://user:{secret}@sms.example/?key={secret}"}),
        refusal(provider="http", url=f"https://sms.example/?key={secret}", body=f'{{"{secret}": {{to}} {{text}}'),
        refusal(provider="apprise", url=f"vonage://{secret}:{secret}@x"),
        refusal(provider="ovh", application_secret=secret),
    ]
    config = SmsConfig.model_validate({**HTTP, "headers": json.dumps({"Authorization": secret}), "api_key": secret})
    assert secret not in "".join(refused) + repr(config) + str(config) + config.model_dump_json()


def test_the_schema_tells_what_each_provider_needs_and_which_fields_are_secret() -> None:
    schema = SmsConfig.model_json_schema()
    assert {
        rule["if"]["properties"]["provider"]["const"]: tuple(rule["then"]["required"]) for rule in schema["allOf"]
    } == REQUIRED
    secret = {name for name, field in schema["properties"].items() if field.get("writeOnly")}
    assert secret == {
        "url", "headers", "body", "application_key", "application_secret", "consumer_key", "api_key"
    }  # fmt: skip
    assert all(field.get("description") for field in schema["properties"].values())
