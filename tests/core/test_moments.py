"""Contacts as they were, and what no record dates."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.building import FROM_SEGMENT, PAST, at, birds, but, chat, contact, graph
from rehydration import Availability, Contact, History, RehydrationRequest, RuleForbids, TranscriptFact
from rehydration.doubts import Doubt, DoubtKind
from rehydration.errors import InvalidArgument
from rehydration.moments import contacts_as_of, undated

ALL = [*PAST, *birds()]


def then(seconds: float, records: list[Contact] = ALL) -> dict[str, datetime | None]:
    return {each.contact_id: each.disconnect_timestamp for each in contacts_as_of(records, at(seconds))}


def test_what_had_not_begun_is_not_there_and_what_ended_later_is_live() -> None:
    assert then(-1) == {}
    assert then(0) == {"plum": None}
    assert then(10) == {"plum": at(10), "fig": None}
    assert then(1005) == {"plum": at(10), "fig": at(20), "kiwi": at(30), "owl": None}
    assert list(contacts_as_of(ALL, at(1020))) == ALL


def test_what_tells_no_beginning_counts_as_begun() -> None:
    assert then(-9, [contact("sun", initiation_timestamp=None)]) == {"sun": None}


def test_a_graph_and_a_history_go_back() -> None:
    history = graph(ALL)
    earlier = history.as_of(at(1005))
    assert frozenset(earlier) == frozenset(contacts_as_of(ALL, at(1005)))
    assert dict(earlier.undated) == {
        own: Doubt(DoubtKind.RECORDS, (own,), said) for own, said in undated(ALL, at(1005))
    }
    back = History(history).as_of(at(25))
    assert (back.now, [each.contact_id for each in back.graph]) == (at(25), ["plum", "fig", "kiwi"])
    with pytest.raises(RuleForbids) as caught:
        back.resolve(RehydrationRequest(FROM_SEGMENT, "plum"))
    assert caught.value.rule == "eligibility.ended-scope"
    with pytest.raises(InvalidArgument, match="a datetime with a time zone"):
        history.as_of(datetime(2026, 5, 3))  # noqa: DTZ001  that is what is wrong with it


def test_an_answer_as_of_a_time_depends_on_what_no_record_dates() -> None:
    back = History(graph(ALL)).as_of(at(1005))
    link = "'owl' may not have been linked to 'fig' yet: no record dates a link"
    assert link in [each.sentence for each in back.sees("owl").certainty.depends_on]
    assert link not in [each.sentence for each in History(graph(ALL)).sees("owl").certainty.depends_on]
    request = RehydrationRequest(FROM_SEGMENT, "fig")
    assert link not in [each.sentence for each in back.certainty(request).depends_on]


def test_a_contact_that_ended_later_was_live_and_nobody_doubts_it() -> None:
    records = [*chat("plum", "fig<plum", start=0), *chat("owl", link="plum", start=5_000)]
    back = History(graph(records)).as_of(at(15))
    assert (back.graph.ended_later, [each.sentence for each in back.graph.gaps]) == ({"fig"}, [])
    assert back.certainty(RehydrationRequest(FROM_SEGMENT, "fig")).is_certain
    refused = back.certainty(RehydrationRequest(FROM_SEGMENT, "plum"))
    assert [each.sentence for each in refused.depends_on if each.kind is DoubtKind.RECORDS] == []
    untold = History(graph(but(records, "fig", disconnect_timestamp=None))).as_of(at(15))
    assert "no record tells whether 'fig' has ended" in [each.sentence for each in untold.graph.gaps]


def test_a_chat_that_ended_later_was_live_however_long_it_lasted() -> None:
    week = 10_080 * 60
    records = but(chat("plum", start=0), "plum", disconnect_timestamp=at(2 * week))
    request = RehydrationRequest(FROM_SEGMENT, "plum")
    for back in (
        History(graph(records)).as_of(at(week + 1)),
        History(graph(records)).as_of(at(week + 9)).as_of(at(week + 1)),
    ):
        assert back.account(request).certainty.is_certain
        with pytest.raises(RuleForbids, match="has not ended"):
            back.resolve(request)
    unfinished = History(graph(but(records, "plum", disconnect_timestamp=None))).as_of(at(week + 1))
    assert unfinished.resolve(request).readable == ("plum",)


def test_a_session_was_live_if_one_of_its_contacts_ended_later() -> None:
    unfinished = {"initiation_timestamp": at(12), "disconnect_timestamp": None}
    records = but(chat("plum", "fig<plum", "kiwi<plum", start=0), "kiwi", **unfinished)
    back = History(graph(records)).as_of(at(15))
    for source, doubts in (("fig", []), ("kiwi", ["kiwi"])):
        found = back.certainty(RehydrationRequest(FROM_SEGMENT, source)).of_kind(DoubtKind.RECORDS)
        assert [name for each in found for name in each.subject] == doubts


def test_what_no_record_dates_is_said() -> None:
    deleted = contact("sun", transcript=TranscriptFact(Availability.DELETED))
    dawn = contact("dawn", initiation_timestamp=None, disconnect_timestamp=None)
    records = [*ALL, deleted, dawn, *but(chat("gull", link="fig"), "gull", related_is_link=False)]
    assert dict(undated(records, at(1005))) == {
        "owl": "'owl' may not have been linked to 'fig' yet: no record dates a link",
        "sun": "the transcript of 'sun' may have been there still: no record dates its deletion",
        "dawn": "'dawn' may not have begun: its record tells no beginning",
    }
    assert dict(undated(ALL, at(1020))) == {}
