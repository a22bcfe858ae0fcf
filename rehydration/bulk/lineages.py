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

from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.visibility import PAST_CONTACT_LIMIT

Counts = npt.NDArray[Any]
Places = npt.NDArray[np.intp]


class Chains(NamedTuple):
    """Where pointers lead: of each row how many steps to the end, the end, and which rows never come to one.

    ``on_circle`` holds the rows of the circles themselves.
    """

    depth: Rows
    end: Rows
    endless: Rows
    on_circle: Rows


def chains(previous: Rows) -> Chains:
    """Follow pointers to their ends, doubling the distance in each round."""
    ahead = previous.copy()
    active = np.flatnonzero(ahead >= 0)
    depth = (ahead >= 0).astype(np.int32)
    end = np.where(ahead >= 0, ahead, np.arange(len(ahead), dtype=np.int32))
    for _ in range(len(ahead).bit_length() + 1):
        at = _pointed_to(ahead, active)
        depth[active] += depth[at]
        end[active] = end[at]
        ahead[active] = further = ahead[at]
        active = active[further >= 0]
        if not len(active):
            break
    return Chains(depth, end, active.astype(np.int32), np.unique(ahead[active]))


def _pointed_to(ahead: Rows, rows: Places) -> Places:
    """Take pointers as what numpy indexes with fastest."""
    return ahead[rows].astype(np.intp)


@dataclass(frozen=True)
class Lineages:
    """All contacts of an export, known ones first, then those that are only referred to.

    Of each contact ``session`` is the initial contact of its session and ``previous`` its predecessor; ``start`` is, at
    the row of a session's initial contact, the contact that its link leads to. ``is_known`` tells whether there is a
    record, ``is_listed`` whether a walk lists it: chats and unknown contacts.
    """

    session: Rows
    previous: Rows
    start: Rows
    is_known: Flags
    is_listed: Flags

    def __len__(self) -> int:
        """Count the contacts."""
        return len(self.session)

    # -------------------------------------------------------------------------------------------------------- sessions

    @cached_property
    def chains(self) -> Chains:
        """The chain of each contact in its session; its end is the first contact of the chain."""
        return chains(self.previous)

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

    @property
    def _leaves(self) -> Rows:
        is_leaf = np.ones(len(self), bool)
        is_leaf[self.previous[self.previous >= 0]] = False
        return np.flatnonzero(is_leaf).astype(np.int32)

    # ----------------------------------------------------------------------------------------------- links and circles

    @cached_property
    def linked(self) -> Rows:
        """The sessions that have a link."""
        return np.flatnonzero(self.start >= 0).astype(np.int32)

    @cached_property
    def _over_links(self) -> Chains:
        """Where links lead from one session that has a link to another, whatever is known of the contacts."""
        into = self.session[self.start[self.linked]]
        ahead = np.full(len(self), NOBODY, np.int32)
        ahead[self.linked] = np.where(self.start[into] >= 0, into, NOBODY)
        return chains(ahead)

    @cached_property
    def is_endless(self) -> Flags:
        """Of each contact whether links lead from its session into a circle of sessions."""
        endless = np.zeros(len(self), bool)
        endless[self._over_links.endless] = True
        return endless[self.session]

    @cached_property
    def is_on_circle(self) -> Flags:
        """At the row of each session's initial contact whether links lead back to the session."""
        on_circle = np.zeros(len(self), bool)
        on_circle[self._over_links.on_circle] = True
        return on_circle

    @cached_property
    def parent(self) -> Rows:
        """What a walk enters after each contact: its predecessor, or else the start of its session's link.

        After an unknown contact no link is followed. Where sessions refer to one another in a circle, what comes next
        depends on where the walk began; there it is left out.
        """
        parent = self.previous.copy()
        firsts = np.flatnonzero((parent < 0) & self.is_known)
        parent[firsts] = self.start[self.session[firsts]]
        parent[self.is_endless] = NOBODY
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
        goes_on = self.is_known[first[self.start[self.linked]]]
        if not goes_on.all():  # after an unknown contact no link is followed
            into = self.session[self.start[self.linked]]
            ahead = np.full(len(self), NOBODY, np.int32)
            ahead[self.linked] = np.where(goes_on & (self.start[into] >= 0) & ~self.is_endless[into], into, NOBODY)
            last = chains(ahead).end
        last = last[self.session]
        is_linked = self.is_known[first] & (self.start[self.session] >= 0) & ~self.is_endless
        root = first.copy()
        root[is_linked] = first[self.start[last[is_linked]]]
        endless = np.flatnonzero(self.is_endless).astype(np.int32)
        for walks, at in self.steps(endless):
            root[endless[walks]] = at
        return root

    @cached_property
    def _seen(self) -> tuple[Counts, Flags, Counts]:
        linked = self.linked[~self.is_endless[self.linked]]
        viewers = np.bincount(self.start[linked], minlength=len(self)).astype(np.int32)
        listed, is_beyond, exposure = _within_limit(self.parent, self.is_listed, viewers)
        endless = np.flatnonzero(self.is_endless).astype(np.int32)
        listed[endless], is_beyond[endless] = self.count(self.steps(endless), len(endless))
        linked = self.linked[self.is_endless[self.linked]]
        for _, (_, at) in zip(range(PAST_CONTACT_LIMIT), self.steps(self.start[linked], linked), strict=False):
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

    def count(
        self, steps: Iterator[tuple[Rows, Rows]], walks: int, room: Counts | int = PAST_CONTACT_LIMIT
    ) -> tuple[Counts, Flags]:
        """Count what walks list within the room that each has, and tell which of them need more."""
        listed, is_beyond = np.zeros(walks, np.uint8), np.zeros(walks, bool)
        rooms = np.broadcast_to(room, walks)
        for taken, (walking, at) in zip(range(PAST_CONTACT_LIMIT + 1), steps, strict=False):
            fits = taken < rooms[walking]
            listed[walking[fits]] += self.is_listed[at[fits]]
            is_beyond[walking[~fits]] = True
        return listed, is_beyond


