"""The survey, from the link of its letter to its answer, in a real browser on the real product."""

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from tests.pages.browsing import (
    by_id,
    follow,
    has_focus,
    is_shown,
    kept_by_browser,
    new_window,
    outside_or_failed,
    sign_in,
    wait_for_address,
    wait_for_text,
)
from tests.pages.year import PASSWORD, Town, Year

pytestmark = pytest.mark.rule("R18")

RENEW = "mutation ($input: RenewInput!) { renew(input: $input) { errors { code message } } }"
ANSWERED = """query ($id: ID!) {
  node(id: $id) { ... on Seat { survey { answeredAt } } }
}"""


def surveyed(year: Year, name: str) -> Town:
    """A town that has renewed: its users are sent the survey with the letter that says so."""
    town = year.subscribe(name)
    version = year.terms()["version"]
    form = {"subscriptionId": town.subscription, "acceptedTermsVersion": version, "idempotencyKey": f"renew-{name}"}
    year.do(RENEW, form, year.staff)
    return town


def seat_of(year: Year, town: Town, address: str) -> str:
    seats = year.status(town.subscription)["seats"]
    return next(str(seat["id"]) for seat in seats if seat["person"]["email"] == address)


def is_answered(year: Year, seat: str) -> bool:
    return year.ask(ANSWERED, {"id": seat}, year.staff)["node"]["survey"]["answeredAt"] is not None


def open_as(browser: Chrome, year: Year, link: str, address: str) -> None:
    """The page of that link, by way of the sign-in."""
    browser.get(link)
    wait_for_address(browser, "/login?next=")
    sign_in(browser, address, PASSWORD)
    assert wait_for_address(browser, "/survey?") == link


def test_from_the_letter_to_the_answer(browser: Chrome, year: Year) -> None:
    town = surveyed(year, "verneuil")
    seat = seat_of(year, town, town.user)
    link = follow(browser, f"{year.url}/mailbox/{year.letter_to(town.user, '/survey?')}", "/survey?")
    assert f"seat={seat}" in link
    wait_for_address(browser, "/login?next=")
    sign_in(browser, town.user, PASSWORD)
    assert wait_for_address(browser, "/survey?") == link
    wait_for_text(browser, "about", "Ville de Verneuil")
    wait_for_text(browser, "closes", "You may answer to the end of")

    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "Choose a score")
    assert not is_answered(year, seat)
    scores = browser.find_elements(By.NAME, "score")
    assert browser.switch_to.active_element == scores[0]
    scores[0].send_keys(Keys.ARROW_LEFT)
    assert scores[10].is_selected()
    by_id(browser, "comment").send_keys("Des formations utiles.")
    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "Thank you, your answer is recorded")
    assert has_focus(browser, "message")
    assert not is_shown(browser, "form")
    assert is_answered(year, seat)
    assert kept_by_browser(browser) == [0, 0, ""]
    assert outside_or_failed(browser, year.url) == []

    open_as(browser, year, link, town.user)
    wait_for_text(browser, "message", "You have answered this survey already")
    assert not is_shown(browser, "form")


def test_the_survey_of_somebody_else_is_not_answered(browser: Chrome, year: Year) -> None:
    town = surveyed(year, "fontenay")
    link = year.link_to(town.user, "/survey?")
    open_as(browser, year, link, town.manager)
    wait_for_text(browser, "message", "sent to somebody else")
    assert not is_shown(browser, "form")
    by_id(browser, "sign-in").click()
    wait_for_address(browser, "/login?next=")
    sign_in(browser, town.user, PASSWORD)
    wait_for_text(browser, "about", "Ville de Fontenay")

    open_as(browser, year, year.link_to(town.manager, "/survey?"), town.user)
    wait_for_text(browser, "message", "sent to somebody else")
    assert not is_shown(browser, "form")

    stranger = year.subscribe("longpont")
    open_as(browser, year, link, stranger.manager)
    wait_for_text(browser, "message", "leads to nothing")
    assert not is_shown(browser, "form")
    browser.get(f"{year.url}/survey?seat={seat_of(year, town, town.user)}")
    wait_for_text(browser, "message", "needs the link")


def test_a_survey_answered_elsewhere_meanwhile_and_one_that_is_closed(browser: Chrome, year: Year) -> None:
    town = surveyed(year, "grandval")
    manager, user = year.link_to(town.manager, "/survey?"), year.link_to(town.user, "/survey?")
    last_day = year.status(town.subscription)["currentTerm"]["endsOn"]

    open_as(browser, year, manager, town.manager)
    by_id(browser, "submit")
    first = browser.current_window_handle
    new_window(browser, lambda: browser.execute_script("window.open('about:blank')"))
    open_as(browser, year, manager, town.manager)
    answer(browser, 3)
    wait_for_text(browser, "message", "Thank you")
    browser.switch_to.window(first)
    answer(browser, 9)
    wait_for_text(browser, "message", "already answered this survey")
    assert not is_shown(browser, "form")

    year.set_clock(last_day)
    year.advance("30d")
    open_as(browser, year, user, town.user)
    by_id(browser, "submit")
    year.advance("1d")
    answer(browser, 7)
    wait_for_text(browser, "message", "This survey closed")
    assert not is_shown(browser, "form")
    assert not is_answered(year, seat_of(year, town, town.user))


def answer(browser: Chrome, score: int) -> None:
    by_id(browser, "submit")
    browser.find_element(By.CSS_SELECTOR, f"input[name='score'][value='{score}']").click()
    by_id(browser, "submit").click()
