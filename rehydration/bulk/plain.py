"""What records leave open of contacts and sessions, in columns: whose record, end or transcript is missing.

Here belongs what is true of a contact, of the chain that leads to it, or of its session. What links add is told in
``links``. This module does not know policies.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from rehydration.bulk.export import Export
from rehydration.bulk.lineages import chains
from rehydration.bulk.numbers import NOBODY, Flags, Rows
from rehydration.bulk.parts import taken
from rehydration.bulk.recency import GREATEST, LEAST, Moments, Recency
from rehydration.gaps import CONTINUING_METHODS
from rehydration.transcripts import Availability

_LOST_FACTS: Final = [each.value for each in Availability if each.is_lost]
_ALSO: Final = 1 << 32
"""What one more adds to the upper half of a number that counts something else in its lower half."""

Sums = npt.NDArray[np.int64]


class Plain:
    """What records leave open, at the row of each contact, or of each session's initial contact."""

    def __init__(self, export: Export, recency: Recency) -> None:
        """Look at nothing yet."""
        self._export, self._lineages = export, export.lineages
        self._recency = recency
        self._tells_previous = "previous_contact_id" not in export.untold

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
    def goes_back(self) -> Flags:
        """Whether a walk that enters each contact comes to the link of its session, if records tell all there is."""
        goes_back: Flags = taken(self._lineages.is_known, self._lineages.chains.end)
        return goes_back & (self._lineages.continued_from >= 0)

    @cached_property
    def lacks_channel(self) -> Flags:
        """Which records lack their channel: others tell theirs, or it is said that none tells any."""
        channel, lacks = self._export.frame["channel"], np.zeros(len(self._lineages), bool)
        if channel.null_count() < len(channel) or "channel" in self._export.untold:
            lacks[: len(channel)] = channel.is_null().to_numpy()
        return lacks

    @cached_property
    def lacks_beginning(self) -> Flags:
        """Which records do not tell when their contacts began."""
        began = self._export.frame["initiation_timestamp"]
        lacks = np.zeros(len(self._lineages), bool)
        lacks[: len(began)] = began.is_null().to_numpy()
        return lacks

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
    def has_unknown(self) -> Flags:
        """Whether a session has a contact without a record."""
        return self._any(~self._lineages.is_known)

    @cached_property
    def has_ends(self) -> Flags:
        """Whether records end at a contact of a session."""
        return self._any(self._ends_records)

    @cached_property
    def may_be_no_chats(self) -> Flags:
        """Whether a contact of a session counts as a chat although its record lacks the channel that others tell."""
        is_told = "channel" in self._export.untold
        return self._any(np.zeros(len(self._lineages), bool) if is_told else self.lacks_channel)

    @cached_property
    def is_undated(self) -> Flags:
        """Whether the order of a session may hang on when a contact began, which its record does not tell."""
        lacks = self._any(self.lacks_beginning)
        return lacks & (self.size > 1) & ~self._recency.is_in_order if lacks.any() else lacks

    @cached_property
    def loses_some(self) -> Flags:
        """Whether the transcript of a contact of a session is lost."""
        return self._any(self.is_lost)

    @cached_property
    def lacks_somewhere(self) -> Flags:
        """Whether records leave something out of a session."""
        return self._any(self._ends_records | self._goes_on)

    @cached_property
    def is_simple(self) -> Flags:
        """Whether a session is one chain of known chats that have ended, with their transcripts, which records tell."""
        transcript = self._export.frame["transcript"]
        is_odd = ~self._export.is_chat | ~self._lineages.is_known | self._recency.goes_on
        if transcript.null_count() < len(transcript):
            is_odd[: len(transcript)] |= (transcript != Availability.AVAILABLE.value).fill_null(value=False).to_numpy()
        return ~(self._any(is_odd) | self._lineages.is_branched | self.has_ends)

    @cached_property
    def lacks_as_source(self) -> Flags:
        """Whether a session has a contact without a record or without an end."""
        return self._any(~self._lineages.is_known | self._goes_on)

    @cached_property
    def _may_have_link(self) -> Flags:
        """Whether a session without a link could have one: records of one of its contacts end, or it may have more."""
        return (self._lineages.start < 0) & (self.has_ends | self.may_have_more)

    @cached_property
    def lacks_in_whole(self) -> Flags:
        """Whether records leave something out of a session of which every contact counts."""
        return self.lacks_somewhere | self.may_have_more

    def lacks_at(self, contacts: Rows) -> Flags:
        """Tell whether records leave out what matters where a walk enters a session at each contact."""
        lacks: Flags = taken(self._lacks, contacts)
        if self._may_have_link.any():
            lacks |= taken(self._may_have_link, taken(self._lineages.session, contacts))
        return lacks

    @cached_property
    def is_distinct(self) -> Flags:
        """Whether a session lists all of its contacts, and no two of them are equal in every time and in depth."""
        lineages, recency = self._lineages, self._recency
        distinct = ~self._any(~lineages.is_listed)
        rows = np.flatnonzero(lineages.is_branched[lineages.session] | ~recency.is_in_order[lineages.session])
        keys = (recency.began[rows], recency.ended[rows], lineages.depth[rows], lineages.is_known[rows])
        rows = rows[np.lexsort((*keys, lineages.session[rows]))]
        one, other = rows[:-1], rows[1:]
        alike = lineages.session[one] == lineages.session[other]
        for key in (recency.began, recency.ended, lineages.depth, lineages.is_known):
            alike &= key[one] == key[other]
        distinct[lineages.session[one[alike]]] = False
        return distinct

    @cached_property
    def may_have_more(self) -> Flags:
        """Whether an unknown contact may be of a session: one to which a contact is related that began later."""
        may = np.zeros(len(self._lineages), bool)
        latest, unknown, until = self._latest
        if len(latest):
            may = self.begun <= until[0]
            own = unknown[0]
            may[own] = len(latest) > 1 and bool(self.begun[own] <= until[1])
        return may

    @cached_property
    def begun(self) -> Moments:
        """When the first contact of each session began, the least where no record tells."""
        lineages, began = self._lineages, self._recency.began
        begun = np.full(len(lineages), GREATEST)
        known = np.flatnonzero(lineages.is_known & (began > LEAST))
        np.minimum.at(begun, lineages.session[known], began[known])
        begun[~lineages.is_known | (began == LEAST)] = LEAST
        return begun

    @property
    def unplaced(self) -> Rows:
        """Of unknown contacts of no known session the two to which contacts are related latest: those contacts."""
        return self._latest[0]

    @property
    def how_many_unplaced(self) -> int:
        """How many unknown contacts there are of no known session."""
        return len(np.unique(self._naming[1]))

    @cached_property
    def _latest(self) -> tuple[Rows, Rows, Moments]:
        """The same with the unknown contacts, and until when they could be named."""
        naming, unknown, until = self._naming
        order = np.argsort(until, kind="stable")[::-1]
        _, first = np.unique(unknown[order], return_index=True)
        latest = order[np.sort(first)[:2]]
        return naming[latest], unknown[latest], until[latest]

    @cached_property
    def _naming(self) -> tuple[Rows, Rows, Moments]:
        """The contacts that are related to unknown ones of no known session, these, and until when they could be."""
        lineages, carriers, (others, named) = self._lineages, self._export.carriers, self._export.related
        start = lineages.start[lineages.session[carriers]]
        is_unplaced = ~lineages.is_known[start] & (self.size[start] == 1)
        carriers, start, began = carriers[is_unplaced], start[is_unplaced], self._recency.began[others]
        until = np.concatenate([self.until(carriers), np.where(began == LEAST, GREATEST, began)])
        return np.concatenate([carriers, others]), np.concatenate([start, named]), until

    def until(self, contacts: Rows) -> Moments:
        """Take when contacts ended, until when they could carry a link; the greatest where no record tells."""
        return self._recency.ended[contacts]

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
