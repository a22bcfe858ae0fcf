"""Which sessions a page is about, and what is said where they are none or too many."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import timedelta

import pytest

from pictured import MORNING, contact
from rehydration import Contact, ContactGraph
from rehydration.errors import InvalidArgument
from rehydration.explorer import EVERYTHING, PageTooLarge, Selection, TooMuchForOnePage
from rehydration.explorer import explorer as explorer_page
from rehydration.explorer import selection as module
from rehydration.explorer.selection import choose


def history() -> ContactGraph:
    """Two lineages of two customers: A, B (continues A), C (continues A); X of Bo, Y (continues X) of nobody."""
    return ContactGraph.from_contacts(
        [
            of("Ana", contact("A1", at=0)),
            of("Ana", contact("A2", "A1", "A1", at=10)),
            of("Ana", contact("B1", at=100, related="A2")),
            of("Ana", contact("C1", at=200, related="A1")),
            of("Bo", contact("X1", at=50)),
            contact("Y1", at=300, related="X1"),
        ]
    )


def of(customer: str, record: Contact) -> Contact:
    from attrs import evolve

    return evolve(record, customer_id=customer)


def chosen(selection: Selection, graph: ContactGraph | None = None) -> list[str]:
    return [each.initial_contact_id for each in choose(graph or history(), selection)]


def test_everything_is_chosen_newest_first() -> None:
    assert chosen(EVERYTHING) == ["Y1", "C1", "B1", "X1", "A1"]


@pytest.mark.parametrize("contact_id", ["A1", "A2", "B1", "C1"])
def test_a_contact_brings_all_sessions_linked_with_its_own(contact_id: str) -> None:
    assert chosen(Selection((contact_id,))) == ["C1", "B1", "A1"]


def test_a_customer_brings_the_sessions_linked_with_theirs_whoever_they_name() -> None:
    assert chosen(Selection(customer_ids=("Bo",))) == ["Y1", "X1"]


def test_contacts_and_customers_add_up() -> None:
    assert chosen(Selection(("B1",), ("Bo",))) == ["Y1", "C1", "B1", "X1", "A1"]


def test_since_is_a_time_at_which_a_contact_began_or_ended() -> None:
    ended = MORNING + timedelta(minutes=110)

    assert chosen(Selection(since=ended)) == ["Y1", "C1", "B1"]
    assert chosen(Selection(since=ended + timedelta(seconds=1))) == ["Y1", "C1"]
    assert chosen(Selection(("A1",), since=ended)) == ["C1", "B1"]


def test_sessions_of_no_known_time_come_last_and_are_before_any_time() -> None:
    graph = ContactGraph.from_contacts([contact("B1", at=1, related="A1")])

    assert chosen(EVERYTHING, graph) == ["B1", "A1"]
    assert chosen(Selection(since=MORNING), graph) == ["B1"]


def test_without_any_time_nothing_is_since_one() -> None:
    graph = ContactGraph.from_contacts([Contact(contact_id="A1")])  # type: ignore[arg-type]

    assert chosen(Selection(since=MORNING), graph) == []


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        (Selection(("Q",)), "contact is 'Q': expected a contact that the records hold or refer to"),
        (
            Selection(customer_ids=("An",)),
            "customer is 'An': expected a CustomerId of the records, which name 'Ana' and 1 other",
        ),
        (
            Selection(customer_ids=("zzz",)),
            "customer is 'zzz': expected a CustomerId of the records, which name 'Ana', 'Bo'",
        ),
        (
            Selection(since=MORNING + timedelta(days=1)),
            (
                "since is 2026-05-05T09:00:00+00:00: "
                "expected a time up to 2026-05-04T14:10:00+00:00, when the last contact began or ended"
            ),
        ),
    ],
)
def test_what_chooses_nothing_is_told_with_what_would_have_worked(selection: Selection, told: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        choose(history(), selection)

    assert str(caught.value) == told


def test_a_customer_of_records_that_name_none_is_told_so() -> None:
    graph = ContactGraph.from_contacts([contact("A1")])

    with pytest.raises(InvalidArgument, match="the records name none; choose by contact"):
        choose(graph, Selection(customer_ids=("Ana",)))


# ---------------------------------------------------------------------------------------------------------- too much


def days(number: int, contacts: int = 1) -> Iterator[Contact]:
    """Make one session a day, so many contacts each."""
    for day in range(number):
        for place in range(contacts):
            first = f"d{day}c0"
            yield contact(
                f"d{day}c{place}", f"d{day}c{place - 1}" if place else None, first, at=1_440 * day + place, minutes=1
            )


def test_as_much_as_a_page_holds_is_chosen() -> None:
    assert len(chosen(EVERYTHING, ContactGraph.from_contacts(days(1_000)))) == 1_000


@pytest.mark.parametrize(("number", "contacts", "left"), [(1_001, 1, 1_000), (11, 500, 10)])
def test_too_much_is_told_with_a_time_since_when_it_would_not_be(number: int, contacts: int, left: int) -> None:
    graph = ContactGraph.from_contacts(days(number, contacts))

    with pytest.raises(TooMuchForOnePage) as caught:
        choose(graph, EVERYTHING)

    told = caught.value
    assert (told.sessions, told.contacts, told.sessions_since) == (number, number * contacts, left)
    assert len(chosen(Selection(since=told.since), graph)) == left
    assert str(told) == (
        f"{number * contacts:,} contacts in {number:,} sessions are too many for a page, which holds 5,000 contacts "
        "in 1,000 sessions: choose by contact, by customer or by time; since "
        f"{(MORNING + timedelta(days=1, minutes=contacts)).isoformat()} there are {left:,} sessions"
    )
    assert str(pickle.loads(pickle.dumps(told))) == str(told)  # noqa: S301


def test_sessions_of_one_moment_are_chosen_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SESSIONS", 2)
    graph = ContactGraph.from_contacts([contact("A1"), contact("B1"), contact("C1", at=9)])

    with pytest.raises(TooMuchForOnePage) as caught:
        choose(graph, EVERYTHING)
    assert caught.value.sessions_since == 1
    assert chosen(Selection(since=caught.value.since), graph) == ["C1"]


def test_no_time_is_named_where_none_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SESSIONS", 1)
    graph = ContactGraph.from_contacts([contact("A1"), contact("B1")])

    with pytest.raises(TooMuchForOnePage) as caught:
        choose(graph, EVERYTHING)

    assert caught.value.since is None
    assert str(caught.value).endswith("choose by contact, by customer or by time")


def test_a_page_too_large_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehydration.explorer.MOST_BYTES", 1_000)

    with pytest.raises(PageTooLarge, match=r"bytes, more than 1,000: choose less, by contact, by customer or by time"):
        explorer_page(history())
