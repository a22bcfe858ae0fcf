"""What contacts that records lack displace: what is next to the limit may come to lie beyond it, or within it.

A contact that a record names counts towards the limit wherever it turns out to be, and it moves what comes after it.
This module finds what a walk cannot be sure to have put on the right side of the limit. It does not decide anything.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from attrs import frozen

from rehydration.gaps import lacks_previous, since
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.sessions import ChatSession, Segment, is_live
from rehydration.strategies import Part
from rehydration.walk import Visit, Walk


@frozen
class Displaced:
    """The contacts within the limit that may be beyond it, and those beyond it that may be within."""

    hidden: frozenset[ContactId] = frozenset()
    shown: frozenset[ContactId] = frozenset()


NOTHING_DISPLACED: Final = Displaced()


def displaced_in(graph: ContactGraph, walk: Walk) -> Displaced:
    """Find what a walk enters next to the limit, for all that records tell."""
    visits = walk.visits
    limit = visits[0].room if visits else 0
    if sum(len(each.session) + bool(graph.unplaced) for each in visits) <= limit:
        return NOTHING_DISPLACED
    hidden: list[ContactId] = []
    shown: list[ContactId] = []
    entered = more = 0
    for visit in visits:
        listed, perhaps = visit.shown, _perhaps_more(graph, visit)
        first, last = _ranges(visit, listed, perhaps)
        for place, segment in enumerate(listed, 1):
            if entered + place <= limit < entered + more + last.get(segment, place):
                hidden.append(segment.contact_id)
            elif entered + place > limit >= entered + first.get(segment, place) and segment.is_listed:
                shown.append(segment.contact_id)
        entered, more = entered + len(listed), more + (perhaps or 0)
    return Displaced(frozenset(hidden), frozenset(shown))


def _perhaps_more(graph: ContactGraph, visit: Visit) -> int | None:
    """Count the contacts that may be among those shown of a session besides them; None if what is shown is sure.

    These are the others of the session, and one unknown contact of which no record tells the session.
    """
    session, listed = visit.session, visit.shown
    unplaced = any(each.contact_id != session.initial_contact_id for each in since(session.begun, graph.unplaced))
    if visit.view.segments is Part.UP_TO_START:
        if not _lacks_previous_of(listed[-1]):
            return None
    elif not unplaced and (session.is_linear or not _lacks_something(graph, session)):
        return None
    return max(len(session) - len(listed), 0) + unplaced


def _lacks_previous_of(segment: Segment) -> bool:
    """Tell whether a contact is known to have a previous contact that no record tells."""
    return segment.known is not None and lacks_previous(segment.known)


def _lacks_something(graph: ContactGraph, session: ChatSession) -> bool:
    """Tell whether records that are missing could order the contacts of a session otherwise."""
    return any(
        each.known is None
        or lacks_previous(each.known)
        or (is_live(each.known) and not graph.tells_end_of(each.contact_id))
        for each in session
    )


def _ranges(visit: Visit, listed: list[Segment], perhaps: int | None) -> tuple[dict[Segment, int], dict[Segment, int]]:
    """Give the first and last place that each contact may have: after those that follow it, before its predecessors.

    Both are empty if the order is sure.
    """
    if perhaps is None or visit.view.segments is Part.UP_TO_START:
        return {}, {}
    following: Counter[Segment] = Counter()
    before: dict[Segment, int] = {}
    for each in listed:
        if each.previous is not None:
            following[each.previous] += following[each] + 1
    for each in reversed(listed):
        before[each] = before[each.previous] + 1 if each.previous in before else 0
    total = len(listed) + perhaps
    return {each: following[each] + 1 for each in listed}, {each: total - before[each] for each in listed}
