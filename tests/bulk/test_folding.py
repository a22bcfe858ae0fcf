"""Several records of a contact fold in columns as they do one by one, whichever of their members disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, combinations_with_replacement, groupby, product
from typing import Any

import polars as pl
import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from bulk.answering import by_engine, in_bulk, outcome
from rehydration import Availability, Contact, ContactId, Doubt, TranscriptFact
from rehydration.bulk.columns import SCHEMA, columns_of
from rehydration.bulk.folding import folded
from rehydration.bulk.numbers import RowNumbers
from rehydration.contacts import REFERENCES, fold, fold_all
from rehydration.errors import RecordsDisagree
from worlds import BEGIN, at

FACTS = (
    TranscriptFact(),
    TranscriptFact(size=600),
    TranscriptFact(size=7_000_000),
    TranscriptFact(misplaced=True),
    TranscriptFact(Availability.MISSING, size=8),
    TranscriptFact(Availability.DELETED),
    TranscriptFact(Availability.NOT_READY),
)
TIMES = (at(BEGIN + 9), at(BEGIN + 10))
TOLD: Mapping[str, tuple[Any, ...]] = {
    "initial_contact_id": ("k0", "m0"),
    "previous_contact_id": ("k0", "k1"),
    "related_contact_id": ("m0", "m1"),
    "channel": ("CHAT", "TASK", "VOICE"),
    "initiation_method": ("DISCONNECT", "TRANSFER"),
    "initiation_timestamp": TIMES,
    "disconnect_timestamp": TIMES,
    "last_update_timestamp": TIMES,
    "customer_id": ("Ana", "Bo"),
    "instance_id": ("east", "west"),
    "contact_association_id": ("a9", "a10"),
    "transcript": FACTS,
    "is_event": (False, True),
}
"""What two records of one contact can tell differently, member by member."""

UNTOLD = {"contact_id", "rehydration_type", "related_is_link"}
"""What is the same in all records of a contact, and what none tells: resolve_export is told whether it is a link."""

OTHERS = [
    Contact(contact_id=ContactId("k0"), disconnect_timestamp=at(BEGIN), customer_id="Ana", instance_id="east"),
    Contact(contact_id=ContactId("k1"), initial_contact_id="k0", previous_contact_id="k0"),
    Contact(contact_id=ContactId("m0"), disconnect_timestamp=at(BEGIN), customer_id="Bo"),
    Contact(contact_id=ContactId("m1"), initial_contact_id="m0", previous_contact_id="m0"),
    Contact(contact_id=ContactId("z0"), related_contact_id="w0"),
]
"""The contacts that the one in question may refer to, and one that continues from it."""


CIRCUMSTANCES = [{}, {"is_event": True}, {"last_update_timestamp": None}]
WHOLE = {name: values[0] for name, values in TOLD.items() if name not in ("initial_contact_id", "previous_contact_id")}


def values_of(name: str) -> tuple[Any, ...]:
    return TOLD[name] if name == "is_event" else (*TOLD[name], None)


def records() -> st.SearchStrategy[Contact]:
    members = {name: st.sampled_from(values_of(name)) for name in TOLD}
    return st.builds(Contact, contact_id=st.sampled_from(["w0", "w1"]), **members)


def one_by_one(contacts: list[Contact]) -> tuple[list[Contact], set[str]]:
    """What each contact folds to, in the order in which they come first, and whose records disagree."""
    first = {each.contact_id: place for place, each in reversed([*enumerate(contacts)])}
    made, disagree = [], set()
    for contact_id, same in groupby(
        sorted(contacts, key=lambda each: first[each.contact_id]), lambda each: each.contact_id
    ):
        try:
            made.append(fold(same))
        except RecordsDisagree:
            disagree.add(contact_id)
    return made, disagree


def in_columns(contacts: list[Contact]) -> tuple[pl.DataFrame, set[str]]:
    frame = columns_of(contacts)
    found, disagree, _ = folded(frame, RowNumbers(frame["contact_id"]))
    return found, {*disagree}


def test_every_member_of_a_contact_is_told_differently_here() -> None:
    assert {*TOLD} | UNTOLD == {each.name for each in fields(Contact)}


def test_every_member_but_one_that_nothing_is_decided_by_has_a_column() -> None:
    assert {*TOLD} - {*SCHEMA} == {"contact_association_id"}


@given(st.lists(records(), max_size=6))
def test_a_column_holds_what_each_contact_folds_to(contacts: list[Contact]) -> None:
    made, disagree = one_by_one(contacts)
    found, disagreeing = in_columns(contacts)
    assert (found.rows(), disagreeing) == (columns_of(made).rows(), disagree)


@given(st.lists(records(), max_size=6))
def test_of_what_nobody_can_tell_the_same_is_said_of_columns(contacts: list[Contact]) -> None:
    found: list[Doubt] = []
    assert len(list(fold_all(contacts, [], found))) <= len(contacts)
    expected = {(each.subject, each.readings, str(each)) for each in found if each.subject[1] in SCHEMA}
    frame = columns_of(contacts)
    _, _, told = folded(frame, RowNumbers(frame["contact_id"]))
    assert {(each.subject, each.readings, str(each)) for each in told} == expected
    assert [each.subject for each in told] == sorted(each.subject for each in told)


Members = Mapping[str, Any]


def check(pairs: Iterable[tuple[Members, Members]]) -> None:
    """Each pair becomes two records of a contact of its own."""
    contacts = [
        Contact(contact_id=ContactId(f"w{number}"), **members) for number, pair in enumerate(pairs) for members in pair
    ]
    made, disagree = one_by_one(contacts)
    found, disagreeing = in_columns(contacts)
    assert len(contacts) == 2 * (len(made) + len(disagree))
    assert found.rows() == columns_of(made).rows()
    assert disagreeing == disagree


@pytest.mark.parametrize("circumstances", CIRCUMSTANCES, ids=str)
def test_a_column_holds_what_two_records_fold_to_that_differ_in_any_member(circumstances: Members) -> None:
    told = WHOLE | circumstances
    check(
        ({**told, name: one}, {**told, name: other})
        for name in TOLD
        for one, other in product(values_of(name), repeat=2)
    )


@pytest.mark.parametrize("circumstances", CIRCUMSTANCES, ids=str)
def test_a_column_holds_what_two_records_fold_to_that_differ_in_any_two_members(circumstances: Members) -> None:
    told = WHOLE | circumstances
    check(
        ({**told, name: one, second: third}, {**told, name: other, second: fourth})
        for name, second in combinations(TOLD, 2)
        for one, other in product(values_of(name)[-3:], repeat=2)
        for third, fourth in product(values_of(second)[-3:], repeat=2)
    )


def test_a_column_holds_what_two_records_fold_to_whatever_they_say_of_ids_and_of_the_time() -> None:
    names = ("is_event", "last_update_timestamp", "initial_contact_id", "previous_contact_id", "related_contact_id")
    told = [dict(zip(names, values, strict=True)) for values in product(*(values_of(name)[-3:] for name in names))]
    check(combinations_with_replacement(told, 2))


def test_an_id_that_names_the_contact_itself_says_nothing_to_the_fold() -> None:
    silent = columns_of([Contact(contact_id=ContactId("w0"), is_event=event) for event in (False, False, True)])
    of_itself = silent.with_columns(pl.col("contact_id").alias(name) for name in REFERENCES)
    frame = pl.concat([silent, of_itself])
    found, disagreeing, _ = folded(frame, RowNumbers(frame["contact_id"]))
    assert (found.rows(), disagreeing.to_list()) == (silent.head(1).rows(), [])


@pytest.mark.parametrize("circumstances", CIRCUMSTANCES, ids=str)
@pytest.mark.parametrize("name", TOLD)
def test_whole_exports_take_of_two_records_that_disagree_what_the_graph_takes(
    name: str, circumstances: dict[str, Any]
) -> None:
    told = Contact(contact_id=ContactId("w0"), **WHOLE | circumstances)
    for value in values_of(name):
        other = evolve(told, **{name: value})
        for contacts in ([told, other, *OTHERS], [other, *OTHERS, told]):
            assert outcome(in_bulk, contacts) == outcome(by_engine, contacts)
