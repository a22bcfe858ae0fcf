"""The operations of those who take part in a chat: connect, say something, leave.

Here belongs what a participant does. Reading the transcript is a room of its own.

Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from rehydration.service.instance import DISCONNECT, Instance
from rehydration.service.refusals import ParametersMalformed
from rehydration.service.state import CUSTOMER, EVENT, NOWHERE, Participant, Plain, instant

MESSAGE_BYTES: Final = 16_384
"""How long a message may be, in bytes of UTF-8.

Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_SendMessage.html
"""

EVENTS: Final = tuple(
    EVENT + each for each in ("typing", "connection.acknowledged", "message.delivered", "message.read")
)
"""The events that a participant may send; none of them is kept in a transcript (rule ``paging.typing-is-not-kept``).

Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_SendEvent.html
"""

WEBSOCKET: Final = "WEBSOCKET"
CREDENTIALS: Final = "CONNECTION_CREDENTIALS"
CONNECTS: Final = frozenset({WEBSOCKET, CREDENTIALS})
"""The kinds of connection that there are for a chat."""

TYPING: Final = f"{EVENT}typing"

_RECEIPTS: Final = {
    f"{EVENT}message.delivered": "DeliveredTimestamp",
    f"{EVENT}message.read": "ReadTimestamp",
}


def create_participant(instance: Instance, parameters: Plain) -> Plain:
    """Add somebody to a chat, who joins with their first connection.

    Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateParticipant.html
    """
    contact, details = instance.live_chat_contact(parameters["ContactId"]), parameters["ParticipantDetails"]
    role = details.get("ParticipantRole", "CUSTOM_BOT")
    added = instance.invite(contact.initial_contact_id, role, details.get("DisplayName"))
    expiry = instant(instance.chats[contact.initial_contact_id].ends)
    credentials = {"ParticipantToken": added.token, "Expiry": expiry}
    return {"ParticipantId": added.participant_id, "ParticipantCredentials": credentials}


def create_participant_connection(instance: Instance, parameters: Plain) -> Plain:
    """Connect a participant, who joins with the first connection."""
    participant = instance.participant_of(parameters["ParticipantToken"])
    wanted = frozenset(parameters.get("Type", ()))
    if not wanted and not parameters.get("ConnectParticipant"):
        raise ParametersMalformed("CreateParticipantConnection", ("Type is missing: expected a list of connections",))
    if not wanted <= CONNECTS:
        expected = f"Type: expected {' or '.join(sorted(CONNECTS))}; a chat has no other connections"
        raise ParametersMalformed("CreateParticipantConnection", (expected,))
    instance.join(participant, instance.contact_of(participant))
    return connection_members(instance, participant, wanted)


def connection_members(instance: Instance, participant: Participant, wanted: Collection[str]) -> Plain:
    """Make a connection and tell of it what is wanted."""
    if not wanted:
        return {}
    connection = instance.connect(participant, over_websocket=WEBSOCKET in wanted)
    members: Plain = {}
    if connection.open_until is not None:
        expiry = instant(connection.open_until)
        members["Websocket"] = {"Url": f"{NOWHERE}{connection.websocket}", "ConnectionExpiry": expiry}
    if CREDENTIALS in wanted:
        members["ConnectionCredentials"] = {"ConnectionToken": connection.token, "Expiry": instant(connection.expires)}
    return members


def check_message(operation: str, message: Mapping[str, Any], content_types: Collection[str], path: str = "") -> None:
    """Check what a message may be in a chat that agreed on some content types.

    :raises ParametersMalformed: another content type, or too many bytes.
    """
    problems = []
    if message["ContentType"] not in content_types:
        problems.append(f"{path}ContentType: expected one that the chat supports, {', '.join(content_types)}")
    if len(message["Content"].encode("utf-8", "surrogatepass")) > MESSAGE_BYTES:
        problems.append(f"{path}Content: expected at most {MESSAGE_BYTES:,} bytes of UTF-8")
    if problems:
        raise ParametersMalformed(operation, tuple(problems))


def send_message(instance: Instance, parameters: Plain) -> Plain:
    """Say something in a chat."""
    participant = instance.connected(parameters["ConnectionToken"])
    check_message("SendMessage", parameters, instance.chats[participant.initial_contact_id].content_types)
    said = {name: parameters[name] for name in ("ContentType", "Content")}
    item = instance.say(instance.contact_of(participant), {"Type": "MESSAGE", **said, **participant.signature})
    return {name: item.members[name] for name in ("Id", "AbsoluteTime")}


def send_event(instance: Instance, parameters: Plain) -> Plain:
    """Tell everybody in a chat that somebody types, or that a message arrived or was read.

    Of the receipts of a message the first of each kind is kept with it; one for a message of one's own, or of nobody in
    this chat, says nothing.
    """
    participant = instance.connected(parameters["ConnectionToken"])
    kind = parameters["ContentType"]
    if kind not in EVENTS:
        raise ParametersMalformed("SendEvent", (f"ContentType: expected one of {', '.join(EVENTS)}",))
    message_id = _message_of(parameters.get("Content")) if kind in _RECEIPTS else None
    event = instance.written({"Type": "EVENT", "ContentType": kind, **participant.signature})
    if kind == TYPING:
        instance.tell(instance.contact_of(participant), event)
    elif message_id is not None:
        _receive(instance, participant, message_id, event)
    return {name: event[name] for name in ("Id", "AbsoluteTime")}


def _message_of(content: str | None) -> str | None:
    """Read which message a receipt is for; nothing said is none."""
    if content is None:
        return None
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        read = None
    message_id = read.get("messageId") if isinstance(read, dict) else read
    if not isinstance(read, dict) or not isinstance(message_id, str | None):
        raise ParametersMalformed("SendEvent", ('Content: expected JSON such as {"messageId": "..."}',))
    return message_id


def _receive(instance: Instance, recipient: Participant, message_id: str, event: Plain) -> None:
    """Keep that a message was delivered or read, and tell of it."""
    item = instance.transcripts.said(recipient.initial_contact_id, message_id)
    own = recipient.participant_id
    if item is None or item.members["Type"] == "EVENT" or item.members.get("ParticipantId") == own:
        return
    received = _RECEIPTS[event["ContentType"]]
    receipts = item.members.get("MessageMetadata", {}).get("Receipts", [])
    before: Plain = next((each for each in receipts if each.get("RecipientParticipantId") == own), {})
    if received in before:
        return
    new = {received: event["AbsoluteTime"], "RecipientParticipantId": own}
    kept = [*(each for each in receipts if each is not before), {**before, **new}]
    metadata = {**item.members.get("MessageMetadata", {}), "MessageId": message_id}
    instance.transcripts.amend(item, "MessageMetadata", {**metadata, "Receipts": kept})
    told = {"Type": "MESSAGEMETADATA", "MessageMetadata": {"MessageId": message_id, "Receipts": [new]}}
    instance.tell(item.contact_id, {**{name: event[name] for name in ("Id", "AbsoluteTime")}, **told})


def disconnect_participant(instance: Instance, parameters: Plain) -> Plain:
    """Have a participant leave, as :func:`depart` says."""
    depart(instance, instance.connected(parameters["ConnectionToken"]))
    return {}


def depart(instance: Instance, leaving: Participant) -> None:
    """Have a participant leave; the chat ends when nobody who joined is left, and no disconnect flow runs.

    A disconnect flow begins when the agents have left a customer who stays, or who left with them (rules
    ``protocol.leave-then-survey`` and ``protocol.agents-leave-with-customer``). It runs once, and no longer than until
    the customer leaves it.
    """
    chat = instance.chats[leaving.initial_contact_id]
    contact = instance.contact(instance.contact_of(leaving))
    takes_all_along = leaving.role == CUSTOMER and chat.agents_leave_with_customer
    for each in [each for each in instance.participants_of(chat.initial_contact_id) if each.is_present]:
        if each is leaving or (takes_all_along and each.role != CUSTOMER):
            instance.leave(each, contact.contact_id)
            instance.feed.cut(each)
    roles = {each.role for each in instance.participants_of(chat.initial_contact_id) if each.is_present}
    reason = "CUSTOMER_DISCONNECT" if leaving.role == CUSTOMER else "AGENT_DISCONNECT"
    is_in_flow = contact.initiation_method == DISCONNECT
    flow = None if is_in_flow else instance.disconnect_flow_of(chat)
    if flow is not None and roles <= {CUSTOMER} and (takes_all_along or roles):
        instance.begin_disconnect_flow(chat, contact, flow, reason)
    elif not roles and not (is_in_flow and leaving.role != CUSTOMER):
        instance.end_chat(chat.initial_contact_id, reason)
