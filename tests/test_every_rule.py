"""Every rule is named by a test; here are those that no room of the core has to itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.building import FROM_SEGMENT, PAST, at, birds, but, chat, contact, graph, long_past, seen, without
from rehydration import (
    RULES,
    Availability,
    ContactGraph,
    History,
    RehydrationRequest,
    RuleForbids,
    TranscriptFact,
    Verdict,
    explain,
    exposure,
    resolve,
    visible_past,
)
from rehydration.render.calls import calls


def answer(history: ContactGraph, kind: str, source: str, **arguments: Any) -> Any:
    return resolve(history, RehydrationRequest(kind, source), **arguments)


@pytest.mark.parametrize("rule", list(RULES))
def test_every_rule_is_named_by_a_test(rule: str) -> None:
    here = Path(__file__)
    assert any(rule in text.read_text(encoding="utf-8") for text in here.parent.rglob("test_*.py"))


def test_a_chat_without_an_end_has_ended_once_it_is_older_than_any_chat() -> None:
    """identity.end-untold."""
    history = graph(chat("plum", "fig", start=0, live=["fig"]))
    told = answer(history, FROM_SEGMENT, "fig", now=at(10_080 * 60 + 1))
    assert (seen(told), [each.rule for each in told.warnings]) == (["fig", "plum"], ["identity.end-untold"])
    with pytest.raises(RuleForbids) as caught:
        answer(history, FROM_SEGMENT, "fig", now=at(10_080 * 60))
    assert caught.value.rule == "eligibility.session-ended"


def test_a_link_that_starts_before_the_end_of_a_session_was_from_a_segment() -> None:
    """visibility.type-from-start."""
    history = History(graph(PAST, birds(by=None, link="fig")))
    assert history.certainty_of_past("owl").of_kind("link type") == ()
    history = History(graph(but(PAST, "kiwi", disconnect_timestamp=None), birds(by=None, link="fig")))
    assert [str(each) for each in history.certainty_of_past("owl").of_kind("link type")] == [
        "the type of the link from the session of 'owl' to 'fig', which no record keeps"
    ]


def test_a_planned_request_names_a_client_token_to_repeat() -> None:
    """protocol.association-token-not-filled."""
    asked = calls("i-1", RehydrationRequest(FROM_SEGMENT, "C2"), "D1")
    associate = next(each for each in asked if each.operation == "CreatePersistentContactAssociation")
    assert associate.parameters["ClientToken"]


def test_the_end_of_one_segment_leaves_its_session_going_on() -> None:
    """identity.disconnect-is-per-segment."""
    history = graph(chat("plum", "fig", live=["fig"]))
    with pytest.raises(RuleForbids) as caught:
        answer(history, FROM_SEGMENT, "plum")
    assert (caught.value.rule, caught.value.live) == ("eligibility.ended-scope", ("fig",))  # type: ignore[attr-defined]


def test_a_task_that_goes_on_does_not_hold_the_session_of_a_chat_open() -> None:
    """identity.session-end."""
    history = graph(but(PAST, "kiwi", channel="TASK", disconnect_timestamp=None))
    assert seen(answer(history, FROM_SEGMENT, "fig")) == ["fig", "plum"]


@pytest.mark.parametrize("channel", ["TASK", "EMAIL", "VOICE"])
def test_the_related_contact_of_another_channel_is_no_link(channel: str) -> None:
    """identity.related-is-general."""
    history = graph(PAST, [contact("tern", channel=channel, related_contact_id="fig")])
    assert history.link_of(history.session_of("tern")) is None


def test_the_related_contact_of_a_chat_is_a_link_unless_it_is_told_to_be_none() -> None:
    """identity.related-read-as-link."""
    related = contact("tern", related_contact_id="fig")
    plain = contact("wren", related_contact_id="fig", related_is_link=False)
    history = graph(PAST, [related, plain])
    assert seen(visible_past(history, "tern")) == ["fig", "plum"]
    assert seen(visible_past(history, "wren")) == []


@pytest.mark.parametrize("association", ["fig", "kiwi", "x" * 256])
def test_an_association_id_is_carried_and_changes_nothing(association: str) -> None:
    """identity.association-id-is-opaque."""
    history = graph(PAST, but(birds(), "owl", contact_association_id=association))
    assert history.contact("owl").contact_association_id == association  # type: ignore[union-attr]
    assert seen(answer(history, FROM_SEGMENT, "crow")) == ["crow", "owl", "fig", "plum"]


def test_a_contact_that_lies_before_the_window_of_an_export_is_unknown() -> None:
    """identity.window."""
    history = graph(without(PAST, "plum"), birds())
    found = answer(history, FROM_SEGMENT, "crow")
    assert (seen(found), found.incomplete) == (["crow", "owl", "fig", "plum"], True)
    assert found.availability("plum") == "unknown"


def test_one_past_contact_is_continued_by_any_number_of_chats() -> None:
    """eligibility.many-per-source."""
    history = graph(PAST)
    for name in ("wren", "tern", "auk"):
        history.add(contact(name, disconnect_timestamp=None))
        found = answer(history, FROM_SEGMENT, "fig", target=name)
        history.associate(name, found.continued_from_contact_id, FROM_SEGMENT)
    assert [each.initial_contact_id for each in exposure(history, "fig").sightings] == ["auk", "tern", "wren"]


def test_a_chat_with_a_plain_related_contact_can_be_associated() -> None:
    """eligibility.plain-related-does-not-count."""
    tern = contact("tern", related_contact_id="kiwi", related_is_link=False, disconnect_timestamp=None)
    history = graph(PAST, [tern])
    history.associate("tern", answer(history, FROM_SEGMENT, "fig", target="tern").continued_from_contact_id)
    assert history.contact("tern").related_contact_id == "fig"  # type: ignore[union-attr]


def test_past_contacts_are_listed_newest_to_oldest_a_contact_before_the_one_it_continues() -> None:
    """visibility.order."""
    late = but(PAST, "plum", disconnect_timestamp=at(999))
    assert seen(answer(graph(late), "ENTIRE_PAST_SESSION", "plum")) == ["kiwi", "fig", "plum"]


def test_contacts_of_every_kind_count_towards_the_limit() -> None:
    """visibility.past-limit-counts: of another channel, without a transcript, unknown."""
    names = [each.contact_id for each in long_past(101)]
    records = but(chat(*names), names[50], channel="TASK")
    missing = {names[40]: TranscriptFact(Availability.MISSING)}
    account = explain(graph(records), RehydrationRequest(FROM_SEGMENT, names[-1]), transcripts=missing)
    assert seen(account.answer) == [each for each in names[:0:-1] if each != names[50]]
    assert account.answer.beyond_limit == (names[0],)
    assert [each.contact_id for each in account.with_verdict(Verdict.DROPPED)] == [names[50]]
    unknown = without(chat(*names[:3]), names[0])
    newer = but(chat(*names[3:]), names[3], related_contact_id=names[2], rehydration_type=FROM_SEGMENT)
    assert answer(graph(unknown, newer), FROM_SEGMENT, names[-1]).beyond_limit == (names[0],)
