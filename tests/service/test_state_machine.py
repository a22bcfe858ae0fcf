"""The service against the naive service: interleavings of all its operations, under several policies."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.session import Session
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import oracle
from naive_service import ANY, EVENT, FRESH, NaiveService, Refused, Steps, Told, malformed, text
from rehydration import Contact, Policy, RehydrationError
from rehydration.service import ChatService
from trying import examples

BEGIN = datetime(2026, 5, 3, 9, tzinfo=UTC)
INSTANCE = "instance-1"
TYPES = st.sampled_from(oracle.TYPES)
WORDS = st.sampled_from(["hello", "what next?", "Grüße 👋", "-"])
NAMES = st.sampled_from(["Ana", "Bo"])
KEYS = st.sampled_from(["plan", "tier", "Order_Id-7"])
ATTRIBUTES = st.dictionaries(KEYS, st.sampled_from(["", "gold", "Größe"]), max_size=2)
SEGMENTS = st.dictionaries(KEYS, st.sampled_from([{"ValueString": "one"}, {"ValueInteger": 2}]), min_size=1, max_size=2)
TOKENS = st.sampled_from(["", "t1", "t2", "t3"])
DIRECTIONS = st.sampled_from(["FORWARD", "BACKWARD"])
OF_ASSISTANTS = {"Attributes", "ClientToken", "InitialMessage", "PersistentChat", "RelatedContactId"}
AI_AGENT = "12345678-90ab-cdef-1234-567890abcdef"
CREDENTIALS = {"Type": ["CONNECTION_CREDENTIALS"]}
STARTING = Session().get_service_model("connect").operation_model("StartChatContact")
MEMBERS_OF_A_START = frozenset(STARTING.input_shape.members)  # an older service model has fewer
CONNECTED = {"SendMessage", "SendEvent", "GetTranscript", "DisconnectParticipant"}
NAMED = {
    "CreateParticipant": "ContactId",
    "DescribeContact": "ContactId",
    "ListAssociatedContacts": "ContactId",
    "StopContact": "ContactId",
    "CreatePersistentContactAssociation": "InitialContactId",
    "GetContactAttributes": "InitialContactId",
    "UpdateContactAttributes": "InitialContactId",
}
TOLD_OF_CONTACTS = st.fixed_dictionaries(
    {},
    optional={
        "Attributes": ATTRIBUTES,
        "SegmentAttributes": SEGMENTS,
        "CustomerId": NAMES,
        "ContactAssociationId": st.just("association"),
        "LastUpdateTimestamp": st.just("2026-05-03T08:59:00.000Z"),
    },
)
FACTS = st.sampled_from(
    [{"Status": "AVAILABLE"}, {"Status": "MISSING"}, {"Status": "DELETED"}, {"Size": 5_000_001}, {"Misplaced": True}]
)


@st.composite
def transcripts_of(draw: st.DrawFn, begun: str) -> Told:
    """A message or two, and seldom what somebody found out about the file."""
    after = [text(datetime.fromisoformat(begun) + timedelta(milliseconds=part)) for part in (0, 1)]
    items = [{"Content": draw(WORDS), "AbsoluteTime": time} for time in after[: draw(st.integers(0, 2))]]
    if items and draw(st.booleans()):
        del items[0]["AbsoluteTime"]
    fact = draw(FACTS) if draw(st.integers(0, 5)) == 0 else {}
    return {"Transcript": items, **fact}


SECONDS = [0.125, 1, 1, 20, 20, 61, 61, 61, 301, 301, 3_600, 3_601, 82_800, 93_600, 7 * 86_400]
SURVEYS = st.sampled_from([1, 61, 301])
STEPS = st.sampled_from([timedelta(seconds=each) for each in SECONDS])
MALFORMED: dict[str, list[Told]] = {
    "StartChatContact": [
        {"ParticipantDetails": None},
        {"PersistentChat": {"RehydrationType": "FROM_SEGMENT"}},
        {"PersistentChat": {"SourceContactId": "x"}},
        {"PersistentChat": {"RehydrationType": "SOME", "SourceContactId": "x"}},
        {"PersistentChat": {}},
        {"Attributes": {"no spaces": "x"}},
        {"Attributes": {"big": "ä" * 16_384}},
        {"SupportedMessagingContentTypes": ["text/markdown"]},
        {"ChatDurationInMinutes": 59},
        {"ChatDurationInMinutes": 10_081},
        {"ClientToken": "t" * 501},
        {"Nonsense": 1},
    ],
    "CreatePersistentContactAssociation": [{"RehydrationType": "SOME"}, {"SourceContactId": ""}, {"Nonsense": 1}],
    "DescribeContact": [{"ContactId": "x" * 257}],
    "ListAssociatedContacts": [{"MaxResults": 0}, {"MaxResults": 101}, {"NextToken": "forged"}],
    "GetContactAttributes": [{"InitialContactId": ""}],
    "UpdateContactAttributes": [{"Attributes": {"no.dots": "x"}}, {"Attributes": "x"}],
    "StopContact": [{"ContactId": 7}],
    "CreateParticipantConnection": [{"Type": []}, {"Type": ["TELEPATHY"]}, {"Type": None}],
    "CreateParticipant": [{"ParticipantDetails": None}, {"ParticipantDetails": {"ParticipantRole": "GHOST"}}],
    "SendMessage": [{"Content": ""}, {"Content": "ä" * 8_193}, {"ContentType": "image/png"}, {"Content": None}],
    "SendEvent": [
        {"ContentType": EVENT + "participant.joined"},
        {"ContentType": "text/plain"},
        *(
            {"ContentType": EVENT + "message.read", "Content": content}
            for content in ("no JSON", "[]", '{"messageId": 7}', "7")
        ),
    ],
    "GetTranscript": [
        {"MaxResults": -1},
        {"MaxResults": 101},
        {"SortOrder": "UP"},
        {"ScanDirection": "FORWARD"},
        {"ScanDirection": "FORWARD", "StartPosition": {"Id": None}},
        {"StartPosition": {"MostRecent": 1, "Id": "x"}},
        {"StartPosition": {"AbsoluteTime": "yesterday"}},
        {"NextToken": "forged"},
        {"NextToken": "x" * 1_001},
    ],
    "DisconnectParticipant": [{"Nonsense": 1}, {"ClientToken": 1}],
}


def difference(expected: Any, real: Any, seen: set[str], path: str = "answer") -> str | None:
    """Tell where an answer differs first from what must come; a fresh id is a text that nobody has seen."""
    if expected is ANY:
        return None
    if expected is FRESH:
        return None if isinstance(real, str) and real and real not in seen else f"{path}: {real!r} is no fresh id"
    if isinstance(expected, dict) and isinstance(real, dict) and expected.keys() == real.keys():
        pairs = [(f"{path}.{name}", value, real[name]) for name, value in expected.items()]
    elif isinstance(expected, list) and isinstance(real, list) and len(expected) == len(real):
        pairs = [(f"{path}[{place}]", *pair) for place, pair in enumerate(zip(expected, real, strict=True))]
    else:
        return None if expected == real else f"{path}: {expected!r} expected, and not {real!r}"
    return next((told for where, one, two in pairs if (told := difference(one, two, seen, where))), None)


def outcome(real: Callable[[], Any]) -> Any:
    """Give the answer, or the refusal as the model writes it."""
    try:
        return real()
    except RehydrationError as error:
        return Refused(error.code, error.status)


class ServiceMachine(RuleBasedStateMachine):
    fields: Told = {}

    @initialize()
    def begin(self) -> None:
        self.drawn = 0
        self.clock = BEGIN
        self.service = ChatService(INSTANCE, new_id=self.draw_id, now=self.read_clock, policy=Policy(**self.fields))
        self.model = NaiveService(INSTANCE, self.fields, BEGIN)
        self.model.successor_of = self.successor_of
        self.seen: set[str] = set()
        self.named = 0
        self.gaps: list[Told] = []

    def draw_id(self) -> str:
        self.drawn += 1
        return hashlib.sha256(str(self.drawn).encode()).hexdigest()[:36]

    def read_clock(self) -> datetime:
        return self.clock

    def successor_of(self, contact: str) -> str:
        after = (each.contact_id for each in self.service.graph if each.previous_contact_id == contact)
        return next(each for each in after if each not in self.model.contacts)

    # --- asking both --------------------------------------------------------------------------------------------------

    def ask(self, steps: Steps, real: Callable[[], Any], expected: Any = None) -> Any:
        """Have the model foretell, ask the service, compare, and let the model take the ids; None if refused."""
        try:
            expected = next(steps)
        except Refused as refusal:
            expected = refusal
        may_be_refused = expected is ANY or isinstance(expected, Refused)
        before = (self.service.to_json(), self.drawn) if may_be_refused else None
        answer = outcome(real)
        if isinstance(answer, Refused):
            assert expected in (ANY, answer), f"{expected!r} expected, and not {answer!r}"
            assert (self.service.to_json(), self.drawn) == before
            return None
        assert not isinstance(expected, Refused), f"{expected!r} expected, and not {answer!r}"
        told = difference(expected, answer, self.seen)
        assert told is None, told
        for _ in range(2):  # to its end, where it has taken the ids
            try:
                steps.send(answer)
            except StopIteration:
                break
        self.notice(answer)
        return answer

    def notice(self, told: Any) -> None:
        """Remember every text of an answer, so that what is said to be fresh is."""
        if isinstance(told, str):
            self.seen.add(told)
        elif isinstance(told, dict):
            self.notice(list(told.values()))
        elif isinstance(told, list):
            for each in told:
                self.notice(each)

    def call(self, operation: str, **parameters: Any) -> Any:
        told = {name: value for name, value in parameters.items() if value is not None}
        return self.ask(self.model.call(operation, copy.deepcopy(told)), lambda: self.service.call(operation, told))

    # --- drawing ------------------------------------------------------------------------------------------------------

    def contacts(self) -> st.SearchStrategy[str]:
        """Mostly a contact that is there, sometimes one that is only referred to, seldom nobody."""
        there, referred = sorted(self.model.contacts), sorted(self.model.referred() - set(self.model.contacts))
        return st.sampled_from([*there, *there, *referred, "nobody"])

    def live_contacts(self) -> st.SearchStrategy[str]:
        live = [each["id"] for each in self.model.contacts.values() if each["ended"] is None]
        return st.sampled_from([*live, *live, *live, *live]) | self.contacts() if live else self.contacts()

    def sources(self) -> st.SearchStrategy[str]:
        """Mostly what has ended, and of that mostly first contacts."""
        ended = [each["id"] for each in self.model.contacts.values() if each["ended"] is not None]
        first = [each for each in ended if self.model.session(each) == each]
        return st.sampled_from([*ended, *first, *first]) | self.contacts() if ended else self.contacts()

    def live_connections(self) -> list[str]:
        return [token for token in self.model.connections if self.good(token)]

    def good(self, token: str) -> bool:
        try:
            self.model.connected(token)
        except Refused:
            return False
        return True

    def connections(self) -> st.SearchStrategy[str]:
        live, every = self.live_connections(), list(self.model.connections)
        return st.sampled_from([*live * 8, *every, "forged"])

    def joined_here(self) -> bool:
        return bool(self.model.connections)

    # --- contacts -----------------------------------------------------------------------------------------------------

    @rule(data=st.data(), name=NAMES)
    def start(self, data: st.DataObject, name: str) -> None:
        optional = {
            "PersistentChat": st.fixed_dictionaries({"RehydrationType": TYPES, "SourceContactId": self.sources()}),
            "Attributes": ATTRIBUTES,
            "SegmentAttributes": SEGMENTS,
            "InitialMessage": st.fixed_dictionaries({"ContentType": st.just("text/plain"), "Content": WORDS}),
            "ChatDurationInMinutes": st.sampled_from([60, 10_080]),
            "ClientToken": TOKENS,
            "CustomerId": NAMES,
            "DisconnectOnCustomerExit": st.just(["AGENT"]),
            "SupportedMessagingContentTypes": st.just(["text/plain", "text/markdown"]),
            "ConnectionTypes": st.just(["CONNECTION_CREDENTIALS", "WEBSOCKET"]),
        }
        known = {member: values for member, values in optional.items() if member in MEMBERS_OF_A_START}
        further = data.draw(st.fixed_dictionaries({}, optional=known))
        if not data.draw(st.integers(0, 5)):
            further["RelatedContactId"] = data.draw(self.contacts())
        if {"ConnectionTypes", "InitialMessage"} <= set(further):
            del further["InitialMessage"]  # which of the two comes first is a test of its own
        if data.draw(st.integers(0, 4)) or "StartAssistantContact" not in self.service.operations:
            self.start_chat(name, **further)
        else:
            kept = {each: value for each, value in further.items() if each in OF_ASSISTANTS}
            details = {"AiAgent": {"AiAgentId": AI_AGENT}, "ParticipantDetails": {"DisplayName": name}}
            self.call("StartAssistantContact", InstanceId=INSTANCE, **details, **kept)

    @rule(words=st.lists(WORDS, max_size=3), ends=st.booleans(), agent=st.booleans())
    def talk(self, words: list[str], ends: bool, agent: bool) -> None:  # noqa: FBT001
        """A new chat as most of them are."""
        self.talk_in(self.start_chat(), words, ends=ends, agent=agent)

    @precondition(lambda self: any(each["ended"] for each in self.model.contacts.values()))
    @rule(data=st.data(), words=st.lists(WORDS, max_size=2), ends=st.booleans(), kind=TYPES)
    def continue_a_past_chat(self, data: st.DataObject, words: list[str], ends: bool, kind: str) -> None:  # noqa: FBT001
        """Often this succeeds: a source of the right kind is named."""
        ended = [each for each in self.model.contacts.values() if each["ended"] and each["channel"] == "CHAT"]
        names = [each["id"] for each in ended if not self.model.live(self.model.session(each["id"]))]
        if names:
            source = data.draw(st.sampled_from(names[::-1]))
            source = self.model.session(source) if kind == oracle.ENTIRE_PAST_SESSION else source
            persistent = {"RehydrationType": kind, "SourceContactId": source}
            began = self.start_chat(PersistentChat=persistent)
            if began:
                self.talk_in(began, words, ends=ends, agent=False)

    def talk_in(self, began: Told, words: list[str], *, ends: bool, agent: bool) -> None:
        contact, connected = began["ContactId"], self.connect_with(began["ParticipantToken"], **CREDENTIALS)
        connection = connected["ConnectionCredentials"]["ConnectionToken"]
        for content in words:
            self.call("SendMessage", ConnectionToken=connection, ContentType="text/plain", Content=content)
        if agent:
            self.ask(self.model.moves(contact, "TRANSFER", "Lee"), lambda: self.service.transfer(contact, "Lee"))
        if ends:
            self.call("StopContact", InstanceId=INSTANCE, ContactId=self.model.current(contact))

    def start_chat(self, name: str = "Ana", **further: Any) -> Any:
        details = {"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": name}}
        return self.call("StartChatContact", InstanceId=INSTANCE, **details, **further)

    @precondition(lambda self: self.model.contacts)
    @rule(data=st.data(), kind=TYPES, token=TOKENS)
    def associate(self, data: st.DataObject, kind: str, token: str) -> None:
        target, source = data.draw(self.live_contacts()), data.draw(self.sources())
        self.call(
            "CreatePersistentContactAssociation",
            InstanceId=INSTANCE,
            InitialContactId=target,
            RehydrationType=kind,
            SourceContactId=source,
            ClientToken=token or None,
        )

    @precondition(lambda self: self.model.replays)
    @rule(data=st.data(), changed=st.booleans())
    def ask_again_with_a_used_token(self, data: st.DataObject, changed: bool) -> None:  # noqa: FBT001
        """A contact operation of long ago once more, as it was or otherwise."""
        keys = [key for key in self.model.replays if key[2] is None]
        if keys:
            operation, token, _ = data.draw(st.sampled_from(keys))
            told = {**self.model.replays[operation, token, None][0], "ClientToken": token}
            if changed:
                told |= (
                    {"SourceContactId": "other"}
                    if "SourceContactId" in told
                    else {"ParticipantDetails": {"DisplayName": "other"}}
                )
            self.call(operation, **told)

    @precondition(lambda self: self.model.contacts)
    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        reason = data.draw(st.sampled_from([None, {}, {"Code": "IDLE_TIMEOUT"}]))
        contact = data.draw(self.live_contacts())
        self.call("StopContact", InstanceId=INSTANCE, ContactId=contact, DisconnectReason=reason)

    @rule(data=st.data(), attributes=ATTRIBUTES)
    def update_attributes(self, data: st.DataObject, attributes: Told) -> None:
        contact = data.draw(self.contacts())
        size = data.draw(st.sampled_from([0, 0, 0, 5_000, 16_000]))  # of them, what two updates bring may be too much
        merged = {**attributes, **({f"big-{size}": "ö" * size} if size else {})}
        self.call("UpdateContactAttributes", InstanceId=INSTANCE, InitialContactId=contact, Attributes=merged)

    @rule(data=st.data(), what=st.sampled_from(["all", "attributes", "associated", "pages", "elsewhere"]))
    def read(self, data: st.DataObject, what: str) -> None:
        contact = data.draw(self.contacts())
        if what == "all":
            for each in [*self.model.contacts, contact]:
                self.call("DescribeContact", InstanceId=INSTANCE, ContactId=each)
        elif what == "attributes":
            self.call("GetContactAttributes", InstanceId=INSTANCE, InitialContactId=contact)
        elif what == "associated":
            self.call("ListAssociatedContacts", InstanceId=INSTANCE, ContactId=contact)
        elif what == "pages":
            self.list_by_page(contact, data.draw(st.integers(1, 3)))
        else:
            operation = data.draw(st.sampled_from(["DescribeContact", "StopContact", "ListAssociatedContacts"]))
            self.call(operation, InstanceId="instance-2", ContactId=contact)

    def list_by_page(self, contact: str, most: int) -> None:
        asked = {"InstanceId": INSTANCE, "ContactId": contact}
        whole = self.call("ListAssociatedContacts", **asked)
        if whole is not None:
            pages, token = [], {}
            while not pages or token:
                answer = self.service.call("ListAssociatedContacts", {**asked, **token, "MaxResults": most})
                pages.append(answer["ContactSummaryList"])
                token = {"NextToken": answer["NextToken"]} if "NextToken" in answer else {}
            everything = whole["ContactSummaryList"]
            assert pages == [everything[place : place + most] for place in range(0, len(everything), most)]

    @rule(data=st.data(), operation=st.sampled_from(sorted(MALFORMED)))
    def ask_malformed(self, data: st.DataObject, operation: str) -> None:
        """One thing is wrong with a request that would otherwise be answered, or refused for another reason."""
        connections, contact = self.live_connections(), next(iter(self.model.contacts), None)
        sound: dict[str, Told | None] = {
            "StartChatContact": {"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}},
            "CreatePersistentContactAssociation": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "x"},
            "UpdateContactAttributes": {"Attributes": {}},
            "CreateParticipant": {"ParticipantDetails": {"DisplayName": "Bot"}},
            "SendMessage": {"ContentType": "text/plain", "Content": "x"},
            "SendEvent": {"ContentType": EVENT + "typing"},
        }
        if operation in CONNECTED:
            names = {"ConnectionToken": connections[0] if connections else None}
        elif operation == "CreateParticipantConnection":
            names = {
                "ParticipantToken": next((p["token"] for p in self.model.participants if self.model.alive(p)), None)
            }
        else:
            names = {"InstanceId": INSTANCE, NAMED.get(operation, "ContactFlowId"): contact}
        if None not in names.values():
            told = {**names, **sound.get(operation, {}), **data.draw(st.sampled_from(MALFORMED[operation]))}
            self.ask(_refusing(malformed(operation)), lambda: self.service.call(operation, told))

    # --- participants -------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.participants)
    @rule(data=st.data())
    def connect(self, data: st.DataObject) -> None:
        alive = [each["token"] for each in self.model.participants if self.model.alive(each)]
        every = [each["token"] for each in self.model.participants]
        token = data.draw(st.sampled_from([*alive * 8, *every, "forged"]))
        kinds = data.draw(
            st.sampled_from(
                [
                    CREDENTIALS,
                    {"Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"], "ConnectParticipant": True},
                    {"Type": ["WEBSOCKET"]},
                    {"ConnectParticipant": True},
                    {"Type": ["WEBRTC_CONNECTION"]},
                ]
            )
        )
        self.connect_with(token, **kinds)

    def connect_with(self, token: str, **kinds: Any) -> Any:
        return self.call("CreateParticipantConnection", ParticipantToken=token, **kinds)

    @precondition(joined_here)
    @rule(
        data=st.data(), kind=st.sampled_from(["text/plain", "text/plain", "text/markdown"]), content=WORDS, token=TOKENS
    )
    def send_message(self, data: st.DataObject, kind: str, content: str, token: str) -> None:
        said = {"ContentType": kind, "Content": content, "ClientToken": token}
        self.call("SendMessage", ConnectionToken=data.draw(self.connections()), **said)

    @precondition(joined_here)
    @rule(data=st.data(), kind=st.sampled_from(["typing", "message.read", "message.delivered"]), token=TOKENS)
    def send_event(self, data: st.DataObject, kind: str, token: str) -> None:
        connection = data.draw(self.connections())
        messages = [each["Id"] for each in self.model.items if each["Id"]]
        content = json.dumps({"messageId": data.draw(st.sampled_from([*messages[-4:], "nobody"]))})
        told = {"Content": content} if data.draw(st.booleans()) else {}
        self.call("SendEvent", ConnectionToken=connection, ContentType=EVENT + kind, ClientToken=token, **told)

    @precondition(joined_here)
    @rule(data=st.data(), token=TOKENS)
    def disconnect(self, data: st.DataObject, token: str) -> None:
        self.call("DisconnectParticipant", ConnectionToken=data.draw(self.connections()), ClientToken=token)

    # --- transcripts --------------------------------------------------------------------------------------------------

    def positions(self) -> st.SearchStrategy[Told]:
        items = [each["Id"] for each in self.model.items if each["Id"]]
        times = [text(each["at"]) for each in self.model.items]
        return (
            st.fixed_dictionaries({"Id": st.sampled_from([*items, "nobody"])})
            | st.fixed_dictionaries({"AbsoluteTime": st.sampled_from([*times, "2026-05-03T09:00:01+00:00"])})
            | st.fixed_dictionaries({"MostRecent": st.integers(0, 6)})
        )

    def listings(self) -> st.SearchStrategy[Told]:
        return st.fixed_dictionaries(
            {},
            optional={
                "MaxResults": st.integers(0, 4),
                "ScanDirection": DIRECTIONS,
                "SortOrder": st.sampled_from(["ASCENDING", "DESCENDING"]),
                "StartPosition": self.positions(),
                "ContactId": self.contacts(),
            },
        ).map(started_somewhere)

    @precondition(joined_here)
    @rule(data=st.data(), turns=st.lists(st.none() | DIRECTIONS, max_size=4))
    def page(self, data: st.DataObject, turns: list[str | None]) -> None:
        """A listing and some of its pages, now and then in the other direction."""
        connection, asked = data.draw(self.connections()), data.draw(self.listings())
        if "Id" in asked.get("StartPosition", {}):
            asked.pop("ContactId", None)
        answer = self.call("GetTranscript", ConnectionToken=connection, **asked)
        for turn in turns:
            if answer is None or "NextToken" not in answer:
                break
            assert len(answer["NextToken"]) <= 1_000
            further = {name: asked[name] for name in ("MaxResults", "SortOrder") if name in asked}
            further |= {"NextToken": answer["NextToken"], "ScanDirection": turn}
            answer = self.call("GetTranscript", ConnectionToken=connection, **further)

    @precondition(lambda self: self.model.page_tokens)
    @rule(data=st.data(), at_home=st.sampled_from([True, True, True, False]), direction=st.none() | DIRECTIONS)
    def page_with_an_old_token(self, data: st.DataObject, at_home: bool, direction: str | None) -> None:  # noqa: FBT001
        token = data.draw(st.sampled_from(list(self.model.page_tokens)))
        connection = self.model.page_tokens[token]["connection"] if at_home else data.draw(self.connections())
        further = data.draw(self.listings())
        for name in ("ScanDirection", "ContactId"):
            further.pop(name, None)
        self.call("GetTranscript", ConnectionToken=connection, NextToken=token, ScanDirection=direction, **further)

    # --- agents and flows ---------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.contacts)
    @rule(data=st.data(), role=st.sampled_from(["AGENT", "AGENT", "SUPERVISOR"]))
    def join(self, data: st.DataObject, role: str) -> None:
        contact = data.draw(self.live_contacts())
        self.ask(self.model.join(contact, "Kim", role), lambda: self.service.join(contact, "Kim", role))

    @precondition(lambda self: self.model.contacts)
    @rule(data=st.data(), name=st.sampled_from(["Kim", "Lee", None]))
    def leave(self, data: st.DataObject, name: str | None) -> None:
        contact = data.draw(self.live_contacts())
        self.ask(self.model.leave(contact, name), lambda: self.service.leave(contact, name))

    @precondition(lambda self: self.model.contacts)
    @rule(data=st.data(), to=st.sampled_from(["agent", "queue", "survey"]))
    def move(self, data: st.DataObject, to: str) -> None:
        contact = data.draw(self.live_contacts())
        if to == "agent":
            self.ask(self.model.moves(contact, "TRANSFER", "Lee"), lambda: self.service.transfer(contact, "Lee"))
        elif to == "queue":
            self.ask(self.model.moves(contact, "QUEUE_TRANSFER"), lambda: self.service.queue_transfer(contact))
        else:
            self.ask(self.model.moves(contact, "DISCONNECT"), lambda: self.service.run_disconnect_flow(contact))

    @precondition(lambda self: self.model.contacts)
    @rule(data=st.data(), role=st.sampled_from(["CUSTOM_BOT", "AGENT"]))
    def add(self, data: st.DataObject, role: str) -> None:
        details = {"DisplayName": "Bot", "ParticipantRole": role}
        contact = data.draw(self.live_contacts())
        added = self.call("CreateParticipant", InstanceId=INSTANCE, ContactId=contact, ParticipantDetails=details)
        if added is not None:
            self.connect_with(added["ParticipantCredentials"]["ParticipantToken"], **CREDENTIALS)

    @rule(flow=st.sampled_from([None, "flow"]), runs=st.sampled_from([True, True, False]), lasts=st.none() | SURVEYS)
    def set_disconnect_flow(self, flow: str | None, runs: bool, lasts: float | None) -> None:  # noqa: FBT001
        self.model.settle()
        self.model.flows[flow] = {"runs": runs, "seconds": lasts}
        self.service.set_disconnect_flow(flow, runs=runs, seconds=lasts)

    @precondition(lambda self: self.model.contacts)
    @rule(data=st.data())
    def end_disconnect_flow(self, data: st.DataObject) -> None:
        surveys = [each["id"] for each in self.model.contacts.values() if each["method"] == "DISCONNECT"]
        contact = data.draw(st.sampled_from([*surveys[-2:] * 3, next(iter(self.model.contacts))]))
        self.ask(self.model.end_flow(contact), lambda: self.service.end_disconnect_flow(contact))

    @rule(seconds=st.sampled_from([0, 0, 1, 20]), retention=st.booleans())
    def configure(self, seconds: int, retention: bool) -> None:  # noqa: FBT001
        self.model.delay, self.model.retention = timedelta(seconds=seconds), retention
        self.service.configure(rehydration_delay=self.model.delay, retention=retention)

    # --- histories ----------------------------------------------------------------------------------------------------

    def new_name(self) -> str:
        self.named += 1
        return hashlib.sha256(f"seeded {self.named}".encode()).hexdigest()[:12]

    @rule(data=st.data(), age=st.sampled_from([timedelta(hours=3)] * 4 + [timedelta(seconds=70), timedelta(days=800)]))
    def seed(self, data: st.DataObject, age: timedelta) -> None:
        """One session, of a tree of contacts, that may continue another; some records may come later, or never."""
        begin = self.model.time - age
        records: list[Told] = []
        names = [self.new_name() for _ in range(data.draw(st.integers(1, 3)))]
        for place, name in enumerate(names):
            times = [text(begin + timedelta(milliseconds=7 * self.named + place * 3 + part)) for part in (0, 2)]
            records.append({"ContactId": name, "InitiationMethod": "API", "InitiationTimestamp": times[0]})
            records[-1] |= {"Channel": data.draw(st.sampled_from(["CHAT"] * 5 + ["TASK"]))}
            if data.draw(st.integers(0, 4)):
                records[-1]["DisconnectTimestamp"] = times[1]
            if place:
                previous = data.draw(st.sampled_from(names[:place]))
                records[-1] |= {"InitialContactId": names[0], "PreviousContactId": previous}
            records[-1] |= data.draw(TOLD_OF_CONTACTS)
        if data.draw(st.booleans()):
            record = data.draw(st.sampled_from(records))
            record["RelatedContactId"] = data.draw(
                self.sources().filter(lambda each: each != "nobody") | st.just("ghost")
            )
        if data.draw(st.integers(0, 3)) == 0:
            self.gaps.append(records.pop(data.draw(st.integers(0, len(records) - 1))))
        self.seed_records(data, data.draw(st.permutations(records)))

    @precondition(lambda self: self.gaps)
    @rule(data=st.data())
    def seed_what_was_missing(self, data: st.DataObject) -> None:
        record = {name: value for name, value in self.gaps.pop().items() if name != "RelatedContactId"}
        record.setdefault("DisconnectTimestamp", record["InitiationTimestamp"])
        self.seed_records(data, [record])

    def seed_records(self, data: st.DataObject, records: list[Told]) -> None:
        transcripts = {each["ContactId"]: data.draw(transcripts_of(each["InitiationTimestamp"])) for each in records}
        kind = data.draw(st.none() | TYPES)
        linked = [each for each in records if "RelatedContactId" in each]
        if kind and linked:
            linked[0]["RehydrationType"] = kind
            for each in records:
                each.pop("Attributes", None)
                each.pop("SegmentAttributes", None)
        given: list[Any] = [contact(each) for each in records] if kind and linked else copy.deepcopy(records)
        self.seed_both(records, transcripts, given)

    def seed_both(self, records: list[Told], transcripts: Told, given: list[Any]) -> None:
        def real() -> Any:
            return sorted(self.service.seed(given, transcripts)["LiveChats"], key=lambda each: each["ContactId"])

        self.ask(self.model.seed(records, copy.deepcopy(transcripts)), real)

    @precondition(lambda self: self.model.contacts)
    @rule(data=st.data(), told=st.fixed_dictionaries({"Transcript": st.just([])}) | FACTS)
    def seed_what_is_there_already(self, data: st.DataObject, told: Told) -> None:
        """A fact about a contact is; another record of it is refused with all that came along."""
        if "Transcript" not in told:
            self.seed_both([], {data.draw(self.contacts()): told}, [])
            return
        there = data.draw(st.sampled_from(sorted(self.model.contacts)))
        times = {"InitiationTimestamp": text(BEGIN), "DisconnectTimestamp": text(BEGIN)}
        records = [
            {"ContactId": each, "Channel": "CHAT", "InitiationMethod": "API", **times} for each in ("new", there)
        ]
        self.seed_both(records, {}, records)

    # --- time ---------------------------------------------------------------------------------------------------------

    @rule(step=STEPS, how=st.sampled_from(["advance", "advance", "clock", "back"]))
    def pass_time(self, step: timedelta, how: str) -> None:
        """Its time goes on by itself or with the clock; it stands still where the clock goes back for a while."""
        if how == "back":
            self.clock -= step
            assert self.service.time == self.model.time
            self.start_chat()
            self.clock += step
            return
        if how == "advance":
            self.service.advance(step)
        else:
            self.clock += step
        self.model.time += step
        assert self.service.time == self.model.time

    # --- what always holds --------------------------------------------------------------------------------------------

    @rule(how=st.sampled_from(["written", "copied"]))
    def go_on_with_a_copy(self, how: str) -> None:
        """JSON data and copies keep everything: what comes after is asked of the copy."""
        told = self.service.to_json()
        written = json.dumps(told)
        if how == "written":
            self.service = ChatService.from_json(json.loads(written), new_id=self.draw_id, now=self.read_clock)
        else:
            self.service = copy.deepcopy(self.service)
        assert json.dumps(self.service.to_json()) == written

    def teardown(self) -> None:
        self.go_on_with_a_copy("written")

    @invariant()
    def its_time_is_the_models(self) -> None:
        assert self.service.time == self.model.time

    @invariant()
    def its_graph_is_the_models_and_a_session_has_one_link(self) -> None:
        self.model.settle()
        graph = self.service.graph
        found = {each.contact_id: of_graph(each) for each in graph}
        told = difference({name: of_model(each) for name, each in self.model.contacts.items()}, found, self.seen)
        assert told is None, told
        links: dict[str, set[str | None]] = {}
        for each in graph:
            if each.rehydration_type is not None:
                links.setdefault(each.initial_contact_id, set()).add(each.related_contact_id)
        assert all(len(starts) == 1 for starts in links.values())

    @invariant()
    def what_it_says_of_the_contact_changed_last_is_the_models(self) -> None:
        if self.model.contacts:
            last = max(self.model.contacts.values(), key=lambda each: each["updated"])
            self.call("DescribeContact", InstanceId=INSTANCE, ContactId=last["id"])

    @invariant()
    def it_knows_every_token_it_gave(self) -> None:
        tokens = [*self.model.connections, *(each["token"] for each in self.model.participants)]
        assert all(map(self.service.has_participant_token, tokens))
        assert not any(map(self.service.has_participant_token, [*self.model.contacts, "forged"]))

    @invariant()
    def whoever_is_in_a_chat_sees_the_same_and_nothing_else(self) -> None:
        """visibility.both-sides, .backward-only, .later-dropped."""
        seen: dict[str, list[Any]] = {}
        latest = {self.model.connected(each)["id"]: each for each in self.live_connections()}
        for connection in latest.values():
            chat = self.model.connected(connection)["chat"]
            shown = self.everything(connection)
            assert seen.setdefault(chat, shown) == shown
        for chat, shown in seen.items():
            self.check_provenance(chat, [item.get("RelatedContactId") for item in shown if "RelatedContactId" in item])

    def everything(self, connection: str) -> list[Told]:
        """All pages, each compared with the model's; as far as the policy lets go."""
        shown, answer = [], self.call("GetTranscript", ConnectionToken=connection, MaxResults=100)
        while answer is not None:
            shown += answer["Transcript"]
            token = answer.get("NextToken")
            asked = {"ConnectionToken": connection, "MaxResults": 100, "NextToken": token}
            answer = self.call("GetTranscript", **asked) if token else None
        return shown

    def check_provenance(self, chat: str, contacts: list[str]) -> None:
        """Without the oracle: only what links lead back to, and of a segment's session only what precedes it."""
        records = self.model.contacts
        allowed, ahead = set(), [chat]
        while ahead:
            new = {self.session_of(each["related"]) for each in self.carriers(ahead.pop())} - allowed
            allowed |= new
            ahead += new
        assert {self.model.session(each) for each in contacts} <= allowed - {chat}
        for link in self.carriers(chat):
            if link["type"] == oracle.FROM_SEGMENT:
                before, here = set(), link["related"]
                while here in records:
                    before.add(here)
                    here = records[here]["previous"]
                source = self.session_of(link["related"])
                assert {each for each in contacts if self.model.session(each) == source} <= before

    def carriers(self, session: str) -> list[Told]:
        """The contacts of a session that a link starts from."""
        there = [each for each in self.model.contacts.values() if self.model.session(each["id"]) == session]
        return [each for each in there if each["related"] and is_linked(each)]

    def session_of(self, contact: str) -> str:
        """Decision 3: an unknown contact is of the session in which it is named, otherwise of its own."""
        if contact in self.model.contacts:
            return self.model.session(contact)
        named = (each["id"] for each in self.model.contacts.values() if contact in (each["initial"], each["previous"]))
        return next(map(self.model.session, named), contact)


