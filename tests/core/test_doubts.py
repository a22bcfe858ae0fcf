"""What an answer depends on beyond the policy: open links, ties, what the records leave out, and the bound."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from core.building import ENTIRE, FORK, FROM_SEGMENT, PAST, at, birds, but, chat, contact, graph, without
from rehydration import (
    Certainty,
    Contact,
    ContactGraph,
    History,
    Policy,
    RehydrationRequest,
    Verdict,
    certainties,
    exposure,
)
from rehydration.certainties import holds
from rehydration.consultation import Consultation
from rehydration.errors import InvalidArgument
from rehydration.explorer.answers import NearHistory
from rehydration.guards import guard
from rehydration.identifiers import ContactId
from rehydration.knowledge import Knowledge
from rehydration.missing import SurelyLeftOut
from rehydration.policies import policies_with
from rehydration.reasons import why
from rehydration.sessions import Segment
from rehydration.sights import Shown, sees
from worlds import contact as as_contact
from worlds import worlds


def of(
    records: list[Contact], kind: str, source: str, *, target: str | Contact | None = None, **more: Any
) -> Certainty:
    return History(graph(records), **more).certainty(RehydrationRequest(kind, source), target=target)


def said(found: Certainty, kind: str) -> list[str]:
    return [str(each) for each in found.of_kind(kind)]


def open_links(records: list[Contact], name: str) -> list[Contact]:
    return but(records, name, related_is_link=None)


# ------------------------------------------------------------------------------------------------------ open links

OPEN = "whether the session of 'owl' continues from its related contact 'fig'"


def test_a_link_that_is_left_open_is_a_doubt_of_whoever_follows_it() -> None:
    records = open_links([*PAST, *birds(by=None)], "owl")
    past = History(graph(records)).certainty_of_past("crow")
    assert said(past, "related") == [OPEN]
    assert [len(each.answer.visible) for each in past.outcomes] == [2, 0]  # type: ignore[union-attr]
    assert (past.readable_sometimes, past.assumes) == ({"fig", "plum"}, ())
    assert said(of(records, FROM_SEGMENT, "owl"), "related") == [OPEN]


def test_a_link_of_known_type_or_that_one_contact_vouches_for_is_not_open() -> None:
    assert said(of(open_links([*PAST, *birds()], "owl"), FROM_SEGMENT, "owl"), "related") == []
    both = but([*PAST, *birds(by=None)], "crow", related_contact_id="fig")
    assert said(of(open_links(both, "owl"), FROM_SEGMENT, "owl"), "related") == []
    beside = open_links([*PAST, *birds(), *chat("hen", start=2000, link="plum", by=None)], "hen")
    assert said(of(beside, FROM_SEGMENT, "owl"), "related") == []


def test_a_target_that_may_be_linked_already_may_be_refused() -> None:
    live = but(open_links([*PAST, *birds(by=None)], "owl"), "crow", disconnect_timestamp=None)
    found = of([*live, *chat("hen", start=500)], FROM_SEGMENT, "hen", target="crow")
    assert (said(found, "related"), len(found.outcomes)) == ([OPEN], 2)


def test_a_chat_that_is_about_to_start_may_name_a_link() -> None:
    starting = Contact(contact_id="tern", related_contact_id="plum", related_is_link=None)  # type: ignore[arg-type]
    found = of([*PAST], FROM_SEGMENT, "fig", target=starting)
    assert said(found, "related") == ["whether the session of 'tern' continues from its related contact 'plum'"]
    sure = of(
        [*PAST], FROM_SEGMENT, "fig", target=contact("tern", disconnect_timestamp=None, related_contact_id="plum")
    )
    assert said(sure, "related") == []


def test_a_start_that_comes_after_the_target_over_an_open_link_may_not_come_after_it() -> None:
    """Owl is live and crow is not its session's: hen continues from owl over an open link."""
    live = but(birds(by=None, link="plum"), "owl", related_contact_id=None, disconnect_timestamp=None)
    later = [
        contact("hen", related_contact_id="owl", related_is_link=None),
        contact("wren", initial_contact_id="hen", previous_contact_id="hen"),
    ]
    found = of([*PAST, *live, *later], FROM_SEGMENT, "wren", target="owl")
    assert said(found, "related") == ["whether the session of 'hen' continues from its related contact 'owl'"]
    assert [type(each.answer).__name__ for each in found.outcomes] == ["StartFollowsTarget", "Rehydration"]
    typed = but(later, "hen", rehydration_type=FROM_SEGMENT)
    sure = of([*PAST, *live, *typed], FROM_SEGMENT, "wren", target="owl")
    assert [type(each.answer).__name__ for each in sure.outcomes] == ["StartFollowsTarget"]


