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
from rehydration.bulk.links import Links
from rehydration.bulk.numbers import Flags, Rows
from rehydration.bulk.parts import taken
from rehydration.bulk.plain import Plain
from rehydration.bulk.readings import Kinds, Readings
from rehydration.bulk.shifts import Moved, Shifts
from rehydration.doubts import DoubtKind

_SESSIONS: Final = 20_000
_LOOKED_FOR: Final = 10
"""To look for so many contacts in a walk takes as long as to go over one."""
_POLICY: Final = BIT[DoubtKind.POLICY]
_LINK_TYPE: Final = BIT[DoubtKind.LINK_TYPE]
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
        links: Links,
        shifts: Shifts,
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
        self._plain, self._links, self._shifts = plain, links, shifts
        self._possible, self._engine = possible, engine
        self._is_untold, self._are_carried = is_untold, are_carried

    @cached_property
    def is_readable(self) -> Flags:
        """Whose transcript could be read: of chats and unknown contacts, unless it is lost."""
        return self._lineages.is_listed & ~self._plain.is_lost

    @cached_property
    def _may_be_none(self) -> Flags:
        """Which contacts may have no transcript: those without a record, and all where no record tells channels."""
        are_told = "channel" not in self._export.untold
        return ~self._lineages.is_known if are_told else np.ones(len(self._lineages), bool)

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
        """At the row of each session whether records leave something out that the walk over its link meets."""
        if self._is_untold:
            return np.ones(len(self._lineages), bool)
        lacks = self._links.lacks_behind
        if lacks.any() and not len(self._plain.unplaced):
            lacks = lacks & self._links.goes_far
        return lacks

    @cached_property
    def odd(self) -> Rows:
        """The linked sessions that the engine is asked about."""
        links, linked = self._links, self._lineages.linked
        is_odd = links.near_ways.end_within_limit(linked)
        is_odd |= self._is_uncarried[linked] & (self._plain.has_ends[linked] | (not links.follows_each))
        return linked[is_odd | self._may_show_more[linked]]

    @cached_property
    def _may_pass_limit(self) -> Flags:
        """At the row of each session whether the sessions behind its link may hold more contacts than the limit.

        What is beyond the limit by one reading may be shown by another. An unknown contact may be of any session.
        """
        lineages, plain, linked = self._lineages, self._plain, self._lineages.linked
        session = lineages.session[lineages.start[linked]]
        behind, more = np.zeros(len(lineages), np.int32), np.zeros(len(lineages), np.int32)
        behind[linked], more[linked] = plain.size[session], plain.may_have_more[session]
        sums, unknown = (self._links.ways.summed_up(each) for each in (behind, more))
        return sums + np.minimum(unknown, plain.how_many_unplaced) > lineages.limit

    @cached_property
    def _may_show_more(self) -> Flags:
        """At the row of each session whether what records leave out may show what no walk comes to."""
        may, links, linked = np.zeros(len(self._lineages), bool), self._links, self._lineages.linked
        lacking = linked[self._lacks[linked]]
        if len(lacking):
            is_whole = self._possible.told(self._kind[lacking]) & readings.WALK_WHOLE > 0
            may[lacking] = links.hides[lacking] | ~is_whole | self._may_pass_limit[lacking]
        untold = linked[links.ways.beyond(linked) >= 0]
        if len(untold):
            may[untold] |= self._lacks[untold] | links.may_lack_behind[untold]
        return may

    @cached_property
    def _is_uncarried(self) -> Flags:
        """At the row of each session whether its link does not count for each of its contacts by each reading."""
        lineages = self._lineages
        uncarried = np.zeros(len(lineages), bool)
        uncarried[lineages.session[~self._plain.is_carried & (lineages.continued_from >= 0)]] = True
        return uncarried

    @cached_property
    def _moved(self) -> Rows:
        """The linked sessions whose walks meet, within the limit, links that move contacts, and nothing odd."""
        linked = self._lineages.linked
        return np.setdiff1d(linked[self._links.plain_ways.end_within_limit(linked)], self.odd)

    @cached_property
    def unweighed(self) -> Rows:
        """Those that the engine cannot be asked about: too many readings, or too long walks. More may be readable."""
        if not len(self.odd):
            return self.odd
        cost = self._links.cost * self._links.behind  # each contact is looked for from all sessions between
        return self.odd[~affordable(cost[self.odd] // _LOOKED_FOR)]

    @property
    def _may_be_unweighed(self) -> Flags:
        """Which contacts sessions that are not weighed may show: those of all sessions behind them, as far as it goes.

        Beyond the limit what only another record might show counts, and what is behind a circle.
        """
        lineages, unweighed = self._lineages, self.unweighed
        reached = np.zeros(len(lineages), bool)
        if not len(unweighed):
            return reached
        is_far = lineages.is_endless[unweighed] | self._may_show_more[unweighed]
        near = lineages.exposed_to(unweighed[~is_far]) > 0
        reached[lineages.session[near]] = True
        reached[lineages.with_those_behind(unweighed[is_far])] = True
        return taken(reached, lineages.session)

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
        is_open = (self._possible.told(self._kind[linked]) & readings.OPEN > 0) | self._is_uncarried[linked]
        apart = np.union1d(self.odd, self._moved)
        open_to = linked[is_open & ~np.isin(linked, apart)]
        kinds = np.zeros(len(shown), np.uint8)
        if len(open_to):
            kinds[self.is_readable & (self._lineages.exposed_to(open_to) > 0)] = _POLICY
        kinds[self._may_be_none & (shown > 0)] |= _RECORDS
        at_most = shown
        if len(apart):
            counted = self._counted(self._pairs_of(apart))
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
        is_moved = np.isin(sessions, self._moved)
        found = Pairs.together(self._walked(sessions[~is_moved]))
        is_odd = np.zeros(len(self._lineages), bool)
        is_odd[self.odd] = True
        is_odd[self.unweighed] = False
        odd = sessions[is_odd[sessions]]
        if len(odd):
            found = self._as_seen(found, is_odd[found.session], odd)
        if len(self.unweighed):
            found.kinds[np.isin(found.session, self.unweighed)] |= _BOUND
        if is_moved.any():
            found = Pairs.together((found, *self._walked_apart(sessions[is_moved])))
        if len(odd) or is_moved.any():
            steps = found.steps - np.uint8(1)  # no step comes last
            found = found.at(np.lexsort((found.contact, steps, found.session)))
        found.kinds[self._may_be_none[found.contact]] |= _RECORDS
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

    def _walked_apart(self, sessions: Rows) -> Iterator[Pairs]:
        """Walk back over links that move contacts: other types of links than ours hide some, and show others."""
        readable = self.is_readable
        for begin in range(0, len(sessions), _SESSIONS):
            some = sessions[begin : begin + _SESSIONS]
            moved, others = self._shifts.walked(some)
            moved = Moved(*(each[readable[moved.contact]] for each in moved))
            hidden = moved.may_be_hidden * np.uint8(_POLICY | _LINK_TYPE)
            yield self._as_plain(moved.contact, some[moved.walk], moved.steps, moved.is_beyond, hidden)
            lacks = self._lacks[some[others.walk]] & ~others.is_beyond & ~others.follows
            yield Pairs(
                others.contact,
                some[others.walk],
                np.zeros(len(lacks), np.uint8),
                np.zeros(len(lacks), bool),
                lacks * np.uint8(_RECORDS) | np.uint8(_POLICY | _LINK_TYPE),
            )

    def _as_plain(
        self,
        contact: Rows,
        session: Rows,
        steps: Counts,
        is_beyond: Flags | None = None,
        also: Kinds | None = None,
    ) -> Pairs:
        """Read pairs as plain, and leave out what no reading shows.

        ``is_beyond`` tells which contacts are beyond the limit by some types of links, ``also`` which doubts those add.
        """
        kind = self._kind[session]
        if self._plain.is_lost.any():
            before = self._plain.before_lost[0][self._lineages.start[session]]
            kind |= (steps - np.int64(1) > before) * np.uint8(readings.BEHIND)
        possible = self._possible.told(kind)
        shows = possible & readings.SHOWN > 0
        kinds = ((possible & readings.OPEN > 0) | self._is_uncarried[session]) * np.uint8(_POLICY)
        if also is not None:
            kinds |= also
        hidden = np.flatnonzero(~shows)
        if not len(hidden):
            return Pairs(contact, session, steps, shows, kinds)
        lacks = self._lacks[session[hidden]]
        if is_beyond is not None:
            lacks = lacks & ~is_beyond[hidden]
        kinds[hidden] |= lacks * np.uint8(_RECORDS)
        return Pairs(contact, session, steps, shows, kinds).at(shows | (kinds > 0))

    def _as_seen(self, found: Pairs, is_odd: Flags, odd: Rows) -> Pairs:
        """Put what the engine says of odd sessions in the place of what columns say."""
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
        return Pairs.together((plain, told))
