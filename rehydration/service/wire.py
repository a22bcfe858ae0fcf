"""The wire: from a request as it is sent to an operation and its parameters, from an answer or a refusal to a response.

Here belongs AWS's rest-json, as botocore's models bind it to the operations of the service: which one a method and a
path ask for, and the four places in which its members stand. What a member must be like is for the schema to say; here
it only has to be readable. Nothing here opens a connection or knows a host, which hands over what it received. An
emulator of one instance needs no more than :func:`respond`::

    response = respond(Request(method, target, headers, body), service.call, request_id=new_id())
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from math import isfinite
from typing import Any, Final, NoReturn

from attrs import field, frozen

from rehydration.errors import RuleForbids, shortened
from rehydration.service.faults import answering, code_of_not_offered
from rehydration.service.refusals import ParametersMalformed
from rehydration.service.schema import botocore_schema, declared_operations, operation_models

Call = Callable[[str, dict[str, Any]], Mapping[str, object]]
"""What answers an operation, by its name and parameters, as ``ChatService.call`` does."""

_ORIGIN: Final = re.compile(r"^\w+://[^/?]*")
_LABEL: Final = re.compile(r"\{(\w+)\}")
_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_INTEGERS: Final = frozenset({"integer", "long"})
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")


def path_of(target: str) -> str:
    """Take the path out of the target of a request, which proxies send as a whole URL; it stays percent-encoded."""
    return _ORIGIN.sub("", target).partition("?")[0]


def _by_lower_name(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@frozen
class Request:
    """A request as it was sent; ``target`` is its path and query, still percent-encoded, or a whole URL."""

    method: str
    target: str
    headers: Mapping[str, str] = field(converter=_by_lower_name)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, percent-encoded."""
        return path_of(self.target)

    @property
    def query(self) -> str:
        """The query, percent-encoded, without its question mark."""
        return self.target.partition("?")[2]


@frozen
class Response:
    """What is sent back; the body is JSON in ASCII, so that lone surrogates pass too."""

    status: int
    headers: Mapping[str, str]
    body: bytes


# --------------------------------------------------------------------------------------------------------- operations


@frozen
class Operation:
    """One operation and where it is.

    ``service`` names its model, ``signing_name`` what requests are signed for. ``path`` is a regular expression for a
    percent-encoded path, whose groups are the labels; ``members`` are botocore's shapes by name.
    """

    name: str
    service: str
    signing_name: str
    method: str
    path: str
    members: Mapping[str, Any]

    def parameters(self, request: Request) -> dict[str, Any]:
        """Read the parameters of a request that :func:`find` found this operation for; null counts as absent.

        :raises ParametersMalformed: they cannot be read; it has its code and status.
        """
        with answering(self.name):
            try:
                return self._parameters(request)
            except _Unreadable as problem:
                raise ParametersMalformed(self.name, (str(problem),)) from None

    def _parameters(self, request: Request) -> dict[str, Any]:
        labels, query, body = re.fullmatch(self.path, request.path), _query(request.query), _body(request.body)
        found: dict[str, Any] = {}
        for name, shape in self.members.items():
            wire = shape.serialization.get("name", name)
            match shape.serialization.get("location"):
                case "uri":
                    found[name] = None if labels is None else _decoded(labels[wire], "the path")
                case "querystring":
                    found[name] = _of_query(query.get(wire), shape.type_name)
                case "header":
                    found[name] = request.headers.get(wire.lower())
                case _:
                    found[name] = body.pop(wire, None)
        strange = sorted(body.keys() & found.keys())
        if strange:
            raise _Unreadable(f"{', '.join(strange)} in the body: it has another place")
        found.update(body)  # members that the model does not know are for the schema to refuse
        return {name: value for name, value in found.items() if value is not None}


@cache
def operations() -> tuple[Operation, ...]:
    """Take the operations that the service answers from botocore's models; an older one does not have all.

    :raises InvalidArgument: botocore is not installed.
    """
    return tuple(map(_operation, operation_models().values()))


@cache
def operations_not_offered() -> tuple[Operation, ...]:
    """Take the operations that the service does not answer from botocore's models of the same services.

    :raises InvalidArgument: botocore is not installed.
    """
    offered = operation_models()
    return tuple(_operation(model) for name, model in declared_operations().items() if name not in offered)


