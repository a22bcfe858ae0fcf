"""Facts about transcripts: whether the file of a contact is there, where, and how large.

This module holds what somebody who looked into the transcript bucket can report about one file, and what follows for
that file. It does not know what a transcript says, nor what a missing transcript does to the rest of a history; the
engine decides that.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from rehydration.errors import InvalidArgument
from rehydration.identifiers import RuleId

TRANSCRIPT_SIZE_LIMIT = 5_000_000
"""The largest past transcript that can be shown, in bytes (rule ``visibility.transcript-size``)."""


class Availability(StrEnum):
    """Whether the transcript of a listed contact is readable, and if not, why."""

    AVAILABLE = "available"
    MISSING = "missing"
    DELETED = "deleted"
    TOO_LARGE = "too-large"
    NOT_READY = "not-ready"
    UNKNOWN = "unknown"

    @property
    def is_readable(self) -> bool:
        """Whether the transcript is readable, now or once it is written. ``UNKNOWN`` is neither readable nor lost."""
        return self in (Availability.AVAILABLE, Availability.NOT_READY)

    @property
    def is_lost(self) -> bool:
        """Whether the transcript is known to be unreadable."""
        return self in (Availability.MISSING, Availability.DELETED, Availability.TOO_LARGE)


_AVAILABLE = Availability.AVAILABLE  # looking up a member costs a Python call

REPORTED = (Availability.AVAILABLE, Availability.MISSING, Availability.DELETED, Availability.NOT_READY)
"""The statuses of a :class:`TranscriptFact`. ``TOO_LARGE`` follows from the size, ``UNKNOWN`` from a missing record."""


def _check_status(_fact: TranscriptFact, _attribute: object, status: object) -> None:
    if not isinstance(status, Availability) or status not in REPORTED:
        legal = ", ".join(f"Availability.{each.name}" for each in REPORTED)
        raise InvalidArgument("status", status, f"one of {legal}; report a large file by its size")


def _check_size(_fact: TranscriptFact, _attribute: object, size: int | None) -> None:
    if size is not None and (type(size) is not int or size < 0):
        raise InvalidArgument("size", size, "the size of the file in bytes, 0 or more, or None")


def _check_misplaced(_fact: TranscriptFact, _attribute: object, misplaced: object) -> None:
    if not isinstance(misplaced, bool):
        raise InvalidArgument("misplaced", misplaced, "True or False")


@frozen
class TranscriptFact:
    """What is known of the transcript file of one contact.

    ``status`` is ``AVAILABLE``, ``MISSING``, ``DELETED`` or ``NOT_READY``. ``size`` is in bytes, or None if nobody
    looked. ``misplaced`` says that the file is outside the instance's bucket or does not have its original name.

    >>> TranscriptFact(size=5_000_001).availability
    <Availability.TOO_LARGE: 'too-large'>
    >>> TranscriptFact(Availability.DELETED).rule
    'visibility.transcript-unavailable'

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/chat-persistence.html
    """

    status: Availability = field(default=Availability.AVAILABLE, validator=_check_status)
    size: int | None = field(default=None, validator=_check_size)
    misplaced: bool = field(default=False, validator=_check_misplaced)

    @property
    def availability(self) -> Availability:
        """The verdict on the file. A file that is too large or misplaced exists but cannot be shown."""
        if self.status is not _AVAILABLE:
            return self.status
        if self.misplaced:
            return Availability.MISSING
        if self.size is not None and self.size > TRANSCRIPT_SIZE_LIMIT:
            return Availability.TOO_LARGE
        return _AVAILABLE

    @property
    def rule(self) -> RuleId | None:
        """The rule that makes the file unavailable; None if it is available."""
        availability = self.availability
        if availability is _AVAILABLE:
            return None
        if availability is Availability.NOT_READY:
            return RuleId("eligibility.transcript-lag")
        if availability is Availability.TOO_LARGE:
            return RuleId("visibility.transcript-size")
        if availability is Availability.MISSING and self.misplaced:
            return RuleId("visibility.transcript-place")
        return RuleId("visibility.transcript-unavailable")
