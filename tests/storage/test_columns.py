"""Instants are never naive and compare in any zone, on both engines; names fold to what people type."""

import unicodedata
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.tables import Event, Subscription
from tests.storage.rows import NOON, a_subscription, an_event, an_organisation

NAIVE = NOON.replace(tzinfo=None)
TOKYO, NEW_YORK = timezone(timedelta(hours=9)), timezone(timedelta(hours=-5))
A_MICROSECOND = timedelta(microseconds=1)


async def test_a_naive_instant_is_never_written(database: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await an_event(at=NAIVE).save(force_create=True)
    with pytest.raises(ValueError, match="time zone"):
        await Event.bulk_create([an_event(at=NAIVE)])
    with pytest.raises(ValueError, match="time zone"):
        await Subscription.all().update(due_at=NAIVE)


@pytest.mark.parametrize("lookup", ["", "__gte", "__lt", "__not"])
async def test_a_naive_instant_is_never_asked_about(database: str, lookup: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await Event.filter(**{f"occurred_at{lookup}": NAIVE})


async def test_no_naive_instant_hides_in_a_list(database: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await Event.filter(occurred_at__in=[NOON, NAIVE])
    with pytest.raises(ValueError, match="time zone"):
        await Event.filter(occurred_at__range=(NAIVE, NOON))


@pytest.mark.parametrize("zone", [UTC, TOKYO, NEW_YORK], ids=str)
async def test_an_instant_is_the_same_in_every_zone(database: str, zone: timezone) -> None:
    event = an_event(at=NOON.astimezone(TOKYO))
    await event.save(force_create=True)
    moment = NOON.astimezone(zone)
    before, after = moment - A_MICROSECOND, moment + A_MICROSECOND
    assert (await Event.get(id=event.id)).occurred_at == NOON
    for found in (
        {"occurred_at": moment},
        {"occurred_at__in": [before, moment]},
        {"occurred_at__gte": moment},
        {"occurred_at__gt": before},
        {"occurred_at__lt": after},
        {"occurred_at__range": (before, after)},
    ):
        assert await Event.filter(**found).count() == 1, found
    for missed in ({"occurred_at__gt": moment}, {"occurred_at__lt": moment}, {"occurred_at__in": [before, after]}):
        assert await Event.filter(**missed).count() == 0, missed


async def test_an_update_keeps_the_instant(database: str) -> None:
    town = an_organisation()
    await town.save(force_create=True)
    subscription = a_subscription(town)
    await subscription.save(force_create=True)
    await Subscription.filter(id=subscription.id).update(due_at=NOON.astimezone(NEW_YORK))
    assert await Subscription.filter(due_at__lte=NOON).count() == 1
    assert await Subscription.filter(due_at__lt=NOON).count() == 0
    subscription.due_at = (NOON + A_MICROSECOND).astimezone(TOKYO)
    await subscription.save(update_fields=["due_at"])
    assert await Subscription.filter(due_at__lte=NOON).count() == 0
    assert await Subscription.filter(due_at=NOON + A_MICROSECOND).count() == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Évreux", "evreux"),
        ("E\u0301vreux", "evreux"),
        ("  CŒUR d’Hérault ", "coeur d herault"),
        ("Val-d'Oise", "val d oise"),
        ("Straße", "strasse"),
        ("ŁÓDŹ", "lodz"),
        ("Ǿ", "o"),
        ("İstanbul", "istanbul"),
        ("℡ １０", "tel 10"),
        ("ﬁn", "fin"),
        ("%", ""),
        ("\0", ""),
        ("中", "中"),
    ],
)
def test_a_name_folds(text: str, expected: str) -> None:
    assert folded(text) == expected


@given(st.text())
def test_folding_is_done_once_for_all(text: str) -> None:
    once = folded(text)
    assert folded(once) == once == " ".join(once.split())


@given(st.text())
def test_folding_sees_no_difference_between_two_spellings_of_a_letter(text: str) -> None:
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text)) == folded(text)


@given(st.text(st.characters(max_codepoint=0x17F)))
def test_folding_takes_case_away(text: str) -> None:
    assert folded(text) == folded(text.casefold()) == folded(text.lower())
