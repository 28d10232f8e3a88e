"""The house these tests work in: deeds on a real database, and channels written to files, loaded as an operator would.

A channel here is a plugin of `CAPCOM_PLUGINS_DIR`. Each notes its calls in a file before it does what the test
wants of it, so that what was sent can be counted whatever process sent it.
"""

import itertools
import textwrap
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from capcom_gql.delivery.leases import release_held
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import Actor
from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.languages.locales import ENGLISH, FRENCH
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.notifiers.circuit_breaker import HostTimeouts
from capcom_gql.notifiers.loader import load as load_channels
from capcom_gql.notifiers.registry import Registry
from capcom_gql.runtime import Runtime, runtime_of
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.record_payment_proof import RecordPaymentProofForm, record_payment_proof
from capcom_gql.services.redeem_discount import RedeemDiscountForm
from capcom_gql.services.subscribe import Subscribed, SubscribeForm, subscribe
from capcom_gql.services.tick import tick
from capcom_gql.settings import load
from capcom_gql.storage.product_clock import product_now, set_product_clock
from capcom_gql.storage.tables import Delivery
from tests.domain.words import PARIS
from tests.patience import LONG
from tests.staff_member import staff_member

FIRST_DAY = date(2027, 3, 1)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
_fresh = itertools.count(1)

_CHANNEL = """
import asyncio, time
from pathlib import Path
from capcom_gql.plugin import *
from capcom_gql.plugin import hookimpl

CALLS = Path({calls!r})
MOOD = Path({mood!r})

class Channel(Notifier):
    name = "{name}"
    address_kind = "{kind}"

    async def send(self, message):
        with CALLS.open("a", encoding="utf-8") as calls:
            calls.write(f"{{message.id}}|{{message.attempt}}|{{message.topic}}|{{message.address}}\\n")
        mood = MOOD.read_text(encoding="utf-8") if MOOD.exists() else ""
{body}

@hookimpl
def capcom_notifiers():
    return [Channel]
"""
_TEMPLATES = """
from pathlib import Path
from capcom_gql.plugin import hookimpl

@hookimpl
def capcom_template_dirs():
    return [Path(__file__).parent]
"""
SENT = "return Sent('p-1')"


def fresh_key() -> str:
    """An idempotency key that nobody used."""
    return f"key-{next(_fresh)}"


def person(name: str, **more: Any) -> PersonForm:
    """A user as a form gives them: "ana" is Ana Silva at ana@ville.example."""
    return PersonForm(f"{name}@ville.example", name.capitalize(), "Silva", **more)


def form(*names: str, plan: str = "EQUIPE", **more: Any) -> SubscribeForm:
    """The form of a sign-up; the first name is the manager's."""
    given: dict[str, Any] = {
        "organisation": OrganisationForm("Ville de Rochebrune"),
        "signer": person("sig"),
        "idempotency_key": fresh_key(),
    }
    return SubscribeForm(plan, tuple(person(name) for name in names), f"{names[0]}@ville.example", "1", **given | more)


def redemption(number: str, event: str = "forum-2027", **more: Any) -> RedeemDiscountForm:
    """A registration to the Forum at 100 euros."""
    given: dict[str, Any] = {"idempotency_key": fresh_key(), "price_minor": 10_000} | more
    return RedeemDiscountForm(number, EventKind.FORUM, event, "R-1", **given)


@dataclass(frozen=True)
class Call:
    """One call of a channel."""

    delivery_id: str
    attempt: int
    topic: str
    address: str


@dataclass
class Service:
    """What one process is made of once it has started."""

    runtime: Runtime
    registry: Registry
    staff: Actor

    async def tick(self) -> tuple[int, int]:
        """Whatever is due, until nothing is."""
        return await tick(self.runtime, self.registry, until_idle=True)

    async def subscribe(self, *names: str, **more: Any) -> Subscribed:
        """Sign an organisation up by its form, as staff."""
        return await subscribe(self.runtime, self.staff, form(*names, **more), FRENCH)

    async def add(self, subscription_id: str, *names: str) -> tuple[str, ...]:
        """Add users to a list, as staff; their seats' ids."""
        asked = AddSeatsForm(subscription_id, tuple(person(name) for name in names), fresh_key())
        return (await add_seats(self.runtime, self.staff, asked, FRENCH)).seat_ids

    async def record_proof(self, subscription_id: str) -> None:
        """Record a purchase order received today, as staff."""
        asked = RecordPaymentProofForm(subscription_id, "PURCHASE_ORDER", "BC-1", await self.today(), fresh_key())
        await record_payment_proof(self.runtime, self.staff, asked)

    async def today(self) -> date:
        """The product's day."""
        return self.runtime.policy.day_of(await product_now())


