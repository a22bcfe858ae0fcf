"""What records can be read from, in which order, and how little of it at a time."""

import gzip
import io
import json
import os
import tracemalloc
import zlib
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from rehydration.contacts import Contact
from rehydration.errors import InvalidArgument, UnreadableRecord
from rehydration.records import read_contacts, read_records


def record(name):
    return json.dumps({"ContactId": name}).encode()


def contacts(names):
    return [Contact(contact_id=each) for each in names]


def evidence(error):
    return (error.source, error.record, error.path, error.problem, error.expected)


def refusal(source):
    """Read to the end and return what was yielded, and the refusal as its evidence."""
    found = []
    with pytest.raises(UnreadableRecord) as raised:
        found.extend(read_contacts(source))  # extend keeps what came before the error
    return found, evidence(raised.value)


A_PATH = "the path of a file or directory that can be read"
A_FILE = "a file that can be read to its end"
A_GZIP_FILE = "a whole gzip file"


class Trickle:
    """A file that gives so many bytes at a time, and counts them."""

    def __init__(self, data, step):
        self.data, self.step, self.at = data, step, 0

    def read(self, size):
        piece = self.data[self.at : self.at + min(self.step, size)]
        self.at += len(piece)
        return piece


class TestFiles:
    def test_a_path_is_text_or_a_path(self, tmp_path):
        path = tmp_path / "one.json"
        path.write_bytes(record("k7"))
        assert list(read_contacts(path)) == list(read_contacts(str(path))) == contacts(["k7"])

    def test_a_path_may_be_of_bytes(self, tmp_path):
        class Raw:
            def __fspath__(self):
                return os.fsencode(tmp_path / "one.json")

        (tmp_path / "one.json").write_bytes(record("k7"))
        assert list(read_contacts(Raw())) == contacts(["k7"])

    def test_an_open_file_is_read_on_and_left_open(self):
        file = io.BytesIO(b"skipped" + record("k7"))
        file.seek(7)
        assert list(read_contacts(file)) == contacts(["k7"])
        assert not file.closed

    def test_a_file_that_was_opened_by_its_path_is_closed(self, tmp_path):
        (tmp_path / "one.json").write_bytes(record("k7") * 2)
        reading = read_contacts(tmp_path / "one.json")
        next(reading)
        reading.close()  # an unclosed file would warn, and warnings are errors

    def test_a_raw_file_is_read(self, tmp_path):
        (tmp_path / "one.json").write_bytes(record("k7"))
        with (tmp_path / "one.json").open("rb", buffering=0) as file:
            assert list(read_contacts(file)) == contacts(["k7"])

    @pytest.mark.parametrize(
        "content", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", b"[]", b" [ ] [\n]", gzip.compress(b"", mtime=0)]
    )
    def test_an_empty_export_holds_no_contacts(self, content):
        assert list(read_contacts(io.BytesIO(content))) == []


