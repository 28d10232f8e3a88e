"""What the checks read: holders of numbers in one statement, and the discounts used already."""

from datetime import timedelta, timezone

import pytest
from tortoise import connections

from capcom_gql.domain.seats import Seat
from capcom_gql.storage.queries.number_holders import live_redemptions, number_holders
from capcom_gql.storage.tables import Term
from tests.domain.words import opened, renewed
from tests.storage.rows import (
    NOON,
    an_organisation,
    write_person,
    write_redemption,
    write_seat,
    write_subscribed,
    year_of,
)

A_SECOND = timedelta(seconds=1)
KNOWN, OTHER, UNKNOWN = "4071882390561227", "1234567890123456", "9999999999999999"


@pytest.fixture
def statements(database: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the database was asked, as it is asked."""
    asked: list[str] = []
    client = connections.get("default")
    ask = client.execute_query_dict

    async def noted(sql: str, values: list[object] | None = None) -> list[dict[str, object]]:
        asked.append(sql)
        found: list[dict[str, object]] = await ask(sql, values)
        return found

    monkeypatch.setattr(client, "execute_query_dict", noted)
    return asked


async def test_a_holder_and_the_whole_subscription(database: str) -> None:
    town = an_organisation()
    year = year_of("2026-12-09")
    subscription = await write_subscribed(town, [renewed(year, "2027-10-01"), year])
    ana = await write_person("ana@ville.example")
    seat = await write_seat(subscription, person=ana, number=KNOWN, manager=True, place=2)
    found = await number_holders([KNOWN])
    holder = found[KNOWN]
    assert (holder.seat_id, holder.person_id) == (seat.id, ana.id)
    assert (holder.organisation_id, holder.subscription_id) == (town.id, subscription.id)
    assert holder.facts.seat == Seat(seat.id, ana.id, 2, True, NOON)
    assert holder.facts.email_key == "ana@ville.example"
    assert [term.starts_on.isoformat() for term in holder.facts.terms] == ["2026-12-09", "2027-12-09"]


async def test_a_batch_in_one_statement(database: str, statements: list[str]) -> None:
    first = await write_subscribed(an_organisation(), [opened()])
    second = await write_subscribed(an_organisation(), [opened(), year_of("2027-12-09")])
    await write_seat(first, number=KNOWN)
    await write_seat(second, number=OTHER)
    found = await number_holders([OTHER, KNOWN, UNKNOWN, KNOWN])
    assert {number: len(holder.facts.terms) for number, holder in found.items()} == {KNOWN: 1, OTHER: 2}
    assert len(statements) == 1


async def test_nobody_is_asked_about_nothing(database: str, statements: list[str]) -> None:
    assert await number_holders([]) == {}
    assert await live_redemptions([]) == set()
    assert statements == []


async def test_a_removed_seat_is_still_known(database: str) -> None:
    subscription = await write_subscribed(an_organisation(), [opened()])
    await write_seat(subscription, number=KNOWN, removed_at=NOON)
    assert (await number_holders([KNOWN]))[KNOWN].facts.seat.removed_at == NOON


@pytest.mark.rule("R22")
async def test_the_discounts_used_already_in_one_statement(database: str, statements: list[str]) -> None:
    subscription = await write_subscribed(an_organisation(), [opened()])
    term = await Term.get(subscription_id=subscription.id)
    ana, ben = await write_seat(subscription, place=1), await write_seat(subscription, place=2)
    await write_redemption(ana, term, event="forum")
    await write_redemption(ben, term, event="forum", released_at=NOON)
    await write_redemption(ben, term, event="training")
    asked = [(seat.person_id, event) for seat in (ana, ben) for event in ("forum", "training", "meeting")]
    assert await live_redemptions(asked) == {(ana.person_id, "forum"), (ben.person_id, "training")}
    assert len(statements) == 1


@pytest.mark.rule("R22")
@pytest.mark.parametrize(("seconds", "used"), [(-1, False), (0, True), (9, True), (10, False), (11, False)], ids=str)
async def test_a_discount_was_used_from_its_redemption_until_its_release(
    database: str, seconds: int, used: bool
) -> None:
    subscription = await write_subscribed(an_organisation(), [opened()])
    seat = await write_seat(subscription)
    term = await Term.get(subscription_id=subscription.id)
    await write_redemption(seat, term, event="forum", at=NOON, released_at=NOON + 10 * A_SECOND)
    pair = (seat.person_id, "forum")
    tokyo = timezone(timedelta(hours=9))
    assert await live_redemptions([pair], (NOON + seconds * A_SECOND).astimezone(tokyo)) == ({pair} if used else set())


async def test_a_naive_instant_is_refused(database: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await live_redemptions([("person", "forum")], NOON.replace(tzinfo=None))
