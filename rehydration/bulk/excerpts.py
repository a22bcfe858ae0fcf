"""The part of an export that a question needs: whole sessions and those that links lead to, found in columns.

Here belongs the way from a few ids to the rows of their lineages, in integers, so that the engine reads a few contacts
instead of a million. This module does not know what is asked of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from rehydration.bulk.columns import SCHEMA
from rehydration.bulk.nearby import active
from rehydration.bulk.neighbours import Neighbours, looked_through, unplaced_in
from rehydration.bulk.numbers import NOBODY, Rows
from rehydration.contacts import REFERENCES, SURVEY, TIMES, Contact
from rehydration.guards import Condition, condition_of
from rehydration.selections import About, Selection
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
_BEGAN, _ENDED = TIMES[:2]
_LOST: Final = [each.value for each in Availability if each.is_lost]
_MANY: Final = 10_000
"""So many contacts the engine looks through as quickly as columns tell what all chats show."""
_SESSIONS: Final = 3
_KINDS: Final = 4
"""Of so many sessions of so many customers at least one is neither a chat's own nor of its customer, nor unknown."""


_MEMBERS_OF_KNOWN: Final = ("channel", "customer_id", "initiation_method", "instance_id")
_MEMBERS: Final = tuple(name for name in SCHEMA if name != "transcript")


class Showing(Protocol):
    """Which chats show what is forbidden."""

    def contacts_of_chats(self, condition: Condition, /) -> pl.Series | None:
        """Name the contacts of sessions that show, or may show, what a condition forbids; None if nobody can tell."""
        ...


def excerpt(
    frame: pl.DataFrame, about: About, *, related_as_link: bool | None = True, showing: Showing | None = None
) -> pl.DataFrame:
    """Keep the rows that the answers about some contacts depend on, in their order.

    ``frame`` has the columns of contacts. Of each contact wanted, that is its session, each session that links lead
    back to, and with ``later`` each session from which links lead there. Rows that continue from a contact without a
    record come along: it may be of any session. With ``later``, so do sessions without a link that have a contact
    without a record: it may carry one. ``showing`` tells which chats show what is forbidden, if that is worth it.

    >>> frame = pl.DataFrame({"contact_id": ["C1", "D1", "X1"], "related_contact_id": [None, "C1", None]})
    >>> frame = pl.concat([pl.DataFrame(schema=SCHEMA), frame], how="diagonal")
    >>> excerpt(frame, About(("D1",)))["contact_id"].to_list(), excerpt(frame, About(("C1",)))["contact_id"].to_list()
    (['C1', 'D1'], ['C1'])
    """
    if about.forbid:
        neighbours = Neighbours(frame, with_later=False)
        return frame[_guarded(frame, neighbours, [condition_of(each) for each in about.forbid], showing)]
    seeds, contact_ids = _seeds(frame, about), pl.Series(about.contact_ids, dtype=pl.String)
    is_of_time = about.since is not None or about.until is not None
    few = None if about.later or is_of_time else looked_through(frame, seeds, contact_ids)
    if few is not None:
        return frame[np.union1d(few, unplaced_in(frame))]
    neighbours = Neighbours(frame, with_later=about.later)
    if is_of_time:
        session, times = neighbours.sessions(), Selection(since=about.since, until=about.until)
        is_active = active(frame, session, times, np.ones(session.max(initial=0) + 1, bool))
        seeds = np.union1d(seeds, np.flatnonzero(is_active[session])).astype(np.int32)
    apart = neighbours.unplaced()
    if about.later:
        unlinked = neighbours.unlinked(related_as_link=related_as_link)
        seeds = np.union1d(seeds, unlinked[neighbours.related[unlinked] >= 0])  # whether that is a link is seen there
        apart = np.union1d(apart, unlinked)
    return frame[np.union1d(neighbours.reach(seeds, contact_ids), apart)]


def as_it_was(frame: pl.DataFrame, time: datetime) -> pl.DataFrame:
    """Keep the rows of contacts that had begun at a time, live if they ended later; ``row`` is where each was before.

    What a question is about is found among these. The rows as they are tell what was so at the time.
    """
    moment = pl.lit(time, SCHEMA[_ENDED])
    return (
        frame.with_row_index("row")
        .filter((pl.col(_BEGAN) <= moment).fill_null(value=True))
        .with_columns(pl.when(pl.col(_ENDED) <= moment).then(pl.col(_ENDED)).alias(_ENDED))
    )