def test_a_condition_on_a_link_holds_under_every_policy() -> None:
    records = open_links([*PAST, *birds(by=None)], "owl")
    outcomes = History(graph(records)).certainty_of_past("crow").outcomes
    assert [any(holds(when, Policy()) for when in each.when) for each in outcomes] == [True, True]


# -------------------------------------------------------------------------------------------------------- the bound


def level(count: int) -> list[Contact]:
    """A session of which so many contacts follow the first, all equal in time."""
    later = [
        contact(f"b{each}", initial_contact_id="a", previous_contact_id="a", disconnect_timestamp=at(9))
        for each in range(count)
    ]
    return [contact("a", disconnect_timestamp=at(1)), *later]


def test_every_order_of_a_few_equal_contacts_is_an_outcome() -> None:
    found = of(level(3), ENTIRE, "a")
    assert len(found.outcomes) == 6 + 3  # orders of all, and who is the start where only ancestors are shown
    equal = "is the most recent: they are equal in every time"
    assert set(said(found, "tie")) == {
        f"which of 'b0', 'b1', 'b2' {equal}",
        f"which of 'b0', 'b1' {equal}",
        f"which of 'b0', 'b2' {equal}",
        f"which of 'b1', 'b2' {equal}",
    }


def test_too_many_equal_contacts_are_told_and_not_tried() -> None:
    found = of(level(6), ENTIRE, "a")
    assert said(found, "bound") == ["6 contacts are equally recent; not all orders of them were tried"]
    assert (found.is_certain, found.is_lower_bound) == (False, True)
    assert found.line.endswith("6 contacts are equally recent; not all orders of them were tried")
    assert "records" not in found.line


def test_doubts_are_told_apart_in_the_line() -> None:
    records = open_links([*FORK, *birds(by=None, link="ash")], "owl")
    assert of(without(records, "rye"), FROM_SEGMENT, "crow").line == (
        "depends on what ENTIRE_PAST_SESSION shows of a branched session (entire_view); on the type of the link from "
        "the session of 'owl' to 'ash', which no record keeps; on whether the session of 'owl' continues from its "
        "related contact 'ash'; holds as far as the records reach: no record of 'rye', so nobody can "
        "tell what lies before it"
    )


def test_where_there_are_too_many_combinations_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certainties, "MOST_DECISIONS", 2)
    found = of(FORK, ENTIRE, "rye")
    assert said(found, "bound") == ["there are more than 2,000 combinations of readings; not all were tried"]


# ------------------------------------------------------------------------------------------- what records leave out


@pytest.mark.parametrize("untold", [["PreviousContactId"], "PreviousContactId", [["channel"]], 5])
def test_what_no_record_tells_is_checked_by_name(untold: Any) -> None:
    with pytest.raises(InvalidArgument, match="names of members, such as initial_contact_id"):
        ContactGraph.from_contacts([], untold=untold)


def test_contacts_that_know_what_no_record_tells_say_so_unless_told_otherwise() -> None:
    history = ContactGraph.from_contacts(PAST, untold={"channel"})
    assert ContactGraph.from_contacts(history).untold == {"channel"}
    assert ContactGraph.from_contacts(history, untold=()).untold == frozenset()


def test_members_that_no_record_tells_are_told_first() -> None:
    history = ContactGraph.from_contacts(PAST, untold={"customer_id", "related_contact_id", "transcript"})
    assert [str(each) for each in history.gaps] == [
        "the records do not tell related contacts, so no session has a link",
        "the records do not tell customers, so nobody can tell whose transcripts are shown",
    ]
    found = History(history).certainty(RehydrationRequest(FROM_SEGMENT, "fig"))
    assert said(found, "records") == ["the records do not tell related contacts, so no session has a link"]


