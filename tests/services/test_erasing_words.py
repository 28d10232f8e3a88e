"""Words about a person, in notes and in logs: none outlives their erasure (both engines)."""

import io
import logging
from pathlib import Path

import pytest

from capcom_gql import clock
from capcom_gql.forms import OrganisationForm
from capcom_gql.logs import Lines, Objects
from capcom_gql.services.privacy.erase_notes import find_notes_naming
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.storage.engine.database import rows
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Event, Note, Person
from tests.databases import ONLY_SQLITE
from tests.services.canary import ADDRESS, FIRST_ADDRESS, TRACES, Canary, aviary, sing
from tests.services.house import House, Service, due_now

pytestmark = pytest.mark.rule("R23")

REASON = "asked for in writing, file 2027-12"


@pytest.fixture
async def service(house: House) -> Service:
    return await aviary(house)


async def texts() -> set[str]:
    """The notes that there are."""
    return {note.text for note in await Note.all()}


async def test_what_others_wrote_of_them_goes_and_what_they_wrote_of_others_stays(
    service: Service, canary: Canary
) -> None:
    """A note is beside an event of an organisation: only the words that name the person tell of them."""
    events = await Event.filter(organisation_id__isnull=False).order_by("id")
    noted = {str(each) for each in await Note.all().values_list("event_id", flat=True)}
    # what they wrote themselves goes whatever it says
    free = [each.id for each in events if each.id not in noted and each.actor_id != canary.person.id]
    naming = (
        "Appel de CANARINA.",
        "voir M.  canariello",
        f"écrit par {ADDRESS}",
        "tél. +33612345678",
        "@canari:ville.example",
        "rappelée au 06 12 34 56 78",
        "vue avec Mme CÀNARIELLO",
        f"autrefois {FIRST_ADDRESS}",
        "ou à serin@jabber.example",
    )
    # the last is one that nothing was sent to yet
    unused = [*canary.person.addresses, {"kind": "xmpp", "value": "serin@jabber.example"}]
    await Person.filter(id=canary.person.id).update(addresses=unused)
    others = ("courrier du maire de Sacanarina : canarinalogie", "rappel au 0612345679")
    for event_id, text in zip(free, naming + others, strict=False):
        await Note.create(event_id=event_id, text=text)
    assert set(naming + others) <= await texts()
    await erase_person(service.runtime, service.staff, ErasePersonForm(canary.person.id, REASON))
    assert await texts() == {*others, REASON}


async def test_a_note_on_an_organisation_they_were_never_in_is_not_read(service: Service, canary: Canary) -> None:
    elsewhere = (await service.subscribe("zoe", organisation=OrganisationForm("Ville de Nantes"))).subscription_id
    event = await Event.filter(organisation__subscription__id=elsewhere).first()
    assert event is not None
    await Note.create(event=event, text="Canarina, une autre")
    await erase_person(service.runtime, service.staff, ErasePersonForm(canary.person.id, REASON))
    assert await texts() == {"Canarina, une autre", REASON}


async def test_a_name_is_known_without_its_accents_and_hyphens(service: Service, canary: Canary) -> None:
    """As French capitals are often written, and as names are when one is in a hurry."""
    await Person.filter(id=canary.person.id).update(given_name="Zélie-Côme", family_name="Noël", phone=None)
    event = await Event.filter(organisation__subscription__id=canary.live_id).first()
    assert event is not None
    await Note.filter(event_id=event.id).delete()
    for text in ("ZELIE COME a écrit", "vu avec Mme Noel"):
        await Note.create(event=event, text=text)
        assert set((await find_notes_naming(await Person.get(id=canary.person.id))).values()) == {text}
        await Note.all().delete()


async def test_what_a_provider_said_of_a_letter_that_quotes_them_goes(service: Service, canary: Canary) -> None:
    about = await Delivery.filter(topic="support_opened").first()
    assert about is not None and about.person_id is None
    await DeliveryAttempt.filter(delivery_id=about.id).delete()
    await DeliveryAttempt.create(
        delivery=about, number=1, at=clock.utc_now(), outcome="RETRY", error="refused: Demande de Canarina Canariello"
    )
    await erase_person(service.runtime, service.staff, ErasePersonForm(canary.person.id, REASON))
    assert (await DeliveryAttempt.get(delivery_id=about.id)).error is None


@ONLY_SQLITE
async def test_the_files_of_the_database_hold_no_copy(house: House, service: Service, canary: Canary) -> None:
    """Neither the pages that are free again nor the write-ahead file, although processes have them open."""
    path = Path(house.database_url.removeprefix("sqlite:///"))

    def found() -> set[str]:
        files = [file for file in path.parent.glob(f"{path.name}*") if b"canari" in file.read_bytes().lower()]
        return {file.name.removeprefix(path.name) for file in files}

    assert "-wal" in found()
    await erase_person(service.runtime, service.staff, ErasePersonForm(canary.person.id, REASON))
    assert found() == set()
    assert await rows("PRAGMA secure_delete") == [{"secure_delete": 1}], "not all builds of the library have it so"


@pytest.mark.parametrize("form", [Lines, Objects], ids=["lines", "objects"])
async def test_no_log_holds_a_trace(house: House, service: Service, form: type[logging.Formatter]) -> None:
    """Of all that the product and the libraries under it say in a life and its erasure, as it would be written."""
    stream, root, ours = io.StringIO(), logging.getLogger(), logging.getLogger("capcom_gql")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(form())
    levels = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    ours.setLevel(logging.DEBUG)
    try:
        canary = await sing(house, service)
        await erase_person(service.runtime, service.staff, ErasePersonForm(canary.person.id, REASON))
        await due_now()
        await service.tick()
        ours.warning("not sent to %s", FIRST_ADDRESS)
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
    written = stream.getvalue().casefold()
    assert "not sent to (address masked)" in written, "what is never written holds no trace either"
    assert [trace for trace in TRACES if trace in written] == []
