"""Webhook endpoints: which events they are sent, in which body, and when a failing one is disabled.

An endpoint is failing from the first send that failed after the last one that succeeded. After a day of failing, staff
are warned once. After five days, and a day after the warning at the earliest, or at once when its channel raises
AddressGone (it answers 410) or AddressInvalid, it is disabled, and what it would have been sent is held for it. All of
this is by the real clock.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from capcom_gql.domain.events import Detail

WARN_AFTER = timedelta(days=1)
"""How long an endpoint is failing before staff are warned."""
DISABLE_AFTER = timedelta(days=5)
"""How long an endpoint is failing before it is disabled."""
WARNING_PERIOD = timedelta(days=1)
"""The least time between the warning and the disabling, also after an outage of the workers."""
SECRET_OVERLAP = timedelta(hours=24)
"""How long, by the real clock, a replaced secret still signs beside the new one."""
SCHEMA_VERSION = 1
"""The version of the body; it rises with a change that could break a receiver."""


class DisabledReason(StrEnum):
    """Why an endpoint is disabled."""

    GONE = "GONE"
    """its channel raised AddressGone (it answered 410) or AddressInvalid"""
    FAILING = "FAILING"
    """it has been failing for DISABLE_AFTER or longer, and staff were warned of it at least WARNING_PERIOD ago"""
    BY_STAFF = "BY_STAFF"
    """staff, or an API key with NOTIFICATIONS_WRITE, disabled it"""


class HealthAction(StrEnum):
    """What the service does about a failing endpoint."""

    NOTHING = "NOTHING"
    WARN = "WARN"
    """mail a warning to staff"""
    DISABLE = "DISABLE"


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """The facts that decide about a failing endpoint; instants are in UTC, of the real clock."""

    is_enabled: bool
    failing_since: datetime | None = None
    """the first failed send after the last successful one; None while it works"""
    warned_at: datetime | None = None
    """when staff were warned of this failing"""


def health_action(health: EndpointHealth, now: datetime) -> HealthAction:
    """What to do about an endpoint at `now` (real clock): warn staff once, later disable it."""
    if not health.is_enabled or health.failing_since is None:
        return HealthAction.NOTHING
    failing_for = now - health.failing_since
    if health.warned_at is None:
        return HealthAction.WARN if failing_for >= WARN_AFTER else HealthAction.NOTHING
    is_over = failing_for >= DISABLE_AFTER and now - health.warned_at >= WARNING_PERIOD
    return HealthAction.DISABLE if is_over else HealthAction.NOTHING


def accepts_kind(kinds: Collection[str], kind: str) -> bool:
    """Whether an endpoint is sent events of a kind; an empty filter `kinds` accepts every kind."""
    return not kinds or kind in kinds


def webhook_body(
    kind: str,
    *,
    event_id: str,
    occurred_at: datetime,
    organisation_id: str | None,
    subject_id: str | None,
    details: Mapping[str, Detail],
) -> dict[str, Any]:
    """The JSON object that an endpoint is sent about an event, shaped as Standard Webhooks recommends.

    Ids, days, amounts and codes only (R21); `timestamp` is the event's `occurred_at`, in UTC.
    """
    return {
        "type": kind,
        "timestamp": occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": {
            "schema_version": SCHEMA_VERSION,
            "id": event_id,
            "organisation_id": organisation_id,
            "subject_id": subject_id,
            "details": dict(details),
        },
    }


def webhook_once_key(kind: str, event_id: str, endpoint_id: str, channel: str) -> str:
    """The unique key of a delivery to an endpoint, so that an event is sent there by one channel once."""
    return f"{kind}:{event_id}:{endpoint_id}:{channel}"
