"""One contact: a normalised contact record, whatever spelling it came in.

Here belong the value and what makes one of several records of the same contact. This module knows neither JSON nor
AWS's spelling (the readers do), nor other contacts (sessions and graphs do).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from types import NoneType
from typing import Final

from attrs import evolve, field, fields, frozen, make_class

from rehydration.errors import InvalidArgument, RecordsDisagree
from rehydration.identifiers import CONTACT_ID_LENGTH, ContactId, is_contact_id
from rehydration.transcripts import TranscriptFact

CHAT: Final = "CHAT"

_IDS: Final = ("initial_contact_id", "previous_contact_id", "related_contact_id")
_TIMES: Final = ("initiation_timestamp", "disconnect_timestamp", "last_update_timestamp")
_TEXT: Final = ((str, NoneType), "text or None")
_YES_OR_NO: Final = ((bool,), "True or False")
_KINDS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "rehydration_type": _TEXT,
    "channel": _TEXT,
    "initiation_method": _TEXT,
    "customer_id": _TEXT,
    "instance_id": _TEXT,
    "contact_association_id": _TEXT,
    "transcript": ((TranscriptFact, NoneType), "a TranscriptFact or None"),
    "related_is_link": _YES_OR_NO,
    "is_event": _YES_OR_NO,
}


def _id(value: str) -> ContactId:
    """Take an id as text; whether it can be one is checked when all of the contact is there."""
    return value  # type: ignore[return-value]  # to call ContactId costs a Python call more


def _initial_id(value: str | None) -> ContactId:
    """Take the id of an initial contact; None becomes the contact's own id when that is there."""
    return value  # type: ignore[return-value]


def _id_or_none(value: str | None) -> ContactId | None:
    return value  # type: ignore[return-value]


def check_contact_id(name: str, value: object) -> None:
    """Raise :class:`~rehydration.errors.InvalidArgument` unless ``value`` can be a contact id."""
    if not is_contact_id(value):
        raise InvalidArgument(name, value, f"a contact id, 1 to {CONTACT_ID_LENGTH} characters, no lone surrogates")


def in_utc(name: str, value: object) -> datetime:
    """Give a point in time in UTC: within one zone datetimes compare by the clock, which summer time turns back.

    :raises InvalidArgument: it is no datetime, names no time zone, or lies beyond the years 1 to 9999 of UTC.
    """
    if isinstance(value, datetime):
        if value.tzinfo is UTC:
            return value
        try:
            if value.utcoffset() is not None:
                return value.astimezone(UTC)
        except Exception:  # noqa: BLE001, S110  a time zone is somebody else's code
            pass
    raise InvalidArgument(name, value, "a datetime with a time zone, of the years 1 to 9999")


@frozen(kw_only=True, weakref_slot=False)
class Contact:
    """One contact of one chat session: one contact record, one transcript.

    Ids are as in the record, a first contact's ``initial_contact_id`` is its own id whichever of the three ways it was
    written in (rule ``identity.initial-encodings``), and an id that names the contact itself as previous or related is
    None. Times are given as aware datetimes and kept in UTC; ``disconnect_timestamp`` is None while the contact is
    live.

    ``rehydration_type`` labels the link to ``related_contact_id`` where the type is known; no record of Amazon Connect
    keeps it. ``related_is_link`` is False for a chat that was started with a plain ``RelatedContactId``.
    ``is_event`` marks what was read from a contact event or flow event: it fills gaps of records and never beats them.

    >>> Contact(contact_id="C2", initial_contact_id="C1").is_first
    False

    :raises InvalidArgument: an id, time or fact of the wrong form.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """

    contact_id: ContactId = field(converter=_id)
    initial_contact_id: ContactId = field(default=None, converter=_initial_id)
    previous_contact_id: ContactId | None = field(default=None, converter=_id_or_none)
    related_contact_id: ContactId | None = field(default=None, converter=_id_or_none)
    rehydration_type: str | None = None
    related_is_link: bool = True
    channel: str | None = None
    initiation_method: str | None = None
    initiation_timestamp: datetime | None = None
    disconnect_timestamp: datetime | None = None
    last_update_timestamp: datetime | None = None
    customer_id: str | None = None
    instance_id: str | None = None
    contact_association_id: str | None = None
    transcript: TranscriptFact | None = None
    is_event: bool = False

    def __attrs_post_init__(self) -> None:
        own = self.contact_id
        check_contact_id("contact_id", own)
        if self.initial_contact_id is None:
            object.__setattr__(self, "initial_contact_id", own)
        for name in _IDS:
            value = getattr(self, name)
            if value is None:
                continue
            if value is not own:
                check_contact_id(name, value)
            if value == own and name != "initial_contact_id":
                object.__setattr__(self, name, None)
        for name in _TIMES:
            value = getattr(self, name)
            if value is not None and (time := in_utc(name, value)) is not value:
                object.__setattr__(self, name, time)
        for name, (kind, expected) in _KINDS.items():
            if not isinstance(getattr(self, name), kind):
                raise InvalidArgument(name, getattr(self, name), expected)

    @property
    def is_first(self) -> bool:
        """Whether it is the initial contact of its session."""
        return self.initial_contact_id == self.contact_id

    @property
    def is_chat(self) -> bool:
        """Whether it is a chat; messaging subtypes are, and a record that names no channel is taken for one."""
        return self.channel is None or self.channel == CHAT

    @property
    def has_ended(self) -> bool:
        """Whether this contact ended; its session may go on (rule ``identity.disconnect-is-per-segment``)."""
        return self.disconnect_timestamp is not None


