"""`capcom plugins send-test`: one message goes, and what came of it is told."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from capcom_gql.testing import Answer, HttpWorld
from tests.cli.installations import Installation

CHANNEL = """
import json
from urllib.request import Request, urlopen
from urllib.error import HTTPError

from pydantic import BaseModel
from capcom_gql.plugin import AddressInvalid, Message, NotConfigured, Notifier, Permanent, Sent, hookimpl

class Settings(BaseModel):
    url: str

class Loft(Notifier):
    name = "loft"
    address_kind = "KIND"
    formats = ("text", "html", "json")
    Config = Settings

    def validate_address(self, raw):
        if raw == "nowhere":
            raise AddressInvalid("nobody lives there")
        return raw

    def send(self, message):
        told = {"to": message.address, "text": message.text, "html": message.html, "payload": message.payload}
        request = Request(self.config.url, json.dumps({**told, "id": message.id, "keys": message.keys}).encode())
        try:
            with urlopen(request, timeout=message.timeout):
                return Sent("p-1")
        except HTTPError as error:
            with error:
                raise (NotConfigured if error.code == 401 else Permanent)(f"answered {error.code}") from None

@hookimpl
def capcom_notifiers():
    return [Loft]
"""


def loft(installation: Installation, url: str, kind: str = "email") -> Installation:
    """An installation with one more channel, which posts what it is given."""
    plugins = installation.folder / "plugins"
    plugins.mkdir(exist_ok=True)
    (plugins / "loft.py").write_text(CHANNEL.replace("KIND", kind))
    return installation.having(PLUGINS_DIR=str(plugins), NOTIFY__LOFT__URL=url)


def test_the_mailbox_gets_a_mail_in_both_languages(bare_installation: Installation) -> None:
    done = bare_installation.run("plugins", "send-test", "mailbox", "ana@ville.example")
    assert done.out.startswith("sent by mailbox to ana@ville.example in ")
    (mail,) = (bare_installation.data_dir / "mailbox").glob("*.eml")
    text = mail.read_text(encoding="utf-8")
    assert "Il n’y a rien à faire." in text and "There is nothing to do." in text


def test_nothing_is_written_in_the_database(bare_installation: Installation) -> None:
    bare_installation.run("plugins", "send-test", "mailbox", "ana@ville.example")
    assert [path.name for path in bare_installation.data_dir.iterdir()] == ["mailbox"]


def test_what_came_of_it_as_json(bare_installation: Installation) -> None:
    with HttpWorld() as world:
        done = loft(bare_installation, world.url).run("plugins", "send-test", "loft", "ana@ville.example", "--json")
        (request,) = world.requests
    told = json.loads(done.out)
    assert (told["outcome"], told["providerId"], told["reason"], told["key"]) == ("SENT", "p-1", None, None)
    assert told["messageId"] == request.json["id"]
    assert request.json["keys"] == []
    assert "<html" in request.json["html"]


def test_an_endpoint_gets_a_signed_event_and_its_key_is_told(bare_installation: Installation) -> None:
    with HttpWorld() as world:
        channel = loft(bare_installation, world.url, "url")
        done = channel.run("plugins", "send-test", "loft", "https://endpoint.example/")
        told = json.loads(channel.run("plugins", "send-test", "loft", "https://endpoint.example/", "--json").out)
        first, second = (request.json for request in world.requests)
    assert first["payload"]["type"] == "endpoint.test"
    assert first["payload"]["data"]["schema_version"] == 1
    assert first["payload"]["data"]["id"] == first["id"]
    assert first["keys"] and f"signed with {first['keys'][0]}" in done.out
    assert second["keys"] == [told["key"]] != first["keys"]


def test_a_text_message_fits_one(bare_installation: Installation) -> None:
    with HttpWorld() as world:
        loft(bare_installation, world.url, "phone").run("plugins", "send-test", "loft", "+33612345678")
        (request,) = world.requests
    assert len(request.json["text"]) <= 160 and request.json["text"].isascii()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "until the channel's settings are corrected. loft: answered 401"),
        (404, "a letter would fail. loft: answered"),
    ],
)
def test_what_went_wrong_is_told(bare_installation: Installation, status: int, words: str) -> None:
    with HttpWorld() as world:
        world.always(Answer(status))
        channel = loft(bare_installation, world.url)
        refused = channel.run("plugins", "send-test", "loft", "ana@ville.example", status=1)
        assert words in refused.err and refused.out == ""
        told = channel.run("plugins", "send-test", "loft", "ana@ville.example", "--json", status=1)
        assert json.loads(told.out)["reason"] == f"loft: answered {status}"


def test_nobody_listens(bare_installation: Installation) -> None:
    world = HttpWorld()
    world.start()
    world.stop()
    refused = loft(bare_installation, world.url).run("plugins", "send-test", "loft", "ana@ville.example", status=1)
    assert "another attempt may succeed" in refused.err and "refused" in refused.err


def test_wrong_addresses_and_channels_are_told(bare_installation: Installation) -> None:
    channel = loft(bare_installation, "http://127.0.0.1:1/")
    assert "loft: nobody lives there" in channel.run("plugins", "send-test", "loft", "nowhere", status=1).err
    missing = channel.run("plugins", "send-test", "pigeon", "ana@ville.example", status=1).err
    assert "There is no channel pigeon" in missing and "loft" in missing and "mailbox" in missing
    off = channel.having(PLUGINS_DISABLED="loft").run("plugins", "send-test", "loft", "x", status=1).err
    assert "loft is DISABLED and sends nothing: CAPCOM_PLUGINS_DISABLED names loft" in off
    unset = channel.having(NOTIFY__LOFT__URL="").run("plugins", "send-test", "loft", "x", status=1).err
    assert "loft is UNCONFIGURED" in unset and "CAPCOM_NOTIFY__LOFT__URL" in unset


def test_the_webhook_channel_signs_it(bare_installation: Installation, tmp_path: Path) -> None:
    """With the channel as it is bundled: the key that is printed verifies what arrived."""
    with HttpWorld() as world:
        private = bare_installation.having(NOTIFY__WEBHOOK__ALLOW_PRIVATE="true")
        told = json.loads(private.run("plugins", "send-test", "webhook", f"{world.url}/events", "--json").out)
        (request,) = world.requests
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.{request.text}".encode()
    key = base64.b64decode(told["key"].removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"
