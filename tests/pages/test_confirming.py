"""A new address, confirmed by the link of its mail, in a real browser on the real product."""

import pytest
from selenium.webdriver import Chrome, Keys

from tests.pages.browsing import (
    by_id,
    follow,
    has_focus,
    is_shown,
    kept_by_browser,
    outside_or_failed,
    sign_in,
    wait_for_address,
    wait_for_text,
)
from tests.pages.year import PASSWORD, Year

pytestmark = pytest.mark.rule("R24")

SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken errors { message } } }"
CHANGE = "mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { errors { message } } }"
ADDRESS = "{ viewer { person { email } } }"


def test_opening_the_link_changes_nothing_and_its_button_does(browser: Chrome, year: Year) -> None:
    town = year.subscribe("lamotte")
    new = "ana.silva@lamotte.example"
    token = year.do(SIGN_IN, {"email": town.manager, "password": PASSWORD})["accessToken"]
    year.do(CHANGE, {"email": new}, token)

    link = follow(browser, f"{year.url}/mailbox/{year.letter_to(new, '/confirm-email?')}", "/confirm-email?")
    by_id(browser, "submit")
    assert browser.current_url == f"{year.url}/confirm-email"
    asked = browser.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert asked and f"{year.url}/graphql" not in asked
    assert year.ask(ADDRESS, token=token)["viewer"]["person"]["email"] == town.manager

    by_id(browser, "submit").send_keys(Keys.ENTER)
    wait_for_text(browser, "message", "Your new address is confirmed")
    assert has_focus(browser, "message")
    assert not is_shown(browser, "form")
    assert kept_by_browser(browser) == [0, 0, ""]
    assert outside_or_failed(browser, year.url) == []

    by_id(browser, "elsewhere").find_element("tag name", "a").click()
    wait_for_address(browser, "/login")
    sign_in(browser, new, PASSWORD)
    assert new in wait_for_text(browser, "viewer", "Ville de Lamotte")

    browser.get(link)
    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "already used or is no longer valid")
    assert not is_shown(browser, "form")


def test_an_address_without_its_token_is_told_so(browser: Chrome, year: Year) -> None:
    browser.get(f"{year.url}/confirm-email")
    wait_for_text(browser, "message", "needs the link")
    assert not is_shown(browser, "form")
    browser.get(f"{year.url}/confirm-email?token=made-up")
    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "already used or is no longer valid")
    assert not is_shown(browser, "form")
