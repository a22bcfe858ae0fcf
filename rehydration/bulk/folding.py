"""One row of each contact: what came more than once is folded (rules ``identity.at-least-once``, ``identity.fold``).

Here belongs the fold of :mod:`rehydration.contacts` as columns. How those differ who disagree, the graph tells.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from rehydration.bulk.columns import SCHEMA, without_own_ids
from rehydration.bulk.numbers import RowNumbers
from rehydration.contacts import GAPS, REFERENCES

_RANK: Final = ("is_event", "last_update_timestamp")


def folded(frame: pl.DataFrame, numbers: RowNumbers) -> tuple[pl.DataFrame, pl.Series]:
    """Fold the rows of each contact, in the order in which contacts come first; tell whose records disagree."""
    first = numbers.first
    again = np.flatnonzero(first != np.arange(len(first), dtype=np.int32))
    if not len(again):
        return frame, frame["contact_id"].clear()
    is_repeated = np.zeros(len(first), bool)
    is_repeated[again] = True
    is_repeated[first[again]] = True
    every = frame.with_columns(pl.Series("row", first))
    made = _fold(without_own_ids(every.filter(pl.Series(is_repeated))))
    agree = made.filter(~pl.col("disagree"))
    whole = pl.concat([every.filter(pl.Series(~is_repeated)), agree.select(every.columns)])
    return whole.sort("row").drop("row"), made.filter("disagree")["contact_id"]


def _fold(frame: pl.DataFrame) -> pl.DataFrame:
    """Make one row of the rows of each contact, and tell whether they disagree."""
    ranked = frame.sort("row", *_RANK, descending=[False, False, True], nulls_last=True)
    best_rank = (pl.col(name).eq_missing(pl.col(name).first().over("row")) for name in _RANK)
    is_best, is_event, of_events = pl.col("is_best"), pl.col("is_event"), pl.col("is_event").first()

    def told(name: str, where: pl.Expr | bool = True) -> pl.Expr:  # noqa: FBT001, FBT002  a condition like any other
        """Take what the first rank that tells a member tells of it, the greatest of several."""
        value = pl.when(where).then(name)
        return value.sort_by(*_RANK, name, descending=[False, True, True], nulls_last=True).drop_nulls().first()

    def differs(name: str) -> pl.Expr:
        """Tell whether the best records name several contacts; one without a time denies none that it lacks."""
        denies = pl.lit(name == "initial_contact_id") | pl.col("last_update_timestamp").is_not_null()
        return pl.col(name).filter(is_best & (denies | pl.col(name).is_not_null())).n_unique() > 1

    columns = {name: pl.col(name).first() for name in SCHEMA}
    columns |= {name: told(name, is_best | is_event) for name in (*GAPS, *REFERENCES) if name in SCHEMA}
    columns["disconnect_timestamp"] = told("disconnect_timestamp")
    columns["initial_contact_id"] = told("initial_contact_id", is_best | of_events)
    may_be_told = is_best | of_events | pl.col("initial_contact_id").first().is_not_null()
    columns["previous_contact_id"] = told("previous_contact_id", (is_best | is_event) & may_be_told)
    columns["disagree"] = ~of_events & pl.any_horizontal(map(differs, REFERENCES))
    grouped = ranked.with_columns(is_best=pl.all_horizontal(best_rank)).group_by("row", maintain_order=True)
    return grouped.agg(each.alias(name) for name, each in columns.items())
