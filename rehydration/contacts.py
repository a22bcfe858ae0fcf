"""One contact: a normalised contact record, whatever spelling it came in.

This module holds the contact as a value, and folds several records of one contact into one. It does not know JSON or
AWS's spelling, which the readers know, nor other contacts, which sessions and graphs know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from types import NoneType
from typing import Final

from attrs import evolve, field, fields, frozen, make_class

from rehydration.doubts import Doubt, DoubtKind
from rehydration.errors import Contradiction, InvalidArgument, RecordsDisagree, shown
from rehydration.identifiers import CONTACT_ID_LENGTH, ContactId, is_contact_id
from rehydration.transcripts import TranscriptFact

CHAT: Final = "CHAT"

SURVEY: Final = "DISCONNECT"
"""The initiation method of contacts that a disconnect flow makes, such as a survey after the chat."""

REFERENCES: Final = ("initial_contact_id", "previous_contact_id", "related_contact_id")
"""The members by which a contact names others."""

TIMES: Final = ("initiation_timestamp", "disconnect_timestamp", "last_update_timestamp")
"""The members that are points in time."""

_TEXT: Final = ((str, NoneType), "text or None")
_YES_OR_NO: Final = ((bool,), "True or False")
_YES_NO_OR_OPEN: Final = ((bool, NoneType), "True, False or None")
_KINDS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "rehydration_type": _TEXT,
    "channel": _TEXT,
    "initiation_method": _TEXT,
    "customer_id": _TEXT,
    "instance_id": _TEXT,
    "contact_association_id": _TEXT,
    "transcript": ((TranscriptFact, NoneType), "a TranscriptFact or None"),
    "related_is_link": _YES_NO_OR_OPEN,
    "is_event": _YES_OR_NO,
}


def _id(value: str) -> ContactId:
    """Accept an id as text. It is checked once the whole contact is there."""
    return value  # type: ignore[return-value]  # calling ContactId costs one more Python call


def _initial_id(value: str | None) -> ContactId:
    """Accept the id of an initial contact. None becomes the contact's own id once that is there."""
    return value  # type: ignore[return-value]


def _id_or_none(value: str | None) -> ContactId | None:
    return value  # type: ignore[return-value]


def check_contact_id(name: str, value: object) -> None:
    """Check that a value can be a contact id.

    :raises InvalidArgument: it cannot.
    """
    if not is_contact_id(value):
        raise InvalidArgument(name, value, f"a contact id, 1 to {CONTACT_ID_LENGTH} characters, no lone surrogates")


