"""Recordings: what was asked of a target and what it answered, as lines of JSON, and how one is judged again.

Here belong the file and the targets that write and read it. What may be kept is not known here, nor what is right.

The first line tells when, of what kind of endpoint and with which capabilities; each further line is a case. A line is
written when its case is done, so that a run that was stopped is continued where it stood.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from attrs import define, evolve, field, frozen

from rehydration.conformance.casebook import Case
from rehydration.conformance.faults import CaseMalformed, Refusal, TargetBroken, quoted
from rehydration.conformance.running import ERROR, NOT_ASKED, Outcome, missing, run_case
from rehydration.conformance.scoring import Score
from rehydration.conformance.scrubbing import Likeness, Scrub
from rehydration.conformance.targets import Factory, code_of

FORMAT: Final = "rehydration-recording/1"

Exchange = dict[str, Any]
"""What was asked, and what was answered or refused."""


@frozen
class Recording:
    """What a file holds: when, of what kind of endpoint, what it can be asked, and by case what was said."""

    began: str
    endpoint: str
    capabilities: frozenset[str]
    cases: Mapping[str, tuple[Exchange, ...]]

    def judged(self, cases: Iterable[Case]) -> tuple[Outcome, ...]:
        """Judge cases by what was recorded of them; nobody is asked."""
        return tuple(self._judged(each) for each in cases)

    def _judged(self, case: Case) -> Outcome:
        exchanges = self.cases.get(case.case_id)
        if exchanges is None:
            lacking = ", ".join(sorted(missing(case, self.capabilities)))
            return Outcome(case, NOT_ASKED, f"needs {lacking}" if lacking else "not in this recording")
        return run_case(case, lambda: _Replayed(self.capabilities, exchanges))


def read_recording(path: str | Path) -> Recording:
    """Read a recording; a last line that was not written to its end is left out.

    :raises CaseMalformed: it cannot be read, or is no recording.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1].splitlines()
        head, *lines = [json.loads(each) for each in whole]
        if head["format"] != FORMAT:
            raise CaseMalformed(f"{path} is written as {quoted(head['format'])}: expected {FORMAT}")
        cases = {each["case"]: tuple(each["exchanges"]) for each in lines}
        return Recording(head["began"], head["endpoint"], frozenset(head["capabilities"]), cases)
    except OSError as fault:
        raise CaseMalformed(f"{path} cannot be read: {fault.strerror or fault}") from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise CaseMalformed(f"{path} is no recording: {type(fault).__name__}: {fault}") from fault


def schema() -> Any:  # noqa: ANN401  # JSON data
    """Read the JSON Schema that each line of a recording follows."""
    return json.loads((files("rehydration.conformance") / "recording.schema.json").read_text(encoding="utf-8"))


