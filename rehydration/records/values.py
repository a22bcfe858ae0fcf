"""Text to records: JSON one after the other, or rows of CSV.

Here belongs where one record ends and the next begins: JSON lines, an array, objects with nothing between them, and
CSV. The text comes in pieces and goes as it is read: memory holds one piece and the largest record. This module does
not know what a record says, nor where the text is from.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Final, NoReturn, cast

from rehydration.records import strays
from rehydration.records.fields import NO_DOUBLE, NOTHING, UUID_LENGTH, Doubled, Fault, Record, Row, shown, whole
from rehydration.records.grids import below, checked, names_in, without_table
from rehydration.records.members import CHAIN, CONTACT_ID, NAME_OF, plain
from rehydration.records.wrappers import may_hold_records

JSON: Final = "JSON: an object, objects one after the other, or an array of them"
JSON_OR_CSV: Final = f"{JSON}; or CSV whose first line names a column contact_id"
LISTS: Final = "objects, or a table of lists whose first one names the columns, such as contact_id"
ONE_COLUMN: Final = "CSV that names each column once"
JOINED: Final = "files one by one, or joined ones that all name the same columns in the same order"
SMALLER: Final = "records that are smaller: an array, JSON lines, or one object after the other"
CSV: Final = "CSV with as many cells in each row as there are columns in the first line"
WHOLE_TABLE: Final = "a whole table, with as many rows as it says below"
NO_CONSTANT: Final = "JSON, in which every number is finite"
LESS_DEEP: Final = "JSON that nests less deeply; a contact record is about five levels deep"

NOT_PRINTED: Final = "JSON, as json.dumps and JSON.stringify write it; this is what Python or Node prints"
_HINTS: Final[Mapping[str, str]] = {
    r"b?['{\[]": NOT_PRINTED,
    r'"[{\[]': "the JSON that is in this text, as `jq fromjson` takes it out",
    r"-----BEGIN |age-encryption|\$ANSIBLE_VAULT": "what is encrypted in this, as `gpg -d` takes it out",
    r"\s*<": "records; this is XML or HTML, maybe an error",
    r"-\[ RECORD|[+|][-=+|]{2}|-{5}": "what `psql --csv`, `mysql --batch` or `aws --output json` write; this is drawn",
    r"CONTACT\S*\t": "what `aws --output json` writes; this is its output as text",
    r"An error occurred": "an answer; this is an error of the AWS CLI",
    r"```|[$#%>] |//": "the records alone, without what stands around them",
    r"(?:- )?[A-Za-z]\w*:(?:\s|$)": "JSON, as `aws --output json` and `yq -o json` write it; this may be YAML",
    r"[A-Za-z0-9+/]{32,}={0,2}\s*$": "what is in this base64, as `base64 -d` takes it out",
}
"""What people have that is neither JSON nor CSV, by how its first line begins, and what would have worked."""

ROW_LIMIT: Final = 1 << 24
"""The longest line of CSV, in characters: 128 columns at the limit of Python's csv module, 131,072 a cell."""

RECORD_LIMIT: Final = 1 << 26
"""The longest record in JSON, in characters."""

BLANKS: Final = " \t"
"""What may stand around the cells of CSV, and belongs to none."""

MARK: Final = "\ufeff"
"""What stands before text in UTF-8, also where files were joined."""

_BETWEEN: Final = f"{MARK}\x1e"
"""What may stand before a record of JSON: the mark of a file that was joined, the separator of JSON text sequences."""

_DELIMITERS: Final = ",;\t|"
_LOOKAHEAD: Final = 16
"""No token of JSON but a string is cut short by more characters than this (``-Infinity``, ``\\uD83D\\uDE00``)."""

