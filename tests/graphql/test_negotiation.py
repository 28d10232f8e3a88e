"""What the headers of a request ask for."""

import pytest

from capcom_gql.graphql.content_negotiation import JSON, locale_wanted, media_type_wanted


def test_nothing_said_is_json() -> None:
    assert media_type_wanted(None) == JSON
    assert media_type_wanted("  ") == JSON


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("fr", "fr"),
        ("en-GB", "en"),
        ("EN", "en"),
        ("fr;q=0.5, en;q=0.6", "en"),
        ("fr, en", "fr"),
        ("de, en;q=0.2", "en"),
        ("en;q=0, fr;q=0.1", "fr"),
        ("en;q=zero, fr;q=0.1", "fr"),
        ("en;q=7, fr;q=0.1", "fr"),
        ("de, *", None),
        ("en;q=0", None),
        ("", None),
        (";;q=,,", None),
        (None, None),
    ],
)
def test_the_language_is_the_best_of_ours(header: str | None, locale: str | None) -> None:
    assert locale_wanted(header) == locale
