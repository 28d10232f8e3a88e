"""Development shows to its own machine what it shows to nobody else; the metrics have a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from capcom_gql.access.nearby import is_nearby
from capcom_gql.app.composition import create_app
from capcom_gql.cli.screen import printable
from capcom_gql.pages import Caller
from capcom_gql.settings import load
from tests.cli.installations import Installation
from tests.databases import ONLY_SQLITE

HTML = {"Accept": "text/html"}
INTROSPECTION = {"query": "{ __schema { queryType { name } } }"}
FORWARDED = {"X-Forwarded-For": "127.0.0.1"}


@asynccontextmanager
async def asking(database_url: str, folder: Path, peer: str, **settings: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with this address, of the running application."""
    given = {"CAPCOM_DATABASE_URL": database_url, "CAPCOM_DATA_DIR": str(folder)} | settings
    app = create_app(load(given), ticking=False, callers=[Caller("staff", "Staff", "a-token-in-clear")])
    transport = httpx2.ASGITransport(app, client=(peer, 1))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as made,
    ):
        yield made


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("peer", "headers", "shown"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("192.0.2.1", {}, False),
        ("127.0.0.1", FORWARDED, False),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, False),
        ("127.0.0.1", {"Via": "1.1 proxy"}, False),
    ],
)
async def test_what_development_shows(
    database_url: str, tmp_path: Path, peer: str, headers: dict[str, str], shown: bool
) -> None:
    async with asking(database_url, tmp_path, peer) as client:
        for path in ("/mailbox", "/mailbox/letters"):
            assert (await client.get(path, headers=headers)).status_code == (200 if shown else 404)
        page = (await client.get("/graphql", headers=headers | HTML)).text
        assert "API explorer" in page
        assert ("a-token-in-clear" in page, 'href="/mailbox' in page) == (shown, shown)
        answer = (await client.post("/graphql", json=INTROSPECTION, headers=headers)).json()
        assert ("data" in answer) == shown


@pytest.mark.parametrize("peer", ["", "unix:", "127.0.0.1.evil.example", "10.0.0.1", "::ffff:10.0.0.1"])
def test_peers_that_are_not_near(peer: str) -> None:
    assert not is_nearby(peer, [])
    assert is_nearby("::ffff:127.0.0.1", [b"host"])


@ONLY_SQLITE
async def test_the_metrics_ask_for_their_token(database_url: str, tmp_path: Path) -> None:
    token = "only-for-prometheus"
    async with asking(database_url, tmp_path, "192.0.2.1", CAPCOM_METRICS_TOKEN=token) as client:
        for wrong in ({}, {"Authorization": f"Bearer {token}x"}, {"Authorization": token}):
            refused = await client.get("/metrics", headers=wrong)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert (await client.get("/metrics", headers={"Authorization": f"Bearer {token}"})).status_code == 200
        assert (await client.get("/healthz")).headers["x-content-type-options"] == "nosniff"


@ONLY_SQLITE
async def test_graphiql_has_a_policy(database_url: str, tmp_path: Path) -> None:
    async with asking(database_url, tmp_path, "127.0.0.1", CAPCOM_EXPLORER="graphiql") as client:
        page = await client.get("/graphql", headers=HTML)
        assert "connect-src 'self'" in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"


@ONLY_SQLITE
async def test_bodies_that_are_no_operation(database_url: str, tmp_path: Path) -> None:
    def nested(levels: int) -> bytes:
        return b'{"query": "{ __typename }", "variables": ' + b'{"a":' * levels + b"1" + b"}" * (levels + 1)

    bad = [b"null", b'"x"', b"5", b"[]", b"\xff", b"[" * 100_000, b"9" * 5_000, nested(65), nested(20_000)]
    async with asking(database_url, tmp_path, "127.0.0.1") as client:
        for body, status in [(each, 400) for each in bad] + [(nested(64), 200)]:
            answer = await client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == status, body[:60]


def test_development_listens_on_this_machine_only(installation: Installation) -> None:
    refused = installation.run("serve", "--host", "0.0.0.0", "--port", "0", status=1)
    assert "--insecure" in refused.err and "CAPCOM_ENV=production" in refused.err
    with installation.server("--host", "0.0.0.0", "--insecure") as serving:
        assert serving.get("/healthz").status == 200


def test_a_terminal_gets_no_control_characters() -> None:
    assert printable("a\x1b[31m\x9b\u202e\x7f\r\tb\né") == "a\\u001b[31m\\u009b\\u202e\\u007f\\r\tb\né"
