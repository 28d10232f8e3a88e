"""The schema of the API, built from the types, with the rights put before every field."""

from functools import cache

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from capcom_gql.graphql.authorization import guard
from capcom_gql.graphql.mutations import Mutation
from capcom_gql.graphql.queries import Query
from capcom_gql.graphql.scalars import SCALARS
from capcom_gql.graphql.types.term import PaymentProof
from capcom_gql.graphql.user_errors import ProofTooLateError, SeatLimitError, SimpleError, TermsError


def build_schema() -> strawberry.Schema:
    """A new schema. Raises KeyError for a field without a declared right."""
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        types=(PaymentProof, SimpleError, SeatLimitError, TermsError, ProofTooLateError),
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    guard(schema._schema)
    return schema


@cache
def served_schema() -> GraphQLSchema:
    """The schema of this process, of graphql-core's class, which executes documents that are parsed already."""
    return build_schema()._schema


def sdl() -> str:
    """The schema in GraphQL's schema definition language, the content of `schema.graphql`."""
    return build_schema().as_str() + "\n"
