"""Retention as its tests ask for it: what would go, and what went, each time compared."""

from pathlib import Path

from capcom_gql.domain.privacy import Kept, RetentionPolicy
from capcom_gql.services.privacy.apply_retention import Forgetting, forget, past_their_time
from tests.services.house import Service

POLICY = RetentionPolicy()


async def dry(service: Service, mailbox: Path, policy: RetentionPolicy = POLICY) -> dict[Kept, int]:
    """What would go, the kinds of which nothing would left out."""
    found = await past_their_time(service.setup, policy, mailbox)
    return {kind: count for kind, count in found.counts.items() if count}


async def applied(service: Service, mailbox: Path, policy: RetentionPolicy = POLICY) -> Forgetting:
    """Let it go, and see that it is what a dry run tells, and that nothing is left to go."""
    told = await dry(service, mailbox, policy)
    done = await forget(service.setup, service.staff, policy, mailbox)
    assert {kind: count for kind, count in done.counts.items() if count} == told
    assert await dry(service, mailbox, policy) == {}
    again = await forget(service.setup, service.staff, policy, mailbox)
    assert not any(again.counts.values()), "twice is as once"
    return done
