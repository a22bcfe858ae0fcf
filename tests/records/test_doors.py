"""One meaning at every door: whatever the file, all who read it get the same contacts, or the same refusal."""

from __future__ import annotations

import gzip
import io
import json
import math
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from records.people import (
    BOTH,
    BROKEN,
    ENVELOPES,
    NEXT,
    RECORD,
    SPELLINGS,
    STRAYS,
    base64_of,
    csv,
    kinesis,
    lines,
    snake,
    spelt,
    text,
    typed,
)
from rehydration import cli
from rehydration.bulk import audit_export, read_export
from rehydration.bulk.columns import columns_of
from rehydration.cli import history
from rehydration.cli.files import weight_of
from rehydration.cli.history import Source
from rehydration.errors import ContradictoryRecords, InvalidArgument, UnreadableRecord
from rehydration.records import Account, read_contact_details, read_contacts, read_contacts_with_attributes
from rehydration.render.passed_over import beside_json, passed_over_lines
from rehydration.selections import About
from rehydration.service import ChatService

WHOLE = RECORD | {
    "LastUpdateTimestamp": "2026-05-03T09:14:00Z",
    "CustomerId": "Ana",
    "InstanceARN": "arn:aws:connect:eu-west-2:1:instance/7f3c",
    "Attributes": {"cid": "Ana", "said": 'x}{"y'},
    "Recordings": [{"MediaStreamType": "CHAT", "Status": "AVAILABLE", "Location": "b/C1_20260503T09:00_UTC.json"}],
}


def table(rows: list[dict[str, object]]) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


