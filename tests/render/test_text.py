"""The picture in text: a few of them whole, and what holds for all."""

from __future__ import annotations

import re
import sys

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import rehydration
from pictured import HISTORIES, History, contact
from rehydration import (
    ContactGraph,
    Policy,
    Refusal,
    RehydrationRequest,
    RuleId,
    explain,
    explain_past,
    read_contacts,
)
from rehydration.certainties import Outcome
from rehydration.consultation import DOUBT_OF_FIELD
from rehydration.doubts import Reading
from rehydration.examples import EXAMPLES
from rehydration.render import refusal_text, text
from rehydration.render.lines import ascii_only, words
from rehydration.render.sentences import condition

USE_CASE_1 = """\
FROM_SEGMENT C2 continues from C2
  ✓ 2 visible, ✗ 1 dropped

◇    new chat  FROM_SEGMENT
┊
┊    ── session C1 · 2026-05-04 09:00–09:27 UTC · 3 contacts ───────────────────
┊    ✗ C3          09:25–09:27  DISCONNECT  dropped  visibility.later-dropped
╰┄┄▶ ✓ C2 ◀ start  09:08–09:25  TRANSFER    visible  visibility.predecessors
     ✓ C1          09:00–09:08  API         visible  visibility.predecessors

Certain: holds under every reading of the open questions

Rules  `rehydration rules ID` shows more
  start.from-segment  documented
    FROM_SEGMENT: the start contact is the source, which can be any contact of
    an ended session.
  visibility.later-dropped  documented
    FROM_SEGMENT: contacts of the source session that do not precede the start
    contact are not visible in the new chat. They are not deleted.
  visibility.predecessors  documented
    The start contact and its predecessors in its session are visible.
"""

USE_CASE_2 = """\
ENTIRE_PAST_SESSION C1 continues from C3
  ✓ 3 visible

◇    new chat  ENTIRE_PAST_SESSION
┊
┊    ── session C1 · 2026-05-04 09:00–09:27 UTC · 3 contacts ───────────────────
╰┄┄▶ ✓ C3 ◀ start   09:25–09:27  DISCONNECT  visible  visibility.entire-linear
     ✓ C2           09:08–09:25  TRANSFER    visible  visibility.entire-linear
     ✓ C1 ◀ source  09:00–09:08  API         visible  visibility.entire-linear

Certain: holds under every reading of the open questions

Rules  `rehydration rules ID` shows more
  start.entire-takes-initial  documented
    ENTIRE_PAST_SESSION takes the initial contact id of the past session.
  start.entire-past-session  documented
    ENTIRE_PAST_SESSION: the start contact is the most recently terminated chat
    contact of the source's session. It is an unknown contact only where the
    session has no known one.
  start.most-recent  open
    The most recent contact is decided by disconnect, initiation or place in the
    chain; ties by the other two in that order, then by the greatest id, with a
    warning. `Policy.most_recent`: `DISCONNECT`, `INITIATION`, `DEPTH`.
  visibility.entire-linear  documented
    ENTIRE_PAST_SESSION on a linear session shows all of it.
"""

# the others without the rules, which say nothing new

LATE_ASSOCIATION = """\
FROM_SEGMENT D1 continues from D1
  ✓ 3 visible, ✗ 2 dropped

◇    new chat  FROM_SEGMENT
┊
┊    ── session D1 · 2026-05-06 14:00–14:30 UTC · 2 contacts ───────────────────
┊    ✗ D2          14:12–14:30  TRANSFER    dropped    visibility.later-dropped
┊ ╭┄┄┤ D2 continues C2, type not recorded
╰┄┼▶ ✓ D1 ◀ start  14:00–14:12  API         visible    visibility.predecessors
  ┊
  ┊  ── session C1 · 2026-05-04 09:00–09:27 UTC · 3 contacts ───────────────────
  ┊  ✗ C3          09:25–09:27  DISCONNECT  dropped    visibility.type-of-link
  ┊  │                                                 visibility.cut-persists
  ╰▶ ✓ C2          09:08–09:25  TRANSFER    visible ~  visibility.cumulative
     │                                                 visibility.link-scope
     │                                                 visibility.type-of-link
     │                                                 visibility.predecessors
     ✓ C1          09:00–09:08  API         visible ~  as above

Contingent (~): depends on which contacts of a session its link counts for
  (link_scope); assumes that related contacts are rehydrations
  ▶ link_scope=SESSION (all of them)
      from D1, shows D1 C2 C1
    link_scope=CONTACT (the contact that carries it, and what follows)
      from D1, shows D1
"""

