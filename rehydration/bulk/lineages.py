"""Sessions, links and walks back over them as columns of row numbers.

Here belong the rules of sessions, links and visibility for all contacts at once, in integers: a contact is a row
number, a session is the row number of its initial contact. No step here is taken contact by contact: a walk of
whatever length is found by doubling, the way from each contact twice as far as the round before. What is unusual, a
branched session or sessions in a circle, is walked step by step, all of them at once. This module does not know texts,
times or customers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rehydration.bulk.numbers import NOBODY, Flags, Places, Rows
from rehydration.bulk.parts import at_once, parts_of, taken

Counts = npt.NDArray[Any]


class Chains(NamedTuple):
    """Where pointers lead: the end from each row, and which rows never come to one.

    ``on_circle`` holds the rows of the circles themselves.
    """

    end: Rows
    endless: Rows
    on_circle: Rows


def chains(previous: Rows, steps: Counts | None = None) -> Chains:
    """Follow pointers to their ends, doubling the distance in each round; an end points to itself.

    ``steps`` are summed up as far as the end.
    """
    goes_on = previous >= 0
    end = np.arange(len(previous), dtype=np.int32)
    np.copyto(end, previous, where=goes_on)

    def look_ahead(rows: Places) -> tuple[Places, Rows, Counts | None]:
        at = end.take(rows)
        further = np.flatnonzero(goes_on.take(at))
        rows, at = rows[further], at[further]
        return rows, end.take(at), None if steps is None else steps.take(at)

    def move(rows: Places, ahead: Rows, more: Counts | None) -> None:
        end[rows] = ahead
        if steps is not None and more is not None:
            steps[rows] += more

    active = _true_rows(goes_on)
    for _ in range(len(previous).bit_length() + 1):
        seen = at_once(look_ahead, active)
        active = [rows for rows, _, _ in seen if len(rows)]
        if not active:
            break
        at_once(lambda each: move(*each), seen)
    endless = np.concatenate([np.empty(0, np.int32), *active])
    return Chains(end, endless.astype(np.int32), np.unique(end[endless]))


def _true_rows(flags: Flags) -> list[Places]:
    """Find the rows of which something is true, in parts."""
    return at_once(lambda part: part.start + np.flatnonzero(flags[part]), parts_of(len(flags)))


@dataclass(frozen=True)
class Lineages:
    """All contacts of an export, known ones first, then those that are only referred to.

    Of each contact ``session`` is the initial contact of its session and ``previous`` its predecessor; ``start`` is, at
    the row of a session's initial contact, the contact that its link leads to. ``is_known`` tells whether there is a
    record, ``is_listed`` whether a walk lists it: chats and unknown contacts. A walk enters ``limit`` contacts.
    """

    session: Rows
    previous: Rows
    start: Rows
    is_known: Flags
    is_listed: Flags
    limit: int

    def __len__(self) -> int:
        """Count the contacts."""
        return len(self.session)

    # -------------------------------------------------------------------------------------------------------- sessions

    @cached_property
    def chains(self) -> Chains:
        """The chain of each contact in its session; its end is the first contact of the chain."""
        return chains(self.previous)

    @cached_property
    def depth(self) -> Rows:
        """How many contacts come before each contact in its chain."""
        depth = (self.previous >= 0).astype(np.int32)
        chains(self.previous, depth)
        return depth

    @cached_property
    def tip(self) -> Rows:
        """At the row of each session's initial contact one of its contacts that nobody follows."""
        tip = np.full(len(self), NOBODY, np.int32)
        leaves = self._leaves
        tip[self.session[leaves]] = leaves
        return tip

    @cached_property
    def is_branched(self) -> Flags:
        """At the row of each session's initial contact whether its contacts do not form one chain."""
        leaves = self._leaves
        sessions = self.session[leaves]
        branched = np.zeros(len(self), bool)
        branched[sessions[self.tip[sessions] != leaves]] = True  # a forest of one leaf is a chain
        return branched

    @cached_property
    def is_leaf(self) -> Flags:
        """Whether nobody follows each contact in its session."""
        is_leaf = np.ones(len(self), bool)

        def mark(part: slice) -> None:
            before = self.previous[part]
            is_leaf[before[before >= 0]] = False

        at_once(mark, parts_of(len(self)))
        return is_leaf

    @cached_property
    def _leaves(self) -> Rows:
        return np.flatnonzero(self.is_leaf).astype(np.int32)

    # ----------------------------------------------------------------------------------------------- links and circles

    @cached_property
    def linked(self) -> Rows:
        """The sessions that have a link."""
        return np.flatnonzero(self.start >= 0).astype(np.int32)

    @cached_property
    def _over_links(self) -> Chains:
        """Where links lead from one session that has a link to another, whatever is known of the contacts."""
        ahead = np.full(len(self), NOBODY, np.int32)
        ahead[self.linked] = np.where(taken(self.start, self._into) >= 0, self._into, NOBODY)
        return chains(ahead)

    @cached_property
    def _into(self) -> Rows:
        """The session that each session with a link continues from."""
        return taken(self.session, taken(self.start, self.linked))

    @cached_property
    def continued_from(self) -> Rows:
        """Of each contact the contact that the link of its session leads to."""
        return taken(self.start, self.session)

    @cached_property
    def is_endless(self) -> Flags:
        """Of each contact whether links lead from its session into a circle of sessions."""
        endless = np.zeros(len(self), bool)
        endless[self._over_links.endless] = True
        return taken(endless, self.session)

    @cached_property
    def is_on_circle(self) -> Flags:
        """At the row of each session's initial contact whether links lead back to the session."""
        on_circle = np.zeros(len(self), bool)
        on_circle[self._over_links.on_circle] = True
        return on_circle

    def lineage_of(self, contacts: Rows) -> Rows:
        """Name the lineage of each contact: the last session that links lead back to, NOBODY for all in circles."""
        session = self.session[contacts]
        last = self._over_links.end[session]
        start = self.start[last]
        root = np.where(start >= 0, self.session[start], last)
        return np.where(self.is_endless[contacts], NOBODY, root)

    def with_those_behind(self, sessions: Rows) -> Rows:
        """Add the sessions that links lead back to."""
        is_reached = np.zeros(len(self), bool)
        frontier = np.unique(sessions)
        while len(frontier):
            is_reached[frontier] = True
            start = self.start[frontier]
            behind = np.unique(self.session[start[start >= 0]])
            frontier = behind[~is_reached[behind]]
        return np.flatnonzero(is_reached).astype(np.int32)

    @property
    def parent(self) -> Rows:
        """What a walk enters after each contact: its predecessor, or else the start of its session's link.

        After an unknown contact no link is followed. Where sessions refer to one another in a circle, a walk ends where
        it would come back, which this does not tell; ``steps`` does.
        """
        parent = self.previous.copy()
        firsts = np.flatnonzero((parent < 0) & self.is_known)
        parent[firsts] = self.start[self.session[firsts]]
        return parent

    def steps(self, start: Rows, within: Rows | None = None) -> Iterator[tuple[Rows, Rows]]:
        """Walk back from each start contact, one step at a time: yield which walks enter a contact, and which contact.

        ``within`` are the sessions that the walks come from and must not enter; by default those of the start contacts.
        """
        walks: Rows = np.arange(len(start), dtype=np.int32)
        at = start
        origin = self.session[start] if within is None else within
        entry = np.where(self.is_on_circle[origin], origin, NOBODY)  # where each walk came into a circle
        if within is not None:
            entry = np.where((entry < 0) & self.is_on_circle[self.session[start]], self.session[start], entry)
        while len(walks):
            yield walks, at
            ahead = self.previous[at]
            over = np.flatnonzero((ahead < 0) & self.is_known[at])
            link = self.start[self.session[at[over]]]
            over, link = over[link >= 0], link[link >= 0]
            session = self.session[link]
            is_back = session == entry[over]
            over, link, session = over[~is_back], link[~is_back], session[~is_back]
            ahead[over] = link
            comes_in = (entry[over] < 0) & self.is_on_circle[session]
            entry[over[comes_in]] = session[comes_in]
            goes_on = ahead >= 0
            walks, at, entry = walks[goes_on], ahead[goes_on], entry[goes_on]

    # ------------------------------------------------------------------------------------------------ roots and counts

    @cached_property
    def root(self) -> Rows:
        """The contact in which the walk back from each contact ends, whatever the limit."""
        first = self.chains.end
        last = self._over_links.end
        goes_on = taken(self.is_known, taken(first, taken(self.start, self.linked)))
        if not goes_on.all():  # after an unknown contact no link is followed
            into = self._into
            ahead = np.full(len(self), NOBODY, np.int32)
            ahead[self.linked] = np.where(goes_on & (self.start[into] >= 0), into, NOBODY)
            last = chains(ahead).end
        last = taken(last, self.session)
        is_linked = np.flatnonzero(taken(self.is_known, first) & (self.continued_from >= 0) & ~self.is_endless)
        root = first.copy()
        root[is_linked] = taken(first, taken(self.start, last[is_linked]))
        endless = np.flatnonzero(self.is_endless).astype(np.int32)
        for walks, at in self.steps(endless):
            root[endless[walks]] = at
        return root

    def exposed_to(self, sessions: Rows) -> Counts:
        """Count in how many of some sessions, none of which leads into a circle, a walk enters each contact."""
        is_root = np.zeros(len(self), bool)
        is_root[self.root[self.start[sessions]]] = True
        rows = np.flatnonzero(taken(is_root, self.root))
        place = np.full(len(self), NOBODY, np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        parent = self.parent[rows]
        ahead = np.where(parent >= 0, place[parent], NOBODY)
        exposed = np.zeros(len(self), np.uint32)
        exposed[rows] = _within_limit(ahead, self.is_listed[rows], self._viewers(sessions)[rows], self.limit)[2]
        return exposed

    def _viewers(self, sessions: Rows) -> Counts:
        viewers = np.zeros(len(self), np.uint32)
        np.add.at(viewers, self.start[sessions], np.uint32(1))  # a bare 1 takes ten times as long
        return viewers

    @cached_property
    def _seen(self) -> tuple[Counts, Flags, Counts]:
        viewers = self._viewers(self.linked[~self.is_endless[self.linked]])
        listed, is_beyond, exposure = _within_limit(self.parent, self.is_listed, viewers, self.limit)
        endless = np.flatnonzero(self.is_endless).astype(np.int32)
        listed[endless], is_beyond[endless] = self.count(self.steps(endless), len(endless), self.limit)
        linked = self.linked[self.is_endless[self.linked]]
        for _, (_, at) in zip(range(self.limit), self.steps(self.start[linked], linked), strict=False):
            np.add.at(exposure, at, 1)
        return listed, is_beyond, exposure

    @property
    def listed(self) -> Counts:
        """How many contacts the walk back from each contact lists within the limit, that contact included."""
        return self._seen[0]

    @property
    def is_beyond(self) -> Flags:
        """Whether the walk back from each contact goes beyond the limit."""
        return self._seen[1]

    @property
    def exposure(self) -> Counts:
        """In how many later sessions a walk over their link enters each contact within the limit."""
        return self._seen[2]

    def count(self, steps: Iterator[tuple[Rows, Rows]], walks: int, room: Counts | int) -> tuple[Counts, Flags]:
        """Count what walks list within the room that each has, and tell which of them need more."""
        listed, is_beyond = np.zeros(walks, np.uint8), np.zeros(walks, bool)
        rooms = np.broadcast_to(room, walks)
        for entered, (walking, at) in zip(range(self.limit + 1), steps, strict=False):
            fits = entered < rooms[walking]
            listed[walking[fits]] += self.is_listed[at[fits]]
            is_beyond[walking[~fits]] = True
        return listed, is_beyond


def _within_limit(ahead: Rows, is_listed: Flags, exposed: Counts, limit: int) -> tuple[Counts, Flags, Counts]:
    """Count on all walks at once, as far as the limit.

    In each round the windows, the first so many contacts of every walk, double. ``exposed`` is what a contact is given
    by all walks in whose window it is, to begin with by those that begin there. A window of the limit is put together
    of windows that double: one of 100 is one of 64, then one of 32, then one of 4. Lengths are bytes, so that a limit
    is at most 127. ``ahead``, where walks go on, and ``exposed`` are changed.
    """
    length = np.ones(len(ahead), np.uint8)
    listed = is_listed.astype(np.uint8)
    all_listed = bool(is_listed.all())
    rest_listed, rest_exposed = np.zeros_like(listed), np.zeros_like(exposed)
    rest = 0

    def look_ahead(rows: Places) -> tuple[Places, Counts, Counts, Rows]:
        at = ahead.take(rows)
        return rows, length.take(at), listed.take(at), ahead.take(at)

    def move(rows: Places, longer: Counts, more: Counts, further: Rows) -> Places:
        length[rows] += longer
        if not all_listed:
            listed[rows] += more
        ahead[rows] = further
        return rows[further >= 0]

    def look_last(rows: Places) -> tuple[Places, Counts, Counts]:
        at = ahead.take(rows)
        return rows, length.take(at), rest_listed.take(at)

    def finish(rows: Places, longer: Counts, more: Counts) -> None:
        length[rows] += longer
        listed[rows] += more

    active = _true_rows(ahead >= 0)
    window = 1
    while 2 * window <= limit:
        if limit & window:
            behind, rest_listed = rest_listed, listed.copy()
            for rows in active if rest else ():
                rest_listed[rows] += behind.take(ahead.take(rows))
            given, rest_exposed = rest_exposed, exposed.copy()
            _hand_on(rest_exposed, given, active if rest else [], ahead)
            rest += window
        _hand_on(exposed, exposed, active, ahead)
        active = at_once(lambda each: move(*each), at_once(look_ahead, active))
        window *= 2
    _hand_on(exposed, rest_exposed, active, ahead)
    at_once(lambda each: finish(*each), at_once(look_last, active))
    is_beyond = length > limit
    return np.minimum(length, limit) if all_listed else listed, is_beyond, exposed


def _hand_on(exposed: Counts, given: Counts, active: list[Places], ahead: Rows) -> None:
    """Add what the active rows are given to what is there at the rows that they point to."""

    def look(rows: Places) -> tuple[Rows, Counts]:
        handed = given.take(rows)
        has = np.flatnonzero(handed)
        return ahead.take(rows[has]), handed[has]

    for to, handed in at_once(look, active):
        np.add.at(exposed, to, handed)
