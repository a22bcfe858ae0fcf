"""Never again: what chats show although it is forbidden."""

from __future__ import annotations

import re
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from core.building import ENTIRE, FROM_SEGMENT, PAST, at, birds, but, chat, contact, graph, without
from rehydration import Availability, Contact, ContactGraph, History, Link, Policy, TranscriptFact, assert_hidden, guard
from rehydration.errors import InvalidArgument
from rehydration.guards import Shows, condition_of
from rehydration.knowledge import Knowledge
from rehydration.missing import LINKS_ASSUMED
from rehydration.policies import QUESTIONS, policies_with
from rehydration.sights import Shown
from worlds import Record, ids, worlds
from worlds import contact as contact_of

POLICIES = st.builds(Policy, **{name: st.sampled_from([*question]) for name, question in QUESTIONS.items()})
API = {"initiation_method": "API"}
SURVEYED = [
    *(but(PAST, "kiwi", initiation_method="DISCONNECT")),
    *chat("owl", "crow", start=1000, link="kiwi", by=FROM_SEGMENT),
]
SURVEYED = [each if each.initiation_method else but([each], each.contact_id, **API)[0] for each in SURVEYED]


def found(records: list[Contact], *forbid: str, **given: Any) -> list[tuple[str | None, str, str]]:
    return [(each.chat_id, each.seen.contact_id, each.shown.value) for each in guard(graph(records), forbid, **given)]


def test_a_survey_that_a_chat_shows_is_a_finding() -> None:
    (finding,) = guard(graph(SURVEYED), ["surveys"])
    assert (finding.chat_id, finding.customer_id, finding.seen.contact_id) == ("owl", None, "kiwi")
    assert (finding.forbidden, finding.shown.value, finding.link) == (
        "surveys",
        "yes",
        Link("kiwi", FROM_SEGMENT, ("owl",)),
    )
    assert (finding.rules, finding.depends_on) == (("visibility.predecessors",), ())
    assert str(finding) == "'owl' shows 'kiwi' (surveys): it continues from 'kiwi' by FROM_SEGMENT"
    assert guard(graph(SURVEYED), ["surveys"]) == History(graph(SURVEYED)).guard(["surveys"])


def test_a_survey_that_is_dropped_or_lost_is_none() -> None:
    dropped = but(SURVEYED, "owl", related_contact_id="fig")
    assert found(dropped, "surveys") == []
    assert found(SURVEYED, "surveys", transcripts={"kiwi": TranscriptFact(Availability.DELETED)}) == []


def test_a_contact_of_another_customer_is_a_finding() -> None:
    records = but([*PAST, *birds()], "owl", customer_id="Ana")
    records = but(but(records, "fig", customer_id="Ana"), "plum", customer_id="Bo")
    (finding,) = guard(graph(records), ["other-customers"])
    assert str(finding) == (
        "'owl' shows 'plum' of customer 'Bo' to customer 'Ana' (other-customers): "
        "it continues from 'fig' by FROM_SEGMENT"
    )
    assert found(but(records, "plum", customer_id="Ana"), "other-customers") == []
    assert found(but(records, "plum", customer_id=None), "other-customers") == []  # its session names Ana alone


def test_a_contact_of_which_no_record_tells_the_customer_may_be_of_another() -> None:
    records = but([*PAST, *birds()], "owl", customer_id="Ana")
    plum, fig = guard(graph(records), ["other-customers"])
    assert [(each.seen.contact_id, each.shown.value) for each in (plum, fig)] == [
        ("fig", "undecided"),
        ("plum", "undecided"),
    ]
    assert str(plum) == (
        "'owl' shows 'fig' (other-customers): it continues from 'fig' by FROM_SEGMENT; "
        "undecided: customer_id, which no record tells"
    )
    of_the_past_alone = but([*PAST, *birds()], "plum", customer_id="Ana")
    assert found(of_the_past_alone, "other-customers") == [("owl", "fig", "undecided"), ("owl", "plum", "undecided")]


