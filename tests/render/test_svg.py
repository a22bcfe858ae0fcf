"""Pictures as SVG: well-formed, nothing overlaps, text stays in its box, time runs as one reads, links run back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

import rehydration
from pictured import HISTORIES, History, contact
from rehydration import (
    Availability,
    Contact,
    ContactGraph,
    Explanation,
    RehydrationRequest,
    RehydrationType,
    RuleForbids,
    TranscriptFact,
    Verdict,
    explain,
    explain_past,
    read_contacts,
    resolve,
)
from rehydration.examples import EXAMPLES
from rehydration.render import comparison_svg, graph_svg, svg
from rehydration.render.lettering import fitted, set_in_lines, width_of
from rehydration.render.picture import Look
from rehydration.render.signs import DARK, LIGHT, Colors
from rehydration.render.writing import safe_word
from worlds import contact as contact_of
from worlds import ids, worlds

NAMESPACE = "{http://www.w3.org/2000/svg}"
SHAPES = {
    "visible": ("rect", "rounded"),
    "unavailable": ("polygon", "6 points"),
    "unknown": ("polygon", "4 points"),
    "dropped": ("rect", "square"),
    "beyond": ("rect", "square, edged"),
    "live": ("rect", "round"),
    "ended": ("rect", "rounded"),
    "channel": ("rect", "square"),
    "plain": ("rect", "round"),
}
CLASSES = {
    Verdict.VISIBLE: "visible",
    Verdict.UNAVAILABLE: "unavailable",
    Verdict.UNKNOWN: "unknown",
    Verdict.DROPPED: "dropped",
    Verdict.BEYOND_LIMIT: "beyond",
}
SIZES = {"name": 13, "word": 12, "detail": 11, "link": 11, "contingent": 11, "differs": 11, "rule": 10}
BOLD = {"name", "link", "contingent", "differs"}


@frozen
class Area:
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Area) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and not (self.bottom <= other.top or other.bottom <= self.top)

    def comes_before(self, other: Area) -> bool:
        """Tell whether one reads it first: it stands left of the other or above it."""
        return self.right < other.left or self.bottom < other.top

    def holds(self, other: Area) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


@frozen
class Drawn:
    """A box as it is drawn."""

    name: str
    look: str
    area: Area
    shape: tuple[str, str]
    texts: tuple[tuple[str, str], ...]
    text_areas: tuple[Area, ...]


class Sheet:
    """A picture, read back."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root = ET.fromstring(source)  # noqa: S314  # our own
        self.boxes = [
            _box(each) for each in self.root.iter(f"{NAMESPACE}g") if each.get("class", "x").split()[0] == "contact"
        ]
        self.whole = Area(0, 0, *map(float, self.root.attrib["viewBox"].split()[2:]))

    def box(self, name: str) -> Drawn:
        return next(each for each in self.boxes if each.name == name)

    def paths(self, style: str) -> list[str]:
        return [
            each.attrib["d"] for each in self.root.iter(f"{NAMESPACE}path") if style in each.get("class", "").split()
        ]

    def texts(self, style: str) -> list[str]:
        return [each.text or "" for each in self.root.iter(f"{NAMESPACE}text") if style in each.attrib["class"].split()]

    @property
    def text_areas(self) -> Iterator[Area]:
        for each in self.root.iter(f"{NAMESPACE}text"):
            yield _text_area(each)


def _box(group: ET.Element) -> Drawn:
    title = group.find(f"{NAMESPACE}title")
    assert title is not None
    shape = next(each for each in group if each.get("class") == "shape")
    texts = list(group.iter(f"{NAMESPACE}text"))
    if shape.tag == f"{NAMESPACE}rect":
        x, y, width, height, radius = (float(shape.attrib[each]) for each in ("x", "y", "width", "height", "rx"))
        corner = "square" if not radius else "rounded" if radius == 10 else "round"
        edged = any(each.get("class") == "edge" for each in group)
        area, told = Area(x, y, x + width, y + height), ("rect", f"{corner}, edged" if edged else corner)
    else:
        points = [tuple(map(float, each.split(","))) for each in shape.attrib["points"].split()]
        xs, ys = zip(*points, strict=True)
        area, told = Area(min(xs), min(ys), max(xs), max(ys)), ("polygon", f"{len(points)} points")
    styles = group.attrib["class"].split()
    return Drawn(
        (title.text or "").split("\n")[0],
        styles[1],
        area,
        told,
        tuple((each.attrib["class"], each.text or "") for each in texts),
        tuple(map(_text_area, texts)),
    )


