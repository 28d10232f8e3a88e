"""What is past its time is told, then gone, and what is not stays (both engines)."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from capcom_gql import clock
from capcom_gql.domain.letters import UNSENT
from capcom_gql.domain.privacy import Retained
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import Actor, Scope
from capcom_gql.services.privacy import apply_retention as forgetting
from capcom_gql.services.privacy.apply_retention import apply_retention, count_expired
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.storage.ids import ENDPOINT, new_id
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import (
    Delivery,
    DeliveryAttempt,
    EmailChange,
    Event,
    IdempotencyRecord,
    OneTimeLink,
    Person,
    Redemption,
    Seat,
    Session,
    SupportRequest,
    SurveyRequest,
    Term,
    WebhookEndpoint,
)
from tests.services.canary import ADDRESS, Canary, aviary, cells, places_of_traces
from tests.services.house import House, Service, advance
from tests.services.retention import POLICY, applied, dry

LONG = timedelta(days=40 * 365)


@pytest.fixture
async def service(house: House) -> Service:
    return await aviary(house)


async def everything() -> list[tuple[str, str]]:
    """Every cell of the database."""
    return [cell async for cell in cells()]


async def test_of_what_is_fresh_nothing_goes(service: Service, canary: Canary, mailbox: Path) -> None:
    assert set(await dry(service, mailbox)) == {Retained.LINKS}, "some were used"
    before = await everything()
    found = await count_expired(service.runtime, POLICY, mailbox)
    assert await everything() == before, "a dry run writes nothing"
    assert set(found.counts) == set(Retained)


async def test_sessions_links_and_keys_go_when_their_time_is_over(
    service: Service, canary: Canary, mailbox: Path
) -> None:
    await applied(service, mailbox)
    fresh = await OneTimeLink.all().count(), await IdempotencyRecord.all().count(), await Session.all().count()
    assert fresh[1] > 0 and fresh[2] > 0
    for model in (Session, OneTimeLink, EmailChange):
        await model.all().update(expires_at=clock.utc_now() + timedelta(minutes=1))
    day = timedelta(hours=24)
    await IdempotencyRecord.all().update(created_at=clock.utc_now() - day + timedelta(minutes=1))
    assert await dry(service, mailbox) == {}
    await Session.all().update(revoked_at=clock.utc_now())
    assert await dry(service, mailbox) == {Retained.SESSIONS: fresh[2]}, "whoever signed out"
    await Session.all().update(revoked_at=None)
    for model in (Session, OneTimeLink):
        await model.all().update(expires_at=clock.utc_now())
    await IdempotencyRecord.all().update(created_at=clock.utc_now() - day)
    done = await applied(service, mailbox)
    assert done.counts[Retained.IDEMPOTENCY] == fresh[1] and done.counts[Retained.SESSIONS] == fresh[2]
    assert not await IdempotencyRecord.all().exists() and not await Session.all().exists()


async def test_a_change_of_address_waits_for_its_letter(service: Service, canary: Canary, mailbox: Path) -> None:
    """The letter reads the change when it is sent. One is made, of the other the time is over."""
    await EmailChange.filter(used_at__isnull=True).update(expires_at=clock.utc_now())
    waiting = Delivery.filter(topic="email_change", state="RETRYING")
    assert await waiting.exists()
    await apply_retention(service.runtime, service.staff, POLICY, mailbox)
    assert await EmailChange.all().count() == 2
    await waiting.update(state="FAILED")
    await EmailChange.filter(used_at__isnull=True).update(expires_at=None)
    assert (await applied(service, mailbox)).counts[Retained.EMAIL_CHANGES] == 2


async def test_letters_are_blanked_a_year_after_and_those_that_wait_are_not(
    service: Service, canary: Canary, mailbox: Path
) -> None:
    await applied(service, mailbox)
    over = await Delivery.exclude(state__in=UNSENT).count()
    assert over and await Delivery.filter(state__in=UNSENT).exists()
    first = await Delivery.filter(state="SENT").order_by("sent_at").first()
    assert first is not None and first.sent_at is not None
    # the limit is the first instant of the day
    await advance(seconds=(first.sent_at + timedelta(days=364) - await product_now()).total_seconds())
    assert Retained.LETTERS not in await dry(service, mailbox)
    await advance(days=30)
    assert (await dry(service, mailbox))[Retained.LETTERS] == over
    done = await applied(service, mailbox)
    assert (done.counts[Retained.LETTERS], done.counts[Retained.ATTEMPTS]) == (over, 0)
    blank = Delivery.filter(recipient="", subject__isnull=True, provider_id__isnull=True)
    assert await blank.exclude(state__in=UNSENT).count() == await blank.count() == over
    assert all(each.recipient for each in await Delivery.filter(state__in=UNSENT))
    failed = await Delivery.filter(state="RETRYING").first()
    assert failed is not None
    await Delivery.filter(id=failed.id).update(state="FAILED", reason="no mailbox canari@ville.example")
    await advance(days=365)
    done = await applied(service, mailbox)
    assert done.counts[Retained.LETTERS] == 1 and done.counts[Retained.ATTEMPTS] > 0
    kept = await Delivery.get(id=failed.id)
    assert (kept.recipient, kept.state) == ("", "FAILED") and not kept.reason
    assert await DeliveryAttempt.filter(delivery_id=failed.id, error__isnull=True).count() > 0


async def test_whatever_is_left_of_a_letter_is_blanked_and_our_own_words_stay(
    service: Service, canary: Canary, mailbox: Path
) -> None:
    await advance(days=365 + 30)
    await applied(service, mailbox)
    one = Delivery.filter(id__in=[each.id for each in await Delivery.filter(state="SENT").limit(1)])
    for said in ({"subject": "Bonjour"}, {"provider_id": "for-canari"}, {"reason": "canari is unknown"}):
        await one.update(**said)
        assert await dry(service, mailbox) == {Retained.LETTERS: 1}
        await applied(service, mailbox)
    await one.update(state="SUPPRESSED", reason="UNSUBSCRIBED", recipient=ADDRESS, sent_at=None)
    await applied(service, mailbox)
    assert [(each.recipient, each.reason) for each in await one] == [("", "UNSUBSCRIBED")]
    endpoint = await WebhookEndpoint.create(
        id=new_id(ENDPOINT), url="https://hooks.example", kinds=[], created_at=clock.utc_now()
    )
    await one.update(endpoint_id=endpoint.id, person_id=None, recipient=endpoint.url)
    assert await dry(service, mailbox) == {}, "an endpoint is nobody"


async def test_comments_and_the_texts_of_support_stay_two_years(
    service: Service, canary: Canary, mailbox: Path
) -> None:
    policy = replace(POLICY, persons_years=30)
    now = await product_now()
    await SurveyRequest.all().update(answered_at=now)
    await SupportRequest.filter(closed_at__isnull=False).update(closed_at=now)
    await advance(days=729)
    assert not {Retained.COMMENTS, Retained.SUPPORT} & set(await dry(service, mailbox, policy))
    await advance(days=3)
    longer = await dry(service, mailbox, replace(policy, comments_months=30))
    assert Retained.SUPPORT in longer and Retained.COMMENTS not in longer
    done = await applied(service, mailbox, policy)
    assert (done.counts[Retained.COMMENTS], done.counts[Retained.SUPPORT]) == (1, 1)
    survey = await SurveyRequest.get()
    assert survey.score == 9 and not survey.comment
    closed = await SupportRequest.get(closed_at__isnull=False)
    assert (closed.message, closed.answer) == ("", "") and closed.check_answer is not None
    assert (await SupportRequest.get(closed_at__isnull=True)).message, "what is open is not past"
    for text in ("message", "answer"):
        await SupportRequest.filter(id=closed.id).update(**{text: "Bonjour Canarina"})
        assert (await applied(service, mailbox, policy)).counts[Retained.SUPPORT] == 1


async def test_whoever_was_there_lately_or_waits_for_an_answer_stays(
    service: Service, canary: Canary, mailbox: Path
) -> None:
    await service.tick()
    await SupportRequest.all().update(closed_at=await product_now(), answer="Oui.")
    await advance(days=5 * 366)

    async def is_proposed() -> bool:
        return canary.person.id in (await count_expired(service.runtime, POLICY, mailbox)).person_ids

    assert await is_proposed()
    request = await SupportRequest.first()
    assert request is not None
    await SupportRequest.filter(id=request.id).update(closed_at=None)
    assert not await is_proposed()
    await SupportRequest.filter(id=request.id).update(closed_at=await product_now())
    await Session.filter(person_id=canary.person.id).update(created_at=await product_now())
    assert not await is_proposed()
    await Session.filter(person_id=canary.person.id).update(created_at=await product_now() - LONG)
    assert await is_proposed()


async def test_in_the_end_nothing_is_left_of_anybody_but_books(
    house: House, service: Service, canary: Canary, mailbox: Path
) -> None:
    kept = (Event, Term, Redemption, Seat)
    await service.tick()
    await SupportRequest.all().update(closed_at=await product_now(), answer="Oui.")
    before = {model: await model.all().count() for model in kept}
    await advance(days=10 * 366)
    await applied(service, mailbox)
    assert await places_of_traces() == set()
    after = {model: await model.all().count() for model in kept}
    assert all(after[model] >= before[model] for model in kept), "books stay"


async def test_what_was_written_after_an_erasure_goes(service: Service, canary: Canary, mailbox: Path) -> None:
    await erase_person(service.runtime, service.staff, ErasePersonForm(canary.person.id, "asked for in writing"))
    await applied(service, mailbox)
    late = await Delivery.filter(person_id=canary.person.id).first()
    assert late is not None
    await Delivery.filter(id=late.id).update(recipient=ADDRESS, subject="Bonjour Canarina", provider_id="for-canari")
    assert (await dry(service, mailbox)) == {Retained.ERASED: 1}
    await applied(service, mailbox)
    assert await places_of_traces() == set()
    await Delivery.filter(id=late.id).update(subject="Bonjour Canarina")
    assert (await applied(service, mailbox)).counts[Retained.ERASED] == 1


async def test_portion_by_portion(service: Service, mailbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "CHUNK", 3)
    past = clock.utc_now() - timedelta(days=2)
    await IdempotencyRecord.all().delete()
    for number in range(8):
        await IdempotencyRecord.create(
            caller="c", key=f"k{number}", input_hash="h", result={}, created_at=past if number else clock.utc_now()
        )
    done = await applied(service, mailbox)
    assert done.counts[Retained.IDEMPOTENCY] == 7
    assert [each.key for each in await IdempotencyRecord.all()] == ["k0"]


def a_mail(folder: Path, name: str, to: str, age: timedelta = timedelta()) -> None:
    """A mail as the mailbox channel writes it."""
    folder.mkdir(exist_ok=True)
    mail = EmailMessage()
    mail["To"] = to
    mail.set_content("Bonjour")
    file = folder / f"{name}.eml"
    file.write_bytes(mail.as_bytes())
    written = (datetime.now(UTC) - age).timestamp()
    os.utime(file, (written, written))


def names(folder: Path) -> list[str]:
    """The files of a folder."""
    return sorted(file.name for file in folder.iterdir())


async def test_the_mailbox_keeps_young_mails_to_people_it_knows(
    service: Service, canary: Canary, mailbox: Path
) -> None:
    day = timedelta(days=1)
    a_mail(mailbox, "a", ADDRESS.upper(), 29 * day)
    a_mail(mailbox, "b", "canari@nulle-part.example")
    a_mail(mailbox, "c", service.runtime.support_email)
    a_mail(mailbox, "d", ADDRESS, 31 * day)
    a_mail(mailbox, "e", "nobody@ville.example")
    (mailbox / "notes.txt").write_text("not a mail", encoding="utf-8")
    assert (await dry(service, mailbox))[Retained.MAILBOX] == 2
    assert (await dry(service, mailbox, replace(POLICY, mailbox_days=20)))[Retained.MAILBOX] == 3
    assert (await applied(service, mailbox)).counts[Retained.MAILBOX] == 2
    assert names(mailbox) == ["a.eml", "b.eml", "c.eml", "notes.txt"]
    await erase_person(service.runtime, service.staff, ErasePersonForm(canary.person.id, "asked for in writing"))
    await applied(service, mailbox)
    assert names(mailbox) == ["c.eml", "notes.txt"], "nobody has these addresses any more"


async def test_who_may_not(service: Service, canary: Canary, mailbox: Path) -> None:
    await advance(days=10 * 366)
    await SupportRequest.all().update(closed_at=await product_now() - LONG, answer="Oui.")
    key: Any = Actor(key_id="key_1", scopes=frozenset(Scope) - {Scope.ADMIN})
    with pytest.raises(Refusal):
        await apply_retention(service.runtime, key, POLICY, mailbox)
    assert (await Person.get(id=canary.person.id)).email == ADDRESS
