"""What open questions can do to walks that meet nothing else that is open: every such walk is of one of a few kinds.

Here belongs what each reading makes of a request and of a past contact that a later session looks back to, if a chain
of contacts is all that it meets. This module does not know contacts.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import prod
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rehydration.bulk.parts import taken
from rehydration.knowledge import NOTHING_KNOWN, Knowledge
from rehydration.policies import QUESTIONS, BeyondLimit, Ended, EntireSource, MostRecent, Policy, Unavailable

Kinds = npt.NDArray[np.uint8]

SESSION_IS_LIVE: Final = 1
"""The source has ended, and its session has not."""
NOT_INITIAL: Final = 2
"""ENTIRE_PAST_SESSION names another contact than the initial one."""
NOT_BY_INITIATION: Final = 4
"""The contact that ended last is not the one that began last."""
NOT_BY_DEPTH: Final = 8
"""The contact that ended last is not the one with the most contacts before it."""
BY_DEPTH_OR_INITIATION: Final = 16
"""The contact that began last is not the one with the most contacts before it."""
LOST: Final = 32
"""A transcript within the limit is lost."""
BEYOND: Final = 64
"""There are more contacts than the limit."""
BEHIND: Final = 128
"""Of a past contact: it is behind the first lost transcript."""

_KINDS: Final = 256

DIFFER: Final = 1
"""Two policies answer such a request differently."""
WALK: Final = 2
"""A policy does not refuse such a request before it walks."""
WALK_WHOLE: Final = 4
"""A policy walks back to all that there is."""
MEET_LIVE: Final = 8
"""A policy looks at chats of the source's session that go on."""
SHOWN: Final = 16
"""Such a past contact can be read by our policy."""
OPEN: Final = 32
"""Such a past contact can be read by one policy and not by another."""

Told = npt.NDArray[np.uint8]
"""What can follow, as a sum of these numbers."""


_NAMES: Final = tuple(name for name in QUESTIONS if name not in ("early_call", "customer_mismatch"))
_MATTERS: Final = attrgetter(*_NAMES)
_HOW_MANY: Final = prod(len(QUESTIONS[name]) for name in _NAMES)
"""How many readings there are of the questions that matter without a time and a target."""


class _Read(NamedTuple):
    """What a policy says of such walks."""

    ended: Ended
    entire_source: EntireSource
    most_recent: MostRecent
    unavailable: Unavailable
    beyond_limit: BeyondLimit

    @classmethod
    def of(cls, policy: Policy) -> _Read:
        return cls(*(getattr(policy, name) for name in cls._fields))

    def refused(self, kind: int) -> object:
        """Give what refuses such a request before it walks."""
        if kind & SESSION_IS_LIVE and self.ended is Ended.SESSION:
            return Ended.SESSION
        if kind & NOT_INITIAL and self.entire_source is EntireSource.INITIAL_ONLY:
            return EntireSource.INITIAL_ONLY
        return None

    def cut(self, kind: int) -> object:
        """Give what ends or refuses such a walk before it met all that there is."""
        if kind & LOST and self.unavailable is not Unavailable.GAP:
            return self.unavailable
        return BeyondLimit.REFUSE if kind & BEYOND and self.beyond_limit is BeyondLimit.REFUSE else None

    def answer(self, kind: int) -> object:
        """Give what tells its answer to such a request from that of another policy."""
        cut = self.refused(kind) or self.cut(kind)
        return (cut, self._start(kind)) if cut in (None, Unavailable.STOP) else cut

    def _start(self, kind: int) -> int:
        """Give the start contact a number, the same for policies that choose the same."""
        if self.most_recent is MostRecent.INITIATION:
            return int(bool(kind & NOT_BY_INITIATION))
        if self.most_recent is MostRecent.DEPTH and kind & NOT_BY_DEPTH:
            return 2 if kind & BY_DEPTH_OR_INITIATION else 1
        return 0

    def shows(self, kind: int) -> bool:
        """Tell whether such a past contact can be read."""
        cut = self.cut(kind)
        return cut is None or (cut is Unavailable.STOP and not kind & BEHIND)


_EVERY: Final = frozenset(map(_Read._make, product(Ended, EntireSource, MostRecent, Unavailable, BeyondLimit)))


class Readings:
    """What can follow for walks of each kind, under our policy and under all that are possible."""

    def __init__(self, policy: Policy, known: Knowledge) -> None:
        """Take a policy, and what was seen."""
        self._ours = _Read.of(policy)
        self._every = frozenset(map(_Read.of, known)) if known != NOTHING_KNOWN else _EVERY
        self.are_open: bool = known == NOTHING_KNOWN or len({*map(_MATTERS, known)}) == _HOW_MANY
        """Whether every reading of each question is possible that an answer about records can depend on."""

    def told(self, kinds: Kinds) -> Told:
        """Tell what can follow for each of some kinds: once for each kind that there is."""
        is_there = np.zeros(_KINDS, bool)
        is_there[kinds] = True
        told = np.zeros(_KINDS, np.uint8)
        for kind in np.flatnonzero(is_there).tolist():
            told[kind] = _told(self._ours, self._every, kind)
        return taken(told, kinds)

    def show_alike(self, kinds: Kinds) -> bool:
        """Tell whether ours shows all that walks of these kinds meet, and each other policy all or nothing."""
        behind, told = self.told(kinds | np.uint8(BEHIND)), self.told(kinds)
        return bool((behind & SHOWN).all()) and bool((behind & OPEN == told & OPEN).all())


@lru_cache(maxsize=4 * _KINDS)
def _told(ours: _Read, every: frozenset[_Read], kind: int) -> int:
    """Tell what can follow for a kind of walk."""
    walks = [read for read in every if read.refused(kind) is None]
    is_met = any(read.refused(kind) is not EntireSource.INITIAL_ONLY for read in every)
    return (
        DIFFER * (len({read.answer(kind) for read in every}) > 1)
        | WALK * bool(walks)
        | WALK_WHOLE * any(read.cut(kind) is None for read in walks)
        | MEET_LIVE * (bool(kind & SESSION_IS_LIVE) and is_met)
        | SHOWN * ours.shows(kind)
        | OPEN * (len({read.shows(kind) for read in every}) > 1)
    )