@dataclass
class House:
    """A database of this test, with a folder for plugins and one for what they note."""

    database_url: str
    folder: Path
    _opened: list[Registry] = field(default_factory=list)
    _staff: Actor | None = None

    def __post_init__(self) -> None:
        self.plugins.mkdir()

    @property
    def plugins(self) -> Path:
        """What CAPCOM_PLUGINS_DIR names."""
        return self.folder / "plugins"

    def channel(self, name: str, body: str = SENT, *, kind: str = "email") -> None:
        """Write a channel's plugin; `body` is the rest of its async `send`, and sees `mood`."""
        indented = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8)
        paths = {"calls": str(self._calls(name)), "mood": str(self.folder / "mood")}
        source = _CHANNEL.format(name=name, kind=kind, body=indented, **paths)
        (self.plugins / f"{name}.py").write_text(source, encoding="utf-8")

    def letters(self, topic: str, template: str) -> None:
        """Write a plugin that lays a French template over the bundled one."""
        package = self.plugins / "letters"
        (package / "fr").mkdir(parents=True)
        (package / "fr" / f"{topic}.jinja").write_text(template, encoding="utf-8")
        (package / "__init__.py").write_text(_TEMPLATES, encoding="utf-8")

    def mood(self, text: str) -> None:
        """What the channels read at each send."""
        (self.folder / "mood").write_text(text, encoding="utf-8")

    def _calls(self, name: str) -> Path:
        return self.folder / f"{name}.calls"

    def calls(self, name: str) -> list[Call]:
        """Every call of a channel so far, in order, by whatever process."""
        path = self._calls(name)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        parts = [line.split("|") for line in lines]
        return [Call(delivery, int(attempt), topic, address) for delivery, attempt, topic, address in parts]

    def environment(self, **settings: str) -> dict[str, str]:
        """The settings as an operator gives them; the bundled channels are off, so that only this house's channels are
        on."""
        return {
            "CAPCOM_DATABASE_URL": self.database_url,
            "CAPCOM_DATA_DIR": str(self.folder / "data"),
            "CAPCOM_PLUGINS_DIR": str(self.plugins),
            "CAPCOM_SIGN_UPS_PER_HOUR": "1000000",
            "CAPCOM_PLUGINS_DISABLED": "mailbox,webhook",
            # quicker; "" has them run in child processes
            "CAPCOM_PLUGINS_IN_PROCESS": ",".join(path.stem for path in self.plugins.glob("[a-z]*")),
            **{f"CAPCOM_{name}": value for name, value in settings.items()},
        }

    async def start(self, timeouts: HostTimeouts | None = None, **settings: str) -> Service:
        """What a process does when it starts, on the database that is open."""
        chosen = load(self.environment(**settings))
        registry = load_channels(chosen, timeouts or HostTimeouts(load_timeout=LONG))
        self._opened.append(registry)
        runtime = runtime_of(chosen, registry)
        await release_held(runtime)
        return Service(runtime, registry, await self.staff())

    async def staff(self) -> Actor:
        """Somebody of the staff."""
        if self._staff is None:
            row = await staff_member()
            self._staff = Actor(person_id=row.id, is_staff=True)
        return self._staff

    async def after_the_deadline(self) -> None:
        """The morning after the day by which the proofs of what was opened on the first day are due."""
        await on(FIRST_DAY + timedelta(days=16), time(9))

    def close(self) -> None:
        """Close the channels of every process that started."""
        for registry in self._opened:
            registry.close()


async def on(day: date, at: time = time(12)) -> None:
    """Move the product's clock to a civil time of a day in Paris."""
    await set_product_clock(datetime.combine(day, at, PARIS).astimezone(UTC), force=True)


async def advance(**span: float) -> None:
    """Move the product's clock on."""
    await set_product_clock(await product_now() + timedelta(**span))


async def due_now() -> None:
    """Let the waits between attempts, and the leases, be over."""
    await Delivery.filter(state__in=("PENDING", "RETRYING")).update(next_attempt_at=LONG_AGO, leased_until=None)


async def states(**where: Any) -> Mapping[str, int]:
    """How many deliveries are in which state."""
    found = await Delivery.filter(**where).values_list("state", flat=True)
    return {str(state): found.count(state) for state in found}


async def faults_of(deed: Awaitable[object]) -> list[tuple[str, str]]:
    """The codes and places of a refusal's faults, each of which has its sentence in both languages."""
    with pytest.raises(Refusal) as refused:
        await deed
    for fault in refused.value.faults:
        assert refusal_sentence(fault, FRENCH) and refusal_sentence(fault, ENGLISH)
    return [(fault.code.value, ".".join(fault.path)) for fault in refused.value.faults]


@pytest.fixture
async def house(database: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house on the open database of this test, its clock at noon of 1 March 2027 in Paris."""
    folder = tmp_path / "house"
    folder.mkdir()
    house = House(database, folder)
    await on(FIRST_DAY)
    yield house
    house.close()
