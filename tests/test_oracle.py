"""The oracle against the worked examples of the rules and against itself."""

from typing import Any

import pytest

from enumeration import (
    Lineage,
    Link,
    cases,
    class_of,
    describe,
    histories,
    lineages,
    policies,
    questions,
    telling_policies,
    to_history,
)
from oracle import ENTIRE_PAST_SESSION, FROM_SEGMENT, Answer, Answered, History, Refused, resolve, visible_past

NOW = 1_700_000_000
DEFAULT = policies()[0]

Record = dict[str, Any]


def session(*contacts: str | tuple[str, str], end: int = 0, link: str | None = None, **more: object) -> list[Record]:
    """Contacts, each after the one before it or after the one named; the first of them carries the link."""
    records: list[Record] = []
    for k, contact in enumerate(contacts):
        name, previous = contact if isinstance(contact, tuple) else (contact, contacts[k - 1] if k else None)
        records.append(
            {"id": name, "initial": records[0]["id"] if k else None, "previous": previous}
            | {"initiated": end + k, "ended": end + 1000 + k, "related": None if k else link}
            | (more if link is None or k == 0 else {}),
        )
    return records


def change(records: list[Record], name: str, **facts: object) -> list[Record]:
    return [record | facts if record["id"] == name else record for record in records]


def names(answer: Answer) -> str:
    assert isinstance(answer, Answered)
    return " ".join(name for name, _ in answer.visible)


def dropped(answer: Answer) -> set[str]:
    assert isinstance(answer, Answered)
    return set(answer.dropped)


S1 = session("C1", "C2", "C3")
S2 = session("D1", "D2", end=10_000, link="C2", type=FROM_SEGMENT)
CHAIN = [
    *session("Z", end=20_000, link="Y", type=FROM_SEGMENT),
    *session("Y", end=10_000, link="X", type=FROM_SEGMENT),
    *session("X"),
]
BRANCHES = change(session("B1", "B2", ("B3", "B1")), "B2", ended=5000)
LATE = change(change(S2, "D1", related=None, type=None), "D2", related="C2", type=FROM_SEGMENT)


# --- the worked examples ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", policies())
@pytest.mark.parametrize(
    ("records", "kind", "source", "start", "visible", "drops"),
    [
        pytest.param(S1, FROM_SEGMENT, "C2", "C2", "C2 C1", {"C3"}, id="use case 1"),
        pytest.param(S1, ENTIRE_PAST_SESSION, "C1", "C3", "C3 C2 C1", set(), id="use case 2"),
        pytest.param(S1, FROM_SEGMENT, "C1", "C1", "C1", {"C2", "C3"}, id="first segment"),
        pytest.param(S1, FROM_SEGMENT, "C3", "C3", "C3 C2 C1", set(), id="last segment"),
        pytest.param(session("C1"), FROM_SEGMENT, "C1", "C1", "C1", set(), id="single contact, from segment"),
        pytest.param(session("C1"), ENTIRE_PAST_SESSION, "C1", "C1", "C1", set(), id="single contact, entire"),
        pytest.param(S1 + S2, ENTIRE_PAST_SESSION, "D1", "D2", "D2 D1 C2 C1", {"C3"}, id="the cut persists"),
        pytest.param(S1 + S2, FROM_SEGMENT, "D1", "D1", "D1 C2 C1", {"D2", "C3"}, id="cut in the middle"),
        pytest.param(S1 + S2, FROM_SEGMENT, "C3", "C3", "C3 C2 C1", set(), id="backward only"),
        pytest.param(CHAIN, FROM_SEGMENT, "Z", "Z", "Z Y X", set(), id="a fourth session continues the three"),
    ],
)
def test_a_worked_example_that_no_policy_changes(  # noqa: PLR0913 - the columns of the table
    records: list[Record], kind: str, source: str, start: str, visible: str, drops: set[str], policy: dict[str, str]
) -> None:
    answer = resolve(History(records), kind, source, policy)
    assert isinstance(answer, Answered)
    assert (answer.start, names(answer), dropped(answer)) == (start, visible, drops)
    assert not answer.beyond
    assert not answer.incomplete
    assert not answer.warnings


