"""What agents and flows do on Amazon Connect and no public operation can: join, speak, leave, transfer, run a survey.

Here belongs who is where afterwards. Sources:
https://docs.aws.amazon.com/connect/latest/adminguide/identify-conferences-transfers.html and
https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html
"""

from __future__ import annotations

from collections.abc import Mapping
from json import loads
from types import MappingProxyType
from typing import Final

from rehydration.errors import InvalidArgument
from rehydration.identifiers import ContactId
from rehydration.service.instance import DISCONNECT, FLOW_ENDED, Instance
from rehydration.service.participation import MESSAGE_BYTES, TYPING, depart
from rehydration.service.state import AGENT, CUSTOMER, EVENT, PLAIN_TEXT, Participant, Plain

SYSTEM: Final = "SYSTEM"

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {SYSTEM: "SYSTEM_MESSAGE", "CUSTOM_BOT": "BOT", AGENT: "Agent", "SUPERVISOR": "Supervisor"}
)
"""Who can speak in a chat besides its customer, and what they are called unless told otherwise."""

_PROSE: Final = frozenset({PLAIN_TEXT, "text/markdown"})
_INTERACTIVE: Final = "application/vnd.amazonaws.connect.message.interactive"

MESSAGE_TYPES: Final = (PLAIN_TEXT, "text/markdown", "application/json", _INTERACTIVE, f"{_INTERACTIVE}.response")
"""The content types that a message can have.

Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_StartChatContact.html
"""


def join(instance: Instance, contact_id: str, display_name: str, role: str) -> Plain:
    """Have somebody join a contact that goes on."""
    contact = instance.live_chat_contact(contact_id)
    return _joined(instance, contact.contact_id, display_name, role)


def leave(instance: Instance, contact_id: str, display_name: str | None) -> None:
    """Have somebody who is no customer leave a contact that goes on, as DisconnectParticipant does.

    :raises InvalidArgument: nobody of that name has joined it and is still there.
    """
    contact = instance.live_chat_contact(contact_id)
    there = [each for each in instance.participants_of(contact.initial_contact_id) if each.is_present]
    others = [each for each in there if each.role != CUSTOMER and display_name in (None, each.display_name)]
    if not others:
        expected = "the name of somebody who joined and is there; a customer leaves with DisconnectParticipant"
        raise InvalidArgument("display_name", display_name, expected)
    depart(instance, others[-1])


def checked(content: object, content_type: object, role: object) -> Plain:
    """Check what can be said by somebody who is no customer, and write it down as members of an item.

    :raises InvalidArgument: the role, the type or the content is none.
    """
    if role is not None and (not isinstance(role, str) or role not in NAMES):
        raise InvalidArgument("role", role, f"one of {', '.join(NAMES)}; a customer says it with SendMessage")
    said: Plain = (
        {"ContentType": content_type} if content is None else {"ContentType": content_type, "Content": content}
    )
    if isinstance(content_type, str) and content_type.startswith(EVENT):
        return {"Type": "EVENT", **said}
    if content_type not in MESSAGE_TYPES:
        raise InvalidArgument("content_type", content_type, f"one of {', '.join(MESSAGE_TYPES)}, or {EVENT}…")
    if not isinstance(content, str) or not 1 <= len(content.encode("utf-8", "surrogatepass")) <= MESSAGE_BYTES:
        raise InvalidArgument("content", content, f"text of 1 to {MESSAGE_BYTES:,} bytes of UTF-8")
    if content_type not in _PROSE and not _is_json(content):
        raise InvalidArgument("content", content, f"JSON, as {content_type} has it")
    return {"Type": "MESSAGE", **said}


def _is_json(text: str) -> bool:
    try:
        loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def say(instance: Instance, contact_id: str, said: Plain, role: str | None, display_name: str | None) -> Plain:
    """Have a flow, a bot or an agent say something in a contact that goes on, without joining it.

    Who has joined already, by role and by name, speaks as themselves. An event of the flow itself names nobody.
    """
    contact = instance.live_chat_contact(contact_id)
    signature: Plain = {}
    if said["Type"] == "MESSAGE" or role is not None or display_name is not None:
        signature = _speaker(instance, contact.initial_contact_id, role or SYSTEM, display_name).signature
    members = {**said, **signature}
    if said["ContentType"] == TYPING:  # rule ``paging.typing-is-not-kept``
        members = instance.written(members)
        instance.tell(contact.contact_id, members)
    else:
        members = instance.say(contact.contact_id, members).members
    return {name: members[name] for name in ("Id", "AbsoluteTime")}


def _speaker(instance: Instance, initial_contact_id: ContactId, role: str, display_name: str | None) -> Participant:
    there = [each for each in instance.participants_of(initial_contact_id) if each.role == role and not each.left]
    named = [each for each in there if display_name in (None, each.display_name)]
    return named[-1] if named else instance.invite(initial_contact_id, role, display_name or NAMES[role])


def transfer(instance: Instance, contact_id: str, display_name: str) -> Plain:
    """Have another agent take over."""
    successor = _transferred(instance, contact_id, "TRANSFER")
    return {"ContactId": successor, **_joined(instance, successor, display_name, "AGENT")}


def queue_transfer(instance: Instance, contact_id: str) -> Plain:
    """Put a chat into a queue."""
    return {"ContactId": _transferred(instance, contact_id, "QUEUE_TRANSFER")}


def run_disconnect_flow(instance: Instance, contact_id: str) -> Plain:
    """Have a contact-creating disconnect flow, such as a survey, go on with the customer."""
    return {"ContactId": instance.succeed(instance.live_chat_contact(contact_id), DISCONNECT)}


def end_disconnect_flow(instance: Instance, contact_id: str) -> None:
    """End a disconnect flow, and with it the chat.

    :raises InvalidArgument: no disconnect flow goes on in this contact.
    """
    contact = instance.live_chat_contact(contact_id)
    if contact.initiation_method != DISCONNECT:
        raise InvalidArgument("contact_id", contact_id, "a contact in which a disconnect flow goes on")
    instance.end(contact, FLOW_ENDED)


def _transferred(instance: Instance, contact_id: str, method: str) -> ContactId:
    return instance.succeed(instance.live_chat_contact(contact_id), method, "transfer.succeeded")


def _joined(instance: Instance, contact_id: ContactId, display_name: str, role: str) -> Plain:
    session = instance.graph.session_of(contact_id)
    participant = instance.invite(session.initial_contact_id, role, display_name)
    instance.join(participant, contact_id)
    return {"ParticipantId": participant.participant_id, "ParticipantToken": participant.token}
