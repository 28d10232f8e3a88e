"""Signing in on the way to a page, and coming back to it: nowhere else, and with nothing left behind."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from selenium.webdriver import Chrome

from tests.pages.browsing import by_id, kept_by_browser, outside_or_failed, sign_in, wait_for_address, wait_for_text
from tests.pages.year import PASSWORD, Town, Year

ELSEWHERE = (
    "https://evil.example/renew?subscription=x",
    "//evil.example/renew?subscription=x",
    "/\\evil.example/renew",
    "/\t/evil.example/renew",
    "javascript:alert(1)",
    "data:text/html,renew",
    "renew?subscription=x",
    "@evil.example/renew",
    "/graphql",
    "/mailbox",
    "/renew/../mailbox",
    "/login?next=/renew",
    "//",
    "",
)


@pytest.fixture(scope="module")
def town(year: Year) -> Iterator[Town]:
    yield year.subscribe("montfleury")


def test_another_destination_than_a_page_of_ours_is_ignored(browser: Chrome, year: Year, town: Town) -> None:
    for destination in ELSEWHERE:
        browser.get(f"{year.url}/login?next={quote(destination, safe='')}")
        by_id(browser, "submit")
        asked = browser.execute_async_script(
            "const told = arguments[0]; import('/assets/session.js').then((it) => told(it.askedDestination()))"
        )
        assert asked is None, destination
        assert not browser.find_element("id", "message").is_displayed(), destination
    browser.get(f"{year.url}/login?next={quote(ELSEWHERE[1], safe='')}")
    sign_in(browser, town.manager, PASSWORD)
    wait_for_text(browser, "viewer", "Ville de Montfleury")
    assert browser.current_url.startswith(f"{year.url}/login?")
    assert kept_by_browser(browser) == [0, 0, ""]


@pytest.mark.parametrize("asked", ["/renew?subscription={id}&from=letter", "/survey?seat={id}&term={id}"])
def test_signing_in_leads_back_to_the_same_address(browser: Chrome, year: Year, town: Town, asked: str) -> None:
    asked = asked.format(id=town.subscription)
    browser.get(f"{year.url}/mailbox")
    browser.get(year.url + asked)
    assert wait_for_address(browser, "/login?next=") == f"{year.url}/login?next={quote(asked, safe='')}"
    wait_for_text(browser, "message", "Sign in to go on")
    sign_in_wrongly(browser, town)
    sign_in(browser, town.manager, PASSWORD)
    assert wait_for_address(browser, asked) == year.url + asked
    by_id(browser, "sign-out")
    assert kept_by_browser(browser) == [0, 0, ""]
    assert outside_or_failed(browser, year.url) == []
    browser.back()
    assert wait_for_address(browser, "/mailbox") == f"{year.url}/mailbox"
    browser.forward()
    wait_for_address(browser, "/login?next=")


def test_a_page_that_the_browser_kept_asks_again(browser: Chrome, year: Year, town: Town) -> None:
    """Whether a browser keeps a page that was left is its own choice: here it is told that it did."""
    browser.get(f"{year.url}/renew?subscription={town.subscription}")
    wait_for_address(browser, "/login?next=")
    sign_in(browser, town.manager, PASSWORD)
    by_id(browser, "sign-out")
    browser.execute_script("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))")
    by_id(browser, "sign-out")
    browser.execute_script("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    wait_for_address(browser, "/login?next=")


def sign_in_wrongly(browser: Chrome, town: Town) -> None:
    sign_in(browser, town.manager, "cinq chevaux sous la pluie")
    wait_for_text(browser, "message", "wrong")


def test_a_session_left_for_one_page_is_not_taken_by_another(browser: Chrome, year: Year, town: Town) -> None:
    browser.get(f"{year.url}/confirm-email")
    left = '{"token": "anything", "destination": "/survey?seat=a&term=b"}'
    browser.execute_script("sessionStorage.setItem('capcom.session', arguments[0])", left)
    browser.get(f"{year.url}/renew?subscription={town.subscription}")
    wait_for_address(browser, "/login?next=")
    assert kept_by_browser(browser) == [0, 0, ""]


def test_a_session_that_is_over_is_said_and_leads_to_sign_in(browser: Chrome, year: Year, town: Town) -> None:
    address = f"/renew?subscription={town.subscription}"
    browser.get(f"{year.url}/confirm-email")
    left = f'{{"token": "no-session-at-all", "destination": "{address}"}}'
    browser.execute_script("sessionStorage.setItem('capcom.session', arguments[0])", left)
    browser.get(year.url + address)
    wait_for_text(browser, "message", "session has ended")
    by_id(browser, "sign-in").click()
    wait_for_address(browser, "/login?next=")


def test_signing_out_takes_what_was_shown_away(browser: Chrome, year: Year, town: Town) -> None:
    browser.get(f"{year.url}/renew?subscription={town.subscription}")
    wait_for_address(browser, "/login?next=")
    sign_in(browser, town.manager, PASSWORD)
    wait_for_text(browser, "facts", "Ville de Montfleury")
    by_id(browser, "sign-out").click()
    wait_for_text(browser, "message", "You are signed out")
    assert by_id(browser, "sign-in").is_displayed()
    for name in ("facts", "form", "declining"):
        assert not browser.find_element("id", name).is_displayed(), name
