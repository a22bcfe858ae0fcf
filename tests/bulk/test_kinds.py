"""Exports as people have them: every kind is read in columns as it is one by one, or refused in the same words."""

from __future__ import annotations

import csv as comma_separated
import gzip
import io
import json
import os
import threading
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from pyarrow import parquet

from rehydration import read_contacts
from rehydration.bulk import lines as by_lines
from rehydration.bulk import read_export, resolve_export, write_table
from rehydration.bulk.columns import columns_of
from rehydration.bulk.shapes import shape_of
from rehydration.errors import InvalidArgument, RehydrationError, UnreadableRecord
from rehydration.records import Account, read_contact_details, read_contacts_with_attributes, read_records
from rehydration.records.encodings import ENCODINGS
from rehydration.records.fields import NOTHING
from rehydration.records.reading import Recogniser
from rehydration.render.passed_over import beside_json, passed_over_lines

RECORDS: list[dict[str, Any]] = [
    {
        "ContactId": f"C{number}",
        "InitialContactId": "C1",
        "PreviousContactId": f"C{number - 1}" if number > 1 else None,
        "RelatedContactId": None,
        "InitiationMethod": "API",
        "DisconnectTimestamp": f"2026-05-03T09:0{number}:00Z",
        "Attributes": {"cid": "Ana"},
    }
    for number in (1, 2, 3)
]
ROWS: list[dict[str, Any]] = [
    {
        "contact_id": each["ContactId"],
        "initial_contact_id": each["InitialContactId"],
        "previous_contact_id": each["PreviousContactId"],
        "disconnect_timestamp": each["DisconnectTimestamp"].replace("T", " ").replace("Z", ".000 UTC"),
        "transcript": "deleted",
        "is_event": "true",
    }
    for each in RECORDS
]


def lines(records: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in records)


def csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = comma_separated.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def table(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


FORMS: dict[str, Callable[[], bytes]] = {
    "lines": lambda: lines(RECORDS),
    "array": lambda: json.dumps(RECORDS).encode(),
    "csv": lambda: csv(ROWS),
    "parquet": lambda: table(ROWS),
    "gzip": lambda: gzip.compress(lines(RECORDS)),
}


def said(read: Callable[[], object]) -> object:
    try:
        return read()
    except RehydrationError as error:
        return str(error).partition(" at character offset")[0]


def both_say(path: Path) -> object:
    """What is read in columns, after checking that the other reader says the same."""
    account, other = Account(), None
    in_columns = said(lambda: read_export(path, account=account).to_pylist())
    found = read_contacts(path)
    assert in_columns == said(lambda: columns_of(found).to_arrow().to_pylist())
    if isinstance(in_columns, list):
        other = found.account
        assert (account.records, account.strays, account.untold) == (other.records, other.strays, other.untold)
    return in_columns


@pytest.fixture
def say(tmp_path: Path) -> Callable[[bytes], object]:
    def say(data: bytes) -> object:
        path = tmp_path / "export"
        path.write_bytes(data)
        return both_say(path)

    return say


Say = Callable[[bytes], Any]

# ---------------------------------------------------------------------------------------------------------- customers


@pytest.mark.parametrize(
    "attributes",
    [
        pa.array([[("cid", "Ana")], [("other", "x")]], pa.map_(pa.string(), pa.string())),
        pa.array([{"cid": "Ana"}, {"cid": None}]),
    ],
    ids=["map", "structure"],
)
def test_an_attribute_of_parquet_names_customers(tmp_path: Path, attributes: pa.Array) -> None:
    made = pa.table({"contact_id": ["C1", "C2"], "previous_contact_id": [None, "C1"], "attributes": attributes})
    parquet.write_table(made, tmp_path / "export")
    read = read_export(tmp_path / "export", customer_column="attributes.cid")
    assert read["customer_id"].to_pylist() == ["Ana", None]


IDS = [UUID("7f3c52b6-5f0a-4e8e-9f6d-0b1c2d3e4f5a"), UUID("0f3c52b6-5f0a-4e8e-9f6d-0b1c2d3e4f5b")]
BYTES = [each.bytes for each in IDS]
AS_WRITTEN = [*map(str, IDS)]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (pa.array(BYTES, pa.binary(16)), AS_WRITTEN),
        (pa.array(BYTES), AS_WRITTEN),
        (pa.array(BYTES, pa.large_binary()).dictionary_encode(), AS_WRITTEN),
        (pa.ExtensionArray.from_storage(pa.uuid(), pa.array(BYTES, pa.binary(16))), AS_WRITTEN),
        (pa.array([BYTES[0], b"C1"]), [AS_WRITTEN[0], "C1"]),
        (pa.array([b"sixteen letters.", b"C1"]), ["sixteen letters.", "C1"]),
        (pa.array([b"sixteen letters."] * 2, pa.binary(16)), ["sixteen letters."] * 2),
        (pa.array([BYTES[0], b"\xff" * 16]), "record 2, $.contact_id: is of type bytes"),
        (pa.array([BYTES[0], bytes(16)]), f"record 2, $.contact_id: is '{UUID(int=0)}'"),
    ],
    ids=["fixed", "variable", "dictionary", "extension", "mixed", "text", "fixed text", "no UUID", "zeros"],
)
def test_bytes_that_are_a_uuid_are_the_id_that_they_mean(tmp_path: Path, written: pa.Array, told: object) -> None:
    table = pa.table({"contact_id": written, "initial_contact_id": pa.nulls(2, written.type)})
    for made in (table, table.append_column("customer_id", written)):
        parquet.write_table(made, tmp_path / "export")
        found = both_say(tmp_path / "export")
        assert ([each["contact_id"] for each in found] == told) if isinstance(found, list) else str(told) in str(found)
    if isinstance(found, list):
        assert [each["customer_id"] for each in found] == told


