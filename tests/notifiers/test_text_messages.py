"""The letters that go by phone: one text message each, in its alphabet."""

import re
from itertools import product

import pytest

from capcom_gql.languages.locales import LOCALES
from capcom_gql.notifiers.layout import GSM_7
from capcom_gql.notifiers.rendering import render
from tests.notifiers.letters import CONTEXT, LETTERS, told

SHORT = {"proof_reminder", "cancelled", "renewal_reminder"}


@pytest.mark.parametrize(("topic", "locale"), LETTERS)
def test_letters_that_go_by_phone_have_a_text_that_fits_in_one_message(topic: str, locale: str) -> None:
    for context in told(topic):
        short = render(topic, locale, {**context, "organisation_name": "Communauté de communes Cœur d'Ô 😀"}).short
        to_manager = bool(context["is_manager"]) or topic == "proof_reminder"
        is_third = topic != "renewal_reminder" or context["reminder_number"] == 3
        if topic not in SHORT or not to_manager or not is_third:
            assert short is None
            continue
        assert short is not None
        assert short.startswith("Cap'Com Plus, Communauté de communes Coeur d'O 😀")
        assert set(short) - GSM_7 == {"😀"}
        longest = render(topic, locale, {**context, "organisation_name": "Ç" * 300}).short
        assert longest is not None
        assert "Ç" * 37 + "..." in longest
        assert len(longest) <= 160


def test_our_own_words_in_text_messages_need_no_plainer_form() -> None:
    blocks = 0
    for locale, topic in product(LOCALES, SHORT):
        source = (locale.folder / "letters" / f"{topic}.jinja").read_text(encoding="utf-8")
        (block,) = re.findall(r"{% block short %}(.*?){% endblock %}", source, re.DOTALL)
        assert set(re.sub(r"{[{%].*?[%}]}", "", block)) - {"\n", "\u202f"} <= GSM_7
        blocks += 1
    assert blocks == len(LOCALES) * len(SHORT)


def test_a_text_message_says_what_and_until_when() -> None:
    third = render("renewal_reminder", "fr", CONTEXT).short
    assert third == (
        "Cap'Com Plus, Ville d'Évremont : abonnement à renouveler au plus tard le 23/11/2027, sinon il prend fin. "
        "Lien dans notre courriel."
    )
    assert "9 Dec 2026" in str(render("proof_reminder", "en", CONTEXT).short)
    fallen = {**CONTEXT, "running_ends_on": None, "renew_url": None}
    assert "annulé le 10/12/2026" in str(render("cancelled", "fr", fallen).short)
    assert "the current one runs until 23 Nov 2026" in str(render("cancelled", "en", CONTEXT).short)
