"""Erasing a person: the address that is left, and who cannot be erased."""

import pytest

from capcom_gql.domain.privacy import check_erasure, check_not_erased, erased_address, is_erased
from capcom_gql.domain.refusals import Fault
from capcom_gql.languages.locales import LOCALES
from capcom_gql.languages.sentences import refusal_sentence

ERASED = "erased-person_1@invalid"


def codes(faults: list[Fault]) -> list[tuple[str, tuple[str, ...]]]:
    """What clients see of the faults."""
    return [(fault.code.value, fault.path) for fault in faults]


@pytest.mark.rule("R23")
def test_the_address_of_an_erased_person_names_nobody() -> None:
    assert erased_address("person_1") == ERASED


@pytest.mark.rule("R23")
@pytest.mark.parametrize(
    ("email", "erased"), [(ERASED, True), ("erased-person_2@invalid", False), ("ana@ville.example", False)]
)
def test_only_ones_own_blank_address_says_that_one_was_erased(email: str, erased: bool) -> None:
    assert is_erased("person_1", email) is erased
    assert codes(check_not_erased("person_1", email)) == ([("CONFLICT", ("personId",))] if erased else [])


@pytest.mark.rule("R23")
@pytest.mark.parametrize(
    ("email", "manages_live", "answer"),
    [
        ("ana@ville.example", False, []),
        ("ana@ville.example", True, [("MANAGER_REQUIRED", ("personId",))]),
        (ERASED, False, [("CONFLICT", ("personId",))]),
        (ERASED, True, [("CONFLICT", ("personId",))]),
    ],
)
def test_the_manager_of_a_live_subscription_hands_over_first_and_nobody_is_erased_twice(
    email: str, manages_live: bool, answer: list[tuple[str, tuple[str, ...]]]
) -> None:
    faults = check_erasure("person_1", email, manages_live=manages_live)
    assert codes(faults) == answer
    assert all(refusal_sentence(fault, locale) for fault in faults for locale in LOCALES)
