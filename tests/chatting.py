"""What tests with real clients do all the time: an instance, a chat, somebody who joins it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError


@contextmanager
def credentials() -> Iterator[None]:
    """Have credentials that are nobody's, and nothing else in the environment that AWS's clients or moto look at."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [each for each in os.environ if each.startswith(("AWS_", "MOTO_"))]:
            environment.delenv(name)
        environment.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "not-secret")
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


def new_instance(connect: Any) -> str:
    """Make an instance by moto's own operation."""
    made = connect.create_instance(
        IdentityManagementType="CONNECT_MANAGED", InboundCallsEnabled=True, OutboundCallsEnabled=True
    )
    return made["Id"]


def started(connect: Any, instance_id: str, **further: Any) -> dict[str, Any]:
    """Start a chat of Ana's."""
    answer = connect.start_chat_contact(
        InstanceId=instance_id, ContactFlowId="flow", ParticipantDetails={"DisplayName": "Ana"}, **further
    )
    return without_metadata(answer)


def joined(participant: Any, began: dict[str, Any]) -> str:
    """Join a chat that was started, or transferred; give the connection token."""
    answer = participant.create_participant_connection(
        Type=["CONNECTION_CREDENTIALS"], ParticipantToken=began["ParticipantToken"]
    )
    return answer["ConnectionCredentials"]["ConnectionToken"]


def contents(participant: Any, token: str, **further: Any) -> list[str]:
    """Page backward through all that a participant can see: what was said, newest first."""
    asked: dict[str, Any] = {"ConnectionToken": token, "MaxResults": 5, "ScanDirection": "BACKWARD", **further}
    found = []
    while True:
        answer = participant.get_transcript(**asked)
        found += [item["Content"] for item in answer["Transcript"] if "Content" in item]
        if not answer.get("NextToken"):
            return found
        asked["NextToken"] = answer["NextToken"]


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    """Leave out what belongs to the transport."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def refusal(operation: Any, **parameters: Any) -> tuple[str, str, int]:
    """Have an operation refused: the type of the exception, the code, the HTTP status."""
    try:
        operation(**parameters)
    except ClientError as fault:
        told = fault.response
        assert told["Error"]["Message"]
        return type(fault).__name__, told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError(f"not refused: {parameters}")