def _text_area(text: ET.Element) -> Area:
    style = text.attrib["class"].split()[0]
    size = SIZES.get(style, {"title": 16, "session": 13, "mark": 10, "label": 11}.get(style, 12))
    bold = style in BOLD or style in {"title", "session", "mark", "sure"}
    x, y = float(text.attrib["x"]), float(text.attrib["y"])
    return Area(x, y - 0.8 * size, x + width_of(text.text or "", size, bold=bold), y + 0.25 * size)


def history(name: str) -> Sheet:
    return Sheet(svg(HISTORIES[name].explained()[0]))


def example(name: str) -> Explanation:
    found = EXAMPLES[name]
    graph = ContactGraph.from_contacts(read_contacts(found.records))
    return explain(graph, found.requests[0], target=found.target)


def check(sheet: Sheet) -> None:
    """Hold a picture to all that holds of every picture."""
    for one, other in combinations(sheet.boxes, 2):
        assert not one.area.overlaps(other.area), (one, other)
    for box in sheet.boxes:
        assert sheet.whole.holds(box.area)
        assert box.shape == SHAPES[box.look]
        assert [text for text, area in zip(box.texts, box.text_areas, strict=True) if not box.area.holds(area)] == []
    areas = list(sheet.text_areas)
    assert [each for each in areas if not sheet.whole.holds(each)] == []
    for one, other in combinations(areas, 2):
        assert not one.overlaps(other), (one, other)
    for area in areas:
        for style in ("join", "back", "cut", "limit", "stop"):
            for path in sheet.paths(style):
                assert not any(area.overlaps(each) for each in _strokes(path)), (style, path, area)
    for box in sheet.boxes:
        for style in ("join", "back"):
            for path in sheet.paths(style):
                inner = Area(box.area.left + 1, box.area.top + 1, box.area.right - 1, box.area.bottom - 1)
                assert not any(inner.overlaps(each) for each in _strokes(path)), (style, path, box)


def _strokes(path: str) -> Iterator[Area]:
    """Take a path apart into its straight strokes."""
    x = y = 0.0
    for letter, told in re.findall(r"([MHVQhv])([^MHVQhvlz]*)", path):
        values = [float(each) for each in re.findall(r"-?[\d.]+", told)]
        before = (x, y)
        if letter == "M":
            x, y = values
            continue
        if letter == "Q":
            x, y = values[2:]
        elif letter in "Hh":
            x = values[0] + (x if letter == "h" else 0)
        else:
            y = values[0] + (y if letter == "v" else 0)
        (left, right), (top, bottom) = sorted((before[0], x)), sorted((before[1], y))
        yield Area(left - 0.1, top - 0.1, right + 0.1, bottom + 0.1)


# -------------------------------------------------------------------------------------------------------- the examples


def test_use_case_1_in_svg() -> None:
    sheet = Sheet(svg(example("use-case-1")))

    assert [(each.name, each.look, [text for _, text in each.texts]) for each in sheet.boxes] == [
        ("C1", "visible", ["C1", "visible", "09:00–09:08 API", "visibility.predecessors"]),
        ("C2", "visible", ["C2", "visible, start", "09:08–09:25 TRANSFER", "visibility.predecessors"]),
        ("C3", "dropped", ["C3", "dropped", "09:25–09:27 DISCONNECT", "visibility.later-dropped"]),
        ("new chat", "plain", ["new chat", "← FROM_SEGMENT"]),
    ]
    assert sheet.texts("title") == ["FROM_SEGMENT C2 continues from C2"]
    assert (sheet.texts("session"), sheet.texts("label")) == (["session C1"], ["2026-05-04 UTC · 3 contacts"])
    assert sheet.texts("legend") == ["2 visible", "1 dropped", "next contact", "continues from", "the chain is cut"]
    assert sheet.texts("sure") == ["Certain: holds under every reading of the open questions"]