def test_bytes_that_are_neither_a_uuid_nor_text_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    written = {"contact_id": AS_WRITTEN, "initial_contact_id": [None, None], "customer_id": [BYTES[0], b"\xff" * 16]}
    parquet.write_table(pa.table(written), tmp_path / "export")
    assert "record 2, $.customer_id: is of type bytes" in str(both_say(tmp_path / "export"))


def test_a_row_of_types_below_the_names_of_columns_is_none(say: Say) -> None:
    found = say(b"contact_id,previous_contact_id\nString,Nullable(String)\nC1,\nC2,C1\n")
    assert [each["contact_id"] for each in found] == ["C1", "C2"]


TWICE = pa.StructArray.from_arrays([pa.array(["Ana", "Bo"])] * 2, names=["x", "x"])
OF_PARQUET = [
    pa.array([{"cid": "Ana", "other": 5}, {"cid": "Bo", "other": None}]),
    pa.array([{"cid": None, "other": None}, {"cid": "Bo", "other": ["x"]}]),
    pa.array([{"cid": 5}, {"cid": None}]),
    pa.array([{"cid": b"Ana"}, {"cid": None}]),
    pa.array([{"cid": "Ana"}, {"cid": None}], pa.struct([("cid", pa.dictionary(pa.int8(), pa.string()))])),
    pa.array([[("cid", 5)], []], pa.map_(pa.string(), pa.int64())),
    pa.array(
        [[("x", "1"), ("cid", "Ana"), ("x", "2")], [("x", "1"), ("cid", "Bo")]], pa.map_(pa.string(), pa.string())
    ),
    pa.array([[("cid", "Ana")], [("x", "1"), ("cid", "Bo")]], pa.map_(pa.large_string(), pa.string())),
    TWICE,
    pa.array(['{"cid": "Ana"}', None]),
    pa.array([b'{"cid": "Ana", "said": "a, b"}', b""]),
    pa.array(['{"cid": "Ana"}', "null"]).dictionary_encode(),
    pa.array(['{"cid": 5}', None]),
    pa.array(['{"cid": "Ana", "cid": "Bo"}', None]),
    pa.array([[{"key": "cid", "value": "Ana"}], None]),
    pa.array([[{"key": "cid", "value": "Ana"}, {"key": "cid", "value": "Bo"}], None]),
]


