"""One row of each contact: what came more than once is folded (rules ``identity.at-least-once``, ``identity.fold``).

Here belongs the fold of :mod:`rehydration.contacts` as columns. How those differ who disagree, the graph tells,
and what they say of the same time the fold itself.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final

import numpy as np
import polars as pl

from rehydration.bulk.columns import SCHEMA, without_own_ids
from rehydration.bulk.excerpts import contacts_of
from rehydration.bulk.numbers import RowNumbers
from rehydration.contacts import GAPS, REFERENCES, fold_all
from rehydration.doubts import Doubt

_RANK: Final = ("is_event", "last_update_timestamp")
_TOLD: Final = [name for name in (*GAPS, *REFERENCES, "disconnect_timestamp") if name in SCHEMA]


def folded(frame: pl.DataFrame, numbers: RowNumbers) -> tuple[pl.DataFrame, pl.Series, tuple[Doubt, ...]]:
    """Fold the rows of each contact, in the order in which contacts come first; tell whose records disagree.

    Where they differ in what makes no contradiction, and nobody can tell which is later, it is said what was taken.
    """
    first = numbers.first
    again = np.flatnonzero(first != np.arange(len(first), dtype=np.int32))
    if not len(again):
        return frame, frame["contact_id"].clear(), ()
    is_repeated = np.zeros(len(first), bool)
    is_repeated[again] = True
    is_repeated[first[again]] = True
    every = frame.with_columns(pl.Series("row", first))
    repeated = without_own_ids(every.filter(pl.Series(is_repeated)))
    made = _fold(repeated)
    agree = made.filter(~pl.col("disagree"))
    whole = pl.concat([every.filter(pl.Series(~is_repeated)), agree.select(every.columns)])
    return whole.sort("row").drop("row"), made.filter("disagree")["contact_id"], _disagreements(repeated)


def _disagreements(repeated: pl.DataFrame) -> tuple[Doubt, ...]:
    """Say where records of one contact tell different things, and nobody can tell which is later."""
    differ = pl.any_horizontal(pl.col(name).drop_nulls().n_unique() > 1 for name in _TOLD)
    told = repeated.with_columns(pl.col("initial_contact_id").fill_null(pl.col("contact_id")))
    of_one_time = told.group_by("row", *_RANK).agg(differ=differ)
    has_none = pl.col("last_update_timestamp").has_nulls()
    of_no_time = told.group_by("row", "is_event").agg(differ=differ & has_none)
    perhaps = pl.concat(each.filter("differ")["row"] for each in (of_one_time, of_no_time))
    found: list[Doubt] = []
    for _ in fold_all(contacts_of(repeated.filter(pl.col("row").is_in(perhaps.implode()))), [], found):
        pass
    return tuple(sorted(found, key=attrgetter("subject")))


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
