"""Running a case: the world is planted, the steps are asked, what comes is compared with what is accepted.

Here belongs what a step is. What a score is made of is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from attrs import frozen

from rehydration.conformance.casebook import Case, Step
from rehydration.conformance.faults import CaseMalformed, Refusal, TargetBroken, quoted
from rehydration.conformance.patterns import difference
from rehydration.conformance.symbols import Symbols
from rehydration.conformance.targets import SECONDS, SEED, TRANSCRIPT, VISIBLE, Asked, Factory, made
from rehydration.conformance.worlds import planted

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_ASKED: Final = "not-asked"
ERROR: Final = "error"

MOST_PAGES: Final = 500
"""How many pages a transcript may have before the target is taken not to come to an end."""


@frozen
class Outcome:
    """What became of a case: passed, failed, not-asked or error; at which step, what was accepted and what came."""

    case: Case
    status: str
    message: str = ""
    step: int | None = None
    readings: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()


class Different(Exception):  # it says what it is
    """What came is not what is accepted; it does not leave this module."""


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
    try:
        target = made(factory, seconds)
    except TargetBroken as fault:
        return Outcome(case, ERROR, str(fault))
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
        self._codes: list[str] = []

    def bind(self, symbol: str, value: object) -> None:
        """Have a symbol stand for a value."""
        self._symbols.bind(symbol, value)

    def outcome(self) -> Outcome:
        """Go through the steps; the first that differs ends the case."""
        done = 0
        status, message = PASSED, ""
        try:
            self._plant()
            for step in self._case.steps:
                done += 1
                self._do(step)
        except Different as found:
            status, message = FAILED, str(found)
        except (TargetBroken, CaseMalformed) as fault:
            status, message = ERROR, str(fault)
        told = self._symbols.told(message)
        return Outcome(self._case, status, told, done, tuple(self._readings), tuple(self._codes))

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
        if alternatives is None:
            raise CaseMalformed("a step that observes must say what it accepts")
        found = [self._difference(each, came, refused) for each in alternatives]
        if None not in found:
            raise Different(self._told(step, came, refused, found))
        reading = alternatives[found.index(None)].get("reading", {})
        self._readings += reading.items()
        if refused is None:
            for symbol, path in step.get("save", {}).items():
                self._symbols.bind(symbol, _at(came, path))

    def _difference(self, alternative: Mapping[str, Any], came: object, refused: Refusal | None) -> str | None:
        if "refused" in alternative:
            codes = alternative["refused"]
            if refused is None:
                return f"it was answered instead of refused with {' or '.join(codes)}"
            return (
                None if refused.code in codes else f"it was refused with {refused.code} instead of {' or '.join(codes)}"
            )
        if refused is not None:
            return f"it was refused with {refused}"
        return difference(self._symbols.filled(alternative["answer"]), came)

    def _told(self, step: Step, came: object, refused: Refusal | None, found: list[str | None]) -> str:
        asked = step.get("call") or next(f"{kind} {step[kind]}" for kind in _STEPS if kind in step)
        reasons = "; or ".join(dict.fromkeys(filter(None, found)))
        answered = f"refused with {refused}" if refused is not None else f"answered {quoted(came)}"
        return f"{asked}: {reasons} ({answered})"

    # ---------------------------------------------------------------------------------------------------------- steps

    def call(self, step: Step) -> Mapping[str, object]:
        """Ask an operation."""
        return self._target.call(step["call"], self._symbols.filled(step.get("parameters", {})))

    def visible(self, step: Step) -> list[str]:
        """Observe which past contacts a chat sees, newest first."""
        if TRANSCRIPT not in self._target.capabilities:
            return self._target.visible(self._symbols.filled(step["visible"]))
        connected = self._target.call(
            "CreateParticipantConnection",
            {"Type": ["CONNECTION_CREDENTIALS"], "ParticipantToken": self._symbols.filled(step["token"])},
        )
        token = _at(connected, "ConnectionCredentials.ConnectionToken")
        pages = self._pages({"ConnectionToken": token, "MaxResults": 100, "ScanDirection": "BACKWARD"})
        found = (item.get("RelatedContactId") for page in pages for item in page)
        return list(dict.fromkeys(each for each in found if each))

    def pages(self, step: Step) -> list[list[Any]]:
        """Walk a transcript page by page, and keep of each item what is to be shown."""
        parameters = {
            **self._symbols.filled(step.get("parameters", {})),
            "ConnectionToken": self._symbols.filled(step["pages"]),
        }
        shown: list[str] = step["show"]
        return [[[item.get(name) for name in shown] for item in page] for page in self._pages(parameters)]

    def _pages(self, parameters: dict[str, Any]) -> Iterator[list[Mapping[str, Any]]]:
        asked = dict(parameters)
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
            asked = {**parameters, "NextToken": answer["NextToken"]}
        raise Different(f"GetTranscript: after {MOST_PAGES} pages there is still a NextToken")


_STEPS: Final[Mapping[str, Callable[[Run, Step], Any]]] = {"call": Run.call, "visible": Run.visible, "pages": Run.pages}


def _named(world: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (each for each in world.get("contacts", ()) if "ContactId" in each)


def _at(value: Any, path: str) -> Any:  # noqa: ANN401  # JSON data
    """Follow a dotted path."""
    for part in path.split("."):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Different(f"the answer has no {path}") from None
    return value
