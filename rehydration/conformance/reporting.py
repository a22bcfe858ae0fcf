"""Reports: scores as JSON, as JUnit XML and as one Markdown table for several targets.

Here belongs how a score is written down. What it comes to is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from xml.etree import ElementTree as ET

from rehydration.conformance.running import ERROR, FAILED, NOT_ASKED, PASSED, Outcome
from rehydration.conformance.scoring import STANDINGS, Score, Tally

SUITE: Final = "2026.11"
"""The date of this set of cases."""

_SIGNS: Final = MappingProxyType({PASSED: "✓", FAILED: "✗", NOT_ASKED: "–", ERROR: "!"})


def as_json(scores: Sequence[Score]) -> str:
    """Write everything that there is to say of each target."""
    return json.dumps({"suite": SUITE, "targets": [_target(each) for each in scores]}, indent=2) + "\n"


def _target(score: Score) -> Mapping[str, Any]:
    return {
        "target": score.target,
        "conforms": score.conforms,
        "tally": {each: _tally(score.tally(each)) for each in STANDINGS},
        "by_need": {need: _tally(each) for need, each in score.by_need.items()},
        "fingerprint": dict(score.fingerprint),
        "policy": score.policy,
        "cases": [_case(each) for each in score.outcomes],
    }


def _tally(tally: Tally) -> Mapping[str, int]:
    return {
        "passed": tally.passed,
        "failed": tally.failed,
        "not_asked": tally.not_asked,
        "errors": tally.errors,
    }


def _case(outcome: Outcome) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "id": outcome.case.case_id,
        "title": outcome.case.title,
        "rules": list(outcome.case.rules),
        "standing": outcome.case.standing,
        "status": outcome.status,
    }
    if outcome.message:
        told |= {"message": outcome.message, "step": outcome.step}
    if outcome.codes:
        told["codes"] = list(outcome.codes)
    if outcome.readings:
        told["readings"] = [list(each) for each in outcome.readings]
    return told


def as_junit(scores: Sequence[Score]) -> str:
    """Write what a build server reads: one test suite a target; what was not asked is skipped."""
    root = ET.Element("testsuites", name=f"rehydration conformance {SUITE}")
    for score in scores:
        tally = score.tally()
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_plain(score.target),
            tests=str(tally.total),
            failures=str(tally.failed),
            errors=str(tally.errors),
            skipped=str(tally.not_asked),
        )
        for outcome in score.outcomes:
            _junit_case(suite, outcome)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_case(suite: ET.Element, outcome: Outcome) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=f"{outcome.case.standing}.{outcome.case.group}", name=outcome.case.case_id
    )
    kind = {FAILED: "failure", ERROR: "error", NOT_ASKED: "skipped"}.get(outcome.status)
    if kind is not None:
        ET.SubElement(case, kind, message=_plain(outcome.message))


def _plain(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def as_markdown(scores: Sequence[Score]) -> str:
    """Write one table in which several targets stand side by side, the tallies first, and what failed below."""
    names = [_cell(each.target) for each in scores]
    lines = [f"# Conformance, cases of {SUITE}", "", *_table(["", *names], _summary_rows(scores)), ""]
    lines += ["## By what a case needs of the target", "", *_table(["need", *names], _need_rows(scores)), ""]
    lines += ["## What AWS leaves open", "", *_table(["field", *names], _fingerprint_rows(scores)), ""]
    lines += [f"`{each.policy}` is what {_cell(each.target)} takes.\n" for each in scores]
    lines += ["## Cases", "", "✓ passed, ✗ failed, – not asked, ! harness error", ""]
    lines += _table(["case", "standing", *names], _case_rows(scores))
    failed = [line for each in scores for line in _failures(each)]
    if failed:
        lines += ["", "## What failed", "", *failed]
    return "\n".join(lines) + "\n"


def _summary_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    yield ["conforms", *("yes" if each.conforms else "no" for each in scores)]
    for standing in STANDINGS:
        yield [f"{standing} passed", *(_ratio(each.tally(standing)) for each in scores)]
    yield ["not asked", *(str(each.tally().not_asked) for each in scores)]
    yield ["harness errors", *(str(each.tally().errors) for each in scores)]


def _ratio(tally: Tally) -> str:
    return f"{tally.passed} of {tally.passed + tally.failed + tally.errors} asked"


def _need_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    by_need = [each.by_need for each in scores]
    for need in sorted({need for each in by_need for need in each}):
        tallies = [each.get(need, Tally.of(())) for each in by_need]
        yield [f"`{need}`", *(f"{_ratio(each)}, {each.not_asked} not asked" for each in tallies)]


def _fingerprint_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    for name in scores[0].fingerprint if scores else ():
        yield [f"`{name}`", *(each.fingerprint[name] for each in scores)]


def _case_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    statuses = [{each.case.case_id: each for each in score.outcomes} for score in scores]
    for case_id in dict.fromkeys(case_id for each in statuses for case_id in each):
        case = next(each[case_id].case for each in statuses if case_id in each)
        signs = [_SIGNS[each[case_id].status] if case_id in each else "" for each in statuses]
        yield [f"`{case_id}` {_cell(case.title)}", case.standing, *signs]


def _failures(score: Score) -> Iterable[str]:
    for each in score.outcomes:
        if each.status in (FAILED, ERROR):
            yield f"- {_cell(score.target)}, `{each.case.case_id}`, step {each.step}: {_cell(each.message)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _cell(text: str) -> str:
    return " ".join(_plain(text).split()).replace("|", "\\|").replace("<", "&lt;")


REPORTS: Final[Mapping[str, Callable[[Sequence[Score]], str]]] = MappingProxyType(
    {"json": as_json, "junit": as_junit, "markdown": as_markdown}
)
"""Name of a kind of report → what writes it."""
