"""The worked examples: small histories with the requests that are put to them.

Here belong the histories, written as the contact records that Amazon Connect would deliver, so that they can be read,
printed and changed like real ones. What the answers are is not written here: the engine answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from attrs import frozen

from rehydration.errors import InvalidArgument
from rehydration.identifiers import ContactId
from rehydration.requests import RehydrationRequest, RehydrationType

Record = Mapping[str, object]
"""A contact record, as parsed JSON."""

_INSTANCE: Final = "arn:aws:connect:us-east-1:111122223333:instance/5f0c1e4a-8a52-4c56-9a3b-0d6f8b3b7c21"
_CUSTOMER: Final = "customer-4711"
_FROM_SEGMENT: Final = RehydrationType.FROM_SEGMENT
_ENTIRE: Final = RehydrationType.ENTIRE_PAST_SESSION


@frozen
class Example:
    """One history, what is asked of it, and what it is about.

    ``requests`` are those that the page tells the answer of; the first is the one to begin with. ``target`` is the live
    chat that is being associated, where the history has one.
    """

    name: str
    sentence: str
    records: tuple[Record, ...]
    requests: tuple[RehydrationRequest, ...]
    target: ContactId | None = None


def example(name: str) -> Example:
    """Look an example up by its name.

    >>> example("use-case-1").requests[0].source_contact_id
    'C2'

    :raises InvalidArgument: no example has this name; those that come closest are named.
    """
    found = EXAMPLES.get(name)
    if found is None:
        close = get_close_matches(name, EXAMPLES) or EXAMPLES
        raise InvalidArgument("example", name, f"one of {', '.join(close)}")
    return found


# ------------------------------------------------------------------------------------------------------- the histories


def _at(day: int, time: str) -> datetime:
    """Make a time of May 2026 from a day and ``HH:MM``."""
    hours, minutes = time.split(":")
    return datetime(2026, 5, day, int(hours), int(minutes), tzinfo=UTC)


def _written(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _record(  # noqa: PLR0913  # what a contact record holds
    contact_id: str,
    method: str,
    began: datetime,
    ended: datetime | None,
    *,
    initial: str | None = None,
    previous: str | None = None,
    related: str | None = None,
) -> Record:
    return MappingProxyType(
        {
            "InstanceARN": _INSTANCE,
            "ContactId": contact_id,
            "InitialContactId": initial,
            "PreviousContactId": previous,
            "RelatedContactId": related,
            "Channel": "CHAT",
            "InitiationMethod": method,
            "InitiationTimestamp": _written(began),
            "DisconnectTimestamp": None if ended is None else _written(ended),
            "LastUpdateTimestamp": _written((ended or began) + timedelta(minutes=1)),
            "CustomerId": _CUSTOMER,
        }
    )


_S1: Final = (
    _record("C1", "API", _at(4, "09:00"), _at(4, "09:08")),
    _record("C2", "TRANSFER", _at(4, "09:08"), _at(4, "09:25"), initial="C1", previous="C1"),
    _record("C3", "DISCONNECT", _at(4, "09:25"), _at(4, "09:27"), initial="C1", previous="C2"),
)
"""Agent a1 transfers to a2, who leaves; a disconnect flow runs a survey."""

_S2: Final = (
    _record("D1", "API", _at(6, "14:00"), _at(6, "14:12"), related="C2"),
    _record("D2", "TRANSFER", _at(6, "14:12"), _at(6, "14:30"), initial="D1", previous="D1"),
)
"""A chat that continued C2, FROM_SEGMENT, and was transferred."""

_S2_LATE: Final = (
    _record("D1", "API", _at(6, "14:00"), _at(6, "14:12")),
    _record("D2", "TRANSFER", _at(6, "14:12"), _at(6, "14:30"), initial="D1", previous="D1", related="C2"),
)
"""The same chat, but associated with C2 only after the transfer."""

_SINGLE_CONTACTS: Final = (
    _record("X", "API", _at(4, "10:00"), _at(4, "10:20")),
    _record("Y", "API", _at(5, "10:00"), _at(5, "10:15"), related="X"),
    _record("Z", "API", _at(6, "10:00"), None),
)

_BRANCHES: Final = (
    _record("B1", "API", _at(4, "11:00"), _at(4, "11:20")),
    _record("B2", "TRANSFER", _at(4, "11:22"), _at(4, "11:50"), initial="B1", previous="B1"),
    _record("B3", "TRANSFER", _at(4, "11:20"), _at(4, "11:40"), initial="B1", previous="B1"),
)


def _daily_chats(days: int) -> Iterator[Record]:
    """Make one short chat a day, each continuing the one of the day before."""
    for day in range(1, days + 1):
        began = datetime(2026, 1, 1, 8, tzinfo=UTC) + timedelta(days=day - 1)
        related = None if day == 1 else f"C{day - 1}"
        yield _record(f"C{day}", "API", began, began + timedelta(minutes=20), related=related)


def _examples() -> Iterator[Example]:
    yield Example(
        "use-case-1",
        "AWS's use case 1: three segments, continued from the second; the survey after it stays out.",
        _S1,
        (RehydrationRequest(_FROM_SEGMENT, "C2"),),
    )
    yield Example(
        "use-case-2",
        "AWS's use case 2: the same three segments, the entire past session.",
        _S1,
        (RehydrationRequest(_ENTIRE, "C1"),),
    )
    yield Example(
        "cumulative",
        "Z continues Y, which continued X: links accumulate.",
        _SINGLE_CONTACTS,
        (RehydrationRequest(_FROM_SEGMENT, "Y"), RehydrationRequest(_ENTIRE, "Y")),
        target=ContactId("Z"),
    )
    yield Example(
        "first-segment",
        "Continued from the first of three segments: all after it stays out.",
        _S1,
        (RehydrationRequest(_FROM_SEGMENT, "C1"),),
    )
    yield Example(
        "last-segment",
        "Continued from the last of three segments: the same as the entire past session.",
        _S1,
        (RehydrationRequest(_FROM_SEGMENT, "C3"),),
    )
    yield Example(
        "single-contact",
        "A session of one contact: both types show the same.",
        (_record("C1", "API", _at(4, "09:00"), _at(4, "09:20")),),
        (RehydrationRequest(_FROM_SEGMENT, "C1"), RehydrationRequest(_ENTIRE, "C1")),
    )
    yield Example(
        "cut-persists",
        "D1 continued C2, so that the survey C3 stayed out; continuing all of D1's session does not bring it back.",
        (*_S1, *_S2),
        (RehydrationRequest(_ENTIRE, "D1"),),
    )
    yield Example(
        "cut-in-the-middle",
        "D1 continued C2; continued from D1, both what came after it and the survey C3 stay out.",
        (*_S1, *_S2),
        (RehydrationRequest(_FROM_SEGMENT, "D1"),),
    )
    yield Example(
        "backward-only",
        "D1 continued C2, but an old session never shows newer ones that continued it.",
        (*_S1, *_S2),
        (RehydrationRequest(_FROM_SEGMENT, "C3"),),
    )
    yield Example(
        "late-association",
        "The link was made on D2, after a transfer: does it count for D1, which came before? AWS is silent.",
        (*_S1, *_S2_LATE),
        (RehydrationRequest(_FROM_SEGMENT, "D1"),),
    )
    yield Example(
        "beyond-the-limit",
        "A chat a day for 130 days, each continuing the last: the nearest 100 are visible.",
        tuple(_daily_chats(130)),
        (RehydrationRequest(_FROM_SEGMENT, "C130"),),
    )
    yield Example(
        "branches",
        "B2 and B3 both follow B1, B2 ends last: is all of the session visible, or only what led to B2? AWS is silent.",
        _BRANCHES,
        (RehydrationRequest(_ENTIRE, "B1"),),
    )


EXAMPLES: Final[Mapping[str, Example]] = MappingProxyType({each.name: each for each in _examples()})
"""Name → example."""
