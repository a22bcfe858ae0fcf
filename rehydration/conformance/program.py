"""A target in any language: a program that answers JSON lines.

Here belongs the protocol: one request a line on the program's standard input, one answer a line on its standard output.
What is asked is not known here.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

from rehydration.conformance.faults import Refusal, TargetBroken

PROTOCOL: Final = 1
SECONDS: Final = 20.0
"""How long a program may take for one answer."""


class Program:
    """A program that was started, or will be when it is first asked; it is started again after it broke."""

    def __init__(self, command: str, *, seconds: float = SECONDS) -> None:
        """Take the command line of the program, as a shell would split it."""
        self._command = command
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._number = 0
        self.hello: Mapping[str, Any] = {}

    def target(self) -> ProgramTarget:
        """Have the program forget what was, and give a target for one case."""
        if self._process is None:
            self._start()
        self.ask("reset", {})
        return ProgramTarget(self)

    def ask(self, method: str, params: Mapping[str, object]) -> Any:  # noqa: ANN401  # JSON data
        """Ask for one answer.

        :raises Refusal: the answer is an error.
        :raises TargetBroken: there is none in time, or it is not of the protocol.
        """
        process = self._process
        if process is None or process.stdin is None:
            raise TargetBroken(f"{self._command}: the program is not running")
        self._number += 1
        request = json.dumps({"id": self._number, "method": method, "params": params})
        try:
            process.stdin.write(f"{request}\n")
            process.stdin.flush()
            line = self._lines.get(timeout=self._seconds)
        except Empty:
            raise self._broken(f"no answer within {self._seconds:g} s to {request[:300]}") from None
        except OSError as fault:
            raise self._broken(f"{fault} at {request[:300]}") from fault
        if line is None:
            raise self._broken(f"ended with status {_status(process)} at {request[:300]}")
        return self._read(line, request)

    def _read(self, line: str, request: str) -> Any:  # noqa: ANN401
        try:
            answer = json.loads(line)
        except ValueError:
            raise self._broken(f"answered {line[:200]!r}, which is no JSON, to {request[:300]}") from None
        if not isinstance(answer, dict) or answer.get("id") != self._number or not {"result", "error"} & answer.keys():
            raise self._broken(f"answered {line[:200]!r}, expected the id {self._number} and result or error")
        if "error" in answer:
            error = answer["error"]
            if not isinstance(error, dict) or not isinstance(error.get("code"), str):
                raise self._broken(f"answered {line[:200]!r}: an error has a code")
            raise Refusal(error["code"], str(error.get("message", "")))
        return answer["result"]

    def close(self) -> None:
        """End the program."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]  # it was started with pipes
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()  # type: ignore[union-attr]

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  # what the caller named
                shlex.split(self._command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except (OSError, ValueError) as fault:
            raise TargetBroken(f"{self._command}: cannot be started: {fault}") from fault
        self._lines = SimpleQueue()
        Thread(target=_read_lines, args=(self._process, self._lines), daemon=True).start()
        try:
            hello = self.ask("hello", {"protocol": PROTOCOL})
        except Refusal as refusal:
            raise self._broken(f"refused hello with {refusal}") from refusal
        if not isinstance(hello, dict) or not isinstance(hello.get("capabilities"), list):
            raise self._broken(f"answered hello with {hello!r}: expected capabilities, a list of names")
        self.hello = hello

    def _broken(self, problem: str) -> TargetBroken:
        self.close()
        return TargetBroken(f"{self._command}: {problem}")


def _status(process: subprocess.Popen[str]) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        return process.wait(timeout=1)
    return None  # it has closed its output and goes on


def _read_lines(process: subprocess.Popen[str], lines: SimpleQueue[str | None]) -> None:
    with suppress(ValueError, OSError):
        for line in process.stdout or ():
            lines.put(line)
    lines.put(None)


class ProgramTarget:
    """A program as a target of one case."""

    def __init__(self, program: Program) -> None:
        """Take over what the program said of itself."""
        self._program = program
        self.capabilities = frozenset(map(str, program.hello["capabilities"]))
        self.instance_id = program.hello.get("instance_id", "suite-instance")
        self.contact_flow_id = program.hello.get("contact_flow_id", "suite-flow")

    def call(self, operation: str, parameters: Mapping[str, object]) -> Any:  # noqa: ANN401  # JSON data
        """Answer an operation."""
        return self._program.ask("call", {"operation": operation, "parameters": parameters})

    def seed(self, contacts: list[Any], transcripts: dict[str, Any]) -> Any:  # noqa: ANN401
        """Plant a history."""
        return self._program.ask("seed", {"contacts": contacts, "transcripts": transcripts})

    def visible(self, contact_id: str) -> Any:  # noqa: ANN401
        """Name what a chat sees."""
        return self._program.ask("visible", {"contact_id": contact_id})

    def advance(self, seconds: float) -> None:
        """Have time go on."""
        self._program.ask("advance", {"seconds": seconds})
