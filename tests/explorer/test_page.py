"""The page as text: one file, a policy that allows what is in it, and nothing of the records outside its data."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explored import data_of, held
from pictured import MORNING, contact
from rehydration import Contact, ContactGraph, Policy, RehydrationRequest
from rehydration.errors import InvalidArgument
from rehydration.explorer import Part, Selection, explorer

SMALL = ContactGraph.from_contacts([contact("C1"), contact("C2", "C1", "C1", at=10)])


def inside(page: str, name: str) -> list[str]:
    return re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)


def hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else() -> None:
    page = explorer(SMALL)

    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    (style,), (script,) = inside(page, "style"), inside(page, "script")

    assert dict(each.split(" ", 1) for each in policy.split("; ")) == {
        "default-src": "'none'",
        "script-src": hashed(script),
        "style-src": hashed(style),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_the_script_writes_no_markup_and_knows_no_rule() -> None:
    (script,) = inside(explorer(SMALL), "script")

    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|</script", script) == []
    )
    assert re.findall(r"\b(?:visibility|eligibility|start|identity|paging)\.[a-z]+-[a-z-]+", script) == []


def colours() -> list[dict[str, str]]:
    """The colours by name: those on light, then those on dark."""
    style = files("rehydration.explorer").joinpath("page.css").read_text(encoding="utf-8")
    return [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_what_it_stands_on(scheme: int) -> None:
    named = colours()[scheme]
    pairs = [
        (text, ground)
        for text in ("ink", "muted", "accent", "v0", "v1", "v2", "v3", "v4")
        for ground in ("surface", "ground", "sunken")
    ]
    pairs += [("on", "accent"), ("on", "v0"), ("on", "v1"), ("ink", "accent-soft"), ("accent", "accent-soft")]

    assert {
        pair: contrast(*map(named.__getitem__, pair)) for pair in pairs if contrast(*map(named.__getitem__, pair)) < 4.5
    } == {}


@given(st.text(min_size=1, max_size=40).filter(lambda text: not re.search(r"[\ud800-\udfff]", text)))
def test_what_records_say_reaches_the_page_in_its_data_alone_and_whole(text: str) -> None:
    graph = ContactGraph.from_contacts(
        [Contact(contact_id=text, initiation_method=text, customer_id=text, disconnect_timestamp=MORNING)]  # type: ignore[arg-type]
    )

    page = explorer(graph)
    data = re.findall(r'<script type="application/octet-stream" id="data">(.*?)</script>', page, re.DOTALL)

    assert len(data) == 1
    assert data[0].isascii()
    assert not set("<>&") & set(data[0])
    assert data_of(page)["ids"] == [text]
    without = page.replace(data[0], "")
    assert without == explorer(SMALL).replace(*_data(SMALL))


def _data(graph: ContactGraph) -> tuple[str, str]:
    found = re.search(r'id="data">(.*?)</script>', explorer(graph), re.DOTALL)
    assert found is not None
    return found[1], ""


def test_a_page_tells_what_it_is_about() -> None:
    graph = ContactGraph.from_contacts([contact("C1"), contact("D1", at=99, minutes=None), contact("E1", related="F1")])

    page = explorer(
        graph,
        selection=Selection(("C1",)),
        first=RehydrationRequest("FROM_SEGMENT", "C1"),
        target="D1",
        now=MORNING + timedelta(hours=1),
        policy=Policy(ended="SEGMENT"),  # type: ignore[arg-type]
    )

    data = data_of(page)
    assert data["about"] == {
        "contacts": 4,
        "sessions": 4,
        "chosen": 1,
        "now": "2026-05-04 10:00:00",
        "names_customers": False,
        "target": "D1",
        "policy": ["ended=SEGMENT"],
    }
    assert data["first"] == [0, "FROM_SEGMENT"]


def test_a_page_does_not_open_at_a_contact_that_it_has_not() -> None:
    assert data_of(explorer(SMALL, first=RehydrationRequest("FROM_SEGMENT", "Q")))["first"] is None


def test_a_page_of_no_contacts_is_a_page() -> None:
    assert data_of(explorer(ContactGraph()))["ids"] == []


def test_contacts_are_handed_out_to_be_watched() -> None:
    seen: list[str] = []

    def watched(contacts):
        for each in contacts:
            seen.append(each)
            yield each

    assert explorer(SMALL, watched=watched) == explorer(SMALL)
    assert seen == ["C2", "C1"]


def test_sessions_beyond_the_limit_that_are_not_chosen_are_counted() -> None:
    days = [contact(f"C{day}", at=1_440 * day, related=f"C{day - 1}" if day else None) for day in range(130)]

    data = data_of(explorer(ContactGraph.from_contacts(days), selection=Selection(since=days[-1].initiation_timestamp)))

    (line,) = data["lines"]
    answer = line["answers"][line["asked"][0][data["types"].index("FROM_SEGMENT")]]
    assert data["pickable"] == 1
    assert answer["beyond"] == [30, 30, 0]
    assert data["ids"][-1] == "C29"  # C129 itself sees it, by its link
    assert data["sessions"][-1]["link"] == {"from": None, "shown": "C28", "type": None}


def test_a_page_of_a_part_tells_how_much_there_is_and_that_more_lies_behind() -> None:
    days = [contact(f"C{day}", at=1_440 * day, related=f"C{day - 1}" if day else None) for day in range(110)]
    part = Part(("C109",), frozenset({"C0"}), 500, 400, names_customers=True)

    data = data_of(explorer(ContactGraph.from_contacts(days), part=part))

    line = data["lines"][0]
    assert line["answers"][line["asked"][0][data["types"].index("FROM_SEGMENT")]]["beyond"] == [10, 10, 1]
    assert [data["about"][name] for name in ("contacts", "sessions", "chosen")] == [500, 400, 1]


def test_later_sessions_that_are_not_chosen_are_counted() -> None:
    chats = [contact("C1"), contact("D1", at=100, related="C1"), contact("E1", at=200, related="C1")]
    graph = ContactGraph.from_contacts(chats)
    data = data_of(explorer(graph))
    assert [each.get("elsewhere") for each in data["sessions"]] == [None, None, None]
    early = data_of(explorer(graph, selection=Selection(until=chats[1].initiation_timestamp)))
    assert [each.get("elsewhere") for each in early["sessions"]] == [2]


def test_a_page_opens_at_a_contact_as_what_it_is() -> None:
    assert data_of(explorer(SMALL, first="C2"))["first"] == [0, None]


def test_a_session_within_the_limit_is_shown_whatever_became_of_its_contacts() -> None:
    newer = contact("D1", at=1_000, related="V1", rehydration_type="FROM_SEGMENT")
    graph = ContactGraph.from_contacts([contact("V1", channel="VOICE"), newer])

    data = data_of(explorer(graph, selection=Selection(since=newer.initiation_timestamp)))

    said = held(data, 0, data["types"].index("FROM_SEGMENT"))
    assert said is not None
    assert [row[:3] for row in said["verdicts"]] == [["D1", "D1", "visible"], ["V1", "V1", "dropped"]]
    assert data["pickable"] == 1


@pytest.mark.parametrize("wrong", [{"graph": None}, {"policy": "WARN"}, {"now": "today"}])
def test_arguments_of_the_wrong_type_are_told(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument):
        explorer(**{"graph": SMALL, **wrong})  # type: ignore[arg-type]
