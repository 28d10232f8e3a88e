"""The generic gateway: what its templates make of a text, and what its answers mean."""

import json
import logging
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from capcom_gql.plugin import AddressInvalid, NotConfigured, Permanent, Transient

from .sms_servers import Asked, Reply, channel, letter, peer

TEXT = 'Café "offert" & payé \\ à 50 % + {sender}'


def ok(_: Asked) -> Reply:
    return Reply(202, {"id": "msg-1"})


async def test_without_templates_the_body_is_json_and_the_id_a_header_too() -> None:
    with peer(ok) as server:
        sent = await channel(provider="http", url=f"{server.url}/send", sender="CapCom").send(letter(TEXT))
    (asked,) = server.asked
    assert sent.provider_id == "msg-1"
    assert (asked.method, asked.target) == ("POST", "/send")
    assert asked.json == {"to": "+33612345678", "text": TEXT, "sender": "CapCom", "id": "dlv_01jxk7"}
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["idempotency-key"] == "dlv_01jxk7"


async def test_every_attempt_carries_the_same_id() -> None:
    with peer(ok) as server:
        sms = channel(provider="http", url=server.url)
        await sms.send(letter())
        await sms.send(letter(attempt=2))
    assert [asked.headers["idempotency-key"] for asked in server.asked] == ["dlv_01jxk7"] * 2


async def test_a_form_is_escaped_as_forms_are() -> None:
    with peer(ok) as server:
        await channel(
            provider="http",
            url=f"{server.url}/send",
            headers='{"content-type": "application/x-www-form-urlencoded; charset=utf-8", "X-Ref": "{id}"}',
            body="dest={digits}&msg={text}",
        ).send(letter(TEXT))
    (asked,) = server.asked
    assert Asked("POST", "/?" + asked.body.decode(), {}, b"").query == {"dest": ["33612345678"], "msg": [TEXT]}
    assert asked.headers["x-ref"] == "dlv_01jxk7"


async def test_a_url_is_escaped_as_urls_are_and_get_has_no_body() -> None:
    with peer(ok) as server:
        await channel(provider="http", url=f"{server.url}/v1/{{to}}?text={{text}}&key=s3cret-key", method="GET").send(
            letter(TEXT)
        )
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/v1/+33612345678", b"")
    assert asked.query == {"text": [TEXT], "key": ["s3cret-key"]}
    assert "content-type" not in asked.headers


async def test_xml_is_escaped_as_xml_is() -> None:
    with peer(ok) as server:
        await channel(
            provider="http",
            url=server.url,
            headers='{"Content-Type": "application/xml"}',
            body='<sms to="{to}">{text}</sms>',
        ).send(letter('<Zoé> & "Max"'))
    assert server.asked[0].body.decode() == '<sms to="+33612345678">&lt;Zoé&gt; &amp; &quot;Max&quot;</sms>'


@pytest.mark.parametrize(
    ("reply", "outcome", "words"),
    [
        (Reply(401, {"message": "bad token"}), NotConfigured, "credentials"),
        (Reply(402, {"error": {"message": "pay first"}}), NotConfigured, "no credit"),
        (Reply(403, {"message": "insufficient scope"}), NotConfigured, "credentials"),
        (Reply(404, b"<h1>Not found</h1>"), NotConfigured, "the gateway answered 404; it accepts no messages"),
        (Reply(302, b"", {"Location": "/elsewhere"}), NotConfigured, "302"),
        (Reply(422, {"code": "invalid_recipient"}), AddressInvalid, "the number"),
        (Reply(400, b"numero invalide", {"Content-Type": "text/plain"}), AddressInvalid, "numero invalide"),
        (Reply(400, {"message": "text too long"}), Permanent, "text too long"),
        (Reply(429, {"message": "slow down"}), Transient, "429"),
        (Reply(408), Transient, "408"),
        (Reply(500), Transient, "the gateway answered 500$"),
        (Reply(503, {"message": "no credit"}), Transient, "503"),
    ],
)
async def test_what_a_status_means(reply: Reply, outcome: type[Exception], words: str) -> None:
    with peer(lambda _: reply) as server, pytest.raises(outcome, match=words) as raised:
        await channel(provider="http", url=server.url).send(letter())
    assert type(raised.value) is outcome
    assert len(server.asked) == 1, "a redirect must not be followed"