def contacts_of(frame: pl.DataFrame, *, related_as_link: bool | None = True) -> Iterator[Contact]:
    """Make contacts of the columns of contacts."""
    for row in frame.select(*_MEMBERS, "transcript").iter_rows(named=True):
        fact = row.pop("transcript")
        yield Contact(**row, transcript=None if fact is None else FACTS[fact], related_is_link=related_as_link)


def _seeds(frame: pl.DataFrame, about: About) -> Rows:
    """Find the rows that are asked about, but for those named by id, and those of a time."""
    asked = pl.lit(value=False)
    if about.customer_ids:
        asked |= pl.col("customer_id").is_in(about.customer_ids)
    if about.surveys:
        asked |= pl.col("initiation_method") == SURVEY
    return frame.select(asked.fill_null(value=False).alias("asked"))["asked"].arg_true().to_numpy().astype(np.int32)


def _guarded(
    frame: pl.DataFrame, neighbours: Neighbours, conditions: Sequence[Condition], showing: Showing | None
) -> Rows:
    """Find the rows of the lineages that a guard looks at, whole.

    A chat could show there what a condition forbids, or a contact of which no row tells the session, or it may have a
    link that no row tells. Two lineages more are kept for each condition: the shortest that tell its member, and that
    have its value, since a guard refuses what no record tells, and it is said what no record has.
    """
    lineage = neighbours.lineages()
    size = np.bincount(lineage)[lineage] if frame.height else lineage
    told = [each for condition in conditions for each in _telling(frame, condition) if frame.height]
    witnesses = [int(np.argmin(np.where(each, size, frame.height + 1))) for each in told]
    kept = [lineage[witnesses], lineage[neighbours.unplaced()], lineage[neighbours.unlinked()]]
    for each in conditions:
        may = _may_show(frame, neighbours, lineage, each)
        if showing is not None and np.count_nonzero(np.isin(lineage, may)) >= _MANY:
            shown = showing.contacts_of_chats(each)
            if shown is not None:
                may = np.intersect1d(may, lineage[frame["contact_id"].is_in(shown.implode()).to_numpy()])
        kept.append(may)
    if any(map(len, kept[1:3])) or neighbours.tell_no_sessions:
        kept += [lineage[each] for each in _first_led_to(frame, neighbours, conditions)]
    return np.flatnonzero(np.isin(lineage, np.concatenate(kept))).astype(np.int32)


def _telling(frame: pl.DataFrame, condition: Condition) -> Iterator[npt.NDArray[np.bool_]]:
    """Tell of each row whether it tells the member of a condition, and whether it has its value."""
    yield frame[condition.member or "customer_id"].is_not_null().to_numpy()
    if condition.member is not None:
        yield (
            frame.select((_value(condition.member) == condition.value).fill_null(value=False)).to_series().to_numpy()
        )


def _value(member: str) -> pl.Expr:
    return pl.coalesce(member, "contact_id") if member == "initial_contact_id" else pl.col(member)


def _may_show(frame: pl.DataFrame, neighbours: Neighbours, lineage: Rows, condition: Condition) -> Rows:
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
    value = _value(member)
    meets = frame.select(((value == condition.value) | value.is_null()).alias("meets"))["meets"].to_numpy()
    found: Rows = lineage[neighbours.continued() & (meets | neighbours.names_unknown())]
    return found


def _first_led_to(
    frame: pl.DataFrame, neighbours: Neighbours, conditions: Sequence[Condition]
) -> Iterator[npt.NDArray[Any]]:
    """Find, of what may be shown over links that no row tells, what a guard names: that of sessions that began first.

    Where no row tells sessions, any link may show it: a few of those are kept as well.
    """
    session = neighbours.sessions()
    is_named, has_several = _named_in(session, frame["customer_id"])
    began, is_first = pl.col(_BEGAN), pl.col("contact_id") == pl.coalesce("initial_contact_id", "contact_id")
    table = frame.with_columns(
        row=pl.int_range(pl.len()), session=session, has_one=(is_named & ~has_several)[session], kind=pl.lit(0)
    ).with_columns(
        begun=pl.when(~(is_first & began.is_null()).any().over("session")).then(began.min().over("session")),
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
        named = _value(member)
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
