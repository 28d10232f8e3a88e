"""How many SQL statements an operation takes: a handful, and as many for a hundred objects as for ten."""

import logging
from dataclasses import dataclass

import pytest

from capcom_gql.storage.product_clock import product_now
from tests.graphql.api import Api
from tests.graphql.population import populate

FEW, MANY = 10, 100

PERSON = "id email givenName familyName jobTitle phone addresses { kind }"
SEAT = f"id isManager isActive subscriberNumber services survey {{ askedAt term {{ id }} }} person {{ {PERSON} }}"
TERM = "id state startsOn endsOn isConfirmed proofDueOn plan { code } price { amountMinor } proof { kind }"
SUBSCRIPTION = f"""
    id state isLive startsOn endsOn proofDueOn seatLimit seatsUsed plan {{ code name }} manager {{ {SEAT} }}
    seats(includeRemoved: true) {{ {SEAT} }} currentTerm {{ {TERM} }} upcomingTerm {{ {TERM} }} terms {{ {TERM} }}
    agenda {{ kind on }} renewal {{ isOpen declineReason wouldEndOn }}
"""
ORGANISATION = f"id name siret billingEmail subscription {{ {SUBSCRIPTION} }}"
PAGE = "pageInfo { hasNextPage endCursor }"


@dataclass(frozen=True)
class Operation:
    """A question, how many statements it takes at most, and the list that it holds."""

    query: str
    at_most: int
    root: str
    each: int = 1
    """objects of the list for one organisation"""


OPERATIONS = {
    "dashboard": Operation(
        f"{{ organisations(first: 100) {{ nodes {{ {ORGANISATION} }} {PAGE} }} }}", 12, "organisations"
    ),
    "dashboard, by end": Operation(
        "{ organisations(first: 100, orderBy: { field: ENDS_ON }, filter: { state: [CONFIRMED, PROVISIONAL] }) "
        f"{{ nodes {{ id name subscription {{ state endsOn plan {{ code }} seatLimit seatsUsed }} }} {PAGE} }} }}",
        9,
        "organisations",
    ),
    "deliveries": Operation(
        "{ deliveries(first: 100) { nodes { topic recipient state reason attempts { number outcome } "
        f"event {{ kind description organisation {{ name }} }} }} {PAGE} }} }}",
        8,
        "deliveries",
    ),
    "redemptions": Operation(
        "{ redemptions(first: 100) { nodes { state price { amountMinor } organisation { name } "
        f"seat {{ subscriberNumber person {{ email }} }} }} {PAGE} }} }}",
        11,
        "redemptions",
    ),
    "events": Operation(
        "{ events(first: 100) { nodes { kind description actor note organisation { name } "
        f"subject {{ id ... on Seat {{ person {{ email }} }} ... on Term {{ state }} }} }} {PAGE} }} }}",
        12,
        "events",
        each=2,
    ),
    "supportRequests": Operation(
        f"{{ supportRequests(first: 100) {{ nodes {{ message openedBy {{ email }} seat {{ id }} }} {PAGE} }} }}",
        9,
        "supportRequests",
    ),
    "timelines": Operation(
        "{ organisations(first: 100) { nodes { subscription { "
        f"timeline(first: 1) {{ totalCount nodes {{ kind description }} {PAGE} }} }} }} }} }}",
        10,
        "organisations",
    ),
    "apiKeys": Operation("{ apiKeys { id name scopes lastUsedAt } }", 3, "apiKeys"),
    "report": Operation('{ report(from: "2020-01-01", to: "2100-12-31") { live seatsUsed } }', 9, "report"),
}


async def statements(api: Api, query: str, token: str, caplog: pytest.LogCaptureFixture, root: str) -> tuple[int, int]:
    """How many statements an operation took, and how many objects its list holds."""
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        found = (await api.data(query, token))[root]
    count = sum(record.name == "tortoise.db_client" for record in caplog.records)
    listed = found if isinstance(found, list) else found.get("nodes", [None] * found.get("live", 0))
    return count, len(listed)


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_takes_as_many_for_a_hundred_as_for_ten(
    generous_api: Api, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    api = generous_api
    asked = OPERATIONS[name]
    staff = await api.staff()
    today = api.runtime.policy.day_of(await product_now())
    await populate(FEW, today)
    few, listed = await statements(api, asked.query, staff, caplog, asked.root)
    assert listed == FEW * asked.each
    await populate(MANY - FEW, today)
    many, listed = await statements(api, asked.query, staff, caplog, asked.root)
    assert listed == min(MANY * asked.each, 100)
    assert few == many <= asked.at_most


@pytest.mark.parametrize("list_", ["organisations", "deliveries", "redemptions", "events", "supportRequests"])
async def test_a_list_is_counted_only_when_asked(api: Api, caplog: pytest.LogCaptureFixture, list_: str) -> None:
    """One statement more, which counts; without it nothing does."""
    staff = await api.staff()
    await populate(FEW, api.runtime.policy.day_of(await product_now()))
    plain, _ = await statements(api, f"{{ {list_}(first: 1) {{ nodes {{ id }} }} }}", staff, caplog, list_)
    assert not [record for record in caplog.records if "count(" in record.getMessage().lower()]
    total, _ = await statements(api, f"{{ {list_}(first: 1) {{ totalCount nodes {{ id }} }} }}", staff, caplog, list_)
    assert total == plain + 1
    assert len([record for record in caplog.records if "count(" in record.getMessage().lower()]) == 1
