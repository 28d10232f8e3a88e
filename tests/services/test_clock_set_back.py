"""The clock set back by force, behind what is recorded: deeds say so, and nothing breaks."""

from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

import pytest

from capcom_gql import clock
from capcom_gql.app.composition import create_app
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.record_payment_proof import RecordPaymentProofForm, record_payment_proof
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.subscribe import subscribe
from capcom_gql.settings import load
from capcom_gql.storage.engine.database import open_database
from capcom_gql.storage.product_clock import ClockMoved, ClockSetBack, must_be_real, product_now, set_product_clock
from capcom_gql.storage.tables import Organisation, Seat
from tests.services.house import FIRST_DAY, Service, faults_of, form, fresh_key, on, person, redemption
from tests.world import STATE, world_on

BEFORE = FIRST_DAY - timedelta(days=2)
BEHIND = [("CONFLICT", "")]


async def test_every_deed_says_that_the_clock_is_behind(service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    seat = await Seat.get(id=made.seat_ids[1])
    organisation = await Organisation.get()
    await on(BEFORE)
    runtime, staff = service.runtime, service.staff
    known = form("ana", organisation=None, organisation_id=organisation.id)
    proof = RecordPaymentProofForm(made.subscription_id, "CHEQUE", "C-1", BEFORE, fresh_key())
    deeds: list[Awaitable[object]] = [
        add_seats(runtime, staff, AddSeatsForm(made.subscription_id, (person("zoe"),), fresh_key()), FRENCH),
        remove_seat(runtime, staff, RemoveSeatForm(seat.id)),
        subscribe(runtime, staff, known, FRENCH),
    ]
    for deed in deeds:
        assert await faults_of(deed) == BEHIND
    # these two need no standing: the term named is the one meant, and a check has its own reason
    assert (await record_payment_proof(runtime, staff, proof)).subscription_id == made.subscription_id
    refused = await redeem_discount(runtime, staff, redemption(seat.number))
    assert refused.redemption_id is None
    steps, _ = await service.tick()
    assert steps == 0
    await on(FIRST_DAY)
    await service.add(made.subscription_id, "zoe")


async def test_the_door_answers_with_the_clock_behind(database_url: str, tmp_path: Path) -> None:
    """Through the API: a sentence for a deed, data for a question, an internal error for neither."""
    async with world_on(database_url, tmp_path) as world:
        subscription = await world.subscribe("ana", "bob")
        number = subscription["seats"][1]["subscriberNumber"]
        await world.on(BEFORE)
        document = """
            mutation A($input: AddSeatsInput!) { addSeats(input: $input) { errors { code message path } } }"""
        asked = {"subscriptionId": subscription["id"], "users": [], "idempotencyKey": world.fresh_key()}
        asked["users"] = [{"email": "zoe@ville.example", "givenName": "Zoe", "familyName": "Silva"}]
        (error,) = (await world.ask(document, {"input": asked}, token=await world.staff())).payload("addSeats")[
            "errors"
        ]
        assert (error["code"], error["path"]) == ("CONFLICT", [])
        assert "clock" in error["message"]
        assert (await world.check(number))["reason"] == "SUBSCRIPTION_NOT_STARTED"
        assert (await world.redeem(number))["errors"][0]["code"] == "DISCOUNT_REFUSED"
        asked_of = {"id": subscription["organisation"]["id"]}
        assert (await world.ask(STATE, asked_of, token=await world.staff())).ok()["organisation"] is not None
        await world.tick()


async def test_without_force_the_clock_stays_ahead_of_what_is_recorded(service: Service) -> None:
    await service.subscribe("ana")
    now = await product_now()
    with pytest.raises(ClockSetBack):
        await set_product_clock(now - timedelta(hours=1))
    assert await product_now() >= now


@pytest.mark.parametrize("moved", [timedelta(days=1), timedelta(microseconds=-1)], ids=["a day", "a trifle"])
async def test_production_takes_no_database_whose_clock_is_moved(
    database_url: str, tmp_path: Path, moved: timedelta
) -> None:
    settings = load(
        {
            "CAPCOM_ENV": "production",
            "CAPCOM_PUBLIC_URL": "https://capcom.example",
            "CAPCOM_DATABASE_URL": database_url,
            "CAPCOM_DATA_DIR": str(tmp_path / "data"),
        }
    )
    async with open_database(database_url):
        await must_be_real()
        await set_product_clock(clock.utc_now() + moved)
        with pytest.raises(ClockMoved):
            await must_be_real()
    app = create_app(settings, ticking=False)
    with pytest.raises(ClockMoved):
        async with app.router.lifespan_context(app):
            pytest.fail("it started")
