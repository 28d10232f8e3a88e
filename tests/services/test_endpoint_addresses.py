"""Which addresses an endpoint may have is for the channels to say; a person has none."""

import pytest

from capcom_gql.domain.letters import AddressKind
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import Actor
from capcom_gql.languages.locales import LOCALES
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.services.create_webhook_endpoint import CreateWebhookEndpointForm, create_webhook_endpoint
from capcom_gql.services.update_profile import AddressForm, UpdateProfileForm, update_profile
from capcom_gql.storage.tables import Person, WebhookEndpoint
from tests.databases import ONLY_SQLITE
from tests.services.house import House, faults_of
from tests.services.receiving import change, create, install

pytestmark = ONLY_SQLITE

PRIVATE = "https://10.1.2.3/hook"


async def test_a_channel_refuses_an_address_in_its_own_words(house: House) -> None:
    house.channel("post")
    install(house)
    service = await house.start()
    form = CreateWebhookEndpointForm(PRIVATE, ())
    with pytest.raises(Refusal) as refusal:
        await create_webhook_endpoint(service.runtime, service.staff, form)
    (fault,) = refusal.value.faults
    assert (fault.code, fault.path) == ("UNSAFE_URL", ("url",))
    for locale in LOCALES:
        assert "hook: 10.0.0.0/8 is a private network" in refusal_sentence(fault, locale)
    assert not await WebhookEndpoint.all().exists()
    created = await create(service)
    assert await faults_of(change(service, created.endpoint_id, url=PRIVATE)) == [("UNSAFE_URL", "url")]


async def test_without_a_channel_any_web_address_is_taken(house: House) -> None:
    """The channel that comes judges it again before each send."""
    service = await house.start()
    await create(service, PRIVATE)
    assert await WebhookEndpoint.all().count() == 1


async def test_a_channel_that_hangs_or_fails_at_it_refuses_nothing(house: House) -> None:
    install(house)
    plugin = house.plugins / "hook.py"
    for fault in ("time.sleep(600)", "1 / 0", "raise SystemExit"):
        plugin.write_text(plugin.read_text().replace('if "://10." in raw:', f"{fault}\n        if False:"))
        plugin.write_text("import time\n" + plugin.read_text())
        service = await house.start(SEND_TIMEOUT="1")
        await create(service, PRIVATE)
        install(house)


async def test_a_profile_holds_no_web_address(house: House) -> None:
    house.channel("post")
    service = await house.start()
    await service.subscribe("ana")
    ana = Actor(person_id=(await Person.get(email_key="ana@ville.example")).id)
    for kind in AddressKind:
        form = UpdateProfileForm(addresses=(AddressForm(kind.value, "https://hooks.example"),))
        assert await faults_of(update_profile(ana, form)) == [("INVALID_INPUT", "addresses.0.kind")]
