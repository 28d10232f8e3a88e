"""Forms that name the same new persons, in whatever order and however many at once: all are carried out."""

import asyncio
import random
from collections.abc import Awaitable

import pytest
from tortoise import connections

from capcom_gql.forms import OrganisationForm
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.subscribe import Subscribed, subscribe
from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.tables import Person, Seat, Subscription
from tests.patience import LONG
from tests.services.house import House, Service, form, fresh_key, person

NAMES = [f"u{number}" for number in range(8)]


@pytest.fixture(autouse=True)
async def no_way_out(house: House) -> None:
    """PostgreSQL would break a deadlock after a second, and the deed be tried again; here it lasts."""
    if is_postgres():
        name = house.database_url.rpartition("/")[2]
        await rows(f"ALTER DATABASE \"{name}\" SET deadlock_timeout = '10min'")
        await connections.get("default")._pool.expire_connections()
        assert await rows("SHOW deadlock_timeout") == [{"deadlock_timeout": "10min"}]


async def together(*deeds: Awaitable[Subscribed | None]) -> list[Subscribed | None]:
    """All at once; fails where they keep each other from ending."""
    async with asyncio.timeout(LONG):
        return await asyncio.gather(*deeds)


async def sign_up(service: Service, *names: str) -> Subscribed:
    """A new organisation, whose form names these."""
    organisation = OrganisationForm(f"Ville {fresh_key()}")
    asked = form(*names, plan="COLLECTIF", organisation=organisation)
    return await subscribe(service.runtime, service.staff, asked, FRENCH)


@pytest.mark.rule("R6")
async def test_crossed_lists(service: Service) -> None:
    """Each order and its reverse: without one order for all, each would wait for what the other has."""
    chance = random.Random(20270301)
    orders = []
    for _ in range(8):
        order = chance.sample(NAMES, len(NAMES))
        orders += [order, order[::-1]]
    made = [each for each in await together(*(sign_up(service, *order) for order in orders)) if each is not None]
    assert await Person.filter(email_key__endswith="@ville.example").count() == len(NAMES)
    assert await Subscription.all().count() == len({each.subscription_id for each in made}) == len(orders)
    assert await Seat.all().count() == len(orders) * len(NAMES)
    # in the order of each form, whatever the order in which they were made
    emails = {seat.id: seat.person.email for seat in await Seat.all().prefetch_related("person")}
    for order, each in zip(orders, made, strict=True):
        assert [emails[seat_id] for seat_id in each.seat_ids] == [f"{name}@ville.example" for name in order]


@pytest.mark.rule("R6")
async def test_lists_that_overlap_in_part(service: Service) -> None:
    """Every pair of neighbours is in two forms, so that many wait for several others, one after the other."""
    chance = random.Random(7)
    orders = [chance.sample(NAMES, 5) for _ in range(16)]
    await together(*(sign_up(service, *order) for order in orders))
    assert await Subscription.all().count() == len(orders)
    assert await Seat.all().count() == 5 * len(orders)


@pytest.mark.rule("R12")
async def test_crossed_additions(service: Service) -> None:
    """Additions to several lists, with sign-ups between, all of the same new persons."""
    subscriptions = [(await sign_up(service, f"m{number}")).subscription_id for number in range(4)]

    async def add(subscription_id: str, names: list[str]) -> None:
        asked = AddSeatsForm(subscription_id, tuple(person(name) for name in names), fresh_key())
        await add_seats(service.runtime, service.staff, asked, FRENCH)

    additions = [add(each, NAMES[:: 1 if turn % 2 else -1]) for turn, each in enumerate(subscriptions)]
    sign_ups = [sign_up(service, *NAMES[:: 1 if turn % 2 else -1]) for turn in range(4)]
    await together(*additions, *sign_ups)
    assert await Person.filter(email_key__startswith="u").count() == len(NAMES)
    assert await Seat.all().count() == 4 + 8 * len(NAMES)
