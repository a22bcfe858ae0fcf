"""Scrubbing: names in the place of all that could tell of an account, and the way back for a later run.

Here belongs what may be kept of what was asked and answered, and how a recorded question is found again in a new one.
How a recording is written is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from rehydration.service.schema import operation_models

_NAME: Final = re.compile(r"scrubbed-\d+")
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_HARMLESS: Final = re.compile(r"|[A-Z][A-Z_]*|(application|text)/[A-Za-z0-9.+-]+")
"""Nothing, a value of an enumeration, a content type."""

_OF_SEEDING: Final = frozenset({"LiveChats", "Strays", "Files", "Untold"})
_TELLING: Final = re.compile(r"arn:\S+|https?://\S+|wss?://\S+|\b\d{12}\b|\+\d{7,}|\S+@\S+|[A-Za-z0-9+/=_-]{24,}")


class Scrub:
    """What may be kept of one case, and the names of what may not; each thing has one name.

    The suite's own words are kept, ids apart. Of an answer the suite's own words are kept, numbers, times, values of
    enumerations, content types and the members that AWS's models name; everything else gets a name.

    >>> scrub = Scrub(["i-1"])
    >>> scrub.asked({"InstanceId": "i-1", "Content": "hello"})
    {'InstanceId': 'scrubbed-1', 'Content': 'hello'}
    >>> scrub.answered({"Content": "hello", "DisplayName": "Martha", "Channel": "CHAT"})
    {'Content': 'hello', 'DisplayName': 'scrubbed-2', 'Channel': 'CHAT'}
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Begin with what is to be named from the start."""
        self._secrets = frozenset(filter(None, secrets))
        self._names: dict[str, str] = {}
        self._said: set[str] = set()

    def asked(self, tree: Any) -> Any:  # noqa: ANN401  # JSON data in, JSON data out
        """Scrub what the suite asks; what is kept of it may be answered too."""
        return _mapped(tree, self._of_question, self._of_member_asked)

    def answered(self, tree: Any) -> Any:  # noqa: ANN401
        """Scrub what was answered."""
        return _mapped(tree, self._of_answer, self._of_member)

    def message(self, text: str) -> str:
        """Scrub the sentence of a refusal: what has a name is named, and what could tell is left out."""
        for value in sorted(self._names, key=len, reverse=True):
            text = text.replace(value, self._names[value]) if len(value) >= _SHORTEST else text
        return _TELLING.sub(lambda found: found[0] if _NAME.fullmatch(found[0]) else "…", _ID.sub("…", text))

    def _of_question(self, text: str) -> str:
        if text in self._names or _ID.search(text) or any(each in text for each in self._secrets):
            return self._named(text)
        self._said.add(text)
        return text

    def _of_answer(self, text: str) -> str:
        known = text in self._said or text in _members() or _HARMLESS.fullmatch(text) or _TIME.fullmatch(text)
        return text if known and text not in self._secrets else self._named(text)

    def _of_member(self, name: str) -> str:
        return name if name in _members() else self._of_answer(name)

    def _of_member_asked(self, name: str) -> str:
        return name if name in _members() else self._of_question(name)

    def _named(self, text: str) -> str:
        return self._names.setdefault(text, f"scrubbed-{len(self._names) + 1}")


@cache
def _members() -> frozenset[str]:
    """Name the members that AWS's models have of what may be asked and answered."""
    models = operation_models().values()
    found, shapes = set(_OF_SEEDING), [shape for each in models for shape in (each.input_shape, each.output_shape)]
    seen: set[str] = set()
    while shapes:
        shape = shapes.pop()
        if shape is None or shape.name in seen:
            continue
        seen.add(shape.name)
        found |= getattr(shape, "members", {}).keys()
        shapes += [
            *getattr(shape, "members", {}).values(),
            getattr(shape, "member", None),
            getattr(shape, "value", None),
        ]
    return frozenset(found)


_SHORTEST: Final = 8
"""A shorter value is not looked for within a sentence: it would be found everywhere."""


class Likeness:
    """Finds a recorded question again in a new one: what was scrubbed stands for what is there now.

    >>> likeness = Likeness()
    >>> likeness.holds({"ContactId": "scrubbed-1"}, {"ContactId": "C1"})
    True
    >>> likeness.holds({"ContactId": "scrubbed-1"}, {"ContactId": "C2"})
    False
    >>> likeness.told(["scrubbed-1", "scrubbed-2"])
    ['C1', 'scrubbed-2']
    """

    def __init__(self) -> None:
        """Begin with nothing that stands for anything."""
        self._now: dict[str, str] = {}

    def holds(self, recorded: Any, asked: Any) -> bool:  # noqa: ANN401  # JSON data
        """Tell whether a new question is the recorded one; times may be others."""
        if isinstance(recorded, str) and isinstance(asked, str):
            return self._text(recorded, asked)
        if isinstance(recorded, Mapping) and isinstance(asked, Mapping):
            pairs = zip(recorded.items(), asked.items(), strict=False)
            return len(recorded) == len(asked) and all(
                self._text(name, other) and self.holds(value, new) for (name, value), (other, new) in pairs
            )
        if isinstance(recorded, list) and isinstance(asked, list):
            return len(recorded) == len(asked) and all(map(self.holds, recorded, asked))
        return bool(recorded == asked)

    def told(self, tree: Any) -> Any:  # noqa: ANN401
        """Put what is there now into a recorded answer."""
        return _mapped(tree, lambda text: self._now.get(text, text))

    def _text(self, recorded: str, asked: str) -> bool:
        if _NAME.fullmatch(recorded):
            return self._now.setdefault(recorded, asked) == asked
        return recorded == asked or bool(_TIME.fullmatch(recorded) and _TIME.fullmatch(asked))


def _mapped(tree: Any, of_text: Any, of_member: Any = None) -> Any:  # noqa: ANN401
    if isinstance(tree, Mapping):
        names = of_member or of_text
        return {names(str(name)): _mapped(each, of_text, of_member) for name, each in tree.items()}
    if isinstance(tree, list | tuple):
        return [_mapped(each, of_text, of_member) for each in tree]
    if isinstance(tree, datetime):
        return tree.isoformat()
    return of_text(tree) if isinstance(tree, str) else tree