def test_a_screen_reader_is_told_what_is_drawn() -> None:
    root = Sheet(svg(example("use-case-1"))).root

    assert (root[0].tag, root[0].text) == (f"{NAMESPACE}title", "FROM_SEGMENT C2 continues from C2")
    sure = "Certain: holds under every reading of the open questions."
    told = f"FROM_SEGMENT C2 continues from C2. Visible: C2, C1. Dropped: C3. {sure}"
    assert (root[1].tag, root[1].text) == (f"{NAMESPACE}desc", told)
    assert root.attrib["role"] == "img"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_drawn_without_overlaps(name: str) -> None:
    check(Sheet(svg(example(name))))


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_is_drawn_without_overlaps(name: str) -> None:
    explanation, graph = HISTORIES[name].explained()
    check(Sheet(svg(explanation)))
    check(Sheet(graph_svg(graph)))


# ------------------------------------------------------------------------------------------------------- what is drawn


def test_verdicts_differ_in_shape() -> None:
    shapes = {each.look: each.shape for each in history("unavailable, unknown, another channel").boxes}
    shapes |= {each.look: each.shape for each in history("a long session").boxes}

    assert set(shapes) == {"visible", "unavailable", "unknown", "dropped", "beyond", "plain"}
    assert len(set(shapes.values())) == len(shapes)


def test_a_link_runs_back_from_a_chat_to_its_start_contact() -> None:
    sheet = history("a link on a branch")

    begin, *_, end = _strokes(next(each for each in sheet.paths("back") if each.count("V") == 3))
    carrier, start = sheet.box("D2").area, sheet.box("C2").area
    assert carrier.left < begin.left < carrier.right
    assert start.left < end.left < start.right
    assert start.bottom < end.bottom < carrier.top


def test_a_link_is_drawn_from_each_contact_that_carries_it() -> None:
    carriers = [contact("D1", at=100, related="C1"), contact("D2", "D1", "D1", at=110, related="C1")]
    sheet = Sheet(svg(History([contact("C1"), *carriers], "FROM_SEGMENT", "D2").explained()[0]))

    assert [text for box in sheet.boxes for style, text in box.texts if style == "link"] == [
        "← type not recorded",
        "← type not recorded",
        "← FROM_SEGMENT",
    ]
    upwards = [each for each in sheet.paths("back-head") if each.endswith("h9z")]  # that of the legend points left
    assert len(upwards) == 2  # what arrives at one contact does so together
    assert len([each for each in sheet.paths("back") if "V" in each or "H" in each]) == 3


def test_the_cut_is_drawn_where_the_chain_is_cut() -> None:
    sheet = Sheet(svg(example("cut-persists")))

    (cut,) = sheet.paths("cut")[:1]
    (stroke,) = _strokes(cut)
    assert sheet.box("C2").area.right < stroke.left < sheet.box("C3").area.left
    assert sheet.texts("cut-mark") == ["cut"]


def test_a_contact_of_another_channel_is_no_cut() -> None:
    assert history("unavailable, unknown, another channel").texts("cut-mark") == []
    called = [
        contact("V1", channel="VOICE"),
        contact("C2", "V1", "V1", at=10),
        contact("V3", "C2", "V1", at=20, channel="VOICE"),
    ]
    assert Sheet(svg(History(called, "FROM_SEGMENT", "C2").explained()[0])).texts("cut-mark") == []
    later = History([*called, contact("C4", "V3", "V1", at=30)], "FROM_SEGMENT", "C2")
    sheet = Sheet(svg(later.explained()[0]))
    (stroke,) = _strokes(sheet.paths("cut")[0])
    assert sheet.box("V3").area.right < stroke.left < sheet.box("C4").area.left


def test_what_stops_a_walk_and_the_limit_are_marked() -> None:
    assert history("stopped").texts("stop-mark") == ["stop"]
    assert history("a long session").texts("limit-mark") == ["limit"]
    assert Sheet(svg(example("beyond-the-limit"))).texts("limit-mark") == ["limit"]


def test_contingent_contacts_are_marked() -> None:
    sheet = Sheet(svg(example("branches")))

    assert [each.name for each in sheet.boxes if ("contingent", "contingent") in each.texts] == ["B3"]
    assert " ".join(sheet.texts("sure")) == (
        "Contingent: depends on what ENTIRE_PAST_SESSION shows of a branched session (entire_view)"
    )
    assert "entire_view=ANCESTORS (the start contact and what led to it): from B2, shows B2 B1" in " ".join(
        sheet.texts("said")
    )


