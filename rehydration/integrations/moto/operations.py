"""Which operations are answered, and which one a request asks for.

Here belong the names of the operations and their paths, which come from botocore's service models: what a model does
not have is not answered. Nothing here knows moto, nor what an operation does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import frozen

CONNECT: Final = "connect"
PARTICIPANT: Final = "connectparticipant"

OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    CONNECT: (
        "StartChatContact",
        "StartAssistantContact",
        "CreatePersistentContactAssociation",
        "DescribeContact",
        "ListAssociatedContacts",
        "GetContactAttributes",
        "UpdateContactAttributes",
        "StopContact",
    ),
    PARTICIPANT: ("CreateParticipantConnection", "SendMessage", "SendEvent", "GetTranscript", "DisconnectParticipant"),
}
"""Name of a service model → the operations of it that are answered."""

_MALFORMED: Final = ("InvalidParameterException", "ValidationException", "InvalidRequestException")
_INTERNAL: Final = ("InternalServiceException", "InternalServerException")
_LABEL: Final = re.compile(r"\{(\w+)\}")


@frozen
class Operation:
    """One operation: where it is, and what botocore's model says of it.

    ``path`` is a regular expression for the path as it is sent, still percent-encoded; its groups are the labels.
    ``malformed`` and ``internal`` are the codes, of those that it declares, for a request of the wrong form and for a
    fault of ours.
    """

    service: str
    name: str
    method: str
    path: str
    members: Mapping[str, Any]
    signing_name: str
    malformed: str
    internal: str

    @property
    def is_of_participants(self) -> bool:
        """Tell whether a token says who calls, and on which chat."""
        return self.service == PARTICIPANT


@frozen
class Operations:
    """All operations that are answered."""

    known: tuple[Operation, ...]

    @classmethod
    def load(cls, model_of: Callable[[str], Any]) -> Operations:
        """Take the operations from service models; ``model_of`` gives that of a service, as botocore makes it."""
        return cls(tuple(each for service in OPERATIONS for each in _operations(service, model_of(service))))

    def find(self, method: str, path: str) -> Operation | None:
        """Find the operation that a request asks for by method and path; None if none of ours has that path."""
        for each in self.known:
            if each.method == method and re.fullmatch(each.path, path):
                return each
        return None

    def are_at(self, path: str, service: str) -> bool:
        """Tell whether an operation of a service has a path, whatever its method."""
        return any(each.service == service and re.fullmatch(each.path, path) for each in self.known)

    def paths_of(self, service: str) -> tuple[str, ...]:
        """List the paths of a service's operations, each once."""
        return tuple(dict.fromkeys(each.path for each in self.known if each.service == service))


def _operations(service: str, model: Any) -> Iterable[Operation]:  # noqa: ANN401  # botocore has no types
    there = set(model.operation_names)
    for name in OPERATIONS[service]:
        if name in there:
            yield _operation(service, model.operation_model(name))


def _operation(service: str, model: Any) -> Operation:  # noqa: ANN401  # botocore has no types
    declared = {each.name for each in model.error_shapes}
    return Operation(
        service=service,
        name=model.name,
        method=model.http["method"],
        path=_LABEL.sub(r"(?P<\1>[^/]*)", model.http["requestUri"]),
        members=model.input_shape.members,
        signing_name=model.service_model.signing_name,
        malformed=next(each for each in _MALFORMED if each in declared),
        internal=next(each for each in _INTERNAL if each in declared),
    )
