"""What the desk asks besides: the keys of machines, and the report of a period."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest

from capcom_gql.domain.reports import Figures, Period
from capcom_gql.domain.rights import Scope
from capcom_gql.graphql.types.report import Report
from capcom_gql.services import report as services
from capcom_gql.storage.product_clock import product_now, set_product_clock
from capcom_gql.storage.tables import Redemption, Term
from tests.graphql.api import Api, codes
from tests.graphql.population import populate

REPORT = """
    query ($from: Date!, $to: Date!) { report(from: $from, to: $to) {
      from to live opened confirmed cancelledUnpaid expired renewed renewalRate seatsUsed seatsAvailable redemptions
      reductionGranted { amountMinor currency } proofAwaited { amountMinor currency }
      survey { asked answered score nps comments }
    } }
"""
REVOKE = "mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { errors { code } } }"
NOTHING: dict[str, Any] = {"live": 0, "opened": 0, "confirmed": 0, "cancelledUnpaid": 0, "expired": 0, "renewed": 0} | {
    "renewalRate": None,
    "seatsUsed": 0,
    "seatsAvailable": 0,
    "redemptions": 0,
    "reductionGranted": {"amountMinor": 0, "currency": "EUR"},
    "proofAwaited": {"amountMinor": 0, "currency": "EUR"},
    "survey": {"asked": 0, "answered": 0, "score": None, "nps": None, "comments": []},
}


async def report(api: Api, first: str, last: str) -> dict[str, Any]:
    """The report that staff read."""
    found: dict[str, Any] = (await api.data(REPORT, await api.staff(), **{"from": first, "to": last}))["report"]
    return found


async def test_keys_come_newest_first_and_the_revoked_with_them(api: Api) -> None:
    staff = await api.staff()
    for scope in (Scope.EVENTS_READ, Scope.ADMIN, Scope.SERVICES_CHECK):
        await api.key(scope)
    query = "{ apiKeys { id name prefix scopes revokedAt createdAt } }"
    keys = (await api.data(query, staff))["apiKeys"]
    assert [key["scopes"] for key in keys] == [["SERVICES_CHECK"], ["ADMIN"], ["EVENTS_READ"]]
    assert [key["createdAt"] for key in keys] == sorted((key["createdAt"] for key in keys), reverse=True)
    await api.data(REVOKE, staff, id=keys[2]["id"])
    again = (await api.data(query, staff))["apiKeys"]
    assert [key["id"] for key in again] == [key["id"] for key in keys]
    assert [key["revokedAt"] is not None for key in again] == [False, False, True]
    machine = await api.key(Scope.ADMIN)
    assert [key["id"] for key in (await api.data(query, machine))["apiKeys"]][1:] == [key["id"] for key in keys]


async def test_a_period_in_figures(api: Api) -> None:
    today = api.runtime.policy.day_of(await product_now())
    year = ((today - timedelta(days=1)).isoformat(), (today + timedelta(days=364)).isoformat())
    await api.subscribe("ana", "bob")
    found = await report(api, *year)
    assert (found.pop("from"), found.pop("to")) == year
    wanted = NOTHING | {"live": 1, "opened": 1, "seatsUsed": 2, "seatsAvailable": 3}
    assert found == wanted | {"proofAwaited": {"amountMinor": 90_000, "currency": "EUR"}}
    assert (await report(api, year[0], year[0]))["live"] == 0
    await set_product_clock(await product_now() + timedelta(days=16))
    # nobody has recorded it yet
    later = await report(api, *year)
    assert (later["live"], later["opened"], later["cancelledUnpaid"], later["seatsUsed"]) == (0, 1, 1, 0)
    assert later["proofAwaited"]["amountMinor"] == 0


def test_every_figure_is_told_under_its_own_name() -> None:
    figures = Figures(1, 2, 3, 4, 5, 6, ended_confirmed=8, renewed_confirmed=2, seat_limit=9, proof_awaited_minor=10)
    period = Period(date(2027, 3, 1), date(2027, 3, 31))
    survey: dict[str, Any] = {"asked": 15, "answered": 16, "score": 7.5, "nps": 17, "comments": ["Bien"]}
    found = services.Report(period, figures, 11, 12, 13, 14, **survey)
    # the two sums are worked out when they are asked for
    told = {name: value for name, value in asdict(Report.of(found)).items() if not callable(value)}
    assert told.pop("found") == asdict(found)
    assert told == {"from_": period.first, "to": period.last, "renewal_rate": 0.25, "survey": survey} | {
        "live": 1,
        "opened": 2,
        "confirmed": 3,
        "cancelled_unpaid": 4,
        "expired": 5,
        "renewed": 6,
        "seats_used": 11,
        "seats_available": 12,
        "redemptions": 13,
    }


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("0001-01-01", "9999-12-31"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("2100-01-01", "2199-12-31"),
    ],
)
async def test_any_days_of_the_calendar_make_a_period(api: Api, first: str, last: str) -> None:
    assert await report(api, first, last) == NOTHING | {"from": first, "to": last}
    await api.subscribe("ana")
    assert (await report(api, first, last))["live"] == int(last > "2000")


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "The period ends before its first day, 2 March 2027. Give a last day that is not before it."),
        (
            "fr",
            "La période finit avant son premier jour (2 mars 2027). Donnez un dernier jour qui ne le précède pas.",
        ),
    ],
)
async def test_a_period_that_ends_before_it_begins_is_refused_and_nothing_else_is(
    api: Api, language: str, message: str
) -> None:
    query = f"query ($from: Date!, $to: Date!) {{ apiKeys {{ id }} {REPORT.split('{', 1)[1]}"
    body = {"query": query, "variables": {"from": "2027-03-02", "to": "2027-03-01"}}
    answer = (await api.post(body, token=await api.staff(), accept_language=language)).json()
    assert codes(answer) == [("BAD_USER_INPUT", ["report"])]
    assert answer["data"] == {"apiKeys": [], "report": None}
    assert answer["errors"][0]["message"].replace("\u202f", " ").replace("\u00a0", " ") == message


async def test_a_sum_that_no_int_holds_is_told_and_the_rest_is_answered(api: Api) -> None:
    today = api.runtime.policy.day_of(await product_now())
    await populate(66, today)
    await Term.all().update(price_minor=100_000_000)
    await Redemption.all().update(price_minor=100_000_000, reduction_minor=100_000_000)
    staff, day = await api.staff(), {"from": today.isoformat(), "to": today.isoformat()}
    query = "query ($from: Date!, $to: Date!) { plans { code } report(from: $from, to: $to) { live SUM } }"
    for name in ("proofAwaited", "reductionGranted"):
        body = {"query": query.replace("SUM", f"{name} {{ amountMinor }}"), "variables": day}
        for language, message in (
            ("en", "This amount is above 2147483647, the largest"),
            ("fr", "Ce montant dépasse 2147483647, le plus grand"),
        ):
            answer = (await api.post(body, token=staff, accept_language=language)).json()
            assert codes(answer) == [("BAD_USER_INPUT", ["report", name])]
            assert answer["errors"][0]["message"].startswith(message)
            assert answer["data"]["plans"] and answer["data"]["report"] is None
    assert (await api.data(query.replace("SUM", ""), staff, **day))["report"] == {"live": 66}
    one = (await Term.filter(confirmed_at=None))[0]
    await Term.exclude(id=one.id).update(price_minor=0)
    await Term.filter(id=one.id).update(price_minor=2**31 - 1)
    found = await api.data(query.replace("SUM", "proofAwaited { amountMinor }"), staff, **day)
    assert found["report"]["proofAwaited"] == {"amountMinor": 2**31 - 1}


async def test_a_day_that_is_none_is_refused_before_anything_is_asked(api: Api) -> None:
    answer = await api.ask(REPORT, await api.staff(), **{"from": "2027-02-30", "to": "2027-03-01"})
    assert "data" not in answer or answer["data"] is None
    assert len(answer["errors"]) == 1