@frozen
class UnknownContact:
    """A contact that records refer to but do not contain (rule ``identity.window``).

    ``initial_contact_id`` is None where nothing tells the session either.
    """

    contact_id: ContactId = field(converter=_id)
    initial_contact_id: ContactId | None = field(default=None, converter=_id_or_none)


PastContact = Contact | UnknownContact
"""What a list of past contacts holds: known contacts, and unknown ones that the walk ended at."""


_NAMES: Final = tuple(each.name for each in fields(Contact))
_ALL_OF: Final = attrgetter(*_NAMES)
_Draft: Final = make_class("_Draft", _NAMES, slots=True, weakref_slot=False, repr=False, eq=False)
"""The members of a contact, while they can be set: to set them in a frozen one costs three times as much."""


def changed(contact: Contact, **values: object) -> Contact:
    """Make a contact that differs in these values, which must be sound: what was checked is not checked again."""
    draft = _Draft(*_ALL_OF(contact))
    for name, value in values.items():
        setattr(draft, name, value)
    draft.__class__ = Contact
    made: Contact = draft
    return made


_GAPS: Final = (
    "channel",
    "initiation_method",
    "initiation_timestamp",
    "customer_id",
    "instance_id",
    "contact_association_id",
    "transcript",
)
"""What one source leaves open and another may fill, each by itself. Ids are filled with more care."""

_NEVER: Final = float("-inf")


def _rank(contact: Contact) -> tuple[bool, float, str]:
    updated = contact.last_update_timestamp
    return (not contact.is_event, _NEVER if updated is None else updated.timestamp(), repr(contact))


def fold(contacts: Iterable[Contact]) -> Contact:
    """Make one contact of all that was read of it, the same whatever the order (rule ``identity.fold``).

    Of several records the latest wins (rule ``identity.at-least-once``); other records of the same update time, and
    then events, latest first, only fill what it leaves open. A disconnect once seen, in whatever record, stays.

    :raises RecordsDisagree: records of the latest update time that differ in the initial, previous or related id.
    """
    ranked = sorted(contacts, key=_rank, reverse=True)
    best = ranked[0]
    sources = [each for each in ranked if each.is_event or each.last_update_timestamp == best.last_update_timestamp]
    if not best.is_event:
        for member in _IDS:
            values = {getattr(each, member) for each in sources if not each.is_event}
            if best.last_update_timestamp is None:
                values.discard(None)  # a search answer has fewer members than a record; what it lacks it does not deny
            if len(values) > 1:
                told = tuple(sorted(values, key=lambda value: (value is not None, value)))
                raise RecordsDisagree(best.contact_id, member, told, best.last_update_timestamp)
    filled: dict[str, object] = {name: _first(name, sources) for name in _GAPS}
    filled["disconnect_timestamp"] = _first("disconnect_timestamp", ranked)
    if best.is_first and best.is_event:
        filled["initial_contact_id"] = next((each.initial_contact_id for each in sources if not each.is_first), None)
    if best.is_event or not best.is_first:
        filled["previous_contact_id"] = _first("previous_contact_id", sources)
    linked = [each for each in sources if each.related_contact_id is not None]
    if linked:
        related = linked[0].related_contact_id
        filled["related_contact_id"] = related
        filled["related_is_link"] = linked[0].related_is_link
        filled["rehydration_type"] = _first(
            "rehydration_type", [each for each in linked if each.related_contact_id == related]
        )
    return evolve(best, **filled)  # type: ignore[arg-type]  # each value comes from the member that it goes to


def _first(name: str, contacts: Iterable[Contact]) -> object:
    return next((value for each in contacts if (value := getattr(each, name)) is not None), None)