@pytest.mark.parametrize("attributes", OF_PARQUET, ids=str)
def test_attributes_of_parquet_are_read_or_refused_alike_in_columns_and_one_by_one(
    tmp_path: Path, attributes: pa.Array
) -> None:
    made = pa.table({"contact_id": ["C1", "C2"], "previous_contact_id": [None, "C1"], "attributes": attributes})
    parquet.write_table(made, tmp_path / "export")
    one_by_one = said(lambda: [each.get("cid") for _, each in read_contacts_with_attributes(tmp_path)])
    in_columns = said(lambda: read_export(tmp_path, customer_column="attributes.cid").to_pylist())
    found = [each["customer_id"] for each in in_columns] if isinstance(in_columns, list) else in_columns
    nobody = one_by_one == [None, None]
    assert ("names a customer in some record" in str(found)) if nobody else found == one_by_one


NO_JSON = ["{cid=Ana, x=y}", '[{"cid": "Ana"}]', '{"cid": "An', "Ana", '"Ana"', "[" * 3_000]


@pytest.mark.parametrize("attributes", NO_JSON)
@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_attributes_in_a_text_that_is_no_json_are_said_not_to_be_read_and_name_no_customers(
    tmp_path: Path, attributes: str, form: str
) -> None:
    written = pa.table(
        {"contact_id": ["C1", "C2"], "initial_contact_id": [None, "C1"], "attributes": [None, attributes]}
    )
    path = tmp_path / f"export.{form}"
    write_table(written, path, raw=True)
    for read in (read_contacts_with_attributes, read_contact_details):
        found = read(path)
        assert len(list(found)) == 2
        assert (found.account.unread, found.account.places) == (1, {"attributes": f"{path}, record 2"})
        (line,) = (each for each in passed_over_lines(found.account) if "attributes" in each)
        assert line.startswith("the attributes of 1 contact are text that is no JSON, and none is read (the first is ")
        assert beside_json(found.account)["UnreadAttributes"] == 1
    with pytest.raises(UnreadableRecord, match=r"record 2, \$.attributes: is .*, no object of JSON; expected JSON, as"):
        read_export(path, customer_column="attributes.cid")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("column", ["nowhere", "Attributes.nowhere", "CustomerId"])
def test_a_column_in_which_no_record_names_a_customer_is_refused(tmp_path: Path, form: str, column: str) -> None:
    (tmp_path / "export").write_bytes(FORMS[form]())
    with pytest.raises(InvalidArgument, match="names a customer in some record"):
        read_export(tmp_path / "export", customer_column=column)


def test_a_customer_is_read_alike_in_columns_and_one_by_one(tmp_path: Path) -> None:
    records = [each | {"crm": value} for each, value in zip(RECORDS, ["A", 77, True], strict=True)]
    for data in (lines(records), json.dumps(records).encode()):
        (tmp_path / "export").write_bytes(data)
        assert read_export(tmp_path / "export", customer_column="crm")["customer_id"].to_pylist() == ["A", "77", "True"]


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ('"{\\"cid\\": \\"Bo\\"}"', ["Ana", "Bo"]),
        ('{"cid": "Bo", "other": "x"}', ["Ana", "Bo"]),
        ("{}", ["Ana", None]),
        ("null", ["Ana", None]),
        ('{"cid": null}', ["Ana", None]),
        ('{"cid": 5}', "record 2, $.Attributes.cid: is 5"),
        ('{"cid": "Bo", "other": 5}', "record 2, $.Attributes.other: is 5"),
        ('{"cid": "Bo", "other": null}', ["Ana", "Bo"]),
        ('{"cid": "Bo", "other": ["x"]}', "record 2, $.Attributes.other: is of type list"),
        ('"Bo"', "record 2, $.Attributes: is 'Bo'"),
        ('{"cid": "Bo", "cid": "Cy"}', "record 2, $.Attributes: names the member 'cid' twice"),
    ],
)
def test_an_attribute_names_customers_alike_in_columns_and_one_by_one(
    tmp_path: Path, attributes: str, told: object
) -> None:
    written = [
        '{"ContactId": "C1", "Attributes": {"cid": "Ana"}}',
        f'{{"ContactId": "C2", "Attributes": {attributes}}}',
    ]
    for text in ("\n".join(written), f"[{','.join(written)}]"):
        (tmp_path / "export").write_text(text)
        found = said(lambda: read_export(tmp_path, customer_column="Attributes.cid").to_pylist())
        if isinstance(found, list):
            found = [each["customer_id"] for each in found]
        assert found == told if isinstance(told, list) else str(told) in str(found)


# ------------------------------------------------------------------------------------------------------ unusual records


