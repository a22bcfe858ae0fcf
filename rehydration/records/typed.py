"""Values with their types: how DynamoDB, MongoDB, Firestore and Avro write them in JSON, and what they are without.

Here belongs, as data, which names of types each of them has. Nothing is known here of what the members are.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html,
https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/,
https://firebase.google.com/docs/firestore/reference/rest/v1/Value and
https://avro.apache.org/docs/1.12.0/specification/#json-encoding
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from rehydration.records.fields import Fault, Record, once

A_VALUE: Final = "values that nest less deeply"
_DEEPEST: Final = 64
_FIRESTORE: Final = {"mapValue": "fields", "arrayValue": "values"}
"""What Firestore has around the members of an object, and around the values of a list."""


def _number(value: object) -> object:
    text = str(value)
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return value


def _nothing(_value: object) -> None:
    return None


def _as_it_is(value: object) -> object:
    return value


def _kinds(as_they_are: str, numbers: str = "", nothing: str = "") -> dict[str, Callable[[object], object]]:
    return (
        dict.fromkeys(as_they_are.split(), _as_it_is)
        | dict.fromkeys(numbers.split(), _number)
        | dict.fromkeys(nothing.split(), _nothing)
    )


class Typing(NamedTuple):
    """One way to write values with their types: what is written so, what takes a value out of each type, and ``maps``.

    Those are the types whose values are objects of such values.
    """

    name: str
    kinds: Mapping[str, Callable[[object], object]]
    maps: frozenset[str] = frozenset()

    def has(self, value: object) -> bool:
        """Tell whether a value is written so."""
        return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in self.kinds

    def untyped(self, value: object, path: str, depth: int = 0) -> object:
        """Take a value out of its type, and those in it.

        :raises Fault: it nests too deeply, or names a member twice.
        """
        if depth > _DEEPEST:
            raise Fault(path, "is nested too deeply", A_VALUE)
        if isinstance(value, list | tuple):
            return [self.untyped(each, f"{path}[{place}]", depth + 1) for place, each in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        if not self.has(value):
            return self._of_each(value, path, depth)
        ((kind, held),) = once(value, path).items()
        if kind in _FIRESTORE:
            held = held.get(_FIRESTORE[kind], ()) if isinstance(held, Mapping) else held
        if kind in self.maps:
            return self._of_each(held, path, depth) if isinstance(held, Mapping) else held or {}
        return self.kinds[kind](self.untyped(held, path, depth + 1))

    def _of_each(self, value: Record, path: str, depth: int) -> Record:
        return {name: self.untyped(each, f"{path}.{name}", depth + 1) for name, each in once(value, path).items()}


DYNAMODB: Final = Typing("an item of DynamoDB", _kinds("S BOOL B SS NS BS M L", "N", "NULL"), frozenset("M"))
TYPINGS: Final = (
    DYNAMODB,
    Typing(
        "extended JSON of MongoDB",
        _kinds("$date $uuid $symbol", "$numberLong $numberInt $numberDouble $numberDecimal", "$undefined"),
    ),
    Typing(
        "a document of Firestore",
        _kinds(
            "stringValue booleanValue timestampValue referenceValue bytesValue mapValue arrayValue",
            "integerValue doubleValue",
            "nullValue",
        ),
        frozenset(("mapValue",)),
    ),
    Typing(
        "a record of Avro in JSON",
        _kinds(
            "string boolean bytes int long float double map array long.timestamp-millis long.timestamp-micros",
        ),
        frozenset(("map",)),
    ),
)


def of_item(record: Record, path: str) -> Record:
    """Take the values of an item of DynamoDB out of their types, if all have one; otherwise it is as it is."""
    if not is_item(record):
        return record
    return {name: DYNAMODB.untyped(value, f"{path}.{name}") for name, value in record.items()}


def is_item(record: object) -> bool:
    """Tell whether every member is written as DynamoDB writes values."""
    return isinstance(record, Mapping) and bool(record) and all(map(DYNAMODB.has, record.values()))


def typing_of(record: Record) -> Typing | None:
    """Find how the values of a record are written, if any has its type.

    >>> found = typing_of({"ContactId": "C1", "InitiationTimestamp": {"$date": {"$numberLong": "1777798800000"}}})
    >>> found and found.untyped({"InitiationTimestamp": {"$date": {"$numberLong": "1777798800000"}}}, "$")
    {'InitiationTimestamp': 1777798800000}
    """
    return next((each for each in TYPINGS if any(map(each.has, record.values()))), None)
