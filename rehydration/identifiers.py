"""The names of things: contacts and rules.

This module holds the types of ids and nothing else. It imports no other module, so that code can name a contact or a
rule without importing either.
"""

from typing import NewType, TypeGuard

ContactId = NewType("ContactId", str)
"""Id of a contact: 1 to 256 characters, without a pattern (Amazon Connect's own samples are not valid UUIDs).

Functions accept an id as text and answer with this type.
"""

RuleId = NewType("RuleId", str)
"""Id of a rule of the catalogue, such as ``visibility.predecessors``: its group, a dot, its name within the group."""

CONTACT_ID_LENGTH = 256
"""The longest contact id, in characters."""


def is_contact_id(value: object) -> TypeGuard[ContactId]:
    """Tell whether a value can be a contact id: text of a legal length, without lone surrogates."""
    if not isinstance(value, str) or not 0 < len(value) <= CONTACT_ID_LENGTH:
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
