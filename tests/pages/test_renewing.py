"""From the letter that asks for the renewal to the next year, in a real browser on the real product."""

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

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
from tests.pages.year import PASSWORD, Town, Year

pytestmark = pytest.mark.rule("R14")


def open_as(browser: Chrome, year: Year, subscription: str, address: str) -> None:
    """The page of that subscription, by way of the sign-in."""
    browser.get(f"{year.url}/renew?subscription={subscription}")
    wait_for_address(browser, "/login?next=")
    sign_in(browser, address, PASSWORD)
    wait_for_address(browser, "/renew?")
    by_id(browser, "sign-out")


def from_the_letter(browser: Chrome, year: Year, town: Town) -> None:
    """The page, by the link of the notice, on its day."""
    year.set_clock(year.status(town.subscription)["renewal"]["noticeOn"])
    mail = f"{year.url}/mailbox/{year.letter_to(town.manager, '/renew?')}"
    link = follow(browser, mail, "/renew?")
    wait_for_address(browser, "/login?next=")
    sign_in(browser, town.manager, PASSWORD)
    assert wait_for_address(browser, "/renew?") == link


@pytest.mark.rule("R19")
def test_from_the_letter_to_the_next_year(browser: Chrome, year: Year) -> None:
    town = year.subscribe("rochebrune")
    from_the_letter(browser, year, town)
    facts = wait_for_text(browser, "facts", "Ville de Rochebrune")
    assert "Équipe, 5 users" in facts and "€900.00" in facts and "received" in facts
    assert kept_by_browser(browser) == [0, 0, ""]

    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "Accept the terms")
    assert has_focus(browser, "accept")
    assert year.status(town.subscription)["upcomingTerm"] is None

    plans = by_id(browser, "plans")
    assert "Keep Équipe" in plans.text and "Change to Collectif" in plans.text
    assert browser.find_element(By.CSS_SELECTOR, "#plans input:checked").get_attribute("value") == "EQUIPE"
    browser.find_element(By.CSS_SELECTOR, "#plans input[value='COLLECTIF']").click()
    link = by_id(browser, "terms-link")
    terms = year.terms()
    assert f"version {terms['version']} " in link.text
    assert link.get_attribute("href") == terms["url"]
    by_id(browser, "accept").click()
    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "Thank you, the renewal is done")
    assert has_focus(browser, "message")
    assert "Collectif, 10 users" in wait_for_text(browser, "facts", "Next year")
    assert not is_shown(browser, "form") and not is_shown(browser, "declining")
    assert outside_or_failed(browser, year.url) == []
    renewed = year.status(town.subscription)["upcomingTerm"]
    assert renewed["plan"]["code"] == "COLLECTIF"
    assert renewed["termsVersion"] == terms["version"]

    browser.refresh()
    wait_for_address(browser, "/login?next=")
    sign_in(browser, town.manager, PASSWORD)
    wait_for_text(browser, "message", "The renewal is done")
    assert not is_shown(browser, "form") and not is_shown(browser, "declining")


@pytest.mark.rule("R15")
def test_declining_then_renewing_after_all_with_the_keyboard(browser: Chrome, year: Year) -> None:
    town = year.subscribe("valmontel")
    from_the_letter(browser, year, town)
    wait_for_text(browser, "facts", "Ville de Valmontel")
    by_id(browser, "declining").find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    by_id(browser, "reason").send_keys("Plus de budget", Keys.TAB, Keys.ENTER)
    wait_for_text(browser, "message", "Noted")
    assert not is_shown(browser, "declining")
    declined = year.status(town.subscription)["renewal"]
    assert declined["declinedAt"] is not None and declined["declineReason"] == "Plus de budget"

    open_as(browser, year, town.subscription, town.manager)
    wait_for_text(browser, "message", "decided not to renew")
    by_id(browser, "accept").send_keys(Keys.SPACE)
    by_id(browser, "accept").send_keys(Keys.ENTER)
    wait_for_text(browser, "message", "Thank you, the renewal is done")
    stands = year.status(town.subscription)
    assert stands["upcomingTerm"]["plan"]["code"] == "EQUIPE"
    assert stands["renewal"]["declinedAt"] is None


def test_who_may_not_renew_reads_who_may_and_nothing_else(browser: Chrome, year: Year) -> None:
    town, other = year.subscribe("castelnoir"), year.subscribe("hautevigne")
    open_as(browser, year, town.subscription, town.user)
    assert f"Ana Silva, {town.manager}" in wait_for_text(browser, "message", "decided by the manager")
    assert not is_shown(browser, "form") and not is_shown(browser, "declining")

    for unseen in (other.subscription, "sub_nothing", "nonsense"):
        open_as(browser, year, unseen, town.manager)
        wait_for_text(browser, "message", "leads to nothing")
        assert "Hautevigne" not in browser.find_element(By.TAG_NAME, "main").text
        assert not is_shown(browser, "form") and not is_shown(browser, "facts")

    browser.get(f"{year.url}/renew")
    wait_for_text(browser, "message", "needs the link")


def test_staff_renew_too(browser: Chrome, year: Year) -> None:
    town = year.subscribe("aiguebelle")
    year.add_staff("theo@staff.example")
    open_as(browser, year, town.subscription, "theo@staff.example")
    by_id(browser, "accept").click()
    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "Thank you, the renewal is done")
    assert year.status(town.subscription)["upcomingTerm"]["plan"]["code"] == "EQUIPE"


def test_a_year_that_awaits_its_proof_then_is_over(browser: Chrome, year: Year) -> None:
    town = year.subscribe("bellerive", pays=False)
    open_as(browser, year, town.subscription, town.manager)
    wait_for_text(browser, "message", "still awaits its payment proof")
    assert not is_shown(browser, "form")
    assert is_shown(browser, "declining")
    year.pay(town.subscription)
    year.set_clock(year.status(town.subscription)["currentTerm"]["endsOn"])
    open_as(browser, year, town.subscription, town.manager)
    by_id(browser, "submit")
    year.advance("1d")
    by_id(browser, "accept").click()
    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "it cannot be renewed")
    assert not is_shown(browser, "form") and not is_shown(browser, "declining")
    open_as(browser, year, town.subscription, town.manager)
    wait_for_text(browser, "message", "has ended")
    assert "Ended on" in by_id(browser, "facts").text


@pytest.mark.rule("R19")
def test_terms_published_meanwhile_are_shown_and_accepted_anew(browser: Chrome, year: Year) -> None:
    town = year.subscribe("pontclair")
    open_as(browser, year, town.subscription, town.manager)
    wait_for_text(browser, "facts", "Ville de Pontclair")
    by_id(browser, "accept").click()
    version = year.publish_terms()
    by_id(browser, "submit").click()
    wait_for_text(browser, "terms", f"version {version} ")
    assert has_focus(browser, "accept")
    assert not by_id(browser, "accept").is_selected()
    by_id(browser, "accept").click()
    by_id(browser, "submit").click()
    wait_for_text(browser, "message", "Thank you, the renewal is done")
    assert year.status(town.subscription)["upcomingTerm"]["termsVersion"] == version


def test_a_narrow_window_shows_everything_without_a_sideways_scroll(browser: Chrome, year: Year) -> None:
    town = year.subscribe("saintaubin")
    narrow = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    open_as(browser, year, town.subscription, town.manager)
    wait_for_text(browser, "facts", "Ville de Saintaubin")
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    for name in ("submit", "accept", "plans", "sign-out"):
        box = by_id(browser, name).rect
        assert box["x"] >= 0 and box["x"] + box["width"] <= 320, name
