"""A target in any language: a program that answers JSON lines.

Here belongs the protocol: one request a line on the program's standard input, one answer a line on its standard output.
A target in Python that its user names is such a program, too, so that it can neither end the run nor hold it up. What
is asked is not known here.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import StringIO
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

from rehydration.conformance.faults import Refusal, TargetBroken, TargetHangs, quoted
from rehydration.conformance.targets import SECONDS, Factory
from rehydration.errors import shortened
from rehydration.render.writing import safe_line

PROTOCOL: Final = 1


class TargetSaysSo(TargetBroken):
    """A program that goes on and says that what was asked broke it."""


class Program:
    """A program that was started, or will be when it is first asked; it is started again after it broke.

    As a context it gives what makes its targets, and ends the program.
    """

    def __init__(self, command: str, *, arguments: Sequence[str] | None = None, seconds: float = SECONDS) -> None:
        """Take the command line of the program, as a shell would split it; with ``arguments`` it is only its name."""
        self._command = command
        self._arguments = arguments
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._number = 0
        self.hello: Mapping[str, Any] = {}

    def __enter__(self) -> Factory:
        self._start()
        return self.target

    def __exit__(self, *_fault: object) -> None:
        self.close()

    def target(self) -> ProgramTarget:
        """Have the program forget what was, and give a target for one case."""
        if self._process is None:
            self._start()
        told = self.ask("reset", {})
        return ProgramTarget(self, {**self.hello, **(told if isinstance(told, Mapping) else {})})

    def ask(self, method: str, params: Mapping[str, object]) -> Any:  # noqa: ANN401  # JSON data
        """Ask for one answer.

        :raises Refusal: the answer is an error.
        :raises TargetBroken: there is none in time, or it is not of the protocol.
        """
        process, lines = self._process, self._lines
        if process is None or process.stdin is None:
            raise TargetBroken(f"{self._command}: the program is not running")
        self._number = number = self._number + 1
        request = json.dumps({"id": number, "method": method, "params": params})
        asked = shortened(request, 300)
        with suppress(OSError, ValueError):  # it has ended or was abandoned: what it said last tells more
            process.stdin.write(f"{request}\n")
            process.stdin.flush()
        try:
            line = lines.get(timeout=self._seconds if method != "hello" else max(self._seconds, SECONDS))
            return self._read(line, number, asked, process)
        except Empty:
            problem: TargetBroken = TargetHangs(f"{self._command}: no answer within {self._seconds:g} s to {asked}")
        except TargetSaysSo:
            raise
        except TargetBroken as fault:
            problem = fault
        self._end(process)
        raise problem

    def _read(self, line: str | None, number: int, asked: str, process: subprocess.Popen[str]) -> Any:  # noqa: ANN401
        if line is None:
            raise TargetBroken(f"{self._command}: ended with status {_status(process)} at {asked}")
        came = f"{self._command}: answered {quoted(line)}"
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            raise TargetBroken(f"{came}, which is no JSON, to {asked}") from None
        kinds = {"result", "error", "broken"}
        if not isinstance(answer, dict) or answer.get("id") != number or not kinds & answer.keys():
            raise TargetBroken(f"{came}, expected the id {number} and result or error, to {asked}")
        if "broken" in answer:
            raise TargetSaysSo(str(answer["broken"]))
        if "error" in answer:
            error = answer["error"]
            if not isinstance(error, dict) or not isinstance(error.get("code"), str):
                raise TargetBroken(f"{came}: an error has a code")
            raise Refusal(error["code"], str(error.get("message", "")))
        return answer["result"]

    def close(self) -> None:
        """Have the program end: its input is closed, and where it goes on all the same it is killed."""
        if self._process is not None:
            with suppress(OSError):
                self._process.stdin.close()  # type: ignore[union-attr]  # it was started with pipes
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=2)
            self._end(self._process)

    def abandon(self) -> None:
        """Kill the program; whoever waits for an answer is told that it has ended."""
        if self._process is not None:
            self._end(self._process)

    def _end(self, process: subprocess.Popen[str]) -> None:
        if self._process is process:  # another one may have been started since
            self._process = None
        process.kill()
        process.wait()
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]  # it was started with pipes

    def _start(self) -> None:
        try:
            self._process = process = subprocess.Popen(  # noqa: S603  # what the caller named
                self._arguments or shlex.split(self._command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="backslashreplace",
                start_new_session=True,  # an interruption is for the suite, which ends the program
            )
        except (OSError, ValueError) as fault:
            raise TargetBroken(f"{self._command}: cannot be started: {fault}") from fault
        self._lines = SimpleQueue()
        Thread(target=_read_lines, args=(process, self._lines), daemon=True).start()
        Thread(target=_pass_on, args=(process,), daemon=True).start()
        try:
            hello = self.ask("hello", {"protocol": PROTOCOL})
        except Refusal as refusal:
            self._end(process)
            raise TargetBroken(f"{self._command}: refused hello with {refusal}") from refusal
        except TargetSaysSo:
            self._end(process)
            raise
        if not isinstance(hello, dict) or not isinstance(hello.get("capabilities"), list):
            self._end(process)
            raise TargetBroken(f"{self._command}: answered hello with {hello!r}: expected a list of capabilities")
        self.hello = hello


def _status(process: subprocess.Popen[str]) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        return process.wait(timeout=1)
    return None  # it has closed its output and goes on


def _read_lines(process: subprocess.Popen[str], lines: SimpleQueue[str | None]) -> None:
    with process.stdout or StringIO() as output:
        for line in output:
            lines.put(line)
    lines.put(None)


def _pass_on(process: subprocess.Popen[str]) -> None:
    """Show what a program writes on its standard error, without what would move a cursor."""
    with process.stderr or StringIO() as output:
        for line in output:
            sys.stderr.write(f"{safe_line(line.rstrip())}\n")


def hosted(name: str, *, seconds: float = SECONDS) -> Program:
    """Have a target in Python, ``module:factory``, in a process of its own."""
    host = [sys.executable, "-m", "rehydration.conformance.hosting", name]
    return Program(name, arguments=host, seconds=seconds)


class ProgramTarget:
    """A program as a target of one case."""

    def __init__(self, program: Program, told: Mapping[str, Any]) -> None:
        """Take over what the program said of itself."""
        self._program = program
        self.capabilities: frozenset[str] = frozenset(map(str, told["capabilities"]))
        self.patience_seconds: float = 1 + float(told.get("patience_seconds", 0))  # its own limit is to be the first
        self.settle_seconds: float = float(told.get("settle_seconds", 0))
        self.instance_id: str = str(told.get("instance_id", "suite-instance"))
        self.contact_flow_id: str = str(told.get("contact_flow_id", "suite-flow"))

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

    def abandon(self) -> None:
        """End the program, which may still be at what it was asked."""
        self._program.abandon()
