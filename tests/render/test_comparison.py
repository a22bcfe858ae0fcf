"""Several requests on one history side by side, in text, Mermaid and DOT, and the text of a whole graph."""

from __future__ import annotations

import re

import pytest

import rehydration
from pictured import HISTORIES, History, contact
from rehydration import ContactGraph, Explanation, Refusal, RehydrationRequest, explain, read_contacts
from rehydration.examples import EXAMPLES
from rehydration.render import comparison_dot, comparison_mermaid, comparison_text, dot, graph_text, mermaid

CUT_PERSISTS = """\
A  FROM_SEGMENT C2 continues from C2
   ✓ 2 visible, ✗ 1 dropped
   Certain: holds under every reading of the open questions

B  FROM_SEGMENT D1 continues from D1
   ✓ 3 visible, ✗ 2 dropped
   Certain: holds under every reading of the open questions; assumes that
   related contacts are rehydrations

                  A                 B
session D1 · 2026-05-06 UTC · 2 contacts
  D2  TRANSFER    not looked at     ✗ dropped         ≠
  D1  API         not looked at     ✓ visible, start  ≠

session C1 · 2026-05-04 UTC · 3 contacts
  C3  DISCONNECT  ✗ dropped         ✗ dropped
  C2  TRANSFER    ✓ visible, start  ✓ visible
  C1  API         ✓ visible         ✓ visible
"""
STACKED = """\
                                        ⏎
session C1 · 2026-05-04 UTC · 3 contacts
  C3
    A  ✗ dropped  ≠
    B  ✓ visible, start  ≠
  C2
    A  ✓ visible, start
    B  ✓ visible
  C1
    A  ✓ visible
    B  ✓ visible
"""
GRAPH = """\
3 sessions, 5 contacts, 1 unknown
  ? 1 unknown, • 1 live, ✓ 3 ended, – 1 other channel

     ── session E1 · 2026-05-05 10:00 UTC, live · 1 contact ────────────────────
     • E1  10:00, live  API             live
  ┄┄┄╯ E1 continues D3, FROM_SEGMENT

     ── session D0 · 2026-05-04 10:40–11:10 UTC · 4 contacts ───────────────────
     ✓ D3  11:00–11:10  TRANSFER        ended
     – D2  10:50–11:00  TRANSFER VOICE  other channel
     ✓ D1  10:40–10:50  TRANSFER        ended
     ? D0  no record                    unknown

     ── session A · 2026-05-04 09:00–09:10 UTC · 1 contact ─────────────────────
     ✓ A   09:00–09:10  API             ended
"""


def asked(name: str, *requests: tuple[str, str]) -> list[Explanation | Refusal]:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES[name].records))
    return [rehydration.History(graph).account(RehydrationRequest(*each)) for each in requests]


BOTH = (("FROM_SEGMENT", "C2"), ("ENTIRE_PAST_SESSION", "C1"))


def test_what_each_request_shows_stands_side_by_side():
    assert comparison_text(asked("cut-persists", ("FROM_SEGMENT", "C2"), ("FROM_SEGMENT", "D1"))) == CUT_PERSISTS


def test_what_does_not_fit_side_by_side_stands_beneath():
    told = comparison_text(asked("use-case-1", *BOTH), width=40)
    assert told.endswith(STACKED.partition("⏎\n")[2])
    assert max(map(len, told.splitlines())) <= 40


def test_a_contingent_contact_is_marked():
    told = comparison_text(asked("branches", ("ENTIRE_PAST_SESSION", "B1"), ("FROM_SEGMENT", "B2")))
    assert "  B3  TRANSFER  ✓ visible ~       ✗ dropped         ≠\n" in told
    assert "   Contingent (~): depends on what ENTIRE_PAST_SESSION shows of a branched" in told


def test_a_refused_request_is_told_with_its_reason():
    told = comparison_text(asked("use-case-1", ("FROM_SEGMENT", "C2"), ("ENTIRE_PAST_SESSION", "C2")))
    assert "\nB  ENTIRE_PAST_SESSION C2 is refused: start.entire-given-another\n   ENTIRE_PAST_SESSION takes" in told


def test_long_runs_alike_are_left_out_unless_all_is_drawn():
    graph = HISTORIES["a long session"].graph
    sides = [explain(graph, RehydrationRequest("FROM_SEGMENT", each)) for each in ("N127", "N40")]
    assert "  ⋮ 81 more, N123 … N43\n" in comparison_text(sides)
    assert "N77" not in comparison_text(sides)
    assert comparison_text(sides, full=True).count("TRANSFER") == 129


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("width", [40, 80])
def test_a_comparison_is_as_wide_as_told_and_printable(name, width):
    explanation, _ = HISTORIES[name].explained()
    told = comparison_text([explanation, explanation], width=width, full=True)
    assert told.replace("\n", "").isprintable()
    if name != "long ids":
        assert max(map(len, told.splitlines())) <= width


def test_each_answer_follows_its_request_in_the_mermaid_source():
    told = comparison_mermaid(asked("use-case-1", *BOTH))
    names = ["r0note", "r0new", "r0c1", "r0c2", "r0c3", "r1note", "r1new", "r1c1", "r1c2", "r1c3"]
    assert re.findall(r"^ +(\w+)[([]\"?\(?", told, re.MULTILINE) == names
    assert "    r0s1 ~~~ r1note\n" in told  # in their order


def test_each_answer_follows_its_request_in_the_dot_source():
    told = comparison_dot(asked("use-case-1", ("FROM_SEGMENT", "C2"), ("ENTIRE_PAST_SESSION", "C2")))
    names = ["r0note", "r0new", "r0c1", "r0c2", "r0c3", "r1note"]
    assert re.findall(r"^ +(r\d\w+) \[label", told, re.MULTILINE) == names
    assert "    r0c1 -> r1note [style=invis" in told  # in their order
    assert "ENTIRE_PAST_SESSION takes the initial contact" in told


def test_a_contingent_contact_says_so_in_mermaid_and_dot():
    (explanation,) = asked("branches", ("ENTIRE_PAST_SESSION", "B1"))
    assert isinstance(explanation, Explanation)
    assert mermaid(explanation).count("visible, contingent") == dot(explanation).count("visible, contingent") == 1


def test_a_graph_is_told_in_text():
    records = [
        contact("A"),
        *HISTORIES["unavailable, unknown, another channel"].contacts[:3],
        contact("E1", at=1500, minutes=None, related="D3", rehydration_type="FROM_SEGMENT"),
    ]
    assert graph_text(ContactGraph.from_contacts(records)) == GRAPH


def test_many_sessions_of_a_graph_are_left_out_unless_all_is_drawn():
    graph = History([contact(f"S{each}", at=20 * each) for each in range(40)], "FROM_SEGMENT", "S1").graph
    assert "⋮ 29 sessions more: ✓ 29 ended, S33 … S5\n" in graph_text(graph)
    assert graph_text(graph, full=True).count("✓ S") == 40
