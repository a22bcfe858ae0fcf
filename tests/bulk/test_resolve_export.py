"""Whole exports are answered as the engine answers contact by contact: every column, over random histories."""

from __future__ import annotations

from itertools import permutations, product
from random import Random
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from bulk.answering import (
    branching,
    by_engine,
    by_engine_in_less_time,
    circumstances,
    in_bulk,
    outcome,
    within,
    without_doubts_of_exposure,
)
from rehydration import Availability, Contact, ContactId, Policy, TranscriptFact
from rehydration.bulk import asking, resolve_export
from rehydration.bulk.columns import columns_of
from rehydration.contacts import REFERENCES
from rehydration.knowledge import Knowledge
from rehydration.policies import policies_with
from trying import examples
from worlds import BEGIN, Record, as_recorded, at, worlds


@st.composite
def repeated(draw: st.DrawFn) -> list[Contact]:
    """Contacts of which several records and events came, of different times and of the same."""
    contacts = as_recorded(draw(worlds(most=6)))
    found = []
    for each in contacts:
        for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
            changes: dict[str, Any] = {
                "last_update_timestamp": draw(st.sampled_from([None, at(BEGIN), at(BEGIN + 1), at(BEGIN + 2)])),
                "is_event": draw(st.sampled_from([False, False, True])),
            }
            for name in (
                "initial_contact_id",
                "previous_contact_id",
                "related_contact_id",
                "disconnect_timestamp",
                "channel",
                "customer_id",
                "initiation_timestamp",
                "transcript",
            ):
                if not draw(st.integers(0, 4)):
                    changes[name] = None
            if not draw(st.integers(0, 9)):
                changes["related_contact_id"] = draw(st.sampled_from(contacts)).contact_id
            found.append(evolve(each, **changes))
    return draw(st.permutations(found))


def tangled(dice: Random) -> list[Contact]:
    """Sessions whose links lead anywhere: in circles, in cycles, to contacts that contradict one another."""
    contacts: list[Contact] = []
    names = [f"{letter}{digit}" for letter in "qzbmx" for digit in "702"]
    dice.shuffle(names)
    waiting = list(names)
    while len(waiting) > 6:
        size = dice.randint(1, 3)
        session = [waiting.pop() for _ in range(size)]
        for place, name in enumerate(session):
            contacts.append(
                Contact(
                    contact_id=name,
                    initial_contact_id=dice.choice([session[0]] * 9 + names[:1]) if place else None,
                    previous_contact_id=dice.choice([*session[:place] * 9, *names[:1], None]) if place else None,
                    channel=dice.choice([None, "CHAT", "CHAT", "TASK"]),
                    disconnect_timestamp=at(BEGIN + dice.randint(0, 3)),
                    instance_id=dice.choice([None] * 20 + ["one"] * 20 + ["other"]),
                )
            )
    for place, each in enumerate(contacts):
        if dice.random() < 0.3:
            contacts[place] = evolve(each, related_contact_id=dice.choice([one.contact_id for one in contacts]))
    return [each for each in contacts if dice.random() < 0.9]


def circling(dice: Random) -> list[Contact]:
    """Sessions that refer to one another, in circles or into them: later contacts continue from first ones.

    So no contact comes before itself, and there is nothing contradictory in it.
    """
    names = [f"{letter}{digit}" for letter in "qzbm" for digit in "702"]
    dice.shuffle(names)
    sessions: list[list[str]] = []
    while names:
        sessions.append([names.pop() for _ in range(min(len(names), dice.choice([2, 2, 3])))])
    contacts = []
    for session in sessions:
        carrier = dice.choice([*session[1:] * 9, None])
        start = dice.choice([each for each in sessions[:3] if each is not session])
        for place, name in enumerate(session):
            contacts.append(
                Contact(
                    contact_id=ContactId(name),
                    initial_contact_id=session[0],
                    previous_contact_id=dice.choice([session[place - 1], session[0]]) if place else None,
                    related_contact_id=start[0] if name == carrier else None,
                    channel=dice.choice([*["CHAT"] * 8, "TASK"]),
                    disconnect_timestamp=at(BEGIN + dice.randint(0, 3)),
                    transcript=dice.choice([None, None, TranscriptFact(Availability.DELETED)]),
                )
            )
    return [each for each in contacts if dice.random() < 0.97]


