"""The service models: what parameters and answers may be, from botocore's own data.

Here belongs how a model is read and how a value is held against it. No length, enum or member is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final

from rehydration.errors import InvalidArgument, shortened, shown
from rehydration.service.refusals import AnswerMalformed, ParametersMalformed

CONNECT: Final = "connect"
PARTICIPANT: Final = "connectparticipant"

OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        CONNECT: (
            "StartChatContact",
            "StartAssistantContact",
            "CreatePersistentContactAssociation",
            "DescribeContact",
            "ListAssociatedContacts",
            "GetContactAttributes",
            "UpdateContactAttributes",
            "CreateParticipant",
            "StopContact",
        ),
        PARTICIPANT: (
            "CreateParticipantConnection",
            "SendMessage",
            "SendEvent",
            "GetTranscript",
            "DisconnectParticipant",
            "StartAttachmentUpload",
            "CompleteAttachmentUpload",
            "GetAttachment",
        ),
    }
)
"""Name of a service model → the operations of it that the service answers."""


Shape = Any
"""A shape of botocore, which has no types."""


class Schema:
    """What an operation may be asked and may answer; one of this class itself takes whatever comes."""

    @property
    def operations(self) -> frozenset[str]:
        """The names of all operations that it knows."""
        return frozenset(name for names in OPERATIONS.values() for name in names)

    def check_parameters(self, operation: str, parameters: Mapping[str, object]) -> None:
        """Raise ``ParametersMalformed`` unless parameters are what the operation takes."""

    def check_answer(self, operation: str, answer: Mapping[str, object]) -> None:
        """Raise ``AnswerMalformed`` unless an answer is what the operation answers."""


TRUSTED: Final = Schema()
"""A schema that checks nothing."""


class _Models(Schema):
    """botocore's models of the operations."""

    @property
    def operations(self) -> frozenset[str]:
        return frozenset(operation_models())

    def check_parameters(self, operation: str, parameters: Mapping[str, object]) -> None:
        problems = tuple(_problems(declared_operations()[operation].input_shape, parameters, ""))
        if problems:
            raise ParametersMalformed(operation, problems)

    def check_answer(self, operation: str, answer: Mapping[str, object]) -> None:
        shape = operation_models()[operation].output_shape
        problems = tuple(_problems(shape, answer, "", -2)) if shape is not None else tuple(map(str, answer))
        if problems:
            raise AnswerMalformed(operation, problems)


@cache
def declared_operations() -> Mapping[str, Any]:
    """Load what botocore's service models say of each of their operations, answered here or not; they are loaded once.

    :raises InvalidArgument: botocore is not installed.
    """
    if find_spec("botocore") is None:
        raise InvalidArgument("schema", "botocore", "botocore installed: pip install 'rehydration[aws]'")
    from botocore.loaders import create_loader  # noqa: PLC0415  # 80 ms, for those who want it
    from botocore.model import ServiceModel  # noqa: PLC0415

    loader = create_loader()
    models = (ServiceModel(loader.load_service_model(each, "service-2"), each) for each in OPERATIONS)
    return {name: model.operation_model(name) for model in models for name in model.operation_names}


@cache
def operation_models() -> Mapping[str, Any]:
    """Choose, of what botocore's service models say, what they say of the operations that are answered here.

    :raises InvalidArgument: botocore is not installed.
    """
    declared = declared_operations()
    return {name: declared[name] for names in OPERATIONS.values() for name in names if name in declared}


def botocore_schema() -> Schema:
    """Validate by botocore's service models; they are loaded once.

    :raises InvalidArgument: botocore is not installed.
    """
    operation_models()
    return _Models()


def installed_schema() -> Schema:
    """Choose botocore's service models where botocore is installed, else none."""
    return TRUSTED if find_spec("botocore") is None else botocore_schema()


# ------------------------------------------------------------------------------------------------------------ values

_DEEPEST: Final = 40
"""How many values may be within one another: the model of segment attributes, which holds itself, has no limit.

In an answer it is two more, so that what was taken can be told.
"""

_KINDS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "structure": ((Mapping,), "a mapping"),
    "map": ((Mapping,), "a mapping"),
    "list": ((list, tuple), "a list"),
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
"""botocore's name of a kind of shape → Python's types for it, and what it is called in a sentence."""


def _problems(shape: Shape, value: object, path: str, depth: int = 0) -> Iterator[str]:
    """Tell everything that is wrong with a value, each with its path."""
    if depth > _DEEPEST:
        yield f"{shortened(path)} is nested too deep: expected at most {_DEEPEST} values within one another"
        return
    kinds, expected = _KINDS[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"{path or 'the whole'} is {_shown(shape, value, path)}: expected {expected}"
        return
    match value:
        case Mapping() if shape.type_name == "structure":
            yield from _structure(shape, value, path, depth)
        case list() | tuple():
            yield from _bounds(shape, len(value), path, "items")
            for place, each in enumerate(value):
                yield from _problems(shape.member, each, f"{path}[{place}]", depth + 1)
        case Mapping():
            yield from _bounds(shape, len(value), path, "entries")
            for key, each in value.items():
                yield from _problems(shape.key, key, f"a key of {path}")
                yield from _problems(shape.value, each, f"{path}[{_named(key)}]", depth + 1)
        case str():
            yield from _string(shape, value, path)
        case datetime() if value.utcoffset() is None:
            yield f"{path} is {value}: expected a time with its zone"
        case int() | float() if not isinstance(value, bool):
            yield from _bounds(shape, value, path)


def _structure(shape: Shape, value: Mapping[str, object], path: str, depth: int) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{_join(path, name)} is missing"
    for name, each in value.items():
        if name not in shape.members:
            yield f"{_join(path, _named(name))} is an unknown member: expected any of {', '.join(shape.members)}"
        elif each is not None:
            yield from _problems(shape.members[name], each, _join(path, name), depth + 1)


def _string(shape: Shape, value: str, path: str) -> Iterator[str]:
    if any("\ud800" <= character <= "\udfff" for character in value):
        yield f"{path} is {_shown(shape, value, path)}: expected text without lone surrogates"
        return
    yield from _bounds(shape, len(value), path, "characters")
    if shape.enum and value not in shape.enum:
        yield f"{path} is {_shown(shape, value, path)}: expected one of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if pattern and not _is_like(pattern, value):
        yield f"{path} is {_shown(shape, value, path)}: expected text like {pattern}"


def _is_like(pattern: str, value: str) -> bool:
    """Tell whether text is like a pattern. Those of operations that are not offered may be none of Python's."""
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True


def _bounds(shape: Shape, size: float, path: str, unit: str = "") -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    has = f"has {size:,} {unit}" if unit else f"is {size:,}"
    if least is not None and size < least:
        yield f"{path} {has}: expected at least {least:,}"
    if most is not None and size > most:
        yield f"{path} {has}: expected at most {most:,}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _named(name: object) -> str:
    return shortened(name) if isinstance(name, str) else shown(name)


def _shown(shape: Shape, value: object, path: str) -> str:
    return "not told" if shape.metadata.get("sensitive") or path.endswith("Token") else shown(value)
