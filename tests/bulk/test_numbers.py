"""Ids to row numbers, also where hashes collide."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rehydration.bulk import numbers
from rehydration.bulk.numbers import NOBODY, Hashes, RowNumbers, distinct

TEXTS = st.lists(st.sampled_from(["", "a", "b", "aa", "ac", "ü", "\0", "a" * 300]) | st.text(max_size=3), max_size=30)


def few(texts: pl.Series) -> Hashes:
    """Hash by the length alone: texts that differ have one hash."""
    return texts.str.len_bytes().fill_null(0).to_numpy().astype(np.uint64)


@pytest.mark.parametrize("hashes", [numbers.hashes_of, few])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS, others=TEXTS)
def test_a_row_is_found_by_its_text_whatever_the_hash(
    monkeypatch: pytest.MonkeyPatch, hashes: object, texts: list[str], others: list[str]
) -> None:
    monkeypatch.setattr(numbers, "hashes_of", hashes)
    rows = RowNumbers(pl.Series(texts, dtype=pl.String))
    assert rows.first.tolist() == [texts.index(text) for text in texts]
    wanted = [*others, None, *texts]
    expected = [texts.index(text) if text in texts else NOBODY for text in wanted]
    assert rows.find(pl.Series(wanted, dtype=pl.String)).tolist() == expected
    both = [pl.Series(texts, dtype=pl.String), pl.Series(others, dtype=pl.String)]
    assert distinct(both).to_list() == list(dict.fromkeys([*texts, *others]))


def test_many_rows_are_found() -> None:
    texts = pl.Series(range(5_000)).cast(pl.String)
    rows = RowNumbers(texts)
    assert rows.first.tolist() == list(range(5_000))
    assert rows.find(texts.reverse()).tolist() == list(reversed(range(5_000)))
