"""Retention as its tests ask for it: what would go, and what went, each time compared."""

from pathlib import Path

from capcom_gql.domain.privacy import Retained, RetentionPolicy
from capcom_gql.services.privacy.apply_retention import Expired, apply_retention, count_expired
from tests.services.house import Service

POLICY = RetentionPolicy()


async def dry(service: Service, mailbox: Path, policy: RetentionPolicy = POLICY) -> dict[Retained, int]:
    """What would go, the kinds of which nothing would left out."""
    found = await count_expired(service.runtime, policy, mailbox)
    return {kind: count for kind, count in found.counts.items() if count}


async def applied(service: Service, mailbox: Path, policy: RetentionPolicy = POLICY) -> Expired:
    """Let it go, and see that it is what a dry run tells, and that nothing is left to go."""
    told = await dry(service, mailbox, policy)
    done = await apply_retention(service.runtime, service.staff, policy, mailbox)
    assert {kind: count for kind, count in done.counts.items() if count} == told
    assert await dry(service, mailbox, policy) == {}
    again = await apply_retention(service.runtime, service.staff, policy, mailbox)
    assert not any(again.counts.values()), "twice is as once"
    return done
