"""What agents and flows do on Amazon Connect and no public operation can: join, transfer, run a disconnect flow.

Here belongs who is where afterwards. Sources:
https://docs.aws.amazon.com/connect/latest/adminguide/identify-conferences-transfers.html and
https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html
"""

from __future__ import annotations

from rehydration.errors import InvalidArgument
from rehydration.identifiers import ContactId
from rehydration.service.instance import DISCONNECT, FLOW_ENDED, Instance
from rehydration.service.state import Plain


def join(instance: Instance, contact_id: str, display_name: str, role: str) -> Plain:
    """Have somebody join a contact that goes on."""
    contact = instance.live_chat_contact(contact_id)
    return _joined(instance, contact.contact_id, display_name, role)


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
