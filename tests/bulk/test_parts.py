"""Work in parts tells what work on the whole tells, in its order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration.bulk.parts import at_once, parts_of, taken


@given(st.integers(0, 40))
def test_parts_come_in_order_and_leave_nothing_out(total: int) -> None:
    rows = np.arange(total)
    told = at_once(lambda part: rows[part].tolist(), parts_of(total))
    assert [row for part in told for row in part] == rows.tolist()
    assert all(told)


@given(st.lists(st.integers(-5, 5), min_size=1), st.data())
def test_values_are_taken_as_by_an_index(values: list[int], data: st.DataObject) -> None:
    rows = np.array(data.draw(st.lists(st.integers(0, len(values) - 1))), np.int32)
    assert taken(np.array(values), rows).tolist() == np.array(values)[rows].tolist()


def test_what_a_part_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        at_once(lambda part: 1 // part.start, parts_of(20))
