"""What the tests of the pages share: the contract they hold to, and a real browser, headless."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.live import live
from tests.pages.year import Year
from tests.processes import capcom, server

__all__ = ["browser", "live", "year"]

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-GB",
    "--window-size=1280,900",
)


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "CAPCOM_TEST_BROWSER"
CONTRACT = Path(__file__).parents[1] / "contract.graphql"


@pytest.fixture(scope="session", params=["contract", "printed"])
def schema(request: pytest.FixtureRequest) -> GraphQLSchema:
    """The contract, with the connection types that its comment describes; and the schema as the program prints it."""
    if request.param == "printed":
        return build_schema(capcom("schema", env=dict(os.environ)))
    text = CONTRACT.read_text("utf-8")
    listed = {name for name in re.findall(r"\b(\w+)Connection\b", text) if name != "X"}
    assert len(listed) >= 5
    connections = [
        f"type {name}Connection "
        f"{{ edges: [{name}Edge!]! nodes: [{name}!]! pageInfo: PageInfo! totalCount: Int! }}\n"
        f"type {name}Edge {{ cursor: String! node: {name}! }}\n"
        for name in sorted(listed)
    ]
    return build_schema(text + "\n" + "".join(connections))


def find_programs() -> tuple[str, str]:
    """Chromium and its driver. Without them a test is skipped; where they were asked for, as in CI, it fails."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    how = "Debian: apt-get install chromium chromium-driver"
    if os.environ.get("CI") or os.environ.get(REQUIRED) == "required":
        pytest.fail(f"the browser tests need Chromium and chromedriver, which are not installed; {how}", pytrace=False)
    pytest.skip(f"Chromium and chromedriver are not installed; {how}; {REQUIRED}=required makes this a failure")


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """Chromium with a new profile, its console kept."""
    binary, chromedriver = find_programs()
    options = ChromeOptions()
    options.binary_location = binary
    for flag in FLAGS:
        options.add_argument(flag)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's own sandbox refuses root
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(chromedriver))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """A server of its own, whose clock the tests move ahead."""
    folder = tmp_path_factory.mktemp("year")
    env = {name: value for name, value in os.environ.items() if not name.startswith("CAPCOM_")}
    env["CAPCOM_DATA_DIR"] = str(folder)
    with server(env, folder / "errors.log") as url:
        staff = capcom("staff", "add", "lea@staff.example", "--token", env=env)
        yield Year(url=url, env=env, data_dir=folder, staff=staff)
