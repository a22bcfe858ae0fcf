"""A service with a clock that stands still and opaque ids, and what its tests do with it all the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import pytest

from rehydration import RuleForbids
from rehydration.service import ChatService
from rehydration.service.faults import PARTICIPANT_OPERATIONS

INSTANCE = "i-1"
DAWN = datetime(2026, 5, 3, 9, tzinfo=UTC)
EVENT = "application/vnd.amazonaws.connect.event."


class House:
    """One service, and short ways to use it."""

    def __init__(self, **arguments: Any) -> None:
        numbers = count()
        self.time = DAWN
        self.drawn: list[str] = []

        def new_id() -> str:
            # the order of ids has nothing to do with the order in which they are drawn
            self.drawn.append(sha256(str(next(numbers)).encode()).hexdigest()[:20])
            return self.drawn[-1]

        self.service = ChatService(INSTANCE, new_id=new_id, now=lambda: self.time, **arguments)

    def call(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        own = {} if operation in PARTICIPANT_OPERATIONS else {"InstanceId": INSTANCE}
        return self.service.call(operation, {**own, **parameters})

    def start(self, **more: Any) -> dict[str, Any]:
        return self.call(
            "StartChatContact", **{"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ana"}, **more}
        )

    def come_back(self, kind: str, source: str, **more: Any) -> dict[str, Any]:
        return self.start(PersistentChat={"RehydrationType": kind, "SourceContactId": source}, **more)

    def associate(self, target: str, kind: str, source: str, **more: Any) -> dict[str, Any]:
        return self.call(
            "CreatePersistentContactAssociation",
            **{"InitialContactId": target, "RehydrationType": kind, "SourceContactId": source, **more},
        )

    def connect(self, begun: dict[str, Any], **more: Any) -> str:
        asked = {"ParticipantToken": begun["ParticipantToken"], "Type": ["CONNECTION_CREDENTIALS"], **more}
        token = self.call("CreateParticipantConnection", **asked)["ConnectionCredentials"]["ConnectionToken"]
        return str(token)

    def say(self, token: str, content: str, **more: Any) -> dict[str, Any]:
        return self.call(
            "SendMessage", ConnectionToken=token, **{"ContentType": "text/plain", "Content": content, **more}
        )

    def stop(self, contact_id: str) -> None:
        assert self.call("StopContact", ContactId=contact_id) == {}

    def leave(self, token: str, **more: Any) -> None:
        assert self.call("DisconnectParticipant", ConnectionToken=token, **more) == {}

    def described(self, contact_id: str) -> dict[str, Any]:
        contact: dict[str, Any] = self.call("DescribeContact", ContactId=contact_id)["Contact"]
        return contact

    def attributes(self, contact_id: str) -> dict[str, str]:
        told: dict[str, str] = self.call("GetContactAttributes", InitialContactId=contact_id)["Attributes"]
        return told

    def page(self, token: str, **more: Any) -> dict[str, Any]:
        return self.call("GetTranscript", ConnectionToken=token, **more)

    def pages(self, token: str, **more: Any) -> list[list[str]]:
        """Everything, page by page; of an item, what was said."""
        found, asked = [], dict(more)
        while True:
            answer = self.page(token, **asked)
            found.append(said(answer))
            if "NextToken" not in answer:
                return found
            asked = {**more, "NextToken": answer["NextToken"]}
            asked.pop("StartPosition", None)

    def advance(self, **duration: float) -> None:
        self.service.advance(timedelta(**duration))

    def chat(self, *contents: str, **more: Any) -> str:
        """A whole chat that has ended; its contact."""
        begun = self.start(**more)
        token = self.connect(begun)
        for content in contents:
            self.say(token, content)
        self.stop(begun["ContactId"])
        return str(begun["ContactId"])

    def session(self) -> tuple[str, str, str]:
        """The session of the rules: C1, a transfer, a survey; a minute later. The ids of its contacts."""
        first = self.start(InitialMessage={"ContentType": "text/plain", "Content": "one"})
        token = self.connect(first)
        second = self.service.transfer(first["ContactId"], "Bo")
        self.say(token, "two")
        survey = self.service.run_disconnect_flow(second["ContactId"])
        self.say(token, "three")
        self.stop(survey["ContactId"])
        self.advance(minutes=1)
        return first["ContactId"], second["ContactId"], survey["ContactId"]


def declared(model: Any) -> dict[str, int]:
    """The codes that botocore's model of an operation declares, and the HTTP status of each."""
    return {each.name: each.metadata["error"]["httpStatusCode"] for each in model.error_shapes}


def said(answer: dict[str, Any]) -> list[str]:
    """What a page says: messages as they are, events by the end of their content type."""
    return [each.get("Content") or each["ContentType"].removeprefix(EVENT) for each in answer["Transcript"]]


def refused(house: House, operation: str, /, **parameters: Any) -> tuple[str, int, str]:
    """Code, status and rule of a refusal, which changes nothing and draws no id."""
    before, drawn = house.service.to_json(), len(house.drawn)
    with pytest.raises(RuleForbids) as caught:
        house.call(operation, **parameters)
    assert house.service.to_json() == before
    assert len(house.drawn) == drawn
    assert caught.value.code is not None
    assert caught.value.status is not None
    return (caught.value.code, caught.value.status, caught.value.rule)


def websocket_of(house: House, begun: dict[str, Any]) -> tuple[str, str]:
    """A connection token, and the token of its websocket."""
    asked = {"ParticipantToken": begun["ParticipantToken"], "Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]}
    answer = house.call("CreateParticipantConnection", **asked)
    return answer["ConnectionCredentials"]["ConnectionToken"], answer["Websocket"]["Url"].rpartition("/")[2]
