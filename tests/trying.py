"""How often slow tests try: a part of the examples of the profile, never a number that no profile changes."""

from __future__ import annotations

from hypothesis import settings


def examples(part: float) -> settings:
    """Ask for a part of the profile's examples, or for a multiple of them; at least one."""
    return settings(max_examples=max(round(settings().max_examples * part), 1))
