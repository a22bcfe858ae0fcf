"""What is contradictory in an export: suspected in columns, told by the graph.

Here belongs what is handed to the graph once something cannot be true: the contacts under suspicion with all that is
connected with them. The graph alone decides that they contradict one another, and says how.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from rehydration.bulk.columns import IDS, SCHEMA
from rehydration.bulk.numbers import NOBODY, Flags, RowNumbers, Rows, distinct
from rehydration.contacts import Contact
from rehydration.graph import ContactGraph

_TELLING = [name for name in SCHEMA if name != "transcript"]
"""What contacts can contradict one another by."""


def told_by_the_graph(
    frame: pl.DataFrame, suspects: pl.Series, alone: pl.Series, carriers: pl.Series, *, related_as_link: bool
) -> None:
    """Put contacts under suspicion together: ``suspects`` with all that is connected, others ``alone``.

    Of those alone the graph cannot tell whether a related contact is a link; ``carriers`` are the ones that carry one.

    :raises ContradictoryRecords: they cannot all be true.
    """
    numbers = RowNumbers(distinct(frame[name].drop_nulls() for name in IDS))
    own, *references = (numbers.find(frame[name]) for name in IDS)
    pairs = [(own[rows], each[rows]) for each in references for rows in [np.flatnonzero(each != NOBODY)]]
    connected = _connected(_marked(numbers, suspects), pairs)
    may_carry = (connected | _marked(numbers, carriers))[own] & related_as_link
    is_asked = (connected | _marked(numbers, alone))[own]
    rows = frame.select(_TELLING).filter(pl.Series(is_asked)).iter_rows(named=True)
    ContactGraph.from_contacts(
        Contact(related_is_link=as_link, **row) for row, as_link in zip(rows, may_carry[is_asked].tolist(), strict=True)
    )


def _marked(numbers: RowNumbers, ids: pl.Series) -> Flags:
    marked = np.zeros(len(numbers.first), bool)
    marked[numbers.find(ids)] = True
    return marked


def _connected(marked: Flags, pairs: list[tuple[Rows, Rows]]) -> Flags:
    """Mark all that pairs connect with something marked: labels spread, the least wins, until nothing changes."""
    label = np.arange(len(marked), dtype=np.int32)
    while True:
        before, label = label, label.copy()
        for one, other in pairs:
            least = np.minimum(before[one], before[other])
            for end in (before[one], before[other], one, other):
                np.minimum.at(label, end, least)
        label = label[label]
        if np.array_equal(label, before):
            break
    is_hit = np.zeros(len(marked), bool)
    is_hit[label[marked]] = True
    return is_hit[label]
