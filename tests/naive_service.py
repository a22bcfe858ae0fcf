"""The naive service: the operations of one instance once more, in plain dicts and lists, from their description alone.

It shares nothing with `rehydration.service`; which past is seen it asks the oracle, from all records, every time. It
draws no ids: each operation is a generator that first yields the answer it expects, with `FRESH` where a new id must
stand (or raises `Refused`), is then sent the real answer, and takes the ids from there. The id of an item that the
service writes by itself is learned where it is first seen.

A dead participant, who is live and what is visible are never stored: they are worked out of what happened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import oracle

Told = dict[str, Any]
Steps = Generator[Any, Any, Any]

FRESH = "<an id that nobody has seen>"
ANY = "<anything>"
NEW = "<the contact that would be>"
EVENT = "application/vnd.amazonaws.connect.event."
ACCEPTED_EVENTS = {EVENT + each for each in ("typing", "connection.acknowledged", "message.delivered", "message.read")}
RECEIPTS = {EVENT + "message.delivered", EVENT + "message.read"}
PARTICIPANT = {"CreateParticipantConnection", "SendMessage", "SendEvent", "GetTranscript", "DisconnectParticipant"}
ATTRIBUTE_BYTES, CONTENT_BYTES = 32_768, 16_384
LEFT_BY = {"CUSTOMER": "CUSTOMER_DISCONNECT"}
DAY = timedelta(days=1)


class Refused(Exception):
    """A refusal: AWS's code and the HTTP status; None and None where the fault is none of AWS's."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refused) and self.args == other.args

    def __hash__(self) -> int:
        return hash(self.args)


DENIED = Refused("AccessDeniedException", 403)
NOT_VALID = Refused("ValidationException", 400)
MALFORMED = Refused("InvalidParameterException", 400)
INVALID = Refused("InvalidRequestException", 400)
NOT_FOUND = Refused("ResourceNotFoundException", 404)
GONE = Refused("ContactNotFoundException", 410)
OUR_FAULT = Refused(None, None)


def malformed(operation: str) -> Refused:
    if operation in PARTICIPANT:
        return NOT_VALID
    return INVALID if operation in {"CreateParticipant", "GetContactAttributes"} else MALFORMED


def refused(operation: str) -> Refused:
    return NOT_VALID if operation in PARTICIPANT else INVALID


def text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"


def moment(told: str) -> datetime:
    return datetime.fromisoformat(told)


def size(attributes: Mapping[str, str]) -> int:
    return sum(len((key + value).encode()) for key, value in attributes.items())


def present(**members: Any) -> Told:
    return {name: value for name, value in members.items() if value is not None}


