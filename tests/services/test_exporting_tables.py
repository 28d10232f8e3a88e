"""Exports as tables: what they hold, in which order, and that a long list is walked page by page."""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import pytest

from capcom_gql import clock
from capcom_gql.domain.seats import format_number
from capcom_gql.services.exporting.export_deliveries import DELIVERY_COLUMNS, delivery_rows
from capcom_gql.services.exporting.export_redemptions import REDEMPTION_COLUMNS, redemption_rows
from capcom_gql.services.exporting.export_subscribers import (
    ORGANISATION_COLUMNS,
    SEAT_COLUMNS,
    organisation_rows,
    seat_rows,
)
from capcom_gql.services.importing.columns import COLUMNS, ONLY_WRITTEN, column_of
from capcom_gql.services.publish_terms import PublishTermsForm, publish_terms
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.release_discount import ReleaseDiscountForm, release_discount
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.renew import RenewForm, renew
from capcom_gql.spreadsheet import Amount, Cell
from capcom_gql.storage.ids import ORGANISATION, new_id
from capcom_gql.storage.tables import Delivery, Event, Organisation, Seat
from tests.services.house import FIRST_DAY, House, Service, fresh_key, on, redemption
from tests.services.spreadsheet import NUMBER, OTHER_SIRET, VILLE, bring_in, users


async def shown(columns: Sequence[str], rows: AsyncIterator[Sequence[Cell]]) -> list[dict[str, Any]]:
    """The rows by the names of their columns."""
    return [dict(zip(columns, row, strict=True)) async for row in rows]


def some(row: dict[str, Any], names: str) -> list[Any]:
    """Some cells of a row."""
    return [row[name] for name in names.split()]


async def test_organisations_by_name_with_what_they_stand_at(service: Service) -> None:
    lyre = {**VILLE, "organisation": "Élan de Lyre", "siret": "", "plan": "COLLECTIF"}
    await bring_in(service, *users("ana", "bob"), *users("dan", of=lyre))
    await service.subscribe("eve")
    found = await shown(ORGANISATION_COLUMNS, organisation_rows(service.runtime))
    assert [row["organisation"] for row in found] == ["Élan de Lyre", "Ville de Rochebrune", "Ville de Rochebrune"]
    ville = next(row for row in found if row["siret"])
    assert some(ville, "siret address postal_code city country billing_email chorus_engagement_required") == [
        "732 829 320 00074",
        "Hôtel de ville\n1 place de la Mairie",
        "01000",
        "Rochebrune",
        "FR",
        "compta@ville.example",
        False,
    ]
    assert some(ville, "plan first_day last_day confirmed state renewed_until proof_due_on") == [
        "EQUIPE",
        date(2026, 9, 1),
        date(2027, 8, 31),
        True,
        "CONFIRMED",
        None,
        None,
    ]
    assert some(ville, "proof_kind proof_reference proof_received_on") == [
        "PURCHASE_ORDER",
        "BC-2026-17",
        date(2026, 9, 4),
    ]
    assert some(ville, "seat_limit seats_used price currency manager_name manager_email") == [
        5,
        2,
        Amount(90_000, "EUR"),
        "EUR",
        "Ana Silva",
        "ana@ville.example",
    ]
    eve = next(row for row in found if row["manager_email"] == "eve@ville.example")
    assert some(eve, "state confirmed proof_kind proof_due_on") == ["PROVISIONAL", False, None, date(2027, 3, 16)]


async def test_states_are_those_of_today_whether_the_tick_ran_or_not(house: House, service: Service) -> None:
    made = await service.subscribe("ana")
    await service.record_proof(made.subscription_id)
    lapsing = await service.subscribe("bob")
    await renew(service.runtime, service.staff, RenewForm(made.subscription_id, "1", fresh_key()))
    await house.after_the_deadline()
    rows = {row["manager_email"]: row for row in await shown(ORGANISATION_COLUMNS, organisation_rows(service.runtime))}
    assert some(rows["bob@ville.example"], "state confirmed") == ["CANCELLED", False]
    # the renewed term has fallen too, without proof
    assert some(rows["ana@ville.example"], "state renewed_until last_day") == ["CONFIRMED", None, date(2028, 2, 29)]
    assert await Event.filter(subject_id=lapsing.subscription_id, kind="term.cancelled").count() == 0


async def test_a_renewed_term_is_shown_beside_the_running_one(service: Service) -> None:
    made = await service.subscribe("ana")
    await service.record_proof(made.subscription_id)
    await renew(service.runtime, service.staff, RenewForm(made.subscription_id, "1", fresh_key()))
    (row,) = await shown(ORGANISATION_COLUMNS, organisation_rows(service.runtime))
    assert some(row, "last_day renewed_until proof_due_on") == [
        date(2028, 2, 29),
        date(2029, 2, 28),
        date(2027, 3, 16),
    ]


async def test_a_row_for_each_active_seat_in_the_columns_of_an_import(service: Service) -> None:
    rows = users("ana", "bob", "cleo", job_title="- graphiste")
    rows[1]["subscriber_number"] = NUMBER
    await bring_in(service, *rows)
    cleo = await Seat.get(person__email="cleo@ville.example")
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(cleo.id))
    ana, bob = await shown(SEAT_COLUMNS, seat_rows(service.runtime))
    assert some(bob, "organisation email given_name family_name job_title locale manager subscriber_number") == [
        "Ville de Rochebrune",
        "bob@ville.example",
        "Bob",
        "Silva",
        "- graphiste",
        "fr",
        False,
        NUMBER,
    ]
    assert some(ana, "manager added_on") == [True, FIRST_DAY]
    for name in SEAT_COLUMNS:
        assert column_of(name) is not None or name in ONLY_WRITTEN
    imported = {column.name for column in map(column_of, SEAT_COLUMNS) if column is not None}
    assert {column.name for column in COLUMNS} - imported == {"address_2", "address_3"}