BRANCHES = """\
ENTIRE_PAST_SESSION B1 continues from B2
  ✓ 3 visible

◇    new chat  ENTIRE_PAST_SESSION
┊
┊    ── session B1 · 2026-05-04 11:00–11:50 UTC · 3 contacts ───────────────────
╰┄┄▶ ✓   B2 ◀ start   11:22–11:50  TRANSFER  visible
     │     visibility.entire-branched
     │ ✓ B3           11:20–11:40  TRANSFER  visible ~  as above
     ├─╯
     ✓   B1 ◀ source  11:00–11:20  API       visible    as above

Contingent (~): depends on what ENTIRE_PAST_SESSION shows of a branched session
  (entire_view)
  ▶ entire_view=SESSION (all branches)
      from B2, shows B2 B3 B1
    entire_view=ANCESTORS (the start contact and what led to it)
      from B2, shows B2 B1
"""

BEYOND_THE_LIMIT = """\
FROM_SEGMENT C130 continues from C130
  ✓ 100 visible, » 30 beyond the limit

◇    new chat  FROM_SEGMENT
┊
┊    ── session C130 · 2026-05-10 08:00–08:20 UTC · 1 contact ──────────────────
╰┄┄▶ ✓ C130 ◀ start  08:00–08:20  API  visible ~         visibility.predecessors
╭┄┄┄┄╯ C130 continues C129, type not recorded
┊
┊    ── session C129 · 2026-05-09 08:00–08:20 UTC · 1 contact ──────────────────
╰┄┄▶ ✓ C129          08:00–08:20  API  visible ~         visibility.cumulative
                                                         visibility.type-of-link
                                                         visibility.predecessors
╭┄┄┄┄╯ C129 continues C128, type not recorded
┊
┊    ⋮ 97 sessions more: ✓ 97 visible, C128 … C32
┊
┊    ── session C31 · 2026-01-31 08:00–08:20 UTC · 1 contact ───────────────────
╰┄┄▶ ✓ C31           08:00–08:20  API  visible ~         visibility.cumulative
                                                         visibility.type-of-link
                                                         visibility.predecessors
╭┄┄┄┄╯ C31 continues C30, type not recorded
┊
┊    ── session C30 · 2026-01-30 08:00–08:20 UTC · 1 contact ───────────────────
╰┄┄▶ » C30           08:00–08:20  API  beyond the limit  visibility.past-limit
                                                         visibility.beyond-limit
╭┄┄┄┄╯ C30 continues C29, type not recorded
┊
┊    ── session C29 · 2026-01-29 08:00–08:20 UTC · 1 contact ───────────────────
╰┄┄▶ » C29           08:00–08:20  API  beyond the limit  visibility.past-limit
                                                         visibility.beyond-limit
╭┄┄┄┄╯ C29 continues C28, type not recorded
┊
┊    ⋮ 27 sessions more: » 27 beyond the limit, C28 … C2
┊
┊    ── session C1 · 2026-01-01 08:00–08:20 UTC · 1 contact ────────────────────
╰┄┄▶ » C1            08:00–08:20  API  beyond the limit  visibility.past-limit
                                                         visibility.beyond-limit

Warnings
  ! 'C30' is the first contact beyond Connect's 100-contact limit
    visibility.beyond-limit

Contingent (~): depends on what happens beyond 100 contacts (beyond_limit);
  assumes that related contacts are rehydrations
  ▶ beyond_limit=TRUNCATE (the oldest are not shown)
      from C130, shows C130 C129 C128 C127 C126 C125 C124 and 93 more, 30 beyond
      the limit
    beyond_limit=REFUSE (the request is refused)
      refused: visibility.beyond-limit
"""

