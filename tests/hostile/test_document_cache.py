"""The cache of documents holds what was executed, within its memory; a stranger cannot fill it with what is invalid."""

import asyncio
import tracemalloc
from typing import Any

import httpx2
from graphql import get_introspection_query

from capcom_gql.domain.letters import AddressKind, Channel
from capcom_gql.graphql.document_cache import CACHE_BYTES, DocumentCache
from capcom_gql.graphql.http import GraphqlApp, graphql_app
from capcom_gql.graphql.schema import served_schema
from capcom_gql.runtime import runtime_from
from capcom_gql.settings import Settings
from tests.databases import ONLY_SQLITE
from tests.hostile.documents import SEATS

VALID = "{ plans { code } }"
A_MIB = 1024 * 1024


def wide(place: int) -> str:
    """A valid document with 2,000 nodes, another for each place."""
    return f"query Q{place} {{ plans {{ {'code ' * 998} }} }}"


def cache(most_bytes: int = CACHE_BYTES) -> DocumentCache:
    return DocumentCache(served_schema(), Settings(), introspection=True, most_bytes=most_bytes)


def test_its_estimate_is_not_below_what_documents_take() -> None:
    """Over documents of every kind; and not above twice that."""
    documents = [get_introspection_query(), *(wide(place) for place in range(3))]
    documents.append("{ " + " ".join(f'a{each}: node(id: "x{each}") {{ id __typename }}' for each in range(20)) + " }")
    kept = cache()
    kept.read(VALID)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for text in documents:
            kept.keep(text, kept.read(text))
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= kept.bytes <= 2 * taken


def test_the_least_recently_used_are_dropped() -> None:
    kept = cache(3 * A_MIB)
    first = kept.read(VALID)
    kept.keep(VALID, first)
    for place in range(10):
        assert kept.read(VALID) is first
        kept.keep(wide(place), kept.read(wide(place)))
        assert kept.bytes <= 3 * A_MIB
    last = kept.read(wide(9))
    assert kept.read(wide(9)) is last and kept.read(wide(0)) is not kept.read(wide(0))


def test_a_document_larger_than_the_cache_is_not_kept() -> None:
    kept = cache(10)
    kept.keep(VALID, kept.read(VALID))
    assert kept.bytes == 0


@ONLY_SQLITE
async def test_a_thousand_invalid_documents_leave_nothing(database: str) -> None:
    """Malformed, invalid, too costly, refused to the caller, or with variables that are refused."""
    limits = Settings(points_anonymous=10_000)
    app = graphql_app(runtime_from(limits, (Channel("mailbox", AddressKind.EMAIL),)), limits, asyncio.Event())
    assert isinstance(app, GraphqlApp)
    # that of callers on the machine itself
    kept = app._document_cache_here
    bodies: list[dict[str, Any]] = [
        *({"query": f"query Q{each} {{ plans {{ {'cxde ' * 10} }} }}"} for each in range(1_000)),
        {"query": "{ plans {"},
        {"query": "{ plans { " + "code " * 1_001 + "} }"},
        {"query": SEATS},
        {"query": "{ apiKeys { id } }"},
        {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {}},
    ]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://api.example") as client:
        for body in bodies:
            answer = (await client.post("/graphql", json=body)).json()
            assert "data" not in answer, body
        assert kept.bytes == 0
        assert "errors" not in (await client.post("/graphql", json={"query": VALID})).json()
    assert 0 < kept.bytes < 10_000
