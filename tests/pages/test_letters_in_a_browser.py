"""Letters as a browser shows them: narrow and wide, light and dark; and the mailbox, whose links lead out of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from capcom_gql.notifiers.rendering import render
from capcom_gql.notifiers.samples import SAMPLES
from capcom_gql.notifiers.topics import TOPICS
from tests.pages.browsing import by_id, new_window, outside_or_failed

LONG = "Communauté d'agglomération Saint-Germain-Boucles-de-Seine-et-Plaine-de-Montesson"

# Every text of the page with its contrast to what is behind it, as WCAG 2 counts it.
CONTRASTS = """
const light = (rgb) => rgb.slice(0, 3).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
const behind = (el) => { for (; el; el = el.parentElement) {
  const colour = rgb(getComputedStyle(el).backgroundColor); if (colour.length < 4 || colour[3] > 0) return colour; } };
return [...document.body.querySelectorAll('*')].filter((el) => el.offsetParent && [...el.childNodes].some(
    (node) => node.nodeType === 3 && node.data.trim())).map((el) => {
  const [a, b] = [light(rgb(getComputedStyle(el).color)), light(behind(el))].sort((x, y) => y - x);
  return [el.textContent.trim().slice(0, 40), (a + 0.05) / (b + 0.05)]; });
"""


class Live(Protocol):
    """What these tests need of the running demo: its address."""

    @property
    def url(self) -> str: ...


def letters(folder: Path) -> Iterator[str]:
    """The addresses of all letters with HTML, in both languages, about an organisation with a long name."""
    for topic, forms in SAMPLES.items():
        for locale in ("fr", "en"):
            for form in forms:
                letter = render(topic, locale, {**form.context(locale), "organisation_name": LONG})
                if letter.html is not None:
                    file = folder / f"{topic}.{form.name}.{locale}.html"
                    file.write_text(letter.html, encoding="utf-8")
                    yield file.as_uri()


def look(browser: Chrome, width: int, scheme: str) -> None:
    """Makes the window that wide, and the reader's wish light or dark."""
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def overflow(browser: Chrome) -> int:
    return int(browser.execute_script("return document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (800, "dark")])
def test_every_letter_holds_and_can_be_read(browser: Chrome, tmp_path: Path, width: int, scheme: str) -> None:
    look(browser, width, scheme)
    seen = 0
    for address in letters(tmp_path):
        browser.get(address)
        assert overflow(browser) <= 0, address
        told = browser.execute_script(CONTRASTS)
        assert len(told) > 5
        assert [each for each in told if each[1] < 4.5] == [], address
        assert not browser.find_element(By.CLASS_NAME, "preheader").is_displayed()
        seen += 1
    assert seen == 2 * sum(len(forms) for topic, forms in SAMPLES.items() if TOPICS[topic].has_html)


def test_one_press_takes_the_whole_number(browser: Chrome, tmp_path: Path) -> None:
    browser.get(next(address for address in letters(tmp_path) if "welcome" in address))
    browser.find_element(By.CLASS_NAME, "number").click()
    assert browser.execute_script("return getSelection().toString()").strip() == "CP 4071 8823 9056 1227"


def test_a_link_in_a_mails_html_leads_out_of_its_frame(browser: Chrome, live: Live) -> None:
    browser.get(f"{live.url}/mailbox")
    subjects = browser.find_elements(By.CSS_SELECTOR, ".letters .subject a")
    next(each for each in subjects if "Bienvenue" in each.text or "Welcome" in each.text).click()
    assert outside_or_failed(browser, live.url) == []
    browser.switch_to.frame(browser.find_element(By.TAG_NAME, "iframe"))
    new_window(browser, browser.find_element(By.CSS_SELECTOR, "a.button-words[href*='token=']").click)
    assert by_id(browser, "password").is_enabled()


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1200, "light")])
def test_the_mailbox_holds(browser: Chrome, live: Live, width: int, scheme: str) -> None:
    look(browser, width, scheme)
    browser.get(f"{live.url}/mailbox")
    mail = browser.find_element(By.CSS_SELECTOR, ".letters .subject a").get_attribute("href")
    places = ["/mailbox", "/mailbox?to=nobody", "/mailbox/letters", "/mailbox/letters/proof_reminder"]
    places.append("/mailbox/letters/staff_notice?form=failing")
    for address in (*(live.url + place for place in places), str(mail)):
        browser.get(address)
        assert overflow(browser) <= 0, address
        assert [each for each in browser.execute_script(CONTRASTS) if each[1] < 4.5] == [], address
        assert outside_or_failed(browser, live.url) == []