class TestDirectories:
    @pytest.fixture
    def exports(self, tmp_path):
        for name in ("b.json", "a.json", "c/a.json", "c/b/z.json", "d.gz"):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True, parents=True)
            content = record(name)
            path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return tmp_path

    def test_all_files_are_read_by_name(self, exports):
        assert list(read_contacts(exports)) == contacts(["a.json", "b.json", "c/a.json", "c/b/z.json", "d.gz"])

    def test_a_pattern_finds_files_by_name(self, exports):
        assert list(read_contacts(exports / "*.json")) == contacts(["a.json", "b.json"])

    def test_a_pattern_finds_directories(self, exports):
        assert list(read_contacts(f"{exports}/?")) == contacts(["c/a.json", "c/b/z.json"])

    def test_a_pattern_reaches_down(self, exports):
        assert list(read_contacts(f"{exports}/**/[az].json")) == contacts(["a.json", "c/a.json", "c/b/z.json"])

    def test_a_file_may_be_named_like_a_pattern(self, tmp_path):
        (tmp_path / "[a].json").write_bytes(record("k7"))
        assert list(read_contacts(tmp_path / "[a].json")) == contacts(["k7"])

    def test_a_link_back_is_not_followed(self, exports):
        (exports / "c" / "loop").symlink_to(exports)
        found = read_records(exports / "c")
        assert list(found) == contacts(["c/a.json", "c/b/z.json"])
        assert found.passed_over == (str(exports / "c" / "loop"),)

    def test_a_link_that_leads_nowhere_is_refused_as_any_file_that_is_not_there(self, exports):
        (exports / "c" / "gone.json").symlink_to("nowhere")
        with pytest.raises(UnreadableRecord, match=r"c/gone.json: cannot be opened: No such file or directory"):
            read_records(exports / "c")

    def test_a_link_to_a_directory_is_followed_where_it_is_asked_for(self, exports):
        (exports / "link").symlink_to(exports / "c" / "b")
        assert list(read_contacts(exports / "link")) == contacts(["c/b/z.json"])

    def test_what_is_no_file_is_passed_over(self, exports):
        os.mkfifo(exports / "c" / "pipe")
        found = read_records(exports / "c")
        assert list(found) == contacts(["c/a.json", "c/b/z.json"])
        assert found.passed_over == (str(exports / "c" / "pipe"),)

    def test_errors_name_the_file_that_was_found(self, exports, monkeypatch):
        monkeypatch.chdir(exports.parent)
        (exports / "c" / "b" / "z.json").write_bytes(record("k7") + b"{}")
        found, (source, number, *_) = refusal(f"./{exports.name}/c")
        assert (found, source, number) == (contacts(["c/a.json", "k7"]), f"./{exports.name}/c/b/z.json", 2)


class TestMappings:
    def test_a_single_mapping_is_read(self):
        assert list(read_contacts({"Contact": {"Id": "k7"}})) == contacts(["k7"])

    def test_any_mapping_will_do(self):
        class Answer(dict):
            pass

        assert list(read_contacts(Answer(Contacts=(Answer(Id="k7"),)))) == contacts(["k7"])

    def test_a_mapping_that_can_read_is_a_mapping(self):
        class Readable(dict):
            def read(self, _size):
                raise AssertionError

        assert list(read_contacts([Readable(ContactId="k7")])) == contacts(["k7"])
        assert list(read_contacts(Readable(ContactId="k7"))) == contacts(["k7"])

    def test_paths_files_and_mappings_are_mixed(self, tmp_path):
        (tmp_path / "one.json").write_bytes(record("b"))
        items = [{"ContactId": "a"}, tmp_path / "one.json", io.BytesIO(record("c")), str(tmp_path), {"ContactId": "d"}]
        assert list(read_contacts(items)) == contacts("abcbd")
        assert list(read_contacts(each for each in items if isinstance(each, dict))) == contacts("ad")

    def test_mappings_are_counted_apart_from_files(self):
        items = [{"ContactId": "a"}, io.BytesIO(record("b") * 3), {"ContactId": "c"}, {"ContactId": 5}]
        found, (source, number, path, *_) = refusal(items)
        assert (found, source, number, path) == (contacts("abbbc"), "<mappings>", 3, "$.ContactId")

    def test_nothing_holds_no_contacts(self):
        assert list(read_contacts([])) == []


class TestLaziness:
    def test_nothing_is_touched_before_it_is_asked_for(self):
        read_contacts(5)
        read_contacts("no such file")

    def test_mappings_are_taken_one_at_a_time(self):
        taken = []

        def pages():
            for name in "abc":
                taken.append(name)
                yield {"ContactId": name}

        reading = read_contacts(pages())
        assert (next(reading), taken) == (Contact(contact_id="a"), ["a"])

    def test_a_file_is_read_no_further_than_needed(self):
        one = b"%s\n" % record("k7")
        file = Trickle(one * 100, 2 * len(one))
        reading = read_contacts(file)
        assert next(reading) == Contact(contact_id="k7")
        assert file.at == 2 * len(one)

    def test_a_pipe_is_read_as_it_fills(self):
        ours, theirs = os.pipe()
        with open(ours, "rb") as file, open(theirs, "wb", buffering=0) as writer:  # noqa: PTH123  no path
            reading = read_contacts(file)
            for name in "ab":
                writer.write(b"%s\n" % record(name))
                assert next(reading) == Contact(contact_id=name)

    def test_what_an_iterable_raises_passes_through(self):
        def pages():
            yield {"ContactId": "a"}
            raise KeyError("throttled")

        reading = read_contacts(pages())
        assert next(reading) == Contact(contact_id="a")
        with pytest.raises(KeyError, match="throttled"):
            next(reading)


