"""The part of an export that a question needs: whole sessions and those that links lead to, found in columns.

Here belongs the way from a few ids to the rows of their lineages, in integers, so that the engine reads a few contacts
instead of a million. This module does not know what is asked of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from rehydration.bulk.columns import SCHEMA
from rehydration.bulk.numbers import NOBODY, RowNumbers, Rows, numbered
from rehydration.contacts import CHAT, REFERENCES, SURVEY, TIMES, Contact
from rehydration.guards import Condition, condition_of
from rehydration.transcripts import TRANSCRIPT_SIZE_LIMIT, Availability, TranscriptFact

FACTS: Final = {
    Availability.AVAILABLE.value: TranscriptFact(),
    Availability.MISSING.value: TranscriptFact(misplaced=True),  # the only way in which records say so
    Availability.DELETED.value: TranscriptFact(Availability.DELETED),
    Availability.NOT_READY.value: TranscriptFact(Availability.NOT_READY),
    Availability.TOO_LARGE.value: TranscriptFact(size=TRANSCRIPT_SIZE_LIMIT + 1),
    Availability.UNKNOWN.value: TranscriptFact(),
}
"""What a column of transcripts can hold → the fact that it tells."""
_LOST: Final = [each.value for each in Availability if each.is_lost]
_SESSIONS: Final = 3
_KINDS: Final = 4
"""Of so many sessions of so many customers at least one is neither a chat's own nor of its customer, nor unknown."""

_DEEP: Final = 64
"""After so many steps, a lineage is a deep one."""

_MEMBERS_OF_KNOWN: Final = ("channel", "customer_id", "initiation_method", "instance_id")
_MEMBERS: Final = tuple(name for name in SCHEMA if name != "transcript")


@frozen
class Wanted:
    """What a question is about: contacts, customers, surveys, and sessions active in some time, or what is forbidden.

    With ``later``, sessions that continue from one of these matter as well. ``forbid`` are conditions of a guard, as
    :func:`rehydration.guard` takes them: the lineages in which a chat could show what meets one matter.
    """

    contact_ids: tuple[str, ...] = ()
    customer_ids: tuple[str, ...] = ()
    surveys: bool = False
    since: datetime | None = None
    until: datetime | None = None
    later: bool = False
    forbid: tuple[str, ...] = ()


def excerpt(frame: pl.DataFrame, wanted: Wanted) -> pl.DataFrame:
    """Keep the rows that the answers about some contacts depend on, in their order.

    ``frame`` has the columns of contacts. Of each contact wanted, that is its session, each session that links lead
    back to, and with ``later`` each session from which links lead there. Rows that continue from a contact without a
    record come along: it may be of any session. With ``later``, so do sessions without a link that have a contact
    without a record: it may carry one.

    >>> frame = pl.DataFrame({"contact_id": ["C1", "D1", "X1"], "related_contact_id": [None, "C1", None]})
    >>> frame = pl.concat([pl.DataFrame(schema=SCHEMA), frame], how="diagonal")
    >>> excerpt(frame, Wanted(("D1",)))["contact_id"].to_list(), excerpt(frame, Wanted(("C1",)))["contact_id"].to_list()
    (['C1', 'D1'], ['C1'])
    """
    neighbours = _Neighbours(frame, with_later=wanted.later)
    if wanted.forbid:
        return frame[_guarded(frame, neighbours, [condition_of(each) for each in wanted.forbid])]
    rows = neighbours.reach(_seeds(frame, wanted), pl.Series(wanted.contact_ids, dtype=pl.String))
    apart = [neighbours.unplaced(), *([neighbours.unlinked()] if wanted.later else [])]
    return frame[np.unique(np.concatenate([rows, *apart]))]


def contacts_of(frame: pl.DataFrame, *, related_as_link: bool | None = True) -> Iterator[Contact]:
    """Make contacts of the columns of contacts."""
    for row in frame.select(*_MEMBERS, "transcript").iter_rows(named=True):
        fact = row.pop("transcript")
        yield Contact(**row, transcript=None if fact is None else FACTS[fact], related_is_link=related_as_link)


