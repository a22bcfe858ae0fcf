"""One row of each contact: what came more than once is folded (rules ``identity.at-least-once``, ``identity.fold``).

Here belongs the fold as columns. Records of one update time that differ are not told apart in columns; those few are
folded one by one, as everywhere else.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from rehydration.bulk.columns import SCHEMA, columns_of, contact_of, without_own_ids
from rehydration.bulk.numbers import RowNumbers
from rehydration.contacts import fold
from rehydration.errors import RecordsDisagree

_GAPS: Final = ("channel", "initiation_method", "initiation_timestamp", "customer_id", "instance_id", "transcript")


def folded(frame: pl.DataFrame, numbers: RowNumbers, *, related_as_link: bool) -> tuple[pl.DataFrame, list[str]]:
    """Fold the rows of each contact, in the order in which contacts come first; tell whose records disagree."""
    first = numbers.first
    again = np.flatnonzero(first != np.arange(len(first), dtype=np.int32))
    if not len(again):
        return frame, []
    is_repeated = np.zeros(len(first), bool)
    is_repeated[again] = True
    is_repeated[first[again]] = True
    every = frame.with_columns(pl.Series("row", first))
    repeated = without_own_ids(every.filter(pl.Series(is_repeated))).unique()
    of_one_time = ("row", "is_event", "last_update_timestamp")
    tied = repeated.filter(pl.struct(of_one_time).is_duplicated())["row"].unique()
    is_tied = repeated["row"].is_in(tied.implode())
    one_by_one, disagree = _one_by_one(repeated.filter(is_tied), related_as_link=related_as_link)
    parts = [every.filter(pl.Series(~is_repeated)), _in_columns(repeated.filter(~is_tied)), one_by_one]
    return pl.concat(part.select(every.columns) for part in parts).sort("row").drop("row"), disagree


def _in_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Fold the rows that are all of different times."""
    ranked = frame.sort("row", "is_event", "last_update_timestamp", descending=[False, False, True], nulls_last=True)
    latest = pl.col("last_update_timestamp").first().over("row")
    is_source = pl.col("is_event") | pl.col("last_update_timestamp").eq_missing(latest)

    def told(name: str) -> pl.Expr:
        return pl.col(name).filter("is_source").drop_nulls().first()

    def best(name: str) -> pl.Expr:
        return pl.col(name).first()

    best_is_event = best("is_event")
    best_is_first = best("initial_contact_id").is_null()
    columns = {name: best(name) for name in SCHEMA}
    columns |= {name: told(name) for name in (*_GAPS, "related_contact_id")}
    columns["disconnect_timestamp"] = pl.col("disconnect_timestamp").drop_nulls().first()
    columns["initial_contact_id"] = (
        pl.when(best_is_event).then(told("initial_contact_id")).otherwise(best("initial_contact_id"))
    )
    columns["previous_contact_id"] = (
        pl.when(best_is_event | ~best_is_first).then(told("previous_contact_id")).otherwise(best("previous_contact_id"))
    )
    grouped = ranked.with_columns(is_source.alias("is_source")).group_by("row", maintain_order=True)
    return grouped.agg(each.alias(name) for name, each in columns.items())


def _one_by_one(frame: pl.DataFrame, *, related_as_link: bool) -> tuple[pl.DataFrame, list[str]]:
    """Fold the rows of contacts of which some are of one time and differ."""
    rows, disagree, contacts = [], [], []
    for group in frame.partition_by("row", maintain_order=True):
        same = [contact_of(row, related_as_link=related_as_link) for row in group.iter_rows(named=True)]
        try:
            contacts.append(fold(same))
            rows.append(group["row"][0])
        except RecordsDisagree as contradiction:
            disagree.append(str(contradiction.args[0]))
    made = columns_of(contacts).with_columns(pl.Series("row", rows, dtype=frame.schema["row"]))
    return made, disagree
