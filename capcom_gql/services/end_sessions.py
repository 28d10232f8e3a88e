"""End one's own sessions, one or all: their tokens stop working at once, in every process (R5)."""

from dataclasses import dataclass

from capcom_gql import clock
from capcom_gql.access.accounts import lock_own_account
from capcom_gql.access.authorize import authorize
from capcom_gql.access.sessions import end_sessions
from capcom_gql.domain.refusals import Refusal, forbidden, not_found
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.tables import Session


@dataclass(frozen=True, slots=True)
class EndSessionForm:
    """Which session to end."""

    session_id: str


@dataclass(frozen=True, slots=True)
class EndAllSessionsForm:
    """Whether the session of the caller goes on."""

    keep_current: bool = True


async def end_session(actor: Actor, form: EndSessionForm) -> bool:
    """End one of the caller's sessions. Idempotent; returns True.

    Raises Refusal: FORBIDDEN; NOT_FOUND at `sessionId`, also for a session of another person.
    """
    authorize(Right.SELF, actor)
    if actor.person_id is None:
        raise Refusal(forbidden())
    own = Session.filter(id=form.session_id, person_id=actor.person_id)
    if not await own.exists():
        raise Refusal(not_found("sessionId"))
    await own.filter(revoked_at__isnull=True).update(revoked_at=clock.utc_now())
    return True


async def end_all_sessions(actor: Actor, form: EndAllSessionsForm) -> int:
    """End the caller's sessions; the present one is kept where the form says so. Returns how many were still working.

    Raises Refusal (FORBIDDEN).
    """
    authorize(Right.SELF, actor)
    if actor.person_id is None:
        raise Refusal(forbidden())
    person_id, keep = actor.person_id, actor.session_id if form.keep_current else None

    async def work() -> int:
        # signing in locks the person's row too, so that no session is opened meanwhile and left out
        await lock_own_account(actor)
        return await end_sessions(person_id, keep)

    return await in_one_transaction(work)
