"""The list of organisations: what a search finds, what the filters keep, in which order, for whom (both engines)."""

import logging
from dataclasses import replace
from datetime import date

import pytest
from tortoise import connections

from capcom_gql.domain.lifecycle import SubscriptionState
from capcom_gql.domain.terms import Term as Facts
from capcom_gql.storage.queries.lists import (
    OrganisationFilter,
    OrganisationOrder,
    OrganisationOrderField,
    Page,
    Window,
    organisations_page,
)
from capcom_gql.storage.tables import Organisation
from tests.databases import ONLY_POSTGRES
from tests.domain.words import confirmed, day, offer, opened, renewed, withdrawn
from tests.storage.rows import NOBODY, an_organisation, write_subscribed, year_of
from tests.storage.walking import walk_backward, walk_forward

TODAY = day("2026-12-20")
ANY = OrganisationFilter()
BY_NAME = OrganisationOrder()
ALL = Window(first=100)
FINDING_EVREUX = "évreux|Evreux|EVREUX|E\u0301VREUX|vreu|mairie evreux|  évreux   MAIRIE |27000|2700 évr|27000, Évreux"


async def towns(*names: str, city: str = "", siret: str = "") -> list[Organisation]:
    """Organisations of these names, without subscription."""
    made = [an_organisation(name, city=city, siret=siret) for name in names]
    for town in made:
        await town.save(force_create=True)
    return made


async def subscribed(name: str, *terms: Facts) -> str:
    """The id of an organisation with these terms."""
    town = an_organisation(name)
    await write_subscribed(town, terms)
    return town.id


async def names(
    asked: OrganisationFilter = ANY,
    order: OrganisationOrder = BY_NAME,
    today: date = TODAY,
    visible: frozenset[str] | None = None,
) -> list[str]:
    """The names on the list."""
    page = await organisations_page(ALL, filter=asked, order=order, today=today, visible=visible)
    found = await Organisation.in_bulk(page.ids, "id")
    return [found[each].name for each in page.ids]


@pytest.mark.parametrize("search", FINDING_EVREUX.split("|"))
async def test_a_search_finds_evreux(database: str, search: str) -> None:
    await towns("Mairie d'Évreux", city="Évreux 27000")
    await towns("Mairie de Rouen", city="Rouen 76000")
    assert await names(OrganisationFilter(search=search)) == ["Mairie d'Évreux"]


@pytest.mark.parametrize("search", ["évreux rouen", "évreuxx", "%", "?!", "_", "mair_e", "evreux\0rouen", "\ud800 w"])
async def test_a_search_that_finds_nothing(database: str, search: str) -> None:
    await towns("Mairie d'Évreux", "Mairie de Rouen")
    assert await names(OrganisationFilter(search=search)) == []


@pytest.mark.parametrize("search", [None, "", "   "])
async def test_an_empty_search_asks_nothing(database: str, search: str | None) -> None:
    await towns("Mairie d'Évreux", "%")
    assert await names(OrganisationFilter(search=search)) == ["%", "Mairie d'Évreux"]


async def test_a_search_of_any_length_is_answered(database: str) -> None:
    await towns("Mairie d'Évreux")
    assert await names(OrganisationFilter(search="évreux " * 30_000)) == ["Mairie d'Évreux"]
    assert await names(OrganisationFilter(search=" ".join(map(str, range(30_000))))) == []


async def test_a_word_given_many_times_is_looked_for_once(database: str, caplog: pytest.LogCaptureFixture) -> None:
    await towns("Mairie d'Évreux")
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        assert await names(OrganisationFilter(search="Évreux mairie " * 10_000)) == ["Mairie d'Évreux"]
    told = "".join(record.getMessage() for record in caplog.records)
    assert (told.count("evreux"), told.count("mairie")) == (1, 1)


async def test_a_state_asked_more_often_than_a_statement_has_room_for(database: str) -> None:
    await subscribed("Paid", year_of("2026-12-09"))
    await subscribed("Unpaid", opened("2026-12-09"))
    assert await names(OrganisationFilter(states=(SubscriptionState.CONFIRMED,) * 40_000)) == ["Paid"]


async def test_names_go_by_their_letters(database: str) -> None:
    await towns("zèbre", "Évreux 9", "île", "Étampes", "Oz", "evreux 10", "AC", "Œuvre", "etretat", "a_b", "ab")
    in_order = ["a_b", "ab", "AC", "Étampes", "etretat", "evreux 10", "Évreux 9", "île", "Œuvre", "Oz", "zèbre"]
    assert await names() == in_order
    assert await names(order=OrganisationOrder(descending=True)) == in_order[::-1]


@ONLY_POSTGRES
async def test_names_keep_the_order_of_bytes_whatever_the_locale_of_the_server(database: str) -> None:
    found = await connections.get("default").execute_query_dict(
        "SELECT collation_name FROM information_schema.columns WHERE table_name = 'organisation' AND column_name = $1",
        ["name_folded"],
    )
    assert found == [{"collation_name": "C"}]