@pytest.mark.parametrize("policy", policies())
def test_cumulative(policy: dict[str, str]) -> None:
    """Z continues Y, which continued X."""
    answer = visible_past(History(CHAIN), "Z", policy)
    assert answer == Answered(
        "Y", (("Y", "available"), ("X", "available")), (), incomplete=False, warnings=frozenset(), dropped=frozenset()
    )
    assert names(resolve(History(CHAIN), FROM_SEGMENT, "Y", policy)) == "Y X"


@pytest.mark.parametrize(
    ("scope", "visible", "drops"), [("SESSION", "D1 C2 C1", {"D2", "C3"}), ("CONTACT", "D1", {"D2"})]
)
def test_late_association(scope: str, visible: str, drops: set[str]) -> None:
    history = History(S1 + LATE)
    answer = resolve(history, FROM_SEGMENT, "D1", DEFAULT | {"link_scope": scope})
    assert (names(answer), dropped(answer)) == (visible, drops)
    assert names(visible_past(history, "D2", DEFAULT | {"link_scope": scope})) == "C2 C1"
    assert names(visible_past(history, "D1", DEFAULT | {"link_scope": scope})) == visible[3:]


@pytest.mark.parametrize("one_session", [True, False])
def test_beyond_the_limit(one_session: bool) -> None:  # noqa: FBT001 - a parameter of the test
    chain = [f"c{k:03}" for k in range(130)]
    if one_session:
        records = session(*chain)
    else:
        records = [r for k, c in enumerate(chain) for r in session(c, end=k, link=chain[k - 1] if k else None)]
    nearest_first = chain[::-1]
    answer = resolve(History(records), FROM_SEGMENT, nearest_first[0], DEFAULT)
    assert isinstance(answer, Answered)
    assert answer.start == nearest_first[0]
    assert names(answer).split() == nearest_first[:100]
    assert list(answer.beyond) == nearest_first[100:]
    assert answer.warnings == {"visibility.beyond-limit"}
    assert not answer.dropped
    refusing = DEFAULT | {"beyond_limit": "REFUSE"}
    assert resolve(History(records), FROM_SEGMENT, chain[-1], refusing) == Refused("visibility.beyond-limit")
    assert isinstance(resolve(History(records), FROM_SEGMENT, chain[99], refusing), Answered)


@pytest.mark.parametrize(("view", "visible", "drops"), [("SESSION", "B2 B3 B1", set()), ("ANCESTORS", "B2 B1", {"B3"})])
@pytest.mark.parametrize("recent", ["DISCONNECT", "DEPTH"])
def test_branches(view: str, visible: str, drops: set[str], recent: str) -> None:
    answer = resolve(
        History(BRANCHES), ENTIRE_PAST_SESSION, "B1", DEFAULT | {"entire_view": view, "most_recent": recent}
    )
    assert isinstance(answer, Answered)
    assert (answer.start, names(answer), dropped(answer)) == ("B2", visible, drops)


def test_branches_by_initiation() -> None:
    answer = resolve(History(BRANCHES), ENTIRE_PAST_SESSION, "B1", DEFAULT | {"most_recent": "INITIATION"})
    assert isinstance(answer, Answered)
    assert (answer.start, names(answer)) == ("B3", "B3 B2 B1")


def test_entire_session_from_another_contact() -> None:
    history = History(S1)
    assert resolve(history, ENTIRE_PAST_SESSION, "C2", DEFAULT) == Refused("start.entire-given-another")
    answer = resolve(history, ENTIRE_PAST_SESSION, "C2", DEFAULT | {"entire_source": "ANY_OF_SESSION"})
    assert names(answer) == "C3 C2 C1"


# --- the decisions, where the examples say nothing --------------------------------------------------------------------


def ended_at(name: str, ended: int | None, **facts: object) -> list[Record]:
    return change(session("C1", "C2", "C3"), name, ended=ended, **facts)


LIVE: Record = {"id": "T", "initiated": NOW}


