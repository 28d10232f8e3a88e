"""The list of users: how addresses compare, the faults of a form, capacity, places, the manager's seat."""

import idna
import pytest

from capcom_gql.domain.refusals import Code, Fault
from capcom_gql.domain.seats import (
    address_key,
    check_active,
    check_additions,
    check_capacity,
    check_form,
    check_live,
    check_removal,
    check_replacement,
    free_places,
)
from tests.domain.words import a_seat


@pytest.mark.rule("R6")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana.Silva@Ville.Example", "ana.silva@ville.example"),
        (" ana@ville.example\n", "ana@ville.example"),
        ("élodie@ville.example", "ÉLODIE@ville.example"),
        ("ana@évreux.example", "ana@ÉVREUX.example"),
        ("ana@évreux.example", "ana@xn--vreux-9ra.example"),
        ("ana@e\u0301vreux.example", "ana@xn--vreux-9ra.example"),
        ("ana@ｖille.example", "ana@ville.example"),
        ("ana@évreux。example", "ana@évreux.example"),
        ("ana@XN--VREUX-9RA.example", "ana@évreux.example"),
    ],
)
def test_addresses_that_are_one(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


@pytest.mark.rule("R6")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana+forum@ville.example", "ana@ville.example"),
        ("ana.silva@ville.example", "anasilva@ville.example"),
        ("ana@ville.example", "ana@mairie.example"),
        ("ana@ville.example", "ana@www.ville.example"),
        ("elodie@ville.example", "élodie@ville.example"),
        ("ana@évreux.example", "ana@evreux.example"),
        # two different domains since IDNA 2008
        ("ana@faß.example", "ana@fass.example"),
        ("ana@ville.example", "bea@ville.example"),
    ],
)
def test_addresses_that_are_two(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


@pytest.mark.rule("R6")
@pytest.mark.parametrize(
    "domain",
    ["ville.example", "Évreux.fr", "e\u0301vreux.fr", "faß.de", "Ｖille.FR", "例え.テスト", "a。é.fr", "mañana.es"],
)
def test_the_domain_is_spelled_as_idna_spells_it(domain: str) -> None:
    assert address_key(f"ana@{domain}") == "ana@" + idna.encode(domain, uts46=True).decode("ascii")


@pytest.mark.rule("R6")
@pytest.mark.parametrize("domain", ["é" * 64, "é" * 300 + ".example", "..", ""])
def test_what_no_domain_can_be_compares_as_written(domain: str) -> None:
    assert address_key(f"Ana@{domain}") == f"ana@{domain}"


@pytest.mark.rule("R6")
def test_the_longest_label_is_still_spelled_in_ascii() -> None:
    assert address_key("ana@" + "é" * 63).isascii()


@pytest.mark.rule("R6")
def test_what_is_no_address_compares_all_the_same() -> None:
    assert address_key("Ana") == "ana"
    assert address_key('"a@b"@ville.example') == '"a@b"@ville.example'


@pytest.mark.rule("R6")
def test_a_form_without_fault() -> None:
    assert check_form(["ana@ville.example", "bea@ville.example"], "ana@ville.example") == []
    assert check_form(["ana@ville.example", "bea@ville.example"], "Bea@VILLE.example") == []


@pytest.mark.rule("R6")
def test_the_manager_alone_is_enough() -> None:
    assert check_form(["ana@ville.example"], "ana@ville.example") == []


@pytest.mark.rule("R6")
@pytest.mark.parametrize("emails", [[], ["bea@ville.example"], ["ana+1@ville.example"]])
def test_the_manager_is_one_of_the_users(emails: list[str]) -> None:
    assert check_form(emails, "ana@ville.example") == [
        Fault(Code.MANAGER_REQUIRED, ("managerEmail",), "manager_not_listed")
    ]


@pytest.mark.rule("R6")
def test_a_person_twice_in_one_form_is_told_with_the_path_of_each_repetition() -> None:
    emails = ["ana@évreux.example", "bea@ville.example", "Ana@xn--vreux-9ra.example", "ANA@évreux.example"]
    assert check_form(emails, "bea@ville.example") == [
        Fault(Code.DUPLICATE_USER, ("users", "2", "email"), "twice_in_form", {"email": "Ana@xn--vreux-9ra.example"}),
        Fault(Code.DUPLICATE_USER, ("users", "3", "email"), "twice_in_form", {"email": "ANA@évreux.example"}),
    ]


@pytest.mark.rule("R6")
def test_all_faults_of_a_form_are_told_at_once() -> None:
    faults = check_form(["ana@ville.example", "ana@ville.example"], "bea@ville.example")
    assert [fault.code for fault in faults] == [Code.DUPLICATE_USER, Code.MANAGER_REQUIRED]


@pytest.mark.rule("R12")
def test_additions_without_fault() -> None:
    assert check_additions(["bea@ville.example", "cyr@ville.example"], {"ana@ville.example"}) == []


@pytest.mark.rule("R6")
def test_a_person_with_an_active_seat_here_is_not_added_again() -> None:
    assert check_additions(["cyr@ville.example", "Ana@VILLE.example"], {"ana@ville.example"}) == [
        Fault(Code.DUPLICATE_USER, ("users", "1", "email"), "already_seated", {"email": "Ana@VILLE.example"})
    ]


@pytest.mark.rule("R12")
def test_additions_tell_every_fault_once_per_line() -> None:
    faults = check_additions(
        ["bea@ville.example", "bea@ville.example", "ana@ville.example", "ANA@ville.example"], {"ana@ville.example"}
    )
    assert [(fault.path[1], fault.key) for fault in faults] == [
        ("1", "twice_in_form"),
        ("2", "already_seated"),
        ("3", "twice_in_form"),
    ]


@pytest.mark.rule("R12")
def test_an_addition_names_somebody() -> None:
    assert check_additions([], {"ana@ville.example"}) == [Fault(Code.INVALID_INPUT, ("users",), "no_users")]


@pytest.mark.rule("R2")
@pytest.mark.parametrize(
    ("used", "adding", "limit", "fits"),
    [
        (0, 3, 3, True),
        (1, 1, 3, True),
        (0, 4, 3, False),
        (2, 1, 3, True),
        (3, 1, 3, False),
        (9, 1, 10, True),
        (10, 1, 10, False),
        (3, 0, 3, True),
    ],
)
def test_active_seats_never_exceed_the_limit(used: int, adding: int, limit: int, fits: bool) -> None:
    assert (check_capacity(used, adding, limit) == []) is fits


@pytest.mark.rule("R2")
def test_the_error_says_which_limit_counts() -> None:
    assert check_capacity(3, 1, 3) == [
        Fault(Code.SEAT_LIMIT_REACHED, ("users",), "seats_full", {"limit": 3, "used": 3})
    ]
    assert check_capacity(3, 2, 4, upcoming=True) == [
        Fault(Code.SEAT_LIMIT_REACHED, ("users",), "seats_full_upcoming", {"limit": 4, "used": 3})
    ]


@pytest.mark.rule("R2")
@pytest.mark.parametrize(
    ("taken", "count", "free"),
    [
        ([], 3, [1, 2, 3]),
        ([1, 2], 1, [3]),
        ([2], 2, [1, 3]),
        ([3, 1], 2, [2, 4]),
        ([1], 0, []),
    ],
)
def test_new_seats_take_the_lowest_free_places(taken: list[int], count: int, free: list[int]) -> None:
    assert free_places(taken, count) == free


@pytest.mark.rule("R12")
def test_the_managers_seat_is_not_removed_before_the_role_is_handed_over() -> None:
    assert check_removal(a_seat(manager=True)) == [
        Fault(Code.MANAGER_REQUIRED, ("seatId",), "manager_hands_over_first")
    ]
    assert check_removal(a_seat(manager=False)) == []


@pytest.mark.rule("R12")
def test_the_seat_of_a_former_manager_is_like_any_other() -> None:
    assert check_removal(a_seat(manager=True, removed="2027-02-01")) == []


@pytest.mark.rule("R12")
def test_a_removed_seat_is_no_longer_active() -> None:
    assert a_seat().is_active
    assert not a_seat(removed="2027-02-01").is_active


@pytest.mark.rule("R12")
def test_the_list_is_edited_while_live_only() -> None:
    assert check_live(True, ("seatId",)) == []
    assert [(fault.code.value, fault.path) for fault in check_live(False, ("seatId",))] == [("NOT_LIVE", ("seatId",))]


@pytest.mark.rule("R12")
def test_a_removed_seat_is_neither_replaced_nor_made_the_managers() -> None:
    assert check_active(a_seat()) == []
    assert check_active(a_seat(removed="2027-02-01")) == [Fault(Code.CONFLICT, ("seatId",), "seat_not_active")]


@pytest.mark.rule("R12")
@pytest.mark.parametrize(
    ("email", "is_seated"),
    [
        ("ana@ville.example", True),
        (" ANA@Ville.Example", True),
        ("ana+1@ville.example", False),
        ("bea@x.example", False),
    ],
)
def test_who_has_an_active_seat_here_takes_over_none(email: str, is_seated: bool) -> None:
    holders = [address_key("ana@ville.example"), address_key("cleo@ville.example")]
    refused = Fault(Code.DUPLICATE_USER, ("user", "email"), "replacement_seated", {"email": email})
    assert check_replacement(email, holders) == ([refused] if is_seated else [])
