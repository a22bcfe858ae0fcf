"""GetTranscript: the current session and, behind it, the past that the chat may see, page by page.

Here belongs how a timeline is cut into pages: the group ``paging`` of the rules. Which past is visible is for the
engine to say.

Sources: https://docs.aws.amazon.com/connect-participant/latest/APIReference/API_GetTranscript.html and
https://docs.aws.amazon.com/connect/latest/adminguide/chat-persistence.html
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve, frozen

from rehydration.decisions import visible_past
from rehydration.errors import InvalidArgument, RuleForbids
from rehydration.identifiers import ContactId
from rehydration.service.instance import Instance
from rehydration.service.page_tokens import seal, unseal
from rehydration.service.refusals import PageTokenInvalid, ParametersMalformed
from rehydration.service.state import Item, Participant, Plain, read_instant
from rehydration.transcripts import Availability

PAGE: Final = 10
"""How many items a page holds unless told otherwise (rule ``paging.defaults``)."""

BACKWARD: Final = "BACKWARD"
FORWARD: Final = "FORWARD"

_OPERATION: Final = "GetTranscript"
_BORDER: Final = "|"
_SEALED: Final = re.compile(r"(BACKWARD|FORWARD)(!?)(\d*)(\||>\d+)")
_STARTS: Final = ("Id", "AbsoluteTime", "MostRecent")


@frozen
class Listing:
    """What is gone through: which way, the current session alone or the past too, all contacts of it or one."""

    way: str
    stays_current: bool = False
    contact_number: int | None = None


@frozen
class Timeline:
    """All items that a listing may show, oldest first; those before the ``border`` are of the past.

    ``refusal`` says why the past cannot be shown; then it has no items here.
    """

    items: tuple[Item, ...]
    border: int
    refusal: RuleForbids | None = None

    def place(self, index: int) -> str:
        """Say behind which item an index is, so that it can be found again when there are more.

        No token is ever given for the beginning of the past: whoever gets there is at the end.
        """
        return _BORDER if index == self.border else f">{self.items[index - 1].number}"

    def index(self, place: str) -> int:
        """Find a place again.

        :raises PageTokenInvalid: what it was behind cannot be seen any more.
        """
        if place == _BORDER:
            return self.border
        for index, each in enumerate(self.items):
            if f">{each.number}" == place:
                return index + 1
        raise self.refusal or PageTokenInvalid(_OPERATION)


@frozen
class Page:
    """A part of a timeline and where it ends in the direction of reading."""

    begin: int
    end: int
    reached: int
    is_last: bool


def get_transcript(instance: Instance, parameters: Plain) -> Plain:
    """Read one page."""
    participant = instance.connected(parameters["ConnectionToken"])
    size = parameters.get("MaxResults", PAGE)
    if "NextToken" in parameters:
        listing, place = _continued(instance, parameters)
        timeline = _timeline(instance, participant, listing)
        page = _next_page(timeline, timeline.index(place), listing, size)
    else:
        listing = _begun(instance, parameters)
        timeline = _timeline(instance, participant, listing)
        page = _first_page(timeline, _start(timeline, parameters, listing.way), listing, size)
    items = timeline.items[page.begin : page.end]
    shown = [_shown(each, page.begin + index < timeline.border) for index, each in enumerate(items)]
    answer: Plain = {
        "InitialContactId": participant.initial_contact_id,
        "Transcript": shown if parameters.get("SortOrder") == "ASCENDING" else shown[::-1],
    }
    if not page.is_last:
        answer["NextToken"] = _sealed(instance, parameters, listing, timeline.place(page.reached))
    return answer


def _shown(item: Item, is_past: bool) -> Plain:  # noqa: FBT001  # the one thing that provenance depends on
    """Tell where an item is from (rules ``paging.provenance-current``, ``paging.provenance-past``)."""
    return {**item.members, "RelatedContactId" if is_past else "ContactId": item.contact_id}


# ------------------------------------------------------------------------------------------------------------- pages


def _first_page(timeline: Timeline, start: int | None, listing: Listing, size: int) -> Page:
    """Cut the page that a listing begins with: of the current session, however little it holds."""
    if start is None:
        return Page(0, 0, 0, is_last=True)
    return _page(timeline, start, (timeline.border, len(timeline.items)), listing, size)


def _next_page(timeline: Timeline, start: int, listing: Listing, size: int) -> Page:
    """Cut the page that lies beside a place: of the past or of the current session (rule ``paging.no-mixed-page``)."""
    backward = listing.way == BACKWARD
    is_past = start <= timeline.border if backward else start < timeline.border
    if is_past and backward and timeline.refusal is not None:
        raise timeline.refusal
    bounds = (0, timeline.border) if is_past else (timeline.border, len(timeline.items))
    return _page(timeline, start, bounds, listing, size)


def _page(timeline: Timeline, start: int, bounds: tuple[int, int], listing: Listing, size: int) -> Page:
    least, most = bounds
    if listing.way == BACKWARD:
        begin = max(least, start - size)
        more = begin > 0 or (timeline.refusal is not None and not listing.stays_current)
        return Page(begin, start, begin, is_last=not more)
    end = min(most, start + size)
    return Page(start, end, end, is_last=end >= len(timeline.items))


# ---------------------------------------------------------------------------------------------------------- listings


def _begun(instance: Instance, parameters: Plain) -> Listing:
    """Say what a first request asks to go through.

    Rules ``paging.defaults``, ``paging.filters-stay-current``, ``paging.empty-start-position`` and
    ``paging.forward-needs-start``.
    """
    start = _start_position(parameters)
    if start is not None and len(start) != 1:
        raise ParametersMalformed(_OPERATION, (f"StartPosition: expected one of {', '.join(_STARTS)}",))
    way = parameters.get("ScanDirection", BACKWARD if start is None else FORWARD)
    if way == FORWARD and start is None:
        needed = (
            "ScanDirection: FORWARD needs a StartPosition or a NextToken; without them the newest item is the start"
        )
        raise ParametersMalformed(_OPERATION, (needed,))
    if "ContactId" not in parameters:
        return Listing(way, stays_current=start is not None)
    details = instance.details.get(parameters["ContactId"])
    return Listing(way, stays_current=True, contact_number=-1 if details is None else details.number)


def _start_position(parameters: Plain) -> Mapping[str, Any] | None:
    """Tell where a listing is to begin; an empty position, which ChatJS always sends, is none."""
    return parameters.get("StartPosition") or None


def _continued(instance: Instance, parameters: Plain) -> tuple[Listing, str]:
    """Say what a token asks to go through, and from where (rule ``paging.forward-from-past``).

    :raises PageTokenInvalid: this connection was never given it.
    """
    sealed = unseal(instance.key, _owner(parameters), parameters["NextToken"])
    found = None if sealed is None else _SEALED.fullmatch(sealed)
    if found is None:
        raise PageTokenInvalid(_OPERATION)
    way, stays, contact, place = found.group(1, 2, 3, 4)
    listing = Listing(way, bool(stays), int(contact) if contact else None)
    if "ScanDirection" in parameters:
        listing = evolve(listing, way=parameters["ScanDirection"])
    return listing, place


def _sealed(instance: Instance, parameters: Plain, listing: Listing, place: str) -> str:
    contact = "" if listing.contact_number is None else listing.contact_number
    return seal(
        instance.key, _owner(parameters), f"{listing.way}{'!' if listing.stays_current else ''}{contact}{place}"
    )


def _owner(parameters: Plain) -> str:
    return f"{_OPERATION} {parameters['ConnectionToken']}"


# --------------------------------------------------------------------------------------------------------- timelines


def _timeline(instance: Instance, participant: Participant, listing: Listing) -> Timeline:
    """Gather what a listing goes through (rule ``paging.past-by-token``)."""
    current = tuple(instance.transcripts.of_session(participant.initial_contact_id))
    if listing.contact_number is not None:
        numbers = instance.details
        current = tuple(each for each in current if numbers[each.contact_id].number == listing.contact_number)
    if listing.stays_current:
        return Timeline(current, 0)
    try:
        past = past_items(instance, participant)
    except RuleForbids as refusal:
        return Timeline(current, 0, refusal)
    return Timeline(past + current, len(past))


def past_items(instance: Instance, participant: Participant) -> tuple[Item, ...]:
    """Gather the items of the past that a participant sees, oldest first.

    While a rehydration goes on there are none (rule ``paging.past-after-event``).

    :raises RuleForbids: the policy refuses something of it.
    """
    if instance.chats[participant.initial_contact_id].rehydrates is not None:
        return ()
    answer = visible_past(
        instance.graph,
        instance.contact_of(participant),
        transcripts=instance.transcripts,
        now=instance.time,
        policy=instance.policy,
    )
    there = (each for each in reversed(answer.readable) if not _is_late(instance, each))
    return tuple(item for each in there for item in instance.transcripts.of_contact(each))


def _is_late(instance: Instance, contact_id: ContactId) -> bool:
    """Tell whether somebody said that a transcript is not there yet; of itself none is late."""
    fact = instance.transcripts.facts.get(contact_id)
    return fact is not None and fact.availability is Availability.NOT_READY


def _start(timeline: Timeline, parameters: Plain, way: str) -> int | None:
    """Find where a first page begins; None where nothing is to be shown (rule ``paging.filtered-past``)."""
    start = _start_position(parameters)
    if start is None:
        return len(timeline.items)
    backward = way == BACKWARD
    items = timeline.items
    if "Id" in start:
        found = (index for index, each in enumerate(items) if each.members["Id"] == start["Id"])
        index = next(found, None)
        return index if index is None else index + backward
    if "AbsoluteTime" in start:
        try:
            time = read_instant("StartPosition.AbsoluteTime", start["AbsoluteTime"])
        except InvalidArgument as fault:
            raise ParametersMalformed(_OPERATION, (str(fault),)) from None
        return (bisect_right if backward else bisect_left)(items, time, key=lambda each: each.time)
    back: int = min(start["MostRecent"], len(items))
    return len(items) - back + (backward and back > 0)