def in_utc(name: str, value: object) -> datetime:
    """Convert a time to UTC. Datetimes of one zone compare by its clock, which goes back at the end of summer time.

    :raises InvalidArgument: the value is not a datetime, has no time zone, or is outside the years 1 to 9999 in UTC.
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


def _settle_ids(contact: Contact) -> None:
    """Name the contact itself as the initial contact of its session if no other is, and not as another one."""
    own, put = contact.contact_id, object.__setattr__
    if contact.initial_contact_id is None:
        put(contact, "initial_contact_id", own)
    if contact.previous_contact_id == own:
        put(contact, "previous_contact_id", None)
    if contact.related_contact_id == own:
        put(contact, "related_contact_id", None)


@frozen(kw_only=True, weakref_slot=False)
class Contact:
    """One contact of one chat session: one contact record, one transcript.

    - Ids: text, kept as in the record. The ``initial_contact_id`` of a first contact is its own id, whichever of the
      three ways the record writes it (rule ``identity.initial-encodings``). A previous or related id that names the
      contact itself becomes None.
    - Times: aware datetimes, kept in UTC. ``disconnect_timestamp`` is None while the contact is live.
    - ``rehydration_type``: the type of the link to ``related_contact_id``, if it is known. No record of Amazon Connect
      keeps it.
    - ``related_is_link``: whether a related contact whose type is not known is a rehydration. No record tells it from
      a plain ``RelatedContactId``. True assumes that it is, False that it is not; None leaves it open, so answers count
      it and say that they depend on it.
    - ``transcript``: what is known of its transcript file. None means that nobody looked, and the file counts as there.
    - ``is_event``: whether the contact was read from a contact event or flow event. An event fills gaps in records and
      never overrides one.

    >>> Contact(contact_id="C2", initial_contact_id="C1").is_first
    False

    :raises InvalidArgument: an id, a time or a fact has the wrong form.

    Source: https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """

    contact_id: ContactId = field(converter=_id)
    initial_contact_id: ContactId = field(default=None, converter=_initial_id)
    previous_contact_id: ContactId | None = field(default=None, converter=_id_or_none)
    related_contact_id: ContactId | None = field(default=None, converter=_id_or_none)
    rehydration_type: str | None = None
    related_is_link: bool | None = True
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
        for name in REFERENCES:
            value = getattr(self, name)
            if value is not None and value is not own:
                check_contact_id(name, value)
        _settle_ids(self)
        for name in TIMES:
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
        """Whether it is a chat. Messaging subtypes are chats, and a record that names no channel counts as one."""
        return self.channel is None or self.channel == CHAT

    @property
    def is_survey(self) -> bool:
        """Whether a disconnect flow made the contact, as for a survey after the chat."""
        return self.initiation_method == SURVEY

    @property
    def has_ended(self) -> bool:
        """Whether this contact has ended; its session may be live (rule ``identity.disconnect-is-per-segment``)."""
        return self.disconnect_timestamp is not None


@frozen
class UnknownContact:
    """A contact that records refer to but do not contain (rule ``identity.window``).

    ``initial_contact_id`` is None if no record says which session it belongs to.
    """

    contact_id: ContactId = field(converter=_id)
    initial_contact_id: ContactId | None = field(default=None, converter=_id_or_none)


PastContact = Contact | UnknownContact
"""What a list of past contacts holds: known contacts, and unknown contacts that the walk met."""


_NAMES: Final = tuple(each.name for each in fields(Contact))
_ALL_OF: Final = attrgetter(*_NAMES)
_Draft: Final = make_class("_Draft", _NAMES, slots=True, weakref_slot=False, repr=False, eq=False)
"""A contact whose members can still be set. Setting them in a frozen class costs three times as much."""


def sound(values: Mapping[str, object]) -> Contact:
    """Make a contact of values that are sound, ``related_is_link`` and ``is_event`` among them: nothing is checked."""
    draft = _Draft(*map(values.get, _NAMES))
    _settle_ids(draft)
    draft.__class__ = Contact
    made: Contact = draft
    return made


def changed(contact: Contact, **values: object) -> Contact:
    """Make a contact that differs in these values. The values must be sound: nothing is checked again."""
    draft = _Draft(*_ALL_OF(contact))
    for name, value in values.items():
        setattr(draft, name, value)
    draft.__class__ = Contact
    made: Contact = draft
    return made


GAPS: Final = (
    "channel",
    "initiation_method",
    "initiation_timestamp",
    "customer_id",
    "instance_id",
    "contact_association_id",
    "transcript",
)
"""Members that one source may leave open and another may fill, each by itself. Ids take more care."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_Peers = Sequence[Contact]  # records of one update time, or events of one: none of them is later than another


def fold(contacts: Iterable[Contact], disagreements: list[Doubt] | None = None) -> Contact:
    """Fold everything that was read of one contact into one, independent of the order (rule ``identity.fold``).

    Of several records the latest wins (rule ``identity.at-least-once``); other records of the same update time, and
    then events, latest first, only fill what it leaves open. Of what they tell for one time the greatest counts, member
    by member. A disconnect once seen, in whatever record, stays. Where nobody can tell which of two values is later,
    ``disagreements`` gets a doubt that says which was taken.

    :raises RecordsDisagree: records of the latest update time differ in the initial, previous or related id.
    """
    ranked = _ranked(contacts)
    best = ranked[0]
    one = best[0]
    sources = [best, *(peers for peers in ranked[1:] if peers[0].is_event)]
    if not one.is_event:
        _check_agreement(best)
    noted = [] if disagreements is None else disagreements
    untimed = [peers for peers in ranked if peers[0].last_update_timestamp is None] if len(ranked) > 1 else []

    def told(name: str, sources: Iterable[_Peers]) -> object:
        for peers in sources:
            values = [value for each in peers if (value := getattr(each, name)) is not None]
            if values:
                if untimed or len(values) > 1:
                    noted.extend(_disagreement(name, values, peers, untimed))
                return max(values, key=_order) if len(values) > 1 else values[0]
        return None

    filled: dict[str, object] = {name: told(name, sources) for name in GAPS}
    filled["disconnect_timestamp"] = told("disconnect_timestamp", ranked)
    if one.is_event:
        filled["initial_contact_id"] = told(
            "initial_contact_id", [[e for e in peers if not e.is_first] for peers in sources]
        )
    else:
        noted.extend(_disagreement("initial_contact_id", [one.initial_contact_id], best, untimed))
    is_first_record = one.is_first and not one.is_event
    filled["previous_contact_id"] = told("previous_contact_id", [best] if is_first_record else sources)
    related = filled["related_contact_id"] = told("related_contact_id", sources)
    naming = (
        [best]
        if related is None
        else [[each for each in peers if each.related_contact_id == related] for peers in sources]
    )
    filled["related_is_link"] = told("related_is_link", naming)
    filled["rehydration_type"] = told("rehydration_type", naming)
    return evolve(one, **filled)  # type: ignore[arg-type]  # each value comes from the member that it goes to