def test_what_is_contingent_is_what_other_readings_decide_otherwise() -> None:
    for name in EXAMPLES:
        told = example(name)
        assert told.certainty is not None
        sheet = Sheet(svg(told, full=True))
        marked = {each.name for each in sheet.boxes if ("contingent", "contingent") in each.texts}
        assert marked == {each.contact_id for each in told.verdicts} & told.certainty.readable_sometimes


def test_long_runs_become_one_box_unless_all_is_drawn() -> None:
    explanation, _ = HISTORIES["a long session"].explained()

    assert {"94 contacts", "23 contacts"} <= {each.name for each in Sheet(svg(explanation)).boxes}
    assert len(Sheet(svg(explanation, full=True)).boxes) == 131


def test_a_long_id_is_shortened_and_told_whole() -> None:
    sheet = history("long ids")

    box = sheet.box("x" * 256)
    assert box.texts[0] == ("name", "xxxxxxxx…xxxxxx")


def test_the_days_of_a_session_are_told() -> None:
    assert history("over night").texts("label") == ["2026-05-04 – 2026-05-05 UTC · 2 contacts"]
    assert [each.split(" · ")[0] for each in Sheet(svg(example("cut-persists"))).texts("label")] == [
        "2026-05-04 UTC",
        "2026-05-06 UTC",
    ]


def test_a_long_history_is_no_wider_than_a_page() -> None:
    chats = [
        contact(
            f"S{day}C{place}",
            f"S{day}C{place - 1}" if place else None,
            f"S{day}C0",
            at=1440 * day + 10 * place,
            related=f"S{day - 1}C0" if day and not place else None,
        )
        for day in range(6)
        for place in range(12)
    ]
    sheet = Sheet(graph_svg(ContactGraph.from_contacts(chats), full=True))

    check(sheet)
    assert sheet.whole.right < 1_100
    assert sheet.whole.bottom < 2_400
    assert len({each.area.top for each in sheet.boxes if each.name.startswith("S0")}) > 1


def test_branches_of_long_chains_are_listed_with_what_they_continue() -> None:
    chain = [contact(f"C{place}", f"C{place - 1}" if place else None, "C0", at=10 * place) for place in range(7)]
    sheet = Sheet(graph_svg(ContactGraph.from_contacts([*chain, contact("B", "C1", "C0", at=65)])))

    check(sheet)
    assert sheet.texts("label") == ["2026-05-04 UTC · 8 contacts · branched"]
    assert ("detail", "after C1") in sheet.box("B").texts


def test_a_picture_for_slides_names_no_rules_and_calls_a_survey_a_survey() -> None:
    sheet = Sheet(svg(example("use-case-1"), plain=True))

    check(sheet)
    assert [text for _, text in sheet.box("C3").texts] == ["C3", "dropped", "09:25–09:27 survey"]
    assert sheet.texts("rule") == []
    assert "visibility." not in svg(example("beyond-the-limit"), plain=True)
    refused = rehydration.History(HISTORIES["one is live"].graph).account(RehydrationRequest("FROM_SEGMENT", "B2"))
    assert Sheet(comparison_svg([refused], plain=True)).texts("title") == ["FROM_SEGMENT B2 is refused"]


def test_a_transcript_that_is_lost_is_not_drawn_as_ended() -> None:
    lost = evolve(contact("C1"), transcript=TranscriptFact(Availability.DELETED))
    box = Sheet(graph_svg(ContactGraph.from_contacts([lost]))).box("C1")

    assert (box.look, box.texts[1]) == ("unavailable", ("word", "transcript deleted"))


def test_a_linked_chat_that_continues_nothing_is_drawn() -> None:
    sheet = Sheet(svg(explain_past(ContactGraph.from_contacts([contact("D1")]), "D1")))

    assert (sheet.boxes, sheet.texts("title")) == ([], ["D1 continues no past contact"])


def test_a_target_has_its_id() -> None:
    assert Sheet(svg(example("cumulative"))).boxes[-1].name == "chat Z"


# ----------------------------------------------------------------------------------------------------- graphs, answers