PICTURES = {
    "unavailable, unknown, another channel": """\
FROM_SEGMENT E1 continues from E1
  ✓ 1 visible, ! 2 unavailable, ? 1 unknown, ✗ 1 dropped, incomplete
  No record tells whose contacts these are, so customers were not compared

◇    new chat  FROM_SEGMENT
┊
┊    ── session E1 · 2026-05-05 10:00–10:10 UTC · 1 contact ────────────────────
╰┄┄▶ ! E1 ◀ start  10:00–10:10  API             too large, unavailable
         visibility.predecessors, visibility.transcript-size
         visibility.transcript-unavailable
╭┄┄┄┄╯ E1 continues D3, FROM_SEGMENT
┊
┊    ── session D0 · 2026-05-04 10:40–11:10 UTC · 4 contacts ───────────────────
╰┄┄▶ ! D3          11:00–11:10  TRANSFER        deleted, unavailable
     │   visibility.cumulative, visibility.predecessors
     │   visibility.transcript-unavailable
     ✗ D2          10:50–11:00  TRANSFER VOICE  dropped
     │   visibility.other-channels
     ✓ D1          10:40–10:50  TRANSFER        visible ~
     │   visibility.cumulative, visibility.predecessors
     ? D0          no record                    unknown
         visibility.cumulative, visibility.predecessors
         visibility.unknown-contact

Warnings
  ! the transcript of 'E1' is too large; the chat lists the contact without it
    visibility.transcript-unavailable
  ! the transcript of 'D3' is deleted; the chat lists the contact without it
    visibility.transcript-unavailable
  ! no record of 'D0'; what lies before it is not known. Does the export reach
    back far enough?
    visibility.unknown-contact

Contingent (~): depends on what happens if a transcript cannot be shown
  (unavailable); holds as far as the records reach: no record of 'D0', so nobody
  can tell what lies before it
  ▶ unavailable=GAP (it leaves a gap)
      from E1, shows E1 D3 D1 D0, but cannot read E1 D3 D0
    unavailable=REFUSE (the request is refused)
      refused: visibility.transcript-unavailable
    unavailable=STOP (nothing further back is shown)  from E1, shows nothing
""",
    "stopped": """\
FROM_SEGMENT D1 continues from D1
  ✓ 1 visible, ! 1 unavailable, ✗ 2 dropped
  No record tells whose contacts these are, so customers were not compared

◇    new chat  FROM_SEGMENT
┊
┊    ── session D1 · 2026-05-05 01:40–01:50 UTC · 1 contact ────────────────────
╰┄┄▶ ✓ D1 ◀ start  01:40–01:50  API       visible ~
         visibility.predecessors
╭┄┄┄┄╯ D1 continues A2, type not recorded
┊
┊    ── session A1 · 2026-05-04 09:00–09:30 UTC · 3 contacts ───────────────────
┊    ✗ A3          09:20–09:30  TRANSFER  dropped
┊    │   visibility.type-of-link, visibility.cut-persists
╰┄┄▶ ! A2          09:10–09:20  TRANSFER  missing, stops here
     │   visibility.transcript-unavailable
     ✗ A1          09:00–09:10  API       dropped ~            as above

Warnings
  ! the transcript of 'A2' is missing; the chat shows nothing from there back
    visibility.transcript-unavailable

Contingent (~): depends on what happens if a transcript cannot be shown
  (unavailable); assumes that related contacts are rehydrations
  ▶ unavailable=STOP (nothing further back is shown)  from D1, shows D1
    unavailable=REFUSE (the request is refused)
      refused: visibility.transcript-unavailable
    unavailable=GAP (it leaves a gap)
      from D1, shows D1 A2 A1, but cannot read A2
""",
    "a tree": """\
ENTIRE_PAST_SESSION D1 continues from D3
  ✓ 6 visible, ✗ 6 dropped
  No record tells whose contacts these are, so customers were not compared

◇    new chat  ENTIRE_PAST_SESSION
┊
┊    ── session D1 · 2026-05-04 17:20–17:45 UTC · 3 contacts ───────────────────
╰┄┄▶ ✓         D3 ◀ start   17:35–17:45  TRANSFER  visible
     │           visibility.entire-branched
     │ ✓       D2           17:30–17:40  TRANSFER  visible ~  as above
     ├─╯
     ✓         D1 ◀ source  17:20–17:30  API       visible    as above
╭┄┄┄┄╯         D1 continues B5, type not recorded
┊
┊    ── session B1 · 2026-05-04 09:00–11:02 UTC · 9 contacts ───────────────────
┊    ✗         B6           09:22–11:02  TRANSFER  dropped
┊    │           visibility.type-of-link, visibility.cut-persists
┊    │ ✗       R1           09:30–09:40  TRANSFER  dropped    as above
┊    │ │ ✗     B7           09:23–09:33  TRANSFER  dropped    as above
╰┄┄▶ │ │ │ ✓   B5           09:21–09:31  TRANSFER  visible
     │ │ │ │     visibility.cumulative, visibility.type-of-link
     │ │ │ │     visibility.predecessors
     │ │ │ │ ✗ B4           09:20–09:30  TRANSFER  dropped
     │ │ │ │ │   visibility.type-of-link, visibility.cut-persists
     ✗ │ │ │ │ B3           09:11–09:21  TRANSFER  dropped    as above
     │ │ │ ├─╯
     │ │ │ ✓   B2           09:10–09:20  TRANSFER  visible
     │ │ │ │     visibility.cumulative, visibility.type-of-link
     │ │ │ │     visibility.predecessors
     ├─┼─┴─╯
     ✓ │       B1           09:00–09:10  API       visible    as above
       ✗       R0           no record              dropped
                 visibility.type-of-link, visibility.cut-persists

Contingent (~): depends on what ENTIRE_PAST_SESSION shows of a branched session
  (entire_view); holds as far as the records reach: no record of 'R0', so nobody
  can tell what lies before it; assumes that related contacts are rehydrations
  ▶ entire_view=SESSION (all branches)
      from D3, shows D3 D2 D1 B5 B2 B1
    entire_view=ANCESTORS (the start contact and what led to it)
      from D3, shows D3 D1 B5 B2 B1
""",
    "two roots": """\
FROM_SEGMENT B3 continues from B3
  ✓ 2 visible, ✗ 3 dropped
  No record tells whose contacts these are, so customers were not compared

◇    new chat  FROM_SEGMENT
┊
┊    ── session B1 · 2026-05-04 09:00–09:50 UTC · 5 contacts ───────────────────
┊    ✗   X2          09:40–09:50  TRANSFER  dropped  visibility.later-dropped
┊    │ ✗ B2          09:35–09:45  TRANSFER  dropped  visibility.later-dropped
┊    ✗ │ X1          09:30–09:40  API       dropped  visibility.later-dropped
┊      │
╰┄┄▶ ✓ │ B3 ◀ start  09:25–09:35  TRANSFER  visible  visibility.predecessors
     ├─╯
     ✓   B1          09:00–09:10  API       visible  visibility.predecessors

At least this: holds as far as the records reach: the record of 'X1' does not
  tell its previous contact
""",
    "a link on a branch": """\
FROM_SEGMENT D1 continues from D1
  ✓ 3 visible, ✗ 2 dropped
  No record tells whose contacts these are, so customers were not compared

◇    new chat  FROM_SEGMENT
┊
┊    ── session D1 · 2026-05-05 01:40–02:01 UTC · 3 contacts ───────────────────
┊    ✗   D3          01:51–02:01  TRANSFER  dropped    visibility.later-dropped
┊    │ ✗ D2          01:50–02:00  TRANSFER  dropped    visibility.later-dropped
┊ ╭┄┄┼┄┤ D2 continues C2, type not recorded
┊ ┊  ├─╯
╰┄┼▶ ✓   D1 ◀ start  01:40–01:50  API       visible    visibility.predecessors
  ┊
  ┊  ── session C1 · 2026-05-04 09:00–09:20 UTC · 2 contacts ───────────────────
  ╰▶ ✓   C2          09:10–09:20  TRANSFER  visible ~  visibility.cumulative
     │                                                 visibility.link-scope
     │                                                 visibility.type-of-link
     │                                                 visibility.predecessors
     ✓   C1          09:00–09:10  API       visible ~  as above

Contingent (~): depends on which contacts of a session its link counts for
  (link_scope); assumes that related contacts are rehydrations
  ▶ link_scope=SESSION (all of them)
      from D1, shows D1 C2 C1
    link_scope=CONTACT (the contact that carries it, and what follows)
      from D1, shows D1
""",
    "a link that does not count": """\
FROM_SEGMENT D1 continues from D1
  ✓ 1 visible, ✗ 1 dropped
  No record tells whose contacts these are, so customers were not compared

◇    new chat  FROM_SEGMENT
┊
┊    ── session D1 · 2026-05-05 01:40–02:00 UTC · 2 contacts ───────────────────
┊    ✗ D2          01:50–02:00  TRANSFER  dropped  visibility.later-dropped
┊ ┄┄┄┤ D2 continues C1, type not recorded, not followed
╰┄┄▶ ✓ D1 ◀ start  01:40–01:50  API       visible  visibility.predecessors

Contingent: depends on which contacts of a session its link counts for
  (link_scope); assumes that related contacts are rehydrations
  ▶ link_scope=CONTACT (the contact that carries it, and what follows)
      from D1, shows D1
    link_scope=SESSION (all of them)
      from D1, shows D1 C1
""",
    "one is live": """\
FROM_SEGMENT B1 continues from B1
  ✓ 1 visible, ✗ 1 dropped
  No record tells whose contacts these are, so customers were not compared

◇    new chat  FROM_SEGMENT
┊
┊    ── session B1 · 2026-05-04 09:00 UTC, live · 2 contacts ───────────────────
┊    ✗ B2          09:10, live  TRANSFER  dropped    visibility.later-dropped
╰┄┄▶ ✓ B1 ◀ start  09:00–09:10  API       visible ~  visibility.predecessors

Contingent (~): depends on what must have ended (ended); holds as far as the
  records reach: no record tells whether 'B2' has ended
  ▶ ended=SEGMENT (only the source contact)          from B1, shows B1
    ended=SESSION (the whole session of the source)
      refused: eligibility.ended-scope
""",
    "over night": """\
FROM_SEGMENT N2 continues from N2
  ✓ 2 visible
  No record tells whose contacts these are, so customers were not compared

◇    new chat  FROM_SEGMENT
┊
┊    ── session N1 · 2026-05-04 23:50 – 2026-05-05 00:20 UTC · 2 contacts ──────
╰┄┄▶ ✓ N2 ◀ start  05-05 00:10–00:20        TRANSFER  visible
     │   visibility.predecessors
     ✓ N1          05-04 23:50–05-05 00:10  API       visible  as above

Certain: holds under every reading of the open questions
""",
    "ids that would like to be syntax": """\
FROM_SEGMENT 'b\\x1b[2J\\x1b]0;evil\\x07' continues from 'b\\x1b[2J\\x1b]0;evil\\x07'
  ✓ 2 visible, ✗ 2 dropped
  No record tells whose contacts these are, so customers were not compared

◇    new chat  FROM_SEGMENT
┊
┊    ── session [red]a[/red] · 2026-05-04 09:00–09:30 UTC · 4 contacts ─────────
┊    ✗   '#quot;&lt;b\\\\n\\\\'  dropped
┊    │     09:20–09:30  TRANSFER  visibility.later-dropped
┊    │ ✗ '\\u202e" --> ]); end'  dropped
┊    │ │   09:12–09:22  TRANSFER 'VO\\nICE'  visibility.other-channels
╰┄┄▶ ✓ │ 'b\\x1b[2J\\x1b]0;evil\\x07'  visible  ◀ start
     │ │   09:10–09:20  '\\x1b[31m'  visibility.predecessors
     ├─╯
     ✓   [red]a[/red]  visible
           09:00–09:10  API  visibility.predecessors

Certain: holds under every reading of the open questions
""",
}

