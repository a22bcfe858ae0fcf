"""The one public attempt at these operations, as it answers: a fork of moto, written anew from what it was seen to do.

It echoes the new chat's id as what is continued, takes any type, does not look at PersistentChat, stores no chat that
it starts, and deletes a contact when it stops it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from rehydration.conformance.faults import Refusal

Answer = dict[str, Any]


class PublicFork:
    """The fork as a target; what it stores, by CreateContact, is seeded."""

    capabilities = frozenset({"wire", "contacts", "seed"})
    instance_id = "instance-of-the-fork"
    contact_flow_id = "flow"

    def __init__(self) -> None:
        self.contacts: dict[str, Answer] = {}
        self.attributes: dict[str, Answer] = {}
        self.operations: dict[str, Callable[[Answer], Answer]] = {
            "StartChatContact": self.start,
            "StopContact": self.stop,
            "CreatePersistentContactAssociation": lambda asked: {"ContinuedFromContactId": asked["InitialContactId"]},
            "DescribeContact": lambda asked: {"Contact": self.known(asked["ContactId"])},
            "GetContactAttributes": lambda asked: {"Attributes": self.attributes.get(asked["InitialContactId"], {})},
            "UpdateContactAttributes": self.update,
        }

    def call(self, operation: str, parameters: Mapping[str, object]) -> Answer:
        if operation not in self.operations:
            raise NotImplementedError(operation)
        if parameters["InstanceId"] != self.instance_id:
            raise Refusal("ResourceNotFoundException", "Instance not found")
        return self.operations[operation](dict(parameters))

    def seed(self, contacts: list[Answer], transcripts: Mapping[str, object]) -> None:
        del transcripts
        for each in contacts:
            self.contacts[each["ContactId"]] = {"Id": each["ContactId"], **each}

    def known(self, contact_id: str) -> Answer:
        if contact_id not in self.contacts:
            raise Refusal("ResourceNotFoundException", f"Contact {contact_id} not found")
        return self.contacts[contact_id]

    def start(self, asked: Answer) -> Answer:
        del asked
        return {"ContactId": str(uuid4()), "ParticipantId": str(uuid4()), "ParticipantToken": str(uuid4())}

    def stop(self, asked: Answer) -> Answer:
        self.known(asked["ContactId"])
        del self.contacts[asked["ContactId"]]
        return {}

    def update(self, asked: Answer) -> Answer:
        self.attributes.setdefault(asked["InitialContactId"], {}).update(asked["Attributes"])
        return {}
