"""The tests' own words: a world with an organisation's people, an event system, staff, and a clock that can be moved.

Everything goes through the GraphQL door of the real application, on a real database; letters are read from the
mailbox folder, as a person would find them. Only the staff's first session is made from inside, as `capcom staff add`
does.
"""

import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from starlette.applications import Starlette

from capcom_gql.access.sessions import open_session
from capcom_gql.app.composition import create_app
from capcom_gql.settings import load
from capcom_gql.storage.product_clock import product_now, set_product_clock
from tests.mail import Letter, letters_in
from tests.staff_member import staff_member

PARIS = ZoneInfo("Europe/Paris")
FIRST_DAY = date(2027, 3, 1)
SIRETS = ("73282932000074", "35600000000048", "55208131766522")

SUBSCRIBE = """
mutation Subscribe($input: SubscribeInput!) {
  subscribe(input: $input) {
    subscription {
      id state isLive startsOn endsOn proofDueOn seatLimit seatsUsed plan { code }
      organisation { id name }
      currentTerm { id }
      seats { id isManager subscriberNumber person { id email givenName familyName } }
    }
    errors { code message path ... on SeatLimitError { limit used } ... on TermsError { current { version } } }
  }
}
"""
CHECK = """
query Check($input: DiscountCheckInput!) {
  discountCheck(input: $input) {
    eligible reason message nextStep percent provisional validUntil checkedAt
    reduction { amountMinor currency } finalPrice { amountMinor currency }
  }
}
"""
REDEEM = """
mutation Redeem($input: RedeemDiscountInput!) {
  redeemDiscount(input: $input) {
    redemption { id state reduction { amountMinor } finalPrice { amountMinor } }
    check { eligible reason }
    errors { code message path }
  }
}
"""
PROOF = """
mutation Proof($input: RecordPaymentProofInput!) {
  recordPaymentProof(input: $input) {
    subscription { state proofDueOn }
    term { id state isConfirmed proof { kind reference receivedOn } }
    errors { code message path ... on ProofTooLateError { dueOn } }
  }
}
"""
STATE = """
query State($id: ID!) {
  organisation(id: $id) {
    name
    subscription {
      id state isLive startsOn endsOn proofDueOn seatsUsed
      terms { id state cancelledAt cancellationReason }
      seats(includeRemoved: true) { id isActive subscriberNumber person { email } }
    }
  }
}
"""


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status: int
    data: dict[str, Any] | None
    errors: list[dict[str, Any]]

    def ok(self) -> dict[str, Any]:
        """The data of an answer without errors."""
        assert not self.errors and self.data is not None, (self.status, self.errors)
        return self.data

    def payload(self, name: str) -> dict[str, Any]:
        """A mutation's payload, with whatever errors it holds."""
        found = self.ok()[name]
        assert isinstance(found, dict)
        return found

    def done(self, name: str) -> dict[str, Any]:
        """A mutation's payload, without errors."""
        payload = self.payload(name)
        assert payload["errors"] == [], payload["errors"]
        return payload


def user(name: str, **more: Any) -> dict[str, Any]:
    """A user as a form gives them: "ana" is Ana Silva at ana@ville.example."""
    return {"email": f"{name}@ville.example", "givenName": name.capitalize(), "familyName": "Silva"} | more


