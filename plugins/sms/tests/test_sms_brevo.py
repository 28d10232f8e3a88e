"""Brevo: what is asked of its API, and what its answers mean."""

from collections.abc import Callable

import pytest

from capcom_gql.plugin import AddressInvalid, NotConfigured, Permanent, Transient

from .sms_servers import Asked, Reply, channel, letter, peer

KEY = "xkeysib-9f86d081884c7d659a2feaa0c55ad015-a3bf4f1b2b0b822c"


def settings(url: str) -> dict[str, str]:
    return {"provider": "brevo", "endpoint": f"{url}/v3", "api_key": KEY, "sender": "CapCom"}


def brevo(send: Reply | None = None, credits: float = 87.0) -> Callable[[Asked], Reply]:
    """Brevo's API, version 3, as far as texts need it."""

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("api-key") != KEY:
            return Reply(401, {"message": "Key not found", "code": "unauthorized"})
        match asked.method, asked.path:
            case "GET", "/v3/account":
                plans = [
                    {"type": "free", "creditsType": "sendLimit", "credits": 300},
                    {"type": "sms", "creditsType": "sendLimit", "credits": credits},
                ]
                return Reply(200, {"email": "compte@capcom.example", "plan": plans})
            case "POST", "/v3/transactionalSMS/send" if asked.headers["content-type"] == "application/json":
                missing = {"sender", "recipient", "content"} - set(asked.json)
                if missing:
                    return Reply(400, {"code": "missing_parameter", "message": f"{missing.pop()} is missing"})
                return send or Reply(201, {"messageId": 1511882900176220})
        return Reply(404, {"code": "document_not_found", "message": "Not found"})

    return answer


async def test_a_text_goes_as_a_transactional_one_with_the_message_id_as_its_tag() -> None:
    with peer(brevo()) as server:
        sent = await channel(**settings(server.url)).send(letter("Réglez 600 € avant le 15/12"))
    assert sent.provider_id == "1511882900176220"
    (asked,) = server.asked
    assert asked.json == {
        "type": "transactional",
        "sender": "CapCom",
        "recipient": "33612345678",
        "content": "Réglez 600 € avant le 15/12",
        "unicodeEnabled": False,
        "tag": "dlv_01jxk7",
    }


async def test_unicode_is_asked_for_where_it_is_needed() -> None:
    with peer(brevo()) as server:
        await channel(**settings(server.url)).send(letter("Bravo 🎉"))
    assert server.asked[0].json["unicodeEnabled"] is True


@pytest.mark.parametrize(
    ("reply", "outcome", "words"),
    [
        (Reply(402, {"code": "not_enough_credits", "message": "Not enough"}), NotConfigured, "no credit left"),
        (Reply(400, {"code": "invalid_parameter", "message": "Invalid phone number"}), AddressInvalid, "the number"),
        (Reply(400, {"code": "invalid_parameter", "message": "Sender is not valid"}), NotConfigured, "SENDER"),
        (Reply(400, {"code": "invalid_parameter", "message": "Text is missing"}), Permanent, "Text is missing"),
        (Reply(403, {"code": "permission_denied", "message": "Forbidden"}), NotConfigured, "credentials"),
        (Reply(500, {"code": "internal_error", "message": "Try later"}), Transient, "Try later"),
    ],
)
async def test_what_an_error_means(reply: Reply, outcome: type[Exception], words: str) -> None:
    with peer(brevo(reply)) as server, pytest.raises(outcome, match=words) as raised:
        await channel(**settings(server.url)).send(letter())
    assert type(raised.value) is outcome


async def test_too_many_requests_wait_as_long_as_brevo_says() -> None:
    reply = Reply(429, {"code": "too_many_requests", "message": "Slow down"}, {"x-sib-ratelimit-reset": "45"})
    with peer(brevo(reply)) as server, pytest.raises(Transient) as raised:
        await channel(**settings(server.url)).send(letter())
    assert raised.value.retry_after == 45


async def test_a_wrong_key_holds_the_text_and_is_not_shown() -> None:
    wrong = "xkeysib-wrong-wrong-wrong"
    with peer(brevo()) as server, pytest.raises(NotConfigured, match="Key not found") as raised:
        await channel(**{**settings(server.url), "api_key": wrong}).send(letter())
    assert wrong not in str(raised.value)


def test_check_asks_for_the_account_and_sends_nothing() -> None:
    with peer(brevo()) as server:
        health = channel(**settings(server.url)).check()
        assert (health.ok, health.detail) == (True, "Brevo accepts the key; credits left: 87")
        health = channel(**{**settings(server.url), "api_key": "wrong"}).check()
        assert (health.ok, "Key not found" in health.detail) == (False, True)
    with peer(brevo(credits=0)) as server:
        assert channel(**settings(server.url)).check().ok is False
    assert {asked.path for asked in server.asked} == {"/v3/account"}
