"""What the page on embedding promises of its example."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "embed.md"


def test_the_emulator_is_complete_in_less_than_thirty_lines() -> None:
    emulator = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[0]
    assert "serve_forever" in emulator
    assert len(emulator.splitlines()) < 30
