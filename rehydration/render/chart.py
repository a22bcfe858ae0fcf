"""What is written into a picture whose time runs from left to right: rows, boxes with their lines, arrows.

Here belong the words in the boxes. Where they stand is the layout's business. This module does not know how anything
was decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from rehydration.answers import Rehydration
from rehydration.explanation import Verdict
from rehydration.identifiers import ContactId
from rehydration.render.layout import Arrow, Band, Block, Chart, Join, Key, Words
from rehydration.render.picture import Box, Outgoing, Picture, Row, Skip, inside_of, is_cut, looks_of
from rehydration.render.sentences import new_chat_of
from rehydration.render.signs import common_look, marks_of, type_of, verdict_of, when_and_how
from rehydration.render.writing import counted, safe_word

_BACK: Final = "←"


def chart_of(
    sheet: Picture, answer: Rehydration | None, differing: Collection[ContactId] = (), counting: str = "contact"
) -> Chart:
    """Write a picture as rows of boxes, the oldest first; with an answer, the chat that continues is the last.

    ``counting`` says what is counted of a session.
    """
    boxes = sheet.boxes[::-1]
    groups = [group for box in boxes for group in box.groups]
    keys = {row.contact_id: key for group in groups for key in (_key(group),) for row in group}
    rows = {row.contact_id: row for box in boxes for row in box.contacts}
    bands = [_band(box, keys, differing, counting) for box in boxes]
    arrows = [arrow for box in boxes for arrow in _arrows(box, keys, rows)]
    start = None if answer is None else answer.continued_from_contact_id
    if answer is not None and start is not None:
        bands.append(_new_chat(answer))
        if start in keys:
            arrows.append(Arrow(None, keys[start], is_followed=True, bar=_bar(None, rows[start])))
    return Chart(tuple(bands), tuple(dict.fromkeys(arrows)))


def _key(group: tuple[Row, ...]) -> Key:
    return group[-1].contact_id, group[0].contact_id


def _new_chat(answer: Rehydration) -> Band:
    name = new_chat_of(answer)
    link_type = answer.rehydration_type or "type not recorded"
    lines = (Words("name", name), Words("link", f"{_BACK} {safe_word(link_type)}"))
    block = Block(None, (), None, lines, f"{name}\n{link_type} {safe_word(answer.source_contact_id or '')}".strip())
    return Band((), "", (block,), (), is_listed=False)


def _band(box: Box | Skip, keys: dict[ContactId, Key], differing: Collection[ContactId], counting: str) -> Band:
    blocks = tuple(_block(group, box, differing) for group in box.groups)
    if isinstance(box, Skip):
        return Band((counted(len(box.boxes), "session"),), "", blocks, (), is_listed=False)
    size = counted(len(box.contacts), counting)
    label = ("session", safe_word(box.initial_contact_id), size if box.is_tree else f"{size}, branched")
    joins = tuple(_joins(box, keys)) if box.is_tree else ()
    return Band(label, f"session {safe_word(box.initial_contact_id)}, {label[-1]}", blocks, joins, not box.is_tree)


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
        return Block(_key(group), group, row.look, lines, tooltip, row.is_start)
    counts = [Words("word", f"{count:,} {look}") for look, count in looks_of(group).items()]
    span = f"{safe_word(group[-1].contact_id)} … {safe_word(group[0].contact_id)}"
    marks = list(_group_marks(group, differing))
    lines = (Words("name", f"{counted(len(group), 'contact')}"), *counts, Words("detail", span), *marks)
    tooltip = "\n".join([lines[0].text, *(each.text for each in counts), span])
    is_start = any(each.is_start for each in group)
    return Block(_key(group), group, common_look(group), lines, tooltip, is_start, is_stack=True)


def _group_marks(group: tuple[Row, ...], differing: Collection[ContactId]) -> Iterator[Words]:
    contingent = sum(each.contingent for each in group)
    if contingent:
        yield Words("contingent", "contingent" if contingent == len(group) else f"{contingent:,} contingent")
    differ = sum(each.contact_id in differing for each in group)
    if differ:
        yield Words("differs", "differs" if differ == len(group) else f"{differ:,} differ")


def _lines(row: Row, link: Outgoing | None, differing: Collection[ContactId]) -> Iterator[Words]:
    yield Words("name", safe_word(row.contact_id))
    marks = [each for each in marks_of(row) if each != "contingent"]
    yield Words("word", ", ".join([verdict_of(row), *marks]))
    period = when_and_how(row)
    if period:
        yield Words("detail", period)
    if link is not None and row.contact_id in link.carriers:
        yield Words("link", f"{_BACK} {type_of(link)}")
        if link.followed is False:
            yield Words("link", f"{_BACK} {safe_word(link.continued_from_contact_id)}, not followed")
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
