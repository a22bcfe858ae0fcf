"""Where everything stands in a picture whose time runs from left to right: a row for a session, a column for a contact.

Here belongs geometry, in pixels. Each contact, or what is left out together, has a column of its own, shared by all
pictures that stand beside one another, so that nothing overlaps and a line that runs down a column meets no other box.
Columns follow time; a contact stands right of the one that it continues whatever the clocks say. This module knows
neither verdicts nor a syntax.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from typing import Final

from attrs import frozen

from rehydration.identifiers import ContactId
from rehydration.render.picture import Look, Row

_LATEST: Final = datetime.max.replace(tzinfo=UTC)

Key = tuple[ContactId, ContactId] | None
"""What names a column: the first and the last of the contacts that stand there; None is the chat that continues."""


@frozen
class Words:
    """A line in a box: how it is set, and what it says."""

    kind: str
    text: str


@frozen
class Block:
    """What is drawn as one box: a contact, those that are left out together, or the chat that continues."""

    key: Key
    rows: tuple[Row, ...]
    look: Look
    lines: tuple[Words, ...]
    tooltip: str
    is_start: bool = False
    is_stack: bool = False

    @property
    def began(self) -> datetime | None:
        """When the first of it began."""
        times = [each.known.initiation_timestamp for each in self.rows if each.known is not None]
        return min((each for each in times if each is not None), default=None)


@frozen
class Join:
    """A line from a contact to the one that continues it in its session; ``bar`` says what crosses it, if anything."""

    tail: Key
    head: Key
    bar: str


@frozen
class Arrow:
    """A link back, from a later chat to its start contact; ``bar`` says what ends there, if anything does."""

    tail: Key
    head: Key
    is_followed: bool
    bar: str


@frozen
class Band:
    """One row: a session, or several that are left out together."""

    label: tuple[str, ...]
    tooltip: str
    blocks: tuple[Block, ...]
    joins: tuple[Join, ...]
    is_listed: bool
    """Whether its contacts are one after the other, without lines between them."""


@frozen
class Chart:
    """The rows of one picture, the oldest first, and the links between them."""

    bands: tuple[Band, ...]
    arrows: tuple[Arrow, ...]

    @property
    def blocks(self) -> Iterator[Block]:
        """All that is in its rows."""
        for band in self.bands:
            yield from band.blocks


def columns_of(charts: Sequence[Chart]) -> list[Key]:
    """Order all that is drawn in time, each after what it continues.

    Of those that continue nothing that is left, the earliest comes first; one whose time is not known comes as late as
    those that continue it allow. Should what is left out together make a circle, the earliest of it comes first.
    """
    began: dict[Key, datetime | None] = {}
    following: dict[Key, set[Key]] = defaultdict(set)
    for chart in charts:
        for block in chart.blocks:
            began.setdefault(block.key, block.began)
        for earlier, later in _precedences(chart):
            following[earlier].add(later)
    return _in_order(began, following)


def _precedences(chart: Chart) -> Iterator[tuple[Key, Key]]:
    for band in chart.bands:
        for join in band.joins:
            yield join.tail, join.head
        if band.is_listed:
            yield from zip((each.key for each in band.blocks), (each.key for each in band.blocks[1:]), strict=False)
    for arrow in chart.arrows:
        yield arrow.head, arrow.tail


def _in_order(began: Mapping[Key, datetime | None], following: Mapping[Key, set[Key]]) -> list[Key]:
    waiting = dict.fromkeys(began, 0)
    for later in following.values():
        for each in later:
            waiting[each] += 1
    when = _effective(began, following)
    names = {key: (when[key], place) for place, key in enumerate(began)}
    keys = dict(enumerate(began))
    ready = [names[key] for key, number in waiting.items() if not number]
    heapify(ready)
    ordered: list[Key] = []
    left = dict.fromkeys(began)
    while left:
        if not ready:  # a circle
            heappush(ready, min(names[key] for key in left))
        key = keys[heappop(ready)[1]]
        if key not in left:
            continue
        del left[key]
        ordered.append(key)
        for each in following.get(key, ()):
            waiting[each] -= 1
            if not waiting[each]:
                heappush(ready, names[each])
    return ordered


def _effective(began: Mapping[Key, datetime | None], following: Mapping[Key, set[Key]]) -> dict[Key, datetime]:
    """Give what has no time the time of the earliest that continues it, step by step back; else it comes last."""
    when = {key: time for key, time in began.items() if time is not None}
    earlier: dict[Key, set[Key]] = defaultdict(set)
    for key, later in following.items():
        for each in later:
            earlier[each].add(key)
    timed = sorted(when, key=lambda key: when[key])
    for key in timed:
        todo = [key]
        while todo:
            for each in earlier[todo.pop()]:
                if each not in when:
                    when[each] = when[key]
                    todo.append(each)
    return {key: when.get(key, _LATEST) for key in began}


# ---------------------------------------------------------------------------------------------------------------- lanes


def lanes_of(band: Band, column: Mapping[Key, int]) -> dict[Key, int]:
    """Give every contact of a row a lane, so that chains that branch run beside one another.

    A contact stands in the lane of the one that it continues if that is free, from there to here, else in the first
    that is; no line to it runs behind another box.
    """
    if band.is_listed:
        return {each.key: 0 for each in band.blocks}
    previous = {each.head: each.tail for each in band.joins}
    taken: list[list[range]] = []
    chosen: dict[Key, int] = {}
    for key in sorted((each.key for each in band.blocks), key=lambda each: column[each]):
        at = column[key]
        lane = chosen.get(previous[key]) if key in previous else None
        run = range(at, at + 1) if lane is None else range(column[previous[key]] + 1, at + 1)
        if lane is None or not _is_free(taken[lane], run):
            lane = next((number for number, runs in enumerate(taken) if _is_free(runs, run)), len(taken))
            if lane == len(taken):
                taken.append([])
        taken[lane].append(run)
        chosen[key] = lane
    return chosen


def _is_free(runs: Iterable[range], run: range) -> bool:
    return all(run.stop <= each.start or each.stop <= run.start for each in runs)
