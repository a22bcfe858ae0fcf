"""A picture in text: sessions and contacts in time, newest first, for a terminal or a pipe.

Here belong the words around the drawing: what was asked, what came out, warnings, how sure it is, the rules.
Verdicts differ by sign and word first, by colour only on top of that. No environment is looked at: width and colour
are arguments. This module does not know how anything was decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rehydration.answers import RuleWarning
from rehydration.certainties import Certainty
from rehydration.explanation import Explanation, Refusal, Verdict
from rehydration.graph import ContactGraph
from rehydration.identifiers import RuleId
from rehydration.render.lines import LEAST_WIDTH, MOST_WIDTH, Line, cell_len, flowed, words, wrapped, written
from rehydration.render.listing import customers_lines
from rehydration.render.picture import Picture, graph_picture, looks_of, picture, session_picture
from rehydration.render.sentences import (
    headline,
    outcomes_left_out,
    outcomes_of,
    question,
    size_of,
)
from rehydration.render.signs import CONTINGENT, SIGNS, STYLES
from rehydration.render.text_drawing import Drawing
from rehydration.render.text_table import LETTERS, Comparison
from rehydration.render.writing import counted, safe_line, shortened
from rehydration.rules import RULES

_MESSAGE: Final = 600
_GAP: Final = 2


def text(
    explanation: Explanation, *, width: int = 80, color: bool = False, full: bool = False, plain: bool = False
) -> str:
    """Draw an explanation for a terminal: as wide as ``width`` cells, with ANSI colours if ``color``.

    Long runs of the same are left out unless ``full``; rules are left out if ``plain``. Text of the records is escaped
    where it is not printable.
    """
    width = _bounded(width)
    sheet = picture(explanation, full=full, plain=plain)
    lines = [
        *_headline(explanation, sheet, width),
        Line(),
        *Drawing(explanation.answer, sheet, width).lines(),
        Line(),
        *_warnings(explanation.answer.warnings, width, plain=plain),
        *_sureness(explanation.certainty, width, marked=any(each.contingent for each in sheet.drawn)),
        *([] if plain else _reasons(explanation, sheet, width)),
    ]
    return written(lines, color=color)


def refusal_text(refusal: Refusal, graph: ContactGraph, *, width: int = 80, color: bool = False) -> str:
    """Write down a refusal: the rule that forbids it, the source's session, and what other readings answer.

    Of a chat that is linked already, the session is that from which it continues.
    """
    width = _bounded(width)
    error, source = refusal.error, _source_of(refusal, graph)
    head = [(each, "bold") for each in words(question(refusal), width)]
    head += [("is refused:", "bold red"), (f"{error.code}", "bold")]
    lines = [*flowed(head, width, between=" "), Line(), *wrapped(safe_line(str(error)), width, "  "), Line()]
    if source in graph:
        lines += [*Drawing(None, session_picture(graph, source), width).lines(), Line()]
    lines += _sureness(refusal.certainty, width, marked=False)
    lines += _rules([error.rule], width)
    return written(lines, color=color)


def _source_of(refusal: Refusal, graph: ContactGraph) -> str:
    if refusal.request is not None:
        return refusal.request.source_contact_id
    start = graph.session_of(refusal.chat_id or "").continues
    return "" if start is None else start.contact_id


def graph_text(
    graph: ContactGraph, *, width: int = 80, color: bool = False, full: bool = False, plain: bool = False
) -> str:
    """Draw a graph for a terminal, as :func:`text` draws an explanation: sessions, newest first, and their links."""
    width = _bounded(width)
    sheet = graph_picture(graph, full=full, plain=plain)
    head = [*_bold(size_of(graph), width), *flowed(_counts(sheet), width, "  ", ", ")]
    return written([*head, Line(), *Drawing(None, sheet, width).lines()], color=color)


def certainty_text(certainty: Certainty, *, width: int, color: bool) -> str:
    """Write down how sure an answer is, and what the answers of other readings are."""
    return written(_sureness(certainty, _bounded(width), marked=False), color=color)


def comparison_text(
    sides: Sequence[Explanation | Refusal],
    *,
    width: int = 80,
    color: bool = False,
    full: bool = False,
    plain: bool = False,
) -> str:
    """Write down answers to several requests for a terminal: what each says of every contact, side by side."""
    width = _bounded(width)
    lines: list[Line] = []
    for name, side in zip(LETTERS, sides, strict=False):
        lines += _bold(f"{name}  {headline(side)}", width)
        if isinstance(side, Refusal):
            lines += wrapped(safe_line(str(side.error)), width, "   ")
        else:
            lines += flowed(_counts(picture(side, full=True)), width, "   ", ", ")
            lines += _other_customers(side, width, "   ")
            sure = side.certainty
            mark = f" ({CONTINGENT})" if len(sure.outcomes) > 1 else ""
            lines += wrapped(f"{sure.title}{mark}: {sure.line}", width, "   ")
        lines.append(Line())
    return written([*lines, *Comparison(sides, width, full=full, plain=plain).lines()], color=color)


def _bounded(width: int) -> int:
    return min(max(width, LEAST_WIDTH), MOST_WIDTH)


# ------------------------------------------------------------------------------------------------------- what is said


def _headline(explanation: Explanation, sheet: Picture, width: int) -> list[Line]:
    counts = _counts(sheet)
    if explanation.answer.incomplete:
        counts.append(("incomplete", STYLES[Verdict.UNKNOWN]))
    lines = [*_bold(headline(explanation), width), *flowed(counts, width, "  ", ", ")]
    return [*lines, *_other_customers(explanation, width, "  ")]


def _other_customers(explanation: Explanation, width: int, indent: str) -> list[Line]:
    """Say which of the contacts shown are of another customer than the chat's, and which may be."""
    told = customers_lines(explanation.answer)
    return [line for each, style in told for line in wrapped(each, width, indent, style)]


