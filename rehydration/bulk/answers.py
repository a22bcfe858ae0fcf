"""The answers for every contact of an export, under the default policy.

Here belong who may be continued and from where (the groups ``eligibility`` and ``start`` of the rules) for all contacts
at once, and the table of answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rehydration.bulk.export import Export
from rehydration.bulk.lineages import Counts
from rehydration.bulk.numbers import NOBODY, Flags, Places, Rows
from rehydration.bulk.parts import at_once, parts_of, taken
from rehydration.transcripts import Availability

_LOST: Final = [each.value for each in Availability if each.is_lost]
_LEAST: Final = np.iinfo(np.int64).min
_GREATEST: Final = np.iinfo(np.int64).max

REFUSALS: Final = (
    "eligibility.source-is-chat",
    "eligibility.session-ended",
    "eligibility.ended-scope",
    "start.entire-given-another",
)
"""The rules by which a source can be refused under the default policy."""


class Answers:
    """What would be answered about each contact of an export."""

    def __init__(self, export: Export) -> None:
        """Answer nothing yet."""
        self._export = export
        self._lineages = export.lineages
        self._ended = _moments(export, "disconnect_timestamp", _GREATEST)
        self._goes_on = self._ended == _GREATEST
        self._is_live = np.zeros(len(self._lineages), bool)
        self._is_live[self._lineages.session[self._goes_on & export.is_chat]] = True

    def table(self, *, with_customers: bool) -> pa.Table:
        """Make the table of answers."""
        lineages, ids = self._lineages, self._export.ids.to_arrow()
        own = np.arange(len(lineages), dtype=np.int32)
        refused = self._refused()
        of_another = np.where((refused < 0) & (lineages.session != own), len(REFUSALS) - 1, refused)
        asked = np.flatnonzero(of_another < 0).astype(np.int32)
        start, listed, is_beyond = self._entire(asked)
        columns = {
            "contact_id": ids,
            "is_known": pa.array(lineages.is_known),
            "initial_contact_id": _contacts(lineages.session, ids),
            "session_has_ended": pa.array(~taken(self._is_live, lineages.session)),
            "continued_from_contact_id": _contacts(lineages.continued_from, ids),
            "root_contact_id": _contacts(lineages.root, ids),
            "entire_continued_from": _contacts(start, ids),
            "entire_visible": _column(_spread(listed, asked, len(own)), of_another >= 0),
            "entire_is_beyond_limit": _column(_spread(is_beyond, asked, len(own)), of_another >= 0),
            "entire_refused_by": _rules(of_another),
            "segment_continued_from": _contacts(np.where(refused < 0, own, NOBODY), ids),
            "segment_visible": _column(lineages.listed, refused >= 0),
            "segment_is_beyond_limit": _column(lineages.is_beyond, refused >= 0),
            "segment_refused_by": _rules(refused),
            "exposure": pa.array(self.exposure()),
        }
        if with_customers:
            columns["link_joins_customers"] = self.joins_customers()
        return pa.table(columns)

    def is_readable(self) -> Flags:
        """Tell whose transcript could be read: of chats and unknown contacts, unless it is lost."""
        transcript, readable = self._export.frame["transcript"], self._lineages.is_listed.copy()
        if transcript.null_count() < len(transcript):
            readable[: len(transcript)] &= ~transcript.is_in(_LOST).fill_null(value=False).to_numpy()
        return readable

    def exposure(self) -> Counts:
        """Count the later sessions in which the transcript of each contact is visible."""
        return np.where(self.is_readable(), self._lineages.exposure, np.uint32(0))

    def joins_customers(self) -> pa.Array:
        """Tell of each contact that carries a link whether the start contact names another customer."""
        customer, carriers = self._export.frame["customer_id"], self._export.carriers
        start = self._lineages.start[self._lineages.session[carriers]]
        is_known = start < len(customer)
        carriers, start = carriers[is_known], start[is_known]
        told = np.full(len(self._lineages), NOBODY, np.int8)

        def tell(part: slice) -> None:
            differs = customer.gather(carriers[part]) != customer.gather(start[part])
            told[carriers[part]] = differs.cast(pl.Int8).fill_null(NOBODY).to_numpy()

        at_once(tell, parts_of(len(carriers)))
        return _column(told == 1, told == NOBODY)

    # ---------------------------------------------------------------------------------------------------- eligibility

    def _refused(self) -> npt.NDArray[np.int8]:
        """Find the rule by which each contact is refused as a source; what comes first in the order of rules wins."""
        refused = np.full(len(self._lineages), NOBODY, np.int8)
        refused[taken(self._is_live, self._lineages.session)] = 2
        refused[self._goes_on] = 1
        refused[self._lineages.is_known & ~self._export.is_chat] = 0
        return refused

    # ----------------------------------------------------------------------------------------------------------- start

    def _entire(self, sessions: Rows) -> tuple[Rows, Counts, Flags]:
        """Answer ENTIRE_PAST_SESSION for sessions that have ended; the start is told at the rows of their contacts."""
        lineages = self._lineages
        tip = lineages.tip[sessions]
        listed, is_beyond = taken(lineages.listed, tip), taken(lineages.is_beyond, tip)
        branched = np.flatnonzero(lineages.is_branched[sessions])
        if len(branched):
            listed[branched], is_beyond[branched] = self._branched(sessions[branched])
        return self._most_recent(sessions), listed, is_beyond

    def _most_recent(self, sessions: Rows) -> Rows:
        """Choose the most recently terminated chat contact of each session, an unknown one only where there is none."""
        lineages = self._lineages
        chosen = _spread(lineages.tip[sessions], sessions, len(lineages), NOBODY)
        sessions = sessions[(lineages.is_branched | self._is_in_disorder())[sessions]]
        if not len(sessions):
            return chosen
        is_asked = np.zeros(len(lineages), bool)
        is_asked[sessions] = True
        is_asked = taken(is_asked, lineages.session)
        terminated = is_asked & self._export.is_chat & ~self._goes_on
        candidates = np.flatnonzero(
            terminated | is_asked & ~lineages.is_known
        )  # of which unknown ones have the least end
        recency = self._recency()
        while len(candidates) > len(sessions) and (key := next(recency, None)) is not None:
            candidates = self._greatest(candidates, key)
        if len(candidates) > len(sessions):
            candidates = candidates[self._export.ids.gather(candidates).arg_sort().to_numpy()]
        chosen[lineages.session[candidates]] = candidates  # of several the last one assigned stays
        return chosen

    def _is_in_disorder(self) -> Flags:
        """Tell of each session, at the row of its initial contact, whether not all are chats that ended one by one."""
        lineages, ended = self._lineages, self._ended
        is_chat_that_ended = self._export.is_chat & ~self._goes_on
        in_disorder = np.zeros(len(lineages), bool)

        def look(part: slice) -> None:
            before = lineages.previous[part]
            is_later = (before < 0) | (ended.take(before, mode="clip") < ended[part])
            in_disorder[lineages.session[part][~(is_later & is_chat_that_ended[part])]] = True

        at_once(look, parts_of(len(lineages)))
        return in_disorder

    def _greatest(self, candidates: Places, key: npt.NDArray[np.int64]) -> Places:
        """Leave of the candidates of each session those with the greatest key."""
        session = self._lineages.session
        greatest = np.full(len(session), _LEAST)
        parts = [candidates[part] for part in parts_of(len(candidates))]
        for rows in parts:
            np.maximum.at(greatest, session[rows], key[rows])
        return np.concatenate(at_once(lambda rows: rows[key.take(rows) == greatest.take(session.take(rows))], parts))

    def _recency(self) -> Iterator[npt.NDArray[np.int64]]:
        """Yield what decides who is more recent, one after the other."""
        yield self._ended
        yield _moments(self._export, "initiation_timestamp", _LEAST)
        yield self._lineages.depth.astype(np.int64)

    def _branched(self, sessions: Rows) -> tuple[Counts, Flags]:
        """Count what is shown of branched sessions: all of each, then what its link leads to."""
        lineages = self._lineages
        size = np.bincount(lineages.session, minlength=len(lineages))[sessions]
        of_listed = np.bincount(lineages.session[lineages.is_listed], minlength=len(lineages))[sessions]
        is_beyond = size > lineages.limit
        listed = np.where(is_beyond, 0, of_listed)
        large = np.flatnonzero(is_beyond)
        if len(large):
            listed[large] = self._listed_first(sessions[large])
        has_unknown = np.zeros(len(lineages), bool)
        has_unknown[lineages.session[~lineages.is_known]] = True
        linked = np.flatnonzero((lineages.start[sessions] >= 0) & ~has_unknown[sessions] & ~is_beyond)
        steps = lineages.steps(lineages.start[sessions[linked]], sessions[linked])
        more, goes_beyond = lineages.count(steps, len(linked), lineages.limit - size[linked])
        listed[linked] += more
        is_beyond[linked] = goes_beyond
        return listed, is_beyond

    def _listed_first(self, sessions: Rows) -> Counts:
        """Count what is listed within the limit, newest first, of branched sessions that have more contacts.

        A list takes the most recent contact of those whose successors are all taken. So a contact comes right after
        the least recent of all that follow it, and those that wait for the same one come in the order of the chain.
        """
        lineages = self._lineages
        rows = np.flatnonzero(np.isin(lineages.session, sessions))
        depth = lineages.depth[rows]
        by_id = np.empty(len(rows), np.int64)
        by_id[self._export.ids.gather(rows).arg_sort().to_numpy()] = np.arange(len(rows))
        keys = [each[rows] for each in self._recency()]
        rank = np.full(len(lineages), _GREATEST)
        rank[rows[np.lexsort((by_id, *reversed(keys)))]] = np.arange(len(rows))
        for level in range(int(depth.max()), 0, -1):
            at = rows[depth == level]
            np.minimum.at(rank, lineages.previous[at], rank[at])
        ordered = rows[np.lexsort((-depth, -rank[rows], lineages.session[rows]))]
        of = lineages.session[ordered]
        place = np.arange(len(ordered)) - np.searchsorted(of, of)
        first = ordered[place < lineages.limit]
        counted = np.bincount(lineages.session[first[lineages.is_listed[first]]], minlength=len(lineages))
        return counted[sessions]


def _moments(export: Export, name: str, missing: int) -> npt.NDArray[np.int64]:
    """Take times as whole numbers; unknown contacts have the least."""
    told = export.frame[name].dt.timestamp("us").fill_null(missing).to_numpy()
    unknown = len(export.ids) - len(told)
    return np.concatenate([told, np.full(unknown, _LEAST)]) if unknown else told


def _contacts(rows: Rows, ids: pa.Array) -> pa.DictionaryArray:
    numbers = _column(rows.astype(np.int32, copy=False), rows < 0)
    return pa.DictionaryArray.from_arrays(numbers, ids, safe=False)  # they are row numbers of the ids


def _rules(numbers: npt.NDArray[np.int8]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(_column(numbers, numbers < 0), pa.array(REFUSALS), safe=False)


def _spread(values: npt.NDArray[Any], rows: Rows, total: int, other: int = 0) -> npt.NDArray[Any]:
    """Put values at some of so many rows, and another one everywhere else."""
    spread = np.full(total, other, values.dtype)
    spread[rows] = values
    return spread


def _column(values: npt.NDArray[Any], is_null: Flags) -> pa.Array:
    """Make a column of numbers or flags as they lie; ``pa.array`` takes its time to look for the nulls."""
    kind = pa.from_numpy_dtype(values.dtype)
    data = np.packbits(values, bitorder="little") if values.dtype == np.bool_ else np.ascontiguousarray(values)
    is_told = np.packbits(~is_null, bitorder="little")
    return pa.Array.from_buffers(kind, len(values), [pa.py_buffer(is_told), pa.py_buffer(data)])
