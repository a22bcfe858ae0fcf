"""What is seen: each rule of the group visibility, by whole answers to small histories."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from datetime import timedelta
from itertools import permutations
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
    seen,
    warned,
    without,
)
from rehydration import (
    Availability,
    Contact,
    Rehydration,
    TranscriptFact,
    Unavailability,
    UnknownContact,
    visible_past,
)
from rehydration.errors import InvalidArgument, TooManyPastContacts, TranscriptNotAvailable
from rehydration.walk import PAST_CONTACT_LIMIT

MISSING, DELETED = TranscriptFact(Availability.MISSING), TranscriptFact(Availability.DELETED)
LARGE, NOT_READY = TranscriptFact(size=5_000_001), TranscriptFact(Availability.NOT_READY)
BEYOND = ("visibility.past-limit", "visibility.beyond-limit")
UNAVAILABLE, LAG = "visibility.transcript-unavailable", "eligibility.transcript-lag"


def entire(records: Iterable[Contact], source: str, **policy: str) -> Rehydration:
    return ask(graph(records), ENTIRE, source, policy)


def segment(records: Iterable[Contact], source: str, **policy: str) -> Rehydration:
    return ask(graph(records), FROM_SEGMENT, source, policy)


def lost(answer: Rehydration) -> list[tuple[str, str, str]]:
    return [(each.contact_id, each.availability.value, each.rule) for each in answer.unavailable]


# ---------------------------------------------------------------------------------------------------------- one session


@pytest.mark.parametrize(
    ("source", "expected"), [("plum", ["plum"]), ("fig", ["fig", "plum"]), ("kiwi", ["kiwi", "fig", "plum"])]
)
def test_the_start_contact_and_its_predecessors_are_visible(source: str, expected: list[str]) -> None:
    for order in permutations(PAST):
        assert seen(segment(order, source)) == expected


def test_what_is_visible_are_the_contacts_themselves() -> None:
    assert segment(PAST, "fig").visible == (PAST[1], PAST[0])


def test_a_later_segment_is_dropped() -> None:
    assert seen(segment(PAST, "fig")) == ["fig", "plum"]


def test_a_sibling_is_dropped() -> None:
    assert seen(segment(FORK, "elm")) == ["elm", "rye"]


def test_all_of_a_linear_session_is_visible() -> None:
    assert seen(entire(PAST, "plum")) == ["kiwi", "fig", "plum"]


def test_all_of_a_linear_session_is_visible_though_its_start_contact_is_not_the_last() -> None:
    answer = entire(but(PAST, "fig", disconnect_timestamp=at(500)), "plum", entire_view="ANCESTORS")
    assert (answer.continued_from_contact_id, seen(answer)) == ("fig", ["kiwi", "fig", "plum"])


def test_all_of_a_branched_session_is_visible() -> None:
    for order in permutations(FORK):
        answer = entire(order, "rye")
        assert (seen(answer), answer.consulted) == (["ash", "elm", "oat", "rye"], ("most_recent", "entire_view"))


def test_of_a_branched_session_one_branch_is_visible_where_the_policy_says_so() -> None:
    assert seen(entire(FORK, "rye", entire_view="ANCESTORS")) == ["ash", "oat", "rye"]


def test_a_branched_session_is_listed_by_what_is_most_recent() -> None:
    late = but(FORK, "elm", disconnect_timestamp=at(900))
    assert seen(entire(late, "rye", most_recent="DISCONNECT")) == ["elm", "ash", "oat", "rye"]
    assert seen(entire(late, "rye", most_recent="DEPTH")) == ["ash", "elm", "oat", "rye"]
    assert seen(entire(late, "rye", most_recent="INITIATION")) == ["ash", "elm", "oat", "rye"]


def test_an_order_by_id_alone_is_warned_of_once() -> None:
    alike = [contact("fig"), contact("kiwi", initial_contact_id="fig"), contact("plum", initial_contact_id="fig")]
    answer = entire(alike, "fig")
    assert warned(answer) == [("start.most-recent", ("fig",))]
    assert answer.warnings[0].message == (
        "contacts of the session of 'fig' are equally recent; the greatest id comes first"
    )


def test_an_order_by_id_alone_of_a_session_reached_over_a_link_is_warned_of() -> None:
    alike = [contact("fig"), contact("kiwi", initial_contact_id="fig"), contact("plum", initial_contact_id="fig")]
    answer = segment([*alike, *birds(by=ENTIRE)], "owl")
    assert (seen(answer), warned(answer)) == (["owl", "plum", "kiwi", "fig"], [("start.most-recent", ("fig",))])


# ----------------------------------------------------------------------------------------------------------- over links

FISH = chat("cod", start=2000, link="crow", by=ENTIRE)


def test_links_accumulate() -> None:
    answer = segment([*PAST, *birds(), *FISH], "cod")
    assert seen(answer) == ["cod", "crow", "owl", "fig", "plum"]
    assert answer.rules == (
        "eligibility.source-exists",
        "eligibility.session-ended",
        "start.from-segment",
        "start.reported",
        "visibility.predecessors",
        "visibility.cumulative",
        "visibility.entire-linear",
    )


@pytest.mark.parametrize(("kind", "source"), [(ENTIRE, "owl"), (FROM_SEGMENT, "crow")])
def test_what_an_earlier_rehydration_dropped_stays_dropped(kind: str, source: str) -> None:
    answer = ask(graph(PAST, birds()), kind, source)
    assert (answer.continued_from_contact_id, seen(answer)) == ("crow", ["crow", "owl", "fig", "plum"])


def test_a_cut_is_made_in_the_middle_too() -> None:
    assert seen(segment([*PAST, *birds()], "owl")) == ["owl", "fig", "plum"]


@pytest.mark.parametrize("source", ["kiwi", "plum"])
def test_an_old_session_shows_none_that_continued_it(source: str) -> None:
    assert segment([*PAST, *birds(), *FISH], source) == segment(PAST, source)


def test_a_link_by_entire_past_session_shows_what_lies_beside_its_start_contact() -> None:
    answer = segment([*FORK, *birds(by=ENTIRE, link="elm")], "owl")
    assert (seen(answer), answer.warnings) == (["owl", "ash", "elm", "oat", "rye"], ())
    narrow = segment([*FORK, *birds(by=ENTIRE, link="elm")], "owl", entire_view="ANCESTORS")
    assert seen(narrow) == ["owl", "elm", "rye"]


LATE = [*PAST, *but(chat("owl", "crow", start=1000), "crow", related_contact_id="fig", rehydration_type=FROM_SEGMENT)]
"""Crow, not owl, carries the link: the association was made after a transfer."""


@pytest.mark.parametrize("scope", ["SESSION", "CONTACT"])
def test_a_link_counts_for_the_contact_that_carries_it_and_those_after_it(scope: str) -> None:
    answer = segment(LATE, "crow", link_scope=scope)
    assert (seen(answer), answer.consulted) == (["crow", "owl", "fig", "plum"], ())
    assert "visibility.link-scope" not in answer.rules


def test_a_late_link_counts_for_the_whole_session() -> None:
    answer = segment(LATE, "owl")
    assert (seen(answer), answer.consulted) == (["owl", "fig", "plum"], ("link_scope",))
    assert answer.rules[-3:] == ("visibility.predecessors", "visibility.cumulative", "visibility.link-scope")


def test_a_late_link_counts_from_its_carrier_on_where_the_policy_says_so() -> None:
    answer = segment(LATE, "owl", link_scope="CONTACT")
    assert (seen(answer), answer.consulted, answer.warnings) == (["owl"], ("link_scope",), ())
    assert answer.rules[-2:] == ("visibility.predecessors", "visibility.link-scope")


def test_one_of_several_carriers_is_enough() -> None:
    twice = but(LATE, "owl", related_contact_id="fig")
    assert segment(twice, "owl", link_scope="CONTACT").consulted == ()


def test_a_carrier_of_another_branch_does_not_count() -> None:
    """Hen carries the link and is no predecessor of crow."""
    fork = but(chat("owl", "hen<owl", "crow<owl", start=1000), "hen", related_contact_id="fig")
    assert seen(segment([*PAST, *fork], "crow", link_scope="CONTACT")) == ["crow", "owl"]
    assert seen(segment([*PAST, *fork], "hen", link_scope="CONTACT")) == ["hen", "owl", "fig", "plum"]
    assert seen(entire([*PAST, *fork], "owl", link_scope="CONTACT")) == ["crow", "hen", "owl", "fig", "plum"]


# ------------------------------------------------------------------------------------------------ links of unknown type


@pytest.mark.parametrize("link", ["fig", "kiwi"])
def test_a_link_of_unknown_type_into_a_linear_session_shows_predecessors_without_a_word(link: str) -> None:
    typed, untyped = (segment([*PAST, *birds(by=by, link=link)], "owl") for by in (FROM_SEGMENT, None))
    assert (seen(untyped), untyped.warnings) == (seen(typed), ())
    assert untyped.rules[-3:] == ("visibility.predecessors", "visibility.cumulative", "visibility.type-of-link")


def test_a_link_of_unknown_type_into_a_branched_session_warns_of_what_is_left_out() -> None:
    answer = segment([*FORK, *birds(by=None, link="ash")], "owl")
    assert seen(answer) == ["owl", "ash", "oat", "rye"]
    assert (warned(answer), answer.consulted) == ([("visibility.type-of-link", ("elm",))], ())
    assert answer.warnings[0].message == (
        "the type of the link to 'ash' is not recorded; had it been ENTIRE_PAST_SESSION, 'elm' could be visible too"
    )


def test_a_link_of_unknown_type_from_an_earlier_contact_that_ended_last_warns_of_the_later_ones() -> None:
    answer = segment([*but(PAST, "fig", disconnect_timestamp=at(400)), *birds(by=None, link="fig")], "owl")
    assert seen(answer) == ["owl", "fig", "plum"]
    assert warned(answer) == [("visibility.type-of-link", ("kiwi",))]


def test_a_link_that_starts_where_the_whole_session_would_not_have_was_from_a_segment() -> None:
    answer = segment([*FORK, *birds(by=None, link="elm")], "owl")
    assert (seen(answer), answer.warnings) == (["owl", "elm", "rye"], ())


def test_a_link_of_unknown_type_that_leaves_out_nothing_that_could_be_listed_warns_of_nothing() -> None:
    answer = segment(
        [*but(chat("rye", "oat<rye", "elm<rye"), "oat", channel="TASK"), *birds(by=None, link="elm")], "owl"
    )
    assert (seen(answer), answer.warnings) == (["owl", "elm", "rye"], ())


def test_a_gap_in_the_records_is_a_branch_to_a_link_of_unknown_type() -> None:
    """What kiwi follows is not told, so plum is beside it."""
    answer = segment([*birds(by=None, link="kiwi"), contact("kiwi", initial_contact_id="plum")], "owl")
    assert (seen(answer), warned(answer)) == (["owl", "kiwi"], [("visibility.type-of-link", ("plum",))])


def test_a_link_of_known_type_into_a_branched_session_warns_of_nothing() -> None:
    assert segment([*FORK, *birds(by=FROM_SEGMENT, link="elm")], "owl").warnings == ()


# ------------------------------------------------------------------------------------------------------------- circles

CIRCLE = [*but(PAST, "kiwi", related_contact_id="crow"), *chat("owl", "crow", start=1000, link="plum")]
"""Crow continues plum, and kiwi, which comes later, continues crow."""


def test_a_walk_that_comes_back_ends_with_a_warning() -> None:
    answer = segment(CIRCLE, "kiwi")
    assert seen(answer) == ["kiwi", "fig", "plum", "crow", "owl"]
    assert warned(answer) == [("visibility.visit-once", ("owl", "plum"))]
    assert answer.warnings[0].message == (
        "the link of the session of 'owl' leads back into the session of 'plum'; the walk ends there"
    )
    assert answer.incomplete is False


def test_a_walk_that_starts_elsewhere_in_a_circle_visits_each_contact_once_too() -> None:
    answer = segment(CIRCLE, "crow", link_scope="SESSION")
    assert (seen(answer), warned(answer)) == (
        ["crow", "owl", "plum"],
        [("visibility.visit-once", ("plum", "owl"))],
    )


def test_a_walk_does_not_enter_the_session_of_the_target() -> None:
    """Gull, which goes on, is a contact of the session that owl continues."""
    records = [*chat("hen", "gull", live=["gull"]), *chat("owl", start=1000, link="hen", by=FROM_SEGMENT)]
    answer = ask(graph(records), FROM_SEGMENT, "owl", target="gull")
    assert (seen(answer), warned(answer)) == (["owl"], [("visibility.visit-once", ("owl", "hen"))])
    assert seen(ask(graph(records), FROM_SEGMENT, "owl")) == ["owl", "hen"]


def test_a_linked_chat_does_not_see_its_own_session_by_a_circle() -> None:
    answer = visible_past(graph(CIRCLE), "kiwi")
    assert (seen(answer), warned(answer)) == (["crow", "owl"], [("visibility.visit-once", ("owl", "plum"))])


def test_a_walk_that_comes_back_beyond_the_limit_says_nothing_of_it() -> None:
    names = [f"c{(place * 89) % 103}" for place in range(101)]
    circle = [*but(chat(*names), names[-1], related_contact_id="crow"), *chat("owl", "crow", start=9000, link=names[0])]
    answer = segment(circle, names[-1])
    assert answer.beyond_limit == (names[0], "crow", "owl")
    assert warned(answer) == [("visibility.beyond-limit", (names[0],))]


# --------------------------------------------------------------------------------------------------------------- order


def test_past_contacts_are_listed_session_by_session_each_newest_first() -> None:
    """Times do not mix sessions: owl ended before plum did."""
    answer = segment([*PAST, *birds(start=-5000)], "crow")
    assert seen(answer) == ["crow", "owl", "fig", "plum"]


def test_permuting_records_changes_nothing() -> None:
    for order in permutations(CIRCLE):
        assert segment(order, "kiwi") == segment(CIRCLE, "kiwi")


# ----------------------------------------------------------------------------------------------------------- the limit


def limit(length: int, **policy: str) -> tuple[Rehydration, list[str]]:
    """The answer to the newest of a chain of single contacts, and the chain, newest first."""
    records = long_past(length, by=FROM_SEGMENT)
    newest_first = [each.contact_id for each in reversed(records)]
    return segment(records, newest_first[0], **policy), newest_first


def test_the_limit_is_a_hundred() -> None:
    assert PAST_CONTACT_LIMIT == 100


@pytest.mark.parametrize("length", [99, 100])
@pytest.mark.parametrize("reading", ["TRUNCATE", "REFUSE"])
def test_a_hundred_past_contacts_are_traversed(length: int, reading: str) -> None:
    answer, chain = limit(length, beyond_limit=reading)
    assert (seen(answer), answer.beyond_limit, answer.warnings, answer.consulted) == (chain, (), (), ())
    assert "visibility.past-limit" not in answer.rules


@pytest.mark.parametrize("length", [101, 130])
def test_the_nearest_hundred_are_visible_and_the_rest_is_beyond_the_limit(length: int) -> None:
    answer, chain = limit(length)
    assert (seen(answer), list(answer.beyond_limit)) == (chain[:100], chain[100:])
    assert (answer.consulted, answer.incomplete) == (("beyond_limit",), False)
    assert warned(answer) == [("visibility.beyond-limit", (chain[100],))]
    assert answer.warnings[0].message == (f"'{chain[100]}' is the first contact beyond Connect's 100-contact limit")
    assert answer.rules[-2:] == ("visibility.past-limit", "visibility.beyond-limit")


def test_more_than_a_hundred_are_refused_where_the_policy_says_so() -> None:
    with pytest.raises(TooManyPastContacts) as caught:
        limit(101, beyond_limit="REFUSE")
    records = long_past(101)
    assert caught.value.args == (records[-1].contact_id, 100, records[0].contact_id)
    assert caught.value.code == "InvalidRequestException"


def test_the_limit_counts_within_a_session_too() -> None:
    names = [f"c{(place * 89) % 103}" for place in range(103)]
    for kind, source in ((FROM_SEGMENT, names[-1]), (ENTIRE, names[0])):
        answer = ask(graph(chat(*names)), kind, source)
        assert (seen(answer), list(answer.beyond_limit)) == (names[:2:-1], names[2::-1])


@pytest.mark.parametrize("change", [{"transcript": MISSING}, {"channel": "TASK"}], ids=str)
def test_every_contact_entered_counts_towards_the_limit(change: dict[str, Any]) -> None:
    records = long_past(101, by=FROM_SEGMENT)
    newest, middle, oldest = (records[place].contact_id for place in (-1, 50, 0))
    answer = ask(graph(but(records, middle, **change)), FROM_SEGMENT, newest)
    assert answer.beyond_limit == (oldest,)
    assert (middle in seen(answer)) is ("channel" not in change)


def test_an_unknown_contact_counts_towards_the_limit() -> None:
    """Of 101 in one session no record is of the fiftieth, which is the root of what is shown."""
    names = [f"c{(place * 89) % 103}" for place in range(101)]
    answer = ask(graph(without(chat(*names), names[0])), FROM_SEGMENT, names[-1])
    assert (answer.beyond_limit, answer.incomplete) == ((names[0],), False)
    hundred = ask(graph(without(chat(*names[:100]), names[0])), FROM_SEGMENT, names[99])
    assert (hundred.beyond_limit, hundred.incomplete) == ((), True)


def test_contacts_of_the_session_of_the_target_do_not_count() -> None:
    records = long_past(100, by=FROM_SEGMENT)
    target = chat(*(f"t{place}" for place in range(50)), start=90_000, live=["t49"])
    answer = ask(graph(records, target), FROM_SEGMENT, records[-1].contact_id, target="t49")
    assert (len(answer.visible), answer.beyond_limit) == (100, ())


def test_contacts_of_other_channels_are_beyond_no_limit_but_bring_it_about() -> None:
    records = long_past(102, by=FROM_SEGMENT)
    newest, second, oldest = (records[place].contact_id for place in (-1, 1, 0))
    answer = ask(graph(but(records, second, channel="TASK")), FROM_SEGMENT, newest)
    assert answer.beyond_limit == (oldest,)
    alone = graph(but(records[1:], second, channel="TASK", related_contact_id=None, rehydration_type=None))
    answer = ask(alone, FROM_SEGMENT, newest)
    assert (answer.beyond_limit, answer.consulted) == ((), ("beyond_limit",))
    with pytest.raises(TooManyPastContacts) as caught:
        ask(alone, FROM_SEGMENT, newest, {"beyond_limit": "REFUSE"})
    assert caught.value.first_beyond == second


def test_the_availability_of_what_is_beyond_the_limit_is_not_looked_at() -> None:
    records = long_past(102, by=FROM_SEGMENT)
    facts = {records[0].contact_id: MISSING}
    answer = ask(graph(records), FROM_SEGMENT, records[-1].contact_id, {"unavailable": "REFUSE"}, transcripts=facts)
    assert (answer.unavailable, answer.consulted) == ((), ("beyond_limit",))


def test_what_is_beyond_the_limit_is_found_by_the_rules_of_the_walk() -> None:
    """The ninety-ninth session is the late-linked one; only where the link counts, its past is beyond the limit."""
    records = long_past(99, by=FROM_SEGMENT)
    oldest, newest = records[0].contact_id, records[-1].contact_id
    late = but(chat("owl", "crow", "hen", start=-9000), "hen", related_contact_id="fig", rehydration_type=FROM_SEGMENT)
    history = graph(but(records, oldest, related_contact_id="crow", rehydration_type=FROM_SEGMENT), late, PAST)
    answer = ask(history, FROM_SEGMENT, newest)
    assert (seen(answer)[-1], answer.beyond_limit) == ("crow", ("owl", "fig", "plum"))
    assert answer.consulted == ("link_scope", "beyond_limit")
    narrow = ask(history, FROM_SEGMENT, newest, {"link_scope": "CONTACT"})
    assert (narrow.beyond_limit, narrow.consulted) == (("owl",), ("link_scope", "beyond_limit"))


def of_the_hundredth(**facts: Any) -> Rehydration:
    """The answer where the hundredth contact differs, and two more lie beyond."""
    records = long_past(102, by=FROM_SEGMENT)
    return ask(graph(but(records, records[2].contact_id, **facts)), FROM_SEGMENT, records[-1].contact_id)


def test_the_rules_applied_within_the_limit_are_told_with_those_of_the_limit() -> None:
    answer = of_the_hundredth(transcript=LARGE)
    assert answer.rules[-4:] == ("visibility.transcript-unavailable", "visibility.transcript-size", *BEYOND)


def test_what_is_said_of_the_hundredth_contact_is_kept() -> None:
    records = long_past(102)
    hundredth, next_one = records[2].contact_id, records[1].contact_id
    answer = of_the_hundredth(transcript=MISSING)
    assert warned(answer) == [(UNAVAILABLE, (hundredth,)), ("visibility.beyond-limit", (next_one,))]


def test_nothing_is_said_of_a_session_that_is_entered_beyond_the_limit() -> None:
    records = long_past(100, by=FROM_SEGMENT)
    newest, oldest = records[-1].contact_id, records[0].contact_id
    history = graph(but(records, oldest, related_contact_id="elm"), FORK)
    answer = ask(history, FROM_SEGMENT, newest)
    assert (answer.beyond_limit, warned(answer)) == (("elm", "rye"), [("visibility.beyond-limit", ("elm",))])
    assert "visibility.type-of-link" not in answer.rules


# ------------------------------------------------------------------------------------------------------ other channels


def test_a_contact_of_another_channel_is_passed_through_and_not_listed() -> None:
    answer = segment(but(PAST, "fig", channel="TASK"), "kiwi")
    assert (seen(answer), answer.unavailable, answer.consulted) == (["kiwi", "plum"], (), ())
    assert "visibility.other-channels" in answer.rules


def test_a_link_that_a_contact_of_another_channel_carries_by_a_known_type_is_followed() -> None:
    records = but(birds(by=FROM_SEGMENT), "owl", channel="TASK")
    answer = segment([*PAST, *records], "crow", link_scope="CONTACT")
    assert (seen(answer), answer.consulted) == (["crow", "fig", "plum"], ())


def test_the_transcript_of_a_contact_of_another_channel_is_not_looked_at() -> None:
    records = but(PAST, "fig", channel="VOICE", transcript=MISSING, disconnect_timestamp=None)
    answer = segment(records, "kiwi", unavailable="REFUSE")
    assert (seen(answer), answer.unavailable) == (["kiwi", "plum"], ())


# ---------------------------------------------------------------------------------------------------- unknown contacts


def test_an_unknown_contact_is_listed_as_unknown_and_the_walk_ends_there() -> None:
    answer = segment(PAST[1:], "kiwi")
    assert answer.visible == (PAST[2], PAST[1], UnknownContact("plum", "plum"))
    assert lost(answer) == [("plum", "unknown", "visibility.unknown-contact")]
    assert answer.incomplete is True
    assert warned(answer)[-1] == ("visibility.unknown-contact", ("plum",))
    assert (
        answer.warnings[-1].message
        == "no record of 'plum'; what lies before it is not known. Does the export reach back far enough?"
    )
    assert answer.rules[-1] == "visibility.unknown-contact"


def test_what_comes_before_an_unknown_contact_is_not_known_to_be_before_it() -> None:
    answer = segment(without(PAST, "fig"), "kiwi")
    assert (seen(answer), answer.incomplete) == (["kiwi", "fig"], True)


def test_the_rest_shown_of_a_session_with_an_unknown_contact_is_listed_too() -> None:
    answer = entire(without(PAST, "fig"), "plum")
    assert (seen(answer), answer.incomplete) == (["kiwi", "plum", "fig"], True)


def test_no_link_is_followed_after_an_unknown_contact() -> None:
    history = graph(PAST, without(birds(), "owl"), [contact("hen", initial_contact_id="owl", related_contact_id="fig")])
    answer = ask(history, FROM_SEGMENT, "crow")
    assert (seen(answer), answer.incomplete, answer.consulted) == (["crow", "owl"], True, ())
    assert seen(ask(history, FROM_SEGMENT, "hen")) == ["hen", "fig", "plum"]


def test_an_unknown_start_contact_of_a_link_ends_the_walk() -> None:
    answer = segment(birds(by=None), "crow")
    assert answer.visible[2:] == (UnknownContact("fig"),)
    assert (seen(answer), answer.incomplete) == (["crow", "owl", "fig"], True)


def test_an_unknown_contact_is_no_transcript_that_is_unavailable() -> None:
    answer = segment(PAST[1:], "kiwi", unavailable="REFUSE")
    assert (seen(answer), answer.consulted) == (["kiwi", "fig", "plum"], ())


def test_a_fact_about_the_transcript_of_an_unknown_contact_says_nothing() -> None:
    history = graph(PAST[1:])
    answer = ask(history, FROM_SEGMENT, "kiwi", transcripts={"plum": TranscriptFact()})
    assert lost(answer) == [("plum", "unknown", "visibility.unknown-contact")]


def test_nothing_beyond_the_limit_makes_an_answer_incomplete() -> None:
    records = long_past(101, by=FROM_SEGMENT)
    answer = ask(graph(records[1:]), FROM_SEGMENT, records[-1].contact_id)
    assert (answer.beyond_limit, answer.incomplete, answer.unavailable) == ((records[0].contact_id,), False, ())


# --------------------------------------------------------------------------------------------------------- transcripts

LOST = [
    (MISSING, "missing", UNAVAILABLE),
    (DELETED, "deleted", UNAVAILABLE),
    (LARGE, "too-large", "visibility.transcript-size"),
    (TranscriptFact(misplaced=True), "missing", "visibility.transcript-place"),
]


@pytest.mark.parametrize("by", ["fact", "record"])
@pytest.mark.parametrize(("fact", "word", "rule"), LOST, ids=str)
def test_a_transcript_that_cannot_be_shown_leaves_a_gap(fact: TranscriptFact, word: str, rule: str, by: str) -> None:
    records = but(PAST, "fig", transcript=fact) if by == "record" else PAST
    answer = ask(graph(records), FROM_SEGMENT, "kiwi", transcripts={"fig": fact} if by == "fact" else None)
    assert seen(answer) == ["kiwi", "fig", "plum"]
    assert answer.unavailable == (Unavailability("fig", Availability(word), rule),)
    assert (answer.consulted, answer.stopped_at, answer.incomplete) == (("unavailable",), None, False)
    assert warned(answer) == [(UNAVAILABLE, ("fig",))]
    assert (
        answer.warnings[0].message
        == f"the transcript of 'fig' is {word.replace('-', ' ')}; the chat lists the contact without it"
    )
    assert {rule, UNAVAILABLE} <= set(answer.rules)


@pytest.mark.parametrize(("fact", "word", "rule"), LOST, ids=str)
def test_a_walk_stops_before_such_a_transcript_where_the_policy_says_so(
    fact: TranscriptFact, word: str, rule: str
) -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "kiwi", {"unavailable": "STOP"}, transcripts={"fig": fact})
    assert (seen(answer), answer.stopped_at) == (["kiwi"], "fig")
    assert lost(answer) == [("fig", word, rule)]
    assert (answer.incomplete, answer.beyond_limit) == (False, ())
    assert (
        answer.warnings[0].message
        == f"the transcript of 'fig' is {word.replace('-', ' ')}; the chat shows nothing from there back"
    )
    assert {rule, UNAVAILABLE} <= set(answer.rules)


@pytest.mark.parametrize(("fact", "word", "rule"), LOST, ids=str)
def test_such_a_transcript_is_refused_where_the_policy_says_so(fact: TranscriptFact, word: str, rule: str) -> None:
    with pytest.raises(TranscriptNotAvailable) as caught:
        ask(graph(PAST), FROM_SEGMENT, "kiwi", {"unavailable": "REFUSE"}, transcripts={"plum": fact})
    assert caught.value.args == ("plum", word, rule)
    assert (caught.value.code, caught.value.rule) == ("InvalidRequestException", UNAVAILABLE)


def test_every_gap_is_told() -> None:
    facts = {"kiwi": DELETED, "plum": LARGE}
    answer = ask(graph(PAST), FROM_SEGMENT, "kiwi", transcripts=facts)
    assert lost(answer) == [("kiwi", "deleted", UNAVAILABLE), ("plum", "too-large", "visibility.transcript-size")]
    assert (seen(answer), answer.readable) == (["kiwi", "fig", "plum"], ("fig",))


def test_a_walk_stops_at_the_first_such_transcript_and_follows_no_link() -> None:
    facts = {"owl": MISSING, "fig": DELETED}
    answer = ask(graph(PAST, birds()), FROM_SEGMENT, "crow", {"unavailable": "STOP"}, transcripts=facts)
    assert (seen(answer), answer.stopped_at, lost(answer)) == (["crow"], "owl", [("owl", "missing", UNAVAILABLE)])


def test_a_walk_may_stop_at_once() -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "kiwi", {"unavailable": "STOP"}, transcripts={"kiwi": MISSING})
    assert (answer.continued_from_contact_id, seen(answer), answer.stopped_at) == ("kiwi", [], "kiwi")


def test_nothing_is_beyond_the_limit_of_a_walk_that_stops_at_its_last_contact() -> None:
    records = long_past(130, by=FROM_SEGMENT)
    facts = {records[-100].contact_id: MISSING}
    answer = ask(graph(records), FROM_SEGMENT, records[-1].contact_id, {"unavailable": "STOP"}, transcripts=facts)
    assert (len(seen(answer)), answer.beyond_limit, answer.consulted) == (99, (), ("unavailable",))


def test_a_fact_given_beats_that_of_the_record() -> None:
    gone, there = but(PAST, "fig", transcript=DELETED), but(PAST, "fig", transcript=TranscriptFact(size=9))
    assert ask(graph(gone), FROM_SEGMENT, "fig", transcripts={"fig": TranscriptFact()}).unavailable == ()
    assert lost(ask(graph(there), FROM_SEGMENT, "fig", transcripts={"fig": LARGE})) == [
        ("fig", "too-large", "visibility.transcript-size")
    ]
    assert lost(ask(graph(gone), FROM_SEGMENT, "fig", transcripts={"plum": TranscriptFact()})) == [
        ("fig", "deleted", UNAVAILABLE)
    ]


@pytest.mark.parametrize("size", [None, 0, 5_000_000])
def test_a_transcript_up_to_the_limit_is_available(size: int | None) -> None:
    answer = ask(
        graph(PAST), FROM_SEGMENT, "fig", {"unavailable": "REFUSE"}, transcripts={"fig": TranscriptFact(size=size)}
    )
    assert (answer.unavailable, answer.consulted) == ((), ())


@pytest.mark.parametrize("fact", [None, "missing", Availability.MISSING, {"size": 3}])
def test_what_is_no_fact_about_a_transcript_is_refused_where_one_is_needed(fact: Any) -> None:
    history = graph(PAST)
    with pytest.raises(InvalidArgument) as caught:
        ask(history, FROM_SEGMENT, "fig", transcripts={"plum": fact})
    assert caught.value.args == ("transcripts['plum']", fact, "a TranscriptFact")
    assert ask(history, FROM_SEGMENT, "plum", transcripts={"fig": fact}) == ask(history, FROM_SEGMENT, "plum")


# ----------------------------------------------------------------------------------------------------------- not ready


@pytest.mark.parametrize("reading", ["GAP", "STOP", "REFUSE"])
def test_a_transcript_that_is_not_ready_is_listed_and_is_no_reason_to_stop(reading: str) -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "fig", {"unavailable": reading}, transcripts={"fig": NOT_READY})
    assert (seen(answer), lost(answer)) == (["fig", "plum"], [("fig", "not-ready", LAG)])
    assert (answer.readable, answer.consulted, answer.warnings) == (("fig", "plum"), (), ())
    assert LAG in answer.rules


def test_the_transcript_of_a_contact_that_goes_on_is_not_ready() -> None:
    records = chat("plum", "fig", "kiwi", live=["plum"])
    answer = segment(records, "fig", ended="SEGMENT")
    assert (seen(answer), lost(answer)) == (["fig", "plum"], [("plum", "not-ready", LAG)])


@pytest.mark.parametrize(("seconds", "ready"), [(-5, False), (0, False), (59.999999, False), (60, True), (61, True)])
def test_a_transcript_is_not_ready_within_a_minute_of_the_end_of_its_contact(seconds: float, *, ready: bool) -> None:
    """Fig ends ten seconds before kiwi."""
    answer = ask(graph(PAST), FROM_SEGMENT, "fig", now=at(20) + timedelta(seconds=seconds))
    expected = [] if ready else [("fig", "not-ready", LAG)]
    assert [each for each in lost(answer) if each[0] == "fig"] == expected


def test_without_a_time_what_has_ended_is_ready() -> None:
    assert segment(PAST, "kiwi").unavailable == ()


def test_a_fact_says_that_a_transcript_is_there_already() -> None:
    facts = {each: TranscriptFact() for each in ("plum", "fig", "kiwi")}
    assert ask(graph(PAST), FROM_SEGMENT, "kiwi", now=at(31), transcripts=facts).unavailable == ()


# ---------------------------------------------------------------------------------------- the same whoever is asking


def test_a_contact_that_continues_from_another_sees_what_the_answer_showed() -> None:
    history = graph(PAST, birds(), chat("cod", start=3000, live=["cod"]))
    answer = ask(history, ENTIRE, "owl", target="cod")
    history.associate("cod", answer.continued_from_contact_id or "", ENTIRE)
    past = visible_past(history, "cod")
    assert (past.visible, past.continued_from_contact_id) == (answer.visible, answer.continued_from_contact_id)


def test_a_decision_does_not_change_the_graph() -> None:
    history = graph(PAST, birds())
    before, first = pickle.dumps(list(history)), ask(history, FROM_SEGMENT, "crow")
    assert ask(history, FROM_SEGMENT, "crow") == first
    assert pickle.dumps(list(history)) == before