JSON = [*(each.content for each in (*SPELLINGS, *STRAYS) if each.content[:1] in b"[{"), lines([WHOLE] * 3)]
CSV = [*(each.content for each in (*SPELLINGS, *STRAYS) if each.content[:1] not in b"[{"), csv(spelt(snake) * 3)]
PARQUET = [table(BOTH), table(spelt(snake)), table([WHOLE]), table([{"contact_id": "C1", "handle_time_ms": 5}])]
GZIP = [gzip.compress(lines(BOTH), mtime=0), gzip.compress(csv(BOTH), mtime=0), gzip.compress(lines([WHOLE]) * 2)]
FORMS = {
    "JSON": JSON,
    "CSV": CSV,
    "Parquet": PARQUET,
    "gzip": GZIP,
    "envelopes": [each.content for each in ENVELOPES],
    "broken": [each.content for each in BROKEN],
}
INSERTED = [
    *(bytes([each]) for each in b'\0",}]\\\n\r Z;\xff'),
    *(b"\\ud800", b"NaN", b"-inf", b",}", b", }", b"\xef\xbb\xbf", b'}{"', b"[" * 3_000, b"x" * 300, b"+00:00"),
    *(b"10000-01-01T00:00:00Z", b'"ContactId": "x", ', b'"eventType": "INITIATED", ', b'"Transcript": [], '),
    b'"ContactFlowId": "f", "ContactFlowName": "g", ',
    *(b'"Status": "DELETED", ', b'"cid": "x", "cid": "y", ', b'"S": "x", ', b'"Agent": {"a": 1, "a": 2}, '),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file as somebody has it, of which a few bytes are others, gone or doubled."""
    content = bytearray(draw(st.sampled_from(FORMS[draw(st.sampled_from([*FORMS]))])))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(content)))
        end = at + draw(st.integers(0, 12))
        content[at:end] = draw(
            st.binary(max_size=4) | st.sampled_from([*INSERTED, bytes(content[at : at + 40]), bytes(content[at:])])
        )
    return bytes(content)


# --------------------------------------------------------------------------------------------------------------- doors


def on_the_command_line(path: str) -> object:
    source = Source.of((path,), None)
    return list(source.contacts()), counted(source.account)


def seeded(path: str) -> object:
    ids = count()
    service = ChatService("i", new_id=lambda: f"id-{next(ids)}", now=lambda: datetime(2026, 5, 4, tzinfo=UTC))
    with suppress(ContradictoryRecords, InvalidArgument):  # what is read is not true together, or cannot be shown
        service.seed(path)
    return by_contacts(path)


def with_attributes(path: str) -> object:
    found = read_contacts_with_attributes(path)
    return [contact for contact, _ in found], counted(found.account)


def with_details(path: str) -> object:
    found = read_contact_details(path)
    return [each.contact for each in found], counted(found.account)


def by_contacts(path: str) -> object:
    found = read_contacts(path)
    return list(found), counted(found.account)


def audited(path: str) -> object:
    account = Account()
    export = read_export(path, account=account)
    with suppress(ContradictoryRecords):
        assert audit_export(export).untold == account.untold
    return export.to_pylist(), counted(account)


def counted(account: Account) -> object:
    told = (
        set(account.untold),
        account.left_out,
        dict(account.envelopes),
        account.channels,
        account.lacking_pages,
        account.backwards,
    )
    return account.records, dict(account.strays), account.places, *told


def said(read: Callable[[str], object], path: str) -> object:
    """What is read, or why not; how much of a broken text is shown depends on the pieces in which it was read."""
    try:
        return read(path)
    except UnreadableRecord as error:
        return re.sub(r"(?s)(character offset \d+), .*(; expected)", r"\1\2", str(error))


@given(mutated())
def test_a_mutated_file_gives_the_same_contacts_or_the_same_refusal_at_every_door(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = str(tmp_path_factory.mktemp("mutated") / "export")
    Path(path).write_bytes(content)
    expected = said(by_contacts, path)
    for door in (on_the_command_line, seeded, with_attributes, with_details):
        found = said(door, path)
        if found != expected:
            assert "ttributes" in str(found) or "as Parquet" in str(found), (
                door
            )  # they are read where they are asked for
    if isinstance(expected, tuple):
        contacts, account = expected
        expected = (columns_of(contacts).to_dicts(), account)
    assert said(audited, path) == expected


def as_bytes(value: object) -> object:
    if isinstance(value, dict):
        return {name: as_bytes(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_bytes(each) for each in value]
    return value.encode() if isinstance(value, str) else value


def test_bytes_that_are_text_are_read_as_text_however_deep_they_lie(tmp_path: Path) -> None:
    told = []
    for each in (WHOLE, as_bytes(WHOLE)):
        parquet.write_table(pa.Table.from_pylist([each]), tmp_path / "export")
        path = str(tmp_path / "export")
        details = [(each.contact, each.attributes) for each in read_contact_details(path)]
        customer = read_export(path, customer_column="Attributes.cid")["customer_id"].to_pylist()
        told.append((details, by_contacts(path), audited(path), customer))
    assert told[0] == told[1]
    assert told[0][0][0][1] == WHOLE["Attributes"]


FULL = [
    WHOLE | {"ContactId": each, "Attributes": {"cid": f"of {each}"}, "Recordings": [chat | {"Location": f"b/{each}_x"}]}
    for chat in WHOLE["Recordings"]
    for each in ("C1", "ü/2", "C3")
]
LARGE = {
    "JSON lines": lines(FULL),
    "gzip": gzip.compress(lines(FULL)),
    "lower case": lines(spelt(str.lower, FULL)),
    "nothing between": b"".join(lines([each]) for each in FULL),
    "array": text(FULL).encode(),
    "CSV": csv(spelt(snake)),
    "Parquet": table(FULL),
    "Parquet in snake case": table(spelt(snake, FULL)),
    "base64": lines([{"Records": [kinesis(base64_of(each))]} for each in FULL]),
    "DynamoDB": lines([{"Item": typed(RECORD)}]),
}


@pytest.mark.parametrize("content", LARGE.values(), ids=LARGE)
@pytest.mark.parametrize("wanted", ["C1", "ü/2"])
def test_of_a_large_export_the_same_details_are_found_as_of_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, wanted: str
) -> None:
    (tmp_path / "export").write_bytes(content)

    def told(large: int) -> object:
        monkeypatch.setattr(history, "_LARGE", large)
        source = Source.of((str(tmp_path),), None)
        _, details = source.detailed({}, About((wanted,)))
        return details["attributes"].get(wanted), details["locations"].get(wanted)

    assert told(0) == told(1 << 40)


def test_what_only_one_of_two_tables_tells_is_said(tmp_path: Path) -> None:
    for name, columns in (("a", "related_contact_id"), ("b", "channel")):
        (tmp_path / f"{name}.csv").write_text(f"contact_id,{columns}\n{name},CHAT\n")
    source = Source.of((str(tmp_path),), None)
    assert len(list(source.contacts())) == 2
    account = Account()
    read_export(tmp_path, account=account)
    second = str(tmp_path / "b.csv")
    for each in (source.account, account):
        assert each.half_told == {"related_contact_id": second}
        (line,) = (line for line in passed_over_lines(each) if line.startswith(second))
        assert line.removeprefix(second) == (
            " does not tell RelatedContactId, which others tell, so that its contacts may have more sessions and links "
            "than the answer knows"
        )
        assert beside_json(each)["HalfTold"] == {"RelatedContactId": second}


@pytest.mark.parametrize(
    ("content", "said", "beside"),
    [
        (
            text({"ContactSummaryList": [RECORD], "NextToken": "t"}).encode(),
            "{} says that more pages follow, and the last of them is not there",
            {"LackingPages": ["PATH"]},
        ),
        (
            text({"data": {"items": [RECORD]}, "pageInfo": {"hasNextPage": True}}).encode(),
            "{} says that more pages follow, and the last of them is not there",
            {"LackingPages": ["PATH"]},
        ),
        (text({"data": {"item": RECORD | {"Attributes": {"next": "n"}}}}).encode(), "", {}),
        (lines([{"data": [RECORD], "next": "n"}, {"data": [NEXT], "next": None}]), "", {}),
        (lines([RECORD | {"Channel": "voice"}]), "no contact is a chat, so the answer is about none", {}),
        (
            lines([RECORD, NEXT | {"Channel": "WEBCHAT"}]),
            "'WEBCHAT' is no channel that is known here: its contacts are taken for no chats",
            {"UnknownChannels": ["WEBCHAT"]},
        ),
        (
            lines([RECORD, NEXT | {"DisconnectTimestamp": "2026-05-03T08:12:30Z"}]),
            "1 contact ends before it begins: its times may be of several zones",
            {"EndBeforeTheyBegin": 1},
        ),
    ],
    ids=["pages", "pages told within", "no page", "all pages", "no chat", "an unknown channel", "zones"],
)
def test_what_may_make_an_answer_too_calm_is_said(
    tmp_path: Path, content: bytes, said: str, beside: dict[str, object]
) -> None:
    path = tmp_path / "export"
    path.write_bytes(content)
    source = Source.of((str(path),), None)
    assert list(source.contacts())
    account = Account()
    read_export(path, account=account)
    for each in (source.account, account):
        assert [*passed_over_lines(each)] == [said.format(path)] * bool(said)
        told = json.loads(text(beside).replace("PATH", str(path)))
        assert beside_json(each) == told | {"Untold": ["CustomerId"]}


DOUBLED = lines([RECORD | {"CustomerId": "Ana"}, RECORD | {"CustomerId": "Bo"}, NEXT])


@pytest.mark.parametrize(
    ("command", "large"),
    [
        (("sees", "--chat", "C2"), 1 << 40),
        (("sees", "--chat", "C2"), 0),
        (("explain", "--type", "FROM_SEGMENT", "--source", "C2"), 1 << 40),
        (("customer", "--customer", "Bo"), 0),
        (("graph",), 1 << 40),
        (("explore", "-o", "page.html"), 0),
        (("audit", "--output", "found.csv"), 1 << 40),
        (("check",), 1 << 40),
        (("check", "--contact", "C1"), 1 << 40),
    ],
)
def test_where_two_records_disagree_every_command_says_what_was_taken(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    large: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(history, "_LARGE", large)
    Path("export").write_bytes(DOUBLED)
    monkeypatch.setattr(sys, "argv", ["rehydration", command[0], "export", *command[1:]])
    with pytest.raises(SystemExit):
        cli.main()
    told = capsys.readouterr()
    assert re.sub(r"\s+", " ", told.out + told.err).count("'Bo' was taken") == 1


def test_customer_says_which_attribute_was_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("export").write_bytes(lines([RECORD | {"CustomerId": "Ana", "Attributes": {"x": each}} for each in "12"]))
    for large in (0, 1 << 40):
        monkeypatch.setattr(history, "_LARGE", large)
        monkeypatch.setattr(sys, "argv", ["rehydration", "customer", "export", "--customer", "Ana", "--format", "json"])
        with pytest.raises(SystemExit):
            cli.main()
        (told,) = json.loads(capsys.readouterr().out)["Disagreements"]
        assert (told["Subject"], told["Readings"]) == (["C1", "the attribute x"], ["2", "1"])


def test_seeding_says_what_was_taken() -> None:
    ids = count()
    service = ChatService("i", new_id=lambda: f"id-{next(ids)}", now=lambda: datetime(2026, 5, 4, tzinfo=UTC))
    told = service.seed([RECORD | {"CustomerId": "Ana"}, RECORD | {"CustomerId": "Bo"}])
    assert told["Disagreements"] == [
        "records of 'C1' differ in customer_id ('Bo', 'Ana'), and no time tells which is the latest: 'Bo' was taken"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"contact_id,initiation_timestamp\nC0,\nC1,2026-05-03 09:00:00\n", "initiation_timestamp of PATH, record 2"),
        (
            b'{"contactid": "C1", "channel": "CHAT", "disconnecttimestamp": "2026-05-03T09:00:00.000"}',
            "disconnecttimestamp of PATH, record 1",
        ),
        (
            table([{"contact_id": "C1", "initiation_timestamp": datetime(2026, 5, 3)}]),  # noqa: DTZ001
            "initiation_timestamp of PATH, record 1",
        ),
        (b"contact_id,initiation_timestamp\nC1,2026-05-03 09:00:00 UTC\n", None),
        (b"contact_id,initiation_timestamp\nC1,1777798800\n", None),
        (lines([RECORD]), None),
    ],
    ids=["CSV", "JSON", "Parquet", "a zone", "a number", "a record"],
)
def test_the_first_time_without_a_zone_is_named_by_check(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    said: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("PATH").write_bytes(content)
    told = []
    for form in ("json", "text"):
        monkeypatch.setattr(sys, "argv", ["rehydration", "check", "PATH", "--format", form])
        with suppress(SystemExit):
            cli.main()
        told.append(capsys.readouterr().out)
    assert json.loads(told[0]).get("WithoutZone") == said
    begin = f"Times without a zone count as UTC: the first is {said}."
    assert " ".join(told[1].split()).startswith(begin) == bool(said)


@pytest.mark.parametrize(
    "command", [("check",), ("guard", "--forbid", "surveys"), ("audit", "--output", "found.csv"), ("graph",)]
)
def test_an_empty_export_is_no_quiet_all_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("export").write_bytes(b"")
    monkeypatch.setattr(sys, "argv", ["rehydration", command[0], "export", *command[1:]])
    with pytest.raises(SystemExit):
        cli.main()
    assert "no contact was read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "weight"),
    [
        (b"", 0),
        (b'{"ContactId": "C1"}', 19),
        (b"[]", 2),
        (b"contact_id\nC1\n", 14 * 5),
        (b"\x1f\x8b gzip", 7 * 10),
        (b"PAR1", math.inf),
    ],
)
def test_an_export_weighs_what_reading_it_takes(tmp_path: Path, content: bytes, weight: float) -> None:
    (tmp_path / "export").write_bytes(content)
    (tmp_path / "other").write_bytes(b"{}")
    assert weight_of(str(tmp_path)) == weight + 2
    assert weight_of(str(tmp_path / "none")) == 0