def long_history(dice: Random) -> list[Contact]:
    """Some hundred contacts in a few lineages, with large sessions, branches, other channels, lost transcripts."""
    total = dice.randint(100, 260)
    names = [f"{number:03}" for number in range(total)]
    dice.shuffle(names)
    contacts: list[Contact] = []
    fork, other, size_limit = dice.choice([0, 0, 0.1]), dice.choice([0, 0.1]), dice.choice([3, 12, 160])
    lost = dice.choice([0, 0.1])
    while len(contacts) < total:
        begin = len(contacts)
        size = min(dice.randint(1, size_limit), total - begin)
        start = None
        if contacts and dice.random() < 0.95:
            start = contacts[-1 if dice.random() < 0.8 else dice.randrange(begin)].contact_id
        carrier = begin + dice.randrange(size) if dice.random() < 0.1 else begin
        for place in range(begin, begin + size):
            before = place - 1 if dice.random() >= fork else dice.randint(begin, max(begin, place - 1))
            contacts.append(
                Contact(
                    contact_id=names[place],
                    initial_contact_id=names[begin],
                    previous_contact_id=names[before] if place > begin else None,
                    related_contact_id=start if place == carrier else None,
                    channel="TASK" if dice.random() < other else "CHAT",
                    disconnect_timestamp=at(BEGIN + dice.choice([place, dice.randint(0, total)])),
                    transcript=TranscriptFact(Availability.DELETED) if dice.random() < lost else None,
                    initiation_timestamp=at(BEGIN + place),
                )
            )
    gone = dice.choice([0, 0, 0.01])
    kept = [each for each in contacts if dice.random() >= gone]
    dice.shuffle(kept)
    return kept


METHODS = st.sampled_from([None, "API", "TRANSFER", "DISCONNECT"])


@given(st.sampled_from([1, 2, 4, 100, 100]), worlds(), circumstances(), st.lists(METHODS, min_size=9, max_size=9))
def test_every_column_is_what_the_engine_answers_whatever_is_asked_and_known(
    limit: int, records: list[Record], given: dict[str, Any], methods: list[str | None]
) -> None:
    contacts = [
        evolve(each, initiation_method=method) for each, method in zip(as_recorded(records), methods, strict=False)
    ]
    with within(limit):
        assert outcome(in_bulk, contacts, **given) == outcome(by_engine, contacts, **given)


@given(repeated())
def test_several_records_of_a_contact_fold_as_in_the_graph(contacts: list[Contact]) -> None:
    assert outcome(in_bulk, contacts) == outcome(by_engine, contacts)


@pytest.mark.slow
@examples(0.3)
@given(st.integers(1, 7), st.integers(0, 10_000), circumstances())
def test_tangles_and_circles_are_answered_as_by_the_engine_within_a_small_limit(
    limit: int, seed: int, given: dict[str, Any]
) -> None:
    with within(limit):
        for contacts in (tangled(Random(seed)), circling(Random(seed))):  # noqa: S311  no secret
            assert outcome(in_bulk, contacts, **given) == outcome(by_engine, contacts, **given)


def test_what_is_no_link_is_none_among_the_contacts_of_a_circle() -> None:
    contacts = [
        Contact(contact_id=ContactId(name), initial_contact_id=initial, related_contact_id=related, channel=channel)
        for name, initial, related, channel in (
            ("x2", None, None, "CHAT"),
            ("x0", None, "m2", "CHAT"),
            ("x7", "x0", "b2", "CHAT"),
            ("m2", None, "x0", "CHAT"),
            ("b2", None, "x2", "TASK"),
        )
    ]
    told = outcome(by_engine, contacts)
    assert outcome(in_bulk, contacts) == told
    assert "CyclicContacts" in str(told)
    assert "LinksDisagree" not in str(told)