def _operation(model: Any) -> Operation:  # noqa: ANN401  # botocore has no types
    return Operation(
        name=model.name,
        service=model.service_model.service_name,
        signing_name=model.service_model.signing_name,
        method=model.http["method"],
        path=_LABEL.sub(r"(?P<\1>[^/]*)", model.http["requestUri"]),
        members={} if model.input_shape is None else model.input_shape.members,
    )


def find(method: str, path: str) -> Operation | None:
    """Find the operation that a method and a percent-encoded path ask for; None if the service answers none there."""
    found = _found(method, path)
    return found if found is not None and found.name in operation_models() else None


def find_not_offered(method: str, path: str) -> Operation | None:
    """Find the operation of the same services that is asked for and that the service does not answer, if any."""
    found = _found(method, path)
    return found if found is not None and found.name not in operation_models() else None


def is_path(path: str) -> bool:
    """Tell whether an operation of the same services has this percent-encoded path, by whatever method."""
    return any(re.fullmatch(each.path, path) for each in _beginning_alike(path))


def _found(method: str, path: str) -> Operation | None:
    alike = _beginning_alike(path)
    return next((each for each in alike if each.method == method and re.fullmatch(each.path, path)), None)


def _beginning_alike(path: str) -> Iterable[Operation]:
    return _by_beginning().get(_beginning(path), ())


@cache
def _by_beginning() -> Mapping[str, list[Operation]]:
    """Group the operations by how their paths begin, which is never a label; of each group the offered come first."""
    found: dict[str, list[Operation]] = {}
    for each in (*operations(), *operations_not_offered()):
        found.setdefault(_beginning(each.path), []).append(each)
    return found


def _beginning(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else ""


# ---------------------------------------------------------------------------------------------------------- responses


def respond(request: Request, call: Call, request_id: str) -> Response:
    """Have ``call`` answer a request, and write its answer or its refusal; any other error of it is passed on.

    What the service does not offer is refused too, as :func:`unanswered` says.
    """
    operation = find(request.method, request.path)
    if operation is None:
        return unanswered(request, request_id)
    try:
        return written(call(operation.name, operation.parameters(request)), request_id)
    except RuleForbids as fault:
        if fault.code is None or fault.status is None:
            raise
        return refused(fault.code, fault.status, str(fault), request_id)


def unanswered(request: Request, request_id: str) -> Response:
    """Refuse what is not offered: by an error that its operation declares; what is no operation has the status 404."""
    operation = find_not_offered(request.method, request.path)
    if operation is None:
        return refused("UnknownOperationException", 404, "no operation has this method and path", request_id)
    code, status = code_of_not_offered(operation.name)
    return refused(code, status, f"{operation.name} is not emulated by rehydration", request_id)


def refused_as_malformed(operation: Operation, request: Request, request_id: str) -> Response | None:
    """Refuse a request whose parameters its model does not take, for an operation that somebody else answers."""
    try:
        botocore_schema().check_parameters(operation.name, operation.parameters(request))
    except ParametersMalformed as fault:
        code, status = code_of_not_offered(operation.name)
        return refused(code, status, str(fault), request_id)
    return None


def written(answer: Mapping[str, object], request_id: str) -> Response:
    """Write the answer of an operation: members in the body, times as epoch numbers with their fraction."""
    return Response(200, _headers(request_id), json.dumps(answer, default=_epoch).encode())


def refused(code: str, status: int, message: str, request_id: str) -> Response:
    """Write a refusal so that every client finds its code and message: SDKs differ in where they look."""
    headers = {**_headers(request_id), "x-amzn-errortype": code}
    return Response(status, headers, json.dumps({"__type": code, "Message": message, "message": message}).encode())


def _headers(request_id: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "x-amzn-requestid": request_id}


def _epoch(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} in an answer")


# ------------------------------------------------------------------------------------------- the parts of a request


class _Unreadable(Exception):
    """Something that cannot be read; the text says what."""


def _decoded(text: str, place: str) -> str:
    # as urllib does it, whose package the service keeps away from: it opens connections too
    try:
        return _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), text.encode()).decode()
    except UnicodeError:
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
    raise _Unreadable(f"the body has {shortened(text, 40)}, which is no number that JSON can hold")
