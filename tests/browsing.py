"""A browser that people have: Debian's Chromium, without a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

MISSING = "no chromium and chromedriver on the path: apt-get install chromium chromium-driver, as .ci/run does"
REQUIRED = os.environ.get("REHYDRATION_BROWSER") == "required"
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


def missing(what: str) -> None:
    """Leave the test out; where browsers are required, that fails."""
    if REQUIRED:
        pytest.fail(what)
    pytest.skip(what)


def programs() -> tuple[str, str]:
    """Find the browser and its driver, or leave the test out."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        missing(MISSING)
    return str(chromium), str(driver)


@contextmanager
def chromium_with(profile: Path) -> Iterator[Any]:
    """Start Chromium with a profile of its own."""
    program, driver = programs()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options, Service(driver))
    try:
        browser.set_script_timeout(120)
        yield browser
    finally:
        browser.quit()
