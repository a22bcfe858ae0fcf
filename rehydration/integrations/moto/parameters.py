"""From a request as it was sent to the parameters of its operation.

Here belongs the reading of the four places that botocore's models know: path, query, headers, and the JSON body. What
a value must be like is for the service's schema to say; here it only has to be readable. moto's own reading is not
used: it takes the text of a JSON body for a query string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, NoReturn
from urllib.parse import unquote_to_bytes

from attrs import frozen

from rehydration.errors import ParametersMalformed
from rehydration.integrations.moto.operations import Operation

_INTEGERS: Final = frozenset({"integer", "long"})
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")


@frozen
class Sent:
    """A request as it was sent: path and query still percent-encoded, names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class _Unreadable(Exception):
    """Something that cannot be read; the text says what."""


def parameters_of(operation: Operation, sent: Sent) -> dict[str, Any]:
    """Read the parameters of an operation; null counts as absent.

    :raises ParametersMalformed: they cannot be read; it has the operation's code.
    """
    try:
        return _parameters(operation, sent)
    except _Unreadable as problem:
        fault = ParametersMalformed(operation.name, (str(problem),))
        fault.code, fault.status = operation.malformed, 400
        raise fault from None


def _parameters(operation: Operation, sent: Sent) -> dict[str, Any]:
    labels = re.fullmatch(operation.path, sent.path)
    assert labels is not None  # noqa: S101  # the path is how the operation was found
    query = _query(sent.query)
    body = _body(sent.body)
    found: dict[str, Any] = {}
    for name, shape in operation.members.items():
        wire = shape.serialization.get("name", name)
        match shape.serialization.get("location"):
            case "uri":
                found[name] = _decoded(labels[wire], "the path")
            case "querystring":
                found[name] = _of_query(query.get(wire), shape.type_name)
            case "header":
                found[name] = sent.headers.get(wire.lower())
            case _:
                found[name] = body.pop(wire, None)
    strange = sorted(set(body) & set(found))
    if strange:
        raise _Unreadable(f"{', '.join(strange)} in the body: it has another place")
    found.update(body)  # members that the model does not know are for the schema to refuse
    return {name: value for name, value in found.items() if value is not None}


def _decoded(text: str, place: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise _Unreadable(f"{place} is not UTF-8") from None


def _query(query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in query.split("&"):
        name, _, value = (_decoded(part.replace("+", " "), "the query") for part in each.partition("="))
        found.setdefault(name, []).append(value)
    return found


def _of_query(values: list[str] | None, kind: str) -> object:
    if values is None or len(values) > 1:  # which of several is meant nobody knows; the schema takes no list there
        return values
    return int(values[0]) if kind in _INTEGERS and _INTEGER.fullmatch(values[0]) else values[0]


def _body(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        read = json.loads(body.decode(), object_pairs_hook=_object, parse_float=_number, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise _Unreadable("the body is not UTF-8") from None
    except RecursionError:
        raise _Unreadable("the body is nested too deep") from None
    except ValueError as problem:  # JSONDecodeError, and an integer of too many digits
        raise _Unreadable(f"the body is not JSON: {problem}") from None
    if not isinstance(read, dict):
        raise _Unreadable("the body is not a JSON object")
    return read


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Unreadable("the body has a member twice")
    return members


def _number(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _no_number(text)


def _no_number(text: str) -> NoReturn:
    raise _Unreadable(f"the body has {text[:40]}, which is no number that JSON can hold")
