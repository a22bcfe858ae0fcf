"""Laws of rehydration: sentences that hold of every history, by family; each test is one law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest
from attrs import astuple, evolve
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rehydration import (
    STRATEGIES,
    Contact,
    ContactGraph,
    Contradiction,
    Policy,
    Rehydration,
    RehydrationError,
    RehydrationRequest,
    RuleForbids,
    certainty,
    explain,
    exposure,
    plan,
    resolve,
    visible_past,
)
from worlds import BEGIN, NAMES, Record, contact, ids, worlds

POLICIES = st.builds(
    Policy,
    ended=st.sampled_from(["SESSION", "SEGMENT"]),
    entire_source=st.sampled_from(["INITIAL_ONLY", "ANY_OF_SESSION"]),
    most_recent=st.sampled_from(["DISCONNECT", "INITIATION", "DEPTH"]),
    entire_view=st.sampled_from(["SESSION", "ANCESTORS"]),
    link_scope=st.sampled_from(["SESSION", "CONTACT"]),
    unavailable=st.sampled_from(["GAP", "STOP", "REFUSE"]),
)


TIED: list[Record] = [
    {"id": name, "initial": "z7", "previous": "z7", "related": None, "ended": BEGIN, "transcript": transcript}
    for name, transcript in (("q7", {"status": "missing"}), ("q0", None))
]
"""Two contacts of one session, equally recent; the transcript of one is lost."""

LATER: Record = {"id": "z0", "initial": "z7", "previous": "z7", "related": None, "ended": BEGIN + 40}

SWAPPED = ["q0", "q7", *NAMES[2:]]
"""Other names for all: of the two the other one has the greater id."""


def graph_of(records: list[Record]) -> ContactGraph:
    return ContactGraph.from_contacts(map(contact, records))


def ask(graph: ContactGraph, kind: str, source: str, **arguments: Any) -> Rehydration | None:
    try:
        return resolve(graph, RehydrationRequest(kind, source), **arguments)
    except RuleForbids:
        return None


def outcome(graph: ContactGraph, request: RehydrationRequest, **arguments: Any) -> object:
    """The answer, or all that a refusal says."""
    try:
        return resolve(graph, request, **arguments)
    except RuleForbids as refusal:
        return (type(refusal), refusal.args, refusal.rule, refusal.code)


def names(answer: Rehydration) -> list[str]:
    return [each.contact_id for each in answer.visible]


def answers(graph: ContactGraph, policy: Policy) -> dict[tuple[str, str], object]:
    """Every answer and refusal that there is."""
    found: dict[tuple[str, str], object] = {}
    for kind, source in product(STRATEGIES, sorted(each.contact_id for each in every_segment(graph))):
        found[kind, source] = outcome(graph, RehydrationRequest(kind, source), policy=policy)
    return found


def every_segment(graph: ContactGraph) -> list[Any]:
    return [segment for session in graph.sessions for segment in session]


class TestEquivalence:
    """visibility.entire-linear: ENTIRE_PAST_SESSION on a linear session shows all of it."""

    @given(worlds())
    def test_entire_on_a_linear_session_shows_what_from_segment_of_its_last_contact_shows(
        self, records: list[Record]
    ) -> None:
        graph = graph_of(records)
        for session in graph.sessions:
            if not session.is_linear:
                continue
            entire = ask(graph, "ENTIRE_PAST_SESSION", session.initial_contact_id)
            last = ask(graph, "FROM_SEGMENT", session.tip.contact_id)
            if entire is not None and last is not None:
                assert (entire.visible, entire.unavailable, entire.incomplete) == (
                    last.visible,
                    last.unavailable,
                    last.incomplete,
                )

    @given(worlds(most=1), st.sampled_from(list(STRATEGIES)))
    def test_a_session_of_one_contact_continues_from_it_by_either_type(self, records: list[Record], kind: str) -> None:
        [record] = records
        answer = ask(graph_of(records), kind, record["id"])
        assume(answer is not None)
        assert answer is not None
        assert answer.continued_from_contact_id == record["id"]


class TestAboutToStart:
    """protocol.plan-before-commit: what a chat would continue from can be asked before it is there."""

    @given(worlds(), POLICIES, st.sampled_from([None, "ana", "bo"]), st.booleans(), st.data())
    def test_a_contact_that_is_about_to_begin_gets_the_answer_that_it_gets_once_it_has(
        self, records: list[Record], policy: Policy, customer: str | None, of_a_session: object, data: st.DataObject
    ) -> None:
        graph = graph_of(records)
        related = data.draw(st.none() | st.sampled_from(ids(records)))
        new = Contact(contact_id="the new one", customer_id=customer, related_contact_id=related)
        if of_a_session:
            known = next(iter(graph))
            new = evolve(new, initial_contact_id=known.initial_contact_id, previous_contact_id=known.contact_id)
        grown = graph.copy()
        try:
            grown.add(new)
        except Contradiction:
            assume(False)  # noqa: FBT003  # its session has another link
        for kind, source in product(STRATEGIES, [*ids(records), "nobody"]):
            request = RehydrationRequest(kind, source)
            before = outcome(graph, request, target=new, policy=policy)
            assert before == outcome(grown, request, target=new.contact_id, policy=policy)


class TestSuffix:
    """visibility.predecessors, visibility.cumulative: below the limit, an ancestor's list ends its descendant's."""

    @given(worlds())
    def test_what_a_predecessor_shows_ends_what_its_successor_shows(self, records: list[Record]) -> None:
        graph = graph_of(records)
        for segment in every_segment(graph):
            if segment.previous is None:
                continue
            later = ask(graph, "FROM_SEGMENT", segment.contact_id)
            earlier = ask(graph, "FROM_SEGMENT", segment.previous.contact_id)
            if later is not None and earlier is not None and names(earlier):
                assert names(later)[-len(names(earlier)) :] == names(earlier)

    @given(worlds())
    def test_what_the_start_of_a_link_shows_ends_what_a_linked_session_shows(self, records: list[Record]) -> None:
        graph = graph_of(records)
        for session in graph.sessions:
            link = graph.link_of(session)
            kinds = (None, "FROM_SEGMENT")
            if link is None or link.rehydration_type not in kinds or session.unknown:
                continue
            start = ask(graph, "FROM_SEGMENT", link.continued_from_contact_id)
            later = ask(graph, "FROM_SEGMENT", session.initial_contact_id)
            if start is not None and later is not None:
                assert names(later)[len(names(later)) - len(names(start)) :] == names(start)

    @given(worlds(), POLICIES)
    def test_a_linked_chat_sees_what_its_own_request_showed(self, records: list[Record], policy: Policy) -> None:
        """start.related: the start contact and the type are all that a link keeps, and all that it takes."""
        graph = graph_of(records)
        for kind, segment in product(STRATEGIES, every_segment(graph)):
            fresh = graph.copy()
            fresh.add(Contact(contact_id="the new chat"))
            answer = ask(fresh, kind, segment.contact_id, target="the new chat", policy=policy)
            if answer is None or answer.continued_from_contact_id is None:
                continue
            fresh.associate("the new chat", answer.continued_from_contact_id, kind)
            seen = visible_past(fresh, "the new chat", policy=policy)
            assert (seen.visible, seen.unavailable, seen.incomplete) == (
                answer.visible,
                answer.unavailable,
                answer.incomplete,
            )


class TestTargets:
    """protocol.plan-before-commit: what may be done can be done."""

    @given(worlds(), POLICIES)
    def test_what_resolve_accepts_for_a_target_the_graph_takes(self, records: list[Record], policy: Policy) -> None:
        graph = graph_of(records)
        live = [each.contact_id for each in graph if each.is_chat and not each.has_ended]
        for kind, segment, target in product(STRATEGIES, every_segment(graph), live):
            answer = ask(graph, kind, segment.contact_id, target=target, policy=policy)
            if answer is not None and answer.continued_from_contact_id is not None:
                grown = graph.copy()
                grown.associate(target, answer.continued_from_contact_id, kind)
                assert names(visible_past(grown, target, policy=policy)) == names(answer)


class TestClosure:
    """visibility.predecessors: with a contact, its predecessors are visible."""

    @given(worlds())
    def test_the_chat_predecessors_of_a_visible_contact_are_visible(self, records: list[Record]) -> None:
        graph = graph_of(records)
        for kind, segment in product(STRATEGIES, every_segment(graph)):
            answer = ask(graph, kind, segment.contact_id)
            if answer is None:
                continue
            seen = set(names(answer))
            for name in seen:
                previous = graph.segment(name).previous
                if previous is not None and previous.is_listed:
                    assert previous.contact_id in seen

    @given(worlds(), POLICIES)
    def test_every_contact_looked_at_has_exactly_one_verdict(self, records: list[Record], policy: Policy) -> None:
        graph = graph_of(records)
        for kind, segment in product(STRATEGIES, every_segment(graph)):
            try:
                account = explain(graph, RehydrationRequest(kind, segment.contact_id), policy=policy)
            except RuleForbids:
                continue
            reached = {each.initial_contact_id for each in account.verdicts}
            everyone = [
                each.contact_id
                for session in graph.sessions
                for each in session
                if session.initial_contact_id in reached
            ]
            assert sorted(each.contact_id for each in account.verdicts) == sorted(everyone)


class TestNoLeak:
    """visibility.later-dropped, visibility.backward-only: nothing is visible that no walk backwards meets."""

    @given(worlds())
    def test_from_segment_shows_nothing_of_its_session_but_the_source_and_its_predecessors(
        self, records: list[Record]
    ) -> None:
        graph = graph_of(records)
        for segment in every_segment(graph):
            answer = ask(graph, "FROM_SEGMENT", segment.contact_id)
            if answer is None:
                continue
            own = {each.contact_id for each in segment.session}
            before, at = set(), segment
            while at is not None:
                before.add(at.contact_id)
                at = at.previous
            assert own & set(names(answer)) <= before

    @given(worlds(), POLICIES)
    def test_nothing_is_visible_of_a_session_that_no_link_leads_back_to(
        self, records: list[Record], policy: Policy
    ) -> None:
        graph = graph_of(records)
        for kind, segment in product(STRATEGIES, every_segment(graph)):
            answer = ask(graph, kind, segment.contact_id, policy=policy)
            if answer is None:
                continue
            back, session = set(), segment.session
            while session is not None and session.initial_contact_id not in back:
                back.add(session.initial_contact_id)
                link = graph.link_of(session)
                session = None if link is None else graph.session_of(link.continued_from_contact_id)
            assert {graph.session_of(each).initial_contact_id for each in names(answer)} <= back


class TestOrder:
    """identity.at-least-once, identity.fold: it makes no difference in which order records arrive."""

    @given(worlds(), st.data(), POLICIES)
    def test_permuting_the_records_changes_no_answer(
        self, records: list[Record], data: st.DataObject, policy: Policy
    ) -> None:
        permuted = data.draw(st.permutations(records))
        assert answers(graph_of(records), policy) == answers(graph_of(permuted), policy)

    @given(worlds(), st.data(), POLICIES)
    def test_contacts_added_one_by_one_make_the_graph_that_they_make_at_once(
        self, records: list[Record], data: st.DataObject, policy: Policy
    ) -> None:
        graph = ContactGraph()
        for record in data.draw(st.permutations(records)):
            try:
                graph.add(contact(record))
            except Contradiction:
                assume(False)  # noqa: FBT003  # a link that more records would have shown to be none
        assert answers(graph, policy) == answers(graph_of(records), policy)

    @given(worlds(), st.data(), POLICIES)
    def test_ends_and_links_that_come_later_make_the_graph_that_they_make_at_once(
        self, records: list[Record], data: st.DataObject, policy: Policy
    ) -> None:
        whole = list(map(contact, records))
        linked = ContactGraph.from_contacts(whole)
        carriers = {name for each in linked.sessions if (link := linked.link_of(each)) for name in link.carriers[1:]}
        assume(not carriers)
        graph = ContactGraph.from_contacts(
            evolve(each, disconnect_timestamp=None, related_contact_id=None, rehydration_type=None) for each in whole
        )
        assume(
            {each.contact_id for each in every_segment(graph)} == {each.contact_id for each in every_segment(linked)}
        )
        for each in data.draw(st.permutations(whole)):
            link = linked.link_of(linked.session_of(each.contact_id))
            if link is not None and each.contact_id in link.carriers:
                graph.associate(each.contact_id, link.continued_from_contact_id, each.rehydration_type)
            if each.disconnect_timestamp is not None:
                graph.end(each.contact_id, each.disconnect_timestamp)
        told = [
            {key: (told if isinstance(told, tuple) else names(told)) for key, told in answers(each, policy).items()}  # type: ignore[arg-type]
            for each in (graph, linked)
        ]
        assert told[0] == told[1]


class TestRenaming:
    """identity.contact-is-segment: an id is opaque; only where nothing else decides does its order count."""

    @given(worlds(), st.permutations(NAMES), POLICIES)
    @example(TIED, SWAPPED, Policy(entire_view="ANCESTORS", unavailable="REFUSE"))
    @example([*TIED, LATER], SWAPPED, Policy())
    def test_a_bijection_on_ids_commutes(self, records: list[Record], permuted: list[str], policy: Policy) -> None:
        other_name = dict(zip(NAMES, permuted, strict=True))
        graph, other = graph_of(records), graph_of(renamed(records, other_name))
        for kind, name in product(STRATEGIES, ids(records)):
            one, two = RehydrationRequest(kind, name), RehydrationRequest(kind, other_name[name])
            by_id_alone = decided_by_id_alone(graph, one, policy)
            assert decided_by_id_alone(other, two, policy) == by_id_alone
            if not by_id_alone:
                told = by_other_names(outcome(graph, one, policy=policy), other_name)
                assert told == by_other_names(outcome(other, two, policy=policy), {})

    @given(worlds(), POLICIES)
    @example(TIED, Policy(entire_view="ANCESTORS", unavailable="REFUSE"))
    def test_a_bijection_that_keeps_the_order_of_ids_commutes_also_where_they_decide(
        self, records: list[Record], policy: Policy
    ) -> None:
        other_name = {name: f"contact {place:02}" for place, name in enumerate(sorted(NAMES))}
        graph, other = graph_of(records), graph_of(renamed(records, other_name))
        for kind, name in product(STRATEGIES, ids(records)):
            one, two = RehydrationRequest(kind, name), RehydrationRequest(kind, other_name[name])
            told = by_other_names(outcome(graph, one, policy=policy), other_name)
            assert told == by_other_names(outcome(other, two, policy=policy), {})


def renamed(records: list[Record], other_name: Mapping[str, str]) -> list[Record]:
    names = ("id", "initial", "previous", "related")
    return [{**each, **{key: each[key] and other_name[each[key]] for key in names}} for each in records]


def decided_by_id_alone(graph: ContactGraph, request: RehydrationRequest, policy: Policy) -> bool:
    """Whether the answer warns that ids decided. A refusal cannot; the walk that stops where it is refused does.

    Of what comes before the walk nothing is decided by ids: a refusal there is a refusal here.
    """
    if policy.unavailable.value == "REFUSE":
        policy = evolve(policy, unavailable="STOP")
    answer = ask(graph, *astuple(request), policy=policy)
    return answer is not None and "start.most-recent" in {each.rule for each in answer.warnings}


def by_other_names(told: object, other_name: Mapping[str, str]) -> tuple[object, ...]:
    """All that is told; where several contacts are told of in the order of their ids, in none."""

    def name(each: object) -> object:
        if isinstance(each, tuple):
            return frozenset(map(name, each))
        return other_name.get(each, each) if isinstance(each, str) else each

    if not isinstance(told, Rehydration):
        kind, evidence, rule, code = told  # type: ignore[misc]  # as outcome() tells a refusal
        return (kind, tuple(map(name, evidence)), rule, code)
    return (
        (name(told.continued_from_contact_id), name(told.stopped_at)),
        (tuple(map(name, names(told))), tuple(map(name, told.beyond_limit)), told.incomplete),
        tuple((name(each.contact_id), each.availability, each.rule) for each in told.unavailable),
        tuple((each.rule, name(each.contact_ids)) for each in told.warnings),
        (told.rules, told.consulted),
    )


class TestFrame:
    """visibility.backward-only: what comes later changes no earlier answer."""

    @given(worlds(), st.sampled_from([None, *STRATEGIES]), st.data(), POLICIES)
    def test_a_later_session_changes_no_earlier_answer(
        self, records: list[Record], kind: str | None, data: st.DataObject, policy: Policy
    ) -> None:
        graph = graph_of(records)
        before = answers(graph, policy)
        start = data.draw(st.sampled_from(sorted(each.contact_id for each in every_segment(graph))))
        graph.add(Contact(contact_id="later 1", related_contact_id=start, rehydration_type=kind))
        graph.add(Contact(contact_id="later 2", initial_contact_id="later 1", previous_contact_id="later 1"))
        after = answers(graph, policy)
        assert {key: value for key, value in after.items() if not key[1].startswith("later")} == before


class TestReadings:
    """Certain or contingent: what holds under every reading holds under each."""

    @given(worlds(), POLICIES)
    def test_each_answer_is_one_of_the_readings(self, records: list[Record], policy: Policy) -> None:
        graph = graph_of(records)
        for kind, segment in product(STRATEGIES, every_segment(graph)):
            told = certainty(graph, RehydrationRequest(kind, segment.contact_id))
            answer = ask(graph, kind, segment.contact_id, policy=policy)
            shown = set() if answer is None else set(answer.readable)
            assert told.readable_always <= shown <= told.readable_always | told.readable_sometimes
            counted = sum(each.policies for each in told.outcomes)
            assert counted >= 1152 if told.depends_on else counted == 1152


class TestBruteForce:
    """The questions built on resolve, against all requests and all chats there are."""

    @given(worlds(), st.data(), POLICIES)
    def test_a_plan_holds_every_request_that_shows_and_hides(
        self, records: list[Record], data: st.DataObject, policy: Policy
    ) -> None:
        graph, named = graph_of(records), ids(records)
        show = data.draw(st.sets(st.sampled_from(named), min_size=1, max_size=2))
        hide = data.draw(st.sets(st.sampled_from(named), max_size=2)) - show
        expected = {}
        for kind, name in product(STRATEGIES, named):
            answer = ask(graph, kind, name, policy=policy)
            if answer is not None and show <= set(answer.readable) and not hide & set(names(answer)):
                expected[kind, answer.continued_from_contact_id, answer.visible] = len(set(names(answer)) - show)
        try:
            found = plan(graph, show, hide, policy=policy)
        except RuleForbids as refusal:
            assert expected == {}
            assert refusal.code == "InvalidRequestException"  # noqa: PT017  # either is a legal end
            return
        told = [
            (each.request.rehydration_type, each.answer.continued_from_contact_id, each.answer.visible)
            for each in found
        ]
        assert {key: len(each.extra) for key, each in zip(told, found, strict=True)} == expected
        assert [len(each.extra) for each in found] == sorted(len(each.extra) for each in found)
        for each in found:
            assert resolve(graph, each.request, policy=policy) == each.answer

    @given(worlds(), POLICIES)
    def test_an_exposure_holds_every_session_that_sees_the_contact(self, records: list[Record], policy: Policy) -> None:
        graph, named = graph_of(records), ids(records)
        seen: dict[str, set[str]] = {}
        for name in named:
            answer = past(graph, name, policy)
            for each in [] if answer is None else shown(answer):
                seen.setdefault(each, set()).add(name)
        for name in named:
            found = exposure(graph, name, policy=policy)
            assert {who for each in found.sightings for who in each.contact_ids} == seen.get(name, set())
            opened = {each.initial_contact_id for each in found.openings}
            showing = {
                graph.session_of(source).initial_contact_id
                for kind, source in product(STRATEGIES, named)
                if (told := ask(graph, kind, source, policy=policy)) is not None and name in shown(told)
            }
            assert opened == showing

    @given(worlds(most=5), POLICIES, POLICIES)
    def test_who_sees_a_contact_under_any_policy_is_a_sighting_or_a_doubt(
        self, records: list[Record], policy: Policy, other: Policy
    ) -> None:
        graph, named = graph_of(records), ids(records)
        for name in named:
            found = exposure(graph, name, policy=policy)
            told = {who for each in (*found.sightings, *found.undecided) for who in each.contact_ids}
            for viewer in named:
                answer = past(graph, viewer, other)
                assert answer is None or name not in shown(answer) or viewer in told


def past(graph: ContactGraph, name: str, policy: Policy) -> Rehydration | None:
    try:
        return visible_past(graph, name, policy=policy)
    except RuleForbids:
        return None


def shown(answer: Rehydration) -> list[str]:
    """What is listed and not known to be lost: an unknown contact's transcript may be there."""
    lost = ("missing", "deleted", "too-large")
    return [each for each in names(answer) if answer.availability(each) not in lost]


