"""The service models: what parameters and answers may be, from botocore's own data.

Here belongs how a model is read and how a value is held against it. No length, enum or member is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from typing import Any, Final, Protocol

from rehydration.errors import AnswerMalformed, InvalidArgument, ParametersMalformed

SERVICES: Final = ("connect", "connectparticipant")


Shape = Any
"""A shape of botocore, which has no types."""


class Schema(Protocol):
    """What an operation may be asked and may answer."""

    @property
    def operations(self) -> frozenset[str]:
        """The names of all operations."""
        ...

    def check_parameters(self, operation: str, parameters: Mapping[str, object]) -> None:
        """Raise :class:`~rehydration.errors.ParametersMalformed` unless parameters are what the operation takes."""
        ...

    def check_answer(self, operation: str, answer: Mapping[str, object]) -> None:
        """Raise :class:`~rehydration.errors.AnswerMalformed` unless an answer is what the operation answers."""
        ...

    def declared(self, operation: str) -> Mapping[str, int]:
        """Tell the codes that the operation may answer with, and the HTTP status of each."""
        ...


class _Trusted:
    """Input that is trusted: nothing is checked."""

    @property
    def operations(self) -> frozenset[str]:
        """No operation is known."""
        return frozenset()

    def check_parameters(self, _operation: str, _parameters: Mapping[str, object]) -> None:
        """Take whatever comes."""

    def check_answer(self, _operation: str, _answer: Mapping[str, object]) -> None:
        """Take whatever comes."""

    def declared(self, _operation: str) -> Mapping[str, int]:
        """Know of no code."""
        return {}


TRUSTED: Final[Schema] = _Trusted()
"""A schema that checks nothing."""


class _Models:
    """botocore's models of the two services."""

    def __init__(self, models: Iterator[Any]) -> None:
        self._operations = {name: model.operation_model(name) for model in models for name in model.operation_names}

    @property
    def operations(self) -> frozenset[str]:
        return frozenset(self._operations)

    def check_parameters(self, operation: str, parameters: Mapping[str, object]) -> None:
        problems = tuple(_problems(self._operations[operation].input_shape, parameters, ""))
        if problems:
            raise ParametersMalformed(operation, problems)

    def check_answer(self, operation: str, answer: Mapping[str, object]) -> None:
        shape = self._operations[operation].output_shape
        problems = tuple(_problems(shape, answer, "")) if shape is not None else tuple(map(str, answer))
        if problems:
            raise AnswerMalformed(operation, problems)

    def declared(self, operation: str) -> Mapping[str, int]:
        shapes = self._operations[operation].error_shapes
        return {each.name: each.metadata["error"]["httpStatusCode"] for each in shapes}


@cache
def botocore_schema() -> Schema:
    """Load botocore's service models; they are loaded once.

    :raises InvalidArgument: botocore is not installed.
    """
    if find_spec("botocore") is None:
        raise InvalidArgument("schema", "botocore", "botocore installed: pip install 'rehydration[aws]'")
    from botocore.loaders import create_loader  # noqa: PLC0415  # 80 ms, for those who want it
    from botocore.model import ServiceModel  # noqa: PLC0415

    loader = create_loader()
    return _Models(ServiceModel(loader.load_service_model(name, "service-2"), name) for name in SERVICES)


def installed_schema() -> Schema:
    """Choose botocore's service models where botocore is installed, else none."""
    return TRUSTED if find_spec("botocore") is None else botocore_schema()


# ------------------------------------------------------------------------------------------------------------ values


def _problems(shape: Shape, value: object, path: str) -> Iterator[str]:
    """Tell everything that is wrong with a value, each with its path."""
    kind = shape.type_name
    if kind == "structure":
        yield from _structure(shape, value, path)
    elif kind == "list":
        yield from _list(shape, value, path)
    elif kind == "map":
        yield from _map(shape, value, path)
    else:
        yield from _scalar(shape, value, path)


def _structure(shape: Shape, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path or 'the whole'} is {_shown(shape, value, path)}: expected a mapping"
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{_join(path, name)} is missing"
    for name, each in value.items():
        if name not in shape.members:
            yield f"{_join(path, _text(name))} is an unknown member: expected any of {', '.join(shape.members)}"
        elif each is not None:
            yield from _problems(shape.members[name], each, _join(path, name))


def _list(shape: Shape, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield f"{path} is {_shown(shape, value, path)}: expected a list"
        return
    yield from _bounds(shape, len(value), path, "items")
    for place, each in enumerate(value):
        yield from _problems(shape.member, each, f"{path}[{place}]")


def _map(shape: Shape, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path} is {_shown(shape, value, path)}: expected a mapping"
        return
    yield from _bounds(shape, len(value), path, "entries")
    for key, each in value.items():
        yield from _problems(shape.key, key, f"a key of {path}")
        yield from _problems(shape.value, each, f"{path}[{_text(key)}]")


_KINDS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "string": ((str,), "text"),
    "character": ((str,), "text"),
    "integer": ((int,), "a whole number"),
    "long": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "double": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
    "timestamp": ((datetime,), "a time"),
    "blob": ((bytes, bytearray), "bytes"),
}


def _scalar(shape: Shape, value: object, path: str) -> Iterator[str]:
    kinds, expected = _KINDS[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"{path} is {_shown(shape, value, path)}: expected {expected}"
    elif isinstance(value, str):
        yield from _string(shape, value, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bounds(shape, value, path, "")
    elif isinstance(value, datetime) and value.utcoffset() is None:
        yield f"{path} is {value}: expected a time with its zone"


def _string(shape: Shape, value: str, path: str) -> Iterator[str]:
    if any("\ud800" <= character <= "\udfff" for character in value):
        yield f"{path} is {_shown(shape, value, path)}: expected text without lone surrogates"
        return
    yield from _bounds(shape, len(value), path, "characters")
    if shape.enum and value not in shape.enum:
        yield f"{path} is {_shown(shape, value, path)}: expected one of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if pattern and not re.search(pattern, value):
        yield f"{path} is {_shown(shape, value, path)}: expected text like {pattern}"


def _bounds(shape: Shape, size: float, path: str, unit: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    has = f"has {size:,} {unit}" if unit else f"is {size:,}"
    if least is not None and size < least:
        yield f"{path} {has}: expected at least {least:,}"
    if most is not None and size > most:
        yield f"{path} {has}: expected at most {most:,}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _text(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _shown(shape: Shape, value: object, path: str) -> str:
    if shape.metadata.get("sensitive") or path.endswith("Token"):
        return "not told"
    return _text(repr(value))
