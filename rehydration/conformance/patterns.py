"""What is accepted: patterns of answers, and the places where an answer differs from one.

Here belongs the language of expectations. Where answers come from is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from rehydration.conformance.faults import quoted

Pattern = Any
"""A pattern: JSON data, in which some mappings have a meaning of their own."""

MOST_DIFFERENCES: Final = 5
"""How many differences of one answer are told."""


def difference(pattern: Pattern, value: object, path: str = "answer") -> str | None:
    """Tell the first place where a value differs from a pattern; None if it matches.

    >>> difference({"ContactId": "C1"}, {"ContactId": "C1", "ParticipantId": "P1"})
    >>> difference(["C2", "C1"], ["C2"])
    'answer has 1 items instead of 2'
    """
    return next(_differences(pattern, value, path), None)


def differences(pattern: Pattern, value: object, path: str = "answer") -> tuple[str, ...]:
    """Tell the places where a value differs from a pattern, the first few of them.

    >>> differences({"a": 1, "b": 2}, {"a": 3})
    ('answer.a is 3 instead of 1', 'answer.b is missing, expected 2')
    """
    return tuple(islice(_differences(pattern, value, path), MOST_DIFFERENCES))


def _differences(pattern: Pattern, value: object, path: str) -> Iterator[str]:
    if isinstance(pattern, Mapping):
        special = _SPECIAL.get(frozenset(pattern))
        yield from special(pattern, value, path) if special is not None else _mapping(pattern, value, path)
    elif isinstance(pattern, list):
        yield from _list(pattern, value, path)
    else:
        alike = type(pattern) is type(value) or (not isinstance(pattern, bool) and not isinstance(value, bool))
        if not alike or pattern != value:
            yield f"{path} is {quoted(value)} instead of {quoted(pattern)}"


def _mapping(pattern: Mapping[str, Pattern], value: object, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path} is {quoted(value)} instead of a mapping"
        return
    for name, expected in pattern.items():
        where = f"{path}.{name}"
        if isinstance(expected, Mapping) and expected.keys() == {"absent"}:
            if value.get(name) is not None:
                yield f"{where} is {quoted(value[name])} and should not be there"
        elif value.get(name) is None and expected is not None:
            any_does = isinstance(expected, Mapping) and expected.keys() == {"any"}
            yield f"{where} is missing" + ("" if any_does else f", expected {quoted(expected)}")
        else:
            yield from _differences(expected, value.get(name), where)


def _list(pattern: Sequence[Pattern], value: object, path: str) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield f"{path} is {quoted(value)} instead of a list"
    elif len(pattern) != len(value):
        yield f"{path} has {len(value)} items instead of {len(pattern)}"
    else:
        for place, (expected, each) in enumerate(zip(pattern, value, strict=True)):
            yield from _differences(expected, each, f"{path}[{place}]")


# ------------------------------------------------------------------------------------------- mappings with a meaning


def _any(_pattern: Pattern, value: object, path: str) -> Iterator[str]:
    if value is None:
        yield f"{path} is missing"


def _absent(_pattern: Pattern, value: object, path: str) -> Iterator[str]:
    if value is not None:
        yield f"{path} is {quoted(value)} and should not be there"


def _text(pattern: Pattern, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, str) or not re.fullmatch(pattern["text"], value):
        yield f"{path} is {quoted(value)} instead of text like {pattern['text']}"


def _some(pattern: Pattern, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield f"{path} is {quoted(value)} instead of a list"
        return
    rest = iter(value)
    for each in pattern["some"]:
        if not any(difference(each, item) is None for item in rest):
            yield f"{path} holds no {quoted(each)} where one is expected"
            return


def _none(pattern: Pattern, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield f"{path} is {quoted(value)} instead of a list"
        return
    for place, item in enumerate(value):
        if difference(pattern["none"], item) is None:
            yield f"{path}[{place}] is {quoted(item)} and should not be there"


def _those(pattern: Pattern, value: object, path: str) -> Iterator[str]:
    """Compare the items that match one pattern, and leave the others aside."""
    if not isinstance(value, list | tuple):
        yield f"{path} is {quoted(value)} instead of a list"
        return
    found = [each for each in value if difference(pattern["those"], each) is None]
    yield from _list(pattern["are"], found, f"{path}, of which {quoted(pattern['those'])},")


_SPECIAL: Final[Mapping[frozenset[str], Callable[[Pattern, object, str], Iterator[str]]]] = {
    frozenset({"any"}): _any,
    frozenset({"absent"}): _absent,
    frozenset({"text"}): _text,
    frozenset({"some"}): _some,
    frozenset({"none"}): _none,
    frozenset({"those", "are"}): _those,
}
