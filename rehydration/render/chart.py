"""What is written into an SVG picture: a band for each session, a box for each contact, arrows for links back.

Here belong the words in the boxes. Where they stand is the business of ``svg_places``. This module does not know how
anything was decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Final

from attrs import evolve, frozen

from rehydration.answers import Rehydration
from rehydration.explanation import Verdict
from rehydration.identifiers import ContactId
from rehydration.render.picture import Box, Look, Outgoing, Picture, Row, Skip, inside_of, is_cut, looks_of
from rehydration.render.sentences import new_chat_of
from rehydration.render.signs import common_look, span, type_of, verdict_of, when_and_how
from rehydration.render.writing import brief, counted, days_of, safe_word

_BACK: Final = "←"
_MOST_COLUMNS: Final = 4
"""Branched sessions with longer chains are listed one contact after the other."""

Key = tuple[str, str]
"""What names a box: the first and the last of the contacts that it stands for."""

NEW_CHAT: Final[Key] = ("", "")
"""The chat that continues."""


@frozen
class Words:
    """A line in a box: how it is set, and what it says."""

    kind: str
    text: str


@frozen
class Block:
    """What is drawn as one box: a contact, those that are left out together, or the chat that continues."""

    key: Key
    look: Look
    lines: tuple[Words, ...]
    tooltip: str
    is_start: bool = False
    is_stack: bool = False


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
    """One session, or several that are left out together: a name, more about it, and its boxes, the earliest first.

    With ``has_lanes`` chains that branch run beside one another. Else the boxes stand one after the other, and only
    neighbours are joined.
    """

    name: str
    about: str
    blocks: tuple[Block, ...]
    joins: tuple[Join, ...] = ()
    has_lanes: bool = False


@frozen
class Chart:
    """The bands of one picture, the oldest first, and the links between them."""

    bands: tuple[Band, ...]
    arrows: tuple[Arrow, ...]

    @property
    def blocks(self) -> Iterator[Block]:
        """All boxes."""
        for band in self.bands:
            yield from band.blocks


def chart_of(
    sheet: Picture, answer: Rehydration | None, differing: Collection[ContactId] = (), counting: str = "contact"
) -> Chart:
    """Write a picture as bands of boxes, the oldest first; with an answer, the chat that continues is the last.

    ``counting`` says what is counted of a session.
    """
    boxes = sheet.boxes[::-1]
    keys = {row.contact_id: _key(group) for box in boxes for group in box.groups for row in group}
    rows = {row.contact_id: row for box in boxes for row in box.contacts}
    bands = [_band(box, keys, differing, counting) for box in boxes]
    arrows = [arrow for box in boxes for arrow in _arrows(box, keys, rows)]
    start = None if answer is None else answer.continued_from_contact_id
    if answer is not None and start is not None:
        bands.append(_new_chat(answer))
        if start in keys:
            arrows.append(Arrow(NEW_CHAT, keys[start], is_followed=True, bar=_bar(None, rows[start])))
    return Chart(tuple(bands), tuple(dict.fromkeys(arrows)))


def _key(group: tuple[Row, ...]) -> Key:
    return group[-1].contact_id, group[0].contact_id


def _new_chat(answer: Rehydration) -> Band:
    name, told = new_chat_of(answer, brief), type_of(answer.rehydration_type)
    lines = (Words("name", name), Words("link", f"{_BACK} {told}"))
    tooltip = f"{new_chat_of(answer)}\n{told} {safe_word(answer.source_contact_id or '')}".removesuffix(" ''")
    return Band("", "", (Block(NEW_CHAT, None, lines, tooltip),))


def _band(box: Box | Skip, keys: dict[ContactId, Key], differing: Collection[ContactId], counting: str) -> Band:
    blocks = tuple(_block(group, box, differing) for group in box.groups)
    days = days_of(box.times)
    if isinstance(box, Skip):
        return Band(counted(len(box.boxes), "session"), days, blocks)
    joins = tuple(_joins(box, keys))
    neighbours = {each: before for before, each in pairwise(block.key for block in blocks)}
    is_branched = any(neighbours[each.head] != each.tail for each in joins) or not box.is_tree
    has_lanes = is_branched and box.is_tree and _depth(joins) <= _MOST_COLUMNS
    if not has_lanes:
        blocks = tuple(_after(each, joins, neighbours) for each in blocks)
        joins = tuple(each for each in joins if neighbours[each.head] == each.tail)
    about = [days, counted(len(box.contacts), counting), "branched" if is_branched else ""]
    return Band(f"session {brief(box.initial_contact_id)}", " · ".join(filter(None, about)), blocks, joins, has_lanes)


def _after(block: Block, joins: tuple[Join, ...], neighbours: dict[Key, Key]) -> Block:
    """Say what a contact continues if it does not stand beside it."""
    tail = next((each.tail for each in joins if each.head == block.key), neighbours.get(block.key))
    if tail is None or tail == neighbours.get(block.key):
        return block
    return evolve(block, lines=(*block.lines, Words("detail", f"after {brief(tail[1])}")))


def _depth(joins: tuple[Join, ...]) -> int:
    """Tell how many contacts follow one another at most."""
    tails = {each.head: each.tail for each in joins}
    depth = 1
    for head in tails:
        at, number = head, 1
        while at in tails:
            at, number = tails[at], number + 1
        depth = max(depth, number)
    return depth


def _joins(box: Box, keys: dict[ContactId, Key]) -> Iterator[Join]:
    inside = inside_of(box.contacts)
    rows = {row.contact_id: row for row in box.contacts}
    for row in box.contacts:
        earlier = None if row.previous is None else rows.get(row.previous)
        if earlier is not None and keys[earlier.contact_id] != keys[row.contact_id]:
            bar = "cut" if is_cut(row, inside) else "limit" if _is_limit(earlier, row) else ""
            yield Join(keys[earlier.contact_id], keys[row.contact_id], bar)


def _is_limit(earlier: Row, later: Row) -> bool:
    return earlier.verdict is Verdict.BEYOND_LIMIT is not later.verdict


def _block(group: tuple[Row, ...], box: Box | Skip, differing: Collection[ContactId]) -> Block:
    row = group[0]
    if len(group) == 1 and not isinstance(box, Skip):
        lines = tuple(_lines(row, box.link, differing))
        tooltip = "\n".join([safe_word(row.contact_id), *(each.text for each in lines[1:])])
        return Block(_key(group), row.look, lines, tooltip, row.is_start)
    counts = [Words("word", f"{count:,} {look}") for look, count in looks_of(group).items()]
    ends, marks = span(group[::-1], brief), list(_group_marks(group, differing))
    lines = (Words("name", f"{counted(len(group), 'contact')}"), *counts, Words("detail", ends), *marks)
    tooltip = "\n".join([lines[0].text, *(each.text for each in counts), span(group[::-1])])
    return Block(_key(group), common_look(group), lines, tooltip, any(each.is_start for each in group), is_stack=True)


def _group_marks(group: tuple[Row, ...], differing: Collection[ContactId]) -> Iterator[Words]:
    foreign = sum(each.is_foreign for each in group)
    if foreign:
        yield Words("foreign", "other customer" if foreign == len(group) else f"{foreign:,} of another customer")
    contingent = sum(each.contingent for each in group)
    if contingent:
        yield Words("contingent", "contingent" if contingent == len(group) else f"{contingent:,} contingent")
    differ = sum(each.contact_id in differing for each in group)
    if differ:
        yield Words("differs", "differs" if differ == len(group) else f"{differ:,} differ")


def _lines(row: Row, link: Outgoing | None, differing: Collection[ContactId]) -> Iterator[Words]:
    yield Words("name", brief(row.contact_id))
    yield Words("word", f"{verdict_of(row)}, start" if row.is_start else verdict_of(row))
    period = when_and_how(row)
    if period:
        yield Words("detail", period)
    if link is not None and row.contact_id in link.carriers:
        yield Words("link", f"{_BACK} {type_of(link.rehydration_type)}")
        if link.crosses:
            yield Words("foreign", "to another customer's")
        if link.followed is False:
            yield Words("link", f"{_BACK} {brief(link.continued_from_contact_id)}, not followed")
    if row.is_foreign:
        yield Words("foreign", "other customer")
    if row.contingent:
        yield Words("contingent", "contingent")
    if row.contact_id in differing:
        yield Words("differs", "differs")
    for rule in row.rules:
        yield Words("rule", rule)


def _arrows(box: Box | Skip, keys: dict[ContactId, Key], rows: dict[ContactId, Row]) -> Iterator[Arrow]:
    for each in box.boxes if isinstance(box, Skip) else (box,):
        link = each.link
        if link is None or link.continued_from_contact_id not in keys:
            continue
        head = keys[link.continued_from_contact_id]
        for carrier in reversed(link.carriers):
            if keys[carrier] != head:
                bar = _bar(rows[carrier], rows[link.continued_from_contact_id]) if link.followed else ""
                yield Arrow(keys[carrier], head, link.followed is not False, bar)


def _bar(carrier: Row | None, start: Row) -> str:
    """Say what ends where a link arrives."""
    if start.is_stop:
        return "stop"
    return "limit" if start.verdict is Verdict.BEYOND_LIMIT and (carrier is None or _is_limit(start, carrier)) else ""
