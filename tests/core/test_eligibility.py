"""May it be done: each precondition, what it asks the policy, and which of two that fail is the refusal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.building import ENTIRE, FROM_SEGMENT, PAST, ask, at, but, chat, contact, graph, seen, warned, without
from rehydration import (
    STRATEGIES,
    Availability,
    Contact,
    ContactGraph,
    Policy,
    Rehydration,
    RehydrationRequest,
    RuleForbids,
    TranscriptFact,
    resolve,
)
from rehydration.eligibility import RETENTION_YEARS, TRANSCRIPT_LAG
from rehydration.errors import (
    CalledTooEarly,
    ContactNotFound,
    CustomersDiffer,
    NotInitialContact,
    SessionNotEnded,
    SourceBeyondRetention,
    SourceInTargetSession,
    SourceIsNotChat,
    SourceRequired,
    StartFollowsTarget,
    TargetAlreadyAssociated,
    TargetHasEnded,
    TargetIsNotChat,
    TargetMalformed,
    TargetNotFound,
    TypeRequired,
)

NEW = chat("owl", start=1000, live=["owl"])
"""A new chat, which goes on: the target."""

PAST_END = 30
"""When the worked session ends."""

LATE = at(PAST_END + 3600)


def refusal(history: ContactGraph, kind: str, source: Any, policy: Any = None, **arguments: Any) -> RuleForbids:
    with pytest.raises(RuleForbids) as caught:
        ask(history, kind, source, policy, **arguments)
    return caught.value


def refused(*arguments: Any, **more: Any) -> tuple[type[RuleForbids], tuple[object, ...], str | None]:
    error = refusal(*arguments, **more)
    return type(error), error.args, error.code


def associated(records: Iterable[Contact] = (*PAST, *NEW), source: str = "fig", **arguments: Any) -> Rehydration:
    return ask(graph(records), FROM_SEGMENT, source, target="owl", **arguments)


MALFORMED, NOT_FOUND = "InvalidParameterException", "ResourceNotFoundException"
REFUSED = "InvalidRequestException"


# ------------------------------------------------------------------------------------------------------------ the form


@pytest.mark.parametrize("kind", [None, "", "SEGMENT", "from_segment", 7, [FROM_SEGMENT], b"FROM_SEGMENT"])
def test_a_type_that_is_known_is_required(kind: Any) -> None:
    error = refused(graph(PAST), kind, "fig")
    assert error == (TypeRequired, (kind, tuple(STRATEGIES)), MALFORMED)


@pytest.mark.parametrize("source", [None, "", "x" * 257, 7, ["fig"], b"fig", "\ud800"])
@pytest.mark.parametrize("kind", [ENTIRE, FROM_SEGMENT])
def test_a_source_that_can_be_one_is_required(kind: str, source: Any) -> None:
    assert refused(graph(PAST), kind, source) == (SourceRequired, (source,), MALFORMED)


# ---------------------------------------------------------------------------------------------------------- the target


def test_without_a_target_no_rule_about_targets_applies() -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "fig")
    assert answer.target_contact_id is None
    assert answer.rules[:2] == ("eligibility.source-exists", "eligibility.session-ended")


def test_a_target_that_may_be_associated_is_told_with_the_rules_that_let_it() -> None:
    answer = associated()
    assert (answer.target_contact_id, answer.warnings) == ("owl", ())
    assert answer.rules == (
        "eligibility.source-exists",
        "eligibility.target-is-chat",
        "eligibility.target-live",
        "eligibility.once-per-chat",
        "eligibility.source-in-another-session",
        "eligibility.session-ended",
        "eligibility.no-ownership-check",
        "start.from-segment",
        "start.reported",
        "visibility.predecessors",
    )


@pytest.mark.parametrize("target", ["sun", "gap"])
def test_a_target_without_a_record_is_not_found(target: Any) -> None:
    history = graph(PAST, NEW, [contact("crow", initial_contact_id="gap")])
    error = refused(history, FROM_SEGMENT, "fig", target=target)
    assert error == (TargetNotFound, (target,), NOT_FOUND)


@pytest.mark.parametrize("target", ["", "x" * 257, 7, ["owl"], b"owl", "\ud800"])
def test_what_cannot_be_a_target_is_refused(target: Any) -> None:
    error = refused(graph(PAST, NEW), FROM_SEGMENT, "fig", target=target)
    assert error == (TargetMalformed, (target,), MALFORMED)


@pytest.mark.parametrize("channel", ["VOICE", "TASK"])
def test_a_target_is_a_chat(channel: str) -> None:
    history = graph(PAST, but(NEW, "owl", channel=channel))
    assert refused(history, FROM_SEGMENT, "fig", target="owl") == (TargetIsNotChat, ("owl", channel), REFUSED)


def test_a_target_without_a_channel_is_a_chat() -> None:
    assert associated([*PAST, *but(NEW, "owl", channel="CHAT")]) == associated()


def test_a_target_has_not_ended() -> None:
    history = graph(PAST, chat("owl", start=1000))
    assert refused(history, FROM_SEGMENT, "fig", target="owl") == (TargetHasEnded, ("owl", at(1010)), REFUSED)


def test_a_later_contact_of_a_new_chat_may_be_the_target() -> None:
    history = graph(PAST, chat("owl", "crow", start=1000, live=["crow"]))
    assert ask(history, FROM_SEGMENT, "fig", target="crow").target_contact_id == "crow"
    assert refused(history, FROM_SEGMENT, "fig", target="owl")[0] is TargetHasEnded


@pytest.mark.parametrize("target", ["owl", "crow"])
@pytest.mark.parametrize("by", [None, ENTIRE])
def test_a_chat_is_associated_once_counted_per_session(target: str, by: str | None) -> None:
    history = graph(PAST, chat("owl", "crow", start=1000, link="plum", by=by, live=["owl", "crow"]))
    error = refused(history, FROM_SEGMENT, "fig", target=target)
    assert error == (TargetAlreadyAssociated, (target, "plum"), REFUSED)


def test_a_plain_related_contact_does_not_count_as_an_association() -> None:
    related = but(NEW, "owl", related_contact_id="plum", related_is_link=False)
    assert seen(associated([*PAST, *related])) == ["fig", "plum"]


def test_one_past_contact_may_be_continued_by_any_number_of_new_chats() -> None:
    earlier = [chat(name, start=900, link="fig", by=FROM_SEGMENT) for name in ("tern", "gull", "auk")]
    assert seen(associated([*PAST, *NEW, *(each for session in earlier for each in session)])) == ["fig", "plum"]


@pytest.mark.parametrize("source", ["owl", "crow", "gap"])
def test_source_and_target_are_of_two_sessions(source: str) -> None:
    """Gap is an unknown contact of the session of the target."""
    records = [
        contact("owl", disconnect_timestamp=None),
        contact("crow", initial_contact_id="owl", previous_contact_id="gap"),
    ]
    error = refused(graph(records), FROM_SEGMENT, source, target="owl")
    assert error == (SourceInTargetSession, (source, "owl", "owl"), REFUSED)


@pytest.mark.parametrize(("kind", "source", "start"), [(FROM_SEGMENT, "hen", "hen"), (ENTIRE, "hen", "auk")])
def test_a_chat_is_not_continued_by_what_it_came_out_of(kind: str, source: str, start: str) -> None:
    """Hen continues owl, which goes on; a link from owl to hen would make owl come before itself."""
    history = graph(NEW, chat("hen", "auk", start=2000, link="owl", by=FROM_SEGMENT))
    error = refused(history, kind, source, target="owl")
    assert error == (StartFollowsTarget, (start, "owl"), REFUSED)
    assert ask(history, kind, source).continued_from_contact_id == start


def test_a_chat_may_continue_what_came_out_of_an_earlier_contact_of_its_session() -> None:
    """Hen continues tern, which owl follows."""
    history = graph(chat("tern", "owl", live=["owl"]), chat("hen", start=2000, link="tern", by=FROM_SEGMENT))
    assert ask(history, FROM_SEGMENT, "hen", target="owl").continued_from_contact_id == "hen"
    history.associate("owl", "hen", FROM_SEGMENT)


# ---------------------------------------------------------------------------------------------------------- the source


@pytest.mark.parametrize("kind", [ENTIRE, FROM_SEGMENT])
def test_a_source_nobody_has_heard_of_is_not_found(kind: str) -> None:
    assert refused(graph(PAST), kind, "sun") == (ContactNotFound, ("sun",), NOT_FOUND)


def test_an_unknown_source_is_found_with_a_warning() -> None:
    answer = ask(graph(PAST[1:]), FROM_SEGMENT, "plum")
    assert (answer.source_contact_id, answer.continued_from_contact_id) == ("plum", "plum")
    assert warned(answer) == [
        ("eligibility.source-exists", ("plum",)),
        ("eligibility.unknown-end", ("plum",)),
        ("visibility.unknown-contact", ("plum",)),
    ]
    assert answer.warnings[0].message == "no record of the source 'plum'; other records refer to it"


def test_an_unknown_source_passes_what_its_record_would_be_needed_for() -> None:
    history = graph(without(chat("plum", "fig", "kiwi", start=-999_999_999), "plum"), but(NEW, "owl", customer_id="A"))
    answer = ask(history, FROM_SEGMENT, "plum", {"customer_mismatch": "REFUSE"}, target="owl", now=LATE)
    assert answer.continued_from_contact_id == "plum"


@pytest.mark.parametrize("channel", ["VOICE", "TASK"])
@pytest.mark.parametrize("kind", [ENTIRE, FROM_SEGMENT])
def test_a_source_is_a_chat(kind: str, channel: str) -> None:
    history = graph(but(PAST, "plum", channel=channel))
    assert refused(history, kind, "plum") == (SourceIsNotChat, ("plum", channel), REFUSED)


def test_the_other_contacts_of_the_session_of_the_source_need_not_be_chats() -> None:
    assert ask(graph(but(PAST, "plum", channel="TASK")), FROM_SEGMENT, "fig").continued_from_contact_id == "fig"


# ----------------------------------------------------------------------------------------------------------- retention


@pytest.mark.parametrize(
    ("now", "limit"),
    [
        (datetime(2026, 5, 3, 9, tzinfo=UTC), datetime(2024, 5, 3, 9, tzinfo=UTC)),
        (datetime(2028, 2, 29, 9, tzinfo=UTC), datetime(2026, 2, 28, 9, tzinfo=UTC)),
        (datetime(2026, 2, 28, 9, tzinfo=UTC), datetime(2024, 2, 28, 9, tzinfo=UTC)),
        (datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2024, 3, 1, 9, tzinfo=UTC)),
        (
            datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            datetime(2024, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        ),
        # the calendar is that of UTC: there it is the 29th still
        (
            datetime(2028, 3, 1, 1, tzinfo=timezone(timedelta(hours=5))),
            datetime(2026, 2, 28, 20, tzinfo=UTC),
        ),
    ],
    ids=str,
)
def test_a_source_is_kept_for_24_calendar_months(now: datetime, limit: datetime) -> None:
    kept = [contact("fig", initiation_timestamp=limit, disconnect_timestamp=limit)]
    answer = ask(graph(kept), FROM_SEGMENT, "fig", now=now)
    assert answer.rules[:2] == ("eligibility.retention", "eligibility.source-exists")
    beyond = limit - timedelta(microseconds=1)
    error = refused(graph(but(kept, "fig", initiation_timestamp=beyond)), FROM_SEGMENT, "fig", now=now)
    assert error == (SourceBeyondRetention, ("fig", beyond, now), NOT_FOUND)


def test_without_a_time_nothing_is_beyond_retention() -> None:
    ancient = [contact("fig", initiation_timestamp=datetime(1, 1, 1, tzinfo=UTC))]
    answer = ask(graph(ancient), FROM_SEGMENT, "fig")
    assert (seen(answer), "eligibility.retention" in answer.rules) == (["fig"], False)


def test_a_source_without_an_initiation_is_not_beyond_retention() -> None:
    answer = ask(graph([contact("fig", initiation_timestamp=None)]), FROM_SEGMENT, "fig", now=LATE)
    assert (seen(answer), "eligibility.retention" in answer.rules) == (["fig"], False)


def test_the_age_of_the_other_contacts_does_not_matter() -> None:
    history = graph(but(PAST, "plum", initiation_timestamp=at(-99_999_999)))
    assert seen(ask(history, FROM_SEGMENT, "fig", now=LATE)) == ["fig", "plum"]


def test_contacts_are_kept_for_two_years() -> None:
    assert RETENTION_YEARS == 2


# ------------------------------------------------------------------------------------------------------------- the end


@pytest.mark.parametrize("ended", ["SESSION", "SEGMENT"])
@pytest.mark.parametrize("kind", [ENTIRE, FROM_SEGMENT])
def test_a_source_that_goes_on_is_refused_under_every_reading(kind: str, ended: str) -> None:
    error = refusal(graph(chat("plum", "fig", live=["plum"])), kind, "plum", {"ended": ended})
    assert (type(error), error.args, error.code) == (
        SessionNotEnded,
        ("plum", ("plum",), "eligibility.session-ended"),
        REFUSED,
    )


@pytest.mark.parametrize("kind", [ENTIRE, FROM_SEGMENT])
def test_a_source_whose_session_goes_on_is_refused_by_default(kind: str) -> None:
    history = graph(chat("plum", "fig", "kiwi", live=["kiwi", "fig"]))
    error = refused(history, kind, "plum")
    assert error == (SessionNotEnded, ("plum", ("fig", "kiwi"), "eligibility.ended-scope"), REFUSED)


@pytest.mark.parametrize(("kind", "start"), [(ENTIRE, "fig"), (FROM_SEGMENT, "plum")])
def test_a_source_that_has_ended_is_enough_where_the_policy_says_so(kind: str, start: str) -> None:
    history = graph(chat("plum", "fig", "kiwi", live=["kiwi"]))
    answer = ask(history, kind, "plum", {"ended": "SEGMENT"})
    assert (answer.continued_from_contact_id, answer.consulted[0]) == (start, "ended")
    assert answer.rules[1:3] == ("eligibility.ended-scope", "eligibility.session-ended")


def test_the_policy_is_asked_what_must_have_ended_only_where_something_goes_on() -> None:
    assert ask(graph(PAST), FROM_SEGMENT, "fig").consulted == ()
    on = graph(chat("plum", "fig", live=["plum", "fig"]))
    with pytest.raises(SessionNotEnded) as caught:
        ask(on, FROM_SEGMENT, "fig")
    assert caught.value.rule == "eligibility.session-ended"


def test_a_contact_of_another_channel_that_goes_on_is_no_obstacle() -> None:
    history = graph(but(chat("plum", "fig", live=["fig"]), "fig", channel="TASK"))
    answer = ask(history, FROM_SEGMENT, "plum")
    assert (seen(answer), answer.consulted) == (["plum"], ())


def test_an_unknown_source_waits_for_its_session_too() -> None:
    history = graph([contact("fig", initial_contact_id="plum", previous_contact_id="plum", disconnect_timestamp=None)])
    error = refused(history, FROM_SEGMENT, "plum")
    assert error == (SessionNotEnded, ("plum", ("fig",), "eligibility.ended-scope"), REFUSED)
    assert ask(history, FROM_SEGMENT, "plum", {"ended": "SEGMENT"}).continued_from_contact_id == "plum"


def test_an_unknown_contact_of_the_session_counts_as_ended_with_a_warning() -> None:
    answer = ask(graph(PAST[2:]), FROM_SEGMENT, "kiwi")
    assert answer.warnings[0].rule == "eligibility.unknown-end"
    assert answer.warnings[0].message == "no record of 'fig', 'plum'; treated as ended"
    assert answer.warnings[0].contact_ids == ("fig", "plum")
    assert answer.rules[1:3] == ("eligibility.unknown-end", "eligibility.session-ended")


# ------------------------------------------------------------------------------------------------------- an early call


def test_the_transcripts_of_a_session_lag_by_a_minute() -> None:
    assert timedelta(seconds=60) == TRANSCRIPT_LAG


@pytest.mark.parametrize("seconds", [-1e6, -1, 0, 1, 59.999999])
def test_a_call_within_a_minute_of_the_end_is_warned_of(seconds: float) -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "plum", now=at(PAST_END + seconds))
    assert answer.warnings[0].rule == "eligibility.early-call"
    assert answer.warnings[0].contact_ids == ("plum",)
    assert answer.warnings[0].message == (
        "the session of 'plum' ended at 2026-05-03T09:00:30+00:00; its transcripts may not be there until 60 s later"
    )
    assert answer.rules[:5] == (
        "eligibility.retention",
        "eligibility.source-exists",
        "eligibility.session-ended",
        "eligibility.transcript-lag",
        "eligibility.early-call",
    )
    assert answer.consulted == ("early_call",)


@pytest.mark.parametrize("seconds", [-1, 0, 59.999999])
def test_a_call_within_a_minute_of_the_end_is_refused_where_the_policy_says_so(seconds: float) -> None:
    now = at(PAST_END + seconds)
    error = refused(graph(PAST), FROM_SEGMENT, "plum", {"early_call": "REFUSE"}, now=now)
    assert error == (CalledTooEarly, ("plum", at(PAST_END), now), REFUSED)


@pytest.mark.parametrize("now", [None, at(PAST_END + 60), LATE])
def test_a_later_call_or_one_without_a_time_is_never_early(now: datetime | None) -> None:
    answer = ask(graph(PAST), FROM_SEGMENT, "plum", {"early_call": "REFUSE"}, now=now)
    assert (answer.warnings, answer.consulted) == ((), ())


def test_the_end_is_that_of_the_session_not_of_the_source_and_not_of_other_channels() -> None:
    longer = but(PAST, "fig", disconnect_timestamp=at(500))
    assert warned(ask(graph(longer), FROM_SEGMENT, "plum", now=at(559)))[0][0] == "eligibility.early-call"
    task = but(longer, "fig", channel="TASK")
    assert ask(graph(task), FROM_SEGMENT, "plum", now=at(559)).warnings == ()


def test_a_session_of_which_nothing_known_has_ended_is_not_called_early() -> None:
    history = graph([contact("kiwi", initial_contact_id="plum", previous_contact_id="plum", channel="TASK")])
    assert ask(history, FROM_SEGMENT, "plum", {"early_call": "REFUSE"}, now=at(0)).consulted == ()


def test_the_hour_that_summer_time_repeats_is_an_hour() -> None:
    first, second = (datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=ZoneInfo("Europe/Berlin")) for fold in (0, 1))
    history = graph([contact("fig", disconnect_timestamp=first)])
    assert ask(history, FROM_SEGMENT, "fig", now=second).warnings == ()


# ----------------------------------------------------------------------------------------------------------- customers


def of_customers(source: str | None, target: str | None) -> list[Contact]:
    records = [*PAST, *NEW]
    records = records if source is None else but(records, "fig", customer_id=source)
    return records if target is None else but(records, "owl", customer_id=target)


def test_another_customer_is_warned_of() -> None:
    answer = associated(of_customers("Ana", "Bo"))
    assert warned(answer) == [("eligibility.customer-mismatch", ("fig", "owl"))]
    assert answer.warnings[0].message == "the source 'fig' and the target 'owl' name different customers"
    assert answer.consulted == ("customer_mismatch",)
    assert "eligibility.customer-mismatch" in answer.rules


def test_another_customer_is_refused_where_the_policy_says_so() -> None:
    error = refused(
        graph(of_customers("Ana", "Bo")), FROM_SEGMENT, "fig", {"customer_mismatch": "REFUSE"}, target="owl"
    )
    assert error == (CustomersDiffer, ("fig", "Ana", "owl", "Bo"), REFUSED)


@pytest.mark.parametrize(("source", "target"), [("Ana", None), (None, "Bo"), (None, None)])
def test_where_one_side_names_no_customer_the_application_must_look(source: str | None, target: str | None) -> None:
    answer = associated(of_customers(source, target), policy={"customer_mismatch": "REFUSE"})
    assert (answer.warnings, answer.consulted) == ((), ())
    assert "eligibility.no-ownership-check" in answer.rules


def test_the_same_customer_is_nothing_to_speak_of() -> None:
    answer = associated(of_customers("Ana", "Ana"), policy={"customer_mismatch": "REFUSE"})
    assert (answer.warnings, answer.consulted) == ((), ())
    assert not {"eligibility.no-ownership-check", "eligibility.customer-mismatch"} & set(answer.rules)


def test_customers_are_those_of_source_and_target_themselves() -> None:
    records = but(but(of_customers("Ana", "Ana"), "plum", customer_id="Bo"), "kiwi", customer_id="Bo")
    assert associated(records).warnings == ()


def test_without_a_target_customers_are_not_compared() -> None:
    answer = ask(graph(of_customers("Ana", "Bo")), FROM_SEGMENT, "fig", {"customer_mismatch": "REFUSE"})
    assert not {"eligibility.no-ownership-check", "eligibility.customer-mismatch"} & set(answer.rules)


# ----------------------------------------------------------------------------------------------------------- the order

STRICT = {"early_call": "REFUSE", "customer_mismatch": "REFUSE"}
FAX = [contact("fax", channel="TASK", disconnect_timestamp=None)]
GONE = TranscriptFact(Availability.DELETED)
OLD = {"initiation_timestamp": at(-99_999_999)}


def both_fail(*records: Iterable[Contact], kind: Any = FROM_SEGMENT, source: Any = "fig", **more: Any) -> type:
    """The refusal of a request that fails two checks."""
    arguments = {"target": "owl", "policy": STRICT, **more}
    return type(refusal(graph(*records), kind, source, **arguments))


def test_the_type_is_looked_at_before_the_form_of_the_source() -> None:
    assert both_fail(PAST, NEW, kind=None, source=None) is TypeRequired


def test_the_form_of_the_source_is_looked_at_before_that_of_the_target() -> None:
    assert both_fail(PAST, NEW, source="", target="") is SourceRequired


def test_the_form_of_the_target_is_looked_at_before_whether_anybody_is_there() -> None:
    assert both_fail(PAST, NEW, source="sun", target="") is TargetMalformed


def test_that_the_target_is_there_is_looked_at_before_that_the_source_is() -> None:
    assert both_fail(PAST, source="sun") is TargetNotFound


def test_that_the_source_is_there_is_looked_at_before_the_channel_of_the_target() -> None:
    """Retention comes between the two; a source that is not there has no age."""
    assert both_fail(PAST, FAX, source="sun", target="fax") is ContactNotFound


def test_the_age_of_the_source_is_looked_at_before_the_channel_of_the_target() -> None:
    assert both_fail(but(PAST, "fig", **OLD), FAX, target="fax", now=LATE) is SourceBeyondRetention


def test_the_channel_of_the_target_is_looked_at_before_its_end() -> None:
    assert both_fail(PAST, but(FAX, "fax", disconnect_timestamp=at(0)), target="fax") is TargetIsNotChat


def test_the_end_of_the_target_is_looked_at_before_its_link() -> None:
    assert both_fail(PAST, chat("owl", link="plum")) is TargetHasEnded


def test_the_link_of_the_target_is_looked_at_before_whose_session_the_source_is_of() -> None:
    linked = chat("owl", "crow", link="plum", live=["owl"])
    assert both_fail(PAST, linked, source="crow") is TargetAlreadyAssociated


def test_whose_session_the_source_is_of_is_looked_at_before_its_channel() -> None:
    assert both_fail(but(chat("owl", "fig", live=["owl"]), "fig", channel="TASK")) is SourceInTargetSession


def test_the_channel_of_the_source_is_looked_at_before_its_end() -> None:
    assert both_fail(NEW, FAX, source="fax") is SourceIsNotChat


@pytest.mark.parametrize("live", [["fig"], ["kiwi"]])
def test_the_end_of_the_session_is_looked_at_before_how_early_the_call_is(live: list[str]) -> None:
    assert both_fail(chat("plum", "fig", "kiwi", live=live), NEW, now=at(30)) is SessionNotEnded


def test_how_early_the_call_is_is_looked_at_before_the_customers() -> None:
    assert both_fail(of_customers("Ana", "Bo"), now=at(31)) is CalledTooEarly


def test_the_customers_are_looked_at_before_what_the_type_makes_of_the_source() -> None:
    assert both_fail(of_customers("Ana", "Bo"), kind=ENTIRE) is CustomersDiffer


def test_what_the_type_makes_of_the_source_is_looked_at_before_what_the_start_contact_comes_after() -> None:
    """Hen continues owl, which goes on."""
    later = chat("hen", "auk", start=2000, link="owl", by=FROM_SEGMENT)
    assert both_fail(NEW, later, kind=ENTIRE, source="auk") is NotInitialContact


def test_what_the_start_contact_comes_after_is_looked_at_before_what_is_seen() -> None:
    later = but(chat("hen", start=2000, link="owl", by=FROM_SEGMENT), "hen", transcript=GONE)
    assert both_fail(NEW, later, source="hen", policy={"unavailable": "REFUSE"}) is StartFollowsTarget


def test_a_refusal_carries_the_code_and_the_rule_of_its_kind() -> None:
    with pytest.raises(SourceIsNotChat) as caught:
        resolve(graph(FAX), RehydrationRequest(FROM_SEGMENT, "fax"), policy=Policy())
    assert (caught.value.code, caught.value.rule) == (REFUSED, "eligibility.source-is-chat")
