"""What missing records may move across the limit: it is neither shown for sure nor hidden for sure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve

from core.building import ENTIRE, FROM_SEGMENT, birds, but, chat, contact, graph, without
from rehydration import Contact, ContactGraph, ContactId, exposure, guard, sees, walk
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
    ray = evolve(contact("ray"), related_contact_id="nobody", initiation_timestamp=None)
    whole = [*but(DEEP, "owl", rehydration_type=ENTIRE), ray]
    limit(2)
    assert shown(whole) == "moon:y sun:u kiwi:n fig:n plum:n"
    limit(5)
    assert shown(whole) == "moon:y sun:y kiwi:y fig:y plum:u"
    unknown = but(whole, "owl", related_contact_id="nobody")
    limit(1)
    assert shown(unknown) == "nobody:u"
