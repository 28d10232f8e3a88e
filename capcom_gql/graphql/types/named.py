"""The organisation that an event or an endpoint is about, which not every reader of these may see."""

from typing import Annotated, TypeAlias

import strawberry

from capcom_gql.domain.rights import Right
from capcom_gql.graphql.context import Context
from capcom_gql.graphql.errors import forbidden
from capcom_gql.graphql.node import Node

Organisation: TypeAlias = Node
"""For the type checker only: the type itself is imported lazily, since it refers to types that use this module."""

NamedOrganisation = Annotated["Organisation", strawberry.lazy("capcom_gql.graphql.types.subscription")]
"""The API's type Organisation, imported lazily."""


async def organisation_named(context: Context, organisation_id: str | None) -> Organisation | None:
    """The organisation with an id, None for None.

    Raises FieldError (FORBIDDEN) where the caller may not see it or, alike, where it does not exist.
    """
    if organisation_id is None:
        return None
    organisation = await context.find(context, organisation_id)
    if organisation is None:
        raise forbidden(Right.VIEW, context.actor, context.locale)
    return organisation