def _seeds(frame: pl.DataFrame, wanted: Wanted) -> Rows:
    """Find the rows that are asked about, but for those named by id."""
    asked = pl.lit(value=False)
    if wanted.customer_ids:
        asked |= pl.col("customer_id").is_in(wanted.customer_ids)
    if wanted.surveys:
        asked |= pl.col("initiation_method") == SURVEY
    if wanted.since is not None or wanted.until is not None:
        asked |= pl.any_horizontal(_is_within(name, wanted) for name in TIMES[:2])
    return frame.select(asked.fill_null(value=False).alias("asked"))["asked"].arg_true().to_numpy().astype(np.int32)


def _is_within(name: str, wanted: Wanted) -> pl.Expr:
    after = pl.lit(value=True) if wanted.since is None else pl.col(name) >= wanted.since
    return after & (pl.lit(value=True) if wanted.until is None else pl.col(name) < wanted.until)


def _guarded(frame: pl.DataFrame, neighbours: _Neighbours, conditions: Sequence[Condition]) -> Rows:
    """Find the rows of the lineages that a guard looks at, whole.

    A chat could show there what a condition forbids, or a contact of which no row tells the session, or it may have a
    link that no row tells. One lineage more is kept for each condition: the shortest that tells its member, since a
    guard refuses what no record tells.
    """
    lineage = neighbours.lineages()
    size = np.bincount(lineage)[lineage] if frame.height else lineage
    told = (frame[each.member or "customer_id"].is_not_null().to_numpy() for each in conditions if frame.height)
    witnesses = [int(np.argmin(np.where(each, size, frame.height + 1))) for each in told]
    kept = [lineage[witnesses], lineage[neighbours.unplaced()], lineage[neighbours.unlinked()]]
    kept += [_may_show(frame, neighbours, lineage, each) for each in conditions]
    if any(map(len, kept[1:3])) or neighbours.tell_no_sessions:
        kept += [lineage[each] for each in _first_led_to(frame, neighbours, conditions)]
    return np.flatnonzero(np.isin(lineage, np.concatenate(kept))).astype(np.int32)


def _may_show(frame: pl.DataFrame, neighbours: _Neighbours, lineage: Rows, condition: Condition) -> Rows:
    """Find the lineages in which a chat could show what a condition forbids."""
    member = condition.member
    if member is None:
        session, customer = neighbours.sessions(), frame["customer_id"]
        _, is_mixed = _named_in(lineage, customer)
        is_named, has_several = _named_in(session, customer)
        untold = customer.is_null().to_numpy() & ~(is_named & ~has_several)[session] | neighbours.names_unknown()
        is_linked, is_untold = np.zeros_like(is_mixed), np.zeros_like(is_mixed)
        is_linked[lineage[neighbours.continued()]] = True
        is_untold[lineage[untold]] = True
        return np.flatnonzero(is_mixed | (is_linked & is_untold)).astype(np.int32)
    value = pl.coalesce(member, "contact_id") if member == "initial_contact_id" else pl.col(member)
    meets = frame.select(((value == condition.value) | value.is_null()).alias("meets"))["meets"].to_numpy()
    found: Rows = lineage[neighbours.continued() & (meets | neighbours.names_unknown())]
    return found


def _first_led_to(
    frame: pl.DataFrame, neighbours: _Neighbours, conditions: Sequence[Condition]
) -> Iterator[npt.NDArray[Any]]:
    """Find, of what may be shown over links that no row tells, what a guard names: that of sessions that began first.

    Where no row tells sessions, any link may show it: a few of those are kept as well.
    """
    session = neighbours.sessions()
    is_named, has_several = _named_in(session, frame["customer_id"])
    table = frame.with_columns(
        row=pl.int_range(pl.len()), session=session, has_one=(is_named & ~has_several)[session], kind=pl.lit(0)
    ).with_columns(
        begun=pl.col("initiation_timestamp").min().over("session"),
        whose=pl.when("has_one").then(pl.col("customer_id").max().over("session")),
    )
    is_lost = pl.col("transcript").is_in(_LOST).fill_null(value=False)
    known = table.filter(pl.Series(neighbours.is_chat), ~is_lost)
    unknown = [
        table.filter(pl.Series(neighbours.is_unknown(place))).with_columns(
            pl.col(name).alias("contact_id"), *(pl.lit(None, pl.String).alias(each) for each in _MEMBERS_OF_KNOWN)
        )
        for place, name in enumerate(REFERENCES[:2])
    ]
    for condition in conditions:
        for places in (known, *unknown):
            for some, kind in _kinds(places, condition.member, condition.value):
                yield _first_of(some, kind)
    if neighbours.tell_no_sessions:
        yield _first_of(table.filter(pl.col("related_contact_id").is_not_null()), "customer_id")


