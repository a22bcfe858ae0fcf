"""Reports: scores as JSON, as JUnit XML and as Markdown for several targets side by side.

Here belongs how a score is written down. What it comes to is not known here. Whatever a target said is data: Markdown
quotes it as code, XML goes without what XML cannot hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, Final
from xml.etree import ElementTree as ET

from attrs import field, frozen

from rehydration.conformance.casebook import SMOKE, requirement_sets
from rehydration.conformance.running import ERROR, FAILED, NOT_ASKED, NOT_SHOWN, PASSED, Outcome
from rehydration.conformance.scoring import STANDINGS, Finding, Score, Tally, Verdict, findings
from rehydration.render.writing import safe_line
from rehydration.rules import rule

_SIGNS: Final = MappingProxyType({PASSED: "✓", FAILED: "✗", NOT_SHOWN: "?", NOT_ASKED: "–", ERROR: "!"})


@frozen
class Made:
    """Of what a report is: the requirement set that was asked, the version of the suite, and when it was made."""

    requirements: str = field(factory=lambda: requirement_sets()[-1])
    suite_version: str = field(factory=lambda: version("rehydration"))
    at: datetime = field(factory=lambda: datetime.now(UTC))

    @property
    def day(self) -> str:
        """The time, to the second."""
        return self.at.strftime("%Y-%m-%dT%H:%M:%SZ")


# ------------------------------------------------------------------------------------------------------------- JSON


def as_json(scores: Sequence[Score], made: Made) -> str:
    """Write everything that there is to say of each target."""
    told = {
        "suite": made.requirements,
        "version": made.suite_version,
        "made": made.day,
        "targets": [_target(each) for each in scores],
    }
    return json.dumps(told, indent=2) + "\n"


def _target(score: Score) -> Mapping[str, Any]:
    return {
        "target": score.target,
        "conforms": score.conforms,
        "verdict": score.verdict.value,
        "exit_status": score.verdict.exit_status,
        "lacks": list(score.lacks),
        "tally": {each: _tally(score.tally(each)) for each in (*STANDINGS, SMOKE)},
        "by_need": {need: _tally(each) for need, each in score.by_need.items()},
        "fingerprint": dict(score.fingerprint),
        "policy": score.policy,
        "observed": {name: list(each) for name, each in score.observed.items()},
        "stale": list(score.stale),
        "findings": [_finding(each) for status in (FAILED, NOT_SHOWN) for each in findings(score.outcomes, status)],
        "cases": [_case(score, each) for each in score.outcomes],
    }


def _tally(tally: Tally) -> Mapping[str, int]:
    return {
        "passed": tally.passed,
        "failed": tally.failed,
        "not_shown": tally.not_shown,
        "not_asked": tally.not_asked,
        "errors": tally.errors,
    }


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {
        "status": finding.first.status,
        "cause": finding.first.cause,
        "standing": finding.standing,
        "rules": list(finding.rules),
        "cases": [each.case.case_id for each in finding.outcomes],
    }


def _case(score: Score, outcome: Outcome) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "id": outcome.case.case_id,
        "title": outcome.case.title,
        "rules": list(outcome.case.rules),
        "standing": outcome.case.standing,
        "status": outcome.status,
        "seconds": round(outcome.seconds, 3),
    }
    if score.is_known(outcome):
        told["known"] = True
    if outcome.message:
        told |= {"message": outcome.message, "step": outcome.step}
    if outcome.failure is not None:
        told["differences"] = list(outcome.failure.differences)
    if outcome.codes:
        told["codes"] = list(outcome.codes)
    if outcome.readings:
        told["readings"] = [list(each) for each in outcome.readings]
    if outcome.observed:
        told["observed"] = [list(each) for each in outcome.observed]
    return told


# ------------------------------------------------------------------------------------------------------------ JUnit


def as_junit(scores: Sequence[Score], made: Made) -> str:
    """Write what a build server reads: one test suite a target, which fails where the verdict does.

    What does not decide is skipped: what was not asked or could not be shown, what is known, and failures of cases that
    are not documented. The verdict is a test of its own, so that no verdict is no success.
    """
    root = ET.Element("testsuites", name=f"rehydration conformance {made.requirements}")
    for score in scores:
        told = [(outcome, _kind(score, outcome)) for outcome in score.outcomes]
        kinds = [kind for _, kind in told] + [_verdict_kind(score.verdict)]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_plain(score.target),
            tests=str(len(kinds)),
            failures=str(kinds.count("failure")),
            errors=str(kinds.count("error")),
            skipped=str(kinds.count("skipped")),
            time=f"{sum(each.seconds for each in score.outcomes):.3f}",
            timestamp=made.day,
        )
        for outcome, kind in told:
            name = f"{outcome.case.standing}.{outcome.case.group}"
            _junit_case(suite, name, outcome.case.case_id, outcome.seconds, kind, _reason(score, outcome))
        reason = "; ".join((score.verdict.value, *score.lacks, *(f"stale: {each}" for each in score.stale)))
        _junit_case(suite, "verdict", "verdict", 0, kinds[-1], reason)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_case(  # noqa: PLR0913  # what there is to say of a test
    suite: ET.Element, classname: str, name: str, seconds: float, kind: str | None, reason: str
) -> None:
    case = ET.SubElement(suite, "testcase", classname=classname, name=name, time=f"{seconds:.3f}")
    if kind is not None:
        ET.SubElement(case, kind, message=_plain(reason))


def _kind(score: Score, outcome: Outcome) -> str | None:
    if outcome.status == ERROR:
        return "error"
    if score.counts(outcome):
        return "failure"
    return None if outcome.status == PASSED else "skipped"


def _verdict_kind(verdict: Verdict) -> str | None:
    return (None, "failure", "error")[verdict.exit_status]


def _reason(score: Score, outcome: Outcome) -> str:
    if score.is_known(outcome):
        return f"known to fail: {outcome.message}"
    if outcome.status == FAILED and not score.counts(outcome):
        return f"fails, and does not decide: {outcome.message}"
    return f"could not be shown: {outcome.message}" if outcome.status == NOT_SHOWN else outcome.message


def _plain(text: str) -> str:
    """Leave out what XML cannot hold, and what moves a cursor."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


