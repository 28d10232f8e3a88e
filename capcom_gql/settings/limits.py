"""The settings of the limits: what one GraphQL operation may ask for and use, and how often a source may sign up."""

from pydantic import BaseModel, Field

from capcom_gql.settings.kinds import Count, accepts

_COUNT = accepts("a whole number from 1 to 1000000")


class Limits(BaseModel):
    """The most that one operation may ask for or use, else OPERATION_TOO_COSTLY, and that a source may sign up."""

    operation_tokens: Count = Field(
        5_000,
        description="The most words and signs (lexical tokens) of a GraphQL document.",
        json_schema_extra=_COUNT,
    )
    operation_depth: Count = Field(
        15,
        description="How deep the fields of an operation may be nested.",
        json_schema_extra=_COUNT,
    )
    operation_fields: Count = Field(
        1_000,
        description="The most fields of a document, those of a fragment counted wherever it is spread.",
        json_schema_extra=_COUNT,
    )
    operation_root_fields: Count = Field(
        20,
        description="The most fields at the root of an operation.",
        json_schema_extra=_COUNT,
    )
    operation_aliases: Count = Field(
        100,
        description="The most aliases of a document, those of a fragment counted wherever it is spread.",
        json_schema_extra=_COUNT,
    )
    operation_directives: Count = Field(
        5,
        description="The most directives at one place of a document.",
        json_schema_extra=_COUNT,
    )
    operation_objects: Count = Field(
        5_000,
        description="The most objects that an operation may ask for, estimated before it runs: sizes of pages and of "
        "lists multiply.",
        json_schema_extra=_COUNT,
    )
    operation_completed_objects: Count = Field(
        50_000,
        description="The most objects of an answer; an operation that reaches more is ended.",
        json_schema_extra=_COUNT,
    )
    operation_seconds: float = Field(
        5.0,
        gt=0,
        le=300,
        allow_inf_nan=False,
        description="How long an operation may run, in seconds; a query is ended, a mutation is the last one begun.",
        json_schema_extra=accepts("a number of seconds above 0, at most 300"),
    )
    points_anonymous: Count = Field(
        600,
        description="The points that the operations of anonymous callers of one source may cost in a minute.",
        json_schema_extra=_COUNT,
    )
    points_session: Count = Field(
        6_000,
        description="The points that the operations of one session may cost in a minute.",
        json_schema_extra=_COUNT,
    )
    points_key: Count = Field(
        60_000,
        description="The points that the operations of one API key may cost in a minute.",
        json_schema_extra=_COUNT,
    )
    sign_ups_per_hour: Count = Field(
        10,
        description="How many organisations one source (an IPv4 address, an IPv6 network of 64 bits) may sign up in an "
        "hour; staff are exempt.",
        json_schema_extra=_COUNT,
    )
