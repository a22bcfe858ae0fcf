"""Tables are written whole or not at all, so that they can be read again, and so that spreadsheets run nothing."""

from __future__ import annotations

import csv
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration.bulk import audit_export, read_export, write_table
from rehydration.bulk.columns import columns_of
from rehydration.bulk.writing import ENDINGS
from rehydration.errors import InvalidArgument
from rehydration.gaps import UNTOLD
from rehydration.records import read_records
from worlds import Record, as_recorded, worlds

TABLE = pa.table({"contact_id": ["C1"]})


@given(worlds(), st.sampled_from(ENDINGS), st.sets(st.sampled_from([*UNTOLD])))
def test_what_was_read_is_read_again_whatever_it_was_written_to(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], ending: str, untold: set[str]
) -> None:
    path = tmp_path_factory.mktemp("written") / f"export{ending}"
    plain = columns_of(as_recorded(records)).to_arrow()
    table = plain.replace_schema_metadata({"rehydration.untold": " ".join(untold)})
    write_table(table, path, raw=True)
    again = read_export(path)
    assert again.to_pylist() == table.to_pylist()
    empty = {each for each in untold if table[each].null_count == table.num_rows > 0}
    found = read_records(path)
    assert {*again.schema.metadata[b"rehydration.untold"].decode().split()} == found.untold == empty
    assert {each.contact_id for each in found.contacts} == {*table["contact_id"].to_pylist()}


def test_a_table_keeps_in_mind_what_no_record_tells_until_one_does(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("contact_id,channel\nC1,CHAT\n")
    (tmp_path / "all.csv").write_text("contact_id,channel,related_contact_id,customer_id\nC2,CHAT,C1,Ana\n")
    few, every = read_export(tmp_path / "few.csv"), read_export(tmp_path / "all.csv")

    of_few = UNTOLD.keys() - {"channel"}
    assert audit_export(few).untold == audit_export(few.drop_columns(["customer_id"])).untold == of_few
    both = audit_export(pa.concat_tables([few, every]), customer_column="customer_id")
    assert both.untold == of_few - {"related_contact_id", "customer_id"}
    named = few.append_column("crm", pa.array(["Ana"]))
    assert audit_export(named, customer_column="crm").untold == of_few - {"customer_id"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_beside_that_is_called_part_is_left_alone(tmp_path: Path, ending: str) -> None:
    path, beside = tmp_path / f"x{ending}", tmp_path / f"x{ending}.part"
    beside.write_text("mine")
    write_table(TABLE, path)
    assert beside.read_text() == "mine"
    beside.unlink()
    beside.symlink_to(tmp_path / "elsewhere")
    write_table(TABLE, path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name, beside.name]


def test_a_file_gets_the_rights_that_other_new_files_get(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "x.csv")
    (tmp_path / "other").touch()
    assert os.stat(tmp_path / "x.csv").st_mode == os.stat(tmp_path / "other").st_mode  # noqa: PTH116


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_that_does_not_fit_leaves_nothing_behind(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x{ending}"
    path.write_text("before")
    large = pa.table({"contact_id": [f"{os.urandom(16).hex()}" for _ in range(20_000)]})
    with room_for(100_000), pytest.raises(InvalidArgument, match="with room for it"):
        write_table(large, path)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(path.name, "before")]


@pytest.mark.parametrize("begins", "=+-@\t\r\n\uff1d")
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path: Path, begins: str) -> None:
    path = tmp_path / "x.csv"
    table = pa.table({"contact_id": ["C1", "C2"], "previous_contact_id": [f"{begins}cmd", None]})
    for raw, written in ((False, f"'{begins}cmd"), (True, f"{begins}cmd")):
        write_table(table, path, raw=raw)
        with path.open(newline="", encoding="utf-8") as file:
            assert [*csv.reader(file)] == [table.column_names, ["C1", written], ["C2", ""]]


def test_columns_that_a_file_cannot_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="columns that such a file can hold"):
        write_table(pa.table({"contact_id": [{"id": "C1"}]}), tmp_path / "x.csv")
    assert not [*tmp_path.iterdir()]
