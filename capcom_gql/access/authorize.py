"""Permissions as every command asks for them: role and scope first, ownership second (the table is `domain.rights`)."""

from capcom_gql.access.authenticate import actor_of
from capcom_gql.domain.refusals import Refusal, forbidden, not_found
from capcom_gql.domain.rights import TABLE, Actor, Right, may, role_may


def authorize(right: Right, actor: Actor) -> None:
    """Raise FORBIDDEN, path [], where a caller of this role or these scopes can have the right on nothing."""
    if role_may(right, actor):
        return
    scope = TABLE[right].scope
    if actor.key_id is not None and scope is not None:
        raise Refusal(forbidden("scope_missing", scope=scope.value))
    raise Refusal(forbidden())


def authorize_on(right: Right, actor: Actor, organisation_id: str, *path: str) -> None:
    """Raise where the caller has not the right on an organisation's object: FORBIDDEN where they may see it,
    NOT_FOUND at the id's path where they may not.
    """
    if may(right, actor, organisation_id):
        return
    if may(Right.VIEW, actor, organisation_id):
        raise Refusal(forbidden())
    raise Refusal(not_found(*path))


async def authorize_now(right: Right, actor: Actor, organisation_id: str, *path: str) -> None:
    """`authorize` and `authorize_on` with the ties of this instant, instead of those with which the request came.

    Of two deeds that hand a role over at once, and of two in one request, the second is refused. Under the lock of the
    organisation's subscription, which is what ties change under.
    """
    if actor.person_id is not None and not actor.is_staff:
        actor = await actor_of(actor.person_id, is_staff=False)
        authorize(right, actor)
    authorize_on(right, actor, organisation_id, *path)