REFUSAL = """\
FROM_SEGMENT B1 is refused: InvalidRequestException

  the session of the source 'B1' has not ended: 'B2' still live; a chat can
  continue from a session once all of its contacts have ended

     ── session B1 · 2026-05-04 09:00 UTC, live · 2 contacts ───────────────────
     • B2           09:10, live  TRANSFER
     • B1 ◀ source  09:00–09:10  API

Contingent: depends on what must have ended (ended); holds as far as the records
  reach: no record tells whether 'B2' has ended
  ▶ ended=SESSION (the whole session of the source)
      refused: eligibility.ended-scope
    ended=SEGMENT (only the source contact)          from B1, shows B1

Rules  `rehydration rules ID` shows more
  eligibility.ended-scope  open
    The source's whole session must have ended, or the source contact alone.
    `Policy.ended`: `SESSION`, `SEGMENT`.
"""

REFUSED = History([contact("B1"), contact("B2", "B1", "B1", at=10, minutes=None)], "FROM_SEGMENT", "B1")
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def example(name: str) -> str:
    found = EXAMPLES[name]
    graph = ContactGraph.from_contacts(read_contacts(found.records))
    return text(explain(graph, found.requests[0], target=found.target))


def drawn(history: History, **look: int) -> str:
    explanation, _ = history.explained()
    return text(explanation, **look)  # type: ignore[arg-type]