@pytest.mark.parametrize("instances", [*product(["one", "other"], repeat=3)])
def test_the_instance_is_that_of_the_first_contact_that_contradicts_no_other(instances: tuple[str, str, str]) -> None:
    contacts = [
        Contact(contact_id=ContactId("x0"), initial_contact_id="x2", previous_contact_id="x2"),
        Contact(
            contact_id=ContactId("x7"), initial_contact_id="q7", previous_contact_id="x2", instance_id=instances[0]
        ),
        Contact(contact_id=ContactId("m7"), instance_id=instances[1]),
        Contact(contact_id=ContactId("b7"), instance_id=instances[2]),
    ]
    told = outcome(by_engine, contacts)
    assert outcome(in_bulk, contacts) == told
    assert ("of instance" in str(told)) == (instances[1] != instances[2])


def test_a_contact_may_belong_to_the_session_of_one_many_rows_before() -> None:
    contacts = [Contact(contact_id=ContactId(f"a{number}")) for number in range(7)]
    contacts += [
        Contact(contact_id=ContactId("b0")),
        Contact(contact_id=ContactId("b1"), initial_contact_id="a0", previous_contact_id="b0"),
    ]
    assert outcome(in_bulk, contacts) == outcome(by_engine, contacts)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1, 100])
def test_whatever_contacts_of_a_session_have_in_common_they_are_told_apart_as_by_the_engine(limit: int) -> None:
    times, channels = [BEGIN, BEGIN + 1], [("CHAT", "CHAT", "CHAT"), ("TASK", "CHAT", "CHAT"), ("CHAT", "TASK", "CHAT")]
    every = product(product(times, repeat=3), product(times, repeat=3), channels, ["abc", "cba"], [0, 1])
    contacts = [
        Contact(
            contact_id=ContactId(f"{letters[place]}{number}"),
            initial_contact_id=f"{letters[0]}{number}",
            previous_contact_id=f"{letters[follows if place == 2 else 0]}{number}" if place else None,
            initiation_timestamp=at(began[place]),
            disconnect_timestamp=at(ended[place]),
            channel=channel[place],
        )
        for number, (began, ended, channel, letters, follows) in enumerate(every)
        for place in range(3)
    ]
    with within(limit):
        assert in_bulk(contacts) == by_engine(contacts)


@examples(0.6)
@given(st.randoms(use_true_random=False).map(circling))
def test_circles_are_walked_as_by_the_engine(contacts: list[Contact]) -> None:
    assert in_bulk(contacts) == by_engine(contacts)


@examples(1.2)
@given(st.randoms(use_true_random=False).map(tangled), st.booleans())
def test_contradictions_are_told_as_by_the_graph(contacts: list[Contact], reading: object) -> None:
    arguments = {"related_as_link": bool(reading)}
    assert outcome(in_bulk, contacts, **arguments) == outcome(by_engine, contacts, **arguments)


def test_whether_a_related_contact_is_a_link_is_known_where_its_session_contradicts_itself() -> None:
    contacts = [
        Contact(contact_id=ContactId("a0"), related_contact_id="t0"),
        Contact(contact_id=ContactId("a1"), initial_contact_id="a0", related_contact_id="b0"),
        Contact(contact_id=ContactId("b0")),
        Contact(contact_id=ContactId("t0"), channel="TASK"),
        Contact(contact_id=ContactId("a2"), initial_contact_id="a0", previous_contact_id="b0"),
    ]
    told = outcome(by_engine, contacts)
    assert outcome(in_bulk, contacts) == told
    assert "PreviousInAnotherSession" in str(told)
    assert "LinksDisagree" not in str(told)