def _bold(title: str, width: int) -> list[Line]:
    return [Line().add(each, "bold") for each in words(title, width)]


def _counts(sheet: Picture) -> list[tuple[str, str]]:
    counts = looks_of(row for box in sheet.boxes for row in box.contacts)
    return [(f"{SIGNS[look]} {count:,} {look}", STYLES[look]) for look, count in counts.items()]


def _reasons(explanation: Explanation, sheet: Picture, width: int) -> list[Line]:
    """Tell the rules that chose the start contact and those that decided on the contacts drawn."""
    start = [each for each in explanation.answer.rules if each.startswith("start.") and each != "start.reported"]
    decided = [rule for row in sheet.drawn for rule in row.rules]
    return _rules(list(dict.fromkeys((*start, *decided))), width)


def _rules(rules: Sequence[RuleId], width: int) -> list[Line]:
    if not rules:
        return []
    lines = [Line().add("Rules", "bold").add("  `rehydration rules ID` shows more", "dim")]
    for each in rules:
        rule = RULES.get(each)
        if rule is None:
            lines.append(Line().add(f"  {safe_line(each)}", "cyan"))
            continue
        lines += flowed([(each, "cyan"), (rule.standing.value, "dim")], width, "  ")
        lines += wrapped(rule.statement, width, "    ")
    return [*lines, Line()]


def _warnings(warnings: Sequence[RuleWarning], width: int, *, plain: bool) -> list[Line]:
    if not warnings:
        return []
    lines = [Line().add("Warnings", "bold")]
    for warning in warnings:
        first, *rest = wrapped(shortened(safe_line(warning.message), _MESSAGE), width, "    ")
        first.pieces[0] = ("  ! ", STYLES[Verdict.UNAVAILABLE])
        lines += [first, *rest, *([] if plain else [Line().add(f"    {warning.rule}", "cyan")])]
    return [*lines, Line()]


def _sureness(certainty: Certainty, width: int, *, marked: bool) -> list[Line]:
    """Tell whether other readings of what is not known would answer otherwise, and how, one line each."""
    lines = _led(
        f"{certainty.title} ({CONTINGENT})" if marked else certainty.title,
        certainty.line,
        width,
        "green" if certainty.is_certain else "yellow",
    )
    if len(certainty.outcomes) == 1:
        return [*lines, Line()]
    outcomes = list(outcomes_of(certainty))
    longest = max(cell_len(condition) for condition, _, _ in outcomes)
    for condition, summary, is_ours in outcomes:
        lines += _outcome(condition, summary, "▶ " if is_ours else "  ", longest, width)
    left_out = outcomes_left_out(certainty)
    if left_out:
        lines.append(Line().add(f"    and {counted(left_out, 'other answer')}", "dim"))
    return [*lines, Line()]


def _led(head: str, sentence: str, width: int, style: str) -> list[Line]:
    """Write a sentence behind a word that stands out."""
    first, *rest = words(f"{head}: {sentence}", width)
    line = Line().add(head, f"bold {style}").add(first.removeprefix(head))
    return [line, *(wrapped(" ".join(rest), width, "  ") if rest else ())]


def _outcome(when: str, summary: str, mark: str, longest: int, width: int) -> list[Line]:
    if 4 + longest + _GAP + cell_len(summary) <= width:
        return [Line().add(f"  {mark}", "bold").add(when, "cyan").pad(4 + longest + _GAP).add(summary)]
    head = [Line().add("    ").add(each, "cyan") for each in words(when, width - 4)]
    head[0].pieces[0] = (f"  {mark}", "bold")
    return [*head, *wrapped(summary, width, "      ")]
