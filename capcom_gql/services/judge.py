"""Rights as every deed asks them: role and scope first, ownership second (the table is `domain.rights`)."""

from capcom_gql.domain.refusals import Refusal, forbidden, not_found
from capcom_gql.domain.rights import TABLE, Actor, Right, may, role_may


def demand(right: Right, actor: Actor) -> None:
    """Raise FORBIDDEN, path [], where a caller of this role or these scopes can have the right on nothing."""
    if role_may(right, actor):
        return
    scope = TABLE[right].scope
    if actor.key_id is not None and scope is not None:
        raise Refusal(forbidden("scope_missing", scope=scope.value))
    raise Refusal(forbidden())


def demand_on(right: Right, actor: Actor, organisation_id: str, *path: str) -> None:
    """Raise where the caller has not the right on an organisation's object: FORBIDDEN where they may see it,
    NOT_FOUND at the id's path where they may not.
    """
    if may(right, actor, organisation_id):
        return
    if may(Right.CARD, actor, organisation_id):
        raise Refusal(forbidden())
    raise Refusal(not_found(*path))
