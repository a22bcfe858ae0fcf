"""Why a chat shows a contact, or does not, and what would change it."""

from __future__ import annotations

from typing import Any

import pytest

from core.building import (
    ENTIRE,
    FROM_SEGMENT,
    PAST,
    TWO_TYPES,
    at,
    birds,
    but,
    chat,
    contact,
    graph,
    long_past,
    without,
)
from rehydration import Availability, Contact, History, Link, Policy, Reason, Shown, TranscriptFact, why
from rehydration import RehydrationRequest as Request
from rehydration.errors import ContactNotFound
from rehydration.knowledge import Knowledge
from rehydration.policies import policies_with
from rehydration.reasons import Change, Obstacle, Step

FISH = chat("cod", start=2000, link="crow", by=ENTIRE)
OWL, COD = Link("fig", FROM_SEGMENT, ("owl",)), Link("crow", ENTIRE, ("cod",))
ALL = [*PAST, *birds(), *FISH]


def of(records: list[Contact], chat_id: str, contact_id: str, **given: Any) -> Reason:
    return why(graph(records), chat_id, contact_id, **given)


def answer(reason: Reason) -> tuple[str, Obstacle | None]:
    return reason.shown.value, reason.obstacle


def test_a_contact_is_shown_over_the_links_that_lead_to_it() -> None:
    reason = of(ALL, "cod", "plum")
    assert (reason.chat_id, reason.contact_id, answer(reason)) == ("cod", "plum", ("yes", None))
    assert reason.way == (
        Step("cod", at(2000), at(2010), None, COD, is_followed=True),
        Step("owl", at(1000), at(1020), None, OWL, is_followed=True),
        Step("plum", at(0), at(30), None, None, is_followed=False),
    )
    assert reason.link == OWL
    assert reason.rules == ("visibility.cumulative", "visibility.predecessors")
    assert reason.seen is reason.sight.of("plum")
    assert reason.certainty is reason.sight.certainty
    assert reason == History(graph(ALL)).why("cod", "plum")


def test_what_hides_a_contact_is_a_request_or_the_rule_that_forbids_it() -> None:
    reason = of(ALL, "cod", "plum")
    assert (reason.changes, reason.refusal and reason.refusal.rule) == ((), "visibility.predecessors")
    records = [*PAST, *birds(link="kiwi")]
    assert of(records, "owl", "kiwi").changes == (Change(Request(FROM_SEGMENT, "fig"), lists=("fig", "plum")),)
    alone = of([*PAST[:1], *birds(link="plum")], "owl", "plum")
    assert (alone.changes, alone.refusal) == ((), None)


def test_what_is_left_out_is_dropped() -> None:
    reason = of(ALL, "owl", "kiwi", strategies=TWO_TYPES)
    assert (answer(reason), reason.link) == (("no", Obstacle.DROPPED), OWL)
    assert reason.rules == ("visibility.later-dropped",)
    assert reason.changes == (Change(Request(ENTIRE, "plum"), lists=("kiwi", "fig", "plum")),)


def test_without_a_link_nothing_leads_to_a_contact_and_a_live_chat_can_still_send_the_request() -> None:
    records = [*PAST, *chat("owl", start=1000, live=["owl"])]
    reason = of(records, "owl", "fig")
    assert (answer(reason), reason.link) == (("no", Obstacle.NO_LINK), None)
    assert reason.way == (Step("owl", at(1000), None, None, None, is_followed=False),)
    assert reason.rules == ("identity.link-of-session",)
    assert reason.changes == (Change(Request(FROM_SEGMENT, "fig"), by_chat=True, lists=("fig", "plum")),)


def test_no_chat_sees_what_came_after_it() -> None:
    reason = of(ALL, "plum", "owl")
    assert (answer(reason), reason.rules) == (("no", Obstacle.NO_LINK), ("visibility.backward-only",))


def test_a_contact_of_the_same_session_is_no_past_contact() -> None:
    reason = of(ALL, "crow", "owl")
    assert (answer(reason), reason.link, len(reason.way)) == (("no", Obstacle.OWN_SESSION), None, 1)


