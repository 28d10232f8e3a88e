"""How far back what is personal is kept."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcom_gql.domain.privacy import months_before
from capcom_gql.domain.terms import add_months


@pytest.mark.rule("R23")
@pytest.mark.parametrize(
    ("today", "months", "limit"),
    [
        (date(2027, 3, 31), 1, date(2027, 2, 28)),
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2027, 3, 1), 12, date(2026, 3, 1)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2027, 1, 15), 1, date(2026, 12, 15)),
        (date(2027, 12, 31), 13, date(2026, 11, 30)),
    ],
)
def test_some_months_before(today: date, months: int, limit: date) -> None:
    assert months_before(today, months) == limit


@pytest.mark.rule("R23")
@given(today=st.dates(date(1990, 1, 1), date(2200, 1, 1)), months=st.integers(1, 360))
def test_as_many_months_forth_lead_back_or_to_a_day_that_is_still_before(today: date, months: int) -> None:
    limit = months_before(today, months)
    assert (limit.year * 12 + limit.month) + months == today.year * 12 + today.month
    assert add_months(limit, months) <= today
    assert limit.day == today.day or add_months(limit.replace(day=1), 1).toordinal() - limit.toordinal() == 1
