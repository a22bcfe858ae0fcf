"""Everything of one customer, and what a deletion changes."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from core.building import FROM_SEGMENT, PAST, birds, but, chat, graph
from rehydration import Contact, CustomerReport, History, Policy, Shown, TranscriptFact, customer_report
from rehydration.customers import CustomerContact, Loss
from rehydration.errors import ContactNotFound, InvalidArgument, TranscriptNotAvailable
from rehydration.transcripts import Availability


def of_customers(records: list[Contact], customer_id: str) -> list[Contact]:
    return [but([each], each.contact_id, customer_id=customer_id)[0] for each in records]


ANA = [*of_customers(PAST, "Ana"), *of_customers(birds(), "Ana")]
BO = of_customers(chat("cod", start=2000, link="crow", by=FROM_SEGMENT), "Bo")
ALL = [*ANA, *BO]


def of(records: list[Contact], customer_id: str = "Ana", **given: Any) -> CustomerReport:
    return customer_report(graph(records), customer_id, **given)


def test_a_report_holds_the_sessions_newest_first_with_all_that_was_handed_in() -> None:
    locations = {"plum": ("bucket/plum_20260503T09:00_UTC.json",)}
    report = of(ALL, attributes={"fig": {"order": "7"}}, locations=locations)
    assert [each.initial_contact_id for each in report.sessions] == ["owl", "plum"]
    assert [each.contact_id for each in report.contacts] == ["crow", "owl", "kiwi", "fig", "plum"]
    assert report.contacts[3] == CustomerContact(ANA[1], {"order": "7"}, ())
    assert report.contacts[4] == CustomerContact(ANA[0], {}, locations["plum"])
    assert [each.customers for each in report.sessions] == [("Ana",), ("Ana",)]
    assert report == History(graph(ALL)).customer("Ana", attributes={"fig": {"order": "7"}}, locations=locations)


def test_who_sees_theirs_is_never_the_customer_also_where_records_of_a_session_name_two() -> None:
    shared = [evolve(PAST[0], customer_id="Ana"), *of_customers(PAST[1:], "Bo")]
    later = [*of_customers(birds(), "Ana"), *BO]

    for name, others in (("Ana", {"cod"}), ("Bo", {"owl"})):
        report = of([*shared, *later], name)
        assert {found.initial_contact_id for _, found in report.seen_by_others} == others


def test_a_report_tells_what_the_customer_sees_and_who_sees_theirs() -> None:
    report = of(ALL)
    sight = report.sessions[0].sight
    assert sight == History(graph(ALL)).sees("owl")
    assert report.sessions[1].sight is None
    assert [(each.contact_id, found.initial_contact_id) for each, found in report.seen_by_others] == [
        ("crow", "cod"),
        ("owl", "cod"),
        ("fig", "cod"),
        ("plum", "cod"),
    ]
    assert [session.foreign for session in report.sessions] == [(), ()]
    (session,) = of(ALL, "Bo").sessions
    assert [each.contact_id for each in session.foreign] == ["crow", "owl", "fig", "plum"]
    assert of(ALL, "Bo").seen_by_others == ()


def test_a_report_tells_of_which_contacts_and_readers_no_record_tells_the_customer() -> None:
    birds_of_ana = of_customers(birds(), "Ana")
    report = of([*PAST, *birds_of_ana, *chat("cod", start=2000, link="crow", by=FROM_SEGMENT)])
    assert [each.contact_id for each in report.seen_untold] == ["fig", "plum"]
    assert report.untold_readers == ("cod",)
    assert (of(ALL).seen_untold, of(ALL).untold_readers) == ((), ())
    session_of_ana = but(PAST, "plum", customer_id="Ana")  # nobody else is named in it
    assert of([*session_of_ana, *birds_of_ana]).seen_untold == ()


def test_attributes_travel_over_links_even_those_of_a_dropped_survey() -> None:
    """visibility.attributes-copied, visibility.attributes-of-dropped."""
    attributes = {"kiwi": {"stars": "3", "mood": "bad"}, "owl": {"stars": "3", "mood": "good"}, "cod": {"stars": "3"}}
    told = of(ALL, attributes=attributes).travelled
    assert [(each.from_initial_contact_id, each.to_initial_contact_id, each.to_customer_id) for each in told] == [
        ("plum", "owl", "Ana"),
        ("owl", "cod", "Bo"),
    ]
    assert [dict(each.attributes) for each in told] == [{"stars": "3"}, {"stars": "3"}]
    assert told[0].link.continued_from_contact_id == "fig"


def test_a_deletion_takes_transcripts_from_every_chat_that_shows_them() -> None:
    report = of(ALL, deleted=["plum", "plum"])
    assert report.deleted == ("plum",)
    assert report.losses == (Loss("owl", "Ana", ("plum",)), Loss("cod", "Bo", ("plum",)))  # type: ignore[arg-type]
    assert of(ALL, deleted=["kiwi"]).losses == ()
    gone = {"plum": TranscriptFact(Availability.DELETED)}
    assert of(ALL, deleted=["plum"], transcripts=gone).losses == ()


def test_where_the_policy_refuses_the_past_another_reading_may_show_it() -> None:
    facts = {"fig": TranscriptFact(Availability.MISSING)}
    report = of(ALL, policy=Policy(unavailable="REFUSE"), transcripts=facts, deleted=["crow", "plum"])
    refused, *others = [each.sight for each in report.sessions]
    assert others == [None]
    assert refused is not None
    assert isinstance(refused.refusal, TranscriptNotAvailable)
    assert [(each.contact_id, each.shown) for each in refused.contacts] == [("plum", Shown.UNDECIDED)]
    refused = of(ALL, policy=Policy(unavailable="REFUSE"), deleted=["crow"])
    assert [each.contact_ids for each in refused.losses] == [("crow", "owl", "fig", "plum")]


def test_a_customer_that_no_record_names_is_told_with_those_that_are() -> None:
    with pytest.raises(InvalidArgument, match="expected a CustomerId of the records, which name 'Ana', 'Bo'"):
        of(ALL, "Cy")
    with pytest.raises(InvalidArgument, match="a collection of contact ids"):
        of(ALL, deleted="plum")
    with pytest.raises(ContactNotFound) as caught:
        of(ALL, deleted=["sun"])
    assert caught.value.code == "ResourceNotFoundException"


def test_a_report_tells_what_no_record_tells_of_links_into_and_out_of_their_sessions() -> None:
    cut = of_customers(but(chat("cod", "eel", start=2000), "cod", initiation_method="API")[1:], "Bo")
    sentence = "no record of 'cod', so nobody can tell what its session continues from"
    assert [each.sentence for each in of([*ANA, *cut]).gaps] == [sentence]
    assert [each.sentence for each in of([*ANA, *cut], "Bo").gaps] == [sentence]
    assert of(ALL).gaps == ()
    linked = of_customers(chat("cod", "eel", start=2000, link="crow", by=FROM_SEGMENT), "Bo")
    late = [but([each], "eel", related_contact_id="crow")[0] for each in linked[1:]]
    assert of([*ANA, *late], "Bo").gaps == ()
