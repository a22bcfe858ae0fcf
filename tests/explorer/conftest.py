"""A browser that people have: Debian's Chromium, without a window, one for all tests of a module."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

MISSING = "no chromium and chromedriver on the path: apt-get install chromium chromium-driver, as .ci/run does"
FLAGS = (
    "--headless",
    "--no-sandbox",  # containers have none
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,1000",
)


def programs() -> tuple[str, str]:
    """Find the browser and its driver, or leave the test out; where browsers are required, that fails."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        if os.environ.get("REHYDRATION_BROWSER") == "required":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return chromium, driver


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start Chromium with a profile of its own."""
    program, driver = programs()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options, Service(driver))
    browser.set_script_timeout(120)
    yield browser
    browser.quit()


@pytest.fixture
def browse(chromium: Any, tmp_path: Path) -> Callable[..., Any]:
    """Open a page as a file, as who was sent it does."""

    def browse(page: str, fragment: str = "") -> Any:
        path = tmp_path / "page.html"
        path.write_text(page, encoding="utf-8", newline="\n")
        chromium.get("about:blank")
        chromium.get_log("browser")
        chromium.get_log("performance")
        chromium.get(path.as_uri() + fragment)
        return chromium

    return browse
