"""Members of a record: each taken out, checked, and refused with its path.

Here belongs what every encoding shares: what an id, a point in time, a text, an instance and a transcript look like on
AWS's side, and the one way to say that something is not one. This module does not know which encoding asks, nor which
file the record is from; a :class:`Fault` gets its source and number where the record was counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from sys import intern
from typing import Any, Final

from rehydration.errors import shortened
from rehydration.identifiers import CONTACT_ID_LENGTH, ContactId, is_contact_id
from rehydration.transcripts import REPORTED, TRANSCRIPT_SIZE_LIMIT, Availability, TranscriptFact

Record = Mapping[str, object]
"""One JSON object, or what boto3 or a CSV reader makes of one."""


class Row(dict[str, object]):
    """A row of a table: its members are columns, which are there whatever the row says.

    ``silent`` are the attributes of a contact whose columns are there and tell nothing.
    """

    silent: frozenset[str] = frozenset()


class Doubled(dict[str, object]):
    """An object of JSON that names a member twice, of which the last counts here; who looks into it refuses it."""

    def __init__(self, members: dict[str, object], name: str) -> None:
        """Hold the members and the name of one that is there twice."""
        super().__init__(members)
        self.problem: str = f"names the member {shown(name)} twice"


Pairs = tuple[tuple[str, object], ...]
"""An object of JSON as it is written: its members in their order, each as often as it is named."""


def whole(value: object) -> Any:  # noqa: ANN401  a record of pairs, and whatever else may lie in one
    """Make objects of pairs, however deep they lie; lists are changed where they are.

    >>> whole((("a", 1), ("b", [(("c", 2),)])))
    {'a': 1, 'b': [{'c': 2}]}
    """
    top = [value]
    waiting: list[dict[str, object] | list[object]] = [top]
    for each in waiting:  # it grows; a loop goes as deep as the parser
        held: Iterable[tuple[Any, object]] = each.items() if isinstance(each, dict) else enumerate(each)
        for key, inner in held:
            if type(inner) is tuple:
                each[key] = made = an_object_of(inner)
                waiting.append(made)
            elif type(inner) is list:
                waiting.append(inner)
    return top[0]


def an_object_of(pairs: Pairs) -> dict[str, object]:
    """Make an object; whether it names a member twice matters to whoever looks into it."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    return Doubled(found, next(each for each in names if names.count(each) > 1))


Members = dict[str, object]
"""Keyword arguments of a :class:`~rehydration.contacts.Contact`."""

Attributes = Mapping[str, str]


class Unread(dict[str, str]):
    """No attributes of a contact, because they are in a text that is no object of JSON, as ``fault`` says."""

    def __init__(self, fault: Fault) -> None:
        """Hold what is wrong."""
        super().__init__()
        self.fault = fault


SegmentAttributes = Mapping[str, Mapping[str, object]]
"""What flows and applications noted about a contact, by name."""

NOTHING: Final = frozenset(
    (
        *(
            "",
            "NULL",
            "Null",
            "null",
            "(null)",
            "(NULL)",
            "<null>",
            "[NULL]",
            "\\N",
            "\\\\N",
            "None",
            "none",
            "NONE",
            "nil",
        ),
        *("undefined", "nan", "NaN", "NaT", "<NA>", "N/A", "n/a", "NA", "#N/A", "-"),
    )
)
"""What databases, Hive, pandas, programs and workbooks write where there is nothing; no contact has such an id."""

NOBODY: Final = NOTHING | {word for each in ("unknown", "anonymous") for word in (each, each.upper(), each.title())}
"""What stands for the name of a customer whom nobody knows, besides."""

AROUND: Final = " \t\r\n\xa0\u200b\ufeff"
"""What may stand around an id or a name, and belongs to none."""

