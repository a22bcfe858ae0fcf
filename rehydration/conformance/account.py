"""Care of a live account: what a run takes, said beforehand, and which chats it started and has not ended yet.

Here belong the count and the file of ids. How a chat is started or ended is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

from rehydration.conformance.casebook import Case, Step
from rehydration.conformance.running import missing

STARTS: Final = frozenset({"StartChatContact", "StartAssistantContact"})

CALLS_PER_SECOND: Final = 2.0
"""As many calls of one operation a second does Amazon Connect allow an account by default."""

_CALLS: Final = {"call": 1, "visible": 3, "items": 2, "pages": 2}
"""A step → how many calls it makes at least: a connection, and pages."""


@frozen
class Takes:
    """What a run takes of an endpoint: how many chats are started, about how many calls, and how many waits."""

    chats: int
    calls: int
    waits: int

    @classmethod
    def of(cls, cases: Iterable[Case], capabilities: frozenset[str]) -> Takes:
        """Count what the cases take that are asked of an endpoint with these capabilities.

        >>> from rehydration.conformance.casebook import all_cases, chosen
        >>> Takes.of(
        ...     chosen(all_cases(), ["eligibility.many-per-source/two-chats"]), frozenset({"wire", "transcript"})
        ... ).chats
        3
        """
        steps = [step for case in cases if not missing(case, capabilities) for step in case.steps]
        chats = sum(step.get("call") in STARTS for step in steps)
        return cls(chats, chats + sum(map(_calls, steps)), sum("settle" in step for step in steps))

    def seconds(self, calls_per_second: float, settle_seconds: float) -> float:
        """Say how long it takes at least."""
        return self.calls / calls_per_second + self.waits * settle_seconds

    def told(self, calls_per_second: float, settle_seconds: float) -> str:
        """Say it in a sentence.

        >>> Takes(3, 20, 1).told(2, 90)
        'This starts 3 chats and ends each after its case: about 20 calls at 2 a second, 1 wait of 90 s: 2 minutes.'
        """
        waits = f"{self.waits} wait{'' if self.waits == 1 else 's'} of {settle_seconds:g} s"
        minutes = max(1, round(self.seconds(calls_per_second, settle_seconds) / 60))
        return (
            f"This starts {self.chats} chat{'' if self.chats == 1 else 's'} and ends each after its case: about "
            f"{self.calls} calls at {calls_per_second:g} a second, {waits}: "
            f"{minutes} minute{'' if minutes == 1 else 's'}."
        )


def _calls(step: Step) -> int:
    return sum(number for kind, number in _CALLS.items() if kind in step)


@define
class Ledger:
    """The chats that were started and not ended yet, in a file too, so that a run that died can be tidied up after.

    The file is there only while there are such chats. It holds ids of the account.
    """

    path: Path | None = None
    open: set[str] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        """Take over what a run left behind that died."""
        if self.path is not None and self.path.exists():
            self.open.update(self.path.read_text(encoding="utf-8").split())

    def started(self, contact_id: str) -> None:
        """Enter a chat that was started."""
        self.open.add(contact_id)
        self._write()

    def ended(self, contact_id: str) -> None:
        """Strike out a chat that has ended."""
        self.open.discard(contact_id)
        self._write()

    def _write(self) -> None:
        if self.path is None:
            return
        if self.open:
            self.path.write_text("".join(f"{each}\n" for each in sorted(self.open)), encoding="utf-8")
        else:
            self.path.unlink(missing_ok=True)
