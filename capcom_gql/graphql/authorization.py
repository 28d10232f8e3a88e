"""Authorization of the API: the table of rights, put before every field of the schema.

A field without a declared right (`domain.field_rights`) keeps the schema from being built.
"""

from collections.abc import Callable, Collection
from inspect import isawaitable
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationType,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from capcom_gql.access.authorize import authorize
from capcom_gql.access.rate_limits import TooManyAttempts
from capcom_gql.domain.field_rights import right_of
from capcom_gql.domain.refusals import Refusal
from capcom_gql.domain.rights import TABLE, Right, role_may
from capcom_gql.graphql.context import Context
from capcom_gql.graphql.errors import RequestRefused, forbidden, request_forbidden, unauthenticated
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.user_errors import errors_of
from capcom_gql.languages.sentences import say

Resolver: TypeAlias = Callable[..., Any]


def guard(schema: GraphQLSchema) -> None:
    """Put the check of its right before every field of a schema. Raises KeyError for a field without a declared one."""
    for name, type_ in schema.type_map.items():
        if not isinstance(type_, GraphQLObjectType) or name.startswith("__"):
            continue
        for field_name, field in type_.fields.items():
            right = right_of(name, field_name)
            if right is None:
                continue
            if type_ is schema.query_type:
                field.resolve = _guarded_query(field, right)
            elif type_ is schema.mutation_type:
                field.resolve = _guarded_mutation(field, right)
            else:
                field.resolve = _guarded_field(field, right)


def authorize_roots(schema: GraphQLSchema, type_: OperationType, fields: Collection[str], context: Context) -> None:
    """Check, before anything is executed, whether the caller may use these root fields.

    Raises RequestRefused: UNAUTHENTICATED (401) where a field is not for anonymous callers, FORBIDDEN (403) where the
    caller lacks the right and the field cannot be null.
    """
    root = schema.get_root_type(type_)
    for name in fields:
        right = None if root is None or name.startswith("__") else right_of(root.name, name)
        if root is None or right is None:
            continue
        if context.actor.is_anonymous and not TABLE[right].anonymous:
            raise unauthenticated(context.locale)
        if is_non_null_type(root.fields[name].type) and not role_may(right, context.actor):
            raise request_forbidden(right, context.actor, context.locale)


def _resolver(field: GraphQLField) -> Resolver:
    assert field.resolve is not None, "the library gives every field a resolver"
    return field.resolve


def _guarded_field(field: GraphQLField, right: Right) -> Resolver:
    """A field of an object: the right over that object is checked."""
    resolve, refused = _resolver(field), _refused(field, right)

    def read(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        if source.ownership.allow(right, info.context.actor):
            return resolve(source, info, **arguments)
        return refused(info.context)

    return read


def _guarded_query(field: GraphQLField, right: Right) -> Resolver:
    """A query: the role or scopes are checked here, the objects that it finds by their own fields."""
    resolve, refused = _resolver(field), _refused(field, right)

    def query(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        if role_may(right, info.context.actor):
            return resolve(source, info, **arguments)
        return refused(info.context)

    return query


def _refused(field: GraphQLField, right: Right) -> Callable[[Context], Any]:
    """What a caller without the right gets: an empty list where the list cannot be null, otherwise an error."""
    is_required_list = is_non_null_type(field.type) and is_list_type(get_nullable_type(field.type))

    def refused(context: Context) -> Any:
        if is_required_list:
            return []
        raise forbidden(right, context.actor, context.locale)

    return refused


def _guarded_mutation(field: GraphQLField, right: Right) -> Resolver:
    """A mutation: the role or scopes are checked, and a Refusal becomes the errors of its payload."""
    resolve, payload = _resolver(field), _payload_of(field)

    async def mutate(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
        context: Context = info.context
        context.running.begin_mutation()
        context.begin()
        try:
            authorize(right, context.actor)
            answer = resolve(source, info, **arguments)
            return await answer if isawaitable(answer) else answer
        except Refusal as refusal:
            return payload(errors=await errors_of(refusal.faults, context.locale))
        except TooManyAttempts as limit:
            seconds = limit.retry_after_seconds
            message = say("errors", "too_many_attempts", context.locale, seconds=seconds)
            raise RequestRefused(message, "RATE_LIMITED", 429, {"retryAfter": seconds}) from limit

    return mutate


def _payload_of(field: GraphQLField) -> type[Payload]:
    """The class of a mutation's payload."""
    named = field.type
    assert isinstance(named, GraphQLObjectType), "the type of a mutation is a nullable payload"
    payload = named.extensions["strawberry-definition"].origin
    assert issubclass(payload, Payload)
    return cast(type[Payload], payload)
