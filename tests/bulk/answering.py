"""What whole exports answer and what the engine answers contact by contact, in one form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest import mock

import pyarrow as pa
from attrs import evolve
from hypothesis import strategies as st

from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    ContactId,
    ContradictoryRecords,
    Doubt,
    DoubtKind,
    Exposure,
    History,
    PastContact,
    Policy,
    RehydrationRequest,
    RuleForbids,
    TranscriptFact,
    UnknownContact,
    exposure,
    missing,
    visible_past,
    walk,
)
from rehydration.bulk import export, resolve_export
from rehydration.bulk.columns import columns_of
from rehydration.errors import CyclicContacts
from rehydration.gaps import UNTOLD
from rehydration.knowledge import Knowledge
from rehydration.policies import EVERY_POLICY, QUESTIONS, policies_with
from rehydration.sessions import Segment
from worlds import BEGIN, at

Answers = dict[str, dict[str, Any]]


def by_engine(contacts: list[Contact], *, related_as_link: bool | None = True, **given: Any) -> Answers:
    """What the engine answers; given ``untold``, ``policy`` and ``known`` as it takes them."""
    graph = graph_of(contacts, related_as_link, given.pop("untold", ()))
    return answers(History(graph, **given), lambda name: of_exposure(exposure(graph, name, **given)))


def graph_of(
    contacts: list[Contact],
    related_as_link: object,
    untold: Collection[str],
) -> ContactGraph:
    """A graph of what an export tells; ``untold`` names members that no record does."""
    linked = (evolve(each, **{"related_is_link": related_as_link} | dict.fromkeys(untold)) for each in contacts)
    return exported(ContactGraph.from_contacts(linked, untold=untold))


def exported(graph: ContactGraph) -> ContactGraph:
    """The same graph, made of an export: where a record tells its channel, one without lacks it."""
    graph.tells_channels = any(each.channel is not None for each in graph)
    return graph


def of_exposure(found: Exposure) -> dict[str, Any]:
    """In how many sessions, in how many at most, and why, leaving out what is lost: nothing shows that today."""
    seen = {each.initial_contact_id for each in found.sightings}
    undecided = [
        each
        for each in found.undecided
        if each.depends_on and each.initial_contact_id not in seen and not is_lost(found.contact)
    ]
    doubts = [doubt for each in (*found.sightings, *undecided) for doubt in each.depends_on]
    gaps = [each for each in found.gaps if UNTOLD.keys() & each.subject or not is_lost(found.contact)]
    unknown = [DoubtKind.RECORDS] if (seen or undecided) and isinstance(found.contact, UnknownContact) else []
    return {
        "exposure": len(found.sightings),
        "exposure_at_most": None if gaps else len(seen) + len(undecided),
        "exposure_depends_on": kinds((*doubts, *gaps), *unknown),
    }


def is_lost(contact: PastContact) -> bool:
    return isinstance(contact, Contact) and contact.transcript is not None and contact.transcript.availability.is_lost


def kinds(doubts: Iterable[Doubt], *also: DoubtKind) -> list[str]:
    found = {*also, *(each.kind for each in doubts)}
    return [str(each) for each in DoubtKind if each in found]


def by_engine_in_less_time(contacts: list[Contact]) -> Answers:
    """The same, but of each session is asked once what it sees."""
    history = History(ContactGraph.from_contacts(contacts))
    graph = history.graph
    exposures = Counter(
        each.contact_id
        for session in graph.sessions
        for answer in [visible_past(graph, session.initial_contact_id)]
        for each in answer.visible
        if answer.availability(each.contact_id) is not Availability.DELETED
    )
    return answers(history, lambda name: {"exposure": exposures[name]})


def without_doubts_of_exposure(answered: Answers) -> Answers:
    return {
        name: {column: value for column, value in row.items() if not column.startswith("exposure_")}
        for name, row in answered.items()
    }


def answers(history: History, exposure_of: Callable[[str], dict[str, Any]]) -> Answers:
    segments = [segment for session in history.graph.sessions for segment in session]
    return {each.contact_id: told_by_engine(history, each, exposure_of(each.contact_id)) for each in segments}


def told_by_engine(history: History, segment: Segment, exposed: dict[str, Any]) -> dict[str, Any]:
    graph = history.graph
    session, name = segment.session, segment.contact_id
    link = graph.link_of(session)
    return {
        "contact_id": name,
        "is_known": segment.known is not None,
        "initial_contact_id": session.initial_contact_id,
        "session_has_ended": session.has_ended,
        "continued_from_contact_id": None if link is None else link.continued_from_contact_id,
        "root_contact_id": root(graph, segment),
        **request(history, "entire", "ENTIRE_PAST_SESSION", name),
        **request(history, "segment", "FROM_SEGMENT", name),
        **exposed,
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


def request(history: History, prefix: str, kind: str, source: str) -> dict[str, Any]:
    sure = history.certainty(RehydrationRequest(kind, source))
    answer = sure.outcomes[0].answer
    told: tuple[Any, ...]
    if isinstance(answer, RuleForbids):
        told = (None, None, None, answer.rule)
    else:
        is_beyond = "visibility.beyond-limit" in answer.rules
        told = (answer.continued_from_contact_id, len(answer.visible), is_beyond, None)
    told = (*told, kinds(sure.depends_on))
    names = ("continued_from", "visible", "is_beyond_limit", "refused_by", "depends_on")
    return {f"{prefix}_{name}": value for name, value in zip(names, told, strict=True)}


def joins_customers(graph: ContactGraph, segment: Segment) -> bool | None:
    link = graph.link_of(segment.session)
    if link is None or segment.contact_id not in link.carriers:
        return None
    start = graph.segment(link.continued_from_contact_id).known
    ours, theirs = segment.known and segment.known.customer_id, start and start.customer_id
    return None if ours is None or theirs is None else ours != theirs


def table_of(contacts: list[Contact], untold: Collection[str] = ()) -> pa.Table:
    """A table as ``read_export`` makes it; ``untold`` names members that no record tells."""
    table = columns_of(evolve(each, **dict.fromkeys(untold)) for each in contacts).to_arrow()
    return table.replace_schema_metadata({"rehydration.untold": " ".join(untold)})


def in_bulk(contacts: list[Contact], *, untold: Collection[str] = (), **given: Any) -> Answers:
    rows = resolve_export(table_of(contacts, untold), customer_column="customer_id", **given).to_pylist()
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


@st.composite
def circumstances(draw: st.DrawFn) -> dict[str, Any]:
    """A policy, what was seen, what no record tells, and what related contacts are; often nothing of all that."""
    readings = {name: draw(st.sampled_from([*each.__members__])) for name, each in QUESTIONS.items()}
    given: dict[str, Any] = {"policy": draw(st.sampled_from([Policy(), Policy(**readings)]))}
    if draw(st.booleans()):
        seen = draw(st.lists(st.sampled_from([*QUESTIONS]), unique=True, max_size=4))
        policies = EVERY_POLICY
        for name in seen:
            policies &= policies_with(name, readings[name])
        if draw(st.booleans()):  # tied to one another
            policies |= policies_with("unavailable", "STOP") & policies_with("beyond_limit", "REFUSE")
        given["known"] = Knowledge(policies, 1)
        if given["policy"] not in given["known"]:
            given["policy"] = Policy()
    given["untold"] = draw(
        st.sampled_from([(), (), (), ("channel",), ("previous_contact_id",), ("initiation_method",)])
    )
    given["related_as_link"] = draw(st.sampled_from([True, True, True, False, None]))
    return given


def branching(dice: Random) -> list[Contact]:
    """Sessions with branches that continue one from the other, mostly from the contact that ended last.

    Now and then a transcript is lost, a record is missing, no end is told, a later contact carries the link, or two
    contacts are equal in every time.
    """
    names = [f"{letter}{digit}" for letter in "qzbmxak" for digit in "702"]
    dice.shuffle(names)
    contacts: list[Contact] = []
    start = None
    rare, lost, total = dice.choice([0, 0, 0.05, 0.15]), dice.choice([0, 0, 0.1]), dice.choice([4, 7, 10])
    while len(contacts) < total:
        session = [names.pop() for _ in range(dice.choice([1, 2, 3, 3, 4]))]
        ends = dice.choice([dice.sample(range(12), len(session)), [3 * place for place in range(len(session))]])
        begins = dice.choice([sorted(dice.sample(range(12), len(session))), ends])
        carrier = dice.choice(session) if dice.random() < rare else session[0]
        told = [None if dice.random() < rare / 2 else 3 if dice.random() < rare else end for end in ends]
        contacts += [
            Contact(
                contact_id=ContactId(name),
                initial_contact_id=session[0],
                previous_contact_id=dice.choice([*session[place - 1 : place] * 2, session[0]]) if place else None,
                related_contact_id=start if name == carrier else None,
                channel="TASK" if dice.random() < rare / 3 else "CHAT",
                initiation_timestamp=at(BEGIN + begins[place]),
                disconnect_timestamp=None if (end := told[place]) is None else at(BEGIN + end),
                transcript=TranscriptFact(Availability.DELETED) if dice.random() < lost else None,
            )
            for place, name in enumerate(session)
        ]
        latest = session[ends.index(max(ends))]
        start = dice.choice([latest, latest, dice.choice(contacts).contact_id])
    return [each for each in contacts if dice.random() >= rare / 2]


@contextmanager
def within(limit: int) -> Iterator[None]:
    """Have the engine and whole exports enter so many past contacts."""
    with (
        mock.patch.object(export, "PAST_CONTACT_LIMIT", limit),
        mock.patch.object(walk, "PAST_CONTACT_LIMIT", limit),
        mock.patch.object(missing, "PAST_CONTACT_LIMIT", limit),
    ):
        yield
