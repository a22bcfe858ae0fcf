"""The privacy question: where a transcript can be read, and where it could be next."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from core.building import (
    ENTIRE,
    FORK,
    FROM_SEGMENT,
    PAST,
    TWO_TYPES,
    at,
    birds,
    but,
    chat,
    contact,
    graph,
    long_past,
    without,
)
from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    Exposure,
    History,
    Link,
    Policy,
    RehydrationRequest,
    TranscriptFact,
    exposure,
    missing,
    sees,
    walk,
)
from rehydration.consultation import DOUBT_OF_FIELD
from rehydration.doubts import Doubt, DoubtKind
from rehydration.errors import ContactNotFound, InvalidArgument, RuleForbids
from rehydration.exposures import LookingBack, Opening, Sighting, Undecided
from rehydration.knowledge import Knowledge
from rehydration.policies import policies_with
from rehydration.sights import Shown
from trying import examples
from worlds import Record, worlds
from worlds import contact as as_contact

MISSING = TranscriptFact(Availability.MISSING)
NO_RECORD = Doubt(DoubtKind.RECORDS, ("fig",), "no record of 'fig', so nobody can tell what lies before it")
FISH = chat("cod", start=2000, link="crow", by=ENTIRE)
OWL, COD = Link("fig", FROM_SEGMENT, ("owl",)), Link("crow", ENTIRE, ("cod",))


def of(records: Iterable[Contact], name: str, policy: Any = None, **more: Any) -> Exposure:
    return exposure(graph(records), name, policy=Policy(**(policy or {})), **{"strategies": TWO_TYPES} | more)


def opened(told: Exposure) -> dict[str, list[tuple[str, str]]]:
    """The requests that show the transcript, by the session that they are on."""
    return {
        each.initial_contact_id: [(one.rehydration_type, one.source_contact_id) for one in each.requests]
        for each in told.openings
    }


def seen_in(told: Exposure) -> dict[str, tuple[str, ...]]:
    return {each.initial_contact_id: each.contact_ids for each in told.sightings}


def test_a_transcript_is_seen_in_every_session_that_its_links_lead_to() -> None:
    told = of([*PAST, *birds(), *FISH], "plum")
    assert told.contact_id == "plum"
    assert told.sightings == (
        Sighting("owl", ("crow", "owl"), (OWL,), began=at(1000)),
        Sighting("cod", ("cod",), (COD, OWL), began=at(2000)),
    )


def test_a_transcript_that_was_dropped_is_seen_nowhere() -> None:
    told = of([*PAST, *birds(), *FISH], "kiwi")
    assert (told.sightings, opened(told)) == ((), {"plum": [(ENTIRE, "plum"), (FROM_SEGMENT, "kiwi")]})


def test_an_opening_is_a_past_session_and_the_requests_on_it() -> None:
    told = of([*PAST, *birds()], "fig")
    assert told.openings == (
        Opening(
            "plum",
            (
                RehydrationRequest(ENTIRE, "plum"),
                RehydrationRequest(FROM_SEGMENT, "kiwi"),
                RehydrationRequest(FROM_SEGMENT, "fig"),
            ),
        ),
        Opening(
            "owl",
            (
                RehydrationRequest(ENTIRE, "owl"),
                RehydrationRequest(FROM_SEGMENT, "owl"),
                RehydrationRequest(FROM_SEGMENT, "crow"),
            ),
        ),
    )


def test_of_requests_alike_the_first_is_told() -> None:
    told = of(PAST, "fig", {"entire_source": "ANY_OF_SESSION"})
    assert opened(told) == {"plum": [(ENTIRE, "plum"), (FROM_SEGMENT, "kiwi"), (FROM_SEGMENT, "fig")]}


def test_where_the_initial_contact_is_unknown_another_is_told() -> None:
    """An unknown contact cannot be read; as a source it will do."""
    told = of(without(PAST, "plum"), "fig", {"entire_source": "ANY_OF_SESSION"})
    assert opened(told) == {"plum": [(ENTIRE, "plum"), (FROM_SEGMENT, "kiwi"), (FROM_SEGMENT, "fig")]}


def test_a_session_that_goes_on_sees_and_opens_nothing() -> None:
    told = of([*PAST, *but(birds(), "crow", disconnect_timestamp=None)], "fig")
    assert (seen_in(told), list(opened(told))) == ({"owl": ("crow", "owl")}, ["plum"])


def test_a_late_link_is_seen_by_those_after_it_and_by_all_as_the_policy_says() -> None:
    late = but(chat("owl", "crow", "hen", start=1000), "crow", related_contact_id="fig")
    assert seen_in(of([*PAST, *late], "plum")) == {"owl": ("hen", "crow", "owl")}
    assert seen_in(of([*PAST, *late], "plum", {"link_scope": "CONTACT"})) == {"owl": ("hen", "crow")}
    assert opened(of([*PAST, *late], "plum", {"link_scope": "CONTACT"}))["owl"] == [
        (ENTIRE, "owl"),
        (FROM_SEGMENT, "hen"),
        (FROM_SEGMENT, "crow"),
    ]


def test_every_session_that_continues_one_is_looked_at_in_the_order_of_ids() -> None:
    later = [each for name in ("tern", "auk", "gull") for each in chat(name, start=1000, link="fig", by=FROM_SEGMENT)]
    further = [each for name in ("cod", "bass") for each in chat(name, start=2000, link="gull", by=FROM_SEGMENT)]
    assert list(seen_in(of([*PAST, *later, *further], "plum"))) == ["auk", "gull", "tern", "bass", "cod"]


def test_what_some_of_them_do_not_see_others_do() -> None:
    records = [*PAST, *birds(link="plum"), *chat("tern", start=1000, link="kiwi", by=FROM_SEGMENT)]
    assert seen_in(of(records, "fig")) == {"tern": ("tern",)}


def test_a_circle_ends_and_the_own_session_is_not_listed() -> None:
    records = [*but(PAST, "kiwi", related_contact_id="crow"), *chat("owl", "crow", start=1000, link="plum")]
    told = of(records, "plum")
    assert seen_in(told) == {"owl": ("crow", "owl")}
    assert seen_in(of(records, "owl")) == {"plum": ("kiwi", "fig", "plum")}


def test_a_circle_hides_nothing_else_that_continues_the_session_it_goes_through() -> None:
    """Of the sessions that continue crow, plum is the own one; tern comes after it."""
    records = [*but(PAST, "kiwi", related_contact_id="crow"), *chat("owl", "crow", start=1000, link="plum")]
    told = of([*records, *chat("tern", start=2000, link="crow")], "plum")
    assert seen_in(told) == {"owl": ("crow", "owl"), "tern": ("tern",)}


def test_a_transcript_that_cannot_be_read_is_exposed_nowhere() -> None:
    for fact in (MISSING, TranscriptFact(size=10**9)):
        told = of([*PAST, *birds()], "fig", transcripts={"fig": fact})
        assert (told.sightings, told.openings) == ((), ())


def test_a_transcript_that_is_not_ready_is_exposed() -> None:
    told = of([*PAST, *birds()], "fig", transcripts={"fig": TranscriptFact(Availability.NOT_READY)})
    assert list(seen_in(told)) == ["owl"]


def test_a_transcript_behind_one_that_stops_the_walk_is_exposed_nowhere_beyond() -> None:
    facts = {"fig": MISSING}
    for reading in ("STOP", "REFUSE"):
        told = of([*PAST, *birds()], "plum", {"unavailable": reading}, transcripts=facts)
        assert (seen_in(told), opened(told)) == ({}, {"plum": [(FROM_SEGMENT, "plum")]})
    assert list(seen_in(of([*PAST, *birds()], "plum", transcripts=facts))) == ["owl"]


def test_the_transcript_of_an_unknown_contact_may_be_there_wherever_the_contact_is_listed() -> None:
    told = of([*PAST[1:], *birds()], "plum")
    assert seen_in(told) == {"owl": ("crow", "owl")}
    assert opened(told) == {
        "plum": [(ENTIRE, "plum"), (FROM_SEGMENT, "plum"), (FROM_SEGMENT, "kiwi"), (FROM_SEGMENT, "fig")],
        "owl": [(ENTIRE, "owl"), (FROM_SEGMENT, "owl"), (FROM_SEGMENT, "crow")],
    }


def test_a_walk_that_ends_at_an_unknown_contact_leaves_open_what_it_shows() -> None:
    told = of([*without(PAST, "fig"), *birds(link="kiwi")], "plum")
    assert (told.sightings, told.undecided) == (
        (),
        (Undecided("owl", ("crow", "owl"), (NO_RECORD,), ("identity.window",), began=at(1000)),),
    )


def test_a_link_of_unknown_type_leaves_open_whether_it_shows_a_sibling() -> None:
    told = of([*FORK, *birds(by=None, link="ash")], "elm")
    (undecided,) = told.undecided
    assert (told.sightings, [each.kind for each in undecided.depends_on]) == ((), ["policy", "link type"])
    assert undecided.rules == ("visibility.entire-branched", "visibility.type-of-link")


def test_a_link_that_starts_where_the_whole_session_would_not_shows_no_sibling() -> None:
    told = of([*FORK, *birds(by=None, link="oat")], "elm")
    assert (told.sightings, told.undecided) == ((), ())


def test_a_transcript_that_is_not_there_today_may_be_there_tomorrow() -> None:
    told = of([*PAST, *birds()], "plum", transcripts={"plum": MISSING})
    undecided = Undecided("owl", ("crow", "owl"), (), ("visibility.transcript-unavailable",), began=at(1000))
    assert (told.sightings, told.undecided) == ((), (undecided,))


def test_another_reading_of_an_open_question_leaves_open_what_the_policy_hides() -> None:
    late = but(but(birds(), "owl", related_contact_id=None, rehydration_type=None), "crow", related_contact_id="fig")
    told = of([*PAST, *late], "plum", {"link_scope": "CONTACT"})
    assert seen_in(told) == {"owl": ("crow",)}
    scope = DOUBT_OF_FIELD["link_scope"]
    assert told.undecided == (Undecided("owl", ("owl",), (scope,), ("visibility.link-scope",), began=at(1000)),)
    assert [each.depends_on for each in of([*PAST, *late], "plum").sightings] == [(scope,)]


def test_a_contact_of_another_channel_is_exposed_nowhere() -> None:
    told = of(but([*PAST, *birds(link="kiwi")], "fig", channel="TASK"), "fig")
    assert (told.sightings, told.openings) == ((), ())


def test_a_link_of_unknown_type_leaves_nothing_open_about_a_contact_that_could_not_be_listed() -> None:
    """Beside elm lie ash, which all of the session would show, and oat, which is of another channel."""
    told = of([*but(FORK, "oat", channel="TASK"), *birds(by=None, link="elm")], "oat")
    assert (told.sightings, told.undecided) == ((), ())


def test_the_limit_keeps_what_is_beyond_it_from_being_seen() -> None:
    records = long_past(103, by=FROM_SEGMENT)
    told = of(records, records[0].contact_id)
    assert [each.initial_contact_id for each in told.sightings] == [each.contact_id for each in records[1:101]]
    assert [each.initial_contact_id for each in told.openings] == [each.contact_id for each in records[:100]]


def test_what_is_refused_to_one_session_may_be_beyond_the_limit_of_the_next() -> None:
    """The lost transcript of fig counts for owl, not for sun, which shows plum all the same."""
    past = [*chat("fig", "plum<fig"), *chat("owl"), *chat("sun")]
    past = but(past, "fig", transcript=TranscriptFact(Availability.DELETED))
    past = but(past, "owl", related_contact_id="plum", rehydration_type=FROM_SEGMENT)
    past = but(past, "sun", related_contact_id="owl", rehydration_type=FROM_SEGMENT)
    history = History(graph(past), known=Knowledge(policies_with("unavailable", "REFUSE"), 1))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walk, "PAST_CONTACT_LIMIT", 2)
        with pytest.raises(RuleForbids):
            history.visible_past("owl")
        assert history.visible_past("sun").not_lost == ("owl", "plum")
        assert [each.contact_ids for each in history.exposure("plum").sightings] == [("sun",)]
        assert [each for each, _ in LookingBack(history).seen_from(history.graph.session_of("sun"))] == ["owl", "plum"]


def test_time_is_part_of_the_question() -> None:
    early = of(PAST, "fig", {"early_call": "REFUSE"}, now=at(31))
    assert (early.openings, len(of(PAST, "fig", {"early_call": "REFUSE"}, now=at(99)).openings)) == ((), 1)


def test_the_order_of_records_changes_nothing() -> None:
    whole = of(FORK, "oat", {"entire_source": "ANY_OF_SESSION"})
    for order in permutations(FORK):
        assert of(order, "oat", {"entire_source": "ANY_OF_SESSION"}) == whole
    assert opened(whole) == {"rye": [(ENTIRE, "rye"), (FROM_SEGMENT, "ash"), (FROM_SEGMENT, "oat")]}


def test_a_contact_that_nobody_has_heard_of_is_not_found() -> None:
    with pytest.raises(ContactNotFound) as caught:
        of(PAST, "sun")
    assert (caught.value.args, caught.value.code) == (("sun",), "ResourceNotFoundException")


def test_an_exposure_is_a_value() -> None:
    told = of([*PAST, *birds(), contact("sun")], "fig")
    assert (told, hash(told)) == (of([*PAST, *birds()], "fig"), hash(of([*PAST, *birds()], "fig")))


def test_several_exposures_are_those_of_contacts_customers_and_surveys_each_once() -> None:
    records = but(but([*PAST, *birds()], "fig", initiation_method="DISCONNECT"), "owl", customer_id="Ana")
    history = History(graph(records), strategies=TWO_TYPES)

    def ids(*contact_ids: str, **chosen: Any) -> list[str]:
        found = history.exposures(contact_ids, **chosen)
        assert found == tuple(map(history.exposure, [each.contact_id for each in found]))
        return [each.contact_id for each in found]

    assert ids("kiwi", "plum") == ["kiwi", "plum"]
    assert ids("kiwi", customer_ids=["Ana"], surveys=True) == ["kiwi", "fig", "owl"]
    assert ids(surveys=True) == ["fig"]
    with pytest.raises(InvalidArgument, match="a CustomerId of the records, which name 'Ana'"):
        ids(customer_ids=["Bo"])


def test_sessions_of_other_customers_are_told_apart() -> None:
    """eligibility.no-ownership-check."""
    records = but(but([*PAST, *birds()], "fig", customer_id="Ana"), "owl", customer_id="Bo")
    told = of(records, "fig")
    assert (told.contact, told.customer_id) == (records[1], "Ana")
    assert [(each.customer_id, told.is_of_another_customer(each)) for each in told.sightings] == [("Bo", True)]
    assert [(each.customer_id, told.is_of_another_customer(each)) for each in told.openings] == [
        ("Ana", False),
        ("Bo", True),
    ]
    assert not any(map(of([*PAST, *birds()], "fig").is_of_another_customer, of(records, "fig").sightings))


def looking_back(records: Iterable[Contact]) -> set[tuple[str, Sighting | Undecided]]:
    history = History(graph(records))
    looking = LookingBack(history)
    return {each for session in history.graph.sessions for each in looking.seen_from(session)}


def looking_forward(records: Iterable[Contact]) -> set[tuple[str, Sighting | Undecided]]:
    """The same, asked about each contact."""
    history = History(graph(records))
    names = [segment.contact_id for session in history.graph.sessions for segment in session]
    exposed = [history.exposure(name) for name in names]
    return {(told.contact_id, each) for told in exposed for each in (*told.sightings, *told.undecided)}


@examples(0.5)
@given(worlds(most=6))
def test_looking_back_from_sessions_finds_what_looking_forward_from_contacts_does(records: list[Record]) -> None:
    contacts = [as_contact(record) for record in records]
    assert looking_back(contacts) == looking_forward(contacts)


def test_looking_back_ends_where_sessions_refer_to_one_another_in_a_circle() -> None:
    circle = [
        Contact(contact_id="plum"),
        Contact(contact_id="fig", initial_contact_id="plum", previous_contact_id="plum", related_contact_id="owl"),
        Contact(contact_id="owl"),
        Contact(contact_id="crow", initial_contact_id="owl", previous_contact_id="owl", related_contact_id="plum"),
    ]
    assert looking_back(circle) == looking_forward(circle) != set()


# ----------------------------------------------------------------------------------------------- what is not told


def made(name: str, initial: str | None = None, previous: str | None = None, minute: int = 0) -> Contact:
    return Contact(
        contact_id=name,
        initial_contact_id=initial,
        previous_contact_id=previous,
        initiation_timestamp=at(minute),
        disconnect_timestamp=at(minute),
    )


def test_what_is_beyond_the_limit_by_one_reading_may_be_shown_by_another() -> None:
    """By ``entire_view`` ANCESTORS, X may come next after U, of which there is no record."""
    chats = [("A", None), ("X", "A"), ("V", "U"), ("W", "V")]
    past = [made(name, "A", previous, minute) for minute, (name, previous) in enumerate(chats)]
    late = Contact(contact_id="K", related_contact_id="U", rehydration_type=ENTIRE)
    history = ContactGraph.from_contacts([*past, late])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(walk, "PAST_CONTACT_LIMIT", 2)
        assert [each.contact_ids for each in exposure(history, "X").undecided] == [("K",)]
        assert {each.contact_id: each.shown for each in sees(history, "K").contacts}["X"] is Shown.UNDECIDED
        refusing = Knowledge(policies_with("beyond_limit", "REFUSE") & policies_with("entire_view", "SESSION"), 1)
        assert [each.contact_ids for each in exposure(history, "X", known=refusing).undecided] == [("K",)]


def gaps(contacts: Iterable[Contact], name: str) -> list[str]:
    found = exposure(ContactGraph.from_contacts(contacts), name).gaps
    assert {each.kind for each in found} <= {DoubtKind.RECORDS}
    assert {len(each.subject) for each in found} <= {0, 1}
    return [each.sentence for each in found]


def test_the_unknown_contacts_that_may_lead_to_a_transcript_are_named() -> None:
    from_unknown = Contact(contact_id="B", related_contact_id="U")
    contacts = [made("X"), from_unknown, made("Q", "Z", "Z", 1)]
    unplaced = "no record of 'U', from which 'B' continues, so nobody can tell its session"
    unlinked = "no record of 'Z', so nobody can tell what its session continues from"
    assert gaps(contacts, "X") == [unplaced, unlinked]
    assert [each.subject for each in exposure(ContactGraph.from_contacts(contacts), "X").gaps] == [("U",), ("Z",)]
    assert gaps(contacts, "Q") == [unplaced]
    assert gaps(contacts, "B") == [unlinked]


def test_an_unknown_contact_is_named_once_and_only_if_it_may_have_been_in_time() -> None:
    def from_unknown(name: str, minute: int) -> Contact:
        return evolve(made(name, minute=minute), related_contact_id="U")

    unplaced = "no record of 'U', from which 'B' continues, so nobody can tell its session"
    assert gaps([made("X", minute=1), from_unknown("B", 1), from_unknown("C", 2)], "X") == [unplaced]
    assert gaps([made("X", minute=2), from_unknown("B", 1), made("Q", "Z", "Z", 1)], "X") == []


def test_of_fewer_than_ten_unknown_contacts_of_other_sessions_each_is_named() -> None:
    unlinked = [made(f"Q{each}", f"Z{each}", f"Z{each}", 1) for each in range(10)]
    unplaced = [Contact(contact_id=f"B{each}", related_contact_id=f"U{each}") for each in range(10)]
    sentences = [f"no record of 'Z{each}', so nobody can tell what its session continues from" for each in range(10)]
    assert gaps(unlinked, "Q0") == sentences[1:]
    assert [each[:12] for each in gaps([made("X"), *unlinked], "X")] == ["no record of"]
    assert gaps([made("X"), *unlinked[1:]], "X") == sentences[1:]
    placed = [f"no record of 'U{each}', from which 'B{each}' continues, so nobody" for each in range(10)]
    assert [each[: len(placed[0])] for each in gaps(unplaced, "B0")] == placed[1:]
    assert len(gaps([made("X"), *unplaced], "X")) == 1


def test_many_unknown_contacts_that_may_lead_to_a_transcript_are_told_in_one_sentence() -> None:
    unlinked = [made(f"Q{each}", f"Z{each}", f"Z{each}", 1) for each in range(11)]
    unplaced = [Contact(contact_id=f"B{each}", related_contact_id=f"U{each}") for each in range(11)]
    links = (
        "no record of 11 contacts of sessions without a link, such as 'Z9', so nobody can tell what these continue from"
    )
    assert gaps([made("X"), *unlinked, *unplaced], "X") == [
        "no record of 11 contacts from which others continue, such as 'U9', so nobody can tell their sessions",
        links,
    ]


def test_what_a_session_continues_from_leads_no_chat_to_it_that_had_begun_before() -> None:
    earlier = contact("tern", related_contact_id="gone", disconnect_timestamp=at(499))
    history = graph(chat("owl", start=500, link="gone"), [earlier])
    assert exposure(history, "owl").gaps == ()
    later = evolve(earlier, disconnect_timestamp=at(500))
    [gap] = exposure(graph(chat("owl", start=500, link="gone"), [later]), "owl").gaps
    assert gap.subject == ("gone",)


def test_what_records_lack_counts_as_far_back_as_a_walk_can_come(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (walk, missing):
        monkeypatch.setattr(module, "PAST_CONTACT_LIMIT", 2)
    for length, kinds in ((4, ["policy", "records"]), (5, ["policy"])):
        first, *others = long_past(length)
        records = [evolve(first, disconnect_timestamp=None), *others]
        facts = {records[-2].contact_id: TranscriptFact(Availability.DELETED)}
        stops = {"transcripts": facts, "policy": Policy(unavailable="STOP")}
        (undecided, *_) = exposure(graph(records), records[-3].contact_id, **stops).undecided[::-1]
        assert undecided.initial_contact_id == records[-1].contact_id
        assert sorted({str(each.kind) for each in undecided.depends_on}) == kinds
