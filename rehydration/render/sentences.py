"""The sentences about an answer, the same in every picture: the question, the answer, how certain it is.

Here belong the sentences. This module does not know how they are set, nor how anything was decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rehydration.answers import Rehydration
from rehydration.certainties import Certainty, Outcome, When
from rehydration.doubts import Doubt, DoubtKind, in_order
from rehydration.errors import RuleForbids
from rehydration.explanation import Explanation, Refusal
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.render.writing import counted, named, safe_line, safe_word
from rehydration.requests import RehydrationRequest

_OUTCOMES: Final = 8
_IDS: Final = 7


def request_line(request: RehydrationRequest) -> str:
    """Write a request: its type and its source."""
    return f"{safe_line(str(request.rehydration_type))} {safe_word(str(request.source_contact_id))}"


def question(side: Explanation | Rehydration | Refusal) -> str:
    """Write what an answer is about: its request, or the chat that is linked already."""
    if isinstance(side, Refusal):
        return request_line(side.request)
    answer = side if isinstance(side, Rehydration) else side.answer
    if answer.source_contact_id is None:
        return safe_word(answer.target_contact_id or "")
    return safe_line(f"{answer.rehydration_type} {safe_word(answer.source_contact_id)}")


def refusal_line(refusal: Refusal) -> str:
    """Write a refusal on one line."""
    return f"Refused: {safe_line(str(refusal.error))} ({refusal.error.rule})"


def headline(side: Explanation | Rehydration | Refusal) -> str:
    """Say what the question was and what it continues from, or that it is refused."""
    if isinstance(side, Refusal):
        return f"{question(side)} is refused: {side.error.rule}"
    answer = side if isinstance(side, Rehydration) else side.answer
    start = answer.continued_from_contact_id
    return f"{question(side)} {'continues nothing' if start is None else f'continues from {safe_word(start)}'}"


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


def new_chat_of(answer: Rehydration) -> str:
    """Name the chat that continues."""
    return "new chat" if answer.target_contact_id is None else f"chat {safe_word(answer.target_contact_id)}"


# ------------------------------------------------------------------------------------------------------- how sure it is


def outcomes_of(certainty: Certainty) -> Iterator[tuple[str, str, bool]]:
    """Yield the first outcomes: the policies that lead there, the answer in a line, whether it is our answer."""
    for place, outcome in enumerate(certainty.outcomes[:_OUTCOMES]):
        yield condition(outcome), _summary(outcome.answer), not place


def outcomes_left_out(certainty: Certainty) -> int:
    """Count the outcomes that are left out."""
    return max(len(certainty.outcomes) - _OUTCOMES, 0)


def condition(outcome: Outcome) -> str:
    """Write down what a policy must say for an outcome."""
    return " or ".join(_when(each) for each in outcome.when)


def _when(when: When) -> str:
    values: dict[Doubt, list[str]] = {doubt: [] for doubt in in_order(each.doubt for each in when)}
    for each in when:
        values[each.doubt].append(each.value)
    return " ".join(_takes(doubt, values[doubt]) for doubt in values) or "always"


def _takes(doubt: Doubt, values: list[str]) -> str:
    """Write the readings of a doubt that a condition allows, in the order of the doubt."""
    told = "|".join(each for each in doubt.readings if each in values)
    return f"{doubt}={told}" if doubt.kind is DoubtKind.POLICY else f"[{doubt}: {told}]"


def _summary(answer: Rehydration | RuleForbids) -> str:
    """Write an answer in one line."""
    if isinstance(answer, RuleForbids):
        return f"refused: {answer.rule}"
    start = answer.continued_from_contact_id
    parts = [] if start is None else [f"from {safe_word(start)}"]
    parts.append(f"shows {named([each.contact_id for each in answer.visible], _IDS, 'nothing')}")
    readable = frozenset(answer.readable)
    lost = [each.contact_id for each in answer.visible if each.contact_id not in readable]
    if lost:
        parts.append(f"but cannot read {named(lost, _IDS)}")
    if answer.beyond_limit:
        parts.append(f"{len(answer.beyond_limit):,} beyond the limit")
    return ", ".join(parts)