class TestGzip:
    DATA = b"\n".join(record(f"k{each}") for each in range(500))
    CONTACTS = contacts([f"k{each}" for each in range(500)])

    def test_it_is_recognised_by_content(self, tmp_path):
        (tmp_path / "export").write_bytes(gzip.compress(self.DATA))
        assert list(read_contacts(tmp_path / "export")) == self.CONTACTS

    def test_it_may_have_many_members_and_padding(self):
        parts = [self.DATA[at : at + 999] for at in range(0, len(self.DATA), 999)]
        packed = b"\0\0".join(gzip.compress(each) for each in parts) + b"\0" * 9
        assert list(read_contacts(io.BytesIO(packed))) == self.CONTACTS
        assert list(read_contacts(Trickle(packed, 1))) == self.CONTACTS

    def test_a_gzip_file_that_is_already_open_is_read(self):
        with gzip.open(io.BytesIO(gzip.compress(self.DATA))) as file:
            assert list(read_contacts(file)) == self.CONTACTS

    @pytest.mark.parametrize("step", [1, 7, 1 << 20])
    def test_it_is_unpacked_whatever_the_pieces(self, step):
        assert list(read_contacts(Trickle(gzip.compress(self.DATA), step))) == self.CONTACTS

    def test_what_is_there_of_a_truncated_file_is_read(self):
        packed = gzip.compress(self.DATA)
        for end in (2, 10, 300, len(packed) - 9, len(packed) - 1):
            found, (source, number, *rest) = refusal(io.BytesIO(packed[:end]))
            assert found == self.CONTACTS[: len(found)]
            assert (source, number) == ("<file>", len(found) + 1)
            assert rest == ["$", "is gzip that ends too early", A_GZIP_FILE]
        assert found == self.CONTACTS

    def test_a_last_member_that_is_only_begun_is_an_error(self):
        found, (_, number, _, problem, _) = refusal(io.BytesIO(gzip.compress(self.DATA) + b"\x1f\x8b"))
        assert (found, number, problem) == (self.CONTACTS, 501, "is gzip that ends too early")

    def test_all_before_a_wrong_checksum_is_read(self):
        packed = bytearray(gzip.compress(self.DATA))
        packed[-6] ^= 1
        problem = "is damaged gzip: Error -3 while decompressing data: incorrect data check"
        found, refused = refusal(io.BytesIO(packed))
        assert found == self.CONTACTS
        assert refused == ("<file>", 501, "$", problem, A_GZIP_FILE)

    @pytest.mark.parametrize("step", [1, 100, 1 << 20])
    def test_what_lies_before_damage_is_read(self, step):
        packer = zlib.compressobj(wbits=31)
        packed = packer.compress(self.DATA) + packer.flush(zlib.Z_FULL_FLUSH) + b"\xff" * 100
        problem = "is damaged gzip: Error -3 while decompressing data: invalid block type"
        assert refusal(Trickle(packed, step)) == (self.CONTACTS, ("<file>", 501, "$", problem, A_GZIP_FILE))

    def test_what_follows_the_last_member_is_no_gzip(self):
        found, (_, number, _, problem, _) = refusal(io.BytesIO(gzip.compress(self.DATA) + b"{}"))
        assert (found, number) == (self.CONTACTS, 501)
        assert problem == "is damaged gzip: Error -3 while decompressing data: incorrect header check"


