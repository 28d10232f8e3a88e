"""What the tests of the pages share: the contract they hold to, and a real browser, headless."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.live import live
from tests.pages.browsing import console_of, look_at, programs, told
from tests.pages.year import Year
from tests.processes import capcom, outside, server

__all__ = ["browser", "live", "year"]

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    # fewer processes than for a reader who visits strangers
    "--disable-features=SpareRendererForSitePerProcess,IsolateOrigins,site-per-process",
    "--renderer-process-limit=1",
    "--lang=en-GB",
    "--window-size=1280,900",
)


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


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One Chromium for the session, its console kept; it takes longer to start than most tests take."""
    binary, driver = programs()
    options = ChromeOptions()
    options.binary_location = binary
    for flag in FLAGS:
        options.add_argument(flag)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's own sandbox refuses root
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = Chrome(options=options, service=Service(driver))
    try:
        yield started
    finally:
        started.quit()


@pytest.fixture
def browser(chromium: Chrome) -> Iterator[Chrome]:
    """A window of a new profile, as empty as a browser that was just installed; its console is empty, too."""
    (first,) = chromium.window_handles
    profile = told(chromium, "Target.createBrowserContext", disposeOnDetach=False)
    window = told(chromium, "Target.createTarget", url="about:blank", width=1280, height=900, **profile)
    look_at(chromium, window["targetId"])
    console_of(chromium)
    try:
        yield chromium
    finally:
        told(chromium, "Target.disposeBrowserContext", **profile)
        chromium.switch_to.window(first)


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """A server of its own, whose clock the tests move ahead."""
    folder = tmp_path_factory.mktemp("year")
    env = outside()
    env["CAPCOM_DATA_DIR"] = str(folder)
    with server(env, folder / "errors.log") as url:
        staff = capcom("staff", "add", "lea@staff.example", "--token", env=env)
        yield Year(url=url, env=env, data_dir=folder, staff=staff)
