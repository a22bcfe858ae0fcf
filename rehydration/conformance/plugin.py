"""The plugin for pytest: the options by which its user names a target.

Here belongs what pytest must know before it collects; the tests are in ``test_conformance``. Nothing else is imported,
because every run of pytest loads this where the package is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("rehydration", "conformance of chat rehydration")
    group.addoption(
        "--rehydration-target",
        metavar="TARGET",
        help="what `pytest --pyargs rehydration.conformance` judges: module:factory, self, or command:PROGRAM ARGS",
    )
    group.addoption(
        "--rehydration-baseline", metavar="FILE", help="case ids that are known to fail, one a line: strict xfails"
    )