AN_ID: Final = f"a contact id: text of 1 to {CONTACT_ID_LENGTH} characters, no lone surrogates"
_SINCE: Final = "or seconds to nanoseconds since 1970"
AN_ID_AS_IT_WAS: Final = "the id as AWS wrote it, without quotation marks; a workbook or a program made this of one"
A_TIME: Final = f"a time with its zone, such as '2026-05-03T09:00:00Z', {_SINCE}"
A_TIME_OR_UTC: Final = f"a time such as '2026-05-03 09:00:00.000 UTC', in UTC unless it names a zone, {_SINCE}"
A_LATER_TIME: Final = "a time from 1971 on; workbooks count days, and some programs have a time of their own for none"
A_TEXT: Final = "text without lone surrogates, or null"
A_KEY: Final = "keys that are text without lone surrogates"
IN_JSON: Final = "JSON, as `json_format(CAST(attributes AS JSON))` of Athena writes it"
AN_OBJECT: Final = "a JSON object"
NO_DOUBLE: Final = "JSON that names each member of an object once"
A_LIST: Final = "a list of JSON objects, or null"

_UNITS: Final = ((1e17, 1_000), (1e14, 1), (1e11, 0.001))
"""From which number on one counts nanoseconds, microseconds or milliseconds, and how many are a microsecond.

As the next longer ones they lie beyond the year 5138, as themselves from 1973 on.
"""

_DIGITS: Final = (10, 13, 16, 19)
"""How many a table writes of the seconds and shorter units since 1970, from 2001 on."""

CHAT: Final = "CHAT"
"""The kind of a recording that is a chat transcript."""

_AVAILABLE: Final = TranscriptFact()
_MISPLACED: Final = TranscriptFact(misplaced=True)
_DELETED: Final = TranscriptFact(Availability.DELETED)
_FACTS: Final = {each.value: TranscriptFact(each) for each in REPORTED} | {
    Availability.TOO_LARGE.value: TranscriptFact(size=TRANSCRIPT_SIZE_LIMIT + 1)
}
UUID_LENGTH: Final = 36
YES: Final = frozenset(("true", "1", "yes", "y", "t"))
NO_UUID: Final = "00000000-0000-0000-0000-000000000000"
_is_uuid = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}").fullmatch
_is_mangled = re.compile(r"(?is:\d+(?:[.,]\d+)?E\+\d+|[#='\"{].*|.*['\"}])").fullmatch
"""What workbooks and programs make of ids: a number, an error, a formula, a text in quotation marks."""
_PAIR: Final = frozenset(("key", "value"))
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 9999
_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DEEPEST: Final = 16
"""How many values of segment attributes may be within one another; AWS tells no limit, and shows one."""
_zone_apart = re.compile(r"(?<=:\d\d)((?:\.\d+)?) (?=(?:Z|[+-]\d\d:?\d\d)$)")
"""What stands before a zone as Snowflake writes it."""
_from_text = datetime.fromisoformat
_SHORT_INTEGER: Final = 10**18


class Fault(Exception):
    """What is wrong with a record or the text it stands in: where, what, and what would have worked.

    It never leaves the package: where the record was counted it becomes an
    :class:`~rehydration.errors.UnreadableRecord`.
    """

    def __init__(self, path: str, problem: str, expected: str) -> None:
        """Hold the evidence."""
        super().__init__(path, problem, expected)
        self.path = path
        self.problem = problem
        self.expected = expected


def shown(value: object) -> str:
    """Show a value in a few words, however large, deep or unprintable it is."""
    if isinstance(value, str):
        return repr(shortened(value, 60))
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if -_SHORT_INTEGER < value < _SHORT_INTEGER else "an integer of more than 18 digits"
    if isinstance(value, datetime):
        return value.isoformat()
    return f"of type {type(value).__name__}"


def contact_id(record: Record, name: str, path: str) -> ContactId:
    """Take the id that a record cannot do without."""
    return as_contact_id(record.get(name), path, name)


def optional_id(record: Record, name: str, path: str) -> ContactId | None:
    """Take an id; null and the empty text are none."""
    return as_id(record.get(name), path, name)


def text(record: Record, name: str, path: str) -> str | None:
    """Take a text; null and the empty text are none."""
    return as_text(record.get(name), path, name)


def time(record: Record, name: str, path: str) -> datetime | None:
    """Take a point in time, in UTC; null is none."""
    return as_time(record.get(name), path, name)


# ------------------------------------------------------------------------------------------------- what a member holds


def as_contact_id(value: object, path: str, name: str) -> ContactId:
    """Take the id that a record cannot do without."""
    found = as_id(value, path, name)
    if found is None:
        raise Fault(f"{path}.{name}", "is missing" if value is None else f"is {shown(value)}", AN_ID)
    return found