@pytest.mark.parametrize("form", [csv, table, lines])
@pytest.mark.parametrize(
    "unusual", [{"initial_contact_id": "ü" * 200}, {"disconnect_timestamp": "2026-05-03T11:00:00+02:00"}]
)
def test_an_unusual_row_takes_nothing_from_the_others(say: Say, form: Any, unusual: dict[str, str]) -> None:
    found = say(
        form([ROWS[0] | unusual, {**ROWS[1], "previous_contact_id": None, "initial_contact_id": None}, ROWS[2]])
    )
    assert [each["transcript"] for each in found] == ["deleted"] * 3
    assert [each["is_event"] for each in found] == [True] * 3


USUAL = {
    "ContactId": '"C1"',
    "RelatedContactId": "null",
    "AgentARN": '"arn"',
    "Recordings": '[{"Status": "AVAILABLE", "Location": "C1_x.json", "MediaStreamType": "CHAT", "StorageType": "S3"}]',
}
MEMBERS = [
    ("ContactId", '"C7"'),
    ("ContactId", '"C\\u0031"'),
    ("ContactId", "5"),
    ("contactid", '"C8"'),
    ("RelatedContactId", '"C1"'),
    ("AgentARN", '{"a": 1}'),
    ("agentarn", '"b"'),
    ("DisconnectTimestamp", '"2026-05-03T09:00:00Z"'),
    ("ContactFlowId", '"f"'),
    ("Recordings", "null"),
    ("Recordings", "[]"),
    ("Recordings", "[null]"),
    ("Recordings", '"none"'),
    ("Recordings", '[{"Status": "DELETED", "MediaStreamType": "CHAT"}]'),
    ("Recordings", '[{"Status": "DELETED", "status": "AVAILABLE", "MediaStreamType": "CHAT"}]'),
    ("Recordings", USUAL["Recordings"].replace("AVAILABLE", "DELETED")),
    ("Recordings", USUAL["Recordings"].replace("}]", "}, null]")),
]


@pytest.mark.parametrize("place", [0, 1, 3])
@pytest.mark.parametrize("how", ["lacks", "twice", "more", "other"])
@pytest.mark.parametrize(("name", "value"), MEMBERS)
def test_a_line_that_differs_in_a_member_is_read_as_one_by_one(
    say: Say, place: int, how: str, name: str, value: str
) -> None:
    """Lines with the members of the first one are asked otherwise than others."""
    members = [*(USUAL | {"ContactId": '"C9"'}).items()]
    if how in ("lacks", "other"):
        members = [each for each in members if each[0] != name]
    members += [(name, value)] * {"lacks": 0, "twice": 2}.get(how, 1)
    written = ["{" + ", ".join(f'"{each}": {told}' for each, told in members) + "}"]
    usual = [
        json.dumps({each: json.loads(told) for each, told in USUAL.items()} | {"ContactId": f"C{number}"})
        for number in range(4)
    ]
    say("\n".join([*usual[:place], *written, *usual[place:]]).encode())


def test_members_that_differ_in_capitals_alone_do_not_hinder_columns(tmp_path: Path) -> None:
    (tmp_path / "export").write_bytes(lines([each | {"Tags": {}, "tags": {}} for each in RECORDS]))
    account = Account()
    assert (read_export(tmp_path, account=account).num_rows, account.one_by_one) == (3, [])


def test_members_that_come_late_are_read(say: Say) -> None:
    few = [{"ContactId": "A1"}, {"ContactId": "A2", "PreviousContactId": "A1"}]
    assert [each["previous_contact_id"] for each in say(lines([*few, *RECORDS]))] == [None, "A1", None, "C1", "C2"]


def test_strays_among_the_records_are_passed_over(tmp_path: Path) -> None:
    stray = {"ContactId": "C1", "ContactFlowId": "f", "ContactFlowName": "main"}
    (tmp_path / "export").write_bytes(lines([*RECORDS, stray]))
    account = Account()
    assert read_export(tmp_path, account=account).num_rows == len(RECORDS)
    assert (dict(account.strays), account.records) == ({"a flow log": 1}, len(RECORDS))
    with pytest.raises(UnreadableRecord, match=r"record 4, .*a flow log"):
        read_export(tmp_path, strict=True)