def test_what_is_missing_of_contacts_is_told_one_by_one() -> None:
    history = graph(but(without(PAST, "plum"), "kiwi", disconnect_timestamp=None))
    assert [str(each) for each in history.gaps] == [
        "no record of 'plum', so nobody can tell what lies before it",
        "no record tells whether 'kiwi' has ended",
    ]
    transferred = graph([contact("tern", initiation_method="TRANSFER")])
    assert [str(each) for each in transferred.gaps] == ["the record of 'tern' does not tell its previous contact"]


def test_a_target_or_source_that_no_record_is_of_may_be_beyond_the_export() -> None:
    for found, name in (
        (of(PAST, FROM_SEGMENT, "tern"), "tern"),
        (of(PAST, FROM_SEGMENT, "fig", target="wren"), "wren"),
    ):
        assert said(found, "records") == [f"no record of {name!r}; the export may not reach it"]


def test_a_target_that_has_lasted_too_long_has_ended_as_far_as_nobody_told() -> None:
    live = but(chat("tern", start=0), "tern", disconnect_timestamp=None)
    found = of([*PAST, *live], FROM_SEGMENT, "fig", target="tern", now=at(10_080 * 60 + 1))
    assert said(found, "records") == ["no record tells whether 'tern' has ended"]


def test_a_page_stops_where_the_limit_is_reached_in_the_middle_of_a_session() -> None:
    class Page(History):
        ends_at_limit = True

    names = [f"c{place:03}" for place in range(1, 131)]
    long = chat(names[0], *(f"{name}<{before}" for before, name in pairwise(names)))
    late = [contact("owl", related_contact_id=names[-1], rehydration_type=FROM_SEGMENT)]
    whole, page = (each(graph(long, late)).visible_past("owl") for each in (History, Page))
    assert (page.visible, page.beyond_limit) == (whole.visible, whole.beyond_limit[:1])
    called = but(long, names[29], channel="VOICE")  # the first contact beyond the limit
    assert Page(graph(called, late)).visible_past("owl").beyond_limit == ("c029",)


# ------------------------------------------------------------------------------------- what is not known is not denied


def severed() -> ContactGraph:
    """The worked history, linked from fig, of which no record tells previous contacts."""
    lacking = [evolve(each, previous_contact_id=None) for each in [*PAST, *birds()]]
    return ContactGraph.from_contacts(lacking, untold={"previous_contact_id"})


def shown_in(history: ContactGraph, chat_id: str) -> dict[str, str]:
    return {each.contact_id: each.shown.value for each in sees(history, chat_id).contacts}


def test_where_no_record_tells_previous_contacts_every_question_leaves_the_same_open() -> None:
    history = severed()
    assert shown_in(history, "owl") == {"kiwi": "undecided", "fig": "yes", "plum": "undecided"}
    for name in ("kiwi", "plum"):
        assert why(history, "owl", name).shown is Shown.UNDECIDED
        assert [each.initial_contact_id for each in exposure(history, name).undecided] == ["owl"]
    surveys = ContactGraph.from_contacts(
        (evolve(each, initiation_method="API" if each.contact_id != "kiwi" else "DISCONNECT") for each in history),
        untold=history.untold,
    )
    assert [(each.seen.contact_id, each.shown.value) for each in guard(surveys, ["surveys"])] == [("kiwi", "undecided")]
    assert guard(surveys, ["surveys"], allow_undecided=True) == ()


def test_what_comes_after_the_start_is_left_out_whatever_is_missing() -> None:
    """Plum's record is missing, and kiwi follows fig all the same."""
    history = graph([*without(PAST, "plum"), *birds()])
    assert shown_in(history, "owl") == {"kiwi": "no", "fig": "yes", "plum": "undecided"}
    assert exposure(history, "kiwi").undecided == ()


def test_where_no_record_tells_related_contacts_nothing_can_be_guarded() -> None:
    history = ContactGraph.from_contacts(PAST, untold={"related_contact_id"})
    with pytest.raises(InvalidArgument, match="nobody can tell what a chat shows"):
        guard(history, ["initiation_method=DISCONNECT"])
    assert why(history, "kiwi", "plum").shown is Shown.NO  # they are of one session


def test_what_began_after_a_chat_is_no_past_of_it_whatever_is_missing() -> None:
    records = [*without(PAST, "plum"), *birds()]
    assert why(graph(records), "fig", "owl").shown is Shown.NO
    assert why(graph([*records, contact("sun")]), "fig", "sun").shown is Shown.UNDECIDED


