"""The names of things: contacts and rules.

Here belong the types of identifiers, nothing else. This module knows no other: whatever has a name can be named without
importing what it is.
"""

from typing import NewType, TypeGuard

ContactId = NewType("ContactId", str)
"""Identifier of a contact: 1 to 256 characters, no pattern (Amazon Connect's own samples are not valid UUIDs)."""

RuleId = NewType("RuleId", str)
"""Name of a rule of the catalogue, such as ``visibility.predecessors``: its group, a dot, its name in the group."""

CONTACT_ID_LENGTH = 256
"""The longest contact id, in characters."""


def is_contact_id(value: object) -> TypeGuard[ContactId]:
    """Tell whether a value can be a contact id: text of a legal length that can be written down."""
    if not isinstance(value, str) or not 0 < len(value) <= CONTACT_ID_LENGTH:
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
