"""What there is to draw: the sessions that a decision looked at, newest first, and the links between them.

Here belongs the arrangement that all pictures share: contacts in rows, rows in boxes, and what is left out where
there is too much of the same. This module knows verdicts as marks on contacts, not how they came about, and no way
of drawing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import accumulate, groupby, pairwise, zip_longest
from typing import Final

from attrs import evolve, frozen

from rehydration.answers import Rehydration
from rehydration.consultation import Consultation
from rehydration.contacts import Contact, PastContact
from rehydration.explanation import ContactVerdict, Explanation, PastSession, Verdict
from rehydration.graph import ContactGraph, Link
from rehydration.identifiers import ContactId, RuleId
from rehydration.policies import DEFAULT_POLICY
from rehydration.sessions import ChatSession, Segment
from rehydration.transcripts import Availability

MOST_LANES: Final = 8
"""Branched sessions that need more lanes are listed instead of drawn as a tree, as are those of too many contacts."""

_BRANCHED: Final = 40
"""Branched sessions of more contacts are listed."""

_RUN: Final = 8
"""This many rows alike, one after the other, are all drawn; of more, some at both ends."""

_SESSIONS: Final = 4
"""This many sessions alike, one after the other, are all drawn; of more, some at both ends."""

_SESSIONS_OF_GRAPH: Final = 12
"""The same where nothing was asked."""

_ROWS: Final = 48
"""More rows than this are never drawn, however they differ, unless all are asked for."""


_SHOWN: Final = frozenset({Verdict.VISIBLE, Verdict.UNAVAILABLE, Verdict.UNKNOWN})
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


class State(StrEnum):
    """What a known contact is, where nothing was asked of it."""

    LIVE = "live"
    ENDED = "ended"
    OTHER_CHANNEL = "other channel"


Look = Verdict | State | None
"""What a contact looks like: by its verdict, or by its state, or like nothing in particular.