# --------------------------------------------------------------------------------------------------------- Markdown


def as_markdown(scores: Sequence[Score], made: Made) -> str:
    """Write the verdicts first, then which rules failed, then tables in which targets stand side by side."""
    lines = [f"# Conformance, cases of {made.requirements}", ""]
    for each in scores:
        lines += [*_verdict(each), ""]
    names = [_code(each.target) for each in scores]
    lines += ["## How many", "", *_table(["", *names], _summary_rows(scores)), ""]
    lines += ["## By what a case needs of the target", "", *_table(["need", *names], _need_rows(scores)), ""]
    lines += ["## What AWS leaves open", "", *_table(["question", *names], _fingerprint_rows(scores)), ""]
    lines += [
        "## Cases",
        "",
        "✓ passed, ✗ failed, ? could not be shown, – not asked, ! harness error, in brackets: known",
        "",
    ]
    lines += _table(["case", "standing", *names], _case_rows(scores))
    details = [line for each in scores for line in _failures(each)]
    if details:
        lines += ["", "## What failed", "", *details]
    lines += ["", f"Made by rehydration {made.suite_version}, {made.day}."]
    return "\n".join(lines) + "\n"


def _verdict(score: Score) -> Iterator[str]:
    yield f"**{_code(score.target)} {score.verdict.value}.**"
    told = [f"- {each}" for each in _causes(score)]
    if told:
        yield ""
        yield from told


