"""The members that every encoding has: what each is taken by, and how AWS spells it.

Here belongs the one table of them, for all who read or write contacts. Our names are those of the data lake, in snake
case; contact records and answers of the API have the same names in Pascal case, events in camel case. What only some
encodings have, such as instances and recordings, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from rehydration.records import fields
from rehydration.records.fields import Members, Record

Taken = Callable[[Record, str, str], object]
Spelt = tuple[str, str, Taken]
"""The name of a member, how an encoding spells it, and what takes it out of a record."""

MEMBERS: Final[Mapping[str, Taken]] = {
    "initial_contact_id": fields.optional_id,
    "previous_contact_id": fields.optional_id,
    "related_contact_id": fields.optional_id,
    "contact_association_id": fields.optional_id,
    "channel": fields.text,
    "initiation_method": fields.text,
    "initiation_timestamp": fields.time,
    "disconnect_timestamp": fields.time,
    "last_update_timestamp": fields.time,
    "customer_id": fields.text,
}


def pascal(name: str) -> str:
    """Spell a member as contact records and answers of the API do.

    >>> pascal("contact_association_id")
    'ContactAssociationId'
    """
    return "".join(map(str.capitalize, name.split("_")))


def camel(name: str) -> str:
    """Spell a member as events do.

    >>> camel("contact_association_id")
    'contactAssociationId'
    """
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def taken(record: Record, members: Iterable[Spelt], path: str) -> Members:
    """Take members out of a record."""
    return {name: take(record, spelt, path) for name, spelt, take in members}
