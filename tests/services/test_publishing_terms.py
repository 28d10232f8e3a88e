"""Publishing terms of use: from then on every opening and renewal accepts that version and no other (R19)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import ANONYMOUS, Scope
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.publish_terms import MAX_URL, MAX_VERSION, PublishTermsForm, TermsPublished, publish_terms
from capcom_gql.services.renew import RenewForm, renew
from capcom_gql.services.subscribe import subscribe
from capcom_gql.storage.product_clock import product_now, set_product_clock
from capcom_gql.storage.tables import Event, Term, TermsOfUse
from capcom_gql.subscription.catalogue import current_terms
from tests.databases import ONLY_SQLITE
from tests.services.callers import history, machine, recorded_since
from tests.services.house import Service, advance, faults_of, form, fresh_key

SECOND = PublishTermsForm("2", "https://www.capcom.example/terms-of-use/2")


@pytest.mark.rule("R19")
async def test_the_version_published_last_is_the_one_to_accept(service: Service) -> None:
    opened = await service.subscribe("ana")
    await service.record_proof(opened.subscription_id)
    before = await history()
    made = await publish_terms(service.runtime, service.staff, SECOND)
    assert (await current_terms()).id == made.terms_id
    assert await recorded_since(before) == [("terms.published", {"version": "2"})]
    event = await Event.get(kind="terms.published")
    assert (event.organisation_id, event.subject_id, event.actor_id) == (None, made.terms_id, service.staff.person_id)
    refused = [("TERMS_NOT_ACCEPTED", "acceptedTermsVersion")]
    old = RenewForm(opened.subscription_id, "1", fresh_key())
    assert await faults_of(service.subscribe("bob")) == refused
    assert await faults_of(renew(service.runtime, service.staff, old)) == refused
    new = RenewForm(opened.subscription_id, "2", fresh_key())
    renewed = await renew(service.runtime, service.staff, new)
    signing = replace(form("bob"), accepted_terms_version="2")
    signed = await subscribe(service.runtime, service.staff, signing, FRENCH)
    assert (await Term.get(subscription_id=signed.subscription_id)).terms_version == "2"
    assert (await Term.get(id=renewed.term_id)).terms_version == "2"
    assert (await Term.filter(subscription_id=opened.subscription_id).order_by("starts_on"))[0].terms_version == "1"


@pytest.mark.rule("R19")
async def test_the_same_again_changes_nothing(service: Service) -> None:
    made = await publish_terms(service.runtime, service.staff, SECOND)
    before = await history()
    spaced = PublishTermsForm(" 2", f"{SECOND.url} ")
    assert await publish_terms(service.runtime, service.staff, spaced) == made
    assert await recorded_since(before) == [] and await TermsOfUse.all().count() == 2


@pytest.mark.rule("R19")
async def test_a_version_is_never_published_twice(service: Service) -> None:
    first = await current_terms()
    await publish_terms(service.runtime, service.staff, SECOND)
    before = await history()
    moved = PublishTermsForm("2", "https://www.capcom.example/elsewhere")
    for again in (PublishTermsForm("1", first.url), PublishTermsForm("1", SECOND.url), moved):
        assert await faults_of(publish_terms(service.runtime, service.staff, again)) == [("CONFLICT", "version")]
    assert await recorded_since(before) == []
    current = await current_terms()
    assert (current.version, current.url) == ("2", SECOND.url)


@pytest.mark.rule("R19")
async def test_the_latest_is_in_force_also_where_the_clock_was_set_back(service: Service) -> None:
    await advance(days=400)
    await publish_terms(service.runtime, service.staff, SECOND)
    published_at = (await current_terms()).published_at
    await set_product_clock(await product_now() - timedelta(days=300), force=True)
    await publish_terms(service.runtime, service.staff, PublishTermsForm("3", SECOND.url))
    current = await current_terms()
    assert current.version == "3" and current.published_at > published_at


async def test_it_is_dated_by_the_product_s_clock(service: Service) -> None:
    before = await product_now()
    await publish_terms(service.runtime, service.staff, SECOND)
    event = await Event.get(kind="terms.published")
    assert before <= (await current_terms()).published_at == event.occurred_at <= await product_now()


@pytest.mark.parametrize(
    ("version", "url", "places"),
    [
        (" ", "nowhere", ["version", "url"]),
        ("x" * (MAX_VERSION + 1), SECOND.url, ["version"]),
        ("\ufeff", SECOND.url, ["version"]),
        ("2027\n2", SECOND.url, ["version"]),
        ("2027-2\u200b", "", ["version", "url"]),
        ("2", "", ["url"]),
        ("2", "www.capcom.example/terms", ["url"]),
        ("2", "ftp://capcom.example/terms", ["url"]),
        ("2", "javascript:alert(1)", ["url"]),
        ("2", "https://", ["url"]),
        ("2", "https://cap com.example/terms", ["url"]),
        ("2", "https://capcom.example/a b", ["url"]),
        ("2", "https://capcom.example:port/", ["url"]),
        ("2", "https://[capcom.example/", ["url"]),
        ("2", "https://capcom.example/\x07", ["url"]),
        ("2", "https://capcom.example/".ljust(MAX_URL + 1, "x"), ["url"]),
    ],
)
async def test_all_faults_are_told_at_once(service: Service, version: str, url: str, places: list[str]) -> None:
    asked = publish_terms(service.runtime, service.staff, PublishTermsForm(version, url))
    assert await faults_of(asked) == [("INVALID_INPUT", place) for place in places]
    assert (await current_terms()).version == "1"


@ONLY_SQLITE
async def test_an_address_may_be_as_long_as_it_is_kept(service: Service) -> None:
    longest = "https://capcom.example/".ljust(MAX_URL, "x")
    await publish_terms(service.runtime, service.staff, PublishTermsForm("2", longest))
    assert (await current_terms()).url == longest


async def test_the_right_is_judged_before_the_form(service: Service) -> None:
    bad = PublishTermsForm("", "")
    for actor in (ANONYMOUS, machine(*set(Scope) - {Scope.ADMIN})):
        assert await faults_of(publish_terms(service.runtime, actor, bad)) == [("FORBIDDEN", "")]


@pytest.mark.rule("R19")
async def test_two_who_publish_the_same_at_once_publish_it_once(service: Service) -> None:
    before = await history()
    made = await asyncio.gather(*(publish_terms(service.runtime, service.staff, SECOND) for _ in range(6)))
    assert len(set(made)) == 1
    assert await recorded_since(before) == [("terms.published", {"version": "2"})]


@pytest.mark.rule("R19")
async def test_a_sign_up_meanwhile_accepts_one_or_the_other(service: Service) -> None:
    """Whoever was first: what is kept is the version that was in force, or the form is refused."""

    async def sign_up() -> str:
        asked = form("bob")
        return (await subscribe(service.runtime, service.staff, asked, FRENCH)).subscription_id

    outcome, published = await asyncio.gather(
        sign_up(), publish_terms(service.runtime, service.staff, SECOND), return_exceptions=True
    )
    assert isinstance(published, TermsPublished)
    if isinstance(outcome, str):
        assert (await Term.get(subscription_id=outcome)).terms_version == "1"
    else:
        assert isinstance(outcome, Refusal) and await Term.all().count() == 0