def _causes(score: Score) -> Iterator[str]:
    for each in findings(score.outcomes, FAILED):
        rules = ", ".join(f"`{name}`" for name in each.rules[:3]) or f"`{each.first.case.case_id}`"
        more = f" and {len(each.rules) - 3} more" if len(each.rules) > 3 else ""
        known = ", known" if all(map(score.is_known, each.outcomes)) else ""
        sign = "✗" if any(map(score.counts, each.outcomes)) or each.standing == SMOKE else "~"
        yield f"{sign} {rules}{more} ({each.standing}{known}): {_code(each.first.cause)}, {_cases(each)}"
    for each in findings(score.outcomes, ERROR):
        yield f"! {_cases(each)}: {_code(each.first.cause)}"
    for each in findings(score.outcomes, NOT_SHOWN):
        yield f"? {_cases(each)} could not be shown: {_code(each.first.cause)}"
    yield from (f"stale in the baseline: {_code(each)}" for each in score.stale)
    if score.verdict is Verdict.NONE:
        yield from (f"no verdict: {_code(each)}" for each in score.lacks)
    if score.policy is not None:
        yield f"takes `{score.policy}`"


def _cases(finding: Finding) -> str:
    number = len(finding.outcomes)
    return "1 case" if number == 1 else f"{number} cases"


def _summary_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    for standing in (*STANDINGS, SMOKE):
        yield [f"{standing} passed", *(_ratio(each.tally(standing)) for each in scores)]
    yield ["not shown", *(str(each.tally().not_shown) for each in scores)]
    yield ["not asked", *(str(each.tally().not_asked) for each in scores)]
    yield ["harness errors", *(str(each.tally().errors) for each in scores)]


def _ratio(tally: Tally) -> str:
    return f"{tally.passed} of {tally.asked} asked"


def _need_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    by_need = [each.by_need for each in scores]
    for need in sorted({need for each in by_need for need in each}):
        tallies = [each.get(need, Tally.of(())) for each in by_need]
        yield [f"`{need}`", *(f"{_ratio(each)}, {each.not_asked} not asked" for each in tallies)]


def _fingerprint_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    for name in scores[0].fingerprint if scores else ():
        yield [f"`{name}`", *(each.fingerprint[name] for each in scores)]
    for rule_id in sorted({name for each in scores for name in each.observed}):
        yield [f"`{rule_id}`", *("; ".join(map(_code, each.observed.get(rule_id, ()))) for each in scores)]


def _case_rows(scores: Sequence[Score]) -> Iterable[list[str]]:
    found = [{each.case.case_id: each for each in score.outcomes} for score in scores]
    for case_id in dict.fromkeys(case_id for each in found for case_id in each):
        case = next(each[case_id].case for each in found if case_id in each)
        pairs = zip(scores, found, strict=True)
        signs = [_signed(score, each[case_id]) if case_id in each else "" for score, each in pairs]
        yield [f"`{case_id}` {_cell(case.title)}", case.standing, *signs]


def _signed(score: Score, outcome: Outcome) -> str:
    sign = _SIGNS[outcome.status]
    return f"({sign})" if score.is_known(outcome) else sign


def _failures(score: Score) -> Iterable[str]:
    for finding in findings(score.outcomes, FAILED):
        first = finding.first
        yield f"### {_code(score.target)}: `{first.case.case_id}`, step {first.step}"
        yield ""
        for name in first.case.rules:
            told = rule(name)
            sources = ", ".join(f"<{each}>" for each in told.links) or "AWS is silent"
            yield f"- `{name}` ({told.standing.value}): {_cell(told.statement)} Source: {sources}"
        if first.failure is not None:
            yield f"- asked: {_code(first.failure.asked)}"
            yield from (f"- expected: {_code(each)}" for each in first.failure.expected)
            yield f"- came: {_code(first.failure.answered)}"
            yield from (f"- differs: {_code(each)}" for each in first.failure.differences)
        others = [each.case.case_id for each in finding.outcomes if each is not first]
        if others:
            yield f"- fails alike: {', '.join(f'`{each}`' for each in others)}"
        yield ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _cell(text: str) -> str:
    """Write text of our own where a table or a list may be."""
    return " ".join(_plain(text).split()).replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    """Quote what a target said as code, in which nothing has a meaning, whatever it is."""
    inner = safe_line(text).replace("`", "'").replace("|", "\N{BROKEN BAR}").strip()
    return f"`{inner}`" if inner else "nothing"


REPORTS: Final[Mapping[str, Callable[[Sequence[Score], Made], str]]] = MappingProxyType(
    {"json": as_json, "junit": as_junit, "markdown": as_markdown}
)
"""Name of a kind of report → what writes it."""