class TestMemory:
    LIMIT = 8_000_000

    def peak(self, file):
        tracemalloc.start()
        try:
            number = sum(1 for _ in read_contacts(file))
            return number, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def test_an_array_larger_than_the_limit_is_read_within_it(self):
        class Array:
            """An array of 5,000 records of 4 KB each, made as it is read."""

            left = 5_000

            def read(self, _size):
                self.left -= 1
                if self.left < 0:
                    return b""
                start, end = b"[" if self.left == 4_999 else b"", b"]" if self.left == 0 else b","
                return start + json.dumps({"ContactId": f"k{self.left}", "Tags": "x" * 4_000}).encode() + end

        number, peak = self.peak(Array())
        assert number == 5_000
        assert peak < self.LIMIT

    def test_a_small_file_that_unpacks_to_a_large_one_is_read_within_the_limit(self):
        packed = gzip.compress(record("k7") + b" " * 40_000_000 + record("k7"))
        number, peak = self.peak(io.BytesIO(packed))
        assert number == 2
        assert peak < self.LIMIT

    def test_a_broken_record_is_found_before_the_rest_is_read(self):
        broken = Trickle(b'{"ContactId": "k7", "Tags": "a" "b"}' + b" " * 40_000_000, 1 << 18)
        _, (_, number, *_) = refusal(broken)
        assert number == 1
        assert broken.at <= 2 << 18

    def test_a_line_without_an_end_is_given_up(self):
        endless = Trickle(b"contact_id\n" + b"x" * 60_000_000, 1 << 18)
        problem, expected = (
            "has a line of more than 16777216 characters",
            "CSV with as many cells in each row as there are columns in the first line",
        )
        assert refusal(endless) == ([], ("<file>", 1, "$", problem, expected))
        assert endless.at < 40_000_000


class TestWhatCannotBeOpened:
    def test_a_file_that_is_not_there(self, tmp_path):
        path = str(tmp_path / "none.json")
        assert refusal(path) == (
            [],
            (path, 0, "$", "cannot be opened: No such file or directory", A_PATH),
        )

    def test_what_was_read_before_is_kept(self):
        found, (source, number, *_) = refusal([{"ContactId": "a"}, "none.json", {"ContactId": "b"}])
        assert (found, source, number) == (contacts("a"), "none.json", 0)

    def test_the_empty_path(self):
        assert refusal("") == ([], ("", 0, "$", "cannot be opened: No such file or directory", A_PATH))

    def test_a_path_that_no_file_can_have(self):
        assert refusal("a\0b") == ([], ("a\0b", 0, "$", "cannot be opened: embedded null byte", A_PATH))

    def test_a_path_that_cannot_be_encoded(self):
        for path in ("\ud800", "\ud800*"):
            _, (source, number, *_) = refusal(path)
            assert (source, number) == (path, 0)

    def test_an_address_is_no_path(self):
        for address in ("s3://bucket/export.json", "https://example.com/*.json"):
            *_, expected = refusal(address)[1]
            assert expected == f"{A_PATH}, not an address: download it first"

    def test_a_pattern_without_files(self, tmp_path):
        path = str(tmp_path / "*.json")
        assert refusal(path) == ([], (path, 0, "$", "no file has such a path", A_PATH))

    def test_a_directory_without_files(self, tmp_path):
        (tmp_path / "empty").mkdir()
        path = str(tmp_path)
        assert refusal(path) == ([], (path, 0, "$", "the directory holds no files", A_PATH))

    def test_a_file_that_may_not_be_read(self, tmp_path, monkeypatch):
        (tmp_path / "one.json").write_bytes(record("k7"))
        monkeypatch.setattr("builtins.open", denied)
        path = str(tmp_path / "one.json")
        assert refusal(path) == ([], (path, 0, "$", "cannot be opened: Permission denied", A_PATH))

    def test_a_directory_that_may_not_be_listed(self, tmp_path, monkeypatch):
        monkeypatch.setattr(os, "listdir", denied)
        path = str(tmp_path)
        assert refusal(path) == ([], (path, 0, "$", "cannot be opened: Permission denied", A_PATH))

    def test_a_closed_file(self):
        file = io.BytesIO(record("k7"))
        file.close()
        problem = "cannot be read on: I/O operation on closed file."
        assert refusal(file) == ([], ("<file>", 1, "$", problem, A_FILE))

    def test_a_file_that_is_written(self, tmp_path):
        path = tmp_path / "one.json"
        with path.open("wb") as file:
            found, (source, number, _, problem, _) = refusal(file)
        assert (found, source, number) == ([], str(path), 1)
        assert problem.startswith("cannot be read on: ")

    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (OSError(5, "Input/output error", "secret"), "Input/output error"),
            (KeyError("gone"), "'gone'"),
            (TimeoutError(), "TimeoutError"),
        ],
    )
    def test_a_file_that_fails_half_way(self, error, told):
        class Failing:
            name = 3
            pieces = iter([record("a") + record("b")[:5]])

            def read(self, _size):
                for piece in self.pieces:
                    return piece
                raise error

        Failing.pieces = iter([record("a") + record("b")[:5]])
        with pytest.raises(UnreadableRecord) as raised:
            list(read_contacts(Failing()))
        assert evidence(raised.value) == ("<file>", 2, "$", f"cannot be read on: {told}", A_FILE)
        assert raised.value.__cause__ is error

    def test_a_file_that_does_not_wait(self):
        class Impatient:
            name = "<stdin>"

            def read(self, _size):
                return None

        problem = "cannot be read on: the file does not wait for its data"
        assert refusal(Impatient()) == ([], ("<stdin>", 1, "$", problem, A_FILE))


