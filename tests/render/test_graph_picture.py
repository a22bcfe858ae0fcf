"""Pictures of a whole graph: the source for one history whole, all of it drawn, and no text gets out of its quotes."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from pictured import HISTORIES, contact
from rehydration import ContactGraph
from rehydration.render import graph_dot, graph_mermaid

CONTACTS = [
    contact("C1"),
    contact("C2", "C1", "C1", at=10),
    contact("V1", "C2", "C1", at=20, channel="VOICE"),
    contact("D2", "D1", "D1", at=1500, minutes=None, related="C2", rehydration_type="FROM_SEGMENT"),
    contact("E1", at=3000, minutes=None, related="X1"),
]
MERMAID = """\
flowchart LR
    %%{init: {"flowchart": {"wrappingWidth": 600, "subGraphTitleMargin": {"top": 4, "bottom": 8}}}}%%
    subgraph s0["session C1, 2026-05-04 UTC"]
        direction LR
        c1("✓ C1<br/>ended<br/>09:00–09:10 API"):::ended
        c2("✓ C2<br/>ended<br/>09:10–09:20 TRANSFER"):::ended
        c3["– V1<br/>other channel<br/>09:20–09:30 TRANSFER VOICE"]:::channel
    end
    subgraph s1["session D1, 2026-05-05 UTC"]
        direction LR
        c4[/"#63; D1<br/>unknown<br/>no record"/]:::unknown
        c5(["• D2<br/>live<br/>10:00, live TRANSFER"]):::live
    end
    subgraph s2["session E1, 2026-05-06 UTC"]
        direction LR
        c6(["• E1<br/>live<br/>11:00, live API"]):::live
    end
    subgraph s3["session X1"]
        direction LR
        c7[/"#63; X1<br/>unknown<br/>no record"/]:::unknown
    end
    c1 --> c2
    c2 --> c3
    c4 --> c5
    c2 ~~~ c5
    c7 ~~~ c6
    c5 -. "FROM_SEGMENT" .-> c2
    c6 -. "type not recorded" .-> c7
    classDef unknown fill:#f1e1fb,stroke:#8250df,color:#3d1a73
    classDef live fill:#d6f5d6,stroke:#1a7f37,color:#0b3d1a,stroke-width:4px
    classDef ended fill:#f6f8fa,stroke:#57606a,color:#24292f
    classDef channel fill:#ddeeff,stroke:#0969da,color:#0a3069
"""
ENDED = 'shape=box, style="rounded,filled", color="#57606a", fillcolor="#f6f8fa"'
LIVE = 'shape=box, style="rounded,filled", penwidth=3, color="#1a7f37", fillcolor="#d6f5d6"'
OTHER = 'shape=box, style=filled, color="#0969da", fillcolor="#ddeeff"'
UNKNOWN = 'shape=parallelogram, style=filled, color="#8250df", fillcolor="#f1e1fb"'
CLUSTER = 'style=rounded, color="#8c959f"'
DOT = f"""\
digraph rehydration {{
    graph [rankdir=LR, charset="UTF-8", fontname="Helvetica", nodesep=0.3]
    node [fontname="Helvetica", fontsize=11, margin="0.15,0.08"]
    edge [fontname="Helvetica", fontsize=10, color="#57606a"]
    subgraph cluster_0 {{
        graph [label="session C1, 2026-05-04 UTC", {CLUSTER}]
        c1 [label="✓ C1\\nended\\n09:00–09:10 API", {ENDED}]
        c2 [label="✓ C2\\nended\\n09:10–09:20 TRANSFER", {ENDED}]
        c3 [label="– V1\\nother channel\\n09:20–09:30 TRANSFER VOICE", {OTHER}]
    }}
    subgraph cluster_1 {{
        graph [label="session D1, 2026-05-05 UTC", {CLUSTER}]
        c4 [label="? D1\\nunknown\\nno record", {UNKNOWN}]
        c5 [label="• D2\\nlive\\n10:00, live TRANSFER", {LIVE}]
    }}
    subgraph cluster_2 {{
        graph [label="session E1, 2026-05-06 UTC", {CLUSTER}]
        c6 [label="• E1\\nlive\\n11:00, live API", {LIVE}]
    }}
    subgraph cluster_3 {{
        graph [label="session X1", {CLUSTER}]
        c7 [label="? X1\\nunknown\\nno record", {UNKNOWN}]
    }}
    c1 -> c2
    c2 -> c3
    c4 -> c5
    c2 -> c5 [dir=back, style=dashed, color="#0550ae", label="FROM_SEGMENT"]
    c7 -> c6 [dir=back, style=dashed, color="#0550ae", label="type not recorded"]
}}
"""
_NODE = r'c\d+(?:\("[^"]*"\)|\(\["[^"]*"\]\)|\["[^"]*"\]|\[/"[^"]*"/\]):::\w+'
MERMAID_LINE = re.compile(
    rf"""flowchart\ LR | %%\{{init:.* | subgraph\ s\d+\["[^"]*"\] | direction\ LR | end | {_NODE} | classDef\ .*
        | c\d+\ (-->|~~~)\ c\d+ | c\d+\ -\.\ "[^"]*"\ \.->\ c\d+""",
    re.VERBOSE,
)
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_ATTRIBUTES = rf"\[(?:\w+=(?:{_STRING}|[\w.]+)(?:,\ )?)+\]"
DOT_LINE = re.compile(
    rf"""digraph\ rehydration\ \{{ | subgraph\ cluster_\d+\ \{{ | \}}
        | \w+\ {_ATTRIBUTES} | \w+\ ->\ \w+(\ {_ATTRIBUTES})?""",
    re.VERBOSE,
)


