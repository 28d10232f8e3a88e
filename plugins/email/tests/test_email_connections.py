"""Connections: used again, noticed when they are stale, closed when they are not needed; several loops and restarts."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from capcom_gql.plugin import Sent, Transient
from capcom_notify_email import Email, connections

from .email_fixtures import Opening, a_build, a_ca_file, a_channel, a_trust, an_authority, an_office, an_opening  # noqa: F401  found by pytest under their names
from .letters import letter
from .post_office import HANG, PATIENCE, PostOffice, drops, hangs, until


async def test_letters_go_by_one_connection(channel: Email, office: PostOffice) -> None:
    for number in range(5):
        await channel.send(letter(f"delivery_{number}"))
    assert [arrived.connection for arrived in office.arrived] == [1] * 5
    assert office.commands.count("EHLO") == 1


async def test_many_at_once_share_a_few(channel: Email, office: PostOffice) -> None:
    await asyncio.gather(*(channel.send(letter(f"delivery_{number}")) for number in range(40)))
    assert len({arrived.mail["Message-ID"] for arrived in office.arrived}) == 40
    assert 1 < office.connections <= connections.MAX_CONNECTIONS


async def test_a_server_that_restarted_between_two_letters(channel: Email, office: PostOffice) -> None:
    await channel.send(letter("first"))
    office.restart()
    assert await channel.send(letter("second")) == Sent("Q2")
    assert [arrived.connection for arrived in office.arrived] == [1, 2]


async def test_a_server_that_hung_up_after_some_silence(channel: Email, office: PostOffice) -> None:
    await channel.send(letter("first"))
    office.hang_up()
    assert await channel.send(letter("second")) == Sent("Q2")


@pytest.mark.parametrize("command", ["RSET", "MAIL", "RCPT"])
@pytest.mark.parametrize("doing", ["421 4.7.0 enough letters by this connection", drops])
async def test_a_server_that_has_had_enough_of_a_connection(
    channel: Email, office: PostOffice, command: str, doing: str
) -> None:
    await channel.send(letter("first"))
    office.will(command, doing)
    assert await channel.send(letter("second")) == Sent("Q2"), "another connection will do"
    assert [arrived.connection for arrived in office.arrived] == [1, 2]


async def test_a_break_once_the_letter_was_given_is_not_tried_again_at_once(channel: Email, office: PostOffice) -> None:
    await channel.send(letter("first"))
    office.will("DATA", drops)
    with pytest.raises(Transient):
        await channel.send(letter("second"))
    assert office.connections == 1, "the server may have taken it: that is the host's to decide"


async def test_connections_that_hang_cost_one_wait(
    channel: Email, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.gather(*(channel.send(letter(str(number))) for number in range(8)))
    assert office.connections > 1
    before = office.commands.count("RSET")
    monkeypatch.setattr(connections, "RSET_SECONDS", 0.3)
    office.will("RSET", *[hangs] * office.connections)
    await channel.send(letter("last"))
    assert office.commands.count("RSET") == before + 1, "the others are not waited for"


async def test_whoever_gives_up_leaves_no_connection_behind(channel: Email, office: PostOffice) -> None:
    office.will("DATA", hangs)
    sending = asyncio.create_task(channel.send(letter()))
    await asyncio.to_thread(until, lambda: "DATA" in office.commands)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await office.all_left()
    assert await channel.send(letter()) == Sent("Q1")


async def test_a_connection_that_nobody_uses_is_parted_with(
    office: PostOffice, opened: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.2)
    channel = opened(office)
    await channel.send(letter("first"))
    await office.all_left()
    assert office.commands[-1] == "QUIT"
    assert await channel.send(letter("second")) == Sent("Q2")


def test_one_loop_after_another(channel: Email, office: PostOffice) -> None:
    for number in range(3):
        asyncio.run(send(channel, f"delivery_{number}"))
        # the end of a loop is the end of its connections
        until(lambda: not office.still_open())
    assert [arrived.connection for arrived in office.arrived] == [1, 2, 3]


def test_two_loops_at_once(channel: Email, office: PostOffice) -> None:
    both = threading.Barrier(2)

    async def one(name: str) -> None:
        await send(channel, f"{name}_0")
        await asyncio.to_thread(both.wait, PATIENCE)
        for number in range(1, 10):
            await send(channel, f"{name}_{number}")
        await asyncio.to_thread(both.wait, PATIENCE)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(asyncio.run, one(name)) for name in ("a", "b")]:
            done.result(PATIENCE)
    assert office.connections == 2
    by_loop = {str(arrived.mail["Message-ID"])[1]: arrived.connection for arrived in office.arrived}
    assert sorted(by_loop.values()) == [1, 2]
    assert len(office.arrived) == 20


async def send(channel: Email, identifier: str) -> None:
    await channel.send(letter(identifier))


async def test_closing_parts_politely_and_for_good(channel: Email, office: PostOffice) -> None:
    await channel.send(letter())
    await asyncio.to_thread(channel.close)
    assert office.commands[-1] == "QUIT"
    until(lambda: not office.still_open())
    with pytest.raises(Transient, match="closed"):
        await channel.send(letter())


async def test_closing_within_the_loop_waits_for_nothing(
    channel: Email, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await channel.send(letter())
    monkeypatch.setattr(connections, "QUIT_SECONDS", HANG)
    began = time.monotonic()
    channel.close()
    assert time.monotonic() - began < PATIENCE
    await office.all_left()


async def test_closing_does_not_wait_for_a_server_that_hangs(channel: Email, office: PostOffice) -> None:
    await channel.send(letter())
    office.will("QUIT", hangs)
    began = time.monotonic()
    await asyncio.to_thread(channel.close)
    assert time.monotonic() - began < PATIENCE
    await office.all_left()


def test_nothing_is_opened_before_the_first_letter(channel: Email, office: PostOffice) -> None:
    channel.close()
    assert office.connections == 0


async def test_what_this_machine_calls_itself_is_a_name_in_full_or_an_address(
    channel: Email, office: PostOffice
) -> None:
    await channel.send(letter())
    called = office.arrived[0].called
    assert called == "[127.0.0.1]" or "." in called
