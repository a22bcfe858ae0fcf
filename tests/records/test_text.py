"""Where one record ends and the next begins, and what of a broken text is still read."""

import io
import json
import re
import sys

import pytest

from rehydration.contacts import Contact
from rehydration.errors import UnreadableRecord
from rehydration.records import read_contacts, values

JSON = "JSON: an object, objects one after the other, or an array of them"
JSON_OR_CSV = f"{JSON}; or CSV whose first line names a column contact_id"
ONCE = "JSON that names each member of an object once"
CSV = "CSV with as many cells in each row as there are columns in the first line"
FINITE = "JSON, in which every number is finite"
LISTS = "objects, or a table of lists whose first one names the columns, such as contact_id"
A_ROW = "as many cells in each row as there are columns, each of which has a name of its own"
UTF_8 = "UTF-8 text, or gzip of it"
K7 = Contact(contact_id="k7")


class Trickle:
    """A file that gives so many bytes at a time."""

    def __init__(self, data, step):
        self.data, self.step, self.at = data, step, 0

    def read(self, size):
        piece = self.data[self.at : self.at + min(self.step, size)]
        self.at += len(piece)
        return piece


def outcome(file):
    """What was yielded, and the evidence of the refusal if there was one."""
    found = []
    try:
        found.extend(read_contacts(file))
    except UnreadableRecord as error:
        return found, (error.source, error.record, error.path, error.problem, error.expected)
    return found, None


def without_excerpt(told):
    """An outcome without the text that an error shows: it shows of it what had come in."""
    found, refused = told
    if refused is None:
        return told
    source, record, path, problem, expected = refused
    return found, (source, record, path, re.sub(r"(character offset \d+), '.*'$", r"\1", problem), expected)


WRITTEN = [
    '{"ContactId": "k7"}',
    ' {"ContactId":"k7"}{"ContactId":"k7"}\n\n{"ContactId":"k7"}\r\n',
    '[{"ContactId":"k7"},{"ContactId":"k7"}]',
    ' [ {"ContactId":"k7"} , {"ContactId":"k7"} ] ',
    '[{"ContactId":"k7"}][][{"ContactId":"k7"}]{"ContactId":"k7"}',
    '{"ContactId":"k7","Agent":"}{\\"\\\\"}{"Queue":"\\u00e9\\ud83d\\ude00","ContactId":"k7"}',
    '{"ContactId":"k7","PreviousContactId":null,"n":[-1.5e+10,true,false,null,-0,{}],"ö":"ü€😀"}{"ContactId":"k7"}',
    "contact_id,channel\nk7,\n\n\"k7\",''\r\nk7,\n",
]
BROKEN = [
    '{"ContactId":"k7"}{"ContactId":"k7"',
    '{"ContactId":"k7"}{"ContactId":"k7","a":-Infinity}',
    '{"ContactId":"k7"}{"ContactId":"k7","a":12.}',
    '{"ContactId":"k7"}{"ContactId":"k7","a":tru}',
    '{"ContactId":"k7"}{"ContactId":"k7","a":"\\uD83D\\u12"}',
    '{"ContactId":"k7"}{"ContactId":"k7","a":"\n"}                                     ',
    '{"ContactId":"k7"}{"ContactId" "k7", "a": "b"}',
    '{"ContactId":"k7"}nonsense that goes on for a while',
    '[{"ContactId":"k7"},]',
    '[{"ContactId":"k7"}',
    "contact_id,channel\nk7,\nk7\n",
    'contact_id\nk7\n"k7"\'\n',
]


