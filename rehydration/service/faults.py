"""Codes and statuses: what a fault answers with, by the operation that is answered.

Here belongs the fault table of the rules. What is a fault, and when, is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

from rehydration.errors import Malformed, RuleForbids
from rehydration.policies import code_of
from rehydration.service.refusals import ContactHasEnded, TokenNotAccepted
from rehydration.service.schema import OPERATIONS, PARTICIPANT, declared_operations

STATUSES: Final = MappingProxyType(
    {
        "InvalidRequestException": 400,
        "InvalidParameterException": 400,
        "ValidationException": 400,
        "AccessDeniedException": 403,
        "ResourceNotFoundException": 404,
        "ContactNotFoundException": 410,
    }
)
"""Code → HTTP status. Source: botocore's service models of ``connect`` and ``connectparticipant``."""

PARTICIPANT_OPERATIONS: Final = frozenset(OPERATIONS[PARTICIPANT])

DECLARES_NO_INVALID_PARAMETER: Final = frozenset({"CreateParticipant", "GetContactAttributes"})


_NOT_OFFERED: Final = ("InvalidRequestException", "ValidationException", "InvalidParameterException")
_COMMON: Final = "AccessDeniedException"


def code_for(operation: str, fault: RuleForbids) -> str:
    """Name the code of a fault where an operation is answered (rule ``protocol.declared-errors``)."""
    if isinstance(fault, TokenNotAccepted):
        return "AccessDeniedException"
    if operation in PARTICIPANT_OPERATIONS:
        return "ValidationException"
    if operation in DECLARES_NO_INVALID_PARAMETER and isinstance(fault, Malformed):
        return "InvalidRequestException"
    if operation == "StopContact" and isinstance(fault, ContactHasEnded):
        return "ContactNotFoundException"
    return code_of(fault)


def code_of_not_offered(operation: str) -> tuple[str, int]:
    """Name the code, with its status, for an operation that is not offered (rule ``protocol.declared-errors``).

    It is the first of these that the operation declares, or else one that is common to all operations.

    >>> code_of_not_offered("SearchContacts")
    ('InvalidRequestException', 400)
    """
    declared = {each.name: each.metadata["error"]["httpStatusCode"] for each in _errors_of(operation)}
    code = next((each for each in _NOT_OFFERED if each in declared), _COMMON)
    return code, declared.get(code, STATUSES[_COMMON])


def _errors_of(operation: str) -> Sequence[Any]:
    return declared_operations()[operation].error_shapes  # type: ignore[no-any-return]  # botocore has no types


def internal_code(operation: str) -> str:
    """Name the code for a fault of the emulator itself, whose status is 500."""
    return "InternalServerException" if operation in PARTICIPANT_OPERATIONS else "InternalServiceException"


@contextmanager
def answering(operation: str) -> Iterator[None]:
    """Attach code and status to a refusal that leaves the service."""
    try:
        yield
    except RuleForbids as fault:
        fault.code = code_for(operation, fault)
        fault.status = STATUSES[fault.code]
        raise