async def test_what_counts_as_success_is_the_settings_affair() -> None:
    with peer(lambda _: Reply(200, b"KO: unknown number", {"Content-Type": "text/plain"})) as server:
        with pytest.raises(AddressInvalid, match="answered 200: KO"):
            await channel(provider="http", url=server.url, ok_text="OK:").send(letter())
        with pytest.raises(AddressInvalid, match="answered 200"):
            await channel(provider="http", url=server.url, ok="202").send(letter())
    with peer(lambda _: Reply(200, b"OK: 4711", {"Content-Type": "text/plain"})) as server:
        await channel(provider="http", url=server.url, ok_text="OK:").send(letter())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "in a while"}, None),
        ({}, None),
    ],
)
async def test_a_pause_that_the_gateway_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    with peer(lambda _: Reply(429, b"", headers)) as server, pytest.raises(Transient) as raised:
        await channel(provider="http", url=server.url).send(letter())
    assert raised.value.retry_after == seconds


async def test_a_pause_until_an_instant_is_measured_on_the_gateway_s_clock() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    with peer(lambda _: Reply(503, b"", {"Retry-After": until})) as server, pytest.raises(Transient) as raised:
        await channel(provider="http", url=server.url).send(letter())
    assert raised.value.retry_after is not None
    assert 85 <= raised.value.retry_after <= 91


async def test_no_reason_and_no_log_shows_a_secret_or_the_number(caplog: pytest.LogCaptureFixture) -> None:
    secrets = {
        "url": "{url}/hooks/T0K3N-of-the-path?to={to}&key=query-s3cret",
        "headers": json.dumps({"Authorization": "Bearer header-s3cret"}),
        "body": '{"password": "body-s3cret", "text": "{text}"}',
    }

    def echo(asked: Asked) -> Reply:
        told = f"refused: {asked.target} {asked.headers['authorization']} {asked.body.decode()}"
        return Reply(400, told.encode(), {"Content-Type": "text/plain"})

    with peer(echo) as server, caplog.at_level(logging.INFO):
        settings = {**secrets, "url": secrets["url"].replace("{url}", server.url)}
        with pytest.raises(Permanent) as raised:
            await channel(provider="http", **settings).send(letter("Un texte privé"))
    told = str(raised.value) + caplog.text
    assert "refused" in told
    for secret in ("T0K3N", "query-s3cret", "header-s3cret", "body-s3cret", "33612345678", "privé"):
        assert secret not in told, secret


async def test_a_gateway_that_does_not_answer_is_left_before_the_host_s_deadline() -> None:
    with peer(lambda _: Reply(200)) as server:
        server.answer = server.hang
        with pytest.raises(Transient, match=r"no answer from the provider \(http\) within 0.45 s"):
            await channel(provider="http", url=server.url).send(letter(timeout=0.5))


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    with peer(lambda _: Reply(200, b"x" * 20_000_000)) as server:
        sent = await channel(provider="http", url=server.url).send(letter())
    assert sent.provider_id is None


async def test_nobody_there_and_no_tls_are_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(Transient, match="the gateway cannot be reached"):
        await channel(provider="http", url=f"http://127.0.0.1:{port}/").send(letter())
    with peer(ok) as server, pytest.raises(Transient, match="cannot be reached"):
        await channel(provider="http", url=server.url.replace("http:", "https:")).send(letter(timeout=20))


async def test_a_connection_that_drops_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:

        def drop() -> None:
            connection, _ = door.accept()
            connection.close()

        dropping = threading.Thread(target=drop)
        dropping.start()
        with pytest.raises(Transient, match="cannot be reached"):
            await channel(provider="http", url=f"http://127.0.0.1:{door.getsockname()[1]}/").send(letter())
        dropping.join()


def test_check_says_that_nothing_was_asked() -> None:
    with peer(ok) as server:
        health = channel(provider="http", url=server.url).check()
    assert (health.ok, server.asked) == (True, [])
    assert "only a message shows" in health.detail