def test_chats_that_look_back_on_the_same_session_have_findings_of_their_own() -> None:
    later = [*chat("cod", start=2000, link="crow", by=ENTIRE), *chat("eel", start=3000, link="cod", by=ENTIRE)]
    records = [*SURVEYED, *(but([each], each.contact_id, **API)[0] for each in later)]
    assert found(records, "surveys") == [(each, "kiwi", "yes") for each in ("cod", "eel", "owl")]


def test_any_member_may_be_forbidden() -> None:
    assert found(SURVEYED, "initiation_method=DISCONNECT") == [("owl", "kiwi", "yes")]
    assert found(SURVEYED, "contact_id = plum", "surveys") == [("owl", "kiwi", "yes"), ("owl", "plum", "yes")]
    assert found(SURVEYED, "initiation_method=TRANSFER") == []


def test_what_another_reading_shows_is_undecided() -> None:
    late = but(but(SURVEYED, "owl", related_contact_id=None, rehydration_type=None), "crow", related_contact_id="kiwi")
    later = chat("cod", start=2000, link="owl", by=FROM_SEGMENT)
    records = [*late, *(but([each], each.contact_id, **API)[0] for each in later)]
    assert found(records, "surveys") == [("cod", "kiwi", "undecided"), ("crow", "kiwi", "yes")]
    assert found(records, "surveys", allow_undecided=True) == [("crow", "kiwi", "yes")]
    assert str(guard(graph(records), ["surveys"])[0]) == (
        "'cod' may show 'kiwi' (surveys): it continues from 'owl' by FROM_SEGMENT; undecided: which "
        "contacts of a session its link counts for (link_scope)"
    )


def test_what_no_record_tells_is_undecided() -> None:
    records = but(SURVEYED, "fig", initiation_method=None)
    assert found(records, "surveys") == [("owl", "kiwi", "yes"), ("owl", "fig", "undecided")]
    assert guard(graph(records), ["surveys"])[1].depends_on == ("initiation_method, which no record tells",)
    assert guard(graph(without(SURVEYED, "plum")), ["surveys"])[0].depends_on == ()
    assert found(without(SURVEYED, "plum"), "surveys") == [("owl", "kiwi", "yes"), ("owl", "plum", "undecided")]


def test_what_records_of_one_contact_tell_differently_is_undecided() -> None:
    again = [*SURVEYED, *but([SURVEYED[0]], SURVEYED[0].contact_id, initiation_method="TRANSFER")]
    assert found(again, "surveys") == [("owl", "kiwi", "yes")]  # neither is a survey
    other = next(each for each in SURVEYED if each.contact_id == "kiwi")
    (finding,) = guard(graph([*SURVEYED, *but([other], "kiwi", **API)]), ["surveys"])
    assert (finding.seen.contact_id, finding.shown.value) == ("kiwi", "undecided")
    (reason,) = finding.depends_on
    assert reason.startswith("records of 'kiwi' differ in initiation_method ('DISCONNECT', 'API')")


@pytest.mark.parametrize("contact_id", ["owl", "plum"])
def test_a_customer_that_records_of_one_contact_tell_differently_may_be_another(contact_id: str) -> None:
    ana = [evolve(each, customer_id="Ana") for each in [*PAST, *birds()]]
    assert found(ana, "other-customers") == []
    other = next(each for each in ana if each.contact_id == contact_id)
    for customer_id in ("Bo", "Al"):  # the greater one is taken
        records = [*ana, evolve(other, customer_id=customer_id)]
        seen = {(each, shown) for _, each, shown in found(records, "other-customers")}
        assert seen == {(each, "undecided") for each in (("fig", "plum") if contact_id == "owl" else ("plum",))}
        (finding, *_) = guard(graph(records), ["other-customers"])
        assert finding.shown is Shown.UNDECIDED
        assert f"records of {contact_id!r} differ in customer_id" in str(finding)


