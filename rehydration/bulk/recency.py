"""Which contact of a session is the most recent: rule ``start.most-recent``, for all sessions at once.

Here belongs the order of the contacts of one session in time, by each reading of what is recent. This module does not
know links.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rehydration.bulk.export import Export
from rehydration.bulk.numbers import NOBODY, Flags, Places, Rows
from rehydration.bulk.parts import at_once, parts_of, taken
from rehydration.policies import MostRecent

Moments = npt.NDArray[np.int64]

LEAST: Final = np.iinfo(np.int64).min
GREATEST: Final = np.iinfo(np.int64).max


class Candidates(NamedTuple):
    """Contacts, and the place of the session of each among the sessions asked about."""

    rows: Places
    place: Rows


class Recency:
    """The contacts of each session, by how recent they are.

    ``ended`` and ``began`` are moments: the greatest for a contact that goes on, the least for what nobody tells.
    """

    def __init__(self, export: Export) -> None:
        """Take the times of an export."""
        self._export = export
        self._lineages = export.lineages
        self.ended: Moments = _moments(export, "disconnect_timestamp", GREATEST)
        self.goes_on: Flags = self.ended == GREATEST

    @cached_property
    def began(self) -> Moments:
        """When each contact began."""
        return _moments(self._export, "initiation_timestamp", LEAST)

    @cached_property
    def is_live(self) -> Flags:
        """At the row of each session's initial contact whether a chat of it has not ended."""
        is_live = np.zeros(len(self._lineages), bool)
        is_live[self._lineages.session[self.goes_on & self._export.is_chat]] = True
        return is_live

    @cached_property
    def is_in_order(self) -> Flags:
        """At the row of each session's initial contact whether all are chats that began and ended one by one.

        Then each reading takes the last one.
        """
        lineages, ended, began = self._lineages, self.ended, self.began
        is_chat_that_ended = self._export.is_chat & ~self.goes_on
        in_order = ~lineages.is_branched

        def look(part: slice) -> None:
            before = lineages.previous[part]
            is_later = ended.take(before, mode="clip") < ended[part]
            is_later &= began.take(before, mode="clip") <= began[part]
            in_order[lineages.session[part][~((is_later | (before < 0)) & is_chat_that_ended[part])]] = False

        at_once(look, parts_of(len(lineages)))
        return in_order

    def most_recent(self, sessions: Rows, *criteria: MostRecent) -> list[Rows]:
        """Choose the most recent contact of each session by each reading; between equals the greatest id decides."""
        tip = self._lineages.tip[sessions]
        in_disorder = np.flatnonzero(~self.is_in_order[sessions])
        if not len(in_disorder):
            return [tip] * len(criteria)
        chosen = []
        for rows, place in self.candidates(sessions[in_disorder], *criteria):
            each = tip.copy()
            each[in_disorder[place]] = rows
            tied = np.flatnonzero(np.bincount(place)[place] > 1)
            tied = tied[self._export.ids.gather(rows[tied]).arg_sort().to_numpy()]
            each[in_disorder[place[tied]]] = rows[tied]  # of several the last one assigned stays
            chosen.append(each)
        return chosen

    def how_many(self, sessions: Rows) -> Rows:
        """Count the contacts among which the most recent one of each session is chosen."""
        lineages = self._lineages
        listed = np.flatnonzero(lineages.is_listed)
        counts = np.zeros((3, len(lineages)), np.int32)
        np.add.at(counts, (self._standing(listed), lineages.session[listed]), 1)
        live, unknown, ended = counts[:, sessions]
        chosen: Rows = np.where(ended > 0, ended, np.where(unknown > 0, unknown, live))
        return chosen

    def candidates(self, sessions: Rows, *criteria: MostRecent) -> Iterator[Candidates]:
        """Find by each reading the contacts of some sessions than which none is more recent.

        There are several only where they are equal. An unknown one counts only where no chat is known to have ended,
        one that goes on only where there is no other.
        """
        lineages = self._lineages
        number = np.full(len(lineages), NOBODY, np.int32)
        number[sessions] = np.arange(len(sessions), dtype=np.int32)
        number = taken(number, lineages.session)
        rows: Places = np.flatnonzero((number >= 0) & lineages.is_listed)
        every = self._greatest(Candidates(rows, number[rows]), self._standing(rows))
        least = np.count_nonzero(np.bincount(every.place, minlength=len(sessions)))
        for criterion in criteria:
            found = every
            for key in self.keys(criterion):
                if len(found.rows) == least:
                    break
                found = self._greatest(found, key[found.rows])
            yield found

    def keys(self, criterion: MostRecent) -> Iterator[Moments]:
        """Yield what decides who is more recent, one after the other."""
        if criterion is MostRecent.DEPTH:
            yield self._depth
        elif criterion is MostRecent.INITIATION:
            yield self.began
        yield self.ended
        if criterion is not MostRecent.INITIATION:
            yield self.began
        if criterion is not MostRecent.DEPTH:
            yield self._depth

    @property
    def _depth(self) -> Moments:
        return self._lineages.depth.astype(np.int64)

    def _standing(self, rows: Places) -> Moments:
        """Rank chats that have ended before unknown contacts, and those before chats that go on."""
        return np.where(self._lineages.is_known[rows], np.where(self.goes_on[rows], 0, 2), 1)

    def _greatest(self, found: Candidates, key: Moments) -> Candidates:
        """Leave of the contacts of each session those with the greatest key."""
        greatest = np.full(int(found.place.max(initial=0)) + 1, LEAST)
        np.maximum.at(greatest, found.place, key)
        is_greatest = key == greatest[found.place]
        return Candidates(found.rows[is_greatest], found.place[is_greatest])

    def newest_first(self, sessions: Rows, criterion: MostRecent) -> tuple[Rows, Places]:
        """List the contacts of some sessions, each session newest first, and the place of each in its session.

        A list takes the most recent contact of those whose successors are all taken. So a contact comes right after
        the least recent of all that follow it, and those that wait for the same one come in the order of the chain.
        """
        lineages = self._lineages
        rows = np.flatnonzero(np.isin(lineages.session, sessions)).astype(np.int32)
        depth = lineages.depth[rows]
        rank = np.full(len(lineages), np.iinfo(np.int64).max)
        rank[rows[self._ranks(rows, criterion)]] = np.arange(len(rows))
        deepest_first = rows[np.argsort(-depth, kind="stable")]
        begins = np.cumsum(np.bincount(depth)[:0:-1])
        for at in np.split(deepest_first, begins)[:-1]:
            np.minimum.at(rank, lineages.previous[at], rank[at])
        ordered = rows[np.lexsort((-depth, -rank[rows], lineages.session[rows]))]
        of = lineages.session[ordered]
        return ordered, np.arange(len(ordered)) - np.searchsorted(of, of)

    def _ranks(self, rows: Rows, criterion: MostRecent) -> npt.NDArray[Any]:
        """Order contacts from the least recent to the most recent: known ones last, then by time, then by id."""
        by_id = np.empty(len(rows), np.int64)
        by_id[self._export.ids.gather(rows).arg_sort().to_numpy()] = np.arange(len(rows))
        keys: Sequence[npt.NDArray[Any]] = [self._lineages.is_known, *self.keys(criterion)]
        return np.lexsort((by_id, *reversed([each[rows] for each in keys])))


def _moments(export: Export, name: str, missing: int) -> Moments:
    """Take times as whole numbers; unknown contacts have the least."""
    told = export.frame[name].dt.timestamp("us").fill_null(missing).to_numpy()
    unknown = len(export.ids) - len(told)
    return np.concatenate([told, np.full(unknown, LEAST)]) if unknown else told