class NaiveService:
    successor_of: Callable[[str], str]  # which contact follows one, where the answer does not tell

    def __init__(self, instance: str, policy: Mapping[str, str], time: datetime) -> None:
        self.instance, self.policy, self.time = instance, dict(policy), time
        self.contacts: dict[str, Told] = {}  # records as the oracle reads them, and what else is told of a contact
        self.items: list[Told] = []  # everything that was said or happened, in the order of its being written
        self.chats: dict[str, Told] = {}  # by initial contact
        self.participants: list[Told] = []
        self.connections: dict[str, Told] = {}
        self.page_tokens: dict[str, Told] = {}
        self.replays: dict[tuple[str, ...], tuple[Told, Told, datetime]] = {}
        self.attributes: dict[str, Told] = {}  # by session: identity.attributes-of-session
        self.flows: dict[str | None, Told] = {}  # disconnect flows, by contact flow, that of the instance by None
        self.delay = timedelta()  # how long a rehydration goes on
        self.retention = False  # whether contacts are forgotten

    # --- what follows from what happened ------------------------------------------------------------------------------

    def session(self, contact: str) -> str:
        return self.contacts[contact]["initial"] or contact

    def home(self, contact: str) -> str:
        """The session of a contact that may be unknown (3)."""
        if contact in self.contacts:
            return self.session(contact)
        named = (each["id"] for each in self.contacts.values() if contact in (each["initial"], each["previous"]))
        return next(map(self.session, named), contact)

    def live(self, chat: str) -> list[str]:
        """The chat contacts of a session that go on, the one that came last at the end."""
        found = [each for each in self.contacts.values() if self.session(each["id"]) == chat]
        found = [each for each in found if each["ended"] is None and each["channel"] == "CHAT"]
        return [each["id"] for each in sorted(found, key=lambda each: each["initiated"])]

    def current(self, chat: str) -> str:
        return self.live(chat)[-1]

    def present_in(self, chat: str, *roles: str) -> list[Told]:
        there = [each for each in self.participants if each["chat"] == chat and each["joined"] and not each["left"]]
        return [each for each in there if not roles or each["role"] in roles]

    def alive(self, participant: Told) -> bool:
        """protocol.connection-until-ended: a customer who left is not gone before the chat is."""
        gone = participant["left"] and participant["role"] != "CUSTOMER"
        return not gone and bool(self.live(participant["chat"]))

    def connected(self, token: str) -> Told:
        connection = self.connections.get(token)
        if connection is None or self.time >= connection["expires"] or not self.alive(connection["participant"]):
            raise DENIED
        return connection["participant"]

    def referred(self) -> set[str]:
        """Contacts that records name, known or not."""
        named = {each[key] for each in self.contacts.values() for key in ("id", "initial", "previous", "related")}
        return named - {None}

    def is_old(self, contact: str) -> bool:
        """eligibility.retention: 24 months, where it was asked for."""
        initiated = self.contacts[contact]["initiated"]
        return self.retention and initiated.timestamp() < oracle._two_years_before(self.time.timestamp())

    def records(self, *further: Told) -> list[Told]:
        def seconds(time: datetime | None) -> float | None:
            return None if time is None else time.timestamp()

        told = [*self.contacts.values(), *further]
        return [{**each, "initiated": seconds(each["initiated"]), "ended": seconds(each["ended"])} for each in told]

    def seen(self, contact: str) -> oracle.Answer:
        """Which past contacts a contact sees: transcripts are there at once, so `now` is not looked at."""
        return oracle.visible_past(oracle.History(self.records(), ends_are_told=True), contact, self.policy)

    def written_on(self, contact: str) -> list[Told]:
        return [each for each in self.items if each["on"] == contact]

    def past(self, chat: str) -> list[Told] | None:
        """Every past item, oldest first; None where the policy refuses the past."""
        if self.chats[chat].get("rehydrates"):  # paging.past-after-event
            return []
        answer = self.seen(self.current(chat))
        if isinstance(answer, oracle.Refused):
            return None
        shown = [contact for contact, availability in answer.visible if self.is_there(contact, availability)]
        return [item for contact in reversed(shown) for item in self.written_on(contact)]

    def is_there(self, contact: str, availability: str) -> bool:
        """A transcript is there at once, of a contact that goes on too, unless a fact says that it is not ready."""
        fact = self.contacts[contact]["transcript"] if contact in self.contacts else None
        return availability == "available" or (availability == "not-ready" and not fact)

    def said(self, chat: str) -> list[Told]:
        """Every item of a session, in order of time."""
        return sorted((each for each in self.items if self.session(each["on"]) == chat), key=lambda each: each["at"])

    # --- what happens -------------------------------------------------------------------------------------------------

    def write(self, contact: str, kind: str, content: str | None, who: Told | None = None, **more: Any) -> None:
        names = {} if who is None else {"ParticipantId": who["id"], "ParticipantRole": who["role"]}
        members = {"Type": "EVENT" if content is None else "MESSAGE", "ContentType": kind, **names}
        members |= present(Content=content, DisplayName=who and who["name"])
        self.items.append({"on": contact, "at": self.time, "Id": None, "members": members, **more})

    def event(self, contact: str, kind: str, who: Told | None = None, **more: Any) -> None:
        self.write(contact, EVENT + kind, None, who, **more)

    def new_contact(self, contact: str, method: str, **more: Any) -> Told:
        made = {"id": contact, "initial": None, "previous": None, "related": None, "type": None, "channel": "CHAT"}
        made |= {"related_is_link": True, "initiated": self.time, "ended": None, "customer": None, "transcript": None}
        made |= {"method": method, "association": contact, "updated": self.time, "reason": None, "segment": {}}
        self.contacts[contact] = {**made, **more}
        return self.contacts[contact]

    def new_participant(self, answer: Told, chat: str, role: str, name: str | None, *, joined: bool) -> Told:
        made = {"id": answer["ParticipantId"], "token": answer["ParticipantToken"], "chat": chat, "role": role}
        made |= {"name": name, "joined": joined, "left": False}
        self.participants.append(made)
        return made

    def arrives(self, participant: Told, contact: str) -> None:
        if not participant["joined"]:
            participant["joined"] = True
            self.event(contact, "participant.joined", participant)

    def leaves(self, participant: Told, contact: str) -> None:
        if participant["left"]:
            return
        participant["left"] = True
        self.event(contact, "participant.left", participant)

    def end(self, contact: str, at: datetime, reason: str | None = None) -> None:
        self.contacts[contact] |= {"ended": at, "reason": reason, "updated": at}

    def end_chat(self, chat: str, at: datetime, reason: str) -> None:
        live = self.live(chat)
        self.event(live[-1], "chat.ended", at=at)
        for contact in live:
            self.end(contact, at, reason)

    def settle(self) -> None:
        """What is due happens by itself: protocol.join-in-five-minutes, protocol.duration, a flow, a rehydration."""
        for initial, chat in self.chats.items():
            while self.live(initial):
                customers = [
                    each for each in self.participants if (each["chat"], each["role"]) == (initial, "CUSTOMER")
                ]
                due = [(chat["ends"], "EXPIRED")]
                if not any(each["joined"] for each in customers):
                    due.append((chat["join_by"], "CUSTOMER_CONNECTION_NOT_ESTABLISHED"))
                if chat.get("flow_ends"):
                    due.append((chat["flow_ends"], "CONTACT_FLOW_DISCONNECT"))
                if chat.get("rehydrates"):
                    due.append((chat["rehydrates"], ""))
                at, reason = min(due)
                if at > self.time:
                    break
                if reason:
                    self.end_chat(initial, at, reason)
                else:
                    del chat["rehydrates"]
                    self.event(self.current(initial), "chat.rehydrated", at=at)

    # --- a request ----------------------------------------------------------------------------------------------------

    def call(self, operation: str, parameters: Told) -> Steps:
        self.settle()
        self.check_form(operation, parameters)
        if operation not in PARTICIPANT and parameters["InstanceId"] != self.instance:
            raise NOT_FOUND
        told = {name: value for name, value in parameters.items() if name not in {"ClientToken", "ConnectionToken"}}
        token = parameters.get("ClientToken")
        key = (operation, token, self.sender(parameters)) if token else None
        if key in self.replays and self.time - self.replays[key][2] < 7 * DAY:
            first, answer, _ = self.replays[key]
            if first != told:
                raise refused(operation)
            yield answer
            return
        name = re.sub("(?<!^)([A-Z])", r"_\1", operation).lower()
        answer = yield from getattr(self, name)(parameters)
        if key is not None:
            self.replays[key] = told, answer, self.time

    def sender(self, parameters: Told) -> str | None:
        """Participant operations: tokens count per participant, the connection is not compared."""
        connection = self.connections.get(parameters.get("ConnectionToken", ""))
        return None if connection is None else connection["participant"]["id"]

    def check_form(self, operation: str, told: Told) -> None:
        """What the service models cannot tell."""
        persistent, position = told.get("PersistentChat"), told.get("StartPosition")
        backward = told.get("ScanDirection", "BACKWARD") == "BACKWARD"
        kinds = told.get("SupportedMessagingContentTypes", ["text/plain"])
        attributes = told.get("Attributes", {})
        bad = (
            (persistent is not None and set(persistent) != {"RehydrationType", "SourceContactId"})
            or "text/plain" not in kinds
            or any(not re.fullmatch("[A-Za-z0-9_-]+", key) for key in attributes)
            or size(attributes) > ATTRIBUTE_BYTES
            or len(told.get("Content", "").encode()) > CONTENT_BYTES
            or (operation == "CreateParticipantConnection" and not {"Type", "ConnectParticipant"} & set(told))
            or (operation == "SendEvent" and told["ContentType"] not in ACCEPTED_EVENTS)
        )
        if operation == "GetTranscript" and not position and "NextToken" not in told:
            bad = bad or not backward  # paging.forward-needs-start
        if position and "NextToken" not in told:
            bad = bad or len(position) != 1 or not _is_moment(position.get("AbsoluteTime", "2026-01-01T00:00:00Z"))
        if bad:
            raise malformed(operation)

    # --- contacts -----------------------------------------------------------------------------------------------------

    def known(self, contact: str) -> Told:
        if contact not in self.contacts:
            raise NOT_FOUND
        return self.contacts[contact]

    def continued(self, kind: str, source: str, target: str, *further: Told) -> str:
        """The start contact, by the oracle."""
        history = oracle.History(self.records(*further), ends_are_told=True)
        answer = oracle.resolve(history, kind, source, self.policy, target=target, now=self.time.timestamp())
        if isinstance(answer, oracle.Refused) and answer.rule == "eligibility.beyond-retention" and not self.retention:
            answer = oracle.resolve(history, kind, source, self.policy, target=target, now=None)
        if not isinstance(answer, oracle.Refused):
            return answer.start
        lost = answer.rule in {"eligibility.source-exists", "eligibility.beyond-retention"}
        raise NOT_FOUND if lost or not (target == NEW or target in self.contacts) else INVALID

    def start_chat_contact(self, told: Told) -> Steps:
        persistent, related = told.get("PersistentChat"), told.get("RelatedContactId")
        if persistent and related:
            raise INVALID
        if related and related not in self.referred():  # our reading: retention is asked of sources only
            raise NOT_FOUND
        links: Told = {"related": related, "related_is_link": False}
        if persistent:
            kind, source = persistent["RehydrationType"], persistent["SourceContactId"]
            new = {"id": NEW, "initiated": self.time, "ended": None, "customer": told.get("CustomerId")}
            links = {"related": self.continued(kind, source, NEW, new), "type": kind}
        expected = {"ContactId": FRESH, "ParticipantId": FRESH, "ParticipantToken": FRESH}
        expected |= present(ContinuedFromContactId=links["related"] if persistent else None)
        answer = yield {**expected, **self.connection_told(told.get("ConnectionTypes", []))}
        name, chat = told["ParticipantDetails"]["DisplayName"], answer["ContactId"]
        inherited = self.attributes_of(links["related"]) if persistent else {}
        self.attributes[chat] = {**inherited, **told.get("Attributes", {})}
        segment = {"connect:Subtype": {"ValueString": "connect:Chat"}, **told.get("SegmentAttributes", {})}
        self.new_contact(chat, "API", **links, customer=told.get("CustomerId"), segment=segment)
        self.chats[chat] = {
            "join_by": self.time + timedelta(minutes=5),
            "ends": self.time + timedelta(minutes=told.get("ChatDurationInMinutes", 25 * 60)),
            "kinds": told.get("SupportedMessagingContentTypes", ["text/plain"]),
            "agents_leave": bool(told.get("DisconnectOnCustomerExit")),
            "flow": told.get("ContactFlowId"),
        }
        customer = self.new_participant(answer, chat, "CUSTOMER", name, joined=False)
        if "InitialMessage" in told:
            self.write(chat, told["InitialMessage"]["ContentType"], told["InitialMessage"]["Content"], customer)
        if "ConnectionTypes" in told:
            self.connects(customer, answer)
        return answer

    start_assistant_contact = start_chat_contact

    def attributes_of(self, contact: str) -> Told:
        return self.attributes.get(self.home(contact), {})

    def create_persistent_contact_association(self, told: Told) -> Steps:
        target, kind = told["InitialContactId"], told["RehydrationType"]
        start = self.continued(kind, told["SourceContactId"], target)
        answer = yield {"ContinuedFromContactId": start}
        contact = self.contacts[target]
        contact |= {"related": start, "type": kind, "related_is_link": True, "updated": self.time}
        chat = self.session(target)
        self.attributes[chat] = {**self.attributes_of(start), **self.attributes_of(chat)}
        if self.delay:
            self.chats[chat]["rehydrates"] = self.time + self.delay
        else:
            self.event(target, "chat.rehydrated")
        return answer

    def describe_contact(self, told: Told) -> Steps:
        contact = self.known(told["ContactId"])
        if self.is_old(contact["id"]):
            raise NOT_FOUND
        summary = self.summary(contact)
        summary |= {"Id": summary.pop("ContactId"), "Arn": summary.pop("ContactArn")}
        summary |= {"ContactAssociationId": contact["association"], "LastUpdateTimestamp": contact["updated"]}
        reason, attributes = contact["reason"], self.attributes_of(contact["id"]) or None
        summary |= present(CustomerId=contact["customer"], Attributes=attributes, DisconnectReason=reason)
        summary |= present(SegmentAttributes=contact["segment"] or None)
        return (yield {"Contact": summary})

    def summary(self, contact: Told) -> Told:
        return present(
            ContactId=contact["id"],
            ContactArn=f"arn:aws:connect:us-east-1:123456789012:instance/{self.instance}/contact/{contact['id']}",
            InitialContactId=contact["initial"],
            PreviousContactId=contact["previous"],
            RelatedContactId=contact["related"],
            InitiationMethod=contact["method"],
            Channel=contact["channel"],
            InitiationTimestamp=contact["initiated"],
            DisconnectTimestamp=contact["ended"],
        )

    def list_associated_contacts(self, told: Told) -> Steps:
        self.known(told["ContactId"])
        found, grown = {told["ContactId"]}, True
        while grown:
            around = {
                name
                for each in self.contacts.values()
                if (tied := {each[key] for key in ("id", "initial", "previous", "related")} - {None}) & found
                for name in tied
            }
            found, grown = found | around, not around <= found
        known = [self.contacts[each] for each in found if each in self.contacts]
        ordered = sorted(known, key=lambda each: (each["initiated"], each["id"]))
        return (yield {"ContactSummaryList": [self.summary(each) for each in ordered]})

    def get_contact_attributes(self, told: Told) -> Steps:
        return (yield {"Attributes": dict(self.attributes_of(self.known(told["InitialContactId"])["id"]))})

    def update_contact_attributes(self, told: Told) -> Steps:
        contact = self.known(told["InitialContactId"])
        merged = {**self.attributes_of(contact["id"]), **told["Attributes"]}
        if size(merged) > ATTRIBUTE_BYTES:  # our reading: too much is malformed, whichever way it comes about
            raise MALFORMED
        answer = yield {}
        contact["updated"] = self.time
        self.attributes[self.home(contact["id"])] = merged
        return answer

    def stop_contact(self, told: Told) -> Steps:
        contact = self.known(told["ContactId"])
        if contact["ended"] is not None:
            raise GONE
        answer = yield {}
        reason, chat = told.get("DisconnectReason", {}).get("Code", "API"), self.session(contact["id"])
        if self.live(chat) == [contact["id"]]:
            self.end_chat(chat, self.time, reason)
        else:
            self.end(contact["id"], self.time, reason)
        return answer

    # --- participants -------------------------------------------------------------------------------------------------

    def connection_told(self, kinds: Collection[str]) -> Told:
        credentials = {"ConnectionToken": FRESH, "Expiry": text(self.time + DAY)}
        websocket = {"Url": ANY, "ConnectionExpiry": ANY}
        return present(
            ConnectionCredentials=credentials if "CONNECTION_CREDENTIALS" in kinds else None,
            Websocket=websocket if "WEBSOCKET" in kinds else None,
        )

    def connects(self, participant: Told, answer: Told) -> None:
        if "ConnectionCredentials" in answer:
            token = answer["ConnectionCredentials"]["ConnectionToken"]
            self.connections[token] = {"participant": participant, "expires": self.time + DAY}
        self.arrives(participant, self.current(participant["chat"]))

    def create_participant_connection(self, told: Told) -> Steps:
        found = [each for each in self.participants if each["token"] == told["ParticipantToken"]]
        if not found or not self.alive(found[0]):
            raise DENIED
        if "WEBRTC_CONNECTION" in told.get("Type", []):
            raise NOT_VALID
        answer = yield self.connection_told(told.get("Type", []))
        self.connects(found[0], answer)
        return answer

    def send_message(self, told: Told) -> Steps:
        sender = self.connected(told["ConnectionToken"])
        if told["ContentType"] not in self.chats[sender["chat"]]["kinds"]:
            raise NOT_VALID
        answer = yield {"Id": FRESH, "AbsoluteTime": text(self.time)}
        self.write(self.current(sender["chat"]), told["ContentType"], told["Content"], sender, Id=answer["Id"])
        return answer

    def send_event(self, told: Told) -> Steps:
        sender = self.connected(told["ConnectionToken"])
        kind, message = told["ContentType"], json.loads(told.get("Content", "{}")).get("messageId")
        answer = yield {"Id": FRESH, "AbsoluteTime": text(self.time)}
        found = [each for each in self.items if each["Id"] == message and self.session(each["on"]) == sender["chat"]]
        if kind in RECEIPTS and message and found:
            self.receive(
                found[0], sender["id"], {EVENT + "message.read": "ReadTimestamp"}.get(kind, "DeliveredTimestamp")
            )
        return answer

    def receive(self, item: Told, recipient: str, what: str) -> None:
        """Of each recipient's receipts the first of a kind is kept with a message of somebody else's."""
        members = item["members"]
        if members["Type"] == "EVENT" or members.get("ParticipantId") == recipient:
            return
        receipts = members.setdefault("MessageMetadata", {"MessageId": item["Id"], "Receipts": []})["Receipts"]
        mine = [each for each in receipts if each["RecipientParticipantId"] == recipient]
        if not mine:
            receipts.append({"RecipientParticipantId": recipient, what: text(self.time)})
        elif what not in mine[0]:
            receipts.remove(mine[0])
            receipts.append({**mine[0], what: text(self.time)})

    def create_participant(self, told: Told) -> Steps:
        contact, details = told["ContactId"], told["ParticipantDetails"]
        found = self.known(contact)
        if found["ended"] is not None or found["channel"] != "CHAT":
            raise INVALID
        chat = self.session(contact)
        credentials = {"ParticipantToken": FRESH, "Expiry": text(self.chats[chat]["ends"])}
        answer = yield {"ParticipantId": FRESH, "ParticipantCredentials": credentials}
        ids = {"ParticipantId": answer["ParticipantId"], **answer["ParticipantCredentials"]}
        self.new_participant(
            ids, chat, details.get("ParticipantRole", "CUSTOM_BOT"), details["DisplayName"], joined=False
        )
        return answer

    def disconnect_participant(self, told: Told) -> Steps:
        participant = self.connected(told["ConnectionToken"])
        answer = yield {}
        self.departs(participant)
        return answer

    def departs(self, participant: Told) -> None:
        chat, by_customer = participant["chat"], participant["role"] == "CUSTOMER"
        here, together = self.current(chat), by_customer and self.chats[chat]["agents_leave"]
        for each in self.present_in(chat):  # in the order in which they came, for which nobody cares
            if each is participant or (together and each["role"] != "CUSTOMER"):
                self.leaves(each, here)
        customers = self.present_in(chat, "CUSTOMER")
        others = [each for each in self.present_in(chat) if each not in customers]
        reason = LEFT_BY.get(participant["role"], "AGENT_DISCONNECT")
        survey, flow = self.contacts[here]["method"] == "DISCONNECT", self.flow_of(chat)
        if not others and not survey and flow and (customers or together):
            self.end(here, self.time, reason)
            self.goes_on(here, self.successor_of(here), "DISCONNECT")
            if flow["seconds"] is not None:
                self.chats[chat]["flow_ends"] = self.time + timedelta(seconds=flow["seconds"])
        elif not others and not customers and (by_customer or not survey):
            self.end_chat(chat, self.time, reason)

    def flow_of(self, chat: str) -> Told | None:
        """protocol.leave-then-survey: the disconnect flow of a chat's flow, or of the instance."""
        flow = self.flows.get(self.chats[chat].get("flow"), self.flows.get(None))
        return flow if flow and flow["runs"] else None

    # --- agents and flows ---------------------------------------------------------------------------------------------

    def live_chat(self, contact: str) -> str:
        """Settle, find a live contact that is a chat, and give its session."""
        self.settle()
        found = self.known(contact)
        if found["ended"] is not None or found["channel"] != "CHAT":
            raise INVALID
        return self.session(contact)

    def join(self, contact: str, name: str, role: str) -> Steps:
        chat = self.live_chat(contact)
        answer = yield {"ParticipantId": FRESH, "ParticipantToken": FRESH}
        self.arrives(self.new_participant(answer, chat, role, name, joined=False), contact)

    def leave(self, contact: str, name: str | None) -> Steps:
        chat = self.live_chat(contact)
        there = [each for each in self.present_in(chat) if each["role"] != "CUSTOMER" and name in {None, each["name"]}]
        if not there:
            raise OUR_FAULT
        yield None
        self.departs(there[-1])

    def moves(self, contact: str, method: str, agent: str | None = None) -> Steps:
        """A transfer to an agent, to a queue, or a disconnect flow: the contact ends and the next one begins."""
        chat = self.live_chat(contact)
        fresh = {"ParticipantId": FRESH, "ParticipantToken": FRESH} if agent else {}
        answer = yield {"ContactId": FRESH, **fresh}
        for each in self.present_in(chat):
            if each["role"] != "CUSTOMER":
                self.leaves(each, contact)
        if method != "DISCONNECT":
            self.event(contact, "transfer.succeeded")
        self.end(contact, self.time)
        self.goes_on(contact, answer["ContactId"], method)
        if agent:
            self.arrives(self.new_participant(answer, chat, "AGENT", agent, joined=False), answer["ContactId"])

    def goes_on(self, contact: str, after: str, method: str) -> None:
        kept = {name: self.contacts[contact][name] for name in ("customer", "association", "segment")}
        self.new_contact(after, method, initial=self.session(contact), previous=contact, **kept)

    def end_flow(self, contact: str) -> Steps:
        chat = self.live_chat(contact)
        if self.contacts[contact]["method"] != "DISCONNECT":
            raise OUR_FAULT
        yield None
        if self.live(chat) == [contact]:
            self.end_chat(chat, self.time, "CONTACT_FLOW_DISCONNECT")
        else:
            self.end(contact, self.time, "CONTACT_FLOW_DISCONNECT")

    # --- a whole history at once --------------------------------------------------------------------------------------

    def seed(self, contacts: list[Told], transcripts: Mapping[str, Told]) -> Steps:
        """Contact records by AWS's names (a link's type as RehydrationType), and transcripts with facts."""
        self.settle()
        ids = {each["ContactId"] for each in contacts}
        if ids & set(self.contacts) or not set(transcripts) <= ids | set(self.contacts):
            raise OUR_FAULT
        before = {self.session(each) for each in self.contacts if self.live(self.session(each))}
        told_of: dict[str, list[tuple[float, str, list[tuple[str, str]]]]] = {}
        for each in contacts:
            self.seed_contact(each)
            updated = each.get("LastUpdateTimestamp")
            rank = moment(updated).timestamp() if updated else float("-inf")
            told = rank, each["InitiationTimestamp"], sorted(each.get("Attributes", {}).items())
            told_of.setdefault(each.get("InitialContactId") or each["ContactId"], []).extend([told] if told[2] else [])
        for chat, records in told_of.items():  # the latest record tells them; what is there already wins
            self.attributes[chat] = {**dict(max(records, default=(0, "", []))[2]), **self.attributes.get(chat, {})}
        going = {self.session(each) for each in ids if self.live(self.session(each))} - before
        going = sorted(going, key=self.current)
        expected = [
            {"ContactId": self.current(each), "ParticipantId": FRESH, "ParticipantToken": FRESH} for each in going
        ]
        for contact, told in transcripts.items():
            self.seed_transcript(contact, told)
        answer = yield expected
        for chat, told in zip(going, answer, strict=True):
            self.chats[chat] = {"ends": self.time + timedelta(hours=25), "kinds": ["text/plain"]}
            self.chats[chat] |= {"agents_leave": False, "flow": None}
            self.new_participant(told, chat, "CUSTOMER", "Customer", joined=True)

    def seed_contact(self, told: Told) -> None:
        def at(name: str) -> datetime | None:
            return moment(told[name]) if name in told else None

        self.new_contact(
            told["ContactId"],
            told["InitiationMethod"],
            initial=told.get("InitialContactId"),
            previous=told.get("PreviousContactId"),
            related=told.get("RelatedContactId"),
            type=told.get("RehydrationType"),
            channel=told["Channel"],
            initiated=at("InitiationTimestamp"),
            ended=at("DisconnectTimestamp"),
            updated=at("LastUpdateTimestamp") or self.time,
            customer=told.get("CustomerId"),
            segment=told.get("SegmentAttributes", {}),
            association=told.get("ContactAssociationId") or told.get("InitialContactId") or told["ContactId"],
        )

    def seed_transcript(self, contact: str, told: Told) -> None:
        begun = self.contacts[contact]["initiated"]
        for item in told.get("Transcript", []):
            at = moment(item["AbsoluteTime"]) if "AbsoluteTime" in item else begun
            message = "Content" in item
            members = {"Type": "MESSAGE" if message else "EVENT", "ContentType": "text/plain", **item}
            stays = {name: value for name, value in members.items() if name not in {"Id", "AbsoluteTime"}}
            self.items.append({"on": contact, "at": at, "Id": item.get("Id"), "members": stays})
        if {"Status", "Size", "Misplaced"} & set(told):
            fact = {"status": told.get("Status", "AVAILABLE").lower().replace("_", "-"), "size": told.get("Size")}
            self.contacts[contact]["transcript"] = {**fact, "misplaced": told.get("Misplaced", False)}

    # --- GetTranscript ------------------------------------------------------------------------------------------------

    def get_transcript(self, told: Told) -> Steps:
        """One page. ANY is expected where the past has changed under a token, and its place with it."""
        connection = told["ConnectionToken"]
        chat = self.connected(connection)["chat"]
        held = self.page_tokens.get(told["NextToken"]) if "NextToken" in told else self.listing(told)
        if held is None or held["connection"] != connection:
            raise NOT_VALID
        past, now = self.timeline(chat, held)
        here = self.first_place(told, past or (), now) if "NextToken" not in told else self.place(held, past, now)
        direction = told.get("ScanDirection", held["direction"])
        if here is None:
            yield ANY
            return None
        if past is None and direction == "BACKWARD" and here == 0 and "NextToken" in told:
            raise NOT_VALID
        border, most = len(past or ()), told.get("MaxResults", 10)
        timeline = [*(past or ()), *now]
        if direction == "BACKWARD":
            there = max(here - most, border if here > border or "NextToken" not in told else 0)
            page, more = timeline[there:here], there > 0 or past is None
        else:
            there = min(here + most, border if here < border else len(timeline))
            page, more = timeline[here:there], there < len(timeline)
        if told.get("SortOrder", "DESCENDING") == "DESCENDING":
            page.reverse()
        expected = {"InitialContactId": chat, "Transcript": [self.view(each, chat) for each in page]}
        answer = yield {**expected, **({"NextToken": ANY} if more else {})}
        for item, real in zip(page, answer["Transcript"], strict=True):
            item["Id"] = real["Id"]
        if more:
            place = {"past": past, "index": there} if there < border else {"now": now[: there - border]}
            self.page_tokens[answer["NextToken"]] = {**held, "past": None, **place, "direction": direction}
        return answer

    def listing(self, told: Told) -> Told:
        """What a listing without a token is: StartPosition and ContactId confine it to the current session."""
        confined = bool(told.get("StartPosition")) or "ContactId" in told
        default = "FORWARD" if told.get("StartPosition") else "BACKWARD"
        direction = told.get("ScanDirection", default)
        only, connection = told.get("ContactId"), told["ConnectionToken"]
        return {"connection": connection, "direction": direction, "only": only, "confined": confined}

    def timeline(self, chat: str, held: Told) -> tuple[list[Told] | None, list[Told]]:
        now = [each for each in self.said(chat) if held["only"] in {None, each["on"]}]
        return [] if held["confined"] else self.past(chat), now

    def place(self, held: Told, past: list[Told] | None, now: list[Told]) -> int | None:
        """Where a token stands now; None if what it stood in is not what it was."""
        if "index" in held:
            return held["index"] if past == held["past"] else None
        passed = len(held["now"])
        return len(past or ()) + passed if now[:passed] == held["now"] else None

    def first_place(self, told: Told, past: Sequence[Told], now: list[Told]) -> int:
        start, last = told.get("StartPosition") or {}, len(now)
        forward = self.listing(told)["direction"] == "FORWARD"
        if "Id" in start:
            places = [place for place, each in enumerate(now) if each["Id"] == start["Id"]]
            if not places:  # nowhere: from where nothing lies ahead
                return last if forward else 0
            return places[0] if forward else places[0] + 1
        if "AbsoluteTime" in start:
            time = moment(start["AbsoluteTime"])
            return sum(each["at"] < time or (each["at"] == time and not forward) for each in now)
        if "MostRecent" in start:
            first = max(last - start["MostRecent"], 0)
            return first if forward or start["MostRecent"] == 0 else min(first + 1, last)
        return len(past) + last

    def view(self, item: Told, chat: str) -> Told:
        """paging.provenance-current, paging.provenance-past."""
        provenance = "ContactId" if self.session(item["on"]) == chat else "RelatedContactId"
        told = {"Id": item["Id"] or FRESH, "AbsoluteTime": text(item["at"]), provenance: item["on"]}
        return {**item["members"], **told}


def _is_moment(told: str) -> bool:
    try:
        return moment(told).tzinfo is not None
    except ValueError:
        return False
