"""From what is handed over to contacts: each record told for what it is, opened, read, passed over or refused.

Here belongs the one way that every reader goes: files and mappings to records, envelopes to what they hold, records to
contacts by the tables of ``encodings`` and ``strays``; and the account of it, which says what was not read. This module
knows neither sessions nor graphs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import count
from typing import Final, NamedTuple, TypeVar, cast

from attrs import Factory, define

from rehydration.contacts import TIMES, Contact, sound
from rehydration.errors import UnreadableRecord
from rehydration.gaps import UNTOLD
from rehydration.records import sources
from rehydration.records.details import ContactDetails, details_of
from rehydration.records.encodings import ENCODINGS, Bare, Encoding, Within, expected_of
from rehydration.records.envelopes import BY_COLUMNS, ENVELOPES, TABLE, WRAPPER, Envelope
from rehydration.records.fields import (
    Attributes,
    Fault,
    Members,
    Record,
    Row,
    Unread,
    an_object_of,
    names_no_zone,
    shown,
    spelt,
)
from rehydration.records.members import ATTRIBUTES, CHAIN, CONTACT_ID, INSTANCE_ARN, NAME_OF, pascal, plain
from rehydration.records.sources import PassedOver
from rehydration.records.spellings import spelling_of
from rehydration.records.strays import STRAYS, Stray
from rehydration.records.typed import typing_of
from rehydration.records.wrappers import holds_beside

DEEPEST: Final = 12
"""So many envelopes may lie in one another. SNS by way of SQS and Kinesis in Lambda, compressed, are seven."""

LESS_DEEP: Final = f"records in at most {DEEPEST} envelopes"
A_CONTACT: Final = (
    f"one of the columns or members {', '.join(pascal(each) for each in CHAIN)}, which tell contacts from all else "
    "that has a contact id; or only members that contacts have"
)
_NEXT: Final = "next nexttoken nextpagetoken nextpage nextcursor nextlink odatanextlink continuationtoken hasmore"
_TOKENS: Final = frozenset((*_NEXT.split(), "lastevaluatedkey", "hasnextpage", "nextchunkindex"))
"""How pages call what leads to the next one."""
Found = TypeVar("Found")
Of = Callable[[Encoding, Record, str], Iterator[Found]]
"""What makes of a record in an encoding, at a path, what is asked for."""

_Ways = dict[tuple[str, ...], Callable[[Sequence[object]], Contact]]
_BEGUN: Final = frozenset(("initiation_method", "initiation_timestamp"))
"""With one of these an id that is called nothing but that is the id of a contact."""

_MOST_SHAPES: Final = 4096
_MOST_KINDS: Final = 100
_begins_as_json = re.compile(r"\s*(?:\{|\[\s*[\[{\]])").match
_A_LINE: Final = Stray("a line of a log", ())
_OF_OTHERS: Final = "things of more kinds"


@define
class Account:
    """What was found besides contacts, as far as it was read.

    - ``records``: how many contacts were read, with each record of one.
    - ``strays``: how many records are something else, by what they are; ``places`` say where the first of each is.
    - ``passed_over``: the files that hold no records.
    - ``envelopes``: how many of each were opened.
    - ``told``: the attributes of a contact that some record tells, be it by null.
    - ``left_out``: the members by which a contact names others that a table or an answer leaves out, with the first
      source of one.
    - ``backwards``: how many contacts end before they begin.
    - ``channels``: the channels of contacts, None where a record names none.
    - ``unfinished``: the first of the pages of an answer that say that more follow, by what they hold, and ``finished``
      which of them have a last one.
    - ``unread``: how many contacts have attributes in a text that is no JSON, where attributes are asked for; the place
      of the first of them is in ``places``.
    - ``zoneless``: the first member of a record read by itself whose time names no zone, so that it counts as UTC, and
      its place; None where there is none.
    - ``one_by_one``: the files that :func:`rehydration.bulk.read_export` could not read in columns.
    """

    records: int = 0
    strays: Counter[str] = Factory(Counter)
    places: dict[str, str] = Factory(dict)
    passed_over: list[PassedOver] = Factory(list)
    envelopes: Counter[str] = Factory(Counter)
    told: set[str] = Factory(set)
    left_out: dict[str, str] = Factory(dict)
    backwards: int = 0
    channels: set[object] = Factory(set)
    unfinished: dict[frozenset[str], str] = Factory(dict)
    finished: set[frozenset[str]] = Factory(set)
    unread: int = 0
    zoneless: tuple[str, str] | None = None
    one_by_one: list[str] = Factory(list)

    @property
    def untold(self) -> AbstractSet[str]:
        """The attributes of a contact that no record tells, of those on which answers depend.

        A view, as of the keys of a dictionary: it changes while more is read. Before the first contact it is empty.
        """
        return _Untold(self)

    @property
    def tells_channels(self) -> bool:
        """Whether a record tells its channel. Then one that names none lacks it."""
        return any(each is not None for each in self.channels)

    @property
    def half_told(self) -> Mapping[str, str]:
        """The members by which a contact names others that some records tell, with a source that leaves them out."""
        return {each: self.left_out[each] for each in CHAIN if each in self.told and each in self.left_out}

    @property
    def lacking_pages(self) -> list[str]:
        """The sources of pages whose last one was not read."""
        return [source for kind, source in self.unfinished.items() if kind not in self.finished]

    def note_page(self, page: Record, source: str) -> None:
        """Note whether more pages follow one."""
        kind = frozenset(plain(str(name)) for name in page) - _TOKENS
        if _continues(page):
            self.unfinished.setdefault(kind, source)
        else:
            self.finished.add(kind)

    def note(self, told: frozenset[str], table: str | None) -> None:
        """Note what records tell; those of a table, or of an answer of AWS, tell nothing else."""
        self.told |= told
        if table is not None:
            for each in CHAIN:
                if each not in told:
                    self.left_out.setdefault(each, table)


def _continues(page: Record, depth: int = 0) -> bool:
    """Tell whether a page, or what lies in it beside its records, says that more follow."""
    if depth and CONTACT_ID in spelling_of(tuple(page)).names:
        return False
    return any(
        _continues(held, depth + 1)
        if isinstance(held, Mapping) and plain(str(name)) not in _TOKENS
        else bool(held) and plain(str(name)) in _TOKENS
        for name, held in page.items()
        if depth < DEEPEST
    )


class _Untold(AbstractSet[str]):
    """What an account knows to be untold when it is looked at."""

    _from_iterable = frozenset

    def __init__(self, account: Account) -> None:
        self._account = account

    def _names(self) -> list[str]:
        return [each for each in UNTOLD if self._account.records and each not in self._account.told]

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __repr__(self) -> str:
        return repr(set(self))


class _Candidate(NamedTuple):
    """Something that a record may be: what it is, what it tells if it is that, and which times may name no zone."""

    what: Encoding | Envelope | Stray
    told: frozenset[str] = frozenset()
    times: tuple[str, ...] = ()


class Recogniser:
    """Tells what records are, by the names of their members."""

    def __init__(self, encodings: tuple[Encoding, ...]) -> None:
        """Look for these encodings; those that are not ours come before everything else."""
        self._own = [each for each in encodings if each not in ENCODINGS]
        self._ours = [each for each in encodings if each in ENCODINGS]
        self.expected: str = expected_of(encodings)
        self._found: dict[tuple[tuple[str, ...], bool], tuple[_Candidate | Fault, ...]] = {}

    def candidates(self, record: Record) -> tuple[_Candidate | Fault, ...]:
        """Find what a record may be, by the names of its members: the first that its values do not deny it is.

        The last may be what is wrong with it, if it is none of those before.
        """
        key = names, is_row = tuple(record), type(record) is Row
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _MOST_SHAPES:
                self._found.clear()
            found = self._found[key] = tuple(self._candidates(names, is_row=is_row))
        return found

    def _candidates(self, names: tuple[str, ...], *, is_row: bool) -> Iterator[_Candidate | Fault]:
        known = {plain(each) for each in names if isinstance(each, str)}
        for own in self._own:
            if own.member in names:
                yield _Candidate(own, own.tells)
                return
        for stray in STRAYS:
            if stray.is_marked(known):
                yield _Candidate(stray)
                if stray.test is None:
                    return
        if plain(CONTACT_ID) not in known:
            for envelope in ENVELOPES:
                if envelope.is_marked(known) and (envelope.of_logs or envelope.of_rows or not is_row):
                    yield _Candidate(envelope)
                    if envelope.test is None:
                        return
        try:
            found = self._encoding(names, known, is_row=is_row)
        except Fault as fault:
            if fault.expected == self.expected and not is_row:
                yield _Candidate(TABLE)
            if fault.expected == self.expected or is_row:
                yield _Candidate(WRAPPER)
            yield fault
            return
        yield found
        if isinstance(found.what, Encoding) and isinstance(found.what.read, Within):
            yield _Candidate(WRAPPER)

    def _encoding(self, names: tuple[str, ...], known: set[str], *, is_row: bool) -> _Candidate:
        spelling = spelling_of(names, is_row)
        encoding = next((each for each in self._ours if each.member in names), None) or next(
            (each for each in self._ours if plain(each.member) in known), None
        )
        is_bare = CONTACT_ID in spelling.names
        if encoding is None and is_bare and (spelling.names_others or spelling.names.keys() & _BEGUN):
            encoding = next((each for each in self._ours if each.member == "Arn"), None)
        if encoding is None:
            raise Fault("$", f"is in no known encoding; it has {_listed(names)}", self.expected)
        is_by_id = is_bare and isinstance(encoding.read, Bare) and INSTANCE_ARN not in spelling.names
        if is_by_id or NAME_OF.get(plain(encoding.member)) == CONTACT_ID:
            spelling.check("$")
            if spelling.strange and not spelling.names_others:
                strange = ", ".join(map(shown, spelling.strange[:3]))
                raise Fault("$", f"may be no contact: it has {strange}, which no contact has", A_CONTACT)
        # A table tells what it has columns for, and so does an object that lacks what all of its kind have.
        tells = frozenset() if is_row or plain(encoding.member) not in known else encoding.tells
        times = () if spelling.has_zone else tuple(spelling.names[each] for each in TIMES if each in spelling.names)
        return _Candidate(encoding, tells | (spelling.told if is_bare else frozenset()), times)


def _listed(names: tuple[str, ...]) -> str:
    return f"the members {', '.join(map(shown, names[:5]))}" if names else "no members"


class Reading:
    """Reads contacts, once, and keeps account of all else."""

    def __init__(
        self, source: object, *, encodings: tuple[Encoding, ...], related_as_link: bool | None, strict: bool
    ) -> None:
        """Read a source when asked to."""
        self.account: Account = Account()
        self._source = source
        self.recogniser: Recogniser = Recogniser(encodings)
        self._related_as_link = related_as_link
        self._strict = strict
        self._first_stray: UnreadableRecord | None = None
        self._at = ("", 0)
        self._told: frozenset[str] = frozenset()

    def contacts(self) -> Iterator[Contact]:
        """Yield the contacts in the order of the source.

        :raises UnreadableRecord: something cannot be read, or there is nothing but what is no contact.
        """

        def of(encoding: Encoding, record: Record, path: str) -> Iterator[Contact]:
            for members in encoding.read(record, path):
                yield self._contact(encoding, members)

        account, ways = self.account, _Ways()
        for numbered in sources.records(self._source, account.passed_over, left_out=(ATTRIBUTES,), ways=ways):
            record = numbered[2]
            if type(record) is Contact:
                account.records += 1
                yield record
                continue
            yield from self.found_in(numbered, of)
            if type(record) is dict and (names := tuple(record)) not in ways:
                self._find_way(names, self.recogniser.candidates(record), ways)
        self.check()

    def _find_way(self, names: tuple[str, ...], candidates: tuple[_Candidate | Fault, ...], ways: _Ways) -> None:
        """Find how to read records with members of these names by their values alone, if they are bare contacts."""
        (found, *others) = candidates
        if others or isinstance(found, Fault) or not isinstance(found.what, Encoding):
            return
        if found.times and self.account.zoneless is None:
            return
        encoding, told, spelling = found.what, found.told, spelling_of(names)
        read, nested = encoding.read, [*spelling.nested]
        if not isinstance(read, Bare):
            return

        def way(values: Sequence[object]) -> Contact:
            if nested:
                values = [*values]
                for place in nested:
                    values[place] = _looked_into(values[place])
            members = spelling.members(values, "$", read.missing)
            if self._told is not told:
                self._note(told, is_table=bool(encoding.tells))
            return self._contact(encoding, members)

        if len(ways) >= _MOST_SHAPES:
            ways.clear()
        ways[names] = way

    def contacts_with_attributes(self) -> Iterator[tuple[Contact, Attributes]]:
        """Yield the contacts, each with its attributes.

        :raises UnreadableRecord: as ``contacts``, or attributes are no object of text to text.
        """

        def of(encoding: Encoding, record: Record, path: str) -> Iterator[tuple[Contact, Attributes]]:
            for members, attributes in self._with_attributes(encoding, record, path):
                yield self._contact(encoding, members), attributes

        return self._read(of)

    def details(self) -> Iterator[ContactDetails]:
        """Yield the contacts, each with its attributes, segment attributes, and where its chat transcript lies.

        :raises UnreadableRecord: as ``contacts_with_attributes``, or segment attributes are of another form.
        """

        def of(encoding: Encoding, record: Record, path: str) -> Iterator[ContactDetails]:
            for members, attributes in self._with_attributes(encoding, record, path):
                yield details_of(record, self._contact(encoding, members), attributes)

        return self._read(of)

    def _with_attributes(self, encoding: Encoding, record: Record, path: str) -> Iterator[tuple[Members, Attributes]]:
        for members, attributes in zip(encoding.read(record, path), encoding.attributes(record, path), strict=True):
            if type(attributes) is Unread:
                self.account.unread += 1
                self.account.places.setdefault(ATTRIBUTES, self._place(path))
            yield members, attributes

    def _contact(self, encoding: Encoding, members: Members) -> Contact:
        if encoding.tells:  # what lies within may tell more than its kind does
            self.account.told |= members.keys()
        members["related_is_link"] = self._related_as_link
        account, begin, end = self.account, members.get("initiation_timestamp"), members.get("disconnect_timestamp")
        account.channels.add(members.get("channel"))
        if begin is not None and end is not None and end < begin:  # type: ignore[operator]  # times
            account.backwards += 1
        if isinstance(encoding.read, Bare):
            members.setdefault("is_event", False)
            return sound(members)
        return Contact(**members)  # type: ignore[arg-type]  # readers check

    def _note(self, told: frozenset[str], *, is_table: bool) -> None:
        """Note what a record tells; the next one mostly tells the same."""
        if told is not self._told:
            self._told = told
            self.account.note(told, self._at[0] if is_table else None)

    def _note_zone(self, times: tuple[str, ...], record: Record, path: str) -> None:
        """Note the first time without a zone."""
        name = next((each for each in times if names_no_zone(record[each])), None)
        if name is not None:
            self.account.zoneless = name, self._place(path)

    def _read(self, of: Of[Found]) -> Iterator[Found]:
        for numbered in sources.records(self._source, self.account.passed_over):
            yield from self.found_in(numbered, of)
        self.check()

    def found_in(self, numbered: sources.Numbered, of: Of[Found]) -> Iterator[Found]:
        """Yield what one record of a source holds.

        :raises UnreadableRecord: it cannot be read.
        """
        origin, number, record = numbered
        self._at = (origin, number)
        try:
            for found in self._of(record, "$", 0, of):
                self.account.records += 1
                yield found
        except Fault as fault:
            raise UnreadableRecord(origin, number, fault.path, fault.problem, fault.expected) from None

    def check(self) -> None:
        """Check, once all is read, that there was something else than what is passed over.

        :raises UnreadableRecord: there was not, or nothing is to be passed over.
        """
        account = self.account
        if self._strict and account.passed_over:
            path, reason = account.passed_over[0]
            raise UnreadableRecord(path, 0, "$", f"is {reason}, which holds no records", "files of records alone")
        if self._first_stray is not None and not account.records:
            raise self._first_stray

    def _of(self, record: object, path: str, depth: int, of: Of[Found]) -> Iterator[Found]:
        """Yield what is in one record, which may be an envelope or something else."""
        if type(record) is not dict and not isinstance(record, Mapping):
            raise Fault(path, f"is {shown(record)}, not a record", self.recogniser.expected)
        for candidate in self.recogniser.candidates(record):  # pragma: no branch  the last one returns or raises
            if isinstance(candidate, Fault):
                raise Fault(f"{path}{candidate.path[1:]}", candidate.problem, candidate.expected)
            what, told, times = candidate
            if isinstance(what, Encoding):
                if isinstance(what.read, Within):
                    if self._is_of_others(what.read, record):
                        continue
                    if what.read.is_list:
                        self.account.note_page(record, self._at[0])
                if times and self.account.zoneless is None:
                    self._note_zone(times, record, path)
                is_row = type(record) is Row
                self._note(told - record.silent if is_row else told, is_table=is_row or bool(what.tells))  # type: ignore[attr-defined]  # a row
                try:
                    yield from of(what, record, path)
                except Fault:
                    if (typing := typing_of(record)) is not None:
                        self.account.envelopes[typing.name] += 1
                        yield from of(what, cast("Record", typing.untyped(record, path)), path)
                    elif isinstance(what.read, Bare) and any(BY_COLUMNS.opened(record, path)):
                        yield from self._in(BY_COLUMNS, record, path, depth, of)
                    else:
                        raise
            elif not what.is_it(record):
                continue
            elif isinstance(what, Envelope):
                yield from self._in(what, record, path, depth, of)
            else:
                self._pass_over(what, record, path)
            return

    def _is_of_others(self, read: Within, record: Record) -> bool:
        """Tell whether what AWS would call so is an object of somebody else's, whose records are to be told one by one.

        Records lie beside it, or in it in another form than AWS has, or they are something else than contacts.
        """
        held = record.get(spelt(record, read.member))
        listed = held if isinstance(held, list | tuple) else [held]
        is_other = (
            holds_beside(record, {plain(read.member)})
            or read.is_list is isinstance(held, Mapping)
            or any(isinstance(each, Mapping) and self._is_no_contact(each) for each in listed)
        )
        return is_other and WRAPPER.is_it(record)

    def _is_no_contact(self, record: Record) -> bool:
        """Tell whether something is known to be no contact, or may be none."""
        for each in self.recogniser.candidates(record):
            if isinstance(each, Fault):
                return each.expected == A_CONTACT
            if isinstance(each.what, Encoding):
                return not isinstance(each.what.read, Bare)
            if each.what.is_it(record):
                return each.what is not WRAPPER or CONTACT_ID not in spelling_of(tuple(record)).names
        return False  # pragma: no cover  the last one is one of those

    def _in(self, envelope: Envelope, record: Record, path: str, depth: int, of: Of[Found]) -> Iterator[Found]:
        """Yield what is in an envelope."""
        if depth == DEEPEST:
            raise Fault(path, f"lies in {DEEPEST} envelopes and is one more", LESS_DEEP)
        if not depth:
            self.account.note_page(record, self._at[0])
        for content, where in envelope.opened(record, path):
            if envelope.name is not None:
                self.account.envelopes[envelope.name] += 1
            if isinstance(content, Mapping):
                yield from self._of(content, where, depth + 1, of)
            elif envelope.of_logs and isinstance(content, str) and not _begins_as_json(content):
                self._pass_over(_A_LINE, record, where)
            else:
                for each, at in _held(content, where):
                    yield from self._of(each, at, depth + 1, of)

    def _pass_over(self, stray: Stray, record: Record, path: str) -> None:
        """Count what is no contact.

        :raises Fault: it is to be refused.
        """
        name = stray.called(record)
        problem = f"is {name}, not a record of a contact"
        if self._strict:
            raise Fault(path, problem, stray.expected)
        if self._first_stray is None:
            self._first_stray = UnreadableRecord(*self._at, path, problem, stray.expected)
        strays = self.account.strays
        if len(strays) >= _MOST_KINDS and name not in strays:
            name = _OF_OTHERS
        strays[name] += 1
        self.account.places.setdefault(name, self._place(path))

    def _place(self, path: str) -> str:
        """Say where a path is in the record at hand."""
        origin, number = self._at
        return f"{origin}, record {number}{'' if path == '$' else f', {path}'}"


def _looked_into(value: object) -> object:
    """Make an object, or the objects of a list, of pairs; what lies deeper in them is no text and will be a fault."""
    if type(value) is list:
        return [an_object_of(each) if type(each) is tuple else each for each in value]
    return an_object_of(value) if type(value) is tuple else value


def _held(content: bytes | str, path: str) -> Iterator[tuple[Record, str]]:
    """Yield the records in the content of an envelope, each with its path."""
    held = sources.held(content)
    for number in count(1):  # pragma: no branch  it returns at the end
        at = f"{path} | $" if number == 1 else f"{path} | record {number}, $"
        try:
            record = next(held, None)
        except Fault as fault:
            raise Fault(f"{at}{fault.path[1:]}", fault.problem, fault.expected) from fault.__cause__
        if record is None:
            return
        yield cast("Record", record), at  # there are no ways for what lies within
