"""Letters that wait for settings: held with the reason, tried once per start, and never lost (both engines)."""

from capcom_gql.storage.event_log import NO_CHANNEL, NO_EMAIL_CHANNEL
from capcom_gql.storage.tables import Delivery, DeliveryAttempt
from tests.databases import ONLY_SQLITE
from tests.services.house import House, states

REFUSED = """
    if mood == "mended":
        return Sent()
    if mood == "busy":
        raise Transient("busy")
    raise NotConfigured("the password is refused")
"""


async def test_a_channel_that_is_not_configured_holds_its_letters(house: House) -> None:
    house.channel("post", REFUSED)
    service = await house.start()
    await service.subscribe("ana", "bob")
    assert await service.tick() == (0, 2)
    held = await Delivery.all()
    assert {(each.state, each.reason) for each in held} == {("HELD", "post: the password is refused")}
    # not again and again
    assert await service.tick() == (0, 0)
    assert len(house.calls("post")) == 2


async def test_each_start_tries_once_and_does_not_count(house: House) -> None:
    """However often it is started before somebody looks, the letter has all its attempts still."""
    house.channel("post", REFUSED)
    starts = 11
    service = await house.start()
    await service.subscribe("ana")
    await service.tick()
    for number in range(2, starts + 1):
        service = await house.start()
        assert await service.tick() == (0, 1)
        assert await service.tick() == (0, 0)
        assert await states() == {"HELD": 1}
        assert len(house.calls("post")) == number
    house.mood("busy")
    service = await house.start()
    await service.tick()
    delivery = await Delivery.get()
    assert (delivery.state, delivery.attempt, delivery.uncounted) == ("RETRYING", starts + 1, starts)


async def test_a_channel_that_is_mended_sends_what_it_held(house: House) -> None:
    house.channel("post", REFUSED)
    service = await house.start()
    await service.subscribe("ana", "bob")
    await service.tick()
    house.mood("mended")
    service = await house.start()
    assert await service.tick() == (0, 2)
    assert await states() == {"SENT": 2}
    assert not any(each.reason for each in await Delivery.all())
    kept = await DeliveryAttempt.all().order_by("number", "id").values_list("number", "outcome")
    assert kept == [(1, "HELD"), (1, "HELD"), (2, "SENT"), (2, "SENT")]


@ONLY_SQLITE
async def test_a_channel_that_is_gone_holds_what_was_to_go_by_it(house: House) -> None:
    house.channel("post")
    service = await house.start()
    await service.subscribe("ana")
    service = await house.start(PLUGINS_DISABLED="mailbox,webhook,post")
    await service.tick()
    delivery = await Delivery.get()
    assert (delivery.state, delivery.reason) == ("HELD", "post: CAPCOM_PLUGINS_DISABLED names post")
    service = await house.start()
    await service.tick()
    assert await states() == {"SENT": 1}


async def test_without_any_channel_for_mail_letters_wait(house: House) -> None:
    """In production the bundled mailbox is off; a channel installed afterwards, whatever its name, sends them."""
    service = await house.start(ENV="production", PUBLIC_URL="https://capcom.example", PLUGINS_DISABLED="webhook")
    assert service.runtime.channels == ()
    await service.subscribe("ana", "bob")
    assert await service.tick() == (0, 0)
    held = await Delivery.all()
    assert {(each.state, each.channel, each.reason) for each in held} == {("HELD", NO_CHANNEL, NO_EMAIL_CHANNEL)}

    house.channel("pager", kind="phone")
    service = await house.start(ENV="production", PUBLIC_URL="https://capcom.example", PLUGINS_DISABLED="webhook")
    assert await service.tick() == (0, 0), "a channel of another kind takes none of them"

    house.channel("postmark")
    service = await house.start(ENV="production", PUBLIC_URL="https://capcom.example", PLUGINS_DISABLED="webhook")
    assert await service.tick() == (0, 2)
    assert await states(channel="postmark") == {"SENT": 2}
    assert sorted(call.address for call in house.calls("postmark")) == ["ana@ville.example", "bob@ville.example"]
    # each under the key that the channel's own letter has
    assert all(each.once_key.endswith(":postmark") for each in await Delivery.all())


@ONLY_SQLITE
async def test_of_two_new_channels_one_takes_what_waited(house: House) -> None:
    service = await house.start()
    await service.subscribe("ana")
    house.channel("postmark")
    house.channel("sendmail")
    service = await house.start()
    await service.tick()
    assert len(house.calls("postmark")) + len(house.calls("sendmail")) == 1
    assert await states() == {"SENT": 1}
