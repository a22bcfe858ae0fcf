"""Mermaid and DOT: the source for one history whole, and that nothing in an id gets out of its quotes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured import HISTORIES, History, contact
from rehydration import ContactGraph, explain, read_contacts
from rehydration.examples import EXAMPLES
from rehydration.render import dot, mermaid

CERTAIN = "holds under every reading of the open questions"
USE_CASE_1_MERMAID = f"""\
flowchart TB
    %%{{init: {{"flowchart": {{"wrappingWidth": 600, "subGraphTitleMargin": {{"top": 4, "bottom": 8}}}}}}}}%%
    note["FROM_SEGMENT C2 continues from C2<br/>Certain#58; {CERTAIN}"]
    new(("new chat")):::plain
    subgraph s1["session C1, 2026-05-04 UTC"]
        direction LR
        c1("✓ C1<br/>visible<br/>09:00–09:08 API<br/>visibility.predecessors"):::visible
        c2("✓ C2<br/>visible, start<br/>09:08–09:25 TRANSFER<br/>visibility.predecessors"):::visible
        c3["✗ C3<br/>dropped<br/>09:25–09:27 DISCONNECT<br/>visibility.later-dropped"]:::dropped
    end
    new -. "FROM_SEGMENT C2" .-> s1
    c1 --> c2
    c2 -- "cut" --x c3
    note ~~~ new
    linkStyle 0 stroke:#0550ae,color:#0550ae
    linkStyle 2 stroke:#cf222e,color:#cf222e
    classDef visible fill:#d6f5d6,stroke:#1a7f37,color:#0b3d1a
    classDef dropped fill:#fdeaea,stroke:#cf222e,color:#6e0a12,stroke-dasharray:4 3
    classDef plain fill:#f6f8fa,stroke:#57606a,color:#24292f
    classDef note fill:none,stroke:none,text-align:left
    class note note
    classDef start stroke-width:4px
    class c2 start
    classDef session fill:#f6f8fa,stroke:#d0d7de,color:#24292f
    class s1 session
"""

_NODE = r'(c\d+|new|note)(?:\("[^"]*"\)|\(\("[^"]*"\)\)|\{\{"[^"]*"\}\}|\[{1,2}/?"[^"]*"/?\]{1,2})(?::::\w+)?'
MERMAID_LINE = re.compile(
    rf"""flowchart\ TB | %%\{{init:.*
        | subgraph\ s\d+\["[^"]*"\] | direction\ LR | end | {_NODE} | (classDef|class|linkStyle)\ .*
        | \w+\ (-->|~~~)\ \w+ | \w+\ --\ "cut"\ --x\ \w+ | \w+\ -\.\ "[^"]*"\ \.->\ \w+""",
    re.VERBOSE,
)
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_ATTRIBUTES = rf"\[(?:\w+=(?:{_STRING}|[\w.]+)(?:,\ )?)+\]"
DOT_LINE = re.compile(
    rf"""digraph\ rehydration\ \{{ | subgraph\ cluster_s\d+\ \{{ | \}} | \{{\ rank=same;[ c\d]+\}}
        | \w+\ {_ATTRIBUTES} | \w+\ ->\ \w+(\ {_ATTRIBUTES})?""",
    re.VERBOSE,
)


def example(name: str) -> tuple[str, str]:
    found = EXAMPLES[name]
    graph = ContactGraph.from_contacts(read_contacts(found.records))
    explanation = explain(graph, found.requests[0], target=found.target)
    return mermaid(explanation), dot(explanation)


def sources(history: History) -> tuple[str, str]:
    explanation, _ = history.explained()
    return mermaid(explanation), dot(explanation)


def test_use_case_1_in_mermaid() -> None:
    assert example("use-case-1")[0] == USE_CASE_1_MERMAID