def picture_of(whole: str) -> str:
    return whole.partition("\nRules ")[0]


def refusal(**look: int) -> str:
    graph = REFUSED.graph
    refused = rehydration.History(graph).account(REFUSED.request)
    assert isinstance(refused, Refusal)
    return refusal_text(refused, graph, **look)


def test_use_case_1() -> None:
    assert example("use-case-1") == USE_CASE_1


def test_use_case_2() -> None:
    assert example("use-case-2") == USE_CASE_2


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("late-association", LATE_ASSOCIATION),
        ("branches", BRANCHES),
        ("beyond-the-limit", BEYOND_THE_LIMIT),
    ],
)
def test_an_example_is_drawn(name: str, picture: str) -> None:
    assert picture_of(example(name)) == picture


@pytest.mark.parametrize("name", PICTURES)
def test_a_history_is_drawn(name: str) -> None:
    assert picture_of(drawn(HISTORIES[name])) == PICTURES[name]


def test_a_refusal_is_told_with_its_session_and_the_other_readings() -> None:
    assert refusal() == REFUSAL


def test_a_chat_that_is_linked_already_is_drawn_with_how_sure_it_is() -> None:
    graph = ContactGraph.from_contacts([contact("C1"), contact("D1", at=30, related="C1")])

    assert (
        picture_of(text(explain_past(graph, "D1")))
        == """\
D1 continues from C1
  ✓ 1 visible
  No record tells whose contacts these are, so customers were not compared

◇    chat D1  type not recorded
┊
┊    ── session C1 · 2026-05-04 09:00–09:10 UTC · 1 contact ────────────────────
╰┄┄▶ ✓ C1 ◀ start  09:00–09:10  API  visible  visibility.type-of-link
                                              visibility.predecessors

Certain: holds under every reading of the open questions; assumes that related
  contacts are rehydrations
"""
    )


