"""A page about some sessions of a large export is the page of the whole export."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explored import data_of
from rehydration import Contact, ContactGraph, ContradictoryRecords, walk
from rehydration.bulk import nearby
from rehydration.bulk.columns import columns_of, without_own_ids
from rehydration.bulk.excerpts import contacts_of
from rehydration.bulk.nearby import Nearby
from rehydration.errors import InvalidArgument
from rehydration.explorer import Selection, explorer
from rehydration.explorer.selection import choose
from trying import examples
from worlds import BEGIN, Record, as_recorded, at, worlds

TIMES = st.none() | st.integers(-1, 5).map(lambda step: at(BEGIN + 40 * step))


@examples(0.5)
@given(worlds(), TIMES, TIMES, st.sampled_from([1, 2, 3]))
def test_a_page_of_some_sessions_is_the_same_from_what_walks_can_come_to(
    records: list[Record], since: Any, until: Any, limit: int
) -> None:
    frame, selection = without_own_ids(columns_of(as_recorded(records))), Selection(since=since, until=until)
    whole = ContactGraph.from_contacts(contacts_of(frame))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walk, "PAST_CONTACT_LIMIT", limit)
        patched.setattr(nearby, "PAST_CONTACT_LIMIT", limit)
        try:
            expected = data_of(explorer(whole, selection=selection))
        except InvalidArgument as refusal:
            with pytest.raises(InvalidArgument, match=re.escape(str(refusal))):
                Nearby(frame, selection)
            return
        found = Nearby(frame, selection)
        few, part = found.excerpt()
        assert [*part.chosen] == [each.initial_contact_id for each in choose(whole, selection)]
        assert found.sizes == [len(whole.session_of(each)) for each in part.chosen]
        page = explorer(ContactGraph.from_contacts(contacts_of(few)), selection=selection, part=part)
    assert without_counts(data_of(page), expected) == without_counts(expected, expected)


def without_counts(data: Any, whole: Any) -> Any:
    """Leave out how much lies beyond the limit; where it is told that there is more, the whole has no less."""
    for line, other in zip(data["lines"], whole["lines"], strict=True):
        for answer, expected in zip(line["answers"], other["answers"], strict=True):
            assert ("beyond" in answer) == ("beyond" in expected)
            if "beyond" in answer:
                *counted, more = answer["beyond"]
                assert counted <= expected["beyond"][:2] if more else counted == expected["beyond"][:2]
                answer["beyond"] = expected["beyond"]
    return data


def test_a_page_of_some_sessions_says_whether_any_record_names_a_customer() -> None:
    """The customer is of a contact that no walk from the session chosen comes to."""
    named = Contact(contact_id="plum", customer_id="Ana", initiation_timestamp=at(BEGIN))
    frame = columns_of([named, Contact(contact_id="fig", initiation_timestamp=at(BEGIN + 3_600))])
    selection = Selection(since=at(BEGIN + 3_000))
    few, part = Nearby(frame, selection).excerpt()
    page = explorer(ContactGraph.from_contacts(contacts_of(few)), selection=selection, part=part)
    assert (few["contact_id"].to_list(), data_of(page)["about"]["names_customers"]) == (["fig"], True)


def chats(number: int) -> list[Contact]:
    """One lineage of sessions of one contact, an hour apart."""
    return [
        Contact(
            contact_id=f"c{each:03}",
            related_contact_id=f"c{each - 1:03}" if each else None,
            initiation_timestamp=at(BEGIN + 3_600 * each),
        )
        for each in range(number)
    ]


def test_of_a_deep_lineage_a_page_holds_what_walks_can_enter_and_says_that_there_is_more() -> None:
    frame = columns_of(chats(300))
    found = Nearby(frame, Selection(since=at(BEGIN + 3_600 * 298), until=at(BEGIN + 3_600 * 299)))
    few, part = found.excerpt()
    assert found.times == [at(BEGIN + 3_600 * 298)]
    assert few["contact_id"].to_list() == [f"c{each:03}" for each in range(196, 300)]
    assert (part.chosen, part.ends, part.contacts, part.sessions) == (("c298",), {"c196"}, 300, 300)
    page = explorer(ContactGraph.from_contacts(contacts_of(few)), part=part)
    told = data_of(page)
    assert (told["about"]["sessions"], told["about"]["contacts"]) == (300, 300)
    assert told["lines"][0]["answers"][-1]["beyond"] == [2, 2, 1]
    assert told["sessions"][0]["elsewhere"] == 1


def test_what_contradicts_a_session_comes_along() -> None:
    late = Contact(contact_id="x", initial_contact_id="y", previous_contact_id="c000")
    first = Contact(contact_id="y", initiation_timestamp=at(BEGIN) + timedelta(days=9))
    frame = columns_of([*chats(1), first, late])
    few, _ = Nearby(frame, Selection(since=first.initiation_timestamp)).excerpt()
    with pytest.raises(ContradictoryRecords):
        ContactGraph.from_contacts(contacts_of(few))