def test_a_graph_is_drawn_as_it_is_recorded() -> None:
    graph = ContactGraph.from_contacts(
        [
            contact("C1"),
            contact("V1", "C1", "C1", at=10, channel="VOICE"),
            contact("D2", "D1", "D1", at=1500, minutes=None, related="C1", rehydration_type="FROM_SEGMENT"),
        ]
    )
    sheet = Sheet(graph_svg(graph))

    assert [(each.name, each.look) for each in sheet.boxes] == [
        ("C1", "ended"),
        ("V1", "channel"),
        ("D1", "unknown"),
        ("D2", "live"),
    ]
    assert sheet.box("D2").texts[-1] == ("link", "← FROM_SEGMENT")
    assert sheet.texts("title") == ["2 sessions, 3 contacts, 1 unknown"]


def test_a_graph_without_contacts_is_drawn() -> None:
    sheet = Sheet(graph_svg(ContactGraph()))

    assert (sheet.boxes, sheet.texts("title")) == ([], ["0 sessions, 0 contacts"])


def test_an_answer_alone_is_drawn_with_what_it_lists() -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["cut-persists"].records))
    sheet = Sheet(svg(resolve(graph, EXAMPLES["cut-persists"].requests[0])))

    check(sheet)
    assert [each.name for each in sheet.boxes] == ["C1", "C2", "D1", "D2", "new chat"]
    assert [each.split(" · ")[1] for each in sheet.texts("label")] == ["2 listed contacts"] * 2
    assert len(sheet.paths("back-head")) == 3


@pytest.mark.parametrize("name", HISTORIES)
def test_every_answer_alone_is_drawn_without_overlaps(name: str) -> None:
    found = HISTORIES[name]
    check(Sheet(svg(resolve(found.graph, found.request, transcripts=found.transcripts, policy=found.policy))))


# ---------------------------------------------------------------------------------------------------------- comparisons


def test_two_requests_share_their_columns() -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["use-case-1"].records))
    one = explain(graph, RehydrationRequest("FROM_SEGMENT", "C2"))
    other = explain(graph, RehydrationRequest("ENTIRE_PAST_SESSION", "C1"))
    sheet = Sheet(comparison_svg([one, other]))

    check(sheet)
    first, second = sheet.boxes[:4], sheet.boxes[4:]
    assert [each.name for each in first] == [each.name for each in second] == ["C1", "C2", "C3", "new chat"]
    assert [each.area.left for each in first] == [each.area.left for each in second]
    assert [each.look for each in first] == ["visible", "visible", "dropped", "plain"]
    assert [each.look for each in second] == ["visible", "visible", "visible", "plain"]
    assert [each.name for each in sheet.boxes if ("differs", "differs") in each.texts] == ["C3", "C3"]


def test_a_refused_request_is_told_beside_an_answered_one() -> None:
    graph = ContactGraph.from_contacts(read_contacts(EXAMPLES["use-case-1"].records))
    request = RehydrationRequest("ENTIRE_PAST_SESSION", "C2")
    sheet = Sheet(comparison_svg([example("use-case-1"), rehydration.History(graph).account(request)]))

    check(sheet)
    assert sheet.texts("title")[1] == "ENTIRE_PAST_SESSION C2 is refused: start.entire-given-another"
    assert len(sheet.boxes) == 4


# ----------------------------------------------------------------------------------------------------------------- laws


def _explained(records: list[dict[str, Any]], kind: str, source: str) -> Explanation | None:
    try:
        return explain(ContactGraph.from_contacts(map(contact_of, records)), RehydrationRequest(kind, source))
    except RuleForbids:
        return None


@given(worlds(), st.sampled_from(list(RehydrationType)), st.data())
def test_every_answer_is_drawn_whole_and_in_order(
    records: list[dict[str, Any]], kind: RehydrationType, data: st.DataObject
) -> None:
    told = _explained(records, kind, data.draw(st.sampled_from(ids(records))))
    if told is None:
        return
    sheet = Sheet(svg(told, full=True))

    check(sheet)
    drawn = {each.name: each for each in sheet.boxes if each.name != "new chat"}
    assert {name: each.look for name, each in drawn.items()} == {
        each.contact_id: CLASSES[each.verdict] for each in told.verdicts
    }
    assert len(sheet.boxes) == len(told.verdicts) + (told.answer.continued_from_contact_id is not None)
    for each in told.verdicts:
        known = each.contact if isinstance(each.contact, Contact) else None
        if known is not None and known.previous_contact_id in drawn:
            assert drawn[known.previous_contact_id].area.comes_before(drawn[each.contact_id].area)
    for place, session in enumerate(told.sessions):
        for earlier in told.sessions[place + 1 :]:
            for one in earlier.verdicts:
                assert all(
                    drawn[one.contact_id].area.bottom < drawn[each.contact_id].area.top for each in session.verdicts
                )