async def test_redemptions_and_those_that_go_back_to_be_invoiced(house: House, service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await bring_in(service, *users("dan", of={**VILLE, "siret": OTHER_SIRET}))
    numbers = {seat.person.given_name: seat.number for seat in await Seat.all().prefetch_related("person")}
    for name in ("Ana", "Bob", "Dan"):
        await redeem_discount(service.runtime, service.staff, redemption(numbers[name]))
    released = await redeem_discount(service.runtime, service.staff, redemption(numbers["Ana"], "forum-2028"))
    assert released.redemption_id is not None
    await release_discount(service.runtime, service.staff, ReleaseDiscountForm(released.redemption_id))
    found = await shown(REDEMPTION_COLUMNS, redemption_rows(service.runtime))
    assert [some(row, "given_name event_reference state") for row in found] == [
        ["Ana", "forum-2028", "RELEASED"],
        ["Dan", "forum-2027", "FINAL"],
        ["Bob", "forum-2027", "PROVISIONAL"],
        ["Ana", "forum-2027", "PROVISIONAL"],
    ]
    assert await shown(REDEMPTION_COLUMNS, redemption_rows(service.runtime, to_reinvoice=True)) == []
    await house.after_the_deadline()
    back = await shown(REDEMPTION_COLUMNS, redemption_rows(service.runtime, to_reinvoice=True))
    assert [some(row, "given_name state") for row in back] == [["Bob", "TO_REINVOICE"], ["Ana", "TO_REINVOICE"]]
    assert some(back[0], "subscriber_number event_kind registration_reference price reduction final_price") == [
        format_number(numbers["Bob"]),
        "FORUM",
        "R-1",
        Amount(10_000, "EUR"),
        Amount(1_000, "EUR"),
        Amount(9_000, "EUR"),
    ]
    assert some(back[0], "term_first_day term_last_day currency") == [FIRST_DAY, date(2028, 2, 29), "EUR"]
    assert made.subscription_id


async def test_letters_with_what_became_of_each(service: Service) -> None:
    await service.subscribe("ana")
    await service.tick()
    await service.subscribe("bob")
    bob, ana = [row for row in await shown(DELIVERY_COLUMNS, delivery_rows()) if row["topic"] == "welcome"]
    assert some(ana, "topic channel recipient state reason attempts next_attempt_at event_kind organisation") == [
        "welcome",
        "post",
        "ana@ville.example",
        "SENT",
        None,
        1,
        None,
        "seat.added",
        "Ville de Rochebrune",
    ]
    assert ana["sent_at"] is not None and ana["subject"]
    assert some(bob, "state sent_at subject") == ["PENDING", None, None] and bob["next_attempt_at"] is not None


async def test_a_letter_of_no_organisation_and_one_that_is_tried_again(service: Service) -> None:
    await service.subscribe("ana")
    letter = Delivery.filter(topic="welcome")
    await publish_terms(service.runtime, service.staff, PublishTermsForm("2", "https://capcom.example/terms/2"))
    of_nobody = await Event.get(kind="terms.published")
    await letter.update(state="RETRYING", event_id=of_nobody.id)
    (row,) = [row for row in await shown(DELIVERY_COLUMNS, delivery_rows()) if row["topic"] == "welcome"]
    assert some(row, "organisation_id organisation") == [None, None] and row["next_attempt_at"] is not None


async def test_the_manager_is_named_and_users_come_by_their_places(service: Service) -> None:
    await service.subscribe("ana", "bob")
    # by way of a place that is free
    for before, after in ((1, 3), (2, 1), (3, 2)):
        await Seat.filter(place=before).update(place=after)
    assert [row["email"][:3] for row in await shown(SEAT_COLUMNS, seat_rows(service.runtime))] == ["bob", "ana"]
    (ville,) = await shown(ORGANISATION_COLUMNS, organisation_rows(service.runtime))
    assert ville["manager_email"] == "ana@ville.example"


async def test_a_long_list_is_walked_page_by_page(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Every row once, in order, though rows come while it is read; the statements grow with the pages alone."""
    now = clock.utc_now()

    def bare(index: int) -> Organisation:
        name = f"ville {index:03d}"
        named: dict[str, Any] = {"name": name, "name_folded": name, "search_folded": name, "country": "FR"}
        return Organisation(id=new_id(ORGANISATION), address_lines=[], created_at=now, **named)

    await Organisation.bulk_create([bare(index) for index in range(10, 240)])
    seen = []
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        async for row in organisation_rows(service.runtime):
            seen.append(row[1])
            if len(seen) == 50:
                caplog.clear()
                # one before the reader's place, one after it
                await Organisation.bulk_create([bare(0), bare(240)])
    assert seen == [f"ville {index:03d}" for index in range(10, 241)]
    assert len([record for record in caplog.records if record.name == "tortoise.db_client"]) <= 1 + 2 * 10


async def test_nothing_to_export(service: Service) -> None:
    await on(FIRST_DAY)
    for columns, rows in (
        (ORGANISATION_COLUMNS, organisation_rows(service.runtime)),
        (SEAT_COLUMNS, seat_rows(service.runtime)),
        (REDEMPTION_COLUMNS, redemption_rows(service.runtime)),
        (DELIVERY_COLUMNS, delivery_rows()),
    ):
        assert await shown(columns, rows) == []
        assert len(set(columns)) == len(columns)