@pytest.mark.rule("R9")
@pytest.mark.parametrize(
    ("today", "state"),
    [("2026-12-24", SubscriptionState.PROVISIONAL), ("2026-12-25", SubscriptionState.CANCELLED)],
)
async def test_the_state_on_the_last_day_of_the_proof_and_after_it(
    database: str, today: str, state: SubscriptionState
) -> None:
    await subscribed("unpaid", opened("2026-12-09"))
    for each in SubscriptionState:
        found = await names(OrganisationFilter(states=(each,)), today=day(today))
        assert found == (["unpaid"] if each is state else [])


@pytest.mark.rule("R16")
async def test_any_of_several_states(database: str) -> None:
    await subscribed("provisional", opened("2026-12-09"))
    await subscribed("confirmed", year_of("2026-12-09"))
    await subscribed("withdrawn", withdrawn(year_of("2026-12-09"), "2026-12-10"))
    await subscribed("expired", year_of("2025-12-09"))
    await towns("never subscribed")
    live = (SubscriptionState.PROVISIONAL, SubscriptionState.CONFIRMED)
    over = (SubscriptionState.CANCELLED, SubscriptionState.EXPIRED)
    assert await names(OrganisationFilter(states=live)) == ["confirmed", "provisional"]
    assert await names(OrganisationFilter(states=over)) == ["expired", "withdrawn"]
    assert await names() == ["confirmed", "expired", "never subscribed", "provisional", "withdrawn"]


@pytest.mark.rule("R17")
async def test_the_plan_is_that_of_the_running_term_until_the_renewed_one_begins(database: str) -> None:
    running = year_of("2026-01-01")
    await subscribed("renewed", running, confirmed(renewed(running, "2026-12-01", plan=offer(10)), "2026-12-02"))
    for today, speaks, silent in (("2026-12-31", "PLAN5", "PLAN10"), ("2027-01-01", "PLAN10", "PLAN5")):
        assert await names(OrganisationFilter(plan_code=speaks), today=day(today)) == ["renewed"]
        assert await names(OrganisationFilter(plan_code=silent), today=day(today)) == []


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2027-12-08", "2027-12-08", True),
        ("2027-12-09", None, False),
        (None, "2027-12-07", False),
        (None, "2027-12-08", True),
        ("2027-12-08", None, True),
    ],
)
async def test_the_days_of_the_end_are_both_inclusive(
    database: str, first: str | None, last: str | None, found: bool
) -> None:
    await subscribed("confirmed", year_of("2026-12-09"))
    from_day, to_day = (None if text is None else day(text) for text in (first, last))
    asked = OrganisationFilter(ends_on_from=from_day, ends_on_to=to_day)
    assert await names(asked) == (["confirmed"] if found else [])


@pytest.mark.rule("R8")
@pytest.mark.parametrize(("before", "found"), [("2026-12-24", False), ("2026-12-25", True)])
async def test_a_proof_is_due_before_a_day_that_is_after_its_last(database: str, before: str, found: bool) -> None:
    await subscribed("provisional", opened("2026-12-09"))
    await subscribed("confirmed", year_of("2026-12-09"))
    assert await names(OrganisationFilter(proof_due_before=day(before))) == (["provisional"] if found else [])


async def test_what_has_no_day_comes_last_in_both_directions(database: str) -> None:
    await subscribed("later", opened("2026-12-12"))
    await subscribed("sooner", opened("2026-12-10"))
    awaiting_none = await subscribed("none awaited", year_of("2026-12-11"))
    (never,) = await towns("never subscribed")
    by_proof = OrganisationOrder(OrganisationOrderField.PROOF_DUE_ON)
    without = [name for _, name in sorted([(awaiting_none, "none awaited"), (never.id, "never subscribed")])]
    assert await names(order=by_proof) == ["sooner", "later", *without]
    assert await names(order=replace(by_proof, descending=True)) == ["later", "sooner", *without[::-1]]
    by_end = OrganisationOrder(OrganisationOrderField.ENDS_ON)
    assert await names(order=by_end) == ["sooner", "none awaited", "later", "never subscribed"]
    latest_first = ["later", "none awaited", "sooner", "never subscribed"]
    assert await names(order=replace(by_end, descending=True)) == latest_first


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("field", list(OrganisationOrderField))
async def test_every_row_is_met_once_in_both_directions(
    database: str, field: OrganisationOrderField, descending: bool
) -> None:
    for start in ("2026-12-10", "2026-12-10", "2026-12-12"):
        await subscribed("awaiting", opened(start))
        await subscribed("paid", year_of(start))
    await towns("never", "never")
    order = OrganisationOrder(field, descending)

    async def ask(window: Window) -> Page:
        return await organisations_page(window, filter=ANY, order=order, today=TODAY, visible=None)

    in_order = list((await ask(ALL)).ids)
    assert len(set(in_order)) == 8
    for size in (1, 2, 3, 7, 8, 9):
        assert await walk_forward(ask, size) == in_order
        assert await walk_backward(ask, size) == in_order


@pytest.mark.parametrize("field", list(OrganisationOrderField))
async def test_a_caller_sees_what_is_visible_to_them_only(database: str, field: OrganisationOrderField) -> None:
    mine = await subscribed("mine", opened("2026-12-09"))
    await subscribed("theirs", opened("2026-12-09"))
    order = OrganisationOrder(field)
    assert await names(order=order, visible=frozenset({mine})) == ["mine"]
    assert await names(order=order, visible=NOBODY) == []
    assert await names(order=order, visible=None) == ["mine", "theirs"]
