"""The API's own address, asked in process, with the callers that its tests need."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from capcom_gql.access.sessions import open_session
from capcom_gql.domain.letters import AddressKind, Channel
from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.graphql.http import graphql_app
from capcom_gql.runtime import Runtime, runtime_from
from capcom_gql.services.create_api_key import CreateApiKeyForm, create_api_key
from capcom_gql.settings import Settings
from capcom_gql.storage.tables import Person
from tests.staff_member import staff_member

SUBSCRIBE = """
    mutation ($input: SubscribeInput!) {
      subscribe(input: $input) {
        subscription { id organisation { id } seats { id isManager person { id email } } }
        errors { __typename code message path }
      }
    }
"""


@dataclass
class Api:
    """The API. `ask` gives the whole answer, `data` its data where there is no error."""

    client: httpx2.AsyncClient
    runtime: Runtime
    woken: asyncio.Event
    keys: "itertools.count[int]" = field(default_factory=itertools.count)

    async def post(self, body: object, *, token: str | None = None, **headers: str) -> httpx2.Response:
        """Send a body as it is (bytes), or as JSON; header names with underscores for hyphens."""
        sent = {"content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post("/graphql", content=content, headers=sent)

    async def ask(self, query: str, token: str | None = None, /, **variables: object) -> dict[str, Any]:
        """The answer to an operation, in English, whatever it is."""
        body = {"query": query, "variables": variables}
        response = await self.post(body, token=token, accept_language="en")
        answer: dict[str, Any] = response.json()
        return answer

    async def data(self, query: str, token: str | None = None, /, **variables: object) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self.ask(query, token, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def staff(self) -> str:
        """A member of the staff, signed in."""
        person = await staff_member(f"staff{next(self.keys)}", "en")
        return (await open_session(person)).access_token

    async def sign_in(self, email: str) -> str:
        """A person who has an account, signed in."""
        return (await open_session(await Person.get(email_key=email))).access_token

    async def key(self, *scopes: Scope) -> str:
        """A machine with these scopes."""
        form = CreateApiKeyForm(f"key {next(self.keys)}", scopes)
        return (await create_api_key(self.runtime, Actor(person_id="staff", is_staff=True), form)).secret

    def form(self, *names: str, **more: object) -> dict[str, Any]:
        """A sign-up; the first name is the manager's, and the signer is not among the users."""
        return {
            "organisation": {
                "name": f"Ville de {names[0]}",
                "addressLines": ["1 place de la Mairie"],
                "city": "Évreux",
            },
            "planCode": "EQUIPE",
            "users": [person(name) for name in names],
            "managerEmail": f"{names[0]}@ville.example",
            "signer": person("signer"),
            "acceptedTermsVersion": "1",
            "idempotencyKey": f"key-{next(self.keys)}",
            **more,
        }

    async def subscribe(self, *names: str, **more: object) -> dict[str, Any]:
        """A subscription opened by staff."""
        payload = (await self.data(SUBSCRIBE, await self.staff(), input=self.form(*names, **more)))["subscribe"]
        assert payload["errors"] == []
        subscription: dict[str, Any] = payload["subscription"]
        return subscription


@asynccontextmanager
async def api_with(settings: Settings) -> AsyncIterator[Api]:
    """The API on the open database, with these settings."""
    runtime = runtime_from(settings, (Channel("mailbox", AddressKind.EMAIL),))
    woken = asyncio.Event()
    transport = httpx2.ASGITransport(graphql_app(runtime, settings, woken), raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://api.example") as client:
        yield Api(client, runtime, woken)


def person(name: str, **more: object) -> dict[str, Any]:
    """A person as a form gives them: "ana" is ana@ville.example."""
    return {"email": f"{name}@ville.example", "givenName": name.capitalize(), "familyName": "Silva", **more}


def codes(answer: dict[str, Any]) -> list[tuple[str, list[object] | None]]:
    """The code of each error of an answer, with its path."""
    return [(error["extensions"]["code"], error.get("path")) for error in answer.get("errors", [])]
