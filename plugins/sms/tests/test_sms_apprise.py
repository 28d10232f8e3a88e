"""Apprise, the real one, with its own generic JSON service on this machine in place of a provider's."""

import logging
import re
import sys
from pathlib import Path

import pytest

from capcom_gql.plugin import NotConfigured, Permanent, Transient

from .sms_servers import Asked, Reply, channel, letter, peer

# Apprise asks for a module of Python 3.11 and 3.12 that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def settings(url: str) -> dict[str, str]:
    return {"provider": "apprise", "url": url.replace("http://", "json://user:s3cr3t-pass@") + "/send/{to}"}


async def test_a_text_goes_as_it_is_to_the_number_in_the_url(caplog: pytest.LogCaptureFixture) -> None:
    with peer(lambda _: Reply(200)) as server, caplog.at_level(logging.INFO):
        await channel(**settings(server.url)).send(letter("Réglez {{ tout }} avant\\nle 15/12 :smile:"))
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/send/+33612345678")
    assert asked.json["message"] == "Réglez {{ tout }} avant\\nle 15/12 :smile:"
    assert "apprise" not in {record.name for record in caplog.records}, "its records name numbers"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (401, NotConfigured),
        (402, NotConfigured),
        (404, NotConfigured),
        (400, Permanent),
        (429, Transient),
        (503, Transient),
    ],
)
async def test_what_a_status_means(status: int, outcome: type[Exception]) -> None:
    said = f"the service answered {status} to Apprise"
    with peer(lambda _: Reply(status)) as server, pytest.raises(outcome, match=said) as raised:
        await channel(**settings(server.url)).send(letter())
    assert type(raised.value) is outcome
    assert "s3cr3t" not in str(raised.value)
    assert len(server.asked) == 1


async def test_a_redirect_does_not_get_the_credentials() -> None:
    with (
        peer(lambda _: Reply(200)) as elsewhere,
        peer(lambda _: Reply(307, b"", {"Location": f"{elsewhere.url}/"})) as server,
        pytest.raises(Permanent, match="307"),
    ):
        await channel(**settings(server.url)).send(letter())
    assert elsewhere.asked == []


async def test_silence_is_tried_again() -> None:
    def hang(asked: Asked) -> Reply:
        return server.hang(asked)

    with peer(hang) as server, pytest.raises(Transient):
        await channel(**settings(server.url)).send(letter(timeout=1.0))


def test_check_says_that_nothing_was_asked() -> None:
    with peer(lambda _: Reply(200)) as server:
        assert channel(**settings(server.url)).check().ok
    assert server.asked == []


def test_apprise_understands_the_example_of_the_readme() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (url,) = re.findall(r"^CAPCOM_NOTIFY__SMS__URL=(vonage://.*)$", readme, re.MULTILINE)
    assert channel(provider="apprise", url=url).check().ok


def test_a_url_that_apprise_does_not_understand_is_said_at_once() -> None:
    with pytest.raises(NotConfigured, match="does not understand CAPCOM_NOTIFY__SMS__URL") as raised:
        channel(provider="apprise", url="pigeon://s3cr3t/{to}")
    assert "s3cr3t" not in str(raised.value)


def test_without_apprise_the_channel_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    # None in sys.modules is how Python notes that there is no such module.
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(NotConfigured, match=r"pip install 'capcom-gql\[apprise\]'"):
        channel(provider="apprise", url="vonage://key:secret@CapCom/{to}")
