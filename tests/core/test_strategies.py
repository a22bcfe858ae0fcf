"""What each rehydration type means for one session; and that a third type needs nothing but a row in the table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from attrs import frozen

from core.building import (
    DAWN,
    ENTIRE,
    FORK,
    FROM_SEGMENT,
    PAST,
    TWO_TYPES,
    at,
    birds,
    but,
    chat,
    contact,
    graph,
    without,
)
from rehydration import (
    STRATEGIES,
    ContactGraph,
    Policy,
    RehydrationRequest,
    RehydrationStrategy,
    RehydrationType,
    RuleId,
    Verdict,
    certainty,
    explain,
    exposure,
    plan,
    resolve,
    visible_past,
)
from rehydration.consultation import DOUBT_OF_FIELD, Consultation
from rehydration.errors import NothingShows, NotInitialContact
from rehydration.exposures import Opening, Sighting
from rehydration.graph import Link
from rehydration.policies import EntireView
from rehydration.sessions import ChatSession, Segment, chain
from rehydration.strategies import UNKNOWN_TYPE, Part, Start, View
from rehydration.strategies.entire_past_session import EntirePastSession
from rehydration.strategies.from_segment import FromSegment

LAST_TWO = "LAST_TWO_SEGMENTS"


def under(**policy: str) -> Consultation:
    return Consultation(Policy(**policy))


def started(history: ContactGraph, kind: str, source: str, asked: Consultation) -> tuple[str, tuple[RuleId, ...], bool]:
    segment = history.segment(source)
    start = STRATEGIES[kind].start(segment.session, segment, asked)
    return start.segment.contact_id, start.rules, start.by_id_alone


def viewed(history: ContactGraph, kind: str, start: str, asked: Consultation) -> tuple[object, ...]:
    segment = history.segment(start)
    view = STRATEGIES[kind].view(segment.session, segment, asked)
    return [each.contact_id for each in view.shown_from(segment)], view.rules, view.dropped_by, view.by_id_alone


# ------------------------------------------------------------------------------------------------------------ the table


def test_each_type_of_amazon_connect_has_its_strategy() -> None:
    assert dict(STRATEGIES) == {ENTIRE: EntirePastSession(), FROM_SEGMENT: FromSegment()}
    assert set(STRATEGIES) == set(RehydrationType)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        STRATEGIES[LAST_TWO] = FromSegment()


def test_a_link_of_unknown_type_is_walked_like_from_segment() -> None:
    assert FromSegment() == UNKNOWN_TYPE


# ----------------------------------------------------------------------------------------------------- FROM_SEGMENT


@pytest.mark.parametrize("name", ["plum", "fig", "kiwi"])
def test_from_segment_starts_from_the_source(name: str) -> None:
    assert started(graph(PAST), FROM_SEGMENT, name, under()) == (name, ("start.from-segment",), False)


@pytest.mark.parametrize(
    ("name", "expected"), [("rye", ["rye"]), ("elm", ["elm", "rye"]), ("ash", ["ash", "oat", "rye"])]
)
def test_from_segment_shows_the_start_contact_and_its_predecessors(name: str, expected: list[str]) -> None:
    told = (expected, ("visibility.predecessors",), ("visibility.later-dropped",), False)
    assert viewed(graph(FORK), FROM_SEGMENT, name, under()) == told


def test_from_segment_asks_no_question() -> None:
    asked = under()
    started(graph(FORK), FROM_SEGMENT, "elm", asked)
    viewed(graph(FORK), FROM_SEGMENT, "elm", asked)
    assert list(asked.fields) == []


# ----------------------------------------------------------------------------------------------- ENTIRE_PAST_SESSION

STARTED = ("start.entire-past-session", "start.most-recent")


def test_entire_past_session_starts_from_the_most_recent_contact() -> None:
    rules = ("start.entire-takes-initial", *STARTED)
    assert started(graph(PAST), ENTIRE, "plum", under()) == ("kiwi", rules, False)
    late_end = graph(but(PAST, "fig", disconnect_timestamp=at(500)))
    assert started(late_end, ENTIRE, "plum", under()) == ("fig", rules, False)


def test_entire_past_session_says_where_its_start_was_chosen_by_id_alone() -> None:
    alike = [contact("fig"), contact("kiwi", initial_contact_id="fig"), contact("plum", initial_contact_id="fig")]
    assert started(graph(alike), ENTIRE, "fig", under())[0::2] == ("plum", True)


@pytest.mark.parametrize("name", ["fig", "kiwi"])
def test_entire_past_session_takes_the_initial_contact_alone(name: str) -> None:
    asked = under(entire_source="INITIAL_ONLY")
    with pytest.raises(NotInitialContact) as caught:
        started(graph(PAST), ENTIRE, name, asked)
    assert caught.value.args == (name, "plum")
    assert list(asked.fields) == ["entire_source"]


@pytest.mark.parametrize("name", ["fig", "kiwi"])
def test_entire_past_session_takes_any_contact_for_its_session_where_the_policy_says_so(name: str) -> None:
    rules = ("start.entire-given-another", *STARTED)
    assert started(graph(PAST), ENTIRE, name, under(entire_source="ANY_OF_SESSION")) == ("kiwi", rules, False)


def test_nobody_is_asked_about_another_contact_when_the_initial_one_is_given() -> None:
    asked = under()
    started(graph(PAST), ENTIRE, "plum", asked)
    assert list(asked.fields) == ["most_recent"]


@pytest.mark.parametrize("start", ["plum", "fig", "kiwi"])
def test_entire_past_session_shows_all_of_a_linear_session_whatever_its_start_contact_is(start: str) -> None:
    asked = under(entire_view="ANCESTORS")
    expected = (["kiwi", "fig", "plum"], ("visibility.entire-linear",), (), False)
    assert viewed(graph(PAST), ENTIRE, start, asked) == expected
    assert list(asked.fields) == []


def test_entire_past_session_shows_all_of_a_branched_session() -> None:
    asked = under(entire_view="SESSION")
    expected = (["ash", "elm", "oat", "rye"], ("visibility.entire-branched",), (), False)
    assert viewed(graph(FORK), ENTIRE, "oat", asked) == expected
    assert list(asked.fields) == ["entire_view", "most_recent"]


def test_entire_past_session_shows_the_start_contact_and_its_predecessors_where_the_policy_says_so() -> None:
    asked = under(entire_view="ANCESTORS")
    rule = ("visibility.entire-branched",)
    assert viewed(graph(FORK), ENTIRE, "oat", asked) == (["oat", "rye"], rule, rule, False)
    assert list(asked.fields) == ["entire_view"]


def test_entire_past_session_says_where_its_order_is_by_id_alone() -> None:
    alike = [contact("fig"), contact("kiwi", initial_contact_id="fig"), contact("plum", initial_contact_id="fig")]
    told = viewed(graph(alike), ENTIRE, "fig", under())
    assert told == (["plum", "kiwi", "fig"], ("visibility.entire-branched",), (), True)


# ---------------------------------------------------------------------------------------------------- an invented type


@frozen
class LastTwoSegments:
    """Continues from the most recent contact and shows it and the one before it.

    On a branched session it shows what ``entire_view`` says: two of all its contacts, or two of one branch.
    """

    def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:  # noqa: ARG002
        choice = session.most_recent(consultation)
        return Start(choice.segments[0], (RuleId("start.most-recent"),), choice.by_id_alone)

    def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
        rules = (RuleId("visibility.entire-branched"),)
        if not session.is_linear and consultation.ask(EntireView) is EntireView.SESSION:
            choice = session.newest_first(consultation)
            return View(choice.segments[:2], rules, rules, choice.by_id_alone)
        return View(tuple(chain(start))[:2], rules, rules)


THREE: Mapping[str, RehydrationStrategy] = {**TWO_TYPES, LAST_TWO: LastTwoSegments()}


def last_two(source: str) -> RehydrationRequest:
    return RehydrationRequest(LAST_TWO, source)


def test_an_invented_type_is_resolved() -> None:
    answer = resolve(graph(PAST), last_two("plum"), strategies=THREE)
    assert (answer.rehydration_type, answer.continued_from_contact_id) == (LAST_TWO, "kiwi")
    assert answer.visible == (PAST[2], PAST[1])
    assert answer.rules[-3:] == ("start.most-recent", "start.reported", "visibility.entire-branched")
    assert answer.consulted == ("most_recent",)


def test_an_invented_type_labels_a_stored_link() -> None:
    history = graph(PAST, birds(by=LAST_TWO, link="kiwi"))
    answer = resolve(history, RehydrationRequest(FROM_SEGMENT, "crow"), strategies=THREE)
    assert [each.contact_id for each in answer.visible] == ["crow", "owl", "kiwi", "fig"]
    assert answer.warnings == ()


def test_an_invented_type_is_what_a_linked_chat_sees() -> None:
    answer = visible_past(graph(PAST, birds(by=LAST_TWO, link="kiwi")), "owl", strategies=THREE)
    assert (answer.rehydration_type, [each.contact_id for each in answer.visible]) == (LAST_TWO, ["kiwi", "fig"])


def test_a_link_of_a_type_that_the_table_lacks_is_one_of_unknown_type() -> None:
    answer = visible_past(graph(PAST, birds(by=LAST_TWO, link="kiwi")), "owl")
    assert [each.contact_id for each in answer.visible] == ["kiwi", "fig", "plum"]
    assert answer.rules == ("visibility.type-of-link", "visibility.predecessors")


def test_a_link_whose_type_was_taken_from_the_table_is_one_of_unknown_type() -> None:
    history = graph(FORK, birds(by=ENTIRE, link="ash"))
    answer = visible_past(history, "owl", strategies={LAST_TWO: LastTwoSegments()})
    assert [each.contact_id for each in answer.visible] == ["ash", "oat", "rye"]
    assert [each.rule for each in answer.warnings] == ["visibility.type-of-link"]


def test_an_invented_type_is_explained() -> None:
    told = explain(graph(PAST, birds()), last_two("owl"), strategies=THREE)
    verdicts = {each.contact_id: each.verdict for each in told.verdicts}
    assert verdicts == {
        "crow": Verdict.VISIBLE,
        "owl": Verdict.VISIBLE,
        "fig": Verdict.VISIBLE,
        "plum": Verdict.VISIBLE,
        "kiwi": Verdict.DROPPED,
    }
    three = explain(graph(PAST), last_two("plum"), strategies=THREE)
    assert [(each.contact_id, each.rules) for each in three.with_verdict(Verdict.DROPPED)] == [
        ("plum", ("visibility.entire-branched",))
    ]


def test_an_invented_type_is_explained_with_its_readings() -> None:
    told = explain(graph(FORK), last_two("rye"), strategies=THREE)
    assert told.certainty == certainty(graph(FORK), last_two("rye"), strategies=THREE)


def test_an_invented_type_has_readings() -> None:
    told = certainty(graph(FORK), last_two("rye"), strategies=THREE)
    assert told.of_kind("policy") == (DOUBT_OF_FIELD["entire_view"],)
    assert (told.readable_always, told.readable_sometimes) == ({"ash"}, {"elm", "oat"})


def test_an_invented_type_is_planned_with() -> None:
    (first, *_) = plan(graph(PAST), ["kiwi"], ["plum"], strategies=THREE)
    assert (first.request, first.extra) == (last_two("plum"), ("fig",))


def test_an_invented_type_is_the_reason_why_nothing_can_be_planned() -> None:
    """Of three contacts it shows two, whichever is asked for."""
    with pytest.raises(NothingShows) as caught:
        plan(graph(PAST), ["kiwi", "plum"], strategies={LAST_TWO: LastTwoSegments()})
    assert caught.value.args[:2] == ("plum", "visibility.entire-branched")
    with pytest.raises(NothingShows) as caught:
        plan(graph(PAST), ["plum"], strategies={LAST_TWO: LastTwoSegments()})
    assert caught.value.args[:2] == ("plum", "visibility.entire-branched")
    with pytest.raises(NothingShows) as caught:
        plan(graph(PAST), ["kiwi"], ["fig"], strategies={LAST_TWO: LastTwoSegments()})
    assert caught.value.args[:2] == ("fig", "visibility.entire-branched")


def test_a_type_that_names_no_rules_is_planned_with_all_the_same() -> None:
    class Silent:
        """Shows all but the oldest, and does not say why."""

        def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
            return Start(session.most_recent(consultation).segments[0], (), source.contact_id == "")

        def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
            assert (len(session), len(consultation.fields)) == (3, 1)
            return View(tuple(chain(start))[:2], (), ())

    for show, hide, expected in (
        (["kiwi"], ["fig"], ("fig", "visibility.predecessors")),
        (["kiwi", "plum"], [], ("plum", "visibility.backward-only")),
        (["plum"], [], ("plum", "eligibility.type-required")),
    ):
        with pytest.raises(NothingShows) as caught:
            plan(graph(PAST), show, hide, strategies={"SILENT": Silent()})
        assert caught.value.args[:2] == expected


def test_a_type_that_shows_nothing_of_a_session_applies_its_rules_all_the_same() -> None:
    class Nothing:
        """Continues from the source and shows nothing of its session."""

        def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
            assert (source in session, consultation.fields) == (True, ())
            return Start(source, ())

        def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
            assert (start in session, consultation.fields) == (True, ())
            return View((), (RuleId("visibility.later-dropped"),), ())

    strategies = {**STRATEGIES, "NOTHING": Nothing()}
    answer = resolve(graph(PAST), RehydrationRequest("NOTHING", "fig"), strategies=strategies)
    assert (answer.visible, answer.rules[-2:]) == ((), ("start.reported", "visibility.later-dropped"))
    history = graph(PAST, birds(by=FROM_SEGMENT))
    answer = resolve(history, RehydrationRequest("NOTHING", "crow"), strategies=strategies)
    assert (answer.visible, answer.rules[-4:]) == (
        (PAST[1], PAST[0]),
        ("visibility.later-dropped", "visibility.cumulative", "visibility.link-scope", "visibility.predecessors"),
    )


def test_an_invented_type_exposes() -> None:
    history = graph(PAST, birds(by=LAST_TWO, link="kiwi"))
    told = exposure(history, "fig", strategies={LAST_TWO: LastTwoSegments()})
    link = Link("kiwi", LAST_TWO, ("owl",))
    assert told.sightings == (Sighting("owl", ("crow", "owl"), (link,), began=at(1000)),)
    assert told.openings == (
        Opening("plum", (last_two("plum"),)),
        Opening("owl", (last_two("owl"),)),
    )


def test_an_invented_type_is_refused_like_others() -> None:
    history = graph(chat("plum", "fig", live=["fig"]))
    told = certainty(history, last_two("plum"), strategies=THREE)
    assert told.of_kind("policy") == (DOUBT_OF_FIELD["ended"],)


def test_an_invented_type_starts_from_an_unknown_contact_where_there_is_no_other() -> None:
    history = graph(but(without(PAST, "plum", "fig"), "kiwi", channel="TASK"))
    answer = resolve(history, last_two("plum"), strategies=THREE, now=DAWN)
    assert (answer.continued_from_contact_id, answer.incomplete) == ("plum", True)


def test_a_type_that_shows_a_part_by_id_alone_is_warned_of() -> None:
    class ByIdAlone:
        """Continues from the source, and says that nothing but its id decided what is shown."""

        def start(self, session: ChatSession, source: Segment, consultation: Consultation) -> Start:
            assert (source in session, consultation.fields) == (True, ())
            return Start(source, ())

        def view(self, session: ChatSession, start: Segment, consultation: Consultation) -> View:
            assert (start in session, consultation.fields) == (True, ())
            return View(Part.UP_TO_START, (), (), by_id_alone=True)

    answer = resolve(graph(PAST), RehydrationRequest("MINE", "fig"), strategies={"MINE": ByIdAlone()})
    assert [(each.rule, each.contact_ids) for each in answer.warnings] == [("start.most-recent", ("plum",))]
    assert answer.visible == (PAST[1], PAST[0])
