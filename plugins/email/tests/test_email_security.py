"""Encryption and sign-in: what is asked for is had, or nothing is sent; and how each failure is told."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvloop

from capcom_gql.plugin import NotConfigured, Sent, Transient
from capcom_notify_email import Email

from .email_fixtures import (  # noqa: F401  found by pytest under their names
    PASSWORD,
    USER,
    Building,
    Opening,
    a_build,
    a_ca_file,
    a_channel,
    a_trust,
    an_authority,
    an_office,
    an_opening,
    serving,
)
from .letters import letter
from .post_office import PostOffice, until

SIGNED_IN = {"username": USER, "password": PASSWORD}
USERS = {USER: PASSWORD}
Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.mark.parametrize("is_tls", [True, False], ids=["tls", "starttls"])
async def test_letters_go_encrypted_and_signed_in(
    build: Building, opened: Opening, trust: ssl.SSLContext, is_tls: bool
) -> None:
    office = build(trust=trust, is_tls=is_tls, users=USERS)
    channel = opened(office, **SIGNED_IN)
    for number in range(3):
        await channel.send(letter(f"delivery_{number}"))
    assert [(arrived.user, arrived.connection) for arrived in office.arrived] == [(USER, 1)] * 3
    assert office.commands.count("AUTH PLAIN") == 1
    assert office.commands.count("EHLO") == (1 if is_tls else 2), "what was said before STARTTLS is forgotten"


@pytest.mark.parametrize("is_tls", [True, False], ids=["tls", "starttls"])
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_one_encrypted_loop_after_another(
    build: Building,
    opened: Opening,
    trust: ssl.SSLContext,
    is_tls: bool,
    run: Callable[[Coroutine[Any, Any, None]], None],
) -> None:
    """Also in the loop that servers use."""
    office = build(trust=trust, is_tls=is_tls)
    channel = opened(office)

    async def send_two() -> None:
        for _ in range(2):
            await channel.send(letter())

    for _ in range(2):
        run(send_two())
        until(lambda: not office.still_open())
    assert [arrived.connection for arrived in office.arrived] == [1, 1, 2, 2]


async def test_bad_credentials_are_the_operators_to_mend(
    build: Building, opened: Opening, trust: ssl.SSLContext
) -> None:
    office = build(trust=trust, users=USERS)
    channel = opened(office, username=USER, password="an old password")
    with pytest.raises(NotConfigured, match=r"answered 535 .*correct USERNAME and PASSWORD") as refused:
        await channel.send(letter())
    assert "an old password" not in str(refused.value)
    assert [each for each in office.commands if each.startswith("AUTH")] == ["AUTH PLAIN"], "servers count failures"
    until(lambda: not office.still_open())


async def test_a_server_that_wants_a_sign_in(build: Building, opened: Opening, trust: ssl.SSLContext) -> None:
    with pytest.raises(NotConfigured, match=r"530 .*set the USERNAME, PASSWORD"):
        await opened(build(trust=trust, users=USERS)).send(letter())


async def test_a_server_that_knows_no_sign_in(build: Building, opened: Opening) -> None:
    channel = opened(build(), **SIGNED_IN)
    with pytest.raises(NotConfigured, match="offers no supported way to sign in"):
        await channel.send(letter())


async def test_nothing_goes_where_encryption_was_asked_for_and_is_not_had(office: PostOffice, opened: Opening) -> None:
    channel = opened(office, security="starttls")
    with pytest.raises(NotConfigured, match="offers no STARTTLS"):
        await channel.send(letter())
    assert office.commands == ["EHLO"]


async def test_a_server_that_speaks_tls_only_later(build: Building, opened: Opening, trust: ssl.SSLContext) -> None:
    office = build(trust=trust)
    with pytest.raises(NotConfigured, match=r"does not speak TLS as asked .*correct SECURITY and PORT"):
        await opened(office, security="tls").send(letter())


async def test_a_server_that_speaks_tls_at_once(build: Building, opened: Opening, trust: ssl.SSLContext) -> None:
    office = build(trust=trust, is_tls=True)
    with pytest.raises(Transient):
        await opened(office, security="starttls").send(letter(timeout=1.0))


@pytest.mark.parametrize("is_tls", [True, False], ids=["tls", "starttls"])
@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("unknown authority", NotConfigured, "name the authority's file as CA_FILE"),
        ("another name", NotConfigured, "correct HOST"),
        ("over", Transient, "expired"),
        ("not begun", Transient, "not yet valid"),
    ],
)
async def test_certificates(
    build: Building,
    opened: Opening,
    authority: trustme.CA,
    is_tls: bool,
    fault: str,
    kind: type[Exception],
    words: str,
) -> None:
    now = datetime.now(UTC)
    certificate = {
        "unknown authority": lambda: trustme.CA().issue_cert("127.0.0.1"),
        "another name": lambda: authority.issue_cert("post.other.example"),
        "over": lambda: authority.issue_cert("127.0.0.1", not_after=now - timedelta(days=1)),
        "not begun": lambda: authority.issue_cert("127.0.0.1", not_before=now + timedelta(days=1)),
    }[fault]()
    office = build(trust=serving(certificate), is_tls=is_tls, users=USERS)
    with pytest.raises(kind) as refused:
        await opened(office, **SIGNED_IN).send(letter())
    assert type(refused.value) is kind
    assert f"127.0.0.1:{office.port}" in str(refused.value) and words in str(refused.value)
    assert office.arrived == [] and not any(each.startswith("AUTH") for each in office.commands)


def test_a_check_signs_in_and_sends_nothing(build: Building, opened: Opening, trust: ssl.SSLContext) -> None:
    office = build(trust=trust, users=USERS)
    health = opened(office, **SIGNED_IN).check()
    assert health.ok
    assert health.detail == f"127.0.0.1:{office.port} answers, encrypted with TLSv1.3, signed in as {USER}"
    assert office.commands == ["EHLO", "EHLO", "AUTH PLAIN", "QUIT"]
    until(lambda: not office.still_open())


async def test_a_check_within_a_loop(channel: Email, office: PostOffice) -> None:
    health = channel.check()
    assert health.ok
    assert health.detail == f"127.0.0.1:{office.port} answers, not encrypted, without a sign-in"
    assert await channel.send(letter()) == Sent("Q1")


def test_a_check_says_what_is_wrong(build: Building, opened: Opening, trust: ssl.SSLContext, tmp_path: Path) -> None:
    office = build(trust=trust, users=USERS)
    wrong = opened(office, username=USER, password="wrong").check()
    assert not wrong.ok and "correct USERNAME and PASSWORD" in wrong.detail
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    untrusted = opened(office, ca_file=str(other)).check()
    assert not untrusted.ok and "CA_FILE" in untrusted.detail
    nobody = opened(PostOffice(port=1)).check()
    assert not nobody.ok and "127.0.0.1:1" in nobody.detail
