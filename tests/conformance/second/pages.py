"""How a second implementation pages through what a participant sees.

A listing is a *line* of items, oldest first: those of the past, then those of the current session. A position is a
gap of the line. It is kept as the item on its older side and the item on its newer side, so that what is said later
does not move it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.second.book import Contact, Item, Refused, read
from conformance.second.past import Past

_BORDER = "border"


@dataclass(frozen=True)
class Place:
    """Where a listing goes on: whose it is, what it is confined to, and the item beside the gap."""

    initial: str
    confined: bool
    contact_id: str | None
    direction: str
    anchor: str | None
    """The item that was told last, or the border between past and current session; none where nothing was told yet."""


@dataclass(frozen=True)
class Wanted:
    """What a page is to be."""

    place: Place
    backward: bool
    size: int
    ascending: bool
    first: bool = False


@dataclass(frozen=True)
class Line:
    """Items, oldest first; those before ``border`` are past."""

    items: list[Item]
    border: int


def invalid(message: str) -> Refused:
    return Refused("ValidationException", message)


class Pages(Past):
    """GetTranscript of a session."""

    _places: dict[str, Place]

    # -------------------- what is asked

    def page(self, initial: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one page of what the participants of a session see."""
        size, ascending = self.size(asked), asked.get("SortOrder") == "ASCENDING"
        if token := asked.get("NextToken"):
            place = self.place_of(token, initial)
            direction = str(asked.get("ScanDirection") or place.direction)
            line = self.line(initial, place)
            gap = self.gap(line, place, direction)
            return self.told(line, gap, Wanted(place, direction == "BACKWARD", size, ascending))
        start = {name: value for name, value in (asked.get("StartPosition") or {}).items() if value is not None}
        if len(start) > 1:
            raise invalid("a start position has one member")
        direction = str(asked.get("ScanDirection") or ("FORWARD" if start else "BACKWARD"))
        if direction == "FORWARD" and not start:
            raise invalid("FORWARD needs a start position")
        confined = bool(start or asked.get("ContactId"))
        place = Place(initial, confined, asked.get("ContactId"), direction, None)
        line = self.line(initial, place)
        gap = self.gap_of_start(line, start, direction) if start else self.first_gap(line, direction)
        return self.told(line, gap, Wanted(place, direction == "BACKWARD", size, ascending, first=True))

    def size(self, asked: Mapping[str, Any]) -> int:
        size = asked.get("MaxResults")
        size = 10 if size is None else size
        if not 0 <= size <= 100:
            raise invalid("MaxResults is 0 to 100")
        return int(size)

    def place_of(self, token: str, initial: str) -> Place:
        place = self._places.get(token)
        if place is None or place.initial != initial:
            raise Refused(self.freedom.pick("code", "ValidationException", "AccessDeniedException"), "no such token")
        return place

    # -------------------- what is there

    def line(self, initial: str, place: Place) -> Line:
        current = self.current_items(initial)
        if place.contact_id:
            current = [each for each in current if each["ContactId"] == place.contact_id]
        if place.confined:
            return Line(current, 0)
        past = self.past_items(initial)
        return Line(past + current, len(past))

    def current_items(self, initial: str) -> list[Item]:
        mine = [{**item, "ContactId": each.id} for each in self.session(initial) for item in each.items]
        return sorted(mine, key=lambda item: read(item["AbsoluteTime"]))

    def past_items(self, initial: str) -> list[Item]:
        """Return the items of the past contacts, oldest contact first."""
        seen = [each for each in self.past_of(initial) if self.is_ready(each)]
        return [{**item, "RelatedContactId": each.id} for each in reversed(seen) for item in each.items]

    def is_ready(self, contact: Contact) -> bool:
        """Transcripts are generated asynchronously."""
        return self.now() - contact.ended >= self.lag

    # -------------------- where it begins

    def first_gap(self, line: Line, direction: str) -> int:
        return len(line.items) if direction == "BACKWARD" else line.border

    def gap_of_start(self, line: Line, start: Mapping[str, Any], direction: str) -> int:
        """Return the gap that a start position names; the item that it names may be told or not."""
        (by, value), times = next(iter(start.items())), [read(each["AbsoluteTime"]) for each in line.items]
        includes = self.freedom.usually("includes the start")
        found: list[int] = []
        if by == "Id":
            found = [at for at, each in enumerate(line.items) if each["Id"] == value]
        elif by == "MostRecent":
            found, includes = [max(0, len(line.items) - value)], True
        elif direction == "FORWARD":
            found = [at for at, each in enumerate(times) if each >= read(value)][:1]
            includes = includes or not found or times[found[0]] != read(value)
        else:
            found = [at for at, each in enumerate(times) if each <= read(value)][-1:]
            includes = includes or not found or times[found[0]] != read(value)
        if not found:
            return 0 if direction == "BACKWARD" else len(line.items)
        return found[0] + (includes == (direction == "BACKWARD"))

    def gap(self, line: Line, place: Place, direction: str) -> int:
        """Return the gap of a place: behind the item that was told last, in the direction of its listing."""
        if place.anchor is None:
            return self.first_gap(line, direction)
        if place.anchor == _BORDER:
            return line.border
        at = next((at for at, each in enumerate(line.items) if each["Id"] == place.anchor), None)
        if at is None:
            raise invalid("what this token was given for is no longer there")
        return at if place.direction == "BACKWARD" else at + 1

    # -------------------- what is told

    def told(self, line: Line, gap: int, wanted: Wanted) -> dict[str, Any]:
        size = self.freedom.pick("page size", wanted.size, wanted.size, max(0, wanted.size - 1), (wanted.size + 1) // 2)
        mixed = not wanted.first and self.freedom.seldom("mixed pages")
        low, high = self.bounds(line, gap, backward=wanted.backward, mixed=mixed)
        low = line.border if wanted.first else low
        low, high = (max(low, gap - size), gap) if wanted.backward else (gap, min(high, gap + size))
        items = line.items[low:high]
        reached = low if wanted.backward else high
        is_end = reached == (0 if wanted.backward else len(line.items))
        answer: dict[str, Any] = {"InitialContactId": wanted.place.initial, "Transcript": self.sorted(items, wanted)}
        full = len(items) == size and size > 0
        if not is_end or (full and self.freedom.seldom("token after a full page")):
            answer["NextToken"] = self.token(line, reached, wanted)
        elif self.freedom.seldom("empty token at the end"):
            answer["NextToken"] = ""
        return answer

    def bounds(self, line: Line, gap: int, *, backward: bool, mixed: bool) -> tuple[int, int]:
        """Return how far a page may reach both ways."""
        if mixed:
            return 0, len(line.items)
        if backward:
            return (line.border if gap > line.border else 0), gap
        return gap, (line.border if gap < line.border else len(line.items))

    def sorted(self, items: list[Item], wanted: Wanted) -> list[Item]:
        nulls = {name: None for name in ("ContactId", "RelatedContactId") if self.freedom.seldom("nulls")}
        told = [{**nulls, **each} for each in items]
        return told if wanted.ascending else told[::-1]

    def token(self, line: Line, reached: int, wanted: Wanted) -> str:
        place = wanted.place
        beside = reached if wanted.backward else reached - 1
        at_border = not place.confined and reached == line.border
        told = line.items[beside]["Id"] if 0 <= beside < len(line.items) else place.anchor
        token = uuid.uuid4().hex
        anchor = _BORDER if at_border else told
        direction = "BACKWARD" if wanted.backward else "FORWARD"
        self._places[token] = replace(place, direction=direction, anchor=anchor)
        return token
