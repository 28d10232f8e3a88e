"""The organisation that an object names, for those who see the object and may not see the organisation."""

from typing import Annotated, TypeAlias

import strawberry

from capcom_gql.domain.rights import Right
from capcom_gql.graphql.context import Context
from capcom_gql.graphql.errors import forbidden
from capcom_gql.graphql.node import Node

Organisation: TypeAlias = Node
"""As far as the type checker goes: the type itself refers to those that name organisations, so it is named lazily."""

NamedOrganisation = Annotated["Organisation", strawberry.lazy("capcom_gql.graphql.types.subscription")]


async def organisation_named(context: Context, organisation_id: str | None) -> Organisation | None:
    """The organisation of an id, None for none. Raises an error, FORBIDDEN, to anyone who may not see it."""
    if organisation_id is None:
        return None
    organisation = await context.find(context, organisation_id)
    if organisation is None:
        raise forbidden(Right.VIEW, context.actor, context.locale)
    return organisation