def test_a_transcript_that_is_lost_is_listed_and_not_shown() -> None:
    reason = of(ALL, "owl", "plum", transcripts={"plum": TranscriptFact(Availability.DELETED)})
    assert (answer(reason), reason.changes) == (("no", Obstacle.UNAVAILABLE), ())
    assert reason.refusal is not None


def test_a_walk_that_stops_does_not_reach_what_lies_behind() -> None:
    reason = of(
        ALL,
        "cod",
        "plum",
        transcripts={"crow": TranscriptFact(Availability.DELETED)},
        policy=Policy(unavailable="STOP"),
    )
    assert (answer(reason), [each.is_followed for each in reason.way]) == (
        ("undecided", None),
        [True, False, False],
    )


def test_a_link_that_does_not_count_is_not_followed() -> None:
    late = but(but(birds(), "owl", related_contact_id=None, rehydration_type=None), "crow", related_contact_id="fig")
    reason = of([*PAST, *late, *chat("cod", start=2000, link="owl", by=FROM_SEGMENT)], "cod", "kiwi")
    assert answer(reason) == ("no", Obstacle.DROPPED)


def test_a_circle_of_sessions_ends_the_way() -> None:
    records = [*but(PAST, "kiwi", related_contact_id="crow"), *chat("owl", "crow", start=1000, link="plum")]
    reason = of([*records, contact("sun")], "owl", "sun")
    assert ([each.initial_contact_id for each in reason.way], answer(reason)) == (
        ["owl", "plum"],
        ("no", Obstacle.NO_LINK),
    )
    assert (reason.rules, reason.way[-1].link) == (("identity.link-of-session",), Link("crow", None, ("kiwi",)))


def test_what_is_beyond_the_limit_is_not_shown() -> None:
    records = long_past(103, by=FROM_SEGMENT)
    reason = of(records, records[-1].contact_id, records[0].contact_id)
    assert answer(reason) == ("no", Obstacle.BEYOND_LIMIT)


def test_behind_an_unknown_contact_everything_is_undecided_and_its_record_would_tell() -> None:
    records = [*without(PAST, "fig"), *birds(link="kiwi")]
    reason = of(records, "owl", "plum")
    assert answer(reason) == ("undecided", None)
    assert reason.changes[-1] == Change(unknown_contact_id="fig")  # type: ignore[arg-type]
    assert answer(of([*records, contact("sun")], "owl", "sun")) == ("undecided", None)


def test_both_must_be_known() -> None:
    for pair in (("owl", "sun"), ("sun", "owl")):
        with pytest.raises(ContactNotFound) as caught:
            of(ALL, *pair)
        assert (caught.value.args, caught.value.code) == (("sun",), "ResourceNotFoundException")


def test_why_a_chat_whose_past_the_policy_refuses_shows_nothing_or_may() -> None:
    given: dict[str, Any] = {
        "policy": Policy(unavailable="REFUSE"),
        "transcripts": {"fig": TranscriptFact(Availability.MISSING)},
    }
    history = graph([*PAST, *birds()])
    told = {name: why(history, "owl", name, **given) for name in ("plum", "kiwi", "crow")}
    assert {name: (each.shown, each.obstacle) for name, each in told.items()} == {
        "plum": (Shown.UNDECIDED, None),
        "kiwi": (Shown.NO, Obstacle.REFUSED),
        "crow": (Shown.NO, Obstacle.OWN_SESSION),
    }
    assert [told[name].rules for name in ("plum", "kiwi")] == [("visibility.transcript-unavailable",)] * 2
    assert [each.is_followed for each in told["plum"].way] == [False, False]
    refuses = Knowledge(policies_with("unavailable", "REFUSE"), 1)
    reason = why(history, "owl", "plum", known=refuses, **given)
    assert (reason.shown, reason.obstacle, reason.certainty.is_certain) == (Shown.NO, Obstacle.REFUSED, True)