def test_use_case_1_in_dot() -> None:
    assert example("use-case-1")[1].splitlines()[4:] == [
        rf'    note [label="FROM_SEGMENT C2 continues from C2\lCertain: {CERTAIN}\l", shape=plaintext]',
        '    new [label="new chat", shape=ellipse, style=filled, color="#57606a", fillcolor="#f6f8fa"]',
        "    subgraph cluster_s1 {",
        '        graph [label="session C1, 2026-05-04 UTC", style=rounded, color="#8c959f"]',
        (
            r'        c1 [label="✓ C1\nvisible\n09:00–09:08 API\nvisibility.predecessors", '
            'shape=box, style="rounded,filled", color="#1a7f37", fillcolor="#d6f5d6"]'
        ),
        (
            r'        c2 [label="✓ C2\nvisible, start\n09:08–09:25 TRANSFER\nvisibility.predecessors", '
            'shape=box, style="rounded,filled", color="#1a7f37", fillcolor="#d6f5d6", penwidth=3]'
        ),
        (
            r'        c3 [label="✗ C3\ndropped\n09:25–09:27 DISCONNECT\nvisibility.later-dropped", '
            'shape=box, style="dashed,filled", color="#cf222e", fillcolor="#fdeaea"]'
        ),
        "        { rank=same; c1 c2 c3 }",
        "    }",
        ('    new -> c2 [label="FROM_SEGMENT", style=dashed, color="#0550ae", fontcolor="#0550ae", constraint=false]'),
        "    c1 -> c2",
        '    c2 -> c3 [label="cut", style=dashed, arrowhead=tee, color="#cf222e", fontcolor="#cf222e"]',
        "    note -> new [style=invis, weight=9]",
        "    new -> c1 [style=invis, weight=9]",
        "}",
    ]


def test_a_link_runs_back_to_its_start_contact_with_its_type() -> None:
    in_mermaid, in_dot = sources(HISTORIES["unavailable, unknown, another channel"])

    assert '    s1 -. "FROM_SEGMENT D3" .-> s2\n' in in_mermaid
    assert '    c1 -> c5 [label="FROM_SEGMENT", style=dashed, color="#0550ae"' in in_dot


def test_a_link_of_unknown_type_says_so() -> None:
    assert '"type not recorded C2"' in example("cut-persists")[0]


def test_a_target_has_its_id() -> None:
    assert 'new(("chat Z"))' in example("cumulative")[0]


def test_verdicts_differ_in_shape_and_word() -> None:
    in_mermaid, in_dot = sources(HISTORIES["unavailable, unknown, another channel"])

    shapes = {re.sub(r'"[^"]*"', "", each)[2:] for each in re.findall(_NODE.replace("(c", "(?:c"), in_mermaid)}
    assert shapes == {
        "():::visible",
        "{{}}:::unavailable",
        "[//]:::unknown",
        "[]:::dropped",
        "w(()):::plain",
        "te[]",
    }
    assert set(re.findall(r'shape=(\w+, style=(?:\w+|"[^"]+"))', in_dot)) == {
        'box, style="rounded,filled"',
        'box, style="filled,diagonals"',
        "note, style=filled",
        'box, style="dashed,filled"',
        "ellipse, style=filled",
    }


def test_long_runs_become_one_node() -> None:
    in_mermaid, _ = sources(HISTORIES["a long session"])

    assert "… 94 contacts more<br/>N123 … N30<br/>✓ 94 visible" in in_mermaid
    assert in_mermaid.count(":::") < 20


def test_no_edge_is_drawn_twice() -> None:
    for source in sources(HISTORIES["a star"]):
        edges = [each for each in source.splitlines() if re.search("-[>x] ", each)]
        assert len(edges) == len(set(edges)) > 5


def test_in_full_every_contact_is_a_node() -> None:
    explanation, _ = HISTORIES["a long session"].explained()

    assert mermaid(explanation, full=True).count(":::") == 131  # with the new chat
    assert dot(explanation, full=True).count("shape=") == 132  # and the note


@pytest.mark.parametrize("name", HISTORIES)
def test_every_line_is_of_a_known_form(name: str) -> None:
    in_mermaid, in_dot = sources(HISTORIES[name])

    assert [each for each in in_mermaid.splitlines() if not MERMAID_LINE.fullmatch(each.strip())] == []
    assert [each for each in in_dot.splitlines() if not DOT_LINE.fullmatch(each.strip())] == []


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_no_id_gets_out_of_its_quotes(contact_id: str) -> None:
    in_mermaid, in_dot = sources(History([contact(contact_id)], "FROM_SEGMENT", contact_id))

    assert [each for each in in_mermaid.split("\n")[:-1] if not MERMAID_LINE.fullmatch(each.strip())] == []
    assert [each for each in in_dot.split("\n")[:-1] if not DOT_LINE.fullmatch(each.strip())] == []
    assert (in_mermaid + in_dot).replace("\n", "").isprintable()