class TestTotality:
    """Only errors of our own leave the public API."""

    @given(
        worlds(most=4),
        st.sampled_from([resolve, explain, certainty]),
        st.none() | st.text(max_size=3) | st.integers() | st.binary(max_size=2) | st.lists(st.integers()),
        st.none() | st.text(max_size=3) | st.integers() | st.just("x" * 257) | st.just("\ud800"),
        st.dictionaries(
            st.sampled_from(["target", "transcripts", "now"]),
            st.none()
            | st.integers()
            | st.text(max_size=2)
            | st.lists(st.integers())
            | st.dictionaries(st.text(), st.text()),
        ),
    )
    def test_bad_arguments_get_an_error_of_ours(
        self, records: list[Record], question: Callable[..., object], kind: Any, source: Any, arguments: dict[str, Any]
    ) -> None:
        try:
            question(graph_of(records), RehydrationRequest(kind, source), **arguments)
        except RehydrationError as error:
            assert str(error)  # noqa: PT017  # either is a legal end


class TestCap:
    """visibility.past-limit: at most 100 past contacts are traversed."""

    @pytest.mark.parametrize("kind", STRATEGIES)
    @given(size=st.integers(95, 130), cut=st.integers(1, 94), policy=POLICIES)
    def test_the_nearest_hundred_are_visible_and_the_rest_is_beyond_the_limit(
        self, kind: str, size: int, cut: int, policy: Policy
    ) -> None:
        """A session that is continued by another; the limit does not care where one ends."""
        graph = graph_of(chain_of(size, cut))
        source = f"c{size - 1}" if kind == "FROM_SEGMENT" else f"c{cut}"
        answer = resolve(graph, RehydrationRequest(kind, source), policy=policy)
        newest_first = [f"c{number}" for number in reversed(range(size))]
        assert names(answer) == newest_first[:100]
        assert list(answer.beyond_limit) == newest_first[100:]
        assert bool(answer.warnings) == (size > 100)


def chain_of(size: int, cut: int) -> list[Record]:
    """Two sessions of so many contacts in all, the second continues from the last contact of the first."""
    records: list[Record] = []
    for number in range(size):
        first = number in (0, cut)
        records.append(
            {
                "id": f"c{number}",
                "initial": None if first else f"c{cut if number > cut else 0}",
                "previous": None if first else f"c{number - 1}",
                "related": f"c{number - 1}" if number == cut else None,
                "type": "FROM_SEGMENT" if number == cut else None,
                "initiated": number,
                "ended": number + 1,
            }
        )
    return records
