"""Which sessions somebody is interested in."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.building import PAST, at, birds, chat, graph
from rehydration.errors import InvalidArgument
from rehydration.selections import WHOLE, About, Selection, lineages, selected

HISTORY = graph(PAST, birds(), chat("sun", start=5000))


def chosen(contact_id: str | None = None, since: datetime | None = None, until: datetime | None = None) -> list[str]:
    contacts = () if contact_id is None else (contact_id,)
    return sorted(each.initial_contact_id for each in selected(HISTORY, Selection(contacts, (), since, until)))


def test_time_keeps_the_sessions_in_which_something_happened_then() -> None:
    assert chosen() == ["owl", "plum", "sun"]
    assert chosen(until=at(1000)) == ["plum"]
    assert chosen(since=at(100), until=at(5000)) == ["owl"]
    assert chosen("fig", since=at(100)) == ["owl"]
    assert chosen("sun", until=at(5001)) == ["sun"]


def test_a_time_before_everything_is_told_with_one_that_would_have_worked() -> None:
    with pytest.raises(InvalidArgument, match=r"a time after 2026-05-03T09:00:00\+00:00, when"):
        chosen(until=at(0))
    empty = Selection(until=at(0))
    assert selected(graph([]), empty) == []


def test_the_lineages_of_a_selection_are_whole() -> None:
    assert [each.contact_id for each in lineages(HISTORY, Selection(until=at(1000)))] == [
        *("plum", "fig", "kiwi"),
        *("owl", "crow"),
    ]


@pytest.mark.parametrize(
    ("given", "told"), [("PLU…", ", such as 'plum'"), ("'Owl'", ", such as 'owl'"), ("pear", ""), (" ", "")]
)
def test_a_contact_that_nobody_knows_is_told_with_those_that_may_be_meant(given: str, told: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        chosen(given)
    assert str(caught.value) == f"contact is {given!r}: expected a contact that the records hold or refer to{told}"


def test_a_selection_is_about_its_contacts_and_customers_at_all_times_or_about_a_time_or_about_everything() -> None:
    named = Selection(("fig",), ("bird",), at(0), at(9))
    assert About.of(named) == About(("fig",), ("bird",), later=True)
    assert About.of(Selection(since=at(0))) == About(since=at(0), later=True)
    assert About.of(Selection(until=at(9))) == About(until=at(9), later=True)
    assert About.of(Selection()) is WHOLE
