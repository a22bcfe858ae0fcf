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
from rehydration.render import graph_dot, graph_mermaid, graph_svg, graph_text

CONTACTS = [
    contact("C1"),
    contact("C2", "C1", "C1", at=10),
    contact("V1", "C2", "C1", at=20, channel="VOICE"),
    contact("D2", "D1", "D1", at=1500, minutes=None, related="C2", rehydration_type="FROM_SEGMENT"),
    contact("E1", at=3000, minutes=None, related="X1"),
]
MERMAID = """\
flowchart TB
    %%{init: {"flowchart": {"wrappingWidth": 600, "subGraphTitleMargin": {"top": 4, "bottom": 8}}}}%%
    subgraph s1["session X1"]
        direction LR
        c1[/"#63; X1<br/>unknown<br/>no record"/]:::unknown
    end
    subgraph s2["session E1, 2026-05-06 UTC"]
        direction LR
        c2(["• E1<br/>live<br/>11:00, live API"]):::live
    end
    subgraph s3["session D1, 2026-05-05 UTC"]
        direction LR
        c3[/"#63; D1<br/>unknown<br/>no record"/]:::unknown
        c4(["• D2<br/>live<br/>10:00, live TRANSFER"]):::live
    end
    subgraph s4["session C1, 2026-05-04 UTC"]
        direction LR
        c5("✓ C1<br/>ended<br/>09:00–09:10 API"):::ended
        c6("✓ C2<br/>ended<br/>09:10–09:20 TRANSFER"):::ended
        c7["– V1<br/>other channel<br/>09:20–09:30 TRANSFER VOICE"]:::channel
    end
    s2 -. "type not recorded X1" .-> s1
    c3 --> c4
    s3 -. "FROM_SEGMENT C2" .-> s4
    c5 --> c6
    c6 --> c7
    s1 ~~~ s2
    s2 ~~~ s3
    linkStyle 0,2 stroke:#0550ae,color:#0550ae
    classDef unknown fill:#f1e1fb,stroke:#8250df,color:#3d1a73
    classDef live fill:#d6f5d6,stroke:#1a7f37,color:#0b3d1a,stroke-width:4px
    classDef ended fill:#f6f8fa,stroke:#57606a,color:#24292f
    classDef channel fill:#ddeeff,stroke:#0969da,color:#0a3069
    classDef session fill:#f6f8fa,stroke:#d0d7de,color:#24292f
    class s1,s2,s3,s4 session
"""
ENDED = 'shape=box, style="rounded,filled", color="#57606a", fillcolor="#f6f8fa"'
LIVE = 'shape=box, style="rounded,filled", penwidth=3, color="#1a7f37", fillcolor="#d6f5d6"'
OTHER = 'shape=box, style=filled, color="#0969da", fillcolor="#ddeeff"'
UNKNOWN = 'shape=note, style=filled, color="#8250df", fillcolor="#f1e1fb"'
CLUSTER = 'style=rounded, color="#8c959f"'
LINK = 'style=dashed, color="#0550ae", fontcolor="#0550ae", constraint=false'
DOT = f"""\
digraph rehydration {{
    graph [charset="UTF-8", fontname="Helvetica", fontsize=12, nodesep=0.4]
    node [fontname="Helvetica", fontsize=11, margin="0.15,0.08"]
    edge [fontname="Helvetica", fontsize=10, color="#57606a"]
    subgraph cluster_s1 {{
        graph [label="session X1", {CLUSTER}]
        c1 [label="? X1\\nunknown\\nno record", {UNKNOWN}]
    }}
    subgraph cluster_s2 {{
        graph [label="session E1, 2026-05-06 UTC", {CLUSTER}]
        c2 [label="• E1\\nlive\\n11:00, live API", {LIVE}]
    }}
    subgraph cluster_s3 {{
        graph [label="session D1, 2026-05-05 UTC", {CLUSTER}]
        c3 [label="? D1\\nunknown\\nno record", {UNKNOWN}]
        c4 [label="• D2\\nlive\\n10:00, live TRANSFER", {LIVE}]
        {{ rank=same; c3 c4 }}
    }}
    subgraph cluster_s4 {{
        graph [label="session C1, 2026-05-04 UTC", {CLUSTER}]
        c5 [label="✓ C1\\nended\\n09:00–09:10 API", {ENDED}]
        c6 [label="✓ C2\\nended\\n09:10–09:20 TRANSFER", {ENDED}]
        c7 [label="– V1\\nother channel\\n09:20–09:30 TRANSFER VOICE", {OTHER}]
        {{ rank=same; c5 c6 c7 }}
    }}
    c2 -> c1 [label="type not recorded", {LINK}]
    c3 -> c4
    c4 -> c6 [label="FROM_SEGMENT", {LINK}]
    c5 -> c6
    c6 -> c7
    c1 -> c2 [style=invis, weight=9]
    c2 -> c3 [style=invis, weight=9]
    c3 -> c5 [style=invis, weight=9]
}}
"""
_NODE = r'c\d+(?:\("[^"]*"\)|\(\["[^"]*"\]\)|\["[^"]*"\]|\[/"[^"]*"/\]):::\w+'
MERMAID_LINE = re.compile(
    rf"""flowchart\ TB | %%\{{init:.* | subgraph\ s\d+\["[^"]*"\] | direction\ LR | end | {_NODE}
        | (classDef|class|linkStyle)\ .* | [cs]\d+\ (-->|~~~)\ [cs]\d+ | s\d+\ -\.\ "[^"]*"\ \.->\ s\d+""",
    re.VERBOSE,
)
_STRING = r'"(?:[^"\\\n]|\\.)*"'
_ATTRIBUTES = rf"\[(?:\w+=(?:{_STRING}|[\w.]+)(?:,\ )?)+\]"
DOT_LINE = re.compile(
    rf"""digraph\ rehydration\ \{{ | subgraph\ cluster_s\d+\ \{{ | \}} | \{{\ rank=same;[ c\d]+\}}
        | \w+\ {_ATTRIBUTES} | \w+\ ->\ \w+(\ {_ATTRIBUTES})?""",
    re.VERBOSE,
)


