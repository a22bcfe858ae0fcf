"""Targets: what is judged, and how it is asked.

Here belongs what a target offers, what counts as a refusal and what as a broken target. What it should answer is not
known here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import sleep
from typing import Any, Final, Protocol, TypeVar
from uuid import uuid4

from attrs import evolve

from rehydration.conformance.faults import NotOffered, Refusal, TargetBroken, TargetHangs, quoted
from rehydration.contacts import Contact
from rehydration.decisions import resolve, visible_past
from rehydration.errors import RuleForbids
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.policies import DEFAULT_POLICY, Policy
from rehydration.policies import code_of as code_of_fault
from rehydration.records import read_contacts
from rehydration.requests import RehydrationRequest
from rehydration.service import botocore_schema
from rehydration.transcripts import Availability, TranscriptFact

WIRE: Final = "wire"
CONTACTS: Final = "contacts"
TRANSCRIPT: Final = "transcript"
SEED: Final = "seed"
VISIBLE: Final = "visible"
ADVANCE: Final = "advance"
CAPABILITIES: Final = frozenset({WIRE, CONTACTS, TRANSCRIPT, SEED, VISIBLE, ADVANCE})


SECONDS: Final = 20.0
"""How long one answer may take before a target is taken to hang."""

LAG: Final = 90
"""How many seconds after the end a past transcript is surely there; AWS advises callers to wait 30 to 60."""


class Target(Protocol):
    """An implementation of chat rehydration.

    ``call`` is the one thing that every target has but a bare engine; ``seed``, ``visible`` and ``advance`` are called
    only where ``capabilities`` name them. A refusal is an exception with a ``code``, or botocore's ClientError.
    Where time cannot be advanced, ``settle_seconds`` says how long to wait for the transcripts of what has ended.
    ``patience_seconds`` is what a target waits of itself before it answers. ``close`` is called after each case, and
    ``abandon`` instead where an answer does not come.
    """

    capabilities: AbstractSet[str]

    def call(self, operation: str, parameters: Mapping[str, object]) -> Mapping[str, object]:
        """Answer an operation by AWS's name, with AWS's members."""
        ...


Factory = Callable[[], Any]
"""What makes a fresh target for each case."""

Value = TypeVar("Value")


class Asked:
    """A target behind one way of asking: what goes wrong and is no refusal is told with what was asked."""

    def __init__(self, target: Any, worker: Worker, seconds: float) -> None:  # noqa: ANN401  # looked at here
        """Look at what a target offers; ``worker`` asks it, and one answer may take so many seconds."""
        self._target = target
        self._worker = worker
        self._seconds = seconds + float(getattr(target, "patience_seconds", 0))
        self._hangs = False
        capabilities = getattr(target, "capabilities", None)
        if not isinstance(capabilities, AbstractSet | list | tuple):
            raise TargetBroken(
                f"{type(target).__name__} has no capabilities: a set of {', '.join(sorted(CAPABILITIES))}"
            )
        self.capabilities: frozenset[str] = frozenset(map(str, capabilities))
        unknown = sorted(map(str, self.capabilities - CAPABILITIES))
        if unknown:
            raise TargetBroken(
                f"there is no capability {unknown[0]!r}: expected any of {', '.join(sorted(CAPABILITIES))}"
            )
        self.instance_id: str = str(getattr(target, "instance_id", "suite-instance"))
        self.contact_flow_id: str = str(getattr(target, "contact_flow_id", "suite-flow"))
        self._settle_seconds = float(getattr(target, "settle_seconds", 0))

    def call(self, operation: str, parameters: Mapping[str, object]) -> Mapping[str, object]:
        """Answer an operation.

        :raises Refusal: the target refuses.
        :raises TargetBroken: it does neither answer nor refuse.
        """
        answer = self._ask(lambda: self._target.call(operation, parameters), f"{operation} {quoted(parameters)}")
        if answer is None:
            return {}
        if not isinstance(answer, Mapping):
            raise TargetBroken(
                f"{operation} {quoted(parameters)} was answered with {quoted(answer)}, which is no mapping"
            )
        return answer

    def seed(self, contacts: list[Any], transcripts: dict[str, Any]) -> Mapping[str, Any]:
        """Plant a history.

        :raises TargetBroken: the target cannot.
        """
        try:
            answer = self._ask(lambda: self._target.seed(contacts, transcripts), f"seed of {len(contacts)} contacts")
        except Refusal as refusal:
            raise TargetBroken(f"seed of {len(contacts)} contacts was refused: {refusal}") from refusal
        return answer if isinstance(answer, Mapping) else {}

    def visible(self, contact_id: str) -> list[str]:
        """Name the past contacts that a chat sees, newest first."""
        answer = self._ask(lambda: self._target.visible(contact_id), f"visible({contact_id!r})")
        if isinstance(answer, str) or not isinstance(answer, Sequence):
            raise TargetBroken(f"visible({contact_id!r}) was answered with {quoted(answer)}, which is no list")
        return [str(each) for each in answer]

    def advance(self, seconds: float) -> None:
        """Have the target's time go on."""
        self._ask(lambda: self._target.advance(seconds), f"advance({seconds})")

    def settle(self) -> None:
        """Wait until the transcripts of what has ended are there (rule ``eligibility.transcript-lag``)."""
        if ADVANCE in self.capabilities:
            self.advance(LAG)
        else:
            sleep(self._settle_seconds)

    def close(self) -> None:
        """Let go of the target: ``close`` is called, or ``abandon`` if it hangs, where it has them."""
        with suppress(Exception):  # what an interruption raises goes on
            if self._hangs:
                getattr(self._target, "abandon", lambda: None)()
            else:
                self._worker.ask(getattr(self._target, "close", lambda: None), self._seconds)
        self._worker.end()

    def _ask(self, question: Callable[[], Any], asked: str) -> Any:  # noqa: ANN401
        try:
            value, fault = self._worker.ask(question, self._seconds)
        except Empty:
            self._hangs = True
            raise TargetHangs(f"{asked}: no answer within {self._seconds:g} s") from None
        except KeyboardInterrupt:
            self._hangs = True  # it is still at what it was asked
            raise
        if fault is None:
            return value
        if isinstance(fault, TargetBroken):
            raise fault
        code = code_of(fault)
        if is_not_offered(fault, code):
            raise NotOffered(f"{asked.partition(' ')[0]} is not offered") from fault
        if isinstance(fault, Refusal):
            raise fault
        if code is None:
            raise TargetBroken(f"{asked} raised {type(fault).__name__}: {fault}") from fault
        raise Refusal(code, str(fault)) from fault


