"""The organisation that an object names, for those who see the object and may not see the organisation."""

from typing import TYPE_CHECKING, cast

from capcom_gql.domain.rights import Right
from capcom_gql.graphql.context import Context
from capcom_gql.graphql.told import forbidden

if TYPE_CHECKING:
    from capcom_gql.graphql.types.subscription import Organisation


async def organisation_named(context: Context, organisation_id: str | None) -> "Organisation | None":
    """The organisation of an id, None for none. Raises an error, FORBIDDEN, to whoever may not see it."""
    if organisation_id is None:
        return None
    organisation = await context.find(context, organisation_id)
    if organisation is None:
        raise forbidden(Right.CARD, context.actor, context.locale)
    return cast("Organisation", organisation)
