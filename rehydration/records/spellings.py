"""How one record spells a contact, found once for all records with the same members.

Here belongs what the names of members alone say: which of them say what, whether two say the same, whether it is an
event, whether times need a zone. A file has few such sets of names, so that a record costs no more than looking its
own up. This module does not know what else has a contact id; ``strays`` and ``encodings`` do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from attrs import frozen

from rehydration.records import fields
from rehydration.records.fields import Attributes, Fault, Members, Record, SegmentAttributes
from rehydration.records.members import (
    A_RECORDING,
    ATTRIBUTES,
    CHAIN,
    CONTACT_ID,
    EVENT_TYPE,
    INSTANCE_ARN,
    INSTANCE_ID,
    IS_EVENT,
    MEMBERS,
    NAME_OF,
    ONE_RECORDING,
    OTHER_NAMES,
    RECORDING,
    RECORDINGS,
    SEGMENT_ATTRIBUTES,
    TRANSCRIPT,
    Take,
    camel,
    is_of_contacts,
    pascal,
    plain,
)

ONCE: Final = "each member once, in one spelling"
AN_ARN: Final = "the ARN of a contact, or of an instance"
DISCONNECTED: Final = "DISCONNECTED"

_JSON_SPELLINGS: Final = (pascal(CONTACT_ID), camel(CONTACT_ID), "Id")
"""How an id is spelt where times name their zone; databases spell it otherwise, and their times are in UTC."""


@frozen
class Spelling:
    """What the members of a record say: ``names`` has the record's spelling of each of ours that it has.

    ``places`` say where each stands among the members of the record, by whose values a contact is read, and
    ``recordings_at`` where those stand that tell of recordings. ``doubled`` are two spellings of one member;
    ``strange`` are the members that no contact has.
    """

    names: Mapping[str, str]
    places: Mapping[str, int]
    doubled: tuple[str, ...]
    strange: tuple[str, ...]
    is_event: bool
    has_zone: bool
    recordings_at: tuple[tuple[str, int], ...]
    takes: tuple[tuple[str, int, str, Take], ...]

    @property
    def told(self) -> frozenset[str]:
        """The attributes of a contact that are told here, be it by null."""
        told = {name for name in self.names if name in MEMBERS}
        if {INSTANCE_ID, INSTANCE_ARN} & self.names.keys():
            told.add(INSTANCE_ID)
        if self.recordings_at or TRANSCRIPT in self.names:
            told.add(TRANSCRIPT)
        return frozenset(told)

    @property
    def names_others(self) -> bool:
        """Whether any member of the chain is there."""
        return any(name in self.names for name in CHAIN)

    def check(self, path: str) -> None:
        """Check that no member is there twice.

        :raises Fault: one is.
        """
        if self.doubled:
            raise Fault(path, f"has {' and '.join(map(repr, self.doubled))}, which are one member", ONCE)

    def members(self, values: Sequence[object], path: str, missing: str) -> Members:
        """Read a contact of the values of a record; ``missing`` is how its id would be spelt if it had one.

        :raises Fault: it cannot be read.
        """
        if self.doubled:
            self.check(path)
        names, places = self.names, self.places
        own = None if CONTACT_ID not in places else values[places[CONTACT_ID]]
        contact_id = fields.as_contact_id(own, path, names.get(CONTACT_ID, missing))
        members: Members = {CONTACT_ID: contact_id}
        for name, place, spelt, take in self.takes:
            value = values[place]
            if value is not None:
                members[name] = take(value, path, spelt)
        if INSTANCE_ID in places:
            members[INSTANCE_ID] = fields.as_text(values[places[INSTANCE_ID]], path, names[INSTANCE_ID])
        if INSTANCE_ARN in places and members.get(INSTANCE_ID) is None:
            members[INSTANCE_ID] = _instance(values[places[INSTANCE_ARN]], path, names[INSTANCE_ARN])
        if self.recordings_at:
            members[TRANSCRIPT] = fields.transcript(self.recordings(values, path), contact_id)
        if TRANSCRIPT in places and members.get(TRANSCRIPT) is None:
            members[TRANSCRIPT] = fields.fact(values[places[TRANSCRIPT]])
        if self.is_event or (IS_EVENT in places and fields.is_true(values[places[IS_EVENT]])):
            members[IS_EVENT] = True
        return members

    @property
    def nested(self) -> Iterator[int]:
        """The places of members whose values are looked into."""
        return (self.places[name] for name in (RECORDINGS, RECORDING) if name in self.places)

    def event_type(self, values: Sequence[object], path: str) -> str | None:
        """Read of what type an event is."""
        place = self.places.get(EVENT_TYPE)
        return None if place is None else fields.as_keyword(values[place], path, self.names[EVENT_TYPE])

    def attributes(self, record: Record, path: str) -> Attributes:
        """Read the attributes of a contact."""
        spelt = self.names.get(ATTRIBUTES)
        return {} if spelt is None else fields.attributes(record, spelt, path)

    def segment_attributes(self, record: Record, path: str) -> SegmentAttributes:
        """Read the segment attributes of a contact, wherever attributes would be read."""
        spelt = next((each for each in filter(_is_text, record) if plain(each) == plain(SEGMENT_ATTRIBUTES)), None)
        if spelt is None or self._is_text(record.get(spelt)):
            return {}
        return fields.segment_attributes(record, spelt, path)

    def _is_text(self, value: object) -> bool:
        """Tell whether a database wrote a structure as text."""
        return isinstance(value, str) and self.names.get(CONTACT_ID) not in _JSON_SPELLINGS

    def recordings(self, values: Sequence[object], path: str) -> list[fields.Recording]:
        """Read what is told of recordings, in a list, in one object, or in columns.

        :raises Fault: they are of another form.
        """
        found: list[fields.Recording] = []
        told = {name: values[place] for name, place in self.recordings_at}
        several, single = (_of_json(told.get(name)) for name in (RECORDINGS, RECORDING))
        if several is not None:
            # Athena writes structures as text that no standard describes.
            if not self._is_text(several):
                found += (_recording(*each) for each in fields.as_objects(several, f"{path}.{self.names[RECORDINGS]}"))
        elif single is not None and not self._is_text(single):
            where = f"{path}.{self.names[RECORDING]}"
            found.append(_recording(fields.as_object(single, where), where))
        if ONE_RECORDING[0] in told:
            kind, status, location = (
                fields.as_text(told.get(name), path, self.names.get(name, name)) for name in ONE_RECORDING
            )
            found.append((kind, status, location))
        return found


def _of_json(value: object) -> object:
    """Take what a text of JSON holds, if it is one that holds a structure."""
    held = fields.in_json(value) if isinstance(value, str) else None
    return held if isinstance(held, list | dict) else value


def _is_text(name: object) -> bool:
    return isinstance(name, str)  # boto3 and others may hand over what they like, deep in a mapping


def _instance(value: object, path: str, spelt: str) -> str | None:
    arn = fields.as_text(value, path, spelt)
    if arn is None:
        return None
    if plain(spelt) in OTHER_NAMES:
        kind, slash, _ = arn.partition("instance/")[2].partition("/")[2].partition("/")
        if slash and kind != "contact":
            raise Fault(f"{path}.{spelt}", f"is the ARN of something else, {fields.shown(arn)}", AN_ARN)
    return fields.instance(arn)


def _recording(record: Record, path: str) -> fields.Recording:
    kind, status, location = recording_names(tuple(record))
    return fields.text(record, kind, path), fields.text(record, status, path), fields.text(record, location, path)


@lru_cache(maxsize=256)
def recording_names(names: tuple[str, ...]) -> tuple[str, str, str]:
    """Find what a recording with these members calls its kind, status and location."""
    found = {plain(each): each for each in names if _is_text(each)}
    kind, status, location = (found.get(plain(name), pascal(name)) for name in A_RECORDING)
    return found.get("type", kind) if kind not in names else kind, status, location


def spelling(names: Iterable[str], *, is_row: bool = False) -> Spelling:
    """Find how members of these names spell a contact; in a row of a table, times may come without a zone."""
    found: dict[str, str] = {}
    doubled: list[str] = []
    strange = []
    others = {}
    names = tuple(names)
    for each in filter(_is_text, names):
        name = NAME_OF.get(plain(each))
        if name is None:
            if plain(each) in OTHER_NAMES:
                others[plain(each)] = each
            elif not is_of_contacts(each):
                strange.append(each)
        elif name in found:
            doubled += [found[name], each]
        else:
            found[name] = each
    for other, each in others.items():
        found.setdefault(OTHER_NAMES[other], each)
    has_zone = not is_row and found.get(CONTACT_ID, "Id") in _JSON_SPELLINGS
    places = {name: names.index(each) for name, each in found.items()}
    takes = tuple(
        (name, places[name], found[name], fields.as_time_or_utc if take is fields.as_time and not has_zone else take)
        for name, take in MEMBERS.items()
        if name in found
    )
    is_event = EVENT_TYPE in found or found.get(CONTACT_ID) == camel(CONTACT_ID)
    recordings_at = tuple((name, places[name]) for name in (RECORDINGS, RECORDING, *ONE_RECORDING) if name in places)
    if not found.keys() & {RECORDINGS, RECORDING, ONE_RECORDING[0]}:
        recordings_at = ()
    return Spelling(found, places, tuple(doubled), tuple(strange), is_event, has_zone, recordings_at, takes)


@lru_cache(maxsize=1024)
def spelling_of(names: tuple[str, ...], is_row: bool = False) -> Spelling:  # noqa: FBT001, FBT002  a key of a cache
    """Find how members of these names spell a contact, once for all records that have the same."""
    return spelling(names, is_row=is_row)
