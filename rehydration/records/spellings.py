"""How one record spells a contact, found once for all records with the same members.

Here belongs what the names of members alone say: which of them say what, whether two say the same, whether it is an
event, whether times need a zone. A file has few such sets of names, so that a record costs no more than looking its
own up. This module does not know what else has a contact id; ``strays`` and ``encodings`` do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

    ``doubled`` are two spellings of one member; ``strange`` are the members that no contact has.
    """

    names: Mapping[str, str]
    doubled: tuple[str, ...]
    strange: tuple[str, ...]
    is_event: bool
    has_zone: bool
    takes: tuple[tuple[str, str, Take], ...]

    @property
    def told(self) -> frozenset[str]:
        """The attributes of a contact that are told here, be it by null."""
        told = {name for name in self.names if name in MEMBERS}
        if {INSTANCE_ID, INSTANCE_ARN} & self.names.keys():
            told.add(INSTANCE_ID)
        if {RECORDINGS, RECORDING, ONE_RECORDING[0], TRANSCRIPT} & self.names.keys():
            told.add("transcript")
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

    def members(self, record: Record, path: str, missing: str) -> Members:
        """Read a contact; ``missing`` is how its id would be spelt if it had one.

        :raises Fault: it cannot be read.
        """
        if self.doubled:
            self.check(path)
        names = self.names
        contact_id = fields.contact_id(record, names.get(CONTACT_ID, missing), path)
        members: Members = {CONTACT_ID: contact_id}
        for name, spelt, take in self.takes:
            if record.get(spelt) is not None:
                members[name] = take(record, spelt, path)
        if INSTANCE_ID in names:
            members[INSTANCE_ID] = fields.text(record, names[INSTANCE_ID], path)
        if INSTANCE_ARN in names and members.get(INSTANCE_ID) is None:
            members[INSTANCE_ID] = _instance(record, names[INSTANCE_ARN], path)
        if RECORDINGS in names or RECORDING in names or ONE_RECORDING[0] in names:
            members["transcript"] = fields.transcript(self.recordings(record, path), contact_id)
        if TRANSCRIPT in names and members.get("transcript") is None:
            members["transcript"] = fields.fact(record, names[TRANSCRIPT])
        if self.is_event or (IS_EVENT in names and fields.is_true(record, names[IS_EVENT])):
            members["is_event"] = True
        return members

    def event_type(self, record: Record, path: str) -> str | None:
        """Read of what type an event is."""
        spelt = self.names.get(EVENT_TYPE)
        return None if spelt is None else fields.keyword(record, spelt, path)

    def attributes(self, record: Record, path: str) -> Attributes:
        """Read the attributes of a contact; what CSV holds as text, by no standard, is not read."""
        spelt = self.names.get(ATTRIBUTES)
        if spelt is None or self._is_text(record.get(spelt)):
            return {}
        return fields.attributes(record, spelt, path)

    def segment_attributes(self, record: Record, path: str) -> SegmentAttributes:
        """Read the segment attributes of a contact, wherever attributes would be read."""
        spelt = next((each for each in filter(_is_text, record) if plain(each) == plain(SEGMENT_ATTRIBUTES)), None)
        if spelt is None or self._is_text(record.get(spelt)):
            return {}
        return fields.segment_attributes(record, spelt, path)

    def _is_text(self, value: object) -> bool:
        """Tell whether a database wrote a structure as text."""
        return isinstance(value, str) and self.names.get(CONTACT_ID) not in _JSON_SPELLINGS

    def recordings(self, record: Record, path: str) -> Iterator[fields.Recording]:
        """Read what is told of recordings, in a list, in one object, or in columns.

        :raises Fault: they are of another form.
        """
        several, single = self.names.get(RECORDINGS), self.names.get(RECORDING)
        if several is not None and record.get(several) is not None:
            # CSV holds the list of structures as text that no standard describes.
            if not self._is_text(record[several]):
                for each, where in fields.objects(record, several, path):
                    yield _recording(each, where)
        elif single is not None and record.get(single) is not None and not self._is_text(record[single]):
            yield _recording(fields.an_object(record, single, path), f"{path}.{single}")
        if ONE_RECORDING[0] in self.names:
            kind, status, location = (self.names.get(name, name) for name in ONE_RECORDING)
            yield fields.recording(record, (kind, status, location), path)


def _is_text(name: object) -> bool:
    return isinstance(name, str)  # boto3 and others may hand over what they like, deep in a mapping


def _instance(record: Record, spelt: str, path: str) -> str | None:
    arn = fields.text(record, spelt, path)
    if arn is not None and plain(spelt) in OTHER_NAMES:
        kind, slash, _ = arn.partition("instance/")[2].partition("/")[2].partition("/")
        if slash and kind != "contact":
            raise Fault(f"{path}.{spelt}", f"is the ARN of something else, {fields.shown(arn)}", AN_ARN)
    return fields.instance(record, spelt, path)


def _recording(record: Record, path: str) -> fields.Recording:
    return fields.recording(record, recording_names(tuple(record)), path)


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
    takes = tuple(
        (name, found[name], fields.time_or_utc if take is fields.time and not has_zone else take)
        for name, take in MEMBERS.items()
        if name in found
    )
    is_event = EVENT_TYPE in found or found.get(CONTACT_ID) == camel(CONTACT_ID)
    return Spelling(found, tuple(doubled), tuple(strange), is_event, has_zone, takes)


@lru_cache(maxsize=1024)
def spelling_of(names: tuple[str, ...], is_row: bool = False) -> Spelling:  # noqa: FBT001, FBT002  a key of a cache
    """Find how members of these names spell a contact, once for all records that have the same."""
    return spelling(names, is_row=is_row)
