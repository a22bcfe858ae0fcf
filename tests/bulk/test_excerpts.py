"""What a question needs of an export, found in columns: the answers are those of the whole export."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import networkx as nx
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    ContradictoryRecords,
    History,
    RehydrationRequest,
    RuleForbids,
    TranscriptFact,
)
from rehydration.bulk import neighbours
from rehydration.bulk.columns import SCHEMA, columns_of, without_own_ids
from rehydration.bulk.excerpts import as_it_was, contacts_of, excerpt
from rehydration.bulk.shown import ShownInColumns
from rehydration.contacts import REFERENCES
from rehydration.customers import customer_report
from rehydration.errors import InvalidArgument
from rehydration.knowledge import NOTHING_KNOWN
from rehydration.policies import QUESTIONS, Policy
from rehydration.selections import About
from trying import examples
from worlds import Record, as_recorded, ids, worlds

READABLE = (None, TranscriptFact(), TranscriptFact(Availability.DELETED), TranscriptFact(misplaced=True))


def frame_of(contacts: list[Contact]) -> pl.DataFrame:
    """The columns of contacts, with what records tell of transcripts."""
    told = [
        evolve(each, transcript=READABLE[sum(map(ord, each.contact_id)) % len(READABLE)] if each.transcript else None)
        for each in contacts
    ]
    return without_own_ids(columns_of(told))


def as_of(frame: pl.DataFrame, time: datetime | None) -> ContactGraph:
    """The graph of columns of which some tell channels, as it is or as it was."""
    graph = ContactGraph.from_contacts(contacts_of(frame))
    graph.tells_channels = True
    return graph if time is None else graph.as_of(time)


def answer(history: History, ask: str, contact_id: str) -> object:
    """One answer about a contact, or the refusal. Errors are equal to themselves alone, so that texts are compared."""
    try:
        if ask == "sees":
            return history.sees(contact_id)
        if ask == "exposure":
            return history.exposure(contact_id)
        if ask == "plan":
            return history.plan([contact_id])
        return history.explain(RehydrationRequest(ask, contact_id))
    except RuleForbids as refusal:
        return refusal


@examples(0.5)
@given(records=worlds(), data=st.data())
def test_the_answers_about_a_contact_are_those_of_the_whole_export(records: list[Record], data: st.DataObject) -> None:
    frame = frame_of(as_recorded(records))
    time = data.draw(st.sampled_from([None, *frame["initiation_timestamp"].drop_nulls().sort()]))
    whole = History(as_of(frame, time))
    then = as_it_was(frame, time or datetime.max.replace(tzinfo=UTC))
    contact_id, deep = data.draw(st.sampled_from(ids(records))), data.draw(st.sampled_from([0, 1, 64]))
    for ask in ("sees", "ENTIRE_PAST_SESSION", "FROM_SEGMENT", "exposure", "plan"):
        wanted = About((contact_id,), later=ask in {"exposure", "plan"})
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(neighbours, "_DEEP", deep)
            patched.setattr(neighbours, "_STEPS", deep)
            few = History(as_of(frame[excerpt(then, wanted)["row"]], time))
        assert repr(answer(few, ask, contact_id)) == repr(answer(whole, ask, contact_id))


@examples(0.5)
@given(records=worlds(), data=st.data())
def test_why_and_targets_need_the_lineages_of_two_contacts(records: list[Record], data: st.DataObject) -> None:
    frame = frame_of(as_recorded(records))
    whole = History(ContactGraph.from_contacts(contacts_of(frame)))
    chat, contact = (data.draw(st.sampled_from(ids(records))) for _ in range(2))
    few = History(ContactGraph.from_contacts(contacts_of(excerpt(frame, About((chat, contact), later=True)))))
    assert repr(few.why(chat, contact)) == repr(whole.why(chat, contact))
    few = History(ContactGraph.from_contacts(contacts_of(excerpt(frame, About((chat, contact))))))
    request = RehydrationRequest("FROM_SEGMENT", contact)
    one, other = few.account(request, target=chat), whole.account(request, target=chat)
    assert repr(one) == repr(other)


@examples(0.5)
@given(records=worlds())
def test_the_report_of_a_customer_and_the_exposure_of_surveys_need_their_lineages(records: list[Record]) -> None:
    contacts = [
        evolve(each, initiation_method="DISCONNECT" if each.contact_id[1] == "7" else None)
        for each in as_recorded(records)
    ]
    frame = frame_of(contacts)
    whole = ContactGraph.from_contacts(contacts_of(frame))
    few = ContactGraph.from_contacts(contacts_of(excerpt(frame, About(surveys=True, later=True))))
    assert History(few).exposures(surveys=True) == History(whole).exposures(surveys=True)
    if any(each.customer_id == "Ana" for each in contacts):
        few = ContactGraph.from_contacts(contacts_of(excerpt(frame, About((), ("Ana",), later=True))))
        assert repr(customer_report(few, "Ana")) == repr(customer_report(whole, "Ana"))


FORBIDDEN = ("surveys", "other-customers", "initiation_method=TRANSFER", "initial_contact_id=c1", "channel=VOICE")


@examples(2)
@given(
    records=worlds(most=14),
    forbid=st.lists(st.sampled_from(FORBIDDEN), min_size=1, max_size=2, unique=True),
    data=st.data(),
)
def test_a_guard_finds_in_an_excerpt_what_it_finds_in_the_whole(
    records: list[Record], forbid: list[str], data: st.DataObject
) -> None:
    methods = st.sampled_from(["DISCONNECT", "TRANSFER", "API", "API", "API", None])
    customers = st.sampled_from(["Ana", "Ana", "Ana", "Ben", None])
    are_linked = data.draw(st.sampled_from([[True], [True, False, False]]))
    contacts = [
        evolve(
            each,
            initiation_method=data.draw(methods),
            customer_id=data.draw(customers),
            related_contact_id=each.related_contact_id if data.draw(st.sampled_from(are_linked)) else None,
        )
        for each in as_recorded(records)
    ]
    frame = frame_of(contacts)
    policy = Policy(**{name: data.draw(st.sampled_from([*each])) for name, each in QUESTIONS.items()})
    untold = (
        {name for name in REFERENCES if frame[name].null_count() == frame.height} if data.draw(st.booleans()) else ()
    )
    showing = ShownInColumns(frame, policy, NOTHING_KNOWN, related_as_link=True, untold=untold)
    about = About(forbid=tuple(forbid))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("rehydration.bulk.excerpts._MANY", 0)
        cut = excerpt(frame, about, showing=data.draw(st.sampled_from([None, showing])))
    few, whole = (
        History(ContactGraph.from_contacts(contacts_of(each), untold=untold), policy=policy) for each in (cut, frame)
    )
    try:
        expected = whole.guard(forbid)
    except InvalidArgument as refusal:
        with pytest.raises(InvalidArgument, match=re.escape(str(refusal))):
            few.guard(forbid)
    else:
        assert repr(few.guard(forbid)) == repr(expected)


def test_a_guard_leaves_out_lineages_that_show_nothing_forbidden() -> None:
    def session(name: str, related: str | None = None, **facts: str) -> Contact:
        return Contact(contact_id=name, related_contact_id=related, **{"initiation_method": "API", **facts})

    frame = frame_of(
        [
            session("C1", customer_id="Ana"),
            session("C2", initiation_method="DISCONNECT", initial_contact_id="C1", previous_contact_id="C1"),
            session("D1", "C2", customer_id="Ana"),
            session("E1", customer_id="Ana"),
            session("F1", "E1", customer_id="Ben"),
            session("G1", initiation_method="DISCONNECT", customer_id="Ana"),
        ]
    )

    def kept(*forbid: str) -> list[str]:
        return excerpt(frame, About(forbid=forbid))["contact_id"].to_list()

    assert kept("surveys") == ["C1", "C2", "D1", "G1"]
    assert kept("other-customers") == ["E1", "F1", "G1"]  # G1 tells that customers are told
    assert excerpt(frame[:0], About(forbid=("surveys",))).height == 0


NAMES = st.sampled_from("abcde")


REFERRING = st.lists(
    st.builds(
        Contact,
        contact_id=NAMES,
        initial_contact_id=st.none() | NAMES,
        previous_contact_id=st.none() | NAMES,
        related_contact_id=st.none() | NAMES,
    ),
    min_size=1,
    max_size=6,
)
"""Contacts that may contradict one another, also in circles."""


@given(REFERRING)
def test_of_a_deep_lineage_an_excerpt_keeps_all_that_ids_connect(contacts: list[Contact]) -> None:
    frame = frame_of(contacts)
    edges = [
        (each.contact_id, other)
        for each in contacts
        for other in (each.initial_contact_id, each.previous_contact_id, each.related_contact_id)
        if other is not None
    ]
    connected = nx.Graph()
    connected.add_nodes_from(each.contact_id for each in contacts)
    connected.add_edges_from(edges)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(neighbours, "_DEEP", 0)
        patched.setattr(neighbours, "_STEPS", 0)
        anywhere = {*excerpt(frame, About(("nobody",)))["contact_id"]}
        for each in contacts:
            kept = excerpt(frame, About((each.contact_id,)))["contact_id"].to_list()
            lineage = nx.node_connected_component(connected, each.contact_id) | anywhere
            assert kept == [known.contact_id for known in contacts if known.contact_id in lineage]


@given(REFERRING)
def test_what_contradicts_itself_in_an_excerpt_does_so_in_the_whole(contacts: list[Contact]) -> None:
    """What lies outside is not looked at; what lies inside is told as in the whole."""
    frame = frame_of(contacts)
    try:
        ContactGraph.from_contacts(contacts_of(frame))
        total = 0
    except ContradictoryRecords as error:
        total = error.total
    for contact in contacts:
        try:
            few = ContactGraph.from_contacts(contacts_of(excerpt(frame, About((contact.contact_id,)))))
        except ContradictoryRecords as error:
            assert error.total <= total  # noqa: PT017  there may be none
        else:
            assert contact.contact_id in few


def test_an_excerpt_keeps_whole_sessions_and_what_links_lead_to() -> None:
    columns = {"contact_id": ["C1", "C2", "D1", "E1", "X1"], "initial_contact_id": [None, "C1", None, None, None]}
    frame = pl.DataFrame({**columns, "related_contact_id": [None, None, "C1", "D1", "U9"]})
    frame = pl.concat([pl.DataFrame(schema=SCHEMA), frame], how="diagonal")

    def kept(*contact_ids: str, later: bool = False) -> list[str]:
        return excerpt(frame, About(contact_ids, later=later))["contact_id"].to_list()

    assert kept("D1") == ["C1", "C2", "D1", "X1"]  # U9, which X1 continues, may be of any session
    assert kept("D1", later=True) == ["C1", "C2", "D1", "E1", "X1"]
    assert kept("U9") == kept("U9", later=True) == kept("X1") == ["X1"]
    assert kept("nobody") == ["X1"]


def test_a_contact_related_to_one_of_another_channel_may_carry_a_link_that_no_row_tells() -> None:
    frame = frame_of(
        [
            Contact(contact_id="A1"),
            Contact(contact_id="V1", channel="VOICE", related_contact_id="B1", rehydration_type="FROM_SEGMENT"),
            Contact(contact_id="D1", related_contact_id="V1"),
            Contact(contact_id="D3", initial_contact_id="D1", previous_contact_id="D2"),
            Contact(contact_id="B1"),
        ]
    )
    few = excerpt(frame, About(("A1",), later=True))
    assert few["contact_id"].to_list() == ["A1", "V1", "D1", "D3", "B1"]  # whether V1 is a chat, its own row tells
    assert [str(each) for each in History(as_of(few, None)).exposure("A1").gaps] == [
        "no record of 'D2', so nobody can tell what its session continues from"
    ]


def test_where_related_contacts_are_no_links_a_session_with_an_unknown_contact_may_carry_one() -> None:
    chats = [
        Contact(contact_id="A1"),
        Contact(contact_id="B1"),
        Contact(contact_id="D1", related_contact_id="B1"),
        Contact(contact_id="D3", initial_contact_id="D1", previous_contact_id="D2"),
    ]

    def kept(*, related_as_link: bool) -> list[str]:
        few = excerpt(frame_of(chats), About(("A1",), later=True), related_as_link=related_as_link)
        return few["contact_id"].to_list()

    assert kept(related_as_link=True) == ["A1"]
    assert kept(related_as_link=False) == ["A1", "B1", "D1", "D3"]


def test_an_excerpt_may_be_of_a_time() -> None:
    contacts = [
        Contact(contact_id=f"C{day}", disconnect_timestamp=datetime(2026, 5, day, tzinfo=UTC)) for day in (1, 2)
    ]
    frame = frame_of([*contacts, Contact(contact_id="C3")])
    second = datetime(2026, 5, 2, tzinfo=UTC)
    assert excerpt(frame, About(since=second))["contact_id"].to_list() == ["C2"]
    assert excerpt(frame, About(until=second))["contact_id"].to_list() == ["C1"]


@pytest.mark.parametrize("total", [3, 500])
def test_an_excerpt_follows_a_lineage_of_any_length(total: int) -> None:
    contacts = [Contact(contact_id=f"C{n}", related_contact_id=f"C{n - 1}" if n else None) for n in range(total)]
    frame = frame_of([*contacts, Contact(contact_id="X")])
    assert excerpt(frame, About((f"C{total - 1}",))).height == total
