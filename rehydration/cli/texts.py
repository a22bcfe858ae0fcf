"""Answers in text that are no pictures: plans, exposures, the state of an export, rules, examples.

Here belong the words. This module does not know how anything was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from rehydration.cli.survey import Survey
from rehydration.errors import RuleForbids
from rehydration.examples import Example
from rehydration.exposures import Doubt, Exposure, Sighting
from rehydration.graph import Link
from rehydration.plans import PlannedRequest
from rehydration.policies import QUESTIONS, RULE_OF_FIELD
from rehydration.render.calls import Call, to_fill_in
from rehydration.render.lines import Line, cell_len, words, wrapped, written
from rehydration.render.writing import counted, harmless, shown
from rehydration.requests import RehydrationRequest
from rehydration.rules import SOURCES, Rule, Standing

_STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.DOCUMENTED: "green",
    Standing.INFERRED: "yellow",
    Standing.OPEN: "magenta",
}
_NAMED: Final = 12
_CONTRADICTIONS: Final = 20


def named(contact_ids: Sequence[str], most: int = _NAMED) -> str:
    """Name contacts, and count those that are too many to be named."""
    if not contact_ids:
        return "none"
    told = " ".join(map(shown, contact_ids[:most]))
    return told if len(contact_ids) <= most else f"{told} and {len(contact_ids) - most:,} more"


def _asked(request: RehydrationRequest) -> str:
    return f"{request.rehydration_type} {shown(str(request.source_contact_id))}"


def _titled(title: str, told: str, width: int, style: str = "") -> list[Line]:
    """Write a text beside its title, with a hanging indent."""
    at = 2 + _TITLE
    first, *rest = words(told, width - at)
    line = Line().add("  ").add(title, "bold").pad(at).add(first, style)
    return [line, *(Line().pad(at).add(each, style) for each in rest)]


_TITLE: Final = 14


# --------------------------------------------------------------------------------------------------------------- plan


def plan_text(
    plans: Sequence[PlannedRequest], requests: tuple[Call, Call], *, width: int, color: bool, hide: Sequence[str]
) -> str:
    """Tell the best plan with the calls that carry it out, and the others in a line each."""
    best, *others = plans
    lines = [Line().add("Send ", "bold").add(_asked(best.request), "bold green")]
    start = best.answer.continued_from_contact_id or ""
    lines += _titled("continues", f"{shown(start)} (answered as ContinuedFromContactId)", width)
    lines += _titled("shows", named([each.contact_id for each in best.answer.visible]), width, "green")
    lines += _titled("beyond asked", named(best.extra), width, "yellow" if best.extra else "")
    if hide:
        lines += _titled("hides", named(hide), width)
    for warning in best.answer.warnings:
        lines += _titled("warning", f"{harmless(warning.message)} ({warning.rule})", width, "yellow")
    if others:
        lines += [Line(), Line().add("These do it too", "bold")]
        for each in others[:_NAMED]:
            told = f"{_asked(each.request)} shows {named([past.contact_id for past in each.answer.visible])}"
            lines += wrapped(told, width, "  ")
        if len(others) > _NAMED:
            lines.append(Line().add(f"  and {len(others) - _NAMED:,} more"))
    start_call, associate_call = requests
    lines += _calls("When the new chat starts", start_call)
    lines += _calls("Or once it goes on, before it is associated", associate_call)
    return written([*lines, Line(), *wrapped(to_fill_in(requests), width)], color=color)


def _calls(title: str, call: Call) -> Iterator[Line]:
    yield Line()
    yield Line().add(title, "bold").add(f": {call.operation}")
    for form in (call.boto3, call.aws):
        yield Line()
        for each in form.split("\n"):
            yield Line().add("    ").add(each, "cyan")


def obstacle_text(refusal: RuleForbids, rule: Rule, *, width: int, color: bool) -> str:
    """Tell what makes a plan impossible, and the rule."""
    lines = [
        *wrapped(harmless(str(refusal)), width, style="bold red"),
        Line(),
        *_rule_head(rule),
        *wrapped(rule.statement, width, "  "),
    ]
    return written(lines, color=color)


# ----------------------------------------------------------------------------------------------------------- exposure


def exposure_text(found: Exposure, *, width: int, color: bool) -> str:
    """Tell where the transcript of a contact is visible, and where it could be next."""
    contact = shown(found.contact_id)
    lines = [
        Line().add(f"Who can read the transcript of {contact}, besides its own session?", "bold"),
        Line(),
        Line().add(f"Visible in {counted(len(found.sightings), 'later session')}", "bold"),
    ]
    for sighting in found.sightings:
        lines += wrapped(_sighting(sighting), width, "  ")
    if found.doubts:
        lines += [Line(), Line().add(f"It cannot be told of {counted(len(found.doubts), 'session')}", "bold magenta")]
    for doubt in found.doubts:
        lines += wrapped(_doubt(doubt), width, "  ")
    openings = sum(len(each.requests) for each in found.openings)
    lines += [Line(), Line().add(f"A new chat could see it by {counted(openings, 'request')}", "bold")]
    for opening in found.openings:
        lines += wrapped(f"continuing the session {shown(opening.initial_contact_id)}", width, "  ")
        lines += [line for each in opening.requests for line in wrapped(_asked(each), width, "    ", "yellow")]
    if not openings:
        lines.append(Line().add("  under this policy and what is known now"))
    return written(lines, color=color)


def _sighting(sighting: Sighting) -> str:
    through = ", ".join(map(_link, sighting.through))
    told = f"session {shown(sighting.initial_contact_id)}, to {named(sighting.contact_ids)}, through {through}"
    return f"{told}; depends on {', '.join(sighting.depends_on)}" if sighting.depends_on else told


def _doubt(doubt: Doubt) -> str:
    return f"session {shown(doubt.initial_contact_id)}, to {named(doubt.contact_ids)}: {', '.join(doubt.rules)}"


def _link(link: Link) -> str:
    kind = "" if link.rehydration_type is None else f" {link.rehydration_type}"
    return f"{named(link.carriers, 3)} → {shown(link.continued_from_contact_id)}{kind}"


# -------------------------------------------------------------------------------------------------------------- check


def check_text(survey: Survey, *, width: int, color: bool) -> str:
    """Tell what an export holds, and what is contradictory in it."""
    total = survey.contradictions
    lines = [_check_head(survey), Line()]
    rows: list[tuple[str, int, Sequence[str]]] = [
        ("records", survey.records, ()),
        ("contacts", survey.contacts, ()),
        *((f"  {channel}", number, ()) for channel, number in survey.other_channels.items()),
    ]
    if not total:
        rows += [
            ("unknown ids", len(survey.unknown), survey.unknown),
            ("sessions", survey.sessions, ()),
            ("  not ended", len(survey.not_ended), survey.not_ended),
            ("  branched", len(survey.branched), survey.branched),
            ("  linked", len(survey.linked), survey.linked),
        ]
    for title, number, ids in rows:
        lines += _counted_row(harmless(title), number, ids, width)
    if total:
        lines += [Line(), Line().add("Contradictions", "bold red")]
        for each in survey.contradicting[:_CONTRADICTIONS]:
            lines += wrapped(harmless(str(each)), width, "  ")
            lines.append(Line().add(f"    {each.rule}", "cyan"))
        left_out = total - min(len(survey.contradicting), _CONTRADICTIONS)
        if left_out:
            lines.append(Line().add(f"  and {left_out:,} more"))
    return written(lines, color=color)


def _check_head(survey: Survey) -> Line:
    total = survey.contradictions
    if total:
        return Line().add("✗ ", "bold red").add(f"{counted(total, 'contradiction')}", "bold red")
    return Line().add("✓ ", "bold green").add("no contradictions", "bold green")


def _counted_row(title: str, number: int, ids: Sequence[str], width: int) -> list[Line]:
    at = 26
    line = Line().add(f"  {title}").pad(at - 2 - cell_len(f"{number:,}")).add(f"{number:,}", "bold").pad(at)
    if not ids:
        return [line]
    first, *rest = words(named(ids), width - at)
    return [line.add(first, "dim"), *(Line().pad(at).add(each, "dim") for each in rest)]


# -------------------------------------------------------------------------------------------------------------- rules


def rules_text(rules: Iterable[Rule], *, width: int, color: bool) -> str:
    """List rules by group: id, standing and sources of each."""
    chosen = list(rules)
    longest = max(len(each.id) for each in chosen)
    lines: list[Line] = []
    for group, members in groupby(chosen, key=lambda each: each.group):
        lines += [Line(), Line().add(group, "bold")]
        for each in members:
            line = Line().add(f"  {each.id}", "cyan").pad(longest + 4)
            line.add(each.standing.value, _STANDINGS[each.standing]).pad(longest + 16)
            lines.append(line.add(" ".join(each.sources) or "–", "dim"))
    lines += [Line(), *wrapped("`rehydration rules ID` tells what a rule says, and where that is written.", width)]
    return written(lines, color=color)


def rule_text(rule: Rule, *, width: int, color: bool) -> str:
    """Tell all of one rule."""
    lines = [*_rule_head(rule), Line(), *wrapped(rule.statement, width, "  "), Line()]
    lines += _titled("standing", _MEANINGS[rule.standing], width)
    lines += _titled("seen by", rule.seen_by.value, width)
    for code in rule.sources:
        lines.append(Line().add("  ").add(code, "bold").pad(2 + _TITLE).add(SOURCES[code], "blue"))
    for each in rule.evidence:
        older = " (older than persistent chat)" if each.is_older_than_persistent_chat else ""
        lines += _titled("evidence", f"{each.day}{older}: {each.statement}", width)
        lines.append(Line().pad(2 + _TITLE).add(each.address, "blue"))
    for name, owner in RULE_OF_FIELD.items():
        if owner == rule.id:
            lines += _titled(
                "policy", f"--policy {name}={'|'.join(QUESTIONS[name].__members__)}, the default first", width
            )
    return written(lines, color=color)


_MEANINGS: Final[Mapping[Standing, str]] = {
    Standing.DOCUMENTED: "documented: AWS states it",
    Standing.INFERRED: "inferred: it follows from what AWS documents, its samples or its client code",
    Standing.OPEN: "open: AWS is silent or contradicts itself; this is a choice",
}


def _rule_head(rule: Rule) -> list[Line]:
    return [Line().add(rule.id, "bold cyan").add("  ").add(rule.standing.value, _STANDINGS[rule.standing])]


# ----------------------------------------------------------------------------------------------------------- examples


def examples_text(examples: Iterable[Example], *, width: int, color: bool) -> str:
    """List the built-in examples."""
    chosen = list(examples)
    at = max(len(each.name) for each in chosen) + 4
    lines = []
    for each in chosen:
        first, *rest = words(each.sentence, width - at)
        lines += [Line().add(f"  {each.name}", "cyan").pad(at).add(first)]
        lines += [Line().pad(at).add(line) for line in rest]
    lines += [Line(), *wrapped("`rehydration explain --example NAME` answers one,", width)]
    lines += wrapped("`rehydration examples NAME` prints its contact records.", width)
    return written(lines, color=color)
