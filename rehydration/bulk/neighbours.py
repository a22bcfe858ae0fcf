"""Which rows of an export name which ids: the way from a few contacts to all that is connected with them, in integers.

Here belong the steps from rows to ids and back. This module does not know what a question needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from rehydration.bulk.numbers import Flags, Hashes, RowNumbers, Rows, hashes_of, numbered
from rehydration.contacts import CHAT, REFERENCES

_DEEP: Final = 64
"""After so many steps, a lineage is a deep one."""

_STEPS: Final = 16
_IDS: Final = 60
"""So many steps with so few ids each are taken by looking all rows through, which is cheaper than to number all ids."""


def looked_through(frame: pl.DataFrame, seeds: Rows, contact_ids: pl.Series) -> Rows | None:
    """Find the rows of sessions and of all that links lead back to from some rows and ids; None if they are many.

    Ids are compared by their hashes. Where two have the same one, more is found than is needed.
    """
    own, *named = (_hashes(frame[name]) for name in ("contact_id", *REFERENCES))
    asked = _hashes(contact_ids)
    if len(asked) + len(seeds) > _IDS:
        return None
    unknown = [each for each in asked if not (own == each).any()]
    frontier = np.unique(np.concatenate([own[seeds], asked, own[np.isin(named[2], unknown)]]))
    reached, seen = np.zeros(len(own), bool), frontier
    for _ in range(_STEPS):
        is_named = np.logical_or.reduce([np.isin(each, frontier) for each in (own, *named[:2])])
        new = np.flatnonzero(is_named & ~reached)
        reached[new] = True
        ids = np.concatenate([each[new] for each in (own, *named)])
        frontier = np.setdiff1d(ids[ids > 0], seen)
        if not len(frontier):
            return np.flatnonzero(reached).astype(np.int32)
        if len(frontier) > _IDS:
            break
        seen = np.union1d(seen, frontier)
    return None


def _hashes(texts: pl.Series) -> Hashes:
    """Hash texts; null has the hash 0."""
    hashes = hashes_of(texts)
    if texts.null_count():
        hashes = np.where(texts.is_null().to_numpy(), np.uint64(0), hashes)
    return hashes


def unplaced_in(frame: pl.DataFrame) -> Rows:
    """Find the rows that continue from an unknown contact of which no row tells the session."""
    ids, related = frame["contact_id"].rechunk(), frame["related_contact_id"]
    linked = related.is_not_null().to_numpy()
    rows = np.flatnonzero(linked & (RowNumbers(ids).find(related) < 0))
    if not len(rows):
        return rows.astype(np.int32)
    texts = related.gather(rows)
    placed = [frame[name].filter(frame[name].is_in(texts.to_list())) for name in REFERENCES[:2]]
    rows = rows[~texts.is_in(pl.concat(placed).to_list()).to_numpy()]
    return np.flatnonzero(ids.is_in(ids.gather(rows).to_list()).to_numpy()).astype(np.int32)


class Neighbours:
    """Which rows name which ids: the rows of a contact, of its session, and of what links lead to."""

    def __init__(self, frame: pl.DataFrame, *, with_later: bool) -> None:
        """Give a number to each id of the columns, and sort the rows by the ids that they name."""
        self._numbers = RowNumbers(frame["contact_id"].rechunk())
        self.is_chat: Flags = (frame["channel"].fill_null(CHAT) == CHAT).to_numpy()
        self.own: Rows = self._numbers.first
        """Of each row the number of its contact id: the first row that has it."""
        self._named, self._unknown = numbered([frame[name] for name in REFERENCES], self._numbers)
        total = frame.height + (0 if self._unknown is None else len(self._unknown.texts))
        self._is_reached = np.zeros(total, bool)
        keys = [self.own, *self._named[:2], *(self._named[2:] if with_later else ())]
        self._sorted = [Sorted(key) for key in keys]

    def reach(self, seeds: Rows, contact_ids: pl.Series) -> Rows:
        """Find all rows to which ids lead from some rows and some ids."""
        ids = [self.own[seeds], self._numbers.find(contact_ids)]
        if self._unknown is not None:
            found = self._unknown.find(contact_ids)
            unknown = found[found >= 0] + len(self.own)
            naming = Sorted(self._named[2]).rows_of(unknown)  # without them, nobody would have heard of it
            ids += [unknown, self.own[naming]]
        frontier = self._unreached(ids)
        reached: list[Rows] = []
        while len(frontier):
            if len(reached) == _DEEP:  # each step further would find a few rows: all that is connected is found sooner
                label = self._labels()
                return np.flatnonzero(np.isin(label[self.own], label[self._is_reached])).astype(np.int32)
            rows = np.unique(np.concatenate([each.rows_of(frontier) for each in self._sorted]))
            reached.append(rows)
            frontier = self._unreached([self.own[rows], *(each[rows] for each in self._named)])
        return np.unique(np.concatenate([np.empty(0, np.int32), *reached]))

    @property
    def related(self) -> Rows:
        """Of each row the number of its related contact, or ``NOBODY``."""
        return self._named[2]

    def ids(self) -> Rows:
        """Give the numbers of all ids, each once: those of rows, then those that rows only name."""
        known = np.flatnonzero(self.own == np.arange(len(self.own)))
        return np.concatenate([known, np.arange(len(self.own), len(self._is_reached))]).astype(np.int32)

    def texts_of(self, ids: Rows) -> list[str]:
        """Give the ids of which these are the numbers."""
        texts = self._numbers.texts
        whole = texts if self._unknown is None else pl.concat([texts, self._unknown.texts])
        found: list[str] = whole.gather(ids).to_list()
        return found

    def named_by(self, rows: Rows) -> Rows:
        """Find the rows of the initial and the previous contacts of rows; where these are of other sessions, too."""
        named = np.unique(np.concatenate([each[rows] for each in self._named[:2]]))
        return self._sorted[0].rows_of(named[named >= 0])

    def unplaced(self) -> Rows:
        """Find the rows that continue from an unknown contact of which no row tells the session."""
        if self._unknown is None:
            return np.empty(0, np.int32)
        initial, previous, related = self._named
        is_placed = np.zeros(len(self._is_reached), bool)
        for named in (initial, previous):
            is_placed[named[named >= 0]] = True
        rows = np.flatnonzero((related >= len(self.own)) & ~is_placed[related])
        return np.flatnonzero(np.isin(self.own, self.own[rows])).astype(np.int32)

    def unlinked(self, *, related_as_link: bool | None = True) -> Rows:
        """Find the sessions without a link that have an unknown contact: it may carry one.

        What is related to a contact of another channel or of its own session may be no link; nothing is one where
        ``related_as_link`` says so.
        """
        initial, previous, related = self._named
        of_ids, own = self.session_of_ids(), len(self.own)
        session, is_unknown = of_ids[self.own], np.zeros(len(of_ids), bool)
        is_unknown[session[(initial >= own) | (previous >= own)]] = True
        is_link = (related >= 0) & self.is_chat & (session != of_ids[related])
        is_link &= (related >= own) | self.is_chat[np.where(related < own, related, 0)]
        if related_as_link is not False:
            is_unknown[session[is_link]] = False
        return np.flatnonzero(is_unknown[session]).astype(np.int32)

    @property
    def tell_no_sessions(self) -> bool:
        """Whether no row names an initial contact."""
        return not (self._named[0] >= 0).any()

    def is_unknown(self, place: int) -> Flags:
        """Tell of each row whether what it names in a column, by its place, is a contact without a record."""
        return self._named[place] >= len(self.own)

    def lineages(self) -> Rows:
        """Give the same number to the rows of one session, and of sessions that ids connect."""
        return self._labels()[self.own]

    def _labels(self) -> Rows:
        """Give the same number to all ids that rows connect."""
        label = self._roots()
        pairs = [(self.own[each >= 0], each[each >= 0]) for each in self._named]
        one, other = (np.concatenate(each) for each in zip(*pairs, strict=True))
        while (apart := label[one] != label[other]).any():
            least = np.minimum(label[one[apart]], label[other[apart]])
            for each in (one[apart], other[apart]):
                np.minimum.at(label, label[each], least)
            label = label[label]
        return label

    def _roots(self) -> Rows:
        """Follow each id to its initial contact, from there over the link, and so on. In a circle each is by itself."""
        itself = np.arange(len(self._is_reached), dtype=np.int32)
        initial, _, related = self._named
        ahead = itself.copy()
        is_first = (initial < 0) | (initial == self.own)
        ahead[self.own] = np.where(is_first, np.where(related < 0, self.own, related), initial)
        for _ in range(len(ahead).bit_length()):
            further = ahead[ahead]
            if np.array_equal(further, ahead):
                return ahead
            ahead = further
        return itself

    def sessions(self) -> Rows:
        """Give the same number to the rows of one session."""
        return self.session_of_ids()[self.own]

    def continued(self) -> Flags:
        """Tell of each row whether another session may continue from its own."""
        session, related = self.session_of_ids(), self._named[2]
        is_continued = np.zeros(len(session), bool)
        is_continued[session[related[related >= 0]]] = True
        return is_continued[session[self.own]]

    def session_of_ids(self) -> Rows:
        """Give the same number to the ids of one session: that of its initial contact."""
        session = np.arange(len(self._is_reached), dtype=np.int32)
        initial, previous, _ = self._named
        session[self.own] = np.where(initial >= 0, initial, self.own)
        is_unknown = previous >= len(self.own)
        session[previous[is_unknown]] = session[self.own[is_unknown]]
        return session

    def names_unknown(self) -> Flags:
        """Tell of each row whether it names a contact without a record, which may be what is forbidden."""
        found = np.zeros(len(self.own), bool)
        for place in range(len(self._named)):
            found |= self.is_unknown(place)
        return found

    def _unreached(self, ids: Sequence[Rows]) -> Rows:
        """Mark ids as reached, and give those that were not before."""
        new = np.unique(np.concatenate(ids))
        new = new[new >= 0]
        new = new[~self._is_reached[new]]
        self._is_reached[new] = True
        return new


class Sorted:
    """Rows sorted by an id that they name."""

    def __init__(self, key: Rows) -> None:
        rows = np.flatnonzero(key >= 0).astype(np.int32)
        order = np.argsort(key[rows], kind="stable")
        self._rows = rows[order]
        self._key = key[self._rows]

    def rows_of(self, ids: Rows) -> Rows:
        """Find the rows that name one of the ids."""
        begin, end = (np.searchsorted(self._key, ids, side) for side in ("left", "right"))
        found: Rows = self._rows[_ranges(begin, end)]
        return found


def _ranges(begin: npt.NDArray[Any], end: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Put the numbers from each beginning up to its end one after the other."""
    lengths = end - begin
    offsets = np.repeat(begin - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return offsets + np.arange(lengths.sum())
