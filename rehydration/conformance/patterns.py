"""What is accepted: patterns of answers, and the first place where an answer differs from one.

Here belongs the language of expectations. Where answers come from is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from rehydration.conformance.faults import quoted

Pattern = Any
"""A pattern: JSON data, in which some mappings of one member have a meaning of their own."""


def difference(pattern: Pattern, value: object, path: str = "answer") -> str | None:
    """Tell the first place where a value differs from a pattern; None if it matches.

    >>> difference({"ContactId": "C1"}, {"ContactId": "C1", "ParticipantId": "P1"})
    >>> difference(["C2", "C1"], ["C2"])
    'answer has 1 items instead of 2'
    """
    if isinstance(pattern, Mapping):
        if len(pattern) == 1 and (special := _SPECIAL.get(next(iter(pattern)))) is not None:
            return special(next(iter(pattern.values())), value, path)
        return _mapping(pattern, value, path)
    if isinstance(pattern, list):
        return _list(pattern, value, path)
    alike = type(pattern) is type(value) or (not isinstance(pattern, bool) and not isinstance(value, bool))
    return None if alike and pattern == value else f"{path} is {quoted(value)} instead of {quoted(pattern)}"


def _mapping(pattern: Mapping[str, Pattern], value: object, path: str) -> str | None:
    if not isinstance(value, Mapping):
        return f"{path} is {quoted(value)} instead of a mapping"
    for name, expected in pattern.items():
        where = f"{path}.{name}"
        if isinstance(expected, Mapping) and expected.keys() == {"absent"}:
            if value.get(name) is not None:
                return f"{where} is {quoted(value[name])} and should not be there"
        elif value.get(name) is None and expected is not None:
            return f"{where} is missing"
        elif (found := difference(expected, value.get(name), where)) is not None:
            return found
    return None


def _list(pattern: Sequence[Pattern], value: object, path: str) -> str | None:
    if not isinstance(value, list | tuple):
        return f"{path} is {quoted(value)} instead of a list"
    if len(pattern) != len(value):
        return f"{path} has {len(value)} items instead of {len(pattern)}"
    pairs = enumerate(zip(pattern, value, strict=True))
    found = (difference(expected, each, f"{path}[{place}]") for place, (expected, each) in pairs)
    return next((each for each in found if each is not None), None)


# ----------------------------------------------------------------------------------------------- mappings of one member


def _any(_expected: object, value: object, path: str) -> str | None:
    return f"{path} is missing" if value is None else None


def _absent(_expected: object, value: object, path: str) -> str | None:
    return None if value is None else f"{path} is {quoted(value)} and should not be there"


def _text(expected: str, value: object, path: str) -> str | None:
    if isinstance(value, str) and re.fullmatch(expected, value):
        return None
    return f"{path} is {quoted(value)} instead of text like {expected}"


def _some(expected: Sequence[Pattern], value: object, path: str) -> str | None:
    if not isinstance(value, list | tuple):
        return f"{path} is {quoted(value)} instead of a list"
    rest = iter(value)
    for each in expected:
        if not any(difference(each, item) is None for item in rest):
            return f"{path} holds no {quoted(each)} where one is expected"
    return None


def _none(expected: Pattern, value: object, path: str) -> str | None:
    if not isinstance(value, list | tuple):
        return f"{path} is {quoted(value)} instead of a list"
    for place, item in enumerate(value):
        if difference(expected, item) is None:
            return f"{path}[{place}] is {quoted(item)} and should not be there"
    return None


_SPECIAL: Final[Mapping[str, Callable[[Any, object, str], str | None]]] = {
    "any": _any,
    "absent": _absent,
    "text": _text,
    "some": _some,
    "none": _none,
}