def _within_limit(parent: Rows, is_listed: Flags, viewers: Rows) -> tuple[Counts, Flags, Counts]:
    """Count on all walks at once, as far as the limit.

    In each round the windows, the first so many contacts of every walk, double. ``exposed`` is what a contact is given
    by all walks in whose window it is; windows of 64, 32 and 4 make one of 100.
    """
    ahead = parent.copy()
    active = np.flatnonzero(ahead >= 0)
    length = np.ones(len(parent), np.uint8)
    listed = is_listed.astype(np.uint8)
    all_listed = bool(is_listed.all())
    exposed = viewers
    for window in (1, 2, 4, 8, 16, 32):
        if window == 4:
            listed_4, exposed_4 = listed.copy(), exposed
        if window == 32:
            listed_32, exposed_32, ahead_32 = listed.copy(), exposed, ahead.copy()
        at = _pointed_to(ahead, active)
        length[active] += length[at]
        if not all_listed:
            listed[active] += listed[at]
        exposed = _handed_on(exposed, exposed, active, at)
        ahead[active] = further = ahead[at]
        active = active[further >= 0]
    at = _pointed_to(ahead, active)
    length[active] += length[at]
    rows = np.flatnonzero(ahead_32 >= 0)
    exposed_36 = _handed_on(exposed_32, exposed_4, rows, _pointed_to(ahead_32, rows))
    exposed = _handed_on(exposed, exposed_36, active, at)
    is_beyond = length > PAST_CONTACT_LIMIT
    if all_listed:
        return np.minimum(length, PAST_CONTACT_LIMIT), is_beyond, exposed
    listed[active] += listed_32[at]
    farther = ahead_32[at] >= 0
    listed[active[farther]] += listed_4[ahead_32[at[farther]]]
    return listed, is_beyond, exposed


def _handed_on(own: Rows, given: Rows, rows: Places, to: Places) -> Rows:
    """Add what the rows are given to what is there at the rows that they point to."""
    summed = own.copy()
    handed = given[rows]
    has = handed > 0
    np.add.at(summed, to[has], handed[has])
    return summed
