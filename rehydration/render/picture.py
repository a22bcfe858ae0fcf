"""What there is to draw: the sessions that a decision looked at, newest first, and the links between them.

Here belongs the arrangement that all pictures share: contacts in rows, rows in boxes, and what is left out where
there is too much of the same. This module knows verdicts as marks on contacts, not how they came about, and no way
of drawing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, groupby, pairwise
from typing import Final

from attrs import evolve, frozen

from rehydration.contacts import Contact, PastContact
from rehydration.explanation import ContactVerdict, Explanation, Verdict
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import DEFAULT_POLICY, Consultation
from rehydration.sessions import ChatSession
from rehydration.transcripts import Availability

MOST_LANES: Final = 8
"""Branched sessions that need more lanes are listed instead of drawn as a tree, as are those of too many contacts."""

_BRANCHED: Final = 40
"""Branched sessions of more contacts are listed."""

_RUN: Final = 8
"""This many rows alike, one after the other, are all drawn; of more, some at both ends."""

_SESSIONS: Final = 4
"""This many sessions alike, one after the other, are all drawn; of more, some at both ends."""

_ROWS: Final = 48
"""More rows than this are never drawn, however they differ, unless all are asked for."""


@frozen
class Row:
    """One contact. ``verdict`` is None where nothing was decided on it."""

    contact: PastContact
    previous: ContactId | None
    verdict: Verdict | None = None
    availability: Availability | None = None
    rules: tuple[RuleId, ...] = ()
    entered: bool = False
    """Whether the walk enters the session here."""
    is_start: bool = False
    is_source: bool = False
    is_stop: bool = False

    @property
    def contact_id(self) -> ContactId:
        """Identifier of the contact."""
        return self.contact.contact_id

    @property
    def known(self) -> Contact | None:
        """The contact, or None for an unknown one."""
        return self.contact if isinstance(self.contact, Contact) else None

    @property
    def times(self) -> tuple[datetime, ...]:
        """When it began and ended, where that is known."""
        known = self.known
        both = () if known is None else (known.initiation_timestamp, known.disconnect_timestamp)
        return tuple(each for each in both if each is not None)


@frozen
class Gap:
    """Rows that are left out, one after the other in their session."""

    rows: tuple[Row, ...]


@frozen
class Outgoing:
    """The link of a session: what it continues from, by which type, who carries it, whether it was followed."""

    continued_from_contact_id: ContactId
    rehydration_type: str | None
    carrier: ContactId
    followed: bool


@frozen
class Box:
    """One session: its rows, newest first. ``is_tree`` tells that predecessors can be drawn as lines."""

    initial_contact_id: ContactId
    rows: tuple[Row | Gap, ...]
    is_tree: bool
    link: Outgoing | None = None

    @property
    def lanes(self) -> int:
        """How many lanes it needs, one where it is listed."""
        return lanes_of(self.contacts) if self.is_tree else 1

    @property
    def contacts(self) -> tuple[Row, ...]:
        """All rows, those left out included."""
        return tuple(row for each in self.rows for row in (each.rows if isinstance(each, Gap) else (each,)))


@frozen
class Skip:
    """Sessions that are left out, one after the other in the walk."""

    boxes: tuple[Box, ...]


@frozen
class Picture:
    """All that is to be drawn of an explanation, newest first."""

    boxes: tuple[Box | Skip, ...]

    @property
    def drawn(self) -> Iterator[Row]:
        """The rows that are drawn."""
        for box in self.boxes:
            if isinstance(box, Box):
                yield from (each for each in box.rows if isinstance(each, Row))


def verdicts_of(rows: Iterable[Row]) -> dict[Verdict, int]:
    """Count the verdicts on some rows, in the order of :class:`~rehydration.Verdict`."""
    counts = Counter(each.verdict for each in rows)
    return {verdict: counts[verdict] for verdict in Verdict if counts[verdict]}


def picture(explanation: Explanation, graph: ContactGraph, *, full: bool = False) -> Picture:
    """Arrange an explanation; long runs of the same are left out unless it is to be drawn in ``full``."""
    boxes = list(_boxes(explanation, graph))
    return Picture(tuple(boxes if full else _abbreviated(boxes)))


def session_picture(graph: ContactGraph, contact_id: str) -> Picture:
    """Arrange the session of a contact as it is, newest first, without verdicts."""
    session = graph.session_of(contact_id)
    rows = tuple(
        Row(
            each.contact,
            None if each.previous is None else each.previous.contact_id,
            is_source=each.contact_id == contact_id,
        )
        for each in session.newest_first(Consultation(DEFAULT_POLICY)).segments
    )
    box = Box(session.initial_contact_id, rows, _is_tree(session, rows))
    return Picture(tuple(_abbreviated([box])))


# ------------------------------------------------------------------------------------------------- what was looked at


def _boxes(explanation: Explanation, graph: ContactGraph) -> Iterator[Box]:
    answer = explanation.answer
    entered = answer.continued_from_contact_id
    groups = [tuple(each) for _, each in groupby(explanation.verdicts, key=lambda each: each.initial_contact_id)]
    following: list[tuple[ContactVerdict, ...]] = [*groups[1:], ()]
    for verdicts, later in zip(groups, following, strict=False):
        session = graph.session_of(verdicts[0].contact_id)
        rows = tuple(_row(each, explanation, graph, entered) for each in verdicts)
        link = _outgoing(graph, session, rows, later)
        yield Box(session.initial_contact_id, rows, _is_tree(session, rows), link)
        entered = None if link is None else link.continued_from_contact_id


def _is_tree(session: ChatSession, rows: Sequence[Row]) -> bool:
    return session.is_linear or (len(session) <= _BRANCHED and lanes_of(rows) <= MOST_LANES)


def lanes_of(rows: Sequence[Row]) -> int:
    """Tell how many lanes are needed at most to draw predecessors as lines, rows newest first."""
    lanes: list[ContactId | None] = []
    most = 1
    for row in rows:
        arriving = [number for number, at in enumerate(lanes) if at == row.contact_id]
        lane = arriving[0] if arriving else lanes.index(None) if None in lanes else len(lanes)
        lanes += [None] * (lane + 1 - len(lanes))
        for number in arriving:
            lanes[number] = None
        lanes[lane] = row.previous
        most = max(most, len(lanes))
        while lanes and lanes[-1] is None:
            lanes.pop()
    return most


def _row(verdict: ContactVerdict, explanation: Explanation, graph: ContactGraph, entered: ContactId | None) -> Row:
    answer, contact_id = explanation.answer, verdict.contact_id
    previous = graph.segment(contact_id).previous
    return Row(
        verdict.contact,
        None if previous is None else previous.contact_id,
        verdict.verdict,
        verdict.availability,
        verdict.rules,
        entered=contact_id == entered,
        is_start=contact_id == answer.continued_from_contact_id,
        is_source=contact_id == answer.source_contact_id,
        is_stop=contact_id == answer.stopped_at,
    )


def _outgoing(
    graph: ContactGraph, session: ChatSession, rows: tuple[Row, ...], later: tuple[ContactVerdict, ...]
) -> Outgoing | None:
    link = graph.link_of(session)
    if link is None:
        return None
    start = link.continued_from_contact_id
    carrier = [each.contact_id for each in rows if each.contact_id in link.carriers][-1]
    return Outgoing(start, link.rehydration_type, carrier, any(each.contact_id == start for each in later))


# --------------------------------------------------------------------------------------------------- what is left out


def _abbreviated(boxes: Sequence[Box]) -> list[Box | Skip]:
    """Leave out sessions in runs of such alike, rows in runs of such alike, and then the middle, whatever it is."""
    shortened: list[Box | Skip] = []
    for _, alike in groupby(boxes, key=lambda each: frozenset(row.verdict for row in each.contacts)):
        run = list(alike)
        if len(run) > _SESSIONS:
            shortened += [*run[:2], Skip(tuple(run[2:-1])), run[-1]]
        else:
            shortened += run
    shortened = [evolve(each, rows=_without_runs(each)) if isinstance(each, Box) else each for each in shortened]
    return _without_middle(shortened)


def _without_runs(box: Box) -> tuple[Row | Gap, ...]:
    """Leave out the middle of long runs of rows; a tree with branches is small enough to stay as it is."""
    rows = box.contacts
    if box.is_tree and any(row.previous != after.contact_id for row, after in pairwise(rows)):
        return box.rows
    kept: list[Row | Gap] = []
    carrier = None if box.link is None else box.link.carrier
    for (_, special), alike in groupby(rows, key=lambda each: (each.verdict, _is_special(each, carrier))):
        run = list(alike)
        if len(run) > _RUN and not special:
            kept += [*run[:3], Gap(tuple(run[3:-2])), *run[-2:]]
        else:
            kept += run
    if len(kept) > _ROWS:
        first, last = _ROWS // 2, _ROWS // 4
        kept = [*rows[:first], Gap(rows[first:-last]), *rows[-last:]]
    return tuple(kept)


def _is_special(row: Row, carrier: ContactId | None) -> bool:
    return row.entered or row.is_start or row.is_source or row.is_stop or row.contact_id == carrier


def _without_middle(boxes: list[Box | Skip]) -> list[Box | Skip]:
    """Leave out sessions in the middle until little enough is left."""
    sizes = [len(each.rows) + 1 if isinstance(each, Box) else 1 for each in boxes]
    if sum(sizes) <= _ROWS:
        return boxes
    first = _how_many(sizes, _ROWS // 2)
    last = min(_how_many(sizes[::-1], _ROWS // 4), len(boxes) - first)
    middle = boxes[first : len(boxes) - last]
    left_out = tuple(box for each in middle for box in (each.boxes if isinstance(each, Skip) else (each,)))
    return [*boxes[:first], *([Skip(left_out)] if left_out else []), *boxes[len(boxes) - last :]]


def _how_many(sizes: Sequence[int], most: int) -> int:
    """Tell how many boxes from the front fit, at least one."""
    return max(1, sum(1 for total in accumulate(sizes) if total <= most))
