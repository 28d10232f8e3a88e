"""A subscription whose steps cannot be recorded: put off more and more, in nobody's way, recorded once it can be."""

from datetime import timedelta

import pytest

from capcom_gql import clock
from capcom_gql.forms import OrganisationForm
from capcom_gql.services.tick import is_leased_elsewhere
from capcom_gql.storage.engine.database import rows
from capcom_gql.storage.tables import Event, Subscription
from capcom_gql.subscription.sweep import LONGEST_WAIT, record_steps
from tests.services.house import LONG_AGO, House, Service

BROKEN = """UPDATE term SET discounts = '[{"event_kind": "NONE", "percent": 5}]' WHERE subscription_id = $1"""
MENDED = """UPDATE term SET discounts = '[]' WHERE subscription_id = $1"""


async def put_off(subscription_id: str) -> tuple[int, float]:
    """How often the steps of a subscription failed, and the seconds for which it is left alone."""
    row = await Subscription.get(id=subscription_id)
    assert row.leased_until is not None
    return row.step_failures, (row.leased_until - clock.utc_now()).total_seconds()


async def their_turn(subscription_id: str, **columns: int) -> None:
    """Let the wait be over."""
    await Subscription.filter(id=subscription_id).update(leased_until=LONG_AGO, **columns)


@pytest.mark.rule("R9")
async def test_it_is_put_off_and_recorded_once_it_can_be(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.channel("post")
    service: Service = await house.start()
    broken = (await service.subscribe("ana", organisation=OrganisationForm("Ville d'Aubry"))).subscription_id
    sound = (await service.subscribe("bob", organisation=OrganisationForm("Ville de Bourg"))).subscription_id
    await service.tick()
    await rows(BROKEN, [broken])
    await house.after_the_deadline()

    assert await record_steps(service.runtime) == 1
    assert [event.subject_id for event in await Event.filter(kind="term.cancelled")] != []
    failures, wait = await put_off(broken)
    assert failures == 1 and 0 < wait <= 2
    assert (await Subscription.get(id=sound)).step_failures == 0
    assert caplog.text.count("the steps of a subscription cannot be recorded") == 1

    # while it waits nobody tries, nobody waits for it, and letters go
    assert await service.tick() == (0, 1)
    assert not await is_leased_elsewhere()
    assert (await put_off(broken))[0] == 1

    await their_turn(broken)
    assert await record_steps(service.runtime) == 0
    failures, wait = await put_off(broken)
    assert failures == 2 and 2 < wait <= 4
    await their_turn(broken, step_failures=40)
    await record_steps(service.runtime)
    assert (await put_off(broken))[1] <= LONGEST_WAIT.total_seconds() < timedelta(hours=1).total_seconds()

    await rows(MENDED, [broken])
    assert await record_steps(service.runtime) == 0, "it is not tried before its time"
    await their_turn(broken)
    assert await record_steps(service.runtime) == 1
    row = await Subscription.get(id=broken)
    assert (row.step_failures, row.leased_until) == (0, None)
    # each on the instant of its rule, however late it was recorded
    assert len(set(await Event.filter(kind="term.cancelled").values_list("occurred_at", flat=True))) == 1
    assert await Event.filter(kind="term.cancelled").count() == 2
    assert await service.tick() == (0, 1)
