"""Scores, the one verdict, fingerprints, baselines and reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from rehydration.conformance.baseline import read_baseline
from rehydration.conformance.casebook import Case
from rehydration.conformance.faults import CaseMalformed
from rehydration.conformance.reporting import REPORTS, Made
from rehydration.conformance.running import Failure, Outcome
from rehydration.conformance.scoring import Score, Verdict, findings, summary
from rehydration.conformance.telling import written

MADE = Made("2026.11", "1.2.3", datetime(2026, 11, 28, 20, tzinfo=UTC))


def outcome(name: str, status: str, standing: str = "documented", **more: Any) -> Outcome:
    told = {"id": f"start.related/{name}", "title": "A | title <b>", "rules": ["start.related"], "steps": [{}]}
    if standing == "smoke":
        told |= {"id": f"smoke/{name}", "rules": []}
    needs = more.pop("needs", ["wire"])
    if status in ("failed", "not-shown") and "failure" not in more:
        more = {"failure": failure(), "message": str(failure()), "step": 1, **more}
    return Outcome(Case.of_data({**told, "standing": standing, "needs": needs}), status, **more)


def failure(operation: str = "StopContact", difference: str = "answer.a is 1 instead of 2", **more: Any) -> Failure:
    return Failure(operation, f"{operation} {{}}", ("answered {'a': 2}",), "answered {'a': 1}", (difference,), **more)


MIXED = Score(
    "a | target",
    (
        outcome("a", "passed", seconds=1.5),
        outcome("b", "failed", message="it is 1 instead of 2\x00", step=2, codes=("X",)),
        outcome("c", "not-asked", "inferred", message="needs seed"),
        outcome("d", "error", "open", message="it hangs", step=1),
        outcome("e", "passed", "open", readings=(("ended", "SEGMENT"), ("most_recent", "DEPTH"))),
        outcome("f", "passed", "open", readings=(("most_recent", "DISCONNECT"),), observed=(("start.related", "so"),)),
        outcome("g", "not-shown", "inferred"),
    ),
)


def test_outcomes_are_counted_by_standing() -> None:
    assert summary(MIXED) == (
        "a | target: documented 1/2, inferred 0/2, open 2 observed of 3, 1 failed, 1 not shown, 1 not asked, 1 errors"
    )


# ---------------------------------------------------------------------------------------------------------- the verdict

PASSED = outcome("a", "passed")
SCORES = [
    ([PASSED, outcome("c", "failed", "inferred"), outcome("d", "failed", "open")], (), Verdict.CONFORMS, 0),
    ([PASSED, outcome("b", "failed")], (), Verdict.FAILS, 1),
    ([PASSED, outcome("b", "failed")], ("b",), Verdict.KNOWN, 0),
    ([PASSED, outcome("b", "not-shown")], ("b",), Verdict.KNOWN, 0),
    ([PASSED, outcome("b", "passed")], ("b",), Verdict.STALE, 1),
    ([PASSED], ("gone",), Verdict.STALE, 1),
    ([PASSED, outcome("b", "failed"), outcome("c", "passed")], ("c",), Verdict.FAILS, 1),
    ([PASSED, outcome("d", "error", "open", message="it hangs")], (), Verdict.BROKEN, 2),
    ([outcome("s", "error", "smoke", message="it hangs"), outcome("b", "failed")], (), Verdict.BROKEN, 2),
    ([PASSED, outcome("b", "not-shown")], (), Verdict.NONE, 2),
    ([PASSED, outcome("b", "not-shown", "inferred")], (), Verdict.CONFORMS, 0),
    ([PASSED, outcome("s", "failed", "smoke")], (), Verdict.NONE, 2),
    ([outcome("b", "failed"), outcome("s", "failed", "smoke")], (), Verdict.FAILS, 1),
    ([outcome("b", "not-asked", message="needs seed")], (), Verdict.NONE, 2),
    ([outcome("b", "not-asked", message="needs seed"), outcome("c", "passed", "open")], (), Verdict.NONE, 2),
    ([outcome("c", "passed", "open"), outcome("d", "failed", "inferred")], (), Verdict.OBSERVED, 0),
    ([outcome("s", "passed", "smoke")], (), Verdict.NONE, 2),
    ([], (), Verdict.NONE, 2),
]


@pytest.mark.parametrize(("outcomes", "listed", "verdict", "status"), SCORES)
def test_there_is_one_verdict_and_every_output_says_it(
    outcomes: list[Outcome], listed: tuple[str, ...], verdict: Verdict, status: int
) -> None:
    known = [each.case.case_id for each in outcomes]
    score = Score(
        "it", tuple(outcomes), frozenset(f"start.related/{each}" for each in listed), frozenset(known or ["x"])
    )
    assert (score.verdict, score.verdict.exit_status, score.conforms) == (verdict, status, verdict is Verdict.CONFORMS)
    [told] = json.loads(REPORTS["json"]([score], MADE))["targets"]
    assert (told["verdict"], told["exit_status"], told["conforms"]) == (verdict.value, status, score.conforms)
    [suite] = ET.fromstring(REPORTS["junit"]([score], MADE)).findall("testsuite")  # noqa: S314  # our own
    assert (
        {suite.get("failures"), suite.get("errors")} == {"0"}
        if status == 0
        else suite.get("errors") != "0" or status == 1
    )
    assert suite.get("failures") != "0" or status != 1
    assert REPORTS["markdown"]([score], MADE).splitlines()[2] == f"**`it` {verdict.value}.**"
    assert written(score).startswith(f"it {verdict.value}")


def test_what_is_lacking_for_a_verdict_is_said() -> None:
    nothing = Score("it", (outcome("b", "not-asked", message="needs seed"),))
    assert nothing.lacks == ("no case was asked (1 case: needs seed)",)
    shown = Score("it", (PASSED, outcome("b", "not-shown"), outcome("s", "failed", "smoke")), ended="interrupted")
    assert shown.lacks == (
        "interrupted",
        "smoke/s failed: StopContact: answer.a is 1 instead of 2",
        "1 case could not be shown, because what prepares them failed",
    )
    lacking = outcome("b", "not-asked", message="needs seed")
    few = Score("it", (lacking, outcome("c", "passed", "inferred")))
    assert few.lacks == ("no documented case of start was asked (1 case: needs seed)",)
    assert written(few).splitlines()[0] == f"it was not judged: {few.lacks[0]}"
    assert written(Score("it", (outcome("c", "passed", "open"),))).splitlines() == [
        "it was observed; only documented cases decide, and none was chosen",
        "it: documented 0/0, inferred 0/0, open 1 observed of 1, 0 failed, 0 not shown, 0 not asked, 0 errors",
    ]


# -------------------------------------------------------------------------------------------------- one cause, one line


def test_what_fails_alike_is_one_finding() -> None:
    outcomes = (
        outcome("a", "failed", "open", failure=failure(difference="answer.a is '$D1' instead of '$C1'")),
        outcome("b", "failed", "inferred", failure=failure(difference="answer.a is '$D2' instead of '$C3'")),
        outcome("c", "failed", failure=failure(difference="answer.b is missing, expected 'x'")),
        outcome("d", "failed", failure=failure(difference="answer.b is missing")),
        outcome("e", "failed", "open", failure=failure(difference="it was answered instead of refused with X")),
        outcome("f", "failed", failure=failure(code="X")),
        outcome("g", "not-shown", failure=failure(code="X")),
        outcome("h", "error", message="it hangs"),
    )
    found = findings(outcomes, "failed")
    assert [(each.standing, len(each.outcomes), each.first.cause) for each in found] == [
        ("documented", 2, "StopContact: answer.b is missing, expected 'x'"),
        ("documented", 1, "StopContact is refused with X"),
        ("inferred", 2, "StopContact: answer.a is '$D2' instead of '$C3'"),
        ("open", 1, "StopContact is answered, and is to be refused"),
    ]
    assert [each.first.cause for each in findings(outcomes, "error")] == ["it hangs"]


def test_a_failure_is_told_with_its_rule_its_source_and_what_was_expected_beside_what_came() -> None:
    lines = written(MIXED).splitlines()
    assert lines[:5] == [
        "a | target broke",
        "✗ StopContact: answer.a is 1 instead of 2 (documented, 1 case): start.related",
        "! start.related/d: it hangs",
        "? start.related/g could not be shown: StopContact: answer.a is 1 instead of 2",
        "not asked: 1, needs seed",
    ]
    assert lines[5:14] == [
        "",
        "start.related/b, step 2 of 1: A | title <b>",
        "  rule        start.related (documented): The start contact becomes the new chat's `RelatedContactId`.",
        "  source      https://docs.aws.amazon.com/connect/latest/adminguide/chat-persistence.html",
        "  asked       StopContact {}",
        "  expected    answered {'a': 2}",
        "  came        answered {'a': 1}",
        "  differs     answer.a is 1 instead of 2",
        "",
    ]
    assert "seen of start.related: so" in lines


def test_only_documented_failures_are_crosses_and_known_ones_stand_in_brackets() -> None:
    shown = Score("it", (outcome("b", "failed"), outcome("c", "failed", "open", failure=failure("X"))))
    assert [line[:3] for line in written(shown).splitlines()[1:3]] == ["✗ S", "~ X"]
    known = Score("it", shown.outcomes, frozenset({"start.related/b", "start.related/z"}))
    assert written(known).splitlines()[1][:3] == "(✗)"
    assert "stale in the baseline: start.related/z does not fail" in written(
        Score("it", shown.outcomes, known.baseline, frozenset({"start.related/b"}))
    )


SAYS = "\x1b[2J`| <img src=x> **b** [l](http://x) \u202e\n# head"


@pytest.mark.parametrize("kind", ["text", "markdown", "junit"])
def test_what_a_target_says_moves_no_cursor_and_is_no_markup(kind: str) -> None:
    said = failure(SAYS, f"it is {SAYS}", code=None)
    cases = (
        outcome("a", "failed", failure=said, message=str(said)),
        outcome("b", "not-shown", failure=said, message=str(said)),
        outcome("c", "error", message=SAYS),
    )
    score = Score(SAYS, cases, ended=SAYS)
    text = written(score) if kind == "text" else REPORTS[kind]([score], MADE)
    assert not {"\x1b", "\u202e"} & set(text)
    assert "\n# head" not in text
    if kind == "markdown":
        outside = "".join(text.split("`")[::2])
        assert not any(mark in outside for mark in ("<img", "[l]", "**b**"))
    if kind == "junit":
        ET.fromstring(text)  # noqa: S314  # our own


# --------------------------------------------------------------------------------------------------------- fingerprints


def test_the_fingerprint_tells_each_field_or_that_it_cannot_be_told() -> None:
    told = MIXED.fingerprint
    assert (told["ended"], told["most_recent"], told["entire_view"]) == ("SEGMENT", "mixed", "cannot be told")
    assert len(told) == 9
    assert MIXED.policy == 'Policy(ended="SEGMENT")'
    assert Score("nothing", ()).policy is None


def test_a_baseline_is_a_list_of_case_ids(tmp_path: Any) -> None:
    path = tmp_path / "baseline"
    path.write_text("start.related/b  # known\n\n# a remark\nstart.related/a\n")
    assert read_baseline(path) == {"start.related/a", "start.related/b"}
    with pytest.raises(CaseMalformed, match="nowhere"):
        read_baseline(tmp_path / "nowhere")


# -------------------------------------------------------------------------------------------------------------- reports


def test_a_json_report_tells_everything() -> None:
    report = json.loads(REPORTS["json"]([MIXED], MADE))
    assert {name: report[name] for name in ("suite", "version", "made")} == {
        "suite": "2026.11",
        "version": "1.2.3",
        "made": "2026-11-28T20:00:00Z",
    }
    [target] = report["targets"]
    assert (target["target"], target["policy"], target["observed"]) == (
        "a | target",
        'Policy(ended="SEGMENT")',
        {"start.related": ["so"]},
    )
    assert target["tally"]["documented"] == {"passed": 1, "failed": 1, "not_shown": 0, "not_asked": 0, "errors": 0}
    assert target["findings"][0] == {
        "status": "failed",
        "cause": "StopContact: answer.a is 1 instead of 2",
        "standing": "documented",
        "rules": ["start.related"],
        "cases": ["start.related/b"],
    }
    assert target["cases"][1] == {
        "id": "start.related/b",
        "title": "A | title <b>",
        "rules": ["start.related"],
        "standing": "documented",
        "status": "failed",
        "seconds": 0.0,
        "message": "it is 1 instead of 2\x00",
        "step": 2,
        "differences": ["answer.a is 1 instead of 2"],
        "codes": ["X"],
    }
    assert target["cases"][4]["readings"] == [["ended", "SEGMENT"], ["most_recent", "DEPTH"]]


def test_a_junit_report_is_xml_with_a_suite_a_target_and_times() -> None:
    root = ET.fromstring(REPORTS["junit"]([MIXED, Score("other", ())], MADE))  # noqa: S314  # our own
    first, second = root.findall("testsuite")
    assert first.attrib == {
        "name": "a | target",
        "tests": "8",
        "failures": "1",
        "errors": "2",
        "skipped": "2",
        "time": "1.500",
        "timestamp": "2026-11-28T20:00:00Z",
    }
    kinds = [[each.tag for each in case] for case in first.findall("testcase")]
    assert kinds == [[], ["failure"], ["skipped"], ["error"], [], [], ["skipped"], ["error"]]
    assert [case.get("time") for case in first.findall("testcase")][:2] == ["1.500", "0.000"]
    assert [case.get("name") for case in second.findall("testcase")] == ["verdict"]
    inferred = Score(
        "it", (PASSED, outcome("c", "failed", "inferred"), outcome("d", "failed")), frozenset({"start.related/d"})
    )
    skipped = ET.fromstring(REPORTS["junit"]([inferred], MADE)).iter("skipped")  # noqa: S314  # our own
    told = [each.get("message", "").partition(":")[0] for each in skipped]
    assert told == ["fails, and does not decide", "known to fail"]


def test_a_markdown_report_leads_with_the_verdict_then_the_rules_then_the_cases() -> None:
    other = Score("other", (outcome("a", "failed", message="no", step=1),))
    lines = REPORTS["markdown"]([MIXED, other], MADE).splitlines()
    assert lines[:8] == [
        "# Conformance, cases of 2026.11",
        "",
        "**`a ¦ target` broke.**",
        "",
        "- ✗ `start.related` (documented): `StopContact: answer.a is 1 instead of 2`, 1 case",
        "- ! 1 case: `it hangs`",
        "- ? 1 case could not be shown: `StopContact: answer.a is 1 instead of 2`",
        '- takes `Policy(ended="SEGMENT")`',
    ]
    assert lines.index("## How many") < lines.index("## Cases") < lines.index("## What failed")
    assert "| documented passed | 1 of 2 asked | 0 of 1 asked |" in lines
    assert "| `wire` | 3 of 6 asked, 1 not asked | 0 of 1 asked, 0 not asked |" in lines
    assert "| `ended` | SEGMENT | cannot be told |" in lines
    assert "| `start.related` | `so` |  |" in lines
    assert "| `start.related/a` A \\| title &lt;b> | documented | ✓ | ✗ |" in lines
    assert "| `start.related/c` A \\| title &lt;b> | inferred | – |  |" in lines
    assert "- expected: `answered {'a': 2}`" in lines
    assert lines[-1] == "Made by rehydration 1.2.3, 2026-11-28T20:00:00Z."
    assert REPORTS["markdown"]([], MADE).startswith("# Conformance")
