"""A stranger cannot choose their source: X-Forwarded-For is believed from trusted proxies only (R5)."""

import logging

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from capcom_gql.app.proxies import TrustedProxies

STRANGER, PROXY = "203.0.113.7", "10.0.0.9"


async def _source(scope: Scope, receive: Receive, send: Send) -> None:
    client = Request(scope).client
    await PlainTextResponse(client.host if client else "")(scope, receive, send)


async def source_of(app: TrustedProxies, peer: str, *forwarded: str) -> str:
    """The source of a request from a peer, with these header fields."""
    transport = httpx2.ASGITransport(app, client=(peer, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://api.example") as client:
        return (await client.get("/", headers=[("X-Forwarded-For", each) for each in forwarded])).text


@pytest.mark.parametrize(
    ("peer", "forwarded", "source"),
    [
        (STRANGER, (), STRANGER),
        (STRANGER, ("192.0.2.1",), STRANGER),
        (PROXY, (), PROXY),
        (PROXY, (STRANGER,), STRANGER),
        (PROXY, (f"192.0.2.1, {STRANGER}",), STRANGER),
        (PROXY, ("192.0.2.1", STRANGER), STRANGER),
        (PROXY, (f"192.0.2.1, {STRANGER}, 10.1.2.3",), STRANGER),
        (PROXY, ("2001:db8::1",), "2001:db8::1"),
    ],
)
async def test_the_source(peer: str, forwarded: tuple[str, ...], source: str) -> None:
    assert await source_of(TrustedProxies(_source, ("10.0.0.0/8",)), peer, *forwarded) == source


async def test_nobody_is_believed_by_default(caplog: pytest.LogCaptureFixture) -> None:
    app = TrustedProxies(_source, ())
    with caplog.at_level(logging.WARNING):
        for peer in ("127.0.0.1", PROXY, STRANGER):
            assert await source_of(app, peer, "192.0.2.1") == peer
    assert [record.getMessage() for record in caplog.records if "X-Forwarded-For" in record.getMessage()] == [
        "X-Forwarded-For from 127.0.0.1 is ignored: CAPCOM_TRUSTED_PROXIES does not name it"
    ], "the log says so once"
