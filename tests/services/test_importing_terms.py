"""The terms of imported organisations: running, provisional, over; and what the calendar does with them next."""

from datetime import date

import pytest

from capcom_gql.access.authenticate import actor_of
from capcom_gql.domain.lifecycle import SubscriptionState, subscription_status
from capcom_gql.domain.seats import parse_number
from capcom_gql.forms import OrganisationForm
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.renew import RenewForm, renew
from capcom_gql.services.subscribe import subscribe
from capcom_gql.storage.tables import Delivery, Event, Person, Plan, Seat, Subscription, Term
from tests.databases import ONLY_SQLITE
from tests.domain.words import paris
from tests.services.house import FIRST_DAY, House, Service, form, fresh_key, on
from tests.services.spreadsheet import NUMBER, SIRET, VILLE, bring_in, outcomes, users


@pytest.mark.rule("R8")
@pytest.mark.rule("R9")
async def test_a_provisional_term_owes_its_proof_as_any_other(house: House, service: Service) -> None:
    proofless = {key: value for key, value in VILLE.items() if not key.startswith(("proof", "confirmed"))}
    (result,) = await bring_in(service, *users("ana", "bob", of=proofless, first_day="20/02/2027"))
    assert result.outcome.value == "IMPORTED" and not result.calendar_writes
    await on(date(2027, 3, 8))
    await service.tick()
    assert sorted((call.topic, call.address) for call in house.calls("post")) == [
        ("cancelled", "ana@ville.example"),
        ("cancelled", "bob@ville.example"),
    ]


@pytest.mark.rule("R13")
@pytest.mark.rule("R15")
async def test_a_term_in_its_last_month_gets_the_latest_letter_that_is_due(house: House, service: Service) -> None:
    """The renewal is asked for by the calendar's own rule, and the report says so beforehand."""
    for dry_run in (True, False):
        last_month = users("ana", first_day="2026-03-20", proof_received_on="2026-03-21")
        (result,) = await bring_in(service, *last_month, dry_run=dry_run)
        assert result.calendar_writes
    await service.tick()
    assert [(call.topic, call.address) for call in house.calls("post")] == [("renewal_reminder", "ana@ville.example")]
    assert await Event.filter(kind="renewal.skipped").count() == 1


@pytest.mark.rule("R16")
async def test_a_term_that_is_over_comes_as_expired_and_is_reopened_with_its_numbers(
    house: House, service: Service
) -> None:
    rows = users("ana", "bob", first_day="10/01/2026", proof_received_on="12/01/2026")
    rows[0]["subscriber_number"] = NUMBER
    (result,) = await bring_in(service, *rows, welcome=True)
    assert result.outcome.value == "IMPORTED" and not result.calendar_writes
    assert await service.tick() == (0, 0)
    assert await Delivery.all().count() == 0, "nobody hears of a year that ended elsewhere"
    expired = await Event.get(kind="subscription.expired")
    assert expired.occurred_at == paris("2027-01-10 00:00")
    status = subscription_status([(await Term.get()).facts()], FIRST_DAY, service.runtime.policy)
    assert status is not None and status.state is SubscriptionState.EXPIRED
    ana = await actor_of((await Person.get(email_key="ana@ville.example")).id, is_staff=False)
    again = form("ana", "cleo", organisation=OrganisationForm("Ville", siret=SIRET))
    await subscribe(service.runtime, ana, again, FRENCH)
    kept = await Seat.get(number=parse_number(NUMBER)).prefetch_related("person")
    assert (kept.person.email, kept.removed_at) == ("ana@ville.example", None)
    assert await Term.all().count() == 2


@pytest.mark.rule("R19")
@ONLY_SQLITE
async def test_nobody_accepted_the_terms_of_use_by_an_import_but_by_renewing(service: Service) -> None:
    await bring_in(service, *users("ana"))
    assert await Event.filter(kind="terms.accepted").count() == 0
    subscription = await Subscription.get()
    await renew(service.runtime, service.staff, RenewForm(subscription.id, "1", fresh_key()))
    assert [term.terms_version for term in await Term.all().order_by("starts_on")] == ["", "1"]


@pytest.mark.rule("R14")
@ONLY_SQLITE
async def test_a_closed_plan_is_held_already(service: Service) -> None:
    await Plan.filter(code="EQUIPE").update(is_open=False)
    assert outcomes(await bring_in(service, *users("ana", plan="equipe"))) == ["IMPORTED"]
