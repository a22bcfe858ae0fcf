"""Vectors as lines of JSON: histories with what is asked and answered, and the language that cases are written in.

Here belongs how a vector is written. What is answered is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from rehydration.conformance.vectors.histories import histories, questions
from rehydration.conformance.vectors.opinion import Answer, Doubt, Outcome, Question, Segment, depends_on, outcomes

MOST_CONTACTS: Final = 4

_BEGINNING: Final = datetime(2026, 1, 1, 9, tzinfo=UTC)


def history_vectors(most_contacts: int = MOST_CONTACTS) -> Iterator[dict[str, Any]]:
    """Write every history of up to so many contacts, with all that is asked of it.

    >>> first = next(history_vectors(1))
    >>> first["id"], first["asked"][0]["answer"]
    ('1/1', {'Refused': 'eligibility.session-ended'})
    """
    for contacts in range(1, most_contacts + 1):
        for number, history in enumerate(histories(contacts), start=1):
            yield history_vector(f"{contacts}/{number}", history)


def history_vector(vector_id: str, history: Sequence[Segment]) -> dict[str, Any]:
    """Write one history, with all that is asked of it."""
    return {
        "id": vector_id,
        "contacts": [_record(each) for each in history],
        "asked": [_asked(history, each) for each in questions(history)],
    }


def case_format_vectors() -> list[dict[str, Any]]:
    """Read the vectors of the case format: patterns, symbols and chains, each with what is to come out."""
    text = (files("rehydration.conformance.vectors") / "case-format.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def schema() -> Any:  # noqa: ANN401  # JSON data
    """Read the JSON Schema that each line follows."""
    return json.loads((files("rehydration.conformance.vectors") / "vector.schema.json").read_text(encoding="utf-8"))


def _record(contact: Segment) -> dict[str, Any]:
    told = {
        "ContactId": contact.name,
        "InitialContactId": None if contact.name == contact.initial else contact.initial,
        "PreviousContactId": contact.previous,
        "RelatedContactId": contact.related,
        "RehydrationType": contact.rehydration_type,
        "Channel": "CHAT",
        "InitiationMethod": "API" if contact.previous is None else "TRANSFER",
        "InitiationTimestamp": _time(contact.begun),
        "DisconnectTimestamp": None if contact.is_live else _time(int(contact.ended)),
    }
    return {name: value for name, value in told.items() if value is not None}


def _time(minutes: int) -> str:
    return (_BEGINNING + timedelta(minutes=10 * minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _asked(history: Sequence[Segment], question: Question) -> dict[str, Any]:
    found = outcomes(history, question)
    told = {"depends_on": [_doubt(each) for each in depends_on(found)], "otherwise": list(_otherwise(found))}
    return {**_question(question), "answer": _answer(found[0].answer), **told}


def _question(question: Question) -> dict[str, str]:
    if question.rehydration_type is None:
        return {"VisibleIn": question.contact}
    return {"RehydrationType": question.rehydration_type, "SourceContactId": question.contact}


def _answer(answer: Answer) -> dict[str, Any]:
    if answer.refused is not None:
        return {"Refused": answer.refused}
    return {"ContinuedFromContactId": answer.start, "Visible": list(answer.visible)}


def _otherwise(found: Iterable[Outcome]) -> Iterator[dict[str, Any]]:
    """Give the other answers, each with the fewest readings that lead to it."""
    first, *others = found
    fewest: dict[Answer, Mapping[Doubt, str]] = {}
    for each in sorted(others, key=lambda other: len(other.departures)):
        if each.answer != first.answer:
            fewest.setdefault(each.answer, each.departures)
    for answer, departures in fewest.items():
        when = [{**_doubt(doubt), "reading": reading} for doubt, reading in sorted(departures.items())]
        yield {"when": when, "answer": _answer(answer)}


def _doubt(doubt: Doubt) -> dict[str, str]:
    kind, subject = doubt
    return {"kind": kind, "subject": subject}