CONTRADICTIONS: dict[str, list[dict[str, Any]]] = {
    "CyclicContacts": [
        {"contact_id": "a0"},
        {"contact_id": "a1", "initial_contact_id": "a0", "previous_contact_id": "a2"},
        {"contact_id": "a2", "initial_contact_id": "a0", "previous_contact_id": "a1"},
    ],
    "FirstHasPrevious": [{"contact_id": "a0", "previous_contact_id": "a1"}],
    "InitialNotFirst": [
        {"contact_id": "a0"},
        {"contact_id": "a1", "initial_contact_id": "a0"},
        {"contact_id": "a2", "initial_contact_id": "a1"},
    ],
    "InstancesDisagree": [{"contact_id": "a0", "instance_id": "east"}, {"contact_id": "b0", "instance_id": "west"}],
    "LinksDisagree": [
        {"contact_id": "a0", "related_contact_id": "b0"},
        {"contact_id": "a1", "initial_contact_id": "a0", "related_contact_id": "c0"},
        {"contact_id": "b0"},
        {"contact_id": "c0"},
    ],
    "PreviousInAnotherSession": [
        {"contact_id": "a0"},
        {"contact_id": "b0"},
        {"contact_id": "a1", "initial_contact_id": "a0", "previous_contact_id": "b0"},
    ],
    "PreviousInAnotherSession, beside links that are none if plain relations are": [
        {"contact_id": "a0", "related_contact_id": "c0"},
        {"contact_id": "b0"},
        {"contact_id": "a1", "initial_contact_id": "a0", "previous_contact_id": "b0", "related_contact_id": "d0"},
    ],
    "RecordsDisagree": [
        {"contact_id": "a0"},
        {"contact_id": "b0"},
        {"contact_id": "a1", "initial_contact_id": "a0"},
        {"contact_id": "a1", "initial_contact_id": "b0"},
    ],
}


@pytest.mark.parametrize(("name", "told"), CONTRADICTIONS.items(), ids=list(CONTRADICTIONS))
def test_each_contradiction_is_told_where_it_is_the_only_one(name: str, told: list[dict[str, Any]]) -> None:
    contacts = [Contact(**members) for members in told]
    for order, as_link in product(permutations(contacts), [True, False]):
        found = outcome(in_bulk, [*order], related_as_link=as_link)
        assert found == outcome(by_engine, [*order], related_as_link=as_link)
    assert name.partition(",")[0] in str(outcome(in_bulk, contacts))


@examples(0.4)
@given(worlds())
def test_an_id_by_which_a_contact_names_itself_says_nothing(records: list[Record]) -> None:
    frame = columns_of(as_recorded(records))
    of_itself = frame.with_columns(pl.col(name).fill_null(pl.col("contact_id")) for name in REFERENCES)
    assert resolve_export(of_itself.to_arrow()).to_pylist() == resolve_export(frame.to_arrow()).to_pylist()


def test_a_chain_of_many_parts_is_beyond_the_limit_after_a_hundred_contacts() -> None:
    contacts = [
        Contact(
            contact_id=ContactId(f"{number:03}"),
            initial_contact_id="000",
            previous_contact_id=f"{number - 1:03}" if number else None,
            disconnect_timestamp=at(BEGIN + number),
        )
        for number in range(400)
    ]
    told = [(row["segment_visible"], row["segment_is_beyond_limit"]) for row in in_bulk(contacts).values()]
    assert told == [(min(100, number + 1), number >= 100) for number in range(400)]


@pytest.mark.slow
@examples(0.06)
@given(st.integers(0, 10_000))
def test_the_limit_is_where_the_engine_has_it(seed: int) -> None:
    contacts = long_history(Random(seed))  # noqa: S311  no secret
    rows, told = without_doubts_of_exposure(in_bulk(contacts)), by_engine_in_less_time(contacts)
    for name, row in rows.items():
        bound = {column: value for column, value in row.items() if column.endswith("depends_on") and "bound" in value}
        told[name] |= bound  # what would take too long to weigh
    assert rows == told