def _kinds(places: pl.DataFrame, member: str | None, value: str) -> Iterator[tuple[pl.DataFrame, str]]:
    """Tell apart what a condition forbids, and what it may forbid, with the column that is alike for one kind."""
    if member is None:
        yield places.filter(pl.col("customer_id").is_not_null()), "customer_id"
        yield places.filter(pl.col("customer_id").is_null()), "whose"
    else:
        named = pl.coalesce(member, "contact_id") if member == "initial_contact_id" else pl.col(member)
        yield places.filter(named == value), "kind"
        yield places.filter(named.is_null()), "kind"


def _first_of(places: pl.DataFrame, kind: str) -> npt.NDArray[Any]:
    """Leave the rows of the few sessions that began first, of each of the few kinds that came first."""
    ordered = places.sort("begun", "contact_id").unique([kind, "session"], keep="first", maintain_order=True)
    kinds = ordered[kind].unique(maintain_order=True).head(_KINDS)
    few = (
        ordered.filter(pl.col(kind).is_in(kinds, nulls_equal=True)).group_by(kind, maintain_order=True).head(_SESSIONS)
    )
    return few["row"].to_numpy()


def _named_in(group: Rows, customer: pl.Series) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell of each group of rows, by its number, whether rows name a customer, and whether they name several."""
    told = np.flatnonzero(customer.is_not_null().to_numpy()).astype(np.int32)
    of, first = group[told], np.full(int(group.max(initial=0)) + 1, NOBODY, np.int32)
    first[of[::-1]] = told[::-1]  # of several the last one assigned stays, which is the first row
    has_several = np.zeros(len(first), bool)
    has_several[of[(customer.gather(told) != customer.gather(first[of])).to_numpy()]] = True
    return first >= 0, has_several


class _Neighbours:
    """Which rows name which ids: the rows of a contact, of its session, and of what links lead to."""

    def __init__(self, frame: pl.DataFrame, *, with_later: bool) -> None:
        """Give a number to each id of the columns, and sort the rows by the ids that they name."""
        self._numbers = RowNumbers(frame["contact_id"].rechunk())
        self._own = self._numbers.first
        self.is_chat: npt.NDArray[np.bool_] = (frame["channel"].fill_null(CHAT) == CHAT).to_numpy()
        self._named, self._unknown = numbered([frame[name] for name in REFERENCES], self._numbers)
        total = frame.height + (0 if self._unknown is None else len(self._unknown.texts))
        self._is_reached = np.zeros(total, bool)
        keys = [self._own, *self._named[:2], *(self._named[2:] if with_later else ())]
        self._sorted = [_Sorted(key) for key in keys]

    def reach(self, seeds: Rows, contact_ids: pl.Series) -> Rows:
        """Find all rows to which ids lead from some rows and some ids."""
        ids = [self._own[seeds], self._numbers.find(contact_ids)]
        if self._unknown is not None:
            found = self._unknown.find(contact_ids)
            unknown = found[found >= 0] + len(self._own)
            naming = _Sorted(self._named[2]).rows_of(unknown)  # without them, nobody would have heard of it
            ids += [unknown, self._own[naming]]
        frontier = self._unreached(ids)
        reached: list[Rows] = []
        while len(frontier):
            if len(reached) == _DEEP:  # each step further would find a few rows: all that is connected is found sooner
                label = self._labels()
                return np.flatnonzero(np.isin(label[self._own], label[self._is_reached])).astype(np.int32)
            rows = np.unique(np.concatenate([each.rows_of(frontier) for each in self._sorted]))
            reached.append(rows)
            frontier = self._unreached([self._own[rows], *(each[rows] for each in self._named)])
        return np.unique(np.concatenate([np.empty(0, np.int32), *reached]))

    def unplaced(self) -> Rows:
        """Find the rows that continue from an unknown contact of which no row tells the session."""
        if self._unknown is None:
            return np.empty(0, np.int32)
        initial, previous, related = self._named
        is_placed = np.zeros(len(self._is_reached), bool)
        for named in (initial, previous):
            is_placed[named[named >= 0]] = True
        rows = np.flatnonzero((related >= len(self._own)) & ~is_placed[related])
        return np.flatnonzero(np.isin(self._own, self._own[rows])).astype(np.int32)

    def unlinked(self) -> Rows:
        """Find the sessions without a link that have an unknown contact: it may carry one."""
        initial, previous, related = self._named
        session, own = self.sessions(), len(self._own)
        is_unknown = np.zeros(len(self._is_reached), bool)
        is_unknown[session[(initial >= own) | (previous >= own)]] = True
        is_unknown[session[(related >= 0) & self.is_chat]] = False
        return np.flatnonzero(is_unknown[session]).astype(np.int32)

    @property
    def tell_no_sessions(self) -> bool:
        """Whether no row names an initial contact."""
        return not (self._named[0] >= 0).any()

    def is_unknown(self, place: int) -> npt.NDArray[np.bool_]:
        """Tell of each row whether what it names in a column, by its place, is a contact without a record."""
        return self._named[place] >= len(self._own)

    def lineages(self) -> Rows:
        """Give the same number to the rows of one session, and of sessions that ids connect."""
        return self._labels()[self._own]

    def _labels(self) -> Rows:
        """Give the same number to all ids that rows connect."""
        label = self._roots()
        pairs = [(self._own[each >= 0], each[each >= 0]) for each in self._named]
        one, other = (np.concatenate(each) for each in zip(*pairs, strict=True))
        while (apart := label[one] != label[other]).any():
            least = np.minimum(label[one[apart]], label[other[apart]])
            for each in (one[apart], other[apart]):
                np.minimum.at(label, label[each], least)
            label = label[label]
        return label

    def _roots(self) -> Rows:
        """Follow each id to its initial contact, from there over the link, and so on. In a circle each is by itself."""
        itself = np.arange(len(self._is_reached), dtype=np.int32)
        initial, _, related = self._named
        ahead = itself.copy()
        is_first = (initial < 0) | (initial == self._own)
        ahead[self._own] = np.where(is_first, np.where(related < 0, self._own, related), initial)
        for _ in range(len(ahead).bit_length()):
            further = ahead[ahead]
            if np.array_equal(further, ahead):
                return ahead
            ahead = further
        return itself

    def sessions(self) -> Rows:
        """Give the same number to the rows of one session."""
        return self._session_of_ids()[self._own]

    def continued(self) -> npt.NDArray[np.bool_]:
        """Tell of each row whether another session may continue from its own."""
        session, related = self._session_of_ids(), self._named[2]
        is_continued = np.zeros(len(session), bool)
        is_continued[session[related[related >= 0]]] = True
        return is_continued[session[self._own]]

    def _session_of_ids(self) -> Rows:
        session = np.arange(len(self._is_reached), dtype=np.int32)
        initial, previous, _ = self._named
        session[self._own] = np.where(initial >= 0, initial, self._own)
        is_unknown = previous >= len(self._own)
        session[previous[is_unknown]] = session[self._own[is_unknown]]
        return session

    def names_unknown(self) -> npt.NDArray[np.bool_]:
        """Tell of each row whether it names a contact without a record, which may be what is forbidden."""
        found = np.zeros(len(self._own), bool)
        for place in range(len(self._named)):
            found |= self.is_unknown(place)
        return found

    def _unreached(self, ids: Sequence[Rows]) -> Rows:
        """Mark ids as reached, and give those that were not before."""
        new = np.unique(np.concatenate(ids))
        new = new[new >= 0]
        new = new[~self._is_reached[new]]
        self._is_reached[new] = True
        return new


class _Sorted:
    """Rows sorted by an id that they name."""

    def __init__(self, key: Rows) -> None:
        rows = np.flatnonzero(key >= 0).astype(np.int32)
        order = np.argsort(key[rows], kind="stable")
        self._rows = rows[order]
        self._key = key[self._rows]

    def rows_of(self, ids: Rows) -> Rows:
        """Find the rows that name one of the ids."""
        begin, end = (np.searchsorted(self._key, ids, side) for side in ("left", "right"))
        found: Rows = self._rows[_ranges(begin, end)]
        return found


def _ranges(begin: npt.NDArray[Any], end: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Put the numbers from each beginning up to its end one after the other."""
    lengths = end - begin
    offsets = np.repeat(begin - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return offsets + np.arange(lengths.sum())
