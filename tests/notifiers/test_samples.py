"""The samples: every letter, in forms that show all that its templates can say."""

import re

import pytest

from capcom_gql.languages.locales import LOCALES
from capcom_gql.notifiers.rendering import render
from capcom_gql.notifiers.samples import SAMPLES, NoSuchSample, base_context, sample_of, samples_of
from capcom_gql.notifiers.topics import TOPICS

FORMS = [(topic, form.name) for topic, forms in SAMPLES.items() for form in forms]


def test_there_is_a_sample_of_every_letter_in_the_order_of_the_table() -> None:
    assert list(SAMPLES) == list(TOPICS)
    for forms in SAMPLES.values():
        names = [form.name for form in forms]
        assert len(set(names)) == len(names) > 0
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@pytest.mark.parametrize(("topic", "name"), FORMS)
def test_a_sample_tells_its_letter_nothing_that_it_does_not_ask(topic: str, name: str) -> None:
    asked = TOPICS[topic].required | TOPICS[topic].nullable
    assert set(sample_of(topic, name).changes) <= asked | {"renew_url", "cancelled_on"}
    assert asked <= set(base_context("fr"))


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_samples_of_a_letter_are_the_same_letter(locale: str) -> None:
    for topic, forms in SAMPLES.items():
        letters = [render(topic, locale, form.context(locale)) for form in forms]
        assert len({(letter.subject, letter.text) for letter in letters}) == len(forms), topic


@pytest.mark.parametrize("locale", LOCALES)
def test_the_samples_of_a_letter_show_both_sides_of_each_choice(locale: str) -> None:
    for topic, declared in TOPICS.items():
        contexts = [form.context(locale) for form in SAMPLES[topic]]
        for key in declared.nullable:
            assert {context[key] is None for context in contexts} == {True, False}, (topic, key)
        for key in ("is_manager", "is_over", "is_old", "is_done"):
            if key in declared.required:
                assert {context[key] for context in contexts} == {True, False}, (topic, key)


def test_a_sample_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NoSuchSample, match="there is no letter 'greeting'; there are welcome, password_link"):
        samples_of("greeting")
    with pytest.raises(NoSuchSample, match="welcome has no form 'x'; it has manager, manager-confirmed, user"):
        sample_of("welcome", "x")
    assert sample_of("welcome").name == "manager"
