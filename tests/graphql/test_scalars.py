"""Scalars of our own: what they take, what they refuse, how they answer."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from graphql import GraphQLError, GraphQLScalarType
from hypothesis import given, settings
from hypothesis import strategies as st

from capcom_gql.graphql.scalars import text_fault
from capcom_gql.graphql.schema import build_schema

TYPES = build_schema()._schema.type_map


def scalar(name: str) -> GraphQLScalarType:
    found = TYPES[name]
    assert isinstance(found, GraphQLScalarType)
    return found


def parsed(name: str, value: object) -> object:
    return scalar(name).coerce_input_value(value)


def written(name: str, value: object) -> object:
    return scalar(name).coerce_output_value(value)


def test_a_day_is_four_two_and_two_digits() -> None:
    assert parsed("Date", "2028-02-29") == date(2028, 2, 29)
    assert written("Date", date(2028, 2, 29)) == "2028-02-29"


@pytest.mark.parametrize(
    "value",
    [
        "2027-02-29",
        "20280229",
        "2028-W09-2",
        "2028-2-9",
        "2028-02-29T00:00:00Z",
        "",
        " 2028-02-29",
        20280229,
        None,
        True,
    ],
)
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError, match="Date"):
        parsed("Date", value)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-12-31T10:00:00+01:00", datetime(2026, 12, 31, 9, tzinfo=UTC)),
        ("2026-12-31T09:00:00Z", datetime(2026, 12, 31, 9, tzinfo=UTC)),
        ("2026-12-31t09:00:00.25z", datetime(2026, 12, 31, 9, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-12-31T09:00:00-00:00", datetime(2026, 12, 31, 9, tzinfo=UTC)),
    ],
)
def test_an_instant_has_its_offset(value: str, instant: datetime) -> None:
    found = parsed("DateTime", value)
    assert found == instant
    assert isinstance(found, datetime) and found.utcoffset() == timedelta()


@pytest.mark.parametrize("value", ["2026-12-31T10:00:00", "2026-12-31 10:00", "2026-12-31"])
def test_a_naive_instant_is_told_what_it_lacks(value: str) -> None:
    with pytest.raises(GraphQLError, match="needs its offset from UTC"):
        parsed("DateTime", value)


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30T10:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-12-31T10:00:61Z",
        "2026-12-31T10:00Z",
        "yesterday",
        "",
        1_798_700_000,
        1.5,
        None,
    ],
)
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError, match="DateTime"):
        parsed("DateTime", value)


def test_instants_are_answered_in_utc() -> None:
    paris = timezone(timedelta(hours=1))
    assert written("DateTime", datetime(2026, 12, 31, 10, tzinfo=paris)) == "2026-12-31T09:00:00Z"
    with pytest.raises(ValueError, match="time zone"):
        written("DateTime", datetime(2026, 12, 31, 10, tzinfo=UTC).replace(tzinfo=None))


@settings(deadline=None)
@given(st.datetimes(timezones=st.timezones()).filter(lambda instant: 1900 < instant.year < 2200))
def test_an_instant_comes_back_as_it_went(instant: datetime) -> None:
    assert parsed("DateTime", written("DateTime", instant)) == instant.astimezone(UTC)


@pytest.mark.parametrize("name", ["EmailAddress", "PhoneNumber", "URL", "SubscriberNumber"])
def test_text_scalars_take_any_text_that_can_be_kept(name: str) -> None:
    """Their syntax is the deed's to judge, with the other faults of the form."""
    assert parsed(name, "not at all 😀 what it should be") == "not at all 😀 what it should be"
    for value in ("a\x00b", "\ud800", "a\udfff", 5, True, None, ["a"], {"a": "b"}):
        with pytest.raises(GraphQLError, match=name):
            parsed(name, value)


def test_a_number_is_written_as_people_read_it() -> None:
    assert written("SubscriberNumber", "4071882390561227") == "CP 4071 8823 9056 1227"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")))
def test_a_text_of_whole_characters_is_no_fault(text: str) -> None:
    assert text_fault(text) is None


@given(st.text(), st.sampled_from(["\x00", "\ud800", "\udbff", "\udc00", "\udfff"]), st.text())
def test_a_nul_or_half_a_pair_anywhere_is_a_fault(before: str, bad: str, after: str) -> None:
    assert text_fault(before + bad + after) is not None