def _refusing(refusal: Refused) -> Steps:
    yield from ()
    raise refusal


def started_somewhere(asked: Told) -> Told:
    """FORWARD needs a start."""
    return {"StartPosition": {"MostRecent": 3}, **asked} if asked.get("ScanDirection") == "FORWARD" else asked


def is_linked(record: Told) -> bool:
    return record["type"] is not None or record["related_is_link"]


def of_graph(found: Contact) -> list[object]:
    related = found.related_contact_id
    link = related and (found.rehydration_type, found.rehydration_type is not None or found.related_is_link)
    times = found.initiation_timestamp, found.disconnect_timestamp
    ids = found.initial_contact_id, found.previous_contact_id, related
    return [*ids, link, found.channel, found.initiation_method, *times, found.customer_id]


def of_model(told: Told) -> list[object]:
    ids = told["initial"] or told["id"], told["previous"], told["related"]
    link = told["related"] and (told["type"], is_linked(told))
    return [*ids, link, told["channel"], told["method"], told["initiated"], told["ended"], told["customer"]]


def contact(told: Told) -> Contact:
    def at(name: str) -> datetime | None:
        return datetime.fromisoformat(told[name]) if name in told else None

    return Contact(
        contact_id=told["ContactId"],
        initial_contact_id=told.get("InitialContactId"),
        previous_contact_id=told.get("PreviousContactId"),
        related_contact_id=told.get("RelatedContactId"),
        rehydration_type=told.get("RehydrationType"),
        channel=told["Channel"],
        initiation_method=told["InitiationMethod"],
        initiation_timestamp=at("InitiationTimestamp"),
        disconnect_timestamp=at("DisconnectTimestamp"),
        last_update_timestamp=at("LastUpdateTimestamp"),
        customer_id=told.get("CustomerId"),
        contact_association_id=told.get("ContactAssociationId"),
    )


