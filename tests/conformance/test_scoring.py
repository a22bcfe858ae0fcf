"""Scores, fingerprints, baselines and reports."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from rehydration.conformance.baseline import Verdict, judged, read_baseline
from rehydration.conformance.casebook import Case
from rehydration.conformance.faults import CaseMalformed
from rehydration.conformance.reporting import REPORTS
from rehydration.conformance.running import Outcome
from rehydration.conformance.scoring import Score, summary


def outcome(name: str, status: str, standing: str = "documented", **more: Any) -> Outcome:
    told = {"id": f"start.related/{name}", "title": "A | title <b>", "rules": ["start.related"], "steps": [{}]}
    return Outcome(Case.of_data({**told, "standing": standing, "needs": ["wire"]}), status, **more)


MIXED = Score(
    "a | target",
    (
        outcome("a", "passed"),
        outcome("b", "failed", message="it is 1 instead of 2\x00", step=2, codes=("X",)),
        outcome("c", "not-asked", "inferred", message="needs seed"),
        outcome("d", "error", "open", message="it hangs", step=1),
        outcome("e", "passed", "open", readings=(("ended", "SEGMENT"), ("most_recent", "DEPTH"))),
        outcome("f", "passed", "open", readings=(("most_recent", "DISCONNECT"),)),
    ),
)


def test_outcomes_are_counted_by_standing() -> None:
    assert summary(MIXED) == (
        "a | target: documented 1/2, inferred 0/1, open 2 observed of 3, 1 failed, 1 not asked, 1 errors"
    )


@pytest.mark.parametrize(
    ("outcomes", "conforms"),
    [
        ([outcome("a", "passed"), outcome("b", "not-asked"), outcome("c", "failed", "inferred")], True),
        ([outcome("a", "failed")], False),
        ([outcome("a", "error", "open")], False),
    ],
)
def test_documented_cases_decide(outcomes: list[Outcome], conforms: object) -> None:
    assert Score("a", tuple(outcomes)).conforms is conforms


def test_the_fingerprint_tells_each_field_or_that_it_cannot_be_told() -> None:
    told = MIXED.fingerprint
    assert (told["ended"], told["most_recent"], told["entire_view"]) == ("SEGMENT", "mixed", "cannot be told")
    assert len(told) == 9
    assert MIXED.policy == 'Policy(ended="SEGMENT")'


def test_a_baseline_is_a_list_of_case_ids(tmp_path: Any) -> None:
    path = tmp_path / "baseline"
    path.write_text("start.related/b  # known\n\n# a remark\nstart.related/a\n")
    assert read_baseline(path) == {"start.related/a", "start.related/b"}
    with pytest.raises(CaseMalformed, match="nowhere"):
        read_baseline(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (set(), Verdict(("start.related/b",), (), ("start.related/d",))),
        ({"start.related/b"}, Verdict((), (), ("start.related/d",))),
        (
            {"start.related/a", "start.related/c", "start.related/d", "gone"},
            Verdict(("start.related/b",), ("gone", "start.related/a"), ("start.related/d",)),
        ),
    ],
)
def test_what_is_listed_may_fail_and_must(listed: set[str], expected: Verdict) -> None:
    ids = [each.case.case_id for each in MIXED.outcomes]
    assert judged(MIXED.outcomes, frozenset(listed), ids) == expected
    assert not expected.is_well
    assert Verdict((), (), ()).is_well


def test_a_json_report_tells_everything() -> None:
    [target] = json.loads(REPORTS["json"]([MIXED]))["targets"]
    assert (target["target"], target["conforms"], target["policy"]) == ("a | target", False, 'Policy(ended="SEGMENT")')
    assert target["tally"]["documented"] == {"passed": 1, "failed": 1, "not_asked": 0, "errors": 0}
    assert target["cases"][1] == {
        "id": "start.related/b",
        "title": "A | title <b>",
        "rules": ["start.related"],
        "standing": "documented",
        "status": "failed",
        "message": "it is 1 instead of 2\x00",
        "step": 2,
        "codes": ["X"],
    }
    assert target["cases"][4]["readings"] == [["ended", "SEGMENT"], ["most_recent", "DEPTH"]]


def test_a_junit_report_is_xml_with_a_suite_a_target() -> None:
    root = ET.fromstring(REPORTS["junit"]([MIXED, Score("other", ())]))  # noqa: S314  # our own
    first, second = root.findall("testsuite")
    assert first.attrib == {"name": "a | target", "tests": "6", "failures": "1", "errors": "1", "skipped": "1"}
    kinds = {case.get("name"): [each.tag for each in case] for case in first.findall("testcase")}
    assert list(kinds.values()) == [[], ["failure"], ["skipped"], ["error"], [], []]
    assert second.findall("testcase") == []


def test_a_markdown_report_has_the_targets_side_by_side() -> None:
    text = REPORTS["markdown"]([MIXED, Score("other", (outcome("a", "failed", message="no", step=1),))])
    lines = text.splitlines()
    assert "|  | a \\| target | other |" in lines
    assert "| conforms | no | no |" in lines
    assert "| `wire` | 3 of 5 asked, 1 not asked | 0 of 1 asked, 0 not asked |" in lines
    assert "| documented passed | 1 of 2 asked | 0 of 1 asked |" in lines
    assert "| `ended` | SEGMENT | cannot be told |" in lines
    assert "| `start.related/a` A \\| title &lt;b> | documented | ✓ | ✗ |" in lines
    assert "| `start.related/c` A \\| title &lt;b> | inferred | – |  |" in lines
    assert "- a \\| target, `start.related/b`, step 2: it is 1 instead of 2\N{REPLACEMENT CHARACTER}" in lines
    assert REPORTS["markdown"]([]).startswith("# Conformance")