def test_mermaid_draws_every_session_contact_and_link():
    assert graph_mermaid(ContactGraph.from_contacts(CONTACTS)) == MERMAID


def test_dot_draws_every_session_contact_and_link():
    assert graph_dot(ContactGraph.from_contacts(CONTACTS)) == DOT


def test_a_graph_without_contacts_is_drawn():
    empty = ContactGraph()
    assert graph_mermaid(empty).startswith("flowchart LR\n")
    assert graph_dot(empty).splitlines()[0::4] == ["digraph rehydration {", "}"]


def test_a_link_is_drawn_from_each_contact_that_carries_it():
    again = contact("D3", "D2", "D1", at=1600, related="C2", rehydration_type="FROM_SEGMENT")
    drawn = graph_mermaid(ContactGraph.from_contacts([*CONTACTS, again]))
    assert [line.strip() for line in drawn.splitlines() if "FROM_SEGMENT" in line] == [
        'c5 -. "FROM_SEGMENT" .-> c2',
        'c6 -. "FROM_SEGMENT" .-> c2',
    ]


def test_a_contact_without_times_or_method_is_drawn_without():
    bare = evolve(contact("C1", minutes=None), initiation_timestamp=None, initiation_method=None)
    drawn = graph_mermaid(ContactGraph.from_contacts([bare])).splitlines()
    assert drawn[2:5] == [
        '    subgraph s0["session C1"]',
        "        direction LR",
        '        c1(["• C1<br/>live<br/>live"]):::live',
    ]


@pytest.mark.parametrize("draw", [graph_mermaid, graph_dot])
@pytest.mark.parametrize("name", HISTORIES)
def test_the_order_of_the_records_changes_nothing(draw, name):
    contacts = list(HISTORIES[name].contacts)
    drawn = draw(ContactGraph.from_contacts(contacts), full=True)
    random.shuffle(contacts)
    assert draw(ContactGraph.from_contacts(contacts), full=True) == drawn


@pytest.mark.parametrize("draw", [graph_mermaid, graph_dot])
@pytest.mark.parametrize("name", HISTORIES)
def test_every_contact_is_drawn_once(draw, name):
    graph = HISTORIES[name].graph
    nodes = re.findall(r"^        (c\d+)\W", draw(graph, full=True), re.MULTILINE)
    number = len(graph) + len(graph.unknown_contacts)
    assert nodes == [f"c{each}" for each in range(1, number + 1)]


odd = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(odd, odd, odd, odd)
def test_no_text_of_a_record_gets_out_of_its_quotes(first, second, method, kind):
    if first == second:
        second += "2"
    graph = ContactGraph.from_contacts(
        [
            evolve(contact(first, method=method), channel=kind),
            contact(second, at=1000, related=first, rehydration_type=kind),
        ]
    )
    for drawn, line in ((graph_mermaid(graph), MERMAID_LINE), (graph_dot(graph), DOT_LINE)):
        assert [each for each in drawn.splitlines() if not line.fullmatch(each.strip())] == []


def test_time_in_a_picture_is_in_utc():
    late = contact("C1", at=timedelta(hours=14, minutes=59).total_seconds() / 60)
    assert "23:59–00:09" in graph_dot(ContactGraph.from_contacts([late]))