@dataclass
class World:
    """The application with its database and mailbox."""

    app: Starlette
    client: httpx2.AsyncClient
    data_dir: Path
    tokens: dict[str, str] = field(default_factory=dict)
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    terms_version: str = "1"
    """of the terms of use that forms accept"""

    def fresh_key(self) -> str:
        """An idempotency key that nobody used."""
        return f"key-{next(self.keys)}"

    async def ask(
        self, document: str, variables: dict[str, Any] | None = None, *, token: str | None = None, language: str = "en"
    ) -> Answer:
        """Send one operation through the door."""
        headers = {"Accept-Language": language}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        response = await self.client.post(
            "/graphql", json={"query": document, "variables": variables or {}}, headers=headers
        )
        body = json.loads(response.content)
        return Answer(response.status_code, body.get("data"), body.get("errors") or [])

    # ---- the clock -------------------------------------------------------------------------------------------

    async def on(self, day: date, at: time = time(12)) -> None:
        """Move the product's clock to a civil time of a day in Paris."""
        await set_product_clock(datetime.combine(day, at, PARIS).astimezone(UTC), force=True)

    async def advance(self, **span: float) -> None:
        """Move the product's clock on."""
        await set_product_clock(await product_now() + timedelta(**span))

    async def today(self) -> date:
        """The product's day."""
        return (await product_now()).astimezone(PARIS).date()

    async def tick(self) -> None:
        """Carry out whatever is due."""
        await self.app.state.tick()

    # ---- people ----------------------------------------------------------------------------------------------

    async def staff(self) -> str:
        """The staff's token."""
        if "staff" not in self.tokens:
            person = await staff_member()
            self.tokens["staff"] = (await open_session(person)).access_token
        return self.tokens["staff"]

    async def key(self, *scopes: str, name: str = "Event system") -> str:
        """The secret of an API key with these scopes; the same name and scopes give the same key."""
        slot = f"{name}:{','.join(sorted(scopes))}"
        if slot not in self.tokens:
            document = (
                "mutation K($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret errors { code } } }"
            )
            form = {"name": name, "scopes": list(scopes)}
            answer = await self.ask(document, {"input": form}, token=await self.staff())
            self.tokens[slot] = answer.done("createApiKey")["secret"]
        return self.tokens[slot]

    async def sign_in_by_letter(self, name: str, password: str = "quatre petits chevaux gris") -> str:
        """Choose a password by the link of the last letter that has one, and give the session's token."""
        link = [letter for letter in self.letters_to(name) if "/choose-password?" in letter.text][-1]
        document = """
            mutation C($input: ChoosePasswordInput!) {
              choosePassword(input: $input) { accessToken errors { code message } }
            }"""
        answer = await self.ask(document, {"input": {"token": link.token, "password": password}})
        token = answer.done("choosePassword")["accessToken"]
        assert isinstance(token, str)
        return token

    # ---- deeds -----------------------------------------------------------------------------------------------

    def form(self, *names: str, plan: str = "EQUIPE", name: str = "Ville de Rochebrune", **more: Any) -> dict[str, Any]:
        """The form of a sign-up; the first name is the manager's."""
        organisation = {"name": name, "addressLines": ["1 place de la Mairie"], "postalCode": "01000", "city": "Bourg"}
        organisation |= more.pop("organisation", {})
        return {
            "organisation": organisation,
            "planCode": plan,
            "users": [user(each) for each in names],
            "managerEmail": f"{names[0]}@ville.example",
            "signer": user("sig"),
            "acceptedTermsVersion": self.terms_version,
            "idempotencyKey": self.fresh_key(),
            **more,
        }

    async def subscribe(self, *names: str, token: str | None = None, **more: Any) -> dict[str, Any]:
        """Sign an organisation up by its form, as staff, and give the subscription."""
        answer = await self.ask(SUBSCRIBE, {"input": self.form(*names, **more)}, token=token or await self.staff())
        subscription = answer.done("subscribe")["subscription"]
        assert isinstance(subscription, dict)
        return subscription

    async def state(self, organisation_id: str) -> dict[str, Any]:
        """The subscription of an organisation, as staff see it."""
        answer = await self.ask(STATE, {"id": organisation_id}, token=await self.staff())
        subscription = answer.ok()["organisation"]["subscription"]
        assert isinstance(subscription, dict)
        return subscription

    async def check(
        self, number: str, kind: str = "TRAINING", *, token: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Ask whether a number is entitled, as an event system does."""
        token = token or await self.key("DISCOUNTS_CHECK", "DISCOUNTS_REDEEM")
        form = {"subscriberNumber": number, "eventKind": kind, **more}
        answer = (await self.ask(CHECK, {"input": form}, token=token)).ok()["discountCheck"]
        assert isinstance(answer, dict)
        return answer

    async def redeem(
        self, number: str, event: str = "forum-2027", *, token: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """Redeem a discount, as an event system does; the payload may hold errors."""
        token = token or await self.key("DISCOUNTS_CHECK", "DISCOUNTS_REDEEM")
        form = {
            "subscriberNumber": number,
            "eventKind": "FORUM",
            "eventReference": event,
            "registrationReference": "R-1",
            "priceMinor": 10_000,
            "idempotencyKey": self.fresh_key(),
            **more,
        }
        return (await self.ask(REDEEM, {"input": form}, token=token)).payload("redeemDiscount")

    async def record_proof(self, subscription_id: str, *, token: str | None = None, **more: Any) -> dict[str, Any]:
        """Record a purchase order received today, as staff; the payload may hold errors."""
        form = {
            "subscriptionId": subscription_id,
            "kind": "PURCHASE_ORDER",
            "reference": "BC-2027-001",
            "receivedOn": (await self.today()).isoformat(),
            "idempotencyKey": self.fresh_key(),
            **more,
        }
        answer = await self.ask(PROOF, {"input": form}, token=token or await self.staff())
        return answer.payload("recordPaymentProof")

    # ---- letters ---------------------------------------------------------------------------------------------

    def letters(self) -> list[Letter]:
        """Every mail sent so far, in the order of sending."""
        return letters_in(self.data_dir / "mailbox")

    def letters_to(self, name: str, topic: str | None = None) -> list[Letter]:
        """The mails that a person got; "ana" is ana@ville.example."""
        address = name if "@" in name else f"{name}@ville.example"
        return [letter for letter in self.letters() if letter.to == address and topic in (None, letter.topic)]


@asynccontextmanager
async def world_on(database_url: str, data_dir: Path, **more: str) -> AsyncIterator[World]:
    """A world on a migrated database, at noon of 1 March 2027 in Paris; `more` are settings: `PLUGINS_DIR="x"`."""
    chosen = {"DATABASE_URL": database_url, "DATA_DIR": str(data_dir), "SIGN_UPS_PER_HOUR": "1000000", **more}
    settings = load({f"CAPCOM_{name}": value for name, value in chosen.items()})
    app = create_app(settings, ticking=False)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        world = World(app, client, data_dir)
        await world.on(FIRST_DAY)
        yield world
