"""One contact: its three spellings, what it accepts, and what several records of it make."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from core.building import at
from rehydration import Availability, Contact, Doubt, TranscriptFact, UnknownContact
from rehydration.contacts import fold
from rehydration.errors import InvalidArgument, RecordsDisagree

IDS = ["initial_contact_id", "previous_contact_id", "related_contact_id"]
TIMES = ["initiation_timestamp", "disconnect_timestamp", "last_update_timestamp"]
TEXTS = [
    "rehydration_type",
    "channel",
    "initiation_method",
    "customer_id",
    "instance_id",
    "contact_association_id",
]
BERLIN = ZoneInfo("Europe/Berlin")


class Broken(tzinfo):
    """A time zone that fails."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        raise ZeroDivisionError


class Absurd(tzinfo):
    """A time zone that is three days ahead."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(days=3)


class Incomparable:
    """A thing that cannot even be compared."""

    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError

    __hash__ = None


# ---------------------------------------------------------------------------------------------------------- one contact


def test_a_contact_knows_its_id_alone_and_takes_the_rest_for_open() -> None:
    contact = Contact(contact_id="fig")
    assert {each.name: getattr(contact, each.name) for each in fields(Contact)} == {
        "contact_id": "fig",
        "initial_contact_id": "fig",
        "related_is_link": True,
        "is_event": False,
        **dict.fromkeys([*IDS[1:], *TIMES, *TEXTS, "transcript"]),
    }


def test_the_three_spellings_of_a_first_contact_are_one() -> None:
    null = Contact(contact_id="fig", initial_contact_id=None, previous_contact_id=None)
    absent = Contact(contact_id="fig")
    itself = Contact(contact_id="fig", initial_contact_id="fig", previous_contact_id="fig")
    assert null == absent == itself
    assert itself.is_first


def test_a_contact_that_names_another_initial_contact_is_a_later_one() -> None:
    assert not Contact(contact_id="fig", initial_contact_id="plum").is_first


@pytest.mark.parametrize("name", IDS[1:])
def test_an_id_that_names_the_contact_itself_says_nothing(name: str) -> None:
    itself = str(b"fig", "ascii")  # equal, not identical
    assert getattr(Contact(contact_id="fig", **{name: itself}), name) is None


@pytest.mark.parametrize("name", IDS)
def test_an_id_that_names_another_contact_is_kept(name: str) -> None:
    assert getattr(Contact(contact_id="fig", **{name: "plum"}), name) == "plum"


@pytest.mark.parametrize("channel", ["CHAT", None])
def test_a_chat_and_a_record_without_a_channel_are_chats(channel: str | None) -> None:
    assert Contact(contact_id="fig", channel=channel).is_chat is True


@pytest.mark.parametrize("channel", ["VOICE", "TASK", "EMAIL", "chat", ""])
def test_another_channel_is_no_chat(channel: str) -> None:
    assert Contact(contact_id="fig", channel=channel).is_chat is False


def test_a_contact_has_ended_once_it_was_disconnected() -> None:
    contact = Contact(contact_id="fig", initiation_timestamp=at(0))
    assert (contact.has_ended, evolve(contact, disconnect_timestamp=at(1)).has_ended) == (False, True)


@pytest.mark.parametrize("value", ["", "x" * 257, "\ud800", None, 7, b"fig", ["fig"]])
def test_a_contact_has_an_id(value: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Contact(contact_id=value)
    assert caught.value.args == ("contact_id", value, "a contact id, 1 to 256 characters, no lone surrogates")


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("value", ["", "x" * 257, "\udfff", 0, False, b"fig", ["fig"], Incomparable()])
def test_an_id_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Contact(contact_id="fig", **{name: value})
    assert caught.value.name == name
    assert caught.value.value is value


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("value", [7, b"CHAT", ["CHAT"], True])
def test_what_must_be_text_is_text(name: str, value: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Contact(contact_id="fig", **{name: value})
    assert caught.value.args == (name, value, "text or None")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        *(("is_event", value, "True or False") for value in (None, 1, "True")),
        *(("related_is_link", value, "True, False or None") for value in (1, "True")),
    ],
)
def test_what_must_be_true_or_false_is_one_of_them(name: str, value: Any, expected: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Contact(contact_id="fig", **{name: value})
    assert caught.value.args == (name, value, expected)


def test_a_transcript_is_a_fact_about_one() -> None:
    with pytest.raises(InvalidArgument) as caught:
        Contact(contact_id="fig", transcript=Availability.MISSING)
    assert caught.value.args == ("transcript", Availability.MISSING, "a TranscriptFact or None")


# --------------------------------------------------------------------------------------------------------------- times


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 5, 3),  # noqa: DTZ001  what it is about
        "2026-05-03T09:00:00Z",
        1_777_777_777,
        at(0).date(),
        datetime(2026, 5, 3, tzinfo=tzinfo()),
        datetime(2026, 5, 3, tzinfo=Broken()),
        datetime(2026, 5, 3, tzinfo=Absurd()),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_a_time_that_is_no_point_in_time_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Contact(contact_id="fig", **{name: value})
    assert (caught.value.name, caught.value.expected) == (name, "a datetime with a time zone, of the years 1 to 9999")
    assert caught.value.value is value


@pytest.mark.parametrize("name", TIMES)
def test_a_time_is_kept_in_utc(name: str) -> None:
    kept = getattr(Contact(contact_id="fig", **{name: datetime(2026, 5, 3, 11, tzinfo=BERLIN)}), name)
    assert kept == at(0)
    assert kept.tzinfo is UTC


@pytest.mark.parametrize("time", [datetime.min.replace(tzinfo=UTC), at(0.000001), datetime.max.replace(tzinfo=UTC)])
def test_a_time_in_utc_is_kept_as_it_is(time: datetime) -> None:
    assert Contact(contact_id="fig", disconnect_timestamp=time).disconnect_timestamp is time


def test_the_hour_that_summer_time_repeats_counts_twice() -> None:
    first, second = (datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=BERLIN) for fold in (0, 1))
    assert first == second  # so says Python of two times in one zone
    kept = [Contact(contact_id="fig", disconnect_timestamp=each).disconnect_timestamp for each in (first, second)]
    assert kept == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]


# -------------------------------------------------------------------------------------------------------------- values


def test_a_contact_is_a_value() -> None:
    contact = Contact(contact_id="fig", transcript=TranscriptFact(size=3), disconnect_timestamp=at(0))
    copy = pickle.loads(pickle.dumps(contact))  # noqa: S301
    assert (copy, hash(copy)) == (contact, hash(contact))
    with pytest.raises(AttributeError):
        contact.channel = "VOICE"


def test_an_unknown_contact_may_be_of_an_unknown_session() -> None:
    unknown = UnknownContact("fig")
    assert (unknown.contact_id, unknown.initial_contact_id) == ("fig", None)


# ------------------------------------------------------------------------------------------------------------- folding

FACTS = {
    "channel": ("CHAT", "TASK"),
    "initiation_method": ("API", "TRANSFER"),
    "initiation_timestamp": (at(1), at(2)),
    "customer_id": ("Ana", "Bo"),
    "instance_id": ("east", "west"),
    "contact_association_id": ("a1", "a2"),
    "transcript": (TranscriptFact(size=1), TranscriptFact(Availability.DELETED)),
}


def record(updated: float | None = None, **facts: Any) -> Contact:
    return Contact(
        contact_id="fig",
        **{
            "initial_contact_id": "plum",
            "previous_contact_id": "plum",
            "last_update_timestamp": None if updated is None else at(updated),
        }
        | facts,
    )


def event(updated: float | None = None, **facts: Any) -> Contact:
    return record(updated, **{"initial_contact_id": None, "previous_contact_id": None, "is_event": True} | facts)


def folded(*contacts: Contact) -> Contact:
    """What contacts fold to in every order of arrival, which must be one."""
    results = {fold(each) for each in permutations(contacts)}
    assert len(results) == 1
    return results.pop()


def disagreement(*contacts: Contact) -> RecordsDisagree:
    """How contacts contradict one another in every order of arrival, which must be one."""
    found: dict[tuple[object, ...], RecordsDisagree] = {}
    for each in permutations(contacts):
        with pytest.raises(RecordsDisagree) as caught:
            fold(each)
        found[caught.value.args] = caught.value
    assert len(found) == 1
    return found.popitem()[1]


def said(*contacts: Contact) -> list[tuple[str, ...]]:
    """Which member nobody can tell, with the value taken and the others, in every order of arrival."""
    found: set[tuple[tuple[str, ...], ...]] = set()
    for each in permutations(contacts):
        doubts: list[Doubt] = []
        fold(each, doubts)
        assert all(each.subject[0] == contacts[0].contact_id for each in doubts)
        found.add(tuple((each.subject[1], *each.readings) for each in doubts))
    assert len(found) == 1
    return list(found.pop())


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([record(None, customer_id="Ana"), record(None, customer_id="Bo")], [("customer_id", "Bo", "Ana")]),
        ([record(5, channel="TASK"), record(5, channel="VOICE")], [("channel", "VOICE", "TASK")]),
        ([event(5, channel="TASK"), event(5, channel="VOICE")], [("channel", "VOICE", "TASK")]),
        ([record(5, customer_id="Ana"), record(None, customer_id="Bo")], [("customer_id", "Ana", "Bo")]),
        ([record(5), record(None, initial_contact_id="crow")], [("initial_contact_id", "plum", "crow")]),
        ([record(5), record(None, initial_contact_id=None, previous_contact_id=None)], []),
        ([record(5, customer_id="Ana"), record(6, customer_id="Bo")], []),
        ([record(None, customer_id="Ana"), record(None, customer_id=None)], []),
        ([record(None, channel="TASK"), event(5, channel="VOICE"), event(None, channel="CHAT")], []),
    ],
    ids=[
        "no time",
        "one time",
        "events",
        "a record without a time",
        "an initial contact",
        "no initial contact",
        "a later one",
        "a gap",
        "events beside a record",
    ],
)
def test_where_nobody_can_tell_which_of_two_values_is_later_it_is_said_which_was_taken(
    contacts: list[Contact], expected: list[tuple[str, ...]]
) -> None:
    """identity.fold."""
    assert said(*contacts) == expected


def test_what_was_taken_is_said_in_a_sentence() -> None:
    doubts: list[Doubt] = []
    fold([record(None, customer_id="Ana"), record(None, customer_id="Bo")], doubts)
    assert list(map(str, doubts)) == [
        "records of 'fig' differ in customer_id ('Bo', 'Ana'), and no time tells which is the latest: 'Bo' was taken"
    ]


def test_one_record_is_what_it_says() -> None:
    only = record(5, channel="TASK", related_contact_id="owl", related_is_link=False, rehydration_type="FROM_SEGMENT")
    assert folded(only) == only


def test_a_record_that_arrives_twice_is_one() -> None:
    assert folded(record(5, channel="CHAT"), record(5, channel="CHAT")) == record(5, channel="CHAT")


@pytest.mark.parametrize("name", FACTS)
def test_the_latest_record_wins(name: str) -> None:
    older, newer = FACTS[name]
    latest = record(9, **{name: newer})
    assert folded(record(5, **{name: older}), latest, record(7, **{name: older})) == latest


@pytest.mark.parametrize("name", FACTS)
def test_an_earlier_record_fills_nothing(name: str) -> None:
    assert folded(record(5, **{name: FACTS[name][0]}), record(9)) == record(9)


@pytest.mark.parametrize("name", FACTS)
def test_a_record_with_an_update_time_beats_one_without(name: str) -> None:
    assert folded(record(None, **{name: FACTS[name][0]}), record(9)) == record(9)


@pytest.mark.parametrize("name", FACTS)
@pytest.mark.parametrize("updated", [None, 9])
def test_a_record_of_the_same_update_time_fills_gaps(name: str, updated: float | None) -> None:
    filled = record(updated, **{name: FACTS[name][0]})
    assert folded(filled, record(updated)) == filled


@pytest.mark.parametrize("name", FACTS)
def test_events_fill_the_gaps_of_records_and_beat_none(name: str) -> None:
    told, other = FACTS[name]
    later = event(99, **{name: other})
    assert folded(record(5), later) == record(5, **{name: other})
    assert folded(record(5, **{name: told}), later) == record(5, **{name: told})


@pytest.mark.parametrize("name", FACTS)
def test_of_events_the_latest_fills(name: str) -> None:
    older, newer = FACTS[name]
    assert folded(record(5), event(6, **{name: older}), event(7, **{name: newer})) == record(5, **{name: newer})
    assert folded(event(6, **{name: older}), event(7, **{name: newer})) == event(7, **{name: newer})


@pytest.mark.parametrize("name", [*FACTS, "disconnect_timestamp"])
@pytest.mark.parametrize("of", [record, event])
def test_of_facts_told_at_one_time_the_greatest_counts(name: str, of: Callable[..., Contact]) -> None:
    lesser, greater = FACTS.get(name, (at(1), at(2)))
    assert folded(of(5, **{name: lesser}), of(5, **{name: greater}), of(5)) == of(5, **{name: greater})


def test_they_are_compared_member_by_member() -> None:
    one, other = record(5, channel="TASK", customer_id="Ana"), record(5, channel="CHAT", customer_id="Bo")
    assert folded(one, other) == record(5, channel="TASK", customer_id="Bo")


def test_transcripts_are_compared_by_what_they_are_to_a_reader() -> None:
    too_large, lost = TranscriptFact(size=5_000_001), TranscriptFact(misplaced=True)
    assert folded(record(5, transcript=too_large), record(5, transcript=lost)) == record(5, transcript=too_large)


@pytest.mark.parametrize("name", ["related_is_link", "rehydration_type"])
@pytest.mark.parametrize("related", ["owl", None])
def test_of_two_links_told_at_one_time_one_is_made(name: str, related: str | None) -> None:
    lesser, greater = {"related_is_link": (False, True), "rehydration_type": ("ENTIRE_PAST_SESSION", "FROM_SEGMENT")}[
        name
    ]
    linked = record(5, related_contact_id=related)
    assert folded(evolve(linked, **{name: lesser}), evolve(linked, **{name: greater})) == evolve(
        linked, **{name: greater}
    )


def test_times_a_microsecond_apart_are_not_one_however_late() -> None:
    latest = datetime.max.replace(tzinfo=UTC)
    earlier, later = (
        evolve(record(), last_update_timestamp=latest - each) for each in (timedelta(microseconds=1), timedelta())
    )
    assert folded(evolve(earlier, customer_id="Bo"), evolve(later, customer_id="Ana")) == evolve(
        later, customer_id="Ana"
    )


TOLD = {
    **{name: st.sampled_from([None, *values]) for name, values in FACTS.items()},
    **{name: st.sampled_from([None, at(1), at(2)]) for name in TIMES},
    **{name: st.sampled_from([None, "crow", "owl"]) for name in IDS},
    "rehydration_type": st.sampled_from([None, "ENTIRE_PAST_SESSION", "FROM_SEGMENT"]),
    "related_is_link": st.booleans(),
    "is_event": st.booleans(),
}


@given(st.lists(st.builds(Contact, contact_id=st.just("fig"), **TOLD), min_size=1, max_size=5), st.data())
def test_the_order_of_arrival_counts_for_nothing(contacts: list[Contact], data: st.DataObject) -> None:
    def outcome(arrived: list[Contact]) -> object:
        try:
            return fold(arrived)
        except RecordsDisagree as contradiction:
            return contradiction.args

    assert {*TOLD} | {"contact_id"} == {each.name for each in fields(Contact)}
    assert outcome(data.draw(st.permutations(contacts))) == outcome(contacts)


@pytest.mark.parametrize("later", [record(9), record(9, disconnect_timestamp=None, channel="CHAT")])
def test_a_disconnect_once_seen_never_disappears(later: Contact) -> None:
    earlier = record(5, disconnect_timestamp=at(4), channel="TASK")
    assert folded(earlier, later) == evolve(later, disconnect_timestamp=at(4))


def test_the_disconnect_of_the_latest_record_that_has_one_counts() -> None:
    earlier, later = record(5, disconnect_timestamp=at(4)), record(6, disconnect_timestamp=at(3))
    assert folded(earlier, later, record(9), event(99, disconnect_timestamp=at(8))).disconnect_timestamp == at(3)


def test_an_event_tells_of_a_disconnect_that_no_record_has() -> None:
    assert folded(record(9), event(1, disconnect_timestamp=at(1))) == record(9, disconnect_timestamp=at(1))


def test_what_is_folded_is_of_the_time_of_the_best_record() -> None:
    assert folded(record(5), event(99)).last_update_timestamp == at(5)
    assert folded(event(5), event(99)).last_update_timestamp == at(99)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("initial_contact_id", ("olive", "plum")),
        ("previous_contact_id", ("kiwi", "plum")),
        ("previous_contact_id", (None, "plum")),
        ("related_contact_id", ("crow", "owl")),
        ("related_contact_id", (None, "owl")),
    ],
)
def test_two_records_of_one_time_that_differ_in_an_id_contradict_one_another(
    name: str, values: tuple[str | None, str]
) -> None:
    error = disagreement(*(record(9, **{name: value}) for value in values))
    assert error.args == ("fig", name, values, at(9))


def test_two_records_without_a_time_that_name_different_ids_contradict_one_another() -> None:
    error = disagreement(*(record(None, related_contact_id=each) for each in ("owl", None, "crow")))
    assert error.args == ("fig", "related_contact_id", ("crow", "owl"), None)


@pytest.mark.parametrize("name", ["previous_contact_id", "related_contact_id"])
def test_records_without_a_time_fill_gaps_of_each_other_in_ids(name: str) -> None:
    """An answer of SearchContacts lacks members that a row of the data lake has."""
    assert folded(record(None, **{name: None}), record(None, **{name: "owl"})) == record(None, **{name: "owl"})


def test_a_first_contact_without_a_time_names_the_previous_contact_that_any_record_names() -> None:
    """Which contradicts itself, and is for the graph to tell."""
    first, other = (record(None, initial_contact_id=None, previous_contact_id=each) for each in (None, "kiwi"))
    assert folded(first, other) == other


def test_a_first_contact_and_a_later_one_of_one_time_contradict_one_another() -> None:
    first = record(9, initial_contact_id=None, previous_contact_id=None)
    assert disagreement(first, record(9)).args == ("fig", "initial_contact_id", ("fig", "plum"), at(9))


def test_of_three_records_of_one_time_all_values_are_named() -> None:
    error = disagreement(*(record(9, related_contact_id=each) for each in ("owl", None, "crow")))
    assert error.values == (None, "crow", "owl")


@pytest.mark.parametrize("name", IDS)
def test_records_of_different_times_may_differ_in_an_id(name: str) -> None:
    latest = record(9, **{name: "owl"})
    assert folded(record(5, **{name: "crow"}), latest, record(None, **{name: "tern"})) == latest


@pytest.mark.parametrize("name", IDS)
def test_an_event_never_contradicts_a_record(name: str) -> None:
    told = record(9, **{name: "owl"})
    assert folded(told, event(9, **{name: "crow"})) == told


def test_events_never_contradict_one_another() -> None:
    one, other = (event(time, initial_contact_id=each) for time, each in ((5, "plum"), (9, "pear")))
    assert folded(one, other) == other


def test_an_event_tells_the_predecessor_that_a_later_contact_leaves_open() -> None:
    filled = folded(record(9, previous_contact_id=None), event(1, previous_contact_id="plum"))
    assert filled == record(9, previous_contact_id="plum")


def test_a_record_of_a_first_contact_leaves_no_predecessor_open() -> None:
    first = record(9, initial_contact_id=None, previous_contact_id=None)
    assert folded(first, event(10, initial_contact_id="plum", previous_contact_id="plum")) == first


def test_the_latest_record_takes_back_that_a_contact_was_a_later_one() -> None:
    first = record(9, initial_contact_id=None, previous_contact_id=None)
    assert folded(record(5), first) == first


def test_of_events_one_that_names_an_initial_contact_beats_one_that_is_silent() -> None:
    silent = event(9)
    named = event(5, initial_contact_id="plum", previous_contact_id="kiwi")
    assert folded(silent, named) == event(9, initial_contact_id="plum", previous_contact_id="kiwi")


def test_of_events_the_latest_that_names_a_predecessor_tells_it() -> None:
    events = [event(time, initial_contact_id="plum", previous_contact_id=each) for time, each in ((5, "a"), (7, "b"))]
    assert folded(*events, event(9, initial_contact_id="plum")).previous_contact_id == "b"


def test_events_of_a_first_contact_make_a_first_contact() -> None:
    assert folded(event(5), event(9)) == event(9)


def test_an_event_tells_the_related_contact_and_all_that_belongs_to_it() -> None:
    told = {"related_contact_id": "owl", "related_is_link": False, "rehydration_type": "FROM_SEGMENT"}
    assert folded(record(9), event(1, **told)) == record(9, **told)


def test_what_a_record_says_of_its_related_contact_is_not_mixed_with_what_an_event_says_of_another() -> None:
    told = record(9, related_contact_id="owl")
    other = event(10, related_contact_id="crow", related_is_link=False, rehydration_type="FROM_SEGMENT")
    assert folded(told, other) == told


def test_an_event_tells_the_type_of_the_link_that_a_record_has() -> None:
    told = record(9, related_contact_id="owl")
    filled = folded(told, event(1, related_contact_id="owl", rehydration_type="FROM_SEGMENT", related_is_link=False))
    assert filled == evolve(told, rehydration_type="FROM_SEGMENT")


def test_a_type_without_a_related_contact_fills_nothing() -> None:
    told = record(9, related_contact_id="owl")
    assert folded(told, event(10, rehydration_type="FROM_SEGMENT")) == told


def test_without_a_related_contact_whether_it_is_a_link_stays_as_the_best_record_has_it() -> None:
    assert folded(record(9, related_is_link=False), event(10)) == record(9, related_is_link=False)
