"""What can go wrong with a run besides the target being wrong.

Here belong the faults of cases and of targets as programs. A wrong answer is no fault, it is an outcome.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from rehydration.errors import InvalidInput, RehydrationError, shown

quoted: Final = partial(shown, most=300)
"""Quote what a target was asked, or what it answered."""


class CaseMalformed(InvalidInput):
    """A case that does not follow its format; the text says where and what."""


class TargetBroken(RehydrationError):
    """A target that hangs, crashes, answers garbage or is not there; the text says what was asked and what came."""


class TargetHangs(TargetBroken):
    """A target that does not answer in time."""


class Refusal(RehydrationError):
    """A refusal of a target: its code."""

    def __init__(self, code: str, message: str = "") -> None:
        """Hold what the target says."""
        super().__init__(code, message)
        self.code: str = code
        self.message = message

    def __str__(self) -> str:
        """Say the code."""
        return f"{self.code}: {self.message}" if self.message else str(self.code)


class NotOffered(RehydrationError):
    """An operation that a target does not offer, which is no answer to what it was asked; the text names it."""