def test_a_finding_names_the_first_reasons_and_counts_the_others() -> None:
    records = [*without(PAST, "fig"), *birds(by=None, link="kiwi")]
    finding = guard(graph(records), ["contact_id=plum"])[0]
    reasons = ("one", "two", "three", "four", "five")
    assert str(evolve(finding, shown=Shown.UNDECIDED, depends_on=reasons)).endswith(
        "undecided: one; two; three; 2 more"
    )


def test_a_chat_whose_past_the_policy_refuses_may_show_it_by_another_reading() -> None:
    given = {"policy": Policy(unavailable="REFUSE"), "transcripts": {"fig": TranscriptFact(Availability.MISSING)}}
    (finding,) = guard(graph(SURVEYED), ["surveys"], **given)
    (field,) = finding.depends_on
    assert field.endswith("(unavailable)")
    by = "it continues from 'kiwi' by FROM_SEGMENT"
    assert str(finding) == f"'owl' may show 'kiwi' (surveys): {by}; undecided: {field}"
    assert (finding.rules, finding.assumes) == ((), ())
    with pytest.raises(Shows, match="owl"):
        assert_hidden(graph(SURVEYED), "surveys", **given)
    assert_hidden(graph(SURVEYED), "surveys", allow_undecided=True, **given)
    assert found(SURVEYED, "contact_id=plum", "contact_id=fig", **given) == [("owl", "plum", "undecided")]
    assert found(but(SURVEYED, "plum", channel="TASK"), "contact_id=plum", **given) == []
    assumed = guard(graph(but(SURVEYED, "owl", rehydration_type=None, related_is_link=True)), ["surveys"], **given)
    assert assumed[0].assumes == (LINKS_ASSUMED,)
    refuses = Knowledge(policies_with("unavailable", "REFUSE"), 1)
    assert guard(graph(SURVEYED), ["surveys"], known=refuses, **given) == ()


def test_the_limit_and_circles_end_the_search() -> None:
    records = [*but(PAST, "kiwi", related_contact_id="crow"), *chat("owl", "crow", start=1000, link="plum")]
    records = [but([each], each.contact_id, **API)[0] for each in records]
    assert found(records, "initiation_method=OUTBOUND") == []
    assert found([*records, contact("sun", **API)], "contact_id=plum") == [("owl", "plum", "yes")]


@pytest.mark.parametrize(
    ("forbid", "told"),
    [
        (["survey"], "'survey'"),
        (["color=red"], "'color=red'"),
        ("surveys", "'surveys'"),
        ([], "[]"),
        (5, "5"),
        ([5], "5"),
        (["=x"], "'=x'"),
    ],
)
def test_a_condition_that_is_none_is_refused(forbid: Any, told: str) -> None:
    conditions = ".*'surveys', 'other-customers' or MEMBER=VALUE"
    with pytest.raises(InvalidArgument, match=f"^forbid is {re.escape(told)}: expected {conditions}"):
        guard(graph(SURVEYED), forbid)


def test_what_no_record_at_all_tells_cannot_be_guarded() -> None:
    told = "forbid is 'other-customers': expected what records tell: none of them has the member customer_id"
    with pytest.raises(InvalidArgument, match=f"^{told}$"):
        guard(graph(SURVEYED), ["other-customers"])
    assert guard(ContactGraph(), ["other-customers", "surveys"]) == ()
    unlinked = ContactGraph.from_contacts(PAST, untold=["related_contact_id"])
    told = "forbid is 'surveys': expected records that tell related contacts: none of these do, so nobody can tell"
    with pytest.raises(InvalidArgument, match=f"^{told} what a chat shows$"):
        guard(unlinked, ["surveys"])


def test_a_test_asserts_that_nothing_forbidden_is_shown() -> None:
    assert_hidden(graph(but(SURVEYED, "owl", related_contact_id="fig")), "surveys")
    with pytest.raises(AssertionError) as caught:
        assert_hidden(graph(SURVEYED), "surveys")
    assert isinstance(caught.value, Shows)
    assert str(caught.value).splitlines() == [
        "chats show what must stay hidden:",
        "  'owl' shows 'kiwi' (surveys): it continues from 'kiwi' by FROM_SEGMENT",
    ]
    assert caught.value.findings == guard(graph(SURVEYED), ["surveys"])


