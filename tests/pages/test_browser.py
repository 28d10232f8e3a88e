"""The pages in a real browser, against the real product as `capcom demo` starts it."""

import re
from typing import Protocol

from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.pages.browsing import by_id, new_window, outside_or_failed, sign_in, wait_for_text
from tests.patience import LONG

GUESSES = 10  # to which an account is open, in five minutes
PASSWORD = "quatre chevaux sous la pluie"
NUMBER = re.compile(r"CP(?:\s\d{4}){4}")


class Live(Protocol):
    """What these tests need of the running demo: its address and the secret of an event system's API key."""

    @property
    def url(self) -> str: ...
    @property
    def key(self) -> str: ...


def open_explorer(browser: Chrome, live: Live, operation: str = "") -> None:
    browser.get(f"{live.url}/graphql#op={operation}")
    by_id(browser, "run")


def run(browser: Chrome, expected: str) -> str:
    """Runs the operation shown and gives its answer, once it contains `expected`."""
    by_id(browser, "run").click()
    return wait_for_text(browser, "result", expected)


def test_the_first_operation_checks_a_discount(browser: Chrome, live: Live) -> None:
    open_explorer(browser, live)
    token = by_id(browser, "token")
    token.clear()
    token.send_keys(live.key)
    assert '"discountCheck"' in run(browser, '"eligible": true')
    assert "200" in wait_for_text(browser, "status", "DiscountCheck")
    assert outside_or_failed(browser, live.url) == []


def test_variables_that_are_not_json_are_named_and_not_sent(browser: Chrome, live: Live) -> None:
    open_explorer(browser, live)
    by_id(browser, "variables").send_keys(Keys.CONTROL, Keys.END)
    by_id(browser, "variables").send_keys("}")
    by_id(browser, "variables").send_keys(Keys.CONTROL, Keys.ENTER)
    assert "not valid JSON" in wait_for_text(browser, "variables-fault", "Nothing was sent")
    assert by_id(browser, "result").text == ""


def test_the_documentation_is_that_of_the_schema(browser: Chrome, live: Live) -> None:
    open_explorer(browser, live)
    token = by_id(browser, "token")
    token.clear()
    token.send_keys(live.key)
    by_id(browser, "toggle-documentation").click()
    wait_for_text(browser, "documentation", "Query")
    by_id(browser, "doc-words").send_keys("discountCheck")
    assert "DiscountCheckInput" in wait_for_text(browser, "documentation", "Query.discountCheck")


def test_from_sign_up_to_the_number_in_the_account(browser: Chrome, live: Live) -> None:
    """Subscribes in the explorer, reads the welcome mail, follows its link, chooses a password, sees the number;
    signs out, then signs in with that password and sees the number again."""
    open_explorer(browser, live, "Subscribe")
    by_id(browser, "token").clear()
    run(browser, '"PROVISIONAL"')

    def mail(driver: Chrome) -> list[WebElement]:
        driver.get(f"{live.url}/mailbox?to=ana.silva@rochebrune.example")
        return driver.find_elements(By.CSS_SELECTOR, ".letters .subject a")

    WebDriverWait(browser, LONG).until(mail, "no welcome mail came")[0].click()
    text = browser.find_element(By.CSS_SELECTOR, ".text")
    mailed = NUMBER.search(text.text)
    assert mailed is not None, text.text
    number = " ".join(mailed.group().split())
    assert outside_or_failed(browser, live.url) == []

    new_window(browser, text.find_element(By.CSS_SELECTOR, "a[href*='token=']").click)
    by_id(browser, "password").send_keys(PASSWORD)
    assert "token" not in browser.current_url
    by_id(browser, "submit").click()
    by_id(browser, "account").click()
    check_account(browser, number)
    by_id(browser, "sign-out").click()
    wait_for_text(browser, "message", "You are signed out")
    assert outside_or_failed(browser, live.url) == []

    by_id(browser, "elsewhere").find_element(By.TAG_NAME, "a").click()
    sign_in(browser, "ana.silva@rochebrune.example", "cinq chevaux sous la pluie")
    assert "password" in wait_for_text(browser, "message", "wrong")
    assert browser.find_elements(By.CSS_SELECTOR, "#viewer > *") == []
    sign_in(browser, "ana.silva@rochebrune.example", PASSWORD)
    check_account(browser, number)
    assert copied_number(browser, live) == number
    assert browser.execute_script("return [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    by_id(browser, "sign-out").click()
    wait_for_text(browser, "message", "You are signed out")
    assert by_id(browser, "password").get_attribute("value") == ""
    assert number not in browser.page_source
    assert outside_or_failed(browser, live.url) == []


def test_whoever_guesses_is_told_to_wait(browser: Chrome, live: Live) -> None:
    browser.get(f"{live.url}/login")
    for _ in range(GUESSES):
        sign_in(browser, "nobody@rochebrune.example", "open sesame")
        wait_for_text(browser, "message", "wrong")
    sign_in(browser, "nobody@rochebrune.example", "open sesame")
    assert re.search(r"\d+ seconds", wait_for_text(browser, "message", "Too many attempts"))


def test_a_forgotten_password_is_answered_alike_for_everyone(browser: Chrome, live: Live) -> None:
    browser.get(f"{live.url}/login")
    by_id(browser, "email").send_keys("somebody@rochebrune.example")
    by_id(browser, "forgot").click()
    assert by_id(browser, "again-email").get_attribute("value") == "somebody@rochebrune.example"
    assert not browser.find_element(By.ID, "form").is_displayed()
    by_id(browser, "send").click()
    wait_for_text(browser, "message", "If an account has this address")
    assert by_id(browser, "form").is_displayed()
    assert outside_or_failed(browser, live.url) == []


def check_account(browser: Chrome, number: str) -> None:
    account = wait_for_text(browser, "viewer", "Ville de Rochebrune")
    for part in ("Ana Silva", "ana.silva@rochebrune.example", number, "payment proof awaited", "manager"):
        assert part in account


def copied_number(browser: Chrome, live: Live) -> str:
    """What the clipboard holds once the first number's button was pressed."""
    granted = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    profile = browser.execute_cdp_cmd("Target.getTargetInfo", {})["targetInfo"]["browserContextId"]
    asked = {"permissions": granted, "origin": live.url, "browserContextId": profile}
    browser.execute_cdp_cmd("Browser.grantPermissions", asked)
    browser.find_element(By.CSS_SELECTOR, "#viewer button.copy").click()
    wait_for_text(browser, "viewer", "Copied")
    return str(browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])"))
