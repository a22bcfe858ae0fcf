"""What whole exports answer and what the engine answers contact by contact, in one form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from attrs import evolve

from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    ContradictoryRecords,
    Rehydration,
    RehydrationRequest,
    RuleForbids,
    exposure,
    resolve,
    visible_past,
    walk,
)
from rehydration.bulk import export, resolve_export
from rehydration.bulk.columns import columns_of
from rehydration.errors import CyclicContacts
from rehydration.sessions import Segment

Answers = dict[str, dict[str, Any]]


def by_engine(contacts: list[Contact], *, related_as_link: bool = True) -> Answers:
    graph = ContactGraph.from_contacts(evolve(each, related_is_link=related_as_link) for each in contacts)
    return answers(graph, lambda name: len(exposure(graph, name).sightings))


def by_engine_in_less_time(contacts: list[Contact]) -> Answers:
    """The same, but of each session is asked once what it sees."""
    graph = ContactGraph.from_contacts(contacts)
    exposures = Counter(
        each.contact_id
        for session in graph.sessions
        for answer in [visible_past(graph, session.initial_contact_id)]
        for each in answer.visible
        if answer.availability(each.contact_id) is not Availability.DELETED
    )
    return answers(graph, exposures.__getitem__)


def answers(graph: ContactGraph, exposure_of: Callable[[str], int]) -> Answers:
    segments = [segment for session in graph.sessions for segment in session]
    return {each.contact_id: told_by_engine(graph, each, exposure_of(each.contact_id)) for each in segments}


def told_by_engine(graph: ContactGraph, segment: Segment, exposed: int) -> dict[str, Any]:
    session, name = segment.session, segment.contact_id
    link = graph.link_of(session)
    return {
        "contact_id": name,
        "is_known": segment.known is not None,
        "initial_contact_id": session.initial_contact_id,
        "session_has_ended": session.has_ended,
        "continued_from_contact_id": None if link is None else link.continued_from_contact_id,
        "root_contact_id": root(graph, segment),
        **request(graph, "entire", "ENTIRE_PAST_SESSION", name),
        **request(graph, "segment", "FROM_SEGMENT", name),
        "exposure": exposed,
        "link_joins_customers": joins_customers(graph, segment),
    }


def root(graph: ContactGraph, segment: Segment) -> str:
    """Walk back one contact at a time, into no session twice."""
    visited = {segment.session.initial_contact_id}
    while True:
        link = None if segment.known is None else graph.link_of(segment.session)
        if segment.previous is not None:
            segment = segment.previous
        elif link is None or graph.session_of(link.continued_from_contact_id).initial_contact_id in visited:
            return segment.contact_id
        else:
            segment = graph.segment(link.continued_from_contact_id)
            visited.add(segment.session.initial_contact_id)


def request(graph: ContactGraph, prefix: str, kind: str, source: str) -> dict[str, Any]:
    answer: Rehydration | RuleForbids
    try:
        answer = resolve(graph, RehydrationRequest(kind, source))
    except RuleForbids as refusal:
        told = (None, None, None, refusal.rule)
    else:
        is_beyond = "visibility.beyond-limit" in answer.rules
        told = (answer.continued_from_contact_id, len(answer.visible), is_beyond, None)
    names = ("continued_from", "visible", "is_beyond_limit", "refused_by")
    return {f"{prefix}_{name}": value for name, value in zip(names, told, strict=True)}


def joins_customers(graph: ContactGraph, segment: Segment) -> bool | None:
    link = graph.link_of(segment.session)
    if link is None or segment.contact_id not in link.carriers:
        return None
    start = graph.segment(link.continued_from_contact_id).known
    ours, theirs = segment.known and segment.known.customer_id, start and start.customer_id
    return None if ours is None or theirs is None else ours != theirs


def in_bulk(contacts: list[Contact], *, related_as_link: bool = True) -> Answers:
    table = columns_of(contacts).to_arrow()
    rows = resolve_export(table, customer_column="customer_id", related_as_link=related_as_link).to_pylist()
    return {row["contact_id"]: row for row in rows}


def outcome(ask: Any, contacts: list[Contact], **arguments: Any) -> object:
    """All answers, or all contradictions, in whatever order they are found and wherever a closed walk begins."""
    try:
        return ask(contacts, **arguments)
    except ContradictoryRecords as error:
        return error.total, {
            (type(each), frozenset(each.contact_ids) if isinstance(each, CyclicContacts) else str(each))
            for each in error.contradictions
        }


@contextmanager
def within(limit: int) -> Iterator[None]:
    """Have the engine and whole exports enter so many past contacts."""
    with (
        mock.patch.object(export, "PAST_CONTACT_LIMIT", limit),
        mock.patch.object(walk, "PAST_CONTACT_LIMIT", limit),
    ):
        yield
