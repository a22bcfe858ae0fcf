"""What programs of people's own put around records: pages of an answer, results by name or by id, text in a column.

Here belongs how an object in no known encoding is opened: whatever in it may hold records is taken out, be it a list of
objects, an object or a text of JSON, and nothing that may is left behind. What then lies there has to be told like any
other record. This module does not know what that is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from rehydration.records import fields
from rehydration.records.fields import Record, Row, once
from rehydration.records.grids import names_in
from rehydration.records.members import CONTACT_ID, is_of_contacts, plain
from rehydration.records.spellings import spelling_of

_DEEPEST: Final = 12
_NAMES: Final = "data items results rows value values entries content hits records messages events logevents"
_PAGES: Final = frozenset(_NAMES.split())
"""How pages call what they hold; a page may be empty, as the last one often is."""
_FAILURES: Final = ("error", "errors", "errormessage", "errorcode", "message")
"""What tells of an answer that it is none."""
_of_contacts = re.compile(
    r'\s*[{\[].*"(?:\w*contact_?id"|contacts?"\s*:\s*[\[{].*"arn:aws[\w-]*:connect:)', re.IGNORECASE | re.DOTALL
).match


def may_hold_records(value: object, depth: int = 0) -> bool:
    """Tell whether something may hold records: a list of objects, an object that names a contact, or text of JSON.

    >>> [may_hold_records(each) for each in ([{"a": 1}], {"page": {"total": 2}}, '[{"ContactId": "C1"}]', "next", [])]
    [True, False, True, False, False]
    """
    if isinstance(value, str):
        return _of_contacts(value) is not None
    if isinstance(value, list | tuple):
        return any(isinstance(each, Mapping) for each in value) and not names_in(value)
    if not isinstance(value, Mapping):
        return False
    is_one = _names_a_contact(value) or depth == _DEEPEST
    return is_one or any(may_hold_records(each, depth + 1) for each in value.values())


def _names_a_contact(value: Record) -> bool:
    """Tell whether something names a contact and says something of it."""
    names = spelling_of(tuple(value)).names
    own = names.get(CONTACT_ID)
    return own is not None and (len(names) > 1 or (len(value) > 1 and plain(own) == plain(CONTACT_ID)))


def is_wrapper(record: Record) -> bool:
    """Tell whether something in no known encoding may hold records, or is a page that holds none."""
    return any(_holders(record)) or (not isinstance(record, Row) and _is_empty_page(record))


def _is_empty_page(record: Record) -> bool:
    told = {plain(str(name)): value for name, value in record.items()}
    is_failure = any(told.get(name) for name in _FAILURES)
    return not is_failure and any(told.get(name) in ([], ()) for name in _PAGES)


def _holders(record: Record) -> Iterator[tuple[str, object]]:
    """Yield the members that may hold records; of a row of a table, columns that contacts do not have."""
    for name, value in record.items():
        if isinstance(record, Row) and (isinstance(value, list | tuple) or is_of_contacts(name)):
            continue
        if may_hold_records(value):
            yield name, value


def holds_beside(record: Record, members: Collection[str]) -> bool:
    """Tell whether something else than some members, by their plain names, may hold records."""
    return any(plain(str(name)) not in members and may_hold_records(value) for name, value in record.items())


def opened(record: Record, path: str) -> Iterator[tuple[Record | str, str]]:
    """Yield what may hold records, each with its path.

    :raises Fault: a list holds something else than objects.
    """
    for name, value in _holders(record):
        where = f"{path}.{name}"
        if isinstance(value, str):
            yield value, where
        elif isinstance(value, Mapping):
            yield once(value, where), where
        else:
            yield from fields.as_objects(value, where)