def test_a_chat_without_a_link_has_nothing_to_draw() -> None:
    graph = ContactGraph.from_contacts([contact("D1")])

    assert text(explain_past(graph, "D1")).startswith("D1 continues no past contact\n")


def test_a_target_is_named() -> None:
    assert "\n◇    chat Z  FROM_SEGMENT\n" in example("cumulative")


def test_a_session_of_too_many_branches_is_listed() -> None:
    lines = drawn(HISTORIES["a star"]).splitlines()

    assert "╰┄┄▶ ✓ N7 ◀ start  10:10–10:20  TRANSFER  visible  visibility.predecessors" in lines
    assert "┊    ⋮ 18 more: ✗ 18 dropped, N27 … N10" in lines
    assert "├" not in "".join(lines)


def test_seconds_are_told_where_there_are_any() -> None:
    history = History([contact("C1", at=0.5)], "FROM_SEGMENT", "C1")

    assert "09:00:30–09:10:30" in drawn(history)


def test_uuids_fit_into_80_columns_with_their_verdict_beside_them() -> None:
    ids = ["8534f457-38d0-48ec-0f10-99c6c3e1b258", "fd724452-ccea-71ff-4a14-876aeaff1a09"]
    history = History([contact(ids[0]), contact(ids[1], ids[0], ids[0], at=10)], "FROM_SEGMENT", ids[0])

    lines = drawn(history).splitlines()

    assert "┊    ✗ fd724452-ccea-71ff-4a14-876aeaff1a09  dropped" in lines
    assert "╰┄┄▶ ✓ 8534f457-38d0-48ec-0f10-99c6c3e1b258  visible  ◀ start" in lines


