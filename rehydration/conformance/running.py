"""Running a case: the world is planted, the steps are asked, what comes is compared with what is accepted.

Here belongs what a step is, and what becomes of a case where one fails. What a score is made of is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final
from uuid import uuid4

from attrs import evolve, frozen

from rehydration.conformance.casebook import Case, Step
from rehydration.conformance.faults import CaseMalformed, NotOffered, Refusal, TargetBroken, TargetHangs, quoted
from rehydration.conformance.patterns import difference, differences
from rehydration.conformance.symbols import Symbols
from rehydration.conformance.targets import SECONDS, SEED, TRANSCRIPT, VISIBLE, Asked, Factory, made
from rehydration.conformance.worlds import planted

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_SHOWN: Final = "not-shown"
NOT_ASKED: Final = "not-asked"
ERROR: Final = "error"

MOST_PAGES: Final = 500
"""How many pages a transcript may have before the target is taken not to come to an end."""

_REFUSES: Final = frozenset({"InvalidRequestException", "ValidationException"})
_REFUSALS: Final = frozenset(
    {
        "AccessDeniedException",
        "ConflictException",
        "ContactNotFoundException",
        "IdempotencyException",
        "InvalidParameterException",
        "InvalidRequestException",
        "ResourceConflictException",
        "ResourceInUseException",
        "ResourceNotFoundException",
        "ValidationException",
    }
)
"""Codes that say that a request will not do. Which of them is open (``protocol.declared-errors``): where a case names a
general one, all of them are accepted; one that names AccessDeniedException alone means it."""


_ANSWERED: Final = "it was answered instead of refused"


@frozen
class Failure:
    """A step that did not come as accepted: what was asked, what was accepted, what came, and where they differ."""

    operation: str
    asked: str
    expected: tuple[str, ...]
    answered: str
    differences: tuple[str, ...]
    code: str | None = None

    @property
    def cause(self) -> str:
        """Why in one line; the same for every step that fails alike."""
        if self.code is not None:
            return f"{self.operation} is refused with {self.code}"
        if self.differences[0].startswith(_ANSWERED):
            return f"{self.operation} is answered, and is to be refused"
        return f"{self.operation}: {self.differences[0]}"

    @property
    def kind(self) -> str:
        """The cause without what differs from case to case: ids, quoted text, places."""
        return re.sub(r", expected .*|'[^']*'|\"[^\"]*\"|\d+|\$[\w.-]+", "_", f"{self.cause}, expected ")

    def __str__(self) -> str:
        """Say it in a sentence."""
        reasons = "; or ".join(self.differences)
        return f"{self.operation}: {reasons}" + (f" ({self.answered})" if self.answered else "")


@frozen
class Outcome:
    """What became of a case: passed, failed, not-shown, not-asked or error; at which step, why, and in how long.

    ``readings`` are of fields of the policy, ``observed`` of open rules that have no field, by rule. ``codes`` are
    those of the refusals that came. A case whose preparation failed is not shown.
    """

    case: Case
    status: str
    message: str = ""
    step: int | None = None
    readings: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()
    observed: tuple[tuple[str, str], ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0
    hangs: bool = False

    @property
    def cause(self) -> str:
        """Why it did not pass, in a line that is the same for whatever fails alike."""
        return self.message if self.failure is None else self.failure.cause


class Different(Exception):  # it says what it is
    """What came is not what is accepted; it does not leave this module."""

    def __init__(self, failure: Failure, *, prepares: bool = False) -> None:
        """Hold the failure, and whether it is of something that only prepares, whatever its step does."""
        super().__init__(failure)
        self.failure = failure
        self.prepares = prepares


def missing(case: Case, capabilities: frozenset[str]) -> frozenset[str]:
    """Name the capabilities that a case needs and a target lacks."""
    needs = set(case.needs)
    if "observe" in needs:
        needs.remove("observe")
        if not capabilities & {TRANSCRIPT, VISIBLE}:
            needs.add(f"{TRANSCRIPT} or {VISIBLE}")
    return frozenset(needs - capabilities)


def run_case(case: Case, factory: Factory, *, seconds: float = SECONDS) -> Outcome:
    """Run a case on a fresh target, of which one answer may take so many seconds."""
    began = monotonic()
    return evolve(_ran(case, factory, seconds), seconds=monotonic() - began)


def _ran(case: Case, factory: Factory, seconds: float) -> Outcome:
    try:
        target = made(factory, seconds)
    except TargetBroken as fault:
        return Outcome(case, ERROR, str(fault), hangs=isinstance(fault, TargetHangs))
    try:
        lacking = missing(case, target.capabilities)
        if lacking:
            return Outcome(case, NOT_ASKED, f"needs {', '.join(sorted(lacking))}")
        return Run(case, target).outcome()
    except Exception as fault:  # noqa: BLE001  # whatever it is, it is told and no pass
        return Outcome(case, ERROR, f"{type(fault).__name__}: {fault}")
    finally:
        target.close()


class Run:
    """One case on one target."""

    def __init__(self, case: Case, target: Asked) -> None:
        """Bind what is given."""
        self._case = case
        self._target = target
        self._symbols = Symbols(lambda: str(uuid4()))
        self._symbols.bind("$instance", target.instance_id)
        self._symbols.bind("$flow", target.contact_flow_id)
        self._readings: list[tuple[str, str]] = []
        self._observed: list[tuple[str, str]] = []
        self._codes: list[str] = []

    def bind(self, symbol: str, value: object) -> None:
        """Have a symbol stand for a value."""
        self._symbols.bind(symbol, value)

    def outcome(self) -> Outcome:
        """Go through the steps; the first that differs ends the case."""
        done = 0
        ended = Outcome(self._case, PASSED)
        try:
            self._plant()
            for step in self._case.steps:
                done += 1
                self._do(step)
        except Different as found:
            shown = self._case.shows(done - 1) and not found.prepares
            failure = self._named(found.failure)
            ended = Outcome(self._case, FAILED if shown else NOT_SHOWN, str(failure), failure=failure)
        except NotOffered as fault:
            ended = Outcome(self._case, NOT_ASKED, str(fault))
        except (TargetBroken, CaseMalformed) as fault:
            told = self._symbols.told(str(fault))
            ended = Outcome(self._case, ERROR, told, hangs=isinstance(fault, TargetHangs))
        return evolve(
            ended,
            step=None if ended.status == NOT_ASKED else done,
            readings=tuple(self._readings),
            codes=tuple(self._codes),
            observed=tuple(self._observed),
        )

    def _named(self, failure: Failure) -> Failure:
        """Put symbols in the place of ids, for people."""
        told = self._symbols.told
        return Failure(
            operation=failure.operation,
            asked=told(failure.asked),
            expected=tuple(map(told, failure.expected)),
            answered=told(failure.answered),
            differences=tuple(map(told, failure.differences)),
            code=failure.code,
        )

    def _plant(self) -> None:
        if SEED not in self._case.needs:
            return
        records, transcripts = planted(self._case.world, self._symbols, datetime.now(UTC))
        live = self._target.seed(records, transcripts).get("LiveChats", ())
        by_id = {self._symbols.filled(each["ContactId"]): each["ContactId"] for each in _named(self._case.world)}
        for each in live:
            symbol = by_id.get(each.get("ContactId"))
            if symbol is not None:
                self._symbols.bind(f"{symbol}.token", each.get("ParticipantToken"))
                self._symbols.bind(f"{symbol}.participant", each.get("ParticipantId"))

    def _do(self, step: Step) -> None:
        if "advance" in step:
            self._target.advance(step["advance"])
            return
        if "settle" in step:
            self._target.settle()
            return
        ask = next((_STEPS[kind] for kind in _STEPS if kind in step), None)
        if ask is None:
            raise CaseMalformed(f"a step has {', '.join(step)}: expected one of advance, settle, {', '.join(_STEPS)}")
        self._compare(step, lambda: ask(self, step))

    def _compare(self, step: Step, ask: Callable[[], Any]) -> None:
        try:
            came, refused = ask(), None
        except Refusal as refusal:
            came, refused = None, refusal
            self._codes.append(str(refusal.code))
        alternatives = step.get("accept", [{"answer": {}}] if "call" in step else None)
        if alternatives is None and "save" not in step:
            raise CaseMalformed("a step that observes must say what it accepts")
        accepted = alternatives or [{"answer": {"any": True}}]
        found = [self._differences(each, came, refused) for each in accepted]
        if () not in found:
            raise Different(self._failure(step, accepted, came, refused, found))
        self._observe(accepted[found.index(())], refused)
        if refused is None:
            for symbol, path in step.get("save", {}).items():
                self._symbols.bind(symbol, self._taken(step, came, path))

    def _observe(self, matched: Mapping[str, Any], refused: Refusal | None) -> None:
        self._readings += matched.get("reading", {}).items()
        if "observed" in matched:
            told = matched["observed"] if refused is None else f"{matched['observed']}, {refused.code}"
            self._observed.append((self._case.rules[0], told))

    def _differences(self, alternative: Mapping[str, Any], came: object, refused: Refusal | None) -> tuple[str, ...]:
        if "refused" in alternative:
            codes = alternative["refused"]
            if refused is None:
                return (f"{_ANSWERED} with {' or '.join(codes)}",)
            if refused.code in codes or (_REFUSES.intersection(codes) and refused.code in _REFUSALS):
                return ()
            return (f"it was refused with {refused.code} instead of {' or '.join(codes)}",)
        if refused is not None:
            return (f"it was refused with {refused}",)
        return differences(self._symbols.filled(alternative["answer"]), came)

    def _failure(
        self,
        step: Step,
        accepted: list[Mapping[str, Any]],
        came: object,
        refused: Refusal | None,
        found: list[tuple[str, ...]],
    ) -> Failure:
        named = next(kind for kind in _STEPS if kind in step)
        closest = min(found, key=len)
        others = (each[0] for each in found if each is not closest)
        return Failure(
            operation=step[named] if named == "call" else named,
            asked=_asked(step, self._symbols),
            expected=tuple(_expected(each) for each in accepted),
            answered=f"refused with {refused}" if refused is not None else f"answered {quoted(came)}",
            differences=tuple(dict.fromkeys((*closest, *others))),
            code=None if refused is None else refused.code,
        )

    def _taken(self, step: Step, came: Any, path: Any) -> Any:  # noqa: ANN401  # JSON data
        """Take what is to be saved of an answer: by a path, or of the first item that matches."""
        try:
            if isinstance(path, str):
                return _at(came, path)
            wanted = self._symbols.filled(path["of"])
            return next(_at(each, path["take"]) for each in came if difference(wanted, each) is None)
        except (LookupError, TypeError, ValueError, StopIteration):
            told = path if isinstance(path, str) else f"item like {quoted(path['of'])}"
            named = next(kind for kind in _STEPS if kind in step)
            operation = step[named] if named == "call" else named
            lacking = (f"the answer has no {told}",)
            failure = Failure(operation, _asked(step, self._symbols), (), f"answered {quoted(came)}", lacking)
            raise Different(failure, prepares=True) from None

    # ---------------------------------------------------------------------------------------------------------- steps

    def call(self, step: Step) -> Mapping[str, object]:
        """Ask an operation."""
        return self._target.call(step["call"], self._symbols.filled(step.get("parameters", {})))

    def visible(self, step: Step) -> list[str]:
        """Observe which past contacts a chat sees, newest first."""
        if TRANSCRIPT not in self._target.capabilities:
            return self._target.visible(self._symbols.filled(step["visible"]))
        token = self._connection(self._symbols.filled(step["token"]))
        pages = self._pages({"ConnectionToken": token, "MaxResults": 100, "ScanDirection": "BACKWARD"})
        found = (item.get("RelatedContactId") for page in pages for item in page)
        return list(dict.fromkeys(each for each in found if each))

    def _connection(self, participant_token: object) -> object:
        operation = "CreateParticipantConnection"
        asked = {"Type": ["CONNECTION_CREDENTIALS"], "ParticipantToken": participant_token}
        told = f"{operation} {quoted(asked)}"
        try:
            came = self._target.call(operation, asked)
            return _at(came, "ConnectionCredentials.ConnectionToken")
        except Refusal as refusal:
            self._codes.append(str(refusal.code))
            failed = Failure(operation, told, (), f"refused with {refusal}", (f"{refusal}",), refusal.code)
        except (LookupError, TypeError, ValueError):
            lacking = "the answer has no ConnectionCredentials.ConnectionToken"
            failed = Failure(operation, told, (), f"answered {quoted(came)}", (lacking,))
        raise Different(failed, prepares=True)

    def items(self, step: Step) -> list[Mapping[str, Any]]:
        """Read a whole transcript, whatever its pages are, as one list."""
        return [item for page in self._pages(self._listing(step, step["items"])) for item in page]

    def pages(self, step: Step) -> list[list[Any]]:
        """Walk a transcript page by page, and keep of each item what is to be shown."""
        shown: list[str] = step["show"]
        pages = self._pages(self._listing(step, step["pages"]))
        return [[[item.get(name) for name in shown] for item in page] for page in pages]

    def _listing(self, step: Step, connection: str) -> dict[str, Any]:
        return {**self._symbols.filled(step.get("parameters", {})), "ConnectionToken": self._symbols.filled(connection)}

    def _pages(self, parameters: dict[str, Any]) -> Iterator[list[Mapping[str, Any]]]:
        asked = dict(parameters)
        goes_on = {name: each for name, each in parameters.items() if name != "StartPosition"}  # it is for the first
        for _ in range(MOST_PAGES):
            answer = self._target.call("GetTranscript", asked)
            items = answer.get("Transcript", [])
            if not isinstance(items, list) or not all(isinstance(each, Mapping) for each in items):
                raise TargetBroken(
                    f"GetTranscript was answered with the Transcript {quoted(items)}: expected a list of items"
                )
            yield items
            if not answer.get("NextToken"):
                return
            asked = {**goes_on, "NextToken": answer["NextToken"]}
        endless = f"after {MOST_PAGES} pages there is still a NextToken"
        raise Different(Failure("GetTranscript", f"GetTranscript {quoted(parameters)}", (), "", (endless,)))


_STEPS: Final[Mapping[str, Callable[[Run, Step], Any]]] = {
    "call": Run.call,
    "visible": Run.visible,
    "items": Run.items,
    "pages": Run.pages,
}


def _asked(step: Step, symbols: Symbols) -> str:
    """Say what a step asks, with its symbols; the instance and the flow go without saying."""
    kind = next(each for each in _STEPS if each in step)
    told = {name: each for name, each in step.get("parameters", {}).items() if each not in ("$instance", "$flow")}
    return symbols.told(f"{step[kind] if kind == 'call' else f'{kind} {step[kind]}'} {quoted(told)}")


def _expected(alternative: Mapping[str, Any]) -> str:
    if "refused" in alternative:
        return f"refused with {' or '.join(alternative['refused'])}"
    return f"answered {quoted(alternative['answer'])}"


def _named(world: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (each for each in world.get("contacts", ()) if "ContactId" in each)


def _at(value: Any, path: str) -> Any:  # noqa: ANN401  # JSON data
    """Follow a dotted path."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
