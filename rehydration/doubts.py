"""What an answer can depend on: what Amazon Connect leaves open, and what the records leave open, as values.

This module holds one doubt as a value, and the readings among which nobody can decide. It does not know who has doubts,
nor what follows from a reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from attrs import field, frozen


class DoubtKind(StrEnum):
    """What kind of thing is not known."""

    POLICY = "policy"
    """Amazon Connect does not document it: a field of :class:`rehydration.Policy`."""
    LINK_TYPE = "link type"
    """No record keeps the rehydration type of a link."""
    RELATED = "related"
    """No record tells a rehydration from another kind of related contact."""
    TIE = "tie"
    """Contacts are equally recent, so only their ids order them."""
    RECORDS = "records"
    """A record, an end or a member is missing. What it would say cannot be listed."""
    BOUND = "bound"
    """There are too many combinations of readings to try them all."""


@frozen(cache_hash=True)  # looked up again and again
class Doubt:
    """One thing that is not known, and the possible readings of it, ours first.

    ``subject`` names what it is about: a field of :class:`rehydration.Policy`, members, or the ids of contacts.
    ``readings`` is empty if the readings cannot be listed. ``sentence`` says in plain English what is not known: of a
    field of the policy, what it decides, with its name.
    ``lacks`` says what the records leave out: ``record``, ``previous contact`` or ``end`` of a contact, the ``session``
    of an unknown one, or the ``link`` of that. ``number`` is how many contacts the sentence speaks of.
    """

    kind: DoubtKind
    subject: tuple[str, ...]
    sentence: str
    readings: tuple[str, ...] = ()
    lacks: str | None = field(default=None, eq=False, repr=False)
    number: int = field(default=1, eq=False, repr=False)

    def __str__(self) -> str:
        return self.sentence


@frozen
class Reading:
    """One possible reading of a doubt."""

    doubt: Doubt
    value: str


_PLACE: Final = {kind: place for place, kind in enumerate(DoubtKind)}


def in_order(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Put doubts into the order of their kinds, each once."""
    return tuple(sorted(dict.fromkeys(doubts), key=lambda each: _PLACE[each.kind]))


def first_few(reasons: Sequence[object], most: int) -> list[str]:
    """Name the first reasons, and count the others."""
    more = [f"{len(reasons) - most:,} more"] if len(reasons) > most else []
    return [*map(str, reasons[:most]), *more]