class WithAncestorsOnly(ServiceMachine):
    fields = {"entire_view": "ANCESTORS"}


class WithLinksOfContacts(ServiceMachine):
    fields = {"link_scope": "CONTACT"}


class WithGapsThatStop(ServiceMachine):
    fields = {"unavailable": "STOP"}


class WithAnyContactAsSource(ServiceMachine):
    fields = {"entire_source": "ANY_OF_SESSION", "ended": "SEGMENT", "most_recent": "DEPTH"}


class WithRefusals(ServiceMachine):
    fields = {"unavailable": "REFUSE", "early_call": "REFUSE", "customer_mismatch": "REFUSE"}


def trial_of(machine: type[ServiceMachine], part: float) -> Any:
    """Make the test of a machine, with a part of the profile's examples.

    A failure is shown as it was found: to make it small takes minutes, and only the profile ``thorough`` takes them.
    """
    name = settings.get_current_profile_name()
    default = settings.get_profile(name)
    tries = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if name == "thorough" else [])]
    made = machine.TestCase
    made.settings = settings(
        examples(part),
        phases=tries,
        report_multiple_bugs=False,
        suppress_health_check=[*default.suppress_health_check, HealthCheck.too_slow],
    )
    return made


class TestByDefault(trial_of(ServiceMachine, 1)):
    """The default reading of every open question."""


@pytest.mark.slow
class TestWithAncestorsOnly(trial_of(WithAncestorsOnly, 0.3)):
    """Of a branched session, what precedes the start contact."""


@pytest.mark.slow
class TestWithLinksOfContacts(trial_of(WithLinksOfContacts, 0.3)):
    """A link counts from its contact on."""


@pytest.mark.slow
class TestWithGapsThatStop(trial_of(WithGapsThatStop, 0.3)):
    """A lost transcript ends the walk."""


@pytest.mark.slow
class TestWithAnyContactAsSource(trial_of(WithAnyContactAsSource, 0.3)):
    """Any contact of a session that may go on is a source."""


@pytest.mark.slow
class TestWithRefusals(trial_of(WithRefusals, 0.3)):
    """Whatever may be refused is."""


def test_what_is_due_has_happened_in_the_graph_too_when_the_clock_goes_on() -> None:
    machine = ServiceMachine()
    machine.begin()
    machine.start_chat()
    machine.clock += timedelta(minutes=5)
    assert [each.disconnect_timestamp for each in machine.service.graph] == [BEGIN + timedelta(minutes=5)]
