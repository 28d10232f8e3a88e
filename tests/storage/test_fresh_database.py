"""What a database holds when it has just been made (both engines)."""

from capcom_gql.domain.plans import DiscountRule, EventKind, Service
from capcom_gql.storage.product_clock import clock_offset
from capcom_gql.storage.tables import Installation, Plan, TermsOfUse

DISCOUNTS = (
    DiscountRule(EventKind.TRAINING, percent=20),
    DiscountRule(EventKind.MEETING, percent=15),
    DiscountRule(EventKind.FORUM, percent=10),
)


async def test_three_plans_are_open(database: str) -> None:
    plans = await Plan.all().order_by("seat_limit")
    assert [(plan.code, plan.seat_limit, plan.price_minor, plan.is_open) for plan in plans] == [
        ("ESSENTIEL", 3, 60_000, True),
        ("EQUIPE", 5, 90_000, True),
        ("COLLECTIF", 10, 150_000, True),
    ]


async def test_every_plan_has_all_services_and_the_three_discounts(database: str) -> None:
    for plan in await Plan.all():
        offer = plan.offer()
        assert set(offer.services) == set(Service)
        assert offer.discounts == DISCOUNTS


async def test_the_terms_of_use_are_version_one(database: str) -> None:
    assert [terms.version for terms in await TermsOfUse.all()] == ["1"]


async def test_the_clock_of_the_product_is_the_real_one(database: str) -> None:
    assert [row.id for row in await Installation.all()] == [1]
    assert not await clock_offset()
