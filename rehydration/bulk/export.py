"""The contacts of an export in columns, each once, put together.

Here belongs how texts become what ``lineages`` reckons with: who is known, which session everybody belongs to, which
related contacts are links (the groups ``identity`` and parts of ``visibility`` of the rules). What contradicts itself
is found here and told by the graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rehydration.bulk.contradictions import told_by_the_graph
from rehydration.bulk.folding import folded
from rehydration.bulk.lineages import Lineages
from rehydration.bulk.numbers import NOBODY, Flags, RowNumbers, Rows, numbered
from rehydration.bulk.parts import at_once, parts_of, taken
from rehydration.contacts import CHAT, REFERENCES
from rehydration.doubts import Doubt
from rehydration.walk import PAST_CONTACT_LIMIT


@dataclass(frozen=True)
class Export:
    """Known contacts in the order in which they come first, then those that are only referred to.

    ``frame`` has a row for each known contact, but not what it refers to; ``ids`` are the ids of all. ``is_chat`` is
    False for unknown ones. ``carriers`` are the contacts that carry a link. ``related`` are other contacts whose
    related contact nothing else names, and these related ones. ``untold`` are the attributes of a contact
    that no record tells: where an answer depends on one, it is not certain. ``disagreements`` say where nobody can
    tell which of two records is later.
    """

    frame: pl.DataFrame
    ids: pl.Series
    is_chat: Flags
    carriers: Rows
    related: tuple[Rows, Rows]
    lineages: Lineages
    untold: frozenset[str]
    disagreements: tuple[Doubt, ...]

    @classmethod
    def of(cls, rows: pl.DataFrame, *, related_as_link: bool, untold: Iterable[str]) -> Export:
        """Put the contacts of columns together.

        :raises ContradictoryRecords: they cannot all be true; up to a hundred contradictions are reported.
        """
        rows = rows.with_columns(rows["contact_id"].rechunk())
        numbers = RowNumbers(rows["contact_id"])
        frame, disagreeing, disagreements = folded(rows, numbers)
        if frame.height != rows.height:
            numbers = RowNumbers(frame["contact_id"])
        (initial, previous, related), unknown = numbered([frame[name] for name in REFERENCES], numbers)
        ids = frame["contact_id"] if unknown is None else pl.concat([frame["contact_id"], unknown.texts])
        del numbers  # what follows can have its memory
        own = np.arange(frame.height, dtype=np.int32)
        np.copyto(initial, own, where=initial == NOBODY)
        previous[previous == own] = NOBODY
        is_known = _filled_up(np.ones(frame.height, bool), len(ids), value=False)
        is_chat = _filled_up((frame["channel"].fill_null(CHAT) == CHAT).to_numpy(), len(ids), value=False)
        session, suspects = _sessions(initial, previous, len(ids))
        suspects += _of_other_instances(frame, suspects)
        may_carry = (related >= 0) & is_chat[: len(own)] & related_as_link
        carriers = np.flatnonzero(may_carry).astype(np.int32)
        start = related[may_carry]
        is_link = (session[start] != session[carriers]) & (is_chat[start] | ~is_known[start])
        carriers, start = carriers[is_link], start[is_link]
        apart = _named_by_others(related, carriers, session)
        start_of_session = np.full(len(ids), NOBODY, np.int32)
        start_of_session[session[carriers]] = start
        suspects.append(carriers[start_of_session[session[carriers]] != start])
        lineages = Lineages(
            session=session,
            previous=_filled_up(previous, len(ids), value=NOBODY),
            start=start_of_session,
            is_known=is_known,
            is_listed=is_chat | ~is_known,
            limit=PAST_CONTACT_LIMIT,
        )
        suspects.append(lineages.chains.endless)
        suspicious = np.concatenate(suspects)
        circling = np.flatnonzero(taken(lineages.is_on_circle, session) & is_known)
        if len(suspicious) or len(circling) or len(disagreeing):
            texts = pl.concat([ids.gather(suspicious), disagreeing])
            linked = circling[np.isin(circling, carriers)]
            alone = (ids.gather(circling), ids.gather(linked))
            told_by_the_graph(rows, texts, *alone, related_as_link=related_as_link)
        return cls(frame.drop(REFERENCES), ids, is_chat, carriers, apart, lineages, frozenset(untold), disagreements)


def _named_by_others(related: Rows, carriers: Rows, session: Rows) -> tuple[Rows, Rows]:
    """Find the contacts that carry no link and are related to an unknown one that nothing else names, and that one."""
    naming = np.flatnonzero(related >= len(related)).astype(np.int32)
    naming = naming[~np.isin(naming, carriers)]
    if len(naming):
        naming = naming[np.bincount(session)[session[related[naming]]] == 1]
    return naming, related[naming]


def _sessions(initial: Rows, previous: Rows, total: int) -> tuple[Rows, list[Rows]]:
    """Find the session of every contact, and the contacts that do not agree with what others say of theirs."""
    known = len(initial)
    session = np.full(total, NOBODY, np.int32)
    session[:known] = initial
    unknown = initial[initial >= known]
    session[unknown] = unknown
    following = np.flatnonzero(previous >= known)
    following = following[session[previous[following]] < 0]
    session[previous[following]] = initial[following]
    alone = np.flatnonzero(session < 0)
    session[alone] = alone

    def wrong(part: slice) -> Rows:
        first, before = initial[part], previous[part]
        is_own = first == np.arange(part.start, part.stop, dtype=np.int32)
        is_of_another = session.take(before, mode="clip") != first
        is_wrong = (before >= 0) & (is_own | is_of_another) | (session.take(first) != first)
        found: Rows = (part.start + np.flatnonzero(is_wrong)).astype(np.int32)
        return found

    return session, at_once(wrong, parts_of(known))


def _of_other_instances(frame: pl.DataFrame, suspects: list[Rows]) -> list[Rows]:
    """Find the contacts of another instance than the first sound contact names, which may be one of several."""
    instance = frame["instance_id"]
    first = instance.is_not_null().arg_max() if instance.null_count() < len(instance) else None
    if first is None or not (instance != instance[first]).any():
        return []
    named = instance.is_not_null().arg_true().to_numpy()
    is_sound = ~np.isin(named, np.concatenate(suspects))
    candidates = named[: np.argmax(is_sound) + 1] if is_sound.any() else named
    told = instance.gather(candidates).unique()
    if len(told) > 1:
        return [named]
    return [(instance != told[0]).fill_null(value=False).arg_true().to_numpy(), candidates]


def _filled_up(array: npt.NDArray[Any], total: int, *, value: object) -> npt.NDArray[Any]:
    """Add what is said of unknown contacts."""
    missing = total - len(array)
    return np.concatenate([array, np.full(missing, value, array.dtype)]) if missing else array