# ------------------------------------------------------------------------------------- over links that no record tells

NO_LINK = "no record of 'Z', so nobody can tell what its session continues from"


def cut(name: str = "Q", unknown: str = "Z", start: float = 3000, **facts: Any) -> Contact:
    """What an export holds of a session of which it lacks the first contact."""
    times = {"initiation_timestamp": at(start), "disconnect_timestamp": at(start + 10)}
    return contact(name, initial_contact_id=unknown, previous_contact_id=unknown, **times | facts)


PLAIN = but(SURVEYED, "owl", related_contact_id=None, rehydration_type=None)


def test_a_survey_that_a_link_which_no_record_tells_may_show_is_one_undecided_finding() -> None:
    (finding,) = guard(graph([*PLAIN, cut(**API)]), ["surveys"])
    assert (finding.chat_id, finding.customer_id, finding.link, finding.assumes) == (None, None, None, ())
    assert (finding.seen.contact_id, finding.seen.initial_contact_id, finding.seen.verdict) == ("kiwi", "plum", None)
    assert (finding.seen.shown, finding.shown, finding.rules) == (
        Shown.UNDECIDED,
        Shown.UNDECIDED,
        ("identity.window",),
    )
    assert str(finding) == (
        f"a chat may show 'kiwi' (surveys), and perhaps others, over a link that no record tells; undecided: {NO_LINK}"
    )
    assert found([*PLAIN, cut(**API)], "surveys", allow_undecided=True) == []
    with pytest.raises(Shows, match="a chat may show 'kiwi'"):
        assert_hidden(graph([*PLAIN, cut(**API)]), "surveys")
    assert_hidden(graph([*PLAIN, cut(**API)]), "surveys", allow_undecided=True)
    assert found([*SURVEYED, cut(**API)], "surveys") == [("owl", "kiwi", "yes"), (None, "kiwi", "undecided")]


def test_no_link_leads_to_what_began_later_is_lost_no_chat_or_of_the_own_session() -> None:
    assert found([*PLAIN, cut(start=-11, **API)], "surveys") == []
    assert found([*PLAIN, cut(start=-10, **API)], "surveys") == [(None, "kiwi", "undecided")]
    lost = {"kiwi": TranscriptFact(Availability.DELETED)}
    assert found([*PLAIN, cut(**API)], "surveys", transcripts=lost) == []
    assert found(but([*PLAIN, cut(**API)], "kiwi", transcript=lost["kiwi"]), "surveys") == []
    assert found(but([*PLAIN, cut(**API)], "kiwi", channel="VOICE"), "surveys") == []
    assert found([cut(**API), cut("R", initiation_method="DISCONNECT")], "surveys") == []
    assert found([cut(**API), contact("R")], "contact_id=Z", "contact_id=R") == [(None, "R", "undecided")]


def test_the_finding_names_the_first_that_is_forbidden_or_else_may_be() -> None:
    untold = [*but(PLAIN, "plum", initiation_method=None), cut(**API)]
    assert found(untold, "surveys") == [(None, "kiwi", "undecided")]
    (finding,) = guard(graph(but(untold, "kiwi", **API)), ["surveys"])
    assert (finding.seen.contact_id, finding.depends_on) == (
        "plum",
        (NO_LINK, "initiation_method, which no record tells"),
    )
    earlier = contact("sun", initiation_timestamp=at(-60), initiation_method="DISCONNECT")
    assert found([*untold, earlier], "surveys", "initiation_method=CALLBACK") == [
        (None, "sun", "undecided"),
        (None, "plum", "undecided"),
    ]


