"""Access to services: what the plan includes, to whom, and the first reason against it."""

import pytest

from capcom_gql.domain.discounts import Access, HolderFacts, ServiceReason, service_access
from capcom_gql.domain.plans import Service
from capcom_gql.domain.terms import Term
from tests.domain.words import ALL_SERVICES, POLICY, a_seat, confirmed, day, offer, opened, renewed, withdrawn

LEAN = offer(services=(Service.PUBLICATIONS, Service.TRAINING))
PROVISIONAL_YEAR = opened("2026-12-09")
YEAR = confirmed(PROVISIONAL_YEAR, "2026-12-10")
LEAN_YEAR = confirmed(opened("2026-12-09", plan=LEAN), "2026-12-10")


def held(*terms: Term, removed: str | None = None) -> HolderFacts:
    return HolderFacts(a_seat(removed=removed), "ana@ville.example", terms)


def ask(holder: HolderFacts | None, on: str, service: Service = Service.DOCUMENTATION) -> Access:
    return service_access(holder, service, day(on), POLICY)


@pytest.mark.rule("R1")
@pytest.mark.parametrize("service", ALL_SERVICES)
@pytest.mark.parametrize("place", [1, 2, 5])
def test_each_user_has_access_to_every_service_of_the_plan(service: Service, place: int) -> None:
    holder = HolderFacts(a_seat(place=place), f"user{place}@ville.example", (YEAR,))
    told = service_access(holder, service, day("2027-01-01"), POLICY)
    assert told == Access(ServiceReason.GRANTED, ALL_SERVICES, day("2027-12-08"))
    assert told.granted


@pytest.mark.rule("R3")
def test_services_are_open_from_the_first_day_before_any_payment() -> None:
    assert ask(held(PROVISIONAL_YEAR), "2026-12-09") == Access(ServiceReason.GRANTED, ALL_SERVICES, day("2026-12-24"))


@pytest.mark.rule("R9")
def test_services_stop_on_day_16_without_any_worker() -> None:
    assert ask(held(PROVISIONAL_YEAR), "2026-12-24").granted
    assert ask(held(PROVISIONAL_YEAR), "2026-12-25") == Access(ServiceReason.SUBSCRIPTION_CANCELLED)


@pytest.mark.rule("R16")
def test_services_stop_the_day_after_the_last_day() -> None:
    assert ask(held(YEAR), "2027-12-08").granted
    assert ask(held(YEAR), "2027-12-09") == Access(ServiceReason.SUBSCRIPTION_EXPIRED)


@pytest.mark.rule("R1")
def test_a_service_that_the_plan_does_not_include_is_not_open_and_those_it_does_are_told() -> None:
    told = ask(held(LEAN_YEAR), "2027-01-01")
    assert told == Access(ServiceReason.SERVICE_NOT_COVERED, (Service.PUBLICATIONS, Service.TRAINING))
    assert not told.granted
    assert ask(held(LEAN_YEAR), "2027-01-01", Service.TRAINING).granted


@pytest.mark.rule("R1")
def test_the_services_are_those_of_the_running_term() -> None:
    following = confirmed(renewed(YEAR, "2027-10-01", plan=LEAN), "2027-10-02")
    assert ask(held(YEAR, following), "2027-12-08").granted
    assert ask(held(YEAR, following), "2027-12-09").reason is ServiceReason.SERVICE_NOT_COVERED


@pytest.mark.rule("R12")
def test_the_service_of_a_removed_seat_is_closed() -> None:
    assert ask(held(YEAR, removed="2027-02-01"), "2027-02-01") == Access(ServiceReason.SEAT_REMOVED)


@pytest.mark.rule("R1")
def test_a_number_that_nobody_holds_or_that_has_not_started_is_unknown() -> None:
    assert ask(None, "2027-01-01") == Access(ServiceReason.UNKNOWN_NUMBER)
    assert ask(held(), "2027-01-01") == Access(ServiceReason.UNKNOWN_NUMBER)
    assert ask(held(YEAR), "2026-12-08") == Access(ServiceReason.UNKNOWN_NUMBER)


@pytest.mark.rule("R1")
def test_of_several_reasons_the_first_of_the_list_is_told() -> None:
    cancelled = withdrawn(LEAN_YEAR, "2027-02-01")
    on = day("2028-01-01")

    def told(holder: HolderFacts | None, *, malformed: bool = False) -> ServiceReason:
        return service_access(holder, Service.DOCUMENTATION, on, POLICY, malformed=malformed).reason

    assert told(None, malformed=True) is ServiceReason.MALFORMED_NUMBER
    assert told(held(cancelled, removed="2027-02-01"), malformed=True) is ServiceReason.MALFORMED_NUMBER
    assert told(held(removed="2027-02-01")) is ServiceReason.UNKNOWN_NUMBER
    assert told(held(cancelled, removed="2027-02-01")) is ServiceReason.SEAT_REMOVED
    assert told(held(LEAN_YEAR, removed="2027-02-01")) is ServiceReason.SEAT_REMOVED
    assert told(held(cancelled)) is ServiceReason.SUBSCRIPTION_CANCELLED
    assert told(held(LEAN_YEAR)) is ServiceReason.SUBSCRIPTION_EXPIRED
