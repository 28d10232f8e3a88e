"""What the server's answer, or none, means for a letter: each refusal at each of its moments, from a real server."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from capcom_gql.plugin import AddressGone, AddressInvalid, NotConfigured, Permanent, Sent, Transient
from capcom_notify_email import Email

from .email_fixtures import Opening, a_build, a_ca_file, a_channel, a_trust, an_authority, an_office, an_opening  # noqa: F401  found by pytest under their names
from .letters import letter
from .post_office import PATIENCE, Doing, PostOffice, drops, hangs

TABLE = [
    ("EHLO", "421 4.3.2 closing", Transient),
    ("EHLO", "550 5.7.1 not you", NotConfigured),
    ("MAIL", "450 4.7.1 too many letters", Transient),
    ("MAIL", "421 4.7.0 too many letters", Transient),
    ("MAIL", "530 5.7.0 Authentication required", NotConfigured),
    ("MAIL", "550 5.7.1 sender rejected", NotConfigured),
    ("MAIL", "553 5.1.8 no such domain", NotConfigured),
    ("MAIL", "552 5.3.4 too big", Permanent),
    ("RCPT", "450 4.2.0 greylisted, come again in 5 minutes", Transient),
    ("RCPT", "451 4.7.1 try later", Transient),
    ("RCPT", "452 4.2.2 mailbox full", Transient),
    ("RCPT", "550 5.1.1 no such user", AddressInvalid),
    ("RCPT", "550 No such user here", AddressInvalid),
    ("RCPT", "553 mailbox name not allowed", AddressInvalid),
    ("RCPT", "501 5.1.3 bad address", AddressInvalid),
    ("RCPT", "550 5.1.10 the domain takes no mail", AddressInvalid),
    ("RCPT", "551 5.1.6 moved to zoe@agglo.example", AddressGone),
    ("RCPT", "551 user not local", AddressGone),
    ("RCPT", "550 5.2.1 mailbox closed", AddressGone),
    ("RCPT", "550 5.7.1 relaying denied", Permanent),
    ("RCPT", "554 5.7.1 blocked", Permanent),
    ("RCPT", "530 5.7.1 Authentication required", NotConfigured),
    ("RCPT", "550 5.1.8 sender's domain unknown", NotConfigured),
    ("DATA", "450 4.3.0 later", Transient),
    ("DATA", "451 4.3.0 disk full", Transient),
    ("DATA", "550 5.1.1 no such user after all", AddressInvalid),
    ("DATA", "550 content refused", Permanent),
    ("DATA", "554 5.6.0 malformed", Permanent),
    ("DATA", "554 5.7.1 spam", Permanent),
]


@pytest.mark.parametrize(("command", "answer", "kind"), TABLE)
async def test_what_a_refusal_means(
    channel: Email, office: PostOffice, command: str, answer: str, kind: type[Exception]
) -> None:
    office.will(command, answer)
    with pytest.raises(kind) as refused:
        await channel.send(letter())
    assert type(refused.value) is kind
    told = f"127.0.0.1:{office.port} answered {answer}"
    assert str(refused.value).startswith(told)
    if kind is NotConfigured:
        assert re.search("correct|set the|ask", str(refused.value))
    assert office.arrived == []


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_refusal_does_not_harm_the_next_letter(channel: Email, office: PostOffice, command: str) -> None:
    office.will(command, "550 5.7.1 no")
    with pytest.raises((Permanent, NotConfigured)):
        await channel.send(letter("first"))
    assert await channel.send(letter("second")) == Sent("Q1")
    assert office.connections == 1, "a refusal concerns that letter, not the connection"


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
async def test_a_connection_that_breaks(channel: Email, office: PostOffice, command: str) -> None:
    office.will(command, drops)
    with pytest.raises(Transient, match=r"127\.0\.0\.1"):
        await channel.send(letter())
    assert await channel.send(letter()) == Sent("Q1")
    assert office.connections == 2


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
async def test_a_server_that_does_not_answer(channel: Email, office: PostOffice, command: str) -> None:
    office.will(command, hangs)
    # before the host gives up, and takes it for the channel's fault
    with pytest.raises(Transient, match=r"did not take the mail within 0\.45 s"):
        await channel.send(letter(timeout=0.5))
    assert await channel.send(letter()) == Sent("Q1"), "and not on the connection that hangs"
    assert office.connections == 2


async def test_nobody_listens(opened: Opening) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        channel = opened(PostOffice(port=closed.getsockname()[1]))
        with pytest.raises(Transient, match=r"^127\.0\.0\.1:\d+: Connection refused$"):
            await channel.send(letter())


async def test_no_such_host(opened: Opening) -> None:
    with pytest.raises(Transient, match=r"^nowhere\.invalid:25"):
        await opened(PostOffice(port=25), host="nowhere.invalid").send(letter())


Greet = Callable[[bytes], Awaitable[int]]


@pytest.fixture
async def greet() -> AsyncIterator[Greet]:
    """A server that says one thing to whoever calls, and nothing more; gives its port."""
    servers = []

    async def start(greeting: bytes) -> int:
        async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(greeting)
            await reader.read()
            writer.close()

        server = await asyncio.start_server(say, "127.0.0.1", 0)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [
        (b"421 4.3.2 too busy\r\n", Transient),
        (b"554 5.7.1 your address is on a list\r\n", NotConfigured),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Transient),
        (b"", Transient),
        (b"220-" + b"x" * 100_000 + b"\r\n", Transient),
    ],
)
async def test_greetings(opened: Opening, greet: Greet, greeting: bytes, kind: type[Exception]) -> None:
    channel = opened(PostOffice(port=await greet(greeting)))
    with pytest.raises(kind) as refused:
        # one that says nothing is waited for in vain
        await channel.send(letter(timeout=PATIENCE if greeting else 1.0))
    assert type(refused.value) is kind
    assert len(str(refused.value)) < 500 and "\n" not in str(refused.value)


async def test_a_long_answer_in_strange_characters_is_told_shortly(channel: Email, office: PostOffice) -> None:
    office.will("RCPT", "550-5.1.1 né\r\n550 5.1.1 " + "x" * 2000)
    with pytest.raises(AddressInvalid) as refused:
        await channel.send(letter())
    assert "né 5.1.1 xxx" in str(refused.value)
    assert len(str(refused.value)) < 400 and "\n" not in str(refused.value)


async def test_an_address_with_accents(office: PostOffice, channel: Email) -> None:
    address = channel.validate_address(" zoé@Évreux.example ")
    assert address == "zoé@xn--vreux-9ra.example"
    await channel.send(letter(address=address))
    (arrived,) = office.arrived
    assert arrived.recipients == [address]
    assert "SMTPUTF8" in arrived.options
    assert "\r\nTo: zoé@xn--vreux-9ra.example\r\n".encode() in arrived.raw


async def test_an_address_with_accents_where_the_server_knows_none(opened: Opening) -> None:
    with PostOffice(speaks_utf8=False) as office:
        channel = opened(office)
        with pytest.raises(AddressInvalid, match=r"accepts no address with accents before the @"):
            await channel.send(letter(address="zoé@ville.example"))
        await channel.send(letter(address=channel.validate_address("zoe@évreux.example")))
        assert office.arrived[0].recipients == ["zoe@xn--vreux-9ra.example"]
        assert office.arrived[0].options == []
        channel.close()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "  ",
        "zoe",
        "@x.example",
        "zoe@",
        "a b@x.example",
        "a@x\n.example",
        "<a@x>",
        "a@x,b@y",
        "zoe@" + "x" * 300,
    ],
)
def test_what_is_no_address_is_refused(channel: Email, address: str) -> None:
    with pytest.raises(AddressInvalid, match="not an e-mail address"):
        channel.validate_address(address)


async def test_what_the_server_calls_it_is_told(channel: Email, office: PostOffice) -> None:
    answers: list[Doing] = ["250 2.6.0 <delivery@x> Queued mail for delivery", "250 OK id=1abc-DE"]
    office.will("DATA", *answers)
    assert await channel.send(letter()) == Sent("2.6.0 <delivery@x> Queued mail for delivery")
    assert await channel.send(letter()) == Sent("OK id=1abc-DE")