class TestPieces:
    @pytest.mark.parametrize("text", [*WRITTEN, *BROKEN])
    def test_contacts_and_errors_do_not_depend_on_the_pieces(self, text):
        data = text.encode()
        expected = without_excerpt(outcome(io.BytesIO(data)))
        for step in range(1, len(data)):
            assert without_excerpt(outcome(Trickle(data, step))) == expected

    @pytest.mark.parametrize("text", WRITTEN)
    def test_what_is_well_written_is_read(self, text):
        found, refused = outcome(io.BytesIO(text.encode()))
        assert (found, refused) == ([K7] * len(found), None) != ([], None) or "''" in text

    def test_records_longer_than_a_piece_are_read(self):
        data = json.dumps({"ContactId": "k7", "Tags": ["x" * 1_000] * 1_000}).encode() * 2
        assert outcome(io.BytesIO(data)) == ([K7, K7], None)
        assert outcome(Trickle(data, 4_096)) == ([K7, K7], None)

    def test_a_long_record_is_not_parsed_over_and_over(self, monkeypatch):
        seen = []
        decode = values._decode

        def counted(text, at):
            seen.append(len(text) - at)
            return decode(text, at)

        monkeypatch.setattr(values, "_decode", counted)
        data = json.dumps({"ContactId": "k7", "Tags": list(range(200_000))}).encode()
        assert outcome(Trickle(data, 256)) == ([K7], None)
        assert sum(seen) < 4 * len(data)

    def test_a_long_line_is_not_searched_over_and_over(self, monkeypatch):
        grown = []
        grow = values._Cursor.grow

        def counted(cursor, wanted):
            grown.append(wanted)
            return grow(cursor, wanted)

        monkeypatch.setattr(values._Cursor, "grow", counted)
        data = b"contact_id,customer_id\nk7," + b"x" * 100_000
        assert outcome(Trickle(data, 16)) == ([Contact(contact_id="k7", customer_id="x" * 100_000)], None)
        assert len(grown) < 30

    def test_many_small_records_are_read(self):
        data = b'{"ContactId":"k7"}' * 50_000
        assert outcome(io.BytesIO(data)) == ([K7] * 50_000, None)


