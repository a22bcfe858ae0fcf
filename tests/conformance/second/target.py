"""The second implementation as a target of the suite: Amazon Connect's operations, in memory."""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.second.book import Contact, Freedom, Item, Refused, read, written
from conformance.second.pages import Pages, invalid

_EVENT = "application/vnd.amazonaws.connect.event."
_DAY = 86_400
FILES = r"\.(csv|docx?|heic|jfif|jpe?g|mov|mp4|pdf|png|pptx?|rtf|txt|wav|xlsx?)$"
_UNKEPT = {"typing", "connection.acknowledged", "message.delivered", "message.read"}


@dataclass
class Participant:
    """A customer of a session."""

    id: str
    initial: str
    name: str
    has_joined: bool = False


def denied() -> Refused:
    return Refused("AccessDeniedException", "Access denied")


class Second(Pages):
    """A target: made anew for each case."""

    capabilities = frozenset({"wire", "contacts", "transcript", "seed", "advance"})
    instance_id = "5ec07d00-0000-4000-8000-000000000001"
    contact_flow_id = "5ec07d00-0000-4000-8000-00000000f10a"

    def __init__(self, freedom: Freedom | None = None, policy: Mapping[str, str] | None = None) -> None:
        super().__init__(freedom, policy)
        self._places = {}
        self._participants: dict[str, Participant] = {}  # by participant token
        self._connections: dict[str, tuple[Participant, float]] = {}  # by connection token
        self._answers: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}  # by client token
        self._until: dict[str, float] = {}  # by session, when it expires
        self._to_join: dict[str, float] = {}  # by session, until when the customer must connect
        self._all_leave: set[str] = set()  # sessions that nobody stays in when the customer leaves

    # -------------------- what the suite asks

    def call(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer an operation by AWS's names."""
        self.operation = operation
        self.let_time_end_chats()
        answer = self.operations().get(operation)
        if answer is None:
            raise Refused("NotImplemented", f"{operation} is not offered")
        elsewhere = parameters.get("InstanceId", self.instance_id) != self.instance_id
        if elsewhere and self.freedom.usually("another instance is refused"):
            raise self.refuse("ResourceNotFoundException", "nobody knows this instance")
        return self.once(operation, parameters, answer)

    def seed(self, contacts: list[Mapping[str, Any]], transcripts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Plant contacts, whatever their order."""
        for record in contacts:
            self.plant(record, transcripts.get(record["ContactId"], []))
        live = [self.contacts[each["ContactId"]] for each in contacts]
        return {"LiveChats": [self.customer_of(each) for each in live if each.is_live and each.channel == "CHAT"]}

    def operations(self) -> Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        return {
            "StartChatContact": self.start_chat,
            "StopContact": self.stop,
            "CreatePersistentContactAssociation": self.associate,
            "DescribeContact": self.describe,
            "ListAssociatedContacts": self.list_associated,
            "GetContactAttributes": lambda asked: {"Attributes": self.contact(asked["InitialContactId"]).attributes},
            "UpdateContactAttributes": self.update_attributes,
            "CreateParticipantConnection": self.connect,
            "SendMessage": self.send,
            "SendEvent": self.send_event,
            "GetTranscript": lambda asked: self.page(self.who(asked).initial, asked),
            "StartAttachmentUpload": self.announce,
            "GetAttachment": self.attachment,
            "DisconnectParticipant": self.leave,
        }

    # -------------------- the first answer

    def once(
        self, operation: str, asked: Mapping[str, Any], answer: Callable[[Mapping[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        """Repeat the first answer to a client token."""
        token = asked.get("ClientToken")
        if not token:
            return answer(asked)
        key = self.scope(operation, asked)
        rest = json.dumps(
            {k: v for k, v in asked.items() if k not in ("ClientToken", "ConnectionToken")}, sort_keys=True
        )
        if key in self._answers:
            before, first = self._answers[key]
            if before == rest or self.freedom.seldom("token reused"):
                return self.repeat(first, asked, answer)
            raise self.refuse(
                "ValidationException" if "ConnectionToken" in asked else "InvalidRequestException", "a token reused"
            )
        self._answers[key] = rest, answer(asked)
        return self._answers[key][1]

    def scope(self, operation: str, asked: Mapping[str, Any]) -> tuple[str, ...]:
        who = self.who(asked).id if "ConnectionToken" in asked else ""
        return operation, who, asked["ClientToken"]

    def repeat(
        self,
        first: dict[str, Any],
        _asked: Mapping[str, Any],
        _answer: Callable[[Mapping[str, Any]], dict[str, Any]],
    ) -> dict[str, Any]:
        return first

    # -------------------- planting

    def plant(self, record: Mapping[str, Any], told: Any) -> None:
        """Plant a contact record with its items, or a fact about them."""
        fact = told if isinstance(told, Mapping) else {"Transcript": told}
        contact_id = record["ContactId"]
        initial = record.get("InitialContactId") or contact_id
        contact = Contact(
            id=contact_id,
            initial=initial,
            begun=read(record.get("InitiationTimestamp") or self.now()),
            previous=None if record.get("PreviousContactId") == contact_id else record.get("PreviousContactId"),
            related=record.get("RelatedContactId"),
            ended=read(record["DisconnectTimestamp"]) if record.get("DisconnectTimestamp") else math.inf,
            channel=record.get("Channel") or "CHAT",
            method=record.get("InitiationMethod") or "API",
            reason=record.get("DisconnectReason") or "",
            customer=record.get("CustomerId"),
            attributes=dict(record.get("Attributes") or {}),
            available=self.can_be_shown(fact),
        )
        contact.links = contact.channel == "CHAT"
        for at, item in enumerate(fact.get("Transcript") or []):
            self.say(contact, contact.begun + at / 1000, **item)
        self.contacts[contact_id] = contact
        if contact.is_live:
            self._until[initial] = self.now() + 25 * 3600

    def can_be_shown(self, fact: Mapping[str, Any]) -> bool:
        lost = fact.get("Status", "AVAILABLE") != "AVAILABLE" or fact.get("Misplaced", False)
        return not lost and fact.get("Size", 0) <= 5_000_000

    def customer_of(self, contact: Contact) -> dict[str, str]:
        """Return the customer of a planted live chat, who is in it already."""
        mine = (t for t, each in self._participants.items() if each.initial == contact.initial)
        token = next(mine, None) or self.invite(contact.initial, "Ana", has_joined=True)
        return {
            "ContactId": contact.id,
            "ParticipantId": self._participants[token].id,
            "ParticipantToken": token,
        }

    def invite(self, initial: str, name: str, *, has_joined: bool = False) -> str:
        token = uuid.uuid4().hex
        self._participants[token] = Participant(uuid.uuid4().hex, initial, name, has_joined)
        return token

    # -------------------- start and stop

    def start_chat(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        minutes = asked.get("ChatDurationInMinutes") or 25 * 60
        if not 60 <= minutes <= 10_080:
            raise self.refuse("InvalidParameterException", "a chat lasts 60 to 10,080 minutes")
        persistent, related = asked.get("PersistentChat"), asked.get("RelatedContactId")
        if persistent is not None and related:
            raise self.refuse("InvalidRequestException", "RelatedContactId and PersistentChat exclude each other")
        start = None
        if persistent is not None:
            self.leave_behind(asked)
            start = self.start(persistent.get("RehydrationType"), persistent.get("SourceContactId"), None)
            self.check_customers(persistent["SourceContactId"], asked.get("CustomerId"))
        elif related:
            self.contact(related)
        chat = self.new_chat(asked, minutes)
        token = self.invite(chat.id, (asked.get("ParticipantDetails") or {}).get("DisplayName", "customer"))
        answer = {"ContactId": chat.id, "ParticipantId": self._participants[token].id, "ParticipantToken": token}
        chat.related = related
        if start is not None:
            self.link(chat, start, persistent["RehydrationType"])
            answer["ContinuedFromContactId"] = start
            if self.freedom.seldom("event at start"):
                self.event(chat, "chat.rehydrated")
        self.greet(chat)
        if first := asked.get("InitialMessage"):
            self.say(chat, self.now(), **first, **self.told_of(self._participants[token]))
        return answer

    def leave_behind(self, _asked: Mapping[str, Any]) -> None:
        """Nothing: a refused start leaves nothing behind."""

    def new_chat(self, asked: Mapping[str, Any], minutes: int) -> Contact:
        chat_id = str(uuid.uuid4())
        chat = Contact(chat_id, chat_id, self.now(), customer=asked.get("CustomerId"))
        chat.attributes = dict(asked.get("Attributes") or {})
        self.contacts[chat_id] = chat
        self._until[chat_id] = chat.begun + 60 * minutes
        self._to_join[chat_id] = chat.begun + 300
        self._all_leave |= {chat_id} if asked.get("DisconnectOnCustomerExit") else set()
        return chat

    def greet(self, chat: Contact) -> None:
        """A flow may say something, or nothing."""
        if self.freedom.seldom("greeting"):
            self.say(chat, self.now(), Content="Welcome", ParticipantRole="SYSTEM", DisplayName="SYSTEM_MESSAGE")

    def stop(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        contact = self.contact(asked["ContactId"])
        if contact.is_live:
            self.end(contact, self.now(), "API")
        elif self.freedom.usually("stopping what has ended is refused"):
            raise self.refuse("ContactNotFoundException", "this contact has ended")
        return {}

    def end(self, contact: Contact, moment: float, reason: str) -> None:
        contact.ended, contact.reason = moment, reason
        if self.has_ended(contact.initial):
            self.event(contact, "chat.ended", moment)

    def let_time_end_chats(self) -> None:
        for deadlines, reason in ((self._to_join, "CUSTOMER_CONNECTION_NOT_ESTABLISHED"), (self._until, "EXPIRED")):
            for initial, moment in deadlines.items():
                for each in self.session(initial) if moment <= self.now() else ():
                    if each.is_live:
                        self.end(each, moment, reason)

    # -------------------- linking

    def associate(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        target = self.contact(asked["InitialContactId"])
        start = self.start(asked.get("RehydrationType"), asked.get("SourceContactId"), target)
        self.check_customers(asked["SourceContactId"], target.customer)
        self.link(target, start, asked["RehydrationType"])
        self.event(self.current(target.initial), "chat.rehydrated")
        return {"ContinuedFromContactId": start}

    def link(self, carrier: Contact, start: str, kind: str) -> None:
        carrier.related, carrier.links, carrier.kind = start, True, kind
        copied = self.contacts[start].attributes if start in self.contacts else {}
        mine_win = self.freedom.usually("attributes of the target win")
        for each in self.session(carrier.initial):
            each.attributes = {**copied, **each.attributes} if mine_win else {**each.attributes, **copied}

    # -------------------- contacts

    def describe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        contact = self.contact(asked["ContactId"])
        more = {"DisconnectReason": contact.reason} if contact.reason else {}
        attributes = {"Attributes": contact.attributes}
        return {"Contact": {"Id": contact.id, **self.told_of_contact(contact), **more, **attributes}}

    def list_associated(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        named = self.contact(asked["ContactId"])
        near = [each for each in self.contacts.values() if self.is_near(each, named)]
        return {"ContactSummaryList": [{"ContactId": each.id, **self.told_of_contact(each)} for each in near]}

    def is_near(self, contact: Contact, named: Contact) -> bool:
        related = named.id == contact.related or contact.id == named.related
        return named.initial == contact.initial or (related and self.freedom.usually("related are listed"))

    def told_of_contact(self, contact: Contact) -> dict[str, Any]:
        initial = self.freedom.pick("the first names itself", None, contact.initial)
        told = {
            "InitialContactId": initial if contact.initial == contact.id else contact.initial,
            "PreviousContactId": contact.previous,
            "RelatedContactId": contact.related,
            "InitiationMethod": contact.method,
            "Channel": contact.channel,
            "InitiationTimestamp": contact.begun,
            "DisconnectTimestamp": None if contact.is_live else contact.ended,
        }
        nulls = self.freedom.seldom("nulls are written")
        return {name: value for name, value in told.items() if nulls or value is not None}

    def update_attributes(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        for each in self.session(self.contact(asked["InitialContactId"]).initial):
            each.attributes.update(asked["Attributes"])
        return {}

    # -------------------- participants

    def connect(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        who = self._participants.get(asked["ParticipantToken"])
        if who is None or self.has_ended(who.initial):
            raise denied()
        self._to_join.pop(who.initial, None)
        if asked.get("ConnectParticipant") or self.freedom.usually("joins at once"):
            self.join(who)
        token, good_until = uuid.uuid4().hex, self.now() + _DAY
        self._connections[token] = who, good_until
        return {
            "ConnectionCredentials": {"ConnectionToken": token, "Expiry": written(good_until)},
            "Websocket": {"Url": "wss://127.0.0.1/nowhere", "ConnectionExpiry": written(good_until)},
        }

    def join(self, who: Participant) -> None:
        if not who.has_joined:
            who.has_joined = True
            self.event(self.current(who.initial), "participant.joined", **self.told_of(who))

    def who(self, asked: Mapping[str, Any]) -> Participant:
        who, good_until = self._connections.get(asked["ConnectionToken"], (None, 0.0))
        if who is None or good_until <= self.now() or self.has_ended(who.initial):
            raise denied()
        return who

    def send(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        who = self.who(asked)
        said = {"Content": asked["Content"], "ContentType": asked["ContentType"]}
        item = self.say(self.current(who.initial), self.now(), **said, **self.told_of(who))
        self.join(who)
        return self.receipt(item)

    def send_event(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        who, kind = self.who(asked), asked["ContentType"]
        if not kind.startswith(_EVENT):
            raise invalid("this is no event")
        item = self.item(self.now(), Type="EVENT", ContentType=kind, Content=asked.get("Content"), **self.told_of(who))
        if self.is_kept(kind):
            self.current(who.initial).items.append(item)
        return self.receipt(item)

    def is_kept(self, kind: str) -> bool:
        return kind.removeprefix(_EVENT) not in _UNKEPT

    def announce(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self.who(asked)
        if self.freedom.seldom("attachments are switched off"):
            raise denied()
        if not re.search(FILES, asked["AttachmentName"], re.IGNORECASE) or asked["AttachmentSizeInBytes"] > 20 << 20:
            raise invalid("this file cannot be sent")
        return {"AttachmentId": str(uuid.uuid4()), "UploadMetadata": {"Url": f"https://127.0.0.1/{uuid.uuid4()}"}}

    def attachment(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        initial = self.who(asked).initial
        past = self.past_items(initial) if self.freedom.usually("attachments of the past are given out") else []
        attached = (each for item in self.current_items(initial) + past for each in item.get("Attachments", ()))
        if asked["AttachmentId"] not in {each["AttachmentId"] for each in attached}:
            raise invalid("this chat has no such attachment")
        return {"Url": f"https://127.0.0.1/{uuid.uuid4()}", "UrlExpiry": written(self.now() + 300)}

    def leave(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        who = self.who(asked)
        contact = self.current(who.initial)
        self.event(contact, "participant.left", **self.told_of(who))
        who.has_joined = False
        self._connections = {token: each for token, each in self._connections.items() if each[0] is not who}
        if who.initial in self._all_leave or self.freedom.usually("leaving ends the chat"):
            for each in self.chats(who.initial):
                if each.is_live:
                    self.end(each, self.now(), "CUSTOMER_DISCONNECT")
        return {}

    # -------------------- items

    def told_of(self, who: Participant) -> dict[str, str]:
        return {"ParticipantId": who.id, "ParticipantRole": "CUSTOMER", "DisplayName": who.name}

    def event(self, contact: Contact, kind: str, moment: float | None = None, **more: str) -> None:
        self.say(contact, self.now() if moment is None else moment, Type="EVENT", ContentType=_EVENT + kind, **more)

    def say(self, contact: Contact, moment: float, **told: Any) -> Item:
        contact.items.append(self.item(moment, **told))
        return contact.items[-1]

    def item(self, moment: float, **told: Any) -> Item:
        usual = {
            "Id": uuid.uuid4().hex,
            "AbsoluteTime": written(moment),
            "Type": "MESSAGE",
            "ContentType": "text/plain",
        }
        item = {**usual, **{name: value for name, value in told.items() if value is not None}}
        if item["Type"] == "MESSAGE":
            item.setdefault("ParticipantRole", "CUSTOMER")
        return item

    def receipt(self, item: Item) -> dict[str, Any]:
        return {"Id": item["Id"], "AbsoluteTime": item["AbsoluteTime"]}
