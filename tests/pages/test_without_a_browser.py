"""Where Chromium is missing its tests are skipped in one line; where it was asked for, as in CI, they fail."""

import pytest

from tests.pages.browsing import REQUIRED, programs


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", REQUIRED):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "/nowhere")


def test_they_are_skipped_and_told_how_to_run() -> None:
    with pytest.raises(pytest.skip.Exception, match=f"apt-get install chromium chromium-driver; {REQUIRED}=required"):
        programs()


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), (REQUIRED, "required")])
def test_they_fail_where_a_browser_was_asked_for(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium chromium-driver"):
        programs()
