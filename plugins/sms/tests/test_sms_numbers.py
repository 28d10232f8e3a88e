"""Telephone numbers as people write them."""

import pytest

from capcom_gql.plugin import AddressInvalid
from capcom_notify_sms.numbers import e164


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        (" 07-81-23-45-67 ", "+33781234567"),
        ("0033 6 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("+33\u00a06\u202f12\u00a034\u00a056\u00a078", "+33612345678"),
        ("\u202a+33 6 12 34 56 78\u202c", "+33612345678"),
        ("+41 79 123 45 67", "+41791234567"),
        ("+32 470 12 34 56", "+32470123456"),
    ],
)
def test_whatever_way_it_is_written(written: str, sent: str) -> None:
    assert e164(written) == sent
    assert e164(sent) == sent


@pytest.mark.parametrize(
    ("place", "written", "sent"),
    [
        ("Guadeloupe", "0690 12 34 56", "+590690123456"),
        ("Guadeloupe", "+590 690 12 34 56", "+590690123456"),
        ("Martinique", "0696 12 34 56", "+596696123456"),
        ("Martinique", "+33 696 12 34 56", "+596696123456"),
        ("Guyane", "0694 12 34 56", "+594694123456"),
        ("La Réunion", "0692 12 34 56", "+262692123456"),
        ("La Réunion", "+262 (0)693 12 34 56", "+262693123456"),
        ("Mayotte", "0639 01 23 45", "+262639012345"),
        ("Nouvelle-Calédonie", "+687 75 12 34", "+687751234"),
        ("Polynésie française", "+689 87 12 34 56", "+68987123456"),
        ("Wallis-et-Futuna", "+681 82 12 34", "+681821234"),
        ("Saint-Pierre-et-Miquelon", "+508 55 12 34", "+508551234"),
    ],
)
def test_overseas(place: str, written: str, sent: str) -> None:
    assert e164(written) == sent, place


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "empty"),
        (" \u200b", "empty"),
        ("ana@ville.example", "not a telephone number"),
        ("06 12 34 56 78 / 07 81 23 45 67", "not a telephone number"),
        ("0612", "no such telephone number"),
        # Of Nouméa or of Saint-Pierre: without its code nobody can tell.
        ("75 12 34", "no such telephone number"),
        ("+33 6 12 34 56", "no such telephone number"),
        ("+999 12 34 56", "not a telephone number"),
        ("01 42 68 53 00", "a landline"),
        ("0590 38 12 34", "a landline"),
        ("+687 25 12 34", "a landline"),
        ("09 72 12 34 56", "an internet line"),
        ("0800 123 456", "a free-call number"),
    ],
)
def test_what_takes_no_texts_is_refused_with_a_sentence(written: str, words: str) -> None:
    with pytest.raises(AddressInvalid, match=words):
        e164(written)


def test_where_mobiles_cannot_be_told_from_landlines_a_number_passes() -> None:
    assert e164("+1 202 555 0123") == "+12025550123"
