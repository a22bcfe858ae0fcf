"""What records leave open of each link, and what walks meet that go over several: in columns.

Here belongs of how many readings a link is, and what that adds to what an answer depends on. A link that columns do not
tell is for the engine. This module does not know policies.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from rehydration.bulk.asking import BIT
from rehydration.bulk.lineages import Counts, Lineages, chains
from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.bulk.parts import taken
from rehydration.bulk.plain import Plain, Sums
from rehydration.bulk.readings import Kinds
from rehydration.bulk.recency import Recency
from rehydration.doubts import DoubtKind
from rehydration.policies import MostRecent

_POLICY: Final = BIT[DoubtKind.POLICY]
_LINK_TYPE: Final = BIT[DoubtKind.LINK_TYPE]

_MOST_READINGS: Final = 11
"""More links than these that can be read in two ways cost no more: the engine does not try all of them."""


class Way(NamedTuple):
    """What walks meet over links that columns tell.

    ``lacks`` tells whether records leave something out there, ``doubts`` which kinds of doubts the links add.
    ``beyond`` is the session whose link leads on to what columns do not tell; ``NOBODY`` where they tell all.
    """

    lacks: Flags
    doubts: Kinds
    beyond: Rows


class Paths:
    """The ways back from sessions, as long as the links pass that are of some kind."""

    def __init__(self, lineages: Lineages, goes_back: Flags, passes: Flags) -> None:
        """Take where walks come to the link of a session, and which links pass, at the rows of their sessions."""
        self._lineages, self._passes = lineages, passes
        self.passing: Rows = np.flatnonzero(passes).astype(np.int32)
        start = lineages.start[self.passing]
        self._onward = np.full(len(lineages), NOBODY, np.int32)
        self._onward[self.passing] = np.where(goes_back[start], lineages.session[start], NOBODY)

    @cached_property
    def _last(self) -> Rows:
        """At the row of each session the last one on its way back; empty if all links pass."""
        linked = self._lineages.linked
        others = linked[~self._passes[linked]]
        return chains(self._in_lineages_of(others)).end if len(others) else others

    def _in_lineages_of(self, sessions: Rows) -> Rows:
        """Leave of the ways onward those of the lineages of some sessions."""
        lineages, onward = self._lineages, self._onward.copy()
        is_root = np.zeros(len(lineages), bool)
        is_root[lineages.root[lineages.start[sessions]]] = True
        others = lineages.linked[~is_root[lineages.root[lineages.start[lineages.linked]]]]
        onward[others] = NOBODY
        return onward

    def summed_up(self, own: Counts) -> Counts:
        """Sum up what is counted at sessions, over all on the way back from each."""
        if not own.any():
            return own
        onward, sums = self._in_lineages_of(np.flatnonzero(own).astype(np.int32)), own.copy()
        last = chains(onward, sums).end
        return sums + np.where(onward < 0, 0, own[last])

    def any(self, own: Flags) -> Flags:
        """Tell whether something is true of a session on the way back from each."""
        return self.summed_up(own.astype(np.int32)) > 0

    @cached_property
    def length(self) -> Rows:
        """At the row of each session how many contacts a walk enters on the way back over its link."""
        own = np.zeros(len(self._lineages), np.int32)
        own[self.passing] = self._lineages.depth[self._lineages.start[self.passing]] + 1
        return self.summed_up(own)

    def beyond(self, sessions: Rows) -> Rows:
        """Find the session whose link is the first on the way back that does not pass; ``NOBODY`` if all do."""
        if not len(self._last):
            return np.full(len(sessions), NOBODY, np.int32)
        last = self._last[sessions]
        return np.where(self._passes[last], NOBODY, last)

    def end_within_limit(self, sessions: Rows) -> Flags:
        """Tell whether the walk over the link of each session comes within the limit to a link that does not pass."""
        ends: Flags = self.beyond(sessions) >= 0
        if ends.any():
            ends &= self.length[sessions] < self._lineages.limit
        return ends


class Links:
    """What records leave open of the link of each session, at the row of the session."""

    def __init__(  # noqa: PLR0913  # what is known of an export, and of how it is asked
        self,
        lineages: Lineages,
        recency: Recency,
        plain: Plain,
        *,
        are_links: bool,
        are_open: bool,
        are_carried: bool,
    ) -> None:
        """Look at nothing yet.

        ``are_links``: whether related contacts are links for sure. ``are_open``: whether every reading of each question
        about links and sessions is possible. ``are_carried``: whether our policy follows a link from its carrier
        onwards alone.
        """
        self._lineages, self._recency, self._plain = lineages, recency, plain
        self._are_links, self._are_open, self._are_carried = are_links, are_open, are_carried

    # ------------------------------------------------------------------------------------------------------- each link

    @cached_property
    def _told_links(self) -> Rows:
        """The links between chats that are links for sure, whose sessions are ordered, and that lead into no circle."""
        lineages, plain, linked = self._lineages, self._plain, self._lineages.linked
        if not self._are_links:
            return linked[:0]
        told = ~lineages.is_endless[linked]
        if plain.may_be_no_chats.any() or plain.is_undated.any():
            start = lineages.start[linked]
            session = lineages.session[start]
            is_part = ~lineages.is_leaf[start] | lineages.is_branched[session]
            told &= ~(plain.may_be_no_chats[linked] | plain.may_be_no_chats[session])
            told &= ~(plain.is_undated[session] & is_part)
        return linked[told]

    @cached_property
    def has_two_types(self) -> Flags:
        """Which links may be of both types by some reading, and show another part of a session by each."""
        by_disconnect, by_initiation, by_depth = self.two_types_by
        has: Flags = by_disconnect | by_initiation | by_depth
        return has

    @cached_property
    def two_types_by(self) -> Flags:
        """The same for each reading of what is recent, in their order."""
        lineages, told = self._lineages, self._told_links
        start = lineages.start[told]
        asked = np.flatnonzero(~lineages.is_leaf[start] | lineages.is_branched[lineages.session[start]])
        has = np.zeros((len(MostRecent), len(lineages)), bool)
        for could, links in zip(self._could_be_most_recent(start[asked]), has, strict=True):
            links[told[asked[could]]] = True
        return has

    def _could_be_most_recent(self, contacts: Rows) -> Iterator[Flags]:
        """Tell whether each reading, or an order of equals, makes each contact the most recent of its session."""
        sessions = np.unique(self._lineages.session[contacts])
        in_order = self._recency.is_in_order[sessions]
        for found in self._recency.candidates(sessions[~in_order], *MostRecent):
            could = np.zeros(len(self._lineages), bool)
            could[self._lineages.tip[sessions[in_order]]] = True
            could[found.rows] = True
            yield could[contacts]

    def is_followed(self, contacts: Rows) -> Flags:
        """Tell of contacts whether the link of their session, if it has one, counts for them by each reading."""
        followed: Flags = taken(self._plain.is_carried | ~self._plain.goes_back, contacts)
        return followed

    @cached_property
    def is_plain(self) -> Flags:
        """Which links have one reading."""
        told = self._told_links
        plain = np.zeros(len(self._lineages), bool)
        plain[told] = self.is_followed(self._lineages.start[told]) & ~self.has_two_types[told]
        return plain

    @cached_property
    def is_told(self) -> Flags:
        """Of which links columns tell what their readings do to a request."""
        told = self.is_plain
        if self._are_open:
            others = self._told_links[~told[self._told_links]]
            start = self._lineages.start[others]
            session = self._lineages.session[start]
            is_asked = self._lineages.is_branched[session] & self._plain.is_distinct[session]
            told = told.copy()
            told[others] = is_asked | ~self.has_two_types[others]
            if self._are_carried:
                told[others] &= self.is_followed(start)
        return told

    @property
    def follows_each(self) -> bool:
        """Whether columns tell what comes of a link that not every reading follows."""
        return self._are_links and self._are_open and not self._are_carried

    @cached_property
    def is_shifting(self) -> Flags:
        """Which links have two types that only move contacts: what else one shows is within the limit, and not lost."""
        lineages, plain = self._lineages, self._plain
        links = np.flatnonzero(self.has_two_types & self.is_told).astype(np.int32)
        start = lineages.start[links]
        session = lineages.session[start]
        is_told = ~plain.has_unknown[session] & (plain.size[session] <= lineages.limit) & self.is_followed(start)
        if plain.is_lost.any():
            in_chain = plain.is_lost.astype(np.int32)
            chains(lineages.previous, in_chain)
            in_session = np.bincount(lineages.session[plain.is_lost], minlength=len(lineages))
            is_told &= in_chain[start] == in_session[session]
        shifting = np.zeros(len(lineages), bool)
        shifting[links[is_told]] = True
        return shifting

    # ------------------------------------------------------------------------------------------------------ their ways

    @cached_property
    def plain_ways(self) -> Paths:
        """The ways back over links with one reading."""
        return Paths(self._lineages, self._plain.goes_back, self.is_plain)

    @cached_property
    def ways(self) -> Paths:
        """The ways back over links that columns tell."""
        return Paths(self._lineages, self._plain.goes_back, self.is_told)

    @cached_property
    def near_ways(self) -> Paths:
        """The ways back over links that have one reading, or that only move contacts."""
        return Paths(self._lineages, self._plain.goes_back, self.is_plain | self.is_shifting)

    @cached_property
    def lacks_behind(self) -> Flags:
        """Whether records leave something out on the way back over each link."""
        plain, lineages = self._plain, self._lineages
        own = np.zeros(len(lineages), bool)
        passing = self.ways.passing
        start = lineages.start[passing]
        own[passing] = plain.lacks_at(start)
        whole = self.has_two_types[passing]
        own[passing[whole]] |= plain.lacks_in_whole[lineages.session[start[whole]]]
        if len(plain.unplaced):  # of a session that is shown to its tip, one type would show another contact, too
            is_tip = lineages.is_leaf[start] & ~lineages.is_branched[lineages.session[start]]
            own[passing] |= is_tip & plain.may_have_more[lineages.session[start]]
        return self.ways.any(own)

    @cached_property
    def goes_far(self) -> Flags:
        """At the row of each session whether it, or one that a walk behind it can enter, is not simple.

        A walk enters a contact of each session on its way. What records leave out further back can change nothing.
        """
        lineages, is_simple = self._lineages, self._plain.is_simple
        linked = lineages.linked
        passes = linked[is_simple[linked]]
        ahead = np.full(len(lineages), NOBODY, np.int32)
        ahead[passes] = lineages.session[lineages.start[passes]]
        steps = (ahead >= 0).astype(np.int32)
        found = chains(ahead, steps)
        goes_far = ~is_simple[found.end] & (steps <= lineages.limit + 1)
        goes_far[found.endless] = True
        return goes_far

    @cached_property
    def may_lack_behind(self) -> Flags:
        """The same wherever any reading leads: each of all sessions behind a link counts, columns tell them or not."""
        lineages, linked = self._lineages, self._lineages.linked
        own = lineages.is_endless.copy()
        own[linked] |= self._plain.lacks_in_whole[lineages.session[lineages.start[linked]]]
        passes = (lineages.start >= 0) & ~lineages.is_endless
        return Paths(lineages, self._plain.goes_back, passes).any(own)

    @cached_property
    def hides(self) -> Flags:
        """Whether the way back over each link passes contacts that only another record might show.

        These are branches that no type shows, what lies behind an unknown contact, and what follows a start contact of
        which no record tells the end.
        """
        lineages, passing = self._lineages, self.ways.passing
        start = lineages.start[passing]
        is_cut = (lineages.continued_from[start] >= 0) & ~self._plain.goes_back[start]
        own = np.zeros(len(lineages), bool)
        follows = ~lineages.is_leaf[start] & (self._recency.goes_on[start] | ~lineages.is_known[start])
        may_show_more = lineages.is_branched[lineages.session[start]] | follows
        own[passing] = is_cut | (may_show_more & ~self.has_two_types[passing])
        return self.ways.any(own)

    @cached_property
    def _doubts_behind(self) -> Kinds:
        """Which kinds of doubts the links add on the way back over each link."""
        own, passing = np.zeros(len(self._lineages), bool), self.ways.passing
        own[passing] = ~self.is_plain[passing]
        doubts = self.ways.any(own) * np.uint8(_POLICY)
        return doubts | self.ways.any(own & self.has_two_types) * np.uint8(_LINK_TYPE)

    def way(self, contacts: Rows) -> Way:
        """Walk back from contacts as far as columns tell, the session of each among it."""
        plain = self._plain
        lacks, doubts = plain.lacks_at(contacts), np.zeros(len(contacts), np.uint8)
        beyond = np.full(len(contacts), NOBODY, np.int32)
        linked = np.flatnonzero(taken(plain.goes_back, contacts))
        sessions = taken(self._lineages.session, contacts[linked])
        lacks[linked] |= taken(self.lacks_behind, sessions)
        doubts[linked] = taken(self._doubts_behind, sessions)
        beyond[linked] = self.ways.beyond(sessions)
        if self.follows_each:
            doubts[~self.is_followed(contacts)] |= _POLICY
        return Way(lacks, doubts, beyond)

    def length(self, contacts: Rows) -> Rows:
        """Count the contacts that walks enter that come to the link of a session, as far as columns tell."""
        length: Rows = self._lineages.depth[contacts] + 1 + self.ways.length[self._lineages.session[contacts]]
        return length

    # ------------------------------------------------------------------------------------------------ what asking costs

    @cached_property
    def reach(self) -> Sums:
        """At the row of each session how many contacts all sessions have to which links lead back from it."""
        lineages = self._lineages
        ahead = np.full(len(lineages), NOBODY, np.int32)
        behind = lineages.session[lineages.start[lineages.linked]]
        ahead[lineages.linked] = np.where(lineages.start[behind] >= 0, behind, NOBODY)
        own = np.zeros(len(lineages), np.int64)
        own[lineages.linked] = self._plain.size[behind]
        reach = own.copy()
        last = chains(ahead, reach).end
        return reach + np.where(ahead < 0, 0, own[last])

    @cached_property
    def cost(self) -> Sums:
        """At the row of each session what it costs to ask the engine: contacts behind it, for each reading of links."""
        lineages = self._lineages
        ahead = np.full(len(lineages), NOBODY, np.int32)
        behind = lineages.session[lineages.start[lineages.linked]]
        ahead[lineages.linked] = behind
        odd = np.zeros(len(lineages), np.int32)
        odd[lineages.linked] = ~self.is_plain[lineages.linked]
        chains(ahead, odd)
        reach, endless = self.reach.copy(), lineages.is_endless
        reach[endless] = np.count_nonzero(endless)  # a walk ends where it would come back
        odd[endless] = np.count_nonzero(endless[lineages.linked])
        return (self._plain.size + reach) << np.minimum(odd, _MOST_READINGS)

    @property
    def behind(self) -> Sums:
        """At the row of each session how many contacts can be looked for behind it."""
        endless = self._lineages.is_endless
        return np.where(endless, np.count_nonzero(endless), self._plain.size + self.reach)
