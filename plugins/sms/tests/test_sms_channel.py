"""The channel as its host uses it: addresses, lengths, several at once, and the check."""

import asyncio
import threading
import time

import pytest

import capcom_notify_sms
from capcom_gql.plugin import AddressInvalid, NotConfigured, Permanent, Transient
from capcom_notify_sms import SmsChannel

from .sms_servers import HANG, PATIENCE, Asked, Reply, channel, letter, peer


def ok(asked: Asked) -> Reply:
    return Reply(202, {"id": f"for {asked.json['to']}"})


def test_the_hook_brings_this_one_channel() -> None:
    assert capcom_notify_sms.capcom_notifiers() == [SmsChannel]
    assert (SmsChannel.name, SmsChannel.address_kind, SmsChannel.formats) == ("sms", "phone", ("text",))


def test_an_address_is_checked_and_made_international() -> None:
    sms = channel(provider="http", url="https://sms.example/")
    assert sms.validate_address("0690 12 34 56") == "+590690123456"
    with pytest.raises(AddressInvalid, match="landline"):
        sms.validate_address("01 42 68 53 00")


async def test_too_long_a_text_is_refused_before_anybody_is_asked() -> None:
    with peer(ok) as server:
        with pytest.raises(Permanent, match="needs 2 messages"):
            await channel(provider="http", url=server.url).send(letter("a" * 161))
        assert server.asked == []
        await channel(provider="http", url=server.url, max_segments="2").send(letter("a" * 161))
        assert server.asked[0].json["text"] == "a" * 161


async def test_several_texts_go_at_once_on_one_channel() -> None:
    """Eight, none of which is answered before all are there."""
    all_there = threading.Barrier(8)

    def together(asked: Asked) -> Reply:
        all_there.wait(PATIENCE)
        return ok(asked)

    with peer(together) as server:
        sms = channel(provider="http", url=server.url)
        sent = await asyncio.gather(*(sms.send(letter(f"Texte {number}", timeout=PATIENCE)) for number in range(8)))
    assert {each.provider_id for each in sent} == {"for +33612345678"}
    assert len(server.asked) == 8


async def test_two_channels_share_nothing_and_close_as_often_as_one_likes() -> None:
    with peer(ok) as here, peer(ok) as there:
        one, other = (channel(provider="http", url=server.url) for server in (here, there))
        one.close()
        one.close()
        await other.send(letter())
    assert (len(here.asked), len(there.asked)) == (0, 1)


def test_one_channel_serves_one_event_loop_after_another() -> None:
    with peer(ok) as server:
        sms = channel(provider="http", url=server.url)
        asyncio.run(sms.send(letter()))
        asyncio.run(sms.send(letter()))
    assert len(server.asked) == 2


async def test_a_send_that_is_cancelled_leaves_at_once() -> None:
    arrived = threading.Event()

    def hang(asked: Asked) -> Reply:
        arrived.set()
        return server.hang(asked)

    with peer(hang) as server:
        sending = asyncio.create_task(channel(provider="http", url=server.url).send(letter(timeout=HANG)))
        assert await asyncio.to_thread(arrived.wait, PATIENCE)
        sending.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert time.monotonic() - began < PATIENCE


async def test_check_may_be_called_where_a_loop_runs_and_says_what_it_met() -> None:
    settings = {"provider": "brevo", "api_key": "xkeysib-1234", "sender": "CapCom"}
    statuses = iter([401, 503, 400])
    with peer(lambda _: Reply(next(statuses))) as server:
        for words in ("credentials", "Brevo answered 503", "Brevo answered 400"):
            health = channel(**settings, endpoint=server.url).check()
            assert (health.ok, words in health.detail) == (False, True)
    health = channel(**settings, endpoint=server.url).check()
    assert (health.ok, "cannot be reached" in health.detail) == (False, True)


@pytest.mark.parametrize("outcome", [Transient, NotConfigured])
async def test_a_first_attempt_that_failed_may_be_followed_by_one_that_does_not(outcome: type[Exception]) -> None:
    statuses = iter([503 if outcome is Transient else 401, 200])
    with peer(lambda _: Reply(next(statuses))) as server:
        sms = channel(provider="http", url=server.url)
        with pytest.raises(outcome):
            await sms.send(letter())
        await sms.send(letter(attempt=2))
    assert len({asked.body for asked in server.asked}) == 1
