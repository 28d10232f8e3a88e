"""OVH: what is asked of its API, and what its answers mean."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from capcom_gql.plugin import AddressInvalid, NotConfigured, Permanent, Transient

from .sms_servers import Asked, OvhAccount, Peer, Reply, channel, letter, peer


@contextmanager
def ovh(account: OvhAccount) -> Iterator[Peer]:
    """OVH with this account, on this machine."""

    def answer(asked: Asked) -> Reply:
        return account.answering(lambda: server.url)(asked)

    with peer(answer) as server:
        yield server


async def test_a_text_is_a_job_that_ovh_takes_for_signed_by_its_own_clock() -> None:
    account = OvhAccount()
    with ovh(account) as server:
        sent = await channel(**account.settings(server.url)).send(letter("Réglez avant le 15/12 : 600 €"))
    assert sent.provider_id == "27814656"
    (job,) = account.jobs
    assert job == {
        "charset": "UTF-8",
        "coding": "7bit",
        "message": "Réglez avant le 15/12 : 600 €",
        "noStopClause": True,
        "priority": "high",
        "receivers": ["+33612345678"],
        "sender": "CapCom",
        "tag": job["tag"],
    }
    assert [(asked.method, asked.path) for asked in server.asked] == [
        ("GET", "/auth/time"),
        ("POST", "/sms/sms-ab12345-1/jobs"),
    ]


async def test_the_time_is_asked_once_and_unicode_is_said() -> None:
    account = OvhAccount()
    with ovh(account) as server:
        sms = channel(**account.settings(server.url))
        await sms.send(letter("Bravo 🎉"))
        await sms.send(letter("Bravo"))
    assert [job["coding"] for job in account.jobs] == ["8bit", "7bit"]
    assert [asked.path for asked in server.asked].count("/auth/time") == 1


async def test_without_a_sender_a_short_number_that_can_be_answered_is_asked_for() -> None:
    account = OvhAccount()
    with ovh(account) as server:
        await channel(**{**account.settings(server.url), "sender": ""}).send(letter())
    (job,) = account.jobs
    assert job["senderForResponse"] is True
    assert "sender" not in job


async def test_a_second_attempt_finds_the_text_that_went_and_sends_none() -> None:
    account = OvhAccount()
    with ovh(account) as server:
        sms = channel(**account.settings(server.url))
        first = await sms.send(letter())
        again = await sms.send(letter(attempt=2))
        assert (again.provider_id, len(account.jobs)) == (first.provider_id, 1)
        account.jobs.clear()
        await sms.send(letter(attempt=3))
    assert len(account.jobs) == 1


async def test_a_key_that_may_not_list_texts_sends_all_the_same() -> None:
    account = OvhAccount(granted=("POST",))
    with ovh(account) as server:
        await channel(**account.settings(server.url)).send(letter(attempt=2))
    assert len(account.jobs) == 1


async def test_a_number_that_ovh_refuses_is_an_invalid_address() -> None:
    account = OvhAccount(refused_numbers=("+33612345678",))
    with ovh(account) as server, pytest.raises(AddressInvalid, match="OVH refuses the number"):
        await channel(**account.settings(server.url)).send(letter())
    assert account.jobs == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("application_key", "wrong", "refuses the credentials"),
        ("application_secret", "wrong-secret", "APPLICATION_SECRET"),
        ("consumer_key", "wrong-consumer-key", "refuses the credentials"),
        ("service_name", "sms-zz99999-1", "correct the address or the account's name"),
    ],
)
async def test_wrong_settings_hold_the_text_and_say_which(field: str, value: str, words: str) -> None:
    account = OvhAccount()
    with ovh(account) as server, pytest.raises(NotConfigured, match=words) as raised:
        await channel(**{**account.settings(server.url), field: value}).send(letter())
    assert value not in str(raised.value)
    assert account.jobs == []


async def test_a_call_that_was_not_granted_says_which_rights_to_ask_for() -> None:
    account = OvhAccount(granted=("GET",))
    with ovh(account) as server, pytest.raises(NotConfigured, match=r"POST /sms/\*"):
        await channel(**account.settings(server.url)).send(letter())


async def test_a_clock_that_moved_is_asked_anew() -> None:
    account = OvhAccount()
    with ovh(account) as server:
        sms = channel(**account.settings(server.url))
        await sms.send(letter())
        account.clock_ahead = -7200
        with pytest.raises(Transient, match="too old"):
            await sms.send(letter())
        await sms.send(letter())
    assert len(account.jobs) == 2


@pytest.mark.parametrize(
    ("failure", "outcome", "words"),
    [
        (Reply(402, {"message": "Not enough credits"}), NotConfigured, "no credit left"),
        (Reply(403, {"message": "You do not have enough credits"}), NotConfigured, "no credit left"),
        (Reply(400, {"message": "Sender CapCom does not exist"}), NotConfigured, "SENDER"),
        (Reply(400, {"message": "Invalid receiver"}), AddressInvalid, "the number"),
        (Reply(400, {"message": "Message is too long"}), Permanent, "too long"),
        (Reply(503, {"message": "Service is temporarily unavailable"}), Transient, "503"),
        (Reply(500, b"<html>oops</html>"), Transient, "OVH answered 500$"),
    ],
)
async def test_what_an_error_means(failure: Reply, outcome: type[Exception], words: str) -> None:
    account = OvhAccount(failure=failure)
    with ovh(account) as server, pytest.raises(outcome, match=words) as raised:
        await channel(**account.settings(server.url)).send(letter())
    assert type(raised.value) is outcome


def test_check_asks_for_the_account_and_sends_nothing() -> None:
    account = OvhAccount()
    with ovh(account) as server:
        health = channel(**account.settings(server.url)).check()
        assert (health.ok, "12.5" in health.detail) == (True, True)
        account.credits = 0
        assert "no credit left" in channel(**account.settings(server.url)).check().detail
        health = channel(**{**account.settings(server.url), "application_key": "wrong"}).check()
        assert (health.ok, "refuses the credentials" in health.detail) == (False, True)
    assert {asked.method for asked in server.asked} == {"GET"}
    assert account.jobs == []