def _disagreement(name: str, values: Sequence[object], peers: _Peers, untimed: Sequence[_Peers]) -> Iterator[Doubt]:
    """Say what other values than the one taken may be later: those of its peers, and those of no update time."""
    perhaps = [
        value
        for each in untimed
        if each[0].is_event is peers[0].is_event
        for one in each
        if (value := getattr(one, name)) is not None and not (name == "initial_contact_id" and one.is_first)
    ]
    taken = _in_words(max(values, key=_order))
    others = sorted({*map(_in_words, (*values, *perhaps))} - {taken})
    if others:
        yield disagreement(peers[0].contact_id, name, taken, *others)


def disagreement(contact_id: str, name: str, *told: str) -> Doubt:
    """State that nobody can tell which value of a member is the latest; the first of these was taken."""
    values = ", ".join(map(shown, told))
    sentence = f"records of {shown(contact_id)} differ in {name} ({values}), and no time tells which is the latest: "
    sentence += f"{shown(told[0])} was taken"
    return Doubt(DoubtKind.RECORDS, (contact_id, name), sentence, told, lacks=f"latest {name}")


def _in_words(value: object) -> str:
    """Write a value so that those on which answers depend alike are alike."""
    if isinstance(value, TranscriptFact):
        return value.availability.value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _ranked(contacts: Iterable[Contact]) -> list[_Peers]:
    """Put records before events, and the later before the earlier."""
    ranks: dict[tuple[bool, bool, datetime], list[Contact]] = {}
    for each in contacts:
        updated = each.last_update_timestamp
        rank = (not each.is_event, updated is not None, updated or _NEVER)
        ranks.setdefault(rank, []).append(each)
    return [ranks[rank] for rank in sorted(ranks, reverse=True)]


def _check_agreement(records: _Peers) -> None:
    """Check that records of one update time name the same contacts.

    A search answer has fewer members than a record, and no update time; what it lacks it does not deny.
    """
    updated = records[0].last_update_timestamp
    for name in REFERENCES:
        values = {getattr(each, name) for each in records}
        if updated is None:
            values.discard(None)
        if len(values) > 1:
            told = tuple(sorted(values, key=lambda value: (value is not None, value)))
            raise RecordsDisagree(records[0].contact_id, name, told, updated)


def _order(value: object) -> str:
    """Order what two peers tell of one member, times included, as text; transcripts by what they are to a reader."""
    return f"{value.availability} {value}" if isinstance(value, TranscriptFact) else str(value)


def check_contact(contact: object) -> None:
    """Raise :class:`~rehydration.errors.InvalidArgument` unless it is a contact."""
    if not isinstance(contact, Contact):
        raise InvalidArgument("contact", contact, "a Contact; read_contacts makes them from records")


def fold_all(
    contacts: Iterable[Contact], found: list[Contradiction], disagreements: list[Doubt] | None = None
) -> Iterator[Contact]:
    """Fold the contacts that came more than once, without a second copy of the others; collect contradictions.

    ``disagreements`` gets what else records of one contact tell differently.
    """
    first: dict[ContactId, Contact] = {}
    repeated: dict[ContactId, list[Contact]] = {}
    if not isinstance(contacts, Iterable):
        raise InvalidArgument("contacts", contacts, "contacts, such as read_contacts yields")
    for contact in contacts:
        if type(contact) is not Contact:
            check_contact(contact)
        known = first.setdefault(contact.contact_id, contact)
        if known is not contact and known != contact:
            repeated.setdefault(contact.contact_id, [known]).append(contact)
    for contact_id, contact in first.items():
        if contact_id not in repeated:
            yield contact
            continue
        try:
            yield fold(repeated[contact_id], disagreements)
        except RecordsDisagree as contradiction:
            found.append(contradiction)


def collect(found: list[Contradiction], step: Callable[[Contact], None], contacts: Iterable[Contact]) -> None:
    """Take a step with each contact, and collect the contradictions."""
    for contact in contacts:
        try:
            step(contact)
        except Contradiction as contradiction:
            found.append(contradiction)
