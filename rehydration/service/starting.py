"""The operations that start a chat, or have one continue from a past chat.

Here belongs in which order a request is checked, and that nothing is done before all of it is (rule
``protocol.plan-before-commit``). What a rehydration type means is for the engine to say.

Sources: https://docs.aws.amazon.com/connect/latest/APIReference/API_StartChatContact.html and
https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePersistentContactAssociation.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import evolve

from rehydration.contacts import CHAT, Contact
from rehydration.identifiers import ContactId
from rehydration.requests import RehydrationRequest
from rehydration.service.contacts import check_attributes
from rehydration.service.instance import DURATION, JOIN_WITHIN, Instance
from rehydration.service.participation import CONNECTS, check_message, connection_members
from rehydration.service.refusals import ParametersMalformed, RelatedAndPersistent
from rehydration.service.state import AGENT, CUSTOMER, PLAIN_TEXT, REHYDRATED, Chat, Plain

_CHAT_SUBTYPE: Final = {"connect:Subtype": {"ValueString": "connect:Chat"}}


def start_chat_contact(instance: Instance, parameters: Plain, operation: str = "StartChatContact") -> Plain:
    """Start a chat, which may continue from a past one."""
    content_types = tuple(parameters.get("SupportedMessagingContentTypes", (PLAIN_TEXT,)))
    if PLAIN_TEXT not in content_types:
        raise ParametersMalformed(operation, (f"SupportedMessagingContentTypes must contain {PLAIN_TEXT}",))
    if "InitialMessage" in parameters:
        check_message(operation, parameters["InitialMessage"], content_types, "InitialMessage.")
    check_attributes(operation, parameters.get("Attributes", {}))
    planned = _planned(instance, operation, parameters)
    contact = evolve(planned, contact_id=(own := ContactId(instance.new_id())), initial_contact_id=own)
    _commit(instance, parameters, contact, content_types)
    return _welcome(instance, parameters, contact)


def start_assistant_contact(instance: Instance, parameters: Plain) -> Plain:
    """Start a chat with an AI agent, which may continue from a past one."""
    return start_chat_contact(instance, parameters, "StartAssistantContact")


def create_persistent_contact_association(instance: Instance, parameters: Plain) -> Plain:
    """Have a chat that goes on continue from a past one.

    ``InitialContactId`` names the target (rule ``protocol.initial-contact-id-is-current``); an event says that it is
    done, at once or later (rules ``protocol.rehydrated-event`` and ``paging.past-after-event``).
    """
    target = ContactId(parameters["InitialContactId"])
    request = RehydrationRequest(parameters["RehydrationType"], parameters["SourceContactId"])
    start = instance.rehydrate(request, target)
    instance.associate(target, start, request.rehydration_type)
    if instance.rehydration_delay:
        chat = instance.chats[instance.graph.session_of(target).initial_contact_id]
        chat.rehydrates = instance.time + instance.rehydration_delay
        instance.schedule(chat)
    else:
        instance.say(target, {"Type": "EVENT", "ContentType": REHYDRATED})
    return {"ContinuedFromContactId": start}


def _planned(instance: Instance, operation: str, parameters: Plain) -> Contact:
    """Check what a new chat is related to, and say what would be recorded, under an id that is not yet its own."""
    persistent, related = parameters.get("PersistentChat"), parameters.get("RelatedContactId")
    if persistent is not None and related is not None:
        raise RelatedAndPersistent(operation)
    planned = Contact(
        contact_id=_unused(instance),
        related_is_link=False,
        channel=CHAT,
        initiation_method="API",
        initiation_timestamp=instance.time,
        customer_id=parameters.get("CustomerId"),
    )
    if related is not None:
        return evolve(planned, related_contact_id=instance.graph.segment(related).contact_id)
    if persistent is None:
        return planned
    request = RehydrationRequest(persistent.get("RehydrationType"), persistent.get("SourceContactId"))
    return evolve(
        planned,
        related_contact_id=instance.rehydrate(request, planned),
        related_is_link=True,
        rehydration_type=request.rehydration_type,
    )


def _unused(instance: Instance) -> ContactId:
    name = "the new chat"
    while name in instance.graph:
        name += "'"
    return ContactId(name)


def _commit(instance: Instance, parameters: Plain, contact: Contact, content_types: tuple[str, ...]) -> None:
    """Record a new chat; what it continues from gives it a copy of its attributes, its own win."""
    instance.record(contact, {**_CHAT_SUBTYPE, **parameters.get("SegmentAttributes", {})})
    instance.set_attributes(contact.contact_id, parameters.get("Attributes", {}))
    if contact.rehydration_type is not None and contact.related_contact_id is not None:
        instance.copy_attributes(contact.contact_id, contact.related_contact_id)
    minutes = parameters.get("ChatDurationInMinutes")
    instance.open(
        Chat(
            initial_contact_id=contact.contact_id,
            ends=instance.time + (DURATION if minutes is None else timedelta(minutes=minutes)),
            join_by=instance.time + JOIN_WITHIN,
            contact_flow_id=parameters.get("ContactFlowId", ""),
            content_types=content_types,
            agents_leave_with_customer=AGENT in parameters.get("DisconnectOnCustomerExit", ()),
        )
    )


def _welcome(instance: Instance, parameters: Plain, contact: Contact) -> Plain:
    """Give the customer of a new chat what they need to take part, and say what they say first."""
    customer = instance.invite(contact.contact_id, CUSTOMER, parameters["ParticipantDetails"]["DisplayName"])
    answer: Plain = {
        "ContactId": contact.contact_id,
        "ParticipantId": customer.participant_id,
        "ParticipantToken": customer.token,
    }
    if contact.rehydration_type is not None:
        answer["ContinuedFromContactId"] = contact.related_contact_id
    message = parameters.get("InitialMessage")
    if message is not None:
        instance.say(contact.contact_id, {"Type": "MESSAGE", **message, **customer.signature})
    wanted = CONNECTS.intersection(parameters.get("ConnectionTypes", ()))
    if wanted:
        instance.join(customer, contact.contact_id)
        answer |= connection_members(instance, customer, wanted)
    if "ChatStreamingConfiguration" in parameters:
        answer["StreamingId"] = instance.new_id()
    return answer