An unknown contact, and one whose transcript is lost, look the same whether something was asked or not.
"""


@frozen
class Row:
    """One contact. ``verdict`` is None where nothing was decided on it, ``state`` where something was asked.

    ``contingent`` tells that another reading of the open questions would answer otherwise whether it can be read.
    """

    contact: PastContact
    previous: ContactId | None
    verdict: Verdict | None = None
    state: State | Verdict | None = None
    contingent: bool = False
    availability: Availability | None = None
    rules: tuple[RuleId, ...] = ()
    entered: bool = False
    """Whether the walk enters the session here."""
    is_start: bool = False
    is_source: bool = False
    is_stop: bool = False
    is_foreign: bool = False
    """Whether it is shown to another customer than its own."""
    is_plain: bool = False
    """Whether it is told in plain words alone."""

    @property
    def contact_id(self) -> ContactId:
        """Identifier of the contact."""
        return self.contact.contact_id

    @property
    def look(self) -> Look:
        """What it looks like."""
        return self.verdict or self.state

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
    """The link of a session: what it continues from, by which type, who carries it, newest first.

    ``followed`` tells whether the walk went over it; None where nobody walked. ``crosses`` tells, there, whether
    records name one customer at its carrier and another at its start contact.
    """

    continued_from_contact_id: ContactId
    rehydration_type: str | None
    carriers: tuple[ContactId, ...]
    followed: bool | None
    crosses: bool = False


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
    def groups(self) -> tuple[tuple[Row, ...], ...]:
        """What is drawn as one, earliest first: a contact, or those that are left out together, newest first."""
        return tuple(each.rows if isinstance(each, Gap) else (each,) for each in reversed(self.rows))

    @property
    def contacts(self) -> tuple[Row, ...]:
        """All rows, those left out included."""
        return tuple(row for each in self.rows for row in (each.rows if isinstance(each, Gap) else (each,)))

    @property
    def times(self) -> list[datetime]:
        """All times that its records tell, the earliest first."""
        return sorted(time for row in self.contacts for time in row.times)


@frozen
class Skip:
    """Sessions that are left out, one after the other in the walk."""

    boxes: tuple[Box, ...]

    @property
    def groups(self) -> tuple[tuple[Row, ...], ...]:
        """What is drawn as one: all of it."""
        return (self.contacts,)

    @property
    def contacts(self) -> tuple[Row, ...]:
        """All their rows."""
        return tuple(row for each in self.boxes for row in each.contacts)

    @property
    def times(self) -> list[datetime]:
        """All times that their records tell, the earliest first."""
        return sorted(time for each in self.boxes for time in each.times)


@frozen
class Picture:
    """All that is to be drawn of an explanation or a graph, newest first."""

    boxes: tuple[Box | Skip, ...]

    @property
    def drawn(self) -> Iterator[Row]:
        """The rows that are drawn."""
        for box in self.boxes:
            if isinstance(box, Box):
                yield from (each for each in box.rows if isinstance(each, Row))


def inside_of(rows: Sequence[Row]) -> frozenset[ContactId]:
    """Find the contacts of a session on this side of the cut, rows newest first: what is listed, or passed through.

    A contact of another channel is never listed; it stands where the contacts around it stand.
    """
    inside = {each.contact_id for each in rows if _is_listed(each)}
    passed = {each.contact_id for each in rows if each.verdict is Verdict.DROPPED and not _is_chat(each)}
    for row in rows:  # towards what is listed later
        if row.contact_id in inside and row.previous in passed:
            inside.add(row.previous)
    for row in reversed(rows):  # after what is listed earlier
        if row.contact_id in passed and row.previous in inside:
            inside.add(row.contact_id)
    return frozenset(inside)


def is_cut(row: Row, inside: frozenset[ContactId]) -> bool:
    """Tell whether the chain is cut between a contact and the one that it continues."""
    return (
        row.verdict is not None and row.previous is not None and (row.previous in inside) != (row.contact_id in inside)
    )


def _is_listed(row: Row) -> bool:
    return row.verdict not in {None, Verdict.DROPPED} and not row.is_stop


def _is_chat(row: Row) -> bool:
    return row.known is None or row.known.is_chat


def looks_of(rows: Iterable[Row]) -> dict[Verdict | State, int]:
    """Count the looks of some rows, in the order of :class:`~rehydration.Verdict` and :class:`State`."""
    counts = Counter(each.look for each in rows)
    return {look: counts[look] for look in (*Verdict, *State) if counts[look]}


def picture(explanation: Explanation, *, full: bool = False, plain: bool = False) -> Picture:
    """Arrange an explanation; long runs of the same are left out unless ``full``, and rules are if ``plain``."""
    return _picture(_boxes(explanation), full=full, plain=plain)


def answer_picture(answer: Rehydration, *, full: bool = False, plain: bool = False) -> Picture:
    """Arrange what an answer lists; what it leaves out is not in it."""
    return _picture(_listed_boxes(answer), full=full, plain=plain)


def graph_picture(graph: ContactGraph, *, full: bool = False, plain: bool = False) -> Picture:
    """Arrange a whole graph, on which nothing was asked; the same graph is always arranged in the same way."""
    sessions = sorted(graph.sessions, key=lambda each: (_begin(each), each.initial_contact_id), reverse=True)
    boxes = (_session_box(graph, each) for each in sessions)
    return _picture(boxes, full=full, plain=plain, sessions=_SESSIONS_OF_GRAPH)


def _picture(boxes: Iterable[Box], *, full: bool, plain: bool, sessions: int = _SESSIONS) -> Picture:
    if plain:
        boxes = (evolve(box, rows=tuple(evolve(row, rules=(), is_plain=True) for row in box.contacts)) for box in boxes)
    drawn = list(boxes)
    return Picture(tuple(drawn if full else _abbreviated(drawn, sessions)))


def session_picture(graph: ContactGraph, contact_id: str) -> Picture:
    """Arrange the session of a contact as it is, newest first, without verdicts."""
    session = graph.session_of(contact_id)
    rows = tuple(
        Row(each.contact, _previous(each.contact), is_source=each.contact_id == contact_id)
        for each in _segments(session)
    )
    return _picture([Box(session.initial_contact_id, rows, _is_tree(rows))], full=False, plain=False)


# ---------------------------------------------------------------------------------------------------- what is recorded


def _segments(session: ChatSession) -> tuple[Segment, ...]:
    return session.newest_first(Consultation(DEFAULT_POLICY)).segments


def _begin(session: ChatSession) -> datetime:
    """Tell when a session began; where nothing tells it, it is drawn as the latest."""
    known = (each.known for each in session)
    times = (None if each is None else each.initiation_timestamp for each in known)
    return min((each for each in times if each is not None), default=_LATEST)


def _session_box(graph: ContactGraph, session: ChatSession) -> Box:
    rows = tuple(_recorded(each) for each in _segments(session))
    link = graph.link_of(session)
    outgoing = None
    if link is not None:
        named = {graph.segment(each).customer_id for each in (link.continued_from_contact_id, *link.carriers)}
        crosses = len(named - {None}) > 1
        outgoing = evolve(_outgoing(link, rows, None), followed=None, crosses=crosses)
    return Box(session.initial_contact_id, rows, _is_tree(rows), outgoing)


def _recorded(segment: Segment) -> Row:
    known, previous = segment.known, _previous(segment.contact)
    if known is None:
        return Row(segment.contact, previous, state=Verdict.UNKNOWN)
    if not known.is_chat:
        return Row(known, previous, state=State.OTHER_CHANNEL)
    availability = None if known.transcript is None else known.transcript.availability
    if availability is not None and availability.is_lost:
        return Row(known, previous, state=Verdict.UNAVAILABLE, availability=availability)
    return Row(known, previous, state=State.ENDED if known.has_ended else State.LIVE)


# ------------------------------------------------------------------------------------------------- what was looked at


def _boxes(explanation: Explanation) -> Iterator[Box]:
    for session, later in zip_longest(explanation.sessions, explanation.sessions[1:]):
        entered = session.start_contact_id
        rows = tuple(_row(each, explanation, is_entered=each.contact_id == entered) for each in session.verdicts)
        link = None if session.link is None else _outgoing(session.link, rows, later)
        yield Box(session.initial_contact_id, rows, _is_tree(rows), link)


def _listed_boxes(answer: Rehydration) -> Iterator[Box]:
    reasons = {each.contact_id: each.availability for each in answer.unavailable}
    groups = [tuple(each) for _, each in groupby(answer.visible, key=lambda each: each.initial_contact_id)]
    following = [*groups[1:], ()]
    for listed, later in zip(groups, following, strict=True):
        rows = tuple(_listed_row(each, answer, reasons.get(each.contact_id, Availability.AVAILABLE)) for each in listed)
        links = {each.contact_id: each for each in listed if isinstance(each, Contact) and each.related_contact_id}
        carrier = next((links[each.contact_id] for each in reversed(listed) if each.contact_id in links), None)
        link = None
        if carrier is not None and carrier.related_contact_id in {each.contact_id for each in later}:
            link = Outgoing(carrier.related_contact_id, carrier.rehydration_type, (carrier.contact_id,), followed=True)
        yield Box(listed[0].initial_contact_id or listed[0].contact_id, rows, _is_tree(rows), link)


def _listed_row(contact: PastContact, answer: Rehydration, availability: Availability) -> Row:
    looks = {Availability.AVAILABLE: Verdict.VISIBLE, Availability.NOT_READY: Verdict.VISIBLE}
    unavailable = Verdict.UNKNOWN if availability is Availability.UNKNOWN else Verdict.UNAVAILABLE
    return Row(
        contact,
        _previous(contact),
        looks.get(availability, unavailable),
        availability=availability,
        is_start=contact.contact_id == answer.continued_from_contact_id,
        is_source=contact.contact_id == answer.source_contact_id,
        is_foreign=answer.is_of_another_customer(contact),
    )


def _is_tree(rows: Sequence[Row]) -> bool:
    return is_chain(rows) or (len(rows) <= _BRANCHED and lanes_of(rows) <= MOST_LANES)


def is_chain(rows: Sequence[Row]) -> bool:
    """Tell whether each contact continues the one that is drawn after it."""
    return all(row.previous == after.contact_id for row, after in pairwise(rows))


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


def _previous(contact: PastContact) -> ContactId | None:
    return contact.previous_contact_id if isinstance(contact, Contact) else None


def _row(verdict: ContactVerdict, explanation: Explanation, *, is_entered: bool) -> Row:
    answer, contact_id = explanation.answer, verdict.contact_id
    certainty = explanation.certainty
    return Row(
        verdict.contact,
        _previous(verdict.contact),
        verdict.verdict,
        contingent=contact_id in certainty.readable_sometimes,
        availability=verdict.availability,
        rules=verdict.rules,
        entered=is_entered,
        is_start=contact_id == answer.continued_from_contact_id,
        is_source=contact_id == answer.source_contact_id,
        is_stop=contact_id == answer.stopped_at,
        is_foreign=verdict.verdict in _SHOWN and answer.is_of_another_customer(verdict.contact),
    )


def _outgoing(link: Link, rows: tuple[Row, ...], later: PastSession | None) -> Outgoing:
    """Describe the link of a session; it is followed if the next session is entered where it leads."""
    start = link.continued_from_contact_id
    carriers = tuple(each.contact_id for each in rows if each.contact_id in link.carriers)
    return Outgoing(start, link.rehydration_type, carriers, later is not None and later.start_contact_id == start)


# --------------------------------------------------------------------------------------------------- what is left out


def _abbreviated(boxes: Sequence[Box], sessions: int) -> list[Box | Skip]:
    """Leave out sessions in runs of such alike, rows in runs of such alike, and then the middle, whatever it is."""
    shortened: list[Box | Skip] = []
    for _, alike in groupby(boxes, key=lambda each: frozenset(row.look for row in each.contacts)):
        run = list(alike)
        if len(run) > sessions:
            first = sessions // 2
            last = first - 1
            shortened += [*run[:first], Skip(tuple(run[first:-last])), *run[-last:]]
        else:
            shortened += run
    shortened = [evolve(each, rows=_without_runs(each)) if isinstance(each, Box) else each for each in shortened]
    return _without_middle(shortened)


def _without_runs(box: Box) -> tuple[Row | Gap, ...]:
    """Leave out the middle of long runs of rows; a tree with branches is small enough to stay as it is."""
    rows = box.contacts
    if box.is_tree and not is_chain(rows):
        return box.rows
    kept: list[Row | Gap] = []
    carriers = () if box.link is None else box.link.carriers
    for (_, special), alike in groupby(rows, key=lambda each: (each.look, _is_special(each, carriers))):
        run = list(alike)
        if len(run) > _RUN and not special:
            kept += [*run[:3], Gap(tuple(run[3:-2])), *run[-2:]]
        else:
            kept += run
    if len(kept) > _ROWS:
        first, last = _ROWS // 2, _ROWS // 4
        kept = [*rows[:first], Gap(rows[first:-last]), *rows[-last:]]
    return tuple(kept)


def _is_special(row: Row, carriers: tuple[ContactId, ...]) -> bool:
    return row.entered or row.is_start or row.is_source or row.is_stop or row.contact_id in carriers


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
