"""The whole records of a few contacts of large exports are read again without the others, in whatever form."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from rehydration.bulk.customers import Customers
from rehydration.bulk.files import read_columns
from rehydration.bulk.places import Place, whole_records
from rehydration.records import ContactDetails, read_contact_details
from rehydration.records.fields import Record
from rehydration.records.reading import Account

Records = list[dict[str, Any]]

WANTED = {"C3", "C9", "C21", "C22", "C40"}


def records() -> Records:
    return [
        {
            "ContactId": f"C{number}",
            "Attributes": {"of": f"{number}", "quoted": 'a "b", c\nd'},
            "Recordings": [{"Location": f"bucket/C{number}.json", "Status": "AVAILABLE", "MediaStreamType": "CHAT"}],
            "InitiationTimestamp": f"2026-05-04T09:{number:02}:00Z",
        }
        for number in range(41)
    ]


def line(record: object) -> str:
    return json.dumps(record) + "\n"


def lines(path: Path) -> None:
    path.write_text("".join(map(line, records())))


def packed(path: Path) -> None:
    path.write_bytes(gzip.compress("".join(map(line, records())).encode()))


def blank(path: Path) -> None:
    path.write_text("\n".join(map(line, records())))


def joined(path: Path) -> None:
    path.write_text("".join(map(json.dumps, records())))


def joined_in_pairs(path: Path) -> None:
    told = map(json.dumps, records())
    path.write_text("".join(f"{each}{next(told, '')}\n" for each in told))


def an_array(path: Path) -> None:
    path.write_text(json.dumps(records()))


def odd(path: Path) -> None:
    """Some lines hold two contacts in an envelope, and one holds none."""
    every = records()
    for number in (8, 21):
        every[number] = {"Records": [{"body": line(each)} for each in every[number : number + 2]]}
        every[number + 1] = {"ContactFlowId": "f", "ContactFlowName": "a flow, no contact"}
    path.write_text("".join(map(line, every)))


def many(path: Path) -> None:
    path.mkdir()
    for number, record in enumerate(records()):
        (path / f"{number:02}.json").write_text(json.dumps(record, indent=None if number % 5 else 1))


def rows(*, with_attributes: bool = True, blank: str = "") -> str:
    text = io.StringIO()
    names = ["contact_id", "initiation_timestamp", *(["attributes"] if with_attributes else [])]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for each in records():
        told = [each["ContactId"], each["InitiationTimestamp"], json.dumps(each["Attributes"])]
        writer.writerow(told[: len(names)])
        text.write(blank)
    return text.getvalue()


def table(path: Path) -> None:
    path.write_text(rows())


def gaps(path: Path) -> None:
    path.write_text(rows(blank="\n"))


def bare(path: Path) -> None:
    path.write_text(rows(with_attributes=False))


def groups(path: Path) -> None:
    parquet.write_table(pa.Table.from_pylist(records()), path, row_group_size=16)


def bare_groups(path: Path) -> None:
    parquet.write_table(pa.Table.from_pylist([{"contact_id": each["ContactId"]} for each in records()]), path)


def written_oddly(path: Path) -> None:
    every = records()
    for number in (4, 22):
        every[number]["ContactId"] = f" {every[number]['ContactId']} "
    parquet.write_table(pa.Table.from_pylist(every), path, row_group_size=16)


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehydration.records.streams.CHUNK", 256)
    monkeypatch.setattr("rehydration.bulk.pieces.SIZE", 1_000)
    monkeypatch.setattr("rehydration.bulk.files.SIZE", 1_000)
    monkeypatch.setattr("rehydration.records.tables.AT_ONCE", 2)


def read(path: Path) -> tuple[list[Place], list[Record]]:
    noted: list[Place] = []
    frame = read_columns(path, Customers(), account=Account(), places=noted)
    return noted, list(whole_records(frame, noted, WANTED))


def of_wanted(details: Iterable[ContactDetails]) -> list[tuple[str, dict[str, str], tuple[str, ...]]]:
    return [
        (each.contact.contact_id, dict(each.attributes), each.locations)
        for each in details
        if each.contact.contact_id in WANTED
    ]


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize(
    "write", [lines, packed, blank, joined, joined_in_pairs, an_array, odd, many, table, gaps, groups, written_oddly]
)
def test_whole_records_tell_what_all_records_tell_of_these_contacts(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "export"
    write(path)

    told = of_wanted(read_contact_details(path))
    assert {each for each, _, _ in told} == WANTED
    assert of_wanted(read_contact_details(read(path)[1])) == told


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("write", [lines, packed, blank, joined, joined_in_pairs, table, gaps, groups])
def test_only_their_records_are_read_again(write: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "export"
    write(path)
    noted, whole = read(path)

    assert len(noted) > 1
    assert len(whole) == len(WANTED)


@pytest.mark.parametrize("write", [bare, bare_groups])
def test_a_table_of_which_columns_leave_nothing_out_is_not_read_again(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "export"
    write(path)

    assert read(path)[1] == []
