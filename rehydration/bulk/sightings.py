"""Past contacts and the later sessions that look back to them: whether each can be read there, or may be.

Here belongs what the links of sessions show, pair by pair: in columns where walks are plain, by the engine elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rehydration.bulk import readings
from rehydration.bulk.asking import BIT, Engine, affordable
from rehydration.bulk.export import Export
from rehydration.bulk.lineages import Counts
from rehydration.bulk.numbers import Flags, Rows
from rehydration.bulk.plain import Plain
from rehydration.bulk.readings import Kinds, Readings
from rehydration.doubts import DoubtKind

_SESSIONS: Final = 20_000
_POLICY: Final = BIT[DoubtKind.POLICY]
_RECORDS: Final = BIT[DoubtKind.RECORDS]
_BOUND: Final = BIT[DoubtKind.BOUND]


class Pairs(NamedTuple):
    """Past contacts and later sessions, as rows.

    ``steps`` tells how many steps back from the link of the session the contact is; 0 where it is no step of the walk.
    ``is_readable`` tells whether the transcript can be read there, ``kinds`` what that depends on, as bits. What cannot
    be read and depends on something may be readable.
    """

    contact: npt.NDArray[Any]
    session: npt.NDArray[Any]
    steps: npt.NDArray[Any]
    is_readable: npt.NDArray[Any]
    kinds: npt.NDArray[Any]

    def at(self, which: npt.NDArray[Any]) -> Pairs:
        """Take some of the pairs."""
        return Pairs(*(each[which] for each in self))

    @classmethod
    def together(cls, parts: Iterable[Pairs]) -> Pairs:
        """Put pairs one after the other."""
        return cls(*(np.concatenate(each) for each in zip(*parts, strict=True)))


class _Counted(NamedTuple):
    """By contact: in how many sessions it can be read, in how many it may, and what that depends on."""

    readable: Counts
    undecided: Counts
    kinds: Kinds


class Sightings:
    """Every pair of a past contact and a later session in which its transcript can be read within the limit, or may."""

    def __init__(  # noqa: PLR0913  # what is known of an export
        self,
        export: Export,
        plain: Plain,
        possible: Readings,
        engine: Engine,
        *,
        is_untold: bool,
        are_carried: bool,
    ) -> None:
        """Look at nothing yet.

        ``is_untold``: whether no record tells a member that every answer depends on. ``are_carried``: whether our
        policy follows a link from its carrier onwards alone.
        """
        self._export, self._lineages = export, export.lineages
        self._plain, self._possible, self._engine = plain, possible, engine
        self._is_untold, self._are_carried = is_untold, are_carried

    @cached_property
    def is_readable(self) -> Flags:
        """Whose transcript could be read: of chats and unknown contacts, unless it is lost."""
        return self._lineages.is_listed & ~self._plain.is_lost

    @cached_property
    def _kind(self) -> Kinds:
        """What open questions can do to the walk over the link of each session, at the row of its initial contact."""
        lineages, linked = self._lineages, self._lineages.linked
        start = lineages.start[linked]
        kind = np.zeros(len(lineages), np.uint8)
        kind[linked] = lineages.is_beyond[start] * np.uint8(readings.BEYOND)
        if self._plain.is_lost.any():
            kind[linked] |= (self._plain.before_lost[0][start] < lineages.limit) * np.uint8(readings.LOST)
        return kind

    @cached_property
    def _lacks(self) -> Flags:
        """Whether records leave out something that the walk over the link of each linked session meets."""
        lacks = self._plain.lacks_behind[self._lineages.linked]
        return lacks | True if self._is_untold else lacks

    @cached_property
    def odd(self) -> Rows:
        """The linked sessions that the engine is asked about."""
        lineages, plain, linked = self._lineages, self._plain, self._lineages.linked
        of_session = np.zeros(len(lineages), bool)
        followed = plain.is_carried | (lineages.continued_from < 0)
        of_session[lineages.session[~followed]] = True
        is_odd = of_session[linked] | (plain.beyond(linked) >= 0)
        lacking = self._lacks
        if lacking.any():
            is_whole = self._possible.told(self._kind[linked]) & readings.WALK_WHOLE > 0
            is_odd |= lacking & (plain.hides[linked] | ~is_whole)
        return linked[is_odd]

    @cached_property
    def unweighed(self) -> Rows:
        """Those of them whose links have too many readings, or too long walks, to weigh all: more may be readable."""
        cost = self._plain.cost * self._plain.behind  # each contact is looked for from all sessions between
        return self.odd[~affordable(cost[self.odd])]

    @property
    def _may_be_unweighed(self) -> Flags:
        """Which contacts sessions that are not weighed may show: those of their lineages; with gaps those of any."""
        lineages = self._lineages
        if not len(self.unweighed):
            return np.zeros(len(lineages), bool)
        own = lineages.lineage_of(np.arange(len(lineages), dtype=np.int32))
        return np.isin(own, lineages.lineage_of(self.unweighed)) | (len(self._plain.unplaced) > 0)

    @cached_property
    def pairs(self) -> Pairs:
        """All pairs, in the order of sessions in the export, and of each session newest first."""
        return self._pairs_of(self._lineages.linked)

    @cached_property
    def exposure(self) -> tuple[Counts, Counts, Kinds]:
        """In how many later sessions each contact can be read, in how many it can or may, and what that depends on."""
        if self._are_carried or not self._possible.show_alike(self._kind[self._lineages.linked]):
            counted = self._counted(self.pairs)
            counted.kinds[self._may_be_unweighed] |= _BOUND
            return counted.readable, counted.readable + counted.undecided, counted.kinds
        shown = np.where(self.is_readable, self._lineages.exposure, np.uint32(0))
        linked = self._lineages.linked
        is_open = self._possible.told(self._kind[linked]) & readings.OPEN > 0
        open_to = linked[is_open & ~np.isin(linked, self.odd)]
        kinds = np.zeros(len(shown), np.uint8)
        if len(open_to):
            kinds[self.is_readable & (self._lineages.exposed_to(open_to) > 0)] = _POLICY
        kinds[~self._lineages.is_known & (shown > 0)] |= _RECORDS
        at_most = shown
        if len(self.odd):
            counted = self._counted(self._pairs_of(self.odd))
            at_most, kinds = shown + counted.undecided, kinds | counted.kinds
        kinds[self._may_be_unweighed] |= _BOUND
        return shown, at_most, kinds

    def _counted(self, pairs: Pairs) -> _Counted:
        """Count the pairs of each contact."""
        readable, undecided = (
            np.bincount(pairs.contact[each], minlength=len(self._lineages)).astype(np.uint32)
            for each in (pairs.is_readable, ~pairs.is_readable)
        )
        kinds = np.zeros(len(self._lineages), np.uint8)
        np.bitwise_or.at(kinds, pairs.contact, pairs.kinds)
        return _Counted(readable, undecided, kinds)

    def _pairs_of(self, sessions: Rows) -> Pairs:
        """Find the pairs of some sessions."""
        found = Pairs.together(self._walked(sessions))
        is_odd = np.zeros(len(self._lineages), bool)
        is_odd[self.odd] = True
        is_odd[self.unweighed] = False
        odd = sessions[is_odd[sessions]]
        if len(odd):
            found = self._as_seen(found, is_odd[found.session], odd)
        if len(self.unweighed):
            found.kinds[np.isin(found.session, self.unweighed)] |= _BOUND
        found.kinds[~self._lineages.is_known[found.contact]] |= _RECORDS
        return found

    def _walked(self, sessions: Rows) -> Iterator[Pairs]:
        """Walk back over the links of sessions, some at a time, and read them as plain."""
        lineages, readable = self._lineages, self.is_readable
        yield Pairs(*(np.empty(0, kind) for kind in (np.int32, np.int32, np.uint8, bool, np.uint8)))
        for begin in range(0, len(sessions), _SESSIONS):
            some = sessions[begin : begin + _SESSIONS]
            walks, contacts, steps = [], [], []
            entered = lineages.steps(lineages.start[some], some)
            for step, (walk, at) in zip(range(1, lineages.limit + 1), entered, strict=False):
                can_be_read = readable[at]
                walks.append(walk[can_be_read])
                contacts.append(at[can_be_read])
                steps.append(np.full(len(walks[-1]), step, np.uint8))
            walk = np.concatenate(walks)
            by_session = np.argsort(walk, kind="stable")
            contact, back = np.concatenate(contacts)[by_session], np.concatenate(steps)[by_session]
            yield self._as_plain(contact, some[walk[by_session]], back)

    def _as_plain(self, contact: Rows, session: Rows, steps: Counts) -> Pairs:
        """Read pairs as plain, and leave out what no reading shows."""
        kind = self._kind[session]
        if self._plain.is_lost.any():
            before = self._plain.before_lost[0][self._lineages.start[session]]
            kind |= (steps - np.int64(1) > before) * np.uint8(readings.BEHIND)
        possible = self._possible.told(kind)
        shows = possible & readings.SHOWN > 0
        kinds = (possible & readings.OPEN > 0) * np.uint8(_POLICY)
        hidden = np.flatnonzero(~shows)
        if not len(hidden):
            return Pairs(contact, session, steps, shows, kinds)
        lacks = np.zeros(len(self._lineages), bool)
        lacks[self._lineages.linked] = self._lacks
        kinds[hidden] |= lacks[session[hidden]] * np.uint8(_RECORDS)
        return Pairs(contact, session, steps, shows, kinds).at(shows | (kinds > 0))

    def _as_seen(self, found: Pairs, is_odd: Flags, odd: Rows) -> Pairs:
        """Put what the engine says of odd sessions in the place of what columns say, in the same order."""
        plain, walked, total = found.at(~is_odd), found.at(is_odd), np.int64(len(self._lineages))
        steps = dict(zip((walked.session * total + walked.contact).tolist(), walked.steps.tolist(), strict=True))
        seen = [each for each in self._engine.seen(odd) if self.is_readable[each.contact]]
        contact, session = (np.array([each[place] for each in seen], np.int32) for place in (0, 1))
        told = Pairs(
            contact,
            session,
            np.array([steps.get(each, 0) for each in (session * total + contact).tolist()], np.uint8),
            np.array([each.is_readable for each in seen], bool),
            np.array([each.kinds for each in seen], np.uint8),
        )
        every = Pairs.together((plain, told))
        return every.at(np.lexsort((every.contact, every.steps - np.uint8(1), every.session)))  # no step comes last
