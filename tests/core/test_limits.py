"""Questions about many chats end their walks at the limit, and answer as if each walk had gone on to its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration import Contact, ContactGraph, History, PastContact, RehydrationRequest, walk
from rehydration.consultation import Consultation
from rehydration.errors import RuleForbids
from rehydration.exposures import Exposure
from rehydration.sights import SeenContact, Shown
from worlds import Record, contact, ids, worlds

LIMITS = st.sampled_from([100, 1, 2, 4])


@pytest.fixture(scope="module")
def limited() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patched:
        yield patched


def seen(history: History, chat: str) -> list[SeenContact]:
    """What a chat shows or may show by a walk that goes on beyond the limit."""
    return [each for each in history.sees(chat).contacts if each.shown is not Shown.NO]


def is_lost(contact: PastContact) -> bool:
    fact = contact.transcript if isinstance(contact, Contact) else None
    return fact is not None and fact.availability.is_lost


@given(worlds(), LIMITS)
def test_a_guard_finds_what_chats_show(limited: pytest.MonkeyPatch, records: list[Record], limit: int) -> None:
    limited.setattr(walk, "PAST_CONTACT_LIMIT", limit)
    history = History(ContactGraph.from_contacts(map(contact, records)))
    names = ids(records)
    links = [history.graph.link_of(each) for each in history.graph.sessions]
    chats = [link.carriers[0] for link in links if link is not None]

    findings = history.guard([f"contact_id={each}" for each in (*names, "nobody")])

    found = [each for each in findings if each.chat_id is not None]
    led_to = {each.seen.contact_id for each in findings if each.chat_id is None}
    assert led_to == {each.contact_id for each in history.exposures(names) if each.gaps and not is_lost(each.contact)}
    assert {(each.chat_id, each.seen.contact_id): each.seen for each in found} == {
        (chat, each.contact_id): each for chat in chats for each in seen(history, chat) if each.contact_id in names
    }


@given(worlds(), LIMITS)
def test_a_transcript_is_exposed_where_chats_show_it(
    limited: pytest.MonkeyPatch, records: list[Record], limit: int
) -> None:
    limited.setattr(walk, "PAST_CONTACT_LIMIT", limit)
    history = History(ContactGraph.from_contacts(map(contact, records)))
    names = ids(records)
    exposed = history.exposures(names)

    for told in exposed:
        readers = {each for found in told.sightings for each in found.contact_ids}
        perhaps = {each for found in told.undecided if found.depends_on for each in found.contact_ids}
        later = {each for each in names if history.graph.session_of(each) != history.graph.session_of(told.contact_id)}
        assert readers == {each for each in later if told.contact_id in history.visible_past(each).not_lost}
        may = {each for each in later if told.contact_id in {one.contact_id for one in seen(history, each)}}
        assert may <= readers | perhaps
        assert _requests(told) == _requests_by_themselves(history, told)
    assert exposed == tuple(map(history.exposure, names))


def _requests(told: Exposure) -> set[RehydrationRequest]:
    return {request for opening in told.openings for request in opening.requests}


def _requests_by_themselves(history: History, told: Exposure) -> set[RehydrationRequest]:
    """The requests that show a transcript, on its session and those that see it; only the first of those alike."""
    found: dict[object, RehydrationRequest] = {}
    initial = {each.initial_contact_id for each in (*told.sightings, *told.undecided)}
    own = history.graph.session_of(told.contact_id).initial_contact_id
    for session in map(history.graph.session_of, {own, *initial}):
        newest = sorted(
            [each.contact_id for each in session.newest_first(Consultation(history.policy)).segments],
            key=session.initial_contact_id.__ne__,
        )
        for request in (RehydrationRequest(kind, each) for kind in history.strategies for each in newest):
            try:
                answer = history.resolve(request)
            except RuleForbids:
                continue
            if told.contact_id in answer.not_lost:
                found.setdefault((request.rehydration_type, answer.continued_from_contact_id), request)
    return set(found.values())


@given(worlds(), LIMITS)
def test_the_report_of_a_customer_tells_what_their_chats_show(
    limited: pytest.MonkeyPatch, records: list[Record], limit: int
) -> None:
    limited.setattr(walk, "PAST_CONTACT_LIMIT", limit)
    contacts = (contact({**each, "customer": "Ana"}) for each in records)
    history = History(ContactGraph.from_contacts(contacts))

    for session in history.customer("Ana").sessions:
        if session.sight is not None:
            shown = [each for each in session.sight.contacts if each.shown is not Shown.NO]
            assert shown == seen(history, session.sight.contact_id)
