"""The sessions that somebody picks from an export by time, and what walks from them can come to, found in columns.

Here belongs the cut for a page about some of very many sessions: those picked, those that continue from them, and
behind them as many as the limit lets a walk enter. This module does not know what is asked of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from rehydration.bulk.neighbours import Neighbours, Sorted
from rehydration.bulk.numbers import Flags, Rows
from rehydration.contacts import TIMES, in_utc
from rehydration.selections import Part, Selection, too_early, too_late
from rehydration.walk import PAST_CONTACT_LIMIT

Moments = npt.NDArray[np.int64]

_BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT: Final = timedelta(microseconds=1)
_NEVER: Final = np.iinfo(np.int64).min
_EVER: Final = np.iinfo(np.int64).max
_BEHIND: Final = 2
"""So many sessions behind those that a walk enters: one in which it meets the limit, one that is counted."""


def active(frame: pl.DataFrame, session: Rows, selection: Selection, among: Flags) -> Flags:
    """Tell of each session, by its number, whether a selection by time keeps it, as ``selected`` does of a graph.

    ``session`` is the session of each row, ``among`` tells which sessions there are to choose from.

    :raises InvalidArgument: nothing happened since or until then.
    """
    latest, earliest = _times(frame, session, len(among))
    kept = among
    if selection.since is not None or selection.until is not None:
        kept = among & (latest != _NEVER)
    if selection.since is not None and kept.any():
        since, last = in_utc("since", selection.since), int(latest[kept].max())
        kept = kept & (latest >= _moment(since))
        if not kept.any():
            raise too_late(since, _time(last))
    if selection.until is not None and kept.any():
        until, first = in_utc("until", selection.until), int(earliest[kept].min())
        kept = kept & (earliest < _moment(until))
        if not kept.any():
            raise too_early(until, _time(first))
    return kept


def numbers_of(frame: pl.DataFrame) -> tuple[int, int]:
    """Count the contacts that rows hold or refer to, and their sessions."""
    sizes = _sizes(Neighbours(frame, with_later=False))
    return int(sizes.sum()), int(np.count_nonzero(sizes))


def name_customers(frame: pl.DataFrame) -> bool:
    """Tell whether a row names a customer."""
    return frame["customer_id"].null_count() < frame.height


def _sizes(neighbours: Neighbours) -> npt.NDArray[np.int64]:
    """Count the contacts of each session, by its number."""
    session = neighbours.session_of_ids()
    return np.bincount(session[neighbours.ids()], minlength=len(session))


class Nearby:
    """Sessions picked from an export by time, newest first, and what walks from them can come to.

    ``sizes`` are the numbers of their contacts, and ``times`` when each was last active.
    """

    def __init__(self, frame: pl.DataFrame, selection: Selection) -> None:
        """Find the sessions.

        :raises InvalidArgument: nothing happened since or until then.
        """
        self._frame = frame
        self._neighbours = neighbours = Neighbours(frame, with_later=True)
        self._session_of = neighbours.session_of_ids()
        self._session = self._session_of[neighbours.own]
        self._sizes = _sizes(neighbours)
        chosen = np.flatnonzero(active(frame, self._session, selection, self._sizes > 0)).astype(np.int32)
        latest = _times(frame, self._session, len(self._sizes))[0][chosen]
        names = neighbours.texts_of(chosen)
        order = sorted(range(len(chosen)), key=lambda each: (latest[each], names[each]), reverse=True)
        self._chosen, self._names = chosen[order], [names[each] for each in order]
        self.sizes: list[int] = self._sizes[self._chosen].tolist()
        self.times: list[datetime | None] = [None if each == _NEVER else _time(int(each)) for each in latest[order]]

    def excerpt(self) -> tuple[pl.DataFrame, Part]:
        """Give the rows of these sessions and of what walks from them can come to, and what part of all that is."""
        neighbours = self._neighbours
        is_chosen = np.zeros(len(self._session_of), bool)
        is_chosen[self._chosen] = True
        has_rows = np.zeros_like(is_chosen)
        has_rows[self._session] = True
        related = neighbours.related
        behind = np.where(related >= 0, self._session_of[related], self._session)
        is_linked = (behind != self._session) & has_rows[behind]
        is_kept, frontier, by_session = is_chosen.copy(), self._chosen, Sorted(self._session)
        for _ in range(PAST_CONTACT_LIMIT + _BEHIND):
            further = np.unique(behind[by_session.rows_of(frontier)])
            frontier = further[has_rows[further] & ~is_kept[further]]
            is_kept[frontier] = True
        is_cut = is_linked & is_kept[self._session] & ~is_kept[behind]
        is_kept[self._session[is_linked & is_chosen[behind]]] = True
        rows = np.flatnonzero(is_kept[self._session]).astype(np.int32)
        kept = np.unique(np.concatenate([rows, neighbours.named_by(rows), neighbours.unplaced()]))
        frame = self._frame.with_columns(
            pl.when(pl.Series(is_cut)).then(None).otherwise(pl.col("related_contact_id")).alias("related_contact_id")
        )
        ends = neighbours.texts_of(np.unique(self._session[is_cut]))
        sessions = int(np.count_nonzero(self._sizes))
        part = Part(tuple(self._names), frozenset(ends), int(self._sizes.sum()), sessions, name_customers(self._frame))
        return frame[kept], part


def _times(frame: pl.DataFrame, session: Rows, size: int) -> tuple[Moments, Moments]:
    """Find the latest and the earliest time that rows tell of each session, in microseconds since 1970."""
    latest, earliest = np.full(size, _NEVER), np.full(size, _EVER)
    for name in TIMES[:2]:
        told = frame[name].is_not_null().to_numpy()
        moments = frame[name].drop_nulls().to_physical().to_numpy()
        np.maximum.at(latest, session[told], moments)
        np.minimum.at(earliest, session[told], moments)
    return latest, earliest


def _moment(time: datetime) -> int:
    return (time - _BEGIN) // _UNIT


def _time(moment: int) -> datetime:
    return _BEGIN + moment * _UNIT