@pytest.mark.parametrize(
    ("records", "arguments", "rule"),
    [
        (S1, {"kind": "ENTIRE", "source": "?"}, "eligibility.type-required"),
        (S1, {"source": "?", "target": "?"}, "eligibility.target-live"),
        ([LIVE | {"related": "?"}], {"target": "?"}, "eligibility.target-live"),
        (S1, {"source": "?"}, "eligibility.source-exists"),
        ([*S1, LIVE | {"channel": "VOICE"}], {"target": "T", "now": NOW}, "eligibility.beyond-retention"),
        ([*S1, LIVE | {"channel": "VOICE", "ended": NOW}], {"target": "T"}, "eligibility.target-is-chat"),
        ([*S1, LIVE | {"related": "C1", "ended": NOW}], {"target": "T"}, "eligibility.target-live"),
        ([*S1, LIVE | {"related": "C1"}], {"target": "T"}, "eligibility.once-per-chat"),
        ([LIVE], {"source": "T", "target": "T"}, "eligibility.source-in-another-session"),
        (ended_at("C2", None, channel="VOICE"), {}, "eligibility.source-is-chat"),
        (ended_at("C2", None), {}, "eligibility.session-ended"),
        (ended_at("C3", None), {"now": 0, "early_call": "REFUSE"}, "eligibility.ended-scope"),
        (S1, {"now": 1061, "early_call": "REFUSE"}, "eligibility.early-call"),
        (
            [*change(S1, "C2", customer="me"), LIVE | {"customer": "you"}],
            {"kind": ENTIRE_PAST_SESSION, "target": "T", "customer_mismatch": "REFUSE"},
            "eligibility.customer-mismatch",
        ),
    ],
)
def test_refusals_in_their_order(records: list[Record], arguments: dict[str, Any], rule: str) -> None:
    """Each of them would also be refused by a later check, where there is one that fits."""
    given = dict(arguments)
    asked = {name: given.pop(name) for name in ("target", "now") if name in given}
    kind, source = given.pop("kind", FROM_SEGMENT), given.pop("source", "C2")
    assert resolve(History(records), kind, source, DEFAULT | given, **asked) == Refused(rule)


def warned(answer: Answer) -> set[str]:
    assert isinstance(answer, Answered)
    return set(answer.warnings)


def test_warnings_of_eligibility() -> None:
    records = [*change(S1, "C2", customer="me"), LIVE | {"customer": "you"}]
    assert warned(resolve(History(records), FROM_SEGMENT, "C2", DEFAULT, target="T", now=1061)) == {
        "eligibility.customer-mismatch",
        "eligibility.early-call",
    }
    assert not warned(resolve(History(S1), FROM_SEGMENT, "C2", DEFAULT, now=1062))


def test_a_contact_that_only_a_link_names() -> None:
    for kind in (FROM_SEGMENT, ENTIRE_PAST_SESSION):
        answer = resolve(History([{"id": "T", "related": "?"}]), kind, "?", DEFAULT)
        assert isinstance(answer, Answered)
        assert (answer.start, answer.visible, answer.incomplete) == ("?", (("?", "unknown"),), True)
        assert answer.warnings == {
            "eligibility.source-exists",
            "eligibility.unknown-end",
            "visibility.unknown-contact",
        }


def test_an_unknown_contact_is_listed_in_its_place_and_no_link_is_followed_after_it() -> None:
    records = S1 + [record for record in session("D0", "D1", "D2", end=10_000) if record["id"] != "D1"]
    linked = change(records, "D0", related="C2", type=FROM_SEGMENT)
    answer = resolve(History(linked), FROM_SEGMENT, "D2", DEFAULT)
    assert isinstance(answer, Answered)
    assert answer.visible == (("D2", "available"), ("D1", "unknown"))
    assert answer.dropped == {"D0"}
    whole = resolve(History(linked), ENTIRE_PAST_SESSION, "D0", DEFAULT)
    assert isinstance(whole, Answered)
    assert (names(whole), whole.incomplete) == ("D2 D0 D1", True)


def test_another_channel_is_passed_through() -> None:
    answer = resolve(History(change(S1, "C2", channel="VOICE", ended=None)), ENTIRE_PAST_SESSION, "C1", DEFAULT)
    assert isinstance(answer, Answered)
    assert (answer.start, names(answer), dropped(answer)) == ("C3", "C3 C1", {"C2"})


