"""Webhook endpoints: which events they want, what they are sent, when one is warned about and given up."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from capcom_gql.domain.endpoints import (
    DISABLE_AFTER,
    SECRET_OVERLAP,
    WARN_AFTER,
    WARNING_PERIOD,
    DisabledReason,
    EndpointHealth,
    HealthAction,
    accepts_kind,
    health_action,
    webhook_body,
    webhook_once_key,
)
from capcom_gql.languages.locales import LOCALES
from capcom_gql.languages.sentences import say

SINCE = datetime(2027, 3, 1, 11, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


def failing(**more: datetime) -> EndpointHealth:
    return EndpointHealth(is_enabled=True, failing_since=SINCE, **more)


@pytest.mark.rule("R21")
def test_a_day_five_days_and_a_day_more_for_the_secret() -> None:
    assert timedelta(days=1) == WARN_AFTER == WARNING_PERIOD
    assert timedelta(days=5) == DISABLE_AFTER
    assert timedelta(hours=24) == SECRET_OVERLAP


@pytest.mark.rule("R21")
def test_staff_are_warned_after_a_day_and_once() -> None:
    assert health_action(failing(), SINCE + WARN_AFTER - A_MOMENT) is HealthAction.NOTHING
    assert health_action(failing(), SINCE + WARN_AFTER) is HealthAction.WARN
    assert (
        health_action(failing(warned_at=SINCE + WARN_AFTER), SINCE + DISABLE_AFTER - A_MOMENT) is HealthAction.NOTHING
    )


@pytest.mark.rule("R21")
def test_it_is_disabled_after_five_days() -> None:
    told = failing(warned_at=SINCE + WARN_AFTER)
    assert health_action(told, SINCE + DISABLE_AFTER - A_MOMENT) is HealthAction.NOTHING
    assert health_action(told, SINCE + DISABLE_AFTER) is HealthAction.DISABLE


@pytest.mark.rule("R21")
def test_it_is_not_disabled_before_staff_were_told_for_a_day() -> None:
    """As after an outage of ours, which nobody could warn of."""
    late = SINCE + timedelta(days=6)
    assert health_action(failing(), late) is HealthAction.WARN
    assert health_action(failing(warned_at=late), late + WARNING_PERIOD - A_MOMENT) is HealthAction.NOTHING
    assert health_action(failing(warned_at=late), late + WARNING_PERIOD) is HealthAction.DISABLE


@pytest.mark.rule("R21")
def test_one_that_works_or_is_disabled_is_left_alone() -> None:
    long_after = SINCE + timedelta(days=400)
    assert health_action(EndpointHealth(is_enabled=True), long_after) is HealthAction.NOTHING
    assert health_action(EndpointHealth(is_enabled=False, failing_since=SINCE), long_after) is HealthAction.NOTHING


@pytest.mark.rule("R21")
def test_an_empty_filter_wants_every_kind() -> None:
    assert accepts_kind([], "seat.added")
    assert accepts_kind(["term.confirmed", "seat.added"], "seat.added")
    assert not accepts_kind(["term.confirmed"], "seat.added")


@pytest.mark.rule("R21")
def test_the_body_tells_the_instant_in_utc() -> None:
    sent = webhook_body(
        "seat.added",
        event_id="event_1",
        occurred_at=datetime(2027, 3, 1, 12, 0, 0, 500, tzinfo=timezone(timedelta(hours=1))),
        organisation_id=None,
        subject_id="seat_1",
        details={"seat_id": "seat_1"},
    )
    assert sent == {
        "type": "seat.added",
        "timestamp": "2027-03-01T11:00:00.000500Z",
        "data": {
            "schema_version": 1,
            "id": "event_1",
            "organisation_id": None,
            "subject_id": "seat_1",
            "details": {"seat_id": "seat_1"},
        },
    }


@pytest.mark.rule("R21")
def test_an_event_goes_to_an_endpoint_by_a_channel_once() -> None:
    told = [("seat.added", "event_1", "endpoint_1", "webhook")]
    told += [("seat.added", *other) for other in (("e2", "p1", "w"), ("e1", "p2", "w"), ("e1", "p1", "x"))]
    assert len({webhook_once_key(*each) for each in told}) == len(told)
    assert webhook_once_key(*told[0]) == "seat.added:event_1:endpoint_1:webhook"


@pytest.mark.rule("R21")
def test_every_reason_is_said_in_every_language() -> None:
    for reason in DisabledReason:
        assert len({say("answers", f"disabled.{reason}", locale) for locale in LOCALES}) == len(LOCALES)