def test_small_files_are_read_together_and_told_apart(tmp_path: Path) -> None:
    for number, each in enumerate(RECORDS):
        (tmp_path / f"{number}.json").write_bytes(json.dumps(each).encode())
    assert [each["contact_id"] for each in both_say(tmp_path)] == ["C1", "C2", "C3"]  # type: ignore[attr-defined]
    (tmp_path / "1.json").write_bytes(lines([RECORDS[1], RECORDS[2] | {"ContactId": 5}]))
    assert "1.json, record 2, $.ContactId: is 5" in str(both_say(tmp_path))


# ----------------------------------------------------------------------------------------------------------------- CSV


def test_a_mark_of_utf_8_before_an_id_is_no_part_of_it(say: Say) -> None:
    assert say(csv(ROWS).replace(b"C1", b"\xef\xbb\xbfC1", 1))[0]["contact_id"] == "C1"


@pytest.mark.parametrize("contact_id", ["C1", "7f3c52b6-5f0a-4e8e-9f6d-0b1c2d3e4f5a"])
@pytest.mark.parametrize("drawn", ["-", " "])
def test_what_is_drawn_as_long_as_an_id_is_none(say: Say, contact_id: str, drawn: str) -> None:
    rows = (contact_id, drawn * len(contact_id))
    assert [each["contact_id"] for each in say("\n".join(("contact_id", *rows, "")).encode())] == [contact_id]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("7F3C52B6-5F0A-4E8E-9F6D-0B1C2D3E4F5A", "7f3c52b6-5f0a-4e8e-9f6d-0b1c2d3e4f5a"),
        ("00000000-0000-0000-0000-000000000000", None),
        ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_among_uuids_those_in_capitals_are_meant_and_the_one_of_zeros_is_none(
    say: Say, told: str, meant: str | None
) -> None:
    usual = "0f3c52b6-5f0a-4e8e-9f6d-0b1c2d3e4f5b"
    found = say(lines([{"ContactId": usual, "PreviousContactId": told}, {"ContactId": usual.replace("0f", "1f")}]))
    assert [each["previous_contact_id"] for each in found] == [meant, None]


@pytest.mark.parametrize(
    ("rows", "strays"),
    [
        (["C1,,", "C2,C1,C1", "Fin,,"], 0),
        (["C2,C1,C1", "Fin,,"], 1),
        (["C2,C1,C1", "Fin,7,"], 1),
        (["C2,C1,C1", "Fin,-,\\N"], 1),
        (["C2,C1,C1", "C1,,"], 0),
        (["C2,plum,plum", "fig,,"], 0),
        (["C2,C1,C1", "Fin,,", "C3,C1,C2"], 1),
        (["C2,C1,C1", "Fin,,", "C1,,"], 1),
        (["C2,C1,C1", "fig,C1,C1", "Fin,,"], 0),
        (["C2,C1,C1", "Fin,C1,"], 0),
    ],
)
@pytest.mark.parametrize("size", [16, 1 << 24])
def test_a_row_of_an_id_alone_that_looks_like_none_above_is_said_to_be_a_line_below_the_table(  # noqa: PLR0913  # fixtures
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[str], strays: int, size: int
) -> None:
    monkeypatch.setattr("rehydration.bulk.pieces.SIZE", size)
    monkeypatch.setattr("rehydration.records.streams.CHUNK", size)
    found = say("\n".join(("contact_id,initial_contact_id,previous_contact_id", *rows, "")).encode())
    assert (len(found) + strays, sum(read_records(tmp_path).strays.values())) == (len(rows), strays)


