"""A target in Python as a program: what ``rehydration conformance run --target`` starts.

``python -m rehydration.conformance.hosting module:factory`` makes fresh targets and answers JSON lines, so that a
target that ends its process, or never answers, ends itself alone. Here belongs how objects become lines. What is asked
is not known here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final, TextIO

from rehydration.conformance.faults import Refusal, TargetBroken, quoted
from rehydration.conformance.targets import CAPABILITIES, Factory, code_of, is_not_offered, load

_TOLD: Final = ("instance_id", "contact_flow_id", "settle_seconds", "patience_seconds")


class Host:
    """A factory and the target of the case that is being asked."""

    def __init__(self, factory: Factory) -> None:
        """Start without a target."""
        self._factory = factory
        self._target: Any = None
        self._methods: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "hello": lambda _params: self._fresh(),
            "reset": lambda _params: self._fresh(),
            "call": lambda params: self._target.call(params["operation"], params["parameters"]),
            "seed": lambda params: self._target.seed(params["contacts"], params["transcripts"]),
            "visible": lambda params: self._target.visible(params["contact_id"]),
            "advance": lambda params: self._target.advance(params["seconds"]),
        }

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer one request."""
        number = request["id"]
        try:
            return {"id": number, "result": plain(self._methods[request["method"]](request["params"]))}
        except TargetBroken as fault:
            return {"id": number, "broken": str(fault)}
        except BaseException as fault:  # noqa: BLE001  # also one that means to end the program
            code = code_of(fault)
            if is_not_offered(fault, code):
                code = "NotImplemented"
            if code is not None:
                message = fault.message if isinstance(fault, Refusal) else str(fault)
                return {"id": number, "error": {"code": code, "message": message}}
            return {"id": number, "broken": f"{_told(request)} raised {type(fault).__name__}: {fault}"}

    def close(self) -> None:
        """Let go of the target."""
        with suppress(Exception):
            getattr(self._target, "close", lambda: None)()

    def _fresh(self) -> Mapping[str, object]:
        self.close()
        try:
            self._target = self._factory()
        except TargetBroken:
            raise
        except BaseException as fault:
            raise TargetBroken(f"the factory raised {type(fault).__name__}: {fault}") from fault
        capabilities = getattr(self._target, "capabilities", None)
        if not isinstance(capabilities, AbstractSet | list | tuple):
            raise TargetBroken(
                f"{type(self._target).__name__} has no capabilities: a set of {', '.join(sorted(CAPABILITIES))}"
            )
        told = {name: getattr(self._target, name) for name in _TOLD if hasattr(self._target, name)}
        return {"capabilities": sorted(map(str, capabilities)), **told}


def plain(value: Any) -> Any:  # noqa: ANN401  # whatever a target answers
    """Make JSON data of an answer.

    :raises TargetBroken: there is something else in it.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, Sequence | AbstractSet) and not isinstance(value, bytes | bytearray):
        return [plain(each) for each in value]
    raise TargetBroken(f"it answered with {quoted(value)}: expected what JSON can hold, or times")


def _told(request: Mapping[str, Any]) -> str:
    params = request["params"]
    if request["method"] == "call":
        return f"{params['operation']} {quoted(params['parameters'])}"
    return str(request["method"])


def serve(host: Host, requests: TextIO, answers: TextIO) -> None:
    """Answer requests, a line each, until there are no more."""
    for line in requests:
        print(json.dumps(host.answer(json.loads(line))), file=answers, flush=True)
    host.close()


def _main(name: str) -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a target prints is no answer
    requests = os.fdopen(os.dup(sys.stdin.fileno()), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    serve(Host(partial(_made, name)), requests, answers)


def _made(name: str) -> Any:  # noqa: ANN401  # a target
    """Make a target; what is wrong with its name is told to whoever asks for the first."""
    return load(name)()


if __name__ == "__main__":
    _main(sys.argv[1])