class Worker:
    """A thread in which one target is made and asked, so that one that hangs is found out."""

    def __init__(self) -> None:
        """Start the thread."""
        self._questions: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[Any]] | None] = SimpleQueue()
        Thread(target=self._work, daemon=True).start()

    def ask(self, question: Callable[[], Value], seconds: float) -> tuple[Value | None, BaseException | None]:
        """Ask, and give what is answered, or what is raised, whatever that is.

        :raises Empty: there is no answer within so many seconds.
        """
        came: SimpleQueue[tuple[Value, None] | tuple[None, BaseException]] = SimpleQueue()
        self._questions.put((question, came))
        return came.get(timeout=seconds)

    def end(self) -> None:
        """Have the thread end when it has answered."""
        self._questions.put(None)

    def _work(self) -> None:
        for question, came in iter(self._questions.get, None):
            try:
                came.put((question(), None))
            except BaseException as fault:  # noqa: BLE001  # also one that means to end the program
                came.put((None, fault))


_NOT_OFFERED: Final = frozenset(
    {"501", "NotImplemented", "NotImplementedException", "UnknownOperation", "UnknownOperationException"}
)
"""Codes by which a target says that it has no such operation."""


def is_not_offered(fault: BaseException, code: str | None) -> bool:
    """Tell whether a target says that it has no such operation: by its code, by 501, or as moto does, by a bare 404."""
    if isinstance(fault, NotImplementedError) or code in _NOT_OFFERED:
        return True
    response = getattr(fault, "response", None)
    if not isinstance(response, Mapping):
        return False
    told = response.get("ResponseMetadata")
    status = told.get("HTTPStatusCode") if isinstance(told, Mapping) else None
    return status == HTTPStatus.NOT_IMPLEMENTED or (
        code == str(HTTPStatus.NOT_FOUND.value) and "mplemented" in str(fault)
    )