class TestWhatIsNotJson:
    @pytest.mark.parametrize(
        ("text", "number", "problem", "expected"),
        [
            ('{"ContactId": "k7"', 1, "is not JSON: Expecting ',' delimiter at character offset 18, the end", JSON),
            ('{"ContactId": "k7', 1, "is not JSON: Unterminated string starting at character offset 14, '\"k7'", JSON),
            ("{", 1, None, JSON),
            (
                '{"ContactId"; "k7"}',
                1,
                "is not JSON: Expecting ':' delimiter at character offset 12, '; \"k7\"}'",
                JSON,
            ),
            ('{"ContactId": "k7"} x', 2, "is followed by what is no record at character offset 20, 'x'", JSON),
            ('{"ContactId": "k7"} null', 2, "is followed by what is no record at character offset 20, 'null'", JSON),
            ('{"ContactId": "k7"}]', 2, "is followed by what is no record at character offset 19, ']'", JSON),
            ('{"ContactId": "k7"},{}', 2, "is followed by what is no record at character offset 19, ',{}'", JSON),
            ("[5]", 1, "is no object, in an array at character offset 1, '5]'", JSON),
            ("[[]]", 1, "is a list whose first one names no columns of contacts", LISTS),
            ('["a"]\n["b"]', 1, "is a list whose first one names no columns of contacts", LISTS),
            ('[["contact_id"],["k7"],["k8", 1]]', 2, "has 2 cells under 1 columns", A_ROW),
            ('[["contact_id","contact_id"],["k7", "k7"]]', 1, "names a column twice", A_ROW),
            ("[", 1, "is no object, in an array at character offset 1, the end", JSON),
            ('[{"ContactId": "k7"},]', 2, "is no object, in an array at character offset 21, ']'", JSON),
            (
                '[{"ContactId": "k7"}',
                2,
                "is neither a comma nor the end of the array at character offset 20, the end",
                JSON,
            ),
            (
                '[{"ContactId": "k7"}{}]',
                2,
                "is neither a comma nor the end of the array at character offset 20, '{}]'",
                JSON,
            ),
            ('{"a": NaN}', 1, "holds NaN, which JSON does not have at character offset 0, '{\"a\": NaN}'", FINITE),
            (
                '{"a": -Infinity}',
                1,
                "holds -Infinity, which JSON does not have at character offset 0, '{\"a\": -Infinity}'",
                FINITE,
            ),
            ("null", 1, "is neither JSON nor CSV of contacts at character offset 0, 'null'", JSON_OR_CSV),
            ('"a"', 1, "is neither JSON nor CSV of contacts at character offset 0, '\"a\"'", JSON_OR_CSV),
            (
                "Contact,Channel\nk7,CHAT",
                1,
                "is neither JSON nor CSV of contacts at character offset 0, 'Contact,Channel\\nk7,C'",
                JSON_OR_CSV,
            ),
            ('{"a": 1, "a": 1}', 1, "names the member 'a' twice at character offset 0, '{\"a\": 1, \"a\": 1}'", ONCE),
        ],
    )
    def test_it_is_refused_with_its_place(self, text, number, problem, expected):
        found, (source, record, path, told, should) = outcome(io.BytesIO(text.encode()))
        assert found == [K7] * (number - 1)
        assert (source, record, path, should) == ("<file>", number, "$", expected)
        assert problem in {told, None}

    def test_places_count_from_the_start_of_the_file(self):
        data = b'{"ContactId":"k7"}\n' * 15_000 + b"!"
        found, (_, number, _, problem, _) = outcome(io.BytesIO(data))
        assert (len(found), number) == (15_000, 15_001)
        assert problem == "is followed by what is no record at character offset 285000, '!'"

    @pytest.mark.parametrize("inner", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
    def test_deep_nesting_is_refused(self, inner):
        found, (_, number, path, problem, expected) = outcome(
            io.BytesIO(b'{"ContactId":"k7"}{"a":' + inner.encode() + b"}")
        )
        assert (found, number, path) == ([K7], 2, "$")
        assert problem.startswith("is nested too deeply at character offset 18, ")
        assert expected == "JSON that nests less deeply; a contact record is about five levels deep"

    def test_an_integer_of_too_many_digits_is_refused(self):
        digits = "9" * (sys.get_int_max_str_digits() + 1)
        found, (_, number, path, problem, expected) = outcome(io.BytesIO(f'{{"a": {digits}}}'.encode()))
        assert (found, number, path, expected) == ([], 1, "$", FINITE)
        assert problem.startswith("holds a number that is too long: Exceeds the limit")


class TestWhatIsNotUtf8:
    @pytest.mark.parametrize("step", [1, 5, 1_000])
    def test_what_stands_before_it_is_read(self, step):
        data = b'{"ContactId":"k7"}{"ContactId":"\xc3\xa9"}\xff'
        problem = "is not UTF-8 at byte offset 36: invalid start byte"
        assert outcome(Trickle(data, step)) == (
            [K7, Contact(contact_id="é")],
            ("<file>", 3, "$", problem, UTF_8),
        )

    @pytest.mark.parametrize("step", [1, 5, 1_000])
    def test_a_character_may_be_cut_short_at_the_end(self, step):
        problem = "is not UTF-8 at byte offset 18: unexpected end of data"
        assert outcome(Trickle(b'{"ContactId":"k7"}\xe2\x82', step)) == ([K7], ("<file>", 2, "$", problem, UTF_8))

    @pytest.mark.parametrize("step", [1, 3, 1_000])
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("text", ['{"ContactId": "k7"}', '[{"ContactId":"k7"}]', "contact_id,channel\r\nk7,\r\n"])
    def test_utf_16_is_read_with_a_mark_and_without(self, text, encoding, step):
        assert outcome(Trickle(text.encode(encoding), step)) == ([K7], None)

    def test_utf_16_may_end_too_early(self):
        problem = "is not UTF-16-LE at byte offset 38: truncated data"
        assert outcome(io.BytesIO('{"ContactId": "k7"}'.encode("utf-16-le") + b"{")) == (
            [K7],
            ("<file>", 2, "$", problem, UTF_8),
        )

    @pytest.mark.parametrize("step", [1, 2, 1_000])
    def test_a_mark_at_the_start_is_passed_over(self, step):
        assert outcome(Trickle(b'\xef\xbb\xbf{"ContactId":"k7"}', step)) == ([K7], None)


class TestWhatIsNotCsv:
    @pytest.mark.parametrize(
        ("text", "number", "problem"),
        [
            ("contact_id,channel\nk7\n", 1, "has 1 cells under 2 columns"),
            ("contact_id\nk7\nk7,CHAT\n", 2, "has 2 cells under 1 columns"),
            ("contact_id\nk7\n\0\n", 2, "holds a NUL character"),
            ('contact_id\nk7\n"k7\n', 2, "is not CSV: unexpected end of data"),
            ('contact_id\nk7\n"k7"x\n', 2, "is not CSV: ',' expected after '\"'"),
            ("contact_id\n" + "x" * 131_073 + "\n", 1, "is not CSV: field larger than field limit (131072)"),
        ],
    )
    def test_it_is_refused(self, text, number, problem):
        expected = ([K7] * (number - 1), ("<file>", number, "$", problem, CSV))
        assert outcome(io.BytesIO(text.encode())) == expected

    def test_a_row_needs_an_id(self):
        found, (_, number, path, problem, _) = outcome(io.BytesIO(b"contact_id,channel\nk7,\n,CHAT\n"))
        assert (found, number, path, problem) == ([K7], 2, "$.contact_id", "is missing")

    def test_a_time_must_be_one(self):
        _, (_, number, path, problem, expected) = outcome(io.BytesIO(b"contact_id,disconnect_timestamp\nk7,soon\n"))
        assert (number, path, problem) == (1, "$.disconnect_timestamp", "is 'soon'")
        assert expected == (
            "a time such as '2026-05-03 09:00:00.000 UTC', in UTC unless it names a zone, "
            "or seconds to nanoseconds since 1970"
        )