def test_mermaid_draws_every_session_contact_and_link():
    assert graph_mermaid(ContactGraph.from_contacts(CONTACTS)) == MERMAID


def test_dot_draws_every_session_contact_and_link():
    assert graph_dot(ContactGraph.from_contacts(CONTACTS)) == DOT


def test_a_graph_without_contacts_is_drawn():
    empty = ContactGraph()
    assert graph_mermaid(empty).startswith("flowchart TB\n")
    assert graph_dot(empty).splitlines()[0::4] == ["digraph rehydration {", "}"]


def test_dot_draws_a_link_from_each_contact_that_carries_it_and_mermaid_one_from_the_session():
    again = contact("D3", "D2", "D1", at=1600, related="C2", rehydration_type="FROM_SEGMENT")
    graph = ContactGraph.from_contacts([*CONTACTS, again])
    drawn = [line.strip() for line in graph_dot(graph).splitlines() if "FROM_SEGMENT" in line]
    assert drawn == [f'{tail} -> c7 [label="FROM_SEGMENT", {LINK}]' for tail in ("c4", "c5")]
    drawn = [line.strip() for line in graph_mermaid(graph).splitlines() if "FROM_SEGMENT" in line]
    assert drawn == ['s3 -. "FROM_SEGMENT C2" .-> s4']


def test_a_contact_without_times_or_method_is_drawn_without():
    bare = evolve(contact("C1", minutes=None), initiation_timestamp=None, initiation_method=None)
    drawn = graph_mermaid(ContactGraph.from_contacts([bare])).splitlines()
    assert drawn[2:5] == [
        '    subgraph s1["session C1"]',
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


def test_a_link_to_another_customer_is_told_in_every_form():
    crossing = [
        evolve(contact("C1"), customer_id="Ana"),
        evolve(contact("D1", at=100, related="C1", rehydration_type="FROM_SEGMENT"), customer_id="Bo"),
        evolve(contact("E1", at=200, related="D1", rehydration_type="FROM_SEGMENT"), customer_id="Bo"),
    ]
    graph = ContactGraph.from_contacts(crossing)
    for draw in (graph_mermaid, graph_dot, graph_text):
        assert draw(graph).count("FROM_SEGMENT, other customer") == 1
    assert graph_svg(graph).count(">to another customer's</text>") == 1
