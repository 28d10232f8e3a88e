"""What the application answers before any operation: the Host check, GET on the API's address, its health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from capcom_gql.app.composition import create_app
from capcom_gql.settings import load
from capcom_gql.storage.engine.database import rows
from tests.databases import ONLY_POSTGRES
from tests.servers import Server

HTML = {"Accept": "text/html,*/*"}
PUBLIC = {"CAPCOM_PUBLIC_URL": "https://api.network.example"}


@asynccontextmanager
async def client(folder: Path, **settings: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application in this process; nothing is open, as between start and readiness."""
    given = {f"CAPCOM_{name}": value for name, value in settings.items()}
    transport = httpx2.ASGITransport(create_app(load({"CAPCOM_DATA_DIR": str(folder)} | given)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as made:
        yield made


@asynccontextmanager
async def running(database_url: str, folder: Path, **settings: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application on a database, started, without its worker."""
    given = {"DATABASE_URL": database_url, "DATA_DIR": str(folder), **settings}
    app = create_app(load({f"CAPCOM_{name}": value for name, value in given.items()}), ticking=False)
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as made,
    ):
        yield made


@pytest.mark.parametrize(
    "host",
    ["api.network.example", "API.network.example:443", "other.example", "a.in.example", "localhost:9", "[::1]:80"],
)
async def test_hosts_that_are_ours(tmp_path: Path, host: str) -> None:
    names = "other.example,*.in.example"
    async with client(tmp_path, PUBLIC_URL=PUBLIC["CAPCOM_PUBLIC_URL"], ALLOWED_HOSTS=names) as ask:
        assert (await ask.get("/healthz", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "in.example", "api.network.example.evil.example", "10.0.0.1", "", "[::1", "127.0.0.1.evil"]
)
async def test_hosts_that_are_not(tmp_path: Path, host: str) -> None:
    names = "other.example,*.in.example"
    async with client(tmp_path, PUBLIC_URL=PUBLIC["CAPCOM_PUBLIC_URL"], ALLOWED_HOSTS=names) as ask:
        for path in ("/healthz", "/graphql", "/mailbox"):
            reply = await ask.get(path, headers={"Host": host})
            assert reply.status_code == 400
            assert "CAPCOM_ALLOWED_HOSTS" in reply.text


async def test_production_has_no_loopback_of_its_own(tmp_path: Path) -> None:
    async with client(tmp_path, ENV="production", PUBLIC_URL=PUBLIC["CAPCOM_PUBLIC_URL"]) as ask:
        assert (await ask.get("/healthz")).status_code == 400
        assert (await ask.get("/healthz", headers={"Host": "api.network.example"})).status_code == 200


async def test_any_host_where_the_operator_says_so(tmp_path: Path) -> None:
    async with client(tmp_path, ENV="production", ALLOWED_HOSTS="*") as ask:
        assert (await ask.get("/healthz", headers={"Host": "10.1.2.3:8000"})).status_code == 200


async def test_browsers_get_the_explorer_and_others_are_told_to_post(tmp_path: Path) -> None:
    async with client(tmp_path) as ask:
        page = await ask.get("/graphql", headers=HTML)
        assert page.status_code == 200 and "API explorer" in page.text
        assert "/mailbox" in page.text
        told = await ask.get("/graphql?query={__typename}", headers={"Accept": "application/json"})
        assert (told.status_code, told.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("env", "explorer", "words"),
    [
        ("development", "off", None),
        ("production", "", None),
        ("production", "on", "API explorer"),
        ("production", "graphiql", "GraphiQL"),
    ],
)
async def test_where_the_explorer_is(tmp_path: Path, env: str, explorer: str, words: str | None) -> None:
    async with client(tmp_path, ENV=env, EXPLORER=explorer) as ask:
        page = await ask.get("/graphql", headers=HTML)
        assert page.status_code == (405 if words is None else 200)
        assert words is None or words in page.text
        assert env == "development" or "/mailbox" not in page.text


async def test_the_mailbox_is_for_development(tmp_path: Path) -> None:
    for env, status in (("development", 200), ("production", 404)):
        async with client(tmp_path, ENV=env) as ask:
            assert (await ask.get("/mailbox")).status_code == status


async def test_not_ready_names_the_part_that_fails(database_url: str, tmp_path: Path) -> None:
    """A migration of this version that the database has not had: an older server's database, on either engine."""
    async with running(database_url, tmp_path) as ask:
        ready = await ask.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        await rows("DELETE FROM tortoise_migrations WHERE name LIKE $1", ["0003%"])
        ready = await ask.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "failing")
        assert ready.json()["migrations"] == {"ok": False, "missing": ["0003_first_data"]}
        assert ready.json()["database"]["ok"] is True


@ONLY_POSTGRES
async def test_a_database_that_is_gone_is_named_and_the_process_lives(
    database_url: str, postgres_server: Server, tmp_path: Path
) -> None:
    async with running(database_url, tmp_path) as ask:
        await postgres_server.drop_database(database_url.rpartition("/")[2])
        ready = await ask.get("/readyz")
        assert ready.status_code == 503
        parts = {name: part["ok"] for name, part in ready.json().items() if name != "status"}
        assert parts == {"database": False, "broker": True, "migrations": False, "notifiers": True, "steps": True}
        assert (await ask.get("/healthz")).json() == {"status": "alive"}
