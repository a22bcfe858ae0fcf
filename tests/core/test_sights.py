"""What a linked chat sees, with whose it is and how sure it is."""

from __future__ import annotations

import pytest

from core.building import ENTIRE, FROM_SEGMENT, PAST, ask, birds, but, chat, contact, graph, without
from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    ContactId,
    History,
    Link,
    Policy,
    Refusal,
    Shown,
    TranscriptFact,
    resolve,
    sees,
    visible_past,
)
from rehydration import RehydrationRequest as Request
from rehydration.basis import Basis
from rehydration.errors import ContactNotFound, TranscriptNotAvailable
from rehydration.explanation import Orders
from rehydration.guards import guard
from rehydration.knowledge import Knowledge
from rehydration.policies import policies_with
from rehydration.sights import sight_of

LATE = but(but(birds(), "owl", related_contact_id=None, rehydration_type=None), "crow", related_contact_id="fig")


def whose(records: list[Contact], **customers: str) -> list[Contact]:
    """The same contacts, of customers."""
    for contact_id, customer_id in customers.items():
        records = but(records, contact_id, customer_id=customer_id)
    return records


def shown(history: ContactGraph, chat_id: str, **given: object) -> dict[str, str]:
    return {each.contact_id: each.shown for each in sees(history, chat_id, **given).contacts}  # type: ignore[arg-type]


def test_a_chat_sees_what_its_link_shows_and_why() -> None:
    history = graph(whose([*PAST, *birds()], owl="Ana"))
    sight = sees(history, "crow")
    assert (sight.contact_id, sight.customer_id, sight.is_live) == ("crow", "Ana", False)
    assert sight.link == Link("fig", FROM_SEGMENT, ("owl",))
    assert sight.explanation == History(history).explain_past("crow")
    assert sight.certainty is sight.explanation.certainty
    assert [(each.contact_id, each.initial_contact_id, each.shown, each.is_survey) for each in sight.contacts] == [
        ("kiwi", "plum", Shown.NO, False),
        ("fig", "plum", Shown.YES, False),
        ("plum", "plum", Shown.YES, False),
    ]
    assert sight.of("fig") is sight.contacts[1]
    assert sight.of("owl") is None
    assert sight == History(history).sees("crow")


def test_a_chat_without_a_link_sees_nothing_and_may_be_live() -> None:
    sight = sees(graph([contact("sun", disconnect_timestamp=None)]), "sun")
    assert (sight.is_live, sight.link, sight.contacts, sight.certainty.is_certain) == (True, None, (), True)


def test_what_another_reading_would_show_comes_last_and_is_undecided() -> None:
    sight = sees(graph([*PAST, *LATE]), "owl", policy=Policy(link_scope="CONTACT"))
    assert [(each.contact_id, each.shown, each.verdict) for each in sight.contacts] == [
        ("fig", Shown.UNDECIDED, None),
        ("plum", Shown.UNDECIDED, None),
    ]


def test_an_unknown_contact_is_undecided_and_a_lost_transcript_is_not_shown() -> None:
    history = graph([*without(PAST, "plum"), *birds()])
    assert shown(history, "owl") == {"kiwi": "no", "fig": "yes", "plum": "undecided"}
    facts = {"fig": TranscriptFact(Availability.DELETED)}
    assert shown(graph([*PAST, *birds()]), "owl", transcripts=facts)["fig"] == "no"


def test_a_survey_is_a_contact_of_a_disconnect_flow() -> None:
    history = graph(but([*PAST, *birds(link="kiwi")], "kiwi", initiation_method="DISCONNECT"))
    assert [each.contact_id for each in sees(history, "owl").contacts if each.is_survey] == ["kiwi"]


def test_a_chat_that_nobody_has_heard_of_is_not_found() -> None:
    with pytest.raises(ContactNotFound) as caught:
        sees(graph(PAST), "sun")
    assert caught.value.code == "ResourceNotFoundException"


# ------------------------------------------------------------------------------------------------------ other customers


def others(records: list[Contact], chat_id: str = "owl") -> list[tuple[str, str | None]]:
    answer = visible_past(graph(records), chat_id)
    listed = [(each.contact_id, each.customer_id) for each in answer.other_customers]
    assert [each.contact_id for each in sees(graph(records), chat_id).contacts if each.is_of_another_customer] == [
        each for each, _ in listed
    ]
    return listed


def test_each_visible_contact_is_compared_with_the_chat() -> None:
    """eligibility.no-ownership-check: it changes no verdict."""
    records = [*PAST, *birds()]
    assert others(whose(records, owl="Ana", fig="Ana", plum="Bo")) == [("plum", "Bo")]
    assert others(whose(records, owl="Ana", fig="Bo", plum="Bo")) == [("fig", "Bo"), ("plum", "Bo")]
    assert others(whose(records, owl="Ana", fig="Ana")) == []
    assert shown(graph(whose(records, owl="Ana", plum="Bo")), "owl") == shown(graph(records), "owl")


def test_a_chat_is_of_the_customer_that_its_session_names() -> None:
    records = [*PAST, *birds()]
    assert others(whose(records, crow="Ana", plum="Bo")) == [("plum", "Bo")]
    assert others(whose(records, crow="Ana", owl="Cy", plum="Cy")) == []
    assert others(whose(records, crow="Ana", owl="Cy", plum="Ana"), "crow") == []


def test_if_nobody_names_the_customer_of_a_chat_the_newest_visible_contact_does() -> None:
    records = [*PAST, *birds()]
    assert others(whose(records, fig="Ana", plum="Bo")) == [("plum", "Bo")]
    assert others(whose(records, plum="Bo")) == []
    assert others(without(whose(records, fig="Ana"), "plum")) == []