def as_id(value: object, path: str, name: str) -> ContactId | None:
    """Take an id; null and what else says that there is none are none. Of an ARN it is the last part."""
    # A UUID as AWS writes it is what nearly all are, and nothing else need be known of it.
    if type(value) is str and len(value) == UUID_LENGTH and value[8] == "-" and value.islower() and value.isascii():
        return intern(value)  # type: ignore[return-value]  # a contact id
    return None if value is None else _unusual_id(value, path, name)


def _unusual_id(value: object, path: str, name: str) -> ContactId | None:
    found = value.strip(AROUND) if isinstance(value, str) else value
    if isinstance(found, str):
        if found in NOTHING or found == NO_UUID:
            return None
        if found.startswith("arn:"):
            found = found.partition("/contact/")[2] or found
        if _is_uuid(found):
            found = found.lower()
        elif found.startswith("arn:") or _is_mangled(found):
            raise Fault(f"{path}.{name}", f"is {shown(value)}", AN_ID_AS_IT_WAS)
    if is_contact_id(found):
        return _shared(found)  # type: ignore[return-value]  # a contact id, as was found
    if isinstance(value, str) and len(value) > CONTACT_ID_LENGTH:
        raise Fault(f"{path}.{name}", f"is {shown(value)}, {len(value)} characters", AN_ID)
    raise Fault(f"{path}.{name}", f"is {shown(value)}", AN_ID)


def bare(contact_id: str) -> str:
    """Write an id so that all the ways in which records write it are alike."""
    found = contact_id.strip(AROUND).lower()
    return found.rpartition("/")[2] if found.startswith("arn:") else found


def as_name(value: object, path: str, name: str) -> str | None:
    """Take a name; null and what says that nobody knows it are none, and blanks around it are left out."""
    found = as_text(value, path, name)
    if found is None or found in NOBODY:
        return None
    return found if found[0] not in AROUND and found[-1] not in AROUND else _shared(found.strip(AROUND)) or None


def as_text(value: object, path: str, name: str) -> str | None:
    """Take a text; null and the empty text are none."""
    if type(value) is str and value.isascii():  # as nearly all are
        return intern(value) or None
    if value is None:
        return None
    if not isinstance(value, str) or not (value.isascii() or _is_writable(value)):
        raise Fault(f"{path}.{name}", f"is {shown(value)}", A_TEXT)
    return _shared(value) or None


def as_keyword(value: object, path: str, name: str) -> str | None:
    """Take a word that AWS writes in capitals, and some of its samples and tables do not, such as ``Chat``."""
    found = value if type(value) is str and value.isascii() else as_text(value, path, name)
    return None if found is None else _word(found)


@lru_cache(maxsize=256)
def _word(written: str) -> str | None:
    """Find what a word means, of which there are few."""
    word = written.strip(AROUND)
    return None if word in NOTHING else intern(word.upper()) if word.isascii() else word


def _shared(value: str) -> str:
    # One text for all that name a contact, a customer, a channel: its copies would be a fifth of a graph.
    return intern(value) if type(value) is str else value


