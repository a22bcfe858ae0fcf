"""Shapes: which records can be read in columns, told by the names of their members.

Here belongs the choice that is made once for all records with the same members: whether they are contacts and nothing
else, and which raw column tells what. How names are spelt, and what is no contact, ``records`` knows. This module does
not know files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from attrs import frozen

from rehydration.records.encodings import Encoding
from rehydration.records.fields import Fault, Record, Row
from rehydration.records.members import CONTACT_ID, NAME_OF, NAMES, camel, pascal, plain
from rehydration.records.reading import Recogniser
from rehydration.records.spellings import Spelling, spelling_of
from rehydration.records.strays import Stray, has_items

_STYLES: Final[tuple[Callable[[str], str], ...]] = (
    str,
    pascal,
    camel,
    plain,
    str.upper,
    lambda name: plain(name).upper(),
)
"""The ways in which AWS, and what is fed by it, spell names."""


@frozen
class Shape:
    """Records whose members spell a contact and nothing else; ``told`` are the attributes of it that they tell."""

    spelling: Spelling
    told: frozenset[str]


@frozen
class Plan:
    """How the records of a file are spelt that are read in columns: the raw name of each member of ours.

    ``style`` spells any other name as these are. ``zone_is_told`` says that a time written as text names its zone, or
    is none.
    """

    names: Mapping[str, str]
    style: Callable[[str], str]
    zone_is_told: bool

    @classmethod
    def of(cls, shape: Shape) -> Plan:
        """Plan for records that are spelt like one, and may have other members than it has."""
        spelt = shape.spelling.names
        style = next((each for each in _STYLES if each(CONTACT_ID) == spelt[CONTACT_ID]), plain)
        return cls({name: style(name) for name in NAMES} | dict(spelt), style, shape.spelling.has_zone)

    @property
    def key(self) -> object:
        """What plans have in common that are the same."""
        return (frozenset(self.names.items()), self.zone_is_told)

    def fits(self, shape: Shape) -> bool:
        """Tell whether records of a shape are spelt as planned."""
        spelling = shape.spelling
        return spelling.has_zone == self.zone_is_told and all(
            self.names[name] == raw for name, raw in spelling.names.items()
        )


def shape_of(names: tuple[str, ...], recogniser: Recogniser, *, is_row: bool) -> Shape | None:
    """Find what members of these names say, if it is a contact and nothing else, and no event."""
    if len({*names}) < len(names):
        return None
    record: Record = Row(dict.fromkeys(names)) if is_row else dict.fromkeys(names)
    *others, last = recogniser.candidates(record)
    if isinstance(last, Fault):
        return None
    what, told, _ = last
    spelling = spelling_of(names, is_row)
    is_contact = isinstance(what, Encoding) and NAME_OF.get(plain(what.member)) == CONTACT_ID
    is_plain = plain(spelling.names.get(CONTACT_ID, "")) == plain(CONTACT_ID) and not spelling.is_event
    is_alone = not any(isinstance(each, Fault) or not _needs_items(each.what) for each in others)
    return Shape(spelling, told) if is_contact and is_plain and is_alone else None


def _needs_items(what: object) -> bool:
    """Tell whether something is only what it may be if it has a list of items, which columns read apart."""
    return isinstance(what, Stray) and what.test is has_items


def spelt_as(names: Iterable[str], wanted: Iterable[str]) -> dict[str, str]:
    """Find the raw names of some that are wanted, whatever their spelling."""
    found = {plain(each): each for each in reversed([*names])}
    return {each: found[plain(each)] for each in wanted if plain(each) in found}
