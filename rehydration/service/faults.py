"""Codes and statuses: what a fault answers with, by the operation that is answered.

Here belongs the fault table of the rules. What is a fault, and when, is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from rehydration.errors import ContactHasEnded, Malformed, RuleForbids, TokenNotAccepted
from rehydration.policies import code_of
from rehydration.service.schema import OPERATIONS, PARTICIPANT

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

DECLARES_NO_INVALID_PARAMETER: Final = frozenset({"GetContactAttributes"})


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
