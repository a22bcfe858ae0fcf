"""The operations of those who take part in a chat: connect, say something, leave.

Here belongs what a participant does. Reading the transcript is a room of its own.

Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from rehydration.service.instance import CUSTOMER, Instance
from rehydration.service.refusals import ParametersMalformed
from rehydration.service.state import Participant, Plain, instant
from rehydration.service.transcripts import EVENT

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

WEBSOCKET_LIFETIME: Final = timedelta(seconds=100)
"""How soon a client must connect to a websocket.

Source: https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_CreateParticipantConnection.html
"""


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
    connection = instance.connect(participant)
    members: Plain = {}
    if WEBSOCKET in wanted:
        members["Websocket"] = {
            "Url": f"wss://participant.invalid/{connection.token}",
            "ConnectionExpiry": instant(instance.time + WEBSOCKET_LIFETIME),
        }
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
    """Tell the others in a chat of something that is not kept."""
    instance.connected(parameters["ConnectionToken"])
    if parameters["ContentType"] not in EVENTS:
        raise ParametersMalformed("SendEvent", (f"ContentType: expected one of {', '.join(EVENTS)}",))
    return {"Id": instance.new_id(), "AbsoluteTime": instant(instance.time)}


def disconnect_participant(instance: Instance, parameters: Plain) -> Plain:
    """Have a participant leave; the chat ends when nobody who joined is left."""
    leaving = instance.connected(parameters["ConnectionToken"])
    chat = instance.chats[leaving.initial_contact_id]
    contact_id = instance.contact_of(leaving)
    instance.leave(leaving, contact_id)
    present = [each for each in instance.participants_of(chat.initial_contact_id) if each.is_present]
    if leaving.role == CUSTOMER and chat.agents_leave_with_customer:
        for each in [each for each in present if each.role != CUSTOMER]:
            instance.leave(each, contact_id)
            present.remove(each)
    if not present:
        reason = "CUSTOMER_DISCONNECT" if leaving.role == CUSTOMER else "AGENT_DISCONNECT"
        instance.end_chat(chat.initial_contact_id, reason)
    return {}