def code_of(fault: BaseException) -> str | None:
    """Read the code of a refusal: of its ``code``, or as botocore's ClientError has it."""
    if not isinstance(fault, Exception):
        return None
    response = getattr(fault, "response", None)
    if isinstance(response, Mapping) and isinstance(response.get("Error"), Mapping):
        code = response["Error"].get("Code")
        return code if isinstance(code, str) else None
    code = getattr(fault, "code", None)
    return code if isinstance(code, str) else None


def load(name: str) -> Factory:
    """Find a factory by ``module:factory``; modules of the current directory are found too.

    :raises TargetBroken: there is none.
    """
    module, _, factory = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = import_module(module)
        for part in (factory or "factory").split("."):
            found = getattr(found, part)
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # also a module that ends the program
        raise TargetBroken(f"no target {name!r}: {type(fault).__name__}: {fault}; expected module:factory") from fault
    if not callable(found):
        raise TargetBroken(f"{name!r} is {quoted(found)}: expected a function that makes a target")
    return found  # type: ignore[no-any-return]  # a callable is all that can be said of it


def made(factory: Factory, seconds: float = SECONDS) -> Asked:
    """Make a fresh target, of which one answer may take so many seconds.

    :raises TargetBroken: the factory fails or hangs.
    """
    worker = Worker()
    try:
        target, fault = worker.ask(factory, 2 * seconds)  # a program is started and told to forget
    except Empty:
        raise TargetHangs(f"the factory made no target within {2 * seconds:g} s") from None
    if fault is None:
        try:
            return Asked(target, worker, seconds)
        except TargetBroken:
            worker.end()
            raise
    worker.end()
    if isinstance(fault, TargetBroken):
        raise fault
    raise TargetBroken(f"the factory raised {type(fault).__name__}: {fault}") from fault


class ServiceTarget:
    """The service of this package as a target: one instance, with a clock of its own that stands still."""

    capabilities: AbstractSet[str] = frozenset({WIRE, CONTACTS, TRANSCRIPT, SEED, ADVANCE})
    instance_id = "instance-of-the-suite"
    contact_flow_id = "flow-of-the-suite"

    def __init__(self, **arguments: Any) -> None:  # noqa: ANN401  # those of ChatService
        """Start an instance; ``arguments`` are passed on to the service."""
        from rehydration.service import ChatService  # noqa: PLC0415  # loaded when it is judged

        began = datetime.now(UTC)
        injected = {"new_id": lambda: str(uuid4()), "now": lambda: began}
        self.service: ChatService = ChatService(self.instance_id, **injected | arguments)

    def call(self, operation: str, parameters: Mapping[str, object]) -> Mapping[str, object]:
        """Answer an operation."""
        return self.service.call(operation, parameters)

    def seed(self, contacts: list[Any], transcripts: dict[str, Any]) -> Mapping[str, object]:
        """Plant a history."""
        return self.service.seed(contacts, transcripts)

    def advance(self, seconds: float) -> None:
        """Have time go on."""
        self.service.advance(timedelta(seconds=seconds))


