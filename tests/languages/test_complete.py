"""Every language is complete: the same files, the same keys, the same data in each sentence; no key without use."""

import ast
import re
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from hatchling.builders.wheel import WheelBuilder

from capcom_gql.domain.plans import EventKind, Service
from capcom_gql.graphql.enums import PaymentProofKind
from capcom_gql.languages.catalogues import catalogue, conventions, word_lists
from capcom_gql.languages.locales import LANGUAGE_FILE, LOCALES, Locale
from capcom_gql.languages.writing import short_day, spell_day, spell_list, spell_money, spell_percent
from capcom_gql.pages.words import SHARED
from capcom_gql.services.importing.columns import BY_NAME
from capcom_gql.storage.engine.columns import folded

ROOT = Path(__file__).parents[2]
MODEL = LOCALES[0]
OTHERS = LOCALES[1:]
MODEL_DAY = date(2027, 1, 1)


def files_of(locale: Locale) -> set[str]:
    return {path.relative_to(locale.folder).as_posix() for path in locale.folder.rglob("*") if path.is_file()}


LISTS = {"spreadsheet.toml"}
"""Files of lists of words, not of sentences."""
CATALOGUES = sorted(
    name.removesuffix(".toml") for name in files_of(MODEL) - {LANGUAGE_FILE} - LISTS if name.endswith(".toml")
)


def blanks(sentence: str) -> set[str]:
    """The names of the data in a sentence; each must be a plain name."""
    found = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    assert all(name.isidentifier() for name in found), sentence
    return found


@cache
def words_in_the_code() -> frozenset[str]:
    """Every string that stands in the product's code by itself."""
    return frozenset(
        node.value
        for path in (ROOT / "capcom_gql").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_a_folder_is_named_as_rows_keep_a_language(locale: Locale) -> None:
    assert re.fullmatch("[a-z]{2}", locale)


@pytest.mark.parametrize("locale", OTHERS)
def test_a_language_has_the_files_of_the_first_and_no_other(locale: Locale) -> None:
    assert files_of(locale) == files_of(MODEL)


@pytest.mark.parametrize("name", CATALOGUES)
@pytest.mark.parametrize("locale", OTHERS)
def test_a_catalogue_has_the_keys_of_the_first_in_their_order(locale: Locale, name: str) -> None:
    assert list(catalogue(locale, name)) == list(catalogue(MODEL, name))


@pytest.mark.parametrize("name", CATALOGUES)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_sentence_has_the_data_of_the_first_and_no_stray_space(locale: Locale, name: str) -> None:
    for key, sentence in catalogue(locale, name).items():
        assert sentence.strip() == sentence != "", key
        assert "  " not in sentence, key
        assert blanks(sentence) == blanks(catalogue(MODEL, name)[key]), key


@pytest.mark.parametrize("name", ["refusals", "errors"])
def test_every_key_is_given_somewhere_in_the_code(name: str) -> None:
    assert [key for key in catalogue(MODEL, name) if key not in words_in_the_code()] == []


def test_the_words_of_letters_are_those_that_the_code_asks_for() -> None:
    words = {f"service.{each}" for each in Service} | {f"discount.{each}" for each in EventKind}
    words |= {"fact", "instead", "test.name", "test.text", "test.short", "sample.question", "sample.answer"}
    assert set(catalogue(MODEL, "letters")) == words


def test_the_words_of_pages_are_those_of_a_page_or_shared_by_some() -> None:
    """What a page of scripts uses of them is held by tests/pages/test_scripts.py."""
    parts = {f"pages/{part}" for page, shared in SHARED.items() for part in (page, *shared)}
    assert {name for name in CATALOGUES if name.startswith("pages/")} == parts | {"pages/unsubscribe"}
    template = (ROOT / "capcom_gql/pages/templates/unsubscribe.html").read_text(encoding="utf-8")
    assert set(catalogue(MODEL, "pages/unsubscribe")) == set(re.findall(r"\bwords\.(\w+)", template))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_table_can_be_filled_in_in_it(locale: Locale) -> None:
    """Answers and proofs have their words; headings are those of columns that there are."""
    words = word_lists(locale, "spreadsheet")
    assert all(words.values()) and all(word == word.strip() for each in words.values() for word in each)
    headings = {key.removeprefix("heading.") for key in words if key.startswith("heading.")}
    assert headings <= set(BY_NAME)
    others = [key for key in words if not key.startswith("heading.")]
    assert others == ["answer.yes", "answer.no", *(f"proof_kind.{each}" for each in PaymentProofKind)]


@pytest.mark.parametrize("group", ["answer", "proof_kind", "heading"])
def test_no_word_of_a_table_means_one_thing_in_one_language_and_another_in_another(group: str) -> None:
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for locale in LOCALES:
        for key, words in word_lists(locale, "spreadsheet").items():
            if key.startswith(f"{group}."):
                for word in words:
                    meant[folded(word)].add(key)
    assert {word: keys for word, keys in meant.items() if len(keys) > 1} == {}


def test_the_package_holds_every_file_of_every_language() -> None:
    packed = {each.distribution_path for each in WheelBuilder(str(ROOT)).recurse_included_files()}
    for locale in LOCALES:
        assert {f"capcom_gql/languages/{locale}/{name}" for name in files_of(locale)} <= packed


@pytest.mark.parametrize("locale", LOCALES)
def test_a_language_can_write_days_amounts_and_lists(locale: Locale) -> None:
    assert conventions(locale).cldr
    for month in range(1, 13):
        for on in (1, 2):
            day = MODEL_DAY.replace(month=month, day=on)
            assert "2027" in spell_day(day, locale) and short_day(day, locale)
    assert "EUR" in spell_money(1, "EUR", locale) or "€" in spell_money(1, "EUR", locale)
    assert "20" in spell_percent(20, locale)
    assert all(each in spell_list(["x", "y", "z"], locale) for each in "xyz")
