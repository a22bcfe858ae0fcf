"""The values that the state of an instance is made of, and their way to plain JSON data and back.

Here belongs what is remembered. When it changes is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Final

from attrs import Factory, asdict, define, field, frozen

from rehydration.contacts import Contact
from rehydration.errors import InvalidArgument
from rehydration.identifiers import ContactId
from rehydration.transcripts import Availability, TranscriptFact

Plain = dict[str, Any]
"""A JSON object, or what is answered: AWS's members by their names."""

A_TIME: Final = "a time in ISO 8601 with its zone, such as 2026-05-03T09:12:31.004Z"

PLAIN_TEXT: Final = "text/plain"

EVENT: Final = "application/vnd.amazonaws.connect.event."
"""How the content type of every event begins."""

ENDED: Final = f"{EVENT}chat.ended"
REHYDRATED: Final = f"{EVENT}chat.rehydrated"

CUSTOMER: Final = "CUSTOMER"
AGENT: Final = "AGENT"

NOWHERE: Final = "wss://participant.invalid/"
"""How the address of a websocket begins; whoever serves websockets puts their own address in its place."""


def instant(time: datetime) -> str:
    """Write a point in time as the participant operations do: ISO 8601, milliseconds, UTC.

    >>> instant(datetime(2026, 5, 3, 9, 12, 31, 4_000, tzinfo=UTC))
    '2026-05-03T09:12:31.004Z'
    """
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(name: str, value: object) -> datetime:
    """Read a point in time; one without a zone is in UTC.

    :raises InvalidArgument: it is no time in ISO 8601.
    """
    try:
        time = datetime.fromisoformat(value)  # type: ignore[arg-type]  # a TypeError says so
        return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgument(name, value, A_TIME) from None


def _time(value: object) -> datetime:
    return value if isinstance(value, datetime) else read_instant("time", value)


def _time_or_none(value: object) -> datetime | None:
    return None if value is None else _time(value)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@frozen
class Item:
    """One item of a transcript; ``number`` counts all items of the instance, ``members`` are AWS's."""

    number: int
    contact_id: ContactId
    members: Plain
    time: datetime = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "time", read_instant("AbsoluteTime", self.members["AbsoluteTime"]))

    @property
    def place(self) -> tuple[datetime, int]:
        """The place among the items of one session: by time, and in the order of arrival."""
        return (self.time, self.number)


@define(kw_only=True)
class Details:
    """What is remembered of a contact besides its :class:`~rehydration.Contact` and what its session has."""

    number: int
    updated: datetime = field(converter=_time)
    segment_attributes: Plain = Factory(dict)
    disconnect_reason: str | None = None


@define(kw_only=True)
class Chat:
    """A session that goes on, or went on here: what happens by itself and when, and what was agreed when it started.

    ``rehydrates`` is when a rehydration is done that goes on, ``flow_ends`` when its disconnect flow ends.
    """

    initial_contact_id: ContactId
    ends: datetime = field(converter=_time)
    join_by: datetime | None = field(default=None, converter=_time_or_none)
    rehydrates: datetime | None = field(default=None, converter=_time_or_none)
    flow_ends: datetime | None = field(default=None, converter=_time_or_none)
    contact_flow_id: str = ""
    content_types: tuple[str, ...] = field(default=(PLAIN_TEXT,), converter=_texts)
    agents_leave_with_customer: bool = False

    @property
    def due(self) -> datetime:
        """When something happens by itself next."""
        times = (self.ends, self.join_by, self.rehydrates, self.flow_ends)
        return min(each for each in times if each is not None)


@frozen(kw_only=True)
class DisconnectFlow:
    """Whether a disconnect flow begins by itself, and the seconds until it ends by itself; None: when it is told to."""

    runs: bool = True
    seconds: float | None = None


@define(kw_only=True)
class Participant:
    """Somebody in a chat."""

    participant_id: str
    token: str
    initial_contact_id: ContactId
    role: str
    display_name: str | None = None
    joined: bool = False
    left: bool = False

    @property
    def is_present(self) -> bool:
        """Whether they joined and have not left."""
        return self.joined and not self.left

    @property
    def signature(self) -> dict[str, str]:
        """The members by which an item names who it is from."""
        name = {} if self.display_name is None else {"DisplayName": self.display_name}
        return {"ParticipantId": self.participant_id, "ParticipantRole": self.role, **name}


@frozen(kw_only=True)
class Connection:
    """A connection of a participant; ``websocket`` is the token of the websocket that may be opened for it, in time."""

    token: str
    participant_id: str
    expires: datetime = field(converter=_time)
    websocket: str | None = None
    open_until: datetime | None = field(default=None, converter=_time_or_none)


@define(kw_only=True)
class Attachment:
    """A file that a participant announced; ``size`` is in bytes."""

    attachment_id: str
    participant_id: str
    name: str
    content_type: str
    size: int
    completed: bool = False


@frozen(kw_only=True)
class Replay:
    """The first answer to a client token, and what it was asked."""

    operation: str
    scope: str
    token: str
    asked: str
    answer: Plain
    expires: datetime = field(converter=_time)


LONGEST: Final = timedelta(days=7)
"""How long a chat, and what goes on in it, can last."""

A_DURATION: Final = f"seconds, from 0 to {LONGEST.total_seconds():.0f}"


def is_duration(seconds: object) -> bool:
    """Tell whether something can be a number of seconds that something in a chat lasts."""
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return is_number and 0 <= seconds <= LONGEST.total_seconds()  # type: ignore[operator]  # it is a number


# ----------------------------------------------------------------------------------------------- plain data and back


def to_plain(value: object) -> Any:  # noqa: ANN401  # whatever json.dumps takes
    """Make plain JSON data of a value of the state."""
    return asdict(value, value_serializer=_serialized)  # type: ignore[arg-type]  # each is an attrs class


def _serialized(_owner: object, _attribute: object, value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def contact_to_plain(contact: Contact) -> Plain:
    """Write a contact down, without what it does not say."""
    members = to_plain(contact)
    return {name: value for name, value in members.items() if value is not None}


def contact_of_plain(members: Mapping[str, Any]) -> Contact:
    """Read a contact that was written down."""
    read: Plain = dict(members)
    for name in ("initiation_timestamp", "disconnect_timestamp", "last_update_timestamp"):
        read[name] = _time_or_none(read.get(name))
    if read.get("transcript") is not None:
        read["transcript"] = fact_of_plain(read["transcript"])
    return Contact(**read)


def fact_of_plain(members: Mapping[str, Any]) -> TranscriptFact:
    """Read a fact that was written down."""
    return TranscriptFact(**{**members, "status": Availability(members["status"])})
