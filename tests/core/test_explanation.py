"""Why: each contact that was looked at, its verdict and the rules that gave it."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from typing import Any

import pytest

from core.building import (
    ENTIRE,
    FORK,
    FROM_SEGMENT,
    PAST,
    ask,
    at,
    birds,
    but,
    chat,
    contact,
    graph,
    long_past,
    without,
)
from rehydration import (
    RULES,
    Availability,
    Contact,
    ContactId,
    Explanation,
    History,
    Link,
    PastSession,
    Policy,
    Refusal,
    RehydrationRequest,
    TranscriptFact,
    UnknownContact,
    Verdict,
    certainty,
    explain,
    explain_past,
    visible_past,
)
from rehydration.consultation import DOUBT_OF_FIELD
from rehydration.doubts import Doubt
from rehydration.errors import ContactNotFound, NotInitialContact, TranscriptNotAvailable
from rehydration.explanation import ContactVerdict

MISSING, LARGE = TranscriptFact(Availability.MISSING), TranscriptFact(size=5_000_001)
PREDECESSORS, DROPPED = ("visibility.predecessors",), ("visibility.later-dropped",)
BEYOND = ("visibility.past-limit", "visibility.beyond-limit")
UNAVAILABLE = "visibility.transcript-unavailable"
OTHER = ("visibility.other-channels",)
CUMULATIVE, PERSISTS = "visibility.cumulative", "visibility.cut-persists"


def why(records: Iterable[Contact], kind: str, source: str, policy: Any = None, **more: Any) -> Explanation:
    told = explain(graph(records), RehydrationRequest(kind, source), policy=Policy(**(policy or {})), **more)
    assert all(rule in RULES for each in told.verdicts for rule in each.rules)
    return told


def verdicts(told: Explanation) -> list[tuple[str, str, str | None, tuple[str, ...]]]:
    """Contact, verdict, availability and rules of each, in order."""
    return [
        (each.contact_id, each.verdict.value, each.availability and each.availability.value, each.rules)
        for each in told.verdicts
    ]


def words(told: Explanation) -> dict[str, str]:
    return {each.contact_id: each.verdict.value for each in told.verdicts}


def test_the_words_for_verdicts_are_those_of_the_rules_page() -> None:
    assert [each.value for each in Verdict] == ["visible", "unavailable", "unknown", "dropped", "beyond the limit"]


def test_an_explanation_holds_the_answer_and_its_readings() -> None:
    told = why([*PAST, *birds()], ENTIRE, "owl", {"entire_source": "ANY_OF_SESSION"})
    assert told.answer == ask(graph(PAST, birds()), ENTIRE, "owl", {"entire_source": "ANY_OF_SESSION"})
    assert told.certainty == certainty(graph(PAST, birds()), RehydrationRequest(ENTIRE, "owl"))


def test_a_verdict_tells_contact_session_availability_and_rules() -> None:
    told = why([*PAST, *birds()], FROM_SEGMENT, "owl")
    assert told.verdicts[2] == ContactVerdict(
        PAST[2],
        "plum",
        Verdict.DROPPED,
        None,
        ("visibility.later-dropped", "visibility.cut-persists"),
    )
    assert told.verdicts[2].contact_id == "kiwi"
    assert [each.initial_contact_id for each in told.verdicts] == ["owl", "owl", "plum", "plum", "plum"]


def test_every_contact_of_the_source_session_has_a_verdict() -> None:
    assert verdicts(why(PAST, FROM_SEGMENT, "fig")) == [
        ("kiwi", "dropped", None, DROPPED),
        ("fig", "visible", "available", PREDECESSORS),
        ("plum", "visible", "available", PREDECESSORS),
    ]


def test_nothing_of_a_linear_session_is_dropped_from_all_of_it() -> None:
    assert verdicts(why(PAST, ENTIRE, "plum")) == [
        (name, "visible", "available", ("visibility.entire-linear",)) for name in ("kiwi", "fig", "plum")
    ]


def test_a_branch_is_dropped_by_the_rule_that_leaves_it_open() -> None:
    rules = ("visibility.entire-branched",)
    assert verdicts(why(FORK, ENTIRE, "rye", {"entire_view": "ANCESTORS"})) == [
        ("ash", "visible", "available", rules),
        ("elm", "dropped", None, rules),
        ("oat", "visible", "available", rules),
        ("rye", "visible", "available", rules),
    ]
    assert set(words(why(FORK, ENTIRE, "rye")).values()) == {"visible"}


def test_a_cut_is_told_with_the_rule_that_keeps_it() -> None:
    assert verdicts(why([*PAST, *birds()], FROM_SEGMENT, "owl")) == [
        ("crow", "dropped", None, DROPPED),
        ("owl", "visible", "available", PREDECESSORS),
        ("kiwi", "dropped", None, (*DROPPED, PERSISTS)),
        ("fig", "visible", "available", (CUMULATIVE, *PREDECESSORS)),
        ("plum", "visible", "available", (CUMULATIVE, *PREDECESSORS)),
    ]


def test_a_link_of_unknown_type_is_told_with_its_rule() -> None:
    told = why([*PAST, *birds(by=None)], FROM_SEGMENT, "crow")
    assert verdicts(told)[3] == ("fig", "visible", "available", (CUMULATIVE, "visibility.type-of-link", *PREDECESSORS))


def test_what_a_link_of_unknown_type_drops_is_told_with_the_rule_that_keeps_it_dropped() -> None:
    told = why([*PAST, *birds(by=None)], FROM_SEGMENT, "crow")
    assert verdicts(told)[2] == ("kiwi", "dropped", None, ("visibility.type-of-link", PERSISTS))


def test_a_late_link_is_told_with_its_rule() -> None:
    late = but(chat("owl", "crow", start=1000), "crow", related_contact_id="fig", rehydration_type=FROM_SEGMENT)
    told = why([*PAST, *late], FROM_SEGMENT, "owl")
    assert verdicts(told)[3] == ("fig", "visible", "available", (CUMULATIVE, "visibility.link-scope", *PREDECESSORS))
    narrow = why([*PAST, *late], FROM_SEGMENT, "owl", {"link_scope": "CONTACT"})
    assert words(narrow) == {"crow": "dropped", "owl": "visible"}


def test_sessions_that_come_later_are_not_looked_at() -> None:
    assert list(words(why([*PAST, *birds()], FROM_SEGMENT, "kiwi"))) == ["kiwi", "fig", "plum"]


def test_a_contact_of_another_channel_is_dropped_as_such_wherever_it_stands() -> None:
    records = but(but(PAST, "plum", channel="TASK"), "kiwi", channel="VOICE")
    assert verdicts(why(records, FROM_SEGMENT, "fig")) == [
        ("kiwi", "dropped", None, OTHER),
        ("fig", "visible", "available", PREDECESSORS),
        ("plum", "dropped", None, OTHER),
    ]


def test_an_unknown_contact_in_the_walk_is_unknown_and_one_beside_it_is_dropped() -> None:
    records = [*PAST[1:], contact("pea", initial_contact_id="plum", previous_contact_id="bean")]
    told = {each[0]: each[1:] for each in verdicts(why(records, FROM_SEGMENT, "kiwi"))}
    assert told["plum"] == ("unknown", "unknown", (*PREDECESSORS, "visibility.unknown-contact"))
    assert told["bean"] == ("dropped", None, DROPPED)


def test_the_contact_of_a_verdict_may_be_an_unknown_one() -> None:
    told = why(without(PAST, "plum"), FROM_SEGMENT, "kiwi")
    assert [each.contact for each in told.verdicts] == [PAST[2], PAST[1], UnknownContact("plum", "plum")]


@pytest.mark.parametrize(
    ("fact", "word", "rules"),
    [
        (MISSING, "missing", (UNAVAILABLE,)),
        (LARGE, "too-large", ("visibility.transcript-size", UNAVAILABLE)),
        (TranscriptFact(misplaced=True), "missing", ("visibility.transcript-place", UNAVAILABLE)),
    ],
)
def test_a_transcript_that_cannot_be_shown_is_told_with_the_rules_why(
    fact: TranscriptFact, word: str, rules: tuple[str, ...]
) -> None:
    told = why(PAST, FROM_SEGMENT, "kiwi", transcripts={"fig": fact})
    assert verdicts(told)[1] == ("fig", "unavailable", word, (*PREDECESSORS, *rules))
    assert words(told)["plum"] == "visible"


def test_a_transcript_that_is_not_ready_is_visible() -> None:
    told = why(PAST, FROM_SEGMENT, "fig", now=at(31))
    assert verdicts(told)[1] == ("fig", "visible", "not-ready", (*PREDECESSORS, "eligibility.transcript-lag"))


def test_a_walk_that_stopped_tells_where_and_that_all_after_it_is_dropped_therefore() -> None:
    told = why(FORK, ENTIRE, "rye", {"unavailable": "STOP"}, transcripts={"elm": LARGE})
    rules = ("visibility.entire-branched",)
    assert verdicts(told) == [
        ("ash", "visible", "available", rules),
        ("elm", "unavailable", "too-large", ("visibility.transcript-size", UNAVAILABLE)),
        ("oat", "dropped", None, (UNAVAILABLE,)),
        ("rye", "dropped", None, (UNAVAILABLE,)),
    ]


def test_what_would_have_been_dropped_anyway_is_dropped_by_its_own_rule_where_a_walk_stopped() -> None:
    told = why([*PAST, *birds()], FROM_SEGMENT, "crow", {"unavailable": "STOP"}, transcripts={"fig": MISSING})
    assert verdicts(told)[2:] == [
        ("kiwi", "dropped", None, (*DROPPED, PERSISTS)),
        ("fig", "unavailable", "missing", (UNAVAILABLE,)),
        ("plum", "dropped", None, (UNAVAILABLE,)),
    ]


def test_a_walk_that_stopped_behind_a_link_of_unknown_type_tells_what_it_would_have_shown() -> None:
    told = why([*PAST, *birds(by=None)], FROM_SEGMENT, "crow", {"unavailable": "STOP"}, transcripts={"fig": MISSING})
    assert verdicts(told)[2:] == [
        ("kiwi", "dropped", None, ("visibility.type-of-link", PERSISTS)),
        ("fig", "unavailable", "missing", (UNAVAILABLE,)),
        ("plum", "dropped", None, (UNAVAILABLE,)),
    ]


def test_a_walk_that_stopped_does_not_touch_the_verdicts_of_sessions_before() -> None:
    told = why([*PAST, *birds()], FROM_SEGMENT, "owl", {"unavailable": "STOP"}, transcripts={"fig": MISSING})
    assert verdicts(told)[:2] == [("crow", "dropped", None, DROPPED), ("owl", "visible", "available", PREDECESSORS)]


def test_what_is_beyond_the_limit_has_a_verdict_of_its_own() -> None:
    records = long_past(102, by=FROM_SEGMENT)
    told = why(records, FROM_SEGMENT, records[-1].contact_id)
    assert verdicts(told)[100:] == [(each.contact_id, "beyond the limit", None, BEYOND) for each in records[1::-1]]
    assert verdicts(told)[99] == (
        records[2].contact_id,
        "visible",
        "available",
        (CUMULATIVE, *PREDECESSORS),
    )


def test_a_session_that_the_limit_cuts_has_visible_dropped_and_beyond() -> None:
    names = [f"c{(place * 89) % 103}" for place in range(103)]
    told = words(why(chat(*names), FROM_SEGMENT, names[101]))
    assert [told[names[102]], told[names[101]], told[names[2]], told[names[1]], told[names[0]]] == [
        "dropped",
        "visible",
        "visible",
        "beyond the limit",
        "beyond the limit",
    ]


def test_contacts_of_verdicts_are_picked_newest_first() -> None:
    told = why([*PAST, *birds()], FROM_SEGMENT, "owl", transcripts={"fig": MISSING})
    assert [each.contact_id for each in told.with_verdict(Verdict.DROPPED)] == ["crow", "kiwi"]
    assert [each.contact_id for each in told.with_verdict(Verdict.UNAVAILABLE, Verdict.VISIBLE)] == [
        "owl",
        "fig",
        "plum",
    ]
    assert told.with_verdict() == ()


def test_verdicts_are_ordered_by_the_policy_and_ask_nothing_of_it() -> None:
    late = but(FORK, "elm", disconnect_timestamp=at(900))
    for criterion, expected in (("DISCONNECT", ["elm", "ash", "oat", "rye"]), ("DEPTH", ["ash", "elm", "oat", "rye"])):
        told = why(late, FROM_SEGMENT, "oat", {"most_recent": criterion})
        assert ([each.contact_id for each in told.verdicts], told.answer.consulted) == (expected, ())


def doubts(*fields: str) -> tuple[Doubt, ...]:
    return tuple(DOUBT_OF_FIELD[each] for each in fields)


def test_a_refusal_is_raised_with_its_code() -> None:
    with pytest.raises(NotInitialContact) as caught:
        why(PAST, ENTIRE, "fig")
    assert caught.value.code == "InvalidRequestException"


def test_the_target_is_part_of_the_question() -> None:
    records = [*but(PAST, "fig", customer_id="Ana"), contact("owl", customer_id="Bo", disconnect_timestamp=None)]
    told = why(records, FROM_SEGMENT, "fig", target="owl")
    assert told.answer == ask(graph(records), FROM_SEGMENT, "fig", target="owl")
    assert told.certainty.of_kind("policy") == doubts("customer_mismatch")


def test_facts_and_time_are_part_of_the_readings_too() -> None:
    told = why(PAST, FROM_SEGMENT, "kiwi", transcripts={"fig": MISSING}, now=at(31))
    assert told.certainty.of_kind("policy") == doubts("early_call", "unavailable")


def test_an_explanation_is_a_value() -> None:
    told = why([*PAST, *birds()], FROM_SEGMENT, "owl")
    assert pickle.loads(pickle.dumps(told)) == told  # noqa: S301


# ------------------------------------------------------------------------------------------- of a chat already linked


def test_what_a_linked_chat_sees_is_explained() -> None:
    history = graph(PAST, birds())
    told = explain_past(history, "owl", transcripts={"plum": LARGE})
    assert told.answer == visible_past(history, "owl", transcripts={"plum": LARGE})
    assert verdicts(told) == [
        ("kiwi", "dropped", None, DROPPED),
        ("fig", "visible", "available", PREDECESSORS),
        ("plum", "unavailable", "too-large", (*PREDECESSORS, "visibility.transcript-size", UNAVAILABLE)),
    ]
    past = History(history, transcripts={"plum": LARGE}).certainty_of_past("owl")
    assert (told.certainty.depends_on, told.certainty.outcomes[0]) == (doubts("unavailable"), past.outcomes[0])
    assert told.certainty.readable_sometimes == {"fig"}  # another reading refuses the past of a chat


def test_what_a_linked_chat_sees_is_ordered_by_the_policy() -> None:
    late = but(FORK, "elm", disconnect_timestamp=at(900))
    for criterion, expected in (("DISCONNECT", ["elm", "ash", "oat", "rye"]), ("DEPTH", ["ash", "elm", "oat", "rye"])):
        told = explain_past(graph(late, birds(link="oat")), "owl", policy=Policy(most_recent=criterion))
        assert [each.contact_id for each in told.verdicts] == expected


def test_a_chat_without_a_link_has_nothing_to_explain() -> None:
    told = explain_past(graph(PAST), "fig")
    assert (told.answer, told.verdicts) == (visible_past(graph(PAST), "fig"), ())


def test_a_refusal_to_a_linked_chat_is_raised_with_its_code() -> None:
    history = graph(PAST, birds())
    with pytest.raises(TranscriptNotAvailable) as caught:
        explain_past(history, "owl", transcripts={"fig": MISSING}, policy=Policy(unavailable="REFUSE"))
    assert caught.value.code == "InvalidRequestException"
    with pytest.raises(ContactNotFound) as missing:
        explain_past(history, "sun")
    assert missing.value.code == "ResourceNotFoundException"


def test_the_links_of_the_sessions_looked_at_are_told_newest_first():
    told = why([*PAST, *birds(), *chat("gnu", start=2000, link="crow", by=ENTIRE)], ENTIRE, "gnu")
    assert told.links == (
        Link(ContactId("crow"), ENTIRE, (ContactId("gnu"),)),
        Link(ContactId("fig"), FROM_SEGMENT, (ContactId("owl"),)),
    )


def test_a_link_that_is_not_followed_is_told():
    late = [*PAST, *but(chat("owl", "crow", start=1000), "crow", related_contact_id="fig")]
    told = why(late, FROM_SEGMENT, "owl", {"link_scope": "CONTACT"})
    assert [each.contact_id for each in told.verdicts] == ["crow", "owl"]
    assert told.links == (Link(ContactId("fig"), None, (ContactId("crow"),)),)


# ------------------------------------------------------------------------------------------- sessions, and refusals


def test_an_explanation_tells_each_session_where_it_was_entered_and_what_it_continues() -> None:
    told = explain(graph(PAST, birds()), RehydrationRequest(FROM_SEGMENT, "owl"))
    verdicts = {each.contact_id: each for each in told.verdicts}
    assert told.sessions == (
        PastSession("owl", "owl", (verdicts["crow"], verdicts["owl"]), Link("fig", FROM_SEGMENT, ("owl",))),
        PastSession("plum", "fig", (verdicts["kiwi"], verdicts["fig"], verdicts["plum"]), None),
    )
    assert told.links == (Link("fig", FROM_SEGMENT, ("owl",)),)


def test_a_request_is_accounted_for_by_its_explanation_or_by_its_refusal() -> None:
    history, request = History(graph(PAST)), RehydrationRequest(ENTIRE, "fig")
    refused = history.account(request)
    assert isinstance(refused, Refusal)
    assert (refused.request, refused.certainty.depends_on) == (request, doubts("entire_source"))
    assert refused.certainty.outcomes[0].answer is refused.error
    assert (type(refused.error), refused.error.args) == (NotInitialContact, ("fig", "plum"))
    assert history.account(RehydrationRequest(ENTIRE, "plum")) == history.explain(RehydrationRequest(ENTIRE, "plum"))
