"""Which walks are plain: what they meet is one chain after the other, and no reading of a link or of an order matters.

Here belongs what records leave open of sessions and links, in columns, and how far back from each contact nothing is
open but questions of ``readings``. What lies behind is for the engine. This module does not know policies.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rehydration.bulk.export import Export
from rehydration.bulk.lineages import Counts, chains
from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.bulk.parts import taken
from rehydration.bulk.recency import GREATEST, LEAST, Moments, Recency
from rehydration.gaps import CONTINUING_METHODS
from rehydration.policies import MostRecent
from rehydration.transcripts import Availability

_LOST_FACTS: Final = [each.value for each in Availability if each.is_lost]
_ALSO: Final = 1 << 32
"""What one more adds to the upper half of a number that counts something else in its lower half."""

_MOST_READINGS: Final = 11
"""More links than these that can be read in two ways cost no more: the engine does not try all of them."""

Sums = npt.NDArray[np.int64]


class Way(NamedTuple):
    """The plain part of walks.

    ``lacks`` tells whether records leave something out there. ``beyond`` is the session whose link leads on to what is
    not plain; ``NOBODY`` where all of the walk is plain.
    """

    lacks: Flags
    beyond: Rows


class Plain:
    """What records leave open, at the row of each contact, or of each session's initial contact."""

    def __init__(self, export: Export, recency: Recency, *, are_links: bool) -> None:
        """Look at nothing yet. ``are_links``: whether related contacts are links for sure."""
        self._export, self._lineages = export, export.lineages
        self._recency = recency
        self._tells_previous = "previous_contact_id" not in export.untold
        self._are_links = are_links

    # ------------------------------------------------------------------------------------------------------- contacts

    @cached_property
    def is_lost(self) -> Flags:
        """Whose transcript is lost."""
        transcript, lost = self._export.frame["transcript"], np.zeros(len(self._lineages), bool)
        if transcript.null_count() < len(transcript):
            lost[: len(transcript)] = transcript.is_in(_LOST_FACTS).fill_null(value=False).to_numpy()
        return lost & self._export.is_chat

    @cached_property
    def _ends_records(self) -> Flags:
        """At which contacts records end: they are unknown, or their previous contacts are."""
        lineages, frame = self._lineages, self._export.frame
        ends = ~lineages.is_known
        if self._tells_previous:
            firsts = np.flatnonzero((lineages.previous < 0) & lineages.is_known)
            method = frame["initiation_method"].gather(firsts)
            continues = method.is_in(list(CONTINUING_METHODS)).fill_null(value=False).to_numpy()
            ends[firsts] = continues | (lineages.session[firsts] != firsts)
        return ends

    @cached_property
    def _goes_on(self) -> Flags:
        """Of which chats no record tells the end."""
        return self._recency.goes_on & self._export.is_chat

    @cached_property
    def _lacks(self) -> Flags:
        """Whether records leave something out of the chain that leads to each contact."""
        lacks: Flags = taken(self._ends_records, self._lineages.chains.end)
        return lacks | self._is_in_chain(self._goes_on)

    @cached_property
    def is_carried(self) -> Flags:
        """Whether the chain that leads to each contact holds one that carries the link of its session."""
        carries = np.zeros(len(self._lineages), bool)
        carries[self._export.carriers] = True
        return self._is_in_chain(carries)

    def _is_in_chain(self, flags: Flags) -> Flags:
        """Tell whether one of some contacts is in the chain that leads to each contact."""
        lineages = self._lineages
        found: Flags = taken(flags, lineages.chains.end) | flags
        if (flags & (lineages.previous >= 0) & ~lineages.is_leaf).any():
            steps = flags.astype(np.int32)
            ends = chains(lineages.previous, steps).end
            found = (steps > 0) | taken(flags, ends)
        return found

    @cached_property
    def _goes_back(self) -> Flags:
        """Whether a walk that enters each contact comes to the link of its session, if records tell all there is."""
        goes_back: Flags = taken(self._lineages.is_known, self._lineages.chains.end)
        return goes_back & (self._lineages.continued_from >= 0)

    # ------------------------------------------------------------------------------------------------------- sessions

    def _any(self, flags: Flags) -> Flags:
        """Tell of each session whether something is true of one of its contacts."""
        found = np.zeros(len(self._lineages), bool)
        found[self._lineages.session[flags]] = True
        return found

    @cached_property
    def size(self) -> Rows:
        """How many contacts each session has."""
        return np.bincount(self._lineages.session, minlength=len(self._lineages)).astype(np.int32)

    @cached_property
    def lacks_somewhere(self) -> Flags:
        """Whether records leave something out of a session."""
        return self._any(self._ends_records | self._goes_on)

    @cached_property
    def lacks_as_source(self) -> Flags:
        """Whether a session has a contact without a record or without an end."""
        return self._any(~self._lineages.is_known | self._goes_on)

    @cached_property
    def _may_have_link(self) -> Flags:
        """Whether a session without a link could have one: records of one of its contacts end, or it may have more."""
        return (self._lineages.start < 0) & (self._any(self._ends_records) | self.may_have_more)

    @cached_property
    def may_have_more(self) -> Flags:
        """Whether an unknown contact may be of a session: one from which a contact continues that began later."""
        lineages = self._lineages
        may = np.zeros(len(lineages), bool)
        latest = self.unplaced
        if len(latest):
            begun = np.full(len(lineages), GREATEST)
            known = np.flatnonzero(lineages.is_known & (self._recency.began > LEAST))
            np.minimum.at(begun, lineages.session[known], self._recency.began[known])
            begun[begun == GREATEST] = LEAST
            may = begun <= self._began(latest[:1])[0]
            own = lineages.start[lineages.session[latest[0]]]
            may[own] = len(latest) > 1 and bool(begun[own] <= self._began(latest[1:])[0])
        return may

    @cached_property
    def unplaced(self) -> Rows:
        """Of unknown contacts of no known session the two from which contacts continue latest: those contacts."""
        lineages, carriers = self._lineages, self._export.carriers
        start = lineages.start[lineages.session[carriers]]
        carriers = carriers[~lineages.is_known[start] & (self.size[start] == 1)]
        carriers = carriers[np.argsort(self._began(carriers), kind="stable")[::-1]]
        start = lineages.start[lineages.session[carriers]]
        _, first = np.unique(start, return_index=True)
        latest: Rows = carriers[np.sort(first)[:2]]
        return latest

    def _began(self, carriers: Rows) -> Moments:
        """Take when contacts began, the greatest where no record tells."""
        began = self._recency.began[carriers]
        return np.where(began == LEAST, GREATEST, began)

    # ---------------------------------------------------------------------------------------------------------- links

    @cached_property
    def is_plain(self) -> Flags:
        """At the row of each session whether its link has one reading, and leads to a chain as a whole."""
        lineages = self._lineages
        plain = np.zeros(len(lineages), bool)
        if self._are_links:
            start = lineages.start[lineages.linked]
            is_told = ~lineages.is_endless[lineages.linked] & self.is_followed(start)
            can_differ = ~lineages.is_leaf[start] | lineages.is_branched[lineages.session[start]]
            asked = np.flatnonzero(is_told & can_differ)
            is_told[asked] = ~self._could_be_most_recent(start[asked])
            plain[lineages.linked] = is_told
        return plain

    def is_followed(self, contacts: Rows) -> Flags:
        """Tell of contacts whether the link of their session, if it has one, counts for them by each reading."""
        followed: Flags = taken(self.is_carried | ~self._goes_back, contacts)
        return followed

    def _could_be_most_recent(self, contacts: Rows) -> Flags:
        """Tell whether a reading, or an order of equals, makes each contact the most recent of its session."""
        sessions = np.unique(self._lineages.session[contacts])
        could = np.zeros(len(self._lineages), bool)
        in_order = self._recency.is_in_order[sessions]
        could[self._lineages.tip[sessions[in_order]]] = True
        if not in_order.all():
            for found in self._recency.candidates(sessions[~in_order], *MostRecent):
                could[found.rows] = True
        return could[contacts]

    @cached_property
    def _onward(self) -> Rows:
        """At the row of each session whose link is plain the session whose link a walk comes to next."""
        onward = np.full(len(self._lineages), NOBODY, np.int32)
        linked = np.flatnonzero(self.is_plain)
        start = self._lineages.start[linked]
        onward[linked] = np.where(self._goes_back[start], self._lineages.session[start], NOBODY)
        return onward

    @cached_property
    def _last(self) -> Rows:
        """At the row of each session the last one on the plain way back over its link; empty if all links are plain."""
        linked = self._lineages.linked
        odd = linked[~self.is_plain[linked]]
        return chains(self._onward_in_lineages_of(odd)).end if len(odd) else odd

    def _onward_in_lineages_of(self, sessions: Rows) -> Rows:
        """Leave of the ways onward those of the lineages of some sessions."""
        lineages, onward = self._lineages, self._onward.copy()
        is_root = np.zeros(len(lineages), bool)
        is_root[lineages.root[lineages.start[sessions]]] = True
        others = lineages.linked[~is_root[lineages.root[lineages.start[lineages.linked]]]]
        onward[others] = NOBODY
        return onward

    def _summed_up(self, own: Counts) -> Counts:
        """Sum up what is counted at sessions, over all on the plain way back from each."""
        if not own.any():
            return own
        onward, sums = self._onward_in_lineages_of(np.flatnonzero(own).astype(np.int32)), own.copy()
        last = chains(onward, sums).end
        return sums + np.where(onward < 0, 0, own[last])

    @cached_property
    def lacks_behind(self) -> Flags:
        """At the row of each session whether records leave something out on the plain way back over its link."""
        own = np.zeros(len(self._lineages), np.int32)
        linked = np.flatnonzero(self.is_plain)
        own[linked] = self.lacks_at(self._lineages.start[linked])
        return self._summed_up(own) > 0

    @cached_property
    def _length_behind(self) -> Rows:
        """At the row of each session how many contacts a walk enters on the plain way back over its link."""
        own = np.zeros(len(self._lineages), np.int32)
        linked = np.flatnonzero(self.is_plain)
        own[linked] = self._lineages.depth[self._lineages.start[linked]] + 1
        return self._summed_up(own)

    def lacks_at(self, contacts: Rows) -> Flags:
        """Tell whether records leave out what matters where a walk enters a session at each contact."""
        lacks: Flags = taken(self._lacks, contacts)
        if self._may_have_link.any():
            lacks |= taken(self._may_have_link, taken(self._lineages.session, contacts))
        return lacks

    def way(self, contacts: Rows) -> Way:
        """Walk back from contacts as far as all is plain, the session of each among it."""
        lacks = self.lacks_at(contacts)
        beyond = np.full(len(contacts), NOBODY, np.int32)
        if len(self._last) or self.lacks_behind.any():
            linked = np.flatnonzero(taken(self._goes_back, contacts))
            sessions = self._lineages.session[contacts[linked]]
            lacks[linked] |= self.lacks_behind[sessions]
            beyond[linked] = self.beyond(sessions)
        return Way(lacks, beyond)

    def length(self, contacts: Rows) -> Rows:
        """Count the contacts that walks enter that come to the link of a session, as far as all is plain."""
        length: Rows = self._lineages.depth[contacts] + 1 + self._length_behind[self._lineages.session[contacts]]
        return length

    def beyond(self, sessions: Rows) -> Rows:
        """Find the session whose link leads from the plain way back to what is not plain; ``NOBODY`` if all is."""
        if not len(self._last):
            return np.full(len(sessions), NOBODY, np.int32)
        last = self._last[sessions]
        return np.where(self.is_plain[last], NOBODY, last)

    @cached_property
    def hides(self) -> Flags:
        """At the row of each session whether its plain way passes contacts that another record might show.

        These are other branches, and what lies behind an unknown contact.
        """
        lineages = self._lineages
        linked = np.flatnonzero(self.is_plain)
        start = lineages.start[linked]
        is_cut = (lineages.continued_from[start] >= 0) & ~self._goes_back[start]
        own = np.zeros(len(lineages), np.int32)
        own[linked] = is_cut | lineages.is_branched[lineages.session[start]]
        return self._summed_up(own) > 0

    @cached_property
    def reach(self) -> Sums:
        """At the row of each session how many contacts all sessions have to which links lead back from it."""
        lineages = self._lineages
        ahead = np.full(len(lineages), NOBODY, np.int32)
        behind = lineages.session[lineages.start[lineages.linked]]
        ahead[lineages.linked] = np.where(lineages.start[behind] >= 0, behind, NOBODY)
        own = np.zeros(len(lineages), np.int64)
        own[lineages.linked] = self.size[behind]
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
        return (self.size + reach) << np.minimum(odd, _MOST_READINGS)

    @property
    def behind(self) -> Sums:
        """At the row of each session how many contacts can be looked for behind it."""
        endless = self._lineages.is_endless
        return np.where(endless, np.count_nonzero(endless), self.size + self.reach)

    # --------------------------------------------------------------------------------------------------- lost on a way

    @cached_property
    def before_lost(self) -> tuple[Sums, Sums]:
        """How many contacts a walk from each contact enters, and lists, before one whose transcript is lost.

        Where there is none, these are the greatest numbers that there can be.
        """
        lineages = self._lineages
        ahead = np.where(self.is_lost, NOBODY, lineages.parent)
        sums = np.where(ahead >= 0, 1 + _ALSO * lineages.is_listed, 0)
        end = chains(ahead, sums).end
        is_met = taken(self.is_lost, end)
        return np.where(is_met, sums & (_ALSO - 1), _ALSO), np.where(is_met, sums >> 32, _ALSO)
