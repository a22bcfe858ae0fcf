"""One browser for all tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import chromium_with


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start Chromium."""
    with chromium_with(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


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
