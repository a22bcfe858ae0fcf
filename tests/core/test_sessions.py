"""One session: has it ended, is it one chain, who is its most recent contact, and in which order its contacts come."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

import pytest

from core.building import FORK, PAST, at, but, chat, contact, graph, without
from rehydration import ChatSession, Contact, Policy
from rehydration.consultation import Consultation
from rehydration.sessions import Choice, chain

CRITERIA = ["DISCONNECT", "INITIATION", "DEPTH"]


def session_of(contacts: Iterable[Contact]) -> ChatSession:
    """The one session of some contacts."""
    (session,) = graph(contacts).sessions
    return session


def asked_for(criterion: str = "DISCONNECT") -> Consultation:
    return Consultation(Policy(most_recent=criterion))


def chosen(choice: Choice) -> tuple[list[str], bool]:
    return [each.contact_id for each in choice.segments], choice.by_id_alone


def most_recent(contacts: Iterable[Contact], criterion: str = "DISCONNECT") -> tuple[list[str], bool]:
    return chosen(session_of(contacts).most_recent(asked_for(criterion)))


def newest_first(contacts: Iterable[Contact], criterion: str = "DISCONNECT") -> tuple[list[str], bool]:
    return chosen(session_of(contacts).newest_first(asked_for(criterion)))


# --------------------------------------------------------------------------------------------------------- its contacts


def test_a_session_is_every_contact_of_one_initial_contact() -> None:
    history = graph(PAST, chat("owl", "crow"))
    members = {each.initial_contact_id: {one.contact_id for one in each} for each in history.sessions}
    assert members == {"plum": {"plum", "fig", "kiwi"}, "owl": {"owl", "crow"}}


def test_a_session_tells_its_size() -> None:
    session = session_of(PAST)
    assert (len(session), repr(session)) == (3, "ChatSession('plum', 3 contacts)")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("plum", ["plum"]), ("kiwi", ["kiwi", "fig", "plum"]), ("fig", ["fig", "plum"])],
)
def test_the_chain_to_a_contact_runs_newest_first(name: str, expected: list[str]) -> None:
    assert [each.contact_id for each in chain(graph(PAST).segment(name))] == expected


def test_the_chain_of_a_branch_holds_nothing_of_another() -> None:
    assert [each.contact_id for each in chain(graph(FORK).segment("ash"))] == ["ash", "oat", "rye"]


def test_a_segment_holds_its_contact_its_session_and_its_predecessor() -> None:
    history = graph(PAST)
    segment = history.segment("fig")
    assert (segment.contact, segment.known) == (PAST[1], PAST[1])
    assert (segment.session, segment.previous) == (history.session_of("plum"), history.segment("plum"))
    assert [history.segment(each).successors for each in ("plum", "fig", "kiwi")] == [1, 1, 0]


def test_chats_and_unknown_contacts_are_listed_and_others_are_not() -> None:
    history = graph(but(without(PAST, "plum"), "fig", channel="VOICE"))
    assert {each: history.segment(each).is_listed for each in ("plum", "fig", "kiwi")} == {
        "plum": True,
        "fig": False,
        "kiwi": True,
    }


# ------------------------------------------------------------------------------------------------------------ its end


def test_a_session_has_ended_when_each_chat_of_it_has() -> None:
    session = session_of(PAST)
    assert (session.has_ended, session.live) == (True, ())


@pytest.mark.parametrize("live", [["plum"], ["fig"], ["kiwi"], ["fig", "kiwi"], ["kiwi", "plum"]])
def test_one_contact_that_goes_on_holds_its_session_open(live: list[str]) -> None:
    session = session_of(chat("plum", "fig", "kiwi", live=live))
    assert (session.has_ended, session.live) == (False, tuple(live))


def test_the_end_of_one_contact_does_not_end_its_session() -> None:
    history = graph(chat("plum", "fig", "kiwi", live=["fig", "plum"]))
    history.end("fig", at(99))
    assert (history.session_of("fig").has_ended, history.session_of("fig").live) == (False, ("plum",))
    history.end("plum", at(99))
    assert (history.session_of("fig").has_ended, history.session_of("fig").live) == (True, ())


def test_a_contact_of_another_channel_does_not_hold_its_session_open() -> None:
    session = session_of(but(chat("plum", "fig", live=["fig"]), "fig", channel="TASK"))
    assert (session.has_ended, session.live) == (True, ())


def test_an_unknown_contact_does_not_hold_its_session_open() -> None:
    session = session_of(without(PAST, "plum"))
    assert (session.has_ended, session.live, session.unknown) == (True, (), ("plum",))


def test_the_unknown_contacts_are_told_in_the_order_of_their_ids() -> None:
    contacts = [contact("ash", initial_contact_id="rye", previous_contact_id="oat")]
    assert session_of(contacts).unknown == ("oat", "rye")
    assert session_of(PAST).unknown == ()


def test_the_end_of_a_session_is_the_latest_disconnect_of_its_chats() -> None:
    assert session_of(but(PAST, "fig", disconnect_timestamp=at(77))).last_disconnect == at(77)
    assert session_of(but(PAST, "kiwi", channel="VOICE")).last_disconnect == at(20)
    assert session_of(chat("plum", "fig", live=["fig"])).last_disconnect == at(10)


def test_a_session_of_which_nothing_has_ended_has_no_end() -> None:
    assert session_of(chat("plum", live=["plum"])).last_disconnect is None
    assert session_of([contact("plum", channel="VOICE")]).last_disconnect is None


# ---------------------------------------------------------------------------------------------------------- its shape


@pytest.mark.parametrize(
    "order", list(permutations(PAST)), ids=lambda order: " ".join(each.contact_id for each in order)
)
def test_a_chain_is_linear_in_whatever_order_its_contacts_come(order: tuple[Contact, ...]) -> None:
    session = session_of(order)
    assert (session.is_linear, session.tip.contact_id) == (True, "kiwi")


def test_a_single_contact_is_linear() -> None:
    session = session_of(chat("plum"))
    assert (session.is_linear, session.tip.contact_id) == (True, "plum")


def test_a_chain_with_an_unknown_contact_in_it_is_linear() -> None:
    assert session_of(without(PAST, "plum")).is_linear


@pytest.mark.parametrize("names", [("rye", "oat<rye", "elm<rye"), ("rye", "oat<rye", "elm<rye", "yew<rye")])
def test_two_or_more_successors_make_a_branch(names: tuple[str, ...]) -> None:
    for order in permutations(chat(*names)):
        assert not session_of(order).is_linear


def test_two_forks_are_two() -> None:
    assert not session_of(chat("rye", "oat<rye", "elm<rye", "yew<elm", "fir<elm")).is_linear


def test_a_gap_makes_a_branch() -> None:
    session = session_of(without(PAST, "fig"))
    assert session.unknown == ("fig",)
    assert not session.is_linear  # fig comes before kiwi; what comes before fig, its record alone would say


def test_a_contact_whose_predecessor_nobody_names_makes_a_branch() -> None:
    assert not session_of(but(PAST, "kiwi", previous_contact_id=None)).is_linear


# --------------------------------------------------------------------------------------------------- the most recent


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_last_of_a_chain_is_the_most_recent(criterion: str) -> None:
    assert most_recent(PAST, criterion) == (["kiwi"], False)


DIFFERENT = [
    contact("rye", initiation_timestamp=at(0), disconnect_timestamp=at(90)),
    contact("oat", initial_contact_id="rye", previous_contact_id="rye", initiation_timestamp=at(40)),
    contact("elm", initial_contact_id="rye", previous_contact_id="rye", initiation_timestamp=at(20)),
    contact("ash", initial_contact_id="rye", previous_contact_id="elm", initiation_timestamp=at(30)),
]
"""Rye ends last, oat begins last, ash lies deepest."""


@pytest.mark.parametrize(("criterion", "expected"), list(zip(CRITERIA, ["rye", "oat", "ash"], strict=True)))
def test_what_is_most_recent_is_for_the_policy_to_say(criterion: str, expected: str) -> None:
    for order in permutations(DIFFERENT):
        assert most_recent(order, criterion) == ([expected], False)


def siblings(**facts: tuple[object, object]) -> list[Contact]:
    """A fork of oat and elm, which follow rye, as ash follows elm; each fact of oat, then of elm."""
    root = contact("rye", initiation_timestamp=at(-9), disconnect_timestamp=at(-5))
    both = [
        contact(name, initial_contact_id="rye", previous_contact_id="rye", **{key: facts[key][place] for key in facts})
        for place, name in enumerate(("oat", "elm"))
    ]
    return [root, *both]


EARLY_END = {"disconnect_timestamp": (at(10), at(9))}
LATE_BEGIN = {"initiation_timestamp": (at(2), at(3))}


@pytest.mark.parametrize(("criterion", "expected"), [("DISCONNECT", "elm"), ("INITIATION", "oat"), ("DEPTH", "oat")])
def test_a_tie_in_the_criterion_is_broken_by_disconnect_then_initiation_then_depth(
    criterion: str, expected: str
) -> None:
    """Here disconnects are equal for the first, initiations for the second, depths for the third."""
    facts = {"DISCONNECT": LATE_BEGIN, "INITIATION": EARLY_END, "DEPTH": {**EARLY_END, **LATE_BEGIN}}[criterion]
    assert most_recent(siblings(**facts), criterion) == ([expected], False)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_where_two_criteria_tie_the_third_decides(criterion: str) -> None:
    deeper = [*siblings(), contact("ash", initial_contact_id="rye", previous_contact_id="elm")]
    assert most_recent(deeper, criterion) == (["ash"], False)
    assert most_recent(siblings(**LATE_BEGIN), criterion) == (["elm"], False)
    assert most_recent(siblings(**EARLY_END), criterion) == (["oat"], False)


def test_depth_is_the_last_to_break_a_tie_of_disconnects() -> None:
    """Oat began after ash, which lies deeper; both ended at once."""
    contacts = [
        *siblings(initiation_timestamp=(at(3), at(1))),
        contact("ash", initial_contact_id="rye", previous_contact_id="elm", initiation_timestamp=at(2)),
    ]
    assert most_recent(contacts, "DISCONNECT") == (["oat"], False)


def test_disconnect_breaks_a_tie_of_initiations_before_depth_does() -> None:
    contacts = [*siblings(**EARLY_END), contact("ash", initial_contact_id="rye", previous_contact_id="elm")]
    contacts = but(contacts, "ash", disconnect_timestamp=at(9))
    assert most_recent(contacts, "INITIATION") == (["oat"], False)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_tie_in_everything_falls_to_the_greatest_id_and_says_so(criterion: str) -> None:
    for order in permutations(siblings()):
        assert most_recent(order, criterion) == (["oat"], True)


def test_ties_below_the_most_recent_need_no_word() -> None:
    contacts = [*siblings(), contact("ash", initial_contact_id="rye", previous_contact_id="elm")]
    assert most_recent(contacts, "DEPTH") == (["ash"], False)


def test_depth_counts_the_contacts_before_one_unknown_ones_too() -> None:
    """Elm follows rye; fir follows one that is unknown and follows nobody known."""
    contacts = [
        *chat("rye", "elm", "ash"),
        contact("fir", initial_contact_id="rye", previous_contact_id="gap", disconnect_timestamp=at(999)),
    ]
    assert most_recent(contacts, "DEPTH") == (["ash"], False)
    assert most_recent(without(contacts, "ash"), "DEPTH") == (["fir"], False)


def test_a_missing_initiation_is_the_least() -> None:
    contacts = siblings(initiation_timestamp=(None, at(-99_999_999)))
    assert most_recent(contacts, "INITIATION") == (["rye"], False)
    assert most_recent(contacts, "DISCONNECT") == (["elm"], False)


def test_only_what_has_ended_can_be_the_most_recently_terminated() -> None:
    for live in (["kiwi"], ["kiwi", "plum"]):
        assert most_recent(chat("plum", "fig", "kiwi", live=live)) == (["fig"], False)


def test_only_a_chat_can_be_the_most_recently_terminated() -> None:
    assert most_recent(but(PAST, "kiwi", channel="TASK")) == (["fig"], False)


def test_an_unknown_contact_is_the_most_recent_only_where_no_ended_chat_is() -> None:
    contacts = [contact("plum"), contact("kiwi", initial_contact_id="plum", previous_contact_id="fig", channel="TASK")]
    assert most_recent(contacts, "DEPTH") == (["plum"], False)
    assert most_recent(contacts[1:], "DISCONNECT") == (["plum"], True)  # between two of which nothing is known
    assert most_recent(but(contacts, "plum", channel="TASK"), "DEPTH") == (["fig"], False)


def test_a_contact_whose_end_nobody_told_is_the_most_recent_only_where_nothing_else_is() -> None:
    assert most_recent(chat("plum", live=["plum"])) == (["plum"], False)
    assert most_recent(chat("plum", "fig", live=["fig"])) == (["plum"], False)


def test_a_session_without_a_chat_has_no_most_recent() -> None:
    assert most_recent(but(chat("plum"), "plum", channel="TASK")) == ([], False)


@pytest.mark.parametrize(
    ("contacts", "consulted"), [(chat("plum", "fig", live=["fig"]), []), (chat("plum", "fig"), ["most_recent"])]
)
def test_the_policy_is_asked_only_where_there_is_a_choice(contacts: list[Contact], consulted: list[str]) -> None:
    session = session_of(contacts)
    for _ in range(2):  # the second answer comes from what is remembered
        asked = asked_for()
        session.most_recent(asked)
        assert list(asked.fields) == consulted


def test_the_choices_of_two_criteria_are_remembered_apart() -> None:
    session = session_of(DIFFERENT)
    for _ in range(2):
        assert [chosen(session.most_recent(asked_for(each)))[0] for each in CRITERIA] == [["rye"], ["oat"], ["ash"]]


def test_a_choice_is_forgotten_when_a_contact_comes_or_ends() -> None:
    history = graph(chat("plum", "fig", live=["fig"]))
    session = history.session_of("plum")
    assert chosen(session.most_recent(asked_for())) == (["plum"], False)
    history.end("fig", at(50))
    assert chosen(session.most_recent(asked_for())) == (["fig"], False)
    history.add(contact("kiwi", initial_contact_id="plum", previous_contact_id="fig", disconnect_timestamp=at(60)))
    assert chosen(session.most_recent(asked_for())) == (["kiwi"], False)


def test_a_choice_by_depth_is_forgotten_when_a_predecessor_becomes_known() -> None:
    contacts = [
        contact("plum"),
        contact("owl", initial_contact_id="plum", previous_contact_id="plum"),
        contact("fig", initial_contact_id="plum", previous_contact_id="kiwi"),
    ]
    history = graph(contacts)
    session = history.session_of("plum")
    assert chosen(session.most_recent(asked_for("DEPTH"))) == (["owl"], True)
    history.add(contact("kiwi", initial_contact_id="plum", previous_contact_id="plum", channel="TASK"))
    assert chosen(session.most_recent(asked_for("DEPTH"))) == (["fig"], False)


# ----------------------------------------------------------------------------------------------------------- the order


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_chain_runs_newest_first_whatever_its_times_are(criterion: str) -> None:
    backwards = but(but(PAST, "plum", disconnect_timestamp=at(900)), "kiwi", initiation_timestamp=at(-900))
    assert newest_first(backwards, criterion) == (["kiwi", "fig", "plum"], False)


def test_nobody_is_asked_for_the_order_of_a_chain() -> None:
    asked = asked_for()
    session_of(PAST).newest_first(asked)
    assert list(asked.fields) == []


def test_the_tip_is_the_last_segment_also_when_the_session_grows() -> None:
    history = graph(PAST)
    session = history.session_of("plum")
    assert session.tip.contact_id == "kiwi"
    history.add(contact("yew", initial_contact_id="plum", previous_contact_id="kiwi"))
    assert session.tip.contact_id == "yew"


def test_the_order_of_branches_is_asked_for() -> None:
    asked = asked_for()
    session_of(FORK).newest_first(asked)
    assert list(asked.fields) == ["most_recent"]


def test_branches_are_merged_by_recency_each_contact_before_the_one_it_continues() -> None:
    for order in permutations(FORK):
        assert newest_first(order) == (["ash", "elm", "oat", "rye"], False)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("DISCONNECT", ["oat", "ash", "elm", "rye"]),
        ("INITIATION", ["oat", "ash", "elm", "rye"]),
        ("DEPTH", ["ash", "oat", "elm", "rye"]),
    ],
)
def test_the_order_follows_the_criterion(criterion: str, expected: list[str]) -> None:
    assert newest_first(DIFFERENT, criterion) == (expected, False)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_an_order_by_id_alone_says_so(criterion: str) -> None:
    for order in permutations(siblings()):
        assert newest_first(order, criterion) == (["oat", "elm", "rye"], True)


def test_two_contacts_alike_that_never_compete_need_no_word() -> None:
    """Oat and elm are alike, but elm has to wait for ash, which continues it; oat is taken by then."""
    contacts = [
        *siblings(disconnect_timestamp=(at(9), at(9)), initiation_timestamp=(at(3), at(3))),
        contact("ash", initial_contact_id="rye", previous_contact_id="elm", disconnect_timestamp=at(5)),
    ]
    assert newest_first(contacts, "DISCONNECT") == (["oat", "ash", "elm", "rye"], False)


def test_a_contact_that_goes_on_is_the_newest() -> None:
    contacts = but(FORK, "elm", disconnect_timestamp=None)
    assert newest_first(contacts) == (["elm", "ash", "oat", "rye"], False)


def test_known_contacts_come_before_unknown_ones() -> None:
    """Gap is known only as what fir follows; after fir it has to wait for every known contact that may come."""
    contacts = [*FORK, contact("fir", initial_contact_id="rye", previous_contact_id="gap", disconnect_timestamp=at(99))]
    for criterion in CRITERIA:
        assert newest_first(contacts, criterion)[0][-1] == "gap"


def test_contacts_of_other_channels_have_their_place_in_the_order() -> None:
    assert newest_first(but(FORK, "elm", channel="TASK")) == (["ash", "elm", "oat", "rye"], False)
    assert newest_first(but(PAST, "fig", channel="TASK")) == (["kiwi", "fig", "plum"], False)