@pytest.mark.parametrize(
    ("fact", "availability"),
    [
        ({"status": "available", "size": 5_000_000, "misplaced": False}, "available"),
        ({"status": "available", "size": 5_000_001, "misplaced": False}, "too-large"),
        ({"status": "available", "size": None, "misplaced": True}, "missing"),
        ({"status": "deleted", "size": None, "misplaced": False}, "deleted"),
    ],
)
def test_transcripts(fact: dict[str, Any], availability: str) -> None:
    def ask(reading: str) -> Answer:
        return resolve(history, FROM_SEGMENT, "D1", DEFAULT | {"unavailable": reading}, transcripts={"C2": fact})

    history = History(S1 + S2)
    gap = ask("GAP")
    assert isinstance(gap, Answered)
    assert gap.visible == (("D1", "available"), ("C2", availability), ("C1", "available"))
    if availability == "available":
        assert ask("STOP") == ask("REFUSE") == gap
        return
    assert gap.warnings == {"visibility.transcript-unavailable"}
    stop = ask("STOP")
    assert (names(stop), dropped(stop), warned(stop)) == ("D1", {"D2", "C3", "C1"}, warned(gap))
    assert ask("REFUSE") == Refused("visibility.transcript-unavailable")


def test_a_transcript_that_is_not_ready() -> None:
    answer = resolve(History(ended_at("C3", None)), ENTIRE_PAST_SESSION, "C1", DEFAULT | {"ended": "SEGMENT"}, now=1060)
    assert isinstance(answer, Answered)
    assert answer.start == "C2"
    assert answer.visible == (("C3", "not-ready"), ("C2", "not-ready"), ("C1", "available"))


def test_a_link_of_unknown_type_warns_of_siblings() -> None:
    linked = [*BRANCHES, *session("D1", end=10_000, link="B2")]
    answer = resolve(History(linked), FROM_SEGMENT, "D1", DEFAULT)
    assert (names(answer), warned(answer), dropped(answer)) == ("D1 B2 B1", {"visibility.type-of-link"}, {"B3"})


def test_a_choice_by_id_alone_warns() -> None:
    tied = change(change(BRANCHES, "B2", ended=5000, initiated=1), "B3", ended=5000, initiated=1)
    answer = resolve(History(tied), ENTIRE_PAST_SESSION, "B1", DEFAULT)
    assert (names(answer), warned(answer)) == ("B3 B2 B1", {"start.most-recent"})


def test_sessions_in_a_circle() -> None:
    circle = change(S1, "C3", related="D1", type=FROM_SEGMENT) + S2
    answer = resolve(History(circle), FROM_SEGMENT, "D2", DEFAULT)
    assert (names(answer), warned(answer)) == ("D2 D1 C2 C1", {"visibility.visit-once"})
    assert not warned(resolve(History(circle), FROM_SEGMENT, "D2", DEFAULT | {"link_scope": "CONTACT"}))
    seen = visible_past(History(circle), "D2", DEFAULT)
    assert (names(seen), warned(seen)) == ("C2 C1", {"visibility.visit-once"})


def test_what_is_no_link() -> None:
    def past(**facts: object) -> str:
        records = S1 + change(session("D1", end=10_000), "D1", **facts)
        return names(visible_past(History(records), "D1", DEFAULT))

    assert past(related="C2") == "C2 C1"
    assert past(related="C2", related_is_link=False) == past(related="C2", channel="VOICE") == past(related="D1") == ""
    voice = change(S1, "C2", channel="VOICE") + session("D1", end=10_000, link="C2")
    assert names(visible_past(History(voice), "D1", DEFAULT)) == ""
    typed = change(voice, "D1", type=FROM_SEGMENT)
    assert names(visible_past(History(typed), "D1", DEFAULT)) == "C1"


@pytest.mark.parametrize("carriers", [("D1", "D2"), ("D2", "D1")])
def test_several_contacts_carry_a_link_and_one_of_them_its_type(carriers: tuple[str, str]) -> None:
    records = S1 + change(session("D1", "D2", end=10_000), carriers[0], related="C2", type=ENTIRE_PAST_SESSION)
    records = change(records, carriers[1], related="C2")
    answer = visible_past(History(records), "D1", DEFAULT | {"link_scope": "CONTACT"})
    assert isinstance(answer, Answered)
    assert (answer.start, names(answer)) == ("C2", "C3 C2 C1")


