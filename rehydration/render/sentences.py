"""The sentences about an answer, the same in every picture: the question, the answer, how certain it is.

Here belong the sentences. This module does not know how they are set, nor how anything was decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.certainties import Certainty, Outcome, When
from rehydration.doubts import Doubt, DoubtKind, in_order
from rehydration.errors import RuleForbids
from rehydration.explanation import Explanation, Refusal, Verdict
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.policies import MEANINGS, QUESTIONS
from rehydration.render.listing import customers_lines
from rehydration.render.writing import brief, counted, named, safe_line, safe_word, shortened
from rehydration.requests import RehydrationRequest

Written = Callable[[str], str]
"""How an id is written."""

_OUTCOMES: Final = 8
_IDS: Final = 7
_WARNINGS: Final = 3
_MESSAGE: Final = 300


def request_line(request: RehydrationRequest, written: Written = safe_word) -> str:
    """Write a request: its type and its source."""
    return f"{safe_line(str(request.rehydration_type))} {written(str(request.source_contact_id))}"


def question(side: Explanation | Rehydration | Refusal, written: Written = safe_word) -> str:
    """Write what an answer is about: its request, or the chat that is linked already."""
    if isinstance(side, Refusal):
        return written(side.chat_id or "") if side.request is None else request_line(side.request, written)
    answer = side if isinstance(side, Rehydration) else side.answer
    if answer.source_contact_id is None:
        return written(answer.target_contact_id or "")
    return safe_line(f"{answer.rehydration_type} {written(answer.source_contact_id)}")


def refusal_line(refusal: Refusal) -> str:
    """Write a refusal on one line."""
    return f"Refused: {safe_line(str(refusal.error))} ({refusal.error.rule})"


def headline(side: Explanation | Rehydration | Refusal, written: Written = safe_word, *, plain: bool = False) -> str:
    """Say what the question was and what it continues from, or that it is refused; without rules if ``plain``."""
    asked = question(side, written)
    if isinstance(side, Refusal):
        return f"{asked} is refused" if plain else f"{asked} is refused: {side.error.rule}"
    answer = side if isinstance(side, Rehydration) else side.answer
    start = answer.continued_from_contact_id
    return f"{asked} continues {'no past contact' if start is None else f'from {written(start)}'}"


def size_of(graph: ContactGraph) -> str:
    """Say how much a graph holds."""
    sizes = [counted(len(graph.sessions), "session"), counted(len(graph), "contact")]
    unknown = len(graph.unknown_contacts)
    return ", ".join([*sizes, f"{unknown:,} unknown"] if unknown else sizes)


def differing(sides: Sequence[Explanation | Refusal]) -> frozenset[ContactId]:
    """Find the contacts that the answers to several requests do not agree on: verdict or availability."""
    answered = [each for each in sides if isinstance(each, Explanation)]
    looks = [{one.contact_id: (one.verdict, one.availability) for one in each.verdicts} for each in answered]
    return frozenset(each for side in looks for each in side if any(other.get(each) != side[each] for other in looks))


def new_chat_of(answer: Rehydration, written: Written = safe_word) -> str:
    """Name the chat that continues."""
    return "new chat" if answer.target_contact_id is None else f"chat {written(answer.target_contact_id)}"


# -------------------------------------------------------------------------------------------- what pictures say of it


@frozen
class Said:
    """A sentence beside a picture: how it is set, the sign before it, and the words."""

    kind: str
    icon: str
    text: str


def said_of(side: Explanation | Refusal, *, plain: bool) -> Iterator[Said]:
    """Say what there is to know of an answer besides its contacts: warnings, and how sure it is.

    Rules and the answers of other readings are left out if ``plain``.
    """
    if isinstance(side, Refusal):
        yield Said("said", "warning", shortened(safe_line(str(side.error)), _MESSAGE))
    else:
        yield from _warned(side.answer, plain=plain)
    certainty = side.certainty
    kind = "certain" if certainty.is_certain else "contingent"
    yield Said("sure", kind, safe_line(f"{certainty.title}: {certainty.line}"))
    if plain or len(certainty.outcomes) == 1:
        return
    for when, summary, is_ours in outcomes_of(certainty):
        yield Said("said", "", f"{when}{', drawn here' if is_ours else ''}: {summary}")
    left_out = outcomes_left_out(certainty)
    if left_out:
        yield Said("said", "", f"and {counted(left_out, 'other answer')}")


def answered(answer: Rehydration, *, plain: bool) -> Iterator[Said]:
    """Say what there is to know of an answer that comes without an explanation."""
    yield from _warned(answer, plain=plain)
    if answer.stopped_at is not None:
        yield Said("said", "warning", f"the walk stops before {safe_word(answer.stopped_at)}")
    beyond = answer.beyond_limit
    if beyond:
        first = safe_word(beyond[0])
        yield Said("said", "", f"{counted(len(beyond), 'contact')} beyond Connect's 100-contact limit, first {first}")
    yield Said("said", "", "The picture shows the listed contacts. explain also gives the others, and why.")


def _warned(answer: Rehydration, *, plain: bool) -> Iterator[Said]:
    warnings = answer.warnings
    for each, _ in customers_lines(answer):
        yield Said("said", "warning", each)
    for warning in warnings[:_WARNINGS]:
        message = shortened(safe_line(warning.message), _MESSAGE)
        yield Said("said", "warning", message if plain else f"{message} ({warning.rule})")
    if len(warnings) > _WARNINGS:
        yield Said("said", "", f"and {counted(len(warnings) - _WARNINGS, 'other warning')}")


def described(side: Explanation | Refusal) -> str:
    """Tell in words what a picture shows, for readers who do not see it."""
    sentences = [f"{headline(side)}."]
    verdicts = () if isinstance(side, Refusal) else side.verdicts
    for verdict in Verdict:
        ids = [each.contact_id for each in verdicts if each.verdict is verdict]
        if ids:
            sentences.append(f"{verdict.capitalize()}: {named(ids, between=', ')}.")
    sentences.append(f"{side.certainty.title}: {side.certainty.line}.")
    return " ".join(sentences)


def answer_described(answer: Rehydration) -> str:
    """Tell in words what a picture of an answer alone shows."""
    return f"{headline(answer)}. Listed: {named([each.contact_id for each in answer.visible], between=', ')}."


def graph_described(graph: ContactGraph) -> str:
    """Tell in words what a picture of a graph shows."""
    links = counted(sum(graph.link_of(each) is not None for each in graph.sessions), "link")
    return f"Contacts of one instance: {size_of(graph)}, {links}."


# ------------------------------------------------------------------------------------------------------- how sure it is


def outcomes_of(
    certainty: Certainty, written: Written = brief, *, near: bool = False
) -> Iterator[tuple[str, str, bool]]:
    """Yield the first outcomes: the policies that lead there, the answer in a line, whether it is our answer.

    With ``near``, the answers do not name all that lies beyond the limit, so it is not counted.
    """
    for place, outcome in enumerate(certainty.outcomes[:_OUTCOMES]):
        yield condition(outcome), _summary(outcome.answer, written, near=near), not place


def outcomes_left_out(certainty: Certainty) -> int:
    """Count the outcomes that are left out."""
    return max(len(certainty.outcomes) - _OUTCOMES, 0)


def condition(outcome: Outcome) -> str:
    """Write down what a policy must say for an outcome."""
    return " or ".join(_when(each) for each in outcome.when)


@lru_cache
def _when(when: When) -> str:
    doubts = in_order(sorted((each.doubt for each in when), key=_place))
    values: dict[Doubt, list[str]] = {doubt: [] for doubt in doubts}
    for each in when:
        values[each.doubt].append(each.value)
    return " ".join(_takes(doubt, values[doubt]) for doubt in values) or "always"


def _place(doubt: Doubt) -> tuple[int, str]:
    """Order doubts: those of the policy as its fields, the others by what they say."""
    fields = [*QUESTIONS]
    return (fields.index(doubt.subject[0]) if doubt.kind is DoubtKind.POLICY else len(fields), doubt.sentence)


def _takes(doubt: Doubt, values: list[str]) -> str:
    """Write the readings of a doubt that a condition allows, in the order of the doubt, and what they mean."""
    allowed = [each for each in doubt.readings if each in values]
    if doubt.kind is not DoubtKind.POLICY:
        return f"[{doubt}: {'|'.join(allowed)}]"
    _, meanings = MEANINGS[doubt.subject[0]]
    return f"{doubt.subject[0]}={'|'.join(allowed)} ({', or '.join(meanings[each] for each in allowed)})"


def _summary(answer: Rehydration | RuleForbids, written: Written, *, near: bool) -> str:
    """Write an answer in one line."""
    if isinstance(answer, RuleForbids):
        return f"refused: {answer.rule}"
    start = answer.continued_from_contact_id
    parts = [] if start is None else [f"from {written(start)}"]
    more = len(answer.visible) - _IDS
    shown = " ".join([written(each.contact_id) for each in answer.visible[:_IDS]]) or "nothing"
    parts.append(f"shows {shown} and {more:,} more" if more > 0 else f"shows {shown}")
    if answer.unavailable:
        readable = frozenset(answer.readable)
        lost = [each.contact_id for each in answer.visible if each.contact_id not in readable]
        parts += [f"but cannot read {named(lost, _IDS, written=written)}"] if lost else []
    if answer.beyond_limit:
        parts.append(f"{'others' if near else f'{len(answer.beyond_limit):,}'} beyond the limit")
    return ", ".join(parts)