_blank = re.compile(rf"[ \t\r\n{_BETWEEN}]*").match
_end_of_line = re.compile(r"[\r\n]").search
_separator = re.compile(r'"?sep=(.)"?[\r\n]+', re.IGNORECASE).fullmatch
_drawn = re.compile(r"[-+]{2,}").fullmatch
"""What psql, sqlcmd and others draw below the first line."""
_counted = re.compile(r"\((\d+) [^\W\d]+(?: affected)?\)").fullmatch
"""What they write below the last: how many rows there are."""
_SUMMED: Final = (
    r"(?i)^\W*(?:(?:(?:grand|sub|row|record|number of)[- ]?)*(?:totals?|totale|sums?|counts?|gesamt|insgesamt|summe|"
    r"trailer|footer|eof|summary|end of \w+)\b|\(?\d+ (?:rows?|records?|contacts?|results?|entries|items?|lines?)\b|"
    r"(?:fetched|returned|selected|query ok|time|elapsed|generated|exported)\b.*[\d:])"
)
"""How a line begins that sums a table up."""
NO_ROW: Final = rf"^[-+\s]*$|^\(\d+|\S \S|{_SUMMED}"
"""What stands where ids do in lines that are no rows; a row with such an id has other cells that are no numbers."""
_summed = re.compile(_SUMMED).match
_is_number = re.compile(r"[-+\d.,:% ]*").fullmatch
MOST_LOOKS: Final = 1_000
"""Of so many first rows it is looked at what their ids look like."""
_is_list_of_texts = re.compile(r'\[[ \t\r\n]*"').match
is_type: Callable[[str], re.Match[str] | None] = re.compile(
    r"(?:Nullable\(|LowCardinality\()*(?:String|UUID|U?Int\d+|Float\d+|Date\w*(?:\(.*)?|Bool|Map\(.*|Array\(.*|Tuple\(.*)\)*"
).fullmatch
"""How ClickHouse calls a type."""
_logged = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?) (?:\S+ (?=[\[{]))?(.*)", re.DOTALL).match
"""A line of a log: its time, maybe the name of the stream, and the message."""


Ways = Mapping[tuple[str, ...], Callable[[Sequence[object]], object]]
"""What makes something of the values of an object of JSON, by the names of its members; objects within are pairs."""

NO_WAYS: Final[Ways] = MappingProxyType({})


class Above:
    """What a table has above a row: ``count`` rows, and the ``looks`` of ids in those that tell more than an id."""

    def __init__(self, count: int = 0, ids: Iterable[str] = (), *, all_tell_more: bool = True) -> None:
        """Begin below so many rows, some of which have these ids; all of them may tell more than an id."""
        self.count: int = count
        self.looks: set[str] = {*map(look, ids)}
        self._all_tell_more = all_tell_more

    def note(self, told: Sequence[str], named: Sequence[str]) -> None:
        """Note the cells of a row that tell something, and the ids among them."""
        self.count += 1
        if self._all_tell_more:
            self._all_tell_more = any(each not in NOTHING for each in told[1:])
            if self.count <= MOST_LOOKS:
                self.looks |= {look(each.strip()) for each in named if each.strip() not in NOTHING}

    def is_unlike(self, contact_id: str, told: Sequence[str]) -> bool:
        """Tell whether a row is no contact: it tells its id and maybe numbers, none above tells as little or looks so.

        No list of words says what people write below a table, such as "Fin".
        """
        return (
            self._all_tell_more
            and bool(self.looks)
            and told[0] == contact_id.strip()
            and len(contact_id) != UUID_LENGTH
            and all(each.isdigit() or each in NOTHING for each in told[1:])
            and look(told[0]) not in self.looks
        )


def look(contact_id: str) -> str:
    """Say what an id looks like: which kinds of characters it has, and how many if it is as long as a UUID.

    >>> [look(each) for each in ("C1", "2b", "Fin", "7f3c52b6-5f0a-4e8e-9f6d-0b1c2d3e4f5a")]
    ['0a', '0a', 'a', '-0a36']
    """
    kinds = {"a" if each.isalpha() else "0" if each.isdigit() else each for each in contact_id}
    return "".join(sorted(kinds)) + (str(UUID_LENGTH) if len(contact_id) == UUID_LENGTH else "")


def records(
    texts: Iterator[str], dropped: int = 0, ways: Ways = NO_WAYS, above: Above | None = None
) -> Iterator[object]:
    """Yield the records in a text that comes in pieces, whatever the pieces; so many characters came before.

    Where rows of the same table came before, ``above`` knows of them.

    Where there is a way for the names of a record, what it makes is yielded, unless it raises a fault. Others may be
    found while records are read.

    :raises Fault: the text is neither JSON nor CSV, or ends too early.
    """
    cursor = _Cursor(texts, dropped, ways)
    start = cursor.peek()
    if start in {"{", "["}:
        yield from _values(cursor)
    elif start:
        lines = _lines(cursor)
        begin = cursor.fault(cursor.at, "is neither JSON nor CSV of contacts", JSON_OR_CSV)
        first = next(lines)
        begin.expected = next((hint for mark, hint in _HINTS.items() if re.match(mark, first)), JSON_OR_CSV)
        yield from _log(first, lines) if _logged(first) else _rows(first, lines, begin, above or Above())


class _ConstantError(ValueError):
    """A number that JSON does not have: ``NaN``, ``Infinity``, ``-Infinity``."""


def _refuse(constant: str) -> NoReturn:
    raise _ConstantError(constant)


_decode = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=tuple).raw_decode
"""Objects come as pairs, which costs no more than a dictionary, and shows what is named twice."""


class _Cursor:
    """A place in a text that comes in pieces: what is read is dropped, what is needed is fetched."""

    def __init__(self, texts: Iterator[str], dropped: int, ways: Ways) -> None:
        self._texts = texts
        self._ways = ways
        self._fault: Fault | None = None
        self._dropped = dropped
        self.text = ""
        self.at = 0

    def grow(self, wanted: int) -> bool:
        """Fetch so many characters more, or what is left, and tell whether there were any.

        Asking for as much as there is keeps the whole effort for a long record proportional to its length.
        """
        pieces = [self.text[self.at :]]
        gathered = 0
        try:
            for piece in self._texts:
                pieces.append(piece)
                gathered += len(piece)
                if gathered >= wanted:
                    break
        except Fault as fault:
            self._fault = fault
        if self._fault is not None and not gathered:
            raise self._fault
        self._dropped += self.at
        self.text, self.at = "".join(pieces), 0
        return gathered > 0

    def peek(self) -> str:
        """Go to the next character that is not blank; none at the end."""
        while (mark := self.text[self.at : self.at + 1]) <= " " or mark == MARK:
            self.at = _blank(self.text, self.at).end()  # type: ignore[union-attr]  # it matches everywhere
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.grow(1):
                return ""
        return mark

    def value(self) -> object:
        """Read the object or list that begins here."""
        while True:
            try:
                pairs, end = _decode(self.text, self.at)
            except json.JSONDecodeError as error:
                ahead = error.pos - self.at
                rest = len(self.text) - self.at
                is_cut_short = self._is_cut_short(error.pos)
                if is_cut_short and rest > RECORD_LIMIT:
                    problem = f"has a record of more than {RECORD_LIMIT} characters"
                    raise self.fault(self.at, problem, SMALLER) from None
                if not (is_cut_short and self.grow(rest)):
                    problem, at = f"is not JSON: {error.msg.removesuffix(' at')}", self.at + ahead
                    is_printed = "property name" in problem and re.match(r"['\w]", self.text[at : at + 1])
                    raise self.fault(at, problem, NOT_PRINTED if is_printed else JSON) from None
            except RecursionError:
                raise self.fault(self.at, "is nested too deeply", LESS_DEEP) from None
            except _ConstantError as error:
                raise self.fault(self.at, f"holds {error}, which JSON does not have", NO_CONSTANT) from None
            except ValueError as error:
                raise self.fault(self.at, f"holds a number that is too long: {error}", NO_CONSTANT) from None
            else:
                begin, self.at = self.at, end + 1 if self.text[end : end + 1] == "\n" else end
                if type(pairs) is list:
                    return whole(pairs)
                names, held = zip(*pairs, strict=False) if pairs else ((), ())
                way = self._ways.get(names)
                if way is not None:
                    try:
                        return way(held)
                    except Fault:  # it is told by who reads the whole record
                        pass
                record = whole(pairs)
                if type(record) is Doubled:
                    raise self.fault(begin, record.problem, NO_DOUBLE)
                return record

    def fault(self, position: int, problem: str, expected: str) -> Fault:
        """Make a fault of what stands at a position of the text at hand."""
        excerpt = self.text[position : position + 20]
        where = f"character offset {self._dropped + position}"
        return Fault("$", f"{problem} at {where}, {repr(excerpt) if excerpt else 'the end'}", expected)

    def _is_cut_short(self, position: int) -> bool:
        if len(self.text) - position <= _LOOKAHEAD:
            return True
        if self.text[position] != '"':
            return False
        try:
            _decode(self.text, position)
        except json.JSONDecodeError:
            return True
        return False


def _values(cursor: _Cursor) -> Iterator[object]:
    table = _Lists()
    while mark := cursor.peek():
        if mark == "{":
            yield cursor.value()
        elif mark == "[" and _is_list_of_texts(cursor.text, cursor.at):
            yield from table.row(cursor.value())
        elif mark == "[":
            cursor.at += 1
            yield from _elements(cursor, table)
        else:
            raise cursor.fault(cursor.at, "is followed by what is no record", JSON)


class _Lists:
    """A table whose rows are lists, of which the first one names the columns."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def row(self, value: object) -> Iterator[Row]:
        """Yield what a list is, if it is no more names.

        :raises Fault: the first list names no columns, or this one is longer.
        """
        cells = cast("list[object]", value)
        if not self._names:
            names = names_in(cells)
            if names is None:
                raise Fault("$", "is a list whose first one names no columns of contacts", LISTS)
            self._names = checked(names, "$")
        elif names_in(cells) != self._names and not _are_types(cells):
            yield below(self._names, cells, "$", may_be_short=True)


def _are_types(cells: Sequence[object]) -> bool:
    """Tell whether a row names the types of columns, as ClickHouse and others write below their names."""
    return all(isinstance(each, str) and is_type(each) for each in cells)


def _elements(cursor: _Cursor, table: _Lists) -> Iterator[object]:
    if cursor.peek() == "]":
        cursor.at += 1
        return
    while True:
        if (mark := cursor.peek()) == "[":
            yield from table.row(cursor.value())
        elif mark == "{":
            yield cursor.value()
        else:
            raise cursor.fault(cursor.at, "is no object, in an array", JSON)
        mark = cursor.peek()
        if mark not in {",", "]"}:
            raise cursor.fault(cursor.at, "is neither a comma nor the end of the array", JSON)
        cursor.at += 1
        if mark == "]":
            return


def _log(first: str, lines: Iterator[str]) -> Iterator[Record]:
    """Yield what was logged, as CloudWatch Logs exports and tails it; a line without a time goes on with the last."""
    time, message = "", ""
    for line in chain((first,), lines):
        found = _logged(line)
        if found is None:
            message += line
            if len(message) > RECORD_LIMIT:
                raise Fault("$", f"has a record of more than {RECORD_LIMIT} characters", SMALLER)
            continue
        if time:
            yield {"timestamp": time, "message": message}
        time, message = found.groups()
    yield {"timestamp": time, "message": message}


def _rows(first: str, lines: Iterator[str], begin: Fault, above: Above) -> Iterator[Record]:
    separator = _separator(first)
    if separator is not None:  # as workbooks say it
        first = next(filter(str.strip, lines), "")
    delimiter = delimiter_of(first) if separator is None else separator[1]
    padded = is_padded(first, delimiter)
    rows = csv.reader(chain((first,), lines), delimiter=delimiter, strict=True, skipinitialspace=padded)
    read: Iterator[list[str]] = rows
    try:
        named = next(rows, [])
        header = _columns(named)
        if not strays.are_columns(header):
            following = next(rows, [])
            if len(following) != len(named) or not any(map(may_hold_records, following)):
                raise begin
            read = chain((following,), rows)
    except csv.Error:
        raise begin from None
    if first[-1] not in "\r\n":
        raise Fault("$", "ends in its first line", CSV)
    if len({*header}) < len(header):
        twice = next(each for each in header if header.count(each) > 1)
        raise Fault("$", f"names the column {shown(twice)} twice", ONE_COLUMN)
    ids = [place for place, each in enumerate(header) if NAME_OF.get(plain(each)) == CONTACT_ID]
    names = [place for place, each in enumerate(header) if NAME_OF.get(plain(each)) in (CONTACT_ID, *CHAIN)]
    try:
        for row in filter(any, read):
            if all(map(_drawn, map(str.strip, row))):
                continue
            if row[0][:1] == MARK and row[0][1:] in named:
                row[0] = row[0][1:]
            if not above.count and _are_types([*filter(None, row)]):
                continue
            if row == named:  # files were joined
                above = Above()
                continue
            if ids and len(row) > ids[0] and row[ids[0]] in named:
                raise Fault("$", "names other columns than the first line", JOINED)
            told = [*filter(None, map(str.strip, row))]
            if not told:
                continue
            if len(told) == 1 and (said := _counted(told[0])):
                if int(said[1]) != above.count:
                    raise Fault("$", f"says {shown(told[0])} below {above.count} rows", WHOLE_TABLE)
            elif (_says_more(told[0], ids) and all(map(_is_number, told[1:]))) or (
                len(row) == len(named) and ids and above.is_unlike(row[ids[0]], told)
            ):
                yield Row({strays.SUM: " ".join(told)})
            else:
                yield _row(header, row, width=len(named), padded=padded)
                above.note(told, [row[place] for place in names])
    except csv.Error as error:
        raise Fault("$", f"is not CSV: {error}", CSV) from None


def _says_more(first: str, ids: list[int]) -> bool:
    """Tell whether a line begins as those do that sum a table up, or has words where ids stand."""
    return _summed(first) is not None or (bool(ids) and " " in first)


def _columns(named: list[str]) -> list[str]:
    """Leave out the table, which Hive names before each column, and columns without a name behind the others."""
    return without_table(named[: max((place for place, each in enumerate(named, 1) if each), default=0)])


def delimiter_of(first: str) -> str:
    """Find what stands between the columns: what most often stands in the first line, a comma in doubt."""
    return max(_DELIMITERS, key=first.count)


def is_padded(first: str, delimiter: str) -> bool:
    """Tell whether blanks stand around all cells: they do if they do in the first line."""
    return first.lstrip(BLANKS) != first or any(
        f"{delimiter}{blank}" in first or f"{blank}{delimiter}" in first for blank in BLANKS if blank != delimiter
    )


def _row(header: list[str], row: list[str], *, width: int, padded: bool) -> Record:
    if len(row) != width or any(row[len(header) :]):
        raise Fault("$", f"has {len(row)} cells under {len(header)} columns", CSV)
    row = row[: len(header)]
    cells = (cell.strip(BLANKS) for cell in row) if padded else row
    return Row(zip(header, (None if cell in NOTHING else cell for cell in cells), strict=True))


def _lines(cursor: _Cursor) -> Iterator[str]:
    while line := _line(cursor):
        if "\0" in line:
            raise Fault("$", "holds a NUL character", CSV)
        yield line


def _line(cursor: _Cursor) -> str:
    start = cursor.at
    while (found := _end_of_line(cursor.text, start)) is None:
        rest = len(cursor.text) - cursor.at
        if rest > ROW_LIMIT:
            raise Fault("$", f"has a line of more than {ROW_LIMIT} characters", CSV)
        if not cursor.grow(max(1, rest)):
            end = len(cursor.text)
            break
        start = cursor.at
    else:
        end = found.end()
    line = cursor.text[cursor.at : end]
    cursor.at += len(line)
    return line
