"""Certain means certain: what an answer depends on, beside every case that there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import reduce
from itertools import permutations, product
from operator import and_

from attrs import evolve
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bulk.answering import branching, exported, table_of, within
from opinion import PROGRAM, Asked, opinions
from rehydration import (
    Certainty,
    Contact,
    ContactGraph,
    ContactId,
    ContradictoryRecords,
    History,
    Policy,
    Rehydration,
    RehydrationRequest,
    RuleForbids,
    exposure,
    guard,
    sees,
)
from rehydration.answers import what_is_seen
from rehydration.bulk import audit_export, resolve_export
from rehydration.consultation import Consultation
from rehydration.knowledge import NOTHING_KNOWN, Knowledge
from rehydration.policies import QUESTIONS, policies_with
from rehydration.sessions import ChatSession, Segment
from rehydration.sights import Shown
from trying import examples
from worlds import TIMES, at, contact, worlds

TYPES = ("FROM_SEGMENT", "ENTIRE_PAST_SESSION")
LOOK = "LOOK"
LIMITS = st.sampled_from([1, 2, 3, 100])
POLICIES = [
    Policy(ended=e, most_recent=m, entire_source=s, entire_view=v, link_scope=c, unavailable=u)
    for e, m, s, v, c, u in product(
        ("SESSION", "SEGMENT"),
        ("DISCONNECT", "INITIATION", "DEPTH"),
        ("INITIAL_ONLY", "ANY_OF_SESSION"),
        ("SESSION", "ANCESTORS"),
        ("SESSION", "CONTACT"),
        ("GAP", "STOP", "REFUSE"),
    )
]
"""The policies that questions about small histories, without a target and a time, can tell apart."""

Question = tuple[str, str]


def ask(history: History, question: Question) -> Rehydration | RuleForbids:
    kind, name = question
    try:
        return history.visible_past(name) if kind == LOOK else history.resolve(RehydrationRequest(kind, name))
    except RuleForbids as refusal:
        return refusal


def sure(history: History, question: Question) -> Certainty:
    kind, name = question
    return history.certainty_of_past(name) if kind == LOOK else history.certainty(RehydrationRequest(kind, name))


def questions(names: Iterable[str]) -> list[Question]:
    return [(kind, name) for name in names for kind in (*TYPES, LOOK)]


# --------------------------------------------------------------------------------------------- beside every reading


def every_case(contacts: list[Contact]) -> Iterator[tuple[History, Mapping[str, str]]]:
    """Every order of ids, each open link taken or not, every type that an untyped link can have, every policy.

    Each comes with the names that turn the ids back.
    """
    names = every_id(contacts)
    for order in permutations(names):
        other = dict(zip(names, order, strict=True))
        back = {new: old for old, new in other.items()}
        for graph, entire in readings_of_links([named(each, other) for each in contacts]):
            for policy in POLICIES:
                if all(start in most_recent(graph, start, policy) for start in entire):
                    yield History(graph, policy=policy), back


def every_id(contacts: list[Contact]) -> list[str]:
    """The ids that the records contain or refer to."""
    members = ("contact_id", "initial_contact_id", "previous_contact_id", "related_contact_id")
    return sorted({getattr(each, member) for each in contacts for member in members} - {None})


def named(one: Contact, other: Mapping[str, str]) -> Contact:
    """Rename a contact and those that it names, as far as they are to be renamed."""
    members = ("contact_id", "initial_contact_id", "previous_contact_id", "related_contact_id")
    return evolve(one, **{each: other.get(getattr(one, each), getattr(one, each)) for each in members})


def readings_of_links(contacts: list[Contact]) -> Iterator[tuple[ContactGraph, list[str]]]:
    """Every reading of the untyped links, and the start contacts of those that are read as ENTIRE_PAST_SESSION."""
    graph = ContactGraph.from_contacts(contacts)
    untyped = [each for each in graph.sessions if each.continues is not None and each.rehydration_type is None]
    carriers = [{segment.contact_id for segment in each if segment.carries_link} for each in untyped]
    is_open = [not any(each.related_is_link for each in contacts if each.contact_id in some) for some in carriers]
    for kinds in product(*(("plain", *TYPES) if each else TYPES for each in is_open)):
        kind_of = {name: kind for some, kind in zip(carriers, kinds, strict=True) for name in some}
        yield (
            ContactGraph.from_contacts(read_as(each, kind_of.get(each.contact_id)) for each in contacts),
            [
                str(each.continues.contact_id)
                for each, kind in zip(untyped, kinds, strict=True)
                if kind == "ENTIRE_PAST_SESSION" and each.continues is not None
            ],
        )


def read_as(one: Contact, kind: str | None) -> Contact:
    if kind is None:
        return one
    return evolve(one, related_is_link=False) if kind == "plain" else evolve(one, rehydration_type=kind)


def most_recent(graph: ContactGraph, name: str, policy: Policy) -> list[str]:
    return [each.contact_id for each in graph.session_of(name).most_recent(Consultation(policy)).segments]


def seen(answer: Rehydration | RuleForbids, back: Mapping[str, str]) -> object:
    """What distinguishes an answer, by the names that the history has."""
    told = what_is_seen(answer)
    if isinstance(answer, RuleForbids):
        return told
    start, listed, states, beyond, incomplete = told  # type: ignore[misc]
    named_back = (tuple(back.get(name, name) for name in each) for each in (listed, beyond))
    return (back.get(start, start), *named_back, states, incomplete)


@st.composite
def small(draw: st.DrawFn, most: int = 4) -> list[Contact]:
    """A small history, some links untyped or open, some times equal."""
    contacts = [contact(each) for each in draw(worlds(most=most))]
    changed = []
    for each in contacts:
        untyped = draw(st.booleans())
        changed.append(
            evolve(
                each,
                rehydration_type=None if untyped else each.rehydration_type,
                related_is_link=draw(st.sampled_from([True, None])),
                initiation_timestamp=draw(
                    st.sampled_from([each.initiation_timestamp, contacts[0].initiation_timestamp])
                ),
                disconnect_timestamp=each.disconnect_timestamp and contacts[0].disconnect_timestamp
                if draw(st.booleans())
                else each.disconnect_timestamp,
            )
        )
    try:
        ContactGraph.from_contacts(changed)
    except ContradictoryRecords:
        assume(False)  # noqa: FBT003
    return changed


TRUNCATES = Knowledge(policies_with("beyond_limit", "TRUNCATE"), 1)
"""An instance that shows as much as the limit allows, as the policies above do."""


@examples(0.5)
@given(small(), LIMITS, st.data())
def test_the_outcomes_are_those_of_every_reading(contacts: list[Contact], limit: int, data: st.DataObject) -> None:
    with within(limit):
        compare_with_every_case(contacts, data)


def compare_with_every_case(contacts: list[Contact], data: st.DataObject) -> None:
    history = History(ContactGraph.from_contacts(contacts), known=TRUNCATES)
    asked = data.draw(st.sampled_from(questions(every_id(contacts))))
    told = sure(history, asked)
    expected: dict[object, Rehydration | RuleForbids] = {}
    readable: list[frozenset[str]] = []
    for case, back in every_case(contacts):
        forth = {old: new for new, old in back.items()}
        answer = ask(case, (asked[0], forth.get(asked[1], asked[1])))
        expected.setdefault(seen(answer, back), answer)
        shown = () if isinstance(answer, RuleForbids) else answer.readable
        readable.append(frozenset(back.get(each, each) for each in shown))
    assert {seen(each.answer, {}) for each in told.outcomes} == set(expected)
    always, ever = frozenset.intersection(*readable), frozenset.union(*readable)
    assert told.readable_always == always or (told.is_lower_bound and told.readable_always < always)
    assert told.readable_sometimes == ever - told.readable_always
    assert (len(expected) > 1) == any(each.readings for each in told.depends_on)
    assert seen(told.outcomes[0].answer, {}) == seen(ask(history, asked), {})


@examples(0.6)
@given(small(most=2), LIMITS, st.data())
def test_the_logic_program_has_the_same_outcomes(contacts: list[Contact], limit: int, data: st.DataObject) -> None:
    asked = data.draw(st.sampled_from(questions(every_id(contacts))))
    with within(limit):
        told = sure(History(ContactGraph.from_contacts(contacts), known=TRUNCATES), asked)
    histories: dict[int, tuple[Contact, ...]] = {}
    cases = []
    for case, back in every_case(contacts):
        forth = {old: new for new, old in back.items()}
        name = forth.get(asked[1], asked[1])
        question = name if asked[0] == LOOK else RehydrationRequest(asked[0], name)
        history = histories.setdefault(id(case.graph), tuple(case.graph))
        cases.append((Asked(history, question, policy=case.policy), case.graph, back))
    program = PROGRAM.replace("#const limit = 100.", f"#const limit = {limit}.")
    found: set[object] = set()
    readable = set()
    for each, (_, _, back) in zip(opinions([each for each, _, _ in cases], program), cases, strict=True):
        listed = tuple((back.get(name, name), state) for name, state in each.listed)
        found.add(each.refusal or (back.get(str(each.start), each.start), listed, each.incomplete))
        readable.add(frozenset(name for name, state in listed if state in ("available", "not-ready")))
    assert {as_opinion(each.answer) for each in told.outcomes} == found
    always = frozenset.intersection(*readable)
    assert told.readable_always == always or (told.is_lower_bound and told.readable_always < always)
    assert told.readable_sometimes == frozenset.union(*readable) - told.readable_always


def as_opinion(answer: Rehydration | RuleForbids) -> object:
    """An answer as the logic program gives it."""
    if isinstance(answer, RuleForbids):
        return str(answer.rule)
    listed = tuple((each.contact_id, str(answer.availability(each.contact_id))) for each in answer.visible)
    return answer.continued_from_contact_id, listed, answer.incomplete


# ------------------------------------------------------------------------------------------- beside complete records


@st.composite
def incomplete(draw: st.DrawFn) -> tuple[list[Contact], list[Contact]]:
    """A whole history, and what an export leaves of it: records, types, and members of one record or of all."""
    records = [contact(each) for each in draw(worlds(most=6))]
    begun = draw(st.lists(TIMES, min_size=len(records), max_size=len(records)))
    whole = [
        evolve(each, channel=each.channel or "CHAT", initiation_timestamp=each.initiation_timestamp or at(time))
        for each, time in zip(records, begun, strict=True)
    ]
    named_by_others = {
        name
        for each in whole
        for name in (each.initial_contact_id, each.previous_contact_id, each.related_contact_id)
        if name != each.contact_id
    }
    part = []
    for each in whole:
        what = draw(st.sampled_from(["all", "all", "all", "record", "rehydration_type", *LOST]))
        if what != "record" or each.contact_id not in named_by_others:
            part.append(evolve(each, **{what: None}) if what in (*LOST, "rehydration_type") else each)
    in_all = draw(st.sampled_from([None, None, *LOST]))
    part = [evolve(each, **{in_all: None}) if in_all else each for each in part]
    assume(part)
    try:
        assume(links(whole) == links([evolve(each, rehydration_type=None) for each in whole]))
        told(whole, part)
    except ContradictoryRecords:
        assume(False)  # noqa: FBT003
    return whole, part


LOST = ("disconnect_timestamp", "previous_contact_id", "initiation_timestamp", "channel", "initiation_method")
"""The members that an export can lack of one record, or of all, so that somebody can notice it."""


def told(whole: list[Contact], part: list[Contact]) -> ContactGraph:
    """What a part of the records tells: who reads it notices the members that no record has."""
    names = (name for name in LOST if any(getattr(each, name) for each in whole))
    untold = [name for name in names if not any(getattr(each, name) for each in part)]
    return exported(ContactGraph.from_contacts(part, untold=untold))


def links(contacts: list[Contact]) -> list[str | None]:
    """Where the sessions continue from. A type makes a link of what records alone would not show as one."""
    sessions = ContactGraph.from_contacts(contacts).sessions
    return [None if each.continues is None else each.continues.contact_id for each in sessions]


@given(incomplete(), st.data())
def test_what_is_certain_from_a_part_of_the_records_holds_for_all_of_them(
    histories: tuple[list[Contact], list[Contact]], data: st.DataObject
) -> None:
    whole, part = History(ContactGraph.from_contacts(histories[0])), History(told(*histories))
    asked = data.draw(st.sampled_from(questions(sorted(each.contact_id for each in histories[1]))))
    found = sure(part, asked)
    if found.is_certain:
        assert seen(ask(whole, asked), {}) == seen(found.outcomes[0].answer, {})


CUT = [
    Contact(contact_id=ContactId("X"), disconnect_timestamp=at(0)),
    Contact(contact_id=ContactId("Z"), related_contact_id="X", rehydration_type="FROM_SEGMENT"),
    Contact(contact_id=ContactId("Q"), initial_contact_id="Z", previous_contact_id="Z"),
]
"""A chat of which an export may lack the contact that carries the link."""


ONE_CHAIN = [
    Contact(contact_id=ContactId("A"), disconnect_timestamp=at(0)),
    Contact(contact_id=ContactId("B"), initial_contact_id="A", previous_contact_id="A", disconnect_timestamp=at(1)),
    Contact(contact_id=ContactId("C"), initial_contact_id="A", previous_contact_id="B", disconnect_timestamp=at(2)),
    Contact(contact_id=ContactId("D"), initial_contact_id="A", previous_contact_id="C", disconnect_timestamp=at(3)),
    Contact(contact_id=ContactId("E"), related_contact_id="A", rehydration_type="ENTIRE_PAST_SESSION"),
]
"""A linear session, which looks as if it had branches where the record of C is missing."""

FORKED = [
    Contact(contact_id=ContactId("A"), disconnect_timestamp=at(0)),
    Contact(contact_id=ContactId("B"), initial_contact_id="A", previous_contact_id="A", disconnect_timestamp=at(1)),
    Contact(contact_id=ContactId("C"), initial_contact_id="A", previous_contact_id="B", disconnect_timestamp=at(2)),
    Contact(contact_id=ContactId("D"), related_contact_id="A", rehydration_type="ENTIRE_PAST_SESSION"),
]
"""A session shown whole, of which an export may lack a contact that comes before the last within the limit."""


EVERY = st.builds(Policy, **{name: st.sampled_from(question) for name, question in QUESTIONS.items()})


@examples(2)
@given(incomplete(), EVERY, LIMITS, st.sampled_from(["nothing", "the policy"]))
@example((CUT, [CUT[0], CUT[2]]), Policy(), 100, "nothing")
@example((ONE_CHAIN, [*ONE_CHAIN[:2], *ONE_CHAIN[3:]]), Policy(entire_view="ANCESTORS"), 100, "the policy")
def test_what_a_part_of_the_records_denies_the_whole_does_not_show(
    histories: tuple[list[Contact], list[Contact]], policy: Policy, limit: int, seen_of_it: str
) -> None:
    types = {each.contact_id: each.rehydration_type for each in histories[0]}
    part = [evolve(each, rehydration_type=types[each.contact_id]) for each in histories[1]]
    whole, poorer = ContactGraph.from_contacts(histories[0]), told(histories[0], part)
    known = NOTHING_KNOWN if seen_of_it == "nothing" else only(policy)
    in_bulk: dict[str, set[str] | None] = {}
    are_kept = all(begins_where_its_type_says(each, policy) for each in whole.sessions)
    with within(limit):
        for chat, name in shown(History(whole, policy=policy), [each.contact_id for each in part]):
            found = exposure(poorer, name, known=known)
            places = (*found.sightings, *found.undecided)
            assert found.gaps or chat in [own for each in places for own in each.contact_ids]
            assert sight_in(poorer, chat, name, known) is not Shown.NO
            assert chat in found_by_guard(poorer, name, chat, known)
            if not are_kept:
                continue  # columns hold no types
            in_bulk = in_bulk or found_in_bulk(part, poorer.untold, known)
            assert in_bulk[name] is None or poorer.session_of(chat).initial_contact_id in in_bulk[name]


def only(*policies: Policy) -> Knowledge:
    """An instance that is known to read every open question as one of some policies."""
    bits = 0
    for policy in policies:
        fields = (policies_with(name, getattr(policy, name).name) for name in QUESTIONS)
        bits |= reduce(and_, fields)
    return Knowledge(bits, 1)


def found_by_guard(graph: ContactGraph, name: str, chat: str, known: Knowledge) -> set[str]:
    """The contacts of sessions that a guard says may show a contact: those of the chat if no record tells the link."""
    found = [each.chat_id or chat for each in guard(graph, [f"contact_id={name}"], known=known)]
    return {segment.contact_id for each in found for segment in graph.session_of(each)}


@st.composite
def in_order(draw: st.DrawFn) -> tuple[list[Contact], list[Contact]]:
    """A whole history in the order of time, and a part of its records: what is missing has lost no transcript.

    Nothing of the whole is unknown, and the part names each contact: what nothing names leaves no trace.
    """
    dice = draw(st.randoms(use_true_random=False))
    whole = branching(dice)[: dice.choice([3, 4, 5, 10])]
    types = [None, *TYPES, TYPES[1]]
    whole = [evolve(each, rehydration_type=each.related_contact_id and dice.choice(types)) for each in whole]
    named = {
        name
        for each in whole
        for name in (each.initial_contact_id, each.previous_contact_id, each.related_contact_id)
        if name != each.contact_id
    }
    rate = dice.choice([0.1, 0.25, 0.5])
    lack = {"end": "disconnect_timestamp", "previous": "previous_contact_id"}
    part = []
    for each in list(whole):
        what = dice.choice(["record", "record", *lack]) if dice.random() < rate else "all"
        if what == "record" and each.contact_id in named:
            whole[whole.index(each)] = evolve(each, transcript=None)
        else:
            part.append(evolve(each, **{lack[what]: None}) if what in lack else each)
    try:
        told, graph = (ContactGraph.from_contacts(each) for each in (part, whole))
    except ContradictoryRecords:
        assume(False)  # noqa: FBT003
    assume(part and not graph.unknown_contacts and all(each.contact_id in told for each in whole))
    assume(is_in_order_of_time(graph))
    return whole, part


def is_in_order_of_time(graph: ContactGraph) -> bool:
    """Whether each contact began after those that it follows, and chats alone continue from others."""
    for session in graph.sessions:
        if session.continues is not None and began(session.first) < began(session.continues.session.first):
            return False
        if any(each.previous is not None and began(each) < began(each.previous) for each in session):
            return False
    return all(each.is_chat or each.related_contact_id is None for each in graph)


def began(segment: Segment) -> datetime:
    assert segment.known is not None
    assert segment.known.initiation_timestamp is not None
    return segment.known.initiation_timestamp


@given(in_order(), EVERY, LIMITS, EVERY)
@example((FORKED, [FORKED[0], *FORKED[2:]]), Policy(), 2, Policy(unavailable="STOP"))
def test_what_a_part_of_the_records_shows_for_sure_the_whole_shows(
    histories: tuple[list[Contact], list[Contact]], policy: Policy, limit: int, other: Policy
) -> None:
    """Unless what is missing has the chat refused."""
    whole, part = map(ContactGraph.from_contacts, histories)
    with within(limit):
        for known in (NOTHING_KNOWN, only(policy), only(policy, other)):
            for asked in questions(each.contact_id for each in histories[1]):
                told, answer = sure(History(part, known=known), asked), ask(History(whole, policy=policy), asked)
                if isinstance(answer, Rehydration):
                    assert told.readable_always <= {*answer.readable}
                if told.is_certain:
                    assert seen(answer, {}) == seen(told.outcomes[0].answer, {})


def begins_where_its_type_says(session: ChatSession, policy: Policy) -> bool:
    """Tell whether a link is one that Connect would have made, so that records do without its type."""
    if session.continues is None or session.rehydration_type != "ENTIRE_PAST_SESSION":
        return True
    return session.continues in session.continues.session.most_recent(Consultation(policy)).segments


def found_in_bulk(contacts: list[Contact], untold: Iterable[str], known: Knowledge) -> dict[str, set[str] | None]:
    """The sessions in which each contact is or may be readable, as an audit tells; None if there may be more."""
    table = table_of(contacts, [*untold])
    found: dict[str, set[str] | None] = {
        each["contact_id"]: None if each["exposure_at_most"] is None else set()
        for each in resolve_export(table, known=known).select(["contact_id", "exposure_at_most"]).to_pylist()
    }
    for row in (row for some in audit_export(table, known=known).tables() for row in some.to_pylist()):
        sessions = found[row["contact_id"]]
        if sessions is not None and (row["is_readable"] or row["depends_on"]):
            sessions.add(row["readable_in"])
    return found


def shown(history: History, names: list[ContactId]) -> Iterator[tuple[ContactId, ContactId]]:
    """What chats show of earlier sessions; a chat that began before what it continues from is no history of Connect."""
    begun = {each: history.graph.session_of(each).begun for each in names}
    for chat in names:
        answer = ask(history, (LOOK, chat))
        listed = answer.not_lost if isinstance(answer, Rehydration) else ()
        for name in (each for each in listed if each in begun):
            later, earlier = begun[chat], begun[name]
            if later is None or earlier is None or later >= earlier:
                yield chat, name


def sight_in(graph: ContactGraph, chat: ContactId, name: ContactId, known: Knowledge) -> Shown | None:
    """Whether a chat shows a contact that the decision looked at; None where it did not, or was refused."""
    try:
        seen = sees(graph, chat, known=known).of(name)
    except RuleForbids:
        return None
    return None if seen is None else seen.shown
