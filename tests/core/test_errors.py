"""Every kind of error: its sentence, its rule, its evidence, and that it survives the way between processes."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from core.building import at
from rehydration import RULES, InvalidInput, RehydrationError, RuleForbids
from rehydration import errors as module
from rehydration.errors import (
    AlreadyKnown,
    CalledTooEarly,
    ContactNotFound,
    Contradiction,
    ContradictoryRecords,
    CustomersDiffer,
    CyclicContacts,
    FirstHasPrevious,
    InitialNotFirst,
    InstancesDisagree,
    InvalidArgument,
    LinksDisagree,
    LinkToOwnSession,
    Malformed,
    NotFound,
    NothingShows,
    NotInitialContact,
    PreviousInAnotherSession,
    RecordsDisagree,
    Refused,
    SessionNotEnded,
    SourceBeyondRetention,
    SourceInTargetSession,
    SourceIsNotChat,
    SourceRequired,
    StartFollowsTarget,
    TargetAlreadyAssociated,
    TargetHasEnded,
    TargetIsNotChat,
    TargetMalformed,
    TargetNotFound,
    TooManyPastContacts,
    TranscriptNotAvailable,
    TypeRequired,
    UnreadableRecord,
)
from rehydration.service import refusals
from rehydration.service.refusals import (
    AnswerMalformed,
    AttachmentNotTaken,
    AttachmentNotThere,
    ClientTokenReused,
    ContactHasEnded,
    InstanceNotFound,
    NoChat,
    PageTokenInvalid,
    ParametersMalformed,
    RelatedAndPersistent,
    TokenNotAccepted,
)

Row = tuple[Any, type[RehydrationError], str | None, tuple[str, ...] | None, str]

# the error, its family, its rule, the contacts that contradict one another, what it says
EVERY_ERROR: list[Row] = [
    (
        InvalidArgument("size", -1, "0 or more"),
        InvalidInput,
        None,
        None,
        "size is -1: expected 0 or more",
    ),
    (
        UnreadableRecord("a.json", 3, "$.ContactId", "is 7", "text"),
        InvalidInput,
        None,
        None,
        "a.json, record 3, $.ContactId: is 7; expected text",
    ),
    (
        UnreadableRecord("a.json", 0, "$", "is no file", "a file"),
        InvalidInput,
        None,
        None,
        "a.json: is no file; expected a file",
    ),
    (
        CyclicContacts(("plum", "fig", "plum")),
        Contradiction,
        "identity.predecessors-form-a-tree",
        ("plum", "fig"),
        (
            "contacts come before themselves: 'plum' -> 'fig' -> 'plum'; previous and related contacts must lead back "
            "to a first one"
        ),
    ),
    (
        PreviousInAnotherSession("fig", "plum", "owl", "crow"),
        Contradiction,
        "identity.session",
        ("fig", "owl"),
        (
            "contact 'fig' of the session of 'plum' has the previous contact 'owl' of the session of 'crow'; a "
            "contact and its previous contact have the same initial contact"
        ),
    ),
    (
        InitialNotFirst("fig", "plum", "kiwi"),
        Contradiction,
        "identity.session",
        ("fig", "kiwi"),
        (
            "contact 'kiwi' names 'fig' as its initial contact, which belongs to the session of 'plum'; an initial "
            "contact is the first of its own session"
        ),
    ),
    (
        FirstHasPrevious("fig", "plum"),
        Contradiction,
        "identity.initial-encodings",
        ("fig", "plum"),
        (
            "contact 'fig' names no other initial contact, so it is the first of its session, and yet has the previous "
            "contact 'plum'; a later contact names its initial contact"
        ),
    ),
    (
        LinksDisagree("owl", ("owl", "crow"), ("'fig'", "'kiwi' by FROM_SEGMENT")),
        Contradiction,
        "identity.link-of-session",
        ("owl", "crow"),
        (
            "contacts of the session of 'owl' continue from different contacts: 'owl' from 'fig', 'crow' from 'kiwi' "
            "by FROM_SEGMENT; a session has at most one link"
        ),
    ),
    (
        LinkToOwnSession("fig", "plum"),
        Contradiction,
        "identity.new-session",
        ("fig", "plum"),
        "contact 'fig' continues from 'plum' of its own session; a rehydrated chat is a new session",
    ),
    (
        InstancesDisagree("fig", "east", "owl", "west"),
        Contradiction,
        "identity.one-instance",
        ("fig", "owl"),
        "contact 'fig' is of instance 'east' and contact 'owl' of instance 'west'; one graph holds one instance",
    ),
    (
        RecordsDisagree("fig", "previous_contact_id", (None, "plum"), at(0)),
        Contradiction,
        "identity.fold",
        ("fig",),
        (
            "records of 2026-05-03T09:00:00+00:00 of contact 'fig' differ in previous_contact_id: None, 'plum'; a "
            "later record must have a later LastUpdateTimestamp"
        ),
    ),
    (
        RecordsDisagree("fig", "initial_contact_id", ("kiwi", "plum"), None),
        Contradiction,
        "identity.fold",
        ("fig",),
        (
            "records without an update time of contact 'fig' differ in initial_contact_id: 'kiwi', 'plum'; a later "
            "record must have a later LastUpdateTimestamp"
        ),
    ),
    (
        AlreadyKnown("fig", "has ended already"),
        Contradiction,
        "identity.at-least-once",
        ("fig",),
        "contact 'fig' has ended already",
    ),
    (
        ContradictoryRecords((AlreadyKnown("fig", "is there"), FirstHasPrevious("owl", "fig")), 2),
        RehydrationError,
        None,
        None,
        (
            "2 contradictions found in the records:\n"
            "  identity.at-least-once: contact 'fig' is there\n"
            "  identity.initial-encodings: contact 'owl' names no other initial contact, so it is the first of its "
            "session, and yet has the previous contact 'fig'; a later contact names its initial contact"
        ),
    ),
    (
        TypeRequired("SEGMENT", ("ENTIRE_PAST_SESSION", "FROM_SEGMENT")),
        Malformed,
        "eligibility.type-required",
        None,
        "the rehydration type is 'SEGMENT': expected one of ENTIRE_PAST_SESSION, FROM_SEGMENT",
    ),
    (
        SourceRequired(""),
        Malformed,
        "eligibility.source-required",
        None,
        "the source contact id is '': expected 1 to 256 characters",
    ),
    (
        TargetNotFound("owl"),
        NotFound,
        "eligibility.target-live",
        None,
        "no record of the target 'owl'; the new chat must have started",
    ),
    (
        ContactNotFound("fig"),
        NotFound,
        "eligibility.source-exists",
        None,
        "no record of contact 'fig', and none refers to it",
    ),
    (
        SourceBeyondRetention("fig", at(0), at(1.5)),
        NotFound,
        "eligibility.beyond-retention",
        None,
        (
            "contact 'fig' was initiated at 2026-05-03T09:00:00+00:00, more than 24 months before "
            "2026-05-03T09:00:01.500000+00:00; contact data is kept for 24 months"
        ),
    ),
    (
        TargetIsNotChat("owl", "VOICE"),
        Refused,
        "eligibility.target-is-chat",
        None,
        "the target 'owl' is of channel VOICE; only a CHAT can be associated",
    ),
    (
        TargetHasEnded("owl", at(0)),
        Refused,
        "eligibility.target-live",
        None,
        "the target 'owl' ended at 2026-05-03T09:00:00+00:00; only a live chat can be associated",
    ),
    (
        TargetAlreadyAssociated("owl", "fig"),
        Refused,
        "eligibility.once-per-chat",
        None,
        "the session of the target 'owl' continues from 'fig' already; a chat is associated once, so start a new one",
    ),
    (
        SourceIsNotChat("fig", "TASK"),
        Refused,
        "eligibility.source-is-chat",
        None,
        "the source 'fig' is of channel TASK; only a CHAT has a chat transcript",
    ),
    (
        SourceInTargetSession("crow", "owl", "owl"),
        Refused,
        "eligibility.source-in-another-session",
        None,
        (
            "the source 'crow' and the target 'owl' both belong to the session of 'owl'; continue from a contact of a "
            "past session"
        ),
    ),
    (
        SessionNotEnded("fig", ("kiwi", "plum"), "eligibility.ended-scope"),
        Refused,
        "eligibility.ended-scope",
        None,
        (
            "the session of the source 'fig' has not ended: 'kiwi', 'plum' still live; a chat can continue "
            "from a session once all of its contacts have ended"
        ),
    ),
    (
        SessionNotEnded("fig", ("fig",), "eligibility.session-ended"),
        Refused,
        "eligibility.session-ended",
        None,
        (
            "the session of the source 'fig' has not ended: 'fig' still live; a chat can continue from a "
            "session once all of its contacts have ended"
        ),
    ),
    (
        StartFollowsTarget("crow", "fig"),
        Refused,
        "identity.predecessors-form-a-tree",
        None,
        (
            "the start contact 'crow' comes after the target 'fig', by previous contacts and links; continue from a "
            "contact that does not"
        ),
    ),
    (
        TargetMalformed(""),
        Malformed,
        "eligibility.target-live",
        None,
        "the target contact id is '': expected 1 to 256 characters",
    ),
    (
        CalledTooEarly("fig", at(0), at(1)),
        Refused,
        "eligibility.early-call",
        None,
        (
            "the session of the source 'fig' ended at 2026-05-03T09:00:00+00:00 and it is "
            "2026-05-03T09:00:01+00:00; wait until 60 s after the end, when its transcripts are written"
        ),
    ),
    (
        CustomersDiffer("fig", "Ana", "owl", "Bo"),
        Refused,
        "eligibility.customer-mismatch",
        None,
        (
            "the source 'fig' names customer 'Ana' and the target 'owl' customer 'Bo'; continue a chat of the same "
            "customer"
        ),
    ),
    (
        NotInitialContact("fig", "plum"),
        Refused,
        "start.entire-given-another",
        None,
        (
            "ENTIRE_PAST_SESSION takes the initial contact id of the past session, 'plum', not 'fig'; FROM_SEGMENT "
            "takes any contact of it"
        ),
    ),
    (
        TooManyPastContacts("fig", 100, "plum"),
        Refused,
        "visibility.beyond-limit",
        None,
        (
            "'plum' is the first contact beyond Connect's 100-contact limit, counted back from 'fig'; continue from a "
            "shorter history"
        ),
    ),
    (
        TranscriptNotAvailable("plum", "too-large", "visibility.transcript-size"),
        Refused,
        "visibility.transcript-unavailable",
        None,
        (
            "the transcript of the past contact 'plum' is too-large (visibility.transcript-size); restore it, or "
            "continue from a contact whose history is complete"
        ),
    ),
    (
        NothingShows("fig", "visibility.later-dropped", "no request would show 'fig'"),
        Refused,
        "visibility.later-dropped",
        None,
        "no request would show 'fig'",
    ),
    (
        ParametersMalformed("SendMessage", ("Content is missing", "Colour is no member")),
        Malformed,
        "protocol.declared-errors",
        None,
        "SendMessage: Content is missing; Colour is no member",
    ),
    (
        ParametersMalformed("SendMessage", tuple(map(str, range(10)))),
        Malformed,
        "protocol.declared-errors",
        None,
        "SendMessage: 0; 1; 2; 3; 4; 5; 6; 7 (and 2 more)",
    ),
    (
        AnswerMalformed("GetTranscript", ("Transcript is 7: expected a list",)),
        RehydrationError,
        None,
        None,
        "the answer of GetTranscript is not what its model says: Transcript is 7: expected a list",
    ),
    (
        PageTokenInvalid("GetTranscript"),
        Malformed,
        "paging.past-by-token",
        None,
        "GetTranscript: NextToken is not valid; send the one of the last answer, over the same connection",
    ),
    (
        AttachmentNotThere("A1", "is in no transcript that this chat shows"),
        Malformed,
        "paging.past-attachments",
        None,
        "the attachment 'A1' is in no transcript that this chat shows",
    ),
    (
        AttachmentNotTaken("AttachmentName", ".exe", "one of .csv, .pdf"),
        Malformed,
        "protocol.attachment-types",
        None,
        "AttachmentName is '.exe': expected one of .csv, .pdf",
    ),
    (InstanceNotFound("i-2"), NotFound, "identity.one-instance", None, "there is no instance 'i-2'"),
    (TokenNotAccepted(), RuleForbids, "paging.token-lifetime", None, "access denied"),
    (
        RelatedAndPersistent("StartChatContact"),
        Refused,
        "eligibility.related-excludes-persistent",
        None,
        "StartChatContact: RelatedContactId and PersistentChat exclude each other; give one of the two",
    ),
    (
        ClientTokenReused("SendMessage"),
        Refused,
        "protocol.token-reuse",
        None,
        "SendMessage: the ClientToken was used with other parameters; a new request needs a new token",
    ),
    (
        ContactHasEnded("fig"),
        Refused,
        "identity.disconnect-is-per-segment",
        None,
        "the contact 'fig' has ended",
    ),
    (NoChat("fig"), Refused, "eligibility.target-is-chat", None, "the contact 'fig' is not a chat"),
]


def name_of(value: object) -> str | None:
    return type(value).__name__ if isinstance(value, RehydrationError) else None


def kinds(root: type[RehydrationError]) -> Iterator[type[RehydrationError]]:
    for kind in root.__subclasses__():
        if kind.__module__ in (module.__name__, refusals.__name__):
            yield kind
            yield from kinds(kind)


def test_every_kind_of_error_is_here_but_the_roots_of_families() -> None:
    families = {InvalidInput, Contradiction, RuleForbids, Malformed, NotFound, Refused}
    assert {type(row[0]) for row in EVERY_ERROR} == set(kinds(RehydrationError)) - families


@pytest.mark.parametrize("row", EVERY_ERROR, ids=name_of)
def test_an_error_says_in_one_sentence_what_is_wrong(row: Row) -> None:
    assert str(row[0]) == row[4]


@pytest.mark.parametrize("row", EVERY_ERROR, ids=name_of)
def test_an_error_belongs_to_its_family(row: Row) -> None:
    assert isinstance(row[0], row[1])


@pytest.mark.parametrize("row", EVERY_ERROR, ids=name_of)
def test_an_error_names_its_rule(row: Row) -> None:
    assert row[0].rule == row[2]
    assert row[2] is None or row[2] in RULES


@pytest.mark.parametrize("row", [row for row in EVERY_ERROR if row[3] is not None], ids=name_of)
def test_a_contradiction_names_the_contacts_involved(row: Row) -> None:
    assert row[0].contact_ids == row[3]


@pytest.mark.parametrize("row", EVERY_ERROR, ids=name_of)
def test_an_error_has_no_code_until_it_leaves_the_engine(row: Row) -> None:
    assert row[0].code is None


def told(error: object) -> object:
    """All that an error holds, errors in it included."""
    if isinstance(error, tuple):
        return tuple(map(told, error))
    return (type(error), str(error), told(error.args), error.code) if isinstance(error, RehydrationError) else error


@pytest.mark.parametrize("row", EVERY_ERROR, ids=name_of)
@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])  # noqa: S301
def test_an_error_survives_a_copy_and_a_pickle_with_its_code(row: Row, way: Any) -> None:
    error = type(row[0])(*row[0].args)
    error.code = "InvalidRequestException"
    assert told(way(error)) == told(error)


@pytest.mark.parametrize("row", EVERY_ERROR, ids=name_of)
def test_the_evidence_of_an_error_is_its_arguments_in_order(row: Row) -> None:
    error = row[0]
    assert tuple(getattr(error, name) for name in type(error).__match_args__) == error.args


def test_the_evidence_is_found_under_its_name() -> None:
    error = CustomersDiffer("fig", "Ana", "owl", "Bo")
    assert (error.source_contact_id, error.source_customer_id) == ("fig", "Ana")
    assert (error.target_contact_id, error.target_customer_id) == ("owl", "Bo")


def test_two_errors_alike_are_two_errors() -> None:
    one, other = AlreadyKnown("fig", "is there"), AlreadyKnown("fig", "is there")
    assert one != other
    assert len({one, other}) == 2


def test_errors_are_caught_by_their_root() -> None:
    with pytest.raises(RehydrationError):
        raise EVERY_ERROR[0][0]


# ------------------------------------------------------------------------------------------------- what is too long


def test_a_long_cycle_is_shown_to_its_eleventh_contact() -> None:
    walk = tuple(f"c{place}" for place in range(12))
    shown = "'c0' -> 'c1' -> 'c2' -> 'c3' -> 'c4' -> 'c5' -> 'c6' -> 'c7' -> 'c8' -> 'c9' -> 'c10' -> '...'"
    assert shown in str(CyclicContacts((*walk, "c0")))
    assert "'c10' -> 'c11';" in str(CyclicContacts(walk))


@pytest.mark.parametrize(("count", "end"), [(8, "'7' still live"), (9, "'7' and 1 more still live")])
def test_of_many_contacts_that_go_on_eight_are_named(count: int, end: str) -> None:
    live = tuple(map(str, range(count)))
    assert end in str(SessionNotEnded("0", live, "eligibility.session-ended"))


@pytest.mark.parametrize(
    ("total", "lines"), [(10, []), (11, ["  and 1 more"]), (100, ["  and 90 more"]), (777, ["  and 767 more"])]
)
def test_of_many_contradictions_ten_are_shown(total: int, lines: list[str]) -> None:
    held = tuple(AlreadyKnown(f"c{place}", "is there") for place in range(min(total, 100)))
    first = [f"  identity.at-least-once: contact 'c{place}' is there" for place in range(10)]
    assert str(ContradictoryRecords(held, total)).splitlines() == [
        f"{total} contradictions found in the records:",
        *first,
        *lines,
    ]


# ---------------------------------------------------------------------------------------------- values of any kind


class Hostile:
    def __repr__(self) -> str:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 78, f"'{'x' * 78}'"),
        ("x" * 79, f"'{'x' * 76}..."),
        ("\ud800", "'\\ud800'"),
        (Hostile(), "<Hostile>"),
        (None, "None"),
        (at(0), "2026-05-03T09:00:00+00:00"),
    ],
)
def test_a_value_is_shown_short_and_can_always_be_written(value: object, shown: str) -> None:
    assert str(InvalidArgument("x", value, "y")) == f"x is {shown}: expected y"


def test_a_value_whose_text_cannot_be_written_is_shown_escaped() -> None:
    class Surrogate:
        def __repr__(self) -> str:
            return "<\udfff>"

    assert str(InvalidArgument("x", Surrogate(), "y")) == "x is <\\udfff>: expected y"


@pytest.mark.parametrize("kind", [ContactNotFound, TargetNotFound])
@pytest.mark.parametrize(
    ("value", "shown"),
    [("x" * 256, f"'{'x' * 256}'"), ("x" * 257, f"'{'x' * 76}..."), (Hostile(), "<Hostile>"), (7, "7")],
)
def test_an_id_is_shown_in_full_and_what_is_none_is_not(kind: Any, value: object, shown: str) -> None:
    assert shown in str(kind(value))
    assert len(str(kind(value))) < 350


def test_a_time_is_told_with_its_zone() -> None:
    assert datetime.fromisoformat("2026-05-03T09:00:00+00:00") == at(0)
    assert at(0).isoformat() in str(TargetHasEnded("owl", at(0)))
