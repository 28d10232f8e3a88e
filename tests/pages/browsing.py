"""What a reader does with a page: look for something, wait for it, sign in, follow a link of a mail."""

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

SECONDS = 20


def patiently(browser: Chrome) -> WebDriverWait[Chrome]:
    """Waits; an element that is not there yet, or that went with the page that is being left, is asked for again."""
    return WebDriverWait(browser, SECONDS, ignored_exceptions=[StaleElementReferenceException])


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
    console = browser.execute(Command.GET_LOG, {"type": "browser"})["value"]
    complaints = [entry for entry in console if entry["level"] == "SEVERE"]
    return wrong + complaints


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
    known = set(browser.window_handles)
    link.click()
    patiently(browser).until(lambda driver: set(driver.window_handles) - known, "the link opened nothing")
    (tab,) = set(browser.window_handles) - known
    browser.switch_to.window(tab)
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
