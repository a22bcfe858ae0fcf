"""The decision as a whole: the worked examples, whole answers, the arguments it takes, and that nothing else leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from attrs import evolve

from core.building import ENTIRE, FORK, FROM_SEGMENT, PAST, ask, at, birds, but, chat, contact, graph, seen, warned
from rehydration import (
    STRATEGIES,
    Contact,
    ContactGraph,
    Policy,
    Rehydration,
    RehydrationError,
    RehydrationRequest,
    RehydrationType,
    RuleForbids,
    RuleWarning,
    TranscriptFact,
    certainty,
    explain,
    explain_past,
    exposure,
    plan,
    resolve,
    visible_past,
)
from rehydration.consultation import Consultation
from rehydration.errors import (
    ContactNotFound,
    InvalidArgument,
    TargetAlreadyAssociated,
    TooManyPastContacts,
    TypeRequired,
)
from rehydration.identifiers import RuleId
from rehydration.sessions import ChatSession, Segment
from rehydration.strategies import Start, View

FIG = RehydrationRequest(FROM_SEGMENT, "fig")

# ------------------------------------------------------------------------------------------------- the worked examples

CHAIN = [*chat("yew"), *chat("bay", start=100, link="yew"), *chat("may", start=200, link="bay", by=FROM_SEGMENT)]


@pytest.mark.parametrize(
    ("records", "kind", "source", "start", "expected"),
    [
        (PAST, FROM_SEGMENT, "fig", "fig", ["fig", "plum"]),
        (PAST, ENTIRE, "plum", "kiwi", ["kiwi", "fig", "plum"]),
        (CHAIN, FROM_SEGMENT, "bay", "bay", ["bay", "yew"]),
        (CHAIN, ENTIRE, "may", "may", ["may", "bay", "yew"]),
        (PAST, FROM_SEGMENT, "plum", "plum", ["plum"]),
        (PAST, FROM_SEGMENT, "kiwi", "kiwi", ["kiwi", "fig", "plum"]),
        (chat("plum"), FROM_SEGMENT, "plum", "plum", ["plum"]),
        (chat("plum"), ENTIRE, "plum", "plum", ["plum"]),
        ([*PAST, *birds()], ENTIRE, "owl", "crow", ["crow", "owl", "fig", "plum"]),
        ([*PAST, *birds()], FROM_SEGMENT, "owl", "owl", ["owl", "fig", "plum"]),
        ([*PAST, *birds()], FROM_SEGMENT, "kiwi", "kiwi", ["kiwi", "fig", "plum"]),
        (chat("rye", "oat<rye", "elm<rye"), ENTIRE, "rye", "elm", ["elm", "oat", "rye"]),
    ],
)
def test_a_worked_example_comes_out(
    records: list[Contact], kind: str, source: str, start: str, expected: list[str]
) -> None:
    answer = ask(graph(records), kind, source)
    assert (answer.continued_from_contact_id, seen(answer)) == (start, expected)
    assert (answer.beyond_limit, answer.warnings, answer.unavailable) == ((), (), ())


# -------------------------------------------------------------------------------------------------------- whole answers


def test_an_answer_holds_all_that_was_decided() -> None:
    records = but([*PAST, *chat("owl", start=1000, live=["owl"])], "owl", customer_id="Ana")
    answer = resolve(
        graph(records),
        RehydrationRequest(RehydrationType.ENTIRE_PAST_SESSION, "plum"),
        target="owl",
        transcripts={"fig": TranscriptFact(size=1)},
        now=at(5000),
    )
    assert answer == Rehydration(
        rehydration_type="ENTIRE_PAST_SESSION",
        source_contact_id="plum",
        target_contact_id="owl",
        continued_from_contact_id="kiwi",
        visible=(PAST[2], PAST[1], PAST[0]),
        consulted=("most_recent",),
        customer_id="Ana",
        rules=tuple(
            map(
                RuleId,
                [
                    "eligibility.retention",
                    "eligibility.source-exists",
                    "eligibility.target-is-chat",
                    "eligibility.target-live",
                    "eligibility.once-per-chat",
                    "eligibility.source-in-another-session",
                    "eligibility.session-ended",
                    "eligibility.no-ownership-check",
                    "start.entire-takes-initial",
                    "start.entire-past-session",
                    "start.most-recent",
                    "start.reported",
                    "visibility.entire-linear",
                ],
            )
        ),
    )


def test_a_start_chosen_by_id_alone_is_warned_of_once_though_the_order_is_too() -> None:
    alike = [contact("fig"), contact("kiwi", initial_contact_id="fig"), contact("plum", initial_contact_id="fig")]
    answer = ask(graph(alike), ENTIRE, "fig")
    message = "contacts of the session of 'fig' are equally recent; the greatest id comes first"
    assert answer.warnings == (RuleWarning(RuleId("start.most-recent"), message, ("fig",)),)
    narrow = ask(graph(alike), ENTIRE, "fig", {"entire_view": "ANCESTORS"})
    assert (seen(narrow), warned(narrow)) == (["plum"], [("start.most-recent", ("fig",))])


def test_a_rule_is_named_once_however_often_it_is_applied() -> None:
    answer = ask(graph(CHAIN), FROM_SEGMENT, "may")
    assert len(set(answer.rules)) == len(answer.rules)


def test_the_warnings_of_the_preconditions_come_before_those_of_the_walk() -> None:
    answer = ask(graph(PAST[1:]), FROM_SEGMENT, "kiwi", now=at(31), transcripts={"fig": TranscriptFact(size=10**9)})
    assert [each.rule for each in answer.warnings] == [
        "eligibility.unknown-end",
        "eligibility.early-call",
        "visibility.transcript-unavailable",
        "visibility.unknown-contact",
    ]


def test_the_fields_consulted_are_told_in_the_order_of_the_policy() -> None:
    history = graph(but(FORK, "elm", disconnect_timestamp=None, transcript=None))
    answer = ask(history, ENTIRE, "oat", {"ended": "SEGMENT", "entire_source": "ANY_OF_SESSION"}, now=at(41))
    assert answer.consulted == ("ended", "early_call", "entire_source", "most_recent", "entire_view")


# ------------------------------------------------------------------------------------ what a linked chat sees already


def test_a_linked_chat_sees_what_its_link_leads_to() -> None:
    answer = visible_past(graph(PAST, birds()), "crow")
    assert answer == Rehydration(
        rehydration_type=FROM_SEGMENT,
        target_contact_id="crow",
        continued_from_contact_id="fig",
        visible=(PAST[1], PAST[0]),
        rules=(RuleId("visibility.predecessors"),),
    )


@pytest.mark.parametrize("name", ["plum", "fig", "kiwi"])
def test_a_chat_without_a_link_sees_nothing(name: str) -> None:
    assert visible_past(graph(PAST, birds()), name) == Rehydration(
        rehydration_type=None,
        target_contact_id=name,
    )


def test_an_unknown_contact_of_a_linked_session_sees_what_its_session_sees() -> None:
    answer = visible_past(graph(PAST, birds()[:1], chat("owl", "gap", "hen")[2:]), "gap", policy=Policy())
    assert (answer.continued_from_contact_id, answer.consulted) == ("fig", ("link_scope",))


LATE = graph(PAST, but(chat("owl", "crow", "hen", start=1000), "crow", related_contact_id="fig"))


@pytest.mark.parametrize("name", ["crow", "hen"])
def test_a_late_link_counts_for_its_carrier_and_those_after_it_under_every_reading(name: str) -> None:
    for scope in ("SESSION", "CONTACT"):
        answer = visible_past(LATE, name, policy=Policy(link_scope=scope))
        assert (seen(answer), answer.consulted) == (["fig", "plum"], ())


def test_a_late_link_counts_for_those_before_it_as_the_policy_says() -> None:
    wide = visible_past(LATE, "owl")
    assert (seen(wide), wide.consulted, wide.rehydration_type) == (["fig", "plum"], ("link_scope",), None)
    assert wide.rules == ("visibility.link-scope", "visibility.type-of-link", "visibility.predecessors")
    narrow = visible_past(LATE, "owl", policy=Policy(link_scope="CONTACT"))
    assert (seen(narrow), narrow.consulted, narrow.continued_from_contact_id) == ([], ("link_scope",), None)
    assert narrow.rules == ("visibility.link-scope",)


def test_what_a_linked_chat_sees_is_limited_and_refused_as_for_a_request() -> None:
    names = [f"c{(place * 89) % 103}" for place in range(101)]
    history = graph(chat(*names), chat("owl", start=9000, link=names[-1]))
    assert visible_past(history, "owl").beyond_limit == (names[0],)
    with pytest.raises(TooManyPastContacts) as caught:
        visible_past(history, "owl", policy=Policy(beyond_limit="REFUSE"))
    assert caught.value.code == "InvalidRequestException"


def test_what_a_linked_chat_sees_takes_facts_and_a_time() -> None:
    history = graph(PAST, birds())
    answer = visible_past(history, "owl", transcripts={"plum": TranscriptFact(size=10**9)}, now=at(21))
    assert [(each.contact_id, each.availability.value) for each in answer.unavailable] == [
        ("fig", "not-ready"),
        ("plum", "too-large"),
    ]


def test_a_chat_that_nobody_has_heard_of_is_not_found() -> None:
    with pytest.raises(ContactNotFound) as caught:
        visible_past(graph(PAST), "sun")
    assert (caught.value.args, caught.value.code) == (("sun",), "ResourceNotFoundException")


# -------------------------------------------------------------------------------------------------------- the arguments

QUESTIONS: dict[str, Callable[..., object]] = {
    "resolve": lambda history, **more: resolve(history, more.pop("request", FIG), **more),
    "visible_past": lambda history, **more: visible_past(history, more.pop("contact_id", "fig"), **more),
    "explain": lambda history, **more: explain(history, more.pop("request", FIG), **more),
    "explain_past": lambda history, **more: explain_past(history, more.pop("contact_id", "fig"), **more),
    "certainty": lambda history, **more: certainty(history, more.pop("request", FIG), **more),
    "exposure": lambda history, **more: exposure(history, more.pop("contact_id", "fig"), **more),
    "plan": lambda history, **more: plan(history, more.pop("show", ["fig"]), **more),
}
each_question = pytest.mark.parametrize("question", list(QUESTIONS.values()), ids=list(QUESTIONS))
NOW = "a datetime with a time zone, of the years 1 to 9999"


class Nowhere(tzinfo):
    """A time zone without an offset."""


class Broken(tzinfo):
    """A time zone that fails."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        raise ZeroDivisionError


