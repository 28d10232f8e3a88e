"""What a password must be: fifteen characters, not what everybody tries, and nothing more."""

import pytest

from capcom_gql.domain.passwords import MAX_LENGTH, MIN_LENGTH, check_password
from capcom_gql.domain.refusals import Code, Fault
from capcom_gql.languages.locales import LOCALES, Locale
from capcom_gql.languages.sentences import refusal_sentence


def too_common(password: str, *, email: str | None = None) -> bool:
    faults = check_password(password, email=email)
    assert faults in ([], [Fault(Code.WEAK_PASSWORD, ("password",), "password_common")])
    return bool(faults)


@pytest.mark.rule("R5")
@pytest.mark.parametrize("password", ["", "a", "correct horse!", "é" * 14])
def test_fourteen_characters_are_too_few(password: str) -> None:
    assert len(password) <= 14
    assert check_password(password) == [Fault(Code.WEAK_PASSWORD, ("password",), "password_short", {"minimum": 15})]


@pytest.mark.rule("R5")
@pytest.mark.parametrize("password", ["correct horses!", "un chat, 2 lits", "日本語の長い合言葉、十五字以上"])
def test_fifteen_are_enough(password: str) -> None:
    assert len(password) == MIN_LENGTH
    assert check_password(password) == []


@pytest.mark.rule("R5")
def test_a_thousand_characters_are_accepted_and_one_more_is_not() -> None:
    text = "".join(chr(0x61 + count * count % 26) + str(count) for count in range(1000))[:1001]
    assert MAX_LENGTH == 1000
    assert check_password(text[:1000]) == []
    assert check_password(text) == [Fault(Code.WEAK_PASSWORD, ("password",), "password_long", {"maximum": 1000})]


@pytest.mark.rule("R5")
@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password 12345678",
        "PASSWORD-PASSWORD!",
        "motdepassemotdepasse",
        "Mot de passe 123456",
        "123456789012345",
        "1234 5678 9012 3456",
        "12345678901234567890",
        "123456789123456789",
        "azertyuiopqsdfghjklm",
        "azertyuiopqsdfg",
        "qwertyuiopasdfgh",
        "qwertyuiopasdfghjkl",
        "abcdefghijklmnopqrstuvwxyz",
        "ABCDEFGHIJKLMNO",
        "correct horse battery staple",
        "Administrateur 123",
        "I love you, I love you",
        "jetaimejetaime123",
        "Communication publique",
        "Cap'Com Cap'Com Cap'Com",
    ],
)
def test_what_everybody_tries_is_refused_in_any_case_with_any_punctuation(password: str) -> None:
    assert too_common(password)


@pytest.mark.rule("R5")
@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaa",
        "ababababababababa",
        "aaabbbcccaaabbbccc",
        "abcabcabcabcabcab",
        "abcdabcdabcdabcda",
        "abcdeabcdeabcdeab",
        "Ville-Ville-Ville-Ville",
        "---------------",
        "!?!?!?!?!?!?!?!?!?",
        "!?#%!?#%!?#%!?#%",
        "               ",
    ],
)
def test_one_pattern_over_and_over_is_refused(password: str) -> None:
    assert too_common(password)


@pytest.mark.rule("R5")
@pytest.mark.parametrize(
    "password",
    [
        "abcdefabcdefabcdef",
        "abcdabdcabcdabdcabcd",
        "password 12345679",
        "aabbccddaabbccddx",
        # no rule of composition: letters only, digits only, punctuation only
        "chat sur un toit",
        "314159265358979",
        "!?#%&*()[]{}<>;:",
        "a1b!?#%&*()[]{}<>",
    ],
)
def test_anything_else_long_enough_is_accepted(password: str) -> None:
    assert not too_common(password)


@pytest.mark.rule("R5")
@pytest.mark.parametrize(("password", "refused"), [("a.b!c?d#a%b&c*d(", True), ("a.b!c?d#a%b&c*d()", False)])
def test_punctuation_counts_once_letters_and_digits_are_less_than_half(password: str, refused: bool) -> None:
    assert too_common(password) is refused


@pytest.mark.rule("R5")
def test_the_address_itself_is_refused_in_any_case() -> None:
    assert too_common("ana.silva@ville.example", email="ana.silva@ville.example")
    assert too_common("Ana.Silva@Ville.example", email="ana.silva@VILLE.example")
    assert not too_common("ana.silva@ville.example")
    assert not too_common("ana.silva@ville.example", email="bea@ville.example")
    assert not too_common("ana.silva@ville.example!", email="ana.silva@ville.example")


@pytest.mark.rule("R5")
@pytest.mark.parametrize("locale", LOCALES)
def test_every_refusal_says_what_to_do(locale: Locale) -> None:
    for password, number in (("short", "15"), ("ab1 " * 300, "1000")):
        (fault,) = check_password(password)
        assert number in refusal_sentence(fault, locale)
    (fault,) = check_password("a" * 15)
    assert refusal_sentence(fault, locale)