def denied(*_arguments):
    raise PermissionError(13, "Permission denied")


class TestWhatIsNoSource:
    @pytest.mark.parametrize("source", [None, 5, 1.5, True, b"{}", bytearray(b"{}"), memoryview(b"{}"), object()])
    def test_it_is_refused_with_what_is_one(self, source):
        with pytest.raises(InvalidArgument) as raised:
            list(read_contacts(source))
        assert (raised.value.name, raised.value.value, raised.value.expected) == (
            "source",
            source,
            (
                "a path (of a file, a directory, or with *, ? or [ to find files by), a file opened in binary mode, "
                "a mapping, or an iterable of these"
            ),
        )

    def test_a_path_that_is_none_is_refused(self):
        class Wrong:
            def __fspath__(self):
                return 5

        wrong = Wrong()
        with pytest.raises(InvalidArgument) as raised:
            list(read_contacts(wrong))
        assert raised.value.value is wrong

    def test_a_file_in_text_mode_is_refused(self):
        with Path(__file__).open() as file, pytest.raises(InvalidArgument) as raised:
            list(read_contacts(file))
        assert (raised.value.name, raised.value.value, raised.value.expected) == (
            "source",
            file,
            "a file opened in binary mode, such as open(path, 'rb') or sys.stdin.buffer",
        )

    def test_what_reads_like_a_file_in_text_mode_is_refused(self):
        with pytest.raises(InvalidArgument) as raised:
            list(read_contacts(Trickle("{}", 1)))
        assert (raised.value.name, raised.value.value, raised.value.expected) == (
            "what the file gives",
            "{",
            "bytes: a file opened in binary mode",
        )


def test_parquet_holds_uuids_as_arrows_own_type_and_bytes_within_lists(tmp_path):
    own, path = bytes.fromhex("7f3c52b65f0a4e8e9f6d0b1c2d3e4f5a"), tmp_path / "export.parquet"
    ids = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([own], pa.binary(16)))
    recordings = pa.array([[{"media_stream_type": b"CHAT", "status": b"DELETED"}]])
    parquet.write_table(pa.table({"contact_id": ids, "recordings": recordings}), path)
    (found,) = read_contacts(path)
    assert (found.contact_id, found.transcript.availability) == ("7f3c52b6-5f0a-4e8e-9f6d-0b1c2d3e4f5a", "deleted")


def test_rows_below_one_that_tells_only_its_id_are_contacts(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("contact_id,channel\nC1,\nC2,CHAT\nlast,\n")
    assert [each.contact_id for each in read_contacts(path)] == ["C1", "C2", "last"]


def test_a_line_below_a_long_table_is_no_contact(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("contact_id,channel\n" + "".join(f"C{number:04},CHAT\n" for number in range(1_002)) + "Fin,\n")
    found = read_contacts(path)
    assert len(list(found)) == 1_002
    assert found.account.strays.total() == 1
