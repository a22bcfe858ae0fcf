"""Work in parts tells what work on the whole tells, in its order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration.bulk.parts import Ahead, at_once, parts_of, taken
from rehydration.bulk.pieces import Cut, after_a_row, after_an_object, pieces


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


@given(st.integers(0, 12), st.integers(0, 12))
def test_work_ahead_gives_each_part_with_what_is_told_of_it_and_leaves_the_rest(total: int, given_up: int) -> None:
    ahead = Ahead(str, iter(range(total)))
    told = [each for _, each in zip(range(given_up), ahead, strict=False)]
    assert told == [(part, str(part)) for part in range(min(total, given_up))]
    assert list(ahead.rest()) == list(range(min(total, given_up), total))


LINES = st.lists(st.sampled_from([b'{"a":1}\n', b'{"a":1}', b'{"a":"}{\\"\\""}\n', b'{"a":2}\r\n', b"\n"]))
ROWS = st.lists(st.sampled_from([b"a,b\n", b'"a\n",b\n', b'"a""\n",b\r\n', b"\n"]))


@pytest.mark.parametrize(
    ("texts", "cut", "end"), [(LINES, after_an_object, (b"\n", b"}")), (ROWS, after_a_row, (b"\n",))]
)
@given(data=st.data())
def test_pieces_are_the_whole_text_and_end_where_a_record_may(
    texts: st.SearchStrategy[list[bytes]], cut: Cut, end: tuple[bytes, ...], data: st.DataObject
) -> None:
    text, length = b"".join(data.draw(texts)), data.draw(st.integers(1, 9))
    chunks = [text[begin : begin + length] for begin in range(0, len(text), length)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rehydration.bulk.pieces.SIZE", data.draw(st.integers(1, 20)))
        *whole, last = pieces(chunks, cut)
    assert b"".join([*whole, last]) == text
    assert all(each.endswith(end) and each.count(b'"') % 2 == 0 for each in whole)