def test_what_is_forbidden_for_sure_is_named_before_what_may_be() -> None:
    untold = [contact(f"sun{place}", initiation_timestamp=at(-60 + place)) for place in range(4)]
    assert found([*PLAIN, *untold, cut(**API)], "surveys") == [(None, "kiwi", "undecided")]
    leads = [cut("R", "Y", start=-30, **API), cut(**API)]
    (finding,) = guard(graph([*PLAIN, untold[0], *leads]), ["surveys"])
    assert (finding.seen.contact_id, finding.depends_on) == ("kiwi", (NO_LINK.replace("Z", "Y"), NO_LINK))


def test_each_condition_has_one_such_finding_whatever_is_missing() -> None:
    many = [cut(f"Q{each}", f"Z{each}", **API) for each in range(11)]
    forbid = ["surveys", "initiation_method=CALLBACK"]
    surveys, callbacks = guard(graph([*but(PLAIN, "plum", initiation_method=None), *many]), forbid)
    told = (
        "no record of 11 contacts of sessions without a link, such as 'Z9', so nobody can tell what these continue from"
    )
    untold = "initiation_method, which no record tells"
    assert (surveys.depends_on, callbacks.depends_on) == ((told,), (told, untold))
    assert len(guard(graph([*PLAIN, *many[:10]]), ["surveys"])[0].depends_on) == 1
    few = guard(graph([*PLAIN, *many[:2]]), ["surveys"])[0]
    assert few.depends_on == (NO_LINK.replace("Z", "Z0"), NO_LINK.replace("Z", "Z1"))


def test_a_chat_that_continues_from_an_unknown_contact_may_be_of_any_session_before_it() -> None:
    late = contact("Q", related_contact_id="Z", initiation_timestamp=at(3000))
    (finding,) = guard(graph([*PLAIN, late]), ["contact_id=kiwi"])
    assert (finding.chat_id, finding.depends_on) == (
        None,
        ("no record of 'Z', from which 'Q' continues, so nobody can tell its session",),
    )
    assert found([*PLAIN, late], "contact_id=Z", "contact_id=Q") == [("Q", "Z", "undecided")]
    many = [
        evolve(late, contact_id=f"Q{each}", initial_contact_id=None, related_contact_id=f"Z{each}")
        for each in range(11)
    ]
    assert len(guard(graph([*PLAIN, *many[:10]]), ["contact_id=kiwi"])[0].depends_on) == 1
    assert len(guard(graph([*PLAIN, *many[:9]]), ["contact_id=kiwi"])[0].depends_on) == 9
    assert guard(graph([*PLAIN, *many]), ["contact_id=kiwi"])[0].depends_on == (
        "no record of 11 contacts from which others continue, such as 'Z9', so nobody can tell their sessions",
    )


def test_a_link_that_no_record_tells_may_show_contacts_of_other_customers() -> None:
    def told(reader: str | None, *others: str | None) -> list[tuple[str, tuple[str, ...]]]:
        past = [contact(f"C{place}", customer_id=each) for place, each in enumerate(others)]
        known = contact("sun", customer_id="Cy", initiation_timestamp=at(9000), channel="VOICE")
        findings = guard(graph([*past, known, cut(customer_id=reader)]), ["other-customers"])
        return [(each.seen.contact_id, each.depends_on[1:]) for each in findings]

    untold = ("customer_id, which no record tells",)
    assert told("Ana", "Ana", "Ana") == []
    assert told("Ana", "Ana", "Bo") == [("C1", ())]
    assert told("Ana", "Ana", None) == [("C1", untold)]
    assert told("Ana", None, "Bo") == [("C1", ())]
    assert told(None, "Ana", "Bo") == [("C0", untold)]
    (finding,) = guard(graph([contact("C0", customer_id="Bo"), cut(customer_id="Ana")]), ["other-customers"])
    assert finding.seen.is_of_another_customer


def test_where_no_record_tells_sessions_any_chat_with_a_link_may_show_more() -> None:
    records = [evolve(each, initial_contact_id=each.contact_id, previous_contact_id=None) for each in SURVEYED]
    untold = ContactGraph.from_contacts(but(records, "owl", related_contact_id="plum"), untold=["initial_contact_id"])
    (finding,) = guard(untold, ["surveys"])
    assert (finding.chat_id, finding.seen.contact_id, finding.depends_on) == (
        None,
        "kiwi",
        ("the records do not tell initial contacts, so each contact is a session by itself",),
    )