def _is_writable(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def as_time(value: object, path: str, name: str) -> datetime | None:
    """Take a point in time, in UTC; null and what else says that there is none are none."""
    if value is None:
        return None
    try:
        found = moment(value)
    except ValueError:
        if isinstance(value, str) and (told := value.strip(AROUND)) != value:
            return as_time(told, path, name)
        found = _nothing(value, path, name, A_TIME)
    return found if _FIRST_YEAR < found.year < _LAST_YEAR else _no_time(found, value, path, name)


def as_time_or_utc(value: object, path: str, name: str) -> datetime | None:
    """Take a point in time as databases write it: in UTC unless it names a zone, numbers also as text."""
    if value is None or value == "":
        return None
    try:
        found = moment(_with_zone(value))
    except ValueError:
        if isinstance(value, str) and (told := value.strip(AROUND)) != value:
            return as_time_or_utc(told, path, name)
        found = _nothing(value, path, name, A_TIME_OR_UTC)
    return found if _FIRST_YEAR < found.year < _LAST_YEAR else _no_time(found, value, path, name)


def _nothing(value: object, path: str, name: str, expected: str) -> datetime:
    """Take what says that there is no time for the moment that stands for none."""
    if isinstance(value, str) and value in NOTHING:
        return _NO_TIME
    raise Fault(f"{path}.{name}", f"is {shown(value)}", expected)


def _no_time(found: datetime, value: object, path: str, name: str) -> datetime | None:
    """Take the first and last moments that programs know, and the one from which they count, for none."""
    if found == _NO_TIME or found.year in {1, _LAST_YEAR}:
        return None
    raise Fault(f"{path}.{name}", f"is {shown(value)}", A_LATER_TIME)


def _with_zone(value: object) -> object:
    if isinstance(value, str):
        if value.isascii() and value.replace(".", "", 1).isdigit():
            if len(value.partition(".")[0]) not in _DIGITS:  # such as 20260503
                raise ValueError
            return float(value)
        value = _zone_apart.sub(r"\1", value.removesuffix(" UTC"))
        if len(value) <= len("2026-05-03"):  # at midnight a contact has hardly ended
            raise ValueError
        value = _from_text(value)
    if isinstance(value, datetime) and value.utcoffset() is None:
        return value.replace(tzinfo=UTC)
    return value


def names_no_zone(value: object) -> bool:
    """Tell whether a value is a time that names no zone."""
    try:
        found = _from_text(value.strip(AROUND)) if isinstance(value, str) and not value.isdigit() else value
    except ValueError:
        return False
    return isinstance(found, datetime) and found.tzinfo is None


def moment(value: object) -> datetime:
    """Read a point in time, in UTC, from ISO 8601 text with a zone, a number since 1970, or an aware datetime.

    :raises ValueError: it is none, or lies outside the years 1 to 9999.
    """
    found = _from_text(value) if isinstance(value, str) else _moment(value)
    return found if found.tzinfo is UTC else _in_utc(found)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError  # noqa: TRY004  the one error for whatever is no time
    try:
        for least, length in _UNITS:
            if abs(value) >= least:
                return _NO_TIME + timedelta(microseconds=value / length)
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError from error


def _in_utc(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError from error


@lru_cache(maxsize=64)
def instance(arn: str) -> str | None:
    """Take the instance id out of an ARN: what follows ``instance/`` up to the next slash. No such part is none."""
    # One text for all contacts of an instance: a million copies of it are 90 MB.
    return arn.partition("instance/")[2].partition("/")[0] or None


def spelt(record: Record, name: str) -> str:
    """Find how a record spells a member that AWS calls so: alike, in another case, or as Logs Insights marks it."""
    if name in record:
        return name
    strings = (each for each in record if isinstance(each, str))
    return next((each for each in strings if each.lower().removeprefix("@") == name.lower()), name)


def an_object(record: Record, name: str, path: str) -> Record:
    """Take the object that a record cannot do without."""
    return as_object(record.get(name), f"{path}.{name}")


def as_object(value: object, where: str) -> Record:
    """Take an object."""
    if not isinstance(value, Mapping):
        raise Fault(where, "is missing" if value is None else f"is {shown(value)}", AN_OBJECT)
    return once(value, where)


def once(value: Record, path: str) -> Record:
    """Check that an object names each member once.

    :raises Fault: it does not.
    """
    if type(value) is Doubled:
        raise Fault(path, value.problem, NO_DOUBLE)
    return value


def attributes(record: Record, name: str, path: str) -> Attributes:
    """Take the attributes of a contact, an object of text to text; null is none, also as the value of one.

    Tables hold the object as text of JSON, or as a list of keys and values.
    """
    value = record.get(name)
    if isinstance(value, str):
        told = in_json(value)
        if not isinstance(told, Mapping):
            fault = Fault(f"{path}.{name}", f"is {shown(value)}, no object of JSON", IN_JSON)
            return {} if value.strip(AROUND) in NOTHING else Unread(fault)
        record = {name: told}
    elif isinstance(value, list | tuple) and all(isinstance(each, Mapping) and {*each} == _PAIR for each in value):
        record = {name: an_object_of(tuple((each["key"], each["value"]) for each in value))}
    held, where = _named(record, name, path)
    return {key: text(held, key, where) or "" for key, value in held.items() if value is not None}


def in_json(text: str) -> object:
    """Take what is in a text of JSON, as tables hold what is no text; None if it is none."""
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: an_object_of(tuple(pairs)))
    except (ValueError, RecursionError):
        return None


def segment_attributes(record: Record, name: str, path: str) -> SegmentAttributes:
    """Take the segment attributes of a contact, each an object with a value, as the API spells it; null is none.

    Source: https://docs.aws.amazon.com/connect/latest/APIReference/API_SegmentAttributeValue.html
    """
    held, where = _named(record, name, path)
    return {key: _value(each, f"{where}.{key}", 1) for key, each in held.items() if each is not None}


def _named(record: Record, name: str, path: str) -> tuple[Record, str]:
    """Take an object whose keys people chose, and its path; null is an empty one."""
    held, where = {} if record.get(name) is None else an_object(record, name, path), f"{path}.{name}"
    for key in held:
        if not isinstance(key, str) or not (key.isascii() or _is_writable(key)):
            raise Fault(where, f"has the key {shown(key)}", A_KEY)
    return held, where


def _value(value: object, path: str, depth: int) -> dict[str, object]:
    """Take a value, of whatever kind; events begin the name of a kind in lower case."""
    if not isinstance(value, Mapping):
        raise Fault(path, f"is {shown(value)}", AN_OBJECT)
    if depth > _DEEPEST:
        raise Fault(path, "is nested too deep", f"at most {_DEEPEST} values within one another")
    held = {f"{kind}": each for kind, each in value.items() if each is not None}
    return {kind[:1].upper() + kind[1:]: _held(each, f"{path}.{kind}", depth) for kind, each in held.items()}


def _held(value: object, path: str, depth: int) -> object:
    """Take what a value of some kind holds: text, a number, or other values by name or in a list."""
    if isinstance(value, Mapping):
        return {key: _value(each, f"{path}.{key}", depth + 1) for key, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_value(each, f"{path}[{place}]", depth + 1) for place, each in enumerate(value) if each is not None]
    if isinstance(value, int) or (isinstance(value, str) and (value.isascii() or _is_writable(value))):
        return value
    raise Fault(path, f"is {shown(value)}", "text, a whole number, or other values by name or in a list")


def objects(record: Record, name: str, path: str) -> Iterator[tuple[Record, str]]:
    """Take the objects of a list, each with its path; null is an empty list, and null in the list is passed over."""
    return as_objects(record.get(name), f"{path}.{name}")


def as_objects(value: object, where: str) -> Iterator[tuple[Record, str]]:
    """Take the objects of a list, each with its path; null is an empty list, and null in the list is passed over."""
    if value is None:
        return
    if not isinstance(value, list | tuple):
        raise Fault(where, f"is {shown(value)}", A_LIST)
    for position, each in enumerate(value):
        if type(each) is dict:  # as nearly all are
            yield each, f"{where}[{position}]"
        elif isinstance(each, Mapping):
            yield once(each, at := f"{where}[{position}]"), at
        elif each is not None:
            raise Fault(f"{where}[{position}]", f"is {shown(each)}", AN_OBJECT)


Recording = tuple[str | None, str | None, str | None]
"""Kind, status and location of one recording."""


def transcript(recordings: Iterable[Recording], contact_id: ContactId) -> TranscriptFact | None:
    """Make a fact of the recordings of kind CHAT: available beats misplaced, which beats deleted; none is None.

    A file is misplaced when its name does not start with the contact's id (rule ``visibility.transcript-place``);
    analysed and redacted variants do.
    """
    found: TranscriptFact | None = None
    for kind, status, location in recordings:
        if kind != CHAT:
            continue
        if status == "AVAILABLE":
            if location is None or is_of(contact_id, location):
                return _AVAILABLE
            found = _MISPLACED
        elif status == "DELETED" and found is None:
            found = _DELETED
    return found


def fact(value: object) -> TranscriptFact | None:
    """Take a fact of a transcript that is told in one word; any other value tells none."""
    return _FACTS.get(value) if isinstance(value, str) else None


def is_true(value: object) -> bool:
    """Tell whether a value says yes, as JSON, CSV or a database writes it."""
    return str(value).lower() in YES


def is_of(contact_id: ContactId, location: str) -> bool:
    """Tell whether a file's name starts with a contact's id, and not with that of a contact whose id is longer."""
    _, found, rest = f"/{location}".rpartition(f"/{contact_id}")
    return bool(found) and "/" not in rest and not rest[:1].isalnum()
