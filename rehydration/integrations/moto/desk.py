"""The page for agents: one file, which a browser shows and the control URLs serve.

Here belongs how it is handed out: its ``Content-Security-Policy`` lets nothing run but its own script, and nobody show
it inside another page. What it shows it asks of the control URLs, and of the participant operations for its customer.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

_INLINE: Final = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@cache
def page() -> tuple[str, str]:
    """Give the page and its policy."""
    text = files(__package__).joinpath("desk.html").read_text(encoding="utf-8")
    allowed = {kind: _hash(content) for kind, content in _INLINE.findall(text)}
    policy = (
        f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']}; img-src 'self' data:; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, policy


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
