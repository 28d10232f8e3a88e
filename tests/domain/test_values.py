"""What the rules hand around are values: nobody changes one that somebody else holds."""

import dataclasses
from importlib import import_module
from pkgutil import iter_modules

import pytest

import capcom_gql.domain

MODULES = [import_module(f"capcom_gql.domain.{found.name}") for found in iter_modules(capcom_gql.domain.__path__)]
VALUES = [
    kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_is_frozen_and_has_no_other_field(kind: type) -> None:
    fields = tuple(field.name for field in dataclasses.fields(kind))
    assert vars(kind)["__slots__"] == fields
    value: object = object.__new__(kind)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, fields[0], None)


def test_the_values_of_the_year_are_among_them() -> None:
    named = {kind.__name__ for kind in VALUES}
    assert {"Term", "SubscriptionStatus", "Step", "RenewalNotice", "Milestone", "LifecyclePolicy"} <= named
