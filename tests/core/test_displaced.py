"""What missing records may move across the limit: it is neither shown for sure nor hidden for sure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

from core.building import ENTIRE, FROM_SEGMENT, PAST, at, birds, but, chat, contact, graph, without
from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    ContactId,
    History,
    RehydrationRequest,
    TranscriptFact,
    certainty,
    exposure,
    guard,
    sees,
    walk,
)
from rehydration.knowledge import Knowledge
from rehydration.policies import policies_with

KNOWN = Knowledge(
    policies_with("beyond_limit", "TRUNCATE")
    & policies_with("entire_view", "SESSION")
    & policies_with("most_recent", "DISCONNECT")
    & policies_with("link_scope", "SESSION"),
    1,
)
"""An instance that shows whole sessions, those that ended last first, and as many contacts as the limit allows."""

FORK = [*chat("plum", "fig", "kiwi<plum", "sun<fig"), *birds(by=ENTIRE, link="sun")]
"""sun follows fig, and kiwi and fig follow plum; owl shows the session whole: sun, kiwi, fig, plum."""

DEEP = [*chat("plum", "fig", "kiwi"), *chat("sun", "moon", start=100, link="kiwi", by=FROM_SEGMENT)]
DEEP = [*DEEP, *birds(by=FROM_SEGMENT, link="moon")]
"""owl shows moon and sun, then kiwi, fig and plum of the session before."""

Limit = Callable[[int], None]


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    return lambda most: monkeypatch.setattr(walk, "PAST_CONTACT_LIMIT", most)


def shown(records: list[Contact] | ContactGraph, name: str = "owl") -> str:
    """Whether each contact is shown, newest first: yes, no or undecided, by their first letters."""
    history = records if isinstance(records, ContactGraph) else graph(records)
    return " ".join(f"{each.contact_id}:{each.shown.value[0]}" for each in sees(history, name, known=KNOWN).contacts)


def test_an_unknown_contact_may_come_before_what_is_next_to_the_limit(limit: Limit) -> None:
    limit(3)
    assert shown(FORK) == "sun:y kiwi:y fig:y plum:n"
    cut = without(FORK, "fig")
    assert shown(cut) == "sun:y kiwi:y plum:u fig:u"
    missing = "no record of 'fig', so nobody can tell what lies before it"
    (sighting,) = exposure(graph(cut), "plum", known=KNOWN).sightings
    assert [str(each) for each in sighting.depends_on] == [missing]
    (finding,) = guard(graph(cut), ["contact_id=plum"], known=KNOWN)
    assert (finding.shown.value, finding.depends_on) == ("undecided", (missing,))
    limit(4)
    assert shown(cut) == "sun:y kiwi:y plum:y fig:u"


def test_a_contact_of_another_channel_is_never_shown_whatever_moves_it(limit: Limit) -> None:
    limit(1)
    cut = without(FORK, "fig")
    assert "kiwi:u" in shown(cut)
    assert "kiwi:n" in shown(but(cut, "kiwi", channel="TASK"))


def test_a_previous_contact_or_an_end_that_no_record_tells_may_order_a_session_otherwise(limit: Limit) -> None:
    limit(2)
    assert shown(FORK) == "sun:y kiwi:y fig:n plum:n"
    assert shown(but(FORK, "fig", previous_contact_id=None)) == "sun:u kiwi:u fig:u plum:u"
    live = but(FORK, "kiwi", disconnect_timestamp=None)
    assert shown(live) == "kiwi:u sun:y fig:u plum:n"
    assert shown(ContactGraph.from_contacts(live, ends_are_told=True)) == "kiwi:y sun:y fig:n plum:n"
    earlier = graph(live)
    earlier.ended_later = frozenset({ContactId("kiwi")})
    assert shown(earlier) == "kiwi:y sun:y fig:n plum:n"
    limit(3)
    assert shown(live) == "kiwi:y sun:y fig:y plum:n"


def test_a_chain_that_may_go_on_may_push_what_lies_behind_it_beyond_the_limit(limit: Limit) -> None:
    limit(4)
    assert shown(DEEP) == "moon:y sun:y kiwi:y fig:y plum:n"
    cut = but(DEEP, "moon", previous_contact_id=None)
    assert shown(cut) == "moon:y sun:u kiwi:y fig:y plum:u"
    limit(3)
    assert shown(cut) == "moon:y sun:u kiwi:y fig:u plum:n"
    limit(4)
    first = but(DEEP, "sun", initiation_method="TRANSFER")
    assert shown(first) == "moon:y sun:y kiwi:y fig:y plum:n"  # no record names another contact of its session


def test_what_lacks_nothing_stays_in_its_order_whatever_is_missing_before_it(limit: Limit) -> None:
    limit(3)
    live = but(FORK, "crow", disconnect_timestamp=None)
    late = [*live, *chat("cod", start=2000, link="crow", by=FROM_SEGMENT)]
    assert shown(late, "cod") == "crow:y owl:y sun:y kiwi:n fig:n plum:n"
    part = but(late, "owl", related_contact_id="kiwi", rehydration_type=FROM_SEGMENT)
    assert shown(part, "cod") == "crow:y owl:y sun:u kiwi:y fig:u plum:n"
    behind = [*chat("ant", start=-100), *but(part, "plum", related_contact_id="ant", rehydration_type=FROM_SEGMENT)]
    limit(4)
    assert shown(behind, "cod") == "crow:y owl:y sun:u kiwi:y fig:u plum:y ant:n"
    limit(5)
    assert shown(behind, "cod") == "crow:y owl:y sun:u kiwi:y fig:u plum:y ant:y"


def test_an_unknown_contact_of_an_earlier_time_moves_nothing(limit: Limit) -> None:
    limit(2)
    whole = [*but(DEEP, "owl", rehydration_type=ENTIRE), contact("ray", related_contact_id="nobody")]
    assert shown(whole) == "moon:y sun:y kiwi:n fig:n plum:n"


def test_one_unknown_contact_that_may_be_of_a_session_counts_where_it_is_shown_whole(limit: Limit) -> None:
    ray = evolve(contact("ray"), related_contact_id="nobody", disconnect_timestamp=None)
    whole = [*but(DEEP, "owl", rehydration_type=ENTIRE), ray]
    limit(2)
    assert shown(whole) == "moon:y sun:u kiwi:n fig:n plum:n"
    limit(5)
    assert shown(whole) == "moon:y sun:y kiwi:y fig:y plum:u"
    unknown = but(whole, "owl", related_contact_id="nobody")
    limit(1)
    assert shown(unknown) == "nobody:u"


# --------------------------------------------------------------------------------------- what another start would hide

ANCESTORS = Knowledge(policies_with("entire_view", "ANCESTORS") & policies_with("entire_source", "INITIAL_ONLY"), 1)
"""An instance that shows of a session with branches only what comes before the start contact."""


def surely(records: list[Contact], source: str = "plum", **reads: str) -> set[str]:
    """What a request for the entire session shows for sure of an instance like that, which reads fields so too."""
    bits = ANCESTORS.policies
    for name, reading in reads.items():
        bits &= policies_with(name, reading)
    return {*certainty(graph(records), RehydrationRequest(ENTIRE, source), known=Knowledge(bits, 1)).readable_always}


BRANCHED = chat("plum", "fig", "kiwi<plum", "sun<fig")
"""fig and kiwi follow plum, and sun, which ended last, follows fig."""


def test_where_the_start_may_be_another_only_what_all_possible_starts_show_is_sure() -> None:
    assert surely(BRANCHED) == {"plum", "fig", "sun"}
    assert surely(but(BRANCHED, "kiwi", disconnect_timestamp=None), ended="SEGMENT") == {"plum"}
    assert surely(but(BRANCHED, "fig", disconnect_timestamp=None), ended="SEGMENT") == {"plum", "fig"}
    assert surely(without(BRANCHED, "fig")) == set()  # the walk from sun ends at fig, which may be the start itself
    assert surely(without(BRANCHED, "plum")) == set()  # what is unknown is not readable for sure


def test_a_contact_that_began_and_ended_before_another_is_no_possible_start() -> None:
    lacks = but(BRANCHED, "kiwi", previous_contact_id=None)
    assert surely(lacks, most_recent="DISCONNECT") == surely(lacks, most_recent="INITIATION") == {"plum", "fig", "sun"}
    assert surely(lacks, most_recent="DEPTH") == surely(lacks) == {"plum"}  # who knows what comes before kiwi


def test_where_no_contact_is_known_to_have_ended_each_may_be_the_start() -> None:
    live = [evolve(each, disconnect_timestamp=None) for each in BRANCHED]
    assert surely([*live[:1], *live[2:]], "fig", ended="SEGMENT") == set()
    seen = certainty(graph(live[2:]), RehydrationRequest(ENTIRE, "plum"), known=ANCESTORS)
    assert (seen.readable_always, seen.is_certain) == (frozenset(), False)


def test_an_unknown_contact_that_may_be_of_a_linear_session_may_be_its_end() -> None:
    late = chat("owl", start=1000, link="nobody")
    assert surely(PAST) == surely([*PAST, *chat("owl", start=-1000, link="nobody")]) == {"plum", "fig", "kiwi"}
    assert surely([*PAST, *late]) == {"plum"}
    linked = [*chat("ant", start=-100), *but(PAST, "plum", related_contact_id="ant", rehydration_type=FROM_SEGMENT)]
    assert surely([*linked, *late]) == {"plum", "ant"}
    carried = [*chat("ant", start=-100), *but(PAST, "fig", related_contact_id="ant", rehydration_type=FROM_SEGMENT)]
    assert surely(carried) == {"plum", "fig", "kiwi", "ant"}
    assert surely([*carried, *late], link_scope="SESSION") == {"plum", "ant"}
    assert surely([*carried, *late], link_scope="CONTACT") == {"plum"}


def test_where_no_record_tells_the_initial_contacts_no_contact_is_sure_to_precede_the_start() -> None:
    (alone,) = chat("plum")
    request = RehydrationRequest(ENTIRE, "plum")
    for untold, sure in ([], {"plum"}), (["initial_contact_id"], set()):
        told = ContactGraph.from_contacts([alone], untold=untold)
        assert certainty(told, request, known=ANCESTORS).readable_always == sure


def test_of_a_session_further_back_what_precedes_the_start_of_its_link_is_sure() -> None:
    records = [*PAST, *birds(by=ENTIRE, link="fig"), *chat("ray", start=2000, link="nobody")]
    assert surely(records, "owl") == {"owl", "fig", "plum"}
    carried = but(but(records, "owl", related_contact_id=None, rehydration_type=None), "crow", related_contact_id="fig")
    carried = [*chat("ant", start=-100), *but(carried, "plum", related_contact_id="ant", rehydration_type=FROM_SEGMENT)]
    assert surely(carried, "owl", link_scope="CONTACT") == {"owl"}


def test_a_contact_that_is_known_to_be_live_is_no_start_while_others_have_ended() -> None:
    live = ContactGraph.from_contacts(but(BRANCHED, "kiwi", disconnect_timestamp=None), ends_are_told=True)
    bits = ANCESTORS.policies & policies_with("ended", "SEGMENT")
    told = certainty(live, RehydrationRequest(ENTIRE, "plum"), known=Knowledge(bits, 1))
    assert told.readable_always == {"plum", "fig", "sun"}


def test_what_precedes_the_start_of_a_link_is_sure_whatever_branches_there_are() -> None:
    linked = [*PAST, *birds(by=ENTIRE, link="fig"), *chat("ray", start=2000, link="nobody")]
    seen = {each.contact_id: each.shown.value for each in sees(graph(linked), "owl", known=ANCESTORS).contacts}
    assert seen == {"kiwi": "undecided", "fig": "yes", "plum": "yes"}


def test_a_lost_transcript_in_a_session_without_a_sure_order_may_come_first() -> None:
    stops = Knowledge(policies_with("unavailable", "STOP") & policies_with("entire_view", "SESSION"), 1)
    lost = but(FORK, "kiwi", transcript=TranscriptFact(Availability.DELETED))
    assert [each.shown.value for each in sees(graph(lost), "owl", known=stops).contacts] == ["yes", "no", "no", "no"]
    live = but(lost, "fig", disconnect_timestamp=None)
    gaps = Knowledge(policies_with("unavailable", "GAP") & policies_with("entire_view", "SESSION"), 1)
    assert [each.shown.value for each in sees(graph(live), "owl", known=gaps).contacts] == ["yes", "yes", "no", "yes"]
    facts = {ContactId("kiwi"): TranscriptFact(Availability.DELETED)}
    given = sees(graph(but(live, "kiwi", transcript=None)), "owl", known=stops, transcripts=facts)
    told = {each.contact_id: each.shown.value for each in sees(graph(live), "owl", known=stops).contacts}
    assert {each.contact_id: each.shown.value for each in given.contacts} == told
    assert told == {"sun": "undecided", "fig": "undecided", "kiwi": "no", "plum": "undecided"}


def test_a_chain_with_a_missing_record_may_be_shown_whole_and_push_contacts_beyond_the_limit(limit: Limit) -> None:
    linked = [*chat("plum", "fig", "kiwi", "sun"), *birds(by=ENTIRE, link="plum")]
    limit(2)
    cut = graph(without(linked, "kiwi"))
    assert {each.contact_id: each.shown.value for each in sees(cut, "owl", known=ANCESTORS).contacts} == {
        "sun": "undecided",
        "kiwi": "undecided",
        "fig": "undecided",
        "plum": "undecided",
    }


def test_a_link_without_a_type_may_show_more_if_its_start_may_have_ended_last(limit: Limit) -> None:
    limit(2)
    untyped = but(FORK, "owl", rehydration_type=None, related_contact_id="kiwi")
    assert shown(untyped) == "sun:n kiwi:y fig:n plum:y"
    assert shown(but(untyped, "kiwi", disconnect_timestamp=None)) == "kiwi:u sun:u fig:u plum:u"
    chained = [*PAST, *birds(by=None, link="fig")]
    assert shown(chained) == "kiwi:n fig:y plum:y"
    assert shown(but(chained, "fig", disconnect_timestamp=None)) == "kiwi:u fig:y plum:u"


def test_a_refusal_of_an_ended_session_is_not_certain_while_a_contact_without_a_record_may_be_live() -> None:
    request = RehydrationRequest(ENTIRE, "kiwi")
    assert certainty(graph(PAST), request, known=ANCESTORS).is_certain
    told = certainty(graph(without(PAST, "fig")), request, known=ANCESTORS)
    assert [str(each) for each in told.depends_on] == ["no record of 'fig'; the export may not reach it"]
    late = [*PAST, *chat("owl", start=1000, link="nobody")]
    assert [each.subject for each in certainty(graph(late), request, known=ANCESTORS).depends_on] == [("nobody",)]


def test_an_unknown_initial_contact_may_have_begun_at_any_time() -> None:
    early = chat("owl", start=-1000, link="nobody")
    assert [str(each) for each in exposure(graph(PAST, early), "fig").gaps] == []
    (gap,) = exposure(graph(without(PAST, "plum"), early), "fig").gaps
    assert str(gap) == "no record of 'nobody', from which 'owl' continues, so nobody can tell its session"


def test_what_any_reading_of_the_most_recent_may_start_from_hides_the_others() -> None:
    branches = but(chat("plum", "fig", "kiwi", "sun<plum"), "plum", channel="TASK")
    branches = but(but(branches, "fig", channel="TASK"), "sun", initiation_timestamp=at(1), disconnect_timestamp=None)
    request = RehydrationRequest(ENTIRE, "kiwi")
    ends = Knowledge(
        policies_with("ended", "SEGMENT")
        & policies_with("entire_view", "ANCESTORS")
        & policies_with("entire_source", "ANY_OF_SESSION"),
        1,
    )
    told = certainty(graph(branches), request, known=ends)
    assert (told.readable_always, told.readable_sometimes) == (frozenset(), {"kiwi"})
    by_depth = Knowledge(ends.policies & policies_with("most_recent", "DEPTH"), 1)
    assert certainty(graph(branches), request, known=by_depth).readable_always == {"kiwi"}


def lineage(by: str | None, unknown: int) -> ContactGraph:
    """Sessions of two contacts, each continued from its last one, and chats that continue from nobody known."""
    sessions = [
        chat(f"a{n:02}", f"b{n:02}", start=100 * n, link=f"b{n - 1:02}" if n else None, by=by if n else None)
        for n in range(52)
    ]
    return graph(*sessions, *(chat(f"z{n}", start=9000, link=f"nobody{n}") for n in range(unknown)))


@pytest.mark.parametrize("unknown", [1, 2])
def test_an_unknown_contact_moves_the_last_one_within_the_limit_only_where_a_session_may_hold_it(unknown: int) -> None:
    """A link without a type may show the whole session, also a contact whose session no record tells."""
    truncates = Knowledge(policies_with("beyond_limit", "TRUNCATE"), 1)
    untold, told = (History(lineage(by, unknown), known=truncates) for by in (None, FROM_SEGMENT))
    found = untold.certainty_of_past("b51")
    last = ["a01", "b01"][:unknown]
    assert (found.is_lower_bound, sorted(found.readable_sometimes), len(found.readable_always)) == (
        True,
        last,
        100 - unknown,
    )
    assert told.certainty_of_past("b51").readable_sometimes == frozenset()
    short = untold.certainty_of_past("b40")
    assert (short.readable_sometimes, len(short.readable_always)) == (frozenset(), 80)