class EngineTarget:
    """The bare engine as a target: it decides what is continued and names what is visible, and has no transcripts."""

    capabilities: AbstractSet[str] = frozenset({WIRE, SEED, VISIBLE, ADVANCE})
    instance_id = "instance-of-the-engine"

    def __init__(self, policy: Policy = DEFAULT_POLICY) -> None:
        """Start without contacts, under a policy."""
        self._policy = policy
        self._now = datetime.now(UTC)
        self._graph = ContactGraph(ends_are_told=True)
        self._facts: dict[str, TranscriptFact] = {}
        self._answered: dict[tuple[str, object], Mapping[str, object]] = {}
        self._operations = {
            "StartChatContact": self._start,
            "StopContact": self._stop,
            "CreatePersistentContactAssociation": self._associate,
        }

    def call(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, object]:
        """Answer the three operations that decide; a client token that was answered is answered again."""
        if parameters.get("InstanceId") != self.instance_id:
            raise Refusal("ResourceNotFoundException", "there is no such instance")
        key = (operation, parameters.get("ClientToken", object()))
        if key not in self._answered:
            try:
                botocore_schema().check_parameters(operation, parameters)
                self._answered[key] = self._operations[operation](parameters)
            except RuleForbids as fault:
                raise Refusal(code_of_fault(fault), str(fault)) from fault
        return self._answered[key]

    def _start(self, parameters: Mapping[str, Any]) -> Mapping[str, object]:
        persistent, related = parameters.get("PersistentChat"), parameters.get("RelatedContactId")
        if persistent is not None and related is not None:
            raise Refusal("InvalidRequestException", "RelatedContactId and PersistentChat exclude each other")
        new = Contact(
            contact_id=ContactId(str(uuid4())),
            channel="CHAT",
            initiation_timestamp=self._now,
            customer_id=parameters.get("CustomerId"),
            related_contact_id=related,
            related_is_link=False,
        )
        answer = {"ContactId": new.contact_id, "ParticipantId": "none", "ParticipantToken": "none"}
        if persistent is not None:
            kind = str(persistent.get("RehydrationType"))
            start = self._resolve(kind, persistent.get("SourceContactId"), new)
            new = evolve(new, related_contact_id=ContactId(start), rehydration_type=kind)
            answer["ContinuedFromContactId"] = start
        self._graph.add(new)
        return answer

    def _stop(self, parameters: Mapping[str, Any]) -> Mapping[str, object]:
        self._graph.end(parameters["ContactId"], self._now)
        return {}

    def _associate(self, parameters: Mapping[str, Any]) -> Mapping[str, object]:
        target, kind = parameters["InitialContactId"], parameters["RehydrationType"]
        start = self._resolve(kind, parameters["SourceContactId"], target)
        self._graph.associate(target, start, kind)
        return {"ContinuedFromContactId": start}

    def _resolve(self, kind: str, source: str, target: str | Contact) -> str:
        request = RehydrationRequest(kind, source)
        answer = resolve(
            self._graph,
            request,
            target=target,
            transcripts=self._facts,
            now=self._now,
            policy=self._policy,
        )
        return str(answer.continued_from_contact_id)

    def seed(self, contacts: list[Any], transcripts: dict[str, Any]) -> None:
        """Plant a history."""
        self._graph = ContactGraph.from_contacts((*self._graph, *read_contacts(contacts)), ends_are_told=True)
        for contact_id, told in transcripts.items():
            if isinstance(told, Mapping):
                status = Availability[told.get("Status", "AVAILABLE")]
                self._facts[contact_id] = TranscriptFact(status, told.get("Size"), told.get("Misplaced", False))

    def advance(self, seconds: float) -> None:
        """Have time go on."""
        self._now += timedelta(seconds=seconds)

    def visible(self, contact_id: str) -> list[str]:
        """Name the past contacts whose transcripts a chat can read, newest first."""
        return list(visible_past(self._graph, contact_id, transcripts=self._facts, policy=self._policy).readable)