def test_a_table_that_says_how_long_it_is_may_be_as_long_as_it_likes(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehydration.bulk.pieces.SIZE", 16)
    monkeypatch.setattr("rehydration.records.streams.CHUNK", 16)
    rows = [f"C{number}" for number in range(30)]
    assert len(say("\n".join(("contact_id", *rows, "(30 rows)", "")).encode())) == len(rows)


@pytest.mark.parametrize("nothing", sorted(NOTHING))
@pytest.mark.parametrize("between", [",", ";", ", ", " ,", " | ", "\t"])
def test_cells_that_say_that_there_is_nothing_say_nothing(say: Say, between: str, nothing: str) -> None:
    written = "contact_id|previous_contact_id|customer_id\nC1|{}|{}\nC2|C1|Ana\n"
    found = say(written.format(nothing, nothing).replace("|", between).encode())
    assert [(each["previous_contact_id"], each["customer_id"]) for each in found] == [(None, None), ("C1", "Ana")]


def test_blanks_before_quotation_marks_belong_to_no_cell(say: Say) -> None:
    found = say(b'"contact_id", "previous_contact_id"\n"C1", ""\n"C2", "C1"\n')
    assert [(each["contact_id"], each["previous_contact_id"]) for each in found] == [("C1", None), ("C2", "C1")]


def test_csv_with_carriage_returns_is_read(say: Say) -> None:
    assert len(say(csv(ROWS).replace(b"\r\n", b"\r"))) == len(ROWS)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda text: text[:-30], "cells under"),
        (lambda text: text.replace(b"C2", b'"C2'), "is not CSV"),
        (lambda text: text.replace(b"C2", b'"C2"x'), "is not CSV"),
        (lambda text: text.replace(b"C2", b"C\x002"), "NUL"),
        (lambda text: text.replace(b"is_event", b"contact_id"), "names the column 'contact_id' twice"),
        (lambda text: text.replace(b"is_event", b"ContactId"), "which are one member"),
        (lambda text: text.replace(b"C2", b"C" * 200_000), "is not CSV"),
    ],
)
def test_damaged_csv_is_refused(say: Say, damage: Callable[[bytes], bytes], told: str) -> None:
    assert told in say(damage(csv(ROWS)))


# ---------------------------------------------------------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ('"ContactId": "C9", "ContactId": "C8"', "names the member 'ContactId' twice"),
        ('"ContactId": "C9", "contact_id": "C8"', "which are one member"),
        ('"ContactId": "C9", "Recordings": [{"Status": "", "Status": ""}]', "names the member 'Status' twice"),
        ('"ContactId": "C9", "Agent": {"a": NaN}', "which JSON does not have"),
        ('"ContactId": "C9", "Agent": {"a": 1,}', "is not JSON"),
        *(('"ContactId": "C9", ' + "x" * length + "ü" * 300, "is not JSON") for length in range(2)),
        ('"ContactId": "C9", "Agent": ' + "[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('"ContactId": "C9", "InitiationTimestamp": "10000-01-01T00:00:00Z"', "a time with its zone"),
        ('"ContactId": "C9", "InitiationTimestamp": "0000-01-01T00:00:00Z"', "a time with its zone"),
    ],
)
def test_what_is_no_record_is_refused(say: Say, member: str, told: str) -> None:
    assert told in say(lines(RECORDS) + b"\n{" + member.encode() + b"}")


def test_what_only_looks_damaged_is_read(say: Say) -> None:
    named = RECORDS[0] | {"CustomerId": 'a "quoted", }finance[,] é\\', "Channel": "Chat"}
    assert [each["customer_id"] for each in say(lines([named]))] == ['a "quoted", }finance[,] é\\']


# ---------------------------------------------------------------------------------------------------- Parquet, tables


@pytest.mark.parametrize(
    ("recordings", "told"),
    [
        ('[{"media_stream_type": "CHAT", "status": "DELETED"}]', "deleted"),
        ('[{"type": "CHAT", "status": "AVAILABLE"}]', "available"),
        ("[{media_stream_type=CHAT, status=DELETED}]", None),
        ("", None),
    ],
)
def test_recordings_in_a_text_of_json_are_read(tmp_path: Path, recordings: str, told: str | None) -> None:
    written = pa.table({"contact_id": ["C1"], "initial_contact_id": [""], "recordings": [recordings]})
    for form in ("csv", "parquet"):
        write_table(written, tmp_path / f"export.{form}", raw=True)
        found = both_say(tmp_path / f"export.{form}")
        assert (found[0]["transcript"] if isinstance(found, list) else found) == told


@pytest.mark.parametrize(
    "values",
    [
        [["a"], None],
        [{"a": 1}, None],
        pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
        [b"\xff", None],
        [1.5, None],
    ],
    ids=["list", "structure", "map", "bytes", "number"],
)
@pytest.mark.parametrize("column", ["previous_contact_id", "channel", "disconnect_timestamp", "recordings"])
def test_a_column_of_another_type_is_refused_or_read_alike(say: Say, values: Any, column: str) -> None:
    file = io.BytesIO()
    parquet.write_table(
        pa.table({"contact_id": ["C1", "C2"], "initial_contact_id": [None, "C1"], column: values}), file
    )
    say(file.getvalue())


