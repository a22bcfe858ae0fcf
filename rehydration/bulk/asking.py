"""The engine asked about some contacts of an export: about those whose answers columns do not tell.

Here belongs the way from rows to the graph of their lineages. What is answered is decided by the engine alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from rehydration.answers import Rehydration
from rehydration.bulk.excerpts import FACTS
from rehydration.bulk.export import Export
from rehydration.bulk.numbers import NOBODY, Rows
from rehydration.contacts import Contact
from rehydration.doubts import Doubt, DoubtKind
from rehydration.errors import RuleForbids
from rehydration.exposures import LookingBack, Sighting
from rehydration.graph import ContactGraph
from rehydration.history import History
from rehydration.knowledge import Knowledge
from rehydration.policies import Policy
from rehydration.requests import RehydrationRequest

KINDS: Final = (*DoubtKind,)
BIT: Final = {kind: 1 << place for place, kind in enumerate(KINDS)}
"""Sets of kinds of doubts are numbers: each kind is a bit."""


_TOLD: Final = ("channel", "initiation_method", "initiation_timestamp", "disconnect_timestamp")


BUDGET: Final = 200_000
"""So many contacts, once for each reading, are looked at for an export. What would take more is not weighed."""


def affordable(cost: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell what is weighed of what has a cost: the cheapest, as far as the budget goes."""
    order = np.argsort(cost, kind="stable")
    found = np.zeros(len(cost), bool)
    found[order[np.cumsum(cost[order]) <= BUDGET]] = True
    return found


class Answered(NamedTuple):
    """The answer to a request, the row of the start contact, and the kinds of doubts that it depends on, as bits."""

    answer: Rehydration | RuleForbids
    start: int
    kinds: int


class Seen(NamedTuple):
    """A past contact that a later session sees or may see, as rows, and the kinds of doubts about it, as bits."""

    contact: int
    session: int
    is_readable: bool
    kinds: int


class _Lineage(NamedTuple):
    """The history of a lineage, the rows that are asked about, and the row of each contact."""

    history: History
    asked: list[int]
    row_of: dict[str, int]


class Engine:
    """Asks the engine about contacts of an export, each lineage in a graph of its own.

    ``also`` are contacts whose sessions count everywhere: those that continue from unknown ones, which may be of any
    session.
    """

    def __init__(self, export: Export, policy: Policy, known: Knowledge, also: Rows, *, are_links: bool) -> None:
        """Ask nothing yet. ``are_links``: whether related contacts are links for sure."""
        self._export, self._lineages = export, export.lineages
        self._policy, self._known = policy, known
        self._also = np.unique(self._lineages.session[also])
        self._as_link = True if are_links else None
        self._tells_channels = export.frame["channel"].null_count() < export.frame.height

    def answers(self, kind: str, sources: Rows) -> list[Answered]:
        """Answer a request of a type for each source."""
        answered: dict[int, Answered] = {}
        for history, asked, row_of in self._histories(sources):
            ids = {row: own for own, row in row_of.items()}
            for row in asked:
                sure = history.certainty(RehydrationRequest(kind, ids[row]))
                answer = sure.outcomes[0].answer
                start = None if isinstance(answer, RuleForbids) else answer.continued_from_contact_id
                place = NOBODY if start is None else row_of[start]
                answered[row] = Answered(answer, place, bits_of(sure.depends_on))
        return [answered[row] for row in sources.tolist()]

    def seen(self, sessions: Rows) -> Iterator[Seen]:
        """Find the past contacts that each session sees or, where none of its contacts does, may see."""
        for history, asked, row_of in self._histories(sessions):
            ids = {row: own for own, row in row_of.items()}
            looking = LookingBack(history)
            for row in asked:
                seen: dict[int, Seen] = {}
                for contact_id, found in looking.seen_from(history.graph.session_of(ids[row])):
                    contact, is_readable = row_of[contact_id], isinstance(found, Sighting)
                    seen.setdefault(contact, Seen(contact, row, is_readable, bits_of(found.depends_on)))
                yield from seen.values()

    def _histories(self, rows: Rows) -> Iterator[_Lineage]:
        """Make a history of each lineage that holds some of the rows."""
        if not len(rows):
            return
        lineages = self._lineages
        asked = lineages.session[rows]
        needed = lineages.with_those_behind(np.concatenate([asked, self._also]))
        is_needed = np.zeros(len(lineages), bool)
        is_needed[needed] = True
        contacts = np.flatnonzero(is_needed[lineages.session]).astype(np.int32)
        named = self._export.ids.gather(contacts).to_list()
        made = self._contacts(contacts)
        of, of_asked = lineages.lineage_of(contacts), lineages.lineage_of(rows)
        everywhere = np.flatnonzero(np.isin(lineages.session[contacts], self._also)).tolist()
        places = _groups(of)
        for lineage, wanted in _groups(of_asked).items():
            here = places[lineage]
            chosen = dict.fromkeys([*here, *everywhere])
            known = [contact for contact in map(made.__getitem__, chosen) if contact is not None]
            graph = ContactGraph.from_contacts(known, untold=self._export.untold)
            graph.tells_channels = self._tells_channels
            history = History(graph, policy=self._policy, known=self._known)
            row_of = dict(zip(map(named.__getitem__, here), contacts[here].tolist(), strict=True))
            yield _Lineage(history, rows[wanted].tolist(), row_of)

    def _contacts(self, rows: Rows) -> list[Contact | None]:
        """Make contacts of rows; None stands for an unknown one."""
        lineages, ids, frame = self._lineages, self._export.ids, self._export.frame
        related = np.full(len(lineages), NOBODY, np.int32)
        related[self._export.carriers] = lineages.start[lineages.session[self._export.carriers]]
        others, named = self._export.related
        related[others] = named
        references = {
            "contact_id": rows,
            "initial_contact_id": lineages.session[rows],
            "previous_contact_id": lineages.previous[rows],
            "related_contact_id": related[rows],
        }
        told = {name: ids.gather(or_none(numbers)).to_list() for name, numbers in references.items()}
        is_known = lineages.is_known[rows]
        known = or_none(np.where(is_known, rows, NOBODY))
        told |= {name: frame[name].gather(known).to_list() for name in _TOLD}
        told["related_is_link"] = [False if each else self._as_link for each in np.isin(rows, others).tolist()]
        facts = frame["transcript"].gather(known).to_list()
        members = (dict(zip(told, values, strict=True)) for values in zip(*told.values(), strict=True))
        return [
            Contact(**each, transcript=None if fact is None else FACTS[fact]) if known else None
            for each, fact, known in zip(members, facts, is_known.tolist(), strict=True)
        ]


def bits_of(doubts: Iterable[Doubt]) -> int:
    """Give the kinds of doubts as bits."""
    bits = 0
    for each in doubts:
        bits |= BIT[each.kind]
    return bits


def or_none(rows: npt.NDArray[Any]) -> pl.Series:
    """Make a column of row numbers in which nobody is null."""
    return pl.Series(rows).set(pl.Series(rows < 0), None)


def _groups(numbers: Rows) -> dict[int, list[int]]:
    """Give the places of each number."""
    order = np.argsort(numbers, kind="stable")
    values, begin = np.unique(numbers[order], return_index=True)
    return dict(zip(values.tolist(), (each.tolist() for each in np.split(order, begin[1:])), strict=True))