@define
class Recorder:
    """Writes a recording while cases are run: targets are listened to, and ``seen`` ends a case.

    A file that is there already is gone on with; ``before`` is what it holds. Without a file nothing is recorded.
    """

    path: Path | None
    endpoint: str
    before: Recording | None = field(default=None, init=False)
    _listening: _Listening | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Read what is there, and cut off a last line that was not written to its end.

        :raises CaseMalformed: the file is no recording, or one of another kind of endpoint.
        """
        if self.path is None or not self.path.exists():
            return
        self.before = read_recording(self.path)
        if self.before.endpoint != self.endpoint:
            raise CaseMalformed(f"{self.path} is of {self.before.endpoint}, not of {self.endpoint}: name another file")
        whole = self.path.read_bytes()
        self.path.write_bytes(whole[: whole.rfind(b"\n") + 1])

    def left(self, cases: Sequence[Case]) -> tuple[Case, ...]:
        """Name the cases that are still to be asked."""
        return tuple(each for each in cases if self.before is None or each.case_id not in self.before.cases)

    def completed(self, score: Score, cases: Sequence[Case]) -> Score:
        """Add to a score what was recorded before, in the order of the cases."""
        asked = {each.case.case_id: each for each in score.outcomes}
        done = () if self.before is None else self.before.judged(each for each in cases if each.case_id not in asked)
        every = asked | {each.case.case_id: each for each in done}
        return evolve(score, outcomes=tuple(every[each.case_id] for each in cases))

    def listening(self, factory: Factory) -> Factory:
        """Have a factory make targets that are listened to."""
        if self.path is None:
            return factory

        def made() -> _Listening:
            self._listening = _Listening(factory())
            return self._listening

        return made

    def seen(self, outcome: Outcome) -> None:
        """Write what was said in a case; of one that was not asked, or broke, nothing is kept."""
        if self.path is None or self._listening is None or outcome.status in (NOT_ASKED, ERROR):
            return
        lines: list[Mapping[str, Any]] = []
        if not self.path.exists():
            capabilities = sorted(self._listening.capabilities)
            lines += [{"format": FORMAT, "began": _now(), "endpoint": self.endpoint, "capabilities": capabilities}]
        lines += [{"case": outcome.case.case_id, "at": _now(), "exchanges": self._listening.exchanges}]
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n" for each in lines)


def _now(timespec: str = "seconds") -> str:
    return datetime.now(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


class _Listening:
    """A target, and what was said to it and by it, scrubbed."""

    def __init__(self, target: Any) -> None:  # noqa: ANN401  # any target
        self._target = target
        self._scrub = Scrub([str(getattr(target, name, "")) for name in ("instance_id", "contact_flow_id")])
        self.exchanges: list[Exchange] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # what the target has besides
        return getattr(self._target, name)

    def call(self, operation: str, parameters: Mapping[str, object]) -> Any:  # noqa: ANN401  # JSON data
        """Answer an operation."""
        return self._said(
            {"call": operation, "parameters": parameters}, lambda: self._target.call(operation, parameters)
        )

    def seed(self, contacts: list[Any], transcripts: dict[str, Any]) -> Any:  # noqa: ANN401
        """Plant a history."""
        asked = {"contacts": contacts, "transcripts": transcripts}
        return self._said({"seed": asked}, lambda: self._target.seed(contacts, transcripts))

    def visible(self, contact_id: str) -> Any:  # noqa: ANN401
        """Name the past contacts that a chat sees."""
        return self._said({"visible": contact_id}, lambda: self._target.visible(contact_id))

    def advance(self, seconds: float) -> Any:  # noqa: ANN401
        """Have time go on."""
        return self._said({"advance": seconds}, lambda: self._target.advance(seconds))

    def _said(self, asked: Exchange, ask: Callable[[], Any]) -> Any:  # noqa: ANN401
        kept = {name: self._scrub.asked(each) for name, each in asked.items()}
        said: Exchange = {"at": _now("milliseconds"), "asked": kept}
        try:
            answer = ask()
            said["answered"] = self._scrub.answered(answer)
        except Exception as fault:
            said["refused"] = {"code": code_of(fault), "message": self._scrub.message(str(fault))}
            raise
        finally:
            self.exchanges.append(said)
        return answer


class _Replayed:
    """A recorded case as a target: it answers what it is asked if that is what was asked then."""

    instance_id = "instance-of-the-recording"
    contact_flow_id = "flow-of-the-recording"

    def __init__(self, capabilities: frozenset[str], exchanges: Iterable[Exchange]) -> None:
        self.capabilities = capabilities
        self._rest = iter(exchanges)
        self._likeness = Likeness()

    def call(self, operation: str, parameters: Mapping[str, object]) -> Any:  # noqa: ANN401  # JSON data
        """Answer an operation."""
        return self._answer({"call": operation, "parameters": parameters})

    def seed(self, contacts: list[Any], transcripts: dict[str, Any]) -> Any:  # noqa: ANN401
        """Plant a history."""
        return self._answer({"seed": {"contacts": contacts, "transcripts": transcripts}})

    def visible(self, contact_id: str) -> Any:  # noqa: ANN401
        """Name the past contacts that a chat sees."""
        return self._answer({"visible": contact_id})

    def advance(self, seconds: float) -> Any:  # noqa: ANN401
        """Have time go on."""
        return self._answer({"advance": seconds})

    def _answer(self, asked: Exchange) -> Any:  # noqa: ANN401
        recorded = next(self._rest, None)
        if recorded is None:
            raise TargetBroken(f"the recording ends where {quoted(asked)} is asked: the case is another one now")
        if not self._likeness.holds(recorded["asked"], asked):
            raise TargetBroken(f"the recording has {quoted(recorded['asked'])} where {quoted(asked)} is asked")
        if "refused" in recorded:
            refused = self._likeness.told(recorded["refused"])
            raise Refusal(refused["code"], refused["message"])
        return self._likeness.told(recorded["answered"])
