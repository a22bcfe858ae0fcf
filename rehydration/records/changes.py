"""Changes of a table: what DynamoDB, Debezium, DMS and others write each time a row becomes another one.

Here belongs, as data, where a change has its new row, and by which word it says that the row is gone. What was there
before is no record of what is there now.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html,
https://debezium.io/documentation/reference/stable/connectors/postgresql.html,
https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.Kinesis.html,
https://www.mongodb.com/docs/manual/reference/change-events/ and https://maxwells-daemon.io/dataformat/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from rehydration.records import fields, typed
from rehydration.records.fields import Record
from rehydration.records.members import CONTACT_ID, plain

_GONE: Final = frozenset(("d", "delete", "deleted", "remove", "true", "1", "update_preimage"))
_MARKS: Final = "op op_type deleted is_deleted hoodie_is_deleted fivetran_deleted metadata_action change_type"
_PLAIN_MARKS: Final = frozenset(map(plain, _MARKS.split()))
GONE: Final = tuple(f"{CONTACT_ID} {each}" for each in _MARKS.split())
"""The names of columns by which a row of a copied table says that it is gone."""


class Change(NamedTuple):
    """How ``by`` writes a change: the plain names that mark it, the way to the new row, and to what was done.

    Without a way to it, what was done is not told; otherwise it is told by a word.
    """

    by: str
    marks: frozenset[str]
    now: tuple[str, ...]
    done: tuple[str, ...] = ()

    def is_it(self, record: Record) -> bool:
        """Tell whether something with the marks is such a change."""
        return not self.done or isinstance(_at(record, self.done), str)

    def is_gone(self, record: Record) -> bool:
        """Tell whether a change has no new row."""
        return self.is_it(record) and (
            not isinstance(_at(record, self.now), Mapping | list | str) or str(_at(record, self.done)).lower() in _GONE
        )

    def opened(self, record: Record, path: str) -> Iterator[tuple[Record | str, str]]:
        """Yield the new row."""
        for each in self.now[:-1]:
            spelt = fields.spelt(record, each)
            record, path = fields.an_object(record, spelt, path), f"{path}.{spelt}"
        spelt = fields.spelt(record, self.now[-1])
        held, path = record[spelt], f"{path}.{spelt}"
        if isinstance(held, str):
            yield held, path
        elif isinstance(held, list):
            yield from fields.as_objects(held, path)
        else:
            yield typed.of_item(fields.as_object(held, path), path), path


def _at(record: object, way: tuple[str, ...]) -> object:
    for each in way:
        record = record.get(fields.spelt(record, each)) if isinstance(record, Mapping) else None
    return record if way else None


def _marked(by: str, marks: str, now: str, done: str = "") -> Change:
    return Change(by, frozenset(map(plain, marks.split())), tuple(now.split()), tuple(done.split()))


CHANGES: Final = (
    _marked("DynamoDB", "dynamodb", "dynamodb NewImage"),
    _marked("DynamoDB", "new_image keys", "NewImage"),
    _marked("DynamoDB", "metadata keys", "NewImage"),
    _marked("Debezium", "before after op", "after", "op"),
    _marked("GoldenGate", "op_type table", "after", "op_type"),
    _marked("MongoDB", "operation_type document_key", "fullDocument", "operationType"),
    _marked("Maxwell or Canal", "database table type", "data", "type"),
    _marked("DMS", "metadata", "data", "metadata operation"),
)


def is_mark(name: str) -> bool:
    """Tell whether a member or column may say that a row is gone."""
    return plain(name) in _PLAIN_MARKS


def is_row_gone(row: Record) -> bool:
    """Tell whether a row of a copied table says that it is gone.

    >>> is_row_gone({"Op": "D", "contact_id": "C1"}), is_row_gone({"Op": "U", "contact_id": "C1"})
    (True, False)
    """
    return any(is_mark(str(name)) and str(value).lower() in _GONE for name, value in row.items())


def by_whom(record: Record) -> str | None:
    """Tell who wrote a change that has no new row; None if that is none, or it has one.

    >>> by_whom({"before": {"ContactId": "C1"}, "after": None, "op": "d"})
    'Debezium'
    """
    names = {plain(str(each)) for each in record}
    return next((each.by for each in CHANGES if each.marks <= names and each.is_gone(record)), None)
