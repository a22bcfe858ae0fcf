"""What missing records may hide or show: what is next to the limit, and what another start contact would not show.

A contact that a record names counts towards the limit wherever it turns out to be, and it moves what comes after it.
This module finds what a walk cannot be sure to show or to leave out. It leaves out that what is missing may have the
chat refused, and may have lost a transcript of its own. It does not decide anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from rehydration.decisions import OfPast, Question
from rehydration.gaps import lacks_previous
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.other_starts import (
    Surely,
    lacks_channel,
    lacks_channels,
    lacks_something,
    may_be_entire,
    may_have_more,
    shows_ancestors,
    surely_shown,
)
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import Part
from rehydration.walk import Visit, Walk


@frozen
class Displaced:
    """The contacts that are shown and may be hidden, and those beyond the limit that may be within."""

    hidden: frozenset[ContactId] = frozenset()
    shown: frozenset[ContactId] = frozenset()


NOTHING_DISPLACED: Final = Displaced()


def displaced_in(question: Question, walk: Walk, policies: int) -> Displaced:
    """Find what a walk cannot be sure of, for all that records tell, under some policies as bits."""
    visits, graph = walk.visits, question.basis.graph
    is_past = isinstance(question, OfPast)
    surely = [*surely_shown(question.basis, visits, policies, is_past=is_past)]
    hidden, shown = _next_to_limit(graph, visits, surely, policies, is_past=is_past)
    for visit, sure in zip(visits, surely, strict=True):
        if sure is not None:
            hidden += {*visit.shown}.difference(sure)
    if lacks_channels(graph):
        hidden += _perhaps_no_chats(question, visits)
    return Displaced(*(frozenset([each.contact_id for each in some]) for some in (hidden, shown)))


def _perhaps_no_chats(question: Question, visits: Sequence[Visit]) -> Iterator[Segment]:
    """Yield what is shown only if contacts are chats whose records lack the channel: they, and what links lead to."""
    graph = question.basis.graph
    is_sure = not isinstance(question, OfPast) or _is_link_of_chats(graph, graph.session_of(question.contact_id))
    for visit in visits:
        yield from (each for each in visit.shown if not is_sure or lacks_channel(graph, each))
        is_sure = is_sure and _is_link_of_chats(graph, visit.session)


def _is_link_of_chats(graph: ContactGraph, session: ChatSession) -> bool:
    """Tell whether records tell that a link is between chats, or its type, so that it counts."""
    start = session.continues
    if start is None or session.rehydration_type is not None:
        return True
    return not lacks_channel(graph, start) and not all(
        lacks_channel(graph, each) for each in session if each.carries_link
    )


def _next_to_limit(
    graph: ContactGraph, visits: Sequence[Visit], surely: Sequence[Surely], policies: int, *, is_past: bool
) -> tuple[list[Segment], list[Segment]]:
    """List what is within the limit and may be beyond it, and the other way round."""
    limit = visits[0].room if visits else 0
    hidden: list[Segment] = []
    shown: list[Segment] = []
    unplaced = len(graph.unplaced)
    if sum(len(each.session) for each in visits) + min(len(visits), unplaced) <= limit:
        return hidden, shown
    entered = more = open_ones = least = 0
    for visit, kept in zip(visits, surely, strict=True):
        listed, is_part = visit.shown, _is_part(graph, visit, policies)
        perhaps = _perhaps_more(graph, visit, is_part=is_part, is_past=is_past)
        others, has_more = perhaps or (0, False)
        first, last = ({}, {}) if perhaps is None or is_part else _ranges(listed, others)
        unknown = min(open_ones + (has_more and not is_part), unplaced)
        sure = listed if kept is None else kept
        first |= {each: place for place, each in enumerate(sure, 1) if place < first.get(each, place + 1)}
        for place, segment in enumerate(listed, 1):
            if entered + place <= limit < entered + more + unknown + last.get(segment, place):
                hidden.append(segment)
            elif entered + place > limit >= least + first.get(segment, place) and segment.is_listed:
                shown.append(segment)
        entered, more, least = entered + len(listed), more + others, least + len(sure)
        open_ones += has_more
        is_past = True
    return hidden, shown


def _is_part(graph: ContactGraph, visit: Visit, policies: int) -> bool:
    """Tell whether a visit shows a chain whatever branches its session has."""
    is_part = visit.view.segments is Part.UP_TO_START and not shows_ancestors(visit)
    return is_part and not may_be_entire(graph, visit, policies)


def _perhaps_more(graph: ContactGraph, visit: Visit, *, is_part: bool, is_past: bool) -> tuple[int, bool] | None:
    """Count the contacts that may be among those shown of a session besides them; None if what is shown is sure.

    These are the others of the session, and, as the flag says, one unknown contact of which no record tells the
    session.
    """
    session, listed = visit.session, visit.shown
    has_more = may_have_more(graph, session)
    if is_part:
        is_sure = not _lacks_previous_of(listed[-1])
    elif visit.view.segments is Part.UP_TO_START:
        is_sure = not lacks_something(graph, session) and ((is_past and shows_ancestors(visit)) or not has_more)
    else:
        is_sure = not has_more and (session.is_linear or not lacks_something(graph, session))
    return None if is_sure else (max(len(session) - len(listed), 0), has_more)


def _lacks_previous_of(segment: Segment) -> bool:
    """Tell whether a contact is known to have a previous contact that no record tells."""
    return segment.known is not None and lacks_previous(segment.known)


def _ranges(listed: list[Segment], perhaps: int) -> tuple[dict[Segment, int], dict[Segment, int]]:
    """Give the first and last place that each contact may have: after those that follow it, before its predecessors."""
    following: Counter[Segment] = Counter()
    before: dict[Segment, int] = {}
    for each in listed:
        if each.previous is not None:
            following[each.previous] += following[each] + 1
    for each in reversed(listed):
        before[each] = before[each.previous] + 1 if each.previous in before else 0
    total = len(listed) + perhaps
    return {each: following[each] + 1 for each in listed}, {each: total - before[each] for each in listed}
