"""A picture in text: sessions and contacts in time, newest first, for a terminal or a pipe.

Here belong the words around the drawing: what was asked, what came out, warnings, how sure it is, the rules.
Verdicts differ by sign and word first, by colour only on top of that. No environment is looked at: width and colour
are arguments. This module does not know how anything was decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rehydration.answers import Rehydration, RuleWarning
from rehydration.errors import RuleForbids
from rehydration.explanation import Explanation, Verdict
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId, RuleId
from rehydration.reading import Readings
from rehydration.render.lines import LEAST_WIDTH, MOST_WIDTH, Line, cell_len, flowed, words, wrapped, written
from rehydration.render.picture import Box, Picture, Skip, picture, session_picture, verdicts_of
from rehydration.render.signs import SIGNS, STYLES, condition
from rehydration.render.text_drawing import Drawing
from rehydration.render.writing import counted, harmless, shortened, shown
from rehydration.requests import RehydrationRequest
from rehydration.rules import RULES
from rehydration.transcripts import Availability

_OUTCOMES: Final = 8
_IDS: Final = 6
_MESSAGE: Final = 600
_GAP: Final = 2


def text(
    explanation: Explanation, graph: ContactGraph, *, width: int = 80, color: bool = False, full: bool = False
) -> str:
    """Draw an explanation, see :func:`rehydration.render.text`."""
    width = _bounded(width)
    sheet = picture(explanation, graph, full=full)
    lines = [
        *_headline(explanation, sheet, width),
        Line(),
        *Drawing(explanation.answer, sheet, width).lines(),
        Line(),
        *_warnings(explanation.answer.warnings, width),
        *_sureness(explanation.readings, explanation.answer, width),
        *_reasons(explanation, sheet, width),
    ]
    return written(lines, color=color)


def refusal_text(  # noqa: PLR0913  # all that there is to say of a refusal
    refusal: RuleForbids,
    graph: ContactGraph,
    request: RehydrationRequest,
    *,
    readings: Readings | None = None,
    width: int = 80,
    color: bool = False,
) -> str:
    """Write down a refusal, see :func:`rehydration.render.refusal_text`."""
    width = _bounded(width)
    asked = f"{harmless(str(request.rehydration_type))} {shown(str(request.source_contact_id))}"
    head = [*((each, "bold") for each in words(asked, width)), ("is refused:", "bold red"), (f"{refusal.code}", "bold")]
    lines = [*flowed(head, width, between=" "), Line(), *wrapped(harmless(str(refusal)), width, "  "), Line()]
    if request.source_contact_id in graph:
        sheet = session_picture(graph, request.source_contact_id)
        lines += [*Drawing(None, sheet, width).lines(), Line()]
    if readings is not None:
        lines += _sureness(readings, refusal, width)
    lines += _rules([refusal.rule], width)
    return written(lines, color=color)


def _bounded(width: int) -> int:
    return min(max(width, LEAST_WIDTH), MOST_WIDTH)


# ------------------------------------------------------------------------------------------------------- what is said


def _headline(explanation: Explanation, sheet: Picture, width: int) -> list[Line]:
    answer = explanation.answer
    if answer.source_contact_id is None:
        asked = f"{shown(answer.target_contact_id or '')}"
    else:
        asked = f"{answer.rehydration_type} {shown(answer.source_contact_id)}"
    start = answer.continued_from_contact_id
    told = "continues nothing" if start is None else f"continues from {shown(start)}"
    head = [Line().add(each, "bold") for each in words(f"{harmless(asked)} {told}", width)]
    rows = [row for box in sheet.boxes for each in _boxes_of(box) for row in each.contacts]
    counts = [
        (f"{SIGNS[verdict]} {count:,} {verdict}", STYLES[verdict]) for verdict, count in verdicts_of(rows).items()
    ]
    if answer.incomplete:
        counts.append(("incomplete", STYLES[Verdict.UNKNOWN]))
    return [*head, *flowed(counts, width, "  ", ", ")]


def _boxes_of(box: Box | Skip) -> tuple[Box, ...]:
    return box.boxes if isinstance(box, Skip) else (box,)


def _reasons(explanation: Explanation, sheet: Picture, width: int) -> list[Line]:
    """Tell the rules that chose the start contact and those that decided on the contacts drawn."""
    start = [each for each in explanation.answer.rules if each.startswith("start.") and each != "start.reported"]
    decided = [rule for row in sheet.drawn for rule in row.rules]
    return _rules(list(dict.fromkeys((*start, *decided))), width)


def _rules(rules: Sequence[RuleId], width: int) -> list[Line]:
    lines = [Line().add("Rules", "bold").add("  `rehydration rules ID` tells more", "dim")]
    for each in rules:
        rule = RULES.get(each)
        if rule is None:
            lines.append(Line().add(f"  {harmless(each)}", "cyan"))
            continue
        lines += flowed([(each, "cyan"), (rule.standing.value, "dim")], width, "  ")
        lines += wrapped(rule.statement, width, "    ")
    return [*lines, Line()]


def _warnings(warnings: Sequence[RuleWarning], width: int) -> list[Line]:
    if not warnings:
        return []
    lines = [Line().add("Warnings", "bold")]
    for warning in warnings:
        first, *rest = wrapped(shortened(harmless(warning.message), _MESSAGE), width, "    ")
        first.pieces[0] = ("  ! ", STYLES[Verdict.UNAVAILABLE])
        lines += [first, *rest, Line().add(f"    {warning.rule}", "cyan")]
    return [*lines, Line()]


def _sureness(readings: Readings | None, ours: Rehydration | RuleForbids, width: int) -> list[Line]:
    """Tell whether other readings of what AWS leaves open would answer otherwise, and how, one line each."""
    if readings is None:
        return []
    if len(readings.outcomes) == 1:
        return [*_led("Certain", readings.line, width, "green"), Line()]
    lines = _led("Contingent", readings.line, width, "yellow")
    conditions = [condition(each) for each in readings.outcomes[:_OUTCOMES]]
    longest = max(map(cell_len, conditions))
    for when, outcome in zip(conditions, readings.outcomes, strict=False):
        mark = "▶ " if _identity(outcome.answer) == _identity(ours) else "  "
        lines += _outcome(when, _told(outcome.answer), mark, longest, width)
    left_out = len(readings.outcomes) - len(conditions)
    if left_out:
        lines.append(Line().add(f"    and {counted(left_out, 'other answer')}", "dim"))
    return [*lines, Line()]


def _led(head: str, told: str, width: int, style: str) -> list[Line]:
    """Write a sentence behind a word that stands out."""
    first, *rest = words(f"{head}: {told}", width)
    line = Line().add(head, f"bold {style}").add(first.removeprefix(head))
    return [line, *(Line().add(f"  {each}") for each in rest)]


def _outcome(when: str, told: str, mark: str, longest: int, width: int) -> list[Line]:
    if 4 + longest + _GAP + cell_len(told) <= width:
        return [Line().add(f"  {mark}", "bold").add(when, "cyan").pad(4 + longest + _GAP).add(told)]
    head = [Line().add("    ").add(each, "cyan") for each in words(when, width - 4)]
    head[0].pieces[0] = (f"  {mark}", "bold")
    return [*head, *wrapped(told, width, "      ")]


def _identity(answer: Rehydration | RuleForbids) -> object:
    """Tell what makes an answer another one than the others: what is seen, not what is said of it."""
    if isinstance(answer, RuleForbids):
        return (type(answer), answer.rule)
    listed = [(each.contact_id, answer.availability(each.contact_id)) for each in answer.visible]
    return (answer.continued_from_contact_id, listed, answer.stopped_at, answer.beyond_limit, answer.incomplete)


def _told(answer: Rehydration | RuleForbids) -> str:
    """Write an answer in one line."""
    if isinstance(answer, RuleForbids):
        return f"refused: {answer.rule}"
    told = [f"shows {_ids([each.contact_id for each in answer.visible])}"]
    if answer.continued_from_contact_id is not None:
        told.insert(0, f"from {shown(answer.continued_from_contact_id)}")
    lost = [
        each.contact_id
        for each in answer.unavailable
        if each.availability is not Availability.NOT_READY and each.contact_id != answer.stopped_at
    ]
    if lost:
        told.append(f"but cannot read {_ids(lost)}")
    if answer.stopped_at is not None:
        told.append(f"stops before {shown(answer.stopped_at)}")
    if answer.beyond_limit:
        told.append(f"{len(answer.beyond_limit):,} beyond the limit")
    return ", ".join(told)


def _ids(contact_ids: Sequence[ContactId]) -> str:
    if not contact_ids:
        return "nothing"
    few = contact_ids if len(contact_ids) <= _IDS + 1 else contact_ids[:_IDS]
    more = f" and {len(contact_ids) - len(few):,} more" if len(few) < len(contact_ids) else ""
    return " ".join(map(shown, few)) + more