@each_question
@pytest.mark.parametrize("value", [None, [], {}, PAST, "graph", ContactGraph])
def test_a_question_takes_a_graph(question: Callable[..., object], value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        question(value)
    assert caught.value.args == ("graph", value, "a ContactGraph; ContactGraph.from_contacts makes one")


@each_question
@pytest.mark.parametrize(
    "value",
    [
        "now",
        1_777_777_777,
        datetime(2026, 5, 3),  # noqa: DTZ001  what it is about
        datetime(2026, 5, 3, tzinfo=Nowhere()),
        datetime(2026, 5, 3, tzinfo=Broken()),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_a_question_takes_a_point_in_time(question: Callable[..., object], value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        question(graph(PAST), now=value)
    assert caught.value.args == ("now", value, NOW)


@pytest.mark.parametrize("early", [datetime(1, 1, 1, tzinfo=UTC), datetime(2, 12, 31, 23, 59, 59, tzinfo=UTC)], ids=str)
def test_a_time_so_early_that_there_is_none_two_years_before_is_refused(early: datetime) -> None:
    with pytest.raises(InvalidArgument) as caught:
        resolve(graph(PAST), FIG, now=early)
    assert caught.value.args == ("now", early, "a time after the year 2")


@pytest.mark.parametrize("now", [datetime(3, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)], ids=str)
def test_the_first_and_the_last_time_are_taken(now: datetime) -> None:
    first = [contact("fig", initiation_timestamp=None, disconnect_timestamp=datetime.min.replace(tzinfo=UTC))]
    assert seen(resolve(graph(first), FIG, now=now)) == ["fig"]


@each_question
@pytest.mark.parametrize("value", [[], "facts", 7, [("fig", TranscriptFact())], iter(())])
def test_a_question_takes_facts_by_contact_id(question: Callable[..., object], value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        question(graph(PAST), transcripts=value)
    assert caught.value.args == ("transcripts", value, "a mapping from contact id to TranscriptFact")


@each_question
def test_a_question_looks_at_no_fact_that_it_does_not_need(question: Callable[..., object]) -> None:
    class Bucket(Mapping[str, TranscriptFact]):
        """A bucket that can be asked for one file, never for all of them."""

        def __getitem__(self, key: str) -> TranscriptFact:
            raise KeyError(key)

        def __contains__(self, key: object) -> bool:
            return False

        def __iter__(self) -> Iterator[str]:
            raise AssertionError

        def __len__(self) -> int:
            raise AssertionError

    assert question(graph(PAST), transcripts=Bucket()) == question(graph(PAST))


@each_question
@pytest.mark.parametrize("value", [None, {}, "SESSION", Policy], ids=str)
def test_a_question_takes_a_policy(question: Callable[..., object], value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        question(graph(PAST), policy=value)
    assert caught.value.args == ("policy", value, "a Policy")


@each_question
@pytest.mark.parametrize("value", [None, [], "FROM_SEGMENT", list(STRATEGIES.items())], ids=str)
def test_a_question_takes_a_table_of_strategies(question: Callable[..., object], value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        question(graph(PAST), strategies=value)
    assert caught.value.args == (
        "strategies",
        value,
        "a mapping from rehydration type to strategy, such as STRATEGIES",
    )


class NoView:
    """A strategy that lacks the half of it."""

    def start(self) -> None: ...


class NoStart:
    """A strategy that lacks the other half."""

    start = None

    def view(self) -> None: ...


@each_question
@pytest.mark.parametrize("value", [None, 7, NoView(), NoStart()], ids=lambda value: type(value).__name__)
def test_a_question_takes_a_table_of_what_are_strategies(question: Callable[..., object], value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        question(graph(PAST), strategies={**STRATEGIES, "MINE": value})
    assert caught.value.args == ("strategies['MINE']", value, "a RehydrationStrategy, which has start and view")


@each_question
def test_a_question_takes_a_table_by_the_names_of_types(question: Callable[..., object]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        question(graph(PAST), strategies={7: STRATEGIES[ENTIRE]})
    assert caught.value.args == ("a type of strategies", 7, "the name of a rehydration type")


@pytest.mark.parametrize("name", ["resolve", "explain", "certainty"])
@pytest.mark.parametrize("value", [None, "fig", (FROM_SEGMENT, "fig"), {"SourceContactId": "fig"}], ids=str)
def test_a_question_takes_a_request(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        QUESTIONS[name](graph(PAST), request=value)
    assert caught.value.args == ("request", value, "a RehydrationRequest")


@pytest.mark.parametrize("name", ["visible_past", "explain_past", "exposure"])
@pytest.mark.parametrize("value", ["", "x" * 257, "sun"])
def test_a_contact_that_no_record_names_is_not_found(name: str, value: str) -> None:
    with pytest.raises(ContactNotFound) as caught:
        QUESTIONS[name](graph(PAST), contact_id=value)
    assert (caught.value.args, caught.value.code) == ((value,), "ResourceNotFoundException")


@pytest.mark.parametrize("name", ["visible_past", "explain_past", "exposure"])
@pytest.mark.parametrize("value", [None, 7, b"fig", [], PAST[1]], ids=lambda value: type(value).__name__)
def test_a_question_takes_a_contact_id_as_text(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        QUESTIONS[name](graph(PAST), contact_id=value)
    assert caught.value.args == ("contact_id", value, "the id of a contact, as text")


def test_a_table_without_from_segment_knows_what_it_holds() -> None:
    only = {ENTIRE: STRATEGIES[ENTIRE]}
    with pytest.raises(TypeRequired) as caught:
        resolve(graph(PAST), FIG, strategies=only)
    assert caught.value.known == (ENTIRE,)
    answer = resolve(graph(PAST, birds()), RehydrationRequest(ENTIRE, "owl"), strategies=only)
    assert seen(answer) == ["crow", "owl", "fig", "plum"]
    assert "visibility.type-of-link" in answer.rules


def test_an_empty_table_knows_nothing() -> None:
    with pytest.raises(TypeRequired) as caught:
        resolve(graph(PAST), FIG, strategies={})
    assert caught.value.known == ()


def test_a_refusal_of_a_strategy_of_ones_own_leaves_with_a_code() -> None:
    class NotToday(RuleForbids):
        """A refusal of a kind that the library does not know."""

    class Refusing:
        def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
            raise NotToday(session.initial_contact_id, source.contact_id, len(consultation.fields))

        def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
            raise AssertionError(session, start, consultation)

    with pytest.raises(NotToday) as caught:
        resolve(graph(PAST), RehydrationRequest("MINE", "fig"), strategies={"MINE": Refusing()})
    assert (caught.value.args, caught.value.code) == (("plum", "fig", 0), "InvalidRequestException")


def test_a_contact_of_the_graph_is_named_as_a_target_and_not_handed_in() -> None:
    history = graph(PAST, chat("owl", start=100, live=["owl"]))
    with pytest.raises(InvalidArgument) as caught:
        resolve(history, FIG, target=contact("owl", disconnect_timestamp=None))
    assert str(caught.value) == "target is 'owl': expected the id of a contact, or a contact not in the graph yet"


def test_a_chat_may_ask_what_it_would_continue_from_before_it_starts() -> None:
    """protocol.plan-before-commit."""
    new = contact("owl", disconnect_timestamp=None)
    history, started = graph(PAST), graph(PAST, [new])
    assert resolve(history, FIG, target=new) == resolve(started, FIG, target="owl")
    assert "owl" not in history


@pytest.mark.parametrize("kind", [None, FROM_SEGMENT])
def test_a_chat_that_is_about_to_start_with_a_link_of_its_own_gets_no_other(kind: str | None) -> None:
    """eligibility.once-per-chat."""
    new = contact("owl", disconnect_timestamp=None, related_contact_id="plum", rehydration_type=kind)
    with pytest.raises(TargetAlreadyAssociated) as caught:
        resolve(graph(PAST), FIG, target=new)
    assert caught.value.args == ("owl", "plum")
    plain = evolve(new, rehydration_type=None, related_is_link=False)
    assert seen(resolve(graph(PAST), FIG, target=plain)) == ["fig", "plum"]


def test_a_contact_that_records_only_refer_to_may_be_about_to_start() -> None:
    history = graph(PAST, chat("hen", start=100, link="owl", by=FROM_SEGMENT))
    new = contact("owl", disconnect_timestamp=None)
    assert seen(resolve(history, FIG, target=new)) == ["fig", "plum"]
    with pytest.raises(RuleForbids) as caught:
        resolve(history, RehydrationRequest(FROM_SEGMENT, "hen"), target=new)
    assert caught.value.rule == "identity.predecessors-form-a-tree"


@pytest.mark.parametrize("argument", ["target", "transcripts", "now", "policy", "strategies"])
def test_nothing_but_our_own_errors_leaves_a_question(argument: str) -> None:
    for value in (0, -1.5, "", "fig", b"fig", [], [[]], {}, {1: 2}, {"fig": "x"}, set(), object(), type, float("nan")):
        for name in ("resolve", "explain"):
            with suppress(RehydrationError):
                QUESTIONS[name](graph(PAST), **{argument: value})
