"""The score in words: the verdict, then one line a cause, then what a failure breaks and what came.

Here belongs what a terminal shows. What a score is made of is not known here. What a target said is written without
control characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from rehydration.conformance.casebook import SMOKE, Case
from rehydration.conformance.running import ERROR, FAILED, NOT_ASKED, NOT_SHOWN, Outcome
from rehydration.conformance.scoring import MIXED, UNTOLD, Finding, Score, Verdict, findings, summary
from rehydration.render.writing import counted, safe_line
from rehydration.rules import Rule, rule

_MOST_RULES: Final = 4
_MOST_CASES: Final = 6


def lines(score: Score) -> Iterator[str]:
    """Tell a score: the verdict, every cause in a line, the details of the failures, what was observed, the sums."""
    yield f"{score.target} {score.verdict.value}{_why(score)}"
    failed = findings(score.outcomes, FAILED)
    for each in failed:
        yield f"{_sign(score, each)} {_headline(each)}"
    for each in findings(score.outcomes, ERROR):
        yield f"! {_number(each)}: {each.first.cause}"
    for each in findings(score.outcomes, NOT_SHOWN):
        yield f"? {_number(each)} could not be shown: {each.first.cause}"
    for case_id in score.stale:
        yield f"stale in the baseline: {case_id} does not fail"
    for reason, number in score.not_asked.items():
        yield f"not asked: {number}, {reason}"
    for each in failed:
        yield ""
        yield from _details(each)
    if failed:
        yield ""
    yield from _observations(score)
    yield summary(score)


def written(score: Score) -> str:
    """Write the lines down, one a line whatever is in them."""
    return "".join(f"{safe_line(each)}\n" for each in lines(score))


def _why(score: Score) -> str:
    if score.verdict is Verdict.NONE:
        return f": {'; '.join(score.lacks)}"
    if score.verdict is Verdict.FAILS:
        against = [each for each in score.outcomes if score.counts(each)]
        rules = {each.case.rules[0] for each in against}
        told = f": it fails {counted(len(against), 'documented case')} of {counted(len(rules), 'rule')}"
        return f"{told}; {score.ended}" if score.ended else told
    if score.verdict is Verdict.OBSERVED:
        return "; only documented cases decide, and none was chosen"
    return ""


def _sign(score: Score, finding: Finding) -> str:
    if all(map(score.is_known, finding.outcomes)):
        return "(✗)"
    return "✗" if any(map(score.counts, finding.outcomes)) or finding.standing == SMOKE else "~"


def _number(finding: Finding) -> str:
    if len(finding.outcomes) == 1:
        return finding.first.case.case_id
    return counted(len(finding.outcomes), "case")


def _headline(finding: Finding) -> str:
    first, named = finding.first, finding.rules[:_MOST_RULES]
    more = len(finding.rules) - len(named)
    rules = ", ".join(named) + (f" and {more} more" if more else "")
    number = counted(len(finding.outcomes), "case")
    return f"{first.cause} ({finding.standing}, {number}): {rules or first.case.case_id}"


def _details(finding: Finding) -> Iterator[str]:
    first = finding.first
    yield f"{first.case.case_id}, step {first.step} of {len(first.case.steps)}: {first.case.title}"
    for name in first.case.rules:
        yield from rule_lines(rule(name))
    yield from failure_lines(first)
    others = [each.case.case_id for each in finding.outcomes if each is not first]
    if others:
        more = f" and {len(others) - _MOST_CASES} more" if len(others) > _MOST_CASES else ""
        yield f"  fails alike {', '.join(others[:_MOST_CASES])}{more}"


def rule_lines(told: Rule) -> Iterator[str]:
    """Tell a rule, and where it is from."""
    yield f"  rule        {told.id} ({told.standing.value}): {told.statement}"
    yield f"  source      {', '.join(told.links) or ', '.join(told.sources) or 'none: AWS is silent'}"


def failure_lines(outcome: Outcome) -> Iterator[str]:
    """Tell what was asked, what was expected beside what came, and every place where they differ."""
    failure = outcome.failure
    if failure is None:
        return
    yield f"  asked       {failure.asked}"
    for each in failure.expected:
        yield f"  expected    {each}"
    if failure.answered:
        yield f"  came        {failure.answered}"
    for each in failure.differences if failure.code is None else ():
        yield f"  differs     {each}"


def _observations(score: Score) -> Iterator[str]:
    if score.policy is not None:
        yield f"reads what is open as {score.policy}"
    asked = (each.case.tells for each in score.outcomes if not score.ended or each.status != NOT_ASKED)
    tells: frozenset[str] = frozenset().union(*asked)
    for reading in (UNTOLD, MIXED):
        names = [name for name, value in score.fingerprint.items() if value == reading and name in tells]
        if names:
            yield f"{reading}: {', '.join(names)}"
    for rule_id, told in score.observed.items():
        yield f"seen of {rule_id}: {'; '.join(told)}"


def case_lines(case: Case) -> Iterator[str]:
    """Tell a case for people: its rules, the world it is set in, and its steps by number."""
    standing = "" if case.standing == SMOKE else f"{case.standing}; "
    yield f"{case.case_id}: {case.title} [{standing}needs {', '.join(sorted(case.needs))}; since {case.since}]"
    for name in case.rules:
        yield from rule_lines(rule(name))
    if "comment" in case.data:
        yield f"  comment     {case.data['comment']}"
    for each in case.world.get("contacts", ()):
        yield f"  contact     {_members(each)}"
    for contact, told in case.world.get("transcripts", {}).items():
        yield f"  transcript  {contact}: {_members(told)}"
    for place, step in enumerate(case.steps):
        role = "shows   " if case.shows(place) else "prepares"
        yield f"  step {place + 1:2} {role} {_members({k: v for k, v in step.items() if k not in _APART})}"
        for name in _APART:
            for each in step.get(name, ()) if name == "accept" else filter(None, [step.get(name)]):
                yield f"                   {name} {_members(each)}"


_APART: Final = ("save", "accept")


def _members(told: object) -> str:

    return json.dumps(told, ensure_ascii=False)
