"""Checks of rights for commands: first of the role or scope, then of the object (the table is in `domain.rights`)."""

from capcom_gql.access.authenticate import actor_of
from capcom_gql.domain.refusals import Refusal, forbidden, not_found
from capcom_gql.domain.rights import TABLE, Actor, Right, may, role_may


def authorize(right: Right, actor: Actor) -> None:
    """Raises Refusal (FORBIDDEN, empty path) where the caller's role or scopes give the right over no object at all.

    Where an API key lacks a scope, the sentence names it.
    """
    if role_may(right, actor):
        return
    scope = TABLE[right].scope
    if actor.key_id is not None and scope is not None:
        raise Refusal(forbidden("scope_missing", scope=scope.value))
    raise Refusal(forbidden())


def authorize_on(right: Right, actor: Actor, organisation_id: str, *path: str) -> None:
    """Raises Refusal where the caller lacks the right over an object of an organisation.

    FORBIDDEN where they may see the organisation; otherwise NOT_FOUND at `path`, the field with the object's id.
    """
    if may(right, actor, organisation_id):
        return
    if may(Right.VIEW, actor, organisation_id):
        raise Refusal(forbidden())
    raise Refusal(not_found(*path))


async def authorize_now(right: Right, actor: Actor, organisation_id: str, *path: str) -> None:
    """`authorize` and `authorize_on` with the caller's present seats, read again under the lock.

    To be called with the organisation's subscription locked, under which seats change. A caller who lost the role
    while waiting for the lock, or earlier in the same request, is refused.
    """
    if actor.person_id is not None and not actor.is_staff:
        actor = await actor_of(actor.person_id, is_staff=False)
        authorize(right, actor)
    authorize_on(right, actor, organisation_id, *path)
