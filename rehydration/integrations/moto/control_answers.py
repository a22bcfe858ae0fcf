"""What control URLs answer.

Here belong JSON, and refusals: JSON objects with ``code``, ``message`` and, where one forbids it, the ``rule``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from rehydration.errors import ContradictoryRecords, InvalidInput, RehydrationError, RuleForbids


class ControlRefused(InvalidInput):
    """A control request that cannot be answered."""

    def __init__(self, code: str, status: int, problem: str, allowed: str | None = None) -> None:
        """Take what is answered; ``allowed`` are the methods that there are."""
        super().__init__(problem)
        self.code: str | None = code
        self.status: int | None = status
        self.headers: Mapping[str, str] = {} if allowed is None else {"Allow": allowed}


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a value as JSON."""
    return Response(f"{json.dumps(value)}\n", status, headers, content_type="application/json")


def refused(fault: RehydrationError | HTTPException) -> Response:
    """Answer with a refusal."""
    headers = fault.headers if isinstance(fault, ControlRefused) else None
    return json_answer(told_of(fault), _status(fault), headers)


def told_of(fault: RehydrationError | HTTPException) -> dict[str, Any]:
    """Write a refusal down."""
    if isinstance(fault, HTTPException):
        return {"code": type(fault).__name__, "message": fault.description}
    told = {"code": fault.code or type(fault).__name__, "message": str(fault)}
    rule = _rule(fault)
    return told if rule is None else {**told, "rule": rule}


def _status(fault: RehydrationError | HTTPException) -> int:
    return (fault.code if isinstance(fault, HTTPException) else fault.status) or 400


def _rule(fault: RehydrationError) -> str | None:
    if isinstance(fault, ContradictoryRecords):
        return next((each.rule for each in fault.contradictions), None)
    return fault.rule if isinstance(fault, RuleForbids) else None