def test_the_past_of_a_session_without_a_link_and_of_nobody() -> None:
    assert visible_past(History(S1), "C2", DEFAULT) == Answered(
        None, (), (), incomplete=False, warnings=frozenset(), dropped=frozenset()
    )
    assert visible_past(History(S1), "?", DEFAULT) == Refused("eligibility.source-exists")


# --- the enumeration --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "full", "reduced"), [(1, 2, 2), (2, 17, 17), (3, 404, 250), (4, 12_561, 4_314)])
def test_the_number_of_histories(n: int, full: int, reduced: int) -> None:
    assert sum(1 for _ in histories(n)) == full
    assert sum(1 for _ in histories(n, reduced=True)) == reduced
    assert len(set(lineages(n))) == full
    assert {class_of(lineage) for lineage in lineages(n)} == {class_of(one) for one in lineages(n, reduced=True)}
    assert len({class_of(lineage) for lineage in lineages(n)}) == reduced


def test_a_question_is_about_the_session_of_the_first_record() -> None:
    for records, kind, source in cases(3, reduced=True):
        assert (kind, source) in questions(records)
        reached = resolve(History(records), FROM_SEGMENT, source, DEFAULT | {"ended": "SEGMENT"})
        assert isinstance(reached, Answered) or reached == Refused("eligibility.session-ended")


def test_describe() -> None:
    lineage = Lineage(((-1, 0), (-1,)), (Link(1, 1, 0, None), None), ((1, 0), (None,)))
    assert describe(to_history(lineage)) == "a (end 2), b after a (end 1) -> c as ?\nc (goes on)"


Answers = dict[tuple[str, ...], Answer]
"""Of one question the answer under each of the 48 policies, by the policy's values."""


@pytest.mark.parametrize("n", [1, 2, 3, pytest.param(4, marks=pytest.mark.slow)])
def test_neither_the_members_of_a_class_nor_the_policies_left_out_can_be_told_apart(n: int) -> None:
    """One test for both reductions: each needs every answer, and asking is what takes the time."""
    classes: dict[tuple[object, ...], int] = {}
    for turn, lineage in enumerate(lineages(n)):
        records = to_history(lineage, turn)
        history = History(records)
        answers: dict[tuple[str, str], Answers] = {
            (kind, source): {
                tuple(policy.values()): seen(resolve(history, kind, source, policy)) for policy in policies()
            }
            for kind, source in questions(records)
        }
        for (kind, _), by_policy in answers.items():
            assert by_policy == told_by(telling_policies(records, kind), by_policy), describe(records)
        pasts = {
            source: [seen(visible_past(history, source, policy)) for policy in policies()]
            for _, source in questions(records)
        }
        told = hash(in_time(records, answers, pasts))
        assert classes.setdefault(class_of(lineage), told) == told, describe(records)


def seen(answer: Answer) -> Answer:
    """Leave out the one warning that depends on who was the most recent of a past session."""
    if isinstance(answer, Refused):
        return answer
    return answer._replace(warnings=answer.warnings - {"visibility.type-of-link"})


def told_by(telling: list[dict[str, str]], answers: Answers) -> Answers:
    """Tell the answers under all policies from those under a few, which leave the other fields at one value."""
    varied = [name for name in DEFAULT if len({policy[name] for policy in telling}) > 1]
    nearest = [telling[0] | {name: policy[name] for name in varied} for policy in policies()]
    return {values: answers[tuple(each.values())] for values, each in zip(answers, nearest, strict=True)}


def in_time(
    records: list[Record], answers: dict[tuple[str, str], Answers], pasts: dict[str, list[Answer]]
) -> tuple[object, ...]:
    """All that can be asked of a history, the contacts named by when they began."""
    began = {record["id"]: record["initiated"] for record in records} | {None: None}

    def renamed(answer: Answer) -> tuple[object, ...]:
        if isinstance(answer, Refused):
            return answer
        visible = tuple((began[name], availability) for name, availability in answer.visible)
        return began[answer.start], visible, answer.warnings, frozenset(began[name] for name in answer.dropped)

    return (
        frozenset((kind, began[source], *map(renamed, each.values())) for (kind, source), each in answers.items()),
        frozenset((began[source], *map(renamed, each)) for source, each in pasts.items()),
    )
