"""The page that ends the surveys by mail: for people by its button, for their mail programs by one click (RFC 8058)."""

import asyncio
import re
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from selenium.webdriver import Chrome, Keys

from capcom_gql.delivery.links import mint_unsubscribe_link
from capcom_gql.languages.locales import ENGLISH, FRENCH, Locale
from capcom_gql.pages import unsubscribe as unsubscribing
from capcom_gql.pages.words import read_words
from capcom_gql.storage.tables import Person
from tests.databases import ONLY_SQLITE
from tests.pages.browsing import by_id, follow, kept_by_browser, outside_or_failed, wait_for_text
from tests.pages.test_surveying import surveyed
from tests.pages.year import Year
from tests.world import World, world_on

pytestmark = pytest.mark.rule("R18")

FORM = "application/x-www-form-urlencoded"
ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = (
    "multipart/form-data; boundary=x",
    b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
)


@pytest_asyncio.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The application on a fresh database, with a subscription of Ana's."""
    async with world_on(database_url, tmp_path / "data") as made:
        await made.subscribe("ana")
        yield made


@pytest_asyncio.fixture
async def path(world: World) -> str:
    """Where Ana may end her surveys."""
    link = await mint_unsubscribe_link("", await ana())
    assert link.startswith("/unsubscribe?token=")
    return link


async def ana() -> Person:
    return await Person.get(email_key="ana@ville.example")


async def has_refused() -> bool:
    return (await ana()).surveys_refused_at is not None


@ONLY_SQLITE
async def test_opening_the_page_changes_nothing(world: World, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = await world.client.request(method, path)
        assert answer.status_code == 200
    assert not await has_refused()


@ONLY_SQLITE
@pytest.mark.parametrize(("kind", "body"), [(FORM, ONE_CLICK), MULTIPART, (FORM, b""), ("application/json", b"{")])
async def test_one_post_does_it_without_cookie_or_redirection(world: World, path: str, kind: str, body: bytes) -> None:
    headers = {"Content-Type": kind, "Origin": "https://mail.example", "User-Agent": "a mail program"}
    for _ in range(2):
        answer = await world.client.post(path, content=body, headers=headers, follow_redirects=False)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert read_words("unsubscribe", FRENCH)["done"] in answer.text
        assert await has_refused()
    assert read_words("unsubscribe", FRENCH)["submit"] not in (await world.client.get(path)).text


@ONLY_SQLITE
async def test_a_mind_can_be_changed_by_the_other_button_alone(world: World, path: str) -> None:
    headers = {"Content-Type": FORM}
    await world.client.post(path, content=ONE_CLICK, headers=headers)
    for body in (b"again=yes&x", b"again=no", b"again", ONE_CLICK + b"&again=yes", b"x" * 10_000_000):
        await world.client.post(path, content=body, headers=headers)
        assert await has_refused()
    answer = await world.client.post(path, content=b"again=yes", headers=headers)
    assert read_words("unsubscribe", FRENCH)["resumed"] in answer.text
    assert not await has_refused()


@ONLY_SQLITE
@pytest.mark.parametrize("query", ["", "?token=", "?token=made-up", "?token=%00%ff&token=x", "?other=1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_wrong_link_is_told(world: World, path: str, method: str, query: str) -> None:
    answer = await world.client.request(method, f"/unsubscribe{query}")
    assert answer.status_code == 404
    assert read_words("unsubscribe", FRENCH)["unknown"] in answer.text
    assert not await has_refused()


@ONLY_SQLITE
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_page_is_confined_speaks_the_readers_language_and_repeats_no_secret(
    world: World, path: str, language: str
) -> None:
    words = read_words("unsubscribe", Locale(language))
    for method, said in (("GET", "submit"), ("POST", "done")):
        answer = await world.client.request(method, path, headers={"Accept-Language": language})
        assert answer.headers["content-language"] == language
        assert answer.headers["vary"] == "Accept-Language"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "form-action 'self'" in answer.headers["content-security-policy"]
        assert f'<html lang="{language}">' in answer.text
        assert f"<h1>{words['title']}</h1>" in answer.text and words[said] in answer.text
        assert path.partition("token=")[2] not in answer.text
        assert "ana" not in re.sub("<[^>]*>", "", answer.text).lower().split()
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", answer.text)
        for address in re.findall(r'<link[^>]+href="([^"]+)"', answer.text):
            assert (await world.client.get(address)).status_code == 200


def test_both_languages_say_the_same_and_french_signs_keep_their_distance() -> None:
    french, english = (read_words("unsubscribe", language) for language in (FRENCH, ENGLISH))
    assert french.keys() == english.keys()
    for key, sentence in french.items():
        assert not re.search(r"[^\u202f][:;?!»]|«[^\u202f]|\u00a0|'", sentence), f"{key}: {sentence}"


def test_from_the_letter_to_no_more_letters(browser: Chrome, year: Year) -> None:
    town = surveyed(year, "aubenas")
    mail = f"{year.url}/mailbox/{year.letter_to(town.user, '/unsubscribe?')}"
    link = follow(browser, mail, "/unsubscribe?")
    assert link.startswith(f"{year.url}/unsubscribe?token=")
    by_id(browser, "submit").send_keys(Keys.ENTER)
    wait_for_text(browser, "message", "you will receive no more surveys")
    assert kept_by_browser(browser) == [0, 0, ""]
    assert outside_or_failed(browser, year.url) == []
    browser.get(link)
    wait_for_text(browser, "message", "you will receive no more surveys")
    by_id(browser, "again").click()
    wait_for_text(browser, "message", "you will receive surveys again")
    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "you will receive no more surveys")


def test_from_the_mail_program_to_no_more_letters(year: Year) -> None:
    """What a mail program does: a POST to the address of List-Unsubscribe, by itself, on the real server."""
    town = surveyed(year, "privas")
    link = year.link_to(town.user, "/unsubscribe?")
    with urllib.request.urlopen(urllib.request.Request(link, ONE_CLICK, {"Content-Type": FORM})) as answer:
        assert (answer.status, answer.url) == (200, link)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(urllib.request.Request(f"{link}x", ONE_CLICK, {"Content-Type": FORM}))


@ONLY_SQLITE
@pytest.mark.parametrize("is_cut", [True, False])
async def test_half_a_request_does_nothing(
    world: World, path: str, is_cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client goes away in the middle of its body, or never comes to its end."""
    monkeypatch.setattr(unsubscribing, "SENT_WITHIN", 0.05)
    parts = iter([{"type": "http.request", "body": b"aga", "more_body": True}])
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        if (part := next(parts, None)) is not None:
            return part
        if not is_cut:
            await asyncio.sleep(5)
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/unsubscribe",
        "query_string": path.partition("?")[2].encode(),
        "headers": [(b"host", b"127.0.0.1:8000"), (b"content-type", FORM.encode())],
        "client": ("127.0.0.1", 1),
    }
    await world.app(scope, receive, send)
    assert told[0]["status"] == (400 if is_cut else 408)
    assert not await has_refused()
