"""Random histories: a state machine that compares a target with the engine and tells the shortest story that differs.

Here belongs what may happen in a story. It is not scored: what it finds may be an open question, and is printed as a
case that can be looked at and added. In one line::

    rehydration.conformance.properties.check(factory)
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import evolve
from hypothesis import settings as Settings  # noqa: N812  # its own name for what is a class
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from rehydration.conformance.casebook import Case
from rehydration.conformance.faults import Refusal
from rehydration.conformance.running import Run
from rehydration.conformance.symbols import Symbols
from rehydration.conformance.targets import SEED, TRANSCRIPT, Factory, made
from rehydration.conformance.worlds import planted
from rehydration.contacts import Contact
from rehydration.decisions import resolve, visible_past
from rehydration.errors import RuleForbids
from rehydration.graph import ContactGraph
from rehydration.identifiers import ContactId
from rehydration.policies import DEFAULT_POLICY, Policy
from rehydration.records import read_contacts
from rehydration.requests import RehydrationRequest
from rehydration.strategies import STRATEGIES

Data = dict[str, Any]

REFUSED: Final = (
    "InvalidRequestException",
    "InvalidParameterException",
    "ResourceNotFoundException",
    "AccessDeniedException",
)
"""The codes by which a request may be refused; which one, no rule says."""

_MOST_SESSIONS: Final = 3
_MOST_CONTACTS: Final = 4


class Differs(AssertionError):
    """A target and the engine differ; the story is told as a case."""


@st.composite
def _histories(draw: st.DrawFn) -> list[Data]:
    """Make the contacts of a world: ended sessions of a few contacts, some of which continue earlier ones."""
    contacts: list[Data] = []
    time = -100_000
    for session in range(draw(st.integers(0, _MOST_SESSIONS))):
        earlier = [each["ContactId"] for each in contacts]
        for place in range(draw(st.integers(1, _MOST_CONTACTS))):
            name = f"${'PQR'[session]}{place + 1}"
            contact: Data = {"ContactId": name, "InitiationMethod": "TRANSFER" if place else "API"}
            if place:
                before = draw(st.integers(1, place))
                contact |= {"InitialContactId": f"{name[:2]}1", "PreviousContactId": f"{name[:2]}{before}"}
            elif earlier and (related := draw(st.none() | st.sampled_from(earlier))) is not None:
                contact["RelatedContactId"] = related
            contact |= {"InitiationTimestamp": time, "DisconnectTimestamp": time + 500}
            contacts.append(contact)
            time += 1000
    return contacts


def machine(factory: Factory, policy: Policy = DEFAULT_POLICY) -> type[RuleBasedStateMachine]:
    """Make the state machine that compares a target with the engine under a policy."""

    class Story(RuleBasedStateMachine):
        """What happens to one target."""

        contacts: Bundle[str] = Bundle("contacts")
        chats: Bundle[str] = Bundle("chats")

        def __init__(self) -> None:
            super().__init__()
            self.target = made(factory)
            self.graph = ContactGraph(ends_are_told=True)
            self.time = datetime.now(UTC)
            self.world: Data = {}
            self.steps: list[Data] = []
            self.ids: dict[str, str] = {"$fresh1": "an-id-that-nobody-has-heard-of"}
            self.observer = Run(Case.of_data(self.case()), self.target)

        def case(self) -> Data:
            """Tell the story as a case."""
            needs = {"wire", "observe", *([SEED] if self.world else [])}
            told: Data = {
                "id": "story/found-by-properties",
                "title": "A story on which target and engine differ",
                "rules": ["visibility.cumulative"],
                "standing": "inferred",
                "needs": sorted(needs),
            }
            return {**told, **({"world": self.world} if self.world else {}), "steps": self.steps}

        def differs(self, problem: str) -> Differs:
            """Tell the story, and where it differs."""
            return Differs(f"{problem}\n{json.dumps(self.case(), indent=2)}")

        @initialize(target=contacts, history=_histories())
        def plant(self, history: list[Data]) -> Any:  # noqa: ANN401  # hypothesis' own
            """Plant a history, where the target can be seeded."""
            if SEED not in self.target.capabilities or not history:
                return multiple()
            self.world = {"contacts": history}
            symbols = Symbols(lambda: str(uuid4()))
            records, transcripts = planted(self.world, symbols, self.time)
            self.target.seed(records, transcripts)
            self.graph = ContactGraph.from_contacts(read_contacts(records), ends_are_told=True)
            self.ids |= {each["ContactId"]: symbols.filled(each["ContactId"]) for each in history}
            return multiple(*(each["ContactId"] for each in history))

        @rule(target=chats)
        def start(self) -> str:
            """Start a chat."""
            begun: str = self.begin({}, None)
            return begun

        @rule(
            target=chats,
            kind=st.sampled_from(sorted(STRATEGIES)),
            source=st.one_of(contacts, chats, st.just("$fresh1")),
        )
        def come_back(self, kind: str, source: str) -> Any:  # noqa: ANN401
            """Start a chat that continues a past one, or is refused."""
            asked = {"PersistentChat": {"RehydrationType": kind, "SourceContactId": source}}
            return self.begin(asked, RehydrationRequest(kind, self.ids[source]))

        @rule(chat=chats, kind=st.sampled_from(sorted(STRATEGIES)), source=st.one_of(contacts, chats))
        def associate(self, chat: str, kind: str, source: str) -> None:
            """Have a chat that goes on continue a past one, or be refused."""
            parameters = {"InitialContactId": chat, "RehydrationType": kind, "SourceContactId": source}
            request = RehydrationRequest(kind, self.ids[source])
            start = self.expected(request, self.ids[chat])
            self.ask("CreatePersistentContactAssociation", parameters, start)
            if start is not None:
                self.graph.associate(self.ids[chat], start, kind)

        @rule(chat=chats)
        def stop(self, chat: str) -> None:
            """End a chat."""
            contact = self.graph.contact(self.ids[chat])
            if isinstance(contact, Contact) and not contact.has_ended:
                self.ask("StopContact", {"ContactId": chat}, "")
                self.time += timedelta(minutes=10)
                self.graph.end(self.ids[chat], self.time)

        @invariant()
        def shows_what_the_engine_shows(self) -> None:
            """Every chat that goes on shows what the engine says."""
            for chat in [each for each in self.ids if each.startswith("$D")]:
                contact = self.graph.contact(self.ids[chat])
                if not isinstance(contact, Contact) or contact.has_ended:
                    continue
                expected = list(visible_past(self.graph, contact.contact_id, policy=policy).readable)
                step = {"visible": chat, "token": f"{chat}.token"}
                came = self.observer.visible(step)
                if came != expected:
                    names = {value: name for name, value in self.ids.items()}
                    self.steps.append({**step, "accept": [{"answer": [names[each] for each in expected]}]})
                    raise self.differs(f"{chat} shows {[names.get(each, each) for each in came]}")

        def begin(self, asked: Data, request: RehydrationRequest | None) -> Any:  # noqa: ANN401
            """Start a chat, and say something in it so that its transcript can be told from none."""
            symbol = f"$D{sum(each.startswith('$D') for each in self.ids) + 1}"
            planned = Contact(contact_id=ContactId("the new chat"), channel="CHAT", initiation_timestamp=self.time)
            start = None if request is None else self.expected(request, planned)
            if TRANSCRIPT in self.target.capabilities:
                asked = {**asked, "InitialMessage": {"ContentType": "text/plain", "Content": f"marker of {symbol[1:]}"}}
            parameters = {"ContactFlowId": "$flow", "ParticipantDetails": {"DisplayName": "Ana"}, **asked}
            answer = self.ask("StartChatContact", parameters, "" if request is None else start)
            if answer is None:
                return multiple()
            self.steps[-1]["save"] = {symbol: "ContactId", f"{symbol}.token": "ParticipantToken"}
            self.ids[symbol] = str(answer["ContactId"])
            self.observer.bind(f"{symbol}.token", answer.get("ParticipantToken"))
            self.observer.bind(symbol, self.ids[symbol])
            contact = evolve(planned, contact_id=answer["ContactId"], initial_contact_id=answer["ContactId"])
            if request is not None and start is not None:
                contact = evolve(
                    contact, related_contact_id=ContactId(start), rehydration_type=request.rehydration_type
                )
            self.graph.add(contact)
            return symbol

        def expected(self, request: RehydrationRequest, target: str | Contact) -> str | None:
            """Ask the engine what is continued; None if it refuses."""
            try:
                return resolve(self.graph, request, target=target, policy=policy).continued_from_contact_id
            except RuleForbids:
                return None

        def ask(self, operation: str, parameters: Data, expected: str | None) -> Any:  # noqa: ANN401
            """Ask the target, and compare; ``expected`` is what is continued, "" for nothing and None for a refusal."""
            names = {value: name for name, value in self.ids.items()}
            accepted: Data = {"answer": {"ContinuedFromContactId": names.get(expected, "")} if expected else {}}
            step = {"call": operation, "parameters": {"InstanceId": "$instance", **parameters}}
            self.steps.append({**step, "accept": [accepted if expected is not None else {"refused": list(REFUSED)}]})
            given = _filled(parameters, self.ids, self.target.contact_flow_id)
            try:
                answer = self.target.call(operation, {"InstanceId": self.target.instance_id, **given})
            except Refusal as refusal:
                if expected is None:
                    return None
                raise self.differs(f"{operation} was refused with {refusal}") from None
            if expected is None:
                raise self.differs(f"{operation} was answered with {dict(answer)} and is to be refused")
            if expected and answer.get("ContinuedFromContactId") != expected:
                raise self.differs(f"{operation} continues from {answer.get('ContinuedFromContactId')!r}")
            return answer

        def teardown(self) -> None:
            self.target.close()

    return Story


def _filled(tree: Any, ids: Data, flow: str) -> Any:  # noqa: ANN401  # JSON data
    if isinstance(tree, dict):
        return {name: _filled(each, ids, flow) for name, each in tree.items()}
    return flow if tree == "$flow" else ids.get(tree, tree) if isinstance(tree, str) else tree


def check(factory: Factory, *, policy: Policy = DEFAULT_POLICY, settings: Settings | None = None) -> None:
    """Compare a target with the engine over random histories.

    :raises Differs: they differ; the message tells the shortest story that was found, as a case.
    """
    asked = Settings(settings or Settings(deadline=None), report_multiple_bugs=False)  # one story at a time
    run_state_machine_as_test(machine(factory, policy), settings=asked)