@given(worlds(most=6))
def test_a_chat_may_show_a_contact_exactly_if_the_contact_is_exposed_to_it(records: list[dict[str, Any]]) -> None:
    """But for a transcript that is lost today, which exposure leaves open."""
    history = ContactGraph.from_contacts(map(as_contact, records))
    for viewer in (each for session in history.sessions for each in session):
        for seen in sees(history, viewer.contact_id).contacts:
            found = exposure(history, seen.contact_id)
            exposed = {each for place in (*found.sightings, *found.undecided) for each in place.contact_ids}
            if seen.verdict is None or seen.verdict.verdict is not Verdict.UNAVAILABLE:
                assert (seen.shown is not Shown.NO) == (viewer.contact_id in exposed)


CIRCLE = [*chat("plum", "fig", "kiwi<plum"), contact("owl", related_contact_id="fig", rehydration_type=FROM_SEGMENT)]
ROUND = but(CIRCLE, "kiwi", related_contact_id="owl", rehydration_type=FROM_SEGMENT)
"""Fig and kiwi follow plum, and kiwi follows fig as well: out of the session to the owl, and back over its link."""


def check_left_out(history: ContactGraph, starts: Collection[ContactId]) -> None:
    def is_left_out(segment: Segment) -> bool:
        own = [each for each in starts if history.session_of(each) is segment.session]
        return not segment.is_listed or any(history.comes_before(each, segment.contact_id) for each in own)

    found, segments = SurelyLeftOut(history, starts), [each for session in history.sessions for each in session]
    assert [each.contact_id in found for each in segments] == list(map(is_left_out, segments))


@given(worlds(), st.data())
def test_what_follows_a_start_in_its_session_is_surely_left_out(
    records: list[dict[str, Any]], draw: st.DataObject
) -> None:
    history = ContactGraph.from_contacts(map(as_contact, records))
    ids = [each.contact_id for session in history.sessions for each in session]
    check_left_out(history, draw.draw(st.sets(st.sampled_from(ids))))


@pytest.mark.parametrize("records", [CIRCLE, ROUND, [*ROUND, *chat("hen", link="kiwi", by=FROM_SEGMENT)]])
def test_what_follows_a_start_around_a_circle_of_sessions_is_surely_left_out(records: list[Contact]) -> None:
    history = graph(records)
    for start in history:
        check_left_out(history, [start.contact_id])
    assert (ContactId("kiwi") in SurelyLeftOut(history, [ContactId("fig")])) == (records is not CIRCLE)


def test_a_contact_of_another_channel_is_never_shown_whatever_is_missing() -> None:
    history = graph(but([*without(PAST, "plum"), *birds()], "kiwi", channel="TASK", previous_contact_id=None))
    assert shown_in(history, "owl")["kiwi"] == "no"
    assert exposure(history, "kiwi").undecided == ()


NO_FIG = "no record of 'fig', so nobody can tell what lies before it"


def test_an_unknown_contact_of_a_session_without_a_link_may_carry_one() -> None:
    history = graph([*without(PAST, "fig"), *birds(link="plum")])
    assert said(History(history).certainty_of_past("owl"), "records") == [NO_FIG]
    linked = but([*without(PAST, "fig"), *chat("hen", start=-900)], "plum", related_contact_id="hen")
    sure = graph([*but(linked, "plum", rehydration_type=FROM_SEGMENT), *birds(link="plum")])
    assert said(History(sure).certainty_of_past("owl"), "records") == []


def test_an_unknown_contact_of_the_sources_session_may_be_live() -> None:
    linked = but([*without(PAST, "fig"), *chat("hen", start=-900)], "plum", related_contact_id="hen")
    assert said(of(but(linked, "plum", rehydration_type=FROM_SEGMENT), FROM_SEGMENT, "plum"), "records") == [NO_FIG]


def test_a_contact_whose_session_nobody_tells_may_be_of_every_session_that_had_begun() -> None:
    ghost = "no record of 'ghost', from which 'owl' continues, so nobody can tell its session"
    later, earlier = ([*PAST, *birds(link="ghost", start=start)] for start in (1000, -1000))
    assert said(of(later, ENTIRE, "plum"), "records") == [ghost]
    assert said(of(earlier, ENTIRE, "plum"), "records") == []
    for ended, expected in ((at(0), [ghost]), (at(-1), []), (None, [ghost])):  # the chat can be linked until its end
        long = but(earlier, "owl", disconnect_timestamp=ended)
        assert said(of(long, ENTIRE, "plum"), "records") == expected


