"""The drawing in a text picture: rails for links, lanes for predecessors, columns for what is said of a contact.

Here belong the characters and where they go. A rail runs down on the left from a link's later end to its start
contact; two are enough, because the next link begins before the last one has arrived only where its carrier stands
above the start contact. This module does not know what the verdicts mean.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from rehydration.answers import Rehydration
from rehydration.identifiers import ContactId
from rehydration.render.lines import Line, cell_len, folded, words
from rehydration.render.picture import Box, Gap, Outgoing, Picture, Row, Skip
from rehydration.render.sentences import new_chat_of
from rehydration.render.signs import (
    CONTINGENT,
    SIGNS,
    STYLES,
    is_live,
    kind_of,
    method_of,
    span,
    tally,
    verdict_and_customer,
)
from rehydration.render.writing import clock, counted, day, safe_word

_RAIL: Final = 5
_GAP: Final = 2
_MARK: Final = "◀ "
_SAME: Final = "as above"
_LINK: Final = "cyan"


@frozen
class _Columns:
    """What is said of one contact, column by column."""

    name: str
    mark: str
    times: str
    method: str
    verdict: str
    rules: tuple[str, ...]


class Drawing:
    """Draws one picture, from top to bottom."""

    def __init__(self, answer: Rehydration | None, sheet: Picture, width: int) -> None:
        self._answer = answer
        self._sheet = sheet
        self._width = width
        self._rails: list[bool] = [False, False]
        self._lanes: list[ContactId | None] = []
        self._entering = self._leaving = 0
        self._above: tuple[str, ...] = ()
        self._ended: int | None = None
        drawn = list(sheet.drawn)
        self._seconds = any(time.second for row in drawn for time in row.times)
        boxes = [box for box in sheet.boxes if isinstance(box, Box) and not _is_of_one_day(box)]
        self._dated = {row.contact_id for box in boxes for row in box.contacts}
        self._columns = {row.contact_id: self._columns_of(row) for row in drawn}
        lanes = {each.initial_contact_id: each.lanes for each in sheet.boxes if isinstance(each, Box)}
        # lanes may take a third of the page; a session that needs more is listed
        self._trees = {name for name, most in lanes.items() if 2 * most <= max(width // 3, 4)}
        self._room = 2 * max((lanes[each] for each in self._trees), default=1)
        self._widths = self._measure()
        self._longest_rule = max((len(rule) for each in self._columns.values() for rule in each.rules), default=0)

    def lines(self) -> Iterator[Line]:
        """Draw everything."""
        if self._answer is not None and self._answer.continued_from_contact_id is not None:
            yield from self._new_chat(self._answer)
        for number, box in enumerate(self._sheet.boxes):
            if number or self._answer is not None:
                yield self._rail()
            if isinstance(box, Skip):
                yield from self._skip(box)
            else:
                yield from self._box(box)

    # -------------------------------------------------------------------------------------------------------- sessions

    def _new_chat(self, answer: Rehydration) -> Iterator[Line]:
        self._rails[0] = True
        name, *_ = folded(new_chat_of(answer), self._width - _RAIL)
        kind = answer.rehydration_type or "type not recorded"
        yield Line().add("◇", "bold").pad(_RAIL).add(name, "bold").add(f"  {kind}", "dim")

    def _skip(self, skip: Skip) -> Iterator[Line]:
        rows = [row for box in skip.boxes for row in box.contacts]
        text = f"{counted(len(skip.boxes), 'session')} more: {tally(rows)}, {span(rows)}"
        yield from self._left_out(text)

    def _left_out(self, text: str, lanes: str = "⋮ ") -> Iterator[Line]:
        prefix = self._rail().add(lanes, "dim")
        room = self._width - prefix.width
        first, *rest = words(text, room)
        yield prefix.add(first, "dim")
        for each in rest:
            yield self._rail().add(" " * cell_len(lanes)).add(each, "dim")

    def _box(self, box: Box) -> Iterator[Line]:
        yield from self._title(box)
        self._lanes, self._above, self._ended = [], (), None
        self._entering = self._leaving
        for each in box.rows:
            lane = 0
            if isinstance(each, Gap):
                yield from self._gap(each, box)
            else:
                lane = yield from self._row(each, box)
            if box.link is not None:
                # of several that carry a link, one rail leads away, from the first
                carriers = box.link.carriers if box.link.followed is None else box.link.carriers[-1:]
                for carrier in carriers:
                    if carrier in _ids_in(each):
                        yield from self._leave(carrier, box.link, lane)

    def _title(self, box: Box) -> Iterator[Line]:
        rows = box.contacts
        size = counted(len(rows), "contact") + ("" if self._is_tree(box) else ", branched")
        parts = [f"session {safe_word(box.initial_contact_id)}", *self._period(rows), size]
        full = " · ".join(parts)
        room = self._width - _RAIL
        if cell_len(full) <= room - 6:
            line = self._rail().add("── ", "dim").add(parts[0], "bold").add(f" · {' · '.join(parts[1:])} ", "")
            yield line.add("─" * (self._width - line.width), "dim")
            return
        for each in folded(parts[0], room):
            yield self._rail().add(each, "bold")
        for each in words(" · ".join(parts[1:]), room):
            yield self._rail().add(each)

    def _period(self, rows: Sequence[Row]) -> list[str]:
        times = sorted(time for row in rows for time in row.times)
        if not times:
            return []
        first, last = times[0], times[-1]
        began = f"{day(first)} {clock(first, seconds=self._seconds)}"
        if any(is_live(each) for each in rows):
            return [f"{began} UTC, live"]
        ended = clock(last, seconds=self._seconds)
        return [f"{began}–{ended} UTC" if day(first) == day(last) else f"{began} – {day(last)} {ended} UTC"]

    # ------------------------------------------------------------------------------------------------------------ rows

    def _row(self, row: Row, box: Box) -> Generator[Line, None, int]:
        """Draw a contact; return the lane that it stands in."""
        lane = 0
        if self._is_tree(box):
            lane = yield from self._arrive(row.contact_id)
        else:
            self._lanes = [None]
        style = STYLES[row.look]
        prefix = self._enter() if row.entered else self._rail()
        for number in range(len(self._lanes)):
            if number == lane:
                prefix.add(SIGNS[row.look], f"bold {style}").add(" ")
            else:
                prefix.add("  " if self._lanes[number] is None else "│ ", "dim")
        if self._is_tree(box):
            self._lanes[lane] = row.previous
            self._ended = lane if row.previous is None else None
            self._trim()
        yield from self._describe(row, prefix)
        return lane

    def _arrive(self, contact_id: ContactId) -> Generator[Line, None, int]:
        """Bring the lanes that lead to a contact together; return the lane that it stands in."""
        arriving = [number for number, each in enumerate(self._lanes) if each == contact_id]
        if not arriving:
            free = self._lanes.index(None) if None in self._lanes else len(self._lanes)
            if free == self._ended:
                # right beneath the first contact of another chain it would be taken for its predecessor
                yield self._beside()
            self._lanes += [None] * (free + 1 - len(self._lanes))
            self._lanes[free] = contact_id
            return free
        lane, *others = arriving
        if others:
            line = self._rail()
            for number, each in enumerate(self._lanes):
                line.add(_joint(number, lane, others, free=each is None), "dim")
            yield line
            for number in others:
                self._lanes[number] = None
            self._trim()
        return lane

    def _is_tree(self, box: Box) -> bool:
        """Tell whether the predecessors in a session are drawn as lines."""
        return box.is_tree and box.initial_contact_id in self._trees

    def _trim(self) -> None:
        while self._lanes and self._lanes[-1] is None:
            self._lanes.pop()

    def _gap(self, gap: Gap, box: Box) -> Iterator[Line]:
        self._lanes = [gap.rows[-1].previous] if self._is_tree(box) else [None]
        prefix = self._enter() if any(each.entered for each in gap.rows) else self._rail()
        text = f"{len(gap.rows):,} more: {tally(gap.rows)}, {span(gap.rows)}"
        first, *rest = words(text, self._width - _RAIL - 2)
        yield prefix.add("⋮ ", "dim").add(first, "dim")
        for each in rest:
            yield self._rail().add("⋮ ", "dim").add(each, "dim")
        self._trim()

    def _describe(self, row: Row, prefix: Line) -> Iterator[Line]:
        """Say all that there is to say of a contact: side by side if it fits, else the rules or more beneath."""
        columns = self._columns[row.contact_id]
        style = STYLES[row.look]
        if self._widths is None:
            yield from self._stacked(columns, style, prefix)
            return
        line, at = prefix, _RAIL + self._room
        pieces = (columns.name, columns.times, columns.method, columns.verdict)
        for piece, width, piece_style in zip(pieces, self._widths, (f"bold {style}", "", "", style), strict=True):
            line.pad(at).add(piece, piece_style)
            if piece is columns.name:
                line.add(columns.mark, "bold")
            at += width
        beneath = at + self._longest_rule > self._width
        if beneath and columns.rules == self._above and at + len(_SAME) <= self._width:
            yield line.pad(at).add(_SAME, "dim")
            return
        if beneath:
            yield line
            at = _RAIL + self._room + 2
            line = self._beside()
        rules = self._rules_in(columns.rules, self._width - at)
        if not rules and not beneath:
            yield line
        for number, rule in enumerate(rules):
            yield (self._beside() if number else line).pad(at).add(rule, _rule_style(rule))

    def _rules_in(self, rules: tuple[str, ...], room: int) -> list[str]:
        """Break the rules of a contact into lines; what would be the same once more is not repeated."""
        if not rules:
            return []
        lines = [rules[0]]
        for rule in rules[1:]:
            joined = f"{lines[-1]}, {rule}"
            if cell_len(joined) <= room:
                lines[-1] = joined
            else:
                lines.append(rule)
        repeated = rules == self._above
        self._above = rules
        if repeated and len(lines) > 1:
            return [_SAME]
        return [piece for line in lines for piece in folded(line, room)]

    def _stacked(self, columns: _Columns, style: str, prefix: Line) -> Iterator[Line]:
        """Write a contact on several lines: its name and verdict, beneath it when and how, and the rules."""
        at = _RAIL + self._room
        first, *rest = folded(columns.name, self._width - at)
        lines = [prefix.pad(at).add(first, f"bold {style}")]
        lines += [self._beside().pad(at).add(each, f"bold {style}") for each in rest]
        self._flow(lines, [(columns.verdict, style), (columns.mark.strip(), "bold")])
        lines.append(self._beside().pad(at))
        self._flow(lines, [(columns.times, ""), (columns.method, "")])
        for number, rule in enumerate(self._rules_in(columns.rules, self._width - at - 2)):
            if not number and lines[-1].width + _GAP + cell_len(rule) <= self._width:
                lines[-1].add(" " * _GAP).add(rule, _rule_style(rule))
            else:
                lines.append(self._beside().pad(at + 2).add(rule, _rule_style(rule)))
        yield from lines

    def _flow(self, lines: list[Line], pieces: Iterable[tuple[str, str]]) -> None:
        """Add pieces to the last line as long as they fit, then to another beneath."""
        for piece, style in pieces:
            if piece and lines[-1].width + _GAP + cell_len(piece) > self._width:
                lines.append(self._beside().pad(_RAIL + self._room))
            if piece:
                lines[-1].add(" " * _GAP).add(piece, style)

    def _beside(self) -> Line:
        """Begin a line that continues the rails and lanes."""
        line = self._rail()
        for each in self._lanes:
            line.add("  " if each is None else "│ ", "dim")
        return line

    # ----------------------------------------------------------------------------------------------------------- rails

    def _rail(self) -> Line:
        return Line().add(f"{_pass(self._rails[0])} {_pass(self._rails[1])}  ", _LINK)

    def _enter(self) -> Line:
        """Turn the rail that leads here towards the contact."""
        rail = self._entering
        self._rails[rail] = False
        if rail:
            return Line().add(f"{_pass(self._rails[0])} ╰▶ ", _LINK)
        return Line().add(f"╰┄{'┼' if self._rails[1] else '┄'}▶ ", _LINK)

    def _leave(self, carrier: ContactId, link: Outgoing, lane: int) -> Iterator[Line]:
        """Lead a rail away from the contact that carries a link."""
        rail = 1 if self._rails[0] else 0
        style = _LINK if link.followed else "dim"
        if not link.followed:
            line = Line().add(f"{_pass(self._rails[0])} ┄┄┄", style)
        elif rail:
            line = Line().add("┊ ╭┄┄", style)
        else:
            line = Line().add(f"╭┄{'┼' if self._rails[1] else '┄'}┄┄", style)
        if link.followed:
            self._rails[rail] = True
            self._leaving = rail
        lanes = [each is not None for each in self._lanes]
        lanes += [False] * (lane + 1 - len(lanes))
        line.add("".join("┼┄" if each else "┄┄" for each in lanes[:lane]) + ("┤ " if lanes[lane] else "╯ "), style)
        line.add("".join("│ " if each else "  " for each in lanes[lane + 1 :]), "dim").pad(_RAIL + self._room)
        first, *rest = words(_link_told(carrier, link), self._width - line.width)
        yield line.add(first, "dim")
        for each in rest:
            yield self._beside().pad(_RAIL + self._room).add(each, "dim")

    # --------------------------------------------------------------------------------------------------------- columns

    def _measure(self) -> tuple[int, int, int, int] | None:
        """Find the widths of the columns before the rules, gaps included; None where they do not fit side by side."""
        rows = [(each.name + each.mark, each.times, each.method, each.verdict) for each in self._columns.values()]
        if not rows:
            return None
        name, times, method, verdict = (max(map(cell_len, column)) for column in zip(*rows, strict=True))
        if _RAIL + self._room + sum(each + _GAP for each in (name, times, method, verdict) if each) > self._width:
            return None
        return (name + _GAP, times + _GAP, method + _GAP if method else 0, verdict + _GAP if verdict else 0)

    def _columns_of(self, row: Row) -> _Columns:
        return _Columns(
            name=safe_word(row.contact_id),
            mark=_mark(row),
            times=self._times(row),
            method=method_of(row),
            verdict=f"{verdict_and_customer(row)} {CONTINGENT}" if row.contingent else verdict_and_customer(row),
            rules=row.rules,
        )

    def _times(self, row: Row) -> str:
        known = row.known
        if known is None:
            return "no record"
        began, ended = known.initiation_timestamp, known.disconnect_timestamp
        dated = row.contact_id in self._dated
        start = "?" if began is None else clock(began, seconds=self._seconds)
        if began is not None and dated:
            start = f"{day(began)[5:]} {start}"
        if ended is None:
            return f"{start}, live"
        end = clock(ended, seconds=self._seconds)
        if dated and (began is None or day(began) != day(ended)):
            end = f"{day(ended)[5:]} {end}"
        return f"{start}–{end}"


def _is_of_one_day(box: Box) -> bool:
    times = [time for row in box.contacts for time in row.times]
    return not times or day(min(times)) == day(max(times))


def _rule_style(rule: str) -> str:
    return "dim" if rule == _SAME else "cyan"


def _link_told(carrier: ContactId, link: Outgoing) -> str:
    text = f"{safe_word(carrier)} continues {safe_word(link.continued_from_contact_id)}, {kind_of(link)}"
    return f"{text}, not followed" if link.followed is False else text


def _mark(row: Row) -> str:
    if row.is_start:
        return f" {_MARK}start"
    return f" {_MARK}source" if row.is_source else ""


def _ids_in(each: Row | Gap) -> frozenset[ContactId]:
    return frozenset(row.contact_id for row in (each.rows if isinstance(each, Gap) else (each,)))


def _pass(rail: bool) -> str:  # noqa: FBT001  # drawn as it is
    return "┊" if rail else " "


def _joint(number: int, lane: int, others: Sequence[int], *, free: bool) -> str:
    """Draw one lane of the line on which others join a lane."""
    last = others[-1]
    if number == lane:
        return "├─"
    if number == last:
        return "╯ "
    if lane < number < last:
        return "┴─" if number in others else "──" if free else "┼─"
    return "  " if free else "│ "
