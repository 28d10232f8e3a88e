"""The gallery of letters: all of them, as this installation writes them, none of them sent."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from capcom_gql.notifiers.rendering import Rendered, render
from capcom_gql.notifiers.samples import SAMPLES
from capcom_gql.notifiers.topics import TOPICS
from capcom_gql.pages import routes


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(Starlette(routes=routes(mailbox=tmp_path)))


def test_it_is_linked_from_the_mailbox_and_lists_every_form(client: TestClient) -> None:
    assert 'href="/mailbox/letters"' in client.get("/mailbox").text
    listed = client.get("/mailbox/letters").text
    for topic, forms in SAMPLES.items():
        for form in forms:
            for locale in ("fr", "en"):
                assert f'href="/mailbox/letters/{topic}?form={form.name}&amp;locale={locale}"' in listed


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_a_letter_is_shown_with_its_subject_its_text_and_its_html(client: TestClient, topic: str, locale: str) -> None:
    for form in SAMPLES[topic]:
        query = {"form": form.name, "locale": locale}
        letter = render(topic, locale, form.context(locale))
        shown = client.get(f"/mailbox/letters/{topic}", params=query)
        assert shown.status_code == 200
        assert "frame-src 'self'" in shown.headers["content-security-policy"]
        assert escaped(f"<h1>{letter.subject}</h1>") in shown.text
        assert escaped(letter.text.splitlines()[0]) in shown.text
        assert ("characters)" in shown.text) is (letter.short is not None)
        page = client.get(f"/mailbox/letters/{topic}/html", params=query)
        assert page.status_code == (404 if letter.html is None else 200)
        assert shown.text.count("<iframe") == (0 if letter.html is None else 2)
        if letter.html is not None:
            assert page.text == letter.html.replace("<head>", '<head><base target="_blank">')
            assert "sandbox allow-popups" in page.headers["content-security-policy"]


def escaped(text: str) -> str:
    return text.replace("'", "&#39;")


def test_without_a_form_or_a_language_it_is_the_usual_letter_in_french(client: TestClient) -> None:
    usual = client.get("/mailbox/letters/welcome").text
    assert usual == client.get("/mailbox/letters/welcome?locale=de&form=").text
    assert "Bienvenue" in usual and "gestionnaire. Les accès" in usual


@pytest.mark.parametrize("place", ["greeting", "greeting/html", "welcome?form=x", "welcome/html?form=x"])
def test_a_letter_that_is_not_there_says_so(client: TestClient, place: str) -> None:
    answer = client.get(f"/mailbox/letters/{place}")
    assert answer.status_code == 404
    assert "No such letter" in answer.text


def test_letters_are_those_of_this_installation_and_a_wrong_template_says_why(tmp_path: Path) -> None:
    over = tmp_path / "over"
    (over / "fr").mkdir(parents=True)
    (over / "en").mkdir()
    (over / "fr" / "declined.jinja").write_text('{{ "Tant pis" }}', encoding="utf-8")
    (over / "en" / "declined.jinja").write_text("{{ secret_key }}", encoding="utf-8")

    def write(topic: str, locale: str, context: Mapping[str, object]) -> Rendered:
        return render(topic, locale, context, [over])

    client = TestClient(Starlette(routes=routes(mailbox=tmp_path, write=write)))
    assert "<h1>Tant pis</h1>" in client.get("/mailbox/letters/declined?locale=fr").text
    wrong = client.get("/mailbox/letters/declined?locale=en")
    assert wrong.status_code == 200
    assert "declined (en): UndefinedError: &#39;secret_key&#39; is undefined" in wrong.text
    assert client.get("/mailbox/letters/declined/html?locale=en").status_code == 404


def test_it_is_not_there_in_production() -> None:
    client = TestClient(Starlette(routes=routes(mailbox=None)))
    for place in ("/mailbox/letters", "/mailbox/letters/welcome", "/mailbox/letters/welcome/html"):
        assert client.get(place).status_code == 404