def test_many_unknown_contacts_that_may_be_of_a_session_are_told_in_one_sentence() -> None:
    later = [contact(f"c{n:02}", related_contact_id=f"ghost{n}", disconnect_timestamp=at(1000 + n)) for n in range(30)]
    history = graph(PAST, later)
    told = "no record of 30 contacts from which others continue, such as 'ghost29', so nobody can tell their sessions"
    assert said(of([*PAST, *later], ENTIRE, "plum"), "records") == [told]
    assert said(of([*PAST, *later], ENTIRE, "ghost7"), "records") == [
        "no record of 'ghost7', so nobody can tell what lies before it",
        told.replace("30", "29"),
    ]
    assert len(said(of([*PAST, *later[:9]], ENTIRE, "plum"), "records")) == 9
    linked = chat("sun", link="c07", by=FROM_SEGMENT, start=2000)
    assert len(said(of([*PAST, *later[:9], *linked], ENTIRE, "sun"), "records")) == 9
    names = [f"day{n:03}" for n in range(120)]
    starts = ["c07", *names]
    long = [
        contact(name, related_contact_id=start, rehydration_type=FROM_SEGMENT)
        for name, start in zip(names, starts, strict=False)
    ]
    page = NearHistory(graph(PAST, later, long))
    assert page.certainty(RehydrationRequest(FROM_SEGMENT, "day119")).of_kind("records") == ()
    assert [each.contact_id for each in history.unplaced[-2:]] == ["ghost28", "ghost29"]
    history.add(contact("ghost29"))
    history.add(contact("late", disconnect_timestamp=None))
    history.associate("late", "ghost3")
    assert [each.contact_id for each in history.unplaced[-2:]] == ["ghost28", "ghost3"]


def test_who_came_behind_once_comes_behind_again() -> None:
    first, second = Consultation(Policy(), {}), Consultation(Policy(), {})
    a, b, c = map(ContactId, "abc")
    assert [first.first_of(each) for each in ([a, b], [b, c], [a, b, c], [a, c])] == [b, c, c, c]
    doubts = list(first.readings)
    assert [each.subject for each in doubts] == [("b", "a"), ("c", "b")]
    chosen = Consultation(Policy(), {doubts[0]: "a", doubts[1]: "b"})
    assert [chosen.first_of(each) for each in ([a, b], [b, c], [a, c])] == ["a", "b", "a"]
    assert list(chosen.readings) == doubts
    assert second.first_of([a, c]) == c


def test_where_what_was_seen_ties_two_readings_to_each_other_an_answer_depends_on_both() -> None:
    apart = [("DISCONNECT", "SESSION"), ("INITIATION", "ANCESTORS")]
    first, second = (
        policies_with("most_recent", recent) & policies_with("entire_view", view) for recent, view in apart
    )
    found = of(FORK, ENTIRE, "rye", known=Knowledge(first | second, 1))
    assert {each.subject for each in found.of_kind("policy")} == {("most_recent",), ("entire_view",)}
    assert [each.policies for each in found.outcomes] == [first.bit_count(), second.bit_count()]


# ------------------------------------------------------------------------------------------ members that a record lacks


def lacking(records: Iterable[Contact], *names: str, member: str) -> ContactGraph:
    """A graph made of an export in which the records of some contacts lack a member."""
    told = graph([evolve(each, channel="CHAT") for each in records])
    lacks = [evolve(each, **{member: None}) if each.contact_id in names else each for each in told]
    found = ContactGraph.from_contacts(lacks)
    found.tells_channels = True
    return found


def of_request(history: ContactGraph, kind: str, source: str, **given: Any) -> Certainty:
    target = given.pop("target", None)
    return History(history, **given).certainty(RehydrationRequest(kind, source), target=target)