def test_a_request_is_compared_with_its_target_or_else_with_its_source() -> None:
    records = whose([*PAST, *chat("owl", live=["owl"])], plum="Bo", fig="Ana", owl="Cy")
    history = graph(records)
    assert [each.contact_id for each in ask(history, ENTIRE, "plum").other_customers] == ["fig"]
    assert [each.contact_id for each in ask(history, ENTIRE, "plum", target="owl").other_customers] == ["fig", "plum"]
    coming = Contact(contact_id="gull", customer_id="Bo")
    assert resolve(history, Request(ENTIRE, "plum"), target=coming).owner == "Bo"
    assert resolve(history, Request(ENTIRE, "plum"), target=Contact(contact_id="gull")).owner == "Ana"
    later = Contact(contact_id="gull", initial_contact_id="owl", previous_contact_id="owl")
    assert resolve(history, Request(ENTIRE, "plum"), target=later).owner == "Cy"


def test_what_follows_a_start_contact_without_an_end_may_be_shown_if_no_record_tells_the_type() -> None:
    """visibility.type-from-start: fig may have ended last, so the link may be of type ENTIRE_PAST_SESSION."""
    past = but(PAST, "fig", disconnect_timestamp=None)
    assert shown(graph(past, birds(by=None)), "owl")["kiwi"] is Shown.UNDECIDED
    assert shown(graph(without(PAST, "fig"), birds(by=None)), "owl")["kiwi"] is Shown.UNDECIDED
    assert shown(graph(past, birds()), "owl")["kiwi"] is Shown.NO
    assert shown(graph(PAST, birds(by=None)), "owl")["kiwi"] is Shown.NO
    other = but(PAST, "plum", disconnect_timestamp=None)  # something is missing, but not fig's end
    assert shown(graph(other, birds(by=None)), "owl")["kiwi"] is Shown.NO
    told = ContactGraph.from_contacts([*past, *birds(by=None)], ends_are_told=True)
    assert shown(told, "owl")["kiwi"] is Shown.NO
    earlier = graph(but(past, "plum", disconnect_timestamp=None), birds(by=None))
    earlier.ended_later = frozenset({ContactId("fig")})
    assert shown(earlier, "owl")["kiwi"] is Shown.NO


REFUSED = {"policy": Policy(unavailable="REFUSE"), "transcripts": {"fig": TranscriptFact(Availability.MISSING)}}


def test_a_chat_whose_past_the_policy_refuses_says_so_and_what_another_reading_shows() -> None:
    history = History(graph(whose([*PAST, *birds()], plum="Ana", owl="Bo")), **REFUSED)
    sight = history.sees("owl")
    assert isinstance(sight.refusal, TranscriptNotAvailable)
    assert isinstance(sight.explanation, Refusal)
    assert (sight.explanation.request, sight.explanation.chat_id) == (None, "owl")
    assert (sight.answer.visible, sight.answer.owner) == ((), "Bo")
    assert [(each.contact_id, each.shown, each.verdict, each.is_of_another_customer) for each in sight.contacts] == [
        ("plum", Shown.UNDECIDED, None, True)
    ]
    assert [each.subject for each in sight.certainty.depends_on] == [("unavailable",)]
    account = history.account_of_past("owl")
    assert isinstance(account, Refusal)
    assert (str(account.error), account.chat_id) == (str(sight.refusal), "owl")
    with pytest.raises(TranscriptNotAvailable):
        history.explain_past("owl")
    with pytest.raises(ContactNotFound):
        history.account_of_past("sun")


def test_a_refused_past_holds_what_missing_records_may_show() -> None:
    refuses = Knowledge(policies_with("unavailable", "REFUSE") & policies_with("link_scope", "SESSION"), 1)
    history = graph([*without(PAST, "plum"), *birds()])
    assert shown(history, "owl", known=refuses, **REFUSED) == {"plum": "undecided"}  # fig's is lost
    sure = graph([*PAST, *birds()])
    assert shown(sure, "owl", known=refuses, **REFUSED) == {}


def test_what_lies_behind_an_unknown_contact_may_be_shown_if_links_lead_there() -> None:
    """Crow carries a link to fig; of owl, which it follows, there is no record."""
    gap = without(but(LATE, "crow", rehydration_type=FROM_SEGMENT), "owl")
    history = graph([*PAST, *gap, *chat("hen", start=2000, link="crow", by=FROM_SEGMENT)])
    assert shown(history, "hen") == {
        "crow": "yes",
        "owl": "undecided",
        "fig": "undecided",
        "kiwi": "undecided",
        "plum": "undecided",
    }
    assert [(each.chat_id, each.shown) for each in guard(history, ["contact_id=plum"])] == [
        ("hen", "undecided"),
        ("crow", "yes"),
    ]


def test_chats_that_look_back_on_the_same_session_share_its_verdicts() -> None:
    basis = Basis(graph([*PAST, *birds(), *chat("hen", start=2000, link="fig", by=FROM_SEGMENT)]))
    orders = Orders(basis)
    one, other = (sight_of(basis, each, orders).explanation.sessions[0] for each in ("owl", "hen"))  # type: ignore[union-attr]
    assert one is other


def test_what_may_be_shown_is_looked_for_once_around_a_circle() -> None:
    circle = [
        Contact(contact_id="plum"),
        Contact(contact_id="fig", initial_contact_id="plum", previous_contact_id="plum", related_contact_id="owl"),
        Contact(contact_id="owl"),
        Contact(contact_id="crow", initial_contact_id="owl", previous_contact_id="owl", related_contact_id="plum"),
    ]
    assert shown(graph(circle), "crow") == {"plum": "yes", "fig": "undecided"}
