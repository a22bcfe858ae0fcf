"""Which request to send: what must be shown, what must stay hidden, and why it may be impossible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from core.building import (
    ENTIRE,
    FORK,
    FROM_SEGMENT,
    PAST,
    TWO_TYPES,
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
    STRATEGIES,
    Availability,
    Contact,
    PlannedRequest,
    Policy,
    RehydrationRequest,
    RuleForbids,
    TranscriptFact,
    plan,
)
from rehydration.errors import ContactNotFound, InvalidArgument, NothingShows

MISSING = TranscriptFact(Availability.MISSING)


def planned(
    records: Iterable[Contact], show: Any, hide: Any = (), policy: Any = None, **more: Any
) -> tuple[PlannedRequest, ...]:
    return plan(graph(records), show, hide, policy=Policy(**(policy or {})), **{"strategies": TWO_TYPES} | more)


def told(plans: tuple[PlannedRequest, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.request.rehydration_type, each.request.source_contact_id, each.extra) for each in plans]


def impossible(*arguments: Any, **more: Any) -> tuple[object, ...]:
    """Why nothing can be planned: the contact, the rule, the sentence."""
    with pytest.raises(NothingShows) as caught:
        planned(*arguments, **more)
    assert (caught.value.code, caught.value.rule) == ("InvalidRequestException", caught.value.reason)
    return caught.value.args


# ------------------------------------------------------------------------------------------------------------ possible


def test_a_planned_request_comes_with_the_answer_to_expect_and_what_else_it_shows() -> None:
    first = planned(PAST, {"fig"})[0]
    answer = ask(graph(PAST), FROM_SEGMENT, "fig")
    assert first == PlannedRequest(RehydrationRequest(FROM_SEGMENT, "fig"), answer, ("plum",))


def test_requests_that_show_the_fewest_extra_contacts_come_first() -> None:
    assert told(planned(PAST, ["plum"])) == [
        (FROM_SEGMENT, "plum", ()),
        (FROM_SEGMENT, "fig", ("fig",)),
        (ENTIRE, "plum", ("kiwi", "fig")),
        (FROM_SEGMENT, "kiwi", ("kiwi", "fig")),
    ]


def test_all_that_must_be_shown_is() -> None:
    assert told(planned(PAST, ["plum", "kiwi"])) == [(ENTIRE, "plum", ("fig",)), (FROM_SEGMENT, "kiwi", ("fig",))]
    assert told(planned(PAST, ["kiwi", "fig", "plum"])) == [(ENTIRE, "plum", ()), (FROM_SEGMENT, "kiwi", ())]


def test_nothing_that_must_stay_hidden_is_listed() -> None:
    assert told(planned(PAST, ["plum"], {"kiwi"})) == [(FROM_SEGMENT, "plum", ()), (FROM_SEGMENT, "fig", ("fig",))]
    assert told(planned(PAST, ["plum"], ["kiwi", "fig"])) == [(FROM_SEGMENT, "plum", ())]


def test_a_later_session_may_be_the_one_to_continue() -> None:
    records = [*PAST, *birds()]
    assert told(planned(records, ["plum", "owl"], ["crow"])) == [(FROM_SEGMENT, "owl", ("fig",))]
    assert told(planned(records, ["crow", "plum"], ["kiwi"])) == [
        (ENTIRE, "owl", ("owl", "fig")),
        (FROM_SEGMENT, "crow", ("owl", "fig")),
    ]


def test_to_hide_what_nobody_has_heard_of_is_no_promise_that_can_be_made() -> None:
    with pytest.raises(ContactNotFound) as caught:
        planned(PAST, ["plum"], ["fig", "sun"])
    assert (caught.value.contact_id, caught.value.code) == ("sun", "ResourceNotFoundException")


def test_contacts_may_come_as_any_collection_and_more_than_once() -> None:
    expected = planned(PAST, ["plum", "fig"], ["kiwi"])
    for kind in (tuple, dict.fromkeys, frozenset, iter, lambda names: (each for each in [*names, *names])):
        assert planned(PAST, kind(["plum", "fig"]), kind(["kiwi"])) == expected


def test_an_unavailable_transcript_is_not_shown_and_yet_not_hidden() -> None:
    facts = {"fig": MISSING}
    assert impossible(PAST, ["fig"], transcripts=facts)[:2] == ("fig", "visibility.transcript-unavailable")
    assert told(planned(PAST, ["plum"], ["fig"], transcripts=facts)) == [(FROM_SEGMENT, "plum", ())]
    assert impossible(PAST, ["kiwi"], ["fig"], transcripts=facts)[0] == "fig"


def test_policy_time_and_types_are_part_of_the_question() -> None:
    assert (ENTIRE, "rye", ("ash", "oat")) in told(planned(FORK, ["rye"], ["elm"], {"entire_view": "ANCESTORS"}))
    assert impossible(PAST, ["fig"], policy={"early_call": "REFUSE"}, now=at(31))[1] == "eligibility.early-call"
    only = {ENTIRE: STRATEGIES[ENTIRE]}
    assert told(planned(PAST, ["plum"], strategies=only)) == [(ENTIRE, "plum", ("kiwi", "fig"))]


# ---------------------------------------------------------------------------------------------------------- impossible


def test_what_goes_on_cannot_be_shown() -> None:
    assert impossible(chat("plum", "fig", live=["plum", "fig"]), ["fig"]) == (
        "fig",
        "eligibility.session-ended",
        "no request would show 'fig'",
    )


def test_what_is_of_another_channel_cannot_be_shown() -> None:
    evidence = impossible(but(PAST, "fig", channel="TASK"), ["fig"])
    assert evidence == ("fig", "eligibility.source-is-chat", "no request would show 'fig'")


def test_what_no_record_is_of_cannot_be_shown() -> None:
    evidence = impossible(without(PAST, "plum"), ["plum"])
    assert evidence == ("plum", "visibility.unknown-contact", "no request would show 'plum'")


@pytest.mark.parametrize(
    ("fact", "rule"),
    [(MISSING, "visibility.transcript-unavailable"), (TranscriptFact(size=10**9), "visibility.transcript-unavailable")],
)
@pytest.mark.parametrize("reading", ["GAP", "STOP", "REFUSE"])
def test_what_is_unavailable_cannot_be_shown(fact: TranscriptFact, rule: str, reading: str) -> None:
    evidence = impossible(PAST, ["fig"], policy={"unavailable": reading}, transcripts={"fig": fact})
    assert evidence == ("fig", rule, "no request would show 'fig'")


def test_without_a_type_nothing_can_be_shown() -> None:
    assert impossible(PAST, ["fig"], strategies={}) == (
        "fig",
        "eligibility.type-required",
        "no request would show 'fig'",
    )


def test_two_branches_cannot_be_shown_together_where_the_policy_says_so() -> None:
    evidence = impossible(FORK, ["elm", "ash"], policy={"entire_view": "ANCESTORS"})
    assert evidence == ("ash", "visibility.later-dropped", "no request that shows 'elm' also shows 'ash'")


def test_what_was_dropped_cannot_be_shown_with_what_came_later() -> None:
    evidence = impossible([*PAST, *birds()], ["crow", "kiwi"])
    assert evidence == ("kiwi", "visibility.cut-persists", "no request that shows 'crow' also shows 'kiwi'")


def test_two_sessions_without_a_link_cannot_be_shown_together() -> None:
    evidence = impossible([*PAST, *chat("owl")], ["owl", "fig"])
    assert evidence == ("fig", "visibility.backward-only", "no request that shows 'owl' also shows 'fig'")


def test_of_several_that_cannot_be_shown_the_one_is_named_that_the_best_request_leaves_out() -> None:
    evidence = impossible([*PAST, *birds()], ["owl", "fig", "kiwi"])
    assert evidence == ("kiwi", "visibility.cut-persists", "no request that shows 'owl' also shows 'kiwi'")


def test_what_is_beyond_the_limit_cannot_be_shown_with_the_newest() -> None:
    records = long_past(101, by=FROM_SEGMENT)
    newest, oldest = records[-1].contact_id, records[0].contact_id
    evidence = impossible(records, [newest, oldest])
    assert evidence[:2] == (oldest, "visibility.beyond-limit")


def test_a_predecessor_cannot_be_hidden() -> None:
    evidence = impossible(PAST, ["fig"], ["plum"])
    assert evidence == ("plum", "visibility.predecessors", "every request that shows 'fig' also lists 'plum'")


def test_all_that_must_be_shown_is_named_where_something_cannot_be_hidden() -> None:
    evidence = impossible(PAST, ["kiwi", "fig"], ["plum"])
    sentence = "every request that shows 'kiwi' and 'fig' also lists 'plum'"
    assert evidence == ("plum", "visibility.entire-linear", sentence)


def test_of_several_that_cannot_be_hidden_the_one_is_named_that_the_best_request_lists() -> None:
    """The request on fig lists plum alone, that on kiwi lists fig too."""
    evidence = impossible([*PAST, *birds()], ["fig"], ["crow", "kiwi", "plum"])
    assert evidence == ("plum", "visibility.predecessors", "every request that shows 'fig' also lists 'plum'")


def test_what_a_link_shows_cannot_be_hidden() -> None:
    evidence = impossible([*PAST, *birds(by=ENTIRE)], ["owl"], ["kiwi"])
    assert evidence[:2] == ("kiwi", "visibility.entire-linear")


# ------------------------------------------------------------------------------------------------------- the arguments


@pytest.mark.parametrize("value", ["plum", None, 7, b"plum", ["plum", 7], [["plum"]], [None], [{}]])
@pytest.mark.parametrize("name", ["show", "hide"])
def test_what_is_shown_and_hidden_are_contact_ids(name: str, value: Any) -> None:
    arguments = {"show": ["fig"], "hide": []} | {name: value}
    with pytest.raises(InvalidArgument) as caught:
        planned(PAST, **arguments)
    told_as = tuple(value) if isinstance(value, list | bytes) else value  # bytes are numbers
    assert caught.value.args == (name, told_as, "a collection of contact ids")


@pytest.mark.parametrize("value", [[], (), set(), {}])
def test_something_must_be_shown(value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        planned(PAST, value)
    assert caught.value.args == ("show", value, "at least one contact to show")


def test_what_must_be_shown_must_have_been_heard_of() -> None:
    with pytest.raises(ContactNotFound) as caught:
        planned([*PAST, contact("owl")], ["fig", "sun"])
    assert (caught.value.args, caught.value.code) == (("sun",), "ResourceNotFoundException")


def test_a_contact_is_shown_or_hidden_not_both() -> None:
    with pytest.raises(InvalidArgument) as caught:
        planned(PAST, ["plum", "fig"], ["kiwi", "fig"])
    assert caught.value.args == ("hide", "fig", "a contact that is not to be shown as well")


def test_a_target_is_planned_for_what_it_can_send() -> None:
    history = graph(PAST, chat("gull", start=1000, live=["gull"]), chat("owl", start=2000))
    planned = plan(history, ["fig"], target="gull")
    assert [each.answer for each in planned] == [
        ask(history, each.request.rehydration_type, each.request.source_contact_id, target="gull") for each in planned
    ]
    with pytest.raises(RuleForbids) as caught:
        plan(history, ["fig"], target="owl")
    assert (caught.value.rule, caught.value.code) == ("eligibility.target-live", "InvalidRequestException")


def test_what_shows_other_customers_comes_last() -> None:
    """eligibility.no-ownership-check."""
    records = but(but(PAST, "plum", customer_id="Bo"), "fig", customer_id="Ana")
    best = plan(graph(records), ["plum"])
    assert [len(each.answer.other_customers) for each in best] == sorted(
        len(each.answer.other_customers) for each in best
    )
    history = graph(records, chat("gull", start=1000, live=["gull"]))
    assert [each.contact_id for each in plan(history, ["fig"], target="gull")[0].answer.other_customers] == ["plum"]