def test_a_long_session_leaves_out_what_is_alike() -> None:
    lines = drawn(HISTORIES["a long session"], width=100).splitlines()

    assert "     ⋮ 94 more: ✓ 94 visible, N123 … N30" in lines
    assert "     ⋮ 23 more: » 23 beyond the limit, N24 … N2" in lines
    assert len(lines) < 60


@pytest.mark.parametrize("name", HISTORIES)
def test_no_picture_has_hundreds_of_lines(name: str) -> None:
    assert len(drawn(HISTORIES[name]).splitlines()) < 150


def test_in_full_every_contact_is_drawn() -> None:
    whole = drawn(HISTORIES["many sessions, no two alike"], full=True)

    named = {f"N{number}{suffix}" for number in range(70) for suffix in ("", "x")}
    assert named <= set(whole.split())
    assert "⋮" not in whole


@pytest.mark.parametrize("width", [40, 57, 80, 132])
@pytest.mark.parametrize("name", HISTORIES)
def test_no_line_is_wider_than_it_may_be(name: str, width: int) -> None:
    lines = drawn(HISTORIES[name], width=width).splitlines()

    assert [each for each in lines if cell_len(each) > width] == []


def test_a_refusal_is_not_wider_than_it_may_be() -> None:
    assert [each for each in refusal(width=40).splitlines() if cell_len(each) > 40] == []


@pytest.mark.parametrize("name", HISTORIES)
def test_colours_change_no_character(name: str) -> None:
    history = HISTORIES[name]

    coloured = drawn(history, color=True)

    assert coloured != drawn(history)
    assert ESCAPE.sub("", coloured) == drawn(history)


def test_a_refusal_has_the_same_characters_in_colour() -> None:
    assert ESCAPE.sub("", refusal(color=True)) == refusal()