def test_an_order_that_hangs_on_a_beginning_that_no_record_tells_is_not_certain() -> None:
    told = ["the record of 'ash' does not tell when it began"]
    history = lacking(FORK, "ash", member="initiation_timestamp")
    assert said(of_request(history, ENTIRE, "rye"), "records") == told
    deepest = Knowledge(policies_with("most_recent", "DEPTH") & policies_with("entire_view", "ANCESTORS"), 1)
    by_depth = of_request(history, ENTIRE, "rye", known=deepest)
    assert (by_depth.is_certain, by_depth.readable_always) == (True, {"rye", "oat", "ash"})
    untold = ContactGraph.from_contacts(
        (evolve(each, initiation_timestamp=None) for each in FORK), untold=["initiation_timestamp"]
    )
    assert said(of_request(untold, ENTIRE, "rye"), "records") == ["the records do not tell when contacts began"]


def test_no_contact_begins_before_one_that_it_follows() -> None:
    everybody = [each.contact_id for each in PAST]
    for names in (["plum"], ["fig"], everybody):
        history = lacking([*PAST, *birds(by=None)], *names, member="initiation_timestamp")
        assert of_request(history, ENTIRE, "plum").is_certain
        assert History(history).certainty_of_past("owl").is_certain
    late = but(PAST, "fig", disconnect_timestamp=at(900))  # it ended after kiwi
    history = lacking([*late, *birds(by=None)], *everybody, member="initiation_timestamp")
    begins = [f"the record of {name!r} does not tell when it began" for name in ("fig", "kiwi")]
    assert said(of_request(history, ENTIRE, "plum"), "records") == begins
    assert said(History(history).certainty_of_past("owl"), "records") == begins
    assert shown_in(history, "owl") == {"kiwi": "undecided", "fig": "yes", "plum": "yes"}


def test_a_source_whose_beginning_no_record_tells_may_be_too_old() -> None:
    history = lacking(PAST, "fig", member="initiation_timestamp")
    told = said(of_request(history, FROM_SEGMENT, "fig", now=at(10_000)), "records")
    assert told == ["the record of 'fig' does not tell when it began"]
    assert of_request(history, FROM_SEGMENT, "fig").is_certain
    assert of_request(history, FROM_SEGMENT, "kiwi", now=at(10_000)).is_certain


@pytest.mark.parametrize(
    ("names", "untold"), [(("plum",), "owl"), (("owl",), "plum"), ((), None), (("plum", "owl"), None)]
)
def test_a_request_depends_on_a_customer_that_only_one_side_names(names: tuple[str, ...], untold: str | None) -> None:
    live = but(chat("owl", start=1000), "owl", disconnect_timestamp=None)
    history = graph([evolve(each, customer_id="Ana" if each.contact_id in names else None) for each in [*PAST, *live]])
    told = [] if untold is None else [f"the record of {untold!r} does not tell its customer"]
    assert said(of_request(history, FROM_SEGMENT, "plum", target="owl"), "records") == told


def test_a_contact_whose_record_lacks_its_channel_may_be_no_chat() -> None:
    told = ["the record of 'fig' does not tell its channel, so it counts as a chat"]
    history = lacking([*PAST, *birds()], "fig", member="channel")
    sight = sees(history, "owl")
    assert said(sight.certainty, "records") == told
    assert {each.contact_id: each.shown.value for each in sight.contacts} == {
        "kiwi": "no",
        "fig": "undecided",
        "plum": "yes",
    }
    assert said(of_request(history, FROM_SEGMENT, "fig"), "records") == told
    assert of_request(history, FROM_SEGMENT, "plum").is_certain
    assert said(of_request(history, ENTIRE, "plum"), "records") == told
    by_hand = graph([*PAST, *birds()])
    assert of_request(by_hand, ENTIRE, "plum").is_certain  # whoever makes a contact says what it is


@pytest.mark.parametrize("lacks", ["owl", "fig"])
def test_a_link_without_a_type_counts_only_between_chats(lacks: str) -> None:
    history = lacking(
        [*PAST, *birds(by=None, link="kiwi"), *chat("hen", link="crow", start=2000)], lacks, member="channel"
    )
    if lacks == "owl":
        assert set(shown_in(history, "owl").values()) == {"undecided"}
        expected = {"crow": "yes", "owl": "undecided", "kiwi": "undecided", "fig": "undecided", "plum": "undecided"}
        assert shown_in(history, "hen") == expected
    else:
        assert shown_in(history, "owl") == {"kiwi": "yes", "fig": "undecided", "plum": "yes"}
    assert said(History(history).certainty_of_past("hen"), "records") == [
        f"the record of {lacks!r} does not tell its channel, so it counts as a chat"
    ]