@given(worlds())
def test_every_graph_is_drawn_whole_and_in_order(records: list[dict[str, Any]]) -> None:
    graph = ContactGraph.from_contacts(map(contact_of, records))
    sheet = Sheet(graph_svg(graph, full=True))

    check(sheet)
    drawn = {each.name: each.area for each in sheet.boxes}
    assert sorted(each.name for each in sheet.boxes) == ids(records)
    previous = {each.contact_id: each.previous_contact_id for each in graph if each.previous_contact_id}
    assert [(a, b) for b, a in previous.items() if not drawn[a].comes_before(drawn[b])] == []


@given(st.integers(2, 20), st.data())
def test_where_clocks_agree_sessions_run_down_in_time(number: int, data: st.DataObject) -> None:
    contacts: list[Contact] = []
    for place in range(number):
        earlier = data.draw(st.none() | st.sampled_from(contacts)) if contacts else None
        if earlier is not None and data.draw(st.booleans()):
            made = contact(f"S{place}", earlier.contact_id, earlier.initial_contact_id, at=10 * place)
        else:
            made = contact(f"S{place}", at=10 * place, related=None if earlier is None else earlier.contact_id)
        contacts.append(made)
    sheet = Sheet(graph_svg(ContactGraph.from_contacts(data.draw(st.permutations(contacts))), full=True))

    check(sheet)
    firsts = [each.contact_id for each in contacts if each.previous_contact_id is None]
    tops = [sheet.box(each).area.top for each in firsts]
    assert tops == sorted(tops)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256), st.text(max_size=30))
def test_no_id_gets_out_of_its_box(contact_id: str, method: str) -> None:
    found = History([evolve(contact(contact_id), initiation_method=method)], "FROM_SEGMENT", contact_id)
    source = svg(found.explained()[0])
    sheet = Sheet(source)

    check(sheet)
    assert sheet.boxes[0].name == safe_word(contact_id)
    assert source.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", HISTORIES)
def test_the_same_history_is_always_drawn_the_same(name: str) -> None:
    found = HISTORIES[name]
    again = evolve(found, contacts=list(reversed(found.contacts)))

    assert svg(again.explained()[0]) == svg(found.explained()[0])


# -------------------------------------------------------------------------------------------------- looks and lettering


def _contrast(one: str, other: str) -> float:
    """Tell the contrast ratio of two colours, as WCAG 2.1 defines it."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("colors", "band"), [(LIGHT, "#f6f8fa"), (DARK, "#161b22")])
def test_text_and_outlines_stand_out_on_light_and_dark(colors: Mapping[Look, Colors], band: str) -> None:
    assert [look for look, each in colors.items() if _contrast(each.text, each.fill) < 4.5] == []
    assert [look for look, each in colors.items() if _contrast(each.stroke, band) < 3] == []


def test_both_colour_schemes_are_in_the_picture_and_nothing_from_elsewhere() -> None:
    source = svg(example("use-case-1"))

    assert source.count("@media (prefers-color-scheme:dark)") == 1
    assert re.findall(r"<script|@import|url\(|href|https?:(?!//www\.w3\.org/2000/svg)| id=", source) == []


@given(st.text(max_size=300), st.integers(20, 400), st.booleans())
def test_a_text_that_is_fitted_fits(text: str, room: int, bold: bool) -> None:  # noqa: FBT001
    told = fitted(text, room, 10, bold=bold)

    assert width_of(told, 10, bold=bold) <= room
    assert told == text or "…" in told


def test_lines_break_between_words() -> None:
    assert set_in_lines("one two three", 50, 10, word=50) == ["one two", "three"]
    assert set_in_lines("1234567890 1", 50, 10, word=50) == ["123…890", "1"]