def test_verdicts_differ_in_colour_and_sign() -> None:
    headline = drawn(HISTORIES["unavailable, unknown, another channel"], color=True).splitlines()[1]

    styled = re.findall(r"\x1b\[(3\d)m([^\x1b]+)", headline)
    assert styled == [
        ("32", "✓ 1 visible"),
        ("33", "! 2 unavailable"),
        ("35", "? 1 unknown"),
        ("31", "✗ 1 dropped"),
        ("35", "incomplete"),
    ]


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = drawn(HISTORIES["stopped"], color=True)
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "20")):
        monkeypatch.setenv(name, value)

    assert drawn(HISTORIES["stopped"], color=True) == coloured


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60), st.integers(40, 132))
def test_no_id_moves_the_cursor_or_breaks_the_frame(contact_id: str, width: int) -> None:
    history = History(
        [contact(contact_id), contact(f"{contact_id}2", contact_id, contact_id, at=10)], "FROM_SEGMENT", contact_id
    )

    whole = drawn(history, width=width)

    assert whole.replace("\n", "").isprintable()
    assert max(map(cell_len, whole.split("\n"))) <= width


def test_text_for_terminals_without_signs_is_as_wide() -> None:
    whole = example("branches")

    plain = ascii_only(whole)

    assert plain.isascii()
    assert [len(each) for each in plain.splitlines()] == [len(each) for each in whole.splitlines()]


@given(st.text(alphabet="ab 中", max_size=40), st.integers(2, 20))
def test_breaking_a_text_keeps_its_characters(value: str, width: int) -> None:
    lines = words(value, width)

    assert "".join(lines).replace(" ", "") == value.replace(" ", "")
    assert all(cell_len(each) <= width for each in lines)


def test_an_answer_of_another_reading_is_marked_as_ours() -> None:
    history = EXAMPLES["late-association"]
    graph = ContactGraph.from_contacts(read_contacts(history.records))
    policy = Policy(link_scope="CONTACT")  # type: ignore[arg-type]

    whole = text(explain(graph, history.requests[0], policy=policy))

    assert "  ▶ link_scope=CONTACT (the contact that carries it, and what follows)\n" in whole


def test_a_type_of_ones_own_is_escaped_in_a_refusal() -> None:
    graph = ContactGraph.from_contacts([contact("C1")])
    request = RehydrationRequest("\x1b[31m", "C1")
    refused = rehydration.History(graph).account(request)

    assert isinstance(refused, Refusal)
    assert refusal_text(refused, graph).replace("\n", "").isprintable()


def test_a_picture_of_a_long_chain_overflows_nothing() -> None:
    length = sys.getrecursionlimit() * 2
    chain = [contact(f"N{n}", f"N{n - 1}", "N0", at=n, minutes=0.5) for n in range(1, length)]

    whole = drawn(History([contact("N0"), *chain], "FROM_SEGMENT", f"N{length - 1}"))

    assert f"» {length - 100:,} beyond the limit" in whole


def test_a_rule_of_ones_own_is_named_without_a_sentence() -> None:
    explanation, _ = HISTORIES["one is live"].explained()
    [session] = explanation.sessions
    verdicts = tuple(evolve(each, rules=(RuleId("mine.own"),)) for each in session.verdicts)

    assert text(evolve(explanation, sessions=(evolve(session, verdicts=verdicts),))).endswith("\n  mine.own\n")


def test_more_readings_than_anybody_would_compare_are_counted() -> None:
    explanation, _ = HISTORIES["one is live"].explained()
    assert explanation.certainty is not None
    many = evolve(explanation.certainty, outcomes=explanation.certainty.outcomes * 5)

    assert "\n    and 2 other answers\n" in text(evolve(explanation, certainty=many))


def test_a_condition_names_the_fields_of_the_policy_in_their_order_however_they_were_found() -> None:
    found = {"unavailable": "STOP", "link_scope": "CONTACT", "ended": "SEGMENT", "most_recent": "DEPTH"}
    when = frozenset(Reading(DOUBT_OF_FIELD[name], value) for name, value in found.items())
    outcome = Outcome(explain_past(ContactGraph.from_contacts([contact("C1")]), "C1").answer, (when,), 1)
    assert condition(outcome) == (
        "ended=SEGMENT (only the source contact) most_recent=DEPTH (the last of the longest chain) "
        "link_scope=CONTACT (the contact that carries it, and what follows) "
        "unavailable=STOP (nothing further back is shown)"
    )
