"""What a reader does with a page: look for something, wait for it, sign in, follow a link of a mail."""

import json
import os
import shutil
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from websockets.sync.client import connect

from tests.patience import LONG

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "CAPCOM_TEST_BROWSER"


def programs() -> tuple[str, str]:
    """Chromium and its driver. Without them a test is skipped, but fails where they were asked for, as in CI."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    how = "Debian: apt-get install chromium chromium-driver"
    if os.environ.get("CI") or os.environ.get(REQUIRED) == "required":
        pytest.fail(f"the browser tests need Chromium and chromedriver, which are not installed; {how}", pytrace=False)
    pytest.skip(f"Chromium and chromedriver are not installed; {how}; {REQUIRED}=required makes this a failure")


def patiently(browser: Chrome) -> WebDriverWait[Chrome]:
    """Waits; an element that is not there yet, or that went with the page that is being left, is asked for again."""
    return WebDriverWait(browser, LONG, 0.1, ignored_exceptions=[StaleElementReferenceException])


def by_id(browser: Chrome, name: str) -> WebElement:
    """The element of that id, once it is shown."""

    def shown(driver: Chrome) -> WebElement | None:
        element = driver.find_element(By.ID, name)
        return element if element.is_displayed() else None

    found = patiently(browser).until(shown, f"#{name} is not shown")
    assert found is not None
    return found


def wait_for_text(browser: Chrome, name: str, text: str) -> str:
    """The text of the element of that id, once it contains `text`."""

    def said(driver: Chrome) -> str | None:
        whole = driver.find_element(By.ID, name).text
        return whole if text in whole else None

    found = patiently(browser).until(said, f"#{name} never showed {text!r}")
    assert found is not None
    return found


def outside_or_failed(browser: Chrome, url: str) -> list[object]:
    """Whatever the page loaded from another address than under `url`, or did not get; and its console's complaints."""
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map((each) => [each.name, each.responseStatus])"
    )
    assert loaded, "the page loaded nothing at all"
    wrong: list[object] = [each for each in loaded if not each[0].startswith(url + "/") or each[1] >= 400]
    complaints = [entry for entry in console_of(browser) if entry["level"] == "SEVERE"]
    return wrong + complaints


def console_of(browser: Chrome) -> list[dict[str, object]]:
    """What was written to the console since this was last asked."""
    return list(browser.execute(Command.GET_LOG, {"type": "browser"})["value"])


def told(browser: Chrome, method: str, **parameters: object) -> dict[str, Any]:
    """What Chromium answers to a command of its own protocol: the driver has none for profiles."""
    at = browser.capabilities["goog:chromeOptions"]["debuggerAddress"]
    with urllib.request.urlopen(f"http://{at}/json/version", timeout=LONG) as answer:
        address = json.load(answer)["webSocketDebuggerUrl"]
    with connect(address, proxy=None) as line:
        line.send(json.dumps({"id": 1, "method": method, "params": parameters}))
        while "id" not in (said := json.loads(line.recv(LONG))):
            """An event."""
    result: dict[str, Any] = said["result"]
    return result


def look_at(browser: Chrome, window: str) -> None:
    """Goes to a window, which has the reader's attention: else its pages may not use the clipboard."""
    browser.switch_to.window(window)
    browser.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})


def new_window(browser: Chrome, opening: Callable[[], object]) -> None:
    """Does what opens another window, and goes there."""
    known = set(browser.window_handles)
    opening()
    patiently(browser).until(lambda driver: set(driver.window_handles) - known, "nothing was opened")
    (window,) = set(browser.window_handles) - known
    look_at(browser, window)


def sign_in(browser: Chrome, email: str, password: str) -> None:
    """Fills in the form and sends it; returns once the answer is there."""
    for name, value in (("email", email), ("password", password)):
        by_id(browser, name).clear()
        by_id(browser, name).send_keys(value)
    by_id(browser, "submit").click()
    patiently(browser).until(lambda driver: driver.find_element(By.ID, "submit").is_enabled(), "no answer")


def follow(browser: Chrome, mail: str, containing: str) -> str:
    """Opens the mail at that address of the mailbox and its link with these characters; gives the link."""
    browser.get(mail)
    link = browser.find_element(By.CSS_SELECTOR, f".text a[href*='{containing}']")
    address = str(link.get_attribute("href"))
    new_window(browser, link.click)
    return address


def wait_for_address(browser: Chrome, containing: str) -> str:
    """The address of the page, once it has these characters."""
    patiently(browser).until(
        lambda driver: containing in driver.current_url, f"no address with {containing!r}, but {browser.current_url}"
    )
    return browser.current_url


def is_shown(browser: Chrome, name: str) -> bool:
    """Whether the page shows the element of that id."""
    return browser.find_element(By.ID, name).is_displayed()


def has_focus(browser: Chrome, name: str) -> bool:
    """Whether the element of that id has the focus."""
    return bool(browser.execute_script("return document.activeElement.id === arguments[0]", name))


def kept_by_browser(browser: Chrome) -> list[object]:
    """What this site left in the browser: items of its two stores, cookies. [0, 0, ""] when nothing."""
    kept = browser.execute_script("return [localStorage.length, sessionStorage.length, document.cookie]")
    return list(kept)
