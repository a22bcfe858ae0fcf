"""What to send to Amazon Connect: the calls that carry out a plan, for boto3 and for the ``aws`` program.

Here belong their parameters, how they are quoted, and what of them is to be filled in. Which request is the right one
is not known here.

Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_StartChatContact.html
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import frozen

from rehydration.graph import ContactGraph
from rehydration.requests import RehydrationRequest

INSTANCE: Final = "INSTANCE_ID"
FLOW: Final = "CONTACT_FLOW_ID"
TARGET: Final = "NEW_CONTACT_ID"
CUSTOMER: Final = "Customer"
TOKEN: Final = "CLIENT_TOKEN"  # noqa: S105  # to be filled in

Parameters = Mapping[str, object]

_MEANINGS: Final[Mapping[str, str]] = {
    INSTANCE: "the id of your instance",
    FLOW: "the id of the flow that the chat runs",
    TARGET: "the contact id of the live chat",
    CUSTOMER: "the display name of the customer",
    TOKEN: "an id of your own for this call, such as a UUID; the same again when you retry",
}


@frozen
class Call:
    """One operation of Amazon Connect with its parameters, by their names in the API."""

    operation: str
    parameters: Parameters

    @property
    def boto3(self) -> str:
        """The call in Python; ``connect`` is ``boto3.client("connect")``."""
        arguments = "".join(f"    {name}={value!r},\n" for name, value in self.parameters.items())
        return f"connect.{_words(self.operation, '_')}(\n{arguments})"

    @property
    def aws(self) -> str:
        """The call for a POSIX shell."""
        command = f"aws connect {_words(self.operation, '-')}"
        if not all(map(_is_plain, _texts(self.parameters))):
            # as JSON nothing is taken for an option, a file or a web page, and everything is printable
            return f"{command} \\\n    --cli-input-json {shlex.quote(json.dumps(self.parameters))}"
        options = (
            f" \\\n    --{_words(name, '-')} {shlex.quote(value if isinstance(value, str) else json.dumps(value))}"
            for name, value in self.parameters.items()
        )
        return command + "".join(options)


def instance_of(graph: ContactGraph) -> str:
    """Name the instance that the contacts are of, or what to fill in where no record tells."""
    return next((each.instance_id for each in graph if each.instance_id), INSTANCE)


def calls(instance: str, request: RehydrationRequest, target: str | None, token: str = TOKEN) -> tuple[Call, Call]:
    """Make the two calls that carry out a request: to start a chat, or to associate a live one.

    ``token`` is the client token: a retry with the same token repeats the first answer instead of failing (rule
    ``protocol.association-token-not-filled``).
    """
    source: Parameters = {
        "RehydrationType": str(request.rehydration_type),
        "SourceContactId": str(request.source_contact_id),
    }
    start = {
        "InstanceId": instance,
        "ContactFlowId": FLOW,
        "ParticipantDetails": {"DisplayName": CUSTOMER},
        "PersistentChat": source,
        "ClientToken": token,
    }
    associate = {"InstanceId": instance, "InitialContactId": target or TARGET, **source, "ClientToken": token}
    return Call("StartChatContact", start), Call("CreatePersistentContactAssociation", associate)


def to_fill_in(requests: Iterable[Call]) -> str:
    """Say what is to be filled in before calls are sent."""
    used = {text for call in requests for text in _texts(call.parameters)}
    return f"Fill in {'; '.join(f'{name}: {meaning}' for name, meaning in _MEANINGS.items() if name in used)}."


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    else:
        yield str(value)


def _is_plain(text: str) -> bool:
    """Tell whether the ``aws`` program takes a value for what it is."""
    return text.isascii() and text.isprintable() and not text.startswith("-") and "://" not in text


def _words(name: str, between: str) -> str:
    """Write the name of an operation or a parameter in small letters."""
    return "".join(f"{between}{each.lower()}" if each.isupper() else each for each in name).lstrip(between)
