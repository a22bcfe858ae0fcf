"""Random histories: a state machine that compares a target with the engine and tells the shortest story that differs.

Here belongs what may happen in a story. It is not scored: what it finds may be an open question, and is printed as a
case that can be looked at and added. In one line::

    rehydration.conformance.properties.check(factory)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
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
from rehydration.conformance.patterns import difference
from rehydration.conformance.running import Different, Run
from rehydration.conformance.symbols import Symbols
from rehydration.conformance.targets import LAG, SEED, TRANSCRIPT, Factory, made
from rehydration.conformance.worlds import marker, planted
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
Seen = TypeVar("Seen")

REFUSED: Final = (
    "InvalidRequestException",
    "InvalidParameterException",
    "ResourceNotFoundException",
    "AccessDeniedException",
)
"""The codes by which a request may be refused; which one, no rule says."""

LIVE: Final = "$L2"
"""The contact of a seeded chat that is live, if there is one."""

_MOST_SESSIONS: Final = 3
_MOST_CONTACTS: Final = 4


class Differs(AssertionError):
    """A target and the engine differ; the story is told as a case."""


@st.composite
def _histories(draw: st.DrawFn) -> list[Data]:
    """Make the contacts of a world, in whatever order they become known.

    There are sessions of a few contacts, some of which continue earlier ones; they interleave in time, branch, and have
    contacts that name no predecessor. The last session may be live, after a transfer.
    """
    contacts: list[Data] = []
    for session in range(draw(st.integers(0, _MOST_SESSIONS))):
        earlier = [each["ContactId"] for each in contacts]
        for place in range(draw(st.integers(1, _MOST_CONTACTS))):
            name = f"${'PQR'[session]}{place + 1}"
            contact: Data = {"ContactId": name, "InitiationMethod": "TRANSFER" if place else "API"}
            if place:
                contact["InitialContactId"] = f"{name[:2]}1"
                if before := draw(st.integers(1, place) | st.just(0)):
                    contact["PreviousContactId"] = f"{name[:2]}{before}"
            elif (related := draw(st.sampled_from([*earlier, None]))) is not None:
                contact["RelatedContactId"] = related
            contacts.append(contact)
    begins = draw(st.permutations(range(len(contacts))))
    of_session: dict[str, list[int]] = {}
    for contact, place in zip(contacts, begins, strict=True):
        of_session.setdefault(contact["ContactId"][:2], []).append(place)
    for contact in contacts:
        time = -100_000 + 1000 * sorted(of_session[contact["ContactId"][:2]])[int(contact["ContactId"][2:]) - 1]
        lasts = draw(st.sampled_from([500, 2600]))
        contact |= {"InitiationTimestamp": time, "DisconnectTimestamp": time + lasts}
    known: list[Data] = draw(st.permutations(contacts))
    if draw(st.sampled_from(["live", "live", "ended"])) == "ended":
        return known
    first: Data = {"ContactId": "$L1", "InitiationMethod": "API", "InitiationTimestamp": -3600}
    if (related := draw(st.sampled_from([*(each["ContactId"] for each in contacts), None]))) is not None:
        first["RelatedContactId"] = related
    then = {"ContactId": LIVE, "InitialContactId": "$L1", "PreviousContactId": "$L1", "InitiationMethod": "TRANSFER"}
    return [*known, {**first, "DisconnectTimestamp": -1800}, {**then, "InitiationTimestamp": -1800}]


def _texts(symbol: str) -> list[str]:
    """Write what is said in a contact: more in the first of a session, so that a page can end inside."""
    said = marker(symbol)
    return [said, f"{said}, again"] if symbol.endswith("1") and not symbol.startswith("$D") else [said]


def _said(contact: Data) -> list[Data]:
    texts = enumerate(_texts(contact["ContactId"]))
    return [{"Content": text, "AbsoluteTime": contact["InitiationTimestamp"] + number} for number, text in texts]


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
            self.joined: set[str] = set()
            self.last: tuple[Data, Data] | None = None
            self.observer = Run(Case.of_data(self.case()), self.target)

        def case(self) -> Data:
            """Tell the story as a case."""
            needs = {"wire", "observe", *([SEED] if self.world else []), *([TRANSCRIPT] if self.joined else [])}
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
            """Plant a history, where the target can be seeded; a chat in it can be live."""
            if SEED not in self.target.capabilities or not history:
                return multiple()
            self.world = {"contacts": history, "transcripts": {each["ContactId"]: _said(each) for each in history}}
            symbols = Symbols(lambda: str(uuid4()))
            records, transcripts = planted(self.world, symbols, self.time)
            live = self.target.seed(records, transcripts).get("LiveChats", ())
            self.graph = ContactGraph.from_contacts(read_contacts(records), ends_are_told=True)
            self.ids |= {each["ContactId"]: symbols.filled(each["ContactId"]) for each in history}
            for each in live:
                self.observer.bind(f"{LIVE}.token", each.get("ParticipantToken"))
            if LIVE in self.ids:
                self.observer.bind(LIVE, self.ids[LIVE])
            return multiple(*(each["ContactId"] for each in history))

        @rule(target=chats, token=st.booleans())
        def start(self, token: bool) -> str:  # noqa: FBT001  # hypothesis' own
            """Start a chat."""
            begun: str = self.begin(self.client_token(token), None)
            return begun

        @rule(
            target=chats,
            kind=st.sampled_from(sorted(STRATEGIES)),
            source=st.one_of(contacts, chats, st.just("$fresh1")),
            token=st.booleans(),
        )
        def come_back(self, kind: str, source: str, token: bool) -> Any:  # noqa: ANN401, FBT001
            """Start a chat that continues a past one, or is refused."""
            asked = {"PersistentChat": {"RehydrationType": kind, "SourceContactId": source}}
            return self.begin({**asked, **self.client_token(token)}, RehydrationRequest(kind, self.ids[source]))

        @rule(
            chat=st.one_of(chats, st.just(LIVE)),
            kind=st.sampled_from(sorted(STRATEGIES)),
            source=st.one_of(contacts, chats),
            token=st.booleans(),
        )
        def associate(self, chat: str, kind: str, source: str, token: bool) -> None:  # noqa: FBT001
            """Have a chat that is live continue a past one, or be refused."""
            if chat not in self.ids:
                return
            asked = {"InitialContactId": chat, "RehydrationType": kind, "SourceContactId": source}
            request = RehydrationRequest(kind, self.ids[source])
            start = self.expected(request, self.ids[chat])
            self.ask("CreatePersistentContactAssociation", {**asked, **self.client_token(token)}, start)
            if start is not None:
                self.graph.associate(self.ids[chat], start, kind)

        @rule()
        def ask_again(self) -> None:
            """Repeat the last answer that had a client token."""
            if self.last is None:
                return
            step, answer = self.last
            again = {name: each for name, each in answer.items() if name in ("ContactId", "ContinuedFromContactId")}
            names = {value: name for name, value in self.ids.items()}
            accepted = {name: names.get(each, each) for name, each in again.items()}
            self.steps.append({**step, "accept": [{"answer": accepted}]})
            came = self.called(step)
            if {name: came.get(name) for name in again} != again:
                raise self.differs(f"{step['call']} is answered otherwise when it is repeated")

        @rule(chat=st.one_of(chats, st.just(LIVE)))
        def stop(self, chat: str) -> None:
            """End a chat."""
            if chat in self.live():
                self.ask("StopContact", {"ContactId": chat}, "")
                self.graph.end(self.ids[chat], self.time)
                self.steps.append({"settle": True})
                self.target.settle()
                self.time += timedelta(seconds=LAG)

        @rule(chat=st.one_of(chats, st.just(LIVE)), most=st.integers(1, 4))
        def read(self, chat: str, most: int) -> None:
            """Read the past of a chat in small pages, whatever they are."""
            if chat not in self.live() or TRANSCRIPT not in self.target.capabilities:
                return
            self.join(chat)
            names = {value: name for name, value in self.ids.items()}
            past = [names[each] for each in self.seen(chat)]
            marked = {"Content": {"text": "marker of .*"}, "RelatedContactId": {"any": True}}
            told = [{"Content": text, "RelatedContactId": each} for each in past for text in reversed(_texts(each))]
            back = {"ScanDirection": "BACKWARD", "MaxResults": most}
            step = {"items": f"{chat}.connection", "parameters": back}
            self.steps.append({**step, "accept": [{"answer": {"those": marked, "are": told}}]})
            items = [each for each in self.looked(self.observer.items, step) if difference(marked, each) is None]
            came = [(each["Content"], names.get(each["RelatedContactId"])) for each in items]
            if came != [tuple(each.values()) for each in told]:
                raise self.differs(f"{chat} reads {came} in pages of {most}")

        @invariant()
        def shows_what_the_engine_shows(self) -> None:
            """Every chat that is live shows what the engine says."""
            for chat in self.live():
                expected = self.seen(chat)
                step = {"visible": chat, "token": f"{chat}.token"}
                came = self.looked(self.observer.visible, step)
                if came != expected:
                    names = {value: name for name, value in self.ids.items()}
                    self.steps.append({**step, "accept": [{"answer": [names[each] for each in expected]}]})
                    raise self.differs(f"{chat} shows {[names.get(each, each) for each in came]}")

        def live(self) -> list[str]:
            """Name the chats that are live and can be looked into."""
            found = []
            for name in self.ids:
                contact = self.graph.contact(self.ids[name]) if name == LIVE or name.startswith("$D") else None
                if isinstance(contact, Contact) and not contact.has_ended:
                    found.append(name)
            return found

        def seen(self, chat: str) -> list[str]:
            """Ask the engine what a chat sees."""
            return list(visible_past(self.graph, self.ids[chat], policy=policy).readable)

        def looked(self, look: Callable[[Data], Seen], step: Data) -> Seen:
            """Look into a chat; that it cannot be looked into is a difference."""
            try:
                return look(step)
            except (Different, Refusal) as problem:
                self.steps.append({**step, "accept": [{"answer": {"any": True}}]})
                raise self.differs(f"there is no looking into a chat that is live: {problem}") from None

        def join(self, chat: str) -> None:
            """Connect the customer of a chat."""
            if chat in self.joined:
                return
            self.joined.add(chat)
            parameters = {"Type": ["CONNECTION_CREDENTIALS"], "ParticipantToken": f"{chat}.token"}
            saved = {f"{chat}.connection": "ConnectionCredentials.ConnectionToken"}
            step = {"call": "CreateParticipantConnection", "parameters": parameters}
            self.steps.append({**step, "save": saved})
            answer: Any = self.looked(self.observer.call, step)
            self.observer.bind(f"{chat}.connection", answer["ConnectionCredentials"]["ConnectionToken"])

        def client_token(self, token: bool) -> Data:  # noqa: FBT001
            """Make a client token, if one is wanted."""
            if not token:
                return {}
            name = f"$fresh{len(self.ids) + len(self.steps) + 2}"
            self.ids[name] = str(uuid4())
            return {"ClientToken": name}

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
            try:
                answer = self.called(step)
            except Refusal as refusal:
                if expected is None:
                    return None
                raise self.differs(f"{operation} was refused with {refusal}") from None
            if expected is None:
                raise self.differs(f"{operation} was answered with {dict(answer)} and is to be refused")
            if expected and answer.get("ContinuedFromContactId") != expected:
                raise self.differs(f"{operation} continues from {answer.get('ContinuedFromContactId')!r}")
            if "ClientToken" in parameters:
                self.last = step, dict(answer)
            return answer

        def called(self, step: Data) -> Any:  # noqa: ANN401  # JSON data
            """Ask the target what a step asks."""
            given = _filled(step["parameters"], self.ids, self.target.contact_flow_id)
            return self.target.call(step["call"], {**given, "InstanceId": self.target.instance_id})

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
