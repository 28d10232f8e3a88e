"""How many messages a text takes: each limit from both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcom_gql.plugin import Permanent
from capcom_notify_sms.lengths import GSM_7, GSM_7_EXTENSION, Alphabet, fit, measure


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments"),
    [
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("é" * 160, "GSM-7", 160, 1),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 80 + "a", "GSM-7", 161, 2),
        # An escape pair is not cut: 152 characters, then the pair begins the second part.
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("ê" * 70, "UCS-2", 70, 1),
        ("ê" * 71, "UCS-2", 71, 2),
        ("ê" * 134, "UCS-2", 134, 2),
        ("ê" * 135, "UCS-2", 135, 3),
        ("🎉" * 35, "UCS-2", 70, 1),
        ("🎉" * 36, "UCS-2", 72, 2),
        # Nor is a surrogate pair: 33 of them fill a part of 67.
        ("🎉" * 66, "UCS-2", 132, 2),
        ("🎉" * 67, "UCS-2", 134, 3),
    ],
)
def test_the_count(text: str, alphabet: str, units: int, segments: int) -> None:
    found = measure(text)
    assert (found.alphabet, found.units, found.segments) == (alphabet, units, segments)


def test_the_alphabet_is_that_of_the_standard() -> None:
    # 128 places: the escape itself is no character.
    assert len(GSM_7) == 127
    assert set("éèàùìòçÇÉê€[]") - GSM_7 - GSM_7_EXTENSION == {"ç", "ê"}


def test_a_text_that_fits_is_left_as_it_is() -> None:
    assert fit(" Voilà, c'est prêt ! \r\n", 1).content == "Voilà, c'est prêt !"


def test_a_text_is_written_plainer_where_that_takes_fewer_messages() -> None:
    text = fit("L’intérêt du cœur — « ça »\u00a0: " + "é" * 120, 1)
    assert text.content == 'L\'intéret du coeur - " ca " : ' + "é" * 120
    assert (text.alphabet, text.segments) == (Alphabet.GSM_7, 1)


def test_what_cannot_be_seen_takes_no_message_of_its_own() -> None:
    assert fit("🎉" * 34 + "\u200b" * 3, 1).content == "🎉" * 34


def test_a_text_whose_characters_have_no_plainer_form_keeps_all_of_them() -> None:
    content = "Prêt 🎉 " + "é" * 80
    assert fit(content, 2).content == content
    with pytest.raises(Permanent, match="needs 2 messages"):
        fit(content, 1)


def test_too_long_a_text_is_refused_with_the_count_and_never_cut() -> None:
    with pytest.raises(Permanent) as raised:
        fit("a" * 161, 1)
    assert str(raised.value) == (
        "the text needs 2 messages (161 characters in GSM-7) and CAPCOM_NOTIFY__SMS__MAX_SEGMENTS allows 1:"
        " shorten its template or allow more"
    )
    assert fit("a" * 161, 2).content == "a" * 161


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(Permanent, match="empty"):
        fit(text, 1)


@given(st.text(min_size=1, max_size=400))
def test_nothing_is_dropped_and_the_count_is_within_its_bounds(text: str) -> None:
    found = measure(text)
    whole, part, widest = (160, 153, 2) if found.alphabet is Alphabet.GSM_7 else (70, 67, 2)
    assert len(text) <= found.units <= widest * len(text)
    if found.units <= whole:
        assert found.segments == 1
    else:
        # A pair that is not cut leaves at most one place free at the end of each part.
        assert -(-found.units // part) <= found.segments <= -(-found.units // (part - 1))