@pytest.mark.parametrize("year", [-200, 12_000])
def test_a_year_that_python_does_not_have_is_refused(tmp_path: Path, year: int) -> None:
    moment = (year - 1970) * 365 * 86_400 * 1_000
    times = pa.array([moment, None], pa.int64()).cast(pa.timestamp("ms"))
    made = pa.table({"contact_id": ["C1", "C2"], "previous_contact_id": [None, "C1"], "disconnect_timestamp": times})
    parquet.write_table(made, tmp_path / "export")
    for ask in (lambda: read_export(tmp_path), lambda: resolve_export(made)):
        with pytest.raises(UnreadableRecord, match="disconnect_timestamp"):
            ask()


def test_parquet_that_other_writers_left_is_read() -> None:
    texts = {"contactid": [b"C1", b"C2"], "previouscontactid": [None, b"C1"]}
    times = {"disconnecttimestamp": pa.array([datetime(2026, 5, 3, 9)] * 2, pa.timestamp("ns"))}  # noqa: DTZ001  as Glue has it
    file = io.BytesIO()
    parquet.write_table(pa.table(texts | times), file, use_deprecated_int96_timestamps=True)
    found = read_export(io.BytesIO(file.getvalue())).to_pylist()
    assert [(each["contact_id"], each["previous_contact_id"]) for each in found] == [("C1", None), ("C2", "C1")]


def test_a_table_that_names_a_column_twice_is_refused() -> None:
    made = pa.table([["C1"], ["C2"]], names=["contact_id", "contact_id"])
    with pytest.raises(InvalidArgument, match="names each column once"):
        resolve_export(made)


# ----------------------------------------------------------------------------------------------------- streams, memory


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    for data in (lines(RECORDS), csv(ROWS), table(ROWS), lines(RECORDS) + b"\n\n{\n}"):
        os.mkfifo(tmp_path / "pipe")
        writing = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,))
        writing.start()
        found = said(lambda: read_export(tmp_path / "pipe").num_rows)
        writing.join()
        (tmp_path / "pipe").unlink()
        assert found == len(RECORDS) or "record 4, $" in str(found)


@pytest.mark.parametrize("begins", [b"", b'{"ContactId": "C1"}\n', b"contact_id,previous_contact_id\nC1,\n"])
def test_a_few_bytes_that_unpack_to_many_do_not_fill_the_memory(tmp_path: Path, begins: bytes) -> None:
    path = tmp_path / "export.gz"
    path.write_bytes(gzip.compress(begins + b"\n" * (1 << 26), 1))
    read_export([])
    tracemalloc.start()
    assert read_export(path).num_rows == bool(begins)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 29


def test_one_record_of_more_than_the_limit_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehydration.records.values.RECORD_LIMIT", 1 << 16)
    monkeypatch.setattr("rehydration.bulk.pieces.SIZE", 1 << 14)
    monkeypatch.setattr("rehydration.bulk.pieces.LARGEST", 1 << 17)
    (tmp_path / "export").write_bytes(b'{"ContactId": "' + b"x" * (1 << 20))
    with pytest.raises(UnreadableRecord, match="a record of more than 65536 characters"):
        read_export(tmp_path)


@pytest.mark.parametrize("method", ["_of_each", "_of_the_first"])
def test_what_another_thread_begins_to_look_for_meanwhile_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    more = shape_of(("ContactId", "Channel", "CustomerId", "RelatedContactId"), Recogniser(ENCODINGS), is_row=False)
    asked = getattr(by_lines.Reader, method)

    def meanwhile(reader: Any, *question: Any) -> Any:
        assert more is not None
        reader.look_for(more)
        return asked(reader, *question)

    monkeypatch.setattr(by_lines.Reader, method, meanwhile)
    if method == "_of_each":
        monkeypatch.setattr(by_lines, "_are_apart", lambda _names: False)
    (tmp_path / "export").write_bytes(lines([{"ContactId": "C1", "InitialContactId": None, "Channel": "CHAT"}] * 3))
    assert isinstance(both_say(tmp_path / "export"), list)