def test_a_hundred_sessions_back_and_no_further_something_may_be_found() -> None:
    chats = [contact(f"C{place}", related_contact_id=f"C{place - 1}" if place else None) for place in range(102)]
    assert ("C100", "C0", "yes") in found(chats, "contact_id=C0")
    assert "C101" not in [each for each, *_ in found(chats, "contact_id=C0")]


def test_what_all_are_may_be_forbidden() -> None:
    chats = [contact("C", **API), contact("D", related_contact_id="C", related_is_link=True, **API)]
    (finding,) = guard(graph(chats), ["initiation_method=API"])
    assert (finding.chat_id, finding.seen.contact_id, finding.shown) == ("D", "C", Shown.YES)
    assert (finding.forbidden, finding.assumes) == ("initiation_method=API", (LINKS_ASSUMED,))
    named = [contact("C", customer_id="a=b"), *chats[1:]]
    assert found(named, "customer_id=a=b") == [("D", "C", "yes")]


def test_customers_are_compared_over_links_and_those_that_no_record_names_may_differ() -> None:
    def chats(past: str | None, later: str | None) -> list[Contact]:
        known = contact("sun", customer_id="Cy")
        return [contact("C", customer_id=past), contact("D", related_contact_id="C", customer_id=later), known]

    assert found(chats("Bo", "Ana"), "other-customers") == [("D", "C", "yes")]
    assert found(chats("Ana", "Ana"), "other-customers") == []
    assert found(chats(None, None), "other-customers") == [("D", "C", "undecided")]


def test_a_type_that_shows_all_shows_the_survey() -> None:
    assert found(but(SURVEYED, "owl", rehydration_type=ENTIRE), "surveys") == [("owl", "kiwi", "yes")]


def test_an_assertion_that_finds_many_lists_the_first_and_counts_the_others() -> None:
    findings = guard(graph(SURVEYED), ["surveys"]) * 60
    told = str(Shows(findings)).split("\n  ")
    assert told == ["chats show what must stay hidden:", *map(str, findings[:40]), "20 more"]


def test_a_condition_knows_whether_a_record_meets_it_and_how_amazon_connect_writes_its_value() -> None:
    contacts = graph(SURVEYED)

    met = {text: condition_of(text).is_met_in(contacts) for text in ("surveys", "other-customers", "contact_id=Z")}
    assert met == {"surveys": True, "other-customers": True, "contact_id=Z": False}
    with pytest.raises(InvalidArgument, match=r"expected initiation_method=DISCONNECT: .*capitals$"):
        guard(contacts, ["initiation_method=disconnect"])


@given(worlds(), POLICIES, st.data())
def test_a_guard_finds_of_what_chats_see_all_that_is_forbidden(
    records: list[Record], policy: Policy, data: st.DataObject
) -> None:
    history = History(ContactGraph.from_contacts(map(contact_of, records)), policy=policy)
    forbid = [f"contact_id={data.draw(st.sampled_from(ids(records)))}"]
    forbid += ["customer_id=Ana", "other-customers"] if any(each["customer"] for each in records) else []
    seen = []
    for session in sorted(history.graph.sessions, key=lambda each: each.initial_contact_id):
        link = history.graph.link_of(session)
        if link is None:
            continue
        chat = history.graph.segment(link.carriers[0])
        for each in history.sees(chat.contact_id).contacts:
            whose = history.graph.segment(each.contact_id).customer_id
            met = [condition_of(text).meets(each, whose, chat.customer_id) for text in forbid]
            seen += [
                (chat.contact_id, each, text)
                for text, how in zip(forbid, met, strict=True)
                if Shown.NO not in {each.shown, how}
            ]

    found = history.guard(forbid)
    assert [(each.chat_id, each.seen, each.forbidden) for each in found if each.link is not None] == seen
