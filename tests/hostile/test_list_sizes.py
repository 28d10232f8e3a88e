"""Every list of objects has a size by which the cost of an operation is estimated."""

from graphql import GraphQLObjectType, get_named_type, get_nullable_type, is_leaf_type, is_list_type

from capcom_gql.graphql.cost.list_sizes import CONNECTION, COUNTED_BY, DECLARED
from capcom_gql.graphql.cost.syntax import ONCE
from capcom_gql.graphql.schema import served_schema


def test_each_list_is_a_page_or_says_how_many_objects_it_is_taken_for() -> None:
    lists = {
        f"{type_name}.{field_name}"
        for type_name, type_ in served_schema().type_map.items()
        if isinstance(type_, GraphQLObjectType) and not type_name.startswith("__")
        for field_name, field in type_.fields.items()
        if is_list_type(get_nullable_type(field.type)) and not is_leaf_type(get_named_type(field.type))
    }
    pages = {name for name in lists if name.partition(".")[0].endswith(CONNECTION)}
    faults = {name for name in lists if name.endswith("Payload.errors")}
    assert lists - pages - faults == DECLARED.keys() | COUNTED_BY.keys()


def test_the_doors_are_mutations() -> None:
    mutations = served_schema().mutation_type
    assert mutations is not None and set(ONCE) <= set(mutations.fields)
