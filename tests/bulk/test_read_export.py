"""Exports read in columns are what is read record by record, whatever the file; so are the errors."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehydration import read_contacts
from rehydration.bulk import pieces, read_export, resolve_export, write_table
from rehydration.bulk.columns import columns_of
from rehydration.errors import InvalidArgument, UnreadableRecord
from rehydration.records.reading import Reading

RECORDS: list[dict[str, Any]] = [
    {
        "ContactId": "C1",
        "InitialContactId": None,
        "Channel": "CHAT",
        "InitiationMethod": "API",
        "InitiationTimestamp": "2026-05-03T09:00:00Z",
        "DisconnectTimestamp": "2026-05-03T09:12:30.250Z",
        "LastUpdateTimestamp": "2026-05-03T09:14:00Z",
        "CustomerId": "77",
        "InstanceARN": "arn:aws:connect:eu-west-2:1:instance/7f3c/contact/C1",
        "Attributes": {"crm": "A", "said": 'x}{"y'},
        "Recordings": [{"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "b/C1_20260503T09:00_UTC.json"}],
        "Agent": {"Username": "a1"},
    },
    {
        "ContactId": "C2",
        "InitialContactId": "C1",
        "PreviousContactId": "C1",
        "RelatedContactId": "B7",
        "Channel": "",
        "Recordings": [{"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "b/C21_2026.json"}],
        "Attributes": None,
    },
    {
        "ContactId": "dir/C3",
        "Recordings": [
            {"MediaStreamType": "AUDIO", "Status": "AVAILABLE"},
            {"MediaStreamType": "CHAT", "Status": "DELETED", "Location": None},
            {"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "b/dir/C3é_2026.json"},
        ],
    },
    {"ContactId": "12345678-1234-4123-8123-1e3456789012"},
    {"ContactId": "C4", "Recordings": [{"MediaStreamType": "CHAT", "Status": "DELETED"}]},
    {
        "ContactId": "C5",
        "Recordings": [{"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "x/C5-redacted"}],
    },
]
ROWS: list[dict[str, Any]] = [
    {
        "contact_id": "C1",
        "initial_contact_id": None,
        "previous_contact_id": None,
        "channel": "CHAT",
        "initiation_timestamp": "2026-05-03 09:00:00.000 UTC",
        "disconnect_timestamp": "2026-05-03 09:12:30",
        "customer_id": "77",
        "instance_id": "7f3c",
        "recording_type": "CHAT",
        "recording_status": "DELETED",
        "recording_location": None,
        "crm": "A",
    },
    {
        "contact_id": "C2",
        "initial_contact_id": "C1",
        "previous_contact_id": "C1",
        "channel": None,
        "initiation_timestamp": "2026-05-03T09:00:00.123456Z",
        "disconnect_timestamp": None,
        "customer_id": 'A"na,\n!',
        "instance_id": None,
        "recording_type": "CHAT",
        "recording_status": "AVAILABLE",
        "recording_location": "b/other.json",
        "crm": "B",
    },
]


def lines(records: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in records)


def stream(records: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(each).encode() for each in records)


def csv(rows: list[dict[str, Any]]) -> bytes:
    return pl.DataFrame(rows, infer_schema_length=None).write_csv().encode()


def in_columns(path: Path, **arguments: Any) -> list[dict[str, Any]]:
    """Read an export of which nothing may be read record by record."""

    def refuse(*_: object) -> None:
        raise AssertionError("read one by one")

    with mock.patch.object(Reading, "found_in", refuse):
        return read_export(path, **arguments).to_pylist()


def one_by_one(path: Path) -> list[dict[str, Any]]:
    return columns_of(read_contacts(path)).to_dicts()


class TestInColumns:
    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    @pytest.mark.parametrize(
        "text",
        [lines(RECORDS), stream(RECORDS), lines(RECORDS).replace(b"\n", b"\r\n\n"), lines(ROWS), csv(ROWS)],
        ids=["lines", "stream", "blank lines", "lake lines", "csv"],
    )
    def test_usual_files_are_read_in_columns_and_say_the_same(self, tmp_path: Path, text: bytes, pack: Any) -> None:
        path = tmp_path / "export"
        path.write_bytes(pack(text))
        assert in_columns(path) == one_by_one(path)

    def test_a_file_is_read_piece_by_piece(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "export"
        for text in (lines(RECORDS), stream(RECORDS)):
            path.write_bytes(text)
            expected = one_by_one(path)
            for size in (700, 1_100, 1_500):
                monkeypatch.setattr(pieces, "SIZE", size)
                told: list[int] = []
                assert in_columns(path, progress=told.append) == expected
                assert sum(told) == len(text)

    @pytest.mark.parametrize("before", [0, 4])
    def test_an_open_file_of_parquet_is_read_from_where_it_stands_to_its_end(self, tmp_path: Path, before: int) -> None:
        path, told = tmp_path / "export.parquet", list[int]()
        ids = [f"C{number}" for number in range(20_000)]
        write_table(pa.table({"contact_id": ids, "is_event": [True] * len(ids)}), path)
        path.write_bytes(bytes(before) + path.read_bytes())
        with path.open("rb") as file:
            file.seek(before)
            assert read_export(file, progress=told.append)["contact_id"].to_pylist() == ids
            assert (file.tell(), sum(told)) == (path.stat().st_size, path.stat().st_size - before)
            file.seek(before)
            assert [each.contact_id for each in read_contacts(file)] == ids
            assert file.tell() == path.stat().st_size

    def test_parquet_with_typed_times_is_read(self, tmp_path: Path) -> None:
        time = datetime(2026, 5, 3, 9, tzinfo=UTC)
        table = pa.table(
            {
                "contact_id": pa.array(["C1", "C2"]).dictionary_encode(),
                "initiation_timestamp": pa.array([time, None], pa.timestamp("ns")),
                "disconnect_timestamp": pa.array([time, None], pa.timestamp("ms", "Europe/Berlin")),
                "previous_contact_id": pa.nulls(2),
                "unrelated": [1, 2],
            }
        )
        write_table(table, tmp_path / "export.parquet")
        first, second = in_columns(tmp_path)
        assert (first["contact_id"], first["initiation_timestamp"], first["disconnect_timestamp"]) == ("C1", time, time)
        assert {name for name, value in second.items() if value is not None} == {"contact_id", "is_event"}

    def test_the_samples_are_read_as_record_by_record(self) -> None:
        samples = Path(__file__).parents[3] / "shared" / "samples"
        if not samples.is_dir():
            pytest.skip("the samples are not here")
        for path in [*samples.glob("contact_*"), *samples.glob("*_contact.json"), *samples.glob("flow_event.json")]:
            assert read_export(path).to_pylist() == one_by_one(path)


UNUSUAL: dict[str, list[Any]] = {
    "ContactId": ["", None, 5, True, "x" * 257, "ü" * 200, "\ud800", "12", [], {"a": 1}],
    "contact_id": ["z"],
    "eventType": ["INITIATED", None],
    "Transcript": [[], None, "no"],
    "InitialContactId": ["a", "ü", None],
    "PreviousContactId": ["a", "ü", None],
    "RelatedContactId": ["a", 7, None, ""],
    "Channel": ["CHAT", "", None, 1, "true"],
    "InitiationTimestamp": [
        "2026-05-03T09:00:00Z",
        "2026-05-03T09:00:00",
        "2026-05-03T09:00:00+02:00",
        "2026-02-30T09:00:00Z",
        "2026-05-03 09:00:00.5Z",
        "0000-01-01T00:00:00Z",
        "2026-05-03T24:00:00Z",
        "2026-05-03T09:00:60Z",
        1777798800,
        1777798800000.5,
        "",
        None,
    ],
    "InstanceARN": ["arn:instance/a/b", "instance/", "no", "a/instance/x/instance/y", None],
    "Recordings": [None, [], {}, "no", [5], [{"Status": "AVAILABLE"}]],
}
MEMBERS = st.fixed_dictionaries(
    {"ContactId": st.sampled_from(["a", "b", "ü"]) | st.sampled_from(UNUSUAL["ContactId"])},
    optional={name: st.sampled_from(values) for name, values in UNUSUAL.items() if name != "ContactId"},
)


def check_that_the_same_is_said(path: Path) -> None:
    def outcome(read: Any) -> object:
        try:
            return read(path)
        except UnreadableRecord as error:
            return str(error)

    assert outcome(lambda path: read_export(path).to_pylist()) == outcome(one_by_one)


@given(st.lists(MEMBERS, max_size=3), st.sampled_from([lines, stream]))
def test_unusual_records_say_the_same_or_are_refused_with_the_same_words(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], write: Any
) -> None:
    path = tmp_path_factory.mktemp("export") / "export"
    path.write_bytes(write(records))
    check_that_the_same_is_said(path)


@pytest.mark.parametrize("name", UNUSUAL)
def test_each_unusual_member_alone_says_the_same_or_is_refused_with_the_same_words(tmp_path: Path, name: str) -> None:
    path = tmp_path / "export"
    for value in UNUSUAL[name]:
        path.write_bytes(lines([{"ContactId": "a"} | {name: value}]))
        check_that_the_same_is_said(path)


@pytest.mark.parametrize(
    ("name", "text"), [("ContactId", ""), ("ContactId", "x" * 257), ("RelatedContactId", "x" * 257)]
)
def test_what_can_be_no_contact_id_is_refused_with_the_same_words(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / "export"
    path.write_bytes(lines([{"ContactId": "C1"} | {name: text}]))
    with pytest.raises(UnreadableRecord) as in_columns:
        read_export(path)
    with pytest.raises(UnreadableRecord) as alone:
        one_by_one(path)
    assert str(in_columns.value) == str(alone.value)


@pytest.mark.parametrize(
    ("contact_id", "location", "told"),
    [
        ("C1", None, "available"),
        ("C1", "b/C1_2026.json", "available"),
        ("C1", "b/C12_2026.json", "missing"),
        ("dir/C1", "b/dir/C1_2026.json", "available"),
        ("dir/C1", "b/C1_2026.json", "missing"),
    ],
)
def test_a_transcript_is_there_if_its_file_is_named_as_its_contact(
    tmp_path: Path, contact_id: str, location: str | None, told: str
) -> None:
    recording = {"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": location}
    path = tmp_path / "export"
    path.write_bytes(lines([{"ContactId": contact_id, "Recordings": [recording]}]))
    assert [each["transcript"] for each in in_columns(path)] == [told]
    assert [each["transcript"] for each in one_by_one(path)] == [told]


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Enum(["", "TASK"])])
def test_an_empty_text_in_a_table_is_none(kind: Any, tmp_path: Path) -> None:
    channels = pl.Series(["", "TASK"], dtype=kind)
    write_table(pl.DataFrame({"contact_id": ["C1", "C2"], "channel": channels}).to_arrow(), tmp_path / "export.parquet")
    assert read_export(tmp_path)["channel"].to_pylist() == [None, "TASK"]


@pytest.mark.parametrize("text", [b"", b"\n"])
def test_a_file_without_records_gives_no_rows(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "export"
    path.write_bytes(text)
    assert read_export(path).num_rows == 0


class TestCustomers:
    @pytest.mark.parametrize(
        ("text", "column", "expected"),
        [
            (lines(RECORDS), "Attributes.crm", ["A", *5 * [None]]),
            (json.dumps(RECORDS).encode(), "Attributes.crm", ["A", *5 * [None]]),
            (lines(RECORDS), "CustomerId", ["77", *5 * [None]]),
            (json.dumps(RECORDS).encode(), "CustomerId", ["77", *5 * [None]]),
            (lines(RECORDS), "Channel", ["CHAT", *5 * [None]]),
            (csv(ROWS), "crm", ["A", "B"]),
            (lines(ROWS), "crm", ["A", "B"]),
        ],
    )
    def test_a_named_column_takes_the_place_of_customer_id(
        self, tmp_path: Path, text: bytes, column: str, expected: list[str | None]
    ) -> None:
        path = tmp_path / "export"
        path.write_bytes(text)
        assert read_export(path, customer_column=column)["customer_id"].to_pylist() == expected

    @pytest.mark.parametrize("text", [csv(ROWS), json.dumps(RECORDS).encode()])
    def test_a_column_that_is_not_there_is_refused(self, tmp_path: Path, text: bytes) -> None:
        path = tmp_path / "export"
        path.write_bytes(text)
        with pytest.raises(InvalidArgument, match="customer_column"):
            read_export(path, customer_column="nowhere")


class TestRefusals:
    def test_what_is_no_parquet_is_refused_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "export.parquet"
        path.write_bytes(b"PAR1 and no more")
        with pytest.raises(UnreadableRecord, match=r"export\.parquet.*a whole Parquet file"):
            read_export(path)

    def test_parquet_without_contact_ids_is_refused_with_its_columns(self, tmp_path: Path) -> None:
        path = tmp_path / "export.parquet"
        write_table(pa.table({"id": ["C1"]}), path)
        with pytest.raises(UnreadableRecord, match=r"is in no known encoding; it has the members .id."):
            read_export(path)

    def test_a_row_of_parquet_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "export.parquet"
        write_table(pa.table({"contact_id": ["C1", ""]}), path)
        with pytest.raises(UnreadableRecord, match=r"export.parquet, record 2, \$.contact_id"):
            read_export(path)

    def test_a_row_of_a_table_is_named(self) -> None:
        with pytest.raises(UnreadableRecord, match=r"<table>, record 1, \$.contact_id: is 5"):
            resolve_export(pa.table({"contact_id": [5]}))

    @pytest.mark.parametrize("arguments", [(None,), (pa.table({"id": [1]}),)])
    def test_what_is_no_table_of_contacts_is_refused(self, arguments: tuple[Any]) -> None:
        with pytest.raises(InvalidArgument):
            resolve_export(*arguments)

    def test_a_table_without_the_column_of_customers_is_refused(self) -> None:
        with pytest.raises(InvalidArgument, match="one of the columns contact_id"):
            resolve_export(pa.table({"contact_id": ["C1"]}), customer_column="nobody")

    @pytest.mark.parametrize("source", [5, None])
    def test_what_is_no_source_is_refused(self, source: Any) -> None:
        with pytest.raises(InvalidArgument, match="source"):
            read_export(source)

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableRecord, match="nowhere"):
            read_export(tmp_path / "nowhere")

    def test_damaged_gzip_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "export.gz"
        path.write_bytes(gzip.compress(lines(RECORDS))[:-9])
        with pytest.raises(UnreadableRecord, match="gzip that ends too early"):
            read_export(path)

    def test_an_ending_that_cannot_be_written_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidArgument, match=r"\.csv, \.parquet"):
            write_table(pa.table({"contact_id": ["C1"]}), tmp_path / "export.xlsx")

    def test_a_directory_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidArgument, match="a directory that can be written to"):
            write_table(pa.table({"contact_id": ["C1"]}), tmp_path / "nowhere" / "export.csv")


def test_an_open_file_is_read() -> None:
    assert read_export([io.BytesIO(lines(RECORDS)), io.BytesIO(csv(ROWS))]).num_rows == len(RECORDS) + len(ROWS)


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl", ".ndjson"])
def test_what_is_written_is_read_again(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"export{ending}"
    path.write_text("before")
    write_table(pa.table({"contact_id": ["C1", "C2"], "previous_contact_id": [None, "C1"]}), path)
    assert read_export(path).select(["contact_id", "previous_contact_id"]).to_pylist() == [
        {"contact_id": "C1", "previous_contact_id": None},
        {"contact_id": "C2", "previous_contact_id": "C1"},
    ]
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
