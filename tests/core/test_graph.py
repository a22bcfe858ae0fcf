"""The graph: what is there, how it grows, what contradicts it, and that nobody can break it from outside."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterable
from itertools import permutations
from typing import Any

import networkx as nx
import pytest
from attrs import evolve

from core.building import (
    ENTIRE,
    FORK,
    FROM_SEGMENT,
    PAST,
    at,
    birds,
    but,
    chat,
    contact,
    graph,
    long_past,
    seen,
    without,
)
from rehydration import (
    STRATEGIES,
    ChatSession,
    Consultation,
    Contact,
    ContactGraph,
    Link,
    MostRecent,
    Policy,
    RehydrationError,
    RehydrationRequest,
    RuleForbids,
    TranscriptFact,
    UnknownContact,
    resolve,
    visible_past,
)
from rehydration.errors import (
    AlreadyKnown,
    ContactNotFound,
    Contradiction,
    ContradictoryRecords,
    CyclicContacts,
    FirstHasPrevious,
    InitialNotFirst,
    InstancesDisagree,
    InvalidArgument,
    LinksDisagree,
    LinkToOwnSession,
    PreviousInAnotherSession,
    RecordsDisagree,
    TargetAlreadyAssociated,
)
from rehydration.graph import EdgeKind

PREVIOUS, LINK = EdgeKind.PREVIOUS_CONTACT, EdgeKind.LINK
Told = dict[str, Any]


def link_of(history: ContactGraph, contact_id: str) -> Link | None:
    return history.link_of(history.session_of(contact_id))


def told(history: ContactGraph) -> Told:
    """All that a graph answers, whatever the order in which it came to know it."""
    return {
        "contacts": {each.contact_id: each for each in history},
        "unknown": {each.contact_id: each.initial_contact_id for each in history.unknown_contacts},
        "edges": {(start, end): data for start, end, data in history.digraph().edges(data=True)},
        "sessions": {
            session.initial_contact_id: (
                {each.contact_id: each.previous and each.previous.contact_id for each in session},
                session.live,
                session.is_linear,
                history.link_of(session),
                [each.initial_contact_id for each in history.continuations(session)],
            )
            for session in history.sessions
        },
    }


def grown(contacts: Iterable[Contact]) -> ContactGraph:
    """The graph that grows contact by contact."""
    history = ContactGraph()
    for each in contacts:
        history.add(each)
    return history


def contradictions(contacts: Iterable[Contact]) -> list[tuple[type[Contradiction], tuple[object, ...]]]:
    with pytest.raises(ContradictoryRecords) as caught:
        ContactGraph.from_contacts(contacts)
    assert caught.value.total == len(caught.value.contradictions)
    return [(type(each), each.args) for each in caught.value.contradictions]


def test_a_contact_that_contradicts_another_has_no_link_that_could_be_followed() -> None:
    torn = Contact(contact_id="q2", initial_contact_id="q2", previous_contact_id="q0", related_contact_id="q7")
    assert contradictions([contact("q0"), torn]) == [(FirstHasPrevious, ("q2", "q0"))]


def refused(history: ContactGraph, step: Callable[[], None], kind: type[RehydrationError]) -> tuple[object, ...]:
    """The evidence of the error of a step, which leaves the graph as it was."""
    before = told(history)
    with pytest.raises(kind) as caught:
        step()
    assert told(history) == before
    return caught.value.args


# ------------------------------------------------------------------------------------------------------ what is there


def test_an_empty_graph_holds_nothing() -> None:
    history = ContactGraph()
    assert told(history) == told(ContactGraph.from_contacts([]))
    assert (len(history), list(history), history.sessions, history.unknown_contacts) == (0, [], (), ())


def test_a_graph_tells_its_contacts_and_sessions() -> None:
    history = graph(PAST, chat("owl"))
    assert (len(history), repr(history)) == (4, "<ContactGraph of 4 contacts in 2 sessions>")
    assert list(history) == [*PAST, *chat("owl")]
    assert [each.initial_contact_id for each in history.sessions] == ["plum", "owl"]


def test_a_contact_is_found_by_its_id() -> None:
    history = graph(PAST, birds())
    assert history.contact("fig") == PAST[1]
    assert history.segment("fig").contact == PAST[1]
    assert history.session_of("fig") is history.session_of("kiwi") is not history.session_of("owl")


def test_what_is_referred_to_is_in_the_graph_and_counts_as_unknown() -> None:
    history = graph(without(PAST, "fig"), birds(link="tern"))
    assert [each in history for each in ("plum", "fig", "tern", "sun")] == [True, True, True, False]
    assert (len(history), history.contact("fig")) == (4, UnknownContact("fig", "plum"))
    assert history.contact("tern") == UnknownContact("tern")
    assert {each.contact_id for each in history.unknown_contacts} == {"fig", "tern"}


@pytest.mark.parametrize("value", ["", "sun"])
def test_what_nobody_has_heard_of_is_not_found(value: str) -> None:
    history = graph(PAST)
    assert value not in history
    for ask in (history.segment, history.contact, history.session_of):
        with pytest.raises(ContactNotFound) as caught:
            ask(value)
        assert caught.value.args == (value,)


@pytest.mark.parametrize("value", [None, 7, b"fig", [], {}, PAST[1]], ids=lambda value: type(value).__name__)
def test_a_contact_is_asked_for_by_its_id_as_text(value: Any) -> None:
    history = graph(PAST)
    assert value not in history
    for ask in (history.segment, history.contact, history.session_of, lambda each: history.end(each, at(50))):
        with pytest.raises(InvalidArgument) as caught:
            ask(value)
        assert caught.value.args == ("contact_id", value, "the id of a contact, as text")


def test_an_unknown_contact_belongs_to_the_session_of_the_contact_that_names_it() -> None:
    history = graph([contact("kiwi", initial_contact_id="plum", previous_contact_id="fig")])
    assert {each.contact_id for each in history.session_of("kiwi")} == {"plum", "fig", "kiwi"}
    assert {each.initial_contact_id for each in history.unknown_contacts} == {"plum"}


def test_an_unknown_contact_that_is_only_related_is_a_session_by_itself() -> None:
    history = graph(chat("owl", link="fig"))
    session = history.session_of("fig")
    assert (session.initial_contact_id, [each.contact_id for each in session]) == ("fig", ["fig"])


@pytest.mark.parametrize("order", [0, 1])
def test_a_contact_that_was_only_related_moves_to_its_session_when_that_is_known(order: int) -> None:
    records = [*chat("owl", link="fig"), contact("kiwi", initial_contact_id="plum", previous_contact_id="fig")]
    history = grown(records if order else reversed(records))
    assert {each.contact_id for each in history.session_of("fig")} == {"plum", "fig", "kiwi"}
    assert {each.initial_contact_id for each in history.sessions} == {"plum", "owl"}
    assert link_of(history, "owl") == Link("fig", None, ("owl",))


def test_an_initial_contact_that_was_only_related_gathers_its_session() -> None:
    history = grown([*chat("owl", link="plum"), PAST[1]])
    assert {each.contact_id for each in history.session_of("plum")} == {"plum", "fig"}


# -------------------------------------------------------------------------------------------------------------- links


def test_a_related_chat_is_a_link() -> None:
    history = graph(PAST, birds(by=None))
    assert link_of(history, "crow") == Link("fig", None, ("owl",))
    assert link_of(history, "fig") is None


def test_a_link_keeps_its_type_where_it_is_known() -> None:
    assert link_of(graph(PAST, birds(by=ENTIRE)), "owl") == Link("fig", ENTIRE, ("owl",))
    assert link_of(graph(PAST, birds(by="LAST_TWO")), "owl") == Link("fig", "LAST_TWO", ("owl",))


def test_a_later_contact_may_carry_the_link() -> None:
    history = graph(PAST, but(chat("owl", "crow"), "crow", related_contact_id="fig"))
    assert link_of(history, "owl") == Link("fig", None, ("crow",))


@pytest.mark.parametrize("types", [(None, ENTIRE), (ENTIRE, None), (ENTIRE, ENTIRE)])
def test_several_contacts_of_a_session_may_carry_one_link(types: tuple[str | None, str | None]) -> None:
    carried = but(birds(by=types[0]), "crow", related_contact_id="fig", rehydration_type=types[1])
    for order in permutations(carried):
        history = graph(PAST, order)
        assert link_of(history, "owl") == Link("fig", ENTIRE, ("crow", "owl"))


@pytest.mark.parametrize(
    "facts",
    [
        {"channel": "TASK"},
        {"channel": "VOICE"},
        {"related_is_link": False},
        {"related_contact_id": "crow"},
        {"related_contact_id": None},
    ],
    ids=str,
)
def test_a_related_contact_is_no_link_of_another_channel_of_the_own_session_or_where_told_so(facts: Told) -> None:
    for order in permutations([*PAST, *but(birds(by=None), "owl", **facts)]):
        assert link_of(ContactGraph.from_contacts(order), "owl") is None


@pytest.mark.parametrize("related", ["plum", "fig"])
def test_a_related_contact_of_the_own_session_is_no_link_though_no_record_is_of_it(related: str) -> None:
    later = but(PAST[2:], "kiwi", related_contact_id=related)
    assert link_of(graph(later), "kiwi") is None
    assert link_of(grown(later), "kiwi") is None


def test_a_related_contact_of_another_channel_is_no_link() -> None:
    records = [*chat("owl", link="fig"), contact("fig", channel="VOICE")]
    for order in permutations(records):
        assert told(grown(order)) == told(ContactGraph.from_contacts(order))
        assert link_of(grown(order), "owl") is None


@pytest.mark.parametrize("name", ["fig", "owl"])
def test_a_record_that_names_no_channel_is_a_chat_as_one_that_names_it(name: str) -> None:
    history = graph(but([*PAST, *birds(by=None)], name, channel="CHAT"))
    assert link_of(history, "owl") == Link("fig", None, ("owl",))


@pytest.mark.parametrize("facts", [{"channel": "TASK"}, {"related_is_link": False}], ids=str)
def test_a_link_of_known_type_is_one_whatever_else_is_said(facts: Told) -> None:
    history = graph(PAST, but(birds(by=ENTIRE), "owl", **facts))
    assert link_of(history, "owl") == Link("fig", ENTIRE, ("owl",))


def test_a_link_of_known_type_into_another_channel_does_not_disappear() -> None:
    records = [*chat("owl", link="fig", by=ENTIRE), contact("fig", channel="VOICE")]
    for order in permutations(records):
        assert link_of(grown(order), "owl") == Link("fig", ENTIRE, ("owl",))


def test_a_plain_related_contact_is_an_unknown_contact_too() -> None:
    history = graph(but(chat("owl", link="fig"), "owl", related_is_link=False))
    assert (link_of(history, "owl"), "fig" in history) == (None, True)


def test_the_sessions_that_continue_one_are_found_each_once_by_id() -> None:
    later = [chat(name, start=100, link=start) for name, start in (("tern", "kiwi"), ("owl", "plum"), ("crow", "kiwi"))]
    twice = but(chat("hen", "auk", link="fig"), "auk", related_contact_id="fig")
    history = graph(PAST, *later, twice, chat("emu", link="owl"))
    found = [each.initial_contact_id for each in history.continuations(history.session_of("plum"))]
    assert found == ["crow", "hen", "owl", "tern"]
    assert history.continuations(history.session_of("emu")) == ()


@pytest.mark.parametrize("value", [None, "plum", ["plum"]])
def test_a_session_is_asked_for_with_a_session(value: Any) -> None:
    history = graph(PAST)
    for ask in (history.link_of, history.continuations):
        with pytest.raises(InvalidArgument) as caught:
            ask(value)
        assert caught.value.args == ("session", value, "a ChatSession; session_of finds that of a contact")


def test_an_unknown_session_has_no_link() -> None:
    assert graph(PAST).link_of(ChatSession("sun")) is None


@pytest.mark.parametrize(
    ("name", "other", "expected"),
    [
        ("plum", "kiwi", True),
        ("plum", "crow", True),
        ("fig", "owl", True),
        ("kiwi", "plum", False),
        ("fig", "plum", False),
        ("owl", "kiwi", False),
        ("crow", "owl", False),
        ("fig", "fig", False),
        ("crow", "crow", False),
    ],
)
def test_a_contact_comes_before_what_previous_contacts_and_links_lead_back_from(
    name: str, other: str, *, expected: bool
) -> None:
    assert graph(PAST, birds()).comes_before(name, other) is expected


@pytest.mark.parametrize("pair", [("sun", "fig"), ("fig", "sun")])
def test_what_nobody_has_heard_of_comes_before_nothing(pair: Any) -> None:
    with pytest.raises(ContactNotFound):
        graph(PAST).comes_before(*pair)


# -------------------------------------------------------------------------------------------------------- the digraph


def test_edges_run_earlier_to_later_and_are_marked() -> None:
    history = graph(PAST, birds())
    assert dict(history.digraph().edges.items()) == {
        ("plum", "fig"): {"kind": PREVIOUS},
        ("fig", "kiwi"): {"kind": PREVIOUS},
        ("owl", "crow"): {"kind": PREVIOUS},
        ("fig", "owl"): {"kind": LINK, "rehydration_type": FROM_SEGMENT},
    }


def test_the_kinds_of_edges_are_their_names() -> None:
    assert [str(each) for each in EdgeKind] == ["previous-contact", "link"]


def test_nodes_hold_their_contacts_unknown_ones_too() -> None:
    nodes = dict(graph(PAST[1:], chat("owl")).digraph().nodes.items())
    assert nodes == {
        "plum": {"contact": UnknownContact("plum", "plum")},
        **{each.contact_id: {"contact": each} for each in [*PAST[1:], *chat("owl")]},
    }


def test_the_digraph_can_be_changed_without_harm() -> None:
    history = graph(PAST, birds())
    before = told(history)
    digraph = history.digraph()
    assert isinstance(digraph, nx.DiGraph)
    digraph.edges["fig", "owl"]["kind"] = "nonsense"
    digraph.nodes["fig"]["contact"] = None
    digraph.graph["name"] = "mine"
    digraph.remove_node("kiwi")
    digraph.add_edge("crow", "plum")
    assert told(history) == before
    history.add(contact("tern", related_contact_id="crow"))
    assert "tern" not in digraph
    assert history.digraph().graph == {}


# ------------------------------------------------------------------------------------------- copies, pickles, growing

HISTORIES = {
    "nothing": [],
    "one chain": PAST,
    "branches": FORK,
    "linked": [*PAST, *birds(), *chat("cod", start=2000, link="crow", by=ENTIRE)],
    "linked late": [*PAST, *but(chat("owl", "crow"), "crow", related_contact_id="fig")],
    "linked twice": [*PAST, *but(birds(by=None), "crow", related_contact_id="fig", rehydration_type=ENTIRE)],
    "links of no type": [
        *PAST,
        *chat("owl", start=500, link="fig", by=None),
        *chat("crow", start=600, link="kiwi", by=None),
        contact("yew", initial_contact_id="plum", previous_contact_id="kiwi", disconnect_timestamp=at(1)),
    ],
    "gaps": [*PAST[2:], *FORK[3:], *birds(link="ash")],
    "only referred to": [*chat("owl", link="fig"), *chat("crow", link="fig"), PAST[2]],
    "other channels": but([*PAST, *birds(by=None)], "fig", channel="TASK"),
    "own session": but(PAST, "kiwi", related_contact_id="plum"),
    "own session by a gap": but(PAST[2:], "kiwi", related_contact_id="fig"),
    "no link at all": but([*PAST, *birds(by=None)], "owl", related_is_link=False),
    "still going on": chat("plum", "fig", "kiwi<plum", live=["fig", "kiwi"]),
    "in a circle": [
        *but(PAST, "kiwi", related_contact_id="crow"),
        *chat("owl", "crow", link="plum"),
    ],
    "instances": [contact("a", instance_id="east"), contact("b"), contact("c", instance_id="east")],
}


@pytest.mark.parametrize("records", list(HISTORIES.values()), ids=list(HISTORIES))
def test_a_graph_that_grows_is_the_graph_that_is_built_at_once_in_whatever_order(records: list[Contact]) -> None:
    whole = told(ContactGraph.from_contacts(records))
    for order in permutations(records) if len(records) < 6 else [records, records[::-1], records[::2] + records[1::2]]:
        assert told(ContactGraph.from_contacts(order)) == whole
        assert told(grown(order)) == whole


def answered(history: ContactGraph) -> list[object]:
    """Every answer of a graph about every contact, whichever contact of a session is the most recent."""
    found: list[object] = []
    for own in sorted(each.contact_id for session in history.sessions for each in session):
        for policy in (Policy(most_recent=each) for each in MostRecent):
            found.append(visible_past(history, own, policy=policy))
            for kind in STRATEGIES:
                try:
                    found.append(resolve(history, RehydrationRequest(kind, own), policy=policy))
                except RuleForbids as refusal:
                    found.append(str(refusal))
    return found


@pytest.mark.parametrize("records", list(HISTORIES.values()), ids=list(HISTORIES))
def test_a_graph_that_is_asked_while_it_grows_answers_like_the_graph_that_is_built_at_once(
    records: list[Contact],
) -> None:
    for order in (records, records[::-1], records[::2] + records[1::2]):
        history = ContactGraph()
        for each in order:
            history.add(each)
            answered(history)
        assert answered(history) == answered(ContactGraph.from_contacts(order))


def test_a_contact_of_which_more_becomes_known_is_shown_as_it_is_now() -> None:
    history = graph(PAST, chat("owl", start=500), chat("crow", start=900, link="owl", by=ENTIRE))
    assert seen(visible_past(history, "crow")) == ["owl"]
    history.associate("owl", "fig", FROM_SEGMENT)
    assert answered(history) == answered(ContactGraph.from_contacts(history))


@pytest.mark.parametrize("records", list(HISTORIES.values()), ids=list(HISTORIES))
@pytest.mark.parametrize(
    "way",
    [ContactGraph.copy, copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))],  # noqa: S301
    ids=["copy", "copy.copy", "deepcopy", "pickle"],
)
def test_a_copy_is_equal_and_independent(records: list[Contact], way: Callable[[ContactGraph], ContactGraph]) -> None:
    history = ContactGraph.from_contacts(records)
    before = told(history)
    twin = way(history)
    assert told(twin) == before
    twin.add(contact("sun", related_contact_id="moon"))
    assert told(history) == before
    assert (len(twin), len(history)) == (len(records) + 1, len(records))


def test_a_deep_chain_is_copied_and_pickled() -> None:
    records = chat(*(f"c{(place * 7919) % 4999}" for place in range(4_000)))
    history = ContactGraph.from_contacts(records)
    for twin in (copy.deepcopy(history), pickle.loads(pickle.dumps(history))):  # noqa: S301
        assert (len(twin), twin.session_of(records[-1].contact_id).tip.contact) == (4_000, records[-1])


def test_a_graph_that_grew_is_pickled_with_its_ends_and_links() -> None:
    history = grown([*PAST, *chat("owl", live=["owl"])])
    history.associate("owl", "fig", ENTIRE)
    history.end("owl", at(99))
    assert told(pickle.loads(pickle.dumps(history))) == told(history)  # noqa: S301


def test_contacts_may_come_from_anywhere_once() -> None:
    assert told(ContactGraph.from_contacts(iter(PAST))) == told(ContactGraph.from_contacts(tuple(PAST)))


@pytest.mark.parametrize("value", [None, 7, PAST[0]])
def test_what_holds_no_contacts_is_refused(value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        ContactGraph.from_contacts(value)
    assert caught.value.args == ("contacts", value, "contacts, such as read_contacts yields")


@pytest.mark.parametrize("value", [{"ContactId": "fig"}, "fig", None, UnknownContact("fig")])
def test_what_is_no_contact_is_refused(value: Any) -> None:
    for step in (lambda: ContactGraph.from_contacts([*PAST, value]), lambda: ContactGraph().add(value)):
        with pytest.raises(InvalidArgument) as caught:
            step()
        assert caught.value.args == ("contact", value, "a Contact; read_contacts makes them from records")


# ------------------------------------------------------------------------------------------------------------ folding


def test_several_records_of_one_contact_are_one_contact() -> None:
    earlier = evolve(PAST[1], customer_id="Ana", last_update_timestamp=at(1))
    later = evolve(PAST[1], customer_id="Bo", last_update_timestamp=at(2))
    seen = evolve(PAST[1], is_event=True, transcript=TranscriptFact(size=9))
    for order in permutations([earlier, later, seen]):
        assert graph(PAST[:1], order).contact("fig") == evolve(later, transcript=TranscriptFact(size=9))


def test_the_same_contact_given_again_changes_nothing() -> None:
    assert told(graph(PAST, PAST)) == told(graph(PAST))


def test_records_of_one_contact_that_contradict_one_another_are_reported_with_the_rest() -> None:
    twice = [evolve(PAST[1], previous_contact_id=each) for each in ("plum", "kiwi")]
    other = contact("owl", previous_contact_id="crow")
    assert contradictions([*twice, other]) == [
        (RecordsDisagree, ("fig", "previous_contact_id", ("kiwi", "plum"), None)),
        (FirstHasPrevious, ("owl", "crow")),
    ]


# ----------------------------------------------------------------------------------------------------- contradictions

CONTRADICTIONS: dict[str, tuple[list[Contact], type[Contradiction], set[tuple[object, ...]]]] = {
    "a first contact with a predecessor": (
        [contact("fig", previous_contact_id="plum")],
        FirstHasPrevious,
        {("fig", "plum")},
    ),
    "a predecessor of another session": (
        [*PAST[:1], contact("crow", initial_contact_id="owl", previous_contact_id="plum")],
        PreviousInAnotherSession,
        {("crow", "owl", "plum", "plum")},
    ),
    "a predecessor that is a later contact of another session": (
        [PAST[1], contact("crow", initial_contact_id="owl", previous_contact_id="fig")],
        PreviousInAnotherSession,
        {("crow", "owl", "fig", "plum")},
    ),
    "an unknown predecessor that two sessions claim": (
        [
            contact("fig", initial_contact_id="plum", previous_contact_id="sun"),
            contact("crow", initial_contact_id="owl", previous_contact_id="sun"),
        ],
        PreviousInAnotherSession,
        {("crow", "owl", "sun", "plum"), ("fig", "plum", "sun", "owl")},
    ),
    "an initial contact that is a later one": (
        [PAST[1], contact("kiwi", initial_contact_id="fig")],
        InitialNotFirst,
        {("fig", "plum", "kiwi")},
    ),
    "an initial contact that another names as its predecessor": (
        [
            contact("kiwi", initial_contact_id="plum", previous_contact_id="fig"),
            contact("crow", initial_contact_id="fig"),
        ],
        (InitialNotFirst, PreviousInAnotherSession),
        {("fig", "plum", "crow"), ("kiwi", "plum", "fig", "fig")},
    ),
    "two links in one session": (
        but(birds(), "crow", related_contact_id="kiwi"),
        LinksDisagree,
        {
            ("owl", ("owl", "crow"), ("'fig' by FROM_SEGMENT", "'kiwi'")),
            ("owl", ("crow", "owl"), ("'kiwi'", "'fig' by FROM_SEGMENT")),
        },
    ),
    "two types of one link": (
        but(birds(), "crow", related_contact_id="fig", rehydration_type=ENTIRE),
        LinksDisagree,
        {
            ("owl", ("owl", "crow"), ("'fig' by FROM_SEGMENT", "'fig' by ENTIRE_PAST_SESSION")),
            ("owl", ("crow", "owl"), ("'fig' by ENTIRE_PAST_SESSION", "'fig' by FROM_SEGMENT")),
        },
    ),
    "a link of known type into the own session": (
        but(PAST, "kiwi", related_contact_id="plum", rehydration_type=ENTIRE),
        LinkToOwnSession,
        {("kiwi", "plum")},
    ),
    "a link of known type to the own predecessor, of which no record is": (
        but(PAST[2:], "kiwi", related_contact_id="fig", rehydration_type=ENTIRE),
        LinkToOwnSession,
        {("kiwi", "fig")},
    ),
    "two instances": (
        [contact("fig", instance_id="east"), contact("owl", instance_id="west")],
        InstancesDisagree,
        {("fig", "east", "owl", "west"), ("owl", "west", "fig", "east")},
    ),
    "two contacts that precede one another": (
        [
            contact("fig", initial_contact_id="plum", previous_contact_id="kiwi"),
            contact("kiwi", initial_contact_id="plum", previous_contact_id="fig"),
        ],
        CyclicContacts,
        {(("fig", "kiwi", "fig"),), (("kiwi", "fig", "kiwi"),)},
    ),
    "two sessions that continue one another": (
        [*chat("owl", link="fig"), *chat("fig", link="owl")],
        CyclicContacts,
        {(("fig", "owl", "fig"),), (("owl", "fig", "owl"),)},
    ),
    "a cycle over a link and a predecessor": (
        [*chat("owl", "crow", link="fig"), *chat("fig", link="crow")],
        CyclicContacts,
        {((*walk[start:], *walk[:start], walk[start]),) for walk in [("fig", "owl", "crow")] for start in range(3)},
    ),
}


@pytest.mark.parametrize(("records", "kind", "evidence"), list(CONTRADICTIONS.values()), ids=list(CONTRADICTIONS))
def test_a_contradiction_is_found_in_whatever_order_records_come(
    records: list[Contact], kind: type[Contradiction], evidence: set[tuple[object, ...]]
) -> None:
    for order in permutations(records):
        ((found, args),) = contradictions(order)
        assert issubclass(found, kind)
        assert args in evidence


@pytest.mark.parametrize(("records", "kind", "evidence"), list(CONTRADICTIONS.values()), ids=list(CONTRADICTIONS))
def test_a_contact_that_would_contradict_a_graph_leaves_it_as_it_was(
    records: list[Contact], kind: type[Contradiction], evidence: set[tuple[object, ...]]
) -> None:
    for order in permutations(records):
        history = ContactGraph()
        for each in order:
            try:
                history.add(each)
            except Contradiction:
                assert refused(history, lambda: history.add(each), kind) in evidence  # noqa: B023
                break
        else:
            pytest.fail("nothing contradicts")


def test_every_contradiction_of_records_is_reported_at_once() -> None:
    records = [
        *PAST,
        contact("sun", previous_contact_id="moon"),
        contact("crow", initial_contact_id="owl", previous_contact_id="fig"),
        contact("star", initial_contact_id="kiwi"),
    ]
    assert contradictions(records) == [
        (FirstHasPrevious, ("sun", "moon")),
        (PreviousInAnotherSession, ("crow", "owl", "fig", "plum")),
        (InitialNotFirst, ("kiwi", "plum", "star")),
    ]


def test_contradictions_of_sessions_and_of_links_are_reported_together() -> None:
    disagreeing = but(birds(), "crow", related_contact_id="kiwi")
    found = contradictions([*disagreeing, contact("sun", previous_contact_id="moon")])
    assert [kind for kind, _ in found] == [FirstHasPrevious, LinksDisagree]


def test_a_cycle_is_reported_for_each_knot_together_with_other_contradictions() -> None:
    records = [contact("sun", previous_contact_id="moon")]
    for pair in ("ab", "cd"):
        records += [
            contact(one, initial_contact_id=f"{pair}0", previous_contact_id=other)
            for one, other in zip(pair, reversed(pair), strict=True)
        ]
    found = contradictions(records)
    assert found[0] == (FirstHasPrevious, ("sun", "moon"))
    walks = [walk for _, (walk,) in found[1:]]
    assert sorted(map(sorted, map(set, walks))) == [["a", "b"], ["c", "d"]]


def test_a_cycle_is_shown_as_a_closed_walk_along_edges() -> None:
    ring = [f"c{(place * 5) % 7}" for place in range(7)]
    records = [
        contact(name, initial_contact_id="sun", previous_contact_id=ring[place - 1]) for place, name in enumerate(ring)
    ]
    ((kind, (walk,)),) = contradictions(records)
    start = ring.index(walk[0])
    assert (kind, walk) == (CyclicContacts, (*ring[start:], *ring[:start], ring[start]))


@pytest.mark.parametrize("count", [99, 100, 101, 250])
def test_a_hundred_contradictions_are_reported_and_all_are_counted(count: int) -> None:
    records = [contact(f"c{place}", previous_contact_id="sun") for place in range(count)]
    with pytest.raises(ContradictoryRecords) as caught:
        ContactGraph.from_contacts(records)
    assert caught.value.total == count
    assert [each.args for each in caught.value.contradictions] == [
        (f"c{place}", "sun") for place in range(min(count, 100))
    ]


def test_of_two_instances_the_first_contact_that_names_one_is_told() -> None:
    named = [("fig", None), ("kiwi", "east"), ("plum", "east"), ("owl", "west"), ("crow", None)]
    found = contradictions(contact(name, instance_id=instance) for name, instance in named)
    assert found == [(InstancesDisagree, ("kiwi", "east", "owl", "west"))]


def test_one_session_may_be_of_one_instance_that_only_some_contacts_name() -> None:
    history = graph([contact("a"), contact("b", instance_id="east"), contact("c"), contact("d", instance_id="east")])
    assert len(history) == 4


def test_sessions_in_a_circle_without_a_cycle_of_contacts_are_sound() -> None:
    """Crow continues plum; kiwi, which comes after plum, continues crow."""
    assert told(graph(HISTORIES["in a circle"]))["sessions"]["plum"][3] == Link("crow", None, ("kiwi",))


def test_an_association_id_is_carried_and_makes_neither_session_nor_link() -> None:
    records = [contact("plum", contact_association_id="x"), contact("owl", contact_association_id="x")]
    history = graph(records)
    assert list(history) == records
    assert told(history)["sessions"] == told(graph([contact("plum")], [contact("owl")]))["sessions"]


# ------------------------------------------------------------------------------------------------------ adding by one


def test_a_contact_is_added_once() -> None:
    history = graph(PAST)
    evidence = refused(history, lambda: history.add(PAST[1]), AlreadyKnown)
    assert evidence == ("fig", "is in the graph already; end or associate it instead")


def test_a_contact_that_was_referred_to_is_added() -> None:
    history = graph(PAST[2:])
    history.add(PAST[1])
    assert (history.contact("fig"), [each.contact_id for each in history.unknown_contacts]) == (PAST[1], ["plum"])


def test_a_link_turns_out_to_be_none_when_the_start_contact_is_of_another_channel() -> None:
    history = graph(chat("owl", link="fig"), chat("crow", link="fig"), chat("hen", link="fig", by=ENTIRE))
    history.add(contact("fig", channel="TASK"))
    assert [link_of(history, each) for each in ("owl", "crow", "hen")] == [
        None,
        None,
        Link("fig", ENTIRE, ("hen",)),
    ]


@pytest.mark.parametrize(
    "late",
    [
        contact("crow", initial_contact_id="owl", previous_contact_id="fig"),
        contact("fig", initial_contact_id="owl", previous_contact_id="owl"),
    ],
    ids=["as a predecessor", "itself"],
)
def test_a_link_turns_out_to_be_none_when_the_start_contact_is_of_the_own_session(late: Contact) -> None:
    history = graph(chat("owl", link="fig"))
    history.add(late)
    assert link_of(history, "owl") is None
    assert told(history) == told(graph(chat("owl", link="fig"), [late]))


def test_a_link_turns_out_to_be_none_when_the_start_contact_is_the_initial_one() -> None:
    history = ContactGraph()
    history.add(contact("crow", initial_contact_id="owl", related_contact_id="fig"))
    history.add(contact("hen", initial_contact_id="owl", previous_contact_id="fig"))
    assert link_of(history, "crow") is None


def test_one_carrier_less_leaves_the_link_to_the_other() -> None:
    history = graph(but(birds(by=None), "crow", related_contact_id="fig", rehydration_type=ENTIRE))
    assert link_of(history, "owl") == Link("fig", ENTIRE, ("crow", "owl"))
    history.add(contact("fig", channel="VOICE"))
    assert link_of(history, "owl") == Link("fig", ENTIRE, ("crow",))


def test_a_contact_that_makes_a_link_false_may_carry_the_true_one() -> None:
    records = [
        *chat("owl", link="hen"),
        contact("crow", initial_contact_id="owl", previous_contact_id="hen", related_contact_id="fig"),
    ]
    history = grown(records)
    assert link_of(history, "owl") == Link("fig", None, ("crow",))
    assert told(history) == told(graph(records))


@pytest.mark.parametrize(
    "late",
    [
        contact("crow", initial_contact_id="owl", previous_contact_id="fig"),
        contact("fig", initial_contact_id="owl", previous_contact_id="owl"),
    ],
    ids=["as a predecessor", "itself"],
)
def test_a_link_of_known_type_that_turns_out_to_lead_into_the_own_session_contradicts(late: Contact) -> None:
    history = graph(chat("owl", link="fig", by=ENTIRE))
    assert refused(history, lambda: history.add(late), LinkToOwnSession) == ("owl", "fig")


def test_a_contact_that_closes_a_cycle_over_its_predecessor_is_refused_with_the_walk() -> None:
    """Fig comes before owl by a link, owl before crow; crow cannot come before fig."""
    history = graph(
        chat("owl", "crow", link="fig"),
        [contact("kiwi", initial_contact_id="plum", related_contact_id="crow")],
    )
    late = contact("fig", initial_contact_id="plum", previous_contact_id="kiwi")
    evidence = refused(history, lambda: history.add(late), CyclicContacts)
    assert evidence == (("fig", "owl", "crow", "kiwi", "fig"),)


def test_a_contact_that_closes_a_cycle_over_its_link_is_refused_with_the_walk() -> None:
    history = graph(chat("owl", "crow", link="fig"))
    late = contact("fig", related_contact_id="crow")
    assert refused(history, lambda: history.add(late), CyclicContacts) == (("fig", "owl", "crow", "fig"),)


def test_a_link_that_turns_out_to_be_none_closes_no_cycle() -> None:
    """Owl is not continued from fig, which is of its own session and comes after it."""
    records = [
        contact("owl", related_contact_id="fig"),
        contact("fig", initial_contact_id="owl", previous_contact_id="owl"),
    ]
    assert told(grown(records)) == told(graph(records))


# ------------------------------------------------------------------------------------------------------------- ending


def test_a_contact_ends() -> None:
    history = graph(chat("plum", "fig", live=["fig"]))
    history.end("fig", at(50))
    assert history.contact("fig") == evolve(chat("plum", "fig")[1], disconnect_timestamp=at(50))
    assert told(history) == told(graph(but(chat("plum", "fig"), "fig", disconnect_timestamp=at(50))))


def test_to_end_a_contact_again_at_the_same_time_changes_nothing() -> None:
    history = graph(PAST)
    before = told(history)
    history.end("fig", at(20))
    assert told(history) == before


def test_a_contact_does_not_end_at_another_time() -> None:
    history = graph(PAST)
    evidence = refused(history, lambda: history.end("fig", at(21)), AlreadyKnown)
    assert evidence == ("fig", "has ended already, at another time")


@pytest.mark.parametrize("name", ["plum", "sun"])
def test_what_no_record_is_of_does_not_end(name: Any) -> None:
    history = graph(PAST[1:])
    assert refused(history, lambda: history.end(name, at(50)), ContactNotFound) == (name,)


@pytest.mark.parametrize("time", [None, "now", at(0).replace(tzinfo=None)])
def test_a_contact_ends_at_a_point_in_time(time: Any) -> None:
    history = graph(PAST)
    evidence = refused(history, lambda: history.end("fig", time), InvalidArgument)
    assert evidence == ("disconnect_timestamp", time, "a datetime with a time zone, of the years 1 to 9999")


def test_a_session_counts_each_contact_once_however_it_became_known() -> None:
    """Which of its ended contacts is the most recent is asked only where there are two."""
    history = ContactGraph()
    history.add(contact("owl", previous_contact_id="hen", initial_contact_id="hen", disconnect_timestamp=None))
    history.add(contact("hen", disconnect_timestamp=None))
    history.end("hen", at(10))
    session, consultation = history.session_of("hen"), Consultation(Policy())
    assert (session.irregular, session.live, session.unknown) == (1, ("owl",), ())
    assert (session.most_recent(consultation).segments, consultation.fields) == ((history.segment("hen"),), ())
    history.end("owl", at(20))
    assert (session.irregular, session.has_ended, session.last_disconnect) == (0, True, at(20))
    assert (session.most_recent(consultation).segments, consultation.fields) == (
        (history.segment("owl"),),
        ("most_recent",),
    )


# ------------------------------------------------------------------------------------------------------- associating


@pytest.mark.parametrize("kind", [None, FROM_SEGMENT, "LAST_TWO"])
def test_the_start_contact_becomes_the_related_contact_of_the_chat(kind: str | None) -> None:
    history = graph(PAST, chat("owl", "crow", start=1000))
    history.associate("crow", "fig", kind)
    assert history.contact("crow") == evolve(
        chat("owl", "crow", start=1000)[1], related_contact_id="fig", rehydration_type=kind
    )
    assert link_of(history, "owl") == Link("fig", kind, ("crow",))
    assert history.digraph().edges["fig", "crow"] == {"kind": LINK, "rehydration_type": kind}


def test_an_association_equals_the_record_of_it() -> None:
    history = graph(PAST, chat("owl", "crow", start=1000))
    history.associate("owl", "fig", FROM_SEGMENT)
    assert told(history) == told(graph(PAST, birds()))


def test_a_chat_is_associated_with_a_contact_that_nobody_has_heard_of() -> None:
    history = graph(chat("owl"))
    history.associate("owl", "sun")
    assert history.contact("sun") == UnknownContact("sun")
    assert told(history) == told(graph(chat("owl", link="sun")))


@pytest.mark.parametrize("name", ["owl", "crow"])
def test_a_session_is_associated_once(name: str) -> None:
    history = graph(PAST, birds())
    assert refused(history, lambda: history.associate(name, "kiwi"), TargetAlreadyAssociated) == (name, "fig")


@pytest.mark.parametrize("kind", [None, ENTIRE])
def test_a_chat_with_a_plain_related_contact_can_be_associated(kind: str | None) -> None:
    history = graph(PAST, but(birds(by=None), "owl", related_is_link=False))
    history.associate("owl", "kiwi", kind)
    assert link_of(history, "owl") == Link("kiwi", kind, ("owl",))


@pytest.mark.parametrize(
    ("others", "stays"),
    [
        ([], False),
        ([contact("hen", related_contact_id="sun", related_is_link=False)], True),
        ([contact("hen", related_contact_id="sun")], True),
        ([contact("hen", initial_contact_id="sun")], True),
        ([contact("hen", initial_contact_id="dove", previous_contact_id="sun")], True),
        ([contact("sun")], True),
    ],
    ids=["alone", "also plainly related", "also linked", "an initial contact", "a previous contact", "known"],
)
def test_a_related_contact_that_nobody_refers_to_any_more_leaves_the_graph(
    others: list[Contact], *, stays: bool
) -> None:
    history = graph(PAST, [contact("owl", related_contact_id="sun", related_is_link=False)], others)
    history.associate("owl", "kiwi")
    assert ("sun" in history) is stays
    assert told(history) == told(history.copy())


def test_a_contact_associated_with_the_one_it_was_plainly_related_to_keeps_it() -> None:
    history = graph([contact("owl", related_contact_id="sun", related_is_link=False)])
    history.associate("owl", "sun", FROM_SEGMENT)
    assert link_of(history, "owl") == Link("sun", FROM_SEGMENT, ("owl",))
    assert told(history) == told(history.copy())


def test_many_contacts_come_after_one_before_it_is_known_that_none_comes_round() -> None:
    many = [each for number in range(40) for each in chat(f"hen{number}", link="plum", by=FROM_SEGMENT)]
    history = graph(PAST, many)
    evidence = refused(history, lambda: history.associate("plum", "hen7"), CyclicContacts)
    assert evidence == (("plum", "hen7", "plum"),)
    history.associate("plum", "sun")
    assert history.comes_before("plum", "hen39")
    assert not history.comes_before("plum", "sun")


@pytest.mark.parametrize("kind", [None, ENTIRE])
@pytest.mark.parametrize("start", ["owl", "crow", "hen"])
def test_a_chat_is_not_associated_with_its_own_session(kind: str | None, start: str) -> None:
    history = graph(chat("owl", "hen", "crow"))
    assert refused(history, lambda: history.associate("crow", start, kind), LinkToOwnSession) == ("crow", start)


def test_a_chat_is_not_associated_with_what_comes_after_it() -> None:
    history = graph(PAST, birds())
    assert refused(history, lambda: history.associate("plum", "crow"), CyclicContacts) == (
        ("plum", "fig", "owl", "crow", "plum"),
    )


def test_a_chat_may_be_associated_with_a_session_that_continues_an_earlier_contact_of_it() -> None:
    history = graph(PAST, birds())
    history.associate("kiwi", "crow")
    assert link_of(history, "plum") == Link("crow", None, ("kiwi",))


@pytest.mark.parametrize(("target", "start"), [("owl", "fax"), ("fax", "fig")])
def test_without_a_type_an_association_with_another_channel_would_be_no_link(target: str, start: str) -> None:
    history = graph(PAST, chat("owl"), [contact("fax", channel="TASK")])
    evidence = refused(history, lambda: history.associate(target, start), InvalidArgument)
    assert evidence == ("continued_from_contact_id", start, "a chat, or else a rehydration type")


@pytest.mark.parametrize("name", ["plum", "sun"])
def test_what_no_record_is_of_is_not_associated(name: Any) -> None:
    history = graph(PAST[1:], chat("owl"))
    assert refused(history, lambda: history.associate(name, "owl"), ContactNotFound) == (name,)


@pytest.mark.parametrize("start", [None, "", "x" * 257, 7, []])
def test_a_chat_is_associated_with_a_contact_id(start: Any) -> None:
    history = graph(chat("owl"))
    evidence = refused(history, lambda: history.associate("owl", start), InvalidArgument)
    assert evidence == ("continued_from_contact_id", start, "a contact id")


def test_a_chat_is_associated_by_a_type_that_is_text() -> None:
    history = graph(PAST, chat("owl"))
    evidence = refused(history, lambda: history.associate("owl", "fig", 7), InvalidArgument)
    assert evidence == ("rehydration_type", 7, "text or None")


# ------------------------------------------------------------------------------------------------------------- large


def test_a_chain_of_sessions_is_built_in_whatever_order() -> None:
    records = long_past(500, by=FROM_SEGMENT)
    assert told(graph(records[::-1])) == told(graph(records))
    assert told(grown(records[::-1])) == told(graph(records))


def test_a_copy_and_a_pickle_know_what_is_said_of_all_contacts() -> None:
    history = ContactGraph.from_contacts(PAST, untold={"customer_id"}, ends_are_told=True)
    earlier = but(PAST, "kiwi", initiation_timestamp=None, disconnect_timestamp=None)
    for each in (history, graph(earlier).as_of(at(5))):
        assert each.undated or each.untold
        for twin in (each.copy(), copy.deepcopy(each), pickle.loads(pickle.dumps(each))):  # noqa: S301
            said = (twin.untold, twin.ends_are_told, dict(twin.undated))
            assert (twin, said) == (each, (each.untold, each.ends_are_told, dict(each.undated)))
        assert each != ContactGraph.from_contacts(each)
