"""Webhook endpoints: which events they are sent, what body, and when one that fails is given up.

An endpoint is failing from the first send that failed after the last that succeeded. Failing for a day, staff are told
once; failing for five days, a day after that word at the earliest, or answering that it is gone for good, it is
disabled, and what it would have been sent is kept for it. All by the real clock, whatever the product's says.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from capcom_gql.domain.events import Detail

WARNED_AFTER = timedelta(days=1)
DISABLED_AFTER = timedelta(days=5)
NOTICE = timedelta(days=1)
"""How long staff have, once they are told, before it is disabled: after an outage of ours, too."""
OVERLAP = timedelta(hours=24)
"""How long a secret that was replaced still signs, beside the new one."""
SCHEMA_VERSION = 1
"""Of the body; a change that could break a receiver makes it 2."""


class DisabledReason(StrEnum):
    """Why an endpoint is disabled."""

    GONE = "GONE"
    """it answered that it is closed for good (410)"""
    FAILING = "FAILING"
    """nothing has succeeded for five days"""
    BY_STAFF = "BY_STAFF"
    """by whoever may change it"""


class Finding(StrEnum):
    """What is to be done about an endpoint."""

    NOTHING = "NOTHING"
    WARN = "WARN"
    DISABLE = "DISABLE"


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint stands; the instants are of the real clock."""

    is_enabled: bool
    failing_since: datetime | None = None
    warned_at: datetime | None = None


def judge(health: Health, now: datetime) -> Finding:
    """What its failing calls for at an instant of the real clock: a word to staff once, and its end after that."""
    if not health.is_enabled or health.failing_since is None:
        return Finding.NOTHING
    failing_for = now - health.failing_since
    if health.warned_at is None:
        return Finding.WARN if failing_for >= WARNED_AFTER else Finding.NOTHING
    is_over = failing_for >= DISABLED_AFTER and now - health.warned_at >= NOTICE
    return Finding.DISABLE if is_over else Finding.NOTHING


def wants(kinds: Collection[str], kind: str) -> bool:
    """Whether an endpoint with this filter is sent an event of a kind; an empty filter lets every kind pass."""
    return not kinds or kind in kinds


def body(
    kind: str,
    *,
    event_id: str,
    occurred_at: datetime,
    organisation_id: str | None,
    subject_id: str | None,
    details: Mapping[str, Detail],
) -> dict[str, Any]:
    """What an endpoint is sent of an event: ids only, in the form that Standard Webhooks recommends."""
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


def once_key(kind: str, event_id: str, endpoint_id: str, channel: str) -> str:
    """The unique key of what an endpoint is sent: an event goes there by one channel once."""
    return f"{kind}:{event_id}:{endpoint_id}:{channel}"
