"""What a session shows for sure if ENTIRE_PAST_SESSION looks at it, and records leave something out of it.

A contact that lacks a record, an end or a previous contact may be the most recent one, and a contact of which no record
tells the session may be another branch of it. Then the walk may start elsewhere, and by one reading of ``entire_view``
it shows the predecessors of that start alone. This module does not decide where a walk starts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from math import inf
from typing import Final

from rehydration.basis import Basis
from rehydration.gaps import lacks_previous, since
from rehydration.graph import ContactGraph
from rehydration.policies import MostRecent, policies_with
from rehydration.sessions import ChatSession, Segment, chain, earlier_than, is_live, lacks_beginning
from rehydration.strategies import Part
from rehydration.strategies.entire_past_session import BRANCHED, shows_entire
from rehydration.untold import can_differ
from rehydration.walk import TYPE_OF_LINK, Visit

_ANCESTORS: Final = policies_with("entire_view", "ANCESTORS")
_STOP: Final = policies_with("unavailable", "STOP")
_CONTACT: Final = policies_with("link_scope", "CONTACT")
_BY: Final = {each: policies_with("most_recent", each.name) for each in MostRecent}

_Measures = dict[Segment, tuple[float, ...]]


def may_have_more(graph: ContactGraph, session: ChatSession) -> bool:
    """Tell whether a contact of which no record tells the session may be of this one."""
    latest = [each for each in graph.unplaced[-2:] if each.contact_id != session.initial_contact_id]
    return bool(since(session.begun_since, latest))


def lacks_channels(graph: ContactGraph) -> bool:
    """Tell whether records lack channels that others tell, or it is said that none tells any."""
    lacks = graph.lacking["channel"] > 0 and not graph.ends_are_told
    return lacks and (graph.tells_channels or "channel" in graph.untold)


def lacks_channel(graph: ContactGraph, segment: Segment) -> bool:
    """Tell whether the record of a contact lacks its channel, so that it may be no chat."""
    return segment.known is not None and segment.known.channel is None and lacks_channels(graph)


def lacks_something(graph: ContactGraph, session: ChatSession) -> bool:
    """Tell whether records that are missing could order the contacts of a session otherwise."""
    return any(
        _lacks_end(graph, each) or _ends_records(each) or lacks_beginning(each) or lacks_channel(graph, each)
        for each in session
    )


def shows_ancestors(visit: Visit) -> bool:
    """Tell whether a visit shows the predecessors of the start because its session has branches."""
    return visit.view.segments is Part.UP_TO_START and visit.view.rules == BRANCHED


def may_be_entire(graph: ContactGraph, visit: Visit, policies: int) -> bool:
    """Tell whether a link without a type may show the whole session, and with it what it does not show as we read it.

    That is so if records that are missing could make its start the most recent one, or, of a session that is shown to
    its tip, if the session may have another contact.
    """
    session = visit.session
    if TYPE_OF_LINK not in visit.entered_by:
        return False
    if not can_differ(visit.start):
        return may_have_more(graph, session)
    return lacks_something(graph, session) and visit.start in _possible_starts(graph, session, policies)


Surely = list[Segment] | None
"""What is shown for sure of a session that a walk visits; None if that is all that it shows."""


def surely_shown(basis: Basis, visits: Iterable[Visit], policies: int, *, is_past: bool) -> Iterator[Surely]:
    """List what is shown for sure of each session that a walk visits, under some policies as bits.

    ``is_past``: whether a link led to the first start, so that a record tells it.
    """
    is_visited = True
    for visit in visits:
        if not is_visited:
            yield []
            continue
        surely = _of_visit(basis, visit, policies, is_past=is_past) if shows_entire(visit.view) else None
        yield surely
        if surely is not None:
            is_visited = any(each.carries_link for each in surely) or not policies & _CONTACT
        is_past = True


def _of_visit(basis: Basis, visit: Visit, policies: int, *, is_past: bool) -> Surely:
    """List what a visit shows for sure."""
    graph, session = basis.graph, visit.session
    has_more = may_have_more(graph, session) or "initial_contact_id" in graph.untold
    is_ordered = session.is_linear or not (has_more or lacks_something(graph, session))
    if is_ordered and not has_more:
        return None
    if not is_ordered and policies & _STOP and any(is_lost(basis, each) for each in session):
        return []
    if not policies & _ANCESTORS:
        return None
    if is_past:
        return chain(visit.start)
    if "initial_contact_id" in graph.untold:
        return []
    common = [] if has_more else _common_predecessors(_possible_starts(graph, session, policies))
    return [*common, *([] if session.first in common else [session.first])]  # all others come after the initial contact


def is_lost(basis: Basis, segment: Segment) -> bool:
    """Tell whether the transcript of a contact is lost."""
    known = segment.known
    fact = None if known is None else basis.transcripts.get(known.contact_id, known.transcript)
    return fact is not None and fact.availability.is_lost


def _ends_records(segment: Segment) -> bool:
    return segment.known is None or lacks_previous(segment.known)


def _lacks_end(graph: ContactGraph, segment: Segment) -> bool:
    return is_live(segment.contact) and not graph.tells_end_of(segment.contact_id)


def _has_ended(segment: Segment) -> bool:
    return segment.known is not None and segment.known.has_ended


def _possible_starts(graph: ContactGraph, session: ChatSession, policies: int) -> list[Segment]:
    """List the contacts of a session that could be the most recent under some policies."""
    chats = [each for each in session if each.is_listed]
    ended = [each for each in chats if _has_ended(each) and not lacks_channel(graph, each)]
    perhaps = [each for each in chats if not _has_ended(each) and (each.known is None or _lacks_end(graph, each))]
    perhaps += [each for each in chats if _has_ended(each) and lacks_channel(graph, each)]
    if not ended:
        return chats
    found: dict[Segment, None] = {}
    earlier = earlier_than(ended)
    for criterion in (each for each, some in _BY.items() if policies & some):
        least, most = _measures(graph, session, criterion, earlier)
        latest = max(least[each] for each in ended)
        found |= dict.fromkeys(each for each in (*ended, *perhaps) if most[each] >= latest)
    return [*found]


def _measures(
    graph: ContactGraph, session: ChatSession, criterion: MostRecent, earlier: Collection[Segment]
) -> tuple[_Measures, _Measures]:
    """Give the least and the greatest that each contact may be by a criterion.

    Those that are ``earlier`` than another for sure are less recent, whenever they began.
    """
    others = (each for each in MostRecent if each is not criterion)
    order = [[*MostRecent].index(each) for each in (criterion, *others)]
    roots = _Roots()
    least: _Measures = {}
    most: _Measures = {}
    for each in session:
        root, depth = roots[each]
        known = each.known
        ended, began = (None, None) if known is None else (known.disconnect_timestamp, known.initiation_timestamp)
        told = (*(-inf if time is None else time.timestamp() for time in (ended, began)), depth)
        may_grow = (
            known is None or _lacks_end(graph, each),
            known is None or (began is None and each not in earlier),
            _ends_records(root),
        )
        least[each] = tuple([told[place] for place in order])
        most[each] = tuple([inf if may_grow[place] else told[place] for place in order])
    return least, most


class _Roots(dict[Segment, tuple[Segment, int]]):
    """The first contact of the chain that leads to each, and how many contacts are before it; each step once."""

    def __missing__(self, segment: Segment) -> tuple[Segment, int]:
        path = [segment]
        while path[-1].previous is not None and path[-1].previous not in self:
            path.append(path[-1].previous)
        before = path[-1].previous
        root, depth = (path[-1], -1) if before is None else self[before]
        for each in reversed(path):
            depth += 1
            self[each] = root, depth
        return self[segment]


def _common_predecessors(starts: list[Segment]) -> list[Segment]:
    """List the contacts that are each of some contacts or come before it."""
    first, *others = starts
    common = chain(first)
    place = {each: number for number, each in enumerate(common)}
    begin, passed = 0, set[Segment]()
    for start in others:
        at: Segment | None = start
        while at is not None and at not in place and at not in passed:
            passed.add(at)
            at = at.previous
        if at is None:
            return []
        begin = max(begin, place.get(at, 0))
    return common[begin:]
