"""What is said of an answer, in every picture: what was asked, what came out, how sure that is.

Here belong the sentences. This module does not know how they are set, nor how anything was decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rehydration.answers import Rehydration
from rehydration.certainties import Certainty, Outcome, When
from rehydration.errors import RuleForbids
from rehydration.explanation import Explanation, Refusal
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.policies import QUESTIONS
from rehydration.render.writing import counted, harmless, shown

_OUTCOMES: Final = 8
_IDS: Final = 6


def asked(side: Explanation | Rehydration | Refusal) -> str:
    """Say what was asked."""
    if isinstance(side, Refusal):
        return f"{harmless(str(side.request.rehydration_type))} {shown(str(side.request.source_contact_id))}"
    answer = side if isinstance(side, Rehydration) else side.answer
    if answer.source_contact_id is None:
        return shown(answer.target_contact_id or "")
    return harmless(f"{answer.rehydration_type} {shown(answer.source_contact_id)}")


def headline(side: Explanation | Rehydration | Refusal) -> str:
    """Say what was asked and what it continues from, or that it is refused."""
    if isinstance(side, Refusal):
        return f"{asked(side)} is refused: {side.error.rule}"
    answer = side if isinstance(side, Rehydration) else side.answer
    start = answer.continued_from_contact_id
    return f"{asked(side)} {'continues nothing' if start is None else f'continues from {shown(start)}'}"


def size_of(graph: ContactGraph) -> str:
    """Say how much a graph holds."""
    told = [counted(len(graph.sessions), "session"), counted(len(graph), "contact")]
    unknown = len(graph.unknown_contacts)
    return ", ".join([*told, f"{unknown:,} unknown"] if unknown else told)


def differing(sides: Sequence[Explanation | Refusal]) -> frozenset[ContactId]:
    """Find the contacts that the answers to several requests do not agree on: verdict or availability."""
    answered = [each for each in sides if isinstance(each, Explanation)]
    told = [{one.contact_id: (one.verdict, one.availability) for one in each.verdicts} for each in answered]
    return frozenset(each for side in told for each in side if any(other.get(each) != side[each] for other in told))


def new_chat_of(answer: Rehydration) -> str:
    """Name the chat that continues."""
    return "new chat" if answer.target_contact_id is None else f"chat {shown(answer.target_contact_id)}"


# ------------------------------------------------------------------------------------------------------- how sure it is


def outcomes_of(certainty: Certainty) -> Iterator[tuple[str, str, bool]]:
    """Yield the first outcomes: the policies that lead there, what is answered then, whether it is our answer."""
    for place, outcome in enumerate(certainty.outcomes[:_OUTCOMES]):
        yield condition(outcome), _told(outcome.answer), not place


def outcomes_left_out(certainty: Certainty) -> int:
    """Count the outcomes that are not told."""
    return max(len(certainty.outcomes) - _OUTCOMES, 0)


def condition(outcome: Outcome) -> str:
    """Write down what a policy must say for an outcome."""
    return " or ".join(_when(each) for each in outcome.when)


def _when(when: When) -> str:
    fields = {name: [each.name for each in question if each in when] for name, question in QUESTIONS.items()}
    return " ".join(f"{name}={'|'.join(values)}" for name, values in fields.items() if values) or "always"


def _told(answer: Rehydration | RuleForbids) -> str:
    """Write an answer in one line."""
    if isinstance(answer, RuleForbids):
        return f"refused: {answer.rule}"
    told = [f"shows {_ids([each.contact_id for each in answer.visible])}"]
    if answer.continued_from_contact_id is not None:
        told.insert(0, f"from {shown(answer.continued_from_contact_id)}")
    readable = frozenset(answer.readable)
    lost = [each.contact_id for each in answer.visible if each.contact_id not in readable]
    if lost:
        told.append(f"but cannot read {_ids(lost)}")
    if answer.beyond_limit:
        told.append(f"{len(answer.beyond_limit):,} beyond the limit")
    return ", ".join(told)


def _ids(contact_ids: Sequence[ContactId]) -> str:
    if not contact_ids:
        return "nothing"
    few = contact_ids if len(contact_ids) <= _IDS + 1 else contact_ids[:_IDS]
    more = f" and {len(contact_ids) - len(few):,} more" if len(few) < len(contact_ids) else ""
    return " ".join(map(shown, few)) + more
