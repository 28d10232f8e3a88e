"""Who is a person without a seat for years, and erased for it; and who is not yet (both engines)."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

from capcom_gql.domain.privacy import Retained
from capcom_gql.services.privacy.apply_retention import apply_retention, count_expired
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.storage.tables import Note, Person, Seat, Term
from tests.domain.words import paris
from tests.services.house import Service, advance, on
from tests.services.retention import POLICY, applied, dry


async def test_persons_without_a_seat_are_erased_after_three_years(service: Service, mailbox: Path) -> None:
    await service.subscribe("ana", "bob", "cleo")
    by_name = {each.email.partition("@")[0]: each for each in await Person.all()}
    bob = await Seat.get(person_id=by_name["bob"].id)
    await remove_seat(service.runtime, service.staff, RemoveSeatForm(bob.id))
    await service.tick()
    await advance(days=2 * 365)
    assert Retained.PERSONS not in await dry(service, mailbox)
    await advance(days=367)
    # the subscription fell unpaid in the first year, and its term would have ended two years ago
    found = await count_expired(service.runtime, POLICY, mailbox)
    assert set(found.person_ids) == {by_name["bob"].id}
    done = await applied(service, mailbox)
    assert set(done.person_ids) == set(found.person_ids) and done.kept == {}
    assert (await Person.get(id=by_name["bob"].id)).email.startswith("erased-")
    assert "retention: CAPCOM_KEEP_PERSONS_YEARS=3 (R23)" in {note.text for note in await Note.all()}
    assert (await Person.get(id=by_name["ana"].id)).email == "ana@ville.example"
    await advance(days=366)
    done = await applied(service, mailbox)
    assert set(done.person_ids) == {by_name["ana"].id, by_name["cleo"].id}, "three years after the last day of the term"
    assert (await Person.get(id=service.staff.person_id)).email == "staff@capcom.example", "staff are never proposed"


async def test_three_years_are_counted_from_whatever_was_last(service: Service, mailbox: Path) -> None:
    """The last day of a term, the end of a seat, the beginning of an account: the day of the limit is still kept."""
    await service.subscribe("ana", "bob")
    await on(date(2033, 3, 1))
    limit = paris("2030-03-01 00:00")

    async def proposed() -> list[str]:
        found = (await count_expired(service.runtime, POLICY, mailbox)).person_ids
        return sorted(each.email.partition("@")[0] for each in await Person.filter(id__in=found))

    await Term.all().update(ends_on=date(2030, 3, 1))
    assert await proposed() == []
    await Term.all().update(ends_on=date(2030, 2, 28))
    assert await proposed() == ["ana", "bob"]
    await Term.all().update(ends_on=date(2033, 3, 2))
    bob = Seat.filter(person__email="bob@ville.example")
    await Seat.filter(id__in=[each.id for each in await bob]).update(removed_at=limit + timedelta(seconds=1))
    assert await proposed() == []
    await Seat.filter(removed_at__isnull=False).update(removed_at=limit)
    assert await proposed() == ["bob"]
    await Person.filter(email="bob@ville.example").update(created_at=limit + timedelta(seconds=1))
    assert await proposed() == []


async def test_two_runs_at_once_erase_each_person_once(service: Service, mailbox: Path) -> None:
    """What the other has done meanwhile is told as kept, and stops nothing."""
    names = ("ana", "bob", "cleo", "dan")
    await service.subscribe(*names)
    await service.tick()
    await advance(days=5 * 366)
    runs = await asyncio.gather(*(apply_retention(service.runtime, service.staff, POLICY, mailbox) for _ in range(2)))
    erased = [person_id for run in runs for person_id in run.person_ids]
    assert len(erased) == len(set(erased)) == len(names)
    addresses = await Person.filter(is_staff=False).values_list("email", flat=True)
    assert all(str(each).startswith("erased-") for each in addresses)