def test_a_source_without_a_record_does_not_hang_on_channels() -> None:
    history = History(graph([Contact(contact_id="plum"), Contact(contact_id="fig", channel="CHAT")]))
    history.graph.tells_channels = True
    sure = history.certainty(RehydrationRequest(FROM_SEGMENT, "owl"))
    assert [str(each) for each in sure.depends_on] == ["no record of 'owl'; the export may not reach it"]


def test_where_no_record_tells_channels_nothing_is_readable_always() -> None:
    history = ContactGraph.from_contacts([*PAST, *birds()], untold=["channel"])
    found = of_request(history, FROM_SEGMENT, "fig")
    assert (found.readable_always, found.readable_sometimes) == (frozenset(), {"fig", "plum"})
    assert said(found, "records") == ["the records do not tell channels, so every contact counts as a chat"]
    emulated = ContactGraph.from_contacts([*PAST, *birds()], untold=["channel"], ends_are_told=True)
    assert of_request(emulated, FROM_SEGMENT, "fig").readable_always == {"fig", "plum"}


def test_a_session_may_have_begun_before_its_first_contact_whose_beginning_no_record_tells() -> None:
    later = birds(link="ghost", start=-1000)
    told = ["no record of 'ghost', from which 'owl' continues, so nobody can tell its session"]
    assert said(of_request(graph([*PAST, *later]), ENTIRE, "plum"), "records") == []
    undated = but(PAST, "plum", initiation_timestamp=None)
    assert said(of_request(graph([*undated, *later]), ENTIRE, "plum"), "records") == told


def test_a_contact_that_is_but_related_to_a_task_may_be_of_every_session_that_had_begun() -> None:
    told = ["no record of 'ghost', to which 'call' is related, so nobody can tell its session"]
    later = contact("call", channel="TASK", related_contact_id="ghost", initiation_timestamp=at(1000))
    earlier = evolve(later, initiation_timestamp=at(-1000))
    plain = evolve(later, channel="CHAT", related_is_link=False)
    for each, expected in ((later, told), (earlier, []), (plain, told)):
        assert said(of([*PAST, each], ENTIRE, "plum"), "records") == expected
    assert exposure(graph([*PAST, later]), "fig").gaps == ()  # no chat continues from it
    many = [evolve(later, contact_id=f"c{n}", related_contact_id=f"ghost{n}") for n in range(10)]
    assert said(of([*PAST, *many], ENTIRE, "plum"), "records") == [
        "no record of 10 contacts to which others are related, such as 'ghost9', so nobody can tell their sessions"
    ]
    linked = contact("owl", related_contact_id="ghost", disconnect_timestamp=at(900))
    both = graph([*PAST, later, linked])
    (found,) = both.unplaced
    assert (found.carriers, found.related) == ((("owl", at(900)),), (("call", at(1000)),))
    assert (found.latest, [name for name, _ in found.named_by]) == (at(1000), ["owl", "call"])
    assert [str(each) for each in exposure(both, "fig").gaps] == [
        "no record of 'ghost', from which 'owl' continues, so nobody can tell its session"
    ]


def test_where_the_most_recent_contact_may_be_no_chat_another_start_would_hide_what_leads_to_it() -> None:
    history = lacking(FORK, "ash", member="channel")
    ancestors = Knowledge(policies_with("entire_view", "ANCESTORS"), 1)
    found = of_request(history, ENTIRE, "rye", known=ancestors)
    assert found.outcomes[0].answer.continued_from_contact_id == "ash"  # type: ignore[union-attr]
    assert (found.readable_always, found.readable_sometimes) == ({"rye"}, {"oat", "ash"})


def test_what_lacks_its_channel_hides_others_only_where_a_link_without_a_type_needs_a_chat() -> None:
    for by, behind in ((FROM_SEGMENT, "yes"), (None, "undecided")):
        hen = chat("hen", link="crow", by=by, start=2000)
        history = lacking([*PAST, *birds(link="kiwi"), *hen], "crow", member="channel")
        assert shown_in(history, "hen") == {
            "crow": "undecided",
            **dict.fromkeys(["owl", "kiwi", "fig", "plum"], behind),
        }
