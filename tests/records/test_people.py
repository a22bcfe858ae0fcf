"""Records as people have them are read, passed over and told, or refused for what they are, at every door alike."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from records.people import BOTH, CASES, FLOW_LOG, NEXT, RECORD, Case, camel, csv, lines, snake, spelt, text
from rehydration import ContactGraph, cli
from rehydration.bulk import read_export
from rehydration.errors import UnreadableRecord
from rehydration.gaps import UNTOLD
from rehydration.records import (
    read_contact_details,
    read_contacts,
    read_contacts_with_attributes,
    read_records,
    tables,
)

by_name = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], str]:
    def write(content: bytes) -> str:
        path = tmp_path / "export"
        path.write_bytes(content)
        return str(path)

    return write


@by_name
def test_each_kind_is_read_or_refused_for_what_it_is(case: Case) -> None:
    if case.refusal:
        with pytest.raises(UnreadableRecord, match=re.escape(case.refusal)):
            read_records(io.BytesIO(case.content))
        return
    found = read_records(io.BytesIO(case.content))
    assert tuple(each.contact_id for each in found.contacts) == case.ids
    assert tuple(found.strays) == case.strays


@by_name
def test_each_kind_is_told_alike_on_the_command_line(
    case: Case,
    written: Callable[[bytes], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["rehydration", "check", "--format", "json", written(case.content)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    out, err = capsys.readouterr()
    if case.refusal:
        assert (left.value.code, out) == (2, "")
        assert case.refusal in err
        return
    told = json.loads(out)
    assert (left.value.code, told["Records"]) == (0, len(case.ids))
    assert tuple(told.get("PassedOver", {"Strays": ()})["Strays"]) == case.strays
    assert all(each in err for each in case.strays)


def test_a_program_beside_records_holds_none(tmp_path: Path) -> None:
    for name, content in (("a.json", text(RECORD)), ("query.sql", "SELECT 1"), ("read.py", "import boto3")):
        (tmp_path / name).write_text(content)
    found = read_records(tmp_path)
    assert [each.contact_id for each in found.contacts] == ["C1"]
    assert [Path(each).name for each in found.passed_over] == ["query.sql", "read.py"]


class TestParquet:
    def table(self, change: Callable[[str], str]) -> pa.Table:
        return pa.Table.from_pylist(spelt(change))

    @pytest.mark.parametrize("change", [str, str.lower, str.upper, snake, camel])
    def test_it_is_read_in_any_spelling(self, change: Callable[[str], str], tmp_path: Path) -> None:
        parquet.write_table(self.table(change), tmp_path / "export")
        found = read_records(tmp_path)
        assert [each.contact_id for each in found.contacts] == ["C1", "C2"]
        assert found.contacts[1].previous_contact_id == "C1"

    def test_it_is_read_through_a_pipe(self, tmp_path: Path) -> None:
        class Pipe:
            def __init__(self, content: bytes) -> None:
                self.content = io.BytesIO(content)

            def read(self, size: int) -> bytes:
                return self.content.read(min(size, 1_000))

        parquet.write_table(self.table(snake), tmp_path / "export")
        found = read_contacts(Pipe((tmp_path / "export").read_bytes()))
        assert [each.contact_id for each in found] == ["C1", "C2"]

    def test_records_are_found_in_a_column_of_text(self, tmp_path: Path) -> None:
        parquet.write_table(pa.table({"at": [1, 2], "line": [text(RECORD), text(NEXT)]}), tmp_path / "export")
        found = read_records(tmp_path)
        assert [each.contact_id for each in found.contacts] == ["C1", "C2"]
        assert found.envelopes == {"an object around records": 2}
        assert read_export(tmp_path)["contact_id"].to_pylist() == ["C1", "C2"]

    def test_a_row_that_says_that_it_is_deleted_is_none(self, tmp_path: Path) -> None:
        columns = {"Op": ["I", "D"], "contact_id": ["C1", "C2"], "previous_contact_id": [None, "C1"]}
        parquet.write_table(pa.table(columns), tmp_path / "export")
        found = read_records(tmp_path)
        assert ([each.contact_id for each in found.contacts], found.strays) == (["C1"], {"a row that is deleted": 1})
        assert read_export(tmp_path)["contact_id"].to_pylist() == ["C1"]

    @pytest.mark.parametrize("columns", [{"contact_id": ["C1"]}, {"line": [text(RECORD)]}])
    def test_a_table_without_columns_of_contacts_tells_nothing_more_of_one(
        self, columns: dict[str, list[str]], tmp_path: Path
    ) -> None:
        parquet.write_table(pa.table(columns), tmp_path / "export")
        with (tmp_path / "export").open("rb") as file:
            assert list(tables.rows(file, wanted=[0])) == []

    def test_types_of_columns_are_taken_for_what_they_say(self, tmp_path: Path) -> None:
        time = datetime(2026, 5, 3, 9, tzinfo=UTC)
        table = pa.table(
            {
                "contact_id": pa.array(["C1"]).dictionary_encode(),
                "initiation_timestamp": pa.array([time.replace(tzinfo=None)], pa.timestamp("ns")),
                "disconnect_timestamp": pa.array([time], pa.timestamp("ms", "Europe/Berlin")),
                "attributes": pa.array([[("orderId", "A-1042")]], pa.map_(pa.string(), pa.string())),
                "recordings": pa.array([[{"media_stream_type": "CHAT", "status": "AVAILABLE", "location": "C1"}]]),
            }
        )
        parquet.write_table(table, tmp_path / "export")
        ((contact, attributes),) = read_contacts_with_attributes(tmp_path)
        assert (contact.initiation_timestamp, contact.disconnect_timestamp) == (time, time)
        assert contact.transcript is not None
        assert attributes == {"orderId": "A-1042"}

    @pytest.mark.parametrize(
        ("table", "problem"),
        [
            (pa.table({"contact_id": [5]}), r"record 1, \$.contact_id: is 5"),
            (pa.table({"contact_id": ["C1"], "channel": [["CHAT"]]}), r"\$.channel: is of type list"),
            (
                pa.table({"contact_id": ["C1"], "initiation_timestamp": pa.array([2**62], pa.timestamp("us"))}),
                r"\$.initiation_timestamp: holds what Python does not",
            ),
            (pa.table([["C1"], ["C1"]], names=["contact_id", "contact_id"]), "names the column 'contact_id' twice"),
            (pa.table([["C1"], ["C1"]], names=["contact_id", "ContactId"]), "which are one member"),
            (pa.table({"contact_id": ["C1"], "handle_time_ms": [5]}), "a row of the table contact_statistic_record"),
            (pa.table({"interval_start_time": [5]}), "a row of the table agent_statistic_record"),
            (
                pa.table(
                    {
                        "contact_id": ["C1"],
                        "attributes": pa.array([[("a", "1"), ("a", "2")]], pa.map_(pa.string(), pa.string())),
                    }
                ),
                "names a key twice",
            ),
        ],
    )
    def test_what_it_cannot_say_is_refused_with_its_place(self, table: pa.Table, problem: str, tmp_path: Path) -> None:
        parquet.write_table(table, tmp_path / "export")
        with pytest.raises(UnreadableRecord, match=problem):
            list(read_contacts_with_attributes(tmp_path))

    @pytest.mark.parametrize("end", [4, 100, -1])
    def test_a_part_of_it_is_refused(self, end: int, tmp_path: Path) -> None:
        parquet.write_table(self.table(snake), tmp_path / "export")
        (tmp_path / "export").write_bytes((tmp_path / "export").read_bytes()[:end])
        with pytest.raises(UnreadableRecord, match="a whole Parquet file"):
            list(read_contacts(tmp_path))

    def test_damage_in_the_middle_of_it_is_refused(self, tmp_path: Path) -> None:
        parquet.write_table(self.table(snake), tmp_path / "export")
        content = bytearray((tmp_path / "export").read_bytes())
        content[4:60] = bytes(56)
        (tmp_path / "export").write_bytes(content)
        with pytest.raises(UnreadableRecord, match="cannot be read as Parquet"):
            list(read_contacts(tmp_path))

    def test_older_writers_bytes_are_texts(self, tmp_path: Path) -> None:
        customers = pa.array([b"Ana", None], pa.binary())
        parquet.write_table(pa.table({"contact_id": [b"C1", b"C2"], "customer_id": customers}), tmp_path / "export")
        assert [(each.contact_id, each.customer_id) for each in read_contacts(tmp_path)] == [
            ("C1", "Ana"),
            ("C2", None),
        ]

    def test_bytes_that_are_no_text_are_refused(self, tmp_path: Path) -> None:
        parquet.write_table(pa.table({"contact_id": [b"C1"], "customer_id": [b"\xff"]}), tmp_path / "export")
        with pytest.raises(UnreadableRecord, match=r"\$\.customer_id"):
            list(read_contacts(tmp_path))

    def test_no_attributes_are_none(self, tmp_path: Path) -> None:
        none = pa.array([None], pa.map_(pa.string(), pa.string()))
        parquet.write_table(pa.table({"contact_id": ["C1"], "attributes": none}), tmp_path / "export")
        assert [attributes for _, attributes in read_contacts_with_attributes(tmp_path)] == [{}]

    def test_what_it_needs_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        parquet.write_table(self.table(snake), tmp_path / "export")
        monkeypatch.setattr("rehydration.records.tables.find_spec", lambda _name: None)
        with pytest.raises(UnreadableRecord, match="pyarrow to be there: python -m pip install"):
            list(read_contacts(tmp_path))


class TestBesides:
    def test_what_athena_and_others_leave_is_passed_over_and_counted(self, tmp_path: Path) -> None:
        (tmp_path / "x.csv").write_bytes(csv(spelt(snake)))
        left = (*("x.csv.metadata", ".DS_Store", "_SUCCESS", "README.md", "x_$folder$"), "aws-logs-write-test")
        for name in (*left, "_tmp/part.json"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(b"\x08\x01 and no record")
        found = read_records(tmp_path)
        assert len(found.contacts) == 2
        assert [Path(each).name for each in found.passed_over] == [
            ".DS_Store",
            "README.md",
            "_SUCCESS",
            "_tmp",
            "aws-logs-write-test",
            "x.csv.metadata",
            "x_$folder$",
        ]
        assert read_records(str(tmp_path / "x*")).contacts == found.contacts
        assert read_records([tmp_path / "x.csv", tmp_path / "x.csv.metadata"]).contacts == found.contacts
        with pytest.raises(UnreadableRecord, match="is a file of the desktop, which holds no records"):
            read_records(tmp_path, strict=True)

    def test_a_hidden_file_is_read_where_it_is_asked_for(self, tmp_path: Path) -> None:
        (tmp_path / "_x.json").write_text(text(RECORD))
        assert len(read_records(tmp_path / "_x.json").contacts) == 1

    def test_a_folder_of_nothing_else_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "_SUCCESS").write_bytes(b"")
        for read in (read_records, read_export):
            with pytest.raises(UnreadableRecord, match="and no file beside it holds records"):
                read(tmp_path)

    def test_two_tables_in_one_folder_are_told_apart(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(csv(spelt(snake)))
        (tmp_path / "b.csv").write_bytes(b"contact_id,handle_time_ms\nC1,5\nC2,5\n")
        found = read_records(tmp_path)
        assert len(found.contacts) == 2
        assert found.strays == {"a row of the table contact_statistic_record": 2}

    def test_a_stray_is_refused_by_who_wants_none(self) -> None:
        with pytest.raises(UnreadableRecord, match=r"record 2, .*: is a flow log, not a record of a contact"):
            list(read_contacts([RECORD, FLOW_LOG], strict=True))

    def test_strays_of_many_kinds_are_counted_together(self) -> None:
        events = [{"detail-type": f"type {number}", "detail": {}} for number in range(150)]
        strays = read_records([RECORD, *events]).strays
        assert (len(strays), sum(strays.values())) == (101, 150)

    def test_envelopes_are_opened_to_a_bounded_depth(self) -> None:
        held: object = RECORD
        for _ in range(12):
            held = {"Records": [held]}
        assert len(read_records(held).contacts) == 1  # type: ignore[arg-type]
        with pytest.raises(UnreadableRecord, match="lies in 12 envelopes and is one more"):
            read_records({"Records": [held]})

    def test_what_is_opened_is_told(self) -> None:
        content = next(each.content for each in CASES if each.name == "CloudWatch Logs in Kinesis")
        assert read_records(io.BytesIO(content)).envelopes == {"a record of Kinesis": 1, "CloudWatch Logs": 2}

    def test_a_fault_in_an_envelope_has_its_path(self) -> None:
        body = text(RECORD) + text({"ContactId": 5})
        with pytest.raises(UnreadableRecord) as raised:
            list(read_contacts({"Records": [{"messageId": "m", "body": body}]}))
        assert (raised.value.path, raised.value.problem) == ("$.Records[0].body | record 2, $.ContactId", "is 5")


class TestUntold:
    def test_what_no_record_has_is_told(self) -> None:
        found = read_records(io.BytesIO(csv([{"contact_id": "C1", "channel": "CHAT"}])))
        assert {"initial_contact_id", "previous_contact_id", "related_contact_id"} < found.untold
        assert "channel" not in found.untold

    def test_null_tells_and_one_record_is_enough(self) -> None:
        assert "previous_contact_id" not in read_records([{"ContactId": "C0"}, RECORD]).untold
        short = {"ContactId": "C0"}
        of_two_kinds = io.BytesIO(lines([short, NEXT, short, NEXT]))
        assert read_records(of_two_kinds).untold == read_records([short, NEXT]).untold

    def test_an_answer_tells_what_it_leaves_out(self) -> None:
        assert read_records({"Contact": {"Id": "C1"}}).untold == frozenset()
        assert "related_contact_id" in read_records({"Contacts": [{"Id": "C1"}]}).untold
        assert "related_contact_id" not in read_records({"ContactSummaryList": [NEXT]}).untold
        assert "previous_contact_id" in read_records({"Id": "C1", "InitialContactId": None}).untold
        assert "related_contact_id" not in read_records({"Contacts": [NEXT | {"RelatedContactId": "C0"}]}).untold

    @pytest.mark.parametrize("also", ["event_type", "arn", "contact_arn"])
    def test_a_table_tells_what_it_has_columns_for(self, also: str) -> None:
        found = read_records(io.BytesIO(f"id,initial_contact_id,{also}\nC1,,\n".encode()))
        assert found.untold == UNTOLD.keys() - {"initial_contact_id"}

    def test_nothing_is_untold_where_nothing_was_read(self) -> None:
        assert read_records([]).untold == frozenset()

    def test_it_is_known_when_all_is_read(self) -> None:
        reading = read_contacts(io.BytesIO(lines(BOTH)))
        untold = reading.untold
        assert (len(untold), repr(untold)) == (0, "set()")
        assert next(reading).contact_id == "C1"
        assert len(list(reading)) == 1
        assert (untold, untold - {"customer_id"}, "channel" in untold) == ({"customer_id"}, frozenset(), False)

    def test_a_graph_of_what_was_read_knows_it(self) -> None:
        few = csv([{"contact_id": "C1", "channel": "CHAT"}])
        details = read_contact_details(io.BytesIO(few))
        graphs = [
            ContactGraph.from_contacts(read_contacts(io.BytesIO(few))),
            ContactGraph.from_contacts(read_records(io.BytesIO(few))),
            ContactGraph.from_contacts((each.contact for each in details), untold=details.untold),
        ]
        assert [each.untold for each in graphs] == [UNTOLD.keys() - {"channel"}] * 3