@given(st.sampled_from([*range(1, 9), 100]), st.randoms(use_true_random=False).map(branching), circumstances())
def test_branches_and_both_types_of_links_are_told_as_by_the_engine(
    limit: int, contacts: list[Contact], given: dict[str, Any]
) -> None:
    with within(limit):
        assert outcome(in_bulk, contacts, **given) == outcome(by_engine, contacts, **given)


def test_what_would_take_too_long_to_weigh_depends_on_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "BUDGET", 0)
    first = Contact(contact_id=ContactId("a0"), disconnect_timestamp=at(BEGIN))
    branches = [
        Contact(
            contact_id=ContactId(name),
            initial_contact_id="a0",
            previous_contact_id="a0",
            disconnect_timestamp=at(BEGIN + 1),
        )
        for name in ("a1", "a2")
    ]
    rows = in_bulk([first, *branches])
    assert [row["entire_depends_on"] for row in rows.values()] == [["bound"], ["policy", "bound"], ["policy", "bound"]]
    assert [row["segment_depends_on"] for row in rows.values()] == [[], [], []]


def test_an_exposure_that_is_not_weighed_has_no_upper_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "BUDGET", 0)
    names = {"a0": {}, "a1": {"previous_contact_id": "a0"}, "a2": {"previous_contact_id": "a0"}}
    session = [
        Contact(contact_id=ContactId(name), initial_contact_id="a0", disconnect_timestamp=at(BEGIN + 1), **more)
        for name, more in names.items()
    ]
    later = Contact(contact_id=ContactId("b0"), related_contact_id="a2", disconnect_timestamp=at(BEGIN + 2))
    elsewhere = Contact(contact_id=ContactId("c0"), disconnect_timestamp=at(BEGIN + 2))
    rows = in_bulk([evolve(each, initiation_timestamp=at(BEGIN)) for each in (*session, later, elsewhere)])
    told = {name: (row["exposure_at_most"], "bound" in row["exposure_depends_on"]) for name, row in rows.items()}
    assert told == {**dict.fromkeys(["a0", "a1", "a2"], (None, True)), **dict.fromkeys(["b0", "c0"], (0, False))}


def test_an_answer_that_only_the_engine_could_tell_is_null_where_that_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "BUDGET", 0)
    lost = TranscriptFact(Availability.DELETED)
    session = [
        Contact(
            contact_id=ContactId(name),
            initial_contact_id="a0",
            previous_contact_id=None if name == "a0" else "a0",
            disconnect_timestamp=at(BEGIN + end),
            transcript=lost if name == "a1" else None,
        )
        for end, name in enumerate(["a0", "a1", "a2"])
    ]
    rows = in_bulk(session, policy=Policy(unavailable="STOP"))
    columns = ("continued_from", "visible", "is_beyond_limit", "refused_by", "depends_on")
    told = {name: tuple(row[f"entire_{column}"] for column in columns) for name, row in rows.items()}
    refused = (None, None, None, "start.entire-given-another", ["policy", "bound"])
    assert told == {"a0": (None, None, None, None, ["bound"]), "a1": refused, "a2": refused}


def test_a_refusal_of_another_source_depends_on_records_while_a_contact_without_one_may_be_live() -> None:
    follows = Contact(
        contact_id=ContactId("C2"), initial_contact_id="C1", previous_contact_id="C1", disconnect_timestamp=at(BEGIN)
    )
    known = Knowledge(policies_with("entire_source", "INITIAL_ONLY"), 1)
    told = in_bulk([follows], known=known)
    assert told == by_engine([follows], known=known)
    assert (told["C2"]["entire_refused_by"], told["C2"]["entire_depends_on"]) == (
        "start.entire-given-another",
        ["records"],
    )
